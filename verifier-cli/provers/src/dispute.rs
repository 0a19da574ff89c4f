//! `AuditDispute`, where operators commit to blocks and anyone convicts who lied: its bindings, its code, and what it
//! is sent. Source: `contracts/AuditDispute.sol`.
//!
//! In the data's way this stands beside the proofs (`proof`, `tree`), which it passes on
//! to the provers.

use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use alloy_sol_types::{SolCall, SolValue};
use iso_evm_wire::{
    Rules, Schedule,
    claim::{BlockClaim, Environment},
};

use crate::proof;

mod bindings {
    #![allow(missing_docs, reason = "generated from artifacts; the sources document them")]

    use alloy_sol_types::sol;

    sol! {
        #[derive(Debug, Default, PartialEq, Eq)]
        AuditDispute,
        "contracts/artifacts/AuditDispute.json"
    }
}

mod segments {
    #![allow(missing_docs, reason = "generated from the artifact; the source documents it")]

    use alloy_sol_types::sol;

    sol! {
        SegmentProver,
        "contracts/artifacts/SegmentProver.json"
    }
}

pub use self::bindings::{AuditDispute, Claims, Parts, Questions, Schedules, Standings};
use self::segments::SegmentProver;

/// Levels of what can be asked for, as `Questions.sol` numbers them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Level {
    /// The bytes of the block's header.
    Header = 0,
    /// The hash of an ancestor.
    Ancestor = 1,
    /// The seven words of a transaction.
    Transaction = 2,
    /// A transaction's bytes.
    Signed = 3,
    /// The digest behind a step of a transaction.
    Step = 4,
    /// The five words of a message, and the twenty of its head.
    Message = 5,
    /// The three words of a checkpoint's leaf.
    Checkpoint = 6,
    /// The bytes of a record.
    Record = 7,
    /// The digest behind a record.
    Instant = 8,
}

impl Level {
    /// All of them, in order.
    pub const ALL: &'static [Self] = &[
        Self::Header,
        Self::Ancestor,
        Self::Transaction,
        Self::Signed,
        Self::Step,
        Self::Message,
        Self::Checkpoint,
        Self::Record,
        Self::Instant,
    ];

    /// Its name, in a word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::Ancestor => "ancestor",
            Self::Transaction => "transaction",
            Self::Signed => "signed",
            Self::Step => "step",
            Self::Message => "message",
            Self::Checkpoint => "checkpoint",
            Self::Record => "record",
            Self::Instant => "instant",
        }
    }
}

/// What a deployment agrees to, beside the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Windows {
    /// Seconds in which a commitment can be asked about, and at least be convicted.
    pub window: u64,
    /// Seconds in which a question must be answered: at most a quarter of the window.
    pub answer_period: u64,
    /// Wei that an operator gives for each commitment.
    pub bond: U256,
    /// Wei that a question costs.
    pub deposit: U256,
    /// State root that a commitment without a parent begins with; zero: any.
    pub anchor: B256,
}

/// The init code of the contract, for a chain with this schedule. `provers` are code hashes, and `segments` is the place
/// of the segments' prover among them.
pub fn init_code(
    schedule: &Schedule,
    windows: Windows,
    provers: &[B256],
    segments: usize,
) -> Bytes {
    let rules = schedule.family().rules();
    let terms = Standings::Terms {
        chainId: U256::from(schedule.chain_id()),
        firstRules: rules.first().map_or(0, |rules| rules.number()),
        knownRules: rules.len() as u8,
        window: windows.window,
        answerPeriod: windows.answer_period,
        bond: windows.bond,
        deposit: windows.deposit,
        anchor: windows.anchor,
    };
    let activations: Vec<_> = schedule
        .activations()
        .iter()
        .map(|at| Schedules::Activation { blockNumber: at.number, blockTime: at.time })
        .collect();
    let arguments =
        (terms, activations, provers.to_vec(), U256::from(segments)).abi_encode_params();
    [&AuditDispute::BYTECODE[..], &arguments].concat().into()
}

/// The init code of the segments' prover that knows these machines, by their rules' position, of the family that begins
/// with `first`. There are nine at most.
pub fn segment_prover(first: Rules, machines: &[B256]) -> Bytes {
    let mut all = [B256::ZERO; 9];
    for (place, machine) in all.iter_mut().zip(machines) {
        *place = *machine;
    }
    let arguments = (U256::from(first.number()), all).abi_encode_params();
    [&SegmentProver::BYTECODE[..], &arguments].concat().into()
}

/// What names an operator's commitment to a root.
pub fn id_of(operator: Address, root: B256) -> B256 {
    keccak256((operator, root).abi_encode())
}

/// What a challenger announces a block before, where there is a bond.
pub fn announcement(challenger: Address, id: B256, proof: &[u8]) -> B256 {
    keccak256((challenger, id, keccak256(proof)).abi_encode())
}

/// Calldata of `commit`.
pub fn commit_calldata(parent: B256, block: &BlockClaim, environment: &Environment) -> Bytes {
    let block = proof::Block::from(block).abi_encode();
    let environment = proof::Environment::from(environment).abi_encode();
    // All of it is of words alone, which stand one behind the other.
    [&AuditDispute::commitCall::SELECTOR[..], parent.as_slice(), &block, &environment]
        .concat()
        .into()
}

/// Bytes as one part.
pub fn in_one_part(data: Bytes) -> Vec<Parts::Part> {
    vec![Parts::Part { archive: Address::ZERO, data }]
}

/// Calldata of `challenge`, by a prover that is at an address.
pub fn challenge_calldata(id: B256, prover: usize, at: Address, proof: Vec<Parts::Part>) -> Bytes {
    let prover = U256::from(prover);
    AuditDispute::challengeCall { id, prover, at_: at, proof }.abi_encode().into()
}

/// Calldata of `advance`.
pub fn advance_calldata(id: B256, at: Address, proof: Vec<Parts::Part>) -> Bytes {
    AuditDispute::advanceCall { id, at_: at, proof }.abi_encode().into()
}
