//! The nonce behind the last is none (EIP-2681). That needs no state: another nonce is another signer, of whose
//! account a block's witness has no node.

use iso_evm_hypervisor::Engine;
use iso_evm_provers::{Accused, Court, Kind, MACHINE};
use iso_evm_verifier::{
    FalseClaim,
    audit::{Subject, TransactionKind},
    claim::claim,
    verify::{ClaimKind, EngineKind, Options, verify_opened},
};
use iso_evm_wire::{
    Opened,
    transaction::{EthereumBody, Transaction, TransactionBody},
};

use crate::{case::GAS, honest::OPTIMISM};

#[test]
fn a_nonce_that_is_none_convicts_whoever_signed() {
    let mut tried = 0;
    for case in OPTIMISM.iter() {
        let mut witness = case.witness.clone();
        let TransactionBody::Ethereum(EthereumBody::Eip1559(mut body)) =
            witness.transaction.body().clone()
        else {
            continue;
        };
        body.nonce = u64::MAX;
        let signature = *witness.transaction.signature().unwrap();
        witness.transaction = Transaction::signed(body.into(), signature).unwrap();
        assert_ne!(witness.transaction.from(), case.witness.transaction.from());
        let opened = Opened::of(&witness);
        let subject = Subject::new(&opened);
        let claimed = claim(&subject, GAS).unwrap();
        let engine = Engine::new(witness.rules);
        let accused = Accused {
            subject: &subject,
            claimed: &claimed,
            engine: &engine,
            machine: MACHINE,
            transaction: claimed.first,
            gas_limit: GAS,
        };
        let options = Options { engine: EngineKind::Native, ..Options::default() };
        let report = verify_opened(&engine, &opened, &options).unwrap();
        let kind = TransactionKind::Nonce;
        let is_it = |found: &&FalseClaim| found.kind == ClaimKind::Transaction(kind);
        let found = report.findings.iter().find(is_it).unwrap();
        let fault = accused.fault(found).unwrap();
        let asked = Court::new(&engine).ask(fault.prover, claimed.root(), &fault.proof);
        assert_eq!(asked.answer.kind(), Some(Kind::Transaction(kind)), "{:?}", asked.answer);
        tried += 1;
    }
    assert!(tried > 1, "{tried}");
}
