// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Rlp} from "./Rlp.sol";

/// The trie of a block's transactions, or of their receipts: under the RLP of an index, in which no key is the
/// beginning of another.
library IndexTrie {
    using Rlp for Rlp.Cursor;

    /// The error of nodes that do not lead from the root to the index.
    error NodeMissing(bytes32 hash);

    bytes32 private constant EMPTY_ROOT = keccak256(hex"80");

    /// Nibbles that are left of a key, in front.
    struct Key {
        uint256 nibbles;
        uint256 left;
    }

    /// What stands at an index; nothing if it is empty. `nodes` are those on the way to it, the root first, but
    /// for such as stand within another.
    function get(bytes[] calldata nodes, bytes32 root, uint256 index) internal pure returns (bytes calldata value) {
        value = Rlp.slice(0, 0);
        if (root == EMPTY_ROOT) return value;
        Key memory key = keyOf(index);
        bytes32 next = root;
        for (uint256 depth = 0; depth < nodes.length; depth++) {
            bytes calldata node = nodes[depth];
            if (keccak256(node) != next) revert NodeMissing(next);
            (bool done, bytes calldata found) = walk(Rlp.all(node), key);
            if (done) return found;
            next = bytes32(found);
        }
        revert NodeMissing(next);
    }

    /// Follows the key through a node and those within it: to a value or nothing, or to the hash of another node.
    /// Each step takes nibbles.
    function walk(Rlp.Cursor memory node, Key memory key)
        private
        pure
        returns (bool done, bytes calldata found)
    {
        found = Rlp.slice(0, 0);
        while (true) {
            Rlp.Cursor memory items = node.list();
            uint256 count = items.copy().count();
            bool isLeaf;
            if (count == 17) {
                if (key.left == 0) revert Rlp.Malformed();
                for (uint256 passed = key.nibbles >> 252; passed > 0; passed--) {
                    items.item();
                }
                key.nibbles <<= 4;
                key.left--;
            } else if (count == 2) {
                bool same;
                (isLeaf, same) = take(items, key);
                if (!same) return (true, found);
            } else {
                revert Rlp.Malformed();
            }
            uint256 start = items.place;
            (bool isList, uint256 place, uint256 length) = items.item();
            if (isLeaf) {
                if (isList) revert Rlp.Malformed();
                return (true, Rlp.slice(place, length));
            }
            if (!isList) {
                if (length != 32 && length != 0) revert Rlp.Malformed();
                return (length == 0, Rlp.slice(place, length));
            }
            node = Rlp.Cursor(start, items.place);
        }
    }

    /// Takes a leaf's or an extension's part off the key.
    function take(Rlp.Cursor memory items, Key memory key) private pure returns (bool isLeaf, bool same) {
        (uint256 place, uint256 length) = items.text();
        if (length == 0 || length > 32) revert Rlp.Malformed();
        uint256 word = Rlp.load(place);
        uint256 flags = word >> 252;
        if (flags > 3) revert Rlp.Malformed();
        isLeaf = flags > 1;
        uint256 count = 2 * (length - 1);
        // An odd part begins in the first byte.
        if (flags & 1 == 1) count++;
        word <<= flags & 1 == 1 ? 4 : 8;
        if (count > key.left || (isLeaf && count != key.left)) return (isLeaf, false);
        if (count != 0 && (word ^ key.nibbles) >> (256 - 4 * count) != 0) return (isLeaf, false);
        if (count == 0 && !isLeaf) revert Rlp.Malformed();
        key.nibbles <<= 4 * count;
        key.left -= count;
        return (isLeaf, true);
    }

    /// RLP of an index below 2^32.
    function keyOf(uint256 index) private pure returns (Key memory) {
        if (index == 0) return Key(0x80 << 248, 2);
        if (index < 0x80) return Key(index << 248, 2);
        if (index < 0x100) return Key((0x8100 | index) << 240, 4);
        if (index < 0x10000) return Key((0x820000 | index) << 232, 6);
        if (index < 0x1000000) return Key((0x83000000 | index) << 224, 8);
        return Key((0x8400000000 | (index & 0xffffffff)) << 216, 10);
    }
}
