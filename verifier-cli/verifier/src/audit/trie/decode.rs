//! Nodes out of RLP, strictly: a node is accepted if it encodes to the bytes that it was read from,
//! and fits its place.
//!
//! The comparison refuses what reading does not look at: lengths and integers in a longer form than
//! they need, bits of a path that say nothing, items too many, a value in a branch, a node of 32
//! bytes or more inside its parent.

use alloy_primitives::B256;
use rlp::Rlp;

use super::{
    Later, Value,
    node::{Child, Children, Kind, Node},
    path::expand,
};

/// Items of a branch: sixteen children and a value.
const BRANCH_ITEMS: usize = 17;
/// RLP of the empty string: no child.
const NOTHING: [u8; 1] = [0x80];

/// The node of which these are the bytes, where `left` nibbles of its keys are not above it.
pub(super) fn decode<V: Value>(rlp: &[u8], left: usize) -> Option<Kind<V>> {
    let mut kind = read(rlp, left)?;
    let mut later = Later::default();
    kind.refer_to_children(&mut later);
    let start = later.begin();
    kind.append_to(&mut later);
    // A node inside that is too long for it has holes for its hash here.
    (later.take_back(start).as_deref() == Some(rlp)).then_some(kind)
}

fn read<V: Value>(rlp: &[u8], left: usize) -> Option<Kind<V>> {
    let list = Rlp::new(rlp);
    let items: Vec<Rlp<'_>> = list.iter().take(BRANCH_ITEMS + 1).collect();
    match items.as_slice() {
        [path, content] => {
            let (path, leaf) = expand(path.data().ok()?)?;
            if leaf {
                let value = V::decode(content.data().ok()?)?;
                return (path.len() == left).then_some(Kind::Leaf { path, value });
            }
            // Below an extension stands a branch, which needs a nibble too.
            let left = left.checked_sub(path.len()).filter(|left| *left > 0 && !path.is_empty())?;
            Some(Kind::Extension { path, child: Box::new(child(content, left, true)?) })
        }
        items if items.len() == BRANCH_ITEMS => {
            let left = left.checked_sub(1)?;
            let mut children = Box::<Children<V>>::default();
            for (place, item) in children.iter_mut().zip(items) {
                if item.as_raw() != NOTHING {
                    *place = match hash(item) {
                        Some(hash) => Child::Unknown(hash),
                        None => Child::Node(Box::new(child(item, left, false)?)),
                    };
                }
            }
            let count = children.iter().filter(|child| !matches!(child, Child::None)).count();
            (count >= 2).then_some(Kind::Branch { children })
        }
        _ => None,
    }
}

/// The hash by which a child is named.
fn hash(item: &Rlp<'_>) -> Option<B256> {
    B256::try_from(item.data().ok().filter(|_| !item.is_list())?).ok()
}

/// A child by its hash, or one so short that it stands in its parent. `branch`: it must be one.
fn child<V: Value>(item: &Rlp<'_>, left: usize, branch: bool) -> Option<Node<V>> {
    if !item.is_list() {
        return Some(Node::unknown(hash(item)?, branch));
    }
    let kind = read(item.as_raw(), left)?;
    (!branch || matches!(kind, Kind::Branch { .. })).then(|| Node::new(kind))
}
