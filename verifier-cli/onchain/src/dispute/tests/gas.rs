//! What a dispute takes from the commitment to the conviction, in a table of `specs/measurements.md`.

use std::fs;

use alloy_primitives::{B256, U256};
use iso_evm_hypervisor::Engine;
use iso_evm_provers::{Court, Fault};
use iso_evm_testing::{
    fixtures,
    measurements::{self, Table, thousands},
};
use iso_evm_verifier::{
    Options,
    claim::{ClaimedBlock, ClaimedMessage, ClaimedTransaction, Instants},
    verify,
};
use iso_evm_wire::{MessageWitness, Witness, encoding, records::Record};
use iso_evm_witness::{Input, record};

use super::{CHALLENGER, OPERATOR, windows, with_claim};
use crate::{contracts::WINDOWS, dispute::Disputes};

fn fixture(name: &str) -> Witness {
    let path = fixtures::own().join(format!("{name}.witness.bin"));
    Witness::decode(&fs::read(path).unwrap()).unwrap()
}

fn message(witness: &mut Witness, index: usize, change: impl FnOnce(&mut MessageWitness)) {
    let mut message = witness.message(index).unwrap();
    change(&mut message);
    witness.messages[index] = encoding::encode(&message).into();
}

/// Changes the first record that something can be made of.
fn record_of(witness: &mut Witness, change: impl Fn(Record) -> Option<Record>) {
    for index in 0..witness.messages.len() {
        let mut message = witness.message(index).unwrap();
        for told in &mut message.stateAccessList {
            let changed = Record::decode(told).ok().and_then(&change);
            if let Some(changed) = changed {
                *told = changed.encode();
                witness.messages[index] = encoding::encode(&message).into();
                return;
            }
        }
    }
    panic!("there is no such record");
}

/// The proofs of what the audits find, those of facts first.
fn of_audits(witness: &Witness, accused: &iso_evm_provers::Accused<'_, '_>) -> Vec<Fault> {
    let report = verify(witness, &Options::default()).unwrap();
    let mut faults: Vec<Fault> =
        report.findings.iter().filter_map(|found| accused.fault(found)).collect();
    let rank =
        |fault: &Fault| ["access", "tree"].iter().position(|name| *name == fault.kind.family());
    faults.sort_by_key(|fault| rank(fault).unwrap_or(2));
    faults
}

/// A row: what was claimed falsely, who convicts, how many transactions and bytes, and the gas.
fn row(
    name: &str,
    witness: &Witness,
    change: impl FnOnce(ClaimedBlock) -> ClaimedBlock,
    faults: impl FnOnce(&iso_evm_provers::Accused<'_, '_>) -> Vec<Fault>,
) -> [String; 7] {
    with_claim(witness, change, |disputes: &Disputes, accused| {
        let mut scene = disputes.scene(windows());
        let commit = scene.commit(OPERATOR, B256::ZERO, accused.claimed).unwrap();
        let faults = faults(accused);
        let found = disputes.convict(WINDOWS, accused, &faults, OPERATOR, CHALLENGER);
        let found = found.unwrap().unwrap_or_else(|| panic!("{name}: nobody convicts"));
        assert!(found.acts.iter().all(|act| act.step.fits()), "{name}");
        let gas: u64 = found.acts.iter().map(|act| act.step.gas).sum();
        let bytes: usize = found.acts.iter().map(|act| act.step.data.len()).sum();
        [
            name.to_owned(),
            found.told.kind.name().to_owned(),
            found.prover.name().to_owned(),
            (1 + found.acts.len()).to_string(),
            thousands(bytes as u64),
            thousands(gas),
            thousands(commit.step.gas + gas),
        ]
    })
}

/// The claim with another first message.
fn with_message(
    claimed: ClaimedBlock,
    change: impl FnOnce(&ClaimedMessage) -> ClaimedMessage,
) -> ClaimedBlock {
    let told = &claimed.transactions[0];
    let mut messages = told.messages.clone();
    messages[0] = change(&messages[0]);
    rebuilt(&claimed, told.steps.clone(), messages, claimed.claim.leave)
}

fn rebuilt(
    claimed: &ClaimedBlock,
    steps: Instants,
    messages: Vec<ClaimedMessage>,
    leave: B256,
) -> ClaimedBlock {
    let told = &claimed.transactions[0];
    let hashes = [told.claim.hash, told.claim.receipt];
    let steps = (steps, told.places);
    let changed = ClaimedTransaction::new(hashes, told.claim.sender, steps, messages);
    let roots = [claimed.claim.enter, leave];
    let ancestors = claimed.ancestors.clone();
    ClaimedBlock::new(claimed.environment, B256::ZERO, ancestors, roots, (0, vec![changed]))
}

fn without_checkpoints(told: &ClaimedMessage) -> ClaimedMessage {
    let records = (told.records.clone(), told.record_tree.clone());
    let (entry, instants) = (told.told_entry(), told.instants.clone());
    ClaimedMessage::new(told.head.clone(), records, entry, instants, Vec::new())
}

/// A loop of so much gas.
fn compute(gas: u64) -> Witness {
    let turns = (gas - 21_000) / 26;
    let code = "0x5f355b6001900380600257";
    let input = serde_json::json!({
        "fork": "osaka",
        "transaction": {
            "from": "0x1111111111111111111111111111111111111111",
            "to": "0x2222222222222222222222222222222222222222",
            "gas": "0xf00000", "input": format!("0x{turns:064x}")
        },
        "prestate": {"0x2222222222222222222222222222222222222222": {"code": code}}
    });
    let input = Input::parse(input.to_string().as_bytes(), None).unwrap();
    record(&input.execution).unwrap().witness(&input)
}

#[test]
fn what_disputes_take_is_what_the_measurements_say() {
    let mut table = Table::new([
        "what is false",
        "kind",
        "prover",
        "transactions",
        "bytes of the challenge",
        "its gas",
        "gas in all",
    ]);
    let tree = fixture("call-tree");
    let mut value = tree.clone();
    record_of(&mut value, |record| match record {
        Record::Sload(mut read) => {
            read.value.0[31] ^= 1;
            Some(Record::Sload(read))
        }
        _ => None,
    });
    let mut child = tree.clone();
    record_of(&mut child, |record| match record {
        Record::Call(opcode, mut call) if call.gasUsed > 0 => {
            call.gasUsed -= 1;
            Some(Record::Call(opcode, call))
        }
        _ => None,
    });
    let mut warm = tree.clone();
    record_of(&mut warm, |record| match record {
        Record::Sload(mut read) if read.cold => {
            read.cold = false;
            Some(Record::Sload(read))
        }
        _ => None,
    });
    for (name, witness) in [
        ("a value that is read", value),
        ("the gas that a child used", child),
        ("whether a slot is cold", warm),
    ] {
        table.row(row(name, &witness, |claimed| claimed, |accused| of_audits(&witness, accused)));
    }
    let mut gas = fixture("erc20-transfer");
    message(&mut gas, 0, |message| message.gasUsed += U256::ONE);
    table.row(row(
        "the gas of an ERC-20 transfer",
        &gas,
        |claimed| claimed,
        |accused| of_audits(&gas, accused),
    ));
    let compared = |own: &Witness, accused: &iso_evm_provers::Accused<'_, '_>| {
        let mut court = Court::new(&Engine::new(own.rules)).with_gas(1 << 32);
        let own = with_claim(own, |claimed| claimed, |_, accused| accused.claimed.clone());
        vec![accused.convicting(&own, &mut court).unwrap()]
    };
    let fee = |claimed: ClaimedBlock| {
        let told = &claimed.transactions[0];
        let mut steps = told.steps.known.clone();
        let last = steps.len() - 1;
        steps[last].as_mut().unwrap().state_root.0[0] ^= 1;
        let leave = steps[last].unwrap().state_root;
        rebuilt(&claimed, Instants::new(steps), told.messages.clone(), leave)
    };
    table.row(row("the beneficiary's fee", &tree, fee, |accused| compared(&tree, accused)));
    let long = compute(10_000_000);
    let checkpoint = |claimed: ClaimedBlock| {
        with_message(claimed, |told| {
            let mut checkpoints = told.checkpoints.clone();
            checkpoints[40].digest.0[0] ^= 1;
            let records = (told.records.clone(), told.record_tree.clone());
            let (entry, instants) = (told.told_entry(), told.instants.clone());
            ClaimedMessage::new(told.head.clone(), records, entry, instants, checkpoints)
        })
    };
    let name = "a checkpoint of a loop of 10,000,000 gas";
    table.row(row(name, &long, checkpoint, |accused| compared(&long, accused)));
    let truth = compute(3_000_000);
    let mut long = truth.clone();
    message(&mut long, 0, |message| message.gasUsed += U256::ONE);
    table.row(row(
        "the gas of a loop of 3,000,000, claimed without checkpoints",
        &long,
        |claimed| with_message(claimed, without_checkpoints),
        |accused| compared(&truth, accused),
    ));
    measurements::compare("disputes", &table.to_string());
}
