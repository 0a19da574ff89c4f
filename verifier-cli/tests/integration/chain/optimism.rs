//! Guests of the OP Stack: a register goes by its family's rules, and its hypervisor is that of the
//! upgrade.

use std::fs;

use alloy_primitives::{Address, U256, address as literal};
use alloy_sol_types::SolEvent;
use iso_evm_onchain::{
    contracts::{Archives, Contracts},
    plan::Plan,
    register,
};
use iso_evm_testing::fixtures;
use iso_evm_wire::{Rules, Schedule, Witness, encoding, optimism::Upgrade};
use iso_evm_witness::{Input, block_file::BlockFile, record};
use serde_json::{Value, json};

use super::{
    anvil::{Anvil, address, committed, fixture},
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

/// Commits to the witness's first message and has it audited by the register; what `submit` says. By hand, if
/// it is a lie: nobody can commit to one otherwise.
fn audited(anvil: &Anvil, register: Address, witness: &Witness, is_lie: bool) -> Value {
    let operator = anvil.accounts[0];
    if is_lie {
        let commitment = committed(&plan(), witness, 0);
        let step = plan().commit(commitment, &witness.block, register, operator);
        let receipt = anvil.send(0, register, step.data, step.gas_limit);
        assert_eq!((receipt.success, receipt.gas_used), (true, step.gas));
        let log = register::Committed::decode_log_data(&receipt.logs[0].data).unwrap();
        assert_eq!(log.fork, HOLOCENE.position());
    }
    let folder = tempfile::tempdir().unwrap();
    let file = put(folder.path(), witness);
    let commit = if is_lie { "" } else { "--commit" };
    let line = format!("submit {file} --register {register} {commit} --message 0 {GUESTS}");
    let document = anvil.json(folder.path(), &line, i32::from(is_lie));
    schema("submit").check(&document).unwrap();
    let verdict = if is_lie { "invalid (execution only)" } else { "valid (execution only)" };
    assert_eq!(document["verdict"], verdict, "{document}");
    document
}

/// Straight, by the register and by calls: the truth holds, and a lie is refuted.
#[test]
fn a_witness_of_the_op_stack_is_audited_by_its_upgrades_hypervisor() {
    let Some(anvil) = Anvil::start() else { return };
    let deployed = anvil.deploy(&format!("--fork optimism/holocene {GUESTS}"));
    schema("deploy").check(&deployed).unwrap();
    assert_eq!(deployed["fork"], "optimism/holocene");
    let (register, hypervisor) = (address(&deployed, "register"), address(&deployed, "hypervisor"));
    assert_eq!(hypervisor, plan().hypervisor().address);

    let truth = verifies();
    for (witness, is_lie) in [(truth.clone(), false), (lie(&truth), true)] {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let file = put(folder, &witness);
        let document = audited(&anvil, register, &witness, is_lie);
        // By a node that has nothing.
        let line = format!("iso-verify {file} --audit execution --json --rpc-url {}", anvil.url);
        assert_eq!(run(folder, &line).json()["verdict"], document["verdict"]);
        // Straight, whoever's messages the register is for.
        let line = format!("submit {file} --hypervisor {hypervisor}");
        let straight = anvil.json(folder, &line, i32::from(is_lie));
        assert_eq!(straight["verdict"], document["verdict"]);
        // What it takes is known before.
        let ran = run(
            folder,
            &format!("iso-verify cost {file} --operator {} {GUESTS} --json", anvil.accounts[0]),
        );
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let segment = &document["messages"][0]["segments"][0];
        let costs = ran.json()["messages"][0]["segments"].as_array().unwrap().clone();
        let told = costs.iter().find(|told| told["index"] == segment["index"]).unwrap();
        assert_eq!(told["gas"], segment["predictedGas"]);
        assert_eq!(ran.json()["register"], deployed["register"]);
    }
    // Other upgrades' hypervisors go beside the same register; unless one is named, it is the last.
    let newest = anvil.deploy(GUESTS);
    assert_eq!(
        (&newest["fork"], &newest["register"]),
        (&json!("optimism/jovian"), &deployed["register"])
    );
    assert_ne!(newest["hypervisor"], deployed["hypervisor"]);
}

/// Messages of a block of OP Sepolia, its deposit's among them. Skipped where the third-party files are
/// not.
#[test]
fn messages_of_op_sepolia_hold() {
    let Some(folder) = fixtures::third_party("op_stack") else { return };
    let Some(anvil) = Anvil::start() else { return };
    let deployed = anvil.deploy(&format!("--fork optimism/holocene {GUESTS}"));
    let register = address(&deployed, "register");
    let file = fs::File::open(folder.join("op-sepolia-22880574.json.zst")).unwrap();
    let file = BlockFile::parse(&zstd::decode_all(file).unwrap(), None).unwrap();
    let recorded = file.record().unwrap();
    let mut witnesses: Vec<_> = recorded.witnesses().map(|recorded| recorded.witness).collect();
    witnesses.retain(|witness| !witness.messages.is_empty());
    assert!(witnesses[0].transaction.body().is_deposit());
    for witness in &witnesses[..2.min(witnesses.len())] {
        audited(&anvil, register, witness, false);
        audited(&anvil, register, &lie(witness), true);
    }
}

fn refused(ran: &Ran, words: &[&str]) {
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    for words in words {
        assert!(ran.stderr.contains(words), "{words}: {}", ran.stderr);
    }
}

/// A register knows the rules of one family, and says so of the other's.
#[test]
fn families_are_not_mixed() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let operator = "--operator 0x1111111111111111111111111111111111111111";
    let cost = |witness: &Witness, options: &str| {
        let file = put(folder, witness);
        run(folder, &format!("iso-verify cost {file} {options}"))
    };
    let (optimism, ethereum) = (verifies(), fixture("erc20-transfer"));
    for options in ["", &format!("{operator} {GUESTS}"), "--guest-chain 1"] {
        assert_eq!(cost(&optimism, options).code, Some(0), "{options}");
    }
    let given = "--guest-chain 901 --schedule optimism/granite=0,optimism/holocene=5,later=9";
    assert_eq!(cost(&optimism, &format!("{operator} {given}")).code, Some(0));
    let words = ["no block of chain 1 goes by optimism/holocene", "istanbul to osaka"];
    refused(&cost(&optimism, operator), &words);
    let words = ["no block of chain 11155420 goes by osaka", "to optimism/jovian", "--guest-chain"];
    refused(&cost(&ethereum, &format!("{operator} {GUESTS}")), &words);
    for (schedule, words) in [
        ("osaka=0,optimism/holocene=5", "optimism/holocene is of another family"),
        ("optimism/holocene=5,osaka=9", "osaka is of another family"),
        ("holocene=0", "unknown fork"),
        ("optimism/karst=0", "later than"),
    ] {
        refused(&cost(&optimism, &format!("{operator} --schedule {schedule}")), &[words]);
    }

    let Some(anvil) = Anvil::start() else { return };
    let before = anvil.chain.nonce(anvil.accounts[0]).unwrap();
    for (options, words) in [
        ("--fork optimism/holocene", "no block of chain 1 goes by optimism/holocene"),
        ("--fork osaka --guest-chain 10", "no block of chain 10 goes by osaka"),
    ] {
        refused(&anvil.iso(folder, &format!("deploy {options}")), &[words]);
    }
    assert_eq!(anvil.chain.nonce(anvil.accounts[0]).unwrap(), before);
    let deployed = anvil.deploy("--fork prague");
    // Somebody else's machine at hand, so that it is the register that does not know it.
    let (register, machine) = (address(&deployed, "register"), plan().machine().clone());
    anvil.set_code(machine.address, &machine.code);
    let file = put(folder, &optimism);
    let line = format!("submit {file} --register {register}");
    let words = ["no block of chain 1 goes by optimism/holocene", "--guest-chain"];
    refused(&anvil.iso(folder, &line), &words);
}

/// Where Ethereum's register is does not hang on what other families there are.
#[test]
fn the_register_of_ethereum_is_where_it_was() {
    let register = Contracts::new(Archives::CodeHash).register().address;
    assert_eq!(register, literal!("0x20d31570eb7043cbd1024aade8506d05b7ec266e"));
}
