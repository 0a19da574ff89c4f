//! Three real nodes: what each did is recorded, found valid under all four audits, and submitted to it.

use alloy_primitives::{Address, B256, hex};
use serde_json::json;

use super::{
    anvil::{Anvil, STORE, store},
    lacks::unproved,
    others::{Other, hash},
    recorded::{record, valid, verified},
};
use crate::common::{Ran, run};

/// The code of `STORE` for forks without PUSH0 too.
const OLD_STORE: &[u8] = &hex!("602035600035556000" "6000a0" "00");

/// Transactions of all kinds: slots set and deleted, a transfer to nobody, and where `failing`, one that
/// reverts.
fn tour(node: &Other, failing: bool) -> Vec<B256> {
    let contract = node.deploy(OLD_STORE);
    let last = if failing { node.deploy(&hex!("60006000fd")) } else { contract };
    [
        node.send(Some(contract), 0, &store(1, 2)),
        node.send(Some(contract), 0, &store(2, 2)),
        node.send(Some(contract), 0, &store(1, 0)),
        node.send(Some(Address::repeat_byte(0x77)), 5, &[]),
        node.send(Some(last), 0, &[]),
    ]
    .iter()
    .map(hash)
    .collect()
}

/// Records each of them, and the last one's block. `note` is the end of what is said on stderr.
fn toured(node: &Other, failing: bool, fork: &str, note: &str) {
    let folder = tempfile::tempdir().unwrap();
    for hash in tour(node, failing) {
        let more = format!("--no-cache --retries 0 {fork}");
        let ran = record(folder.path(), &node.url(), hash, &more);
        assert_eq!(ran.code, Some(0), "{hash}: {}", ran.stderr);
        assert!(ran.stderr.ends_with(note), "{hash}: {}", ran.stderr);
        verified(folder.path(), "witness.bin");
    }
    let height: String = serde_json::from_value(node.ask("eth_blockNumber", json!([]))).unwrap();
    let line = format!(
        "iso-witness record --rpc-url {} --block {height} -o all --no-cache {fork}",
        node.url()
    );
    let ran = run(folder.path(), &line);
    // The state root after the block is compared, and is the header's.
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.ends_with(note), "{}", ran.stderr);
}

/// Deploys the hypervisor on a node by an account, and submits what was recorded. `more`: how to
/// deploy.
fn submitted(url: &str, account: Address, transaction: B256, more: &str) {
    let folder = tempfile::tempdir().unwrap();
    let iso = |line: &str| -> Ran {
        run(folder.path(), &format!("{line} --rpc-url {url} --unlocked {account} --json"))
    };
    let ran = record(folder.path(), url, transaction, "--no-cache --fork osaka");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let ran = iso(&format!("iso-verify deploy --fork osaka {more}"));
    assert_eq!(ran.code, Some(0), "{}{}", ran.stderr, ran.text());
    let deployed = ran.json();
    let [hypervisor, deployer] =
        ["hypervisor", "deployer"].map(|name| deployed[name].as_str().unwrap());
    let ran = iso(&format!(
        "iso-verify submit witness.bin --hypervisor {hypervisor} --deployer {deployer}"
    ));
    assert_eq!(ran.code, Some(0), "{}{}", ran.stderr, ran.text());
    assert_eq!(ran.json()["verdict"], "valid (execution only)", "{}", ran.text());
}

#[test]
fn hardhat_records_verifies_and_submits() {
    let Some(hardhat) = Other::hardhat() else { return };
    // It says nothing of its fork, and takes EIP-1898's object alone.
    // Its contract of beacon roots is there and not called, nor is that of block hashes.
    toured(&hardhat, true, "--fork osaka", "this chain does not make it\n");
    let contract = hardhat.deploy(OLD_STORE);
    let transaction = hash(&hardhat.send(Some(contract), 0, &store(7, 8)));
    let folder = tempfile::tempdir().unwrap();
    let ran = record(folder.path(), &hardhat.url(), transaction, "--no-cache");
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("prague or osaka: say which by --fork"), "{}", ran.stderr);
    // Nobody has deployed the deterministic deployer there.
    submitted(&hardhat.url(), hardhat.accounts[0], transaction, "--new-deployer");
}

#[test]
fn anvil_records_verifies_and_submits() {
    let rules = ["--hardfork", "osaka", "--gas-limit", "60000000"];
    let Some(anvil) = Anvil::start(&rules) else { return };
    let contract = anvil.deploy(STORE);
    let transaction = anvil.send(0, Some(contract), 0, &store(7, 8));
    let folder = tempfile::tempdir().unwrap();
    let ran = record(folder.path(), &anvil.url(), transaction, "--no-cache");
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    valid(folder.path(), "witness.bin");
    submitted(&anvil.url(), anvil.accounts[0], transaction, "");
}

/// Ganache's newest rules are Shanghai's, under which no hypervisor runs: `deploy` and `submit` say so.
#[test]
fn ganache_records_and_verifies() {
    let Some(ganache) = Other::ganache() else { return };
    // It traces by another tracer, and takes a state by its number alone.
    let note = "note: the node's answer to debug_traceTransaction makes no sense: ";
    let contract = ganache.deploy(OLD_STORE);
    let transaction = hash(&ganache.send(Some(contract), 0, &store(7, 8)));
    let folder = tempfile::tempdir().unwrap();
    let ran = record(folder.path(), &ganache.url(), transaction, "--no-cache --retries 0");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.starts_with(note), "{}", ran.stderr);
    let report = verified(folder.path(), "witness.bin");
    assert_eq!(report["anchors"]["fork"], "shanghai", "{report}");
    toured(&ganache, false, "", &ran.stderr);
    // Both say so before anything is sent.
    let account = ganache.accounts[0];
    let height = ganache.ask("eth_blockNumber", json!([]));
    for command in ["deploy --fork shanghai", "submit witness.bin --dry-run", "submit witness.bin"]
    {
        let hypervisor = if command.starts_with("submit") {
            format!("--hypervisor {contract}")
        } else {
            String::new()
        };
        let line = format!(
            "iso-verify {command} {hypervisor} --rpc-url {} --unlocked {account}",
            ganache.url()
        );
        let ran = run(folder.path(), &line);
        assert_eq!(ran.code, Some(2), "{command}: {}", ran.stderr);
        assert!(ran.stderr.contains("older than Cancun's"), "{command}: {}", ran.stderr);
    }
    assert_eq!(ganache.ask("eth_blockNumber", json!([])), height);
    // Its header has another root than Ethereum's where a transaction has failed: no receipt is proved.
    let failing = ganache.deploy(&hex!("60006000fd"));
    let failed = hash(&ganache.send(Some(failing), 0, &[]));
    let ran = record(folder.path(), &ganache.url(), failed, "--no-cache");
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(ran.stderr.contains("the root of its receipts is"), "{}", ran.stderr);
    let ran = record(folder.path(), &ganache.url(), transaction, "--no-cache --no-proofs");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    unproved(folder.path(), "witness.bin");
}

/// An account of which nobody has the key sends, in a block with others.
#[test]
fn hardhat_impersonates() {
    let Some(hardhat) = Other::hardhat() else { return };
    let nobody = Address::repeat_byte(0xab);
    hardhat.ask("hardhat_impersonateAccount", json!([nobody]));
    hardhat.ask("hardhat_setBalance", json!([nobody, "0xde0b6b3a7640000"]));
    hardhat.ask("hardhat_mine", json!([]));
    let transaction = hash(&hardhat.send_from(nobody, Some(Address::repeat_byte(1)), 1, &[]));
    let folder = tempfile::tempdir().unwrap();
    let more = "--no-cache --fork osaka";
    let ran = record(folder.path(), &hardhat.url(), transaction, more);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.contains("transaction 0 is not signed by its sender"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("none is proved to be in it"), "{}", ran.stderr);
}
