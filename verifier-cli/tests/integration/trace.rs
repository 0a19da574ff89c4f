//! `iso-verify trace`: lines, schema, another client's trace, exit codes.

use std::fs;

use alloy_primitives::B256;
use iso_evm_wire::{Witness, encoding::encode, records::Record};
use serde_json::Value;

use crate::{
    common::{root, run, run_with},
    schemas::schema,
};

/// A folder with the witness of a fixture, and its bytes.
fn folder(name: &str) -> (tempfile::TempDir, Vec<u8>) {
    let folder = tempfile::tempdir().unwrap();
    let bytes = fs::read(root().join(format!("tests/fixtures/{name}.witness.bin"))).unwrap();
    fs::write(folder.path().join("witness.bin"), &bytes).unwrap();
    (folder, bytes)
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn every_line_is_in_the_schema() {
    let (folder, bytes) = folder("call-tree");
    let trace = run(folder.path(), "iso-verify trace witness.bin --memory");
    assert_eq!((trace.code, trace.stderr.as_str()), (Some(0), ""));
    let all = lines(trace.text());
    all.iter().for_each(|line| schema("trace").check(line).unwrap());
    let (last, steps) = all.split_last().unwrap();
    assert!(steps.iter().all(|line| line["opName"].is_string() && line["memory"].is_string()));
    let witness = Witness::decode(&bytes).unwrap();
    let gas = format!("{:#x}", witness.receipt.gas_used);
    assert_eq!((&last["pass"], &last["gasUsed"]), (&true.into(), &gas.into()));
    assert_eq!(last["stateRoot"], witness.roots.leave.to_string());
    // All its messages, and each by itself: no step is lost, and none is there twice.
    let mut count = 0;
    for message in 0..witness.messages.len() {
        let of_one =
            run(folder.path(), &format!("iso-verify trace witness.bin --message {message}"));
        assert_eq!(of_one.code, Some(0));
        let of_one = lines(of_one.text());
        let depths: Vec<_> = of_one.iter().filter_map(|line| line["depth"].as_u64()).collect();
        assert!(depths.windows(2).all(|pair| pair[0] == pair[1]));
        count += of_one.len() - 1;
    }
    assert_eq!(count, steps.len());
    assert!(steps[0].get("error").is_none());
}

#[test]
fn an_input_is_recorded_first_and_a_trace_is_equal_to_itself() {
    let (folder, _) = folder("erc20-transfer");
    let input = root().join("tests/fixtures/erc20-transfer.json");
    let of_input = run(folder.path(), &format!("iso-verify trace {}", input.display()));
    let of_witness = run(folder.path(), "iso-verify trace witness.bin");
    assert_eq!((of_input.code, of_input.text()), (Some(0), of_witness.text()));
    let steps = lines(of_witness.text()).len() - 1;
    let equal = run_with(
        folder.path(),
        "iso-verify trace witness.bin --diff -",
        of_witness.text().as_bytes(),
    );
    let words = format!(
        "equal in {steps} steps: depth, gas cost, gas left, memory size, opcode, pc, refund, returned data, stack, \
         success\n"
    );
    let told = equal.text().split_whitespace().collect::<Vec<_>>().join(" ") + "\n";
    assert_eq!((equal.code, told), (Some(0), words));
    assert!(equal.text().lines().all(|line| line.len() <= 80), "{}", equal.text());
}

#[test]
fn a_difference_is_exit_code_1_and_said_in_words() {
    let (folder, _) = folder("call-tree");
    let trace = run(folder.path(), "iso-verify trace witness.bin");
    let mut all = lines(trace.text());
    let at = all.iter().position(|line| line["opName"] == "SLOAD").unwrap();
    let gas = all[at + 1]["gas"].as_str().unwrap().to_owned();
    all[at + 1]["gas"] = "0x1234".into();
    let text: String = all.iter().map(|line| format!("{line}\n")).collect();
    fs::write(folder.path().join("other.jsonl"), &text).unwrap();
    let differs = run(folder.path(), "iso-verify trace witness.bin --diff other.jsonl");
    assert_eq!(differs.code, Some(1));
    let gas = u64::from_str_radix(&gas[2..], 16).unwrap();
    let first = differs.text().lines().next().unwrap();
    assert!(
        first.starts_with(&format!("differs: step {}, line {} of ", at + 1, at + 2)),
        "{first}"
    );
    let second = differs.text().lines().nth(1).unwrap().replace(',', "");
    assert_eq!(second, format!("  gas left: here {gas} there 4660"));
    assert!(differs.text().lines().all(|line| line.len() <= 80), "{}", differs.text());
}

#[test]
fn what_cannot_be_used_is_exit_code_2() {
    let (folder, _) = folder("call-tree");
    fs::write(folder.path().join("other"), "not a trace").unwrap();
    for (line, words) in [
        ("trace witness.bin --message 17", "witness.bin: there is no message 17"),
        ("trace witness.bin --diff other", "other: it has no steps"),
        ("trace witness.bin --diff missing", "missing: cannot be read"),
        ("trace - --diff -", "--diff - has no meaning"),
        ("trace witness.bin --diff other --memory", "cannot be used with"),
        ("trace other", "other: "),
    ] {
        let ran = run(folder.path(), &format!("iso-verify {line}"));
        assert_eq!((ran.code, ran.text()), (Some(2), ""), "{line}");
        assert!(ran.stderr.contains(words), "{line}: {}", ran.stderr);
    }
}

/// A false record: the lines go up to it, one says what is false, and stderr says it too.
#[test]
fn a_trace_goes_up_to_what_is_false() {
    let (folder, bytes) = folder("erc20-transfer");
    let mut witness = Witness::decode(&bytes).unwrap();
    let mut message = witness.message(0).unwrap();
    let access = message.stateAccessList.iter_mut().find(|access| access.opcode == 0x54).unwrap();
    let Ok(Record::Sload(mut sload)) = Record::decode(access) else { panic!("an SLOAD") };
    sload.key = B256::repeat_byte(7);
    *access = Record::Sload(sload).encode();
    witness.messages[0] = encode(&message).into();
    fs::write(folder.path().join("witness.bin"), witness.encode()).unwrap();
    let trace = run(folder.path(), "iso-verify trace witness.bin");
    assert_eq!(trace.code, Some(0));
    let all = lines(trace.text());
    let (last, steps) = all.split_last().unwrap();
    schema("trace").check(last).unwrap();
    assert_eq!(
        (&last["message"], &last["verdict"], &last["kind"]),
        (&0.into(), &"mismatch".into(), &"key".into())
    );
    assert_eq!(
        (&last["pc"], "SLOAD"),
        (&steps.last().unwrap()["pc"], steps.last().unwrap()["opName"].as_str().unwrap())
    );
    assert!(trace.stderr.starts_with("message 0, the call of 0x"), "{}", trace.stderr);
    let said = trace.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    let key = B256::repeat_byte(7);
    for told in [
        &*format!("SLOAD of slot {key}, pc "),
        "The record is about another slot, block number or index.",
        &*format!("says {key}, computed is "),
    ] {
        assert!(said.contains(told), "{told}\n{}", trace.stderr);
    }
    let is_hash = |line: &str| line.contains("0x0707");
    let wide = |line: &&str| line.chars().count() > 80 && !is_hash(line);
    assert_eq!(trace.stderr.lines().filter(wide).count(), 0, "{}", trace.stderr);
}

#[test]
fn a_run_that_needs_more_gas_than_it_may_spend_is_exit_code_3() {
    let (folder, _) = folder("call-tree");
    let trace = run(folder.path(), "iso-verify trace witness.bin --guest-gas-limit 1000");
    assert_eq!(trace.code, Some(3));
    let last = lines(trace.text()).pop().unwrap();
    assert_eq!(
        (&last["verdict"], &last["reason"]),
        (&"inconclusive".into(), &"the guest needs more gas than the limit".into(),)
    );
}
