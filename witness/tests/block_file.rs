//! Blocks that are made up, replayed on the nodes of a file alone.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;

use alloy_consensus::{Header, TxLegacy};
use alloy_primitives::{Address, B256, Bytes, Signature, TxKind, U256, bytes};
use iso_evm_wire::{Fork, block::BlockFields, optimism::Upgrade, transaction::Transaction};
use iso_evm_witness::{
    Execution,
    block_file::{BlockFile, BlockFileError, Head, Notice},
    env::tx_env,
    prestate::{Prestate, PrestateAccount, state_trie},
    record,
};
use revm::context::BlockEnv;
use serde_json::json;

const CHAIN: u64 = 31_337;
const CONTRACT: Address = Address::repeat_byte(0xcc);
const MINER: Address = Address::repeat_byte(0xaa);

/// A call of the contract, signed by whoever that makes the signer.
fn call(nonce: u64) -> Transaction {
    let body = TxLegacy {
        chain_id: Some(CHAIN),
        nonce,
        gas_limit: 100_000,
        to: TxKind::Call(CONTRACT),
        ..TxLegacy::default()
    };
    let signature = Signature::new(U256::ONE, U256::ONE, false);
    Transaction::signed(body.into(), signature).unwrap()
}

/// A block of one call, and every node that its trace looks at.
fn block(code: Bytes) -> BlockFile {
    let transaction = call(0);
    let storage = [(0, 1), (1, 2)]
        .map(|(slot, value)| (B256::with_last_byte(slot), B256::with_last_byte(value)));
    let contract = PrestateAccount { code, storage: storage.into(), ..PrestateAccount::default() };
    let rich = || PrestateAccount { balance: U256::MAX >> 1, ..PrestateAccount::default() };
    let prestate =
        Prestate::from([(CONTRACT, contract), (transaction.from(), rich()), (MINER, rich())]);
    let parent = Header {
        number: 9,
        timestamp: 100,
        gas_limit: 30_000_000,
        state_root: state_trie(&prestate).root().unwrap(),
        base_fee_per_gas: Some(0),
        ..Header::default()
    };
    let header = Header {
        parent_hash: parent.hash_slow(),
        number: 10,
        timestamp: 112,
        beneficiary: MINER,
        ..parent.clone()
    };
    let run = record(&Execution {
        rules: Fork::Paris.into(),
        chain_id: CHAIN,
        block: BlockEnv { beneficiary: MINER, gas_limit: 30_000_000, ..BlockEnv::default() },
        tx: tx_env(&transaction),
        rollup: None,
        prestate,
        block_hashes: BTreeMap::new(),
        proofs: None,
    })
    .unwrap();
    assert!(run.success);
    let mut preimages = run.proof.nodes;
    preimages.extend(run.proof.codes);
    BlockFile {
        rules: Fork::Paris.into(),
        chain_id: CHAIN,
        head: Head::Draft { header: Box::new(header), hash: None },
        parent,
        ancestors: Vec::new(),
        transactions: vec![transaction],
        withdrawals: Vec::new(),
        preimages,
    }
}

/// A lock that is taken and given back, as exchanges have it: slot 0 is zero for a moment, and the
/// trie's other leaf would take the branch's place. Whoever looks at the state in the end does not see
/// that leaf, and a file made by such a one does not have it.
#[test]
fn a_node_that_a_moment_alone_needs_costs_the_roots_of_that_transaction_and_nothing_else() {
    // SSTORE(0, 0), SSTORE(0, 1)
    let file = block(bytes!("60006000556001600055"));
    let whole = file.record().unwrap();
    assert_eq!(whole.notices(), [Notice::NoHash]);
    let header = whole.header().clone();
    let [recorded] = whole.witnesses().collect::<Vec<_>>().try_into().unwrap();
    let roots = recorded.witness.roots;
    assert_eq!((roots.enter, roots.leave), (file.parent.state_root, header.state_root));
    let mut alone = 0;
    for hash in file.preimages.keys() {
        let mut file = file.clone();
        file.preimages.remove(hash);
        let block = match file.record() {
            Ok(block) => block,
            Err(BlockFileError::Node { missing, .. }) => {
                assert_eq!(missing.hash, *hash);
                continue;
            }
            Err(BlockFileError::Code { hash: missing, .. }) => {
                assert_eq!(missing, *hash);
                continue;
            }
            Err(error) => panic!("{error}"),
        };
        assert_eq!(*block.header(), header);
        let [Notice::Alone { indices, missing }, Notice::NoHash] = block.notices() else {
            panic!("{:?}", block.notices());
        };
        assert_eq!((&indices[..], missing.hash), (&[0][..], *hash));
        let [recorded] = block.witnesses().collect::<Vec<_>>().try_into().unwrap();
        assert_ne!(recorded.witness.roots.enter, file.parent.state_root);
        assert_eq!(recorded.witness.block.header.as_deref(), Some(&header));
        alone += 1;
    }
    assert_eq!(alone, 1);
}

#[test]
fn a_header_that_says_something_else_than_the_replay_is_told_by_the_field() {
    // SSTORE(0, 9), LOG0(0, 32)
    let mut file = block(bytes!("600960005560206000a0"));
    let header = file.record().unwrap().header().clone();
    let mut error = |header: Header| {
        file.head = Head::Whole(Box::new(header));
        file.record().err().map(|error| error.to_string()).unwrap_or_default()
    };
    assert_eq!(error(header.clone()), "");
    let other = B256::repeat_byte(7);
    for (wrong, said) in [
        (Header { gas_used: 1, ..header.clone() }, "the block has used 1 gas by its header, and "),
        (Header { logs_bloom: Default::default(), ..header.clone() }, "the block's logs bloom is "),
        (Header { receipts_root: other, ..header.clone() }, "the block's receipts root is 0x0707"),
        (Header { state_root: other, ..header.clone() }, "the block's state root is 0x0707"),
        (Header { transactions_root: other, ..header.clone() }, "the block's transactions root is"),
    ] {
        let error = error(wrong);
        assert!(error.starts_with(said), "{error}");
    }
    for (hash, expected) in [(header.hash_slow(), true), (other, false)] {
        file.head = Head::Draft { header: Box::new(header.clone()), hash: Some(hash) };
        assert_eq!(file.record().is_ok(), expected);
    }
}

/// What the block's gas limit leaves counts for the next one.
#[test]
fn transactions_that_the_block_has_no_gas_for_are_refused() {
    let mut file = block(bytes!("00"));
    file.transactions.push(call(1));
    let Head::Draft { header, .. } = &mut file.head else { panic!() };
    header.gas_limit = 121_000;
    // Who signs the second is somebody else: it does not come to a gas limit.
    let error = file.record().unwrap_err();
    assert!(matches!(error, BlockFileError::Node { .. } | BlockFileError::Execute { .. }));
    let Head::Draft { header, .. } = &mut file.head else { panic!() };
    header.gas_limit = 120_999;
    let error = file.record().unwrap_err().to_string();
    assert_eq!(error, "transaction 1 has a gas limit of 100000, and the block has 99999 left");
}

/// From Isthmus on no root in the header says that there are none.
#[test]
fn a_block_of_the_op_stack_with_withdrawals_is_refused() {
    let root = Some(B256::repeat_byte(3));
    let header = Header {
        withdrawals_root: root,
        base_fee_per_gas: Some(0),
        blob_gas_used: Some(0),
        excess_blob_gas: Some(0),
        parent_beacon_block_root: root,
        requests_hash: root,
        ..Header::default()
    };
    let parse = |withdrawals: serde_json::Value| {
        let mut block = serde_json::to_value(BlockFields::from(&header)).unwrap();
        (block["transactions"], block["withdrawals"]) = (json!([]), withdrawals);
        let file = json!({"chainId": CHAIN, "block": block, "witness": {}}).to_string();
        BlockFile::parse(file.as_bytes(), Some(Upgrade::Isthmus.into())).unwrap_err()
    };
    let one = json!({"index": "0x0", "validatorIndex": "0x0", "address": MINER, "amount": "0x1"});
    assert!(matches!(parse(json!([one])), BlockFileError::Withdrawals));
    assert!(matches!(parse(json!([])), BlockFileError::Parent(_)));
}
