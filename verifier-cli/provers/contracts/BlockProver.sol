// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {BlobFees} from "./BlobFees.sol";
import {Claims, IProver, Mismatch} from "./Claims.sol";
import {Headers} from "./Headers.sol";
import {IndexTrie} from "./IndexTrie.sol";
import {Kinds} from "./Kinds.sol";
import {Proofs} from "./Proofs.sol";
import {Receipts} from "./Receipts.sol";
import {Rules} from "./Rules.sol";
import {Sent} from "./Sent.sol";
import {Verdicts} from "./Verdicts.sol";

/// Proves that what is claimed of a block is not what its header says. A claim that names a header is of all of
/// the block's transactions, from the first on.
contract BlockProver is IProver {
    /// A proof, by `abi.encode`.
    struct Proof {
        /// What is asked: one of the constants below.
        uint256 question;
        Claims.Block block_;
        Claims.Environment environment;
        /// A header's bytes: the block's; for `ANCESTOR` that of the block above.
        bytes header;
        /// For `ANCESTOR`: the place in the tree of ancestors, what is claimed there, and the path.
        /// For `TRANSACTION` and `RECEIPT`: the transaction's index; `leaf` is not looked at.
        uint256 place;
        bytes32 leaf;
        bytes32[] path;
        /// For `ANCESTOR` from place 1 on: what is claimed at the place before, and the path.
        bytes32 above;
        bytes32[] abovePath;
        /// For `TRANSACTION` and `RECEIPT`: what is claimed of the transaction.
        Claims.Transaction transaction;
        /// For `RECEIPT`: the bytes that the receipt's hash is of.
        bytes receipt;
        /// Nodes of the header's trie, from the root down to the index.
        bytes[] nodes;
        /// For `RECEIPT`, but of the first: nodes down to the receipt before.
        bytes[] nodesBefore;
    }

    /// Whether the environment is the header's (`environment`, `blob-base-fee`).
    uint256 internal constant ENVIRONMENT = 0;
    /// Whether an ancestor's hash is the one that the header above it has (`ancestor`).
    uint256 internal constant ANCESTOR = 1;
    /// Whether the header's block has the transaction at its place (`block-transaction`).
    uint256 internal constant TRANSACTION = 2;
    /// Whether the header's block has the receipt at its place (`block-receipt`).
    uint256 internal constant RECEIPT = 3;
    /// Whether the header's block has no more transactions (`transaction-count`).
    uint256 internal constant COUNT = 4;
    /// Whether the words of the environment are within their ranges (`malformed`).
    uint256 internal constant RANGE = 5;

    /// The word for what is no number.
    uint256 private constant NONE = type(uint256).max;

    /// The error of a header that is not the one that is claimed.
    error OtherHeader();

    /// What is false of the block.
    function prove(bytes32 root, bytes calldata proof) external view returns (Mismatch memory) {
        Proof calldata told;
        uint256 place = Proofs.place(proof);
        assembly ("memory-safe") {
            told := place
        }
        Claims.openBlock(root, told.block_);
        uint256 question = told.question;
        if (question == RANGE) {
            judgeRange(told);
        } else if (question == ANCESTOR) {
            judgeAncestor(told);
        } else {
            Headers.Read memory header = own(told);
            if (question == ENVIRONMENT) judgeEnvironment(told, header);
            else if (question == TRANSACTION) judgeTransaction(told, header);
            else if (question == RECEIPT) judgeReceipt(told, header);
            else if (question == COUNT) judgeCount(told, header);
            else revert Verdicts.NotJudged(question);
        }
        revert Claims.Holds();
    }

    /// The fork of rules: it reverts with `Unknown` if there are no such rules.
    function forkOf(uint256 rules) external pure returns (uint256) {
        return Rules.forkOf(rules);
    }

    /// The block's own header.
    function own(Proof calldata told) private pure returns (Headers.Read memory) {
        if (keccak256(told.header) != told.block_.header) revert OtherHeader();
        return Headers.read(told.header);
    }

    function judgeRange(Proof calldata told) private view {
        Claims.Environment calldata environment = told.environment;
        Claims.openEnvironment(told.block_, environment);
        limit(environment.chainId, 64);
        try this.forkOf(environment.rules) {}
        catch (bytes memory reason) {
            bool unknown = reason.length >= 4 && bytes4(reason) == Rules.Unknown.selector;
            if (unknown) Proofs.check(Kinds.CLAIM_MALFORMED, NONE, environment.rules);
        }
        limit(environment.number, 64);
        limit(environment.timestamp, 64);
        limit(uint256(environment.beneficiary), 160);
        limit(environment.gasLimit, 64);
        limit(environment.baseFee, 64);
        limit(environment.blobBaseFee, 128);
    }

    function limit(uint256 word, uint256 bits) private pure {
        if (word >> bits != 0) Proofs.check(Kinds.CLAIM_MALFORMED, (uint256(1) << bits) - 1, word);
    }

    function judgeEnvironment(Proof calldata told, Headers.Read memory header) private pure {
        Claims.Environment calldata environment = told.environment;
        Claims.openEnvironment(told.block_, environment);
        uint256 fork = Rules.forkOf(environment.rules);
        check(header.number, environment.number);
        check(header.timestamp, environment.timestamp);
        check(uint160(header.beneficiary), uint256(environment.beneficiary));
        check(header.gasLimit, environment.gasLimit);
        if (fork >= Rules.BASE_FEE) check(header.baseFee, environment.baseFee);
        bytes32 randomness = fork >= Rules.RANDOMNESS ? header.mix : bytes32(header.difficulty);
        check(uint256(randomness), uint256(environment.randomness));
        if (BlobFees.follows(fork)) {
            uint256 price = BlobFees.price(fork, header.excessBlobGas);
            Proofs.check(Kinds.TRANSACTION_BLOB_BASE_FEE, price, environment.blobBaseFee);
        }
    }

    function check(uint256 expected, uint256 found) private pure {
        Proofs.check(Kinds.CLAIM_ENVIRONMENT, expected, found);
    }

    function judgeAncestor(Proof calldata told) private pure {
        Claims.Tree calldata tree = told.block_.ancestors;
        if (!Claims.stands(tree, told.place, Claims.leaf(told.leaf), told.path)) revert Claims.NotAmong(Claims.BLOCK);
        // That is an ancestor which is not claimed.
        if (told.leaf == 0) revert Claims.Holds();
        bytes32 above = told.block_.header;
        if (told.place != 0) {
            above = told.above;
            if (!Claims.stands(tree, told.place - 1, Claims.leaf(above), told.abovePath)) {
                revert Claims.NotAmong(Claims.BLOCK);
            }
        }
        if (keccak256(told.header) != above) revert OtherHeader();
        Proofs.check(Kinds.TRANSACTION_ANCESTOR, Headers.read(told.header).parent, told.leaf);
    }

    /// What is claimed of the transaction stands at its index.
    function openTransaction(Proof calldata told) private pure {
        bytes32 digest = keccak256(abi.encode(Claims.TRANSACTION_TAG, told.transaction));
        if (!Claims.stands(told.block_.transactions, told.place, Claims.leaf(digest), told.path)) {
            revert Claims.NotAmong(Claims.TRANSACTION);
        }
    }

    function judgeTransaction(Proof calldata told, Headers.Read memory header) private pure {
        openTransaction(told);
        bytes calldata found = IndexTrie.get(told.nodes, header.transactionsRoot, told.place);
        bytes32 expected = found.length == 0 ? bytes32(0) : keccak256(found);
        Proofs.check(Kinds.TRANSACTION_BLOCK_TRANSACTION, expected, told.transaction.hash);
    }

    function judgeReceipt(Proof calldata told, Headers.Read memory header) private pure {
        openTransaction(told);
        if (keccak256(told.receipt) != told.transaction.receipt) revert Sent.OtherBytes();
        Receipts.Read memory claimed = Receipts.read(told.receipt);
        bytes calldata found = IndexTrie.get(told.nodes, header.receiptsRoot, told.place);
        if (found.length == 0) checkReceipt(false, 0, claimed.gas);
        Receipts.Read memory there = Receipts.read(found);
        checkReceipt(there.kind == claimed.kind, there.kind, claimed.kind);
        checkReceipt(there.success == claimed.success, there.success ? 1 : 0, claimed.success ? 1 : 0);
        uint256 gas = there.gas;
        if (told.place != 0) {
            bytes calldata previous = IndexTrie.get(told.nodesBefore, header.receiptsRoot, told.place - 1);
            if (previous.length == 0) checkReceipt(false, 0, claimed.gas);
            uint256 before = Receipts.read(previous).gas;
            gas = gas < before ? NONE : gas - before;
        }
        checkReceipt(gas == claimed.gas, gas, claimed.gas);
        uint256 nonce = there.hasDeposit ? there.nonce : NONE;
        uint256 version = there.hasDeposit ? there.version : NONE;
        uint256 claimedNonce = claimed.hasDeposit ? claimed.nonce : NONE;
        uint256 claimedVersion = claimed.hasDeposit ? claimed.version : NONE;
        checkReceipt(nonce == claimedNonce, nonce, claimedNonce);
        checkReceipt(version == claimedVersion, version, claimedVersion);
        checkBytes(Receipts.bloomOf(there), Receipts.bloomOf(claimed));
        checkBytes(Receipts.logsOf(there), Receipts.logsOf(claimed));
    }

    function checkBytes(bytes calldata expected, bytes calldata found) private pure {
        Proofs.check(Kinds.TRANSACTION_BLOCK_RECEIPT, keccak256(expected), keccak256(found));
    }

    function checkReceipt(bool holds, uint256 expected, uint256 found) private pure {
        bytes32[2] memory words = [bytes32(expected), bytes32(found)];
        if (!holds) {
            Verdicts.end(
                Mismatch(Kinds.TRANSACTION_BLOCK_RECEIPT, Claims.NONE, Claims.NONE, words[0], words[1])
            );
        }
    }

    function judgeCount(Proof calldata told, Headers.Read memory header) private pure {
        uint256 count = told.block_.transactions.count;
        bytes calldata found = IndexTrie.get(told.nodes, header.transactionsRoot, count);
        if (found.length != 0) Proofs.check(Kinds.CLAIM_TRANSACTION_COUNT, count + 1, count);
    }
}
