//! Everything that the provers can be asked about a claim: what nobody can convict by, if it is true.

use alloy_sol_types::SolValue;
use iso_evm_hypervisor::MismatchKind;
use iso_evm_verifier::audit::{AccessKind, TreeKind};
use iso_evm_wire::records::Record;

use super::{Accused, Fault};
use crate::{
    ClaimKind, Kind, Prover,
    proof::question,
    transaction::{block, receipt, rules, top},
};

impl Accused<'_, '_> {
    /// Every question about a message: about each record that `of` picks, its own start and its end.
    pub fn questions(&self, message: usize, of: impl Fn(usize) -> bool) -> Vec<Fault> {
        let records = self.message(message).map_or(0, |told| told.records.len());
        let records = (1..=records).filter(|record| of(*record));
        let mut faults: Vec<Fault> =
            records.flat_map(|record| self.of_record(message, record)).collect();
        let leave = self.leave(message).map(|proof| proof.abi_encode());
        faults.extend(frame(AccessKind::StateRootLeave, leave));
        let kind = Kind::Execution(MismatchKind::Checkpoint);
        let segments = self.segments(message).into_iter().map(|proof| Fault {
            prover: Prover::Segment,
            kind,
            proof: proof.abi_encode().into(),
        });
        faults.extend(segments);
        let shape = self.shape(message, 0).map(|proof| proof.abi_encode().into());
        let malformed = Kind::Claim(ClaimKind::Malformed);
        faults.extend(shape.map(|proof| Fault { prover: Prover::Shape, kind: malformed, proof }));
        let mut of_child = |kind, question| {
            let proof = self.frame(question, message).map(|proof| proof.abi_encode());
            faults.extend(frame(kind, proof));
        };
        if message > 0 {
            of_child(AccessKind::StateRootEnter, question::ENTRY);
            if self.runs_an_accounts_code(message) {
                of_child(AccessKind::CodeHash, question::CODE);
            }
        }
        faults
    }

    /// Every question about the transaction's own steps and its first message.
    pub fn questions_of_the_transaction(&self) -> Vec<Fault> {
        let of = |prover, proof: Option<Vec<u8>>| {
            let kind = Kind::Claim(ClaimKind::Step);
            proof.map(|proof| Fault { prover, kind, proof: proof.into() })
        };
        let mut faults: Vec<Option<Fault>> = Vec::new();
        for question in [rules::RULES, rules::SENDER] {
            let proof = self.rules(question).map(|proof| proof.abi_encode());
            faults.push(of(Prover::Rules, proof));
        }
        let has_message = self.message(0).is_some();
        for question in
            [top::MESSAGE, top::FIELDS, top::TARGET, top::CODE, top::ENTRY, top::TOP, top::COUNT]
        {
            let of_message = [top::FIELDS, top::TARGET, top::CODE, top::ENTRY];
            let applies = match question {
                top::CODE => self.runs_an_accounts_code(0),
                question => has_message || !of_message.contains(&question),
            };
            if applies {
                let proof = self.top(question).map(|proof| proof.abi_encode());
                faults.push(of(Prover::Top, proof));
            }
        }
        let (places, steps) = (self.places(), self.told().map_or(0, |told| told.steps.known.len()));
        for place in 1..steps {
            let prover = match place.checked_sub(places.top) {
                None => Prover::Step,
                Some(0) => continue,
                Some(_) => Prover::Settle,
            };
            faults.push(of(prover, self.step(place).map(|proof| proof.abi_encode())));
        }
        for place in places.before_removals - 1..steps {
            faults.push(of(Prover::Step, self.end(place).map(|proof| proof.abi_encode())));
        }
        faults.push(of(Prover::Step, self.leaves().map(|proof| proof.abi_encode())));
        for question in [receipt::RECEIPT, receipt::OTHER] {
            let proof = self.receipt(question).map(|proof| proof.abi_encode());
            faults.push(of(Prover::Receipt, proof));
        }
        faults.push(of(Prover::Block, self.environment().map(|proof| proof.abi_encode())));
        let ancestors = self.subject.ancestors.len() as u64;
        for place in 0..ancestors {
            faults.push(of(Prover::Block, self.ancestor_at(place).map(|proof| proof.abi_encode())));
        }
        for question in [block::TRANSACTION, block::RECEIPT] {
            let proof = self.included(question).map(|proof| proof.abi_encode());
            faults.push(of(Prover::Block, proof));
        }
        faults.into_iter().flatten().collect()
    }

    fn runs_an_accounts_code(&self, message: usize) -> bool {
        let told = self.subject.message(message);
        told.and_then(|told| told.kind()).is_some_and(|kind| !kind.is_create())
    }

    fn of_record(&self, message: usize, record: usize) -> Vec<Fault> {
        let mut faults = Vec::new();
        let told = self.record(message, record);
        let has_facts = !matches!(told, None | Some(Record::Tstore(_) | Record::Log(_)));
        if has_facts && let Some(proof) = self.read(message, record) {
            let kind = Kind::Access(AccessKind::Cold);
            faults.push(Fault { prover: Prover::Read, kind, proof: proof.abi_encode().into() });
        }
        let behind = match self.child_of(message, record) {
            Some(child) => self.returned(child).map(|proof| (Prover::Frame, proof.abi_encode())),
            None => self.write(message, record).map(|proof| (Prover::Write, proof.abi_encode())),
        };
        if let Some(proof) = self.precompile_of(message, record) {
            let kind = Kind::Tree(TreeKind::PrecompileGas);
            faults.push(Fault { prover: Prover::Precompile, kind, proof: proof.into() });
        }
        if matches!(told, Some(Record::Call(..) | Record::Create(_) | Record::Create2(_)))
            && let Some(proof) = self.pair(message, record)
        {
            let (prover, kind) = (Prover::Pair, Kind::Tree(TreeKind::Kind));
            faults.push(Fault { prover, kind, proof: proof.abi_encode().into() });
        }
        let kind = Kind::Claim(ClaimKind::Instant);
        let behind = behind.map(|(prover, proof)| Fault { prover, kind, proof: proof.into() });
        faults.extend(behind);
        faults
    }
}

fn frame(kind: AccessKind, proof: Option<Vec<u8>>) -> Option<Fault> {
    let (prover, kind) = (Prover::Frame, Kind::Access(kind));
    proof.map(|proof| Fault { prover, kind, proof: proof.into() })
}
