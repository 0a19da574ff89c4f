// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Mpt} from "./Mpt.sol";

/// Accounts and their slots in Ethereum's state tries, and words in sets that are kept as slots
/// are.
library Accounts {
    /// A value that its trie's kind does not have.
    error BadValue();

    /// Hash of no code.
    bytes32 internal constant NO_CODE = keccak256("");

    /// An account, as its leaf has it.
    struct Account {
        uint256 nonce;
        uint256 balance;
        bytes32 storageRoot;
        bytes32 codeHash;
    }

    /// The account at an address. One that does not exist has nothing.
    function read(Mpt.Nodes memory nodes, bytes32 stateRoot, address who)
        internal
        pure
        returns (bool exists, Account memory account)
    {
        (uint256 place, uint256 length) = Mpt.get(nodes, stateRoot, pathOf(who));
        if (place == 0) return (false, Account(0, 0, Mpt.EMPTY_ROOT, NO_CODE));
        uint256 head;
        assembly ("memory-safe") {
            head := shr(240, mload(place))
        }
        // Two hashes and two numbers: between 68 and 132 bytes, so the list's length has a byte.
        if (head >> 8 != 0xf8 || (head & 0xff) + 2 != length) revert BadValue();
        uint256 end = place + length;
        uint256 word;
        (account.nonce, place) = number(place + 2, end);
        (account.balance, place) = number(place, end);
        (word, place) = number(place, end);
        account.storageRoot = bytes32(word);
        (word, place) = number(place, end);
        account.codeHash = bytes32(word);
        if (place != end) revert BadValue();
        return (true, account);
    }

    /// Whether the account is empty (EIP-161).
    function isEmpty(Account memory account) internal pure returns (bool) {
        return account.nonce == 0 && account.balance == 0 && account.codeHash == NO_CODE;
    }

    /// The state root with the account at an address.
    function write(
        Mpt.Nodes memory nodes,
        bytes32 stateRoot,
        address who,
        Account memory account
    ) internal pure returns (bytes32) {
        bytes memory rest = abi.encodePacked(
            uint8(0xa0), account.storageRoot, uint8(0xa0), account.codeHash
        );
        bytes memory items =
            abi.encodePacked(encoded(account.nonce), encoded(account.balance), rest);
        bytes memory leaf = abi.encodePacked(uint8(0xf8), uint8(items.length), items);
        return Mpt.set(nodes, stateRoot, pathOf(who), leaf);
    }

    /// The state root without the account at an address.
    function remove(Mpt.Nodes memory nodes, bytes32 stateRoot, address who)
        internal
        pure
        returns (bytes32)
    {
        return Mpt.set(nodes, stateRoot, pathOf(who), "");
    }

    /// What an account's slot holds.
    function slot(Mpt.Nodes memory nodes, bytes32 storageRoot, bytes32 key)
        internal
        pure
        returns (bytes32)
    {
        return item(nodes, storageRoot, keccak256(abi.encode(key)));
    }

    /// The storage root with another value in a slot.
    function setSlot(Mpt.Nodes memory nodes, bytes32 storageRoot, bytes32 key, bytes32 value)
        internal
        pure
        returns (bytes32)
    {
        return setItem(nodes, storageRoot, keccak256(abi.encode(key)), value);
    }

    /// The word of a set at a path; zero if there is none.
    function item(Mpt.Nodes memory nodes, bytes32 root, bytes32 path)
        internal
        pure
        returns (bytes32)
    {
        (uint256 place, uint256 length) = Mpt.get(nodes, root, path);
        if (place == 0) return 0;
        (uint256 word, uint256 end) = number(place, place + length);
        if (end != place + length) revert BadValue();
        return bytes32(word);
    }

    /// The root of a set with another word at a path; zero takes the path out.
    function setItem(Mpt.Nodes memory nodes, bytes32 root, bytes32 path, bytes32 word)
        internal
        pure
        returns (bytes32)
    {
        return Mpt.set(nodes, root, path, word == 0 ? bytes("") : encoded(uint256(word)));
    }

    /// Where an address is in a state trie.
    function pathOf(address who) private pure returns (bytes32) {
        return keccak256(abi.encodePacked(who));
    }

    /// The number at a place in RLP, and where the next item is.
    function number(uint256 place, uint256 end) private pure returns (uint256 word, uint256 next) {
        bool bad;
        assembly ("memory-safe") {
            word := byte(0, mload(place))
            next := add(place, 1)
            if gt(word, 0x7f) {
                let length := sub(word, 0x80)
                word := shr(sub(256, shl(3, length)), mload(next))
                next := add(next, length)
                bad := gt(length, 32)
            }
            bad := or(bad, gt(next, end))
        }
        if (bad) revert BadValue();
    }

    /// RLP of a number.
    function encoded(uint256 word) private pure returns (bytes memory rlp) {
        uint256 length = word == 0 ? 0 : 1;
        for (uint256 half = 16; half != 0; half /= 2) {
            if (word >> (8 * (length + half - 1)) != 0) length += half;
        }
        rlp = new bytes(33);
        assembly ("memory-safe") {
            let place := add(rlp, 32)
            // Below 0x80 a byte is its own RLP, but for zero, which has none.
            if or(iszero(word), gt(word, 0x7f)) {
                mstore8(place, add(0x80, length))
                place := add(place, 1)
            }
            mstore(place, shl(sub(256, shl(3, length)), word))
            mstore(rlp, sub(add(place, length), add(rlp, 32)))
        }
    }
}
