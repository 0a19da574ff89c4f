// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Mpt} from "./Mpt.sol";
import {Optimism} from "./Optimism.sol";
import {Sent} from "./Sent.sol";

/// What a transaction's sender pays before it runs, and must have. It is no deposit.
library Charges {
    using Sent for Sent.Known;

    uint256 private constant GAS_PER_BLOB = 1 << 17;

    /// What gas and blob gas cost before it runs.
    function upfront(Sent.Known memory known) internal pure returns (uint256) {
        return cost(known, known.gasPrice(), known.blobBaseFee);
    }

    /// What the sender must have: value, and gas and blob gas at the most that it would pay.
    function needed(Sent.Known memory known) internal pure returns (uint256) {
        uint256 gas = cost(known, known.body.price, known.body.blobPrice);
        return Optimism.plus(gas, known.body.value);
    }

    /// What is paid beside on the OP Stack, by a state: for data, and to the operator for the whole limit.
    function beside(
        Sent.Known memory known,
        bytes calldata data,
        Mpt.Nodes memory nodes,
        bytes32 stateRoot
    ) internal pure returns (uint256) {
        if (!Optimism.isOptimism(known.rules)) return 0;
        Optimism.Prices memory prices = Optimism.read(known.rules, nodes, stateRoot);
        uint256 operator = Optimism.operatorFee(prices, known.body.gasLimit);
        return Optimism.plus(Optimism.dataFee(prices, data), operator);
    }

    /// Below 2^64 times 2^128, twice.
    function cost(Sent.Known memory known, uint256 gasPrice, uint256 blobPrice) private pure returns (uint256) {
        return known.body.gasLimit * gasPrice + known.body.blobCount * GAS_PER_BLOB * blobPrice;
    }
}
