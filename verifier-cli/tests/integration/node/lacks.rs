//! What nodes do not prove, or not as Ethereum would have it: what can be recorded is recorded, and what
//! is lacking is said. Nothing that a proof does not lead to is taken for proved.

use std::path::Path;

use alloy_primitives::{Address, B256, hex, keccak256};
use iso_evm_wire::Witness;
use serde_json::{Value, json};

use super::{
    anvil::{Anvil, STORE, store},
    block::{files, in_one_block},
    proxy::{Action, Proxy},
    recorded::{record, valid, verified},
};
use crate::common::{Ran, run};

/// Verifies a file of which nothing is proved: execution and tree are valid, and what could not run is
/// named. A verdict without all four is none.
pub(super) fn unproved(folder: &Path, file: &str) -> Value {
    let ran = run(folder, &format!("iso-verify {file} --json"));
    let report = ran.json();
    assert_eq!(ran.code, Some(3), "{report}");
    assert_eq!(report["anchor"], "unproved", "{report}");
    let audits = &report["audits"];
    // Without a message there is nothing to run, and nobody has proved that none is missing.
    let is_empty = report["messages"].as_array().is_some_and(Vec::is_empty);
    let said = json!(if is_empty { "not-run" } else { "valid" });
    assert_eq!((&audits["execution"], &audits["tree"]), (&said, &said));
    let not_run = report["notRun"].to_string();
    assert!(not_run.contains("access") && not_run.contains("the trie node"), "{report}");
    let bytes = std::fs::read(folder.join(file)).unwrap();
    assert_eq!(Witness::decode(&bytes).unwrap().nodes.len(), 0);
    report
}

/// Records a transaction through a proxy, in a folder of its own; the folder and what was said.
fn through(
    anvil: &Anvil,
    transaction: B256,
    decide: impl Fn(&str, &Value) -> Action + Send + Sync + 'static,
) -> (tempfile::TempDir, Ran) {
    let folder = tempfile::tempdir().unwrap();
    let proxy = Proxy::start(&anvil.address, decide);
    let ran = record(folder.path(), &proxy.url(), transaction, "--no-cache");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    (folder, ran)
}

const UNPROVED: &str = "the access and transaction audits will not run";

fn nibble(address: Address) -> u8 {
    keccak256(address)[0] >> 4
}

/// Addresses that are not in the state: one whose place at the root of the trie is free, so that any
/// proof shows it, and one that stands beside an account that nothing else looks at.
fn absent(anvil: &Anvil, touched: &[Address]) -> [Address; 2] {
    let touched: Vec<u8> = touched.iter().copied().map(nibble).collect();
    let taken: Vec<u8> = anvil.accounts.iter().copied().map(nibble).collect();
    let beside = |address: &Address| {
        taken.contains(&nibble(*address)) && !touched.contains(&nibble(*address))
    };
    let free = |address: &Address| {
        !taken.contains(&nibble(*address)) && !touched.contains(&nibble(*address))
    };
    let all = || (1_u64..).map(|number| Address::left_padding_from(&(number << 20).to_be_bytes()));
    [all().find(free).unwrap(), all().find(beside).unwrap()]
}

/// Asks for the proof of an account of whatever address.
fn is_proof_of(method: &str, params: &Value, account: Address) -> bool {
    method == "eth_getProof" && params[0] == json!(account)
}

#[test]
fn an_absent_account_that_the_node_does_not_prove() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let contract = anvil.deploy(STORE);
    // What the system's calls touch has code in anvil, and the miner is nobody.
    let code = |address: &Address| anvil.ask("eth_getCode", json!([address, "latest"])) != "0x";
    let system =
        ["000f3df6d732807ef1319fb7b8bb8522d0beac02", "0000f90827f1c53a10cb7a02335b175320002935"];
    let system = system.map(|hex| Address::from_slice(&hex::decode(hex).unwrap()));
    let mut touched = vec![anvil.accounts[0], Address::ZERO, contract];
    touched.extend(system.into_iter().filter(code));
    let [free, beside] = absent(&anvil, &touched);
    let answers: [fn() -> Action; 3] = [
        || Action::Change(|answer| *answer = Value::Null),
        || Action::Refuse(-32_000, "no such account"),
        || Action::Change(|answer| answer["accountProof"] = json!(["0xc0"])),
    ];
    for (account, proved) in [(free, true), (beside, false)] {
        let transaction = anvil.send(0, Some(account), 0, &[]);
        for answer in answers {
            let (folder, ran) =
                through(&anvil, transaction, move |method, params| {
                    match is_proof_of(method, params, account) {
                        true => answer(),
                        false => Action::Pass,
                    }
                });
            if proved {
                assert_eq!(ran.stderr, "");
                verified(folder.path(), "witness.bin");
            } else {
                assert!(ran.stderr.contains("eth_getProof"), "{}", ran.stderr);
                assert!(ran.stderr.contains(UNPROVED), "{}", ran.stderr);
                assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
                unproved(folder.path(), "witness.bin");
            }
        }
    }
}

/// The block's miner is asked for first; it need not exist.
#[test]
fn a_miner_that_the_node_does_not_prove() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let contract = anvil.deploy(STORE);
    let transaction = anvil.send(0, Some(contract), 0, &store(1, 2));
    let (folder, ran) = through(&anvil, transaction, |method, params| {
        match is_proof_of(method, params, Address::ZERO) {
            true => Action::Change(|answer| *answer = Value::Null),
            false => Action::Pass,
        }
    });
    // The trie may show it by another's proof.
    if ran.stderr.is_empty() {
        verified(folder.path(), "witness.bin");
    } else {
        assert!(ran.stderr.contains(UNPROVED), "{}", ran.stderr);
        unproved(folder.path(), "witness.bin");
    }
}

#[test]
fn values_that_are_null_beside_their_proofs() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let contract = anvil.deploy(STORE);
    let transaction = anvil.send(0, Some(contract), 0, &store(1, 2));
    let (folder, ran) = through(&anvil, transaction, |method, _| match method {
        "eth_getProof" => Action::Change(|proof| {
            for field in ["address", "balance", "nonce", "codeHash"] {
                proof[field] = Value::Null;
            }
            for slot in proof["storageProof"].as_array_mut().unwrap() {
                slot["value"] = Value::Null;
            }
        }),
        _ => Action::Pass,
    });
    assert_eq!(ran.stderr, "");
    verified(folder.path(), "witness.bin");
}

#[test]
fn a_sibling_that_is_refused() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let contract = anvil.deploy(STORE);
    for slot in [0, 1] {
        anvil.send(0, Some(contract), 0, &store(slot, 7));
    }
    let deleted = anvil.send(0, Some(contract), 0, &store(0, 0));
    let answers: [fn() -> Action; 2] =
        [|| Action::Refuse(-32_000, "no"), || Action::Change(|answer| *answer = Value::Null)];
    for answer in answers {
        let block = anvil.receipt(deleted)["blockHash"].clone();
        let (folder, ran) = through(&anvil, deleted, move |method, params| {
            let at_block = params[2]["blockHash"] == block;
            let zero = |slot: &Value| *slot == json!(B256::ZERO);
            let other = is_proof_of(method, params, contract)
                && !params[1].as_array().unwrap().iter().all(zero);
            match method {
                "eth_getProof" if at_block || other => answer(),
                _ => Action::Pass,
            }
        });
        assert!(ran.stderr.contains("is not to be had"), "{}", ran.stderr);
        assert!(ran.stderr.contains(UNPROVED), "{}", ran.stderr);
        unproved(folder.path(), "witness.bin");
    }
}

#[test]
fn receipts_that_are_null_or_older_than_berlin() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let contract = anvil.deploy(STORE);
    let transaction = anvil.send(0, Some(contract), 0, &store(1, 2));
    fn strip(receipt: &mut Value) {
        let receipt = receipt.as_object_mut().unwrap();
        for field in ["type", "cumulativeGasUsed", "effectiveGasPrice", "contractAddress"] {
            receipt.remove(field);
        }
    }
    let (folder, ran) = through(&anvil, transaction, |method, _| match method {
        "eth_getBlockReceipts" => Action::Change(|answer| *answer = Value::Null),
        "eth_getTransactionReceipt" => Action::Change(strip),
        _ => Action::Pass,
    });
    assert_eq!(ran.stderr, "");
    verified(folder.path(), "witness.bin");
    let (folder, ran) = through(&anvil, transaction, |method, _| match method {
        "eth_getBlockReceipts" => {
            Action::Change(|answer| answer.as_array_mut().unwrap().iter_mut().for_each(strip))
        }
        _ => Action::Pass,
    });
    assert_eq!(ran.stderr, "");
    verified(folder.path(), "witness.bin");
    // None at all: the logs of the chain are lacking, and that is said.
    let (_, ran) = through(&anvil, transaction, |method, _| match method {
        "eth_getBlockReceipts" | "eth_getTransactionReceipt" => {
            Action::Change(|answer| *answer = Value::Null)
        }
        _ => Action::Pass,
    });
    assert_eq!(
        ran.stderr,
        "note: the node answers eth_getTransactionReceipt with null: the replay is not compared with \
         the chain, and the witness has no logs of the chain's\n"
    );
}

/// A node that proves another balance, and says it everywhere: it is not taken for proved.
#[test]
fn a_false_proof_is_never_believed() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let contract = anvil.deploy(STORE);
    let transaction = anvil.send(0, Some(contract), 0, &store(1, 2));
    let lies: [fn(&mut Value); 3] = [
        // The last byte of each leaf.
        |proof| {
            let last = proof["accountProof"].as_array_mut().unwrap().last_mut().unwrap();
            let text = last.as_str().unwrap();
            let (head, tail) = text.split_at(text.len() - 1);
            let other = if tail == "0" { "1" } else { "0" };
            *last = json!(format!("{head}{other}"));
        },
        // No leaf: absent, if the branch above it were not there.
        |proof| {
            proof["accountProof"].as_array_mut().unwrap().pop();
        },
        // A whole proof of another state: an empty one.
        |proof| {
            proof["accountProof"] = json!([]);
            proof["storageHash"] = json!(alloy_trie::EMPTY_ROOT_HASH);
        },
    ];
    for lie in lies {
        let (folder, ran) = through(&anvil, transaction, move |method, _| match method {
            "eth_getProof" => Action::Change(lie),
            _ => Action::Pass,
        });
        assert!(ran.stderr.contains("does not lead to"), "{}", ran.stderr);
        assert!(ran.stderr.contains(UNPROVED), "{}", ran.stderr);
        unproved(folder.path(), "witness.bin");
    }
}

/// What was set by hand after the parent is in no header.
#[test]
fn state_set_by_hand() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let contract = anvil.deploy(STORE);
    type Set = fn(&Anvil, Address);
    let set: [Set; 3] = [
        |anvil, _| {
            anvil.ask("anvil_setBalance", json!([Address::repeat_byte(9), "0x99"]));
        },
        |anvil, contract| {
            let (key, value) = (B256::with_last_byte(1), B256::with_last_byte(3));
            anvil.ask("anvil_setStorageAt", json!([contract, key, value]));
        },
        |anvil, _| {
            let code = hex::encode_prefixed(STORE);
            anvil.ask("anvil_setCode", json!([Address::repeat_byte(8), code]));
        },
    ];
    for (index, set) in set.into_iter().enumerate() {
        set(&anvil, contract);
        let transaction = anvil.send(0, Some(contract), 0, &store(1, 4 + index as u64));
        let folder = tempfile::tempdir().unwrap();
        let ran = record(folder.path(), &anvil.url(), transaction, "--no-cache");
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert!(ran.stderr.contains("does not lead to"), "{}", ran.stderr);
        assert!(ran.stderr.contains(UNPROVED), "{}", ran.stderr);
        unproved(folder.path(), "witness.bin");
        let line = format!(
            "iso-witness record --rpc-url {} --block {} -o all{index} --no-cache",
            anvil.url(),
            anvil.height()
        );
        assert_eq!(run(folder.path(), &line).code, Some(0));
        // The next block stands on what the header now has.
        let next = anvil.send(0, Some(contract), 0, &store(2, 4));
        let ran = record(folder.path(), &anvil.url(), next, "--no-cache");
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        valid(folder.path(), "witness.bin");
    }
}

/// A chain that forks off another one has no state roots in its headers.
#[test]
fn blocks_without_a_state_root() {
    let Some(source) = Anvil::start(&[]) else { return };
    let contract = source.deploy(STORE);
    let Some(fork) = Anvil::start(&["--fork-url", &source.url()]) else { return };
    let first = fork.send(0, Some(contract), 0, &store(1, 2));
    let second = fork.send(0, Some(contract), 0, &store(1, 3));
    let root = |hash: B256| {
        let block = fork.receipt(hash)["blockHash"].clone();
        fork.ask("eth_getBlockByHash", json!([block, false]))["stateRoot"].clone()
    };
    assert_eq!(root(first), json!(B256::ZERO));
    let folder = tempfile::tempdir().unwrap();
    for transaction in [first, second] {
        let ran = record(folder.path(), &fork.url(), transaction, "--no-cache --fork osaka");
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert!(ran.stderr.contains("no state root, but zero"), "{}", ran.stderr);
        unproved(folder.path(), "witness.bin");
    }
    let line = format!(
        "iso-witness record --rpc-url {} --block {} -o all --no-cache --fork osaka",
        fork.url(),
        fork.height()
    );
    let ran = run(folder.path(), &line);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
}

/// An account without a key sends between others, then a contract does: the block is recorded.
#[test]
fn unsigned_transactions_in_a_block() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let contract = anvil.deploy(STORE);
    let nobody = Address::repeat_byte(0xab);
    for sender in [nobody, contract] {
        anvil.ask("anvil_impersonateAccount", json!([sender]));
        anvil.ask("anvil_setBalance", json!([sender, "0xde0b6b3a7640000"]));
    }
    anvil.mine();
    let queue = |from: Address, slot: u64| {
        let transaction = json!({
            "from": from, "to": contract, "gas": "0x30d40", "data": store(slot, 5),
            "maxFeePerGas": "0x77359400", "maxPriorityFeePerGas": "0x3b9aca00",
        });
        anvil.ask("eth_sendTransaction", json!([transaction]));
    };
    let hashes = in_one_block(&anvil, |anvil| {
        queue(anvil.accounts[0], 1);
        queue(nobody, 2);
        queue(contract, 3);
        queue(anvil.accounts[1], 4);
    });
    assert_eq!(hashes.len(), 4);
    let (url, height) = (anvil.url(), anvil.height());
    let senders: Vec<Value> = hashes
        .iter()
        .map(|hash| anvil.ask("eth_getTransactionByHash", json!([hash]))["from"].clone())
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let line = format!("iso-witness record --rpc-url {url} --block {height} -o all --no-cache");
    let ran = run(folder.path(), &line);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.contains("and 1 more is not signed by its sender"), "{}", ran.stderr);
    assert!(ran.stderr.contains("it is replayed, and not recorded"), "{}", ran.stderr);
    let all = folder.path().join("all");
    // The contract's is none that any chain would take.
    assert_eq!(files(&all).len(), 3);
    for (index, (hash, sender)) in hashes.iter().zip(&senders).enumerate() {
        let name = format!("{index:04}-{hash}.bin");
        if *sender == json!(contract) {
            assert!(!all.join(&name).exists());
            let ran = record(folder.path(), &url, *hash, "--no-cache");
            assert_eq!(ran.code, Some(2), "{}", ran.stderr);
        } else if *sender == json!(nobody) {
            let ran = run(&all, &format!("iso-verify {name} --json"));
            assert!(matches!(ran.code, Some(0 | 3)), "{}", ran.text());
            let witness = Witness::decode(&std::fs::read(all.join(&name)).unwrap()).unwrap();
            assert!(witness.transaction.signature().is_none());
        } else {
            verified(&all, &name);
            let ran = record(folder.path(), &url, *hash, "--no-cache -o one.bin");
            assert_eq!(ran.code, Some(0), "{}", ran.stderr);
            let read = |path: &Path| std::fs::read(path).unwrap();
            assert!(read(&all.join(&name)) == read(&folder.path().join("one.bin")));
        }
    }
}
