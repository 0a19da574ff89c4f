// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Rlp} from "./Rlp.sol";

/// A receipt's bytes, as the receipts' trie has them (EIP-658, EIP-2718; of a deposit, the OP Stack's).
library Receipts {
    using Rlp for Rlp.Cursor;

    /// What a receipt says. Bloom filter and logs are where they stand in calldata.
    struct Read {
        uint256 kind;
        bool success;
        /// Gas of the transaction; in a block's trie, of all up to it.
        uint256 gas;
        uint256 bloom;
        /// The item of the logs, from its first byte on.
        uint256 logs;
        uint256 logsLength;
        /// Of deposits from Canyon on.
        bool hasDeposit;
        uint256 nonce;
        uint256 version;
    }

    uint256 internal constant BLOOM_LENGTH = 256;
    uint256 private constant DEPOSIT = 0x7e;

    /// Takes a receipt's bytes apart.
    function read(bytes calldata data) internal pure returns (Read memory told) {
        if (data.length == 0) revert Rlp.Malformed();
        Rlp.Cursor memory rest = Rlp.all(data);
        uint256 first = uint8(data[0]);
        if (first < 0xc0) {
            told.kind = first;
            rest.place++;
            if (first == 0 || first > 0x7f) revert Rlp.Malformed();
        }
        Rlp.Cursor memory fields = rest.list();
        rest.done();
        told.success = fields.number(1) == 1;
        told.gas = fields.number(64);
        uint256 length;
        (told.bloom, length) = fields.text();
        if (length != BLOOM_LENGTH) revert Rlp.Malformed();
        told.logs = fields.place;
        Rlp.Cursor memory logs = fields.list();
        told.logsLength = fields.place - told.logs;
        while (!logs.isDone()) readLog(logs);
        if (!fields.isDone()) {
            if (told.kind != DEPOSIT) revert Rlp.Malformed();
            told.hasDeposit = true;
            told.nonce = fields.number(64);
            told.version = fields.number(64);
        }
        fields.done();
    }

    /// Reads a log: its address, its topics as they stand, and its data.
    function readLog(Rlp.Cursor memory logs)
        private
        pure
        returns (address account, Rlp.Cursor memory topics, bytes calldata data)
    {
        Rlp.Cursor memory fields = logs.list();
        account = fields.account();
        topics = fields.list();
        Rlp.Cursor memory each = topics.copy();
        while (!each.isDone()) each.hash();
        (uint256 place, uint256 length) = fields.text();
        data = Rlp.slice(place, length);
        fields.done();
    }

    /// The chain of the logs, and the bloom filter over them.
    function chained(Read memory told) internal pure returns (bytes32 chain, bytes memory bloom) {
        bloom = new bytes(BLOOM_LENGTH);
        Rlp.Cursor memory logs = Rlp.Cursor(told.logs, told.logs + told.logsLength).list();
        while (!logs.isDone()) {
            (address account, Rlp.Cursor memory topics, bytes calldata data) = readLog(logs);
            add(bloom, keccak256(abi.encodePacked(account)));
            bytes memory words = abi.encodePacked(bytes32(uint256(uint160(account))), keccak256(data));
            while (!topics.isDone()) {
                bytes32 topic = topics.hash();
                add(bloom, keccak256(abi.encodePacked(topic)));
                words = bytes.concat(words, topic);
            }
            chain = keccak256(bytes.concat(chain, keccak256(words)));
        }
    }

    /// Sets the three bits of a hash: each by the low eleven bits of a pair of bytes, counted from the end.
    function add(bytes memory bloom, bytes32 hash) private pure {
        for (uint256 pair = 0; pair < 3; pair++) {
            uint256 bit = (uint256(hash) >> (240 - 16 * pair)) & 0x7ff;
            uint256 place = 255 - bit / 8;
            bloom[place] = bytes1(uint8(bloom[place]) | uint8(1 << (bit % 8)));
        }
    }

    /// The bloom filter's bytes.
    function bloomOf(Read memory told) internal pure returns (bytes calldata) {
        return Rlp.slice(told.bloom, BLOOM_LENGTH);
    }

    /// The logs, as RLP.
    function logsOf(Read memory told) internal pure returns (bytes calldata) {
        return Rlp.slice(told.logs, told.logsLength);
    }
}
