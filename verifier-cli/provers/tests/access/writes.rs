//! `WriteProver`: behind each record the instant that follows, which convicts nobody, and others.

use alloy_primitives::{Address, B256, U256};
use iso_evm_provers::{ClaimKind, Kind, proof::Write};
use iso_evm_verifier::audit::AccessKind;
use iso_evm_wire::{
    Fork, Rules,
    claim::{Instant, sets},
    records::{LogRecord, Outcome, Record, SstoreRecord, TransientRecord, ValueRecord},
};
use revm::{
    context_interface::{cfg::GasParams, context::SStoreResult},
    primitives::hardfork::SpecId,
};

use super::{
    answer::{Answer, Prover, ask},
    claim::{Commitment, Spoken},
    effect::BENEFICIARY,
    records::{
        CALL, CALLCODE, DELEGATECALL, STATICCALL, balance, call, create, create2, extcodecopy,
        extcodehash, extcodesize, selfdestruct, sload, sstore, with_root,
    },
    world::{ABSENT, CODED, CONTEXT, DELEGATES, EMPTY, RICH, RIPEMD, World, word},
};

pub(crate) const FORKS: [(Fork, SpecId); 4] = [
    (Fork::Istanbul, SpecId::ISTANBUL),
    (Fork::Berlin, SpecId::BERLIN),
    (Fork::London, SpecId::LONDON),
    (Fork::Osaka, SpecId::OSAKA),
];

/// What another implementation gives back for a write.
fn refund(rules: Rules, record: &SstoreRecord) -> i64 {
    let spec = FORKS.iter().rfind(|(fork, _)| *fork <= rules.fork()).unwrap().1;
    let values = SStoreResult {
        original_value: record.original.into(),
        present_value: record.current.into(),
        new_value: record.value.into(),
    };
    GasParams::new_spec(spec).sstore_refund(true, &values)
}

/// The world behind a record.
pub(crate) fn behind(before: &World, rules: Rules, record: &Record) -> World {
    let mut after = before.clone();
    after.done(rules, record);
    if let Record::Sstore(record) = record
        && !record.stateRoot.is_zero()
    {
        after.refund += refund(rules, record);
    }
    after
}

/// Asks of a message's second record.
pub(crate) fn asked(before: &World, rules: Rules, record: &Record, after: Instant) -> Answer {
    asked_with(before.instant(), before.nodes(), rules, record, after)
}

fn asked_with(
    instant: Instant,
    nodes: Vec<u8>,
    rules: Rules,
    record: &Record,
    after: Instant,
) -> Answer {
    let first = Record::Value(0x42, ValueRecord { value: U256::from(2_000) });
    let spoken = Spoken::new(instant, &[first, record.clone()], &[instant, after]);
    let commitment = Commitment::new(rules, vec![spoken]);
    let (behind, path) = commitment.behind(0, 2);
    let place = commitment.place(0, 2);
    let write = Write { place, behind, behindPath: path, nodes: nodes.into() };
    ask(Prover::Write, commitment.root(), &write)
}

/// All that can be claimed falsely of an instant, a field at a time.
pub(crate) fn lies(truth: &Instant) -> Vec<Instant> {
    let other = B256::repeat_byte(0x66);
    vec![
        Instant { state_root: other, ..*truth },
        Instant { entry_root: other, ..*truth },
        Instant { accessed: other, ..*truth },
        Instant { transient: other, ..*truth },
        Instant { created: other, ..*truth },
        Instant { destroyed: other, ..*truth },
        Instant { refund: truth.refund - 1, ..*truth },
        Instant { logs: other, ..*truth },
        Instant { messages: truth.messages + 1, ..*truth },
        Instant { depth: truth.depth + 1, ..*truth },
        Instant { ripemd_touched: !truth.ripemd_touched, ..*truth },
    ]
}

/// The truth, a root that is another, and instants that are.
#[track_caller]
fn judged(before: &World, rules: Rules, record: &Record) {
    let (instant, nodes) = (before.instant(), before.nodes());
    let asked = |record: &Record, after| asked_with(instant, nodes.clone(), rules, record, after);
    let truth = behind(before, rules, record).instant();
    let record = with_root(record, truth.state_root);
    asked(&record, truth).holds();
    let place = [Some(0), Some(2)];
    let lie = with_root(&record, B256::repeat_byte(0x55));
    if lie != record {
        let words = [truth.state_root, B256::repeat_byte(0x55)];
        let kind = Kind::Access(AccessKind::StateRoot);
        asked(&lie, truth).convicts(kind, place, words);
    }
    for lie in lies(&truth) {
        let kind = Kind::Claim(ClaimKind::Instant);
        asked(&record, lie).convicts(kind, place, [truth.digest(), lie.digest()]);
    }
}

#[test]
fn what_reads_warms() {
    let world = World::new();
    for (fork, _) in FORKS {
        let rules = fork.into();
        for who in [RICH, ABSENT, EMPTY, BENEFICIARY, Address::with_last_byte(1)] {
            judged(&world, rules, &Record::Balance(balance(&world, rules, who)));
        }
        judged(&world, rules, &Record::Extcodesize(extcodesize(&world, rules, CODED)));
        judged(&world, rules, &Record::Extcodehash(extcodehash(&world, rules, EMPTY)));
        judged(&world, rules, &Record::Extcodecopy(extcodecopy(&world, rules, 1, 2)));
        for key in [1, 2, 99] {
            judged(&world, rules, &Record::Sload(sload(&world, rules, key)));
        }
        judged(&world, rules, &Record::Value(0x43, ValueRecord { value: U256::from(1) }));
        let record = TransientRecord { key: word(1), value: word(11) };
        judged(&world, rules, &Record::Tload(record));
    }
}

#[test]
fn what_is_written() {
    let mut world = World::new();
    for (fork, _) in FORKS {
        let rules = fork.into();
        for key in [1, 3, 4, 50] {
            for value in [0, 333, 101, 103, 8] {
                let record = sstore(&world, rules, key, word(value));
                judged(&world, rules, &Record::Sstore(record.clone()));
                let record = SstoreRecord { stateRoot: B256::ZERO, ..record };
                judged(&world, rules, &Record::Sstore(record));
            }
        }
    }
    for (key, value) in [(1, 0), (1, 5), (2, 5), (3, 0)] {
        let record = TransientRecord { key: word(key), value: word(value) };
        judged(&world, Fork::Osaka.into(), &Record::Tstore(record));
    }
    for topics in 0..5 {
        let record = LogRecord { data_hash: word(4), topics: vec![word(9); topics] };
        judged(&world, Fork::Osaka.into(), &Record::Log(record));
        world.logs = word(77);
    }
}

#[test]
fn what_is_destroyed() {
    for (fork, _) in FORKS {
        for created in [false, true] {
            for destroyed in [false, true] {
                let mut world = World::new();
                let own = sets::account(CONTEXT);
                if created {
                    world.created.insert(own);
                }
                if destroyed {
                    world.destroyed.insert(own);
                }
                for heir in [RICH, CONTEXT, ABSENT, EMPTY, RIPEMD] {
                    let record = selfdestruct(&world, fork.into(), heir);
                    judged(&world, fork.into(), &Record::Selfdestruct(record.clone()));
                }
                world.accounts.get_mut(&CONTEXT).unwrap().balance = U256::ZERO;
                for heir in [EMPTY, RIPEMD] {
                    let mut record = selfdestruct(&world, fork.into(), heir);
                    judged(&world, fork.into(), &Record::Selfdestruct(record.clone()));
                    record.stateRoot = B256::ZERO;
                    judged(&world, fork.into(), &Record::Selfdestruct(record));
                }
            }
        }
    }
}

#[test]
fn what_calls_do_that_open_no_message() {
    let world = World::new();
    let rules = Fork::Osaka.into();
    let refused = [Outcome::None, Outcome::Depth, Outcome::Balance];
    for opcode in [CALL, CALLCODE, DELEGATECALL, STATICCALL] {
        for value in [0, 10, 1_000] {
            for who in [RICH, EMPTY, ABSENT, CONTEXT, DELEGATES, RIPEMD] {
                let record = call(&world, rules, who, value, Outcome::Nocode);
                judged(&world, rules, &Record::Call(opcode, record.clone()));
            }
            for status in 0..3 {
                for who in [RIPEMD, Address::with_last_byte(4)] {
                    let mut record = call(&world, rules, who, value, Outcome::Precompile);
                    record.status = status;
                    judged(&world, rules, &Record::Call(opcode, record));
                }
            }
        }
        for outcome in refused {
            let mut record = call(&world, rules, DELEGATES, 0, outcome);
            if outcome == Outcome::None {
                record.stateRoot = B256::ZERO;
            }
            judged(&world, rules, &Record::Call(opcode, record));
        }
        // It has less than it sends; the other would have too much.
        let record = call(&world, rules, RICH, 1_001, Outcome::Nocode);
        judged(&world, rules, &Record::Call(opcode, record));
        let mut world = world.clone();
        world.accounts.get_mut(&RICH).unwrap().balance = U256::MAX;
        let record = call(&world, rules, RICH, 1, Outcome::Nocode);
        judged(&world, rules, &Record::Call(opcode, record));
    }
}

#[test]
fn what_creations_do_that_open_no_message() {
    for (fork, _) in FORKS {
        let mut world = World::new();
        for nonce in [0, 1, 0x7f, 0x80, 0xff, 0x100, u64::MAX - 1, u64::MAX] {
            world.accounts.get_mut(&CONTEXT).unwrap().nonce = nonce;
            for outcome in [Outcome::Depth, Outcome::Balance, Outcome::Nonce, Outcome::Collision] {
                let record = create(&world, 1, outcome);
                judged(&world, fork.into(), &Record::Create(record));
                judged(&world, fork.into(), &Record::Create2(create2(1, outcome)));
            }
        }
    }
}

#[test]
fn what_opens_a_message_is_not_judged_here() {
    let world = World::new();
    let rules = Fork::Osaka.into();
    let record = Record::Call(CALL, call(&world, rules, CODED, 0, Outcome::Child));
    asked(&world, rules, &record, world.instant()).reverts();
    let record = Record::Create(create(&world, 0, Outcome::Child));
    asked(&world, rules, &record, world.instant()).reverts();
}
