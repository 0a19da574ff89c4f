//! What proves a state access: trie nodes and code, each by its keccak256. `specs/09-container.md`.
//!
//! In the data's way a [`StateProof`] comes in with the input, where the pre-state is a part of a
//! larger state; a [`Proof`] goes out with the recording.

use std::collections::BTreeMap;

use alloy_primitives::{B256, Bytes};

/// What is known of the tries of a state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StateProof {
    /// The state root.
    pub root: B256,
    /// RLP of trie nodes, of accounts and of storage, by hash.
    pub nodes: BTreeMap<B256, Bytes>,
}

/// What the audits of a recorded transaction need beside its messages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proof {
    /// RLP of the trie nodes at and below the root at entry, by hash.
    pub nodes: BTreeMap<B256, Bytes>,
    /// Code by hash: what messages run, and what calls, `EXTCODESIZE`, `EXTCODECOPY` and the
    /// transaction look at.
    pub codes: BTreeMap<B256, Bytes>,
}
