//! A receipt as somebody has it: as a node returns it, or as ethers, viem or web3.py prints it.
//!
//! In the data's way this stands in front of [`ReceiptFields`], which know a node's names alone, and a number
//! of 64 bits at most.

use iso_evm_wire::{json, receipt::ReceiptFields};
use serde::Deserialize;
use serde_json::Value;

use super::{
    InputError, note::Note, object::Object, receipt_itself::Itself, receipt_names, said::Said,
};

/// A receipt's fields, as they stand in the text.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct GivenReceipt(Object);

/// The same, read.
#[derive(Clone, Debug)]
pub(super) struct ReadReceipt {
    /// The receipt's fields.
    pub(super) fields: ReceiptFields,
    /// What it says of the transaction that it is of.
    pub(super) said: Said,
    /// What it says of itself.
    pub(super) itself: Itself,
}

impl GivenReceipt {
    /// The receipt, what it says beside what is recorded, and notes of fields that are not known.
    pub(super) fn read(self, notes: &mut Vec<Note>) -> Result<ReadReceipt, InputError> {
        const PART: &str = "receipt";
        let mut fields = self.0.into_fields().map_err(|error| error.under(PART))?;
        fields.retain(|_, value| !value.is_null());
        let said = Said::of_receipt(&mut fields)?;
        let itself = Itself::of(&fields);
        notes.extend(receipt_names::unknown(&fields));
        let read = json::read_value(Value::Object(fields));
        Ok(ReadReceipt { fields: read.map_err(|error| error.under(PART))?, said, itself })
    }
}
