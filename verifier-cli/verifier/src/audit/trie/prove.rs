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
    /// Appends the nodes on the way to a path, as far as they are known; and where a branch has one child
    /// beside those on the way to it or to others that are shown, that one: it takes the branch's place if they
    /// are removed.
    pub(super) fn prove<P: AsRef<[u8]>>(
        &mut self,
        nodes: &Nodes,
        whole: &[u8],
        shown: &[P],
        into: &mut Vec<Vec<u8>>,
    ) {
        let (mut node, mut path) = (self, whole);
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
                    let others = others.filter(|other| children[*other].is_some());
                    let (above, _) = whole.split_at(whole.len() - path.len());
                    let leads = |to: usize, shown: &P| {
                        let rest = shown.as_ref().strip_prefix(above);
                        rest.and_then(<[u8]>::first) == u8::try_from(to).ok().as_ref()
                    };
                    let mut others =
                        others.filter(|other| !shown.iter().any(|shown| leads(*other, shown)));
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
