//! An item stands at one place of one tree, or it does not: all of them, for trees of up to nine leaves.

use alloy_primitives::{Address, B256, Bytes, U256, hex, keccak256};
use alloy_sol_types::{SolCall, SolValue, sol};
use iso_evm_provers::proof::{
    Block, InBlock, InMessage, InTransaction, Message, Transaction, Tree,
};
use iso_evm_wire::segment::merkle;
use revm::{
    Context, ExecuteEvm, MainBuilder, MainContext,
    bytecode::Bytecode,
    context::TxEnv,
    database::InMemoryDB,
    primitives::{TxKind, hardfork::SpecId},
    state::AccountInfo,
};

sol!(
    #[sol(all_derives)]
    ClaimsProbe,
    "contracts/artifacts/ClaimsProbe.json"
);

use ClaimsProbe::{instantCall, messageCall, recordCall, standCall, transactionCall};

/// Most leaves of a tree, and the last place that is asked for.
const LEAVES: u64 = 9;
const PLACES: u64 = 16;

/// Positions in a message's head, and its tag.
const RECORD_COUNT: usize = 576;
const RECORDS_ROOT: usize = 608;
const HEAD_SIZE: usize = 640;
const MESSAGE_TAG: &[u8] = b"iso-evm message 1";

/// Where the contract is.
const PROBE: Address = Address::repeat_byte(0x3a);

pub(crate) struct Probe(InMemoryDB);

impl Probe {
    pub(crate) fn new() -> Self {
        let artifact = include_str!("../../contracts/artifacts/ClaimsProbe.json");
        let artifact: serde_json::Value = serde_json::from_str(artifact).unwrap();
        let code = hex::decode(artifact["deployedBytecode"].as_str().unwrap()).unwrap();
        let info = AccountInfo::default().with_code(Bytecode::new_legacy(code.into()));
        let mut database = InMemoryDB::default();
        database.insert_account_info(PROBE, info);
        Self(database)
    }

    /// Whether something stands where these arguments say.
    pub(crate) fn opens(&mut self, selector: [u8; 4], arguments: &[u8]) -> bool {
        self.call([&selector, arguments].concat().into()).is_some()
    }

    /// What a call returns; none if it reverts.
    fn call(&mut self, data: Bytes) -> Option<Bytes> {
        let mut evm = Context::mainnet()
            .with_db(&mut self.0)
            .modify_cfg_chained(|cfg| {
                cfg.set_spec_and_mainnet_gas_params(SpecId::PRAGUE);
                cfg.tx_gas_limit_cap = Some(u64::MAX);
                cfg.disable_nonce_check = true;
            })
            .modify_block_chained(|block| block.gas_limit = u64::MAX)
            .build_mainnet();
        let transaction =
            TxEnv { gas_limit: 1 << 40, kind: TxKind::Call(PROBE), data, ..TxEnv::default() };
        let result = evm.transact(transaction).unwrap().result;
        assert!(!result.is_halt(), "{result:?}");
        result.is_success().then(|| result.into_output().unwrap_or_default())
    }
}

/// A tree, made here once more: all its levels, of all places.
struct Model {
    count: u64,
    levels: Vec<Vec<B256>>,
}

impl Model {
    fn new(leaves: &[B256]) -> Self {
        let places = leaves.len().next_power_of_two();
        let mut level = leaves.to_vec();
        level.resize(places, B256::ZERO);
        let mut levels = vec![level];
        while levels[levels.len() - 1].len() > 1 {
            let below = &levels[levels.len() - 1];
            let node = |pair: &[B256]| keccak256([&[1], &pair[0][..], &pair[1][..]].concat());
            levels.push(below.chunks(2).map(node).collect());
        }
        Self { count: leaves.len() as u64, levels }
    }

    fn root(&self) -> B256 {
        self.levels[self.levels.len() - 1][0]
    }

    fn path(&self, place: usize) -> Vec<B256> {
        let below = self.levels.iter().take(self.levels.len() - 1).enumerate();
        below.map(|(height, level)| level[(place >> height) ^ 1]).collect()
    }

    /// Whether a hash stands there by this path: looked up, not computed.
    fn has(&self, place: u64, hash: B256, path: &[B256]) -> bool {
        place < self.count
            && self.levels[0][place as usize] == hash
            && path == self.path(place as usize)
    }
}

/// A digest that stands in one tree of one kind alone.
fn digest(tree: u64, place: u64) -> B256 {
    keccak256([tree.to_be_bytes(), place.to_be_bytes()].concat())
}

fn tree(count: u64) -> Model {
    let leaves: Vec<B256> = (0..count).map(|place| merkle::leaf(&[digest(count, place)])).collect();
    let tree = Model::new(&leaves);
    assert_eq!(tree.root(), merkle::Tree::new(leaves.clone()).root());
    tree
}

/// The paths of all places of a tree, one shorter at either end, and one longer.
fn paths(trees: &[Model]) -> Vec<Vec<B256>> {
    let mut all = Vec::new();
    for tree in trees {
        for place in 0..tree.levels[0].len() {
            let path = tree.path(place);
            all.extend([B256::ZERO, tree.root()].map(|more| [&path[..], &[more]].concat()));
            if let [first @ .., _] = &path[..] {
                all.extend([first.to_vec(), path[1..].to_vec()]);
            }
            all.push(path);
        }
    }
    all.sort();
    all.dedup();
    all
}

fn trees() -> Vec<Model> {
    (0..=LEAVES).map(|count| if count == 0 { empty() } else { tree(count) }).collect()
}

fn empty() -> Model {
    Model { count: 0, levels: vec![vec![B256::ZERO]] }
}

#[test]
fn a_leaf_stands_at_its_place_by_its_path_and_nowhere_else() {
    let (mut probe, trees) = (Probe::new(), trees());
    // Nodes and empty places are tried as leaves, too.
    let mut leaves: Vec<B256> = trees.iter().flat_map(|tree| tree.levels.concat()).collect();
    leaves.sort();
    leaves.dedup();
    let places: Vec<u64> = (0..=PLACES).chain([u64::MAX]).collect();
    let (mut asked, mut standing) = (0, 0);
    for tree in &trees {
        for path in paths(&trees) {
            let told = standCall {
                tree: Claims::Tree { count: U256::from(tree.count), root: tree.root() },
                places: places.iter().map(|place| U256::from(*place)).collect(),
                leaves: leaves.clone(),
                path: path.clone(),
            };
            let found =
                standCall::abi_decode_returns(&probe.call(told.abi_encode().into()).unwrap())
                    .unwrap();
            let both =
                places.iter().flat_map(|place| leaves.iter().map(move |leaf| (*place, *leaf)));
            for ((place, leaf), found) in both.zip(found) {
                let expected = tree.has(place, leaf, &path);
                assert_eq!(found == 1, expected, "{} leaves, place {place}", tree.count);
                asked += 1;
                standing += usize::from(expected);
            }
        }
    }
    assert_eq!(standing, 45);
    assert!(asked > 1_000_000, "{asked}");
}

/// Asks `opens` of trees of items with these leaves: for each tree, index, item and path of a place of any tree.
fn each_opens(
    leaf: impl Fn(u64) -> B256,
    first: u64,
    mut opens: impl FnMut(Tree, u64, u64, &[B256]) -> bool,
) {
    let trees: Vec<Model> = (0..=LEAVES)
        .map(|count| Model::new(&(0..count).map(&leaf).collect::<Vec<_>>()))
        .map(|tree| if tree.levels[0].is_empty() { empty() } else { tree })
        .collect();
    let paths = paths(&trees);
    let mut standing = 0;
    for tree in &trees {
        let told = Tree { count: U256::from(tree.count), root: tree.root() };
        for item in 0..LEAVES {
            for index in (0..=PLACES).chain([u64::MAX]) {
                // All paths of this depth, and some others.
                let depth = tree.levels.len() - 1;
                for path in paths.iter().filter(|path| path.len().abs_diff(depth) < 2) {
                    let expected =
                        index >= first && tree.has(index.wrapping_sub(first), leaf(item), path);
                    let found = opens(told.clone(), index, item, path);
                    assert_eq!(found, expected, "{} leaves, item {item} at {index}", tree.count);
                    standing += u64::from(found);
                }
            }
        }
    }
    assert_eq!(standing, (0..=LEAVES).sum::<u64>());
}

fn hashed(tag: &[u8], words: &[u8]) -> B256 {
    let mut bytes = [0; 32].to_vec();
    bytes[..tag.len()].copy_from_slice(tag);
    bytes.extend(words);
    keccak256(bytes)
}

#[test]
fn a_transaction_stands_at_its_index() {
    let mut probe = Probe::new();
    let item = |item: u64| Transaction { hash: digest(0, item), ..Transaction::default() };
    let leaf = |told| merkle::leaf(&[hashed(b"iso-evm transaction 1", &item(told).abi_encode())]);
    each_opens(leaf, 0, |transactions, index, told, path| {
        let block_ = Block { transactions, ..Block::default() };
        let root = hashed(b"iso-evm block 1", &block_.abi_encode());
        let index = U256::from(index);
        let at = InBlock { block_, transaction: item(told), index, path: path.to_vec() };
        probe.opens(transactionCall::SELECTOR, &(root, at).abi_encode_params())
    });
}

#[test]
fn a_message_stands_at_its_index() {
    let mut probe = Probe::new();
    let head = |item: u64| {
        let mut head = vec![0; HEAD_SIZE];
        head[..MESSAGE_TAG.len()].copy_from_slice(MESSAGE_TAG);
        head[HEAD_SIZE - 32..].copy_from_slice(&digest(0, item)[..]);
        Bytes::from(head)
    };
    let item = |told: u64| Message { head: keccak256(head(told)), ..Message::default() };
    let leaf = |told: u64| keccak256([&[0], &item(told).abi_encode()[..]].concat());
    each_opens(leaf, 0, |messages, index, told, path| {
        let within = Transaction { messages, ..Transaction::default() };
        let (message, index, head) = (item(told), U256::from(index), head(told));
        let at = InTransaction { message, index, path: path.to_vec(), head };
        probe.opens(messageCall::SELECTOR, &(within, at).abi_encode_params())
    });
}

fn head_of(records: &Tree, others: bool) -> Bytes {
    let mut head = vec![0; HEAD_SIZE];
    let count = records.count + U256::ONE;
    head[RECORD_COUNT..RECORDS_ROOT].copy_from_slice(&count.to_be_bytes::<32>());
    if others {
        head[RECORDS_ROOT..].copy_from_slice(&records.root[..]);
    }
    head.into()
}

#[test]
fn a_record_stands_at_its_index_which_begins_with_one() {
    let mut probe = Probe::new();
    let bytes = |item: u64| Bytes::from(digest(0, item).to_vec());
    let leaf = |told| merkle::leaf(&[keccak256(bytes(told))]);
    each_opens(leaf, 1, |records, index, told, path| {
        let (index, bytes_) = (U256::from(index), bytes(told));
        let at = InMessage { index, bytes_, path: path.to_vec() };
        probe.opens(recordCall::SELECTOR, &(head_of(&records, true), at).abi_encode_params())
    });
}

#[test]
fn an_instant_stands_at_its_index_and_the_entry_before_the_first() {
    let mut probe = Probe::new();
    let leaf = |told| merkle::leaf(&[digest(0, told)]);
    let entry = digest(1, 0);
    each_opens(leaf, 1, |instants, index, told, path| {
        let message = Message { instants: instants.root, entry, ..Message::default() };
        let head = head_of(&instants, false);
        let at = InTransaction { message, head, ..InTransaction::default() };
        let mut opens = |at: &InTransaction, index: u64, digest: B256, path: &[B256]| {
            let arguments = (at.clone(), U256::from(index), digest, path.to_vec());
            probe.opens(instantCall::SELECTOR, &arguments.abi_encode_params())
        };
        assert_eq!(opens(&at, 0, entry, path), path.is_empty());
        assert!(index == 0 || !opens(&at, index, entry, path));
        opens(&at, index, digest(0, told), path)
    });
}
