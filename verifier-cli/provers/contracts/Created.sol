// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

/// Addresses of created accounts.
library Created {
    /// The address that `CREATE` gives an account, by the creator's nonce before it: of the RLP of both.
    function byNonce(address creator, uint256 nonce) internal pure returns (address) {
        bytes memory item;
        if (nonce == 0) {
            item = hex"80";
        } else if (nonce < 0x80) {
            item = abi.encodePacked(uint8(nonce));
        } else {
            uint256 length = 1;
            while (nonce >> (8 * length) != 0) length++;
            item = new bytes(1 + length);
            assembly ("memory-safe") {
                mstore8(add(item, 32), add(0x80, length))
                mstore(add(item, 33), shl(sub(256, shl(3, length)), nonce))
                // What the last write left behind the item.
                mstore(0x40, add(item, 96))
            }
        }
        bytes memory list = abi.encodePacked(uint8(0xc0 + 21 + item.length), uint8(0x94), creator, item);
        return last20(keccak256(list));
    }

    /// The address that `CREATE2` gives an account (EIP-1014).
    function bySalt(address creator, bytes32 salt, bytes32 initcodeHash) internal pure returns (address) {
        return last20(keccak256(abi.encodePacked(uint8(0xff), creator, salt, initcodeHash)));
    }

    function last20(bytes32 hash) private pure returns (address) {
        return address(uint160(uint256(hash)));
    }
}
