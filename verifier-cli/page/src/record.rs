//! Records what a visitor brings: an `INPUT.json`, a transaction of a block file, or a case of an official state
//! test.

use iso_evm_wire::{Rules, Witness};
use iso_evm_witness::{
    Input,
    block_file::BlockFile,
    input::state_test::{self, Case},
};
use serde_json::{Value, json};

use crate::{Answer, PageError};

/// The witness of an input, or of that with this index in a file that has several.
pub(crate) fn record(text: &[u8], fork: Option<Rules>, index: usize) -> Result<Answer, PageError> {
    if BlockFile::is_one(text) {
        return of_block(text, fork, index);
    }
    // What is no state test is refused as the input that it is not.
    if let Some(cases) = state_test::cases(text).ok().filter(|cases| !cases.is_empty()) {
        return of_state_test(cases, index);
    }
    let (input, notes) = Input::read(text, fork)?;
    let witness = iso_evm_witness::record(&input.execution)?.witness(&input);
    let notes: Vec<_> = notes.iter().map(ToString::to_string).collect();
    Ok(answer(&witness, Value::Null, &notes))
}

/// The witness of a block's transaction, and which others there are.
fn of_block(text: &[u8], fork: Option<Rules>, index: usize) -> Result<Answer, PageError> {
    let file = BlockFile::parse(text, fork)?;
    let block = file.record()?;
    let notes: Vec<_> = block.notices().iter().map(ToString::to_string).collect();
    let recorded: Vec<_> = block.witnesses().collect();
    let hashes: Vec<_> = recorded.iter().map(|recorded| recorded.transaction.to_string()).collect();
    let asked =
        recorded.get(index).ok_or(PageError::NoTransaction { index, count: hashes.len() })?;
    Ok(answer(&asked.witness, choice("transaction", asked.index, &hashes), &notes))
}

/// The witness of a state test's case under a fork that is audited, and which others there are.
fn of_state_test(cases: Vec<Case>, index: usize) -> Result<Answer, PageError> {
    let audited = |case: &&Case| case.fork().is_ok();
    let names: Vec<_> = cases
        .iter()
        .filter(audited)
        .map(|case| format!("{}, {}, {}", case.fork_name, case.indexes, case.test))
        .collect();
    let asked = cases.iter().filter(audited).nth(index);
    let asked = asked.ok_or(PageError::NoCase { index, count: names.len() })?;
    let execution = asked.execution()?;
    let recording = iso_evm_witness::record(&execution)?;
    let witness = recording.witness(&asked.input(execution)?);
    Ok(answer(&witness, choice("case", index, &names), &[]))
}

/// Which one was recorded of those that a file has.
fn choice(of: &str, index: usize, names: &[String]) -> Value {
    json!({ "of": of, "index": index, "names": names })
}

fn answer(witness: &Witness, choice: Value, notes: &[String]) -> Answer {
    let said = json!({
        "fork": witness.rules,
        "chainId": witness.chain_id,
        "messages": witness.messages.len(),
        "choice": choice,
        "notes": notes,
    });
    Answer { said, bytes: witness.encode() }
}
