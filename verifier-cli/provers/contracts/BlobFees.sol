// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Rules} from "./Rules.sol";

/// What a blob gas costs (EIP-4844).
library BlobFees {
    uint256 private constant CANCUN_FRACTION = 3_338_477;
    uint256 private constant PRAGUE_FRACTION = 5_007_716;
    /// The word for a price that is no 128-bit number.
    uint256 private constant NONE = type(uint256).max;

    /// Whether the fork alone says how the price follows from the excess. From Osaka on the schedule of a chain can
    /// change it without a fork (EIP-7892).
    function follows(uint256 fork) internal pure returns (bool) {
        return fork >= Rules.BLOBS && fork < Rules.BLOB_SCHEDULES;
    }

    /// The price with an excess.
    function price(uint256 fork, uint256 excess) internal pure returns (uint256) {
        uint256 fraction = fork >= Rules.MORE_BLOBS ? PRAGUE_FRACTION : CANCUN_FRACTION;
        return exponential(excess, fraction);
    }

    /// About e to the power of numerator by denominator, by Taylor's series. It stops where 128 bits do.
    function exponential(uint256 numerator, uint256 denominator) private pure returns (uint256) {
        uint256 limit = denominator << 128;
        uint256 term = denominator;
        uint256 sum = 0;
        for (uint256 index = 1; term != 0; index++) {
            sum += term;
            if (sum >= limit) return NONE;
            term = term * numerator / (denominator * index);
        }
        return sum / denominator;
    }
}
