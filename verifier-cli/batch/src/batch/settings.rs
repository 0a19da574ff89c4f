//! [`Settings`]: by what a run's rows were made. Each row has them, so that a run goes on only where the
//! rows before were made in the same way. `specs/17-batch.md`, section Results.

use alloy_primitives::B256;
use iso_evm_verifier::{
    audit::anchors::{Expected, RootSource},
    verify::{AuditSelection, EngineKind},
};
use iso_evm_wire::Rules;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::BatchOptions;

/// All that decides what a row says of an item, but for the item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, expecting = "the options of a run")]
pub struct Settings {
    engine: EngineKind,
    audits: AuditSelection,
    strict: bool,
    host_gas_limit: Option<u64>,
    guest_gas_limit: Option<u64>,
    read_limit: u64,
    expected: MustBe,
}

/// What each witness must be about; what is absent may be anything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default, expecting = "what was expected")]
struct MustBe {
    #[serde(skip_serializing_if = "Option::is_none")]
    chain_id: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fork: Option<Rules>,
    #[serde(skip_serializing_if = "Option::is_none")]
    block: Option<B256>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transaction: Option<B256>,
    #[serde(skip_serializing_if = "Option::is_none")]
    root: Option<B256>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<RootSource>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ancestors: Option<B256>,
}

impl From<&BatchOptions> for Settings {
    fn from(options: &BatchOptions) -> Self {
        let BatchOptions { verify, read_limit, .. } = options;
        let Expected { chain_id, fork, block, transaction, root, source, ancestors } =
            verify.expected;
        Self {
            engine: verify.engine,
            audits: verify.audits,
            strict: verify.strict,
            host_gas_limit: verify.host_gas_limit,
            guest_gas_limit: verify.guest_gas_limit,
            read_limit: read_limit.bytes,
            expected: MustBe { chain_id, fork, block, transaction, root, source, ancestors },
        }
    }
}

impl Settings {
    /// The first thing that is another with these: its name, what it was before, and what it is now.
    pub(super) fn first_other(&self, before: &Self) -> Option<(String, String, String)> {
        if self == before {
            return None;
        }
        first_other("", &object(before), &object(self))
    }
}

fn object(settings: &Settings) -> Map<String, Value> {
    match serde_json::to_value(settings) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}

fn first_other(
    path: &str,
    before: &Map<String, Value>,
    now: &Map<String, Value>,
) -> Option<(String, String, String)> {
    let mut keys: Vec<&String> = before.keys().chain(now.keys()).collect();
    keys.sort_unstable();
    keys.into_iter().find_map(|key| match (before.get(key), now.get(key)) {
        (before, now) if before == now => None,
        (Some(Value::Object(before)), Some(Value::Object(now))) => {
            first_other(&format!("{key}."), before, now)
        }
        (before, now) => Some((format!("{path}{key}"), said(before), said(now))),
    })
}

/// A value as a line says it.
fn said(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "not given".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use iso_evm_verifier::verify::{Audit, Options};

    use super::*;

    /// Every option that changes what a row says has its own name here.
    #[test]
    fn what_was_another_is_named_and_what_changes_no_row_is_not() {
        let plain = BatchOptions::default();
        let with = |change: fn(&mut BatchOptions)| {
            let mut options = BatchOptions::default();
            change(&mut options);
            Settings::from(&options).first_other(&Settings::from(&BatchOptions::default()))
        };
        let named = |change| with(change).map(|(name, before, now)| [name, before, now]);
        for (change, expected) in [
            (
                (|options| options.verify.engine = EngineKind::Native) as fn(&mut BatchOptions),
                ["engine", "hypervisor", "native"],
            ),
            (|options| options.verify.strict = true, ["strict", "false", "true"]),
            (|options| options.verify.host_gas_limit = Some(7), ["hostGasLimit", "not given", "7"]),
            (
                |options| options.verify.guest_gas_limit = Some(8),
                ["guestGasLimit", "not given", "8"],
            ),
            (|options| options.read_limit.bytes = 9, ["readLimit", "268435456", "9"]),
            (
                |options| options.verify.expected.chain_id = Some(10),
                ["expected.chainId", "not given", "10"],
            ),
            (
                |options| options.verify = Options { audits: Audit::Tree.into(), ..options.verify },
                ["audits", "[\"execution\",\"access\",\"tree\",\"transaction\"]", "[\"tree\"]"],
            ),
        ] {
            assert_eq!(named(change), Some(expected.map(str::to_owned)));
        }
        assert_eq!(with(|options| options.jobs = std::num::NonZeroUsize::new(3)), None);
        let text = serde_json::to_string(&Settings::from(&plain)).unwrap();
        assert_eq!(serde_json::from_str::<Settings>(&text).unwrap(), Settings::from(&plain));
    }
}
