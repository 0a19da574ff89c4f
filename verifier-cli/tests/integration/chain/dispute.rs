//! Disputes on a real chain: operators who lie are convicted by `challenge`, whatever the lie is about, and a challenger
//! who withholds decides nothing.

use std::path::Path;

use alloy_primitives::{B256, Bytes, U256};
use alloy_sol_types::SolCall;
use iso_evm_onchain::{chain::CallAnswer, dispute::Disputes};
use iso_evm_provers::{
    Accused, MACHINE, Prover,
    dispute::{AuditDispute, challenge_calldata, in_one_part},
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
pub(crate) const WINDOWS: &str = "--window 4000 --answer-period 1000";

/// A chain with disputes, a witness that is true, and a folder that holds it.
pub(crate) struct Trial {
    pub(crate) anvil: Anvil,
    pub(crate) deployed: Value,
    pub(crate) witness: Witness,
    folder: tempfile::TempDir,
}

impl Trial {
    pub(crate) fn of(name: &str, options: &str) -> Option<Self> {
        let anvil = Anvil::start()?;
        let witness = fixture(name);
        let fork = witness.rules;
        let deployed = anvil.deploy(&format!("--fork {fork} {options}"));
        schema("deploy").check(&deployed).unwrap();
        let folder = tempfile::tempdir().unwrap();
        put(folder.path(), &witness);
        Some(Self { anvil, deployed, witness, folder })
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn disputes(&self) -> Disputes {
        disputes(&self.deployed, &self.witness, "")
    }

    /// A command about the first account's commitment, sent by the second.
    pub(crate) fn challenger(&self, line: &str, code: i32) -> Value {
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
    pub(crate) fn operator(&self, line: &str, code: i32) -> Value {
        let at = address(&self.deployed, "dispute");
        let document = self.anvil.json(self.folder(), &format!("{line} --dispute {at}"), code);
        schema("dispute").check(&document).unwrap();
        document
    }

    /// The operator stands by a false witness, which is then a file.
    pub(crate) fn lies(&self, lie: impl FnOnce(&mut Witness)) -> (B256, String) {
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
            assert_eq!(document["conviction"]["transaction"], json!(claimed(&lie).first));
        }
    }
}

/// The claim of a lie says what the lie says: beside that nothing is proved of it.
#[test]
fn a_claim_is_held_for_true_beside_a_witness_that_is_false_itself() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let mut lie = fixture("erc20-transfer");
    // What the block's roots say nothing of.
    change(&mut lie, 0, |message| message.returndataHash = B256::repeat_byte(7));
    std::fs::write(folder.join("lie.bin"), lie.encode()).unwrap();
    let claim = publish(folder, &claimed(&lie));
    let line = format!("iso-verify challenge {claim} --witness lie.bin --dry-run --json");
    let ran = run(folder, &line);
    assert_eq!(ran.code, Some(3), "{}{}", ran.stderr, ran.text());
    let said = ran.json()["said"].as_str().unwrap().to_owned();
    assert!(
        said.starts_with("nothing false was found in it") && said.contains("false itself"),
        "{said}"
    );
    assert!(ran.stderr.contains("lie.bin: false:"), "{}", ran.stderr);
}
