// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Rules} from "./Rules.sol";

/// What `MODEXP` costs: by EIP-198, from Berlin by EIP-2565, from Osaka by EIP-7883.
library Modexp {
    /// Most bytes of a number from Osaka on (EIP-7823).
    uint256 private constant MOST_BYTES = 1_024;
    /// Where the first number stands.
    uint256 private constant HEAD = 96;

    /// Whether numbers are as long as they may be, and what they then cost.
    function priceOf(uint256 fork, uint256 start, uint256 length) internal pure returns (bool fits, uint256 price) {
        uint256 base = word(start, length, 0);
        uint256 exponent = word(start, length, 32);
        uint256 modulus = word(start, length, 64);
        // No gas pays for so much.
        if (base > type(uint64).max || modulus > type(uint64).max) return (false, 0);
        if (exponent > type(uint64).max) exponent = type(uint64).max;
        uint256 head = word(start, length, HEAD + base);
        head = exponent < 32 ? head >> (256 - 8 * exponent) : head;
        uint256 longest = base > modulus ? base : modulus;
        uint256 words = (longest + 7) / 8;
        if (fork >= Rules.MODEXP_LIMIT) {
            if (longest > MOST_BYTES || exponent > MOST_BYTES) return (false, 0);
            price = longest <= 32 ? 16 : 2 * words * words;
            price *= iterations(exponent, head, 16);
            return (true, price < 500 ? 500 : price);
        }
        if (fork >= Rules.MODEXP_PRICE) {
            price = words * words * iterations(exponent, head, 8) / 3;
            return (true, price < 200 ? 200 : price);
        }
        return (true, byzantium(longest) * iterations(exponent, head, 8) / 20);
    }

    function byzantium(uint256 longest) private pure returns (uint256) {
        uint256 square = longest * longest;
        if (longest <= 64) return square;
        if (longest <= 1_024) return square / 4 + 96 * longest - 3_072;
        return square / 16 + 480 * longest - 199_680;
    }

    /// `head` is the exponent's first word, or all of it if it is shorter.
    function iterations(uint256 length, uint256 head, uint256 multiplier) private pure returns (uint256 count) {
        while (head > 1) {
            head >>= 1;
            count++;
        }
        if (length > 32) count += multiplier * (length - 32);
        if (count == 0) count = 1;
    }

    /// A word of the input, behind whose end are zeros.
    function word(uint256 start, uint256 length, uint256 place) private pure returns (uint256 found) {
        if (place >= length) return 0;
        assembly ("memory-safe") {
            found := calldataload(add(start, place))
        }
        uint256 left = length - place;
        if (left < 32) {
            uint256 cut = 256 - 8 * left;
            found = (found >> cut) << cut;
        }
    }
}
