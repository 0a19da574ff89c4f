// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Prices} from "./Prices.sol";
import {Verdicts} from "./Verdicts.sol";

/// Whether a precompile succeeds that a transaction calls itself, and what that costs. What it returns nobody
/// claims. The price is of the guest's rules; whether an input is one is asked of the host's own precompile.
library Precompiles {
    /// So many times its price the host's precompile gets: what fails on that, fails.
    uint256 private constant MARGIN = 4;
    /// Gas beside that, for the call itself.
    uint256 private constant RESERVE = 10_000;
    /// Where `BLAKE2F` has its last byte, which is 0 or 1.
    uint256 private constant LAST_FLAG = 212;

    /// The error of too little gas to say that a precompile fails.
    error TooLittleGas();

    /// Runs a precompile on an input: 1 and the price of its success, or 0.
    function run(uint256 rules, uint256 number, bytes calldata input, uint256 gas)
        internal
        view
        returns (uint256 status, uint256 price)
    {
        bool fails;
        (fails, price) = Prices.of_(rules, number, input);
        if (fails || price > gas) return (0, 0);
        if (number == Prices.BLAKE2F) fails = uint8(input[LAST_FLAG]) > 1;
        else if (asksHost(number)) fails = !succeeds(number, input, price);
        // All others take any input.
        return (fails ? 0 : 1, price);
    }

    /// Whether an input can be one that the precompile does not take.
    function asksHost(uint256 number) private pure returns (bool) {
        return (number >= Prices.BN254_ADD && number <= Prices.BN254_PAIRING)
            || (number >= Prices.POINT_EVALUATION && number <= Prices.BLS12_MAP_FP2_TO_G2);
    }

    /// Whether the host's precompile takes the input. One that the host does not have returns nothing.
    function succeeds(uint256 which, bytes calldata input, uint256 price) private view returns (bool done) {
        uint256 given = MARGIN * price;
        // A 64th of what is left stays here.
        uint256 words = (input.length + 31) / 32;
        uint256 copied = RESERVE + 8 * words + words * words / 256;
        if (gasleft() < given + given / 32 + copied) revert TooLittleGas();
        uint256 returned;
        assembly ("memory-safe") {
            let start := mload(0x40)
            calldatacopy(start, input.offset, input.length)
            done := staticcall(given, which, start, input.length, 0, 0)
            returned := returndatasize()
        }
        if (done && returned == 0) revert Verdicts.NotJudged(which);
    }
}
