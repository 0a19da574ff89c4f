//! A whole block in one replay.

use std::path::Path;

use alloy_primitives::{Address, B256};
use iso_evm_wire::Witness;
use serde_json::{Value, json};

use super::{
    anvil::{Anvil, STORE, store},
    recorded::{record, verified},
};
use crate::common::run;

/// Sends transactions that one block takes; their hashes in the block's order.
pub(super) fn in_one_block(anvil: &Anvil, send: impl FnOnce(&Anvil)) -> Vec<B256> {
    anvil.ask("evm_setAutomine", json!([false]));
    send(anvil);
    anvil.mine();
    anvil.ask("evm_setAutomine", json!([true]));
    let block = anvil.ask("eth_getBlockByNumber", json!(["latest", false]));
    serde_json::from_value(block["transactions"].clone()).unwrap()
}

/// The files in a folder, by name.
pub(super) fn files(folder: &Path) -> Vec<String> {
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<_> = names.map(|name| name.into_string().unwrap()).collect();
    names.sort_unstable();
    names
}

/// Ten transactions on a few slots of one contract, from three senders.
pub(super) fn ten(anvil: &Anvil) -> Vec<B256> {
    let contract = anvil.deploy(STORE);
    for slot in 0..4 {
        anvil.send(0, Some(contract), 0, &store(slot, 9));
    }
    in_one_block(anvil, |anvil| {
        for (index, (slot, value)) in
            [(0, 1), (0, 2), (1, 0), (5, 1), (0, 0), (1, 7), (5, 0), (2, 0)].into_iter().enumerate()
        {
            anvil.queue(index % 3, Some(contract), 0, &store(slot, value));
        }
        anvil.queue(0, Some(Address::repeat_byte(0x77)), 1, &[]);
        anvil.queue(1, Some(Address::repeat_byte(0x77)), 1, &[]);
    })
}

#[test]
fn ten_transactions_on_the_same_slots() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let hashes = ten(&anvil);
    assert_eq!(hashes.len(), 10);
    let folder = tempfile::tempdir().unwrap();
    let line = format!(
        "iso-witness record --rpc-url {} --block {} -o all --no-cache",
        anvil.url(),
        anvil.height()
    );
    let ran = run(folder.path(), &line);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    // anvil does not take slots out of a trie that are set to zero.
    assert!(ran.stderr.ends_with("the state root after the block is not compared\n"));
    assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
    let all = folder.path().join("all");
    let names = files(&all);
    assert_eq!(names.len(), 10);
    let mut root = None;
    for (index, (name, hash)) in names.iter().zip(&hashes).enumerate() {
        assert_eq!(*name, format!("{index:04}-{hash}.bin"));
        verified(&all, name);
        let bytes = std::fs::read(all.join(name)).unwrap();
        let witness = Witness::decode(&bytes).unwrap();
        // Each starts where the one before it ended.
        assert_eq!(root.unwrap_or(witness.roots.enter), witness.roots.enter);
        root = Some(witness.roots.leave);
        let receipt: Value = anvil.receipt(*hash);
        assert_eq!(receipt["gasUsed"], format!("{:#x}", witness.receipt.gas_used));
        let logs = witness.receipt.logs.unwrap().logs.len();
        assert_eq!(receipt["logs"].as_array().unwrap().len(), logs);
        // One alone is the same.
        let ran = record(folder.path(), &anvil.url(), *hash, "--no-cache -o one.bin");
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
        assert_eq!(std::fs::read(folder.path().join("one.bin")).unwrap(), bytes);
    }
}

#[test]
fn a_block_without_transactions_and_one_that_is_not_there() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    anvil.mine();
    let folder = tempfile::tempdir().unwrap();
    let record = |block: &str| {
        let url = anvil.url();
        run(
            folder.path(),
            &format!("iso-witness record --rpc-url {url} --block {block} --no-cache"),
        )
    };
    assert_eq!(record("2").code, Some(0));
    assert_eq!(files(&folder.path().join("block-2")), Vec::<String>::new());
    assert_eq!(record("0").stderr, "error: block 0 has no parent, and no transactions\n");
    assert_eq!(record("999").stderr, "error: the node knows no block 999\n");
    let hash = B256::repeat_byte(9);
    assert_eq!(
        record(&hash.to_string()).stderr,
        format!("error: the node knows no block {hash}\n")
    );
    assert_eq!(record("newest").code, Some(2));
}

#[test]
fn the_state_root_after_the_block_is_compared() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let contract = anvil.deploy(STORE);
    in_one_block(&anvil, |anvil| {
        for index in 0..6 {
            anvil.queue(index % 3, Some(contract), 3, &store(index as u64 / 2, 1 + index as u64));
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let block = |more: &str| {
        let (url, height) = (anvil.url(), anvil.height());
        run(folder.path(), &format!("iso-witness record --rpc-url {url} --block {height} {more}"))
    };
    let ran = block("-o all --no-cache");
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    for name in files(&folder.path().join("all")) {
        verified(&folder.path().join("all"), &name);
    }
}

/// anvil's headers never have a difficulty: those of London look like those of Paris. By Istanbul's
/// name it charges Berlin's gas.
#[test]
fn a_block_of_every_fork_of_anvils_is_replayed_to_its_root() {
    for (fork, more) in [
        ("berlin", "--fork berlin"),
        ("london", "--fork london"),
        ("paris", ""),
        ("shanghai", ""),
        ("cancun", ""),
        ("prague", ""),
        ("osaka", ""),
    ] {
        let Some(anvil) = Anvil::start(&["--hardfork", fork]) else { return };
        let send = |to: Option<Address>, data: &str| {
            let (from, data) = (anvil.accounts[0], format!("0x{data}"));
            let mut transaction = json!({
                "from": from, "data": data, "gas": "0x4c4b40", "gasPrice": "0x77359400",
            });
            if let Some(to) = to {
                transaction["to"] = json!(to);
            }
            let hash = anvil.ask("eth_sendTransaction", json!([transaction]));
            serde_json::from_value::<B256>(hash).unwrap()
        };
        // Stores the second word of its calldata in the slot of the first; before PUSH0.
        let created = send(None, "600880600b6000396000f36020356000355500");
        let contract = serde_json::from_value(anvil.receipt(created)["contractAddress"].clone());
        let contract: Address = contract.unwrap();
        in_one_block(&anvil, |_| {
            for slot in [1, 2, 1] {
                send(Some(contract), &alloy_primitives::hex::encode(store(slot, slot)));
            }
        });
        let folder = tempfile::tempdir().unwrap();
        let record = |more: &str| {
            let (url, height) = (anvil.url(), anvil.height());
            let line =
                format!("iso-witness record --rpc-url {url} --block {height} -o b --no-cache");
            run(folder.path(), &format!("{line} {more}"))
        };
        let ran = record(more);
        assert_eq!(ran.code, Some(0), "{fork}: {}", ran.stderr);
        // The miner's reward is not known on such a chain.
        assert_eq!(ran.stderr.is_empty(), more.is_empty(), "{fork}: {}", ran.stderr);
        let names = files(&folder.path().join("b"));
        assert_eq!(names.len(), 3, "{fork}");
        for name in names {
            let report = verified(&folder.path().join("b"), &name);
            assert_eq!(report["fork"], fork);
        }
        if fork == "berlin" {
            let ran = record("");
            assert!(ran.stderr.contains("can be of istanbul or berlin"), "{}", ran.stderr);
        }
    }
}
