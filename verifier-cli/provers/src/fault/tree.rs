//! What the tree audit finds, as proofs for `PairProver` and `PrecompileProver`.

use alloy_sol_types::SolValue;
use iso_evm_verifier::{audit::TreeKind, claim::precompile_input};
use iso_evm_wire::records::{Outcome, Record};

use super::{Accused, Fault};
use crate::{
    Kind, Prover,
    proof::Opened,
    tree::{Pair, Precompile},
};

/// The proof of a false claim of this kind, at a record of a message if it has one.
pub(super) fn fault(
    accused: &Accused<'_, '_>,
    kind: TreeKind,
    message: usize,
    record: Option<usize>,
) -> Option<Fault> {
    let (prover, proof) = match (kind, record) {
        (
            TreeKind::PrecompileStatus | TreeKind::PrecompileGas | TreeKind::PrecompileOutput,
            Some(record),
        ) => (Prover::Precompile, accused.precompile(message, record)?.abi_encode()),
        (_, Some(record)) => (Prover::Pair, accused.pair(message, record)?.abi_encode()),
        (_, None) => (Prover::Pair, accused.left_over()?.abi_encode()),
    };
    Some(Fault { prover, kind: Kind::Tree(kind), proof: proof.into() })
}

impl Accused<'_, '_> {
    /// The record of a call or creation, with the message that it opens.
    pub(super) fn pair(&self, message: usize, record: usize) -> Option<Pair> {
        let child = self.child_of(message, record).and_then(|child| self.in_transaction(child));
        Some(Pair {
            transaction: self.in_block()?,
            parent: self.in_transaction(message)?,
            record: self.in_message(message, record)?,
            before: self.behind(message, record.checked_sub(1)?)?,
            child: child.unwrap_or_default(),
            behind: self.behind(message, record).unwrap_or_default(),
        })
    }

    /// The first message, with the instant behind its last record.
    pub(super) fn left_over(&self) -> Option<Pair> {
        Some(Pair {
            transaction: self.in_block()?,
            parent: self.in_transaction(0)?,
            before: self.behind(0, self.last(0)?)?,
            behind: Opened::default(),
            ..Pair::default()
        })
    }

    /// The record of a precompile's call, with what it got.
    pub(super) fn precompile(&self, message: usize, record: usize) -> Option<Precompile> {
        let (engine, at) = (self.engine.native(), (message, record));
        Some(Precompile {
            transaction: self.in_block()?,
            environment: (&self.claimed.environment).into(),
            message: self.in_transaction(message)?,
            record: self.in_message(message, record)?,
            input: precompile_input(engine, self.subject, at, self.gas_limit)?,
        })
    }

    /// The same of a record that calls a precompile; none of another.
    pub(super) fn precompile_of(&self, message: usize, record: usize) -> Option<Vec<u8>> {
        let Record::Call(_, told) = self.record(message, record)? else { return None };
        let calls = Outcome::from_number(told.outcome) == Some(Outcome::Precompile);
        calls.then(|| Some(self.precompile(message, record)?.abi_encode()))?
    }
}
