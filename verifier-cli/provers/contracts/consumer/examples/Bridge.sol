// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Audited} from "../Audited.sol";
import {IAuditDispute} from "../IAuditDispute.sol";
import {Included} from "../Included.sol";

/// @title A toy: pays out here what was given up on a rollup
/// @notice On the rollup a contract, the vault, burns what `withdraw(address,uint256)` is called for, or reverts. Each such
/// call that was not undone is paid here, once, whoever shows it.
contract Bridge is Audited {
    /// This call of the vault was paid already.
    error PaidAlready();
    /// The message is no withdrawal.
    error NoWithdrawal();
    /// The receiver does not take it, or there is not enough.
    error NotSent();

    event Paid(bytes32 indexed key, address indexed to, uint256 amount);

    /// `withdraw(address,uint256)`.
    bytes4 private constant WITHDRAW = bytes4(keccak256("withdraw(address,uint256)"));
    uint256 private constant SIZE = 4 + 2 * 32;

    /// The contract on the rollup.
    address public immutable VAULT;
    /// What was paid.
    mapping(bytes32 key => bool) public paid;

    constructor(
        IAuditDispute dispute,
        uint256 chainId,
        uint64 window,
        address operator,
        bytes32 start,
        address vault
    ) Audited(dispute, chainId, window, operator, start) {
        VAULT = vault;
    }

    receive() external payable {}

    /// Pays what a message of the rollup asked for. `callData` is what the vault was called with.
    function pay(bytes32 id, Included.MessageProof calldata proof, bytes calldata callData) external {
        (Included.Message memory message, bytes32 key) = messageOf(id, proof);
        // A call, not code of the vault that runs as somebody else, nor one that can change nothing.
        bool called = message.kind == Included.CALL && !message.isStatic && message.to == VAULT
            && message.context == VAULT;
        if (!called || keccak256(callData) != message.callDataHash) revert NoWithdrawal();
        if (callData.length < SIZE || bytes4(callData) != WITHDRAW) revert NoWithdrawal();
        if (paid[key]) revert PaidAlready();
        paid[key] = true;
        (address to, uint256 amount) = abi.decode(callData[4:], (address, uint256));
        emit Paid(key, to, amount);
        (bool sent,) = to.call{value: amount}("");
        if (!sent) revert NotSent();
    }
}
