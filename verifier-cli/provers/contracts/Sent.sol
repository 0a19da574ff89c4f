// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Claims} from "./Claims.sol";
import {Rules} from "./Rules.sol";
import {TransactionBytes} from "./TransactionBytes.sol";

/// A transaction of a claim, with its bytes and what its block gives.
library Sent {
    struct Told {
        Claims.InBlock inBlock;
        Claims.Environment environment;
        /// The bytes that its hash is of.
        bytes bytes_;
    }

    /// A transaction that was opened, and the fork that it goes by.
    struct Known {
        TransactionBytes.Read body;
        address sender;
        uint256 rules;
        uint256 fork;
        uint256 chainId;
        uint256 blockGasLimit;
        address beneficiary;
        /// Both are zero where the rules have none.
        uint256 baseFee;
        uint256 blobBaseFee;
    }

    /// The error of bytes that the transaction's hash, or its receipt's, is not of.
    error OtherBytes();
    /// The claimed sender is no address, of which `ShapeProver` convicts: what he would do nobody can say.
    error NoAddress();

    /// All of it is the operator's.
    function open(bytes32 root, Told calldata told) internal pure {
        Claims.openTransaction(root, told.inBlock);
        Claims.openEnvironment(told.inBlock.block_, told.environment);
        if (keccak256(told.bytes_) != told.inBlock.transaction.hash) revert OtherBytes();
        if (uint256(told.inBlock.transaction.sender) >> 160 != 0) revert NoAddress();
    }

    /// The transaction, taken apart.
    function read(Told calldata told) internal pure returns (Known memory known) {
        known.body = TransactionBytes.read(told.bytes_);
        known.sender = address(uint160(uint256(told.inBlock.transaction.sender)));
        known.rules = told.environment.rules;
        known.fork = Rules.forkOf(known.rules);
        known.chainId = told.environment.chainId;
        known.blockGasLimit = told.environment.gasLimit;
        known.beneficiary = address(uint160(uint256(told.environment.beneficiary)));
        if (known.fork >= Rules.BASE_FEE) known.baseFee = told.environment.baseFee;
        if (known.fork >= Rules.BLOBS) known.blobBaseFee = told.environment.blobBaseFee;
    }

    /// Whether it is a deposit of the OP Stack.
    function isDeposit(Known memory known) internal pure returns (bool) {
        return known.body.kind == TransactionBytes.DEPOSIT;
    }

    /// The input.
    function inputOf(Known memory known) internal pure returns (bytes calldata) {
        return TransactionBytes.inputOf(known.body);
    }

    /// What a gas costs the sender (EIP-1559).
    function gasPrice(Known memory known) internal pure returns (uint256) {
        TransactionBytes.Read memory body = known.body;
        if (!body.hasTip) return body.price;
        uint256 asked = known.baseFee + body.tip;
        return asked < body.price ? asked : body.price;
    }

    /// The step stands in the transaction at its index.
    function openStep(Told calldata told, Claims.Opened calldata step) internal pure {
        openStep(told.inBlock.transaction, step.index, Claims.digestOf(step.instant), step.path);
    }

    /// The digest stands among the transaction's steps.
    function openStep(
        Claims.Transaction calldata transaction,
        uint256 index,
        bytes32 digest,
        bytes32[] calldata path
    ) internal pure {
        if (!Claims.stands(transaction.steps, index, Claims.leaf(digest), path)) {
            revert Claims.NotAmong(Claims.INSTANT);
        }
    }

    /// Message 0 stands in the transaction.
    function openTop(Told calldata told, Claims.InTransaction calldata message) internal pure {
        if (message.index != 0) revert Claims.NotAmong(Claims.MESSAGE);
        Claims.openMessage(told.inBlock.transaction, message);
    }
}
