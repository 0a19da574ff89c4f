//! [`AuditOptions`]: how each witness is audited, and what its audit may take. As JSON they are the second argument of
//! the function `audit`, and so they come to every executor with the plan. `specs/25-cluster.md`, section Functions.

use std::time::Duration;

use iso_evm_batch::{
    READ_LIMIT, ReadLimit,
    batch::{BatchOptions, Settings},
};
use iso_evm_verifier::verify::{AuditSelection, EngineKind, Options};
use serde::{Deserialize, Serialize};

/// The most memory that the process of an audit may have, unless it is said.
pub(crate) const ITEM_MEMORY: u64 = 2 << 30;

/// The longest that an item may take, unless it is said: in seconds.
pub(crate) const ITEM_SECONDS: u64 = 600;

/// How a witness is audited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    rename_all = "camelCase",
    default,
    deny_unknown_fields,
    expecting = "the options of an audit"
)]
pub(crate) struct AuditOptions {
    /// Who answers for the execution audit.
    pub(crate) engine: EngineKind,
    /// Which audits.
    pub(crate) audits: AuditSelection,
    /// Whether a check that cannot be made leaves the verdict open.
    pub(crate) strict: bool,
    /// The most gas that the audit of a message may take on the host.
    pub(crate) host_gas_limit: Option<u64>,
    /// The most gas that a message's own opcodes may spend.
    pub(crate) guest_gas_limit: Option<u64>,
    /// What an item may take.
    pub(crate) limits: Limits,
}

/// What an item may take; more is a row that says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    rename_all = "camelCase",
    default,
    deny_unknown_fields,
    expecting = "the limits of an item"
)]
pub(crate) struct Limits {
    /// Bytes of a witness.
    pub(crate) bytes: u64,
    /// Bytes of memory of the process that audits it.
    pub(crate) memory: u64,
    /// Seconds that its audit may take.
    pub(crate) seconds: u64,
}

impl Default for AuditOptions {
    fn default() -> Self {
        Self {
            engine: EngineKind::default(),
            audits: AuditSelection::default(),
            strict: false,
            host_gas_limit: None,
            guest_gas_limit: None,
            limits: Limits::default(),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: READ_LIMIT, memory: ITEM_MEMORY, seconds: ITEM_SECONDS }
    }
}

impl Limits {
    /// These, where they are below what somebody allows at most.
    pub(crate) fn within(self, most: &Self) -> Self {
        Self {
            bytes: self.bytes.min(most.bytes),
            memory: self.memory.min(most.memory),
            seconds: self.seconds.min(most.seconds),
        }
    }

    /// How long an item may take.
    pub(crate) const fn time(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }
}

impl AuditOptions {
    /// How the verifier is asked.
    pub(crate) fn verify(&self) -> Options {
        Options {
            host_gas_limit: self.host_gas_limit,
            guest_gas_limit: self.guest_gas_limit,
            engine: self.engine,
            audits: self.audits,
            strict: self.strict,
            ..Options::default()
        }
    }

    /// What decides over the rows, as a batch writes it down: what a run goes on with must be the same.
    pub(crate) fn settings(&self) -> Settings {
        let read_limit = ReadLimit { bytes: self.limits.bytes, name: None };
        Settings::from(&BatchOptions {
            verify: self.verify(),
            read_limit,
            ..BatchOptions::default()
        })
    }

    /// The options that a text says.
    ///
    /// # Errors
    ///
    /// What is wrong with the text, in a line.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let options: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if options.engine.asks_node() {
            return Err("the engine asks a node, and no executor has one".to_owned());
        }
        Ok(options)
    }

    /// The options as text.
    pub(crate) fn text(&self) -> String {
        serde_json::to_string(self).expect("numbers, texts and lists of them")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn options_come_through_the_plan_as_they_were() {
        let options = AuditOptions {
            engine: EngineKind::Native,
            strict: true,
            guest_gas_limit: Some(7),
            limits: Limits { seconds: 3, ..Limits::default() },
            ..AuditOptions::default()
        };
        assert_eq!(AuditOptions::parse(&options.text()).unwrap(), options);
        assert_eq!(AuditOptions::parse("{}").unwrap(), AuditOptions::default());
        for refused in [r#"{"engin": "native"}"#, r#"{"engine": "node"}"#, "", "[1]"] {
            assert!(AuditOptions::parse(refused).is_err(), "{refused}");
        }
    }

    #[test]
    fn no_job_takes_more_than_the_executor_allows() {
        let most = Limits { bytes: 10, memory: 20, seconds: 30 };
        let asked = Limits { bytes: 5, memory: 500, seconds: 30 };
        assert_eq!(asked.within(&most), Limits { bytes: 5, memory: 20, seconds: 30 });
    }
}
