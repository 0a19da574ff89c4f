// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Accounts} from "../Accounts.sol";
import {Mpt} from "../Mpt.sol";

/// What the tests call to reach the libraries.
contract MptProbe {
    /// One call of the library, at a root that was reached before.
    struct Step {
        /// The number of the root; the first is the one that was given.
        uint256 root;
        bytes32 path;
        /// Whether the value is written, which reaches a root; else it is read.
        bool writes;
        bytes value;
    }

    /// A call of the other library, likewise.
    struct Change {
        uint256 root;
        address who;
        /// Whether the account goes.
        bool removes;
        /// What the account becomes, but for its storage root, which is what it was.
        Accounts.Account account;
        /// A slot and what it becomes.
        bytes32 key;
        bytes32 value;
    }

    /// Does steps on one table of nodes: the roots reached, and what was read, each behind a byte
    /// that tells whether it was there.
    function run(bytes calldata packed, bytes32 root, Step[] calldata steps)
        external
        pure
        returns (bytes32[] memory roots, bytes[] memory found)
    {
        Mpt.Nodes memory nodes = Mpt.load(packed);
        roots = new bytes32[](steps.length + 1);
        found = new bytes[](steps.length);
        roots[0] = root;
        for (uint256 i; i < steps.length; ++i) {
            Step calldata step = steps[i];
            roots[i + 1] = roots[step.root];
            if (step.writes) {
                roots[i + 1] = Mpt.set(nodes, roots[step.root], step.path, step.value);
            } else {
                (uint256 place, uint256 length) = Mpt.get(nodes, roots[step.root], step.path);
                found[i] = hex"00";
                if (place != 0) found[i] = bytes.concat(hex"01", copied(place, length));
            }
        }
    }

    /// Does changes on one table of nodes: the state roots reached, and for each change the account
    /// that it found, whether that was empty, and what the slot held.
    function change(bytes calldata packed, bytes32 root, Change[] calldata changes)
        external
        pure
        returns (
            bytes32[] memory roots,
            bool[] memory exist,
            Accounts.Account[] memory accounts,
            bool[] memory empty,
            bytes32[] memory held
        )
    {
        Mpt.Nodes memory nodes = Mpt.load(packed);
        roots = new bytes32[](changes.length + 1);
        exist = new bool[](changes.length);
        accounts = new Accounts.Account[](changes.length);
        empty = new bool[](changes.length);
        held = new bytes32[](changes.length);
        roots[0] = root;
        for (uint256 i; i < changes.length; ++i) {
            Change calldata what = changes[i];
            bytes32 from = roots[what.root];
            (exist[i], accounts[i]) = Accounts.read(nodes, from, what.who);
            empty[i] = Accounts.isEmpty(accounts[i]);
            bytes32 storageRoot = accounts[i].storageRoot;
            held[i] = Accounts.slot(nodes, storageRoot, what.key);
            if (what.removes) {
                roots[i + 1] = Accounts.remove(nodes, from, what.who);
            } else {
                Accounts.Account memory account = what.account;
                account.storageRoot = Accounts.setSlot(nodes, storageRoot, what.key, what.value);
                roots[i + 1] = Accounts.write(nodes, from, what.who, account);
            }
        }
    }

    /// What a set has at a path, the root with a word there, and what it has then.
    function set(bytes calldata packed, bytes32 root, bytes32 path, bytes32 word)
        external
        pure
        returns (bytes32 had, bytes32 reached, bytes32 found)
    {
        Mpt.Nodes memory nodes = Mpt.load(packed);
        had = Accounts.item(nodes, root, path);
        reached = Accounts.setItem(nodes, root, path, word);
        found = Accounts.item(nodes, reached, path);
    }

    /// The least path of a trie.
    function least(bytes calldata packed, bytes32 root) external pure returns (bytes32 path) {
        return Mpt.least(Mpt.load(packed), root);
    }

    /// Gas of reading an account out of nodes, reading a slot too, and writing both; and the root.
    function measure(
        bytes calldata ofAccount,
        bytes calldata ofBoth,
        bytes32 root,
        address who,
        bytes32 key,
        bytes32 value
    ) external view returns (uint256 account, uint256 slot, uint256 written, bytes32 reached) {
        account = gasleft();
        Accounts.read(Mpt.load(ofAccount), root, who);
        account -= gasleft();
        slot = gasleft();
        written = slot;
        Mpt.Nodes memory nodes = Mpt.load(ofBoth);
        (, Accounts.Account memory found) = Accounts.read(nodes, root, who);
        Accounts.slot(nodes, found.storageRoot, key);
        slot -= gasleft();
        found.storageRoot = Accounts.setSlot(nodes, found.storageRoot, key, value);
        reached = Accounts.write(nodes, root, who, found);
        written -= gasleft();
    }

    function copied(uint256 place, uint256 length) private pure returns (bytes memory copy) {
        copy = new bytes(length);
        assembly ("memory-safe") {
            mcopy(add(copy, 32), place, length)
        }
    }
}
