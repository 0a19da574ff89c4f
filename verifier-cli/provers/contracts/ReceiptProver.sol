// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Accounts} from "./Accounts.sol";
import {Claims, IProver, Mismatch} from "./Claims.sol";
import {GasUsed} from "./GasUsed.sol";
import {Kinds} from "./Kinds.sol";
import {Mpt} from "./Mpt.sol";
import {Optimism} from "./Optimism.sol";
import {Proofs} from "./Proofs.sol";
import {Receipts} from "./Receipts.sol";
import {Rules} from "./Rules.sol";
import {Sent} from "./Sent.sol";
import {Steps} from "./Steps.sol";
import {TopCall} from "./TopCall.sol";
import {Verdicts} from "./Verdicts.sol";

/// Proves that a transaction's receipt does not say what became of it.
contract ReceiptProver is IProver {
    using Sent for Sent.Known;

    /// A proof, by `abi.encode`.
    struct Proof {
        /// What is asked: one of the constants below.
        uint256 question;
        Sent.Told sent;
        /// The bytes that the receipt's hash is of; for `OTHER` those that it must be of.
        bytes receipt;
        /// The last step.
        Claims.Opened last;
        /// Message 0, if there is one.
        Claims.InTransaction message;
        /// Of a deposit: nodes that show its sender in the state before it.
        bytes nodes;
    }

    /// Whether the receipt says what happened: `status`, `gas-used`, `logs`, `bloom`, `deposit-nonce`,
    /// `deposit-version`.
    uint256 internal constant RECEIPT = 0;
    /// Whether its bytes are a receipt's of the transaction's type at all (`malformed`).
    uint256 internal constant MALFORMED = 1;
    /// Whether the hash is that of the receipt which follows (`receipt`): nobody needs to know what it is of.
    uint256 internal constant OTHER = 2;

    /// What `follows` returns first. An answer that finds the shown bytes false begins with a kind.
    bytes32 private constant FOLLOWS = "follows";

    /// The version of a deposit's receipt.
    uint256 private constant VERSION = 1;
    /// The word for what a receipt does not tell.
    uint256 private constant NONE = type(uint256).max;

    /// What is false of the receipt.
    function prove(bytes32 root, bytes calldata proof) external view returns (Mismatch memory) {
        Proof calldata told;
        uint256 place = Proofs.place(proof);
        assembly ("memory-safe") {
            told := place
        }
        uint256 question = told.question;
        if (question == OTHER) {
            judgeHash(root, proof);
            revert Claims.Holds();
        }
        Sent.open(root, told.sent);
        bytes32 hash = told.sent.inBlock.transaction.receipt;
        if (keccak256(told.receipt) != hash) revert Sent.OtherBytes();
        Sent.Known memory known = Sent.read(told.sent);
        if (question == MALFORMED) judgeBytes(told, known, hash);
        else if (question == RECEIPT) judgeReceipt(told, known);
        else revert Verdicts.NotJudged(question);
        revert Claims.Holds();
    }

    /// Takes bytes apart: it reverts with `Malformed` if they are no receipt's. Returns the type.
    function read(bytes calldata receipt) external pure returns (uint256) {
        return Receipts.read(receipt).kind;
    }

    /// The hash of the receipt that is shown, if it is the one that follows, and the hash that is claimed. All of it is
    /// opened here: what a proof shows by offsets beyond its end is another thing in another call.
    function follows(bytes32 root, bytes calldata proof)
        external
        view
        returns (bytes32 tag, bytes32 expected, bytes32 claimed)
    {
        Proof calldata told;
        uint256 place = Proofs.place(proof);
        assembly ("memory-safe") {
            told := place
        }
        Sent.open(root, told.sent);
        Sent.Known memory known = Sent.read(told.sent);
        uint256 kind = Receipts.read(told.receipt).kind;
        if (kind != known.body.kind) revert Verdicts.NotJudged(kind);
        judgeReceipt(told, known);
        return (FOLLOWS, keccak256(told.receipt), told.sent.inBlock.transaction.receipt);
    }

    /// Zero is the hash of a receipt that is not claimed.
    function judgeHash(bytes32 root, bytes calldata proof) private view {
        (bytes32 tag, bytes32 expected, bytes32 claimed) = this.follows(root, proof);
        if (tag != FOLLOWS || claimed == 0) revert Verdicts.NotJudged(OTHER);
        Proofs.check(Kinds.CLAIM_RECEIPT, expected, claimed);
    }

    function judgeBytes(Proof calldata told, Sent.Known memory known, bytes32 hash) private view {
        try this.read(told.receipt) returns (uint256 kind) {
            Proofs.check(Kinds.CLAIM_MALFORMED, known.body.kind, kind);
        } catch (bytes memory reason) {
            Proofs.convictMalformed(reason, hash);
        }
    }

    function judgeReceipt(Proof calldata told, Sent.Known memory known) private view {
        Claims.Transaction calldata transaction = told.sent.inBlock.transaction;
        Sent.openStep(told.sent, told.last);
        if (told.last.index + 1 != transaction.steps.count) revert Claims.NotAmong(Claims.INSTANT);
        Receipts.Read memory receipt = Receipts.read(told.receipt);
        judgeEnd(told, known, receipt);
        (bytes32 chain, bytes memory bloom) = Receipts.chained(receipt);
        Proofs.check(Kinds.TRANSACTION_LOGS, told.last.instant.logs, chain);
        Proofs.check(Kinds.TRANSACTION_BLOOM, keccak256(bloom), keccak256(Receipts.bloomOf(receipt)));
        // Only in receipts from Canyon on a deposit's nonce and version are encoded.
        bool has = known.isDeposit() && Optimism.has(known.rules, Rules.OPTIMISM_DEPOSIT_RECEIPTS);
        uint256 expected = NONE;
        if (has) {
            bytes32 before = told.last.instant.entryRoot;
            (, Accounts.Account memory sender) = Accounts.read(Mpt.load(told.nodes), before, known.sender);
            expected = sender.nonce;
        }
        Proofs.check(Kinds.TRANSACTION_DEPOSIT_NONCE, expected, receipt.hasDeposit ? receipt.nonce : NONE);
        expected = has ? VERSION : NONE;
        Proofs.check(Kinds.TRANSACTION_DEPOSIT_VERSION, expected, receipt.hasDeposit ? receipt.version : NONE);
    }

    function judgeEnd(Proof calldata told, Sent.Known memory known, Receipts.Read memory receipt) private view {
        uint256 status;
        uint256 gas;
        bool valid = Steps.runs(known, told.sent.inBlock.transaction.steps.count);
        if (valid) (status, gas) = TopCall.end(known, told.sent, told.message);
        Proofs.check(Kinds.TRANSACTION_STATUS, status == 1 ? 1 : 0, receipt.success ? 1 : 0);
        gas = GasUsed.total(known, valid, gas, told.last.instant.refund);
        Proofs.check(Kinds.TRANSACTION_GAS_USED, gas, receipt.gas);
    }
}
