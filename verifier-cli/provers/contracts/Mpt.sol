// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {MptNode} from "./MptNode.sol";
import {MptTable} from "./MptTable.sol";

/// Merkle-Patricia tries over hashed keys, of which a part is known: reading, and the root after a
/// change.
///
/// Nodes are looked up by their hashes and never change, so all roots that were once reached stay
/// readable. A node that is not at hand makes the call revert, and so does one that is none. A root
/// that is honest has canonical nodes only, and what is said of it here is true; of other roots
/// nothing is promised but that calls end.
library Mpt {
    /// A node that the proof lacks.
    error NodeMissing(bytes32 hash);

    /// Root of a trie that holds nothing.
    bytes32 internal constant EMPTY_ROOT = keccak256(hex"80");

    /// Nodes by their hashes, as `MptTable` keeps them.
    struct Nodes {
        /// Where the heads are.
        uint256 heads;
        /// Bits of a hash, shifted by 5, that choose the head.
        uint256 mask;
        /// Nodes held.
        uint256 count;
    }

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

    /// Bits of a step of a walk: a node, its size, what stands in it for the next, and the size of
    /// that.
    uint256 private constant FIELD = 64;

    /// Nodes as a proof has them, one behind the other.
    function load(bytes calldata packed) internal pure returns (Nodes memory) {
        return MptTable.load(packed);
    }

    /// The value at a path, which is a hashed key: where its bytes are and how many; nowhere if there
    /// is none.
    function get(Nodes memory nodes, bytes32 root, bytes32 path)
        internal
        pure
        returns (uint256 place, uint256 length)
    {
        (End kind, uint256 node, uint256 size,,) = walk(nodes, root, path);
        if (kind == End.Leaf) {
            (, uint256 item) = MptNode.items(node, size);
            return MptNode.text(item, node + size);
        }
    }

    /// The root with another value at the path; an empty one takes the path out.
    function set(Nodes memory nodes, bytes32 root, bytes32 path, bytes memory value)
        internal
        pure
        returns (bytes32)
    {
        uint256 steps = top();
        (End kind, uint256 node, uint256 size, uint256 last, uint256 used) =
            walk(nodes, root, path);
        assembly ("memory-safe") {
            mstore(0x40, last)
        }
        if (value.length != 0) {
            (uint256 item, uint256 length) = MptNode.string_(value);
            (node, size) = kind == End.Parted
                ? forked(nodes, node, size, uint256(path) << (4 * used), 64 - used, item, length)
                : MptNode.pair(uint256(path) << (4 * used), 64 - used, true, item, length);
        } else {
            if (kind != End.Leaf) return root;
            if (steps == last) return EMPTY_ROOT;
            (node, size, last) = without(nodes, steps, last);
        }
        while (last != steps) {
            last -= 32;
            (uint256 item, uint256 length) = MptTable.refer(nodes, node, size);
            (uint256 above, uint256 aboveSize, uint256 part, uint256 width) = step(last);
            (node, size) = MptNode.exchanged(above, aboveSize, part, width, item, length);
        }
        // The top node is known by its hash however short it is.
        return MptTable.hold(nodes, node, size);
    }

    /// Follows a path down. The steps stand from the free memory to `last`; it stays free. `used`
    /// nibbles are above the node where the walk ends.
    function walk(Nodes memory nodes, bytes32 root, bytes32 path)
        private
        pure
        returns (End kind, uint256 node, uint256 size, uint256 last, uint256 used)
    {
        last = top();
        if (root == EMPTY_ROOT) return (End.Nothing, 0, 0, last, 0);
        (node, size) = MptTable.find(nodes, root);
        unchecked {
            while (true) {
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

    /// A leaf or extension below a new branch, where a path of `left` nibbles parts from its own.
    /// `item` is the value at that path.
    function forked(
        Nodes memory nodes,
        uint256 node,
        uint256 size,
        uint256 path,
        uint256 left,
        uint256 item,
        uint256 length
    ) private pure returns (uint256 made, uint256 madeSize) {
        uint256 own;
        uint256 ownLength;
        uint256 word;
        uint256 shared;
        {
            uint256 count;
            bool leaf;
            (own, ownLength) = MptNode.items(node, size);
            (word, count, leaf) = MptNode.nibbles(own);
            (own, ownLength) = (ownLength, node + size - ownLength);
            shared = same(word, path);
            // An extension of one nibble more was that nibble and its child.
            if (leaf || count > shared + 1) {
                (made, madeSize) = MptNode.pair(
                    word << (4 * shared + 4), count - shared - 1, leaf, own, ownLength
                );
                (own, ownLength) = MptTable.refer(nodes, made, madeSize);
            }
        }
        (made, madeSize) =
            MptNode.pair(path << (4 * shared + 4), left - shared - 1, true, item, length);
        (item, length) = MptTable.refer(nodes, made, madeSize);
        {
            uint256 one = (word << (4 * shared)) >> 252;
            uint256 other = (path << (4 * shared)) >> 252;
            (made, madeSize) = one < other
                ? MptNode.fork(one, own, ownLength, other, item, length)
                : MptNode.fork(other, item, length, one, own, ownLength);
        }
        if (shared != 0) {
            (item, length) = MptTable.refer(nodes, made, madeSize);
            return MptNode.pair(path, shared, false, item, length);
        }
    }

    /// What becomes of the lowest step's branch when the child that it led to is gone, and the steps
    /// that are left above. If one other child is left, it takes the branch's place, and that of an
    /// extension above it.
    function without(Nodes memory nodes, uint256 steps, uint256 last)
        private
        pure
        returns (uint256 node, uint256 size, uint256 above)
    {
        uint256 item;
        uint256 length;
        uint256 word;
        above = last - 32;
        {
            uint256 count;
            (node, size, item, length) = step(above);
            (, word) = MptNode.items(node, size);
            // An extension leads to no leaf.
            if (word != 0) revert MptNode.BadNode();
            uint256 removed = item;
            uint256 width = length;
            (count, word, item, length) = MptNode.others(node, size, removed);
            if (count == 0) revert MptNode.BadNode();
            if (count != 1) {
                assembly ("memory-safe") {
                    mstore8(0, 0x80)
                }
                (node, size) = MptNode.exchanged(node, size, removed, width, 0, 1);
                return (node, size, above);
            }
        }
        word <<= 252;
        uint256 nibbles = 1;
        bool leaf;
        // What the two become depends on what the other child is.
        (node, size) = MptTable.resolve(nodes, item, length);
        (uint256 path, uint256 second) = MptNode.items(node, size);
        if (second != 0) {
            (item, length) = (second, node + size - second);
            (path, nibbles, leaf) = MptNode.nibbles(path);
            word |= path >> 4;
            ++nibbles;
        }
        if (above != steps) {
            (node, size,,) = step(above - 32);
            (path, second) = MptNode.items(node, size);
            if (second != 0) {
                above -= 32;
                uint256 count;
                (path, count,) = MptNode.nibbles(path);
                word = path | word >> (4 * count);
                nibbles += count;
            }
        }
        (node, size) = MptNode.pair(word, nibbles, leaf, item, length);
    }

    /// A step of a walk.
    function step(uint256 place)
        private
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

    /// How many nibbles two paths begin with alike, if they do not all along.
    function same(uint256 one, uint256 other) private pure returns (uint256 count) {
        uint256 difference = one ^ other;
        for (uint256 half = 32; half != 0; half /= 2) {
            if (difference >> (256 - 4 * half) == 0) {
                count += half;
                difference <<= 4 * half;
            }
        }
    }

    /// Where free memory begins.
    function top() private pure returns (uint256 place) {
        assembly ("memory-safe") {
            place := mload(0x40)
        }
    }
}
