// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Claims} from "./Claims.sol";
import {Instants} from "./Instants.sol";
import {Kinds} from "./Kinds.sol";
import {Proofs} from "./Proofs.sol";
import {Sent} from "./Sent.sol";
import {Steps} from "./Steps.sol";
import {TopCall} from "./TopCall.sol";
import {Verdicts} from "./Verdicts.sol";

/// A proof about a transaction's steps, and how a step is judged by the one before it.
library StepProofs {
    using Sent for Sent.Known;

    /// A proof, by `abi.encode`.
    struct Proof {
        /// What is asked: one of the constants below.
        uint256 question;
        Sent.Told sent;
        /// For `STEP`: the step that is judged.
        uint256 step;
        /// The step before it; for `COUNT` of a deposit step 0; for `ENTRY` the last step of the transaction
        /// before, for `LEAVE` that of the last one; for `END` any behind which it may end.
        Claims.Opened before;
        /// For `STEP` and `ENTRY`: the digest that is claimed of the step.
        bytes32 behind;
        bytes32[] behindPath;
        /// For steps behind the top: message 0, if there is one.
        Claims.InTransaction message;
        /// For `ENTRY`: the transaction before, if there is one.
        Claims.Transaction previous;
        bytes32[] previousPath;
        /// Nodes of tries, one behind the other.
        bytes nodes;
        /// For an authorisation: the authority's code, if it has any.
        bytes code;
    }

    /// Whether a step follows from the one before it (`step`).
    uint256 internal constant STEP = 3;

    /// The proof where it stands.
    function read(bytes calldata proof) internal pure returns (Proof calldata told) {
        uint256 place = Proofs.place(proof);
        assembly ("memory-safe") {
            told := place
        }
    }

    /// The instant before the step that is judged, which step it is, and which of its kind.
    function open(Proof calldata told, Sent.Known memory known)
        internal
        pure
        returns (Instants.Now memory now_, uint256 step, uint256 place)
    {
        Sent.openStep(told.sent, told.before);
        if (told.step == 0 || told.before.index != told.step - 1) revert Claims.NotAmong(Claims.INSTANT);
        uint256 count = told.sent.inBlock.transaction.steps.count;
        bool valid = Steps.runs(known, count);
        // Else it is that there are so few.
        if (count < Steps.beforeRemovals(known, valid)) revert Verdicts.NotJudged(count);
        (step, place) = Steps.which(known, valid, told.step);
        now_ = before(told, known);
    }

    /// The instant of the step that was opened.
    function before(Proof calldata told, Sent.Known memory known) internal pure returns (Instants.Now memory) {
        return TopCall.before(known, told.sent.environment.beneficiary, told.before.instant, told.nodes);
    }

    /// The step is claimed to be this instant.
    function check(Proof calldata told, Instants.Now memory now_) internal pure {
        Sent.openStep(told.sent.inBlock.transaction, told.step, told.behind, told.behindPath);
        Proofs.check(Kinds.CLAIM_STEP, Claims.digestOf(now_.instant), told.behind);
    }
}
