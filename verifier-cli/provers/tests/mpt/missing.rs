//! Proofs that lack a node.

use alloy_primitives::{B256, Bytes, keccak256};
use alloy_sol_types::SolError;

use super::{
    cases::{Case, value},
    model::{self, Held},
    probe::{ENOUGH, NodeMissing, Step, reads, run, writes},
    random::{Random, seeds},
};

fn missing(hash: B256) -> Bytes {
    NodeMissing { hash }.abi_encode().into()
}

/// The nodes without which a step reverts. Each revert names the node.
fn needed(nodes: &[Bytes], root: B256, step: &Step, what: &str) -> Vec<B256> {
    let steps = [step.clone()];
    let whole = run(nodes.concat(), root, &steps, ENOUGH).unwrap();
    let without = |index: usize| {
        let packed = [nodes[..index].concat(), nodes[index + 1..].concat()].concat();
        let hash = keccak256(&nodes[index]);
        match run(packed, root, &steps, ENOUGH) {
            Ok(answer) => {
                assert_eq!(answer.roots, whole.roots, "{what}");
                assert_eq!(answer.found, whole.found, "{what}");
                None
            }
            Err(error) => {
                assert_eq!(error, missing(hash), "{what}");
                Some(hash)
            }
        }
    };
    let mut needed: Vec<_> = (0..nodes.len()).filter_map(without).collect();
    needed.sort_unstable();
    needed
}

#[test]
fn the_nodes_of_a_path_are_needed_and_no_others() {
    for seed in seeds(60) {
        let what = format!("seed {seed}");
        let mut random = Random::new(seed);
        let case = Case::new(&mut random, 16);
        let (root, mut nodes) = model::whole(&case.held);
        // Two like each other are one.
        nodes.sort_unstable();
        nodes.dedup();
        let key = random.pick(&case.keys);
        let (_, path) = model::towards(&case.held, vec![key]);
        let mut path: Vec<_> = path.iter().map(keccak256).collect();
        path.sort_unstable();
        path.dedup();
        assert_eq!(needed(&nodes, root, &reads(0, key), &what), path, "{what}");
        let set = writes(0, key, value(&mut random));
        assert_eq!(needed(&nodes, root, &set, &what), path, "{what}");
        // A child may take its branch's place.
        let gone = needed(&nodes, root, &writes(0, key, vec![]), &what);
        assert!(path.iter().all(|hash| gone.contains(hash)), "{what}");
        assert!(gone.len() <= path.len() + 1, "{what}");
    }
}

#[test]
fn a_collapse_needs_the_child_that_is_left() {
    let keys = [B256::repeat_byte(0x11), B256::repeat_byte(0x22), B256::repeat_byte(0x23)];
    let held: Held = keys.iter().map(|key| (*key, vec![3; 50])).collect();
    let [(root, path), (_, second), (_, third)] = keys.map(|key| model::towards(&held, vec![key]));
    // The branch of the other two is no leaf, and it is needed all the same.
    let shared = second.iter().filter(|rlp| third.contains(rlp) && !path.contains(rlp));
    let branch = shared.last().unwrap();
    let removes = [writes(0, keys[0], vec![])];
    let error = run(path.concat(), root, &removes, ENOUGH).unwrap_err();
    assert_eq!(error, missing(keccak256(branch)));
    let answer = run([path.concat(), branch.to_vec()].concat(), root, &removes, ENOUGH).unwrap();
    let left = held.into_iter().skip(1).collect();
    assert_eq!(answer.roots[1], model::root(&left));
}

#[test]
fn without_nodes_only_the_empty_trie_is_known() {
    let (key, root) = (B256::repeat_byte(1), B256::repeat_byte(2));
    for step in [reads(0, key), writes(0, key, vec![1]), writes(0, key, vec![])] {
        assert_eq!(
            run(vec![], root, std::slice::from_ref(&step), ENOUGH).unwrap_err(),
            missing(root)
        );
        assert!(run(vec![], model::root(&Held::new()), &[step], ENOUGH).is_ok());
    }
}
