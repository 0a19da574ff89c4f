//! Random programs, recorded, and random [edits](iso_evm_fuzz::edits) of the messages that come of
//! them: both engines say the same of all. `ISO_MESSAGES` says how many messages, `ISO_SEED` which.

use std::{
    array,
    collections::BTreeMap,
    env,
    sync::{LazyLock, Mutex, PoisonError},
};

use arbitrary::Unstructured;
use iso_evm_fuzz::edits::Message;
use iso_evm_hypervisor::{MessageVerdict, MismatchKind};
use iso_evm_wire::{Rules, encoding::encode, records::FrameKind};
use iso_evm_witness::Recording;

use crate::{
    harness::{audit, guest::Guest, parallel, random::Random},
    random::program,
    replay,
};

/// Messages where nothing else is said: enough to meet most kinds of verdict.
const MESSAGES: u64 = 20_000;
/// Messages of one recorded program, the true ones among them.
const OF_A_PROGRAM: u64 = 50;
/// Host gas for one: some would run for ever.
const HOST_GAS: u64 = 20_000_000;
/// Bytes that the edits of a message are made of: more than most take.
const OF_EDITS: usize = 256;
/// Messages that are longer are not changed.
const MOST_BYTES: usize = 12_000;

fn variable(name: &str) -> Option<u64> {
    env::var(name).ok().map(|text| text.parse().expect("a number"))
}

/// How a verdict is counted.
fn name(verdict: &MessageVerdict) -> String {
    match verdict {
        MessageVerdict::Valid => "valid".to_owned(),
        MessageVerdict::Mismatch(mismatch) => mismatch.kind.name().to_owned(),
        MessageVerdict::Malformed { .. } => "malformed".to_owned(),
        MessageVerdict::Unavailable { .. } => "unavailable".to_owned(),
        MessageVerdict::Inconclusive { reason } => format!("inconclusive: {reason}"),
    }
}

/// A random program in a frame of any kind.
fn guest(seed: u64, random: &mut Random) -> Guest {
    let rules = Rules::ALL[random.below(Rules::ALL.len())];
    let kind = FrameKind::ALL[random.below(6)];
    let gas = [3_000, 30_000, 300_000][random.below(3)] + random.next() % 1_000;
    let code = program(random, rules.fork());
    let guest = Guest::new(format!("seed {seed}"), rules, code).gas(gas).kind(kind);
    if kind.is_create() {
        return guest;
    }
    guest.calldata((0..random.below(70)).map(|_| random.byte()).collect::<Vec<u8>>())
}

/// The messages of each fixture.
static FIXTURES: LazyLock<Vec<(Rules, Vec<Message>)>> = LazyLock::new(|| {
    let all = replay::NAMES.into_iter().map(|name| {
        let (fork, recording) = replay::recorded(name);
        (fork.into(), messages(recording))
    });
    all.filter(|(_, messages)| !messages.is_empty()).collect()
});

/// The messages of a recording that are not too long.
fn messages(recording: Recording) -> Vec<Message> {
    let messages = recording.messages.into_iter();
    let messages = messages
        .map(|message| Message { bytes: encode(&message.witness), code: Some(message.code) });
    messages.filter(|message| message.bytes.len() <= MOST_BYTES).collect()
}

/// The message after edits.
fn edited(message: &Message, random: &mut Random) -> Message {
    let bytes: [u8; OF_EDITS] = array::from_fn(|_| random.byte());
    message.edited(&mut Unstructured::new(&bytes)).expect("something to choose from everywhere")
}

/// A message of a seed: of a program recorded for it, or of a fixture.
fn message(seed: u64, random: &mut Random) -> Option<(Rules, Message)> {
    let (rules, messages) = if seed.is_multiple_of(4) {
        FIXTURES[random.below(FIXTURES.len())].clone()
    } else {
        let run = guest(seed, random).record();
        (run.rules, messages(run.recording))
    };
    let index = random.below(messages.len().max(1));
    Some((rules, messages.into_iter().nth(index)?))
}

/// Whatever is done to a message, the engines agree on it.
#[test]
fn engines_agree_on_mutants() {
    let count = variable("ISO_MESSAGES").unwrap_or(MESSAGES);
    let first = variable("ISO_SEED").unwrap_or(0);
    let seeds: Vec<u64> = (first..first + count.div_ceil(OF_A_PROGRAM)).collect();
    let counts: Mutex<BTreeMap<String, u64>> = Mutex::default();
    parallel::check_all(&seeds, |seed| {
        let mut random = Random::new(*seed);
        let Some((rules, message)) = message(*seed, &mut random) else { return Ok(()) };
        let mut met: BTreeMap<String, u64> = BTreeMap::new();
        for turn in 0..OF_A_PROGRAM {
            let Message { bytes, code } =
                if turn == 0 { message.clone() } else { edited(&message, &mut random) };
            let code = code.unwrap_or_default();
            let verdict = audit::engine(rules).audit(&bytes.into(), &code, Some(HOST_GAS)).verdict;
            *met.entry(name(&verdict)).or_default() += 1;
        }
        let mut counts = counts.lock().unwrap_or_else(PoisonError::into_inner);
        met.into_iter().for_each(|(name, count)| *counts.entry(name).or_default() += count);
        Ok(())
    });
    let counts = counts.into_inner().unwrap_or_else(PoisonError::into_inner);
    println!("{} messages: {counts:#?}", counts.values().sum::<u64>());
    let missed = MismatchKind::of_messages().filter(|kind| !counts.contains_key(kind.name()));
    let missed: Vec<_> = missed.map(|kind| kind.name()).collect();
    assert!(missed.len() <= 4, "verdicts that no message had: {missed:?}");
}
