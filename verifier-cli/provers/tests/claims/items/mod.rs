//! Any false item of a claim convicts: each is changed, every hash above it computed again, and who has the file and
//! a witness of his own comes to a proof.

mod cases;
mod change;
mod untold;

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    fmt::Write as _,
    fs,
    path::Path,
};

use alloy_primitives::{B256, Bytes};
use iso_evm_hypervisor::Engine;
use iso_evm_provers::{Accused, Court, Fault, Kind, MACHINE, NoFault};
use iso_evm_testing::measurements::replaced;
use iso_evm_verifier::{
    audit::{AccessKind, Subject},
    claim::{ClaimedBlock, claim},
};
use iso_evm_wire::{Opened, claim::instant::Field};

use self::{cases::Case, change::Item, untold::untold};
use crate::{
    honest::GAS,
    random::{Random, seeds},
    sound::liars,
};

/// The opcode.
const BLOCKHASH: u8 = 0x40;

/// What convicted, and how often, by what was changed.
type Told = BTreeMap<String, BTreeMap<String, usize>>;

/// A challenger with a witness of his own.
struct Challenger<'a> {
    name: &'a str,
    engine: &'a Engine,
    subject: &'a Subject<'a>,
    own: &'a ClaimedBlock,
    place: usize,
    court: Court,
}

impl Challenger<'_> {
    /// What he makes of an operator's file.
    fn challenges(&mut self, lie: &ClaimedBlock) -> Result<Fault, NoFault> {
        let json = serde_json::to_vec(lie).unwrap();
        let read =
            ClaimedBlock::parse(&json).unwrap_or_else(|error| panic!("{}: {error}", self.name));
        let accused = Accused {
            subject: self.subject,
            claimed: &read,
            engine: self.engine,
            machine: MACHINE,
            transaction: self.place,
            gas_limit: GAS,
        };
        let fault = accused.convicting(self.own, &mut self.court)?;
        let asked = self.court.ask(fault.prover, lie.root(), &fault.proof);
        assert_eq!(asked.answer.kind(), Some(fault.kind), "{}", self.name);
        Ok(fault)
    }
}

fn each(case: &Case, judge: impl FnOnce(&mut Challenger<'_>)) {
    let engine = Engine::new(case.witness.rules);
    let opened = Opened::of(&case.witness);
    let subject = Subject::new(&opened);
    let own = claim(&subject, GAS).unwrap();
    judge(&mut Challenger {
        name: &case.name,
        engine: &engine,
        subject: &subject,
        own: &own,
        place: case.place,
        court: Court::new(&engine),
    });
}

/// Changes items of a claim, and asks for a proof of each.
fn changes(case: &Case, by: &mut Challenger<'_>, told: &mut Told) -> Vec<String> {
    let mut acquitted = Vec::new();
    for seed in seeds(2) {
        let mut random = Random::new(seed);
        for item in Item::all() {
            let Some(lie) = item.change(&case.claimed, case.place, &mut random) else { continue };
            let found = match by.challenges(&lie) {
                Ok(fault) => format!("{} `{}`", fault.kind.family(), fault.kind.name()),
                Err(why) => untold(item, why, case, by.own).map_or_else(
                    || {
                        acquitted.push(format!("{}: {}: {why}", case.name, item.name()));
                        "NOT CONVICTED".to_owned()
                    },
                    str::to_owned,
                ),
            };
            *told.entry(item.name()).or_default().entry(found).or_default() += 1;
        }
    }
    acquitted
}

#[test]
fn any_false_item_of_a_claim_convicts() {
    let (mut told, mut acquitted) = (Told::new(), Vec::new());
    for case in cases::all() {
        each(&case, |by| {
            assert_eq!(by.challenges(&case.claimed), Err(NoFault::Alike), "{}", case.name);
            acquitted.extend(changes(&case, by, &mut told));
        });
    }
    for (item, kinds) in &told {
        println!("{item}: {kinds:?}");
    }
    assert!(acquitted.is_empty(), "{acquitted:#?}");
    let changed: BTreeSet<String> = told.keys().cloned().collect();
    let all: BTreeSet<String> = Item::all().into_iter().map(Item::name).collect();
    assert_eq!(changed, all, "what no case has");
    page_has(&told);
}

/// `specs/21-provers.md` lists the kinds.
fn page_has(told: &Told) {
    if env::var_os("ISO_SEARCH").is_some() {
        return;
    }
    let kinds = told.values().flat_map(BTreeMap::keys);
    let mut families: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (family, kind) in kinds.filter_map(|kind| kind.split_once(" `")) {
        families.entry(family).or_default().insert(kind.trim_end_matches('`'));
    }
    let mut table = "| audit | kinds |\n|---|---|\n".to_owned();
    for (family, kinds) in families {
        let kinds: Vec<String> = kinds.iter().map(|kind| format!("`{kind}`")).collect();
        let _ = writeln!(table, "| {family} | {} |", kinds.join(" "));
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../specs/21-provers.md");
    let page = fs::read_to_string(&path).unwrap();
    let expected = replaced(&page, "kinds-of-items", &table);
    if env::var_os("ISO_BLESS").is_some() {
        fs::write(&path, &expected).unwrap();
    }
    assert!(page == expected || env::var_os("ISO_BLESS").is_some(), "ISO_BLESS=1 writes the page");
}

/// What is no lie, or what nobody can tell, hides none that comes behind it.
#[test]
fn a_lie_is_found_behind_what_convicts_nobody() {
    let mut found = 0;
    for case in cases::all() {
        each(&case, |by| {
            let mut random = Random::new(3);
            for first in [Item::AncestorMore, Item::AncestorFewer, Item::CheckpointFewer] {
                let changed = first.change(&case.claimed, case.place, &mut random);
                let Some(other) = changed else { continue };
                for item in [Item::Leave, Item::Head(11), Item::Step(Field::Refund)] {
                    let Some(lie) = item.change(&other, case.place, &mut random) else { continue };
                    let fault = by.challenges(&lie);
                    let place = format!("{}: {} behind {}", case.name, item.name(), first.name());
                    let is_told =
                        fault.is_err_and(|why| untold(item, why, &case, by.own).is_none());
                    assert!(!is_told, "{place}");
                    found += 1;
                }
            }
        });
    }
    assert!(found > 50, "{found}");
}

/// A lie with all that follows from it: the claim of a witness in which one thing is changed.
#[test]
fn who_claims_a_false_witness_is_convicted() {
    let (mut convicted, mut acquitted) = (0, Vec::new());
    for case in cases::all() {
        each(&case, |by| {
            for seed in seeds(8) {
                let mut random = Random::new(seed);
                let (lie, _) = liars::lie(&mut random, &case.witness);
                let opened = Opened::of(&lie);
                let Some(lie) = claim(&Subject::new(&opened), GAS) else { continue };
                // What is not the transaction's is as true as it was.
                let mut block = case.claimed.clone();
                let told = case.place - block.first;
                if told == 0 && block.first == 0 {
                    block.claim.enter = lie.claim.enter;
                }
                block.claim.leave = lie.claim.leave;
                block.transactions[told] = lie.transactions[0].clone();
                let block = block.rebuilt();
                if block.root() == case.claimed.root() {
                    continue;
                }
                match by.challenges(&block) {
                    Ok(_) => convicted += 1,
                    Err(why) => acquitted.push(format!("{}, seed {seed}: {why}", case.name)),
                }
            }
        });
    }
    println!("{convicted} convicted");
    assert!(acquitted.is_empty(), "{acquitted:#?}");
}

/// Who claims no ancestors could else say of any hash that it is theirs.
#[test]
fn a_block_hash_whose_ancestor_is_not_claimed_convicts() {
    let case =
        cases::all().into_iter().find(|case| case.name.starts_with("block-context")).unwrap();
    each(&case, |by| {
        for known in [0, 1] {
            for false_hash in [B256::ZERO, B256::repeat_byte(7)] {
                let mut lie = case.claimed.clone();
                lie.ancestors.truncate(known);
                lie.ancestors.fill(B256::ZERO);
                let told = lie.transactions[0].messages.iter_mut();
                let mut records = told.flat_map(|told| &mut told.records);
                let asks = |bytes: &&mut Bytes| bytes[31] == BLOCKHASH && bytes[95] == 64;
                let record = records.find(asks).unwrap();
                let mut bytes = record.to_vec();
                bytes[128..160].copy_from_slice(&false_hash[..]);
                *record = bytes.into();
                let fault = by.challenges(&lie.rebuilt()).unwrap();
                assert_eq!(fault.kind, Kind::Access(AccessKind::BlockHash), "{known} {false_hash}");
            }
        }
    });
}
