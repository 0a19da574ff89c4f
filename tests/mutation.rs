//! The mutation campaign over a fixed sample: whatever is changed in a valid witness, some audit or
//! anchor kills it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{LazyLock, Mutex},
};

use alloy_consensus::{Header, ReceiptEnvelope};
use alloy_eips::eip2718::Encodable2718;
use alloy_primitives::{B256, Bytes, logs_bloom};
use alloy_trie::root::ordered_trie_root_encoded;
use iso_evm_batch::mutate::{self, Campaign, MutateError, MutateOptions};
use iso_evm_provers::Kind;
use iso_evm_verifier::{Audit, AuditSelection};
use iso_evm_wire::{
    Fork, Witness,
    block::Block,
    container::{Receipt, ReceiptLogs},
};
use iso_evm_witness::{Input, inclusion, record};

use crate::{harness::parallel, replay, specs};

/// All but `deep-calls`, for its length.
fn sample() -> Vec<&'static str> {
    replay::NAMES.into_iter().filter(|name| *name != "deep-calls").collect()
}

fn witness_of(input: &Input) -> Witness {
    let recording = record(&input.execution).unwrap_or_else(|error| panic!("{error}"));
    recording.witness(input)
}

fn campaign(witness: &Witness, count: u64, seed: u64) -> Campaign {
    campaign_by(AuditSelection::ALL, witness, count, seed)
}

fn campaign_by(audits: AuditSelection, witness: &Witness, count: u64, seed: u64) -> Campaign {
    let on_chain = audits == AuditSelection::ALL;
    let options = MutateOptions { seed, count, jobs: 1.try_into().ok(), audits, on_chain };
    mutate::run(witness, &options, &|_| {}).unwrap_or_else(|error| panic!("{error}"))
}

/// Campaigns that are told from each other by the name of what is changed.
static CAMPAIGNS: LazyLock<BTreeMap<String, Campaign>> = LazyLock::new(|| {
    let made = Mutex::new(BTreeMap::new());
    let names = [sample(), vec![HEADERS, INCLUSION]].concat();
    parallel::check_all(&names, |name| {
        let witness = match *name {
            HEADERS => witness_of(&with_headers()),
            INCLUSION => included(),
            name => witness_of(&replay::input(name)),
        };
        let campaign = campaign(&witness, 200, 0);
        made.lock().expect("nobody panics").insert((*name).to_owned(), campaign);
        Ok(())
    });
    made.into_inner().expect("nobody panics")
});

const HEADERS: &str = "headers";
const INCLUSION: &str = "inclusion";

/// All four audits, and nothing that they let through; and of what can be claimed, nothing that no prover
/// convicts of.
fn check(name: &str, campaign: &Campaign) -> Result<(), String> {
    let claimed = campaign.mutants.iter().filter(|mutant| mutant.trial.is_some()).count();
    println!("{name}: {} killed, {claimed} claimed", campaign.killed);
    let acquitted: Vec<_> = campaign.acquitted().collect();
    if !acquitted.is_empty() {
        return Err(format!("{name}: {claimed} claimed, not convicted: {acquitted:#?}"));
    }
    let survivors: Vec<_> = campaign.survivors().map(|mutant| &mutant.change[..]).collect();
    if survivors.is_empty() && campaign.killed > 300 {
        return Ok(());
    }
    Err(format!("{name}: {} killed, survivors: {survivors:#?}", campaign.killed))
}

#[test]
fn no_mutant_survives() {
    for name in sample() {
        check(name, &CAMPAIGNS[name]).unwrap_or_else(|problem| panic!("{problem}"));
    }
}

/// `block-context` with its block's header, those of two ancestors, and the receipt's logs.
fn with_headers() -> Input {
    let mut input = replay::input("block-context");
    let number = input.block.number;
    let header = |number, parent_hash| Header {
        parent_hash,
        number,
        timestamp: input.block.timestamp - 12 * (input.block.number - number),
        beneficiary: input.block.beneficiary,
        gas_limit: input.block.gas_limit,
        gas_used: 12_345_678,
        mix_hash: input.block.prev_randao.expect("Paris has it"),
        base_fee_per_gas: input.block.base_fee_per_gas,
        extra_data: Bytes::from_static(b"extra"),
        ..Header::default()
    };
    let grandparent = header(number - 2, B256::repeat_byte(0x33));
    let parent = header(number - 1, grandparent.hash_slow());
    let own = header(number, parent.hash_slow());
    input.execution.block_hashes.insert(number - 1, parent.hash_slow());
    input.execution.block_hashes.insert(number - 2, grandparent.hash_slow());
    input.block = Block::from_header(own, Fork::Paris, None);
    input.ancestors = vec![parent, grandparent];
    let recording = record(&input.execution).unwrap_or_else(|error| panic!("{error}"));
    input.receipt = Some(Receipt {
        success: recording.success,
        gas_used: recording.gas_used,
        logs: Some(ReceiptLogs {
            bloom: logs_bloom(&recording.logs),
            logs: recording.logs.clone(),
        }),
        deposit: None,
    });
    input
}

#[test]
fn nor_one_with_other_headers_or_logs() {
    let witness = witness_of(&with_headers());
    assert!(witness.block.header.is_some() && !witness.ancestors.is_empty());
    assert!(!witness.block_hashes.is_empty() && witness.receipt.logs.is_some());
    check(HEADERS, &CAMPAIGNS[HEADERS]).unwrap_or_else(|problem| panic!("{problem}"));
    let mut input = replay::input("call-tree");
    let recording = record(&input.execution).unwrap_or_else(|error| panic!("{error}"));
    let logs = recording.logs.clone();
    assert!(logs.len() > 1);
    input.receipt = Some(Receipt {
        success: recording.success,
        gas_used: recording.gas_used,
        logs: Some(ReceiptLogs { bloom: logs_bloom(&logs), logs }),
        deposit: None,
    });
    let witness = recording.witness(&input);
    check("logs", &campaign(&witness, 0, 0)).unwrap_or_else(|problem| panic!("{problem}"));
}

/// The third transaction of a block of five, with the Merkle paths to it and its receipt.
fn included() -> Witness {
    let mut input = with_headers();
    let receipt = input.receipt.clone().unwrap_or_else(|| panic!("it has one"));
    let logs = receipt.logs.clone().map(|logs| logs.logs).unwrap_or_default();
    let own = |at| at == 2;
    let transactions: Vec<Vec<u8>> = (0..5_u8)
        .map(|at| if own(at) { input.transaction.encode() } else { vec![at; 120] })
        .collect();
    let kind = input.transaction.encode()[0];
    let receipts: Vec<Vec<u8>> = (0..5_u8)
        .map(|at| {
            let used = 1_000 * u64::from(at) + if at < 2 { 0 } else { receipt.gas_used };
            let whole = alloy_consensus::Receipt {
                status: receipt.success.into(),
                cumulative_gas_used: used - if at < 2 { 0 } else { 1_000 },
                logs: if own(at) { logs.clone() } else { Vec::new() },
            };
            let whole = whole.with_bloom();
            if kind == 2 {
                ReceiptEnvelope::Eip1559(whole).encoded_2718()
            } else {
                ReceiptEnvelope::Legacy(whole).encoded_2718()
            }
        })
        .collect();
    let header = input.block.header.as_deref().cloned().unwrap_or_default();
    let header = Header {
        transactions_root: ordered_trie_root_encoded(&transactions),
        receipts_root: ordered_trie_root_encoded(&receipts),
        ..header
    };
    input.block = Block::from_header(header, Fork::Paris, None);
    input.inclusion = inclusion::prove(2, &transactions, &receipts);
    witness_of(&input)
}

#[test]
fn nor_one_that_a_block_has() {
    let witness = included();
    assert!(witness.inclusion.as_ref().is_some_and(|inclusion| inclusion.nodes.len() > 3));
    check(INCLUSION, &CAMPAIGNS[INCLUSION]).unwrap_or_else(|problem| panic!("{problem}"));
}

/// The table of kinds in `specs/21-provers.md` is true: all but those of which it says why not convict somebody of
/// something, be it a mutant's claim here or a changed item of one (`verifier-cli/provers/tests/claims/items`).
#[test]
fn every_kind_convicts_or_has_a_reason_why_not() {
    let page = specs::committed("21-provers.md");
    let rows = |block: &str| -> BTreeSet<String> {
        let (_, behind) = page.split_once(&format!("<!-- {block} -->")).expect("the page has it");
        let (table, _) = behind.split_once("<!-- end -->").expect("it ends");
        let rows = table.lines().filter_map(|line| line.strip_prefix("| ")?.split_once(" | "));
        rows.flat_map(|(family, kinds)| {
            let kinds = kinds.split('`').skip(1).step_by(2);
            kinds.map(move |kind| format!("{family} `{kind}`"))
        })
        .collect()
    };
    let mut told = rows("generated: kinds-of-items");
    let mutants = CAMPAIGNS.values().flat_map(|campaign| &campaign.mutants);
    let trials = mutants.filter_map(|mutant| mutant.trial.as_ref());
    told.extend(
        trials
            .flat_map(|trial| &trial.convictions)
            .map(|conviction| format!("{} `{}`", conviction.audit, conviction.mismatch)),
    );
    // Bytes that are no message's: the execution audit's word for it, a claim has a kind of its own.
    told.remove("execution `malformed`");
    let untold = rows("untold");
    let all: BTreeSet<String> =
        Kind::all().map(|kind| format!("{} `{}`", kind.family(), kind.name())).collect();
    let missing: Vec<_> = all.iter().filter(|kind| !told.contains(*kind)).cloned().collect();
    assert_eq!(missing, untold.into_iter().collect::<Vec<_>>(), "kinds that nobody was told");
    assert!(told.is_subset(&all), "{told:?}");
}

/// Without trie nodes there is no access audit: a campaign says what then is bound by nothing.
#[test]
fn roots_survive_where_no_trie_nodes_bind_them() {
    let mut witness = witness_of(&replay::input("erc20-transfer"));
    witness.nodes.clear();
    let witness = Witness::decode(&witness.encode()).unwrap_or_else(|error| panic!("{error}"));
    let options = MutateOptions { count: 0, ..MutateOptions::default() };
    let refused = mutate::run(&witness, &options, &|_| {});
    assert!(matches!(refused, Err(MutateError::Original(_))), "{refused:?}");
    let some = AuditSelection::only([Audit::Execution, Audit::Tree]).expect("two");
    let campaign = campaign_by(some, &witness, 0, 0);
    assert!(campaign.survivors().any(|mutant| mutant.change.contains(".stateRootEnter, ")));
    assert_eq!(campaign.killed + campaign.survived, campaign.mutants.len());
}

#[test]
fn the_same_seed_gives_the_same_mutants() {
    let witness = witness_of(&replay::input("create-and-create2"));
    let [one, again, other] = [7, 7, 8].map(|seed| campaign(&witness, 50, seed));
    assert_eq!(one, again);
    let random = |campaign: &Campaign| -> Vec<String> {
        let changes = campaign.mutants.iter().map(|mutant| mutant.change.clone());
        changes.filter(|change| change.starts_with("random.")).collect()
    };
    assert_ne!(random(&one), random(&other));
    assert!(random(&one).len() > 40);
}
