//! True claims with a witness of a transaction in each: runs of one transaction, and of blocks with their headers.

use std::fs;

use alloy_consensus::Header;
use alloy_primitives::{B256, logs_bloom};
use alloy_trie::root::ordered_trie_root_encoded;
use iso_evm_testing::fixtures;
use iso_evm_verifier::{
    audit::Subject,
    claim::{ClaimedBlock, Instants, claim},
};
use iso_evm_wire::{
    Fork, Opened, Witness,
    block::Block,
    claim::Instant,
    container::{Receipt, ReceiptLogs},
};
use iso_evm_witness::{Input, block_file::BlockFile, inclusion, record};

use crate::{
    files::named,
    honest::{GAS, own},
};

/// A claim, with a witness of one of its transactions.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) witness: Witness,
    pub(crate) claimed: ClaimedBlock,
    /// Place of the transaction.
    pub(crate) place: usize,
}

fn claimed(witness: &Witness) -> ClaimedBlock {
    let opened = Opened::of(witness);
    claim(&Subject::new(&opened), GAS).unwrap()
}

pub(crate) fn all() -> Vec<Case> {
    let runs = own().into_iter().map(|(name, witness)| {
        let claimed = claimed(&witness).of_run();
        Case { name, witness, claimed, place: 0 }
    });
    runs.chain([second("erc20-transfer"), second("plain-transfer"), with_header()])
        .chain(optimism())
        .collect()
}

/// A run of two transactions, the second of which is the witness's. Of the first nothing is known but the
/// state that it leaves.
fn second(name: &str) -> Case {
    let witness = named(name);
    let mut claimed = claimed(&witness).of_run();
    let mut before = claimed.transactions[0].clone();
    let left = Instant::entry(claimed.claim.enter);
    before.steps = Instants::new(vec![Some(left)]);
    before.messages.clear();
    claimed.transactions.insert(0, before);
    Case { name: format!("{name}, second of two"), witness, claimed: claimed.rebuilt(), place: 1 }
}

/// The last of three transactions of a block whose header is known, with those of two ancestors.
fn with_header() -> Case {
    let json = fs::read(fixtures::own().join("block-context.json")).unwrap();
    let mut input = Input::parse(&json, None).unwrap();
    let (block, number) = (input.block.clone(), input.block.number);
    let header = |number, parent_hash| Header {
        parent_hash,
        number,
        timestamp: block.timestamp - 12 * (block.number - number),
        beneficiary: block.beneficiary,
        gas_limit: block.gas_limit,
        mix_hash: block.prev_randao.unwrap(),
        base_fee_per_gas: block.base_fee_per_gas,
        ..Header::default()
    };
    let grandparent = header(number - 2, B256::repeat_byte(0x33));
    let parent = header(number - 1, grandparent.hash_slow());
    for known in [&grandparent, &parent] {
        input.execution.block_hashes.insert(known.number, known.hash_slow());
    }
    let recording = record(&input.execution).unwrap();
    let logs = recording.logs.clone();
    input.receipt = Some(Receipt {
        success: recording.success,
        gas_used: recording.gas_used,
        logs: Some(ReceiptLogs { bloom: logs_bloom(&logs), logs }),
        deposit: None,
    });
    let transactions = [vec![1; 120], vec![2; 120], input.transaction.encode()];
    let receipts = [vec![1; 120], vec![2; 120], vec![3; 120]];
    let own = Header {
        transactions_root: ordered_trie_root_encoded(&transactions),
        receipts_root: ordered_trie_root_encoded(&receipts),
        ..header(number, parent.hash_slow())
    };
    input.block = Block::from_header(own, Fork::Paris, None);
    input.ancestors = vec![parent, grandparent];
    input.inclusion = inclusion::prove(2, &transactions, &receipts);
    let witness = record(&input.execution).unwrap().witness(&input);
    placed("block-context, with its header", witness)
}

/// A claim with its header, the transaction the last of its block.
fn placed(name: &str, witness: Witness) -> Case {
    let claimed = claimed(&witness);
    assert!(!claimed.claim.header.is_zero() && claimed.first > 0);
    let place = claimed.first;
    Case { name: name.to_owned(), witness, claimed, place }
}

/// A deposit, a transaction, and the last of a block of OP Sepolia, that with its header.
fn optimism() -> Vec<Case> {
    let path = fixtures::own().join("op-sepolia-26207960.json.zst");
    let json = zstd::decode_all(fs::File::open(path).unwrap()).unwrap();
    let file = BlockFile::parse(&json, None).unwrap();
    let block = file.record().unwrap();
    let witnesses: Vec<Witness> = block.witnesses().map(|recorded| recorded.witness).collect();
    let run = |place: usize| {
        let witness = witnesses[place].clone();
        let (name, claimed) = (format!("op-sepolia, {place}"), claimed(&witness).of_run());
        Case { name, witness, claimed, place: 0 }
    };
    let last = placed("op-sepolia, the last", witnesses.last().unwrap().clone());
    vec![run(0), run(5), last]
}
