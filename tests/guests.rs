//! The small programs of `guests/corner_cases.json`, on each of which an earlier hypervisor went
//! wrong, and the whole ones of `guests/programs.json`, with their host gas.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, Bytes, U256, hex, keccak256};
use iso_evm_hypervisor::{MessageVerdict, MismatchKind};
use iso_evm_testing::measurements::{self, Table, thousands};
use iso_evm_wire::{Fork, MessageWitness, records::FrameKind};
use serde::Deserialize;
use serde_json::Value;

use crate::harness::{
    audit, fixtures,
    guest::{Guest, Run},
    parallel,
};

/// Rows of `programs.json` whose host gas is not below both earlier hypervisors'.
const DEARER: [&str; 1] = ["sol_XferFrom"];

#[derive(Deserialize)]
struct File<T> {
    guests: Vec<T>,
}

#[derive(Deserialize)]
pub(crate) struct Corner {
    pub(crate) name: String,
    pub(crate) code: Bytes,
    pub(crate) native: Value,
}

#[derive(Deserialize)]
pub(crate) struct Whole {
    pub(crate) name: String,
    pub(crate) code: Bytes,
    pub(crate) storage: BTreeMap<U256, U256>,
    pub(crate) output: Bytes,
    pub(crate) native_gas: u64,
    pub(crate) host_gas_hyvm: Option<u64>,
    pub(crate) host_gas_iso: Option<u64>,
}

pub(crate) fn load<T: for<'a> Deserialize<'a>>(name: &str) -> Option<Vec<T>> {
    let text = fixtures::read(&fixtures::third_party(name)?);
    Some(serde_json::from_str::<File<T>>(&text).expect("guests").guests)
}

/// The guest with the surroundings that its name asks for.
pub(crate) fn corner(case: &Corner, fork: Fork) -> Guest {
    const CALLEE: Address = Address::repeat_byte(0x55);
    const COPIED: Address = Address::repeat_byte(0x66);
    let name = case.name.as_str();
    let mut guest = Guest::new(name, fork, case.code.to_vec())
        .with_code(CALLEE, hex!("602a60005260206000f3"))
        .with_code(COPIED, hex!("deadbeef"));
    if name.contains("static frame") {
        guest.kind = FrameKind::Staticcall;
    }
    if name.contains("delegatecall") {
        guest.kind = FrameKind::Delegatecall;
    }
    if name.contains("CALLVALUE") {
        guest = guest.value(5).gas(50_000);
    }
    if name.contains("calldata=32B") {
        guest.calldata = vec![0x5a; 32];
    }
    if name.contains("jumptable overwrite") {
        guest.calldata = vec![0xff; 64];
    }
    if let Some((_, gas)) = name.split_once("gasAvailable=") {
        guest.gas = gas.parse().expect("a number");
    }
    guest
}

#[test]
fn the_truth_is_accepted_and_lies_are_refused() {
    let Some(cases) = load::<Corner>("guests/corner_cases.json") else { return };
    let cases: Vec<_> = [Fork::Istanbul, Fork::Prague, Fork::Osaka]
        .iter()
        .flat_map(|&fork| cases.iter().map(move |case| (case, fork)))
        .collect();
    parallel::check_all(&cases, |(case, fork)| {
        let guest = corner(case, *fork);
        let run = guest.record();
        guest.check_run(&run)?;
        if *fork == Fork::Osaka {
            agrees_with_native(case, &run.guest().witness)?;
        }
        lies_are_refused(&run)
    });
}

/// Compares with what the file says that revm does: `Return 2a gas=35`, or the gas alone.
fn agrees_with_native(case: &Corner, witness: &MessageWitness) -> Result<(), String> {
    let gas_used = witness.gasUsed.to::<u64>();
    let wrong = |what: &str| Err(format!("{}: {what}, but {}", case.name, case.native));
    let Some(text) = case.native.as_str() else {
        // the figures for halts are those of what ran before
        return match case.native.as_u64() {
            Some(gas) if witness.status == U256::ONE && gas != gas_used => {
                wrong(&format!("gas {gas_used}"))
            }
            _ => Ok(()),
        };
    };
    let mut words = text.split(' ');
    let success = matches!(words.next(), Some("Return" | "Stop" | "SelfDestruct"));
    let Some((before, gas)) = text.split_once("gas=") else { return Ok(()) };
    if success != (witness.status == U256::ONE) {
        return wrong(&format!("status {}", witness.status));
    }
    if success && gas.parse() != Ok(gas_used) {
        return wrong(&format!("gas {gas_used}"));
    }
    if let Some(word) =
        before.strip_prefix("Return ").map(str::trim).filter(|word| !word.is_empty())
    {
        let output = word_or_bytes(word);
        if witness.returndataHash != keccak256(output) {
            return wrong("another output");
        }
    }
    Ok(())
}

/// A number without leading zeros, as the file writes words.
fn word_or_bytes(digits: &str) -> B256 {
    B256::left_padding_from(&hex::decode(format!("{digits:0>64}")).expect("hex"))
}

/// Another status, another hash of the output, gas off by one.
fn lies_are_refused(run: &Run) -> Result<(), String> {
    let truth: &MessageWitness = &run.guest().witness;
    let mut lies = Vec::new();
    for status in 0..4 {
        if truth.status != U256::from(status) {
            let lie = MessageWitness { status: U256::from(status), ..truth.clone() };
            lies.push((MismatchKind::Status, lie));
        }
    }
    let mut hashes = vec![keccak256([]), keccak256([0; 32]), B256::ZERO];
    hashes.push(truth.returndataHash ^ B256::with_last_byte(1));
    for hash in hashes {
        if hash != truth.returndataHash {
            let lie = MessageWitness { returndataHash: hash, ..truth.clone() };
            lies.push((MismatchKind::ReturndataHash, lie));
        }
    }
    for gas in [truth.gasUsed.wrapping_sub(U256::ONE), truth.gasUsed + U256::ONE] {
        lies.push((MismatchKind::GasUsed, MessageWitness { gasUsed: gas, ..truth.clone() }));
    }
    for (kind, lie) in lies {
        match audit::audit_as(run.rules, &lie, run.guest()).verdict {
            MessageVerdict::Mismatch(mismatch) if mismatch.kind == kind => {}
            other => return Err(format!("{}: {kind} changed: {other:x?}", run.name)),
        }
    }
    Ok(())
}

/// A whole program as a guest.
pub(crate) fn whole(case: &Whole) -> Guest {
    let mut guest =
        Guest::new(case.name.as_str(), Fork::Prague, case.code.to_vec()).gas(10_000_000);
    guest.storage = case.storage.iter().map(|(&key, &value)| (key.into(), value.into())).collect();
    guest
}

#[test]
fn whole_programs_cost_less_host_gas_than_before() {
    let Some(cases) = load::<Whole>("guests/programs.json") else { return };
    let mut dearer = Vec::new();
    let mut table = Table::new(["program", "native gas", "host gas", "earlier", "ratio"]);
    for case in &cases {
        let name = case.name.as_str();
        let guest = whole(case);
        let run = guest.record();
        let message = run.guest();
        assert_eq!(message.witness.returndataHash, keccak256(&case.output), "{name}");
        let audited = audit::audit_as(run.rules, &message.witness, message);
        assert_eq!(audited.verdict, MessageVerdict::Valid, "{name}");
        let before = case.host_gas_hyvm.into_iter().chain(case.host_gas_iso).min();
        if before.is_some_and(|before| audited.host_gas >= before) {
            dearer.push(name);
        }
        let ratio = before.map(|before| format!("{:.2}", audited.host_gas as f64 / before as f64));
        table.row([
            format!("`{name}`"),
            thousands(case.native_gas),
            thousands(audited.host_gas),
            before.map_or_else(|| "fails".to_owned(), thousands),
            ratio.unwrap_or_default(),
        ]);
    }
    assert_eq!(dearer, DEARER);
    measurements::compare("programs", &table.to_string());
}
