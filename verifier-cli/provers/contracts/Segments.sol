// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Kinds} from "./Kinds.sol";
import {Parts} from "./Parts.sol";

/// A segment's input: where what stands in it, that it is what the hashes say, and what a segment machine
/// answers to it. `specs/19-segments.md`, sections Input and Answers; `specs/14-chain.md`, A segment.
library Segments {
    /// A section of the input is not what the hashes say.
    error NotBound(uint256 section);

    /// The machine's errors that convict.
    error Mismatch(uint256 kind, uint256 pc, uint256 record, bytes32 expected, bytes32 found);
    error Malformed(uint256 position);

    bytes32 internal constant MESSAGE_TAG = "iso-evm message 1";
    bytes32 internal constant CHECKPOINT_TAG = "iso-evm checkpoint 1";
    bytes32 internal constant EMPTY = keccak256("");

    // Positions in a segment's input.
    uint256 internal constant STATE_ROOT_ENTER = 32;
    uint256 internal constant GAS_AVAILABLE = 320;
    uint256 internal constant CALL_DATA_SIZE = 512;
    uint256 internal constant CALL_DATA_HASH = 544;
    uint256 internal constant RECORD_COUNT = 576;
    uint256 internal constant RECORDS_ROOT = 608;
    uint256 internal constant START = 640;
    uint256 internal constant GAS_USED_SO_FAR = 704;
    uint256 internal constant RECORD = 736;
    uint256 internal constant STACK_HEIGHT = 768;
    uint256 internal constant STACK_HASH = 800;
    uint256 internal constant MEMORY_HASH = 864;
    uint256 internal constant RETURN_DATA_SIZE = 896;
    uint256 internal constant RETURN_DATA_HASH = 928;
    uint256 internal constant END = 992;
    uint256 internal constant RECORDS_END = 1024;
    uint256 internal constant STACK_AT = 1056;
    uint256 internal constant CALL_DATA_AT = 1088;
    uint256 internal constant RETURN_DATA_AT = 1120;
    uint256 internal constant CODE_AT = 1152;
    uint256 internal constant CODE_SIZE = 1184;
    uint256 internal constant PAGES_AT = 1216;
    uint256 internal constant PAGE_DATA_AT = 1248;
    uint256 internal constant WITHHELD_AT = 1280;
    uint256 internal constant PAGES_FROM = 1312;
    uint256 internal constant RECORDS = 1344;

    // What a record has before its metadata, and where that is said to stand.
    uint256 internal constant RECORD_HEAD = 96;
    uint256 internal constant METADATA_OFFSET = 64;

    uint256 internal constant PAGE_SIZE = 4096;
    uint256 internal constant STACK_LIMIT = 1024;
    /// Every byte 1.
    uint256 internal constant FLAGS = type(uint256).max / 255;
    uint256 internal constant CHECKPOINT_SIZE = 352;

    // Sections, as `NotBound` names them.
    uint256 internal constant WORDS = 0;
    uint256 internal constant RECORD_SLICE = 1;
    uint256 internal constant STACK = 2;
    uint256 internal constant CALL_DATA = 3;
    uint256 internal constant RETURN_DATA = 4;
    uint256 internal constant CODE = 5;
    uint256 internal constant PAGES = 6;
    uint256 internal constant PAGE_DATA = 7;
    uint256 internal constant WITHHELD = 8;

    /// What stands for a number that there is none of.
    uint256 internal constant NONE = type(uint256).max;

    function number(Parts.Input memory input, uint256 position) internal pure returns (uint256) {
        return uint256(Parts.word(input, position));
    }

    /// The hash of a range, which must be inside.
    function hashed(Parts.Input memory input, uint256 from, uint256 size, uint256 section)
        internal
        pure
        returns (bytes32 hash)
    {
        if (from > input.size || size > input.size - from) revert NotBound(section);
        assembly ("memory-safe") { hash := keccak256(add(mload(input), from), size) }
    }

    /// Whether leaves stand in a tree of `count` of them, from a place on: their hashes are the first
    /// `left` words of `level`, which is overwritten.
    function proven(
        bytes32 root,
        uint256 count,
        uint256 start,
        bytes32[] memory level,
        uint256 left,
        bytes32[] calldata proof
    ) internal pure returns (bool) {
        if (left == 0 || start >= count || left > count - start) return false;
        uint256 used = 0;
        for (uint256 width = count; width > 1; width = width / 2 + width % 2) {
            uint256 from = 0;
            uint256 to = 0;
            if (start % 2 == 1) {
                if (used == proof.length) return false;
                level[0] = node(proof[used++], level[0]);
                (from, to) = (1, 1);
            }
            for (; from + 1 < left; from += 2) level[to++] = node(level[from], level[from + 1]);
            if (from < left) {
                if (used == proof.length) return false;
                level[to++] = node(level[from], proof[used++]);
            }
            (start, left) = (start / 2, to);
        }
        return used == proof.length && level[0] == root;
    }

    function node(bytes32 left, bytes32 right) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let offset := mload(0x40)
            mstore8(offset, 1)
            mstore(add(offset, 1), left)
            mstore(add(offset, 33), right)
            hash := keccak256(offset, 65)
        }
    }

    /// The leaf of a record with this hash.
    function leafOf(bytes32 record) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            mstore8(0, 0)
            mstore(1, record)
            hash := keccak256(0, 33)
        }
    }

    /// Checks that the sections are what head and checkpoint have the hashes of. The code's hash the
    /// machine checks.
    function bind(Parts.Input memory input, bytes32[] calldata proof) internal pure {
        uint256 size = number(input, STACK_HEIGHT);
        uint256 offset = number(input, STACK_AT);
        if (size > STACK_LIMIT || hashed(input, offset, 32 * size, STACK) != Parts.word(input, STACK_HASH)) {
            revert NotBound(STACK);
        }
        offset = number(input, CALL_DATA_AT);
        if (offset != 0) {
            size = number(input, CALL_DATA_SIZE);
            bytes32 found = hashed(input, offset, size, CALL_DATA);
            if (found != Parts.word(input, CALL_DATA_HASH)) revert NotBound(CALL_DATA);
            // Whoever reads over its end reads zeros.
            if (input.size - offset - size < 32 || Parts.word(input, offset + size) != 0) revert NotBound(CALL_DATA);
        }
        offset = number(input, RETURN_DATA_AT);
        if (offset != 0) {
            bytes32 hash = hashed(input, offset, number(input, RETURN_DATA_SIZE), RETURN_DATA);
            if (hash != Parts.word(input, RETURN_DATA_HASH)) revert NotBound(RETURN_DATA);
        }
        offset = number(input, CODE_AT);
        if (offset != 0) hashed(input, offset, number(input, CODE_SIZE), CODE);
        bindPages(input);
        bindRecords(input, proof);
    }

    /// The list of pages, and the bytes of each that is given.
    function bindPages(Parts.Input memory input) internal pure {
        uint256 size = input.size;
        uint256 start = number(input, PAGES_AT);
        uint256 data = number(input, PAGE_DATA_AT);
        uint256 flags = number(input, WITHHELD_AT);
        uint256 from = number(input, PAGES_FROM);
        if (data > size) revert NotBound(PAGE_DATA);
        // The machine believes a flag: one of a page that is not listed would make up a page.
        uint256 withheld = flagged(input, flags);
        uint256 offset = start;
        while (true) {
            if (offset > size || size - offset < 32) revert NotBound(PAGES);
            uint256 index = number(input, offset);
            if (index == NONE) break;
            if (size - offset < 64) revert NotBound(PAGES);
            // Behind the end of the input flags are zero.
            uint256 flag = 0;
            if (index < size - flags) {
                assembly ("memory-safe") {
                    let place := add(add(mload(input), flags), index)
                    flag := byte(0, mload(place))
                }
            }
            if (flag == 0) {
                // For pages before the first there is no room, and they are not given.
                if (index >= from) {
                    bytes32 hash = hashed(input, data, PAGE_SIZE, PAGE_DATA);
                    if (hash != Parts.word(input, offset + 32)) revert NotBound(PAGE_DATA);
                    data += PAGE_SIZE;
                }
            } else {
                if (withheld == 0) revert NotBound(WITHHELD);
                withheld -= 1;
            }
            offset += 64;
        }
        if (withheld != 0) revert NotBound(WITHHELD);
        if (hashed(input, start, offset - start, PAGES) != Parts.word(input, MEMORY_HASH)) revert NotBound(PAGES);
    }

    /// Number of flags that are set, from a place to the input's end. A flag is 0 or 1.
    function flagged(Parts.Input memory input, uint256 from) internal pure returns (uint256 count) {
        uint256 size = input.size;
        if (from > size) revert NotBound(WITHHELD);
        for (; from < size; from += 32) {
            uint256 flags = number(input, from);
            if (size - from < 32) flags >>= 8 * (32 - (size - from));
            if (flags & ~FLAGS != 0) revert NotBound(WITHHELD);
            // The sum of the bytes.
            unchecked { count += (flags * FLAGS) >> 248; }
        }
    }

    /// The slice of records: the message's, from the start's next on.
    function bindRecords(Parts.Input memory input, bytes32[] calldata proof) internal pure {
        uint256 end = number(input, RECORDS_END);
        if (end < RECORDS || end > input.size) revert NotBound(RECORD_SLICE);
        bytes32[] memory level = new bytes32[]((end - RECORDS) / RECORD_HEAD);
        uint256 count = 0;
        uint256 offset = RECORDS;
        while (offset < end) {
            if (end - offset < RECORD_HEAD) revert NotBound(RECORD_SLICE);
            uint256 length = number(input, offset + 64);
            if (length > end - offset - RECORD_HEAD) revert NotBound(RECORD_SLICE);
            uint256 size = RECORD_HEAD + (length + 31) / 32 * 32;
            if (size > end - offset) revert NotBound(RECORD_SLICE);
            level[count++] = leafOf(hashed(input, offset, size, RECORD_SLICE));
            offset += size;
        }
        if (count == 0) return;
        uint256 all = number(input, RECORD_COUNT);
        uint256 first = number(input, RECORD);
        if (
            all == 0 || first == 0
                || !proven(Parts.word(input, RECORDS_ROOT), all - 1, first - 1, level, count, proof)
        ) revert NotBound(RECORD_SLICE);
    }

    /// Calls the machine, with all gas that can be given.
    function run(address machine, Parts.Input memory input)
        internal
        view
        returns (bool success, bytes memory answer)
    {
        assembly ("memory-safe") {
            success := staticcall(gas(), machine, mload(input), mload(add(input, 32)), 0, 0)
            answer := mload(0x40)
            let size := returndatasize()
            mstore(answer, size)
            returndatacopy(add(answer, 32), 0, size)
            mstore(0x40, add(answer, and(add(size, 63), not(31))))
        }
    }

    function wordOf(bytes memory data, uint256 offset) internal pure returns (bytes32 found) {
        assembly ("memory-safe") { found := mload(add(add(data, 32), offset)) }
    }

    /// Whether an answer is exactly one of the two errors that convict. That the message ends before
    /// a gas that the caller chose says nothing of the operator.
    function convicts(bytes memory answer, bool target) internal pure returns (bool) {
        bytes4 selector = bytes4(answer);
        if (selector == Mismatch.selector && answer.length == 4 + 5 * 32) {
            return target || uint256(wordOf(answer, 4)) != Kinds.EXECUTION_CHECKPOINT_ABSENT;
        }
        return selector == Malformed.selector && answer.length == 4 + 32;
    }
}
