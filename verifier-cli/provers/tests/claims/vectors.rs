//! `specs/vectors/claims.json`: claims of the project's own witnesses, down to a path of each tree. They are made
//! again from the witnesses, hashed again from nothing but their words, and opened by the contracts' library.

use std::{env, fs, path::Path};

use alloy_primitives::{B256, Bytes, U256, keccak256};
use alloy_sol_types::{SolCall, SolValue};
use iso_evm_provers::proof::{InBlock, InMessage, InTransaction};
use iso_evm_verifier::claim::ClaimedBlock;
use iso_evm_wire::segment::merkle::Tree;
use serde::{Deserialize, Serialize};

use crate::{
    files::{named, written},
    places::{
        ClaimsProbe::{instantCall, messageCall, recordCall, transactionCall},
        Probe,
    },
};

/// Witnesses of which there are vectors.
const NAMES: [&str; 3] = ["call-tree", "storage-gas", "plain-transfer"];

/// A claim in words.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Vector {
    name: String,
    root: B256,
    /// The words behind the tag `iso-evm environment 1`, and their hash.
    environment: Vec<B256>,
    environment_hash: B256,
    /// The words behind the tag `iso-evm block 1`.
    block: Vec<B256>,
    /// The words behind the tag `iso-evm transaction 1`, and the leaf.
    transaction: Vec<B256>,
    transaction_leaf: B256,
    /// A step in the tree of digests: the words behind `iso-evm instant 1`.
    step: Option<Stands>,
    /// The last message: the words of its leaf, and the leaf.
    message: Option<Stands>,
    /// The words of its head.
    head: Bytes,
    /// Its last record: bytes, and where they stand.
    record: Option<Stands>,
    /// The instant behind it.
    instant: Option<Stands>,
}

/// An item in its tree.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stands {
    /// What the item's digest, or its leaf, is of.
    content: Bytes,
    leaf: B256,
    place: u64,
    count: u64,
    root: B256,
    path: Vec<B256>,
}

impl Stands {
    fn at(content: Vec<u8>, tree: &Tree, place: u64) -> Self {
        let path = tree.prove(place..place + 1);
        let (leaf, root) = (tree.node(0, place), tree.root());
        Self { content: content.into(), leaf, place, count: tree.count(), root, path }
    }
}

fn words(words: &[B256]) -> Vec<u8> {
    words.concat()
}

fn vector(name: &str, claimed: &ClaimedBlock) -> Vector {
    let told = &claimed.transactions[0];
    let step = told.steps.known.len() / 2;
    let message = told.messages.last();
    let last = message.map_or(0, |told| told.records.len() as u64);
    let behind = |tree: &Tree, content: Vec<u8>| Stands::at(content, tree, last - 1);
    let recorded = message.filter(|_| last > 0);
    Vector {
        name: name.to_owned(),
        root: claimed.root(),
        environment: claimed.environment.words().to_vec(),
        environment_hash: claimed.claim.environment,
        block: claimed.claim.words().to_vec(),
        transaction: told.claim.words().to_vec(),
        transaction_leaf: told.claim.leaf(),
        step: told.steps.known[step]
            .map(|known| Stands::at(words(&known.words()), &told.steps.tree, step as u64)),
        message: message.map(|told_message| {
            let place = told.messages.len() as u64 - 1;
            Stands::at(words(&told_message.claim.words()), &told.tree, place)
        }),
        head: message.map_or_else(Bytes::new, |told| told.head.to_bytes().into()),
        record: recorded
            .map(|told| behind(told.record_tree.tree(), told.records[last as usize - 1].to_vec())),
        instant: recorded.map(|told| {
            let known = told.behind(last as usize).unwrap();
            behind(&told.instants.tree, words(&known.words()))
        }),
    }
}

fn path() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../specs/vectors/claims.json")
}

fn committed() -> Vec<Vector> {
    serde_json::from_slice(&fs::read(path()).unwrap()).unwrap()
}

#[test]
fn vectors_of_claims_are_what_is_claimed() {
    let all: Vec<Vector> = NAMES.iter().map(|name| vector(name, &written(&named(name)))).collect();
    let json = serde_json::to_string_pretty(&all).unwrap() + "\n";
    let blesses = env::var_os("ISO_BLESS").is_some();
    if blesses {
        fs::write(path(), &json).unwrap();
    }
    assert!(fs::read_to_string(path()).unwrap() == json, "ISO_BLESS=1 writes the file");
}

fn tagged(tag: &str, words: &[u8]) -> B256 {
    let mut bytes = tag.as_bytes().to_vec();
    bytes.resize(32, 0);
    bytes.extend(words);
    keccak256(bytes)
}

fn leaf(content: &[u8]) -> B256 {
    keccak256([&[0], content].concat())
}

/// The root that a path leads to, by the specification's words alone.
fn root_of(stands: &Stands) -> B256 {
    let mut depth = 0;
    while 1_u64 << depth < stands.count {
        depth += 1;
    }
    assert_eq!(stands.path.len(), depth);
    let mut place = stands.place;
    let up = |hash: B256, other: &B256| {
        let (left, right) = if place % 2 == 1 { (*other, hash) } else { (hash, *other) };
        place /= 2;
        keccak256([&[1], &left[..], &right[..]].concat())
    };
    stands.path.iter().fold(stands.leaf, up)
}

#[test]
fn vectors_of_claims_hash_to_their_roots() {
    for vector in committed() {
        let environment = tagged("iso-evm environment 1", &words(&vector.environment));
        assert_eq!(environment, vector.environment_hash);
        assert_eq!(vector.block[0], environment);
        assert_eq!(tagged("iso-evm block 1", &words(&vector.block)), vector.root);
        let transaction = tagged("iso-evm transaction 1", &words(&vector.transaction));
        assert_eq!(leaf(&transaction[..]), vector.transaction_leaf);
        // The only leaf of its tree is the root.
        assert_eq!(vector.block[5], vector.transaction_leaf);
        let instant = |told: &Stands| leaf(&tagged("iso-evm instant 1", &told.content)[..]);
        let (steps, messages) = (vector.transaction[4], vector.transaction[6]);
        let step = vector.step.unwrap();
        assert_eq!((step.leaf, root_of(&step), step.root), (instant(&step), steps, steps));
        let Some(message) = vector.message else { continue };
        assert_eq!(message.leaf, leaf(&message.content));
        assert_eq!((root_of(&message), message.root), (messages, messages));
        assert_eq!(keccak256(&vector.head)[..], message.content[..32]);
        let (Some(record), Some(behind)) = (vector.record, vector.instant) else { continue };
        assert_eq!(record.leaf, leaf(&keccak256(&record.content)[..]));
        assert_eq!(root_of(&record)[..], vector.head[608..]);
        assert_eq!(behind.leaf, instant(&behind));
        assert_eq!(root_of(&behind)[..], message.content[64..96]);
    }
}

#[test]
fn the_contracts_library_opens_the_vectors_of_claims() {
    let mut probe = Probe::new();
    let mut opened = 0;
    for vector in committed() {
        let words_of = |words: &[B256]| words.concat();
        let block_ = SolValue::abi_decode(&words_of(&vector.block)).unwrap();
        let transaction: iso_evm_provers::proof::Transaction =
            SolValue::abi_decode(&words_of(&vector.transaction)).unwrap();
        let (index, path) = (U256::ZERO, Vec::new());
        let at = InBlock { block_, transaction: transaction.clone(), index, path };
        assert!(
            probe.opens(transactionCall::SELECTOR, &(vector.root, at.clone()).abi_encode_params())
        );
        let other = (vector.root ^ B256::with_last_byte(1), at).abi_encode_params();
        assert!(!probe.opens(transactionCall::SELECTOR, &other));
        let Some(told) = vector.message else { continue };
        let message = InTransaction {
            message: SolValue::abi_decode(&told.content).unwrap(),
            index: U256::from(told.place),
            path: told.path,
            head: vector.head.clone(),
        };
        let arguments = (transaction, message.clone()).abi_encode_params();
        assert!(probe.opens(messageCall::SELECTOR, &arguments));
        let (Some(record), Some(behind)) = (vector.record, vector.instant) else { continue };
        let index = U256::from(record.place + 1);
        let at = InMessage { index, bytes_: record.content, path: record.path };
        assert!(probe.opens(recordCall::SELECTOR, &(vector.head, at).abi_encode_params()));
        let digest = tagged("iso-evm instant 1", &behind.content);
        let arguments = (message, index, digest, behind.path).abi_encode_params();
        assert!(probe.opens(instantCall::SELECTOR, &arguments));
        opened += 1;
    }
    assert_eq!(opened, 2);
}
