//! No prover convicts who claims what is true, and none lacks anything to say so.

use std::{fs, path::PathBuf};

use alloy_primitives::{B256, hex};
use alloy_sol_types::SolError;
use iso_evm_hypervisor::Engine;
use iso_evm_provers::{Accused, Answer, Court, Fault, MACHINE, proof::Holds};
use iso_evm_testing::fixtures;
use iso_evm_verifier::{audit::Subject, claim::claim};
use iso_evm_wire::{Opened, Witness};

/// Most gas that a precompile is run on.
pub(crate) const GAS: u64 = 1 << 28;

/// Records of a message that are asked about.
const RECORDS: usize = 60;

/// The project's own witnesses.
pub(crate) fn own() -> Vec<(String, Witness)> {
    let files = fs::read_dir(fixtures::own()).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> =
        files.filter(|path| path.to_string_lossy().ends_with(".witness.bin")).collect();
    files.sort();
    let read = |path: PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        (name, Witness::decode(&fs::read(path).unwrap()).unwrap())
    };
    files.into_iter().map(read).collect()
}

#[test]
fn every_question_about_a_true_claim_is_answered_with_that_it_holds() {
    let asked: usize = own().iter().map(|(name, witness)| all_hold(name, witness)).sum();
    assert!(asked > 500, "{asked}");
}

/// Asks the questions about a witness's claim. Returns how many.
pub(crate) fn all_hold(name: &str, witness: &Witness) -> usize {
    let engine = Engine::new(witness.rules);
    let mut court = Court::new(&engine);
    let opened = Opened::of(witness);
    let subject = Subject::new(&opened);
    let claimed = claim(&subject, GAS).unwrap();
    let root = claimed.root();
    let accused = Accused {
        subject: &subject,
        claimed: &claimed,
        engine: &engine,
        machine: MACHINE,
        transaction: 0,
        gas_limit: GAS,
    };
    let mut asked = 0;
    for question in accused.questions_of_the_transaction() {
        held(&mut court, root, name, &question);
        asked += 1;
    }
    for message in 0..witness.messages.len().min(40) {
        let count = claimed.transactions[0].messages[message].records.len();
        let step = count.div_ceil(RECORDS).max(1);
        for question in accused.questions(message, |record| record % step == 0) {
            held(&mut court, root, name, &question);
            asked += 1;
        }
    }
    asked
}

/// Asks one question about a true claim.
fn held(court: &mut Court, root: B256, name: &str, question: &Fault) {
    let answer = court.ask(question.prover, root, &question.proof).answer;
    let expected = Answer::Reverts(Holds {}.abi_encode().into());
    let (prover, kind, asks) = (question.prover, question.kind, &question.proof[32..64]);
    assert_eq!(answer, expected, "{name}: {prover} {kind:?}, question {}", hex::encode(asks));
}
