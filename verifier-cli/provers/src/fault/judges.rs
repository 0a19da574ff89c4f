//! Who judges an item of a claim: the questions about it, and about what it follows from.
//!
//! In the data's way this stands between the first difference of two claims and the proofs. Which of the
//! questions convicts is for the contracts to say: an item follows from several others.

use std::collections::HashSet;

use alloy_primitives::U256;
use alloy_sol_types::SolValue;
use iso_evm_hypervisor::MismatchKind;
use iso_evm_verifier::{
    audit::{AccessKind, TransactionKind, TreeKind},
    claim::{Difference, TreeOf},
};
use iso_evm_wire::records::Record;

use super::{Accused, Fault};
use crate::{
    ClaimKind, Kind, Prover,
    proof::question,
    transaction::{block, receipt, rules, step, top},
};

/// A question to a prover. Of a message and a record the indices are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Question {
    Shape(usize, usize),
    CallData(usize),
    Read(usize, usize),
    Behind(usize, usize),
    Pair(usize, usize),
    /// The pair of which a message is the child.
    Opened(usize),
    LeftOver,
    Precompile(usize, usize),
    Frame(U256, usize),
    Leave(usize),
    Segments(usize),
    Rules(U256),
    Top(U256),
    Step(usize),
    Steps(U256),
    /// Whether the steps end behind this one.
    End(usize),
    Receipt(U256),
    Environment,
    Ancestor(u64),
    InBlock(U256),
    /// How the transactions of the claim follow each other.
    Chain,
}

use Question as Q;

impl Accused<'_, '_> {
    /// The questions that judge what differs.
    pub(super) fn judging(&self, difference: Difference) -> Vec<Question> {
        match difference {
            Difference::Block => {
                let mut all = vec![Q::Environment];
                all.push(Q::Chain);
                all.extend(self.of_the_block());
                all
            }
            Difference::Item(TreeOf::Ancestors, place) => {
                let mut all = vec![Q::Ancestor(place)];
                all.extend(self.of_block_hashes());
                all
            }
            Difference::Item(TreeOf::Transactions, _) => vec![Q::InBlock(block::COUNT)],
            Difference::Transaction(_) => {
                vec![Q::Shape(0, 0), Q::Rules(rules::RULES)]
            }
            Difference::Receipt(_) => vec![Q::Receipt(receipt::OTHER)],
            Difference::Item(TreeOf::Steps(_), place) => {
                let place = usize::try_from(place).unwrap_or(usize::MAX);
                let whole = [step::COUNT, step::ENTRY].map(Q::Steps);
                let end = place.checked_sub(1).map(Q::End);
                let of_place = [Q::Step(place), Q::Top(top::COUNT)];
                whole.into_iter().chain(of_place).chain(end).collect()
            }
            Difference::Item(TreeOf::Messages(_), place) => {
                let place = usize::try_from(place).unwrap_or(usize::MAX);
                let counts = [top::MESSAGE, top::COUNT].map(Q::Top);
                counts.into_iter().chain([Q::LeftOver, Q::Opened(place)]).collect()
            }
            Difference::Item(TreeOf::Records(_, message), place) => {
                let record = record_at(place);
                let mut all = vec![Q::Shape(message, record), Q::Read(message, record)];
                all.extend([Q::Pair(message, record), Q::Precompile(message, record)]);
                all.push(Q::Segments(message));
                all.push(Q::Behind(message, record));
                all.extend(given(message));
                all
            }
            Difference::Item(TreeOf::Instants(_, message), place) => {
                let record = record_at(place);
                let mut all = vec![Q::Behind(message, record), Q::Pair(message, record)];
                all.extend([Q::Read(message, record), Q::Segments(message)]);
                all
            }
            Difference::Entry(_, message) => given(message),
            Difference::Head(_, message) => {
                let mut all = vec![Q::Shape(message, 0), Q::CallData(message)];
                all.extend(given(message));
                all.extend([Q::Leave(message), Q::Segments(message)]);
                all
            }
            Difference::Item(TreeOf::Checkpoints(_, message), _) => {
                vec![Q::Shape(message, 0), Q::Segments(message)]
            }
        }
    }

    /// What follows from what the block gives: a claim that has both is at odds with itself if one is false.
    fn of_the_block(&self) -> Vec<Question> {
        let steps = self.told().map_or(0, |told| told.steps.digests.len());
        let mut all = vec![Q::Rules(rules::RULES), Q::Top(top::FIELDS)];
        all.extend((1..steps).map(Q::Step));
        let mut seen = HashSet::new();
        all.extend(self.records_of(|record| match record {
            Record::Value(opcode, _) => seen.insert(*opcode),
            _ => false,
        }));
        all
    }

    /// Records of what the claimed ancestors give.
    fn of_block_hashes(&self) -> Vec<Question> {
        let mut seen = HashSet::new();
        self.records_of(|record| match record {
            Record::Blockhash(told) => seen.insert(told.number),
            _ => false,
        })
    }

    /// The questions about facts of records that `is` picks.
    fn records_of(&self, mut is: impl FnMut(&Record) -> bool) -> Vec<Question> {
        let messages = self.told().map_or(&[][..], |told| &told.messages);
        let mut all = Vec::new();
        for (message, told) in messages.iter().enumerate() {
            for record in 1..=told.records.len() {
                if self.record(message, record).is_some_and(|told| is(&told)) {
                    all.push(Q::Read(message, record));
                }
            }
        }
        all
    }

    /// The proofs that ask a question; none if there is nothing to ask it about.
    pub(super) fn asking(&self, question: Question) -> Vec<Fault> {
        let claim = |prover, kind, proof: Option<Vec<u8>>| -> Vec<Fault> {
            let proof = proof.map(Into::into);
            let kind = Kind::Claim(kind);
            proof.map(|proof| Fault { prover, kind, proof }).into_iter().collect()
        };
        let (access, tree) = (Kind::Access, Kind::Tree);
        let of = |prover, kind, proof: Option<Vec<u8>>| -> Vec<Fault> {
            let proof = proof.map(Into::into);
            proof.map(|proof| Fault { prover, kind, proof }).into_iter().collect()
        };
        match question {
            Q::Shape(message, record) => {
                let proof = self.shape(message, record).map(|proof| proof.abi_encode());
                claim(Prover::Shape, ClaimKind::Malformed, proof)
            }
            Q::CallData(message) => {
                let proof = self.call_data(message).map(|proof| proof.abi_encode());
                claim(Prover::Shape, ClaimKind::Malformed, proof)
            }
            Q::Read(message, record) => {
                let proof = self.read(message, record).map(|proof| proof.abi_encode());
                of(Prover::Read, access(AccessKind::Cold), proof)
            }
            Q::Behind(message, record) => match self.child_of(message, record) {
                Some(child) => {
                    let proof = self.returned(child).map(|proof| proof.abi_encode());
                    claim(Prover::Frame, ClaimKind::Instant, proof)
                }
                None => {
                    let proof = self.write(message, record).map(|proof| proof.abi_encode());
                    claim(Prover::Write, ClaimKind::Instant, proof)
                }
            },
            Q::Pair(message, record) => {
                let proof = self.pair(message, record).map(|proof| proof.abi_encode());
                of(Prover::Pair, tree(TreeKind::Kind), proof)
            }
            Q::Opened(child) => {
                let opener = self.opener(child);
                opener.map_or_else(Vec::new, |(message, record)| {
                    self.asking(Q::Pair(message, record))
                })
            }
            Q::LeftOver => {
                let proof = self.left_over().map(|proof| proof.abi_encode());
                of(Prover::Pair, tree(TreeKind::ParentMissing), proof)
            }
            Q::Precompile(message, record) => of(
                Prover::Precompile,
                tree(TreeKind::PrecompileGas),
                self.precompile_of(message, record),
            ),
            Q::Frame(asked, child) => {
                let kind = if asked == question::CODE {
                    access(AccessKind::CodeHash)
                } else {
                    access(AccessKind::StateRootEnter)
                };
                of(Prover::Frame, kind, self.frame(asked, child).map(|proof| proof.abi_encode()))
            }
            Q::Leave(message) => {
                let proof = self.leave(message).map(|proof| proof.abi_encode());
                of(Prover::Frame, access(AccessKind::StateRootLeave), proof)
            }
            Q::Segments(message) => {
                let kind = Kind::Execution(MismatchKind::Checkpoint);
                let proofs = self.segments(message).into_iter();
                proofs
                    .flat_map(|proof| of(Prover::Segment, kind, Some(proof.abi_encode())))
                    .collect()
            }
            Q::Rules(asked) => {
                let kind = Kind::Transaction(TransactionKind::Signature);
                of(Prover::Rules, kind, self.rules(asked).map(|proof| proof.abi_encode()))
            }
            Q::Top(asked) => {
                let proof = self.top(asked).map(|proof| proof.abi_encode());
                claim(Prover::Top, ClaimKind::Step, proof)
            }
            Q::Step(place) => {
                let top = self.places().top;
                if place == top {
                    return self.asking(Q::Top(top::TOP));
                }
                let prover = if place < top { Prover::Step } else { Prover::Settle };
                claim(prover, ClaimKind::Step, self.step(place).map(|proof| proof.abi_encode()))
            }
            Q::Steps(asked) => {
                let proof = match asked {
                    step::COUNT => self.count_of_steps(),
                    _ => self.first_step(),
                };
                claim(Prover::Step, ClaimKind::Step, proof.map(|proof| proof.abi_encode()))
            }
            Q::End(place) => {
                let proof = self.end(place).map(|proof| proof.abi_encode());
                claim(Prover::Step, ClaimKind::Step, proof)
            }
            Q::Chain => {
                let proofs = self.chain().into_iter().map(|proof| Some(proof.abi_encode()));
                proofs.flat_map(|proof| claim(Prover::Step, ClaimKind::Chain, proof)).collect()
            }
            Q::Receipt(asked) => {
                let proof = self.receipt(asked).map(|proof| proof.abi_encode());
                claim(Prover::Receipt, ClaimKind::Receipt, proof)
            }
            Q::Environment => {
                let proof = self.environment().map(|proof| proof.abi_encode());
                claim(Prover::Block, ClaimKind::Environment, proof)
            }
            Q::Ancestor(place) => {
                let proof = self.ancestor_at(place).map(|proof| proof.abi_encode());
                of(Prover::Block, Kind::Transaction(TransactionKind::Ancestor), proof)
            }
            Q::InBlock(asked) => {
                let kind = Kind::Transaction(TransactionKind::BlockTransaction);
                let proofs = match asked {
                    block::COUNT => self.counted().into_iter().collect(),
                    _ => self.in_the_block(),
                };
                let proofs = proofs.into_iter().map(|proof| Some(proof.abi_encode()));
                proofs.flat_map(|proof| of(Prover::Block, kind, proof)).collect()
            }
        }
    }
}

/// The questions about what a message was given: by the record that opens it, or by the transaction.
fn given(message: usize) -> Vec<Question> {
    if message == 0 {
        let asked = [top::MESSAGE, top::FIELDS, top::TARGET, top::CODE, top::ENTRY];
        return asked.map(Q::Top).to_vec();
    }
    let frame = [question::ENTRY, question::CODE].map(|asked| Q::Frame(asked, message));
    [Q::Opened(message)].into_iter().chain(frame).collect()
}

/// Index of the record at a place of the tree.
fn record_at(place: u64) -> usize {
    usize::try_from(place).map_or(usize::MAX, |place| place.saturating_add(1))
}
