//! Edits of a true message: whatever they make of it, both engines say the same. They are the last
//! step before the engines, of the fuzzer's target and of the campaign over random programs
//! (`tests/native/campaign.rs`).
//!
//! | edits | of |
//! |---|---|
//! | `head` | a field that decides how much runs, and what it must come to |
//! | [`Message`] | the code, which the opening record then names |
//! | `outcome` | what is said to have become of a call or creation |
//! | `records` | whole records, and words in them |
//! | `raw` | any word, any bytes |

mod head;
mod outcome;
mod raw;
mod records;

use alloy_primitives::{Bytes, keccak256};
use arbitrary::{Result, Unstructured};
use iso_evm_hypervisor::MessageVerdict;
use iso_evm_wire::{
    MessageWitness, Rules, Witness,
    encoding::{decode, encode},
    records::{FrameKind, Record},
};

use crate::{engines::agreed, programs::programs};

/// Bytes of the edits; the program's follow.
const EDITS: usize = 64;

/// Makes a program of the bytes, takes one of its messages and edits it; returns the verdict on it,
/// if it came to one.
///
/// # Panics
///
/// If the engines differ.
pub fn edits(data: &[u8]) -> Option<MessageVerdict> {
    let (edits, program) = data.split_at_checked(EDITS)?;
    let witness = programs(program)?;
    edit(&witness, &mut Unstructured::new(edits)).ok().flatten()
}

/// Edits a message of a witness as the bytes say.
///
/// # Errors
///
/// If there are too few bytes.
///
/// # Panics
///
/// If the engines differ.
pub fn edit(witness: &Witness, u: &mut Unstructured<'_>) -> Result<Option<MessageVerdict>> {
    if witness.messages.is_empty() {
        return Ok(None);
    }
    let index = u.choose_index(witness.messages.len())?;
    let Ok(truth) = witness.message(index) else { return Ok(None) };
    let bytes = witness.messages[index].to_vec();
    let truth = Message { bytes, code: witness.code(&truth).cloned() };
    let lie = truth.edited(u)?;
    let rules = alike(witness.rules, u)?;
    Ok(agreed(rules, &lie.bytes.into(), lie.code.as_ref()))
}

/// Rules under which code runs as under these, but for precompiles: these, or those of an upgrade of
/// the OP Stack. Where no bytes are left, these.
fn alike(rules: Rules, u: &mut Unstructured<'_>) -> Result<Rules> {
    let fork = rules.fork();
    let alike: Vec<_> = Rules::ALL.into_iter().filter(|other| other.fork() == fork).collect();
    Ok(*u.choose(&alike)?)
}

/// A message as the engines take it.
#[derive(Clone, Debug)]
pub struct Message {
    /// Encoding of the message.
    pub bytes: Vec<u8>,
    /// The code that is archived, if any is.
    pub code: Option<Bytes>,
}

impl Message {
    /// The message after one to four edits, mostly few.
    ///
    /// # Errors
    ///
    /// If there are too few bytes.
    pub fn edited(&self, u: &mut Unstructured<'_>) -> Result<Self> {
        let mut message = self.clone();
        for _ in 0..*u.choose(&[1, 1, 1, 2, 2, 2, 3, 4])? {
            message.edit(u)?;
        }
        Ok(message)
    }

    /// Makes one edit of the witness.
    fn edit(&mut self, u: &mut Unstructured<'_>) -> Result<()> {
        match u.int_in_range(0..=13)? {
            0..=2 => head::edit(&mut self.bytes, u),
            3..=6 => self.edit_code(u),
            7 | 8 => decoded(&mut self.bytes, |message| outcome::edit(message, u)),
            9..=11 => decoded(&mut self.bytes, |message| records::edit(message, u)),
            12 => raw::edit_word(&mut self.bytes, u),
            _ => raw::edit_layout(&mut self.bytes, u),
        }
    }

    /// Other code, which the opening record names.
    fn edit_code(&mut self, u: &mut Unstructured<'_>) -> Result<()> {
        let Self { bytes, code: archived } = self;
        decoded(bytes, |message| {
            let Some(access) = message.stateAccessList.first_mut() else { return Ok(()) };
            let Ok(Record::Opening(mut opening)) = Record::decode(access) else { return Ok(()) };
            let kind = FrameKind::from_number(opening.kind);
            let is_create = kind.is_some_and(FrameKind::is_create);
            let code = if is_create { Some(&message.callData) } else { archived.as_ref() };
            let mut code = code.map(|code| code.to_vec()).unwrap_or_default();
            for _ in 0..u.int_in_range(1..=2)? {
                raw::spoil(&mut code, u)?;
            }
            opening.codeHash = keccak256(&code);
            *access = Record::Opening(opening).encode();
            if is_create {
                message.callData = code.into();
            } else {
                *archived = Some(code.into());
            }
            Ok(())
        })
    }
}

/// Edits the message that the bytes encode. Bytes that encode none stay as they are.
fn decoded(
    bytes: &mut Vec<u8>,
    edit: impl FnOnce(&mut MessageWitness) -> Result<()>,
) -> Result<()> {
    let Ok(mut message) = decode(bytes) else { return Ok(()) };
    edit(&mut message)?;
    *bytes = encode(&message);
    Ok(())
}
