//! A chain of the OP Stack that no schedule here knows, of one block that is made up: what the rules of
//! its upgrade put into its header, and what only a replay tells.

use std::{collections::BTreeMap, fs};

use alloy_consensus::{Header, TxEip1559};
use alloy_eips::{
    eip2935::HISTORY_STORAGE_ADDRESS, eip4788::BEACON_ROOTS_ADDRESS, eip7685::EMPTY_REQUESTS_HASH,
};
use alloy_primitives::{
    Address, B256, Bytes, KECCAK256_EMPTY, Signature, TxKind, U256, hex, keccak256,
};
use alloy_trie::EMPTY_ROOT_HASH;
use iso_evm_wire::{
    optimism::{
        Change, Upgrade,
        predeploys::{DEPOSITOR, L1_BLOCK, MESSAGE_PASSER, SEQUENCER_FEE_VAULT},
    },
    protocol,
    transaction::{Transaction, TxDeposit},
};
use iso_evm_witness::{
    block_file::{BlockFile, Head, RecordedTransaction},
    state_root::{Account, StateTrie},
};
use serde_json::json;

use super::{
    super::block::files,
    chain::{Chain, Style},
    fake::Fake,
    fixtures::same,
};
use crate::common::{Ran, run};

const CHAIN: u64 = 901;

/// Stores the second word of its calldata in the slot of the first; before PUSH0.
const STORE: [u8; 8] = hex!("6020356000355500");

/// A deposit to one of the contracts, which store a word.
fn deposit(to: Address, slot: u64, value: u64) -> Transaction {
    let words = [slot, value].map(|word| U256::from(word).to_be_bytes::<32>());
    Transaction::deposit(TxDeposit {
        source_hash: B256::with_last_byte(slot as u8),
        from: DEPOSITOR,
        to: TxKind::Call(to),
        mint: 7,
        value: U256::ZERO,
        gas_limit: 1_000_000,
        is_system_transaction: false,
        input: words.concat().into(),
    })
}

/// A transfer by whoever its signature makes its sender.
fn transfer() -> Transaction {
    let body = TxEip1559 {
        chain_id: CHAIN,
        gas_limit: 21_000,
        max_fee_per_gas: 100,
        max_priority_fee_per_gas: 1,
        to: TxKind::Call(Address::repeat_byte(0x77)),
        value: U256::from(5),
        ..TxEip1559::default()
    };
    let signed = (1..).find_map(|r| {
        let signature = Signature::new(U256::from(r), U256::from(1), false);
        Transaction::signed(body.clone().into(), signature).ok()
    });
    signed.unwrap()
}

/// The block: a deposit to L1Block, one to the message passer, a transfer. Extra data as the upgrade
/// has it.
fn block(upgrade: Upgrade) -> BlockFile {
    let transactions = vec![deposit(L1_BLOCK, 1, 1_000), deposit(MESSAGE_PASSER, 1, 9), transfer()];
    let (mut state, mut codes) = (StateTrie::new(), BTreeMap::new());
    let code = Bytes::from_static(&STORE);
    let code_hash = keccak256(&code);
    codes.insert(code_hash, code);
    let slots: Vec<_> = (0..9).map(B256::with_last_byte).collect();
    let funds = U256::from(10).pow(U256::from(18));
    let contract = Account { nonce: 1, balance: U256::ZERO, code_hash };
    let plain = Account { nonce: 3, balance: funds, code_hash: KECCAK256_EMPTY };
    let sender = transactions[2].from();
    let accounts = [
        (L1_BLOCK, contract),
        (MESSAGE_PASSER, contract),
        (DEPOSITOR, plain),
        (sender, Account { nonce: 0, ..plain }),
    ];
    for (address, account) in accounts {
        state.set_account(address, Some(account));
    }
    for contract in [L1_BLOCK, MESSAGE_PASSER] {
        for slot in &slots {
            // The scalars of fees stand above the sequence number, and above the operator's constant.
            let scalars = matches!(slot[31], 3 | 8);
            let scalars =
                if scalars { U256::from_limbs([0, 5 | (7 << 32), 0, 0]) } else { U256::ZERO };
            state.set_storage(contract, *slot, U256::from(1_000_003) | scalars);
        }
    }
    let others = [0x19, 0x1a, 0x1b].map(|last| {
        let mut vault = SEQUENCER_FEE_VAULT;
        vault.0[19] = last;
        vault
    });
    let looked = accounts.map(|(address, _)| address).into_iter().chain(others);
    let looked = looked.chain([
        SEQUENCER_FEE_VAULT,
        Address::repeat_byte(0x77),
        BEACON_ROOTS_ADDRESS,
        HISTORY_STORAGE_ADDRESS,
    ]);
    let read = [L1_BLOCK, MESSAGE_PASSER]
        .into_iter()
        .flat_map(|contract| slots.iter().map(move |slot| (contract, *slot)));
    let proof = state.proof_of(looked, read).unwrap();
    let mut preimages = proof.nodes;
    preimages.extend(codes);
    let fork = upgrade.fork();
    let cancun = fork.has(protocol::Change::Blobs);
    let header = Header {
        beneficiary: SEQUENCER_FEE_VAULT,
        gas_limit: 30_000_000,
        base_fee_per_gas: Some(10),
        withdrawals_root: fork.has(protocol::Change::Withdrawals).then_some(EMPTY_ROOT_HASH),
        blob_gas_used: cancun.then_some(0),
        excess_blob_gas: cancun.then_some(0),
        parent_beacon_block_root: cancun.then_some(B256::repeat_byte(4)),
        requests_hash: fork.has(protocol::Change::Requests).then_some(EMPTY_REQUESTS_HASH),
        extra_data: if upgrade.has(Change::MinBaseFee) {
            Bytes::from_static(&[1, 0, 0, 0, 250, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0])
        } else if upgrade.has(Change::BaseFeeParameters) {
            Bytes::from_static(&[0, 0, 0, 0, 250, 0, 0, 0, 6])
        } else {
            Bytes::new()
        },
        ..Header::default()
    };
    let parent = Header { state_root: proof.root, number: 41, timestamp: 998, ..header.clone() };
    let header = Header { parent_hash: parent.hash_slow(), number: 42, timestamp: 1_000, ..header };
    BlockFile {
        rules: upgrade.into(),
        chain_id: CHAIN,
        head: Head::Draft { header: Box::new(header), hash: None },
        parent,
        ancestors: Vec::new(),
        transactions,
        withdrawals: Vec::new(),
        preimages,
    }
}

fn chain(upgrade: Upgrade) -> (Chain, Vec<RecordedTransaction>) {
    Chain::of(&block(upgrade), Style::Geth)
}

/// Records the block; a folder with what came of it.
fn record(chain: Chain, more: &str) -> (tempfile::TempDir, Ran) {
    let node = Fake::start(chain);
    let folder = tempfile::tempdir().unwrap();
    let url = node.url();
    let line = format!("iso-witness record --rpc-url {url} --block 42 -o all --no-cache {more}");
    let ran = run(folder.path(), &line);
    if ran.code != Some(0) {
        assert_eq!(ran.code, Some(2));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is written");
    }
    (folder, ran)
}

/// From Isthmus on a header's withdrawals root is that of the message passer's storage, and no list's.
#[test]
fn a_block_of_every_upgrade_is_recorded_as_from_its_file() {
    for upgrade in Upgrade::ALL {
        let (chain, expected) = chain(upgrade);
        let root = chain.header.withdrawals_root;
        let is_of_a_list = root == Some(EMPTY_ROOT_HASH);
        assert_eq!(is_of_a_list, (Upgrade::Canyon..Upgrade::Isthmus).contains(&upgrade));
        let (folder, ran) = record(chain, &format!("--fork optimism/{upgrade}"));
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{upgrade}");
        same(&folder.path().join("all"), &expected);
    }
}

/// A chain that no schedule knows is one of the OP Stack by the deposit that its block begins with.
#[test]
fn the_upgrade_follows_from_the_header_where_it_can() {
    for (upgrade, candidates) in [
        (Upgrade::Bedrock, Some("optimism/bedrock or optimism/regolith")),
        (Upgrade::Canyon, None),
        (Upgrade::Fjord, Some("optimism/ecotone or optimism/fjord or optimism/granite")),
        (Upgrade::Holocene, None),
        (Upgrade::Isthmus, None),
        (Upgrade::Jovian, None),
    ] {
        let (_folder, ran) = record(chain(upgrade).0, "");
        let expected = candidates.map_or_else(String::new, |candidates| {
            format!(
                "error: fork: the schedule of chain 901 is not known, and block 42 can be of \
                 {candidates}: say which by --fork\n"
            )
        });
        assert_eq!(ran.stderr, expected, "{upgrade}");
    }
    // By Ethereum's rules there is no deposit.
    let (_folder, ran) = record(chain(Upgrade::Holocene).0, "--fork cancun");
    assert_eq!(
        ran.stderr,
        "error: transaction 0 of block 42: a deposit is the OP Stack's alone, and the fork is \
         cancun\n"
    );
    let (_folder, ran) = record(chain(Upgrade::Holocene).0, "--fork optimism/isthmus");
    assert_eq!(
        ran.stderr,
        "error: block 42 has not the fields of a header of fork optimism/isthmus\n"
    );
}

/// Headers that have their hash, and say something else than the replay.
#[test]
fn a_header_with_another_withdrawals_root_is_none() {
    let (mut isthmus, _) = chain(Upgrade::Isthmus);
    let (root, other) = (isthmus.header.withdrawals_root.unwrap(), B256::repeat_byte(9));
    isthmus.header.withdrawals_root = Some(other);
    let (_folder, ran) = record(isthmus, "");
    assert_eq!(
        ran.stderr,
        format!(
            "error: block 42: the replay and the chain differ: the storage root of the message \
             passer is {other} by the header, and {root} replayed (--tx records one of its \
             transactions)\n"
        )
    );
    let (mut holocene, _) = chain(Upgrade::Holocene);
    holocene.header.withdrawals_root = Some(other);
    let (_folder, ran) = record(holocene, "");
    assert_eq!(
        ran.stderr,
        format!(
            "error: block 42: the root of its withdrawals is {other} by its header, found \
             {EMPTY_ROOT_HASH}\n"
        )
    );
}

/// Before Canyon a deposit's nonce is in no root: the replay tells it.
#[test]
fn a_deposits_nonce_is_the_one_that_the_replay_comes_to() {
    let (mut chain, _) = chain(Upgrade::Regolith);
    assert_eq!(chain.receipts[1]["depositNonce"], json!("0x4"));
    chain.receipts[1]["depositNonce"] = json!("0x5");
    let (_folder, ran) = record(chain, "--fork optimism/regolith");
    assert_eq!(
        ran.stderr,
        "error: block 42: the replay and the chain differ: transaction 1 is a deposit whose sender \
         has nonce 5 by its receipt, and 4 replayed (--tx records one that comes before it)\n"
    );
}

/// What a witness on the accounts alone lacks is neither a fee's input nor where a fee goes.
#[test]
fn every_upgrade_is_recorded_without_proofs() {
    for upgrade in Upgrade::ALL {
        let (chain, expected) = chain(upgrade);
        let (folder, ran) = record(chain, &format!("--fork optimism/{upgrade} --no-proofs"));
        assert_eq!(ran.code, Some(0), "{upgrade}: {}", ran.stderr);
        let names = files(&folder.path().join("all"));
        assert_eq!(names.len(), expected.len(), "{upgrade}");
    }
}
