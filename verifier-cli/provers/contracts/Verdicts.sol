// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Claims, Mismatch} from "./Claims.sol";

/// How a prover ends: the first thing that it finds false is its answer.
library Verdicts {
    /// A kind of the access audit that is passed over has its bit set, counted from this one.
    uint256 internal constant FIRST_KIND = 64;

    /// What is judged, and what of it is passed over.
    struct Subject {
        uint256 message;
        uint256 record;
        uint256 skip;
    }

    /// The error of a proof that lacks the code with a hash.
    error CodeMissing(bytes32 hash);
    /// The error of a prover that is given what it does not judge.
    error NotJudged(uint256 what);

    /// Whether a kind is looked at.
    function asks(Subject memory subject, uint256 kind) internal pure returns (bool) {
        return (subject.skip >> (kind - FIRST_KIND)) & 1 == 0;
    }

    /// Ends the call with a mismatch if what is claimed is not what it must be.
    function check(Subject memory subject, uint256 kind, uint256 expected, uint256 found) internal pure {
        if (expected != found) {
            end(Mismatch(kind, subject.message, subject.record, bytes32(expected), bytes32(found)));
        }
    }

    /// The same of two truths.
    function check(Subject memory subject, uint256 kind, bool expected, uint256 found) internal pure {
        check(subject, kind, expected ? 1 : 0, found);
    }

    /// The same of two hashes.
    function check(Subject memory subject, uint256 kind, bytes32 expected, bytes32 found) internal pure {
        check(subject, kind, uint256(expected), uint256(found));
    }

    /// Ends the call: `prove` has returned this.
    function end(Mismatch memory mismatch) internal pure {
        bytes memory answer = abi.encode(mismatch);
        assembly ("memory-safe") {
            return(add(answer, 32), mload(answer))
        }
    }
}
