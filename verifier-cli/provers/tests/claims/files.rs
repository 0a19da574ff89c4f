//! Claims as files: what is written is read again, and what no root is of is told in words.

use alloy_primitives::B256;
use iso_evm_verifier::{
    audit::Subject,
    claim::{ClaimedBlock, Instants, claim},
};
use iso_evm_wire::{Opened, Witness, claim::ToldInstant};
use serde_json::{Value, json};

use crate::{
    honest::{GAS, own},
    random::Random,
};

/// The witness of this name.
pub(crate) fn named(name: &str) -> Witness {
    let name = format!("{name}.witness.bin");
    own().into_iter().find(|(found, _)| *found == name).unwrap().1
}

/// What an operator writes of a witness.
pub(crate) fn written(witness: &Witness) -> ClaimedBlock {
    let opened = Opened::of(witness);
    claim(&Subject::new(&opened), GAS).unwrap().of_run()
}

fn bytes(claimed: &ClaimedBlock) -> Vec<u8> {
    serde_json::to_vec(claimed).unwrap()
}

#[test]
fn what_is_written_is_read_again() {
    for (name, witness) in own() {
        let claimed = written(&witness);
        let json = bytes(&claimed);
        let read = ClaimedBlock::parse(&json).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!((read.root(), bytes(&read)), (claimed.root(), json), "{name}");
    }
}

/// A transaction with a false instant in it, told by what the operator knows of it.
fn told_by(digest: impl Fn(ToldInstant) -> ToldInstant) -> ClaimedBlock {
    let mut claimed = written(&named("call-tree"));
    let transaction = &mut claimed.transactions[0];
    let steps: Vec<ToldInstant> = transaction.steps.all().map(digest).collect();
    transaction.steps = Instants::new(steps);
    transaction.claim.steps = (&transaction.steps.tree).into();
    let (told, environment) = (claimed.claim, claimed.environment);
    let transactions = (0, claimed.transactions);
    let roots = [told.enter, told.leave];
    ClaimedBlock::new(environment, told.header, claimed.ancestors, roots, transactions)
}

#[test]
fn an_instant_that_is_none_stands_there_by_its_digest() {
    let truth = written(&named("call-tree"));
    let by_digest = told_by(|told| ToldInstant::by_digest(told.digest));
    assert_eq!(by_digest.root(), truth.root());
    for digest in [B256::ZERO, B256::repeat_byte(7)] {
        let claimed = told_by(|_| ToldInstant::by_digest(digest));
        let json: Value = serde_json::from_slice(&bytes(&claimed)).unwrap();
        let told = &json["transactions"][0]["steps"][0];
        assert_eq!(told.is_null(), digest.is_zero(), "{told}");
        let read = ClaimedBlock::parse(&bytes(&claimed)).unwrap();
        assert_eq!(read.root(), claimed.root());
        assert_eq!(read.transactions[0].steps.digests[0], digest);
    }
}

/// Words that no instant has are hashed as they stand: whoever claims them is convicted, and not unread.
#[test]
fn words_beyond_their_range_are_read_by_their_digest() {
    for (field, byte) in [("depth", 0xff), ("ripemdTouched", 2), ("refund", 0x70)] {
        let written: Value = serde_json::from_slice(&bytes(&told_by(|told| told))).unwrap();
        let mut words = written["transactions"][0]["steps"][0].clone();
        words[field] = json!(B256::repeat_byte(byte));
        let told: ToldInstant = serde_json::from_value(words.clone()).unwrap();
        assert_eq!(told.known, None);
        let claimed = told_by(|_| told);
        let mut json: Value = serde_json::from_slice(&bytes(&claimed)).unwrap();
        json["transactions"][0]["steps"][0] = words;
        let read = ClaimedBlock::parse(json.to_string().as_bytes()).unwrap();
        assert_eq!(read.root(), claimed.root());
    }
}

#[test]
fn a_hash_of_something_else_is_told_by_whose_it_is() {
    let truth: Value = serde_json::from_slice(&bytes(&written(&named("call-tree")))).unwrap();
    let (block, transaction) = ("the block", "transaction 0");
    let message = "transaction 0, message 2";
    for (pointer, whose, what) in [
        ("/root", block, "words"),
        ("/block/environment", block, "environment"),
        ("/environment/timestamp", block, "environment"),
        ("/block/ancestorsRoot", block, "ancestors"),
        ("/ancestors", block, "ancestors"),
        ("/block/transactions", block, "transactions"),
        ("/block/transactionsRoot", block, "transactions"),
        ("/transactions/0/transaction/sender", block, "transactions"),
        ("/block/enter", block, "words"),
        ("/transactions/0/transaction/steps", transaction, "steps"),
        ("/transactions/0/transaction/stepsRoot", transaction, "steps"),
        ("/transactions/0/steps/2/refund", transaction, "steps"),
        ("/transactions/0/transaction/messagesRoot", transaction, "messages"),
        ("/transactions/0/messages/2/message/head", message, "head"),
        ("/transactions/0/messages/2/head", message, "head"),
        ("/transactions/0/messages/2/records", message, "records"),
        ("/transactions/0/messages/2/message/entry", message, "entry"),
        ("/transactions/0/messages/2/entry/logs", message, "entry"),
        ("/transactions/0/messages/2/instants", message, "instants"),
        ("/transactions/0/messages/2/message/instantsRoot", message, "instants"),
        ("/transactions/0/messages/2/message/checkpoints", message, "checkpoints"),
        ("/transactions/0/messages/2/message/checkpointsRoot", message, "checkpoints"),
    ] {
        let mut json = truth.clone();
        let at = json.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}"));
        match at {
            Value::Array(items) if items.is_empty() => items.push(json!(B256::repeat_byte(1))),
            Value::Array(items) => items.push(items[0].clone()),
            Value::String(text) => {
                let last = if text.ends_with('0') { '1' } else { '0' };
                *text = format!("{}{last}", &text[..text.len() - 1]);
            }
            other => panic!("{pointer}: {other}"),
        }
        let error = ClaimedBlock::parse(json.to_string().as_bytes()).unwrap_err().to_string();
        let expected = format!("{whose}: its {what} are not");
        let expected_one = format!("{whose}: its {what} is not");
        assert!(error.starts_with(&expected) || error.starts_with(&expected_one), "{error}");
    }
}

#[test]
fn nonsense_is_refused_before_it_costs_anything() {
    let truth: Value = serde_json::from_slice(&bytes(&written(&named("call-tree")))).unwrap();
    let with = |pointer: &str, value: Value| {
        let mut json = truth.clone();
        *json.pointer_mut(pointer).unwrap() = value;
        ClaimedBlock::parse(json.to_string().as_bytes()).unwrap_err().to_string()
    };
    let before = with("/first", json!(u64::MAX));
    assert!(before.contains("are said to stand before the first"), "{before}");
    let head = with("/transactions/0/messages/1/head", json!("0x1234"));
    assert_eq!(head, "transaction 0, message 1: its head has 2 bytes, and a head has 640");
    let wide = B256::repeat_byte(0xff);
    for pointer in ["/block/transactions", "/environment/rules", "/environment/beneficiary"] {
        let error = with(pointer, json!(wide));
        assert!(error.contains("a word is out of its range"), "{pointer}: {error}");
    }
    for (pointer, value) in [("/block", json!({})), ("/block", json!(7)), ("/root", json!("0x"))] {
        with(pointer, value);
    }
    let twice = truth.to_string().replacen("\"enter\"", "\"leave\"", 1);
    let error = ClaimedBlock::parse(twice.as_bytes()).unwrap_err().to_string();
    assert!(error.contains("leave stands there twice"), "{error}");
}

/// No bytes are too much for it, and what it takes is what the root is of.
#[test]
fn no_bytes_stop_the_reader() {
    let mut random = Random::new(23);
    let claimed = written(&named("erc20-transfer"));
    let json = bytes(&claimed);
    for length in 0..json.len() {
        assert!(ClaimedBlock::parse(&json[..length]).is_err(), "{length}");
    }
    let mut taken = 0;
    for _ in 0..3_000 {
        let mut changed = json.clone();
        for _ in 0..=random.below(2) {
            let at = random.below(changed.len());
            match random.below(4) {
                0 => changed[at] ^= 1 << random.below(8),
                1 => changed[at] = json[random.below(json.len())],
                2 => drop(changed.remove(at)),
                _ => {
                    let end = (at + random.below(400)).min(changed.len());
                    let again = changed[at..end].to_vec();
                    changed.splice(at..at, again);
                }
            }
        }
        if let Ok(read) = ClaimedBlock::parse(&changed) {
            assert_eq!(read.root(), claimed.root());
            taken += 1;
        }
    }
    // Letters of hex may be upper case.
    assert!(taken < 300, "{taken}");
}
