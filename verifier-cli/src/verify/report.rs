//! What is said of a transaction, and of each of its messages.

use alloy_primitives::B256;
use iso_evm_hypervisor::Audited;
use iso_evm_witness::{Fork, MessageWitness, container::Place, records::FrameKind};

use super::{Audits, EngineKind, FalseClaim, NotRun, Verdict};
use crate::audit::anchors::{Anchors, RootSource};

/// What is said of one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageReport {
    /// Where it stands in the call tree.
    pub place: Place,
    /// The message; `None` if its bytes are none.
    pub message: Option<MessageWitness>,
    /// Its kind of frame, as its opening record says.
    pub kind: Option<FrameKind>,
    /// Length of its bytes.
    pub witness_bytes: usize,
    /// What the execution audit says, and what it cost; `None` if it did not run.
    pub execution: Option<Audited>,
    /// The first false claim that is about it, in the order of [`Audit::ALL`](super::Audit::ALL).
    pub mismatch: Option<FalseClaim>,
}

impl MessageReport {
    /// The verdict on the message, of all audits that ran.
    pub fn verdict(&self) -> Verdict {
        match (&self.mismatch, &self.execution) {
            (Some(_), _) => Verdict::Invalid,
            (None, Some(audited)) => Verdict::from(&audited.verdict),
            (None, None) => Verdict::Valid,
        }
    }
}

/// What is said of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// What each audit says.
    pub audits: Audits,
    /// What was found false: by the execution audit in each message, by each other audit first.
    /// In the order of [`Audit::ALL`](super::Audit::ALL).
    pub findings: Vec<FalseClaim>,
    /// The audits and checks that did not run.
    pub not_run: Vec<NotRun>,
    /// What the witness claims to be about.
    pub anchors: Anchors,
    /// Who answered for the execution audit.
    pub engine: EngineKind,
    /// What headers prove of the state roots.
    pub anchor: RootSource,
    /// The rules.
    pub fork: Fork,
    /// Chain id.
    pub chain_id: u64,
    /// Hash of the transaction; an unsigned one has none.
    pub transaction_hash: Option<B256>,
    /// State root before gas is bought.
    pub state_root_enter: B256,
    /// State root after refund, fees and deletions.
    pub state_root_leave: B256,
    /// Gas used, as the receipt has it.
    pub gas_used: u64,
    /// Code hash of the hypervisor.
    pub hypervisor_code_hash: B256,
    /// Size of the hypervisor's code, in bytes.
    pub hypervisor_size: usize,
    /// keccak256 of `witness.bin`.
    pub witness_hash: B256,
    /// What is said of each message, in pre-order.
    pub messages: Vec<MessageReport>,
}

impl Report {
    /// The verdict on all that was audited.
    pub fn verdict(&self) -> Verdict {
        self.audits.verdict()
    }
}
