//! What a block's header says, against what is claimed of it.

use alloy_primitives::{B256, Bytes, U256, keccak256};
use iso_evm_provers::{
    ClaimKind, Kind,
    proof::{Block, Environment, Transaction},
    transaction::{BlockProof, block},
};
use iso_evm_verifier::audit::TransactionKind;
use iso_evm_wire::segment::merkle::Tree;

use crate::{
    case::{Case, path},
    court::{Answer, Prover, ask},
    honest::OPTIMISM,
};

/// The nodes from a root down to an index, in order.
fn way(case: &Case, root: B256, index: usize) -> Vec<Bytes> {
    let nodes = &case.witness.inclusion.as_ref().unwrap().nodes;
    let find = |hash: B256| nodes.get(&hash);
    let key = alloy_rlp::encode(index as u64);
    let mut key: Vec<u8> = key.iter().flat_map(|byte| [byte >> 4, byte & 15]).collect();
    let (mut way, mut next) = (Vec::new(), root);
    while let Some(node) = find(next) {
        way.push(node.clone());
        let mut list = &node[..];
        let mut list = alloy_rlp::Header::decode_bytes(&mut list, true).unwrap();
        let mut items = Vec::new();
        while !list.is_empty() {
            let header = alloy_rlp::Header::decode(&mut list).unwrap();
            items.push(&list[..header.payload_length]);
            list = &list[header.payload_length..];
        }
        let child = match items[..] {
            [part, child] if part[0] < 0x20 => {
                let taken = 2 * (part.len() - 1) + usize::from(part[0] >> 4 & 1);
                key.drain(..taken);
                child
            }
            [_, _] => break,
            _ => items[usize::from(key.remove(0))],
        };
        let Ok(hash) = B256::try_from(child) else { break };
        next = hash;
    }
    way
}

fn proof(case: &Case, question: U256) -> BlockProof {
    let header = case.witness.block.header.as_deref().unwrap();
    let index = case.index;
    let receipts = question == block::RECEIPT;
    let root = if receipts { header.receipts_root } else { header.transactions_root };
    BlockProof {
        question,
        block_: Block::from(&case.claimed.claim),
        environment: Environment::from(&case.claimed.environment),
        header: alloy_rlp::encode(header).into(),
        place: U256::from(index),
        path: path(&case.claimed.tree, index),
        transaction: Transaction::from(&case.told().claim),
        receipt: case.receipt.clone().into(),
        nodes: way(case, root, index),
        nodesBefore: index.checked_sub(1).map_or_else(Vec::new, |at| way(case, root, at)),
        ..BlockProof::default()
    }
}

fn ancestor(case: &Case, place: usize) -> BlockProof {
    let ancestors = &case.claimed.ancestors;
    let tree = &case.claimed.ancestors_tree;
    let mut proof = proof(case, block::ANCESTOR);
    proof.place = U256::from(place);
    proof.leaf = ancestors[place];
    proof.path = path(tree, place);
    if let Some(above) = place.checked_sub(1) {
        proof.above = ancestors[above];
        proof.abovePath = path(tree, above);
        proof.header = alloy_rlp::encode(&case.witness.ancestors[above]).into();
    }
    proof
}

fn judged(case: &Case, proof: &BlockProof) -> Answer {
    ask(Prover::Block, case.root(), proof)
}

/// Claims of the header's block, with their roots.
fn cases() -> impl Iterator<Item = Case> {
    OPTIMISM.iter().filter(|case| case.witness.inclusion.is_some()).cloned()
}

#[test]
fn nothing_is_false_of_a_true_block() {
    let mut asked = 0;
    for case in cases() {
        for question in [block::ENVIRONMENT, block::TRANSACTION, block::RECEIPT, block::RANGE] {
            let what = format!("transaction {}: {question}", case.index);
            judged(&case, &proof(&case, question)).holds(&what);
            asked += 1;
        }
        for place in 0..case.claimed.ancestors.len().min(3) {
            judged(&case, &ancestor(&case, place)).holds("ancestor");
        }
    }
    assert!(asked > 20, "{asked}");
}

#[test]
fn each_word_of_the_environment_that_is_false_convicts() {
    let honest = cases().next().unwrap();
    let environment = Kind::Claim(ClaimKind::Environment);
    let malformed = Kind::Claim(ClaimKind::Malformed);
    type Change = fn(&mut iso_evm_wire::claim::Environment);
    let lies: [(Change, U256, Kind); 8] = [
        (|lie| lie.number += 1, block::ENVIRONMENT, environment),
        (|lie| lie.timestamp += 1, block::ENVIRONMENT, environment),
        (|lie| lie.beneficiary.0[31] ^= 1, block::ENVIRONMENT, environment),
        (|lie| lie.gas_limit += 1, block::ENVIRONMENT, environment),
        (|lie| lie.base_fee += 1, block::ENVIRONMENT, environment),
        (|lie| lie.randomness.0[31] ^= 1, block::ENVIRONMENT, environment),
        (
            |lie| lie.blob_base_fee += U256::from(1),
            block::ENVIRONMENT,
            Kind::Transaction(TransactionKind::BlobBaseFee),
        ),
        (|lie| lie.beneficiary.0[0] = 1, block::RANGE, malformed),
    ];
    for (change, question, kind) in lies {
        let mut lie = honest.clone();
        change(&mut lie.claimed.environment);
        lie.claimed.claim.environment = lie.claimed.environment.hash();
        judged(&lie, &proof(&lie, question)).convicts_of(kind);
    }
}

#[test]
fn an_ancestor_that_is_none_convicts() {
    for place in 0..2 {
        let mut case = cases().next().unwrap();
        if case.claimed.ancestors.len() <= place {
            case.claimed.ancestors.resize(place + 1, B256::ZERO);
        }
        let honest = case.claimed.ancestors[place];
        case.claimed.ancestors[place] = B256::repeat_byte(7);
        let leaf = |hash: &B256| iso_evm_wire::segment::merkle::leaf(&[*hash]);
        let tree = Tree::new(case.claimed.ancestors.iter().map(leaf).collect());
        case.claimed.claim.ancestors = (&tree).into();
        case.claimed.ancestors_tree = tree;
        if place == 0 || !case.witness.ancestors.is_empty() {
            let answer = judged(&case, &ancestor(&case, place));
            let kind = Kind::Transaction(TransactionKind::Ancestor);
            answer.convicts_of(kind);
            assert!(honest.is_zero() || answer.mismatch().expected == honest);
        }
        // One that is not claimed is not false.
        case.claimed.ancestors[place] = B256::ZERO;
        let leaf = |hash: &B256| iso_evm_wire::segment::merkle::leaf(&[*hash]);
        let tree = Tree::new(case.claimed.ancestors.iter().map(leaf).collect());
        case.claimed.claim.ancestors = (&tree).into();
        case.claimed.ancestors_tree = tree;
        if place == 0 || !case.witness.ancestors.is_empty() {
            judged(&case, &ancestor(&case, place)).holds("not claimed");
        }
    }
}

#[test]
fn what_the_block_has_not_at_its_place_convicts() {
    for case in cases().take(4) {
        let lie = case.with(|hashes, _, _, _| hashes[0] = B256::repeat_byte(1));
        let words = [case.told().claim.hash, B256::repeat_byte(1)];
        let kind = Kind::Transaction(TransactionKind::BlockTransaction);
        judged(&lie, &proof(&lie, block::TRANSACTION)).convicts(kind, words);
        let mut receipt = case.witness.receipt.clone();
        receipt.gas_used += 1;
        let bytes = receipt.encode_2718(case.witness.transaction.body(), receipt.gas_used);
        let hash = keccak256(&bytes);
        let lie = Case { receipt: bytes, ..case.with(|hashes, _, _, _| hashes[1] = hash) };
        let gas = [receipt.gas_used - 1, receipt.gas_used];
        let kind = Kind::Transaction(TransactionKind::BlockReceipt);
        let words = gas.map(|gas| B256::from(U256::from(gas)));
        judged(&lie, &proof(&lie, block::RECEIPT)).convicts(kind, words);
    }
    // One transaction fewer than the block has.
    let case = cases().next().unwrap();
    let last = OPTIMISM.len() - 1;
    let fewer = OPTIMISM[0].within(case.claimed.transactions[..last].to_vec(), 0);
    let mut proof = proof(&fewer, block::COUNT);
    let header = case.witness.block.header.as_deref().unwrap();
    proof.nodes = way(&OPTIMISM[last], header.transactions_root, last);
    let words = [last + 1, last].map(|count| B256::from(U256::from(count)));
    judged(&fewer, &proof).convicts(Kind::Claim(ClaimKind::TransactionCount), words);
}
