//! The nodes that show what a trie has at a key.

use super::{
    Later, Nodes, Value, is_top,
    node::{Child, Kind, Node},
};

/// What is shorter stands in its parent.
const HASHED: usize = 32;

impl<V: Value> Node<V> {
    /// Appends the nodes on the way to a path, as far as they are known; and where a branch has one child
    /// beside those on the way to it or to others that are shown, that one: it takes the branch's place if they
    /// are removed.
    pub(super) fn prove<P: AsRef<[u8]>>(
        &mut self,
        (nodes, later): (&Nodes, &mut Later),
        whole: &[u8],
        shown: &[P],
        into: &mut Vec<Vec<u8>>,
    ) {
        let (mut node, mut path) = (self, whole);
        loop {
            if node.resolve(nodes, path.len()).is_err() {
                return;
            }
            node.show(is_top(path.len()), later, into);
            match &mut node.kind {
                Kind::Extension { path: own, child } if path.starts_with(own) => {
                    (node, path) = (child, &path[own.len()..]);
                }
                Kind::Branch { children } => {
                    let Some((nibble, rest)) = path.split_first() else { return };
                    let nibble = usize::from(*nibble);
                    let others = (0..16).filter(|other| *other != nibble);
                    let others = others.filter(|other| !matches!(children[*other], Child::None));
                    let (above, _) = whole.split_at(whole.len() - path.len());
                    let leads = |to: usize, shown: &P| {
                        let rest = shown.as_ref().strip_prefix(above);
                        rest.and_then(<[u8]>::first) == u8::try_from(to).ok().as_ref()
                    };
                    let mut others =
                        others.filter(|other| !shown.iter().any(|shown| leads(*other, shown)));
                    if let (Some(other), None) = (others.next(), others.next())
                        && let Some(sibling) = children[other].node()
                        && sibling.resolve(nodes, rest.len()).is_ok()
                    {
                        sibling.show(false, later, into);
                    }
                    let Some(child) = children[nibble].node() else { return };
                    (node, path) = (child, rest);
                }
                _ => return,
            }
        }
    }

    /// Appends the node, unless it stands in its parent.
    fn show(&mut self, is_top: bool, later: &mut Later, into: &mut Vec<Vec<u8>>) {
        // A node that was read may have short ones in it, which have no names yet.
        self.kind.refer_to_children(later);
        let start = later.begin();
        self.kind.append_to(later);
        let rlp = later.take_back(start).unwrap_or_default();
        if is_top || rlp.len() >= HASHED {
            into.push(rlp);
        }
    }
}
