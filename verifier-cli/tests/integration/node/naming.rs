//! How a state is named: by EIP-1898's object; by number where that is refused, and then the number's
//! block is looked at before and after.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use alloy_primitives::B256;
use serde_json::{Value, json};

use super::{
    anvil::{Anvil, STORE, store},
    proxy::{Action, Proxy},
    recorded::{record, verified},
};

/// Methods about a state, and where they name it.
const OF_A_STATE: [(&str, usize); 5] = [
    ("eth_getProof", 2),
    ("eth_getCode", 1),
    ("eth_getBalance", 1),
    ("eth_getTransactionCount", 1),
    ("eth_getStorageAt", 2),
];

/// The name of the state in a question about one.
fn name<'a>(method: &str, params: &'a Value) -> Option<&'a Value> {
    let (_, place) = OF_A_STATE.into_iter().find(|(of_a_state, _)| *of_a_state == method)?;
    Some(&params[place])
}

fn node() -> Option<(Anvil, B256)> {
    let anvil = Anvil::start(&[])?;
    let contract = anvil.deploy(STORE);
    let transaction = anvil.send(0, Some(contract), 0, &store(1, 2));
    Some((anvil, transaction))
}

#[test]
fn a_state_is_named_by_an_object() {
    let Some((anvil, transaction)) = node() else { return };
    let folder = tempfile::tempdir().unwrap();
    let others = Arc::<AtomicUsize>::default();
    let seen = others.clone();
    let strict = Proxy::start(&anvil.address, move |method, params| {
        // No tracer, so that code is asked for.
        if method == "debug_traceTransaction" {
            return Action::Refuse(-32_601, "no");
        }
        let Some(name) = name(method, params) else { return Action::Pass };
        let object = name.as_object().is_some_and(|name| {
            name.len() == 1 && name["blockHash"].as_str().is_some_and(|hash| hash.len() == 66)
        });
        if object {
            return Action::Pass;
        }
        seen.fetch_add(1, Ordering::Relaxed);
        Action::Refuse(-32_602, "invalid value, expected an object")
    });
    for more in ["--no-cache", "--no-cache --no-proofs"] {
        let ran = record(folder.path(), &strict.url(), transaction, more);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    }
    assert_eq!(others.load(Ordering::Relaxed), 0);
    let asked = OF_A_STATE.map(|(method, _)| strict.count(method));
    assert!(asked.iter().all(|count| *count > 0), "{asked:?}");
}

/// A node that takes numbers alone.
fn numbers_alone(method: &str, params: &Value) -> Action {
    match name(method, params) {
        Some(name) if name.is_object() => Action::Refuse(-32_700, "Cannot wrap an object"),
        _ => Action::Pass,
    }
}

#[test]
fn where_the_object_is_refused_it_is_asked_by_number() {
    let Some((anvil, transaction)) = node() else { return };
    let folder = tempfile::tempdir().unwrap();
    let numbers = Proxy::start(&anvil.address, numbers_alone);
    let ran = record(folder.path(), &numbers.url(), transaction, "--no-cache -o number.bin");
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    verified(folder.path(), "number.bin");
    // Before and after each.
    let by_number = numbers.count("eth_getBlockByNumber");
    assert!(by_number >= 2 * 3, "{by_number}");
    let ran = record(folder.path(), &anvil.url(), transaction, "--no-cache -o object.bin");
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let read = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
    assert!(read("number.bin") == read("object.bin"));
}

/// The number is another block's, before the question or after it.
#[test]
fn a_number_that_is_another_blocks_is_not_believed() {
    let Some((anvil, transaction)) = node() else { return };
    for right in [0, 1, 2, 3] {
        let folder = tempfile::tempdir().unwrap();
        let count = AtomicUsize::new(0);
        let moving = Proxy::start(&anvil.address, move |method, params| match method {
            "eth_getBlockByNumber" if count.fetch_add(1, Ordering::Relaxed) >= right => {
                Action::Change(|block| block["hash"] = json!(B256::repeat_byte(1)))
            }
            _ => numbers_alone(method, params),
        });
        let more = "--no-cache --no-proofs --concurrency 1";
        let ran = record(folder.path(), &moving.url(), transaction, more);
        assert_eq!(ran.code, Some(2), "{right}: {}", ran.stderr);
        assert!(ran.stderr.contains("the chain was reorganised"), "{right}: {}", ran.stderr);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
