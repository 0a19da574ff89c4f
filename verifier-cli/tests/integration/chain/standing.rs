//! How commitments end but for a proof: final behind the window, convicted by silence or with their parent; and what
//! is asked for and shown.

use alloy_primitives::{B256, U256};
use alloy_sol_types::SolCall;
use iso_evm_provers::{
    asks::Item,
    dispute::{AuditDispute, Level},
};
use iso_evm_wire::Witness;
use serde_json::{Value, json};

use super::{
    anvil::{address, quantity},
    claims::{claimed, publish, stands_by},
    dispute::{Trial, WINDOWS},
};

/// What a slot costs less that is not zero before (EIP-2200).
const SLOT: u64 = 17_100;

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
