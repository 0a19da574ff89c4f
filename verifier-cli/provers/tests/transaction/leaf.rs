//! Accounts out of the nodes that show them.

use alloy_primitives::{Address, B256, U256, keccak256};

/// Nonce and code hash of an account, out of nodes on the way to it: those of the one leaf that holds
/// an account and whose path ends as its.
pub(crate) fn leaf_of(packed: &[u8], account: Address) -> Option<(u64, B256)> {
    let path = keccak256(account);
    let mut rest = packed;
    let mut found = None;
    while !rest.is_empty() {
        let header = alloy_rlp::Header::decode(&mut rest).unwrap();
        let (mut node, after) = rest.split_at(header.payload_length);
        rest = after;
        let mut items = Vec::new();
        while !node.is_empty() {
            let whole = node;
            let item = alloy_rlp::Header::decode(&mut node).unwrap();
            node = &node[item.payload_length..];
            items.push(&whole[..whole.len() - node.len()]);
        }
        if let [key, value] = items[..]
            && let Some((nonce, hash)) = account_in(value)
            && ends_as(key, path)
        {
            found = Some((nonce, hash));
        }
    }
    found
}

/// Nonce and code hash of what a leaf holds.
fn account_in(value: &[u8]) -> Option<(u64, B256)> {
    let mut value = value;
    let mut value = alloy_rlp::Header::decode_bytes(&mut value, false).ok()?;
    let list = alloy_rlp::Header::decode_bytes(&mut value, true).ok()?;
    let mut list = list;
    let nonce = <u64 as alloy_rlp::Decodable>::decode(&mut list).ok()?;
    <U256 as alloy_rlp::Decodable>::decode(&mut list).ok()?;
    <B256 as alloy_rlp::Decodable>::decode(&mut list).ok()?;
    Some((nonce, <B256 as alloy_rlp::Decodable>::decode(&mut list).ok()?))
}

/// Whether a leaf's part of a path is the end of a path.
fn ends_as(key: &[u8], path: B256) -> bool {
    let mut key = key;
    let Ok(key) = alloy_rlp::Header::decode_bytes(&mut key, false) else { return false };
    let bytes = &key[1..];
    let even = key[0] >> 4 == 2;
    path.ends_with(bytes) && (even || path[31 - bytes.len()] & 0x0f == key[0] & 0x0f)
}
