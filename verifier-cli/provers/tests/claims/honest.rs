//! No prover convicts who claims what is true, and none lacks anything to say so.

use std::{fs, path::PathBuf};

use alloy_primitives::hex;
use alloy_sol_types::SolError;
use iso_evm_hypervisor::Engine;
use iso_evm_provers::{Accused, Answer, Asked, Court, Fault, MACHINE, proof::Holds};
use iso_evm_testing::fixtures;
use iso_evm_verifier::{audit::Subject, claim::claim};
use iso_evm_wire::{Opened, Witness};

/// Most gas that a precompile is run on.
pub(crate) const GAS: u64 = 1 << 28;

/// Messages of a transaction that are asked about, and records of a message.
const MESSAGES: usize = 40;
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
    let mut asked = 0;
    for (name, witness) in own() {
        questions(&name, &witness, &mut |question, told| {
            let expected = Answer::Reverts(Holds {}.abi_encode().into());
            let (prover, kind, asks) = (question.prover, question.kind, &question.proof[32..64]);
            let asks = hex::encode(asks);
            assert_eq!(told.answer, expected, "{name}: {prover} {kind:?}, question {asks}");
            asked += 1;
        });
    }
    assert!(asked > 2_000, "{asked}");
}

/// Asks the questions about a witness's claim, as many of each message as [`RECORDS`] says.
pub(crate) fn questions(name: &str, witness: &Witness, each: &mut dyn FnMut(&Fault, &Asked)) {
    let engine = Engine::new(witness.rules);
    let mut court = Court::new(&engine);
    let opened = Opened::of(witness);
    let subject = Subject::new(&opened);
    let claimed = claim(&subject, GAS).unwrap_or_else(|| panic!("{name}: no claim"));
    let root = claimed.root();
    let accused = Accused {
        subject: &subject,
        claimed: &claimed,
        engine: &engine,
        machine: MACHINE,
        transaction: claimed.first,
        gas_limit: GAS,
    };
    let mut all = accused.questions_of_the_transaction();
    for message in 0..witness.messages.len().min(MESSAGES) {
        let count = claimed.transactions[0].messages[message].records.len();
        let step = count.div_ceil(RECORDS).max(1);
        all.extend(accused.questions(message, |record| record % step == 0));
    }
    for question in &all {
        each(question, &court.ask(question.prover, root, &question.proof));
    }
}
