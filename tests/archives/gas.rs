//! Whoever calls `archive()`, with however little gas and through however many contracts: it fails
//! and leaves nothing, or each part holds exactly its bytes. `specs/08-archives.md`, section Gas.

use iso_evm_hypervisor::{ArchiveKey, archive::PART_SIZE};
use revm::primitives::hardfork::SpecId;

use super::attempt::{AMPLE, Archiving, Message, Outcome};
use crate::harness::parallel::check_all;

const SIZES: [usize; 13] =
    [0, 1, 31, 32, 1_000, 1_200, 5_000, 24_574, 24_575, 24_576, 24_577, 49_150, 49_151];
const KEYS: [ArchiveKey; 2] = [ArchiveKey::CodeHash, ArchiveKey::Account];
const HOSTS: [SpecId; 3] = [SpecId::CANCUN, SpecId::PRAGUE, SpecId::OSAKA];
/// Contracts in between: each keeps a sixty-fourth.
const HOPS: [usize; 3] = [0, 1, 5];

/// Every amount up to this size, where nobody else sweeps as finely.
const SMALL: usize = 32;
/// Samples in the shortest phase of an archiving: to keep a part in transient storage, or to answer
/// with it. Each word of it takes more than 140 gas in either.
const SAMPLES: u64 = 8;
const WORD_GAS: u64 = 140;
/// Around the amount that suffices, every one is tried.
const WINDOW: u64 = 100;
/// After every so many attempts, archiving is tried again with ample gas.
const AGAIN: usize = 97;

#[test]
fn with_any_gas_an_archive_is_whole_or_not_there() {
    let messages = SIZES.map(Message::new);
    let mut cases = Vec::new();
    for message in &messages {
        for rules in HOSTS {
            for key in KEYS {
                cases.extend(HOPS.map(|hops| (message, rules, key, hops)));
            }
        }
    }
    // The longest first, so that no core waits for another.
    cases.reverse();
    check_all(&cases, |(message, rules, key, hops)| {
        let case = format!("{} bytes, {key:?}, {rules:?}, {hops} hops", message.code.len());
        sweep(message, *rules, *key, *hops).map_err(|why| format!("{case}: {why}"))
    });
}

fn sweep(message: &Message, rules: SpecId, key: ArchiveKey, hops: usize) -> Result<(), String> {
    let mut archiving = Archiving::new(message, rules, key, hops);
    let floor = if hops == 0 { archiving.straight_floor() } else { 0 };
    let boundary = boundary(&mut archiving, floor)?;
    let size = message.code.len();
    let words = (size.min(PART_SIZE) as u64 + 32) / 32;
    let step = match size {
        0..=SMALL if rules == SpecId::PRAGUE && hops == 1 => 1,
        _ => (words * WORD_GAS / SAMPLES).max(7),
    };
    let coarse = (floor..boundary + 4 * step).step_by(step as usize);
    let window = boundary.saturating_sub(WINDOW).max(floor)..boundary + WINDOW;
    let mut tried = Vec::new();
    archiving.attempts(coarse.chain(window), |gas, outcome| tried.push((gas, outcome)))?;
    for outcome in [Outcome::Nothing, Outcome::Whole] {
        if !tried.iter().any(|(_, came)| *came == outcome) {
            return Err(format!("no attempt came to {outcome:?}"));
        }
    }
    let again = tried.iter().step_by(AGAIN).map(|(gas, _)| *gas);
    for gas in again.chain([boundary.saturating_sub(1).max(floor), boundary]) {
        archiving.afterwards(gas)?;
    }
    Ok(())
}

/// An amount that suffices where one less does not, by bisection.
fn boundary(archiving: &mut Archiving<'_>, floor: u64) -> Result<u64, String> {
    let mut at = |gas| {
        let mut came = Outcome::Nothing;
        archiving.attempts([gas], |_, outcome| came = outcome).map(|()| came)
    };
    let (mut low, mut high) = (floor, AMPLE);
    if at(high)? != Outcome::Whole {
        return Err("not archived with ample gas".into());
    }
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if at(middle)? == Outcome::Whole { high = middle } else { low = middle }
    }
    Ok(high)
}

/// A call that fails for another reason than gas: at the greatest depth there is (1,024) a creation
/// still begins where the call that it needs does not.
#[test]
fn at_any_depth_an_archive_is_whole_or_not_there() {
    const PLENTY: u64 = 1 << 60;
    let message = Message::new(100);
    let mut outcomes = Vec::new();
    for hops in 1_015..1_028 {
        let mut archiving = Archiving::new(&message, SpecId::PRAGUE, ArchiveKey::CodeHash, hops);
        let (succeeded, state) = archiving.attempt(PLENTY, PLENTY);
        outcomes.push(archiving.judge(succeeded, &state).expect("whole or nothing"));
    }
    let whole = outcomes.iter().filter(|outcome| **outcome == Outcome::Whole).count();
    assert!(outcomes[..whole].iter().all(|outcome| *outcome == Outcome::Whole), "{outcomes:?}");
    // The transaction is at depth 0; the init code's question is two deeper than the factory.
    assert_eq!(1_015 + whole - 1, 1_022);
}
