// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Optimism} from "./Optimism.sol";
import {PrecompilePrices} from "./PrecompilePrices.sol";
import {Rules} from "./Rules.sol";
import {Verdicts} from "./Verdicts.sol";

/// Whether a precompile succeeds, and what that costs. Prices are the guest's rules'; whether an input is one is
/// asked of the host's own precompile.
library Precompiles {
    uint256 private constant BLAKE2F = 0x09;
    uint256 private constant BN254_PAIRING = 0x08;
    uint256 private constant G1MSM = 0x0c;
    uint256 private constant G2MSM = 0x0e;
    uint256 private constant BLS12_PAIRING = 0x0f;

    /// So many times its price the host's precompile gets: what fails on that, fails.
    uint256 private constant MARGIN = 4;

    /// The error of too little gas to say that a precompile fails.
    error TooLittleGas();

    /// Runs a precompile on some of calldata: 1 and the price of its success, or 0.
    function run(uint256 rules, uint256 fork, uint256 number, uint256 start, uint256 length, uint256 gas)
        internal
        view
        returns (uint256 status, uint256 price)
    {
        if (length > mostBytes(rules, number)) return (0, 0);
        bool fits;
        (fits, price) = PrecompilePrices.priceOf(rules, fork, number, start, length);
        if (!fits || price > gas) return (0, 0);
        if (asksHost(number)) return (succeeds(number, start, length, price) ? 1 : 0, price);
        if (number == BLAKE2F) {
            uint256 last;
            assembly ("memory-safe") {
                last := byte(0, calldataload(add(start, 212)))
            }
            return (last < 2 ? 1 : 0, price);
        }
        // All others take any input.
        return (1, price);
    }

    /// Whether an input can be one that the precompile does not take.
    function asksHost(uint256 number) private pure returns (bool) {
        return (number >= 0x06 && number <= 0x08) || (number >= 0x0a && number <= 0x11);
    }

    /// Whether the host's precompile takes the input. One that the host does not have returns nothing.
    function succeeds(uint256 which, uint256 start, uint256 length, uint256 price) private view returns (bool done) {
        uint256 given = MARGIN * price;
        uint256 returned;
        assembly ("memory-safe") {
            let input := mload(0x40)
            calldatacopy(input, start, length)
            // A 64th of what is left stays here.
            if lt(sub(gas(), div(gas(), 64)), add(given, 5000)) { given := 0 }
            if given {
                done := staticcall(given, which, input, length, 0, 0)
                returned := returndatasize()
            }
        }
        if (given == 0) revert TooLittleGas();
        if (done && returned == 0) revert Verdicts.NotJudged(which);
    }

    /// The most bytes that a precompile takes on the OP Stack.
    function mostBytes(uint256 rules, uint256 number) private pure returns (uint256) {
        bool isLower = Optimism.has(rules, Rules.OPTIMISM_LOWER_LIMITS);
        if (number == BN254_PAIRING && Optimism.has(rules, Rules.OPTIMISM_PAIRING_LIMIT)) {
            return isLower ? 427 * 192 : 112_687;
        }
        if (Optimism.has(rules, Rules.OPTIMISM_BLS_LIMITS)) {
            if (number == G1MSM) return isLower ? 1_806 * 160 : 3_211 * 160;
            if (number == G2MSM) return isLower ? 968 * 288 : 1_696 * 288;
            if (number == BLS12_PAIRING) return isLower ? 408 * 384 : 612 * 384;
        }
        return type(uint256).max;
    }
}
