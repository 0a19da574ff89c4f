//! Each kind of mismatch, by witnesses with one lie each.

mod claims;
mod inclusion;
mod optimism;
mod rules;

use alloy_primitives::{B256, hex};
use iso_evm_wire::{Fork, MessageWitness, Witness, transaction::Transaction};

use super::recorded::{CONTRACT, Setup, Signer, dynamic, with_top};
use crate::{
    audit::{AuditOutcome, Finding, TransactionKind as Kind, replay::replay, word::AsWord},
    transaction_hash::signing_hash,
};

/// What the tests elsewhere produce: a signature that is not the sender's, for which a transaction's
/// type leaves no room (`rules`).
const ELSEWHERE: [Kind; 1] = [Kind::Signature];

/// A lie, and the mismatch that it is.
struct Lie {
    what: &'static str,
    witness: Witness,
    kind: Kind,
    message: Option<usize>,
    expected: B256,
    found: B256,
}

/// The lies of a table.
#[derive(Default)]
struct Lies(Vec<Lie>);

impl Lies {
    /// A lie about the transaction.
    fn add(
        &mut self,
        kind: Kind,
        what: &'static str,
        witness: Witness,
        [expected, found]: [impl AsWord; 2],
    ) {
        let (expected, found) = (expected.word(), found.word());
        self.0.push(Lie { what, witness, kind, message: None, expected, found });
    }

    /// A lie about the top message.
    fn add_top<W: AsWord>(
        &mut self,
        kind: Kind,
        honest: &Witness,
        change: impl FnOnce(&mut MessageWitness),
        words: [W; 2],
    ) {
        self.add(kind, kind.name(), with_top(honest, change), words);
        self.0.last_mut().unwrap().message = Some(0);
    }
}

/// A call that logs twice.
fn call() -> Setup {
    let code = hex!("600160025f5fa1 6003600460055f5fa2 60075f5500");
    let body = dynamic(CONTRACT.into(), 11, hex!("aabb"));
    Setup::new(Fork::Shanghai, body).code(CONTRACT, code)
}

fn changed(witness: &Witness, change: impl FnOnce(&mut Witness)) -> Witness {
    let mut witness = witness.clone();
    change(&mut witness);
    witness
}

fn all() -> Vec<Lie> {
    let mut lies = Lies::default();
    rules::add(&mut lies);
    claims::add(&mut lies);
    inclusion::add(&mut lies);
    optimism::add(&mut lies);
    lies.0
}

#[test]
fn each_lie_about_a_transaction_is_found_under_its_kind() {
    for Lie { what, witness, kind, message, expected, found } in all() {
        let finding = Finding { kind, message, record: None, expected, found };
        let outcome = replay(&witness).transaction;
        assert_eq!(outcome, AuditOutcome::Invalid(finding), "{kind}: {what}");
    }
}

#[test]
fn each_transaction_kind_has_a_lie_here() {
    let lies = all();
    for kind in Kind::ALL {
        let told = lies.iter().any(|lie| lie.kind == *kind);
        assert_ne!(told, ELSEWHERE.contains(kind), "{kind}");
    }
}

/// Who signs another's transaction is another sender, whose account is not this.
#[test]
fn a_forger_is_another_sender() {
    let setup = call();
    let (honest, _) = setup.record();
    let signature = Signer::new(9).sign(signing_hash(&setup.body));
    let forged = Transaction::signed(setup.body, signature).unwrap();
    let lie = changed(&honest, |lie| lie.transaction = forged);
    match replay(&lie).transaction {
        AuditOutcome::Invalid(finding) => assert_eq!(finding.kind, Kind::Nonce),
        outcome => panic!("{outcome:?}"),
    }
}
