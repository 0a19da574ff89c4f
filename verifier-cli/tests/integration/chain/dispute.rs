//! Disputes on a real chain: operators who lie are convicted by `challenge`, whatever the lie is about; who tells
//! the truth becomes final; only silence that was asked about costs.

use std::path::Path;

use alloy_primitives::{B256, Bytes, U256};
use alloy_sol_types::SolCall;
use iso_evm_onchain::{chain::CallAnswer, dispute::Disputes};
use iso_evm_provers::{
    Accused, MACHINE, Prover,
    asks::Item,
    dispute::{AuditDispute, Level, challenge_calldata, in_one_part},
};
use iso_evm_verifier::{audit::Subject, claim::Instants, verify};
use iso_evm_wire::{MessageWitness, Opened, Witness, encoding, records::Record};
use serde_json::{Value, json};

use super::{
    anvil::{Anvil, address, fixture, quantity},
    claims::{
        GAS_LIMIT, claimed, disputes, publish, stands_by, stands_by_claim, with_checkpoints,
        with_message, with_transaction,
    },
    verdicts::put,
};
use crate::{common::run, schemas::schema};

/// Windows that end within a test.
const WINDOWS: &str = "--window 4000 --answer-period 1000";

/// A chain with disputes, a witness that is true, and a folder that holds it.
struct Trial {
    anvil: Anvil,
    deployed: Value,
    witness: Witness,
    folder: tempfile::TempDir,
}

impl Trial {
    fn of(name: &str, options: &str) -> Option<Self> {
        let anvil = Anvil::start()?;
        let witness = fixture(name);
        let fork = witness.rules;
        let deployed = anvil.deploy(&format!("--fork {fork} {options}"));
        schema("deploy").check(&deployed).unwrap();
        let folder = tempfile::tempdir().unwrap();
        put(folder.path(), &witness);
        Some(Self { anvil, deployed, witness, folder })
    }

    fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn disputes(&self) -> Disputes {
        disputes(&self.deployed, &self.witness, "")
    }

    /// A command about the first account's commitment, sent by the second.
    fn challenger(&self, line: &str, code: i32) -> Value {
        let (url, operator, other) =
            (&self.anvil.url, self.anvil.accounts[0], self.anvil.accounts[1]);
        let at = address(&self.deployed, "dispute");
        let operator = if line.starts_with("settle") || line.starts_with("answer") {
            String::new()
        } else {
            format!("--operator {operator}")
        };
        let line = format!(
            "iso-verify {line} --dispute {at} {operator} --rpc-url {url} --unlocked {other} --json"
        );
        let ran = run(self.folder(), &line);
        assert_eq!(ran.code, Some(code), "{line}: {}{}", ran.stderr, ran.text());
        let document = ran.json();
        schema("dispute").check(&document).unwrap();
        document
    }

    /// A command of the first account's.
    fn operator(&self, line: &str, code: i32) -> Value {
        let at = address(&self.deployed, "dispute");
        let document = self.anvil.json(self.folder(), &format!("{line} --dispute {at}"), code);
        schema("dispute").check(&document).unwrap();
        document
    }

    /// The operator stands by a false witness, which is then a file.
    fn lies(&self, lie: impl FnOnce(&mut Witness)) -> (B256, String) {
        let mut witness = self.witness.clone();
        lie(&mut witness);
        let id = stands_by(&self.anvil, &self.deployed, &witness, "");
        std::fs::write(self.folder().join("lie.bin"), witness.encode()).unwrap();
        (id, "lie.bin".to_owned())
    }
}

/// Changes a message of a witness.
fn change(witness: &mut Witness, index: usize, change: impl FnOnce(&mut MessageWitness)) {
    let mut message = witness.message(index).unwrap();
    change(&mut message);
    witness.messages[index] = encoding::encode(&message).into();
}

/// Changes the first record that something can be made of.
fn change_record(witness: &mut Witness, change: impl Fn(Record) -> Option<Record>) {
    for index in 0..witness.messages.len() {
        let mut message = witness.message(index).unwrap();
        for told in &mut message.stateAccessList {
            let Ok(record) = Record::decode(told) else { continue };
            if let Some(changed) = change(record) {
                *told = changed.encode();
                witness.messages[index] = encoding::encode(&message).into();
                return;
            }
        }
    }
    panic!("there is no such record");
}

/// What `challenge` does to a false commitment: first as a call, then for good.
fn convicted(trial: &Trial, id: B256, line: &str, kind: &str) {
    let dry = trial.challenger(&format!("challenge {line} --dry-run"), 1);
    assert_eq!((&dry["standing"], &dry["transactions"]), (&json!("open"), &json!([])));
    let document = trial.challenger(&format!("challenge {line}"), 1);
    assert_eq!(document["standing"], "convicted");
    assert_eq!(document["id"], json!(id));
    assert_eq!(document["conviction"], dry["conviction"]);
    assert_eq!(document["conviction"]["kind"], kind, "{document}");
    for sent in document["transactions"].as_array().unwrap() {
        assert_eq!(sent["gasUsed"], sent["predictedGas"], "{sent}");
        assert!(quantity(&sent["gasUsed"]) <= 1 << 24, "{sent}");
    }
    let again = trial.challenger(&format!("challenge {line}"), 1);
    assert_eq!(again["transactions"], json!([]));
}

/// A value that no trie holds; what a child used of its gas; a warm flag; a fee; a checkpoint.
#[test]
fn five_operators_lie_in_five_ways_and_are_convicted() {
    let Some(trial) = Trial::of("call-tree", WINDOWS) else { return };
    // A value, and what is returned because of it would be as false: the first is found.
    let (id, file) = trial.lies(|witness| {
        change_record(witness, |record| match record {
            Record::Sload(mut read) => {
                read.value.0[31] ^= 1;
                Some(Record::Sload(read))
            }
            _ => None,
        });
    });
    convicted(&trial, id, &file, "value");
    // A child's gas: the record of its call says another figure than its message.
    let (id, file) = trial.lies(|witness| {
        change_record(witness, |record| match record {
            Record::Call(opcode, mut call) if call.gasUsed > 0 => {
                call.gasUsed -= 1;
                Some(Record::Call(opcode, call))
            }
            _ => None,
        });
    });
    convicted(&trial, id, &file, "gas-used");
    // A slot that is cold, and is said to be warm.
    let (id, file) = trial.lies(|witness| {
        change_record(witness, |record| match record {
            Record::Sload(mut read) if read.cold => {
                read.cold = false;
                Some(Record::Sload(read))
            }
            _ => None,
        });
    });
    convicted(&trial, id, &file, "cold");
    // A fee: the beneficiary has another balance behind the step that pays him. The operator publishes his claim.
    let truth = claimed(&trial.witness);
    let steps = &truth.transactions[0].steps;
    let mut told: Vec<_> = steps.known.clone();
    let last = told.len() - 1;
    for step in &mut told[last - 1..] {
        step.as_mut().unwrap().state_root.0[0] ^= 1;
    }
    let leave = told[last].unwrap().state_root;
    let messages = truth.transactions[0].messages.clone();
    let lie = with_transaction(&truth, Instants::new(told), messages, leave);
    let id = stands_by_claim(&trial.anvil, &trial.disputes(), &lie);
    let file = publish(trial.folder(), &lie);
    convicted(&trial, id, &format!("{file} --witness witness.bin"), "step");
}

/// The fifth: of a long message, one checkpoint among many.
#[test]
fn a_false_checkpoint_convicts_in_one_transaction() {
    let Some(anvil) = Anvil::start() else { return };
    let guests = "--schedule osaka=0";
    let deployed = anvil.deploy(&format!("{guests} {WINDOWS}"));
    let witness = super::segments::recorded(&super::costs::compute(10_000_000));
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), &witness);
    let trial = Trial { anvil, deployed, witness, folder };
    let truth = claimed(&trial.witness);
    let mut checkpoints = truth.transactions[0].messages[0].checkpoints.clone();
    assert!(checkpoints.len() > 60, "{}", checkpoints.len());
    checkpoints[40].digest.0[0] ^= 1;
    let lie = with_message(&truth, |told| with_checkpoints(told, checkpoints));
    let id =
        stands_by_claim(&trial.anvil, &disputes(&trial.deployed, &trial.witness, guests), &lie);
    let file = publish(trial.folder(), &lie);
    let line = format!("{file} --witness witness.bin {guests}");
    convicted(&trial, id, &line, "checkpoint");
}

/// Nobody convicts who tells the truth; when the window is over it is final, and the bond goes back.
#[test]
fn an_honest_operator_is_final_after_the_window() {
    let bonds = format!("{WINDOWS} --bond 1ether --deposit 1gwei");
    let Some(trial) = Trial::of("erc20-transfer", &bonds) else { return };
    let document = trial.operator("commit witness.bin", 0);
    assert_eq!(document["standing"], "open");
    let id = document["id"].as_str().unwrap().to_owned();
    let again = trial.operator("commit witness.bin", 0);
    assert_eq!(again["transactions"], json!([]));
    let nothing = trial.challenger("challenge witness.bin", 0);
    assert_eq!((&nothing["standing"], &nothing["conviction"]), (&json!("open"), &Value::Null));
    let early = trial.operator(&format!("settle {id}"), 0);
    assert_eq!((&early["standing"], &early["transactions"]), (&json!("open"), &json!([])));
    // A claim by itself, held against a witness, is as true.
    let claim = publish(trial.folder(), &claimed(&trial.witness));
    trial.challenger(&format!("challenge {claim} --witness witness.bin"), 0);
    trial.anvil.wait(4_001);
    let done = trial.operator(&format!("settle {id}"), 0);
    assert_eq!(done["standing"], "final");
    let what: Vec<_> =
        done["transactions"].as_array().unwrap().iter().map(|sent| &sent["what"]).collect();
    assert_eq!(what, ["finalise", "withdraw"]);
}

/// A prover that keeps gas back for itself gets what it needs.
#[test]
fn a_false_precompile_convicts_with_the_gas_that_is_sent() {
    let Some(anvil) = Anvil::start() else { return };
    let guests = "--schedule osaka=0";
    let deployed = anvil.deploy(guests);
    // PUSH0 PUSH0 PUSH0 PUSH0 PUSH1 8 GAS STATICCALL POP STOP
    let input = json!({
        "fork": "osaka",
        "transaction": {"from": "0x1111111111111111111111111111111111111111",
            "to": "0x2222222222222222222222222222222222222222", "gas": "0xf4240"},
        "prestate": {"0x2222222222222222222222222222222222222222": {"code": "0x5f5f5f5f60085afa5000"}}
    });
    let witness = super::segments::recorded(&input.to_string());
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), &witness);
    let trial = Trial { anvil, deployed, witness, folder };
    let mut lie = trial.witness.clone();
    change_record(&mut lie, |record| match record {
        Record::Call(opcode, mut call) => {
            call.gasUsed += 1;
            Some(Record::Call(opcode, call))
        }
        _ => None,
    });
    let id = stands_by(&trial.anvil, &trial.deployed, &lie, guests);
    std::fs::write(trial.folder().join("lie.bin"), lie.encode()).unwrap();
    convicted(&trial, id, &format!("lie.bin {guests}"), "precompile-gas");
}

/// On the terms that `deploy` has there is nothing to be fetched.
#[test]
fn without_a_bond_a_commitment_becomes_final_and_nothing_is_withdrawn() {
    let Some(trial) = Trial::of("plain-transfer", WINDOWS) else { return };
    let id = trial.operator("commit witness.bin", 0)["id"].as_str().unwrap().to_owned();
    trial.challenger("ask witness.bin --item step --index 1", 0);
    trial.operator("answer witness.bin", 0);
    trial.anvil.wait(4_001);
    let done = trial.operator(&format!("settle {id}"), 0);
    assert_eq!(done["standing"], "final");
    let sent = done["transactions"].as_array().unwrap();
    assert_eq!((sent.len(), &sent[0]["what"]), (1, &json!("finalise")));
    let at = address(&trial.deployed, "dispute");
    for command in [
        "answer witness.bin".to_owned(),
        format!("ask witness.bin --item step --index 0 --operator {}", trial.anvil.accounts[0]),
    ] {
        let ran = trial.anvil.iso(trial.folder(), &format!("{command} --dispute {at}"));
        assert_eq!(ran.code, Some(2), "{}", ran.text());
        assert!(ran.stderr.contains("is final: nothing is asked"), "{}", ran.stderr);
    }
}

/// What the witness at hand does not tell is not called true.
#[test]
fn a_claim_of_more_than_the_witness_is_not_held_for_true() {
    let Some(trial) = Trial::of("plain-transfer", WINDOWS) else { return };
    let truth = claimed(&trial.witness);
    let roots = [truth.claim.enter, truth.claim.leave];
    let more = iso_evm_verifier::claim::ClaimedBlock::new(
        truth.environment,
        B256::ZERO,
        vec![B256::repeat_byte(7)],
        roots,
        (0, truth.transactions.clone()),
    );
    stands_by_claim(&trial.anvil, &trial.disputes(), &more);
    let file = publish(trial.folder(), &more);
    let document = trial.challenger(&format!("challenge {file} --witness witness.bin"), 3);
    assert_eq!(document["conviction"], Value::Null);
    assert!(document["said"].as_str().unwrap().contains("were not looked at"), "{document}");
}

/// A bond is at stake: the challenge is announced, and who convicts may fetch his part.
#[test]
fn where_there_is_a_bond_a_challenge_is_announced() {
    let Some(trial) = Trial::of("erc20-transfer", &format!("{WINDOWS} --bond 1ether")) else {
        return;
    };
    let (id, file) =
        trial.lies(|witness| change(witness, 0, |message| message.gasUsed += U256::ONE));
    let document = trial.challenger(&format!("challenge {file}"), 1);
    let what: Vec<_> =
        document["transactions"].as_array().unwrap().iter().map(|sent| &sent["what"]).collect();
    assert_eq!(what, ["announce", "challenge"]);
    assert_eq!(document["standing"], "convicted");
    let fetched = trial.challenger(&format!("settle {id}"), 1);
    assert_eq!(fetched["transactions"][0]["what"], "withdraw");
}

/// Who is asked answers, or loses.
#[test]
fn what_is_withheld_is_shown_or_convicts() {
    let bonds = format!("{WINDOWS} --deposit 1gwei");
    let Some(trial) = Trial::of("erc20-transfer", &bonds) else { return };
    let id = trial.operator("commit witness.bin", 0)["id"].as_str().unwrap().to_owned();
    let items =
        ["record --index 1", "instant --index 1", "signed", "step --index 1", "transaction"];
    for item in items {
        let asked = trial.challenger(&format!("ask witness.bin --item {item}"), 0);
        assert_eq!(asked["asked"][0]["closed"], false, "{asked}");
    }
    // What stands in words that the item does not have is anybody's: the contract does not look at it.
    let (disputes, truth) = (trial.disputes(), claimed(&trial.witness));
    let item = Item { level: Level::Step, transaction: 0, message: 0, index: 2 };
    let mut question = item.question(&truth).unwrap();
    question.message.index = U256::MAX;
    let call = AuditDispute::askCall { id: id.parse().unwrap(), question };
    let windows = disputes.check(&trial.anvil.chain).unwrap();
    let mut scene = disputes.scene(windows);
    scene.commit(trial.anvil.accounts[0], B256::ZERO, &truth).unwrap();
    let asker = trial.anvil.accounts[1];
    let mut step = scene.ask(asker, id.parse().unwrap(), &truth, item).unwrap().step;
    step.data = call.abi_encode().into();
    assert!(trial.anvil.step(1, &step).success);
    let again = "ask witness.bin --item step --index 2";
    let at = address(&trial.deployed, "dispute");
    let operator = trial.anvil.accounts[0];
    let line = format!("{again} --dispute {at} --operator {operator}");
    let ran = trial.anvil.iso(trial.folder(), &line);
    assert_eq!(ran.code, Some(2), "{}", ran.text());
    assert!(ran.stderr.contains("has asked for it already"), "{}", ran.stderr);
    // The claim alone does not hold the transaction's bytes: the rest is shown, and what is lacking is said.
    let claim = publish(trial.folder(), &claimed(&trial.witness));
    let ran = trial.anvil.iso(trial.folder(), &format!("answer {claim} --dispute {at}"));
    assert_eq!(ran.code, Some(2), "{}", ran.text());
    assert!(ran.stderr.contains("the bytes of transaction 0"), "{}", ran.stderr);
    let answered = trial.operator("answer witness.bin", 0);
    let asked = answered["asked"].as_array().unwrap();
    assert_eq!(asked.len(), items.len() + 1);
    assert!(asked.iter().all(|asked| asked["closed"] == true), "{answered}");
    // Something is owed to the operator already, for the first answers.
    for sent in answered["transactions"].as_array().unwrap() {
        assert_eq!(quantity(&sent["gasUsed"]), quantity(&sent["predictedGas"]) - SLOT, "{sent}");
    }
    trial.anvil.wait(5_001);
    assert_eq!(trial.operator(&format!("settle {id}"), 0)["standing"], "final");

    // The other commitment is as true, and nobody says a word about it.
    let mut other = trial.witness.clone();
    other.block.gas_limit += 1;
    let id = stands_by(&trial.anvil, &trial.deployed, &other, "");
    std::fs::write(trial.folder().join("other.bin"), other.encode()).unwrap();
    trial.challenger("ask other.bin --item record --index 1", 0);
    let early = trial.challenger(&format!("settle {id}"), 0);
    assert_eq!((&early["standing"], &early["transactions"]), (&json!("open"), &json!([])));
    trial.anvil.wait(1_001);
    let ran = trial.anvil.iso(trial.folder(), &format!("answer other.bin --dispute {at}"));
    assert_eq!(ran.code, Some(2), "{}", ran.text());
    assert!(
        ran.stderr.contains("the time to show 1 of what was asked for is over"),
        "{}",
        ran.stderr
    );
    let late = trial.challenger(&format!("settle {id}"), 1);
    assert_eq!(late["standing"], "convicted");
    let what: Vec<_> =
        late["transactions"].as_array().unwrap().iter().map(|sent| &sent["what"]).collect();
    assert_eq!(what, ["convict-silent", "withdraw"]);
}

/// A proof cut short, with too little gas, by an address that is no prover, of another commitment: nothing is decided.
#[test]
fn a_challenger_that_withholds_decides_nothing() {
    let Some(trial) = Trial::of("erc20-transfer", WINDOWS) else { return };
    let (id, file) =
        trial.lies(|witness| change(witness, 0, |message| message.gasUsed += U256::ONE));
    let lie = Witness::decode(&std::fs::read(trial.folder().join(&file)).unwrap()).unwrap();
    let honest = stands_by(&trial.anvil, &trial.deployed, &trial.witness, "");
    let (disputes, opened) = (trial.disputes(), Opened::of(&lie));
    let (subject, claimed) = (Subject::new(&opened), claimed(&lie));
    let engine = iso_evm_hypervisor::Engine::new(lie.rules);
    let machine = disputes.machine().address;
    assert_ne!(machine, MACHINE);
    let accused = Accused {
        subject: &subject,
        claimed: &claimed,
        engine: &engine,
        machine,
        transaction: 0,
        gas_limit: GAS_LIMIT,
    };
    let report = verify(&lie, &Default::default()).unwrap();
    let fault = accused.fault(&report.findings[0]).unwrap();
    let at = |prover: Prover| disputes.prover(prover).address;
    let call = |id: B256, prover: Prover, at: alloy_primitives::Address, proof: &[u8]| {
        let proof = in_one_part(Bytes::copy_from_slice(proof));
        challenge_calldata(id, prover as usize, at, proof)
    };
    let dispute = address(&trial.deployed, "dispute");
    let nothing = |data: Bytes, gas: u64, why: &str| {
        let answer = trial.anvil.call(1, dispute, data.clone(), gas);
        assert!(!matches!(answer, CallAnswer::Returned(_)), "{why}: {answer:?}");
        let receipt = trial.anvil.send(1, dispute, data, gas);
        assert!(!receipt.success && receipt.logs.is_empty(), "{why}");
        for id in [id, honest] {
            let call = AuditDispute::standingCall { id }.abi_encode().into();
            let CallAnswer::Returned(said) = trial.anvil.call(0, dispute, call, GAS) else {
                panic!()
            };
            assert_eq!(U256::from_be_slice(&said), U256::ONE, "{why}");
        }
    };
    let right = call(id, fault.prover, at(fault.prover), &fault.proof);
    nothing(call(honest, fault.prover, at(fault.prover), &fault.proof), GAS, "another commitment");
    let other = call(B256::repeat_byte(1), fault.prover, at(fault.prover), &fault.proof);
    nothing(other, GAS, "no commitment");
    for cut in [0, 1, 32, fault.proof.len() / 2, fault.proof.len() - 1] {
        let data = call(id, fault.prover, at(fault.prover), &fault.proof[..cut]);
        nothing(data, GAS, "a proof cut short");
    }
    nothing(call(id, fault.prover, at(Prover::Read), &fault.proof), GAS, "another prover's code");
    nothing(call(id, Prover::Read, at(Prover::Read), &fault.proof), GAS, "another prover");
    nothing(call(id, fault.prover, dispute, &fault.proof), GAS, "no prover");
    // With any gas at all there is the right answer, or none.
    let floor = iso_evm_onchain::host::calldata_gas(&right).1;
    let decides = |gas: u64| {
        matches!(trial.anvil.call(1, dispute, right.clone(), gas), CallAnswer::Returned(_))
    };
    let (mut low, mut high) = (floor, GAS);
    assert!(decides(high));
    while high - low > 1 {
        let middle = low.midpoint(high);
        *(if decides(middle) { &mut high } else { &mut low }) = middle;
    }
    for gas in [floor, floor.midpoint(high), high - 100, high - 1] {
        if gas < high {
            nothing(right.clone(), gas, "too little gas");
        }
    }
    assert!(trial.anvil.send(1, dispute, right, high).success);
    let call = AuditDispute::standingCall { id }.abi_encode().into();
    let CallAnswer::Returned(said) = trial.anvil.call(0, dispute, call, GAS) else { panic!() };
    assert_eq!(U256::from_be_slice(&said), U256::from(3));
}

const GAS: u64 = 10_000_000;

/// What a slot costs less that is not zero before (EIP-2200).
const SLOT: u64 = 17_100;

/// What falls with a conviction, and what cannot be built on another's open commitment.
#[test]
fn what_goes_on_from_a_lie_falls_with_it() {
    let Some(trial) = Trial::of("plain-transfer", WINDOWS) else { return };
    let (first, file) = trial.lies(|witness| witness.roots.leave.0[0] ^= 1);
    // A block that begins where the lie ends, without a transaction.
    let lie = Witness::decode(&std::fs::read(trial.folder().join(&file)).unwrap()).unwrap();
    let truth = claimed(&lie);
    let mut environment = truth.environment;
    environment.number += 1;
    environment.timestamp += 12;
    let roots = [truth.claim.leave; 2];
    let next = iso_evm_verifier::claim::ClaimedBlock::new(
        environment,
        B256::ZERO,
        Vec::new(),
        roots,
        (0, Vec::new()),
    );
    let disputes = trial.disputes();
    let windows = disputes.check(&trial.anvil.chain).unwrap();
    let operator = trial.anvil.accounts[0];
    let act = disputes.scene(windows).commit(operator, first, &next).unwrap();
    let receipt = trial.anvil.step(0, &act.step);
    // A parent of an earlier block is not asked for its environment.
    assert_eq!((receipt.success, receipt.gas_used), (true, act.step.gas - 2_135));
    assert!(
        !trial.anvil.step(1, &act.step).success,
        "another's open commitment is nobody's to build on"
    );
    let second = iso_evm_provers::dispute::id_of(operator, next.root());
    trial.anvil.wait(4_001);
    let waits = trial.operator(&format!("settle {second}"), 0);
    assert_eq!((&waits["standing"], &waits["transactions"]), (&json!("open"), &json!([])));
    // The window is over, and nobody has made it final: it is convicted all the same.
    trial.challenger(&format!("challenge {file}"), 1);
    let fallen = trial.challenger(&format!("settle {second}"), 1);
    assert_eq!(fallen["transactions"][0]["what"], "convict-successor");
    assert_eq!(fallen["standing"], "convicted");
}

/// Without a chain: what would convict, and what it would take.
#[test]
fn a_challenge_is_tried_in_memory_without_a_node() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let truth = fixture("erc20-transfer");
    put(folder, &truth);
    let mut lie = truth.clone();
    change(&mut lie, 0, |message| message.gasUsed += U256::ONE);
    std::fs::write(folder.join("lie.bin"), lie.encode()).unwrap();
    let claim = publish(folder, &claimed(&lie));
    for (files, code) in
        [("witness.bin", 0), ("lie.bin", 1), (&*format!("{claim} --witness witness.bin"), 1)]
    {
        let ran = run(folder, &format!("iso-verify challenge {files} --dry-run --json"));
        assert_eq!(ran.code, Some(code), "{files}: {}{}", ran.stderr, ran.text());
        let document = ran.json();
        schema("dispute").check(&document).unwrap();
        assert_eq!(document["chainId"], Value::Null);
        if code == 1 {
            assert_eq!(document["conviction"]["kind"], "gas-used");
        }
    }
}
