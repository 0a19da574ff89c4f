//! What provers take where tries are deep: 65,536 accounts, an account of 4,096 slots, and as much that has
//! been accessed.

use alloy_primitives::{Address, B256, U256};
use iso_evm_provers::proof::{Frame, Read, Write, question};
use iso_evm_wire::{
    Fork, Rules,
    claim::sets,
    records::{Outcome, Record},
};

use super::{
    answer::{Answer, Prover, ask},
    claim::{Commitment, Spoken},
    records::{CALL, call, sload, sstore},
    world::{CODED, CONTEXT, Holder, RICH, World, word},
    writes::behind,
};

fn large() -> World {
    let mut world = World::new();
    for number in 0..1_u64 << 16 {
        let holder = Holder { nonce: number, balance: U256::MAX >> 160, ..Holder::default() };
        world.accounts.insert(Address::from_word(word(number | 1 << 40)), holder);
    }
    let slots = &mut world.accounts.get_mut(&CONTEXT).unwrap().slots;
    slots.extend((100..1 << 12).map(|key| (word(key), B256::repeat_byte(9))));
    world.entry = world.accounts.clone();
    world.created.clear();
    world.accessed.extend((100..1 << 12).map(|key| sets::slot(CONTEXT, word(key))));
    world
}

#[track_caller]
fn told(name: &str, answer: &Answer, length: usize) {
    let Answer::Convicts(_, gas) = answer else { panic!("{name}: {answer:?}") };
    println!("{name}: {gas} gas, {length} bytes of nodes");
    assert!(*gas < 700_000, "{name}: {gas}");
}

#[test]
fn deep_tries_take_no_more_than_a_block_has() {
    let rules: Rules = Fork::Osaka.into();
    let before = large();
    let instant = before.instant();
    let of = |record: &Record, after| {
        Commitment::new(rules, vec![Spoken::new(instant, std::slice::from_ref(record), &[after])])
    };

    let mut record = sload(&before, rules, 500);
    record.value = word(1);
    let commitment = of(&Record::Sload(record), instant);
    let nodes = before.nodes_to(&[CONTEXT], &[word(500)]);
    let length = nodes.len();
    let read =
        Read { place: commitment.place(0, 1), nodes: nodes.clone().into(), ..Read::default() };
    told("a false value of a slot", &ask(Prover::Read, commitment.root(), &read), length);

    let record = Record::Sstore(sstore(&before, rules, 500, word(8)));
    let commitment = of(&record, behind(&before, rules, &record).instant());
    let write = Write { place: commitment.place(0, 1), nodes: nodes.into(), ..Write::default() };
    told("a false root of a write", &ask(Prover::Write, commitment.root(), &write), length);

    for (who, value) in [(CODED, 0), (RICH, 10)] {
        let record = Record::Call(CALL, call(&before, rules, who, value, Outcome::Child));
        let parent = Spoken::new(instant, std::slice::from_ref(&record), &[instant]);
        let child = Spoken::new(instant, &[], &[]);
        let commitment = Commitment::new(rules, vec![parent, child]);
        let nodes = before.nodes_to(&[CONTEXT, who], &[]);
        let length = nodes.len();
        let frame = Frame {
            question: question::ENTRY,
            place: commitment.place(0, 1),
            child: commitment.message(1),
            nodes: nodes.into(),
            ..Frame::default()
        };
        let name = format!("a false entry of a call that moves {value}");
        told(&name, &ask(Prover::Frame, commitment.root(), &frame), length);
    }
}
