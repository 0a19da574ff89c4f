//! A Merkle-Patricia trie of which a part is known.
