// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

/// Code that delegates to another account's (EIP-7702).
library Delegations {
    /// Whether code is a delegation.
    function isOne(bytes calldata code) internal pure returns (bool) {
        return code.length == 23 && bytes3(code) == 0xef0100;
    }

    /// Whose code it delegates to.
    function target(bytes calldata code) internal pure returns (address) {
        return address(bytes20(code[3:23]));
    }

    /// The hash of the code that delegates to an account.
    function hashOf(address to) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(hex"ef0100", to));
    }
}
