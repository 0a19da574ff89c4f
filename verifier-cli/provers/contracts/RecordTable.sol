// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

// Made by src/solidity from tables in Rust: ISO_BLESS=1 with the tests writes it.

/// Records by their opcodes: what fields they have, and where.
library RecordTable {
    // Opcodes that have records.
    uint256 internal constant OPENING = 0x00;
    uint256 internal constant BALANCE = 0x31;
    uint256 internal constant EXTCODESIZE = 0x3b;
    uint256 internal constant EXTCODEHASH = 0x3f;
    uint256 internal constant EXTCODECOPY = 0x3c;
    uint256 internal constant BLOCKHASH = 0x40;
    uint256 internal constant COINBASE = 0x41;
    uint256 internal constant TIMESTAMP = 0x42;
    uint256 internal constant NUMBER = 0x43;
    uint256 internal constant PREVRANDAO = 0x44;
    uint256 internal constant GASLIMIT = 0x45;
    uint256 internal constant CHAINID = 0x46;
    uint256 internal constant SELFBALANCE = 0x47;
    uint256 internal constant BASEFEE = 0x48;
    uint256 internal constant BLOBBASEFEE = 0x4a;
    uint256 internal constant BLOBHASH = 0x49;
    uint256 internal constant SLOAD = 0x54;
    uint256 internal constant SSTORE = 0x55;
    uint256 internal constant TLOAD = 0x5c;
    uint256 internal constant TSTORE = 0x5d;
    uint256 internal constant LOG0 = 0xa0;
    uint256 internal constant LOG1 = 0xa1;
    uint256 internal constant LOG2 = 0xa2;
    uint256 internal constant LOG3 = 0xa3;
    uint256 internal constant LOG4 = 0xa4;
    uint256 internal constant CALL = 0xf1;
    uint256 internal constant CALLCODE = 0xf2;
    uint256 internal constant DELEGATECALL = 0xf4;
    uint256 internal constant STATICCALL = 0xfa;
    uint256 internal constant CREATE = 0xf0;
    uint256 internal constant CREATE2 = 0xf5;
    uint256 internal constant SELFDESTRUCT = 0xff;

    // Where fields stand in a record's metadata, and where the words of all end.
    uint256 internal constant OPENING_KIND = 0;
    uint256 internal constant OPENING_CODE_HASH = 32;
    uint256 internal constant OPENING_LENGTH = 64;
    uint256 internal constant BALANCE_ACCOUNT = 0;
    uint256 internal constant BALANCE_COLD = 32;
    uint256 internal constant BALANCE_BALANCE = 64;
    uint256 internal constant BALANCE_LENGTH = 96;
    uint256 internal constant EXTCODESIZE_ACCOUNT = 0;
    uint256 internal constant EXTCODESIZE_COLD = 32;
    uint256 internal constant EXTCODESIZE_SIZE = 64;
    uint256 internal constant EXTCODESIZE_LENGTH = 96;
    uint256 internal constant EXTCODEHASH_ACCOUNT = 0;
    uint256 internal constant EXTCODEHASH_COLD = 32;
    uint256 internal constant EXTCODEHASH_CODE_HASH = 64;
    uint256 internal constant EXTCODEHASH_LENGTH = 96;
    uint256 internal constant EXTCODECOPY_ACCOUNT = 0;
    uint256 internal constant EXTCODECOPY_COLD = 32;
    uint256 internal constant EXTCODECOPY_OFFSET = 64;
    uint256 internal constant EXTCODECOPY_SIZE = 96;
    uint256 internal constant EXTCODECOPY_CODE = 128;
    uint256 internal constant EXTCODECOPY_LENGTH = 160;
    uint256 internal constant BLOCKHASH_NUMBER = 0;
    uint256 internal constant BLOCKHASH_HASH = 32;
    uint256 internal constant BLOCKHASH_LENGTH = 64;
    uint256 internal constant VALUE_VALUE = 0;
    uint256 internal constant VALUE_LENGTH = 32;
    uint256 internal constant BLOBHASH_INDEX = 0;
    uint256 internal constant BLOBHASH_HASH = 32;
    uint256 internal constant BLOBHASH_LENGTH = 64;
    uint256 internal constant SLOAD_KEY = 0;
    uint256 internal constant SLOAD_COLD = 32;
    uint256 internal constant SLOAD_VALUE = 64;
    uint256 internal constant SLOAD_LENGTH = 96;
    uint256 internal constant SSTORE_KEY = 0;
    uint256 internal constant SSTORE_VALUE = 32;
    uint256 internal constant SSTORE_COLD = 64;
    uint256 internal constant SSTORE_ORIGINAL = 96;
    uint256 internal constant SSTORE_CURRENT = 128;
    uint256 internal constant SSTORE_STATE_ROOT = 160;
    uint256 internal constant SSTORE_LENGTH = 192;
    uint256 internal constant TRANSIENT_KEY = 0;
    uint256 internal constant TRANSIENT_VALUE = 32;
    uint256 internal constant TRANSIENT_LENGTH = 64;
    uint256 internal constant LOG_DATA_HASH = 0;
    uint256 internal constant LOG_TOPICS = 32;
    uint256 internal constant LOG_LENGTH = 64;
    uint256 internal constant CALL_ACCOUNT = 0;
    uint256 internal constant CALL_VALUE = 32;
    uint256 internal constant CALL_COLD = 64;
    uint256 internal constant CALL_EMPTY = 96;
    uint256 internal constant CALL_DELEGATED = 128;
    uint256 internal constant CALL_DELEGATE = 160;
    uint256 internal constant CALL_DELEGATE_COLD = 192;
    uint256 internal constant CALL_OUTCOME = 224;
    uint256 internal constant CALL_CALLDATA_HASH = 256;
    uint256 internal constant CALL_GAS = 288;
    uint256 internal constant CALL_GAS_USED = 320;
    uint256 internal constant CALL_STATUS = 352;
    uint256 internal constant CALL_STATE_ROOT = 384;
    uint256 internal constant CALL_RETURNDATA = 416;
    uint256 internal constant CALL_LENGTH = 448;
    uint256 internal constant CREATE_NONCE = 0;
    uint256 internal constant CREATE_VALUE = 32;
    uint256 internal constant CREATE_OUTCOME = 64;
    uint256 internal constant CREATE_INITCODE_HASH = 96;
    uint256 internal constant CREATE_GAS = 128;
    uint256 internal constant CREATE_GAS_USED = 160;
    uint256 internal constant CREATE_STATUS = 192;
    uint256 internal constant CREATE_STATE_ROOT = 224;
    uint256 internal constant CREATE_RETURNDATA = 256;
    uint256 internal constant CREATE_LENGTH = 288;
    uint256 internal constant CREATE2_SALT = 0;
    uint256 internal constant CREATE2_VALUE = 32;
    uint256 internal constant CREATE2_OUTCOME = 64;
    uint256 internal constant CREATE2_INITCODE_HASH = 96;
    uint256 internal constant CREATE2_GAS = 128;
    uint256 internal constant CREATE2_GAS_USED = 160;
    uint256 internal constant CREATE2_STATUS = 192;
    uint256 internal constant CREATE2_STATE_ROOT = 224;
    uint256 internal constant CREATE2_RETURNDATA = 256;
    uint256 internal constant CREATE2_LENGTH = 288;
    uint256 internal constant SELFDESTRUCT_BENEFICIARY = 0;
    uint256 internal constant SELFDESTRUCT_COLD = 32;
    uint256 internal constant SELFDESTRUCT_EMPTY = 64;
    uint256 internal constant SELFDESTRUCT_BALANCE = 96;
    uint256 internal constant SELFDESTRUCT_STATE_ROOT = 128;
    uint256 internal constant SELFDESTRUCT_LENGTH = 160;

    // Marks of fields, beside numbers of bits: a word, and bytes behind all.
    uint256 internal constant WORD = 0xf0;
    uint256 internal constant BYTES = 0xff;

    // Opcodes by their bits.
    uint256 private constant CALLS = 0x0416000000000000000000000000000000000000000000000000000000000000;
    uint256 private constant CREATIONS = 0x0021000000000000000000000000000000000000000000000000000000000000;
    uint256 private constant ACCOUNTS = 0x0000000000000000000000000000000000000000000000009802000000000000;
    uint256 private constant VALUES = 0x0000000000000000000000000000000000000000000005fe0000000000000000;

    /// Whether an opcode's record is a call's.
    function isCall(uint256 opcode) internal pure returns (bool) {
        return (CALLS >> opcode) & 1 == 1;
    }

    /// Whether an opcode's record is a creation's.
    function isCreation(uint256 opcode) internal pure returns (bool) {
        return (CREATIONS >> opcode) & 1 == 1;
    }

    /// Whether an opcode asks something of an account, which its record has where that of `BALANCE` has it.
    function asksAccount(uint256 opcode) internal pure returns (bool) {
        return (ACCOUNTS >> opcode) & 1 == 1;
    }

    /// Whether an opcode's record is one value.
    function isValue(uint256 opcode) internal pure returns (bool) {
        return (VALUES >> opcode) & 1 == 1;
    }

    /// The fields of an opcode's record, a byte each from the lowest on: bits of a word, or a mark.
    /// Zero if the opcode has no record.
    function fieldsOf(uint256 opcode) internal pure returns (uint256) {
        if (opcode == 0x00) return 0x000000000000000000000000000000000000000000000000000000000000f008;
        if ((0x0000000000000000000000000000000000000000000000008802000000000000 >> opcode) & 1 == 1) return 0x0000000000000000000000000000000000000000000000000000000000f001a0;
        if (opcode == 0x3c) return 0x000000000000000000000000000000000000000000000000000000fff0f001a0;
        if ((0x0000000000000000000000020000000000000000300002010000000000000000 >> opcode) & 1 == 1) return 0x000000000000000000000000000000000000000000000000000000000000f0f0;
        if ((0x0000000000000000000000010000000000000000000005fe0000000000000000 >> opcode) & 1 == 1) return 0x00000000000000000000000000000000000000000000000000000000000000f0;
        if (opcode == 0x54) return 0x0000000000000000000000000000000000000000000000000000000000f001f0;
        if (opcode == 0x55) return 0x0000000000000000000000000000000000000000000000000000f0f0f001f0f0;
        if (opcode == 0xa2) return 0x0000000000000000000000000000000000000000000000000000000000f0f0f0;
        if (opcode == 0xa3) return 0x00000000000000000000000000000000000000000000000000000000f0f0f0f0;
        if (opcode == 0xa4) return 0x000000000000000000000000000000000000000000000000000000f0f0f0f0f0;
        if ((0x0416000000000000000000000000000000000000000000000000000000000000 >> opcode) & 1 == 1) return 0x000000000000000000000000000000000000fff0084040f00801a0010101f0a0;
        if (opcode == 0xf0) return 0x0000000000000000000000000000000000000000000000fff0084040f008f040;
        if (opcode == 0xf5) return 0x0000000000000000000000000000000000000000000000fff0084040f008f0f0;
        if (opcode == 0xff) return 0x000000000000000000000000000000000000000000000000000000f0f00101a0;
        return 0;
    }

    /// Whether an opcode's record has a state root, and where.
    function stateRootOf(uint256 opcode) internal pure returns (bool has, uint256 spot) {
        if ((0x0000000000000000000000000000000000000000002000000000000000000000 >> opcode) & 1 == 1) return (true, SSTORE_STATE_ROOT);
        if ((0x0416000000000000000000000000000000000000000000000000000000000000 >> opcode) & 1 == 1) return (true, CALL_STATE_ROOT);
        if ((0x0001000000000000000000000000000000000000000000000000000000000000 >> opcode) & 1 == 1) return (true, CREATE_STATE_ROOT);
        if ((0x0020000000000000000000000000000000000000000000000000000000000000 >> opcode) & 1 == 1) return (true, CREATE2_STATE_ROOT);
        if ((0x8000000000000000000000000000000000000000000000000000000000000000 >> opcode) & 1 == 1) return (true, SELFDESTRUCT_STATE_ROOT);
    }
}
