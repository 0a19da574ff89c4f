// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Mpt} from "./Mpt.sol";
import {MptNode} from "./MptNode.sol";

/// Nodes of tries by their hashes, in memory.
///
/// Each list of nodes hangs on one of the heads, of which there are about as many as nodes. A
/// node's bytes stand behind what is kept of it, `MptNode.ENTRY` bytes: the next of its list, its
/// size above the byte 0xa0, and its hash. With that byte the hash is what stands for the node in
/// others.
library MptTable {
    /// Nodes as a proof has them, one behind the other. They are lists, so each tells its length.
    function load(bytes calldata packed) internal pure returns (Mpt.Nodes memory nodes) {
        // Nodes have 33 to 532 bytes, mostly many.
        uint256 heads = 16;
        while (heads * 128 < packed.length) heads *= 2;
        spread(nodes, heads);
        uint256 place;
        uint256 end;
        assembly ("memory-safe") {
            place := packed.offset
            end := add(place, packed.length)
        }
        while (place < end) {
            uint256 node;
            uint256 size;
            bool bad;
            assembly ("memory-safe") {
                let word := calldataload(place)
                let head := byte(0, word)
                size := sub(head, 0xbf)
                if gt(head, 0xf7) {
                    let bytes_ := sub(head, 0xf7)
                    size := add(add(1, bytes_), shr(sub(256, shl(3, bytes_)), shl(8, word)))
                }
                bad := or(lt(head, 0xc0), gt(size, sub(end, place)))
                if iszero(bad) {
                    node := add(mload(0x40), 96)
                    calldatacopy(node, place, size)
                    mstore(0x40, and(add(add(node, size), 31), not(31)))
                    place := add(place, size)
                }
            }
            if (bad) revert MptNode.BadNode();
            hold(nodes, node, size);
        }
    }

    /// What stands for a node that was made in its parent: its hash, or itself if it is shorter.
    function refer(Mpt.Nodes memory nodes, uint256 node, uint256 size)
        internal
        pure
        returns (uint256 item, uint256 length)
    {
        if (size < 32) return (node, size);
        hold(nodes, node, size);
        return (node - 33, 33);
    }

    /// The node for which an item stands.
    function resolve(Mpt.Nodes memory nodes, uint256 item, uint256 length)
        internal
        pure
        returns (uint256, uint256)
    {
        uint256 head;
        bytes32 hash;
        assembly ("memory-safe") {
            head := byte(0, mload(item))
            hash := mload(add(item, 1))
        }
        if (head == 0xa0) return find(nodes, hash);
        // It is a list of these bytes: the parent was read so.
        if (head < 0xc1 || length > 31) revert MptNode.BadNode();
        return (item, length);
    }

    /// The node with a hash.
    function find(Mpt.Nodes memory nodes, bytes32 hash)
        internal
        pure
        returns (uint256 node, uint256 size)
    {
        assembly ("memory-safe") {
            let entry := mload(add(mload(nodes), and(shl(5, hash), mload(add(nodes, 32)))))
            for {} entry { entry := mload(entry) } {
                if eq(mload(add(entry, 64)), hash) { break }
            }
            if entry {
                size := shr(8, mload(add(entry, 32)))
                node := add(entry, 96)
            }
        }
        if (node == 0) revert Mpt.NodeMissing(hash);
    }

    /// Keeps a node. Its entry's bytes are before it.
    function hold(Mpt.Nodes memory nodes, uint256 node, uint256 size)
        internal
        pure
        returns (bytes32 hash)
    {
        assembly ("memory-safe") {
            hash := keccak256(node, size)
            let entry := sub(node, 96)
            let head := add(mload(nodes), and(shl(5, hash), mload(add(nodes, 32))))
            mstore(entry, mload(head))
            mstore(add(entry, 32), or(shl(8, size), 0xa0))
            mstore(add(entry, 64), hash)
            mstore(head, entry)
        }
        unchecked {
            uint256 held = ++nodes.count;
            if (held > nodes.mask >> 4) spread(nodes, (nodes.mask >> 5) * 4 + 4);
        }
    }

    /// Hangs all nodes on that many heads, a power of two.
    function spread(Mpt.Nodes memory nodes, uint256 heads) private pure {
        assembly ("memory-safe") {
            let old := mload(nodes)
            let end := add(old, add(mload(add(nodes, 32)), 32))
            let new := mload(0x40)
            let bytes_ := shl(5, heads)
            mstore(0x40, add(new, bytes_))
            // Memory that is free need not be empty.
            calldatacopy(new, calldatasize(), bytes_)
            let mask := sub(bytes_, 32)
            if old {
                for {} lt(old, end) { old := add(old, 32) } {
                    for { let entry := mload(old) } entry {} {
                        let next := mload(entry)
                        let head := add(new, and(shl(5, mload(add(entry, 64))), mask))
                        mstore(entry, mload(head))
                        mstore(head, entry)
                        entry := next
                    }
                }
            }
            mstore(nodes, new)
            mstore(add(nodes, 32), mask)
        }
    }
}
