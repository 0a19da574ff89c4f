//! Branches with many children.

use std::collections::BTreeMap;

use alloy_primitives::{B256, U256};

use super::{Random, insert, key, rebuilt, remove, trie_of};
use crate::state_root::trie::Trie;

/// Two levels of branches behind a prefix. Behind one of 62 nibbles, leaves of small values stand
/// inside their branch, those of large ones do not.
fn random_key(random: &mut Random, prefix: usize) -> B256 {
    let mut nibbles = vec![0; prefix];
    nibbles.push(random.below(16) as u8);
    nibbles.push(random.below(3) as u8 * 7);
    key(&nibbles)
}

#[test]
fn wide_branches_equal_rebuild() {
    for (prefix, seed) in [(0, 1), (0, 2), (0, 3), (62, 4), (62, 5), (62, 6)] {
        let mut random = Random(seed);
        let (mut trie, mut model) = (Trie::default(), BTreeMap::new());
        let mut saved = (trie.clone(), model.clone());
        // How many keys there are drifts up and down.
        let mut target = 40;
        for step in 0..1_500 {
            match random.below(40) {
                0 => saved = (trie.clone(), model.clone()),
                1 => (trie, model) = saved.clone(),
                2 => target = 1 + random.below(48) as usize,
                _ => {}
            }
            for _ in 0..=random.below(3) {
                let key = random_key(&mut random, prefix);
                if model.len() > target || random.below(8) == 0 {
                    assert_eq!(remove(&mut trie, &key).unwrap(), model.remove(&key).is_some());
                } else {
                    let value = random.value();
                    insert(&mut trie, &key, value).unwrap();
                    model.insert(key, value);
                }
            }
            assert_eq!(trie.root_now(), rebuilt(&model), "prefix {prefix} seed {seed} step {step}");
        }
    }
}

#[test]
fn a_branch_that_was_small_for_a_while() {
    // Four children fill a block, three do not.
    let mut model: BTreeMap<_, _> = (0..4).map(|nibble| (key(&[nibble]), U256::MAX)).collect();
    let mut trie = trie_of(&model);
    assert_eq!(trie.root_now(), rebuilt(&model));
    remove(&mut trie, &key(&[3])).unwrap();
    insert(&mut trie, &key(&[0]), U256::ONE).unwrap();
    trie.root_now();
    insert(&mut trie, &key(&[3]), U256::MAX).unwrap();
    model.insert(key(&[0]), U256::ONE);
    assert_eq!(trie.root_now(), rebuilt(&model));
}
