//! The least path of a trie: what order a set's members go in.

use alloy_primitives::B256;
use alloy_sol_types::SolError;

use super::{
    cases::Case,
    model::{self, Held},
    probe::{ENOUGH, NodeMissing, call, leastCall, run, writes},
    random::{Random, seeds},
};

fn least(nodes: Vec<u8>, root: B256) -> Result<B256, alloy_primitives::Bytes> {
    call(&leastCall { packed: nodes.into(), root }, ENOUGH)
}

/// A trie of such values, down to nothing: each time the least path is the first that is left, and only what lies
/// on its way is looked at.
fn empties(mut held: Held, what: &str) {
    while let Some(first) = held.keys().next().copied() {
        let (root, nodes) = model::towards(&held, vec![first]);
        assert_eq!(least(nodes.concat(), root), Ok(first), "{what}: of {}", held.len());
        held.pop_first();
    }
}

#[test]
fn the_least_path_is_the_first_of_all() {
    for seed in seeds(400) {
        let mut random = Random::new(seed);
        let case = Case::new(&mut random, 24);
        empties(case.held, &format!("seed {seed}"));
        // Of a set, where nodes are short as soon as keys are much alike.
        let members = case.keys.into_iter().map(|key| (key, vec![1]));
        empties(members.collect(), &format!("seed {seed}, as a set"));
    }
    let mut random = Random::new(0);
    let many: Held = (0..700).map(|_| (random.word(), vec![1])).collect();
    empties(many, "many");
}

/// A set that goes down to nothing, on one table of nodes: branches collapse all the way.
#[test]
fn sets_lose_their_least_until_nothing_is_left() {
    for seed in seeds(100) {
        let mut random = Random::new(seed);
        let keys = Case::new(&mut random, 40).keys;
        let mut held: Held = keys.iter().map(|key| (*key, vec![1])).collect();
        let (root, nodes) = model::whole(&held);
        let steps: Vec<_> =
            keys.iter().enumerate().map(|(at, key)| writes(at, *key, Vec::new())).collect();
        let answer = run(nodes.concat(), root, &steps, ENOUGH).unwrap();
        for reached in &answer.roots[1..] {
            held.pop_first();
            assert_eq!(*reached, model::root(&held), "seed {seed}: {} left", held.len());
        }
    }
}

#[test]
fn without_a_node_on_its_way_no_path_is_the_least() {
    let mut random = Random::new(7);
    let held: Held = (0..300).map(|_| (random.word(), vec![1])).collect();
    let first = *held.keys().next().unwrap();
    let (root, way) = model::towards(&held, vec![first]);
    let (_, all) = model::whole(&held);
    assert!(way.len() > 2);
    for gone in &way {
        let rest: Vec<_> = all.iter().filter(|node| *node != gone).cloned().collect();
        let hash = alloy_primitives::keccak256(gone);
        let missing = NodeMissing { hash }.abi_encode().into();
        assert_eq!(least(rest.concat(), root), Err(missing));
    }
    assert!(least(Vec::new(), model::root(&Held::new())).is_err());
}
