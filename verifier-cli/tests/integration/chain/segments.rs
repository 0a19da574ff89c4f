//! Messages that do not fit one transaction: by segments, with committed checkpoints and without any.

use std::{fs, path::Path};

use alloy_primitives::{Address, B256, Bytes, U256, hex};
use alloy_sol_types::SolError;
use iso_evm_hypervisor::{Code, Missing, SegmentVerdict, verdict::abi};
use iso_evm_onchain::{
    chain::CallAnswer,
    plan::{Case, Checkpoints, Court, Plan, Route},
    register::{self, Advance, Part, Said},
};
use iso_evm_wire::{
    Witness, encoding,
    segment::{Checkpoint, ClaimedLeaf, Cut, Field, Leaf, RecordTree, Segment},
};
use iso_evm_witness::{Input, record};
use serde_json::{Value, json};

use super::{
    anvil::{Anvil, address, case, plan, quantity},
    costs::compute,
    verdicts::put,
};
use crate::schemas::schema;

/// The register's guests go by Osaka's rules from their first block on.
const GUESTS: &str = "--schedule osaka=0";
const GAS: u64 = 16_000_000;

fn recorded(json: &str) -> Witness {
    let input = Input::parse(json.as_bytes(), None).unwrap();
    record(&input.execution).unwrap().witness(&input)
}

/// A message of code that is called with calldata.
fn runs(code: &str, calldata: &Bytes) -> Witness {
    recorded(
        &json!({
            "fork": "osaka",
            "transaction": {
                "from": "0x1111111111111111111111111111111111111111",
                "to": "0x2222222222222222222222222222222222222222",
                "gas": "0xf00000",
                "input": calldata
            },
            "prestate": {"0x2222222222222222222222222222222222222222": {"code": code}}
        })
        .to_string(),
    )
}

/// The same with a unit of gas more than the code uses.
fn lying(mut witness: Witness) -> Witness {
    let mut message = witness.message(0).unwrap();
    message.gasUsed += U256::ONE;
    witness.messages[0] = encoding::encode(&message).into();
    witness
}

/// A chain with a register, and an operator who stands by a message.
struct Trial {
    anvil: Anvil,
    plan: Plan,
    register: Address,
    folder: tempfile::TempDir,
    file: String,
    witness: Witness,
    case: Case,
}

impl Trial {
    fn of(witness: Witness, checkpoints: &Checkpoints) -> Option<Self> {
        let anvil = Anvil::start()?;
        let register = address(&anvil.deploy(GUESTS), "register");
        let plan = plan(witness.rules.fork());
        let case = case(&plan, &witness, 0, checkpoints);
        let data = register::commit_calldata(case.commitment().hash(), &witness.block);
        assert!(anvil.send(0, register, data, GAS).success);
        let folder = tempfile::tempdir().unwrap();
        let file = put(folder.path(), &witness);
        Some(Self { anvil, plan, register, folder, file, witness, case })
    }

    fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn line(&self, options: &str) -> String {
        format!("submit {} --register {} {GUESTS} {options}", self.file, self.register)
    }

    /// What `submit` says of the one message.
    fn submit(&self, options: &str, code: i32) -> Value {
        let document = self.anvil.json(self.folder(), &self.line(options), code);
        schema("submit").check(&document).unwrap();
        let message = document["messages"][0].clone();
        for sent in message["transactions"].as_array().unwrap() {
            assert_eq!(sent["gasUsed"], sent["predictedGas"], "{sent}");
        }
        message
    }

    /// What the register is sent of an input.
    fn advance(&self, index: u64, segment: &Segment, input: &[u8]) -> Bytes {
        let start = segment.start.record.0;
        let records = RecordTree::of(&self.witness.message(0).unwrap());
        Advance {
            operator: self.anvil.accounts[0],
            machine: self.plan.machine().address,
            commitment: self.case.commitment(),
            segment: index,
            records: records.prove(start..start + segment.records.len() as u64),
            claimed: None,
            input: vec![Part { archive: Address::ZERO, data: input.to_vec().into() }],
        }
        .calldata()
    }

    fn answers(&self, data: Bytes) -> CallAnswer {
        self.anvil.call(1, self.register, data, GAS)
    }
}

fn outcomes(message: &Value) -> Vec<&str> {
    let segments = message["segments"].as_array().unwrap().iter();
    segments.map(|segment| segment["outcome"].as_str().unwrap()).collect()
}

/// Ten million gas, of whose checkpoints one is false: one transaction.
#[test]
fn a_false_segment_of_a_long_message_convicts_in_one_transaction() {
    const FALSE: usize = 40;
    let witness = recorded(&compute(10_000_000));
    let plan = plan(witness.rules.fork());
    let truth = case(&plan, &witness, 0, &Checkpoints::Cut);
    let mut claimed: Vec<Checkpoint> =
        truth.cuts().iter().skip(1).map(|segment| segment.start).collect();
    assert!(claimed.len() > 60, "{}", claimed.len());
    assert!(claimed[FALSE].set(Field::StackHash, B256::repeat_byte(7)));
    let leaves = claimed.iter().map(|checkpoint| ClaimedLeaf::Checkpoint(*checkpoint)).collect();
    let Some(court) = Trial::of(witness, &Checkpoints::Given(leaves)) else { return };
    let json = serde_json::to_string(&claimed).unwrap();
    fs::write(court.folder().join("claimed.json"), json).unwrap();

    // True ones hold; what starts from the false one nobody can run.
    let message = court.submit("--checkpoints claimed.json --segment 3,39", 0);
    assert_eq!(outcomes(&message), ["held", "held"]);
    let dry = court.submit("--checkpoints claimed.json --segment 40 --dry-run", 1);
    assert_eq!((&dry["source"], outcomes(&dry)), (&json!("call"), vec!["fraud"]));
    let ran =
        court.anvil.iso(court.folder(), &court.line("--checkpoints claimed.json --segment 41"));
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("segment 41 starts from a checkpoint"), "{}", ran.stderr);
    // Who knows the leaves alone convicts as well; who is not told which segment finds it.
    let message = court.submit("--checkpoints claimed.json", 1);
    assert_eq!(outcomes(&message), ["fraud"]);
    assert_eq!(message["segments"][0]["index"], FALSE);
    assert_eq!(message["mismatch"]["kind"], "checkpoint-stack");
    assert_eq!(message["transactions"].as_array().unwrap().len(), 1);
    let gas = quantity(&message["transactions"][0]["gasUsed"]);
    assert!(gas < 1 << 23, "{gas}");
    // And that is final.
    let again = court.submit("--checkpoints claimed.json --segment 40", 1);
    assert_eq!((&again["source"], &again["transactions"]), (&json!("register"), &json!([])));
}

/// An operator may cut where it likes; what it says of a place that is no boundary is false.
#[test]
fn checkpoints_of_any_cut_are_judged() {
    let witness = recorded(&compute(400_000));
    let native = plan(witness.rules.fork()).engine().native().clone();
    let code = Code::new(witness.codes.values().next().unwrap().clone());
    let mut claimed = Vec::new();
    let message = &witness.messages[0].bytes();
    native.cut(message, Some(&code), Cut::Stride(70_001), &mut |part| claimed.extend(part.end));
    assert!(claimed.len() > 3, "{}", claimed.len());
    for lie in [false, true] {
        if lie {
            let gas = claimed[2].gas_used.0;
            assert!(claimed[2].set(Field::GasUsed, U256::from(gas + 1).into()));
        }
        let leaves: Vec<_> = claimed.iter().map(Leaf::of).collect();
        let given = leaves.iter().map(|leaf| ClaimedLeaf::Leaf(*leaf)).collect();
        let Some(court) = Trial::of(witness.clone(), &Checkpoints::Given(given)) else { return };
        let json = serde_json::to_string(&leaves).unwrap();
        fs::write(court.folder().join("claimed.json"), json).unwrap();
        let message = court.submit("--checkpoints claimed.json", i32::from(lie));
        let told = outcomes(&message);
        if !lie {
            assert_eq!(told, vec!["held"; claimed.len() + 1]);
            continue;
        }
        assert_eq!((told, &message["segments"][0]["index"]), (vec!["fraud"], &json!(2)));
        assert_eq!(message["mismatch"]["kind"], "checkpoint");
        // Nobody commits to that by --commit, whoever it is.
        let url = &court.anvil.url;
        let line = court.line("--checkpoints claimed.json --commit --commit-unproved");
        let other = court.anvil.accounts[1];
        let line = format!("iso-verify {line} --rpc-url {url} --unlocked {other}");
        let ran = crate::common::run(court.folder(), &line);
        assert_eq!(ran.code, Some(2), "{}", ran.text());
        assert!(ran.stderr.contains("does not come to these checkpoints"), "{}", ran.stderr);
    }
}

/// From the message's commitment alone, with a restart in between.
#[test]
fn a_lie_convicts_without_any_checkpoint() {
    let witness = lying(recorded(&compute(3_000_000)));
    let Some(court) = Trial::of(witness, &Checkpoints::None) else { return };
    // What somebody has sent before.
    let (register, operator) = (court.register, court.anvil.accounts[0]);
    let route = Route::Register { register, operator };
    let steps = court.plan.drive(&court.case, 0, 0, Court { route, sender: None });
    assert!(steps.len() > 3, "{}", steps.len());
    for cost in &steps[..2] {
        let receipt = court.anvil.send(1, register, cost.step.data.clone(), cost.step.gas_limit);
        assert_eq!((receipt.success, receipt.gas_used), (true, cost.step.gas));
        let said =
            register::said_of_log(&receipt.logs[0].data, operator, court.case.commitment().hash());
        assert!(matches!(said, Some(Said::Advanced(_))), "{said:?}");
    }
    let dry = court.submit("--resume --dry-run", 1);
    assert_eq!(outcomes(&dry).len(), steps.len() - 2);
    let message = court.submit("--resume", 1);
    let told = outcomes(&message);
    assert_eq!(told.len(), steps.len() - 2);
    assert_eq!(told.last(), Some(&"fraud"));
    assert!(told[..told.len() - 1].iter().all(|outcome| *outcome == "advanced"), "{told:?}");
    assert_eq!(message["mismatch"]["kind"], "gas-used");
}

/// The whole of a true message, and nothing is decided.
#[test]
fn a_true_message_holds_to_its_end() {
    let witness = recorded(&compute(1_500_000));
    let Some(court) = Trial::of(witness, &Checkpoints::None) else { return };
    let message = court.submit("--resume", 0);
    assert_eq!(outcomes(&message).last(), Some(&"held"));
    let again = court.submit("--resume", 0);
    assert_eq!(outcomes(&again), ["held"]);
    // With checkpoints it is another commitment.
    let ran = court.anvil.iso(court.folder(), &court.line(""));
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("has not committed"), "{}", ran.stderr);
    let message = court.submit("--commit --commit-unproved", 0);
    assert!(outcomes(&message).iter().all(|outcome| *outcome == "held"));
    assert!(outcomes(&message).len() > 8);
}

/// Straight there is no register: the machine itself is asked.
#[test]
fn what_does_not_fit_goes_to_the_machine_in_segments() {
    let Some(anvil) = Anvil::start() else { return };
    let hypervisor = address(&anvil.deploy(GUESTS), "hypervisor");
    for (witness, code) in
        [(recorded(&compute(1_000_000)), 0), (lying(recorded(&compute(1_000_000))), 1)]
    {
        let folder = tempfile::tempdir().unwrap();
        let file = put(folder.path(), &witness);
        let line = format!("submit {file} --hypervisor {hypervisor}");
        for options in ["--dry-run", ""] {
            let document = anvil.json(folder.path(), &format!("{line} {options}"), code);
            schema("submit").check(&document).unwrap();
            let told = outcomes(&document["messages"][0]);
            assert_eq!(told.last(), Some(&if code == 0 { "held" } else { "fraud" }));
        }
    }
}

/// Pages that are not given, and a page that is none.
#[test]
fn memory_that_is_withheld_decides_nothing() {
    // 7 at 0x1000 and 8 at 0x3000; a loop that reads the first; returns the second.
    let code = "0x60076110005260086130005 25f355b61100051506001900380600e576020613000f3";
    let turns = U256::from(30_000).to_be_bytes_vec();
    let witness = runs(&code.replace(' ', ""), &turns.into());
    let Some(court) = Trial::of(witness, &Checkpoints::Cut) else { return };
    let middle = &court.case.cuts()[2];
    let data = |segment: &Segment| court.advance(2, segment, &segment.encode());
    let CallAnswer::Returned(said) = court.answers(data(middle)) else { panic!() };
    assert_eq!(register::said_of_returned(&said), Some(Said::Held));
    let given: Vec<u64> = middle
        .pages
        .list()
        .iter()
        .filter(|page| page.bytes.is_some())
        .map(|page| page.index)
        .collect();
    assert_eq!((given, middle.pages.list().len()), (vec![1], 2));
    let mut less = middle.clone();
    less.pages = less.pages.given(&[].into());
    let missing = abi::NotProven { missing: U256::from(Missing::Memory as u8) }.abi_encode();
    let refused = register::NotProven { answer: missing.into() }.abi_encode();
    assert_eq!(court.answers(data(&less)), CallAnswer::Reverted(refused.into()));
    // A flag of a page that is not listed: the machine goes by the list, the register takes no such flag.
    let next = court.case.cuts()[3].start.digest();
    for page in [0, 2] {
        let mut input = middle.encode().to_vec();
        let flags = input.len() - middle.pages.withheld().len();
        input[flags + page] = 1;
        let told = court.plan.engine().run_segment(&input.clone().into(), &[], None).verdict;
        assert!(matches!(told, SegmentVerdict::Reached(end) if end.digest() == next));
        let answer = court.answers(court.advance(2, middle, &input));
        let refused = register::NotBound { section: U256::from(8) }.abi_encode();
        assert_eq!(answer, CallAnswer::Reverted(refused.into()), "{page}");
    }
    let message = court.submit("", 0);
    assert!(outcomes(&message).iter().all(|outcome| *outcome == "held"));
}

/// Calldata that no mempool takes: archived in parts, and read from there.
#[test]
fn what_calldata_has_no_room_for_is_archived() {
    // PUSH0 CALLDATALOAD POP STOP
    let calldata = Bytes::from((0..140_000_u32).map(|byte| byte as u8 | 1).collect::<Vec<_>>());
    let witness = runs(&hex::encode_prefixed(hex!("5f355000")), &calldata);
    let Some(court) = Trial::of(witness.clone(), &Checkpoints::None) else { return };
    let line = format!("cost {} --operator {} --json", court.file, court.anvil.accounts[0]);
    let ran = crate::common::run(court.folder(), &format!("iso-verify {line} {GUESTS}"));
    let segment = &ran.json()["messages"][0]["segments"][0];
    assert!(segment["archives"].as_array().unwrap().len() > 5, "{segment}");
    assert_eq!((&segment["fitsCap"], &segment["fitsMempool"]), (&json!(true), &json!(true)));

    let message = court.submit("--no-checkpoints", 0);
    assert_eq!(outcomes(&message), ["held"]);
    let sent = message["transactions"].as_array().unwrap();
    assert_eq!(sent.iter().filter(|sent| sent["what"] == "archive").count(), sent.len() - 1);
    // What is there already is not sent again.
    let again = court.submit("--no-checkpoints", 0);
    assert_eq!(again["transactions"].as_array().unwrap().len(), 1);
    // Straight nothing is archived.
    let hypervisor = court.plan.hypervisor().address;
    let line = format!("submit {} --hypervisor {hypervisor}", court.file);
    let ran = court.anvil.iso(court.folder(), &line);
    assert_eq!(ran.code, Some(2), "{}", ran.text());
    assert!(ran.stderr.contains("by a register, parts of it are archived"), "{}", ran.stderr);
}
