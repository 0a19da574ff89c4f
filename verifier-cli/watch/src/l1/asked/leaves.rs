//! What is known of the leaves of somebody's tree: those that were shown, with what their paths tell of the others.
//! Where a node is the one of one's own tree, all below it is.
//!
//! In the data's way this stands between what was shown and what is still to be asked for.

use std::collections::{BTreeSet, HashMap};

use alloy_primitives::B256;
use iso_evm_wire::{
    claim::items::TreeRoot,
    segment::merkle::{self, Tree},
};

/// Somebody's tree, as far as it is known.
#[derive(Clone, Debug)]
pub(super) struct Leaves {
    of: TreeRoot,
    /// Nodes, by their level above the leaves and their place there.
    nodes: HashMap<(u32, u64), B256>,
    shown: BTreeSet<u64>,
}

impl Leaves {
    /// A tree of which nothing is known but its root.
    pub(super) fn new(of: TreeRoot) -> Self {
        let nodes = HashMap::from([((merkle::depth(of.count), 0), of.root)]);
        Self { of, nodes, shown: BTreeSet::new() }
    }

    /// Takes what was shown: a leaf, and the path that shows where it stands. Whether it stands there.
    pub(super) fn learn(&mut self, place: u64, leaf: B256, path: &[B256]) -> bool {
        if merkle::root_of(self.of.count, place, &[leaf], path) != Some(self.of.root) {
            return false;
        }
        self.shown.insert(place);
        // The path has a node of each level where there is one beside; an empty place has none.
        let (mut at, mut node, mut path) = (place, leaf, path.iter().copied());
        for level in 0..merkle::depth(self.of.count) {
            self.nodes.insert((level, at), node);
            let beside = path.next().unwrap_or_default();
            self.nodes.insert((level, at ^ 1), beside);
            node =
                if at % 2 == 0 { merkle::node(node, beside) } else { merkle::node(beside, node) };
            at /= 2;
        }
        true
    }

    /// The leaves that were not shown and are not those of one's own tree.
    pub(super) fn unknown(&self, own: &Tree) -> Vec<u64> {
        let mut found = Vec::new();
        // Trees of other depths have no places in common that could be alike.
        let comparable = merkle::depth(own.count()) == merkle::depth(self.of.count);
        self.descend(own, comparable, (merkle::depth(self.of.count), 0), &mut found);
        found
    }

    fn descend(&self, own: &Tree, comparable: bool, at: (u32, u64), found: &mut Vec<u64>) {
        let (level, place) = at;
        let first = place.checked_shl(level).unwrap_or(u64::MAX);
        if first >= self.of.count {
            return;
        }
        let is_alike = || self.nodes.get(&at) == Some(&own.node(level, place));
        // All leaves below must be there in one's own tree.
        let has_all = || self.of.count.min((place + 1) << level) <= own.count();
        if comparable && has_all() && is_alike() {
            return;
        }
        if level == 0 {
            if !self.shown.contains(&place) {
                found.push(place);
            }
            return;
        }
        self.descend(own, comparable, (level - 1, 2 * place), found);
        self.descend(own, comparable, (level - 1, 2 * place + 1), found);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn tree(leaves: &[u64]) -> Tree {
        Tree::new(
            leaves
                .iter()
                .map(|it| merkle::leaf(&[B256::from(alloy_primitives::U256::from(*it))]))
                .collect(),
        )
    }

    /// Asks for what is unknown, the first each time, until nothing is; how often that was.
    fn asked(own: &Tree, theirs: &Tree) -> usize {
        let mut leaves = Leaves::new(TreeRoot::from(theirs));
        for round in 0.. {
            let unknown = leaves.unknown(own);
            let Some(place) = unknown.first().copied() else { return round };
            let path = theirs.prove(place..place + 1);
            assert!(leaves.learn(place, theirs.node(0, place), &path), "{place}");
        }
        unreachable!()
    }

    #[test]
    fn one_leaf_that_differs_is_found_by_few_questions_and_all_that_differ_are() {
        for count in [1_u64, 2, 3, 5, 8, 13, 64, 100] {
            let numbers: Vec<u64> = (0..count).collect();
            let own = tree(&numbers);
            assert_eq!(asked(&own, &own), 0);
            for place in 0..count as usize {
                let mut other = numbers.clone();
                other[place] += 1_000;
                let most = merkle::depth(count) as usize + 1;
                let found = asked(&own, &tree(&other));
                assert!((1..=most).contains(&found), "{count} {place}: {found}");
            }
            let all: Vec<u64> = numbers.iter().map(|it| it + 1_000).collect();
            assert_eq!(asked(&own, &tree(&all)), count as usize);
            // One more, and one fewer.
            let more: Vec<u64> = (0..=count).collect();
            assert!(asked(&own, &tree(&more)) >= 1);
            assert!(asked(&own, &tree(&numbers[1..])) <= count as usize);
        }
    }

    #[test]
    fn what_does_not_stand_where_it_is_said_to_stand_teaches_nothing() {
        let (own, theirs) = (tree(&[1, 2, 3]), tree(&[1, 9, 3]));
        let mut leaves = Leaves::new(TreeRoot::from(&theirs));
        let path = theirs.prove(1..2);
        assert!(!leaves.learn(0, theirs.node(0, 1), &path));
        assert!(!leaves.learn(1, own.node(0, 1), &path));
        assert!(!leaves.learn(3, theirs.node(0, 1), &path));
        assert_eq!(leaves.unknown(&own), [0, 1, 2]);
        assert!(leaves.learn(1, theirs.node(0, 1), &path));
        assert_eq!(leaves.unknown(&own), [0; 0]);
    }
}
