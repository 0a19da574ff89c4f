// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Accounts} from "./Accounts.sol";
import {FastLz} from "./FastLz.sol";
import {Intrinsic} from "./Intrinsic.sol";
import {Mpt} from "./Mpt.sol";
import {Rules} from "./Rules.sol";
import {TransactionBytes} from "./TransactionBytes.sol";

/// What a transaction of the OP Stack pays beside its gas: for its data, and to the operator. Fees do not
/// overflow: one below 2^216 is exact, and of a greater one nobody has so much.
library Optimism {
    /// What fees follow from.
    struct Prices {
        uint256 rules;
        /// What a byte's gas costs in millionths of 16, from Ecotone on. Before, and in the block that begins it,
        /// L1's base fee, with an overhead and a scalar.
        bool isCalldata;
        uint256 price;
        uint256 overhead;
        uint256 scalar;
        uint256 operatorScalar;
        uint256 operatorConstant;
    }

    /// What the slots of L1 stand in.
    address internal constant L1_BLOCK = 0x4200000000000000000000000000000000000015;
    /// Where base fees go.
    address internal constant BASE_FEE_VAULT = 0x4200000000000000000000000000000000000019;
    /// Where fees for data go.
    address internal constant L1_FEE_VAULT = 0x420000000000000000000000000000000000001A;
    /// Where fees for operators go.
    address internal constant OPERATOR_FEE_VAULT = 0x420000000000000000000000000000000000001b;

    uint256 private constant FIRST_RULES = 32;
    uint256 private constant MILLION = 1_000_000;
    uint256 private constant SIGNATURE_BYTES = 68;
    uint256 private constant FASTLZ_COEFFICIENT = 836_500;
    uint256 private constant FASTLZ_INTERCEPT = 42_585_600;
    uint256 private constant LEAST_SIZE = 100;

    // Slots of `L1_BLOCK`.
    uint256 private constant BASE_FEE = 1;
    uint256 private constant SCALARS = 3;
    uint256 private constant OVERHEAD = 5;
    uint256 private constant SCALAR = 6;
    uint256 private constant BLOB_BASE_FEE = 7;
    uint256 private constant OPERATOR_FEE = 8;

    /// Whether the rules are an upgrade's.
    function isOptimism(uint256 rules) internal pure returns (bool) {
        return rules >= FIRST_RULES;
    }

    /// Whether the rules are an upgrade's that has a change of the OP Stack's own.
    function has(uint256 rules, uint256 change) internal pure returns (bool) {
        return rules >= change;
    }

    /// What fees follow from in a state.
    function read(uint256 rules, Mpt.Nodes memory nodes, bytes32 stateRoot)
        internal
        pure
        returns (Prices memory prices)
    {
        (, Accounts.Account memory l1) = Accounts.read(nodes, stateRoot, L1_BLOCK);
        prices.rules = rules;
        uint256 baseFee = slot(nodes, l1, BASE_FEE);
        prices.isCalldata = true;
        if (has(rules, Rules.OPTIMISM_BLOB_FEES)) {
            uint256 scalars = slot(nodes, l1, SCALARS);
            uint256 baseFeeScalar = uint32(scalars >> 96);
            uint256 blobBaseFeeScalar = uint32(scalars >> 64);
            uint256 blobBaseFee = slot(nodes, l1, BLOB_BASE_FEE);
            if (baseFeeScalar != 0 || blobBaseFeeScalar != 0 || blobBaseFee != 0) {
                prices.isCalldata = false;
                uint256 calldataPrice = times(times(baseFee, Intrinsic.TX_DATA_COST_PER_NON_ZERO), baseFeeScalar);
                prices.price = plus(calldataPrice, times(blobBaseFee, blobBaseFeeScalar));
            }
        }
        if (prices.isCalldata) {
            prices.price = baseFee;
            prices.overhead = slot(nodes, l1, OVERHEAD);
            prices.scalar = slot(nodes, l1, SCALAR);
        }
        if (has(rules, Rules.OPTIMISM_OPERATOR_FEE)) {
            uint256 fees = slot(nodes, l1, OPERATOR_FEE);
            prices.operatorScalar = uint32(fees >> 64);
            prices.operatorConstant = uint64(fees);
        }
    }

    /// What a transaction pays for its data, by its bytes.
    function dataFee(Prices memory prices, bytes calldata data) internal pure returns (uint256) {
        if (data.length == 0 || uint8(data[0]) == TransactionBytes.DEPOSIT) return 0;
        if (prices.isCalldata) {
            uint256 gas = plus(calldataGas(prices, data), prices.overhead);
            return times(times(gas, prices.price), prices.scalar) / MILLION;
        }
        if (!has(prices.rules, Rules.OPTIMISM_COMPRESSED_SIZE)) {
            uint256 fee = times(prices.price, calldataGas(prices, data));
            return fee / (MILLION * Intrinsic.TX_DATA_COST_PER_NON_ZERO);
        }
        uint256 size = FastLz.compressedLength(data) * FASTLZ_COEFFICIENT;
        size = size > FASTLZ_INTERCEPT ? size - FASTLZ_INTERCEPT : 0;
        if (size < LEAST_SIZE * MILLION) size = LEAST_SIZE * MILLION;
        return times(prices.price, size) / (MILLION * MILLION);
    }

    /// What a transaction pays to the operator for so much gas, which is below 2^64.
    function operatorFee(Prices memory prices, uint256 gas) internal pure returns (uint256) {
        if (!has(prices.rules, Rules.OPTIMISM_OPERATOR_FEE)) return 0;
        uint256 scaled = gas * prices.operatorScalar;
        bool times100 = has(prices.rules, Rules.OPTIMISM_OPERATOR_FEE_TIMES100);
        return (times100 ? scaled * 100 : scaled / MILLION) + prices.operatorConstant;
    }

    /// Gas of the bytes as calldata on L1; 68 more before Regolith.
    function calldataGas(Prices memory prices, bytes calldata data) private pure returns (uint256) {
        uint256 start;
        assembly ("memory-safe") {
            start := data.offset
        }
        uint256 others = Intrinsic.nonZeros(start, data.length);
        uint256 zeros = data.length - others;
        if (!has(prices.rules, Rules.OPTIMISM_NO_SIGNATURE_BYTES)) others += SIGNATURE_BYTES;
        return zeros * Intrinsic.TX_DATA_COST_PER_ZERO + others * Intrinsic.TX_DATA_COST_PER_NON_ZERO;
    }

    function slot(Mpt.Nodes memory nodes, Accounts.Account memory l1, uint256 key) private pure returns (uint256) {
        return uint256(Accounts.slot(nodes, l1.storageRoot, bytes32(key)));
    }

    /// The sum, or the greatest word if it is none.
    function plus(uint256 one, uint256 other) internal pure returns (uint256 sum) {
        unchecked {
            sum = one + other;
            if (sum < one) sum = type(uint256).max;
        }
    }

    /// The product, or the greatest word if it is none.
    function times(uint256 one, uint256 other) internal pure returns (uint256 product) {
        unchecked {
            product = one * other;
            if (one != 0 && product / one != other) product = type(uint256).max;
        }
    }

    /// The difference, or zero if it is none.
    function minus(uint256 one, uint256 other) internal pure returns (uint256) {
        return one > other ? one - other : 0;
    }
}
