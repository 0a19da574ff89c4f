// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

/// Bytes that are given in parts, some of them in archives. An archive is believed nothing: what it holds is
/// held against hashes.
library Parts {
    /// A part: these bytes, or what an archive holds behind its first byte.
    struct Part {
        address archive;
        bytes data;
    }

    /// Bytes in memory.
    struct Input {
        uint256 start;
        uint256 size;
    }

    /// There is no archive at this address.
    error NoArchive(address archive);

    /// All parts, one behind the other.
    function assembled(Part[] calldata parts) internal view returns (Input memory input) {
        uint256 start;
        assembly ("memory-safe") {
            start := mload(0x40)
        }
        uint256 end = laid(parts, start);
        assembly ("memory-safe") {
            mstore(0x40, and(add(end, 31), not(31)))
        }
        input.start = start;
        input.size = end - start;
    }

    /// The call of a function of a word and of bytes, which are all parts; and their hash.
    function called(bytes4 selector, bytes32 argument, Part[] calldata parts)
        internal
        view
        returns (bytes memory data, bytes32 hash_)
    {
        uint256 start;
        assembly ("memory-safe") {
            data := mload(0x40)
            start := add(data, 132)
        }
        uint256 end = laid(parts, start);
        assembly ("memory-safe") {
            let size := sub(end, start)
            let padded := and(add(size, 31), not(31))
            mstore(end, 0)
            mstore(data, add(padded, 100))
            mstore(add(data, 32), selector)
            mstore(add(data, 36), argument)
            mstore(add(data, 68), 64)
            mstore(add(data, 100), size)
            mstore(0x40, and(add(add(start, padded), 31), not(31)))
            hash_ := keccak256(start, size)
        }
    }

    /// Lays parts into memory that nobody has yet, from a position on; where they end.
    function laid(Part[] calldata parts, uint256 start) private view returns (uint256 end) {
        end = start;
        for (uint256 index = 0; index < parts.length; index++) {
            address archive = parts[index].archive;
            uint256 size;
            if (archive == address(0)) {
                bytes calldata data = parts[index].data;
                size = data.length;
                assembly ("memory-safe") {
                    calldatacopy(end, data.offset, size)
                }
            } else {
                size = archive.code.length;
                if (size == 0) revert NoArchive(archive);
                size -= 1;
                assembly ("memory-safe") {
                    extcodecopy(archive, end, 1, size)
                }
            }
            end += size;
        }
    }

    /// The word at a position that is known to be inside.
    function word(Input memory input, uint256 position) internal pure returns (bytes32 found) {
        assembly ("memory-safe") {
            found := mload(add(mload(input), position))
        }
    }

    /// The hash of all of it.
    function hash(Input memory input) internal pure returns (bytes32 found) {
        assembly ("memory-safe") {
            found := keccak256(mload(input), mload(add(input, 32)))
        }
    }
}
