//! The generated tables of `18-chains.md`: rules, schedules, upgrades, precompiles, contracts.

use std::fmt::Write as _;

use iso_evm_testing::measurements::{replaced, thousands};
use iso_evm_wire::{
    Rules, Schedule,
    optimism::{Change, Upgrade, precompiles::max_input},
    protocol::P256VERIFY,
};

use super::{
    artifacts::{artifact_of, first_with_contract_of, identity_of},
    committed, compare,
};
use crate::harness::blessed::blessing;

const PAGE: &str = "18-chains.md";

#[test]
fn tables_of_chains() {
    let tables = [
        ("rules", rules()),
        ("schedules", schedules()),
        ("upgrades", upgrades()),
        ("precompiles", precompiles()),
        ("contracts", contracts()),
    ];
    let page =
        tables.iter().fold(committed(PAGE), |page, (block, rows)| replaced(&page, block, rows));
    compare(PAGE, &page);
}

/// Names and numbers of the OP Stack's rules.
fn rules() -> String {
    let mut rows = "| rules | number | fork |\n|---|---|---|\n".to_owned();
    for rules in Rules::ALL.into_iter().filter(|rules| rules.upgrade().is_some()) {
        let _ = writeln!(rows, "| `{rules}` | `{:#04x}` | {} |", rules.number(), rules.fork());
    }
    rows
}

/// When upgrades begin on the chains that are known.
fn schedules() -> String {
    let chains =
        [("OP Mainnet", 10), ("OP Sepolia", 11_155_420), ("Base", 8_453), ("Base Sepolia", 84_532)];
    let mut rows = "| upgrade |".to_owned();
    for (name, chain) in chains {
        let _ = write!(rows, " {name}, {chain} |");
    }
    rows.push_str("\n|---|---|---|---|---|\n");
    let schedules = chains.map(|(_, chain)| Schedule::of_chain(chain).expect("it is known"));
    let names = Upgrade::ALL.map(|upgrade| upgrade.name());
    for (index, name) in names.into_iter().chain(["later"]).enumerate() {
        let begins = schedules.map(|schedule| match schedule.activations().get(index) {
            Some(at) if index == 0 => format!("block {}", at.number),
            Some(at) => at.time.to_string(),
            None => "-".to_owned(),
        });
        let _ = writeln!(rows, "| {name} | {} |", begins.join(" | "));
    }
    rows
}

/// What each upgrade changes.
fn upgrades() -> String {
    let mut rows = "| upgrade | change | what it is | page |\n|---|---|---|---|\n".to_owned();
    for change in Change::ALL {
        let (upgrade, name, what, page) =
            (change.since(), change.name(), change.sentence(), change.page());
        let _ = writeln!(
            rows,
            "| {upgrade} | `{name}` | {what} | [{page}](https://specs.optimism.io/{page}) |"
        );
    }
    rows
}

/// All numbers that are a precompile somewhere.
fn numbers() -> impl Iterator<Item = u64> {
    (1..=0x20).chain([P256VERIFY])
}

/// The precompiles of each upgrade, and how long an input some take.
fn precompiles() -> String {
    let limited = |number: &u64| Upgrade::ALL.iter().any(|it| max_input(*it, *number).is_some());
    let limited: Vec<u64> = numbers().filter(limited).collect();
    let mut rows = "| upgrade | precompiles |".to_owned();
    for number in &limited {
        let _ = write!(rows, " bytes for `{number:#04x}` |");
    }
    let _ = writeln!(rows, "\n|---|{}", "---|".repeat(1 + limited.len()));
    for upgrade in Upgrade::ALL {
        let there: Vec<u64> = Rules::from(upgrade).precompiles().collect();
        let last = there.iter().rfind(|number| **number != P256VERIFY).expect("there are some");
        assert!(there.iter().zip(1..=*last).all(|(number, expected)| *number == expected));
        let p256 = if there.contains(&P256VERIFY) { ", `0x100`" } else { "" };
        let _ = write!(rows, "| {upgrade} | `0x01` to `{last:#04x}`{p256} |");
        for number in &limited {
            let most = max_input(upgrade, *number).map(|most| thousands(most as u64));
            let _ = write!(rows, " {} |", most.unwrap_or_default());
        }
        rows.push('\n');
    }
    rows
}

/// The contract of each upgrade, and its live machine.
fn contracts() -> String {
    let mut rows =
        "| upgrade | contract | size | code hash | live machine |\n|---|---|---|---|---|\n"
            .to_owned();
    for upgrade in Upgrade::ALL {
        let rules = Rules::from(upgrade);
        let identity = identity_of(rules);
        let name = artifact_of(first_with_contract_of(rules));
        let (file, live) = (format!("artifacts/{name}.json"), format!("live-{}", rules.fork()));
        assert!(blessing() || !committed(&file).is_empty(), "{file} is not there");
        let (size, hash) = (thousands(identity.size as u64), identity.code_hash);
        let _ = writeln!(
            rows,
            "| {upgrade} | [{name}]({file}) | {size} | `{hash}` | [{live}](artifacts/{live}.json) |"
        );
    }
    rows
}
