// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

import {Rlp} from "./Rlp.sol";

/// A transaction's bytes, as its hash is of them (EIP-2718), or as they would be signed where nobody has signed
/// them. Only canonical ones are read; others are malformed.
library TransactionBytes {
    using Rlp for Rlp.Cursor;

    /// What a transaction says. Lists and input are where they stand in calldata.
    struct Read {
        uint256 kind;
        bool isSigned;
        bool hasChainId;
        uint256 chainId;
        uint256 nonce;
        /// The tip at most; without one it is not of the price.
        bool hasTip;
        uint256 tip;
        /// The price of a gas, or the most of it.
        uint256 price;
        uint256 gasLimit;
        bool creates;
        address to;
        uint256 value;
        uint256 input;
        uint256 inputLength;
        Rlp.Cursor accessList;
        /// Accounts in the access list, and keys.
        uint256 accounts;
        uint256 keys;
        uint256 blobPrice;
        Rlp.Cursor blobs;
        uint256 blobCount;
        Rlp.Cursor authorizations;
        uint256 authorizationCount;
        uint256 odd;
        uint256 r;
        uint256 s;
        /// What is signed of the list: from its first item up to the signature.
        uint256 begin;
        uint256 tail;
        // Of deposits alone.
        address from;
        uint256 mint;
        bool isSystem;
    }

    /// An item of a list of authorisations.
    struct Authorization {
        uint256 chainId;
        address target;
        uint256 nonce;
        uint256 odd;
        uint256 r;
        uint256 s;
        bytes32 hash;
    }

    uint256 internal constant LEGACY = 0;
    uint256 internal constant ACCESS_LIST = 1;
    uint256 internal constant DYNAMIC_FEE = 2;
    uint256 internal constant BLOB = 3;
    uint256 internal constant DELEGATION = 4;
    uint256 internal constant DEPOSIT = 0x7e;

    /// Takes a transaction's bytes apart.
    function read(bytes calldata data) internal pure returns (Read memory told) {
        if (data.length == 0) revert Rlp.Malformed();
        Rlp.Cursor memory rest = Rlp.all(data);
        uint256 first = uint8(data[0]);
        if (first < 0xc0) {
            told.kind = first;
            rest.place++;
            bool known = (first >= ACCESS_LIST && first <= DELEGATION) || first == DEPOSIT;
            if (!known) revert Rlp.Malformed();
        }
        Rlp.Cursor memory fields = rest.list();
        rest.done();
        told.begin = fields.place;
        if (first == DEPOSIT) readDeposit(told, fields);
        else if (first < 0xc0) readTyped(told, fields);
        else readLegacy(told, fields);
        fields.done();
    }

    function readLegacy(Read memory told, Rlp.Cursor memory fields) private pure {
        told.nonce = fields.number(64);
        told.price = fields.number(128);
        told.gasLimit = fields.number(64);
        readCall(told, fields);
        told.tail = fields.place;
        if (fields.isDone()) return;
        uint256 v = fields.number(66);
        told.r = fields.number(256);
        told.s = fields.number(256);
        // Of one that nobody signed, the chain id and two zeros (EIP-155).
        told.isSigned = told.r != 0 || told.s != 0;
        told.hasChainId = !told.isSigned || v >= 35;
        if (!told.isSigned) {
            told.chainId = v;
        } else if (v >= 35) {
            told.chainId = (v - 35) / 2;
            told.odd = (v - 35) % 2;
        } else if (v == 27 || v == 28) {
            told.odd = v - 27;
        } else {
            revert Rlp.Malformed();
        }
        if (told.chainId > type(uint64).max) revert Rlp.Malformed();
    }

    function readTyped(Read memory told, Rlp.Cursor memory fields) private pure {
        uint256 kind = told.kind;
        told.hasChainId = true;
        told.chainId = fields.number(64);
        told.nonce = fields.number(64);
        told.hasTip = kind >= DYNAMIC_FEE;
        if (told.hasTip) told.tip = fields.number(128);
        told.price = fields.number(128);
        told.gasLimit = fields.number(64);
        readCall(told, fields);
        if (kind >= BLOB && told.creates) revert Rlp.Malformed();
        told.accessList = fields.list();
        countAccesses(told);
        if (kind == BLOB) {
            told.blobPrice = fields.number(128);
            told.blobs = fields.list();
            Rlp.Cursor memory blobs = told.blobs.copy();
            for (; !blobs.isDone(); told.blobCount++) {
                blobs.hash();
            }
        } else if (kind == DELEGATION) {
            told.authorizations = fields.list();
            Rlp.Cursor memory list = told.authorizations.copy();
            for (; !list.isDone(); told.authorizationCount++) {
                readAuthorization(list);
            }
        }
        told.tail = fields.place;
        if (fields.isDone()) return;
        told.isSigned = true;
        told.odd = fields.number(1);
        told.r = fields.number(256);
        told.s = fields.number(256);
    }

    function readDeposit(Read memory told, Rlp.Cursor memory fields) private pure {
        // Where on L1 it is from.
        fields.hash();
        told.from = fields.account();
        (bool called, address to) = fields.maybe();
        (told.creates, told.to) = (!called, to);
        told.mint = fields.number(128);
        told.value = fields.number(256);
        told.gasLimit = fields.number(64);
        told.isSystem = fields.number(1) == 1;
        (told.input, told.inputLength) = fields.text();
        told.tail = fields.place;
    }

    /// Who is called, which in a creation is nobody, with how much and what.
    function readCall(Read memory told, Rlp.Cursor memory fields) private pure {
        (bool called, address to) = fields.maybe();
        (told.creates, told.to) = (!called, to);
        told.value = fields.number(256);
        (told.input, told.inputLength) = fields.text();
    }

    function countAccesses(Read memory told) private pure {
        Rlp.Cursor memory list = told.accessList.copy();
        for (; !list.isDone(); told.accounts++) {
            Rlp.Cursor memory entry = list.list();
            entry.account();
            Rlp.Cursor memory keys = entry.list();
            entry.done();
            for (; !keys.isDone(); told.keys++) {
                keys.hash();
            }
        }
    }

    function readAuthorization(Rlp.Cursor memory list) private pure returns (Authorization memory told) {
        Rlp.Cursor memory fields = list.list();
        uint256 begin = fields.place;
        told.chainId = fields.number(256);
        told.target = fields.account();
        told.nonce = fields.number(64);
        bytes calldata own = Rlp.slice(begin, fields.place - begin);
        told.hash = keccak256(bytes.concat(hex"05", Rlp.listHead(own.length), own));
        told.odd = fields.number(8);
        told.r = fields.number(256);
        told.s = fields.number(256);
        fields.done();
    }

    /// The input.
    function inputOf(Read memory told) internal pure returns (bytes calldata) {
        return Rlp.slice(told.input, told.inputLength);
    }

    /// An item of the access list, where each account is one, and behind it each of its keys.
    function access(Read memory told, uint256 place)
        internal
        pure
        returns (address account, bool isSlot, bytes32 key)
    {
        Rlp.Cursor memory list = told.accessList.copy();
        while (true) {
            Rlp.Cursor memory entry = list.list();
            account = entry.account();
            if (place == 0) return (account, false, 0);
            Rlp.Cursor memory keys = entry.list();
            // A key has 33 bytes.
            uint256 count = (keys.end - keys.place) / 33;
            if (place <= count) {
                keys.place += 33 * (place - 1);
                return (account, true, keys.hash());
            }
            place -= count + 1;
        }
    }

    /// An authorisation.
    function authorization(Read memory told, uint256 place) internal pure returns (Authorization memory found) {
        Rlp.Cursor memory list = told.authorizations.copy();
        for (uint256 passed = 0; passed < place; passed++) {
            list.item();
        }
        return readAuthorization(list);
    }

    /// The hash that is signed.
    function signingHash(Read memory told) internal pure returns (bytes32) {
        bytes calldata own = Rlp.slice(told.begin, told.tail - told.begin);
        if (told.kind != LEGACY) {
            return keccak256(bytes.concat(bytes1(uint8(told.kind)), Rlp.listHead(own.length), own));
        }
        bytes memory behind = told.hasChainId ? bytes.concat(number(told.chainId), hex"8080") : bytes("");
        return keccak256(bytes.concat(Rlp.listHead(own.length + behind.length), own, behind));
    }

    /// RLP of a number below 2^64.
    function number(uint256 word) private pure returns (bytes memory) {
        if (word == 0) return hex"80";
        if (word < 0x80) return abi.encodePacked(uint8(word));
        uint256 length = 1;
        while (word >> (8 * length) != 0) length++;
        bytes memory item = abi.encodePacked(uint8(0x80 + length), bytes8(uint64(word << (64 - 8 * length))));
        assembly ("memory-safe") {
            mstore(item, add(length, 1))
        }
        return item;
    }
}
