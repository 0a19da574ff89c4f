//! What the access audit finds, as proofs for `ReadProver`, `WriteProver` and `FrameProver`.

use alloy_primitives::{B256, Bytes, U256};
use alloy_sol_types::SolValue;
use iso_evm_verifier::{
    audit::{
        AccessKind,
        state::{STAYS_TOUCHED, Shown},
    },
    claim::{Moment, Needs, nodes_at},
    transaction_hash::encode,
};
use iso_evm_wire::{
    records::{Outcome, Record},
    segment::records::from_bytes,
};

use super::{Accused, Fault, opened::packed};
use crate::{
    Kind, Prover,
    proof::{Frame, InTransaction, Read, Write, question},
    transaction::top,
};

/// The proof of a false claim of this kind, in a message and at a record of it if it has one.
pub(super) fn fault(
    accused: &Accused<'_, '_>,
    kind: AccessKind,
    message: usize,
    record: Option<usize>,
) -> Option<Fault> {
    let (prover, proof) = match (kind, record) {
        (AccessKind::StateRootEnter, _) => {
            (Prover::Frame, accused.frame(question::ENTRY, message)?.abi_encode())
        }
        (AccessKind::CodeHash, Some(0)) if message == 0 => {
            (Prover::Top, accused.top(top::CODE)?.abi_encode())
        }
        (AccessKind::CodeHash, Some(0)) => {
            (Prover::Frame, accused.frame(question::CODE, message)?.abi_encode())
        }
        (AccessKind::StateRootLeave, _) => (Prover::Frame, accused.leave(message)?.abi_encode()),
        (AccessKind::StateRoot, Some(record)) => match accused.child_of(message, record) {
            Some(child) => (Prover::Frame, accused.returned(child)?.abi_encode()),
            None => (Prover::Write, accused.write(message, record)?.abi_encode()),
        },
        (_, Some(record)) => (Prover::Read, accused.read(message, record)?.abi_encode()),
        (_, None) => return None,
    };
    Some(Fault { prover, kind: Kind::Access(kind), proof: proof.into() })
}

impl Accused<'_, '_> {
    /// A record that is claimed; none if its bytes are no record's.
    pub(super) fn record(&self, message: usize, record: usize) -> Option<Record> {
        let bytes = self.message(message)?.records.get(record.checked_sub(1)?)?;
        Record::decode(&from_bytes(bytes)?).ok()
    }

    /// The message that a record opens.
    pub(super) fn child_of(&self, message: usize, record: usize) -> Option<usize> {
        let outcome = match self.record(message, record)? {
            Record::Call(_, told) => told.outcome,
            Record::Create(told) => told.outcome,
            Record::Create2(told) => told.outcome,
            _ => return None,
        };
        let opens = Outcome::from_number(outcome) == Some(Outcome::Child);
        let before = self.message(message)?.behind(record.checked_sub(1)?)?;
        opens.then(|| usize::try_from(before.messages).ok())?
    }

    /// The record that opens a message.
    pub(super) fn opener(&self, child: usize) -> Option<(usize, usize)> {
        let parent = self.subject.opened().tree().get(child)?.parent?;
        let records = self.subject.message(parent)?.records().len();
        (1..records)
            .find(|record| self.child_of(parent, *record) == Some(child))
            .map(|record| (parent, record))
    }

    pub(super) fn nodes(&self, moment: Moment, more: &[Shown]) -> Vec<Vec<u8>> {
        nodes_at(self.subject, self.gas_limit, moment, more)
    }

    /// The nodes by which a record is judged, whatever the witness has in its place.
    fn nodes_of(&self, message: usize, record: usize) -> Vec<Vec<u8>> {
        let context = self.subject.message(message).map(|told| told.fields().context);
        let told = self.record(message, record).zip(context);
        let needs = told.map(|(told, context)| Needs::of(&told, context)).unwrap_or_default();
        self.nodes(Moment::Before { message, record }, &needs.now)
    }

    pub(super) fn read(&self, message: usize, record: usize) -> Option<Read> {
        let told = self.record(message, record)?;
        let (code, ancestor, path) = match &told {
            Record::Blockhash(told) => {
                let (hash, path) = self.ancestor(told.number).unwrap_or_default();
                (Bytes::new(), hash, path)
            }
            Record::Blobhash(_) => {
                (encode(&self.subject.transaction).into(), B256::ZERO, Vec::new())
            }
            _ => (self.code(message, record, &told), B256::ZERO, Vec::new()),
        };
        Some(Read {
            place: self.place(message, record)?,
            nodes: packed(&self.nodes_of(message, record)),
            code,
            ancestor,
            ancestorPath: path,
            skip: U256::ZERO,
        })
    }

    /// A claimed ancestor, with its path.
    fn ancestor(&self, number: U256) -> Option<(B256, Vec<B256>)> {
        let back = U256::from(self.claimed.environment.number).checked_sub(number)?;
        let place = u64::try_from(back).ok()?.checked_sub(1)?;
        let hash = *self.claimed.ancestors.get(usize::try_from(place).ok()?)?;
        Some((hash, self.claimed.ancestors_tree.prove(place..place + 1)))
    }

    /// The code of the account that a record asks for, as its judge wants it.
    fn code(&self, message: usize, record: usize, told: &Record) -> Bytes {
        let account = match told {
            Record::Extcodesize(told) => told.account,
            Record::Extcodecopy(told) => told.account,
            Record::Call(_, told) => told.account,
            _ => return Bytes::new(),
        };
        iso_evm_verifier::claim::code_at(
            self.subject,
            self.gas_limit,
            Moment::Before { message, record },
            account,
        )
        .unwrap_or_default()
    }

    pub(super) fn write(&self, message: usize, record: usize) -> Option<Write> {
        Some(Write {
            place: self.place(message, record)?,
            behind: self.digest_behind(message, record)?,
            behindPath: self.behind_path(message, record)?,
            nodes: packed(&self.nodes_of(message, record)),
        })
    }

    /// The digest that is claimed behind a record.
    fn digest_behind(&self, message: usize, record: usize) -> Option<B256> {
        let (told, place) = (self.message(message)?, record.checked_sub(1));
        place.map_or(Some(told.claim.entry), |place| told.instants.digests.get(place).copied())
    }

    /// What is asked where a message that a record opens begins.
    pub(super) fn frame(&self, question: U256, child: usize) -> Option<Frame> {
        let (message, record) = self.opener(child)?;
        Some(Frame {
            question,
            place: self.place(message, record)?,
            child: self.in_transaction(child)?,
            nodes: packed(&self.nodes_of(message, record)),
            ..Frame::default()
        })
    }

    /// Index of a message's last record.
    pub(super) fn last(&self, message: usize) -> Option<usize> {
        Some(self.message(message)?.records.len())
    }

    /// What is asked behind the record that opens a message.
    pub(super) fn returned(&self, child: usize) -> Option<Frame> {
        let (message, record) = self.opener(child)?;
        let context = self.subject.message(child)?.fields().context;
        let new = [Shown::Account(context), Shown::Account(STAYS_TOUCHED)];
        let mut nodes = self.nodes_of(message, record);
        nodes.extend(self.nodes(Moment::Leaving { message: child }, &new));
        Some(Frame {
            question: question::RETURN,
            place: self.place(message, record)?,
            child: self.in_transaction(child)?,
            last: self.behind(child, self.last(child)?)?,
            behind: self.digest_behind(message, record)?,
            behindPath: self.behind_path(message, record)?,
            nodes: packed(&nodes),
        })
    }

    /// What is asked where a message ends.
    pub(super) fn leave(&self, message: usize) -> Option<Frame> {
        let context = self.subject.message(message)?.fields().context;
        let nodes = self.nodes(Moment::Leaving { message }, &[Shown::Account(context)]);
        let mut frame = Frame {
            question: question::LEAVE,
            child: self.in_transaction(message)?,
            last: self.behind(message, self.last(message)?).unwrap_or_default(),
            nodes: packed(&nodes),
            ..Frame::default()
        };
        frame.place.transaction = self.in_block()?;
        frame.place.message = InTransaction::default();
        Some(frame)
    }
}
