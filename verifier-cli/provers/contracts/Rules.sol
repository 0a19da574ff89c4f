// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

// Made by src/solidity from tables in Rust: ISO_BLESS=1 with the tests writes it.

/// What differs by fork and by upgrade.
library Rules {
    // Forks of Ethereum.
    uint256 internal constant ISTANBUL = 0;
    uint256 internal constant BERLIN = 1;
    uint256 internal constant LONDON = 2;
    uint256 internal constant PARIS = 3;
    uint256 internal constant SHANGHAI = 4;
    uint256 internal constant CANCUN = 5;
    uint256 internal constant PRAGUE = 6;
    uint256 internal constant OSAKA = 7;

    // Changes: the first fork that has each.
    uint256 internal constant MODEXP_PRICE = BERLIN;
    uint256 internal constant ACCESS_LISTS = BERLIN;
    uint256 internal constant COLD_ACCESS = BERLIN;
    uint256 internal constant BASE_FEE = LONDON;
    uint256 internal constant SMALLER_REFUNDS = LONDON;
    uint256 internal constant RESERVED_CODE = LONDON;
    uint256 internal constant PROOF_OF_STAKE = PARIS;
    uint256 internal constant RANDOMNESS = PARIS;
    uint256 internal constant WARM_COINBASE = SHANGHAI;
    uint256 internal constant INITCODE_LIMIT = SHANGHAI;
    uint256 internal constant WITHDRAWALS = SHANGHAI;
    uint256 internal constant BEACON_ROOT = CANCUN;
    uint256 internal constant BLOBS = CANCUN;
    uint256 internal constant KEPT_ACCOUNTS = CANCUN;
    uint256 internal constant BLS_PRECOMPILES = PRAGUE;
    uint256 internal constant PARENT_HASH = PRAGUE;
    uint256 internal constant CALLDATA_FLOOR = PRAGUE;
    uint256 internal constant REQUESTS = PRAGUE;
    uint256 internal constant MORE_BLOBS = PRAGUE;
    uint256 internal constant DELEGATION = PRAGUE;
    uint256 internal constant BLOBS_OF_TRANSACTION = OSAKA;
    uint256 internal constant MODEXP_LIMIT = OSAKA;
    uint256 internal constant GAS_LIMIT_CAP = OSAKA;
    uint256 internal constant BLOB_SCHEDULES = OSAKA;
    uint256 internal constant BLOB_FEE_FLOOR = OSAKA;
    uint256 internal constant P256_VERIFY = OSAKA;

    // Changes of the OP Stack's own: the number of the first rules that have each.
    uint256 internal constant OPTIMISM_METERED_DEPOSITS = 33;
    uint256 internal constant OPTIMISM_NO_SIGNATURE_BYTES = 33;
    uint256 internal constant OPTIMISM_DEPOSIT_RECEIPTS = 34;
    uint256 internal constant OPTIMISM_LONGER_BASE_FEE = 34;
    uint256 internal constant OPTIMISM_BLOB_FEES = 35;
    uint256 internal constant OPTIMISM_COMPRESSED_SIZE = 36;
    uint256 internal constant OPTIMISM_P256_VERIFY = 36;
    uint256 internal constant OPTIMISM_PAIRING_LIMIT = 37;
    uint256 internal constant OPTIMISM_BASE_FEE_PARAMETERS = 38;
    uint256 internal constant OPTIMISM_BLS_LIMITS = 39;
    uint256 internal constant OPTIMISM_MESSAGE_PASSER_ROOT = 39;
    uint256 internal constant OPTIMISM_OPERATOR_FEE = 39;
    uint256 internal constant OPTIMISM_FOOTPRINT = 40;
    uint256 internal constant OPTIMISM_LOWER_LIMITS = 40;
    uint256 internal constant OPTIMISM_MIN_BASE_FEE = 40;
    uint256 internal constant OPTIMISM_OPERATOR_FEE_TIMES100 = 40;

    uint256 internal constant GAS_STORAGE_SET = 20000;
    uint256 internal constant BLOCK_HASHES = 256;
    uint256 internal constant P256VERIFY = 0x100;
    uint256 internal constant UNKNOWN = 0xff;

    // Forks by the numbers of rules, a byte each, and a bit for each rules.
    bytes32 private constant FORKS = 0x0001020304050607ffffffffffffffffffffffffffffffffffffffffffffffff;
    bytes32 private constant UPGRADES = 0x030304050505050606ffffffffffffffffffffffffffffffffffffffffffffff;
    uint256 private constant P256VERIFY_RULES = 0x1f000000080;

    // Numbers by fork, 32 bits each.
    uint256 private constant LAST_PRECOMPILES = 0x00000011000000110000000a0000000900000009000000090000000900000009;
    uint256 private constant STORAGE_GAS = 0x0000006400000064000000640000006400000064000000640000006400000320;
    uint256 private constant STORAGE_UPDATE_GAS = 0x00000b5400000b5400000b5400000b5400000b5400000b5400000b5400001388;
    uint256 private constant STORAGE_CLEAR_REFUNDS = 0x000012c0000012c0000012c0000012c0000012c0000012c000003a9800003a98;

    /// Rules that are not audited.
    error Unknown(uint256 rules);

    /// The fork of Ethereum that says what a message may do, by the number of the rules.
    function forkOf(uint256 rules) internal pure returns (uint256 fork) {
        fork = UNKNOWN;
        if (rules < 32) fork = uint8(FORKS[rules]);
        else if (rules < 64) fork = uint8(UPGRADES[rules - 32]);
        if (fork == UNKNOWN) revert Unknown(rules);
    }

    /// Whether an account is a precompile.
    function isPrecompile(uint256 rules, uint256 fork, address account) internal pure returns (bool) {
        uint256 number = uint256(uint160(account));
        if (number == P256VERIFY) return (P256VERIFY_RULES >> rules) & 1 == 1;
        return number != 0 && number <= ofFork(LAST_PRECOMPILES, fork);
    }

    /// What a write to a slot that was written before costs.
    function storageGas(uint256 fork) internal pure returns (uint256) {
        return ofFork(STORAGE_GAS, fork);
    }

    /// What a write costs that changes a slot which was not zero.
    function storageUpdateGas(uint256 fork) internal pure returns (uint256) {
        return ofFork(STORAGE_UPDATE_GAS, fork);
    }

    /// What clearing a slot gives back.
    function storageClearRefund(uint256 fork) internal pure returns (uint256) {
        return ofFork(STORAGE_CLEAR_REFUNDS, fork);
    }

    /// A fork's number of a table.
    function ofFork(uint256 table, uint256 fork) private pure returns (uint256) {
        return (table >> (32 * fork)) & 0xffffffff;
    }
}
