// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

/// Reads RLP where it stands in calldata, as canonical as it must be: whatever else it is, it is
/// malformed.
library Rlp {
    /// What is left to be read: from a place in calldata up to another.
    struct Cursor {
        uint256 place;
        uint256 end;
    }

    /// The error of bytes that are not what they should be.
    error Malformed();

    /// All of some bytes.
    function all(bytes calldata data) internal pure returns (Cursor memory) {
        uint256 place;
        assembly ("memory-safe") {
            place := data.offset
        }
        return Cursor(place, place + data.length);
    }

    /// Whether nothing is left.
    function isDone(Cursor memory cursor) internal pure returns (bool) {
        return cursor.place == cursor.end;
    }

    /// Nothing is left.
    function done(Cursor memory cursor) internal pure {
        if (cursor.place != cursor.end) revert Malformed();
    }

    /// The next item, which is passed: whether it is a list, where its content is, and how many bytes.
    function item(Cursor memory cursor) internal pure returns (bool isList, uint256 place, uint256 length) {
        place = cursor.place;
        uint256 end = cursor.end;
        if (place >= end) revert Malformed();
        uint256 first = byteAt(place);
        isList = first >= 0xc0;
        if (first < 0x80) {
            length = 1;
        } else {
            place++;
            length = isList ? first - 0xc0 : first - 0x80;
            if (length > 55) {
                uint256 width = length - 55;
                if (width > end - place) revert Malformed();
                length = load(place) >> (256 - 8 * width);
                if (length < 56 || length >> (8 * (width - 1)) == 0) revert Malformed();
                place += width;
            }
            if (length > end - place) revert Malformed();
            // A byte below 0x80 is its own item.
            if (first == 0x81 && byteAt(place) < 0x80) revert Malformed();
        }
        cursor.place = place + length;
    }

    /// The next item, which is a string.
    function text(Cursor memory cursor) internal pure returns (uint256 place, uint256 length) {
        bool isList;
        (isList, place, length) = item(cursor);
        if (isList) revert Malformed();
    }

    /// What is in the next item, which is a list.
    function list(Cursor memory cursor) internal pure returns (Cursor memory) {
        (bool isList, uint256 place, uint256 length) = item(cursor);
        if (!isList) revert Malformed();
        return Cursor(place, place + length);
    }

    /// The next item, which is a number of so many bits at most.
    function number(Cursor memory cursor, uint256 bits) internal pure returns (uint256 found) {
        (uint256 place, uint256 length) = text(cursor);
        if (length > 32) revert Malformed();
        if (length == 0) return 0;
        found = load(place) >> (256 - 8 * length);
        if (found >> (8 * (length - 1)) == 0 || (bits < 256 && found >> bits != 0)) revert Malformed();
    }

    /// The next item, which is a hash.
    function hash(Cursor memory cursor) internal pure returns (bytes32) {
        (uint256 place, uint256 length) = text(cursor);
        if (length != 32) revert Malformed();
        return bytes32(load(place));
    }

    /// The next item, which is an address.
    function account(Cursor memory cursor) internal pure returns (address found) {
        bool there;
        (there, found) = maybe(cursor);
        if (!there) revert Malformed();
    }

    /// The next item, which is an address or empty.
    function maybe(Cursor memory cursor) internal pure returns (bool there, address found) {
        (uint256 place, uint256 length) = text(cursor);
        if (length == 0) return (false, address(0));
        if (length != 20) revert Malformed();
        return (true, address(uint160(load(place) >> 96)));
    }

    /// How many items are left. They are passed.
    function count(Cursor memory cursor) internal pure returns (uint256 items) {
        while (cursor.place != cursor.end) {
            item(cursor);
            items++;
        }
    }

    /// Some of calldata, as bytes.
    function slice(uint256 place, uint256 length) internal pure returns (bytes calldata found) {
        assembly ("memory-safe") {
            found.offset := place
            found.length := length
        }
    }

    /// The same that is left, to be read by another.
    function copy(Cursor memory cursor) internal pure returns (Cursor memory) {
        return Cursor(cursor.place, cursor.end);
    }

    /// The first bytes of a list with so many bytes in it.
    function listHead(uint256 length) internal pure returns (bytes memory) {
        if (length < 56) return abi.encodePacked(uint8(0xc0 + length));
        if (length < 0x100) return abi.encodePacked(uint8(0xf8), uint8(length));
        if (length < 0x10000) return abi.encodePacked(uint8(0xf9), uint16(length));
        if (length < 0x1000000) return abi.encodePacked(uint8(0xfa), uint24(length));
        if (length < 0x100000000) return abi.encodePacked(uint8(0xfb), uint32(length));
        revert Malformed();
    }

    function byteAt(uint256 place) private pure returns (uint256) {
        return load(place) >> 248;
    }

    function load(uint256 place) internal pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := calldataload(place)
        }
    }
}
