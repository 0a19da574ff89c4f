use alloy_primitives::{B256, U256, keccak256};

use super::{
    merkle::{Tree, leaf, root_of},
    *,
};

fn leaves(count: u64) -> Vec<B256> {
    (0..count).map(|index| leaf(&[U256::from(index).into()])).collect()
}

#[test]
fn a_range_of_leaves_is_proven_where_it_stands_and_nowhere_else() {
    for count in 1..=17_u64 {
        let leaves = leaves(count);
        let tree = Tree::new(leaves.clone());
        for start in 0..count {
            for end in start + 1..=count {
                let range = &leaves[start as usize..end as usize];
                let proof = tree.prove(start..end);
                assert_eq!(root_of(count, start, range, &proof), Some(tree.root()));
                for other in (0..count).filter(|other| *other != start) {
                    assert_ne!(root_of(count, other, range, &proof), Some(tree.root()));
                }
                for other in 1..=33 {
                    let same = merkle::depth(other) == merkle::depth(count) && end <= other;
                    assert!(same || root_of(other, start, range, &proof) != Some(tree.root()));
                }
                let longer = [&proof[..], &[B256::ZERO]].concat();
                assert_eq!(root_of(count, start, range, &longer), None);
            }
        }
    }
}

#[test]
fn no_leaf_has_no_root_and_one_is_its_own() {
    assert_eq!(Tree::new(Vec::new()).root(), B256::ZERO);
    let one = leaves(1);
    assert_eq!(Tree::new(one.clone()).root(), one[0]);
}

#[test]
fn pages_that_are_zero_are_not_listed() {
    let mut memory = vec![0; 3 * PAGE_SIZE + 32];
    assert_eq!(Pages::of(&memory).hash(), keccak256([]));
    memory[PAGE_SIZE] = 1;
    memory[3 * PAGE_SIZE] = 2;
    let pages = Pages::of(&memory);
    assert_eq!(pages.list().iter().map(|page| page.index).collect::<Vec<_>>(), [1, 3]);
    assert_eq!(pages.hash(), keccak256(pages.listed()));
    assert_eq!(pages.list()[1].bytes.as_ref().map(|bytes| bytes.len()), Some(PAGE_SIZE));
    assert!(pages.withheld().is_empty());
    let some = pages.clone().given(&[1].into());
    assert_eq!(some.withheld(), [0, 0, 0, 1]);
    assert_eq!((some.hash(), some.data().len()), (pages.hash(), PAGE_SIZE));
    let behind = pages.clone().from(2);
    assert_eq!((behind.hash(), behind.data().len()), (pages.hash(), PAGE_SIZE));
    assert!(behind.withheld().is_empty());
}

#[test]
fn a_checkpoint_is_read_back_from_its_words() {
    let mut checkpoint = Checkpoint::default();
    for (number, field) in (1_u64..).zip(Field::ALL) {
        assert!(checkpoint.set(*field, U256::from(number).into()), "{}", field.name());
    }
    let bytes = checkpoint.to_bytes();
    assert_eq!(Checkpoint::of_bytes(&bytes), Some(checkpoint));
    assert_eq!(Checkpoint::of_bytes(&bytes[1..]), None);
    assert_eq!(Checkpoint::of_bytes(&[&bytes[..], &[0; 32]].concat()), None);
    assert!(!checkpoint.set(Field::Pc, B256::repeat_byte(1)));
    for field in Field::ALL {
        let mut other = checkpoint;
        other.set(*field, B256::with_last_byte(0x77));
        assert_eq!(checkpoint.first_difference(&other), Some(*field));
        assert_ne!(checkpoint.digest(), other.digest());
    }
    let json = serde_json::to_string(&checkpoint).unwrap();
    assert_eq!(serde_json::from_str::<Checkpoint>(&json).unwrap(), checkpoint);
}
