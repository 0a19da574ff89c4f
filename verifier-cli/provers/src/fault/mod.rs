//! From what an audit finds to the smallest proof of it: which prover is asked, and with what.
//!
//! In the data's way this stands between the audits of a witness, with the claim that is made of it, and
//! the contracts. A proof opens a few items of the claim, and shows the nodes that a judge looks up there.
//!
//! `opened` turns items into what contracts read; `access`, `tree` and `execution` prove
//! what the audits of these names find; `questions` are all that can be asked. Where the
//! witness is true and the claim somebody else's, `difference` goes from the first item that differs to the
//! proof, by `judges`: who is asked about which item.

mod access;
mod block;
mod difference;
mod execution;
mod judges;
mod opened;
mod questions;
mod steps;
mod transaction;
mod tree;

use alloy_primitives::{Address, Bytes};
use iso_evm_hypervisor::Engine;
use iso_evm_verifier::{FalseClaim, audit::Subject, claim::ClaimedBlock, verify::ClaimKind};

pub use self::difference::NoFault;
use crate::{Kind, Prover};

/// A proof that a claim is false.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Who is asked.
    pub prover: Prover,
    /// What is false, by the audit.
    pub kind: Kind,
    /// What the prover is given.
    pub proof: Bytes,
}

/// A claim that is made of a witness's transaction, and the witness.
#[derive(Clone, Copy, Debug)]
pub struct Accused<'a, 'w> {
    /// The witness.
    pub subject: &'a Subject<'w>,
    /// The claim.
    pub claimed: &'a ClaimedBlock,
    /// Who runs its messages.
    pub engine: &'a Engine,
    /// Where the segment machine of its rules is.
    pub machine: Address,
    /// Place of the transaction in it.
    pub transaction: usize,
    /// Most gas that a precompile is run on which the transaction itself calls.
    pub gas_limit: u64,
}

impl Accused<'_, '_> {
    /// The proof of what an audit finds false; none if no prover judges it, or the claim does not hold
    /// what the proof opens.
    pub fn fault(&self, found: &FalseClaim) -> Option<Fault> {
        let record = found.record.and_then(|record| usize::try_from(record).ok());
        match found.kind {
            ClaimKind::Access(kind) => access::fault(self, kind, found.message?, record),
            ClaimKind::Tree(kind) => tree::fault(self, kind, found.message?, record),
            ClaimKind::Execution(kind) => execution::mismatch(self, kind, found.message?),
            ClaimKind::Transaction(kind) => transaction::fault(self, kind),
            ClaimKind::Malformed { .. } => execution::malformed(self, found.message?),
            _ => None,
        }
    }
}
