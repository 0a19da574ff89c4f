//! Guests of the OP Stack: disputes go by its family's rules, and the hypervisor is that of the upgrade.

use std::fs;

use alloy_primitives::U256;
use iso_evm_onchain::{
    contracts::{Archives, Contracts},
    plan::Plan,
};
use iso_evm_testing::fixtures;
use iso_evm_wire::{Rules, Schedule, Witness, encoding, optimism::Upgrade};
use iso_evm_witness::{Input, block_file::BlockFile, record};
use serde_json::{Value, json};

use super::{
    anvil::{Anvil, address, fixture},
    claims::stands_by,
    verdicts::put,
};
use crate::{
    common::{Ran, run},
    schemas::schema,
};

const HOLOCENE: Rules = Rules::Optimism(Upgrade::Holocene);
/// OP Sepolia, and the options that say so.
const SEPOLIA: u64 = 11_155_420;
const GUESTS: &str = "--guest-chain 11155420";

/// The contracts for messages of OP Sepolia, with Holocene's hypervisor.
fn plan() -> Plan {
    let schedule = Schedule::of_chain(SEPOLIA).unwrap();
    Plan::new(Contracts { schedule, ..Contracts::new(Archives::CodeHash) }, HOLOCENE)
}

/// A message that calls `P256VERIFY`, of a block of Holocene.
fn verifies() -> Witness {
    let contract = "0x2222222222222222222222222222222222222222";
    let input = json!({
        "fork": "optimism/holocene",
        "block": {"number": "0x1000000", "timestamp": "0x67800000"},
        "transaction": {"chainId": "0xaa37dc", "from": "0x1111111111111111111111111111111111111111", "to": contract, "gas": "0xf4240"},
        // PUSH0 PUSH0 PUSH0 PUSH0 PUSH2 0x0100 GAS STATICCALL PUSH0 MSTORE PUSH1 32 PUSH0 RETURN
        "prestate": {contract: {"code": "0x5f5f5f5f6101005afa5f5260205ff3"}}
    });
    let input = Input::parse(input.to_string().as_bytes(), None).unwrap();
    record(&input.execution).unwrap().witness(&input)
}

/// The witness with its first message's gas one higher.
fn lie(truth: &Witness) -> Witness {
    let mut lie = truth.clone();
    let mut message = lie.message(0).unwrap();
    message.gasUsed += U256::ONE;
    lie.messages[0] = encoding::encode(&message).into();
    lie
}

/// The first account stands by a witness, and it is disputed; what is said of it. By hand, if it is a lie: nobody
/// can commit to one otherwise.
fn disputed(anvil: &Anvil, deployed: &Value, witness: &Witness, is_lie: bool) -> Value {
    let at = address(deployed, "dispute");
    let folder = tempfile::tempdir().unwrap();
    let file = put(folder.path(), witness);
    let line = format!("submit {file} --dispute {at} {GUESTS}");
    let document = if is_lie {
        stands_by(anvil, deployed, witness, GUESTS);
        anvil.json(folder.path(), &line, 1)
    } else {
        anvil.json(folder.path(), &format!("{line} --commit --unproved"), 0)
    };
    schema("dispute").check(&document).unwrap();
    assert_eq!(document["standing"], if is_lie { "convicted" } else { "open" }, "{document}");
    document
}

/// Straight, in a dispute and by calls: the truth holds, and a lie is refuted.
#[test]
fn a_witness_of_the_op_stack_is_audited_by_its_upgrades_hypervisor() {
    let Some(anvil) = Anvil::start() else { return };
    let deployed = anvil.deploy(&format!("--fork optimism/holocene {GUESTS}"));
    schema("deploy").check(&deployed).unwrap();
    assert_eq!(deployed["fork"], "optimism/holocene");
    let hypervisor = address(&deployed, "hypervisor");
    assert_eq!(hypervisor, plan().hypervisor().address);

    let truth = verifies();
    for (witness, is_lie) in [(truth.clone(), false), (lie(&truth), true)] {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let file = put(folder, &witness);
        disputed(&anvil, &deployed, &witness, is_lie);
        // By a node that has nothing.
        let line = format!("iso-verify {file} --audit execution --json --rpc-url {}", anvil.url);
        let verdict = run(folder, &line).json()["verdict"].clone();
        // Straight, whatever chain disputes are about.
        let line = format!("submit {file} --hypervisor {hypervisor}");
        let straight = anvil.json(folder, &line, i32::from(is_lie));
        assert_eq!(straight["verdict"], verdict);
    }
    // Other upgrades' hypervisors go beside the same disputes; unless one is named, it is the last.
    let newest = anvil.deploy(GUESTS);
    assert_eq!(
        (&newest["fork"], &newest["dispute"]),
        (&json!("optimism/jovian"), &deployed["dispute"])
    );
    assert_ne!(newest["hypervisor"], deployed["hypervisor"]);
}

/// Transactions of a block of OP Sepolia, its deposit among them. Skipped where the third-party files are
/// not.
#[test]
fn transactions_of_op_sepolia_are_disputed() {
    let Some(folder) = fixtures::third_party("op_stack") else { return };
    let Some(anvil) = Anvil::start() else { return };
    let deployed = anvil.deploy(&format!("--fork optimism/holocene {GUESTS}"));
    let file = fs::File::open(folder.join("op-sepolia-22880574.json.zst")).unwrap();
    let file = BlockFile::parse(&zstd::decode_all(file).unwrap(), None).unwrap();
    let recorded = file.record().unwrap();
    let mut witnesses: Vec<_> = recorded.witnesses().map(|recorded| recorded.witness).collect();
    witnesses.retain(|witness| !witness.messages.is_empty());
    assert!(witnesses[0].transaction.body().is_deposit());
    for witness in &witnesses[..2.min(witnesses.len())] {
        disputed(&anvil, &deployed, witness, false);
        disputed(&anvil, &deployed, &lie(witness), true);
    }
}

fn refused(ran: &Ran, words: &[&str]) {
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    for words in words {
        assert!(ran.stderr.contains(words), "{words}: {}", ran.stderr);
    }
}

/// Disputes know the rules of one family, and say so of the other's.
#[test]
fn families_are_not_mixed() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let cost = |witness: &Witness, options: &str| {
        let file = put(folder, witness);
        run(folder, &format!("iso-verify cost {file} {options}"))
    };
    let (optimism, ethereum) = (verifies(), fixture("erc20-transfer"));
    for options in ["", GUESTS, "--guest-chain 1"] {
        assert_eq!(cost(&optimism, options).code, Some(0), "{options}");
        assert_eq!(cost(&ethereum, options).code, Some(0), "{options}");
    }
    for (schedule, words) in [
        ("osaka=0,optimism/holocene=5", "optimism/holocene is of another family"),
        ("optimism/holocene=5,osaka=9", "osaka is of another family"),
        ("holocene=0", "unknown fork"),
        ("optimism/karst=0", "later than"),
    ] {
        refused(&cost(&optimism, &format!("--schedule {schedule}")), &[words]);
    }

    let Some(anvil) = Anvil::start() else { return };
    let before = anvil.chain.nonce(anvil.accounts[0]).unwrap();
    for (options, words) in [
        ("--fork optimism/holocene", "no block of chain 1 goes by optimism/holocene"),
        ("--fork osaka --guest-chain 10", "no block of chain 10 goes by osaka"),
    ] {
        refused(&anvil.iso(folder, &format!("deploy {options}")), &[words]);
    }
    let file = put(folder, &optimism);
    for command in ["challenge", "commit", "answer"] {
        let words = ["no block of chain 1 goes by optimism/holocene", "--guest-chain"];
        let line = format!("{command} {file} --dispute {}", super::claims::NOBODY);
        let line = if command == "commit" { format!("{line} --unproved") } else { line };
        refused(&anvil.iso(folder, &line), &words);
    }
    assert_eq!(anvil.chain.nonce(anvil.accounts[0]).unwrap(), before);
}
