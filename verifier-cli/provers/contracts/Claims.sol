// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.26;

/// What a prover says is false. `message` and `record` are `NONE` where it is about none; `record` counts
/// from 0 for the opening record.
struct Mismatch {
    uint256 kind;
    uint256 message;
    uint256 record;
    bytes32 expected;
    bytes32 found;
}

/// A prover: given the root of a commitment and a proof, what is false in it. It reverts where nothing is
/// false, or where the proof does not show it: it never convicts on what a proof lacks.
interface IProver {
    function prove(bytes32 root, bytes calldata proof) external view returns (Mismatch memory);
}

/// What an operator claims, level by level, and how a proof opens it.
library Claims {
    struct Tree {
        uint256 count;
        bytes32 root;
    }

    struct Block {
        bytes32 environment;
        bytes32 header;
        Tree ancestors;
        Tree transactions;
        bytes32 enter;
        bytes32 leave;
    }

    struct Environment {
        uint256 chainId;
        uint256 rules;
        uint256 number;
        uint256 timestamp;
        bytes32 beneficiary;
        uint256 gasLimit;
        uint256 baseFee;
        bytes32 randomness;
        uint256 blobBaseFee;
    }

    struct Transaction {
        bytes32 hash;
        bytes32 receipt;
        /// An address: what else stands in the word is malformed.
        bytes32 sender;
        Tree steps;
        Tree messages;
    }

    struct Message {
        bytes32 head;
        bytes32 entry;
        bytes32 instants;
        Tree checkpoints;
    }

    struct Instant {
        bytes32 stateRoot;
        bytes32 entryRoot;
        bytes32 accessed;
        bytes32 transient_;
        bytes32 created;
        bytes32 destroyed;
        int256 refund;
        bytes32 logs;
        uint256 messages;
        uint256 depth;
        uint256 ripemdTouched;
    }

    /// A transaction of a block's claim.
    struct InBlock {
        Block block_;
        Transaction transaction;
        uint256 index;
        bytes32[] path;
    }

    /// A message of a transaction's claim.
    struct InTransaction {
        Message message;
        uint256 index;
        bytes32[] path;
        /// The twenty words that the message's hash is of.
        bytes head;
    }

    /// A record of a message. `bytes_` are its bytes as they stand in a message.
    struct InMessage {
        uint256 index;
        bytes bytes_;
        bytes32[] path;
    }

    /// An instant of a message, with its words: the one behind the record with this index; behind record 0 is
    /// the message's entry, which needs no path.
    struct Opened {
        Instant instant;
        uint256 index;
        bytes32[] path;
    }

    /// The operator has no such item at this place.
    error NotAmong(uint256 level);
    /// Nothing that is shown is false.
    error Holds();

    uint256 internal constant NONE = type(uint256).max;

    bytes32 internal constant BLOCK_TAG = "iso-evm block 1";
    bytes32 internal constant TRANSACTION_TAG = "iso-evm transaction 1";
    bytes32 internal constant MESSAGE_TAG = "iso-evm message 1";
    bytes32 internal constant INSTANT_TAG = "iso-evm instant 1";
    bytes32 internal constant ENVIRONMENT_TAG = "iso-evm environment 1";

    // Levels, as `NotAmong` names them.
    uint256 internal constant BLOCK = 0;
    uint256 internal constant TRANSACTION = 1;
    uint256 internal constant MESSAGE = 2;
    uint256 internal constant HEAD = 3;
    uint256 internal constant RECORD = 4;
    uint256 internal constant INSTANT = 5;
    uint256 internal constant ENVIRONMENT = 6;

    // Positions in a message's head.
    uint256 internal constant STATE_ROOT_ENTER = 32;
    uint256 internal constant STATE_ROOT_LEAVE = 64;
    uint256 internal constant IS_STATIC = 96;
    uint256 internal constant ORIGIN = 128;
    uint256 internal constant CALLER = 160;
    uint256 internal constant TO = 192;
    uint256 internal constant CONTEXT = 224;
    uint256 internal constant CALL_VALUE = 256;
    uint256 internal constant GAS_PRICE = 288;
    uint256 internal constant GAS_AVAILABLE = 320;
    uint256 internal constant GAS_USED = 352;
    uint256 internal constant KIND = 384;
    uint256 internal constant STATUS = 416;
    uint256 internal constant RETURNDATA_HASH = 448;
    uint256 internal constant CODE_HASH = 480;
    uint256 internal constant CALL_DATA_SIZE = 512;
    uint256 internal constant CALL_DATA_HASH = 544;
    uint256 internal constant RECORD_COUNT = 576;
    uint256 internal constant RECORDS_ROOT = 608;
    uint256 internal constant HEAD_SIZE = 640;

    /// The commitment's root is of this block, and the transaction stands in it at this place.
    function openTransaction(bytes32 root, InBlock calldata at) internal pure {
        openBlock(root, at.block_);
        bytes32 digest = keccak256(abi.encode(TRANSACTION_TAG, at.transaction));
        if (!stands(at.block_.transactions, at.index, leaf(digest), at.path)) revert NotAmong(TRANSACTION);
    }

    /// The commitment's root is of this block.
    function openBlock(bytes32 root, Block calldata block_) internal pure {
        if (keccak256(abi.encode(BLOCK_TAG, block_)) != root) revert NotAmong(BLOCK);
    }

    /// The environment is the block's.
    function openEnvironment(Block calldata block_, Environment calldata environment) internal pure {
        if (keccak256(abi.encode(ENVIRONMENT_TAG, environment)) != block_.environment) revert NotAmong(ENVIRONMENT);
    }

    /// The message stands in the transaction at this place. What its head is of is not looked at.
    function openLeaf(Transaction calldata transaction, InTransaction calldata at) internal pure {
        bytes32 hash = keccak256(bytes.concat(hex"00", abi.encode(at.message)));
        if (!stands(transaction.messages, at.index, hash, at.path)) revert NotAmong(MESSAGE);
    }

    /// The message stands in the transaction at this place, and has this head.
    function openMessage(Transaction calldata transaction, InTransaction calldata at) internal pure {
        openLeaf(transaction, at);
        bytes calldata head = at.head;
        if (head.length != HEAD_SIZE || bytes32(head) != MESSAGE_TAG || keccak256(head) != at.message.head) {
            revert NotAmong(HEAD);
        }
    }

    /// The word of a head.
    function word(bytes calldata head, uint256 position) internal pure returns (bytes32 found) {
        assembly ("memory-safe") {
            found := calldataload(add(head.offset, position))
        }
    }

    /// The record stands in the message at this index, which is not 0.
    function openRecord(bytes calldata head, InMessage calldata at) internal pure {
        uint256 count = uint256(word(head, RECORD_COUNT));
        if (at.index == 0 || count == 0) revert NotAmong(RECORD);
        Tree memory tree = Tree(count - 1, word(head, RECORDS_ROOT));
        if (!stands(tree, at.index - 1, leaf(keccak256(at.bytes_)), at.path)) revert NotAmong(RECORD);
    }

    /// The digest stands in the message behind the record with this index.
    function openInstant(InTransaction calldata at, uint256 index, bytes32 digest, bytes32[] calldata path)
        internal
        pure
    {
        bool there;
        if (index == 0) {
            there = digest == at.message.entry && path.length == 0;
        } else {
            uint256 count = uint256(word(at.head, RECORD_COUNT));
            there = count > 0 && stands(Tree(count - 1, at.message.instants), index - 1, leaf(digest), path);
        }
        if (!there) revert NotAmong(INSTANT);
    }

    /// The instant stands in the message, behind the record with this index.
    function openInstant(InTransaction calldata at, Opened calldata opened) internal pure {
        openInstant(at, opened.index, digestOf(opened.instant), opened.path);
    }

    function digestOf(Instant memory instant) internal pure returns (bytes32) {
        return keccak256(abi.encode(INSTANT_TAG, instant));
    }

    /// The leaf of a digest.
    function leaf(bytes32 digest) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            mstore8(0, 0)
            mstore(1, digest)
            hash := keccak256(0, 33)
        }
    }

    /// Whether a leaf stands at a place of a tree: the path is that of the place, and as long as the tree is
    /// deep.
    function stands(Tree memory tree, uint256 place, bytes32 hash, bytes32[] calldata path)
        internal
        pure
        returns (bool)
    {
        if (place >= tree.count || path.length != depthOf(tree.count)) return false;
        for (uint256 level = 0; level < path.length; level++) {
            bytes32 other = path[level];
            assembly ("memory-safe") {
                let odd := and(shr(level, place), 1)
                // 33 bytes in front: the node's tag and the left hash.
                let free := mload(0x40)
                mstore8(free, 1)
                switch odd
                case 0 {
                    mstore(add(free, 1), hash)
                    mstore(add(free, 33), other)
                }
                default {
                    mstore(add(free, 1), other)
                    mstore(add(free, 33), hash)
                }
                hash := keccak256(free, 65)
            }
        }
        return hash == tree.root;
    }

    /// Levels above the leaves of a tree: the least with a place for each.
    function depthOf(uint256 count) internal pure returns (uint256 depth) {
        while (depth < 256 && (uint256(1) << depth) < count) depth++;
    }
}
