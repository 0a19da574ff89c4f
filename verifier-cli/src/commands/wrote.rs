//! What `record` has written, in one line on stderr: where, how many messages, how many bytes, by which
//! rules, of which transaction or block.

use std::path::Path;

use alloy_primitives::U256;
use iso_evm_batch::files::STANDARD;
use iso_evm_wire::{Rules, Witness};

use super::say;
use crate::report::text::{counted, thousands};

/// What was written, counted.
#[derive(Clone, Debug, Default)]
pub(super) struct Wrote {
    witnesses: usize,
    messages: usize,
    bytes: usize,
    rules: Option<Rules>,
    /// What the last one is of.
    of: String,
}

impl Wrote {
    /// Counts a witness in, of so many bytes.
    pub(super) fn add(&mut self, witness: &Witness, bytes: usize) {
        self.witnesses += 1;
        self.messages += witness.messages.len();
        self.bytes += bytes;
        self.rules = Some(witness.rules);
        let transaction = &witness.transaction;
        self.of = match transaction.hash() {
            Some(hash) => hash.to_string(),
            None => format!("unsigned, from {}", transaction.from()),
        };
    }

    /// Says it of one witness.
    pub(super) fn say(&self, path: &Path) {
        let Self { messages, bytes, of, .. } = self;
        let (messages, bytes) = (counted(*messages, "message"), counted(*bytes, "byte"));
        let rules = self.rules.map(|rules| format!(", {rules}")).unwrap_or_default();
        say(&format!("{}: {messages}, {bytes}{rules}, {of}", name(path)));
    }

    /// Says it of several.
    pub(super) fn say_all(&self, path: &Path) {
        let Self { witnesses, messages, bytes, .. } = self;
        let witnesses = match witnesses {
            1 => "1 witness".to_owned(),
            count => format!("{} witnesses", thousands(U256::from(*count))),
        };
        let (messages, bytes) = (counted(*messages, "message"), counted(*bytes, "byte"));
        let rules = self.rules.map(|rules| format!(", {rules}")).unwrap_or_default();
        say(&format!("{}: {witnesses}, {messages}, {bytes}{rules}", name(path)));
    }
}

/// Where it went.
fn name(path: &Path) -> String {
    match path.as_os_str() == STANDARD {
        true => "stdout".to_owned(),
        false => path.display().to_string(),
    }
}
