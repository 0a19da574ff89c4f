//! What is said of a transaction, and of each of its messages.

use alloy_primitives::{Address, B256, U256};
use iso_evm_hypervisor::{Audited, Engine};
use iso_evm_wire::{MessageWitness, Opened, Rules, container::Place, records::FrameKind};

use super::{
    AuditSelection, Audits, Check, EngineKind, FalseClaim, NamedVerdict, NotRun, Options, Verdict,
    WitnessHash,
};
use crate::audit::anchors::{Anchors, Expected, RootSource};
use crate::{cause::Causes, segments::MessageSegments};

/// What a message says of itself, as far as reports tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// The account whose code runs; zero in a creation.
    pub to: Address,
    /// The account that the code runs as.
    pub context: Address,
    /// How it ended: 0 exceptional halt, 1 success, 2 revert, or anything else that is claimed.
    pub status: U256,
    /// Gas that it starts with.
    pub gas_available: U256,
    /// Gas that it spent.
    pub gas_used: U256,
    /// Number of its records.
    pub records: usize,
}

impl From<&MessageWitness> for Claimed {
    fn from(message: &MessageWitness) -> Self {
        Self {
            to: message.to,
            context: message.context,
            status: message.status,
            gas_available: message.gasAvailable,
            gas_used: message.gasUsed,
            records: message.stateAccessList.len(),
        }
    }
}

/// What is said of one message.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MessageReport {
    /// Where the message stands in the call tree.
    pub place: Place,
    /// What it says; `None` if its bytes are no message.
    pub message: Option<Claimed>,
    /// The message's kind of frame, as its opening record says.
    pub kind: Option<FrameKind>,
    /// Length of its bytes.
    pub witness_bytes: usize,
    /// What the execution audit says, and what it cost; `None` if it did not run.
    pub execution: Option<Audited>,
    /// The first false claim that is about it, in the order of [`Audit::ALL`](super::Audit::ALL).
    pub mismatch: Option<FalseClaim>,
    /// Whether all that the other audits say of the whole witness is that it is valid.
    pub proved: bool,
}

impl MessageReport {
    /// The verdict on the message, of all audits that were to run. Each of the others tells the first
    /// false claim only: while one of them does not say *valid*, no message is.
    pub fn verdict(&self) -> Verdict {
        let execution = match (&self.mismatch, &self.execution) {
            (Some(_), _) => Verdict::Invalid,
            (None, Some(audited)) => Verdict::from(&audited.verdict),
            (None, None) => Verdict::Valid,
        };
        let others = if self.proved { Verdict::Valid } else { Verdict::Inconclusive };
        Verdict::of([execution, others])
    }
}

/// What is said of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// What each audit says.
    pub audits: Audits,
    /// Audits that were to run: what the verdict is about.
    pub selected: AuditSelection,
    /// Whether a check that could not be made leaves the verdict open.
    pub strict: bool,
    /// What was found false: by the execution audit in each message, by each other audit first.
    /// In the order of [`Audit::ALL`](super::Audit::ALL).
    pub findings: Vec<FalseClaim>,
    /// What explains them, if somebody has [looked](Report::look_for_causes).
    pub causes: Option<Causes>,
    /// The audits and checks that did not run.
    pub not_run: Vec<NotRun>,
    /// What the witness had to be about.
    pub expected: Expected,
    /// What the witness claims to be about.
    pub anchors: Anchors,
    /// Who answered for the execution audit.
    pub engine: EngineKind,
    /// The most gas that a message's own opcodes could spend; none if that was not counted.
    pub guest_gas_limit: Option<u64>,
    /// What headers prove of the state roots.
    pub anchor: RootSource,
    /// Fork whose rules apply.
    pub fork: Rules,
    /// Id of the chain.
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
    /// keccak256 of `witness.bin`, computed when it is asked for.
    pub witness_hash: WitnessHash,
    /// What is said of each message, in pre-order.
    pub messages: Vec<MessageReport>,
    /// What is said of each message's segments, if the execution audit was done by them.
    pub segments: Option<Vec<MessageSegments>>,
}

impl Report {
    /// The verdict of the audits that were to run.
    pub fn verdict(&self) -> Verdict {
        let unchecked = self.strict && self.unchecked().next().is_some();
        let refused = if unchecked { Verdict::Inconclusive } else { Verdict::Valid };
        Verdict::of([self.audits.verdict(self.selected), refused])
    }

    /// The verdict by its name, which says what it is about.
    pub fn named(&self, verdict: Verdict) -> NamedVerdict {
        NamedVerdict { verdict, selected: self.selected }
    }

    /// Looks for what explains the findings, in the witness and with the options that the report is of.
    pub fn look_for_causes(&mut self, engine: &Engine, opened: &Opened<'_>, options: &Options) {
        self.causes = Some(Causes::of(engine, opened, options, self));
    }

    /// The checks that audits had to leave out.
    pub fn unchecked(&self) -> impl Iterator<Item = Check> {
        self.not_run.iter().filter_map(|not_run| not_run.check)
    }
}
