//! `WriteProver`: a walk of records at random, behind each of which stands what follows.

use alloy_primitives::Address;
use iso_evm_wire::{
    Rules,
    claim::sets,
    protocol::Change,
    records::{LogRecord, Outcome, Record, TransientRecord},
};

use super::{
    answer::Answer,
    effect::BENEFICIARY,
    random::{Random, seeds},
    records::{
        CALL, CALLCODE, DELEGATECALL, STATICCALL, balance, call, create, selfdestruct, sload,
        sstore, with_root,
    },
    world::{ABSENT, CODED, CONTEXT, DELEGATES, EMPTY, RICH, RIPEMD, World, word},
    writes::{FORKS, asked, behind},
};

/// Any record of the kinds that change something, its facts true or not.
fn any(random: &mut Random, world: &World, rules: Rules) -> Record {
    let who = random.pick(&[
        RICH,
        EMPTY,
        ABSENT,
        CONTEXT,
        CODED,
        DELEGATES,
        RIPEMD,
        BENEFICIARY,
        Address::repeat_byte(0x25),
        Address::with_last_byte(2),
    ]);
    let value = random.pick(&[0, 0, 1, 30, 999]);
    let outcomes = [Outcome::None, Outcome::Nocode, Outcome::Precompile, Outcome::Balance];
    let key = random.below(24) as u64;
    match random.below(9) {
        0 => Record::Balance(balance(world, rules, who)),
        1 => Record::Sload(sload(world, rules, key)),
        2 | 3 => {
            let value = random.pick(&[0, 0, 101, 333, 7]);
            Record::Sstore(sstore(world, rules, key, word(value)))
        }
        4 => {
            let value = random.pick(&[0, 0, 4, 5]);
            Record::Tstore(TransientRecord { key: word(key % 5), value: word(value) })
        }
        5 => Record::Log(LogRecord { data_hash: random.word(), topics: vec![random.word()] }),
        6 => Record::Create(create(world, 0, random.pick(&[Outcome::Depth, Outcome::Collision]))),
        7 if random.once_in(4) => Record::Selfdestruct(selfdestruct(world, rules, who)),
        _ => {
            let mut record = call(world, rules, who, value, random.pick(&outcomes));
            record.status = random.below(3) as u8;
            Record::Call(random.pick(&[CALL, CALLCODE, DELEGATECALL, STATICCALL]), record)
        }
    }
}

#[test]
fn what_follows_from_random_records_convicts_nobody() {
    for seed in seeds(6) {
        let mut random = Random::new(seed);
        let rules = Rules::from(random.pick(&FORKS).0);
        let mut world = World::new();
        world.created.insert(sets::account(CONTEXT));
        for _ in 0..40 {
            let record = any(&mut random, &world, rules);
            let after = behind(&world, rules, &record);
            let record = with_root(&record, after.instant().state_root);
            let answer = asked(&world, rules, &record, after.instant());
            assert_eq!(answer, Answer::holding(), "{seed} {rules} {record:?}");
            world = after;
        }
        assert!(!rules.has(Change::ColdAccess) || world.accessed.len() > 3);
    }
}
