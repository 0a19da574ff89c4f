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
        uint256 offset;
        assembly ("memory-safe") {
            offset := mload(0x40)
        }
        uint256 end = offset;
        for (uint256 index = 0; index < parts.length; index++) {
            address archive = parts[index].archive;
            uint256 size;
            if (archive == address(0)) {
                bytes calldata data = parts[index].data;
                size = data.length;
                assembly ("memory-safe") {
                    calldatacopy(end, data.offset, size)
                    mstore(0x40, and(add(add(end, size), 31), not(31)))
                }
            } else {
                size = archive.code.length;
                if (size == 0) revert NoArchive(archive);
                size -= 1;
                assembly ("memory-safe") {
                    extcodecopy(archive, end, 1, size)
                    mstore(0x40, and(add(add(end, size), 31), not(31)))
                }
            }
            end += size;
        }
        input.start = offset;
        input.size = end - offset;
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
