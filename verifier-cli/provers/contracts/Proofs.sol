// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Claims, Mismatch} from "./Claims.sol";
import {Kinds} from "./Kinds.sol";
import {Rlp} from "./Rlp.sol";
import {Verdicts} from "./Verdicts.sol";

/// What provers have in common that read a proof in place, and bytes that may be malformed.
library Proofs {
    /// Where in calldata the struct of a proof stands: `abi.encode` puts a word before it.
    function place(bytes calldata proof) internal pure returns (uint256 start) {
        if (proof.length < 32 || uint256(bytes32(proof)) != 32) revert Verdicts.NotJudged(proof.length);
        assembly ("memory-safe") {
            start := add(proof.offset, 32)
        }
    }

    /// Ends the call with `malformed` about bytes with a hash, if that is why reading them has reverted: and
    /// not for want of gas.
    function convictMalformed(bytes memory reason, bytes32 hash) internal pure {
        if (reason.length == 4 && bytes4(reason) == Rlp.Malformed.selector) {
            Verdicts.end(Mismatch(Kinds.CLAIM_MALFORMED, Claims.NONE, Claims.NONE, 0, hash));
        }
        revert Verdicts.NotJudged(reason.length);
    }

    /// Ends the call with a mismatch about no message if what is claimed is not what it must be.
    function check(uint256 kind, bytes32 expected, bytes32 found) internal pure {
        if (expected != found) Verdicts.end(Mismatch(kind, Claims.NONE, Claims.NONE, expected, found));
    }

    /// The same of two numbers.
    function check(uint256 kind, uint256 expected, uint256 found) internal pure {
        check(kind, bytes32(expected), bytes32(found));
    }

    /// Ends the call with a mismatch about message 0 if what is claimed is not what it must be.
    function checkTop(uint256 kind, uint256 expected, uint256 found) internal pure {
        if (expected != found) {
            Verdicts.end(Mismatch(kind, 0, Claims.NONE, bytes32(expected), bytes32(found)));
        }
    }
}
