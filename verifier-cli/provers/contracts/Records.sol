// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {RecordTable} from "./RecordTable.sol";

/// The bytes of a record, as they stand in a message: word opcode, word 64, word length of the metadata,
/// metadata, which is a word for each field and what the last one has behind them.
library Records {
    /// The bytes are no record's. Who proves that they stand in a message is not here.
    error NotCanonical();

    uint256 internal constant HEAD = 96;
    uint256 private constant METADATA_OFFSET = 64;

    /// The opcode and the metadata of a record, which is canonical to the last bit: so each field of the
    /// opcode's record stands in the metadata, where the table has it.
    function open(bytes calldata record) internal pure returns (uint256 opcode, bytes calldata metadata) {
        if (record.length < HEAD) revert NotCanonical();
        opcode = word(record, 0);
        metadata = record[HEAD:];
        if (word(record, 32) != METADATA_OFFSET || word(record, 64) != metadata.length) revert NotCanonical();
        // An opcode that has no record has no fields either, and none has a record of none.
        uint256 left = RecordTable.fieldsOf(opcode);
        if (left == 0) revert NotCanonical();
        uint256 spot = 0;
        for (; left != 0; left >>= 8) {
            if (spot + 32 > metadata.length) revert NotCanonical();
            uint256 bits = left & 0xff;
            uint256 found = word(metadata, spot);
            spot += 32;
            if (bits == RecordTable.BYTES) {
                if (found != spot || !endsWithBytes(metadata, spot)) revert NotCanonical();
                return (opcode, metadata);
            }
            if (bits != RecordTable.WORD && found >> bits != 0) revert NotCanonical();
        }
        if (spot != metadata.length) revert NotCanonical();
    }

    /// Whether from `spot` on there are a length, as many bytes, zeros to a whole word, and no more.
    function endsWithBytes(bytes calldata metadata, uint256 spot) private pure returns (bool) {
        if (spot + 32 > metadata.length) return false;
        uint256 length = word(metadata, spot);
        uint256 room = metadata.length - spot - 32;
        if (length > room || room % 32 != 0 || room - length >= 32) return false;
        return length == room || word(metadata, metadata.length - 32) << (8 * (length % 32)) == 0;
    }

    /// The word of a field: of the metadata of a record that was opened, where the table has the field.
    function word(bytes calldata metadata, uint256 spot) internal pure returns (uint256 found) {
        assembly ("memory-safe") {
            found := calldataload(add(metadata.offset, spot))
        }
    }

    /// The address of a field.
    function account(bytes calldata metadata, uint256 spot) internal pure returns (address) {
        return address(uint160(word(metadata, spot)));
    }

    /// The hash of a field.
    function hash(bytes calldata metadata, uint256 spot) internal pure returns (bytes32) {
        return bytes32(word(metadata, spot));
    }

    /// The bytes that stand behind all fields: of a record whose last field is of bytes.
    function tail(bytes calldata metadata, uint256 spot) internal pure returns (bytes calldata) {
        return metadata[spot + 32:spot + 32 + word(metadata, spot)];
    }
}
