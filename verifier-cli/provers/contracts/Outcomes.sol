// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

// Made by src/solidity from tables in Rust: ISO_BLESS=1 with the tests writes it.

/// What became of a call or creation, by its number.
library Outcomes {
    uint256 internal constant NONE = 0;
    uint256 internal constant CHILD = 1;
    uint256 internal constant NOCODE = 2;
    uint256 internal constant PRECOMPILE = 3;
    uint256 internal constant DEPTH = 4;
    uint256 internal constant BALANCE = 5;
    uint256 internal constant NONCE = 6;
    uint256 internal constant COLLISION = 7;
}
