// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Claims} from "./Claims.sol";
import {Parts} from "./Parts.sol";

/// Items of a commitment that somebody lacks: which there are, and what shows one. What is asked for is named by its
/// place; that there is such a place follows from what the operator claims above it, and is shown by who asks.
library Questions {
    /// An item, and what it hangs in: `transaction.block_` always, the transaction and the message as far as the level
    /// says. `index` is the item's place in its tree; of a record, and of the instant behind it, the record's index.
    struct Question {
        uint256 level;
        Claims.InBlock transaction;
        Claims.InTransaction message;
        uint256 index;
    }

    /// The operator claims no such item.
    error NoItem();
    /// This is not the item.
    error NotTheItem();

    // Levels. Of the block: the header's bytes; an ancestor's hash; the seven words of a transaction.
    uint256 internal constant HEADER = 0;
    uint256 internal constant ANCESTOR = 1;
    uint256 internal constant TRANSACTION = 2;
    // Of a transaction: its bytes; the digest behind a step; the five words of a message and its head's twenty.
    uint256 internal constant SIGNED = 3;
    uint256 internal constant STEP = 4;
    uint256 internal constant MESSAGE = 5;
    // Of a message: the three words of a checkpoint's leaf; a record's bytes; the digest behind a record.
    uint256 internal constant CHECKPOINT = 6;
    uint256 internal constant RECORD = 7;
    uint256 internal constant INSTANT = 8;

    uint256 private constant TRANSACTION_SIZE = 7 * 32;
    uint256 private constant MESSAGE_SIZE = 5 * 32;
    uint256 private constant CHECKPOINT_SIZE = 3 * 32;

    /// The item's place, if the operator claims that there is such an item: one word for each item.
    function placeOf(bytes32 root, Question calldata question) internal pure returns (bytes32) {
        uint256 level = question.level;
        uint256 index = question.index;
        Claims.Block calldata block_ = question.transaction.block_;
        if (level <= TRANSACTION) {
            Claims.openBlock(root, block_);
            bool there = level == HEADER
                ? index == 0 && block_.header != 0
                : index < (level == ANCESTOR ? block_.ancestors.count : block_.transactions.count);
            if (!there) revert NoItem();
            return place(level, 0, 0, index);
        }
        Claims.openTransaction(root, question.transaction);
        Claims.Transaction calldata transaction = question.transaction.transaction;
        if (level <= MESSAGE) {
            uint256 items = level == STEP ? transaction.steps.count : transaction.messages.count;
            if (index >= (level == SIGNED ? 1 : items)) revert NoItem();
            return place(level, question.transaction.index, 0, index);
        }
        Claims.openMessage(transaction, question.message);
        uint256 count = level == CHECKPOINT
            ? question.message.message.checkpoints.count
            : uint256(Claims.word(question.message.head, Claims.RECORD_COUNT));
        // Of records the opening one is in the head.
        if (level > INSTANT || index >= count || (level != CHECKPOINT && index == 0)) revert NoItem();
        return place(level, question.transaction.index, question.message.index, index);
    }

    /// The item is what these bytes are, or have the hash of. The question has been opened.
    function check(Question calldata question, Parts.Input memory data, bytes32[] calldata path) internal pure {
        if (!answers(question, data, path)) revert NotTheItem();
    }

    function answers(Question calldata question, Parts.Input memory data, bytes32[] calldata path)
        private
        pure
        returns (bool)
    {
        uint256 level = question.level;
        uint256 index = question.index;
        Claims.Block calldata block_ = question.transaction.block_;
        Claims.Transaction calldata transaction = question.transaction.transaction;
        if (level == HEADER) return Parts.hash(data) == block_.header;
        if (level == SIGNED) return Parts.hash(data) == transaction.hash;
        if (level == ANCESTOR) return isDigest(block_.ancestors, index, data, path);
        if (level == STEP) return isDigest(transaction.steps, index, data, path);
        if (level == TRANSACTION) {
            if (data.size != TRANSACTION_SIZE) return false;
            bytes32 digest = hashed(Claims.TRANSACTION_TAG, data);
            return Claims.stands(block_.transactions, index, Claims.leaf(digest), path);
        }
        if (level == MESSAGE) {
            if (data.size != MESSAGE_SIZE + Claims.HEAD_SIZE) return false;
            Parts.Input memory head = Parts.Input(data.start + MESSAGE_SIZE, Claims.HEAD_SIZE);
            if (Parts.hash(head) != Parts.word(data, 0) || Parts.word(head, 0) != Claims.MESSAGE_TAG) return false;
            return Claims.stands(transaction.messages, index, leafOf(data, MESSAGE_SIZE), path);
        }
        if (level == CHECKPOINT) {
            Claims.Tree memory checkpoints = question.message.message.checkpoints;
            if (data.size != CHECKPOINT_SIZE) return false;
            return Claims.stands(checkpoints, index, leafOf(data, CHECKPOINT_SIZE), path);
        }
        uint256 count = uint256(Claims.word(question.message.head, Claims.RECORD_COUNT)) - 1;
        if (level == INSTANT) {
            return isDigest(Claims.Tree(count, question.message.message.instants), index - 1, data, path);
        }
        Claims.Tree memory records = Claims.Tree(count, Claims.word(question.message.head, Claims.RECORDS_ROOT));
        return Claims.stands(records, index - 1, Claims.leaf(Parts.hash(data)), path);
    }

    /// Whether a word is the digest at a place.
    function isDigest(Claims.Tree memory tree, uint256 index, Parts.Input memory data, bytes32[] calldata path)
        private
        pure
        returns (bool)
    {
        return data.size == 32 && Claims.stands(tree, index, Claims.leaf(Parts.word(data, 0)), path);
    }

    /// The hash of a tag and all bytes behind it.
    function hashed(bytes32 tag, Parts.Input memory data) private pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            let size := mload(add(data, 32))
            mstore(free, tag)
            mcopy(add(free, 32), mload(data), size)
            hash := keccak256(free, add(size, 32))
        }
    }

    /// The leaf that holds the first so many bytes.
    function leafOf(Parts.Input memory data, uint256 size) private pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore8(free, 0)
            mcopy(add(free, 1), mload(data), size)
            hash := keccak256(free, add(size, 1))
        }
    }

    function place(uint256 level, uint256 transaction, uint256 message, uint256 index)
        private
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(level, transaction, message, index));
    }
}
