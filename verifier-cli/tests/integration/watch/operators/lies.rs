//! An operator that lies once, in each kind that a prover judges, is convicted by a watcher that nobody attends.

use alloy_primitives::{B256, U256};
use iso_evm_onchain::dispute::Standing;
use iso_evm_provers::Prover;
use iso_evm_verifier::claim::ClaimedBlock;
use iso_evm_wire::{MessageWitness, Witness, encoding::encode, records::Record};
use serde_json::{Value, json};

use super::{Chains, claimed_of, is};
use crate::schemas::schema;

/// A true claim of a block with its witnesses, and the places of the transactions that lies are about.
struct Truth {
    claimed: ClaimedBlock,
    witnesses: Vec<Witness>,
    /// Increments a slot.
    counting: usize,
    /// Calls what increments a slot.
    calling: usize,
    /// Calls a precompile.
    hashing: usize,
}

impl Truth {
    fn new((claimed, witnesses): (ClaimedBlock, Vec<Witness>)) -> Self {
        let place = |is_it: &dyn Fn(&[MessageWitness]) -> bool| {
            let messages = |witness: &Witness| {
                (0..witness.messages.len())
                    .map(|it| witness.message(it).unwrap())
                    .collect::<Vec<_>>()
            };
            witnesses.iter().position(|witness| is_it(&messages(witness))).unwrap()
        };
        let records = |messages: &[MessageWitness]| {
            let all = messages.iter().flat_map(|message| message.stateAccessList.clone());
            all.filter_map(|record| Record::decode(&record).ok()).collect::<Vec<_>>()
        };
        let reads = |record: &Record| matches!(record, Record::Sload(_));
        let calls = |record: &Record| matches!(record, Record::Call(..));
        let counting =
            place(&|messages| messages.len() == 1 && records(messages).iter().any(reads));
        let calling = place(&|messages| messages.len() == 2);
        let hashing = place(&|messages| messages.len() == 1 && records(messages).iter().any(calls));
        Self { claimed, witnesses, counting, calling, hashing }
    }

    /// What would be claimed of the block, if a message of a transaction's witness said something else.
    fn witnessed(
        &self,
        at: usize,
        message: usize,
        change: impl FnOnce(&mut MessageWitness),
    ) -> ClaimedBlock {
        let mut lying = self.witnesses[at].clone();
        let mut told = lying.message(message).unwrap();
        change(&mut told);
        lying.messages[message] = encode(&told).into();
        let mut claimed = self.claimed.clone();
        claimed.transactions[at] = claimed_of(&lying).transactions.remove(0);
        claimed.rebuilt()
    }

    /// The claim with something changed.
    fn changed(&self, change: impl FnOnce(&mut ClaimedBlock)) -> ClaimedBlock {
        let mut claimed = self.claimed.clone();
        change(&mut claimed);
        claimed.rebuilt()
    }
}

/// Changes the first record of a message that something can be made of.
fn change_record(message: &mut MessageWitness, change: impl Fn(Record) -> Option<Record>) {
    for told in &mut message.stateAccessList {
        let changed = Record::decode(told).ok().and_then(&change);
        if let Some(changed) = changed {
            *told = changed.encode();
            return;
        }
    }
    panic!("there is no such record");
}

/// Another root of the state behind something.
fn spoil(instant: &mut Option<iso_evm_wire::claim::Instant>) {
    instant.as_mut().unwrap().state_root.0[0] ^= 1;
}

fn again(instants: &mut iso_evm_verifier::claim::Instants) {
    *instants = iso_evm_verifier::claim::Instants::new(instants.known.clone());
}

/// A lie for each prover.
fn lies(truth: &Truth, block: B256) -> Vec<(Prover, ClaimedBlock)> {
    let (counting, calling, hashing) = (truth.counting, truth.calling, truth.hashing);
    let read = truth.witnessed(counting, 0, |message| {
        change_record(message, |record| match record {
            Record::Sload(mut read) => {
                read.value = B256::with_last_byte(99);
                Some(Record::Sload(read))
            }
            _ => None,
        });
    });
    let write = truth.changed(|claim| {
        let instants = &mut claim.transactions[counting].messages[0].instants;
        // Behind the write, which follows the read.
        spoil(&mut instants.known[1]);
        again(instants);
    });
    let frame = truth.changed(|claim| {
        let message = &mut claim.transactions[calling].messages[1];
        spoil(&mut message.entry);
        message.claim.entry = message.entry.unwrap().digest();
    });
    let pair = truth.witnessed(calling, 0, |message| {
        change_record(message, |record| match record {
            Record::Call(opcode, mut call) => {
                call.gasUsed -= 1;
                Some(Record::Call(opcode, call))
            }
            _ => None,
        });
    });
    let precompile = truth.witnessed(hashing, 0, |message| {
        change_record(message, |record| match record {
            Record::Call(opcode, mut call) => {
                call.gasUsed += 1;
                Some(Record::Call(opcode, call))
            }
            _ => None,
        });
    });
    let segment = truth.witnessed(counting, 0, |message| message.gasUsed += U256::from(1));
    let shape = truth.changed(|claim| {
        claim.transactions[counting].claim.sender = B256::repeat_byte(7);
    });
    let rules = truth.changed(|claim| {
        claim.transactions[counting].claim.sender = B256::with_last_byte(7);
    });
    let top = truth.changed(|claim| {
        let message = &mut claim.transactions[counting].messages[0];
        spoil(&mut message.entry);
        message.claim.entry = message.entry.unwrap().digest();
    });
    let step = truth.changed(|claim| {
        let steps = &mut claim.transactions[counting].steps;
        // Behind the charge.
        spoil(&mut steps.known[1]);
        again(steps);
    });
    let settle = truth.changed(|claim| {
        let steps = &mut claim.transactions[counting].steps;
        // Where the beneficiary is paid.
        spoil(steps.known.last_mut().unwrap());
        again(steps);
    });
    let receipt = truth.changed(|claim| {
        claim.transactions[counting].claim.receipt = B256::repeat_byte(7);
    });
    let header = truth.changed(|claim| {
        claim.claim.header = block;
        claim.environment.gas_limit += 1;
    });
    vec![
        (Prover::Read, read),
        (Prover::Write, write),
        (Prover::Frame, frame),
        (Prover::Pair, pair),
        (Prover::Precompile, precompile),
        (Prover::Segment, segment),
        (Prover::Shape, shape),
        (Prover::Rules, rules),
        (Prover::Top, top),
        (Prover::Step, step),
        (Prover::Settle, settle),
        (Prover::Receipt, receipt),
        (Prover::Block, header),
    ]
}

#[test]
fn an_operator_that_lies_to_any_prover_is_not_convicted_or_an_honest_one_is_challenged() {
    let Some(chains) = Chains::start("") else { return };
    let truth = Truth::new(chains.truth());
    let disputes = chains.disputes(&truth.witnesses[0]);
    let block = chains.guest.chain.newest().unwrap().hash;
    let lies = lies(&truth, block);
    let told: Vec<Prover> = lies.iter().map(|(prover, _)| *prover).collect();
    assert_eq!(told, Prover::ALL, "there is a lie for each prover");
    let honest = chains.commits(&disputes, &truth.claimed, true);
    let mut open = Vec::new();
    for (prover, lie) in &lies {
        open.push((*prover, chains.commits(&disputes, lie, true)));
    }
    let mut watcher = chains.challenger("--proofs proofs");
    let mut events = Vec::new();
    while open.iter().any(|(_, id)| chains.standing(&disputes, *id) != Standing::Convicted) {
        events.extend(watcher.until(|event| event["event"] == "challenge-mined"));
    }
    for (prover, id) in &open {
        let name = prover.name();
        let said: Vec<&Value> =
            events.iter().filter(|event| is(event, "commitment-false", *id)).collect();
        assert_eq!(said.len(), 1, "{name}: {said:#?}");
        assert_eq!(said[0]["prover"], name, "{}", said[0]);
        // The proof is a file that anybody can send.
        let file = std::fs::read(chains.folder.path().join(said[0]["proof"].as_str().unwrap()));
        let document: Value = serde_json::from_slice(&file.unwrap()).unwrap();
        schema("watch-proof").check(&document).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(document["commitment"]["id"], json!(id));
        assert_eq!(document["transactions"].as_array().unwrap().len(), 1, "{name}");
    }
    assert!(events.iter().any(|event| is(event, "commitment-same", honest)));
    assert_eq!(chains.standing(&disputes, honest), Standing::Open);
    // Each at one go, and nothing else.
    assert_eq!(chains.sent(), lies.len() as u64);
    assert_eq!(chains.convictions(&disputes), lies.len());
    assert_eq!(watcher.end(), Some(0));
}

#[test]
fn a_lie_about_some_of_a_blocks_transactions_is_not_found_or_the_truth_about_them_is_not_seen() {
    let Some(chains) = Chains::start("") else { return };
    let truth = Truth::new(chains.truth());
    let disputes = chains.disputes(&truth.witnesses[0]);
    // One transaction, as it is committed to by itself; and all from some place on.
    let alone = |at: usize| claimed_of(&truth.witnesses[at]).of_run();
    let two =
        ClaimedBlock::join([claimed_of(&truth.witnesses[1]), claimed_of(&truth.witnesses[2])]);
    let honest = [alone(3), two.unwrap()].map(|claim| chains.commits(&disputes, &claim, false));
    let mut lie = alone(2);
    lie.transactions[0].claim.receipt = B256::repeat_byte(7);
    let lie = chains.commits(&disputes, &lie.rebuilt(), true);
    let line = format!("iso-verify watch --json {}", chains.options("--once"));
    let ran = crate::common::run(chains.folder.path(), &line);
    assert_eq!(ran.code, Some(1), "{}{}", ran.text(), ran.stderr);
    let events: Vec<Value> =
        ran.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for id in honest {
        assert!(events.iter().any(|event| is(event, "commitment-same", id)), "{events:#?}");
    }
    assert!(events.iter().any(|event| is(event, "commitment-false", lie)), "{events:#?}");
    // Nobody was told to send anything.
    assert_eq!(chains.standing(&disputes, lie), Standing::Open);
    assert_eq!(chains.sent(), 0);
    // Once more: the same is not told again.
    let ran = crate::common::run(chains.folder.path(), &line);
    assert_eq!(ran.code, Some(0), "{}{}", ran.text(), ran.stderr);
    assert!(!ran.text().contains("commitment"), "{}", ran.text());
}

#[test]
fn a_commitment_does_not_fall_with_its_parent() {
    let Some(chains) = Chains::start("") else { return };
    let truth = Truth::new(chains.truth());
    let disputes = chains.disputes(&truth.witnesses[0]);
    let run = |from: usize, to: usize| {
        ClaimedBlock::join(truth.witnesses[from..to].iter().map(claimed_of)).unwrap()
    };
    let mut parent = run(0, 2);
    parent.transactions[0].claim.receipt.0[0] ^= 1;
    let parent = chains.commits(&disputes, &parent.rebuilt(), true);
    // True by itself, and behind what is false.
    let child = run(2, 5);
    let windows = disputes.check(&chains.host.chain).unwrap();
    let operator = chains.host.accounts[0];
    let act = disputes.scene(windows).commit(operator, parent, &child).unwrap();
    assert!(chains.host.step(0, &act.step).success);
    let child = iso_evm_provers::dispute::id_of(operator, child.root());
    let mut watcher = chains.challenger("");
    let events = watcher.until(|event| is(event, "commitment-convicted", child));
    assert_eq!(events.last().unwrap()["by"], Value::Null);
    assert!(events.iter().any(|event| is(event, "commitment-same", child)), "{events:#?}");
    assert!(events.iter().any(|event| is(event, "commitment-convicted", parent)), "{events:#?}");
    assert_eq!((chains.sent(), chains.convictions(&disputes)), (2, 2));
    assert_eq!(watcher.end(), Some(0));
}
