//! What `ReadProver` is asked about a record.

use alloy_primitives::{B256, U256};
use iso_evm_provers::{Kind, proof::Read};
use iso_evm_verifier::audit::AccessKind;
use iso_evm_wire::{
    Fork, Rules,
    records::{Outcome, Record, ValueRecord},
};

use super::{
    answer::{Answer, Prover, ask},
    claim::{Commitment, Spoken},
    world::{World, word},
};

/// Three forks between which facts differ.
pub(crate) const ALL_FORKS: [Fork; 3] = [Fork::Istanbul, Fork::Berlin, Fork::Osaka];

/// Changes a record's fields.
macro_rules! but {
    ($record:expr, $($field:ident = $value:expr),+) => {{
        let mut record = $record;
        $(record.$field = $value;)+
        record
    }};
}

pub(crate) use but;

/// What is asked about a record.
#[derive(Clone, Debug)]
pub(crate) struct Asking {
    pub(crate) world: World,
    pub(crate) rules: Rules,
    pub(crate) code: Vec<u8>,
    pub(crate) back: Option<u64>,
    pub(crate) skip: U256,
}

impl Asking {
    pub(crate) fn new() -> Self {
        let (rules, code) = (Fork::Osaka.into(), Vec::new());
        Self { world: World::new(), rules, code, back: None, skip: U256::ZERO }
    }

    /// With this code.
    pub(crate) fn shows(code: &[u8]) -> Self {
        Self { code: code.to_vec(), ..Self::new() }
    }

    /// The commitment and the proof: of a message's second record, before which nothing has changed.
    pub(crate) fn proof(&self, record: Record) -> (Commitment, Read) {
        let instant = self.world.instant();
        let first = Record::Value(0x42, ValueRecord { value: U256::from(2_000) });
        let spoken = Spoken::new(instant, &[first, record], &[instant, instant]);
        let commitment = Commitment::new(self.rules, vec![spoken]);
        let (ancestor, ancestor_path) =
            self.back.map(|back| commitment.ancestor(back)).unwrap_or_default();
        let read = Read {
            place: commitment.place(0, 2),
            nodes: self.world.nodes().into(),
            code: self.code.clone().into(),
            ancestor,
            ancestorPath: ancestor_path,
            skip: self.skip,
        };
        (commitment, read)
    }

    pub(crate) fn of(&self, record: Record) -> Answer {
        let (commitment, read) = self.proof(record);
        ask(Prover::Read, commitment.root(), &read)
    }

    #[track_caller]
    pub(crate) fn holds(&self, record: Record) {
        self.of(record).holds();
    }

    #[track_caller]
    pub(crate) fn lies(&self, record: Record, kind: AccessKind, words: [impl AsWord; 2]) {
        let words = words.map(AsWord::word);
        self.of(record).convicts(Kind::Access(kind), [Some(0), Some(2)], words);
    }
}

/// What stands in a word.
pub(crate) trait AsWord {
    fn word(self) -> B256;
}

impl AsWord for u64 {
    fn word(self) -> B256 {
        word(self)
    }
}

impl AsWord for B256 {
    fn word(self) -> B256 {
        self
    }
}

impl AsWord for bool {
    fn word(self) -> B256 {
        word(u64::from(self))
    }
}

impl AsWord for Outcome {
    fn word(self) -> B256 {
        word(self as u64)
    }
}
