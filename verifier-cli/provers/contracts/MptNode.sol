// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

/// One node of a Merkle-Patricia trie, as RLP in memory: its parts, and nodes made of parts.
///
/// A part is where its RLP begins and how long that is. A part of a path is its nibbles, the first
/// in the highest bits of a word, and their number. What a node says of its parts lies within it,
/// or the call reverts; whether it is canonical is not asked. A node that is made is written behind
/// `ENTRY` bytes for whoever keeps it.
library MptNode {
    /// A node that is none.
    error BadNode();

    /// A value that no node is made for.
    error TooLong(uint256 length);

    /// Bytes before a node that is made.
    uint256 internal constant ENTRY = 96;

    /// The node's path and the item behind it. Without an item, which is nowhere then, the node is
    /// a branch, and the path its first child.
    function items(uint256 node, uint256 size) internal pure returns (uint256 path, uint256 item) {
        assembly ("memory-safe") {
            let end := add(node, size)
            let head := byte(0, mload(node))
            path := add(node, 1)
            if gt(head, 0xf7) { path := add(path, sub(head, 0xf7)) }
            head := byte(0, mload(path))
            // A path is a byte or 2 to 33; an empty string and a list are children.
            if iszero(or(eq(head, 0x80), gt(head, 0xa1))) {
                item := add(path, 1)
                if gt(head, 0x80) { item := add(item, sub(head, 0x80)) }
                // Where the item ends: there, a node of two items does too.
                head := byte(0, mload(item))
                let past := add(item, 1)
                if gt(head, 0x7f) {
                    let base := add(0x80, shl(6, gt(head, 0xbf)))
                    let length := sub(head, base)
                    if gt(length, 55) {
                        let wide := sub(length, 55)
                        length := shr(sub(256, shl(3, wide)), mload(past))
                        past := add(past, wide)
                    }
                    past := add(past, length)
                }
                item := mul(item, eq(past, end))
            }
        }
    }

    /// The nibbles of a path, their number, which is 65 at the most, and whether it is a leaf's.
    function nibbles(uint256 path) internal pure returns (uint256 word, uint256 count, bool leaf) {
        assembly ("memory-safe") {
            let length := 1
            let flags := byte(0, mload(path))
            if gt(flags, 0x7f) {
                length := sub(flags, 0x80)
                path := add(path, 1)
                flags := byte(0, mload(path))
            }
            leaf := and(shr(5, flags), 1)
            count := shl(1, sub(length, 1))
            word := mload(add(path, 1))
            if and(flags, 0x10) {
                count := add(count, 1)
                word := or(shl(252, flags), shr(4, word))
            }
            // What follows the path is not of it.
            let rest := sub(256, shl(2, count))
            word := shl(rest, shr(rest, word))
        }
    }

    /// The bytes of a node's last item, which is a string.
    function text(uint256 item, uint256 end) internal pure returns (uint256 place, uint256 length) {
        bool bad;
        assembly ("memory-safe") {
            let head := byte(0, mload(item))
            place := item
            length := 1
            if gt(head, 0x7f) {
                place := add(item, 1)
                length := sub(head, 0x80)
                if gt(length, 55) {
                    place := add(place, sub(length, 55))
                    length := sub(end, place)
                }
            }
            bad := gt(head, 0xbf)
        }
        if (bad) revert BadNode();
    }

    /// A branch's child. One byte, which is 0x80, is no child.
    function child(uint256 node, uint256 size, uint256 nibble)
        internal
        pure
        returns (uint256 item, uint256 length)
    {
        bool bad;
        assembly ("memory-safe") {
            let head := byte(0, mload(node))
            item := add(node, 1)
            if gt(head, 0xf7) { item := add(item, sub(head, 0xf7)) }
            for {} 1 { nibble := sub(nibble, 1) } {
                head := byte(0, mload(item))
                // A hash, nothing, or a node shorter than a hash.
                switch head
                case 0xa0 { length := 33 }
                case 0x80 { length := 1 }
                default {
                    length := sub(head, 0xbf)
                    bad := or(bad, gt(sub(head, 0xc1), 29))
                }
                if or(bad, iszero(nibble)) { break }
                item := add(item, length)
            }
            // A value's place follows.
            bad := or(bad, iszero(lt(add(item, length), add(node, size))))
        }
        if (bad) revert BadNode();
    }

    /// The children of a branch but the one that is `item`: how many, and the last with its nibble.
    function others(uint256 node, uint256 size, uint256 item)
        internal
        pure
        returns (uint256 count, uint256 nibble, uint256 place, uint256 length)
    {
        (uint256 next, uint256 wide) = child(node, size, 0);
        for (uint256 i; ; ++i) {
            if (wide > 1 && next != item) {
                ++count;
                (nibble, place, length) = (i, next, wide);
            }
            if (i == 15) return (count, nibble, place, length);
            next += wide;
            wide = width(next);
            if (next + wide >= node + size) revert BadNode();
        }
    }

    /// A branch's child with the lowest nibble, and the nibble.
    function lowest(uint256 node, uint256 size)
        internal
        pure
        returns (uint256 nibble, uint256 item, uint256 length)
    {
        (item, length) = child(node, size, 0);
        while (length == 1) {
            if (++nibble > 15) revert BadNode();
            ++item;
            length = width(item);
            if (item + length >= node + size) revert BadNode();
        }
    }

    /// Bytes of what stands for a child.
    function width(uint256 item) private pure returns (uint256) {
        uint256 head;
        assembly ("memory-safe") {
            head := byte(0, mload(item))
        }
        if (head == 0xa0) return 33;
        if (head == 0x80) return 1;
        if (head < 0xc1 || head > 0xde) revert BadNode();
        return head - 0xbf;
    }

    /// A leaf or an extension.
    function pair(uint256 word, uint256 count, bool leaf, uint256 item, uint256 length)
        internal
        pure
        returns (uint256 node, uint256 size)
    {
        if (count > 64) revert BadNode();
        uint256 compact = count / 2 + 1;
        uint256 place;
        (node, size, place) = list((compact == 1 ? 1 : compact + 1) + length);
        assembly ("memory-safe") {
            if gt(compact, 1) {
                mstore8(place, add(0x80, compact))
                place := add(place, 1)
            }
            let flags := shl(5, leaf)
            if and(count, 1) {
                flags := or(or(flags, 0x10), shr(252, word))
                word := shl(4, word)
            }
            mstore8(place, flags)
            mstore(add(place, 1), word)
            mcopy(add(place, compact), item, length)
        }
    }

    /// A branch of two children, the first of the lower nibble.
    function fork(
        uint256 low,
        uint256 lowItem,
        uint256 lowLength,
        uint256 high,
        uint256 highItem,
        uint256 highLength
    ) internal pure returns (uint256 node, uint256 size) {
        uint256 place;
        (node, size, place) = list(lowLength + highLength + 15);
        assembly ("memory-safe") {
            let empty := 0x8080808080808080808080808080808080808080808080808080808080808080
            mstore(place, empty)
            place := add(place, low)
            mcopy(place, lowItem, lowLength)
            place := add(place, lowLength)
            mstore(place, empty)
            place := add(place, sub(sub(high, low), 1))
            mcopy(place, highItem, highLength)
            mstore(add(place, highLength), empty)
        }
    }

    /// The node with another part in the place of one.
    function exchanged(
        uint256 node,
        uint256 size,
        uint256 part,
        uint256 partLength,
        uint256 item,
        uint256 length
    ) internal pure returns (uint256 made, uint256 madeSize) {
        uint256 first;
        assembly ("memory-safe") {
            let head := byte(0, mload(node))
            first := add(node, 1)
            if gt(head, 0xf7) { first := add(first, sub(head, 0xf7)) }
        }
        uint256 place;
        (made, madeSize, place) = list(size + length - partLength - (first - node));
        assembly ("memory-safe") {
            let before := sub(part, first)
            mcopy(place, first, before)
            place := add(place, before)
            mcopy(place, item, length)
            part := add(part, partLength)
            mcopy(add(place, length), part, sub(add(node, size), part))
        }
    }

    /// Bytes as a string's RLP.
    function quoted(bytes memory value) internal pure returns (uint256 item, uint256 length) {
        length = value.length;
        if (length > 0xffff) revert TooLong(length);
        assembly ("memory-safe") {
            item := mload(0x40)
            let place := item
            if iszero(and(eq(length, 1), lt(byte(0, mload(add(value, 32))), 0x80))) {
                place := add(place, 1)
                switch gt(length, 55)
                case 0 { mstore8(item, add(0x80, length)) }
                default {
                    let wide := gt(length, 0xff)
                    mstore8(item, add(0xb8, wide))
                    mstore(place, shl(sub(248, shl(3, wide)), length))
                    place := add(add(place, 1), wide)
                }
            }
            mcopy(place, add(value, 32), length)
            length := sub(add(place, length), item)
            mstore(0x40, and(add(add(item, length), 63), not(31)))
        }
    }

    /// Room for a list with that many bytes of items, with its head, and where its items go.
    function list(uint256 length) private pure returns (uint256 node, uint256 size, uint256 place) {
        // More than any node whose value `quoted` takes.
        if (length > 0xffffff) revert TooLong(length);
        assembly ("memory-safe") {
            node := add(mload(0x40), ENTRY)
            place := add(node, 1)
            switch gt(length, 55)
            case 0 { mstore8(node, add(0xc0, length)) }
            default {
                let more := add(gt(length, 0xff), gt(length, 0xffff))
                mstore8(node, add(0xf8, more))
                mstore(place, shl(sub(248, shl(3, more)), length))
                place := add(add(place, 1), more)
            }
            size := sub(add(place, length), node)
            // A word more than needed: a word is written at the end of some parts.
            mstore(0x40, and(add(add(node, size), 63), not(31)))
        }
    }
}
