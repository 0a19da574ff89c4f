//! Nothing in a true claim is found false, whatever is asked.

use std::{fs, sync::LazyLock};

use alloy_consensus::Transaction as _;
use alloy_eips::eip2718::Typed2718;
use alloy_primitives::{Address, B256};
use alloy_trie::{HashBuilder, Nibbles, proof::ProofRetainer};
use iso_evm_provers::transaction::{receipt, rules, step, top};
use iso_evm_testing::fixtures;
use iso_evm_verifier::audit::state::{SetName, Shown};
use iso_evm_wire::{
    Witness,
    claim::sets,
    optimism::predeploys::{BASE_FEE_VAULT, L1_FEE_VAULT, OPERATOR_FEE_VAULT},
};
use iso_evm_witness::block_file::BlockFile;

use crate::{
    case::Case,
    court::{Prover, ask},
};

/// The project's own witnesses.
pub(crate) static OWN: LazyLock<Vec<(String, Case)>> = LazyLock::new(|| {
    let files = fs::read_dir(fixtures::own()).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> =
        files.filter(|path| path.to_string_lossy().ends_with(".witness.bin")).collect();
    files.sort();
    let read = |path: std::path::PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy();
        let name = name.trim_end_matches(".witness.bin").to_owned();
        (name, Case::of(&Witness::decode(&fs::read(path).unwrap()).unwrap()))
    };
    files.into_iter().map(read).collect()
});

/// One of the project's own, by its name.
pub(crate) fn own(name: &str) -> Case {
    OWN.iter().find(|(known, _)| known == name).unwrap().1.clone()
}

/// The transactions of a block of OP Sepolia, each in the claim of all.
pub(crate) static OPTIMISM: LazyLock<Vec<Case>> =
    LazyLock::new(|| whole(&fixtures::own().join("op-sepolia-26207960.json.zst")));

/// The transactions of a file's block, each in the claim of all.
pub(crate) fn whole(path: &std::path::Path) -> Vec<Case> {
    let cases = cases(path);
    let mut all = Vec::new();
    let leave = cases.last().unwrap().claimed.claim.leave;
    for case in &cases {
        all.push(case.told().clone());
    }
    let mut first = cases[0].clone();
    first.claimed.claim.leave = leave;
    let block = first.within(all, 0).claimed;
    let placed = |(index, case): (usize, Case)| Case { claimed: block.clone(), index, ..case };
    cases.into_iter().enumerate().map(placed).collect()
}

/// The transactions of a file's block, each as the only one of its claim.
fn cases(path: &std::path::Path) -> Vec<Case> {
    let json = zstd::decode_all(fs::File::open(path).unwrap()).unwrap();
    let file = BlockFile::parse(&json, None).unwrap();
    let block = file.record().unwrap();
    block.witnesses().map(|recorded| Case::of(&recorded.witness)).collect()
}

/// What a step looks at in the instant of the one before it.
pub(crate) fn shown_of(case: &Case, step: usize) -> Vec<Shown> {
    let body = case.witness.transaction.body();
    let from = case.witness.transaction.from();
    let accessed = |account: Address| Shown::In(SetName::Accessed, sets::account(account));
    let top = case.top_at();
    let behind = step as i64 - top as i64;
    match (step, behind) {
        (1, _) => vec![Shown::Account(from)],
        (2, i64::MIN..=-1) => [Some(from), body.to()].into_iter().flatten().map(accessed).collect(),
        (_, i64::MIN..=-1) => accessed_by(case, step - 3),
        _ if step >= case.removals_at() => {
            let next = going(case, step - 1)[0];
            vec![Shown::Account(next), Shown::In(SetName::Destroyed, sets::account(next))]
        }
        (_, 1) => vec![Shown::Account(from)],
        (_, 2) => vec![Shown::Account(case.witness.block.beneficiary)],
        (_, 3) => vec![Shown::Account(BASE_FEE_VAULT)],
        (_, 4) => vec![Shown::Account(L1_FEE_VAULT)],
        _ => vec![Shown::Account(OPERATOR_FEE_VAULT)],
    }
}

/// What is looked at for an item of the access list, or an authorisation.
fn accessed_by(case: &Case, place: usize) -> Vec<Shown> {
    let body = case.witness.transaction.body();
    let mut items = Vec::new();
    for entry in body.access_list().into_iter().flat_map(|list| list.iter()) {
        items.push(vec![Shown::In(SetName::Accessed, sets::account(entry.address))]);
        for key in &entry.storage_keys {
            items.push(vec![Shown::In(SetName::Accessed, sets::slot(entry.address, *key))]);
        }
    }
    for told in body.authorization_list().unwrap_or_default() {
        let authority = told.recover_authority().unwrap_or_default();
        let accessed = Shown::In(SetName::Accessed, sets::account(authority));
        items.push(vec![accessed, Shown::Account(authority)]);
    }
    items.swap_remove(place)
}

/// The accounts that are to go behind a step, ascending by their hashes: of all that ran, those that the set has.
pub(crate) fn going(case: &Case, step: usize) -> Vec<Address> {
    let messages = &case.told().messages;
    let context = |message: &iso_evm_verifier::claim::ClaimedMessage| {
        Address::from_word(message.head.word(iso_evm_wire::layout::CONTEXT).into())
    };
    let mut known: Vec<Address> = messages.iter().map(context).collect();
    known.sort_unstable_by_key(|account| sets::account(*account));
    known.dedup();
    let set = case.told().steps.known[step].unwrap().destroyed;
    let most = if known.len() > 12 { 1 } else { 1 << known.len() };
    let chosen = |bits: usize| -> Vec<Address> {
        let bit =
            |(index, account): (usize, &Address)| (bits >> index & 1 == 1).then_some(*account);
        known.iter().enumerate().filter_map(bit).collect()
    };
    let is_it = |accounts: &Vec<Address>| set_of(accounts).0 == set;
    (0..most).map(chosen).find(is_it).expect("those that go are known")
}

/// The root of a set of accounts, and its nodes.
pub(crate) fn set_of(accounts: &[Address]) -> (B256, Vec<u8>) {
    let mut paths: Vec<_> = accounts.iter().map(|account| sets::account(*account)).collect();
    paths.sort_unstable();
    let nibbles: Vec<Nibbles> = paths.iter().map(Nibbles::unpack).collect();
    let mut builder =
        HashBuilder::default().with_proof_retainer(ProofRetainer::new(nibbles.clone()));
    for path in nibbles {
        builder.add_leaf(path, &[1]);
    }
    let root = builder.root();
    let nodes = builder.take_proof_nodes().into_inner().into_values();
    (root, nodes.filter(|node| node.len() > 1).flatten().collect())
}

/// The proof about a step.
pub(crate) fn step_proof(case: &Case, index: usize) -> iso_evm_provers::transaction::StepProof {
    let mut proof = case.step_proof(index, &shown_of(case, index));
    if index < case.top_at() && index > 2 {
        let authorities: Vec<Address> = shown_of(case, index)
            .into_iter()
            .filter_map(|shown| match shown {
                Shown::Account(account) => Some(account),
                _ => None,
            })
            .collect();
        if let [authority] = authorities[..] {
            let nodes = case.nodes(
                iso_evm_verifier::claim::Moment::Step { step: index - 1 },
                &[Shown::Account(authority)],
            );
            let leaf = crate::leaf::leaf_of(&nodes, authority);
            proof.code = leaf.map(|leaf| case.code_of(leaf.1)).unwrap_or_default();
        }
    }
    proof
}

/// Who judges a step.
pub(crate) fn judge_of(case: &Case, index: usize) -> Prover {
    if index > case.top_at() { Prover::Settle } else { Prover::Step }
}

/// Asks everything about a claim that nothing is false in.
pub(crate) fn all_hold(name: &str, case: &Case) -> usize {
    let root = case.root();
    let is_signed = case.witness.transaction.signature().is_some();
    for question in [rules::RULES, rules::SENDER, rules::UNSIGNED, rules::MALFORMED] {
        let skips = question == rules::UNSIGNED && !is_signed
            || question == rules::SENDER && case.is_deposit();
        if !skips || question == rules::UNSIGNED && case.is_deposit() {
            let answer = ask(Prover::Rules, root, &case.rules(question));
            answer.holds(&format!("{name}: rules {question}"));
        }
    }
    let has_message = !case.told().messages.is_empty();
    let creates = case.witness.transaction.body().is_create();
    for question in
        [top::MESSAGE, top::FIELDS, top::TARGET, top::CODE, top::ENTRY, top::TOP, top::COUNT]
    {
        let about_message = ![top::MESSAGE, top::TOP, top::COUNT].contains(&question);
        if (about_message && !has_message) || (question == top::CODE && creates) {
            continue;
        }
        let answer = ask(Prover::Top, root, &case.top(question));
        answer.holds(&format!("{name}: top {question}"));
    }
    ask(Prover::Step, root, &case.about_steps(step::COUNT)).holds(&format!("{name}: count"));
    for index in case.removals_at() - 1..case.told().steps.known.len() {
        ask(Prover::Step, root, &case.end(index)).holds(&format!("{name}: end at {index}"));
    }
    // Between transactions a block's file may lack what the roots follow from.
    if case.goes_on() {
        ask(Prover::Step, root, &case.entry()).holds(&format!("{name}: entry"));
    }
    if case.index + 1 == case.claimed.transactions.len() {
        ask(Prover::Step, root, &case.leave()).holds(&format!("{name}: leave"));
    }
    let count = case.told().steps.known.len();
    for index in (1..count).filter(|index| *index != case.top_at()) {
        let answer = ask(judge_of(case, index), root, &step_proof(case, index));
        answer.holds(&format!("{name}: step {index} of {count}"));
    }
    for question in [receipt::RECEIPT, receipt::MALFORMED] {
        // Some inputs tell no logs.
        if case.witness.receipt.logs.is_some() {
            let answer = ask(Prover::Receipt, root, &case.receipt_proof(question));
            answer.holds(&format!("{name}: receipt {question}"));
        }
    }
    count
}

#[test]
fn nothing_is_false_in_a_true_claim() {
    for (name, case) in OWN.iter() {
        all_hold(name, case);
    }
}

#[test]
fn nothing_is_false_in_the_true_claim_of_a_rollups_block() {
    for case in OPTIMISM.iter() {
        all_hold(&format!("transaction {}", case.index), case);
    }
}

/// Blocks of all upgrades that there are files of, and one of Ethereum.
#[test]
fn nothing_is_false_in_the_true_claims_of_other_blocks() {
    let mut types = std::collections::BTreeSet::new();
    for folder in ["op_stack", "execution_witness"] {
        let Some(folder) = fixtures::third_party(folder) else { return };
        let mut files: Vec<_> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        for file in files.iter().filter(|path| path.to_string_lossy().ends_with(".zst")) {
            let cases = whole(file);
            let step = if std::env::var_os("ISO_SEARCH").is_some() { 1 } else { 7 };
            for case in cases.iter().step_by(step) {
                types.insert(case.witness.transaction.body().ty());
                all_hold(&format!("{}, {}", file.display(), case.index), case);
            }
        }
    }
    assert!(types.len() > 2, "{types:?}");
}
