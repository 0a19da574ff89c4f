//! The nodes that show what a trie has at a key.

use super::{
    Nodes, Value,
    encode::encode,
    is_top,
    node::{Kind, Node},
};

/// What is shorter stands in its parent.
const HASHED: usize = 32;

impl<V: Value> Node<V> {
    /// Appends the nodes on the way to `path`, as far as they are known; and where a branch has one child
    /// beside the one on the way, that one: it takes the branch's place if the other is removed.
    pub(super) fn prove(&mut self, nodes: &Nodes, path: &[u8], into: &mut Vec<Vec<u8>>) {
        let (mut node, mut path) = (self, path);
        loop {
            if node.resolve(nodes, path.len()).is_err() {
                return;
            }
            node.show(is_top(path.len()), into);
            match &mut node.kind {
                Kind::Extension { path: own, child } if path.starts_with(own) => {
                    (node, path) = (child, &path[own.len()..]);
                }
                Kind::Branch { children } => {
                    let Some((nibble, rest)) = path.split_first() else { return };
                    let nibble = usize::from(*nibble);
                    let others = (0..16).filter(|other| *other != nibble);
                    let mut others = others.filter(|other| children[*other].is_some());
                    if let (Some(other), None) = (others.next(), others.next())
                        && let Some(sibling) = &mut children[other]
                        && sibling.resolve(nodes, rest.len()).is_ok()
                    {
                        sibling.show(false, into);
                    }
                    let Some(child) = &mut children[nibble] else { return };
                    (node, path) = (child, rest);
                }
                _ => return,
            }
        }
    }

    /// Appends the node, unless it stands in its parent.
    fn show(&mut self, is_top: bool, into: &mut Vec<Vec<u8>>) {
        let rlp = encode(&mut self.kind);
        if is_top || rlp.len() >= HASHED {
            into.push(rlp);
        }
    }
}
