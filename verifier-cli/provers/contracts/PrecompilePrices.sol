// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Modexp} from "./Modexp.sol";
import {Optimism} from "./Optimism.sol";
import {Rules} from "./Rules.sol";
import {Verdicts} from "./Verdicts.sol";

/// What precompiles cost that succeed, by the guest's rules.
library PrecompilePrices {
    /// Discounts of sums of 1 to 128 products (EIP-2537), of a thousand, two bytes each.
    bytes private constant G1_DISCOUNTS =
        hex"03e803b50350031d02fc02ee02e202d802cf02c802c102ba02b402af02aa02a502a1029d029902950292028e028b0288"
        hex"028502820280027d027b0278027602730271026f026d026b026902670265026302610260025e025c025b025902570256"
        hex"0254025302510250024f024d024c024a02490248024602450244024302410240023f023e023d023c023a023902380237"
        hex"0236023502340233023202310230022f022e022d022c022b022a02290228022702260225022402230223022202210220"
        hex"021f021e021d021c021c021b021a0219021802180217021602150214021402130212021102100210020f020e020d020d"
        hex"020c020b020a020a0209020802080207";
    bytes private constant G2_DISCOUNTS =
        hex"03e803e8039b037403570340032c031c030e030202f702ed02e402dc02d402cd02c702c002bb02b502b002ab02a702a2"
        hex"029e029a02970293028f028c0289028602830280027d027a0278027502730270026e026c026a0267026502630261025f"
        hex"025e025c025a025802560255025302510250024e024d024b024a0248024702460244024302420240023f023e023d023b"
        hex"023a023902380237023602350233023202310230022f022e022d022c022b022a02290228022802270226022502240223"
        hex"0222022102210220021f021e021d021d021c021b021a0219021902180217021702160215021402140213021202120211"
        hex"02100210020f020e020e020d020c020c";

    uint256 private constant MOST_PRODUCTS = 128;

    /// Whether an input is as long as it must be, and what it then costs.
    function priceOf(uint256 rules, uint256 fork, uint256 number, uint256 start, uint256 length)
        internal
        pure
        returns (bool fits, uint256 price)
    {
        uint256 words = (length + 31) / 32;
        if (number == 0x01) return (true, 3_000);
        if (number == 0x02) return (true, 60 + 12 * words);
        if (number == 0x03) return (true, 600 + 120 * words);
        if (number == 0x04) return (true, 15 + 3 * words);
        if (number == 0x05) return Modexp.priceOf(fork, start, length);
        if (number == 0x06) return (true, 150);
        if (number == 0x07) return (true, 6_000);
        if (number == 0x08) return (length % 192 == 0, 45_000 + 34_000 * (length / 192));
        if (number == 0x09) return (length == 213, rounds(start));
        if (number == 0x0a) return (length == 192, 50_000);
        if (number == Rules.P256VERIFY) return (true, Optimism.isOptimism(rules) ? 3_450 : 6_900);
        return ofBls(number, length);
    }

    function ofBls(uint256 number, uint256 length) private pure returns (bool fits, uint256 price) {
        if (number == 0x0b) return (length == 256, 375);
        if (number == 0x0c) return (isSum(length, 160), ofSum(G1_DISCOUNTS, length / 160, 12_000));
        if (number == 0x0d) return (length == 512, 600);
        if (number == 0x0e) return (isSum(length, 288), ofSum(G2_DISCOUNTS, length / 288, 22_500));
        if (number == 0x0f) return (isSum(length, 384), 37_700 + 32_600 * (length / 384));
        if (number == 0x10) return (length == 64, 5_500);
        if (number == 0x11) return (length == 128, 23_800);
        revert Verdicts.NotJudged(number);
    }

    function isSum(uint256 length, uint256 unit) private pure returns (bool) {
        return length != 0 && length % unit == 0;
    }

    function ofSum(bytes memory discounts, uint256 count, uint256 price) private pure returns (uint256) {
        if (count == 0) return 0;
        uint256 row = count < MOST_PRODUCTS ? count : MOST_PRODUCTS;
        uint256 discount = uint256(uint8(discounts[2 * row - 2])) * 256 + uint8(discounts[2 * row - 1]);
        return count * discount * price / 1000;
    }

    /// Rounds of `BLAKE2F`, a gas each.
    function rounds(uint256 start) private pure returns (uint256 found) {
        assembly ("memory-safe") {
            found := shr(224, calldataload(start))
        }
    }
}
