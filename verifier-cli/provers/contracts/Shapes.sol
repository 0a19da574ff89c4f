// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {RecordTable} from "./RecordTable.sol";

/// Whether a record is canonical: word opcode, word 64, word length of the metadata, and the metadata, which has a
/// word for each field. `Records` reads what is so, and this says whether it is. `specs/04-encoding.md`.
library Shapes {
    /// Whether the bytes are those of a record that a message can have behind its opening record.
    function canonical(bytes calldata record) internal pure returns (bool) {
        if (record.length < 96) return false;
        bytes calldata metadata = record[96:];
        if (word(record, 32) != 64 || word(record, 64) != metadata.length) return false;
        uint256 opcode = word(record, 0);
        uint256 fields = opcode == RecordTable.OPENING ? 0 : RecordTable.fieldsOf(opcode);
        if (fields == 0) return false;
        uint256 offset = 0;
        for (; fields != 0; fields >>= 8) {
            if (metadata.length < offset + 32) return false;
            uint256 found = word(metadata, offset);
            uint256 bits = fields & 0xff;
            offset += 32;
            if (bits == RecordTable.BYTES) return found == offset && tailed(metadata, offset);
            if (bits != RecordTable.WORD && found >> bits != 0) return false;
        }
        return metadata.length == offset;
    }

    /// Whether bytes stand at the end: their length, they, and zeros to a whole word.
    function tailed(bytes calldata metadata, uint256 offset) private pure returns (bool) {
        if (metadata.length < offset + 32) return false;
        uint256 length = word(metadata, offset);
        uint256 room = metadata.length - offset - 32;
        if (length > room || room != (length + 31) / 32 * 32) return false;
        return length % 32 == 0 || word(metadata, metadata.length - 32) << (8 * (length % 32)) == 0;
    }

    function word(bytes calldata data, uint256 offset) private pure returns (uint256 found) {
        assembly ("memory-safe") {
            found := calldataload(add(data.offset, offset))
        }
    }
}
