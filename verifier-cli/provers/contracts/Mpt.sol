// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {MptNode} from "./MptNode.sol";
import {MptTable} from "./MptTable.sol";
import {MptWalk} from "./MptWalk.sol";

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

    /// Nodes as a proof has them, one behind the other.
    function load(bytes calldata packed) internal pure returns (Nodes memory) {
        return MptTable.load(packed);
    }

    /// The value at a path, which is a hashed key: where its bytes are and how many; nowhere if
    /// there is none.
    function get(Nodes memory nodes, bytes32 root, bytes32 path)
        internal
        pure
        returns (uint256 place, uint256 length)
    {
        (MptWalk.End kind, uint256 node, uint256 size,,) = MptWalk.walk(nodes, root, path);
        if (kind == MptWalk.End.Leaf) {
            (, uint256 item) = MptNode.items(node, size);
            return MptNode.text(item, node + size);
        }
    }

    /// The least path of a trie that holds something.
    function least(Nodes memory nodes, bytes32 root) internal pure returns (bytes32 path) {
        return MptWalk.least(nodes, root);
    }

    /// The root with another value at the path; an empty one takes the path out.
    function set(Nodes memory nodes, bytes32 root, bytes32 path, bytes memory value)
        internal
        pure
        returns (bytes32)
    {
        uint256 steps = MptWalk.top();
        (MptWalk.End kind, uint256 node, uint256 size, uint256 last, uint256 used) =
            MptWalk.walk(nodes, root, path);
        assembly ("memory-safe") {
            mstore(0x40, last)
        }
        if (value.length != 0) {
            (uint256 item, uint256 length) = MptNode.quoted(value);
            (node, size) = kind == MptWalk.End.Parted
                ? forked(nodes, node, size, uint256(path) << (4 * used), 64 - used, item, length)
                : MptNode.pair(uint256(path) << (4 * used), 64 - used, true, item, length);
        } else {
            if (kind != MptWalk.End.Leaf) return root;
            if (steps == last) return EMPTY_ROOT;
            (node, size, last) = without(nodes, steps, last);
        }
        while (last != steps) {
            last -= 32;
            (uint256 item, uint256 length) = MptTable.refer(nodes, node, size);
            (uint256 above, uint256 aboveSize, uint256 part, uint256 width) = MptWalk.step(last);
            (node, size) = MptNode.exchanged(above, aboveSize, part, width, item, length);
        }
        // The top node is known by its hash however short it is.
        return MptTable.hold(nodes, node, size);
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
        (uint256 own, uint256 ownItem) = MptNode.items(node, size);
        (uint256 word, uint256 count, bool leaf) = MptNode.nibbles(own);
        uint256 ownLength = node + size - ownItem;
        uint256 shared = same(word, path);
        // An extension of one nibble more was that nibble and its child.
        if (leaf || count > shared + 1) {
            (made, madeSize) = MptNode.pair(
                word << (4 * shared + 4), count - shared - 1, leaf, ownItem, ownLength
            );
            (ownItem, ownLength) = MptTable.refer(nodes, made, madeSize);
        }
        (made, madeSize) =
            MptNode.pair(path << (4 * shared + 4), left - shared - 1, true, item, length);
        (item, length) = MptTable.refer(nodes, made, madeSize);
        uint256 one = (word << (4 * shared)) >> 252;
        uint256 other = (path << (4 * shared)) >> 252;
        (made, madeSize) = one < other
            ? MptNode.fork(one, ownItem, ownLength, other, item, length)
            : MptNode.fork(other, item, length, one, ownItem, ownLength);
        if (shared != 0) {
            (item, length) = MptTable.refer(nodes, made, madeSize);
            return MptNode.pair(path, shared, false, item, length);
        }
    }

    /// What becomes of the lowest step's branch when the child that it led to is gone, and the
    /// steps that are left above.
    function without(Nodes memory nodes, uint256 steps, uint256 last)
        private
        pure
        returns (uint256 node, uint256 size, uint256 above)
    {
        uint256 removed;
        uint256 removedLength;
        above = last - 32;
        (node, size, removed, removedLength) = MptWalk.step(above);
        (, uint256 second) = MptNode.items(node, size);
        // An extension leads to no leaf.
        if (second != 0) revert MptNode.BadNode();
        (uint256 count, uint256 nibble, uint256 item, uint256 length) =
            MptNode.others(node, size, removed);
        if (count == 0) revert MptNode.BadNode();
        if (count == 1) return collapsed(nodes, steps, above, nibble << 252, item, length);
        assembly ("memory-safe") {
            mstore8(0, 0x80)
        }
        (node, size) = MptNode.exchanged(node, size, removed, removedLength, 0, 1);
    }

    /// What stands for a branch that has one child left, and the steps that are left above: the
    /// child with its nibble, which `word` has, before its path, and the path of an extension above
    /// before both.
    function collapsed(
        Nodes memory nodes,
        uint256 steps,
        uint256 last,
        uint256 word,
        uint256 item,
        uint256 length
    ) private pure returns (uint256 node, uint256 size, uint256 above) {
        above = last;
        uint256 count = 1;
        bool leaf;
        // What they become depends on what the child is: below a path a branch stays.
        (node, size) = MptTable.resolve(nodes, item, length);
        (uint256 path, uint256 second) = MptNode.items(node, size);
        if (second != 0) {
            (item, length) = (second, node + size - second);
            (path, count, leaf) = MptNode.nibbles(path);
            word |= path >> 4;
            ++count;
        }
        if (above != steps) {
            (node, size,,) = MptWalk.step(above - 32);
            (path, second) = MptNode.items(node, size);
            if (second != 0) {
                above -= 32;
                uint256 before;
                (path, before,) = MptNode.nibbles(path);
                word = path | word >> (4 * before);
                count += before;
            }
        }
        (node, size) = MptNode.pair(word, count, leaf, item, length);
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
}
