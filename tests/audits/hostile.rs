//! Witnesses that are made to break an auditor: call trees without end, tries that hold anything.

use alloy_primitives::{B256, Bytes, keccak256};
use iso_evm_verifier::audit::{AuditOutcome, replay::replay, tree::tree};
use iso_evm_wire::Witness;

use super::witness;
use crate::harness::{parallel, random::Random};

/// Stack of the thread that audits: a level of the tree must not take any.
const STACK: usize = 128 * 1024;
const LEVELS: usize = 20_000;

#[test]
fn a_call_tree_deeper_than_any_stack() {
    let mut hostile = witness("deep-calls");
    // Each opens the next with its first call.
    hostile.messages = vec![hostile.messages[0].clone(); LEVELS];
    let audits = move || (replay(&hostile), tree(&hostile));
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(audits);
    let (replayed, tree) = thread.expect("a thread").join().expect("no panic");
    assert!(matches!(replayed.access, AuditOutcome::Invalid(_)), "{:?}", replayed.access);
    assert!(matches!(tree, AuditOutcome::Invalid(_)), "{tree:?}");
}

/// Puts other bytes in the place of a node, and their hash in the place of its hash, up to the root.
fn replace(witness: &mut Witness, old: B256, bytes: Bytes) {
    let (mut old, mut bytes) = (old, bytes);
    loop {
        let new = keccak256(&bytes);
        witness.nodes.remove(&old);
        witness.nodes.insert(new, bytes);
        if witness.roots.enter == old {
            witness.roots.enter = new;
            return;
        }
        let holds = |node: &Bytes| node.windows(32).position(|window| window == old);
        let above = witness.nodes.iter().find_map(|(hash, node)| Some((*hash, holds(node)?)));
        let Some((above, at)) = above else { return };
        let mut node = witness.nodes[&above].to_vec();
        node[at..at + 32].copy_from_slice(&new[..]);
        (old, bytes) = (above, node.into());
    }
}

/// A node with some of its bytes changed, dropped or put in.
fn damaged(node: &[u8], random: &mut Random) -> Bytes {
    let mut bytes = node.to_vec();
    for _ in 0..=random.below(3) {
        let at = random.below(bytes.len().max(1));
        match random.below(4) {
            0 if at < bytes.len() => {
                bytes.remove(at);
            }
            1 => bytes.insert(at, random.byte()),
            2 => bytes.truncate(at + 1),
            _ if at < bytes.len() => bytes[at] ^= 1 << random.below(8),
            _ => {}
        }
    }
    bytes.into()
}

#[test]
fn tries_that_hold_anything() {
    const NAMES: [&str; 5] =
        ["call-tree", "create-and-create2", "erc20-transfer", "plain-transfer", "selfdestruct"];
    let honest = NAMES.map(witness);
    let seeds: Vec<u64> = (0..4_000).collect();
    parallel::check_all(&seeds, |seed| {
        let mut random = Random::new(*seed);
        let mut hostile = honest[random.below(honest.len())].clone();
        let hashes: Vec<B256> = hostile.nodes.keys().copied().collect();
        let hash = hashes[random.below(hashes.len())];
        let node = damaged(&hostile.nodes[&hash], &mut random);
        if node == hostile.nodes[&hash] {
            return Ok(());
        }
        replace(&mut hostile, hash, node);
        let replayed = replay(&hostile);
        match (&replayed.access, &replayed.transaction) {
            (AuditOutcome::Valid, AuditOutcome::Valid) => {
                Err(format!("seed {seed}: another state is valid"))
            }
            _ => Ok(()),
        }
    });
}
