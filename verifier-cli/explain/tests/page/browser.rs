//! The report in a real browser, from a file and without a network: it opens, the tree folds, steps walk, it
//! complains of nothing and asks nobody.

use std::{fs, path::PathBuf};

use iso_evm_testing::{browser, cases::Axis};
use iso_evm_wire::Witness;
use serde_json::{Value, json};

use crate::subjects::{artifacts, large, own, page_of, script, with_another_value, work, written};

/// What the browser shows of a page.
fn seen(name: &str, witness: &Witness, with_artifacts: bool) -> Option<Value> {
    browser::chromium()?;
    let artifacts = with_artifacts.then(artifacts);
    let page = written(&format!("{name}.html"), &page_of(witness, artifacts.as_ref()));
    let pictures: PathBuf = work().join("pictures").join(name);
    let said = browser::drive(&script("browser.mjs"), [&PathBuf::from(name), &page, &pictures])?;
    let seen: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(seen["complaints"], json!([]), "{name}");
    assert_eq!(seen["requests"], json!([]), "{name}");
    assert!(
        seen["wide"].as_i64().unwrap() <= 0,
        "{name}: wider than a narrow window by {}",
        seen["wide"]
    );
    fs::metadata(pictures.with_file_name(format!("{name}-dark.png"))).unwrap();
    Some(seen)
}

#[test]
fn a_lie_is_shown_where_it_was_told() {
    let Some(seen) = seen("lie", &with_another_value(), false) else { return };
    assert_eq!(seen["verdict"], "invalid");
    let said = seen["headline"].as_str().unwrap();
    assert!(
        said.contains("SLOAD of slot 0") && said.contains("42") && said.contains("11,259,375"),
        "{said}"
    );
    assert_eq!(seen["roles"], json!(["cause", "follows"]));
    // It opens at the instruction that read the value.
    assert!(seen["opensAt"].as_str().unwrap().contains("SLOAD at pc"), "{}", seen["opensAt"]);
    assert_eq!(seen["message"], "Message 4");
    assert_eq!(seen["record"], "false");
    let way = seen["way"].as_str().unwrap();
    assert!(
        way.contains("storage root") && way.contains("42") && way.contains("11,259,375"),
        "{way}"
    );
    assert_eq!((&seen["refused"], &seen["stayed"]), (&json!(true), &json!(true)));
}

#[test]
fn the_tree_folds_and_steps_walk_by_mouse_keyboard_and_link() {
    let Some(seen) = seen("walk", &own("call-tree"), false) else { return };
    assert_eq!(seen["verdict"], "valid");
    // Seventeen messages, all seen; folded, the top one alone; unfolded, all again.
    assert_eq!(seen["unfolded"], 17);
    assert_eq!(seen["folded"], 1);
    assert_eq!(seen["again"], 17);
    let steps: Vec<i64> = serde_json::from_value(seen["steps"].clone()).unwrap();
    // Home, →, →, ←, j, k, the button, the slider's End.
    let last = seen["last"].as_i64().unwrap();
    assert_eq!(steps, [0, 1, 2, 1, 2, 1, 2, last]);
    let records: Vec<bool> = serde_json::from_value(seen["records"].clone()).unwrap();
    assert!(records.len() > 3 && records.iter().all(|record| *record), "{records:?}");
    assert_eq!(seen["chosen"], "Message 5");
    assert_eq!(seen["linked"], json!(["Message 3", 7]));
    assert!(seen["printed"].as_u64().unwrap() >= 6, "{}", seen["printed"]);
    assert_eq!(seen["themes"], json!(["dark", "light"]));
}

#[test]
fn a_transaction_that_failed_is_shown_where_it_did() {
    let Some(seen) = seen("reverted", &own("revert-with-data"), true) else { return };
    assert_eq!(seen["verdict"], "valid");
    let said = seen["headline"].as_str().unwrap();
    assert!(said.contains("The transaction failed"), "{said}");
    assert!(seen["opensAt"].as_str().unwrap().contains("REVERT at pc"), "{}", seen["opensAt"]);
}

#[test]
fn artifacts_name_the_file_the_line_and_the_variable() {
    let Some(seen) = seen("erc20", &own("erc20-transfer"), true) else { return };
    let text = seen["text"].as_str().unwrap();
    for part in ["Token.sol:", "Token.transfer(", "balanceOf[", "Transfer("] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(seen["sources"].as_u64().unwrap() > 0);
}

#[test]
fn ten_thousand_records_are_drawn_as_they_are_seen() {
    let Some(seen) = seen("large", &large(Axis::Records, 10_000), false) else { return };
    assert!(seen["elements"].as_u64().unwrap() < 3_000, "{}", seen["elements"]);
    // Scrolled to the end, the last is there.
    assert!(seen["lastRecord"].as_str().unwrap().starts_with("10000"), "{}", seen["lastRecord"]);
}
