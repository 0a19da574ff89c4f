//! A register takes a block's fork from its schedule, and nobody commits by accident to another's.

use alloy_primitives::Address;
use alloy_sol_types::{SolCall, SolError, SolEvent};
use iso_evm_onchain::{
    chain::CallAnswer,
    register::{self, Standing},
};
use iso_evm_wire::{Fork, Schedule, Witness, block::Block};
use iso_evm_witness::{Input, record};
use serde_json::json;

use super::{
    anvil::{Anvil, address, commitment, committed, fixture, plan},
    verdicts::put,
};
use crate::common::Ran;

const GAS: u64 = 1_000_000;

fn submit(anvil: &Anvil, witness: &Witness, options: &str) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let file = put(folder.path(), witness);
    anvil.iso(folder.path(), &format!("submit {file} {options}"))
}

/// What is written down and logged is the fork of number and time, and these.
#[test]
fn a_commitment_has_the_fork_of_its_block() {
    let Some(anvil) = Anvil::start() else { return };
    let register = address(&anvil.deploy(""), "register");
    let mainnet = Schedule::mainnet();
    let operator = anvil.accounts[0];
    for (index, at) in mainnet.activations().iter().enumerate() {
        let message = commitment(format!("of fork {index}").as_bytes());
        let block = Block { number: at.number, timestamp: at.time, ..Block::default() };
        let data = register::commit_calldata(message, &block);
        let before = Block { number: at.number.saturating_sub(1), ..block.clone() };
        if index == 0 {
            let early = register::commit_calldata(message, &before);
            let answer = anvil.call(0, register, early, GAS);
            let refused = register::TooEarly { blockNumber: before.number, blockTime: 0 };
            assert_eq!(answer, CallAnswer::Reverted(refused.abi_encode().into()));
        }
        let receipt = anvil.send(0, register, data, GAS);
        let Some(fork) = Fork::ALL.get(index) else {
            assert!(!receipt.success);
            continue;
        };
        assert_eq!(mainnet.rules_at(at.number, at.time), Some((*fork).into()));
        let log = register::Committed::decode_log_data(&receipt.logs[0].data).unwrap();
        let said = (log.operator, log.fork, log.blockNumber, log.blockTime);
        assert_eq!(said, (operator, fork.number(), at.number, at.time));
        let call = register::commitmentsCall { operator, commitment: message };
        let CallAnswer::Returned(data) = anvil.call(0, register, call.abi_encode().into(), GAS)
        else {
            panic!()
        };
        let found = register::commitmentsCall::abi_decode_returns(&data).unwrap();
        assert_eq!(
            (found.fork, found.blockNumber, found.blockTime),
            (log.fork, at.number, at.time)
        );
        assert_eq!(Standing::from_number(found.standing), Some(Standing::Open));
        // What committing takes is known before.
        let expected = plan(*fork).commit(message, &block, register, operator);
        assert_eq!(receipt.gas_used, expected.gas, "{fork}");
    }
}

#[test]
fn a_witness_of_another_fork_or_chain_is_not_committed_to() {
    let Some(anvil) = Anvil::start() else { return };
    let deployed = anvil.deploy("");
    let register = address(&deployed, "register");
    let truth = fixture("erc20-transfer");
    let commit = format!("--register {register} --commit");

    // Its block was before Osaka.
    let mut early = truth.clone();
    early.block.timestamp = 1_764_798_550;
    // It is of another chain than the register's guests.
    let elsewhere = json!({
        "fork": "osaka", "block": {"number": "0x16e3600", "timestamp": "0x69800000"},
        "transaction": {"chainId": "0x7", "from": "0x1111111111111111111111111111111111111111", "to": "0x2222222222222222222222222222222222222222", "gas": "0xf4240"},
        "prestate": {"0x2222222222222222222222222222222222222222": {"code": "0x5f545f55"}}});
    let elsewhere = Input::parse(elsewhere.to_string().as_bytes(), None).unwrap();
    let elsewhere = record(&elsewhere.execution).unwrap().witness(&elsewhere);
    // The register goes by another schedule.
    let other = format!("{commit} --schedule osaka=0");
    for (witness, options, words) in [
        (&early, &commit, ["ran under osaka", "is of prague"]),
        (&elsewhere, &commit, ["of chain 7", "guests of 1"]),
        (&truth, &other, ["its schedule is not", "--guest-chain"]),
    ] {
        let ran = submit(&anvil, witness, options);
        assert_eq!(ran.code, Some(2), "{}", ran.stderr);
        assert!(words.iter().all(|word| ran.stderr.contains(word)), "{}", ran.stderr);
    }
    let operator = anvil.accounts[0];
    let commitment = committed(&plan(truth.rules.fork()), &truth, 0);
    let call = register::commitmentsCall { operator, commitment };
    let CallAnswer::Returned(data) = anvil.call(0, register, call.abi_encode().into(), GAS) else {
        panic!()
    };
    assert!(data.iter().all(|byte| *byte == 0), "nothing was sent: {data}");
    assert_eq!(submit(&anvil, &truth, &commit).code, Some(0));

    // Another schedule is another register, beside the same hypervisor.
    let dev = anvil.deploy("--guest-chain 31337 --schedule osaka=0");
    assert_ne!(address(&dev, "register"), register);
    assert_ne!(address(&dev, "register"), Address::ZERO);
    assert_eq!(dev["hypervisor"], deployed["hypervisor"]);
}

#[test]
fn a_chain_that_nobody_knows_needs_its_schedule() {
    let fixtures = crate::common::root().join("tests/fixtures");
    for (options, words) in [
        ("--guest-chain 31337", "chain 31337 is not known"),
        ("--schedule osaka", "FORK=N"),
        ("--schedule petersburg=1", "earlier than istanbul"),
        ("--schedule osaka=1,london=1", "must begin after"),
    ] {
        let ran = crate::common::run(
            &fixtures,
            &format!("iso-verify cost erc20-transfer.json {options}"),
        );
        assert_eq!(ran.code, Some(2), "{options}");
        assert!(ran.stderr.contains(words), "{options}: {}", ran.stderr);
    }
}
