//! Each kind of variable, written by a run: the slot is named, and the value is what was written.

use std::collections::BTreeMap;

use alloy_primitives::{B256, U256};
use iso_evm_explain::artifacts::{Artifacts, Preimages};

use super::{
    artifacts, code, deployed,
    run::{CALLER, Run, call, calldata, create},
};

/// Each write in words: `name = value`, for all that is in the slot.
fn written(artifacts: &Artifacts, run: &Run) -> Vec<String> {
    assert!(run.success, "{}", run.output);
    let contract = deployed(artifacts, "Ledger");
    // A slot of several variables is written once for each: what it comes to is what counts.
    let written: BTreeMap<_, _> = run.writes.iter().map(|(_, key, value)| (key, value)).collect();
    written
        .into_iter()
        .map(|(key, value)| {
            let Some(slot) = contract.slot(*key, &run.preimages) else {
                return format!("{key} is not known");
            };
            let variables = slot.variables().iter();
            let told = variables.map(|it| format!("{} = {}", it.name, it.value(*value)));
            told.collect::<Vec<_>>().join(", ")
        })
        .collect()
}

#[test]
fn a_slot_is_not_called_by_its_variable() {
    let artifacts = artifacts();
    let code = code("Ledger", "deployedBytecode");
    let me = CALLER.to_string();
    let other = "0x1111111111111111111111111111111111111111";
    let text = "a title that does not fit a slot with its length";
    let blob = format!("0x{}", "ab".repeat(40));
    let line = format!("({other},5,6)");
    let note = format!("0x{}", "0d".repeat(32));
    let cases: Vec<(&str, Vec<&str>, Vec<String>)> = vec![
        (
            "pause(address)",
            vec![other],
            vec![format!("paused = true, owner = {other}, state = 2, opened = 0")],
        ),
        ("lower(int128)", vec!["-5000"], vec!["low = -5,000, price = 0x0000000000000000".into()]),
        (
            "setPrice(uint64)",
            vec!["258"],
            vec!["low = 0, price = 0x0000000000000102".into()],
        ),
        ("setPair(uint256,uint256)", vec!["1", "1000000"], vec!["pair[1] = 1,000,000".into()]),
        (
            "setMany(uint256,uint8)",
            vec!["35", "200"],
            vec![(32..40)
                .map(|at| format!("many[{at}] = {}", if at == 35 { 200 } else { 0 }))
                .collect::<Vec<_>>()
                .join(", ")],
        ),
        (
            "push(uint256,uint32)",
            vec!["77", "88"],
            vec![
                "numbers.length = 1".into(),
                "numbers[0] = 77".into(),
                "small.length = 1".into(),
                "small[0] = 88, small[1] = 0, small[2] = 0, small[3] = 0, small[4] = 0, small[5] = 0, \
                 small[6] = 0, small[7] = 0"
                    .into(),
            ],
        ),
        (
            "setText(string,bytes)",
            vec![text, &blob],
            vec![
                format!(
                    "title, bytes 0 to 31 = {}",
                    B256::from_slice(&text.as_bytes()[..32])
                ),
                format!(
                    "title, bytes 32 to 63 = {}",
                    B256::right_padding_from(&text.as_bytes()[32..])
                ),
                "title = 48 bytes".into(),
                format!("blob, bytes 0 to 31 = 0x{}", "ab".repeat(32)),
                format!("blob, bytes 32 to 63 = 0x{}{}", "ab".repeat(8), "00".repeat(24)),
                "blob = 40 bytes".into(),
            ],
        ),
        (
            "setText(string,bytes)",
            vec!["größe", "0x01ff"],
            vec!["title = \"größe\"".into(), "blob = 0x01ff".into()],
        ),
        (
            "allow(address,uint256)",
            vec![
                other,
                "115792089237316195423570985008687907853269984665640564039457584007913129639935",
            ],
            vec![format!("allowed[{me}][{other}] = type(uint256).max")],
        ),
        ("name(string,uint256)", vec!["", "4"], vec!["byName[\"\"] = 4".into()]),
        (
            "name(string,uint256)",
            vec![text, "3"],
            vec![format!("byName[\"{text}\"] = 3")],
        ),
        (
            "support(bytes4)",
            vec!["0x01ffc9a7"],
            vec!["supported[0x01ffc9a7] = true".into()],
        ),
        (
            "find(int16,uint256)",
            vec!["-3000", "8"],
            vec!["found[1][-3000].length = 1".into(), "found[1][-3000][0] = 8".into()],
        ),
        (
            "begin((address,uint96,uint256))",
            vec![&line],
            vec![format!("first.item = {other}, first.count = 5"), "first.price = 6".into()],
        ),
        ("rename(uint256,string)", vec!["1", "ab"], vec!["names[1] = \"ab\"".into()]),
        (
            "fill(uint256,uint256)",
            vec!["1", "9"],
            vec!["grid.length = 2".into(), "grid[1][1].price = 9".into()],
        ),
        (
            "order(uint256,bytes32)",
            vec!["12345", &note],
            vec![
                format!("orders[12345].buyer = {me}, orders[12345].state = 1"),
                format!("orders[12345].lines[0].item = {me}, orders[12345].lines[0].count = 7"),
                "orders[12345].lines[0].price = 9".into(),
                "orders[12345].lines.length = 2".into(),
                format!("orders[12345].lines[1].item = {me}, orders[12345].lines[1].count = 8"),
                "orders[12345].lines[1].price = 10".into(),
                format!("orders[12345].notes[{note}] = 11"),
                "orders[12345].marks[0] = 0, orders[12345].marks[1] = 0, orders[12345].marks[2] = 12"
                    .into(),
            ],
        ),
    ];
    for (signature, arguments, expected) in cases {
        let run = call(&code, calldata(signature, &arguments));
        let (mut found, mut expected) = (written(&artifacts, &run), expected);
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected, "{signature}");
    }
}

#[test]
fn a_constructors_writes_are_not_named() {
    let artifacts = artifacts();
    let mut initcode = code("Ledger", "bytecode").to_vec();
    initcode.extend_from_slice(&calldata("f(string,uint64)", &["made", "7"])[4..]);
    let contract = artifacts.contract(&initcode).unwrap();
    assert!(contract.creates());
    let said = contract.constructed(&initcode).unwrap().to_string();
    assert_eq!(said, "new Ledger(title_: \"made\", opened_: 7)");
    let run = create(initcode.into());
    let names = run.writes.iter().map(|(_, key, _)| {
        contract.slot(*key, &run.preimages).map(|slot| slot.to_string()).unwrap_or_default()
    });
    let mut names: Vec<_> = names.collect();
    names.sort_unstable();
    assert_eq!(names, ["paused, owner, state, opened", "title"]);
}

#[test]
fn a_slot_that_nothing_leads_to_is_given_a_name() {
    let artifacts = artifacts();
    let run = call(
        &code("Ledger", "deployedBytecode"),
        calldata("allow(address,uint256)", &["0x1111111111111111111111111111111111111111", "1"]),
    );
    let contract = deployed(&artifacts, "Ledger");
    let (_, key, _) = run.writes[0];
    let slot = |key: U256, preimages: &Preimages| contract.slot(key.into(), preimages);
    assert!(slot(key.into(), &run.preimages).is_some());
    // Without what was hashed, beside it, behind all variables, and at the inner mapping's own place.
    assert!(slot(key.into(), &Preimages::new()).is_none());
    assert!(slot(U256::from_be_bytes(key.0) + U256::from(1), &run.preimages).is_none());
    assert!(slot(U256::from(20), &run.preimages).is_none());
    assert!(slot(U256::MAX, &run.preimages).is_none());
    assert_eq!(slot(U256::from(19), &run.preimages).unwrap().to_string(), "names[1]");
}
