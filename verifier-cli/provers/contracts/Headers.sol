// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Rlp} from "./Rlp.sol";

/// A block's header, as its hash is of it.
library Headers {
    using Rlp for Rlp.Cursor;

    /// What of a header is asked. What it does not have is zero.
    struct Read {
        bytes32 parent;
        address beneficiary;
        bytes32 transactionsRoot;
        bytes32 receiptsRoot;
        uint256 difficulty;
        uint256 number;
        uint256 gasLimit;
        uint256 timestamp;
        bytes32 mix;
        uint256 baseFee;
        uint256 excessBlobGas;
    }

    /// Takes a header's bytes apart. What a header has behind these fields is passed over.
    function read(bytes calldata data) internal pure returns (Read memory told) {
        Rlp.Cursor memory rest = Rlp.all(data);
        Rlp.Cursor memory fields = rest.list();
        rest.done();
        told.parent = fields.hash();
        // Ommers.
        fields.hash();
        told.beneficiary = fields.account();
        // State.
        fields.hash();
        told.transactionsRoot = fields.hash();
        told.receiptsRoot = fields.hash();
        // Bloom filter.
        fields.text();
        told.difficulty = fields.number(256);
        told.number = fields.number(64);
        told.gasLimit = fields.number(64);
        // Gas used.
        fields.number(64);
        told.timestamp = fields.number(64);
        // Extra data.
        fields.text();
        told.mix = fields.hash();
        // Nonce.
        fields.text();
        if (fields.isDone()) return told;
        told.baseFee = fields.number(64);
        if (fields.isDone()) return told;
        // Withdrawals.
        fields.hash();
        if (fields.isDone()) return told;
        // Blob gas used.
        fields.number(64);
        if (fields.isDone()) return told;
        told.excessBlobGas = fields.number(64);
    }
}
