//! The receipt's hash is judged whether or not anybody knows what it is of.

use alloy_primitives::{B256, U256};
use alloy_sol_types::SolValue;
use iso_evm_hypervisor::Engine;
use iso_evm_provers::{
    Accused, Answer, ClaimKind, Court, Kind, MACHINE, Prover,
    proof::InBlock,
    transaction::{ReceiptProof, receipt},
};
use iso_evm_verifier::{
    audit::Subject,
    claim::{ClaimedBlock, claim},
};
use iso_evm_wire::{Opened, Witness};

use crate::honest::{GAS, own};

/// A true claim, and the proof that its receipt's hash is the right one.
struct Case {
    court: Court,
    claimed: ClaimedBlock,
    proof: ReceiptProof,
}

impl Case {
    /// None if the witness claims no receipt.
    fn of(witness: &Witness) -> Option<Self> {
        let engine = Engine::new(witness.rules);
        let opened = Opened::of(witness);
        let subject = Subject::new(&opened);
        let claimed = claim(&subject, GAS).unwrap();
        let accused = Accused {
            subject: &subject,
            claimed: &claimed,
            engine: &engine,
            machine: MACHINE,
            transaction: claimed.first,
            gas_limit: GAS,
        };
        let all = accused.questions_of_the_transaction();
        let proof = all.iter().rfind(|asked| asked.prover == Prover::Receipt)?;
        let proof = ReceiptProof::abi_decode(&proof.proof).unwrap();
        assert_eq!(proof.question, receipt::OTHER);
        Some(Self { court: Court::new(&engine), claimed, proof })
    }

    /// What is said of the claim with this hash, shown these bytes.
    fn told(&mut self, hash: B256, shown: Vec<u8>) -> Answer {
        let mut transaction = self.claimed.transactions[0].clone();
        transaction.claim.receipt = hash;
        let (own, at) = (&self.claimed, self.claimed.first);
        let roots = [own.claim.enter, own.claim.leave];
        let ancestors = own.ancestors.clone();
        let lies = (at, vec![transaction]);
        let claimed = ClaimedBlock::new(own.environment, own.claim.header, ancestors, roots, lies);
        let mut proof = self.proof.clone();
        proof.receipt = shown.into();
        proof.sent.inBlock = InBlock {
            block_: (&claimed.claim).into(),
            transaction: (&claimed.transactions[0].claim).into(),
            index: U256::from(at),
            path: claimed.tree.prove(at as u64..at as u64 + 1),
        };
        self.court.ask(Prover::Receipt, claimed.root(), &proof.abi_encode().into()).answer
    }
}

#[test]
fn a_receipt_that_nobody_knows_convicts_and_none_does_not() {
    let mut cases = 0;
    for (name, witness) in own() {
        let Some(mut case) = Case::of(&witness) else { continue };
        let (unknown, shown) = (B256::repeat_byte(7), case.proof.receipt.to_vec());
        let expected = case.claimed.transactions[0].claim.receipt;
        let kind = Kind::Claim(ClaimKind::Receipt);
        let convicts =
            Answer::Convicts { kind, message: None, record: None, expected, found: unknown };
        assert_eq!(case.told(unknown, shown.clone()), convicts, "{name}");
        for hash in [expected, B256::ZERO] {
            assert_eq!(case.told(hash, shown.clone()).kind(), None, "{name}");
        }
        cases += 1;
    }
    assert!(cases > 10, "{cases}");
}

#[test]
fn a_receipt_that_does_not_follow_shows_nothing() {
    for (name, witness) in own().into_iter().take(3) {
        let Some(mut case) = Case::of(&witness) else { continue };
        let (hash, receipt) = (case.claimed.transactions[0].claim.receipt, &case.proof.receipt);
        let mut shown: Vec<Vec<u8>> = (0..receipt.len())
            .map(|at| {
                let mut bytes = receipt.to_vec();
                bytes[at] ^= 1;
                bytes
            })
            .collect();
        // Of another type, longer, and none.
        shown.extend([receipt[1..].to_vec(), [&receipt[..], &[0]].concat(), Vec::new()]);
        for shown in shown {
            assert_eq!(case.told(hash, shown).kind(), None, "{name}");
        }
    }
}
