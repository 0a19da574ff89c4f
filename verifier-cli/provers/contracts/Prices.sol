// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Rules} from "./Rules.sol";

/// What precompiles cost, by the rules of a block. EIP-152, 196 to 198, 1108, 2537, 2565, 4844, 7823, 7883, 7951;
/// the OP Stack's limits and its price of `P256VERIFY` (RIP-7212).
library Prices {
    // Numbers of precompiles.
    uint256 internal constant ECRECOVER = 0x01;
    uint256 internal constant SHA256 = 0x02;
    uint256 internal constant RIPEMD160 = 0x03;
    uint256 internal constant IDENTITY = 0x04;
    uint256 internal constant MODEXP = 0x05;
    uint256 internal constant BN254_ADD = 0x06;
    uint256 internal constant BN254_MUL = 0x07;
    uint256 internal constant BN254_PAIRING = 0x08;
    uint256 internal constant BLAKE2F = 0x09;
    uint256 internal constant POINT_EVALUATION = 0x0a;
    uint256 internal constant BLS12_G1ADD = 0x0b;
    uint256 internal constant BLS12_G1MSM = 0x0c;
    uint256 internal constant BLS12_G2ADD = 0x0d;
    uint256 internal constant BLS12_G2MSM = 0x0e;
    uint256 internal constant BLS12_PAIRING_CHECK = 0x0f;
    uint256 internal constant BLS12_MAP_FP_TO_G1 = 0x10;
    uint256 internal constant BLS12_MAP_FP2_TO_G2 = 0x11;
    uint256 internal constant P256VERIFY = 0x100;

    /// The number of the OP Stack's first rules.
    uint256 private constant BEDROCK = 0x20;

    /// What `P256VERIFY` costs on Ethereum, and on the OP Stack.
    uint256 internal constant P256_GAS = 6900;
    uint256 private constant P256_GAS_OPTIMISM = 3450;

    /// Most bytes of a number that `MODEXP` takes from Osaka on (EIP-7823).
    uint256 internal constant MODEXP_LIMIT = 1024;

    uint256 private constant UINT64 = type(uint64).max;

    /// Discounts of sums of products by the number of pairs, in parts of 1,000, two bytes each (EIP-2537).
    bytes private constant DISCOUNTS_G1 =
        hex"03e803b50350031d02fc02ee02e202d802cf02c802c102ba02b402af02aa02a502a1029d029902950292028e028b0288"
        hex"028502820280027d027b0278027602730271026f026d026b026902670265026302610260025e025c025b025902570256"
        hex"0254025302510250024f024d024c024a02490248024602450244024302410240023f023e023d023c023a023902380237"
        hex"0236023502340233023202310230022f022e022d022c022b022a02290228022702260225022402230223022202210220"
        hex"021f021e021d021c021c021b021a0219021802180217021602150214021402130212021102100210020f020e020d020d"
        hex"020c020b020a020a0209020802080207";
    bytes private constant DISCOUNTS_G2 =
        hex"03e803e8039b037403570340032c031c030e030202f702ed02e402dc02d402cd02c702c002bb02b502b002ab02a702a2"
        hex"029e029a02970293028f028c0289028602830280027d027a0278027502730270026e026c026a0267026502630261025f"
        hex"025e025c025a025802560255025302510250024e024d024b024a0248024702460244024302420240023f023e023d023b"
        hex"023a023902380237023602350233023202310230022f022e022d022c022b022a02290228022802270226022502240223"
        hex"0222022102210220021f021e021d021d021c021b021a0219021902180217021702160215021402140213021202120211"
        hex"02100210020f020e020e020d020c020c";

    /// Whether there is a precompile of this number.
    function exists(uint256 rules, uint256 number) internal pure returns (bool) {
        return number >> 160 == 0 && Rules.isPrecompile(rules, Rules.forkOf(rules), address(uint160(number)));
    }

    /// What a precompile that there is costs on an input, and whether it fails on it whatever the bytes say: for
    /// their number, or a number that they give.
    function of_(uint256 rules, uint256 number, bytes calldata input)
        internal
        pure
        returns (bool fails, uint256 cost)
    {
        uint256 size = input.length;
        uint256 words = (size + 31) / 32;
        if (number == ECRECOVER) return (false, 3000);
        if (number == SHA256) return (false, 60 + 12 * words);
        if (number == RIPEMD160) return (false, 600 + 120 * words);
        if (number == IDENTITY) return (false, 15 + 3 * words);
        if (number == MODEXP) return modexp(Rules.forkOf(rules), input);
        if (number == BN254_ADD) return (false, 150);
        if (number == BN254_MUL) return (false, 6000);
        if (number == BN254_PAIRING) {
            return (size % 192 != 0 || size > mostOf(rules, number), 45000 + 34000 * (size / 192));
        }
        if (number == BLAKE2F) return (size != 213, size < 4 ? 0 : uint256(uint32(bytes4(input))));
        if (number == POINT_EVALUATION) return (size != 192, 50000);
        if (number == BLS12_G1ADD) return (size != 256, 375);
        if (number == BLS12_G2ADD) return (size != 512, 600);
        if (number == BLS12_MAP_FP_TO_G1) return (size != 64, 5500);
        if (number == BLS12_MAP_FP2_TO_G2) return (size != 128, 23800);
        if (number == P256VERIFY) return (false, rules >= BEDROCK ? P256_GAS_OPTIMISM : P256_GAS);
        // These take pairs, one at least.
        uint256 unit = number == BLS12_G1MSM ? 160 : number == BLS12_G2MSM ? 288 : 384;
        fails = size == 0 || size % unit != 0 || size > mostOf(rules, number);
        uint256 pairs = size / unit;
        if (number == BLS12_PAIRING_CHECK) return (fails, 37700 + 32600 * pairs);
        if (number == BLS12_G1MSM) return (fails, pairs * 12000 * discount(DISCOUNTS_G1, pairs) / 1000);
        return (fails, pairs * 22500 * discount(DISCOUNTS_G2, pairs) / 1000);
    }

    /// Most bytes that a precompile takes: the OP Stack limits some.
    function mostOf(uint256 rules, uint256 number) private pure returns (uint256) {
        if (rules >= Rules.OPTIMISM_LOWER_LIMITS) {
            if (number == BN254_PAIRING) return 427 * 192;
            if (number == BLS12_G1MSM) return 1806 * 160;
            return number == BLS12_G2MSM ? 968 * 288 : 408 * 384;
        }
        if (number == BN254_PAIRING) return rules >= Rules.OPTIMISM_PAIRING_LIMIT ? 112687 : type(uint256).max;
        if (rules < Rules.OPTIMISM_BLS_LIMITS) return type(uint256).max;
        if (number == BLS12_G1MSM) return 3211 * 160;
        return number == BLS12_G2MSM ? 1696 * 288 : 612 * 384;
    }

    function discount(bytes memory table, uint256 pairs) private pure returns (uint256 found) {
        if (pairs == 0) return 0;
        uint256 place = 2 * (pairs > 128 ? 127 : pairs - 1);
        assembly ("memory-safe") {
            found := shr(240, mload(add(add(table, 32), place)))
        }
    }

    /// What `MODEXP` costs.
    function modexp(uint256 fork, bytes calldata input) internal pure returns (bool fails, uint256 cost) {
        (uint256 base, uint256 exponent, uint256 modulus) = lengths(input);
        if (base > UINT64 || modulus > UINT64) return (true, 0);
        if (fork >= Rules.MODEXP_LIMIT && (base > MODEXP_LIMIT || modulus > MODEXP_LIMIT || exponent > MODEXP_LIMIT)) {
            return (true, 0);
        }
        if (exponent > UINT64) exponent = UINT64;
        uint256 size = exponent < 32 ? exponent : 32;
        uint256 head = size == 0 ? 0 : wordAt(input, 96 + base) >> (8 * (32 - size));
        uint256 bits = lengthOf(head);
        if (bits > 0) bits -= 1;
        uint256 rounds = exponent > 32 ? (fork >= Rules.OSAKA ? 16 : 8) * (exponent - 32) : 0;
        if (rounds > UINT64) rounds = UINT64;
        rounds += bits;
        if (rounds > UINT64) rounds = UINT64;
        if (rounds == 0) rounds = 1;
        uint256 least;
        (least, cost) = ofNumbers(fork, base > modulus ? base : modulus, rounds);
        if (cost > UINT64) cost = UINT64;
        if (cost < least) cost = least;
    }

    /// The three lengths that stand in an input of `MODEXP`.
    function lengths(bytes calldata input) internal pure returns (uint256, uint256, uint256) {
        return (wordAt(input, 0), wordAt(input, 32), wordAt(input, 64));
    }

    /// The least price, and that of so many rounds on numbers of so many bytes.
    function ofNumbers(uint256 fork, uint256 size, uint256 rounds) private pure returns (uint256, uint256) {
        uint256 words = (size + 7) / 8;
        if (fork >= Rules.OSAKA) return (500, (size <= 32 ? 16 : 2 * words * words) * rounds);
        if (fork >= Rules.MODEXP_PRICE) return (200, words * words * rounds / 3);
        uint256 product = size * size;
        if (size > 1024) product = product / 16 + 480 * size - 199680;
        else if (size > 64) product = product / 4 + 96 * size - 3072;
        return (0, product * rounds / 20);
    }

    /// The word at a place, with zeros behind the end.
    function wordAt(bytes calldata input, uint256 place) private pure returns (uint256 found) {
        if (place >= input.length) return 0;
        assembly ("memory-safe") {
            found := calldataload(add(input.offset, place))
        }
        uint256 left = input.length - place;
        if (left < 32) found = found >> (8 * (32 - left)) << (8 * (32 - left));
    }

    /// Number of bits of a number.
    function lengthOf(uint256 number) private pure returns (uint256 length) {
        for (uint256 step = 128; step > 0; step /= 2) {
            if (number >> step != 0) {
                number >>= step;
                length += step;
            }
        }
        if (number != 0) length += 1;
    }
}
