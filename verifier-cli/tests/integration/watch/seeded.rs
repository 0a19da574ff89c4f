//! A store in which blocks of a node's chain are already, one with a lie in it: an honest node gives no false witness,
//! so what is found of one is put there by hand.

use std::{fs, path::Path};

use alloy_primitives::{B256, Bytes};
use iso_evm_verifier::{EngineKind, Options, certificate::Certificate, verify};
use iso_evm_watch::{
    Audited, AuditedBlock, AuditedTransaction, Keep, Outcome, Place, Spent, Store, StoreOptions,
    StoredWitness,
};
use iso_evm_wire::Witness;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{
    Beside, Chain,
    http::{Answer, get},
};
use crate::{lies::LIES, schemas::schema};

/// How many blocks are there.
pub(super) const BLOCKS: u64 = 3;

/// Number of the block with the lie.
pub(super) const LYING: u64 = 2;

/// The lie that is told: its place in the list.
const LIE: usize = 0;

/// Where the store is.
pub(super) fn options(folder: &Path) -> StoreOptions {
    StoreOptions {
        database: folder.join("watch.db").display().to_string(),
        witnesses: folder.join("watch.witnesses"),
        keep: Keep::All,
    }
}

/// The transaction of the false witness, in a file of a folder, with what was found of it.
pub(super) fn false_transaction(folder: &Path) -> AuditedTransaction {
    LIES[LIE].write(folder);
    let bytes = fs::read(folder.join(format!("{}.bin", LIES[LIE].name))).unwrap();
    let witness = Witness::decode(&bytes).unwrap();
    let options = Options { engine: EngineKind::Native, ..Options::default() };
    let report = verify(&witness, &options).unwrap();
    assert!(!report.findings.is_empty());
    let certificate = Certificate::new(&report, &options).encode();
    let witness = StoredWitness { hash: report.witness_hash.get(), bytes: Bytes::from(bytes) };
    let hash = report.transaction_hash.unwrap();
    let audited = Audited { report, certificate, witness };
    AuditedTransaction { hash, outcome: Outcome::Audited(Box::new(audited)) }
}

/// A block that holds these transactions.
pub(super) fn block(place: Place, transactions: Vec<AuditedTransaction>) -> AuditedBlock {
    let (rules, problem, attempts, spent) = (None, None, 1, Spent::default());
    AuditedBlock { place, rules, transactions, problem, attempts, spent }
}

/// The place of a block, by the node.
pub(super) fn place(chain: &Chain, number: u64) -> Place {
    let params = json!([format!("{number:#x}"), false]);
    let block = chain.anvil.ask("eth_getBlockByNumber", params);
    let hash = |name: &str| -> B256 { block[name].as_str().unwrap().parse().unwrap() };
    let timestamp = block["timestamp"].as_str().unwrap().trim_start_matches("0x");
    let timestamp = u64::from_str_radix(timestamp, 16).unwrap();
    Place { number, hash: hash("hash"), parent: hash("parentHash"), timestamp }
}

/// A store with the first blocks of a chain, one with a lie in it, of which `receivers` are to be told.
pub(super) fn store(folder: &Path, chain: &Chain, receivers: &[String]) {
    let mut store = Store::open(&options(folder)).unwrap();
    store.tell(receivers).unwrap();
    store.is_of(31_337, Some(place(chain, 0).hash)).unwrap();
    store.begin_at(1).unwrap();
    for number in 1..=BLOCKS {
        let lie = (number == LYING).then(|| false_transaction(folder));
        store.put(&block(place(chain, number), lie.into_iter().collect()), None).unwrap();
    }
}

/// A watcher of a chain in whose store is a lie, in step with it.
pub(super) struct Watched {
    pub(super) chain: Chain,
    pub(super) folder: TempDir,
    pub(super) watcher: Beside,
    pub(super) address: String,
}

impl Watched {
    pub(super) fn start(blocks: u64) -> Option<Self> {
        let mut chain = Chain::start()?;
        chain.make(blocks);
        let folder = tempfile::tempdir().unwrap();
        store(folder.path(), &chain, &[]);
        let options = format!("--rpc-url {} --from 1 --poll 0.1 --serve 0", chain.anvil.url());
        let mut watcher = Beside::start(folder.path(), &options);
        let address = watcher.address();
        watcher.until(|event| event["event"] == "in-step");
        Some(Self { chain, folder, watcher, address })
    }

    pub(super) fn get(&self, path: &str) -> Answer {
        get(&self.address, path)
    }

    /// An answer of the API, which is as the schema has it.
    pub(super) fn api(&self, path: &str) -> Value {
        let answer = self.get(&format!("/api/v1/{path}"));
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        assert_eq!(answer.header("content-type"), "application/json", "{path}");
        let json = answer.json();
        schema("watch-api").check(&json).unwrap_or_else(|error| panic!("{path}: {error}\n{json}"));
        json
    }
}
