//! What the provers of the tree audit, of segments and of shapes are given, as their contracts read it: a proof is
//! `abi.encode` of one of [`Pair`], [`Precompile`], [`Shape`], [`Segment`]
//! ([`abi_encode`](alloy_sol_types::SolValue::abi_encode)). Normative text: `specs/20-claims.md`.
//!
//! In the data's way this stands beside [`proof`](crate::proof), whose structs these are made of.

use alloy_sol_types::sol;

use crate::proof::{Environment, InBlock, InMessage, InTransaction, Opened};

sol! {
    /// A proof for `PairProver`: a record of a call or creation and the message that it opens do not agree.
    /// With `record.index` 0 it is that a message is left over: `parent` is then the transaction's first
    /// message, and `before` the instant behind its last record.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct Pair {
        InBlock transaction;
        InTransaction parent;
        InMessage record;
        /// The instant before the record: behind the record before it, or the message's entry.
        Opened before;
        /// The message whose index is `before.instant.messages`; not looked at where the record opens none.
        InTransaction child;
        /// The instant behind the record; only looked at if its index is the record's.
        Opened behind;
    }

    /// A proof for `PrecompileProver`: a precompile does not end as its record says.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct Precompile {
        InBlock transaction;
        Environment environment;
        InTransaction message;
        InMessage record;
        /// What the record's hash of the input is of.
        bytes input;
    }

    /// A proof for `ShapeProver`: bytes of an item are no such item's. Looked at in this order: sender and trees of
    /// the transaction, trees of the message, its head, the record if its index is not 0, the length of `callData`
    /// if any part is given.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct Shape {
        InBlock transaction;
        /// The head is what the message's hash is of, whatever its length.
        InTransaction message;
        InMessage record;
        /// Bytes whose hash the head has for `callData`.
        Part[] callData;
    }

    /// These bytes, or, if `archive` is not zero, what its code holds behind the first byte.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct Part {
        address archive;
        bytes data;
    }

    /// A checkpoint of the operator's, and what shows that it is one.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct Leaf {
        uint256 record;
        uint256 gasUsed;
        bytes32 digest;
        bytes32[] path;
    }

    /// A proof for `SegmentProver`: a segment of a message is false. `AuditDispute.advance` takes the same.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct Segment {
        InBlock transaction;
        Environment environment;
        /// Its head is not looked at and left empty: it stands in the input.
        InTransaction message;
        /// Where the segment machine is.
        address machine;
        /// The number of checkpoints before the segment.
        uint256 segment;
        /// The checkpoint before it; empty for the first segment.
        Leaf from;
        /// The checkpoint behind it; empty for the last.
        Leaf to;
        /// What shows that the records are the message's.
        bytes32[] records;
        /// The words of the checkpoint `to`, if they are known.
        bytes claimed;
        /// The machine's input, in parts.
        Part[] input;
    }
}
