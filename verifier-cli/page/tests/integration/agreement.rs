//! The emitted contracts in an EVM that is not ours, by Node alone: of each message of the fixtures the same
//! verdict, to the words, and the same host gas as in the embedded EVM.

use std::{
    fs,
    io::{BufWriter, Write as _},
    path::Path,
    process::{Child, Stdio},
    thread,
};

use alloy_primitives::{B256, U256};
use iso_evm_hypervisor::Engine;
use iso_evm_page::calls::{Calls, answered};
use iso_evm_testing::fixtures;
use iso_evm_wire::{MessageWitness, Opened, Witness, encoding, records::Record};
use iso_evm_witness::{Input, block_file::BlockFile, input::state_test, record};
use serde::Deserialize;
use serde_json::json;

use crate::support::{has_packages, node, work};

/// What Node says of all that it was given.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Said {
    messages: usize,
    host_gas: String,
    verdicts: std::collections::BTreeMap<String, usize>,
    differing: Vec<serde_json::Value>,
}

/// A witness under a name.
type Named = (String, Witness);

/// The project's own fixtures.
fn own() -> Vec<Named> {
    let files = fs::read_dir(fixtures::own()).unwrap().map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.to_string_lossy().ends_with(".witness.bin"));
    let mut all: Vec<_> = files
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, Witness::decode(&fs::read(&path).unwrap()).unwrap())
        })
        .collect();
    all.sort_by(|(one, _), (other, _)| one.cmp(other));
    assert!(all.len() > 15, "only {} fixtures", all.len());
    all
}

/// Mainnet transactions, each so many-th.
fn mainnet(each: usize) -> Vec<Named> {
    let Some(folder) = fixtures::third_party("mainnet") else { return Vec::new() };
    let cases = fixtures::json_files(&folder).into_iter().flat_map(|path| {
        let cases = state_test::cases(fixtures::read(&path).as_bytes()).unwrap();
        cases.into_iter().filter(|case| case.fork().is_ok() && case.exception.is_none())
    });
    let of = |case: state_test::Case| {
        let execution = case.execution().unwrap();
        let recording = record(&execution).unwrap();
        let input = case.input(execution).unwrap();
        (case.test.to_string(), recording.witness(&input))
    };
    cases.step_by(each).map(of).collect()
}

/// The transactions of block files, of Ethereum and of the OP Stack.
fn blocks() -> Vec<Named> {
    let mut all = Vec::new();
    for folder in ["execution_witness", "op_stack"] {
        let Some(folder) = fixtures::third_party(folder) else { continue };
        let mut files: Vec<_> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.retain(|path| path.extension().is_some_and(|extension| extension == "zst"));
        files.sort();
        for path in files {
            all.extend(block(&path));
        }
    }
    all
}

fn block(path: &Path) -> Vec<Named> {
    let json = zstd::decode_all(fs::File::open(path).unwrap()).unwrap();
    let file = BlockFile::parse(&json, None).unwrap();
    let block = file.record().unwrap();
    let of = |recorded: iso_evm_witness::block_file::RecordedTransaction| {
        (recorded.transaction.to_string(), recorded.witness)
    };
    block.witnesses().map(of).collect()
}

/// Lies about the first messages of a witness, all in one: whatever the hypervisor says of each, both EVMs say.
fn lies((name, witness): &Named) -> Option<Named> {
    let lies: Vec<_> = (0..witness.messages.len().min(2))
        .flat_map(|index| lies_about(&witness.message(index).unwrap()))
        .map(|lie| encoding::encode(&lie).into())
        .collect();
    let lying = Witness { messages: lies, ..witness.clone() };
    (!lying.messages.is_empty()).then(|| (format!("lies about {name}"), lying))
}

fn lies_about(message: &MessageWitness) -> Vec<MessageWitness> {
    let changed = |change: &dyn Fn(&mut MessageWitness)| {
        let mut lie = message.clone();
        change(&mut lie);
        lie
    };
    let mut lies = vec![
        changed(&|lie| lie.gasUsed = lie.gasUsed.wrapping_sub(U256::ONE)),
        changed(&|lie| lie.returndataHash = B256::repeat_byte(1)),
        changed(&|lie| lie.isStatic = !lie.isStatic),
        changed(&|lie| lie.callData = [&lie.callData[..], &[1]].concat().into()),
        changed(&|lie| {
            lie.stateAccessList.pop();
        }),
        // A code that nobody has archived.
        changed(&|lie| {
            if let Some(Ok(Record::Opening(mut opening))) =
                lie.stateAccessList.first().map(Record::decode)
            {
                opening.codeHash = B256::repeat_byte(2);
                lie.stateAccessList[0] = Record::Opening(opening).encode();
            }
        }),
    ];
    let value = message
        .stateAccessList
        .iter()
        .position(|access| matches!(Record::decode(access), Ok(Record::Sload(_))));
    lies.extend(value.map(|at| {
        changed(&|lie| {
            if let Ok(Record::Sload(mut sload)) = Record::decode(&lie.stateAccessList[at]) {
                sload.value = B256::repeat_byte(3);
                lie.stateAccessList[at] = Record::Sload(sload).encode();
            }
        })
    }));
    lies
}

/// What the embedded EVM says of a witness's messages, with what they are called with, on one line.
fn line((name, witness): &Named) -> String {
    let opened = Opened::of(witness);
    let engine = Engine::new(witness.rules);
    let calls = Calls::of(&engine, &opened);
    let expected: Vec<_> = calls
        .calls
        .iter()
        .map(|call| {
            let archives: Vec<_> = call
                .archives
                .iter()
                .map(|(address, hash)| (*address, calls.parts[hash].clone()))
                .collect();
            answered(&engine.run(&call.calldata, &archives, None))
        })
        .collect();
    json!({ "name": name, "calls": calls, "expected": expected }).to_string()
}

/// Puts all witnesses before Node, on as many processes as there are cores.
fn agree(all: &[Named]) -> Vec<Said> {
    let count = thread::available_parallelism().map_or(1, usize::from).min(all.len());
    thread::scope(|scope| {
        let parts = (0..count).map(|part| {
            scope.spawn(move || {
                let script = &mut node("tests/node/agree.mjs");
                let script = script.arg(work()).stdin(Stdio::piped()).stdout(Stdio::piped());
                let mut child: Child = script.spawn().unwrap();
                let mut input = BufWriter::new(child.stdin.take().unwrap());
                for witness in all.iter().skip(part).step_by(count) {
                    writeln!(input, "{}", line(witness)).unwrap();
                }
                drop(input);
                let output = child.wait_with_output().unwrap();
                assert!(output.status.success(), "node failed");
                serde_json::from_slice::<Said>(&output.stdout).unwrap()
            })
        });
        let parts: Vec<_> = parts.collect();
        parts.into_iter().map(|part| part.join().unwrap()).collect()
    })
}

/// All are the same, and there are so many; what was said, by verdict.
fn check(all: &[Named], least: usize) {
    let said = agree(all);
    let messages: usize = said.iter().map(|part| part.messages).sum();
    let gas: u64 = said.iter().map(|part| part.host_gas.parse::<u64>().unwrap()).sum();
    let mut verdicts = std::collections::BTreeMap::new();
    for (verdict, count) in said.iter().flat_map(|part| &part.verdicts) {
        *verdicts.entry(verdict.as_str()).or_insert(0) += count;
    }
    println!("{messages} messages, {gas} host gas: {verdicts:?}");
    let differing: Vec<_> = said.iter().flat_map(|part| &part.differing).collect();
    assert!(differing.is_empty(), "{} differ: {:#?}", differing.len(), differing.first());
    assert!(messages >= least, "only {messages} messages");
    let honest: usize = all
        .iter()
        .filter(|(name, _)| !name.starts_with("lies"))
        .map(|(_, witness)| witness.messages.len())
        .sum();
    assert!(verdicts["valid"] >= honest, "{verdicts:?}");
}

#[test]
fn another_evm_says_of_a_message_what_the_embedded_one_says_host_gas_included() {
    if !has_packages() {
        return;
    }
    let mut all = own();
    // Those that run long are among `every_message_of_the_fixtures`.
    all.retain(|(_, witness)| witness.messages.len() < 40);
    let lies: Vec<_> = all.iter().filter_map(lies).collect();
    assert!(lies.len() > 10);
    all.extend(lies);
    all.extend(mainnet(16));
    check(&all, 200);
}

#[test]
#[ignore = "minutes: .ci/run does it"]
fn every_message_of_the_fixtures_is_the_same_in_another_evm() {
    if !has_packages() {
        return;
    }
    let all: Vec<_> = own().into_iter().chain(mainnet(1)).chain(blocks()).collect();
    check(&all, 1_000);
}

/// The comparison can fail.
#[test]
fn one_host_gas_more_is_told() {
    if !has_packages() {
        return;
    }
    let json = fixtures::read(&fixtures::own().join("erc20-transfer.json"));
    let input = Input::parse(json.as_bytes(), None).unwrap();
    let witness = record(&input.execution).unwrap().witness(&input);
    let mut line: serde_json::Value =
        serde_json::from_str(&line(&("changed".to_owned(), witness))).unwrap();
    // One gas more than there was.
    line["expected"][0]["hostGas"] = json!(line["expected"][0]["hostGas"].as_u64().unwrap() + 1);
    let script = &mut node("tests/node/agree.mjs");
    let script = script.arg(work()).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = script.spawn().unwrap();
    writeln!(child.stdin.take().unwrap(), "{line}").unwrap();
    let said: Said = serde_json::from_slice(&child.wait_with_output().unwrap().stdout).unwrap();
    assert_eq!((said.messages, said.differing.len()), (1, 1));
}
