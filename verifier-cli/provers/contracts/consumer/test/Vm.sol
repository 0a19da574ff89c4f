// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

/// What tests ask of forge, or of Hardhat: as much of it as they need.
interface Vm {
    function warp(uint256 time) external;
    function prank(address sender) external;
    function expectRevert(bytes calldata reason) external;
}

abstract contract Test {
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    error Differs(uint256 expected, uint256 found);

    function same(uint256 expected, uint256 found) internal pure {
        if (expected != found) revert Differs(expected, found);
    }

    /// The next call reverts with this error, which has one word.
    function refused(bytes4 selector, bytes32 word) internal {
        vm.expectRevert(abi.encodePacked(selector, word));
    }

    /// The next call reverts with this error, which has none.
    function refused(bytes4 selector) internal {
        vm.expectRevert(abi.encodePacked(selector));
    }
}
