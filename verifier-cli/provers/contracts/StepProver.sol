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
import {StepProofs} from "./StepProofs.sol";
import {StepEffects} from "./StepEffects.sol";
import {Steps} from "./Steps.sol";
import {Verdicts} from "./Verdicts.sol";

/// Proves that a step of a transaction up to its top call or creation does not follow from the one before it; or
/// that there are too few steps or too many, or that transactions do not go on from each other. Of the top
/// `TopProver` judges, of what is behind it `SettleProver`.
contract StepProver is IProver {
    using Instants for Instants.Now;
    using Sent for Sent.Known;

    /// Whether there are as many steps as there must be whatever is destroyed (`step`).
    uint256 internal constant COUNT = 0;
    /// Whether step 0 is in the state that the block, or the transaction before, left (`chain`).
    uint256 internal constant ENTRY = 1;
    /// Whether the block leaves the state that its last transaction left (`state-root-leave`).
    uint256 internal constant LEAVE = 2;
    /// Whether they end where no account is left that goes, and no sooner (`step`).
    uint256 internal constant END = 4;

    /// What is false of the steps.
    function prove(bytes32 root, bytes calldata proof) external pure returns (Mismatch memory) {
        StepProofs.Proof calldata told = StepProofs.read(proof);
        uint256 question = told.question;
        if (question == ENTRY) {
            judgeEntry(root, told);
        } else if (question == LEAVE) {
            judgeLeave(root, told);
        } else {
            Sent.open(root, told.sent);
            Sent.Known memory known = Sent.read(told.sent);
            if (question == COUNT) judgeCount(told, known);
            else if (question == END) judgeEnd(told, known);
            else if (question == StepProofs.STEP) judgeStep(told, known);
            else revert Verdicts.NotJudged(question);
        }
        revert Claims.Holds();
    }

    function judgeCount(StepProofs.Proof calldata told, Sent.Known memory known) private pure {
        bool valid = true;
        if (known.isDeposit()) {
            Sent.openStep(told.sent, told.before);
            if (told.before.index != 0) revert Claims.NotAmong(Claims.INSTANT);
            Instants.Now memory now_ = StepProofs.before(told, known);
            uint256 balance = Optimism.plus(now_.account(known.sender).balance, known.body.mint);
            valid = Deposits.isValid(known, balance);
        }
        uint256 count = told.sent.inBlock.transaction.steps.count;
        uint256 least = Steps.beforeRemovals(known, valid);
        // One that does not run destroys nothing.
        if (count < least || !valid) Proofs.check(Kinds.CLAIM_STEP, least, count);
    }

    function judgeEnd(StepProofs.Proof calldata told, Sent.Known memory known) private pure {
        Sent.openStep(told.sent, told.before);
        uint256 count = told.sent.inBlock.transaction.steps.count;
        uint256 behind = told.before.index + 1;
        if (behind < Steps.beforeRemovals(known, Steps.runs(known, count))) revert Verdicts.NotJudged(behind);
        bool isLeft = told.before.instant.destroyed != Mpt.EMPTY_ROOT;
        if (isLeft == (behind == count)) {
            Proofs.check(Kinds.CLAIM_STEP, isLeft ? count + 1 : behind, count);
        }
    }

    function judgeEntry(bytes32 root, StepProofs.Proof calldata told) private pure {
        Claims.InBlock calldata inBlock = told.sent.inBlock;
        Claims.openTransaction(root, inBlock);
        Claims.Instant memory entry;
        entry.stateRoot = inBlock.block_.enter;
        if (inBlock.index != 0) {
            bytes32 leaf = Claims.leaf(keccak256(abi.encode(Claims.TRANSACTION_TAG, told.previous)));
            if (!Claims.stands(inBlock.block_.transactions, inBlock.index - 1, leaf, told.previousPath)) {
                revert Claims.NotAmong(Claims.TRANSACTION);
            }
            entry.stateRoot = openLast(told.previous, told.before);
        }
        entry.entryRoot = entry.stateRoot;
        entry.accessed = Mpt.EMPTY_ROOT;
        entry.transient_ = Mpt.EMPTY_ROOT;
        entry.created = Mpt.EMPTY_ROOT;
        entry.destroyed = Mpt.EMPTY_ROOT;
        Sent.openStep(inBlock.transaction, 0, told.behind, told.behindPath);
        Proofs.check(Kinds.CLAIM_CHAIN, Claims.digestOf(entry), told.behind);
    }

    function judgeLeave(bytes32 root, StepProofs.Proof calldata told) private pure {
        Claims.InBlock calldata inBlock = told.sent.inBlock;
        Claims.openBlock(root, inBlock.block_);
        bytes32 left = inBlock.block_.enter;
        if (inBlock.block_.transactions.count != 0) {
            Claims.openTransaction(root, inBlock);
            if (inBlock.index + 1 != inBlock.block_.transactions.count) revert Claims.NotAmong(Claims.TRANSACTION);
            left = openLast(inBlock.transaction, told.before);
        }
        Proofs.check(Kinds.TRANSACTION_STATE_ROOT_LEAVE, left, inBlock.block_.leave);
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

    function judgeStep(StepProofs.Proof calldata told, Sent.Known memory known) private pure {
        (Instants.Now memory now_, uint256 step, uint256 place) = StepProofs.open(told, known);
        if (step == Steps.CHARGE) StepEffects.charge(now_, known, told.sent.bytes_);
        else if (step == Steps.SENDER) StepEffects.accessSender(now_, known);
        else if (step == Steps.ACCESS) StepEffects.accessItem(now_, known, place);
        else if (step == Steps.AUTHORIZATION) StepEffects.authorize(now_, known, place, told.code);
        else revert Verdicts.NotJudged(told.step);
        StepProofs.check(told, now_);
    }
}
