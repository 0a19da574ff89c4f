//! What each audit costs, and the most that can be audited: the measurements' table is what `cost` says.
//! Needs no node: `verdicts` compares `cost` with what a chain charges.

use std::{fs, iter};

use alloy_primitives::{B256, U256};
use iso_evm_onchain::{
    host::GAS_CAP,
    plan::{AuditCost, MessageCost},
};
use iso_evm_testing::measurements::{self, thousands};
use iso_evm_wire::{Fork, Opened, Witness, records::Record};
use iso_evm_witness::{Input, record};
use serde_json::{Value, json};

use super::anvil::{fixture, plan, quantity};
use crate::common::{root, run};

/// Gas of one turn of the loop: `JUMPDEST PUSH1 SWAP1 SUB DUP1 PUSH1 JUMPI`.
const TURN: u64 = 1 + 5 * 3 + 10;

/// A transaction that computes for about so much gas: a loop that counts its calldata down.
pub(crate) fn compute(gas: u64) -> String {
    let calldata = format!("0x{:064x}", gas / TURN);
    // PUSH0 CALLDATALOAD, the loop, PUSH0 PUSH0 RETURN
    let code = "0x5f355b60019003806002575f5ff3";
    json!({
        "fork": "osaka",
        "transaction": {
            "from": "0x1111111111111111111111111111111111111111",
            "to": "0x2222222222222222222222222222222222222222",
            "gas": "0xf00000",
            "input": calldata
        },
        "prestate": {"0x2222222222222222222222222222222222222222": {"code": code}}
    })
    .to_string()
}

fn recorded(json: &str) -> Witness {
    let input = Input::parse(json.as_bytes(), None).unwrap();
    record(&input.execution).unwrap().witness(&input)
}

/// A row of the measurements' table, of all messages of a witness.
fn row(name: &str, witness: &Witness) -> String {
    row_and(name, witness, &[])
}

/// The same, where so many zero bytes of each message are counted as if they were not zero.
fn row_and(name: &str, witness: &Witness, zeros: &[u64]) -> String {
    let costs = plan(witness.rules.fork()).costs(&Opened::of(witness));
    let guest = witness.message(0).unwrap().gasUsed.to::<u64>();
    let total = |of: fn(&MessageCost) -> u64| -> u64 { costs.iter().map(of).sum() };
    let sum = |of: fn(&MessageCost) -> u64| thousands(total(of));
    let whole = |cost: &MessageCost| {
        cost.audit.step.fits() && cost.archive.as_ref().is_none_or(|archive| archive.step.fits())
    };
    let fits = if costs.iter().all(whole) { "yes" } else { "no" };
    // What a byte more costs depends on whether it is the price of calldata or its floor (EIP-7623) that is paid.
    let priced = |of: &dyn Fn(&MessageCost) -> &AuditCost| -> u64 {
        let zeros = zeros.iter().copied().chain(iter::repeat(0));
        let each = costs.iter().map(of).zip(zeros).map(|(audit, zeros)| {
            let step = &audit.step;
            let by_floor = floor(&step.data) + zeros * (FLOOR[1] - FLOOR[0]);
            by_floor.max(step.gas + zeros * (NONZERO_BYTE - ZERO_BYTE))
        });
        each.sum()
    };
    format!(
        "| {name} | {} | {} | {} | {} | {} | {} | {} | {fits} |",
        thousands(guest),
        costs.len(),
        sum(|cost| cost.audit.step.data.len() as u64),
        sum(|cost| cost.audit.hypervisor_gas),
        thousands(priced(&|cost| &cost.audit)),
        sum(|cost| cost.archive.as_ref().map_or(0, |archive| archive.step.gas)),
        thousands(priced(&|cost| cost.with_code.as_ref().unwrap_or(&cost.audit))),
    )
}

/// Compares a row of a witness that is recorded anew in each run: its roots are others each time. In it the
/// audits cost as if no byte of a root were zero.
pub(crate) fn like_measured(name: &str, witness: &Witness) {
    let zeros = (0..witness.messages.len()).map(|index| zeros_of_roots(witness, index));
    let row = row_and(name, witness, &zeros.collect::<Vec<_>>());
    measurements::compare_row("audits", &row, |shown| shown == row);
}

/// Gas of a byte of calldata, and what the floor counts it for.
const ZERO_BYTE: u64 = 4;
const NONZERO_BYTE: u64 = 16;
const FLOOR: [u64; 2] = [10, 40];

/// The least that a transaction with this calldata uses.
fn floor(data: &[u8]) -> u64 {
    let zeros = data.iter().filter(|byte| **byte == 0).count() as u64;
    21_000 + FLOOR[0] * zeros + FLOOR[1] * (data.len() as u64 - zeros)
}

/// Zero bytes in the roots of a message and its records, but for roots of zero, which are none.
fn zeros_of_roots(witness: &Witness, index: usize) -> u64 {
    let message = witness.message(index).unwrap();
    let records = message.stateAccessList.iter().map(|record| match Record::decode(record) {
        Ok(Record::Sstore(record)) => record.stateRoot,
        Ok(Record::Call(_, record)) => record.stateRoot,
        Ok(Record::Create(record)) => record.stateRoot,
        Ok(Record::Create2(record)) => record.stateRoot,
        Ok(Record::Selfdestruct(record)) => record.stateRoot,
        _ => B256::ZERO,
    });
    let roots = [message.stateRootEnter, message.stateRootLeave].into_iter().chain(records);
    let roots = roots.filter(|root| !root.is_zero());
    roots.map(|root| root.iter().filter(|byte| **byte == 0).count() as u64).sum()
}

#[test]
fn the_measured_audits_are_what_cost_says() {
    let compare = |row: String| measurements::compare_row("audits", &row, |shown| shown == row);
    for gas in [10_000, 100_000, 1_000_000] {
        let witness = recorded(&compute(gas));
        let used = witness.message(0).unwrap().gasUsed.to::<u64>();
        assert!(used.abs_diff(gas) < 50, "{used}");
        compare(row(&format!("a loop of {} gas", thousands(gas)), &witness));
    }
    compare(row("an ERC-20 transfer", &fixture("erc20-transfer")));
    let words = format!(
        "A transaction may have {} gas (EIP-7825), which is enough for the audit of up to {} gas of \
         such a loop.\n",
        thousands(GAS_CAP),
        thousands(largest())
    );
    measurements::compare("largest-audit", &words);
}

/// The most gas that the loop can take with an audit that still fits, to a turn.
fn largest() -> u64 {
    let plan = plan(Fork::Osaka);
    let fits = |gas: u64| {
        let cost = &plan.costs(&Opened::from(recorded(&compute(gas))))[0];
        assert_eq!(cost.audit.step.fits_cap, cost.audit.step.gas <= GAS_CAP);
        cost.audit.step.fits_cap
    };
    let (mut low, mut high) = (100_000 / TURN, 2_000_000 / TURN);
    assert!(fits(low * TURN) && !fits(high * TURN));
    while high - low > 1 {
        let middle = low.midpoint(high);
        *(if fits(middle * TURN) { &mut low } else { &mut high }) = middle;
    }
    let message = recorded(&compute(low * TURN)).message(0).unwrap();
    message.gasUsed.to::<u64>()
}

#[test]
fn cost_says_what_does_not_fit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("input.json");
    fs::write(&path, compute(1_200_000)).unwrap();
    let ran = run(folder.path(), "iso-verify cost input.json --json");
    assert_eq!(ran.code, Some(0));
    let message = &ran.json()["messages"][0];
    // In one piece it does not: it is told by segments, and each of them does.
    assert!(quantity(&message["auditGas"]) > GAS_CAP);
    assert_eq!((&message["fitsCap"], &message["fitsMempool"]), (&json!(true), &json!(true)));
    assert_eq!(message["verdict"], "valid (execution only)");
    let segments = message["segments"].as_array().unwrap();
    assert!(segments.len() > 5);
    for (index, segment) in segments.iter().enumerate() {
        assert_eq!((&segment["index"], &segment["fitsCap"]), (&json!(index), &json!(true)));
        assert_eq!(segment["verdict"], "valid (execution only)");
        let next = segments.get(index + 1).map_or(&Value::Null, |next| &next["fromGas"]);
        assert_eq!(&segment["toGas"], next);
    }
    let ran = run(folder.path(), "iso-verify cost input.json");
    let text = ran.text();
    assert!(text.contains("segment") && text.contains("the end"), "{text}");
    // A message of more than 128 KiB.
    let mut witness = fixture("erc20-transfer");
    let mut message = witness.message(0).unwrap();
    message.callData = vec![0; 200_000].into();
    witness.messages[0] = iso_evm_wire::encoding::encode(&message).into();
    fs::write(folder.path().join("witness.bin"), witness.encode()).unwrap();
    let ran = run(folder.path(), "iso-verify cost witness.bin --json");
    assert_eq!(ran.json()["messages"][0]["fitsMempool"], false);
    // The floor is what it costs.
    let message = &ran.json()["messages"][0];
    assert_eq!(message["auditGas"], message["floorGas"]);
    assert_eq!(U256::from(message["calldataBytes"].as_u64().unwrap()) % U256::from(32), U256::ZERO);
}

#[test]
fn arguments_that_contradict_each_other_are_refused() {
    let fixtures = root().join("tests/fixtures");
    for (options, words) in [
        ("--registrar 0x1111111111111111111111111111111111111111", "--registrar"),
        ("--archive-key account", "needs --registrar"),
        ("--archive-key nonsense", "nonsense"),
        ("--operator 0x11", "--operator"),
    ] {
        let ran = run(&fixtures, &format!("iso-verify cost erc20-transfer.json {options}"));
        assert_eq!(ran.code, Some(2), "{options}");
        assert!(ran.stderr.contains(words), "{options}: {}", ran.stderr);
    }
}
