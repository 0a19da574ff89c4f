// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Mpt} from "./Mpt.sol";
import {MptNode} from "./MptNode.sol";
import {MptTable} from "./MptTable.sol";

/// The way of a key down a trie, and the steps of it. Each step is a word: a node, its size, what
/// stands in it for the next, and the size of that.
library MptWalk {
    /// Where a walk came to.
    enum End {
        /// The trie is empty.
        Nothing,
        /// The path's leaf.
        Leaf,
        /// A leaf or extension that does not lie on the path.
        Parted,
        /// A branch that has no child there.
        Vacant
    }

    /// Bits of each part of a step.
    uint256 private constant FIELD = 64;

    /// Follows a path down. The steps stand from the free memory to `last`; it stays free. `used`
    /// nibbles are above the node where the walk ends.
    function walk(Mpt.Nodes memory nodes, bytes32 root, bytes32 path)
        internal
        pure
        returns (End kind, uint256 node, uint256 size, uint256 last, uint256 used)
    {
        last = top();
        if (root == Mpt.EMPTY_ROOT) return (End.Nothing, 0, 0, last, 0);
        (node, size) = MptTable.find(nodes, root);
        unchecked {
            while (true) {
                (node, size, last, used) = descend(nodes, node, size, last, used, path);
                (uint256 item, uint256 second) = MptNode.items(node, size);
                uint256 length;
                if (second == 0) {
                    if (used > 63) revert MptNode.BadNode();
                    (item, length) =
                        MptNode.child(node, size, (uint256(path) >> (252 - 4 * used)) & 15);
                    ++used;
                } else {
                    (uint256 word, uint256 count, bool leaf) = MptNode.nibbles(item);
                    bool parts =
                        (word ^ (uint256(path) << (4 * used))) >> (256 - 4 * count) != 0;
                    // Below an extension stands a branch, which needs a nibble too.
                    if (leaf ? used + count != 64 : count == 0 || used + count > 63) {
                        revert MptNode.BadNode();
                    }
                    if (parts || leaf) {
                        return (parts ? End.Parted : End.Leaf, node, size, last, used);
                    }
                    used += count;
                    (item, length) = (second, node + size - second);
                    if (length == 1) revert MptNode.BadNode();
                }
                uint256 packed =
                    (((node << FIELD | size) << FIELD) | item) << FIELD | length;
                assembly ("memory-safe") {
                    mstore(last, packed)
                }
                last += 32;
                if (length == 1) return (End.Vacant, node, size, last, used);
                (node, size) = MptTable.resolve(nodes, item, length);
            }
        }
    }

    /// Follows a path down through branches that have all of their children by their hashes: what
    /// `walk` does, where most nodes are.
    function descend(
        Mpt.Nodes memory nodes,
        uint256 node,
        uint256 size,
        uint256 last,
        uint256 used,
        bytes32 path
    ) private pure returns (uint256, uint256, uint256, uint256) {
        bytes32 missing;
        assembly ("memory-safe") {
            let heads := mload(nodes)
            let mask := mload(add(nodes, 32))
            // Such a branch begins with two hashes, and is too long to have no more items.
            for {} and(eq(size, 532), lt(used, 64)) {} {
                let item := add(add(node, 3), mul(33, and(shr(sub(252, shl(2, used)), path), 15)))
                if xor(shr(224, mload(node)), 0xf90211a0) { break }
                if xor(
                    or(byte(0, mload(add(node, 36))), shl(8, byte(0, mload(item)))), 0xa0a0
                ) { break }
                mstore(last, or(or(shl(192, node), shl(128, size)), or(shl(64, item), 33)))
                last := add(last, 32)
                used := add(used, 1)
                let hash := mload(add(item, 1))
                let entry := mload(add(heads, and(shl(5, hash), mask)))
                for {} entry { entry := mload(entry) } {
                    if eq(mload(add(entry, 64)), hash) { break }
                }
                if iszero(entry) {
                    missing := hash
                    node := 0
                    break
                }
                size := shr(8, mload(add(entry, 32)))
                node := add(entry, 96)
            }
        }
        if (node == 0) revert Mpt.NodeMissing(missing);
        return (node, size, last, used);
    }

    /// The path of the first leaf.
    function least(Mpt.Nodes memory nodes, bytes32 root) internal pure returns (bytes32 path) {
        (uint256 node, uint256 size) = MptTable.find(nodes, root);
        uint256 used;
        while (true) {
            (uint256 item, uint256 second) = MptNode.items(node, size);
            uint256 length;
            if (second == 0) {
                if (used > 63) revert MptNode.BadNode();
                uint256 nibble;
                (nibble, item, length) = MptNode.lowest(node, size);
                path |= bytes32(nibble << (252 - 4 * used));
                ++used;
            } else {
                (uint256 word, uint256 count, bool leaf) = MptNode.nibbles(item);
                if (leaf ? used + count != 64 : count == 0 || used + count > 63) revert MptNode.BadNode();
                path |= bytes32(word >> (4 * used));
                if (leaf) return path;
                used += count;
                (item, length) = (second, node + size - second);
            }
            (node, size) = MptTable.resolve(nodes, item, length);
        }
    }

    /// A step of a walk.
    function step(uint256 place)
        internal
        pure
        returns (uint256 node, uint256 size, uint256 item, uint256 length)
    {
        uint256 packed;
        assembly ("memory-safe") {
            packed := mload(place)
        }
        uint256 field = type(uint64).max;
        node = packed >> (3 * FIELD);
        size = (packed >> (2 * FIELD)) & field;
        item = (packed >> FIELD) & field;
        length = packed & field;
    }

    /// Where free memory begins.
    function top() internal pure returns (uint256 place) {
        assembly ("memory-safe") {
            place := mload(0x40)
        }
    }
}
