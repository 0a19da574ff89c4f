//! The tables of `specs/21-provers.md` are what the code says.

use std::{collections::BTreeMap, env, fmt::Write as _, fs, path::Path, sync::Mutex};

use alloy_primitives::keccak256;
use iso_evm_provers::{ClaimKind, Prover};
use iso_evm_testing::measurements::{replaced, thousands};

use crate::{
    honest::{own, questions},
    large,
};

#[test]
fn the_provers_page_has_the_kinds_sizes_and_gas_of_the_code() {
    held([("claim-kinds", kinds()), ("provers", sizes()), ("gas", gas())]);
}

#[test]
fn proofs_grow_with_the_logarithm_of_the_transaction() {
    held([("scale", large::table())]);
}

/// Holds the page to these tables.
fn held<const N: usize>(tables: [(&str, String); N]) {
    static WRITING: Mutex<()> = Mutex::new(());
    let _writing = WRITING.lock();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../specs/21-provers.md");
    let page = fs::read_to_string(&path).unwrap();
    let write = |page: String, (name, table): &(&str, String)| replaced(&page, name, table);
    let expected = tables.iter().fold(page.clone(), write);
    if env::var_os("ISO_BLESS").is_some() {
        fs::write(&path, &expected).unwrap();
    }
    assert!(page == expected || env::var_os("ISO_BLESS").is_some(), "ISO_BLESS=1 writes the page");
}

fn kinds() -> String {
    let mut table = "| number | name | meaning |\n|---|---|---|\n".to_owned();
    for kind in ClaimKind::ALL {
        let (number, name, meaning) = (*kind as u8, kind.name(), kind.meaning());
        let _ = writeln!(table, "| {number} | `{name}` | {meaning} |");
    }
    table
}

fn sizes() -> String {
    let mut table = "| prover | contract | bytes | code hash |\n|---|---|---|---|\n".to_owned();
    for prover in Prover::ALL {
        let code = prover.code();
        // The machines that it knows are part of it, and differ by deployment.
        let hash = match prover {
            Prover::Segment => "by the machines that it knows".to_owned(),
            _ => format!("`{}`", keccak256(&code)),
        };
        let (contract, bytes) = (prover.contract(), thousands(code.len() as u64));
        let _ = writeln!(table, "| {prover} | `{contract}` | {bytes} | {hash} |");
    }
    table
}

/// Gas and bytes of all questions about true claims.
fn gas() -> String {
    let mut asked: BTreeMap<Prover, Vec<(u64, usize)>> = BTreeMap::new();
    for (name, witness) in own() {
        questions(&name, &witness, &mut |question, answer| {
            asked.entry(question.prover).or_default().push((answer.gas, answer.bytes));
        });
    }
    let head = "| prover | questions | gas, median | gas, most | bytes, median | bytes, most |";
    let mut table = format!("{head}\n|---|---|---|---|---|---|\n");
    for (prover, mut asked) in asked {
        asked.sort_unstable();
        let mut bytes: Vec<u64> = asked.iter().map(|(_, bytes)| *bytes as u64).collect();
        bytes.sort_unstable();
        let (middle, last) = (asked.len() / 2, asked.len() - 1);
        let _ = writeln!(
            table,
            "| {prover} | {} | {} | {} | {} | {} |",
            asked.len(),
            thousands(asked[middle].0),
            thousands(asked[last].0),
            thousands(bytes[middle]),
            thousands(bytes[last]),
        );
    }
    table
}
