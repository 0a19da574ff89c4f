//! Records what a visitor brings: an `INPUT.json`, or a transaction of a block file.

use alloy_primitives::B256;
use iso_evm_wire::{Rules, Witness};
use iso_evm_witness::{Input, block_file::BlockFile};
use serde_json::{Value, json};

use crate::{Answer, PageError};

/// The witness of an input, or of one transaction of a block.
pub(crate) fn record(text: &[u8], fork: Option<Rules>, index: usize) -> Result<Answer, PageError> {
    if BlockFile::is_one(text) {
        return of_block(text, fork, index);
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
    let hashes: Vec<B256> = recorded.iter().map(|recorded| recorded.transaction).collect();
    let count = recorded.len();
    let asked = recorded.into_iter().nth(index);
    let asked = asked.ok_or(PageError::NoTransaction { index, count })?;
    let block = json!({ "index": asked.index, "transactions": hashes });
    Ok(answer(&asked.witness, block, &notes))
}

fn answer(witness: &Witness, block: Value, notes: &[String]) -> Answer {
    let said = json!({
        "fork": witness.rules,
        "chainId": witness.chain_id,
        "messages": witness.messages.len(),
        "block": block,
        "notes": notes,
    });
    Answer { said, bytes: witness.encode() }
}
