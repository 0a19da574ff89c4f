//! The page's three views beside each other: each at its own work, with a way back, and the focus where it is of use.

use std::{ffi::OsStr, fs};

use iso_evm_page::ask;
use iso_evm_testing::{browser, fixtures};
use serde_json::{Value, json};

use crate::support::{here, whole_page, work};

#[test]
fn a_view_holds_up_no_other_and_what_is_dropped_goes_where_it_is_of_use() {
    let (Some(_), Some(page)) = (browser::chromium(), whole_page()) else { return };
    let witness = fs::read(fixtures::own().join("erc20-transfer.witness.bin")).unwrap();
    let form = work().join("views.json");
    fs::write(&form, ask(br#"{"ask": "fields"}"#, &witness).unwrap().bytes).unwrap();
    let transfer = fixtures::own().join("plain-transfer.json");
    let arguments: [&OsStr; 3] = [page.as_os_str(), form.as_os_str(), transfer.as_os_str()];
    let script = here().join("tests/node/views.mjs");
    let Some(said) = browser::drive(&script, arguments) else { return };
    let seen: Value = serde_json::from_str(&said).unwrap();

    assert_eq!((&seen["complaints"], &seen["requests"]), (&json!([]), &json!([])));
    assert_eq!(seen["theme"], json!(["false", "true"]));
    assert_eq!(seen["audit"], json!({ "focus": "view-audit", "fragment": "#audit" }));
    assert_eq!(seen["back"], json!({ "fragment": "#run", "agreement": "the same" }));
    assert_eq!(seen["lie"], json!({ "focus": "view-lie", "fragment": "#lie" }));
    assert_eq!(seen["keys"], json!([true, true]));
    assert!(seen["next"].as_str().unwrap().starts_with("the same 2 steps"), "{seen}");
    assert_eq!(seen["program"], "PUSH 1 PUSH 2 ADD");
    assert_eq!(seen["witness"], "valid");
    let start = seen["start"].as_str().unwrap();
    assert!(start.contains("This witness was invalid as it came"), "{start}");
    assert_eq!((&seen["emptied"], &seen["none"]), (&json!("0x1"), &json!(true)));
}
