// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

/// The canonical form of a record: word opcode, word 64, word length of the metadata, and the metadata, which
/// has a word for each field. `specs/04-encoding.md`.
library Shapes {
    // How a field stands in its word.
    uint256 private constant BOOL = 1;
    uint256 private constant UINT8 = 2;
    uint256 private constant UINT64 = 3;
    uint256 private constant ADDRESS = 4;
    uint256 private constant WORD = 5;
    /// The last field: in its word where it stands, which is behind it; there its length, its bytes, and zeros to a
    /// whole word.
    uint256 private constant BYTES = 6;

    /// Whether the bytes are those of a record that a message can have behind its opening record.
    function canonical(bytes calldata record) internal pure returns (bool) {
        if (record.length < 96) return false;
        bytes calldata metadata = record[96:];
        if (word(record, 32) != 64 || word(record, 64) != metadata.length) return false;
        uint256 fields = shape(word(record, 0));
        if (fields == 0) return false;
        uint256 offset = 0;
        for (; fields != 0; fields >>= 4) {
            if (metadata.length < offset + 32) return false;
            uint256 found = word(metadata, offset);
            uint256 kind = fields & 15;
            offset += 32;
            if (kind == BYTES) return found == offset && tailed(metadata, offset);
            if (found >> bits(kind) != 0) return false;
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

    function bits(uint256 kind) private pure returns (uint256) {
        if (kind == BOOL) return 1;
        if (kind == UINT8) return 8;
        if (kind == UINT64) return 64;
        return kind == ADDRESS ? 160 : 256;
    }

    /// The fields of an opcode's record, the first lowest, four bits each; 0 if it has none.
    function shape(uint256 opcode) private pure returns (uint256) {
        // BALANCE, EXTCODESIZE, EXTCODEHASH: account, cold, what is found
        if (opcode == 0x31 || opcode == 0x3b || opcode == 0x3f) return 0x514;
        // EXTCODECOPY: account, cold, offset, size, code
        if (opcode == 0x3c) return 0x65514;
        // BLOCKHASH, BLOBHASH: number or index, hash
        if (opcode == 0x40 || opcode == 0x49) return 0x55;
        // one value
        if (opcode >= 0x41 && opcode <= 0x4a) return 0x5;
        // SLOAD: key, cold, value
        if (opcode == 0x54) return 0x515;
        // SSTORE: key, value, cold, original, current, root
        if (opcode == 0x55) return 0x555155;
        // TLOAD, TSTORE: key, value
        if (opcode == 0x5c || opcode == 0x5d) return 0x55;
        // LOG: hash of the data, topics
        if (opcode >= 0xa0 && opcode <= 0xa4) return 0x55555 >> (4 * (0xa4 - opcode));
        // calls: account, value, cold, empty, delegated, delegate, cold, outcome, hash of the input, gas, gas used,
        // status, root, returned data
        if (opcode == 0xf1 || opcode == 0xf2 || opcode == 0xf4 || opcode == 0xfa) return 0x65233521411154;
        // CREATE: nonce, value, outcome, hash of the initcode, gas, gas used, status, root, returned data
        if (opcode == 0xf0) return 0x652335253;
        // CREATE2: salt in the nonce's place
        if (opcode == 0xf5) return 0x652335255;
        // SELFDESTRUCT: beneficiary, cold, empty, balance, root
        return opcode == 0xff ? 0x55114 : 0;
    }
}
