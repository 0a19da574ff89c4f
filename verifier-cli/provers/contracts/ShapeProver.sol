// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Claims, IProver, Mismatch} from "./Claims.sol";
import {Kinds} from "./Kinds.sol";
import {Parts} from "./Parts.sol";
import {Shapes} from "./Shapes.sol";

/// The prover of shapes: an item whose bytes are not what such an item's are, whatever they say. Nobody could run a
/// message on them, and no other prover reads them. All that it looks at is true of every true claim.
contract ShapeProver is IProver {
    /// A proof: `abi.encode` of this. It is looked at in this order, up to what is malformed: the sender and
    /// the trees of the transaction; the trees of the message; its head; a record, if its index is not 0; the length of `callData`,
    /// if any part of it is given.
    struct Shape {
        Claims.InBlock transaction;
        /// The head is what the message's hash is of, whatever its length.
        Claims.InTransaction message;
        Claims.InMessage record;
        /// Bytes whose hash the head has for `callData`.
        Parts.Part[] callData;
    }

    /// The bytes are not those that the hash is of.
    error NotBound();

    /// No number of items is so large.
    uint256 private constant MOST = 2 ** 32;
    uint256 private constant ADDRESS_BITS = 160;
    uint256 private constant GAS_BITS = 64;
    uint256 private constant LAST_KIND = 5;
    uint256 private constant LAST_STATUS = 2;

    /// What is malformed: `found` is the word, of bytes their hash, of a tree its root or its number; `expected` is
    /// the length that `callData` has, else 0.
    function prove(bytes32 root, bytes calldata proof) external view returns (Mismatch memory) {
        Shape calldata shape;
        if (uint256(bytes32(proof)) != 32) revert Claims.Holds();
        assembly ("memory-safe") {
            shape := add(proof.offset, 32)
        }
        Claims.openTransaction(root, shape.transaction);
        Claims.Transaction calldata transaction = shape.transaction.transaction;
        bytes32 found = transaction.sender;
        bool wrong = uint256(found) >> ADDRESS_BITS != 0;
        if (!wrong) (wrong, found) = misgrown(transaction.steps);
        if (!wrong) (wrong, found) = misgrown(transaction.messages);
        if (wrong) return Mismatch(Kinds.CLAIM_MALFORMED, Claims.NONE, Claims.NONE, 0, found);

        Claims.openLeaf(transaction, shape.message);
        (wrong, found) = ofMessage(shape.message);
        if (wrong) return malformed(shape, Claims.NONE, 0, found);
        if (shape.record.index != 0) {
            Claims.openRecord(shape.message.head, shape.record);
            if (Shapes.canonical(shape.record.bytes_)) revert Claims.Holds();
            return malformed(shape, shape.record.index, 0, keccak256(shape.record.bytes_));
        }
        if (shape.callData.length == 0) revert Claims.Holds();
        Parts.Input memory given = Parts.assembled(shape.callData);
        if (Parts.hash(given) != Claims.word(shape.message.head, Claims.CALL_DATA_HASH)) revert NotBound();
        found = Claims.word(shape.message.head, Claims.CALL_DATA_SIZE);
        if (bytes32(given.size) == found) revert Claims.Holds();
        return malformed(shape, Claims.NONE, bytes32(given.size), found);
    }

    /// Whether something about a message's own words is not so of any message, and what.
    function ofMessage(Claims.InTransaction calldata message) private pure returns (bool wrong, bytes32 found) {
        (wrong, found) = misgrown(message.message.checkpoints);
        if (wrong) return (wrong, found);
        bytes calldata head = message.head;
        bytes32 hash = keccak256(head);
        if (hash != message.message.head) revert NotBound();
        if (head.length != Claims.HEAD_SIZE || bytes32(head) != Claims.MESSAGE_TAG) return (true, hash);
        (wrong, found) = outOfRange(head);
        if (wrong) return (wrong, found);
        uint256 records = uint256(Claims.word(head, Claims.RECORD_COUNT));
        if (records == 0 || records >= MOST) return (true, bytes32(records));
        found = Claims.word(head, Claims.RECORDS_ROOT);
        if ((records == 1) != (found == 0)) return (true, found);
        found = message.message.instants;
        return ((records == 1) != (found == 0), found);
    }

    /// The first word of a head that no message has.
    function outOfRange(bytes calldata head) private pure returns (bool, bytes32 found) {
        found = Claims.word(head, Claims.IS_STATIC);
        if (uint256(found) > 1) return (true, found);
        for (uint256 position = Claims.ORIGIN; position <= Claims.CONTEXT; position += 32) {
            found = Claims.word(head, position);
            if (uint256(found) >> ADDRESS_BITS != 0) return (true, found);
        }
        for (uint256 position = Claims.GAS_AVAILABLE; position <= Claims.GAS_USED; position += 32) {
            found = Claims.word(head, position);
            if (uint256(found) >> GAS_BITS != 0) return (true, found);
        }
        found = Claims.word(head, Claims.KIND);
        if (uint256(found) > LAST_KIND) return (true, found);
        found = Claims.word(head, Claims.STATUS);
        if (uint256(found) > LAST_STATUS) return (true, found);
        found = Claims.word(head, Claims.CALL_DATA_SIZE);
        return (uint256(found) >= MOST, found);
    }

    /// Whether a tree has more leaves than any has, or a root and no leaves, or leaves and no root.
    function misgrown(Claims.Tree calldata tree) private pure returns (bool, bytes32) {
        if (tree.count >= MOST) return (true, bytes32(tree.count));
        return ((tree.count == 0) != (tree.root == 0), tree.root);
    }

    function malformed(Shape calldata shape, uint256 record, bytes32 expected, bytes32 found)
        private
        pure
        returns (Mismatch memory)
    {
        return Mismatch(Kinds.CLAIM_MALFORMED, shape.message.index, record, expected, found);
    }
}
