//! What reading and writing cost, in tries of branches that have all of their children.

use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, U256, keccak256};
use alloy_trie::TrieAccount;

use super::{
    model::list,
    probe::{ENOUGH, measureCall},
    random::Random,
};

/// The nodes, from the top, down to a leaf below so many full branches, and their root. `others` are
/// what stands in the branches for other keys.
fn nodes(depth: usize, path: B256, value: &[u8], others: &[B256]) -> (B256, Vec<Vec<u8>>) {
    let nibble = |place: usize| usize::from(path[place / 2] >> (4 * (1 - place % 2)) & 15);
    let rest: Vec<_> = (depth..64).map(nibble).collect();
    let (odd, rest) = rest.split_at(rest.len() % 2);
    let mut compact = vec![odd.first().map_or(0x20, |nibble| 0x30 | *nibble as u8)];
    compact.extend(rest.chunks(2).map(|pair| (pair[0] << 4 | pair[1]) as u8));
    let mut nodes =
        vec![list(&[alloy_rlp::encode(&compact[..]), alloy_rlp::encode(value)].concat())];
    for place in (0..depth).rev() {
        let mut children = others[16 * place..][..16].to_vec();
        children[nibble(place)] = keccak256(&nodes[0]);
        let items: Vec<_> = children.iter().flat_map(alloy_rlp::encode).chain([0x80]).collect();
        nodes.insert(0, list(&items));
    }
    (keccak256(&nodes[0]), nodes)
}

struct Deep {
    who: Address,
    key: B256,
    others: Vec<B256>,
}

impl Deep {
    fn storage(&self, value: u64) -> (B256, Vec<Vec<u8>>) {
        nodes(6, keccak256(self.key), &alloy_rlp::encode(value), &self.others)
    }

    fn state(&self, storage_root: B256) -> (B256, Vec<Vec<u8>>) {
        let balance = U256::from(10_u64.pow(18));
        let account = TrieAccount::new(7, balance, storage_root, KECCAK256_EMPTY);
        nodes(8, keccak256(self.who), &alloy_rlp::encode(account), &self.others)
    }
}

#[test]
fn fourteen_full_branches_are_within_what_a_prover_has() {
    let (mut most, mut account, mut slot, mut written) = (0, 0, 0, 0);
    for seed in 0..50 {
        let mut random = Random::new(seed);
        let others = (0..16 * 8).map(|_| random.word()).collect();
        let who = Address::from_slice(&random.bytes(20));
        let deep = Deep { who, key: random.word(), others };
        let (storage_root, slots) = deep.storage(1_000);
        let (root, accounts) = deep.state(storage_root);
        let call = measureCall {
            ofAccount: accounts.concat().into(),
            ofBoth: Bytes::from([accounts, slots].concat().concat()),
            root,
            who,
            key: deep.key,
            value: U256::from(2_000).into(),
        };
        let gas = super::probe::call(&call, ENOUGH).unwrap();
        assert_eq!(gas.reached, deep.state(deep.storage(2_000).0).0);
        most = most.max(gas.written.to());
        account += gas.account.to::<u64>();
        slot += gas.slot.to::<u64>();
        written += gas.written.to::<u64>();
    }
    let mean = |sum: u64| sum / 50;
    let (account, slot, written) = (mean(account), mean(slot), mean(written));
    eprintln!("account {account}, and slot {slot}, and both written {written}, at most {most}");
    assert!(account < 18_000 && slot < 30_000 && most < 70_000);
}
