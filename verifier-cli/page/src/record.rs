//! Records what a visitor brings: an `INPUT.json`, a transaction of a block file, or a case of an official state
//! test; a witness in its JSON form is assembled.
//!
//! What a file has beside the one that was asked for, and what is to be said of it, is told of a transaction that
//! cannot be recorded too.

use iso_evm_wire::{Rules, Witness};
use iso_evm_witness::{
    ExecuteError, Input,
    block_file::BlockFile,
    input::{
        Document, InputError,
        state_test::{self, Case, CaseError},
    },
};
use serde_json::{Value, json};

use crate::{Answer, PageError, advice, fields};

/// The witness of an input, or of that with this index in a file that has several.
pub(crate) fn record(text: &[u8], fork: Option<Rules>, index: usize) -> Result<Answer, PageError> {
    if BlockFile::is_one(text) {
        return of_block(text, fork, index);
    }
    // What is no state test is refused as the input that it is not.
    if let Some(cases) = state_test::cases(text).ok().filter(|cases| !cases.is_empty()) {
        return of_state_test(cases, index);
    }
    match Input::read(text, fork) {
        Ok((input, notes)) => {
            let notes: Vec<_> = notes.iter().map(ToString::to_string).collect();
            match iso_evm_witness::record(&input.execution) {
                Ok(recording) => Ok(answer(&recording.witness(&input), Value::Null, &notes)),
                Err(error) => Ok(refused(&error.into(), None, Value::Null, &notes)),
            }
        }
        Err(InputError::Document(document)) if *document == Document::WitnessJson => {
            let notes = ["a witness in its JSON form: assembled here".to_owned()];
            let bytes = fields::assemble(text)?;
            Ok(Answer { said: json!({ "choice": Value::Null, "notes": notes }), bytes })
        }
        Err(InputError::Document(document)) => match advice::instead(&document) {
            Some(advice) => Err(PageError::Document { document, advice }),
            None => Err(InputError::Document(document).into()),
        },
        Err(InputError::Json(_)) if !is_json(text) => Err(PageError::Nothing),
        Err(error) => Err(error.into()),
    }
}

/// Whether a text begins as JSON does: then it is told where it ceases to be.
fn is_json(text: &[u8]) -> bool {
    matches!(text.trim_ascii_start().first(), Some(b'{' | b'[' | b'"'))
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
    let choice = choice("case", index, &names);
    match witness_of(asked) {
        Ok(witness) => {
            let missed = asked.exception.as_ref().map(|exception| {
                format!("the test wants this transaction refused ({exception}), and it runs")
            });
            Ok(answer(&witness, choice, missed.as_slice()))
        }
        Err(error) => {
            let expected = asked.exception.as_deref().filter(|_| is_rejection(&error));
            Ok(refused(&error, expected, choice, &[]))
        }
    }
}

/// The witness of a case.
fn witness_of(case: &Case) -> Result<Witness, PageError> {
    let execution = case.execution()?;
    let recording = iso_evm_witness::record(&execution)?;
    Ok(recording.witness(&case.input(execution)?))
}

/// Whether a chain would not take the transaction; any other error is no answer to what a test wants.
fn is_rejection(error: &PageError) -> bool {
    match error {
        PageError::Case(error) => matches!(**error, CaseError::Transaction(_)),
        PageError::Execute(error) => {
            matches!(**error, ExecuteError::InvalidTransaction(_) | ExecuteError::Create(_))
        }
        _ => false,
    }
}

/// Which one was recorded of those that a file has.
fn choice(of: &str, index: usize, names: &[String]) -> Value {
    json!({ "of": of, "index": index, "names": names })
}

/// No witness, and why; `expected` is why a test wants it so.
fn refused(error: &PageError, expected: Option<&str>, choice: Value, notes: &[String]) -> Answer {
    let said = json!({
        "refused": error.to_string(),
        "expected": expected,
        "choice": choice,
        "notes": notes,
    });
    said.into()
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
