//! Lies about what the block has: another transaction at its place, another receipt.

use alloy_consensus::{Eip658Value, Header, Receipt as Consensus, ReceiptEnvelope};
use alloy_eips::eip2718::Encodable2718;
use alloy_primitives::{Address, B256, Log, U256, keccak256, logs_bloom};
use alloy_trie::root::ordered_trie_root_encoded;
use iso_evm_wire::{
    Witness,
    block::Block,
    container::{DepositReceipt, ReceiptLogs},
    transaction::{Transaction, TxDeposit},
};
use iso_evm_witness::inclusion;

use super::{Kind, Lies, call, changed};
use crate::audit::{
    AuditOutcome,
    hashes::Hashes,
    replay::replay,
    transaction::{claims::Findings, inclusion::check, is_included},
};

/// A block of this many transactions, of which the witness's is the one at `index`; all that the
/// others used is 1,000 gas each.
fn block(witness: &Witness, count: usize, index: usize) -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
    let logs = witness.receipt.logs.as_ref().map(|logs| logs.logs.clone()).unwrap_or_default();
    let mut cumulative = 0;
    let item = |at: usize| {
        let own = at == index;
        cumulative += if own { witness.receipt.gas_used } else { 1_000 };
        let receipt = Consensus {
            status: Eip658Value::Eip658(witness.receipt.success || !own),
            cumulative_gas_used: cumulative,
            logs: if own { logs.clone() } else { Vec::new() },
        };
        let receipt = ReceiptEnvelope::Eip1559(receipt.with_bloom()).encoded_2718();
        let transaction = if own { witness.transaction.encode() } else { vec![at as u8 + 1; 100] };
        (transaction, receipt)
    };
    (0..count).map(item).unzip()
}

/// The witness in a block with these transactions and receipts, at this place.
fn included(
    witness: &Witness,
    (transactions, receipts): &(Vec<Vec<u8>>, Vec<Vec<u8>>),
    index: usize,
) -> Witness {
    let header = Header {
        transactions_root: ordered_trie_root_encoded(transactions),
        receipts_root: ordered_trie_root_encoded(receipts),
        number: 17_100_000,
        timestamp: 1_682_000_000,
        beneficiary: witness.block.beneficiary,
        gas_limit: witness.block.gas_limit,
        mix_hash: witness.block.prev_randao.unwrap_or_default(),
        base_fee_per_gas: witness.block.base_fee_per_gas,
        withdrawals_root: Some(B256::ZERO),
        ..Header::default()
    };
    changed(witness, |witness| {
        witness.block = Block::from_header(header, witness.rules.fork(), None);
        witness.inclusion = inclusion::prove(index, transactions, receipts);
    })
}

/// A call that logs twice, with its receipt's logs.
fn logged() -> Witness {
    let (witness, recording) = call().record();
    let logs = recording.logs;
    changed(&witness, |witness| {
        let bloom = logs_bloom(&logs);
        witness.receipt.logs = Some(ReceiptLogs { bloom, logs });
    })
}

pub(super) fn add(lies: &mut Lies) {
    let witness = logged();
    let blocks = block(&witness, 3, 1);
    let honest = included(&witness, &blocks, 1);
    assert_eq!(replay(&honest).transaction, AuditOutcome::Valid);
    let hash = keccak256(witness.transaction.encode());
    let place = |index: usize| included(&witness, &blocks, index);
    for index in [0, 2] {
        let other = keccak256(&blocks.0[index]);
        lies.add(Kind::BlockTransaction, "another place", place(index), [other, hash]);
    }
    // Nothing stands behind the last, and the ways to it end without a node that lacks.
    let behind = changed(&place(2), |lie| lie.inclusion.as_mut().unwrap().index = 3);
    assert!(is_included(&Hashes::of(&behind)));
    lies.add(Kind::BlockTransaction, "behind the last", behind, [B256::ZERO, hash]);
    let mut lie = |what, change: &dyn Fn(&mut Consensus<Log>), words: [U256; 2]| {
        let receipt = &witness.receipt;
        let logs = receipt.logs.as_ref().unwrap().logs.clone();
        let mut other = Consensus {
            status: Eip658Value::Eip658(receipt.success),
            cumulative_gas_used: 1_000 + receipt.gas_used,
            logs,
        };
        change(&mut other);
        let mut blocks = blocks.clone();
        blocks.1[1] = ReceiptEnvelope::Eip1559(other.with_bloom()).encoded_2718();
        lies.add(Kind::BlockReceipt, what, included(&witness, &blocks, 1), words);
    };
    let used = U256::from(witness.receipt.gas_used);
    let one = U256::ONE;
    lie("status", &|receipt| receipt.status = false.into(), [U256::ZERO, one]);
    lie("a gas more", &|receipt| receipt.cumulative_gas_used += 1, [used + one, used]);
    lie("less than before", &|receipt| receipt.cumulative_gas_used = 999, [U256::MAX, used]);
    let bloom = |logs: &[Log]| U256::from_be_bytes(keccak256(logs_bloom(logs)).0);
    let logs = witness.receipt.logs.as_ref().unwrap().logs.clone();
    lie("no logs", &|receipt| receipt.logs.clear(), [bloom(&[]), bloom(&logs)]);
}

/// At every place of blocks of many sizes, with the same audit's verdict on what was not changed.
#[test]
fn inclusion_holds_at_every_place_of_a_block() {
    let witness = logged();
    for (count, index) in
        [(1, 0), (2, 0), (2, 1), (17, 16), (129, 0), (129, 127), (129, 128), (300, 299)]
    {
        let blocks = block(&witness, count, index);
        let honest = included(&witness, &blocks, index);
        assert!(is_included(&Hashes::of(&honest)));
        assert_eq!(replay(&honest).transaction, AuditOutcome::Valid, "{index} of {count}");
        let read = Witness::decode(&honest.encode()).unwrap();
        assert_eq!(read, honest);
        assert_eq!(Witness::from_json(honest.to_json().as_bytes()).unwrap(), honest);
        for hash in honest.inclusion.as_ref().unwrap().nodes.keys() {
            let less =
                changed(&honest, |less| drop(less.inclusion.as_mut().unwrap().nodes.remove(hash)));
            // No verdict on it, and no container.
            assert!(!is_included(&Hashes::of(&less)));
            assert_eq!(replay(&less).transaction, AuditOutcome::Valid);
            let error = Witness::decode(&less.encode()).unwrap_err().to_string();
            assert!(error.contains("no whole way"), "{error}");
            let other = changed(&honest, |lie| {
                let nodes = &mut lie.inclusion.as_mut().unwrap().nodes;
                nodes.insert(*hash, Address::ZERO.to_vec().into());
            });
            assert!(!is_included(&Hashes::of(&other)), "a node under another hash than its own");
        }
    }
}

#[test]
fn nodes_that_no_inclusion_needs_are_refused() {
    let witness = logged();
    let honest = included(&witness, &block(&witness, 3, 1), 1);
    let error = |change: &dyn Fn(&mut Witness)| {
        let changed = changed(&honest, |witness| change(witness));
        let json = Witness::from_json(changed.to_json().as_bytes()).unwrap_err().to_string();
        let binary = Witness::decode(&changed.encode()).unwrap_err().to_string();
        (binary, json)
    };
    let more = vec![7; 40];
    let (binary, json) = error(&|witness| {
        let nodes = &mut witness.inclusion.as_mut().unwrap().nodes;
        nodes.insert(keccak256(&more), more.clone().into());
    });
    assert!(binary.ends_with("inclusion node: nothing needs it"), "{binary}");
    assert_eq!(json, format!("inclusion.nodes.{}: nothing needs it", keccak256(&more)));
    let (binary, json) = error(&|witness| witness.block.header = None);
    assert!(binary.ends_with("inclusion: nothing needs it"), "{binary}");
    assert_eq!(json, "inclusion: nothing needs it");
    let (_, json) = error(&|witness| witness.inclusion.as_mut().unwrap().nodes.clear());
    assert_eq!(json, "inclusion.nodes: no whole way from the roots in the block's header");
}

/// A deposit in the call's place, whose receipt tells this.
fn deposit(told: Option<DepositReceipt>) -> Witness {
    changed(&logged(), |witness| {
        witness.transaction = Transaction::deposit(TxDeposit::default());
        witness.receipt.deposit = told;
    })
}

/// The first thing that is another in a block of this one transaction, with this receipt.
fn first(witness: &Witness, receipt: Vec<u8>) -> Option<(Kind, U256, U256)> {
    let mut findings = Findings::default();
    let blocks = (vec![witness.transaction.encode()], vec![receipt]);
    check(&Hashes::of(&included(witness, &blocks, 0)), &mut findings);
    findings.first.map(|first| (first.kind, first.expected.into(), first.found.into()))
}

/// Nonce and version are in a block from Canyon on: who claims others, or none, is found out.
#[test]
fn a_deposits_receipt_is_the_blocks() {
    let told = |nonce, version| Some(DepositReceipt { nonce, version });
    let encoded = |witness: &Witness| {
        witness.receipt.encode_2718(witness.transaction.body(), witness.receipt.gas_used)
    };
    for told in [None, told(9, None), told(9, Some(1)), told(0, Some(0))] {
        let witness = deposit(told);
        assert_eq!(first(&witness, encoded(&witness)), None, "{told:?}");
    }
    let canyon = encoded(&deposit(told(9, Some(1))));
    let before = encoded(&deposit(told(9, None)));
    let [none, eight, nine] = [U256::MAX, U256::from(8), U256::from(9)];
    let lies = [
        (told(8, Some(1)), &canyon, nine, eight),
        (told(9, Some(2)), &canyon, U256::ONE, U256::from(2)),
        (told(9, None), &canyon, nine, none),
        (None, &canyon, nine, none),
        (told(9, Some(1)), &before, none, nine),
    ];
    for (told, block, expected, found) in lies {
        let finding = first(&deposit(told), block.clone());
        assert_eq!(finding, Some((Kind::BlockReceipt, expected, found)), "{told:?}");
    }
}

/// A receipt of five items is none, nor is one of six that is no deposit's.
#[test]
fn only_a_deposits_receipt_has_more_than_four_items() {
    let witness = deposit(Some(DepositReceipt { nonce: 9, version: Some(1) }));
    let body = witness.transaction.body();
    let whole = witness.receipt.encode_2718(body, witness.receipt.gas_used);
    let items = |end: usize| {
        let mut payload = &whole[1..];
        let payload = alloy_rlp::Header::decode_bytes(&mut payload, true).unwrap();
        let payload = &payload[..payload.len() - end];
        let mut list = Vec::new();
        alloy_rlp::Header { list: true, payload_length: payload.len() }.encode(&mut list);
        [&list, payload].concat()
    };
    assert_eq!([&[0x7e], &items(0)[..]].concat(), whole);
    let unread = Some((Kind::BlockReceipt, U256::ZERO, U256::from(witness.receipt.gas_used)));
    assert_eq!(first(&witness, [&[0x7e], &items(1)[..]].concat()), unread);
    for kind in [&[2][..], &[]] {
        assert_eq!(first(&logged(), [kind, &items(0)[..]].concat()), unread, "{kind:?}");
    }
}
