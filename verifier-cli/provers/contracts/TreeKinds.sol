// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

/// Numbers of the kinds that the provers of the tree audit, of segments and of shapes know by name.
library TreeKinds {
    // The execution audit's, of segments.
    uint256 internal constant CHECKPOINT_ABSENT = 9;
    uint256 internal constant CHECKPOINT = 10;
    /// The first of the kinds by field of a checkpoint, in the order of its words.
    uint256 internal constant CHECKPOINT_FIELDS = 32;
    uint256 internal constant CHECKPOINT_GAS_USED = 33;
    uint256 internal constant CHECKPOINT_RECORD = 34;

    // The tree audit's.
    uint256 internal constant CHILD_MISSING = 96;
    uint256 internal constant PARENT_MISSING = 97;
    uint256 internal constant KIND = 98;
    uint256 internal constant ORIGIN = 99;
    uint256 internal constant GAS_PRICE = 100;
    uint256 internal constant CALLER = 101;
    uint256 internal constant TO = 102;
    uint256 internal constant CONTEXT = 103;
    uint256 internal constant VALUE = 104;
    uint256 internal constant GAS = 105;
    uint256 internal constant GAS_USED = 106;
    uint256 internal constant STATIC = 107;
    uint256 internal constant CALLDATA = 108;
    uint256 internal constant RETURNDATA = 109;
    uint256 internal constant STATUS = 110;
    uint256 internal constant STATE_ROOT = 111;
    uint256 internal constant DEPTH = 112;
    uint256 internal constant PRECOMPILE_STATUS = 113;
    uint256 internal constant PRECOMPILE_GAS = 114;
    uint256 internal constant PRECOMPILE_OUTPUT = 115;

    // Of claims alone.
    uint256 internal constant MALFORMED = 194;
}
