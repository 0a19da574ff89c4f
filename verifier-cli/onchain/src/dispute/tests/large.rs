//! What one transaction of the host must hold: any proof, of however large a thing. What calldata has no room for is
//! archived before, so that nobody who sends such a transaction himself may claim what he likes about it.

use std::fs;

use alloy_primitives::{B256, Bloom, Log, U256, hex};
use alloy_sol_types::SolError;
use iso_evm_provers::{dispute::id_of, proof::Holds};
use iso_evm_testing::{
    fixtures,
    program::{Program, op},
};
use iso_evm_wire::{Witness, container::ReceiptLogs};
use iso_evm_witness::{Input, record};
use serde_json::{Value, json};

use super::{CHALLENGER, OPERATOR, windows, with_claim};

const TOP: &str = "0x00000000000000000000000000000000000a11ce";
const CALLEE: &str = "0x0000000000000000000000000000000000000b0b";
const SIZE: u64 = 1 << 19;

/// What a transaction did that calls this code, which may call another.
fn witness(code: Program, callee: Program, data: &[u8]) -> Witness {
    let text = fs::read_to_string(fixtures::own().join("plain-transfer.json")).unwrap();
    let mut input: Value = serde_json::from_str(&text).unwrap();
    let sent = input["transaction"].as_object_mut().unwrap();
    for name in ["hash", "r", "s", "v", "yParity"] {
        sent.remove(name);
    }
    sent.insert("to".into(), json!(TOP));
    sent.insert("input".into(), json!(hex::encode_prefixed(data)));
    sent.insert("gas".into(), json!("0x1000000"));
    for (account, code) in [(TOP, code), (CALLEE, callee)] {
        let code = hex::encode_prefixed(code.build());
        input["prestate"][account] = json!({ "balance": "0x0", "nonce": 1, "code": code });
    }
    input["prestate"]["0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266"]["balance"] =
        json!("0x56bc75e2d63100000000");
    let input = Input::parse(input.to_string().as_bytes(), None).unwrap();
    let witness = record(&input.execution).unwrap().witness(&input);
    assert!(witness.receipt.success);
    witness
}

/// Fills memory with bytes that are not zero.
fn filled(size: u64) -> Program {
    let mut program = Program::new().push(U256::MAX).push(0).op([op::MSTORE]);
    let mut have = 32;
    while have < size {
        program = program.push(have).push(0).push(have).op([op::MCOPY]);
        have *= 2;
    }
    program
}

/// Every question about the claim can be asked, each of its transactions within the cap and what mempools take.
#[track_caller]
fn fits(witness: &Witness) {
    with_claim(
        witness,
        |claimed| claimed,
        |disputes, accused| {
            let mut scene = disputes.scene(windows());
            scene.commit(OPERATOR, B256::ZERO, accused.claimed).unwrap();
            let id = id_of(OPERATOR, accused.claimed.root());
            let mut questions = accused.questions_of_the_transaction();
            for message in 0..accused.claimed.transactions[0].messages.len() {
                questions.extend(accused.questions(message, |record| record % 16 == 1));
            }
            let mut archived = 0;
            for fault in &questions {
                let (acts, sent) = scene.clone().challenge(CHALLENGER, id, fault);
                for act in &acts {
                    let (gas, bytes) = (act.step.gas, act.step.data.len());
                    let what =
                        format!("{} of {}: {gas} gas, {bytes} bytes", act.what, fault.prover);
                    assert!(act.step.fits(), "{what}");
                }
                assert!(
                    !sent.success && sent.output[..] == Holds {}.abi_encode(),
                    "{}",
                    fault.prover
                );
                archived += usize::from(acts.len() > 1);
            }
            assert!(archived > 0, "nothing was large");
        },
    );
}

#[test]
fn proofs_about_half_a_megabyte_that_is_returned_fit() {
    let call = Program::new().repeat(4, [op::PUSH0]).push_address(CALLEE.parse().unwrap());
    let code = call.op([op::GAS, op::STATICCALL]);
    fits(&witness(code, filled(SIZE).push(SIZE).push(0).op([op::RETURN]), &[]));
}

#[test]
fn proofs_about_half_a_megabyte_that_is_logged_fit() {
    let code = filled(SIZE).push(SIZE).push(0).op([op::LOG0]);
    let mut witness = witness(code, Program::new(), &[]);
    let data = vec![0xff; SIZE as usize].into();
    let log = Log::new_unchecked(TOP.parse().unwrap(), Vec::new(), data);
    let mut bloom = Bloom::ZERO;
    bloom.accrue_log(&log);
    witness.receipt.logs = Some(ReceiptLogs { bloom, logs: vec![log] });
    fits(&witness);
}

#[test]
fn proofs_about_much_input_fit() {
    fits(&witness(Program::new().op([op::STOP]), Program::new(), &[1; 380_000]));
}
