// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Claims} from "./Claims.sol";

/// What the record of a call or creation says of its callee, beside the message that the record is in.
library Callees {
    /// What a callee must be, and what the record says of its end. Numbers and addresses are whole words.
    struct Callee {
        uint256 kind;
        uint256 outcome;
        /// The account that is called; for a creation the new one.
        bytes32 account;
        bytes32 caller;
        /// Whose code runs; zero in a creation.
        bytes32 to;
        bytes32 context;
        bytes32 value;
        /// Hash of calldata or initcode.
        bytes32 input;
        bytes32 gas;
        bytes32 gasUsed;
        bytes32 status;
        bytes32 stateRoot;
        /// Hash of what the record says that it returned.
        bytes32 returndata;
    }

    /// The record is none of a call or creation, or its bytes are not canonical.
    error NoCallee();

    // Kinds of frames.
    uint256 internal constant CALL = 0;
    uint256 internal constant CALLCODE = 1;
    uint256 internal constant DELEGATECALL = 2;
    uint256 internal constant STATICCALL = 3;
    uint256 internal constant CREATE = 4;
    uint256 internal constant CREATE2 = 5;

    // Outcomes.
    uint256 internal constant NONE = 0;
    uint256 internal constant CHILD = 1;
    uint256 internal constant NOCODE = 2;
    uint256 internal constant PRECOMPILE = 3;
    uint256 internal constant DEPTH = 4;
    uint256 internal constant BALANCE = 5;
    uint256 internal constant NONCE = 6;

    // Fields of a call's record, by word of the metadata.
    uint256 private constant ACCOUNT = 0;
    uint256 private constant CALL_VALUE = 1;
    uint256 private constant DELEGATED = 4;
    uint256 private constant DELEGATE = 5;
    uint256 private constant CALL_OUTCOME = 7;
    uint256 private constant CALL_FIELDS = 14;

    // Fields of a creation's record.
    uint256 private constant NONCE_OR_SALT = 0;
    uint256 private constant CREATE_VALUE = 1;
    uint256 private constant CREATE_OUTCOME = 2;
    uint256 private constant CREATE_FIELDS = 9;

    /// The callee of a record, whose message has this head.
    function read(bytes calldata record, bytes calldata head) internal pure returns (Callee memory callee) {
        if (record.length < 96) revert NoCallee();
        uint256 opcode = uint256(bytes32(record));
        if (opcode == 0xf0) {
            callee = created(record, head, CREATE);
            callee.account = byNonce(callee.caller, uint256(field(record, NONCE_OR_SALT)));
        } else if (opcode == 0xf5) {
            callee = created(record, head, CREATE2);
            callee.account = bySalt(callee.caller, field(record, NONCE_OR_SALT), callee.input);
        } else if (opcode == 0xf1) {
            return called(record, head, CALL);
        } else if (opcode == 0xf2) {
            return called(record, head, CALLCODE);
        } else if (opcode == 0xf4) {
            return called(record, head, DELEGATECALL);
        } else if (opcode == 0xfa) {
            return called(record, head, STATICCALL);
        } else {
            revert NoCallee();
        }
        callee.context = callee.account;
    }

    /// Whether a kind is a creation's.
    function creates(Callee memory callee) internal pure returns (bool) {
        return callee.kind >= CREATE;
    }

    /// Whether it runs as its caller's own account.
    function inPlace(Callee memory callee) internal pure returns (bool) {
        return callee.kind == CALLCODE || callee.kind == DELEGATECALL;
    }

    /// Whether the frame starts at the root that was there before the opcode: no value moves, and an account
    /// that runs code is not empty, so that touching it removes nothing.
    function startsAtRoot(Callee memory callee) internal pure returns (bool) {
        if (callee.kind == CALL) return callee.value == 0 || callee.context == callee.caller;
        return !creates(callee);
    }

    function called(bytes calldata record, bytes calldata head, uint256 kind)
        private
        pure
        returns (Callee memory callee)
    {
        callee.kind = kind;
        ended(callee, record, CALL_FIELDS, CALL_OUTCOME);
        bytes32 context = Claims.word(head, Claims.CONTEXT);
        bytes32 delegated = field(record, DELEGATED);
        if (uint256(delegated) > 1) revert NoCallee();
        callee.account = field(record, ACCOUNT);
        callee.to = delegated == 0 ? callee.account : field(record, DELEGATE);
        callee.caller = kind == DELEGATECALL ? Claims.word(head, Claims.CALLER) : context;
        callee.context = kind == CALLCODE || kind == DELEGATECALL ? context : callee.account;
        if (kind == DELEGATECALL) callee.value = Claims.word(head, Claims.CALL_VALUE);
        else if (kind != STATICCALL) callee.value = field(record, CALL_VALUE);
    }

    function created(bytes calldata record, bytes calldata head, uint256 kind)
        private
        pure
        returns (Callee memory callee)
    {
        callee.kind = kind;
        ended(callee, record, CREATE_FIELDS, CREATE_OUTCOME);
        callee.caller = Claims.word(head, Claims.CONTEXT);
        callee.value = field(record, CREATE_VALUE);
    }

    /// What both records have: from the outcome on, field by field, and returned data as the last of them.
    function ended(Callee memory callee, bytes calldata record, uint256 fields, uint256 outcome) private pure {
        uint256 size = record.length - 96;
        if (
            size < 32 * fields + 32 || uint256(bytes32(record[32:64])) != 64
                || uint256(bytes32(record[64:96])) != size || uint256(field(record, fields - 1)) != 32 * fields
        ) revert NoCallee();
        uint256 length = uint256(field(record, fields));
        if (length > size || 32 * fields + 32 + (length + 31) / 32 * 32 != size) revert NoCallee();
        callee.outcome = uint256(field(record, outcome));
        callee.input = field(record, outcome + 1);
        callee.gas = field(record, outcome + 2);
        callee.gasUsed = field(record, outcome + 3);
        callee.status = field(record, outcome + 4);
        callee.stateRoot = field(record, outcome + 5);
        uint256 start = 96 + 32 * fields + 32;
        callee.returndata = keccak256(record[start:start + length]);
    }

    /// A word of the metadata, which must be inside.
    function field(bytes calldata record, uint256 index) private pure returns (bytes32 found) {
        assembly ("memory-safe") {
            found := calldataload(add(record.offset, add(96, mul(32, index))))
        }
    }

    /// The account that `CREATE` makes, by the creator's nonce before it.
    function byNonce(bytes32 creator, uint256 nonce) internal pure returns (bytes32) {
        if (nonce >> 64 != 0) revert NoCallee();
        bytes20 account = bytes20(uint160(uint256(creator)));
        bytes memory list;
        if (nonce == 0) {
            list = abi.encodePacked(hex"d694", account, hex"80");
        } else if (nonce < 0x80) {
            list = abi.encodePacked(hex"d694", account, uint8(nonce));
        } else {
            uint256 size = 0;
            for (uint256 rest = nonce; rest != 0; rest >>= 8) size++;
            uint64 shifted = uint64(nonce << (8 * (8 - size)));
            list = abi.encodePacked(uint8(0xd6 + size), hex"94", account, uint8(0x80 + size), shifted);
            // The number stands in front of the eight bytes.
            assembly ("memory-safe") {
                mstore(list, add(23, size))
            }
        }
        return bytes32(uint256(uint160(uint256(keccak256(list)))));
    }

    /// The account that `CREATE2` makes (EIP-1014).
    function bySalt(bytes32 creator, bytes32 salt, bytes32 initcode) internal pure returns (bytes32) {
        bytes32 hash = keccak256(abi.encodePacked(hex"ff", bytes20(uint160(uint256(creator))), salt, initcode));
        return bytes32(uint256(uint160(uint256(hash))));
    }
}
