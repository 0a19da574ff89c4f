//! The file by itself: its size, and that nothing from outside is more than data in it.

use std::collections::BTreeSet;

use iso_evm_explain::Artifacts;
use iso_evm_testing::{cases::Axis, fixtures};
use serde_json::{Value, json};

use crate::subjects::{artifacts, data_of, large, mainnet, own, page_of, with_another_value};

/// What a page of a usual transaction may take.
const USUAL: usize = 400_000;

#[test]
fn pages_of_usual_transactions_are_small() {
    let artifacts = artifacts();
    for path in fixtures::json_files(&fixtures::own()) {
        let name = path.file_stem().unwrap().to_str().unwrap();
        if path.parent() != Some(&fixtures::own()) {
            continue;
        }
        let page = page_of(&own(name), Some(&artifacts));
        assert!(page.len() < USUAL, "{name}: {} bytes", page.len());
    }
    let sizes: Vec<_> = mainnet()
        .iter()
        .map(|(name, witness)| (page_of(witness, None).len(), name.clone()))
        .collect();
    let largest = sizes.iter().max();
    assert!(largest.is_none_or(|(size, _)| *size < USUAL), "{largest:?}");
}

/// Steps are kept as far as the budget goes, and all messages stand in the tree.
#[test]
fn ten_thousand_records_and_messages_make_pages_that_a_browser_takes() {
    for (axis, most) in [(Axis::Records, 4_000_000), (Axis::Calls, 12_000_000)] {
        let witness = large(axis, 10_000);
        let page = page_of(&witness, None);
        assert!(page.len() < most, "{axis:?}: {} bytes", page.len());
        let data: Value = serde_json::from_str(data_of(&page)).unwrap();
        let steps: usize = data["messages"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|message| message["steps"]["cost"].as_array())
            .map(Vec::len)
            .sum();
        assert!(steps <= 10_000, "{axis:?}: {steps} steps");
        assert_eq!(data["calls"].as_array().unwrap().len(), witness.messages.len());
    }
}

#[test]
fn a_page_says_its_verdict_to_a_reader_without_a_program() {
    let page = page_of(&with_another_value(), None);
    let (_, behind) = page.split_once("<noscript>").unwrap();
    let (text, _) = behind.split_once("</noscript>").unwrap();
    assert!(text.contains("<p>invalid: "), "{text}");
    assert!(
        text.contains("SLOAD of slot 0") && text.contains("It says 42; true is 11,259,375"),
        "{text}"
    );
    assert!(page.contains("<title>invalid: transaction 0x"));
}

/// Names and sources that would be elements, end the data, or hide what they are.
#[test]
fn what_comes_from_outside_is_data_in_the_page() {
    let hostile =
        "</script><script>document.title='taken'</script><!--<img src=x onerror=alert(1)>\u{202e}";
    let built = fixtures::read(&fixtures::own().join("src/artifacts.json"));
    let mut built: Value = serde_json::from_str(&built).unwrap();
    let contracts = built["contracts"]["Token.sol"].as_object_mut().unwrap();
    let token = contracts.remove("Token").unwrap();
    contracts.insert(hostile.to_owned(), token);
    let mut artifacts = Artifacts::new();
    artifacts.add("artifacts.json", json!(built).to_string().as_bytes()).unwrap();
    let page = page_of(&own("erc20-transfer"), Some(&artifacts));
    let data: Value = serde_json::from_str(data_of(&page)).unwrap();
    // What is not seen is written out.
    let seen = hostile.replace('\u{202e}', "\\u{202e}");
    assert_eq!(data["calls"][0]["contract"], seen);
    // One ends the data, one the program.
    assert_eq!(page.matches("</script").count(), 2);
    assert_eq!(page.matches("<script").count(), 2);
    assert_eq!(page.matches("<!--").count() + page.matches("<img").count(), 0);
}

/// What a field means stands in the file once, however many records have it.
#[test]
fn meanings_are_written_once() {
    let page = page_of(&large(Axis::Records, 300), None);
    let data: Value = serde_json::from_str(data_of(&page)).unwrap();
    let shapes = data["shapes"].as_array().unwrap();
    let distinct: BTreeSet<_> = shapes.iter().map(Value::to_string).collect();
    assert_eq!(distinct.len(), shapes.len());
    assert!(shapes.len() < 10, "{}", shapes.len());
}
