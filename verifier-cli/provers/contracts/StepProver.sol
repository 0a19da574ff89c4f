// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Claims, IProver, Mismatch} from "./Claims.sol";
import {Deposits} from "./Deposits.sol";
import {Instants} from "./Instants.sol";
import {Kinds} from "./Kinds.sol";
import {Mpt} from "./Mpt.sol";
import {Optimism} from "./Optimism.sol";
import {Proofs} from "./Proofs.sol";
import {Sent} from "./Sent.sol";
import {StepEffects} from "./StepEffects.sol";
import {Steps} from "./Steps.sol";
import {TopCall} from "./TopCall.sol";
import {Verdicts} from "./Verdicts.sol";

/// Proves that a step of a transaction does not follow from the one before it, but for the top call or creation,
/// of which `TopProver` judges; or that transactions do not go on from each other.
contract StepProver is IProver {
    using Instants for Instants.Now;
    using Sent for Sent.Known;

    /// A proof, by `abi.encode`.
    struct Proof {
        /// What is asked: one of the constants below.
        uint256 question;
        Sent.Told sent;
        /// For `STEP`: the step that is judged.
        uint256 step;
        /// The step before it; for `COUNT` of a deposit step 0; for `ENTRY` the last step of the transaction
        /// before, for `LEAVE` that of the last one.
        Claims.Opened before;
        /// For `STEP` and `ENTRY`: the digest that is claimed of the step.
        bytes32 behind;
        bytes32[] behindPath;
        /// For steps behind the top: message 0, if there is one.
        Claims.InTransaction message;
        /// For `ENTRY`: the transaction before, if there is one.
        Claims.Transaction previous;
        bytes32[] previousPath;
        /// For the last step: the accounts that go.
        address[] destroyed;
        /// Nodes of tries, one behind the other.
        bytes nodes;
        /// For an authorisation: the authority's code, if it has any.
        bytes code;
    }

    /// Whether there are as many steps as there must be (`step`).
    uint256 internal constant COUNT = 0;
    /// Whether step 0 is in the state that the block, or the transaction before, left (`chain`).
    uint256 internal constant ENTRY = 1;
    /// Whether the block leaves the state that its last transaction left (`state-root-leave`).
    uint256 internal constant LEAVE = 2;
    /// Whether a step follows from the one before it (`step`).
    uint256 internal constant STEP = 3;

    /// What is false of the steps.
    function prove(bytes32 root, bytes calldata proof) external view returns (Mismatch memory) {
        Proof calldata told;
        uint256 place = Proofs.place(proof);
        assembly ("memory-safe") {
            told := place
        }
        uint256 question = told.question;
        if (question == ENTRY) {
            judgeEntry(root, told);
        } else if (question == LEAVE) {
            judgeLeave(root, told);
        } else {
            Sent.open(root, told.sent);
            Sent.Known memory known = Sent.read(told.sent);
            if (question == COUNT) judgeCount(told, known);
            else if (question == STEP) judgeStep(told, known);
            else revert Verdicts.NotJudged(question);
        }
        revert Claims.Holds();
    }

    function judgeCount(Proof calldata told, Sent.Known memory known) private pure {
        bool valid = true;
        if (known.isDeposit()) {
            Sent.openStep(told.sent, told.before);
            if (told.before.index != 0) revert Claims.NotAmong(Claims.INSTANT);
            Instants.Now memory now_ = beginAt(told, known);
            uint256 balance = Optimism.plus(now_.account(known.sender).balance, known.body.mint);
            valid = Deposits.isValid(known, balance);
        }
        Proofs.check(Kinds.CLAIM_STEP, Steps.count(known, valid), told.sent.at.transaction.steps.count);
    }

    function judgeEntry(bytes32 root, Proof calldata told) private pure {
        Claims.InBlock calldata at = told.sent.at;
        Claims.openTransaction(root, at);
        Claims.Instant memory entry;
        entry.stateRoot = at.block_.enter;
        if (at.index != 0) {
            bytes32 leaf = Claims.leaf(keccak256(abi.encode(Claims.TRANSACTION_TAG, told.previous)));
            if (!Claims.stands(at.block_.transactions, at.index - 1, leaf, told.previousPath)) {
                revert Claims.NotAmong(Claims.TRANSACTION);
            }
            entry.stateRoot = openLast(told.previous, told.before);
        }
        entry.entryRoot = entry.stateRoot;
        entry.accessed = Mpt.EMPTY_ROOT;
        entry.transient_ = Mpt.EMPTY_ROOT;
        entry.created = Mpt.EMPTY_ROOT;
        entry.destroyed = Mpt.EMPTY_ROOT;
        Sent.openStep(at.transaction, 0, told.behind, told.behindPath);
        Proofs.check(Kinds.CLAIM_CHAIN, Claims.digestOf(entry), told.behind);
    }

    function judgeLeave(bytes32 root, Proof calldata told) private pure {
        Claims.InBlock calldata at = told.sent.at;
        Claims.openBlock(root, at.block_);
        bytes32 left = at.block_.enter;
        if (at.block_.transactions.count != 0) {
            Claims.openTransaction(root, at);
            if (at.index + 1 != at.block_.transactions.count) revert Claims.NotAmong(Claims.TRANSACTION);
            left = openLast(at.transaction, told.before);
        }
        Proofs.check(Kinds.TRANSACTION_STATE_ROOT_LEAVE, left, at.block_.leave);
    }

    /// The state root behind a transaction's last step.
    function openLast(Claims.Transaction calldata transaction, Claims.Opened calldata last)
        private
        pure
        returns (bytes32)
    {
        if (last.index + 1 != transaction.steps.count) revert Claims.NotAmong(Claims.INSTANT);
        Sent.openStep(transaction, last.index, Claims.digestOf(last.instant), last.path);
        return last.instant.stateRoot;
    }

    function judgeStep(Proof calldata told, Sent.Known memory known) private view {
        Sent.openStep(told.sent, told.before);
        if (told.step == 0 || told.before.index != told.step - 1) revert Claims.NotAmong(Claims.INSTANT);
        uint256 count = told.sent.at.transaction.steps.count;
        bool valid = Steps.run(known, count);
        // Else it is that there are so many.
        if (count != Steps.count(known, valid)) revert Verdicts.NotJudged(count);
        (uint256 step, uint256 place) = Steps.at(known, valid, told.step);
        Instants.Now memory now_ = beginAt(told, known);
        bytes calldata bytes_ = told.sent.bytes_;
        if (step == Steps.CHARGE) {
            StepEffects.charge(now_, known, bytes_);
        } else if (step == Steps.SENDER) {
            StepEffects.accessSender(now_, known);
        } else if (step == Steps.ACCESS) {
            StepEffects.accessItem(now_, known, place);
        } else if (step == Steps.AUTHORIZATION) {
            StepEffects.authorize(now_, known, place, told.code);
        } else if (step == Steps.END) {
            StepEffects.finish(now_, told.destroyed);
        } else if (step == Steps.TOP) {
            revert Verdicts.NotJudged(told.step);
        } else {
            (, uint256 gas) = TopCall.end(known, told.sent, told.message);
            StepEffects.settle(now_, known, step, place, gas, bytes_);
        }
        Sent.openStep(told.sent.at.transaction, told.step, told.behind, told.behindPath);
        Proofs.check(Kinds.CLAIM_STEP, Claims.digestOf(now_.instant), told.behind);
    }

    /// The instant of the step that was opened.
    function beginAt(Proof calldata told, Sent.Known memory known) private pure returns (Instants.Now memory) {
        return TopCall.before(known, told.sent.environment.beneficiary, told.before.instant, told.nodes);
    }
}
