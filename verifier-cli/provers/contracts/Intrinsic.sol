// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Rules} from "./Rules.sol";
import {TransactionBytes} from "./TransactionBytes.sol";

/// What a transaction costs before it runs, and what it costs at least.
library Intrinsic {
    uint256 internal constant TX_BASE_COST = 21_000;
    uint256 internal constant TX_DATA_COST_PER_ZERO = 4;
    uint256 internal constant TX_DATA_COST_PER_NON_ZERO = 16;
    uint256 internal constant TX_ACCESS_LIST_ADDRESS_COST = 2_400;
    uint256 internal constant TX_ACCESS_LIST_STORAGE_KEY_COST = 1_900;
    uint256 internal constant GAS_CREATE = 32_000;
    uint256 internal constant GAS_INIT_CODE_WORD_COST = 2;
    uint256 internal constant PER_EMPTY_ACCOUNT_COST = 25_000;
    uint256 internal constant PER_AUTH_BASE_COST = 12_500;
    uint256 internal constant FLOOR_CALLDATA_COST = 10;
    uint256 internal constant TOKENS_PER_NON_ZERO = 4;

    /// Gas that is paid before it runs, and the least that it uses (EIP-7623).
    function gasOf(TransactionBytes.Read memory told, uint256 fork)
        internal
        pure
        returns (uint256 gas, uint256 floor)
    {
        uint256 others = nonZeros(told.input, told.inputLength);
        uint256 zeros = told.inputLength - others;
        gas = TX_BASE_COST + zeros * TX_DATA_COST_PER_ZERO + others * TX_DATA_COST_PER_NON_ZERO;
        if (told.creates) {
            gas += GAS_CREATE;
            if (fork >= Rules.INITCODE_LIMIT) gas += (told.inputLength + 31) / 32 * GAS_INIT_CODE_WORD_COST;
        }
        gas += told.accounts * TX_ACCESS_LIST_ADDRESS_COST + told.keys * TX_ACCESS_LIST_STORAGE_KEY_COST;
        gas += told.authorizationCount * PER_EMPTY_ACCOUNT_COST;
        if (fork >= Rules.CALLDATA_FLOOR) {
            floor = TX_BASE_COST + (zeros + others * TOKENS_PER_NON_ZERO) * FLOOR_CALLDATA_COST;
        }
    }

    /// The least gas limit that pays for both.
    function least(TransactionBytes.Read memory told, uint256 fork) internal pure returns (uint256) {
        (uint256 gas, uint256 floor) = gasOf(told, fork);
        return gas > floor ? gas : floor;
    }

    /// Gas that the top call or creation gets.
    function left(TransactionBytes.Read memory told, uint256 fork) internal pure returns (uint256) {
        (uint256 gas,) = gasOf(told, fork);
        return told.gasLimit > gas ? told.gasLimit - gas : 0;
    }

    /// How many bytes at a place in calldata are not zero, counted by words.
    function nonZeros(uint256 start, uint256 length) internal pure returns (uint256 found) {
        assembly ("memory-safe") {
            function countIn(word) -> count {
                let low := 0x7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f
                // A byte's high bit is set if it is not zero.
                let high := or(add(and(word, low), low), word)
                let ones := and(shr(7, high), 0x0101010101010101010101010101010101010101010101010101010101010101)
                count := byte(0, mul(ones, 0x0101010101010101010101010101010101010101010101010101010101010101))
            }
            let end := add(start, length)
            let whole := sub(end, mod(length, 32))
            for {} lt(start, whole) { start := add(start, 32) } { found := add(found, countIn(calldataload(start))) }
            if lt(start, end) {
                let rest := shl(3, sub(32, sub(end, start)))
                found := add(found, countIn(shr(rest, calldataload(start))))
            }
        }
    }
}
