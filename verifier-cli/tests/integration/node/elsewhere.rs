//! What is named is what is recorded: a node that answers with another block or transaction, and a file whose
//! fields are those of another.

use std::path::Path;

use alloy_primitives::{Address, B256, U256};
use serde_json::{Value, json};

use super::{
    anvil::{Anvil, STORE, store},
    block::files,
    proxy::{Action, Proxy},
    recorded::record,
};
use crate::common::{Ran, run, run_with};

/// A node with a contract and three transactions to it, each in its block.
fn node() -> Option<(Anvil, Vec<B256>)> {
    let anvil = Anvil::start(&[])?;
    let contract = anvil.deploy(STORE);
    let sent = (1..4).map(|slot| anvil.send(0, Some(contract), 0, &store(slot, slot))).collect();
    Some((anvil, sent))
}

/// Records something from stdin, by a node.
fn given(folder: &Path, url: &str, what: &Value, more: &str) -> Ran {
    let line = format!("iso-witness record - --rpc-url {url} --no-cache {more}");
    run_with(folder, &line, what.to_string().as_bytes())
}

fn refused(folder: &Path, ran: &Ran) -> String {
    assert_eq!((ran.code, ran.text()), (Some(2), ""), "{}", ran.stderr);
    assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
    assert_eq!(files(folder), Vec::<String>::new(), "nothing is written");
    ran.stderr.clone()
}

#[test]
fn a_node_that_gives_another_block_for_a_number_is_caught() {
    let Some((anvil, _)) = node() else { return };
    let height = anvil.height();
    let before = json!([format!("{:#x}", height - 1), false]);
    // With its own number, and with that which was asked for.
    let lies: [fn(&mut Value); 2] = [
        |_| (),
        |block| {
            let number: U256 = serde_json::from_value(block["number"].clone()).unwrap();
            block["number"] = json!(number + U256::from(1));
        },
    ];
    for lie in lies {
        let before = before.clone();
        let liar = Proxy::start(&anvil.address, move |method, _| match method {
            "eth_getBlockByNumber" => Action::Instead(before.clone(), lie),
            _ => Action::Pass,
        });
        let expected =
            format!("the node gave block {} where block {height} was asked for", height - 1);
        let folder = tempfile::tempdir().unwrap();
        for what in [format!("--block {height}"), format!("--block {height:#x} -o out")] {
            let line = format!("iso-witness record {what} --rpc-url {} --no-cache", liar.url());
            let error = refused(folder.path(), &run_with(folder.path(), &line, b""));
            assert_eq!(error, format!("error: {expected}\n"));
        }
        let line = format!(
            "iso-witness record --block {height}..{height} --rpc-url {} --no-cache",
            liar.url()
        );
        let error = refused(folder.path(), &run_with(folder.path(), &line, b""));
        assert!(error.contains(&expected), "{error}");
    }
}

#[test]
fn a_node_that_gives_another_transaction_is_told_by_what_it_did() {
    let Some((anvil, sent)) = node() else { return };
    let (asked, other) = (sent[2], sent[0]);
    let block = anvil.receipt(other)["blockHash"].as_str().unwrap().to_owned();
    let folder = tempfile::tempdir().unwrap();
    let liar = Proxy::start(&anvil.address, move |method, _| match method {
        "eth_getTransactionByHash" => Action::Instead(json!([other]), |_| ()),
        _ => Action::Pass,
    });
    for more in ["--no-cache", "--no-cache --strict"] {
        let error = refused(folder.path(), &record(folder.path(), &liar.url(), asked, more));
        let expected =
            format!("error: the node answered transaction {other} when asked for {asked}\n");
        assert_eq!(error, expected);
    }
    // It does not say which transaction it is, only where.
    let liar = Proxy::start(&anvil.address, move |method, _| match method {
        "eth_getTransactionByHash" => Action::Instead(json!([other]), |answer| {
            answer.as_object_mut().unwrap().remove("hash");
        }),
        _ => Action::Pass,
    });
    let error = refused(folder.path(), &record(folder.path(), &liar.url(), asked, "--no-cache"));
    assert_eq!(
        error,
        format!(
            "error: the node says that transaction {asked} is in block {block}, and that block does not \
             have it\n"
        )
    );
    // In no block, by its signature another: a node cannot make it wait.
    let liar = Proxy::start(&anvil.address, move |method, _| match method {
        "eth_getTransactionByHash" => Action::Instead(json!([other]), |answer| {
            answer["blockHash"] = json!(null);
            answer.as_object_mut().unwrap().remove("hash");
        }),
        _ => Action::Pass,
    });
    let error = refused(folder.path(), &record(folder.path(), &liar.url(), asked, "--no-cache"));
    assert_eq!(
        error,
        format!("error: the node answered transaction {other} when asked for {asked}\n")
    );
}

#[test]
fn a_file_whose_fields_are_not_those_of_its_hash_is_refused() {
    let Some((anvil, sent)) = node() else { return };
    let folder = tempfile::tempdir().unwrap();
    let mined = anvil.ask("eth_getTransactionByHash", json!([sent[1]]));
    let ran = given(folder.path(), &anvil.url(), &mined, "--strict -o whole.bin");
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let expected = std::fs::read(folder.path().join("whole.bin")).unwrap();
    std::fs::remove_file(folder.path().join("whole.bin")).unwrap();
    let mut unsigned = mined.clone();
    for part in ["r", "s", "v", "yParity"] {
        unsigned.as_object_mut().unwrap().remove(part);
    }
    let ran = given(folder.path(), &anvil.url(), &unsigned, "--strict -o unsigned.bin");
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    assert!(std::fs::read(folder.path().join("unsigned.bin")).unwrap() == expected);
    std::fs::remove_file(folder.path().join("unsigned.bin")).unwrap();
    unsigned["value"] = json!("0x5");
    let error = refused(folder.path(), &given(folder.path(), &anvil.url(), &unsigned, ""));
    let words = format!(
        "error: stdin: transaction.value is 0x5, and in the transaction {} of the chain it is 0x0: the fields \
         are not those of what is named\n",
        sent[1]
    );
    assert_eq!(error, words);
    // Where it stands is another matter: it is said, and refused by who wants nothing unsaid.
    let mut moved = mined;
    moved["blockNumber"] = json!("0x2");
    let error = refused(folder.path(), &given(folder.path(), &anvil.url(), &moved, "--strict"));
    assert!(
        error.contains("--strict: transaction.blockNumber is 2, which contradicts the chain"),
        "{error}"
    );
    let ran = given(folder.path(), &anvil.url(), &moved, "");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(
        ran.stderr.starts_with("note: stdin: transaction.blockNumber is 2, which"),
        "{}",
        ran.stderr
    );
    assert!(std::fs::read(folder.path().join("witness.bin")).unwrap() == expected);
}

#[test]
fn a_block_whose_number_is_not_that_of_its_hash_is_refused() {
    let Some((anvil, _)) = node() else { return };
    let folder = tempfile::tempdir().unwrap();
    let block = anvil.ask("eth_getBlockByNumber", json!(["latest", false]));
    let mut other = block.clone();
    other["number"] = json!("0x2");
    let error = refused(folder.path(), &given(folder.path(), &anvil.url(), &other, ""));
    let hash = block["hash"].as_str().unwrap();
    assert!(
        error.starts_with(&format!(
            "error: stdin: block.number is 0x2, and in the block {hash} of the chain"
        )),
        "{error}"
    );
    // By its number alone, with another's transactions.
    let mut other = block.clone();
    other.as_object_mut().unwrap().remove("hash");
    other["transactions"] = json!([B256::repeat_byte(5)]);
    let error = refused(folder.path(), &given(folder.path(), &anvil.url(), &other, ""));
    assert!(error.contains("block.transactions[0] is 0x0505"), "{error}");
    let ran = given(folder.path(), &anvil.url(), &block, "-o block");
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
}

/// anvil has a hash for what nobody signed that has the sender in it: it binds as much as a signature would.
#[test]
fn an_impersonated_transaction_that_waits_is_recorded_and_said_to_be_unsigned() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let contract = anvil.deploy(STORE);
    let nobody = Address::repeat_byte(0xab);
    anvil.ask("anvil_setBalance", json!([nobody, "0xde0b6b3a7640000"]));
    anvil.ask("anvil_impersonateAccount", json!([nobody]));
    anvil.mine();
    anvil.ask("evm_setAutomine", json!([false]));
    let folder = tempfile::tempdir().unwrap();
    for (kind, name) in [
        (json!({"gasPrice": "0x77359400"}), "old.bin"),
        (json!({"maxFeePerGas": "0x77359400", "maxPriorityFeePerGas": "0x1"}), "new.bin"),
    ] {
        let mut sent =
            json!({"from": nobody, "to": contract, "gas": "0x30d40", "data": store(1, 2)});
        sent.as_object_mut().unwrap().extend(kind.as_object().unwrap().clone());
        let hash = anvil.ask("eth_sendTransaction", json!([sent]));
        let hash: B256 = serde_json::from_value(hash).unwrap();
        let waiting = anvil.ask("eth_getTransactionByHash", json!([hash]));
        let ran = record(folder.path(), &anvil.url(), hash, &format!("--no-cache -o {name}"));
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let note = format!(
            "note: transaction {hash} is not signed by its sender, {nobody} as the node says"
        );
        assert!(ran.stderr.contains(&note), "{}", ran.stderr);
        assert!(ran.wrote[0].ends_with(&format!("unsigned, from {nobody}")), "{:?}", ran.wrote);
        let ran = run(folder.path(), &format!("iso-verify {name} --json"));
        let report = ran.json();
        assert_eq!(ran.code, Some(0), "{report}");
        for audit in ["execution", "access", "tree", "transaction"] {
            assert_eq!(report["audits"][audit], "valid", "{report}");
        }
        assert!(report["anchors"]["transaction"]["digest"].is_string(), "{report}");
        // As the node prints it, and with another value.
        let ran = given(folder.path(), &anvil.url(), &waiting, "-o given.bin");
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let read = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
        assert!(read("given.bin") == read(name));
        let mut other = waiting;
        other["value"] = json!("0x9");
        let ran = given(folder.path(), &anvil.url(), &other, "-o other.bin");
        assert!(
            ran.code == Some(2) && ran.stderr.contains("transaction.value is 0x9"),
            "{}",
            ran.stderr
        );
        anvil.ask("anvil_dropTransaction", json!([hash]));
    }
}
