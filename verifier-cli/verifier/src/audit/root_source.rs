//! What headers in the file prove of its state roots. `specs/09-container.md`, section What the roots
//! are.
//!
//! In the data's way this stands beside the anchors. No file says it: it follows from hashes.

use super::{ancestors::told_by_header, hashes::Hashes};

/// What headers prove of the two state roots. A header has the state after its whole block and no
/// other.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum RootSource {
    /// Headers prove neither root: both may be those of any state.
    Unproved,
    /// The root at entry is the state root in the parent's header.
    Parent,
    /// The root at exit is the state root in the block's header.
    Block,
    /// Headers prove the root at entry and the root at the end.
    ParentAndBlock,
}

impl RootSource {
    /// All sources that roots can have.
    pub const ALL: [Self; 4] = [Self::Unproved, Self::Parent, Self::Block, Self::ParentAndBlock];

    /// Lower-case name, as JSON reports have it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unproved => "unproved",
            Self::Parent => "parent",
            Self::Block => "block",
            Self::ParentAndBlock => "parent-and-block",
        }
    }

    /// What is said of the roots to people.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Unproved => "not proved by a header",
            Self::Parent => "proved at entry by the parent's header",
            Self::Block => "proved at exit by the block's header",
            Self::ParentAndBlock => "proved by the parent's and the block's header",
        }
    }

    /// Whether this says all that another says.
    pub fn proves(self, other: Self) -> bool {
        self == other || other == Self::Unproved || self == Self::ParentAndBlock
    }
}

/// What the witness's headers prove of its roots. A header that is not the block's, or not its
/// parent's, proves nothing.
pub(super) fn root_source(hashes: &Hashes<'_>) -> RootSource {
    let witness = hashes.witness();
    let (block, roots) = (&witness.block, witness.roots);
    let header = block.header.as_deref();
    let Some(header) = header.filter(|header| told_by_header(block, header, witness.rules.fork()))
    else {
        return RootSource::Unproved;
    };
    // Where the block has another transaction before, that has left another root than the parent's.
    let is_later = witness.inclusion.as_ref().is_some_and(|inclusion| inclusion.index > 0);
    let parent = witness.ancestors.first().filter(|_| !is_later);
    let parent = parent.filter(|_| hashes.ancestors()[0] == header.parent_hash);
    let enter = parent.is_some_and(|parent| parent.state_root == roots.enter);
    match (enter, header.state_root == roots.leave) {
        (false, false) => RootSource::Unproved,
        (true, false) => RootSource::Parent,
        (false, true) => RootSource::Block,
        (true, true) => RootSource::ParentAndBlock,
    }
}

#[cfg(test)]
mod tests {
    use alloy_primitives::B256;
    use iso_evm_wire::container::Inclusion;

    use super::*;
    use crate::audit::ancestors::tests::witness;

    /// Each root in turn is that of the header, and no header that is not the block's own or its
    /// parent's counts.
    #[test]
    fn only_headers_prove_roots() {
        let honest = witness();
        let block_root = honest.block.header.as_ref().map(|header| header.state_root);
        let (parent, block) = (honest.ancestors[0].state_root, block_root.unwrap_or_default());
        let none = B256::repeat_byte(0x77);
        for (enter, leave, expected) in [
            (none, none, RootSource::Unproved),
            (parent, none, RootSource::Parent),
            (none, block, RootSource::Block),
            (parent, block, RootSource::ParentAndBlock),
            // The other way round they prove nothing.
            (block, parent, RootSource::Unproved),
        ] {
            let mut witness = honest.clone();
            (witness.roots.enter, witness.roots.leave) = (enter, leave);
            assert_eq!(root_source(&Hashes::of(&witness)), expected);
            let mut orphan = witness.clone();
            orphan.ancestors[0].gas_used ^= 1;
            let left = if leave == block { RootSource::Block } else { RootSource::Unproved };
            assert_eq!(root_source(&Hashes::of(&orphan)), left);
            witness.block.timestamp ^= 1;
            assert_eq!(root_source(&Hashes::of(&witness)), RootSource::Unproved);
            witness.block.header = None;
            assert_eq!(root_source(&Hashes::of(&witness)), RootSource::Unproved);
        }
    }

    #[test]
    fn a_later_transaction_does_not_start_at_the_parents_root() {
        let mut witness = witness();
        witness.roots.enter = witness.ancestors[0].state_root;
        for (index, expected) in [(0, RootSource::Parent), (1, RootSource::Unproved)] {
            witness.inclusion = Some(Inclusion { index, nodes: Default::default() });
            assert_eq!(root_source(&Hashes::of(&witness)), expected, "{index}");
        }
    }

    #[test]
    fn an_expected_source_is_the_least_that_is_accepted() {
        for found in RootSource::ALL {
            for expected in RootSource::ALL {
                let enough = found == expected
                    || expected == RootSource::Unproved
                    || found == RootSource::ParentAndBlock;
                assert_eq!(found.proves(expected), enough, "{found:?} {expected:?}");
            }
        }
    }
}
