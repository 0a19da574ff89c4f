//! What the provers of the access audit are given, as their contracts read it: a proof is
//! `abi.encode` of one of [`Read`], [`Write`], [`Frame`]
//! ([`abi_encode`](alloy_sol_types::SolValue::abi_encode)). Normative text: `specs/20-claims.md`.
//!
//! In the data's way this stands between whoever builds a proof and the contracts. The first part are
//! the structs of `contracts/Claims.sol`; what wire has of the same is turned into them.

use alloy_primitives::{I256, U256};
use alloy_sol_types::sol;
use iso_evm_wire::claim;

sol! {
    /// A tree by position: number of leaves and root.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct Tree {
        uint256 count;
        bytes32 root;
    }

    /// What is claimed of a block.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct Block {
        bytes32 environment;
        bytes32 header;
        Tree ancestors;
        Tree transactions;
        bytes32 enter;
        bytes32 leave;
    }

    /// What a block gives to its messages.
    #[derive(Debug, Default, PartialEq, Eq)]
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

    /// What is claimed of a transaction.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct Transaction {
        bytes32 hash;
        bytes32 receipt;
        bytes32 sender;
        Tree steps;
        Tree messages;
    }

    /// What is claimed of a message.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct Message {
        bytes32 head;
        bytes32 entry;
        bytes32 instants;
        Tree checkpoints;
    }

    /// An instant, with its words.
    #[derive(Debug, Default, PartialEq, Eq)]
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
    #[derive(Debug, Default, PartialEq, Eq)]
    struct InBlock {
        Block block_;
        Transaction transaction;
        uint256 index;
        bytes32[] path;
    }

    /// A message of a transaction's claim; `head` are the twenty words that its hash is of.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct InTransaction {
        Message message;
        uint256 index;
        bytes32[] path;
        bytes head;
    }

    /// A record of a message; `bytes_` are its bytes as they stand in a message.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct InMessage {
        uint256 index;
        bytes bytes_;
        bytes32[] path;
    }

    /// An instant of a message: the one behind the record with this index. Behind record 0 is the
    /// message's entry, which needs no path.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct Opened {
        Instant instant;
        uint256 index;
        bytes32[] path;
    }

    /// A record with the instant before it, and what the block gives.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct Place {
        InBlock transaction;
        InTransaction message;
        InMessage record;
        Opened before;
        Environment environment;
    }

    /// A proof for `ReadProver`: a fact of a record is another in the instant before it.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct Read {
        Place place;
        /// Nodes of tries, one behind the other.
        bytes nodes;
        /// The code that is asked for, or that delegates: by its hash the account's. For `BLOBHASH` the
        /// transaction's bytes. Empty if none is needed.
        bytes code;
        /// Of `BLOCKHASH` inside the last 256: the hash that is claimed of the ancestor.
        bytes32 ancestor;
        /// Its path in the block's tree of ancestors.
        bytes32[] ancestorPath;
        /// Kinds that are not looked at, a bit each: that of a kind's number less the first of the
        /// access audit.
        uint256 skip;
    }

    /// A proof for `WriteProver`: what is claimed behind a record that opens no message does not follow from
    /// what is claimed before it.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct Write {
        Place place;
        /// The digest that is claimed behind the record; not looked at if the record's root is another.
        bytes32 behind;
        /// Its path among the message's instants.
        bytes32[] behindPath;
        /// Nodes of tries, one behind the other.
        bytes nodes;
    }

    /// A proof for `FrameProver`: what is claimed where a message begins or ends does not follow.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct Frame {
        /// What is asked: see the contract's constants, and [`question`].
        uint256 question;
        /// The record that opens the message. For `LEAVE` only its transaction is looked at.
        Place place;
        /// The message that the record opens; for `LEAVE` any.
        InTransaction child;
        /// For `RETURN` and `LEAVE`: the instant behind that message's last record.
        Opened last;
        /// For `RETURN`: the digest that is claimed behind the record that opens the message.
        bytes32 behind;
        /// Its path among the instants of that record's message.
        bytes32[] behindPath;
        /// Nodes of tries, one behind the other.
        bytes nodes;
    }

    /// What a prover says is false. `message` and `record` are 2^256 - 1 where it is about none.
    #[derive(Debug, PartialEq, Eq)]
    struct Mismatch {
        uint256 kind;
        uint256 message;
        uint256 record;
        bytes32 expected;
        bytes32 found;
    }

    /// A prover.
    interface IProver {
        /// What is false in the commitment with a root.
        function prove(bytes32 root, bytes calldata proof) external view returns (Mismatch memory);
    }

    /// Nothing that is shown is false.
    #[derive(Debug, PartialEq, Eq)]
    error Holds();
    /// The operator has no such item at this place.
    #[derive(Debug, PartialEq, Eq)]
    error NotAmong(uint256 level);
}

/// What `FrameProver` can be asked.
pub mod question {
    use alloy_primitives::U256;

    /// Whether a message's root at entry, or its entry, follows from the record that opens it.
    pub const ENTRY: U256 = U256::ZERO;
    /// Whether the code that runs in a called message is the account's.
    pub const CODE: U256 = U256::from_limbs([1, 0, 0, 0]);
    /// Whether the root of the record that opened a message, or the instant behind it, follows from
    /// the message's end.
    pub const RETURN: U256 = U256::from_limbs([2, 0, 0, 0]);
    /// Whether a message's root at exit follows from its last instant.
    pub const LEAVE: U256 = U256::from_limbs([3, 0, 0, 0]);
}

impl From<claim::items::TreeRoot> for Tree {
    fn from(tree: claim::items::TreeRoot) -> Self {
        Self { count: U256::from(tree.count), root: tree.root }
    }
}

impl From<&claim::BlockClaim> for Block {
    fn from(block: &claim::BlockClaim) -> Self {
        Self {
            environment: block.environment,
            header: block.header,
            ancestors: block.ancestors.into(),
            transactions: block.transactions.into(),
            enter: block.enter,
            leave: block.leave,
        }
    }
}

impl From<&claim::Environment> for Environment {
    fn from(environment: &claim::Environment) -> Self {
        Self {
            chainId: U256::from(environment.chain_id),
            rules: U256::from(environment.rules.number()),
            number: U256::from(environment.number),
            timestamp: U256::from(environment.timestamp),
            beneficiary: environment.beneficiary,
            gasLimit: U256::from(environment.gas_limit),
            baseFee: U256::from(environment.base_fee),
            randomness: environment.randomness,
            blobBaseFee: environment.blob_base_fee,
        }
    }
}

impl From<&claim::TransactionClaim> for Transaction {
    fn from(transaction: &claim::TransactionClaim) -> Self {
        Self {
            hash: transaction.hash,
            receipt: transaction.receipt,
            sender: transaction.sender,
            steps: transaction.steps.into(),
            messages: transaction.messages.into(),
        }
    }
}

impl From<&claim::MessageClaim> for Message {
    fn from(message: &claim::MessageClaim) -> Self {
        Self {
            head: message.head,
            entry: message.entry,
            instants: message.instants,
            checkpoints: message.checkpoints.into(),
        }
    }
}

impl From<&claim::Instant> for Instant {
    fn from(instant: &claim::Instant) -> Self {
        Self {
            stateRoot: instant.state_root,
            entryRoot: instant.entry_root,
            accessed: instant.accessed,
            transient_: instant.transient,
            created: instant.created,
            destroyed: instant.destroyed,
            refund: I256::try_from(instant.refund).unwrap_or_default(),
            logs: instant.logs,
            messages: U256::from(instant.messages),
            depth: U256::from(instant.depth),
            ripemdTouched: U256::from(instant.ripemd_touched),
        }
    }
}
