//! All that a transaction keeps, as maps: what its tries hold, and the instant that names them.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{Address, B256, KECCAK256_EMPTY, U256, keccak256};
use alloy_trie::TrieAccount;
use iso_evm_wire::claim::{Instant, sets};

use super::model::{self, Held};

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Holder {
    pub(crate) nonce: u64,
    pub(crate) balance: U256,
    pub(crate) code_hash: B256,
    pub(crate) slots: BTreeMap<B256, B256>,
}

impl Default for Holder {
    fn default() -> Self {
        let (nonce, balance, slots) = (0, U256::ZERO, BTreeMap::new());
        Self { nonce, balance, code_hash: KECCAK256_EMPTY, slots }
    }
}

impl Holder {
    pub(crate) fn is_empty(&self) -> bool {
        self.nonce == 0 && self.balance.is_zero() && self.code_hash == KECCAK256_EMPTY
    }
}

/// Accounts by their addresses.
pub(crate) type Accounts = BTreeMap<Address, Holder>;

/// What a transaction keeps between two records.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) accounts: Accounts,
    pub(crate) entry: Accounts,
    pub(crate) accessed: BTreeSet<B256>,
    pub(crate) created: BTreeSet<B256>,
    pub(crate) destroyed: BTreeSet<B256>,
    pub(crate) transient: BTreeMap<B256, B256>,
    pub(crate) refund: i64,
    pub(crate) logs: B256,
    pub(crate) messages: u64,
    pub(crate) depth: u64,
    pub(crate) ripemd_touched: bool,
}

pub(crate) const CONTEXT: Address = Address::repeat_byte(0xc0);
pub(crate) const RICH: Address = Address::repeat_byte(0xa1);
pub(crate) const EMPTY: Address = Address::repeat_byte(0xe0);
pub(crate) const ABSENT: Address = Address::repeat_byte(0xab);
pub(crate) const CODED: Address = Address::repeat_byte(0xcc);
pub(crate) const DELEGATES: Address = Address::repeat_byte(0xde);
pub(crate) const RIPEMD: Address =
    alloy_primitives::address!("0000000000000000000000000000000000000003");
/// The code of [`CODED`].
pub(crate) const CODE: &[u8] = &[0x60, 1, 0x60, 2, 0x01, 0x00];

/// The code of [`DELEGATES`]: it delegates to [`CODED`].
pub(crate) fn delegation() -> Vec<u8> {
    [&[0xef, 0x01, 0x00][..], CODED.as_slice()].concat()
}

/// A key or a value.
pub(crate) fn word(number: u64) -> B256 {
    U256::from(number).into()
}

impl World {
    /// A state of some fifty accounts, in which all kinds of them are, in the middle of a transaction.
    pub(crate) fn new() -> Self {
        let mut accounts = Accounts::new();
        for number in 0..40_u8 {
            let balance = U256::from(number) + U256::from(1);
            accounts.insert(
                Address::repeat_byte(number + 0x20),
                Holder { balance, ..Holder::default() },
            );
        }
        let slots: BTreeMap<B256, B256> = (1..20).map(|key| (word(key), word(100 + key))).collect();
        let balance = U256::from(1_000);
        let code_hash = keccak256(b"context");
        accounts.insert(CONTEXT, Holder { nonce: 200, balance, code_hash, slots });
        accounts.insert(RICH, Holder { nonce: 7, balance, ..Holder::default() });
        accounts.insert(EMPTY, Holder::default());
        accounts.insert(RIPEMD, Holder::default());
        let coded = Holder { nonce: 1, code_hash: keccak256(CODE), ..Holder::default() };
        accounts.insert(CODED, coded.clone());
        accounts.insert(DELEGATES, Holder { code_hash: keccak256(delegation()), ..coded });
        let mut entry = accounts.clone();
        entry.get_mut(&CONTEXT).unwrap().slots.insert(word(3), word(333));
        entry.get_mut(&CONTEXT).unwrap().slots.remove(&word(4));
        let accessed = [sets::account(RICH), sets::account(CONTEXT), sets::slot(CONTEXT, word(1))];
        Self {
            accounts,
            entry,
            accessed: accessed.into(),
            created: [sets::account(RICH)].into(),
            destroyed: BTreeSet::new(),
            transient: [(sets::slot(CONTEXT, word(1)), word(11))].into(),
            refund: 5,
            logs: B256::ZERO,
            messages: 1,
            depth: 0,
            ripemd_touched: false,
        }
    }

    /// The account; one that is absent has nothing.
    pub(crate) fn account(&self, who: Address) -> Holder {
        self.accounts.get(&who).cloned().unwrap_or_default()
    }

    /// The words of it all.
    pub(crate) fn instant(&self) -> Instant {
        Instant {
            state_root: model::root(&state(&self.accounts)),
            entry_root: model::root(&state(&self.entry)),
            accessed: model::root(&set(&self.accessed)),
            transient: model::root(&words(&self.transient)),
            created: model::root(&set(&self.created)),
            destroyed: model::root(&set(&self.destroyed)),
            refund: self.refund,
            logs: self.logs,
            messages: self.messages,
            depth: self.depth,
            ripemd_touched: self.ripemd_touched,
        }
    }

    /// All nodes of all its tries, one behind the other.
    pub(crate) fn nodes(&self) -> Vec<u8> {
        let mut tries = vec![state(&self.accounts), state(&self.entry), words(&self.transient)];
        tries.extend([set(&self.accessed), set(&self.created), set(&self.destroyed)]);
        let holders = self.accounts.values().chain(self.entry.values());
        tries.extend(holders.map(|holder| slots(&holder.slots)));
        let nodes = tries.iter().flat_map(|held| model::whole(held).1);
        let nodes: BTreeSet<_> = nodes.collect();
        nodes.into_iter().flatten().collect()
    }
}

impl World {
    /// The nodes on the way to accounts, to all slots of [`CONTEXT`] among the keys, and to members of the set of
    /// what was accessed.
    pub(crate) fn nodes_to(&self, accounts: &[Address], keys: &[B256]) -> Vec<u8> {
        let hashes = accounts.iter().map(keccak256).collect();
        let mut nodes = model::towards(&state(&self.accounts), hashes).1;
        let hashes = keys.iter().map(keccak256).collect();
        nodes.extend(model::towards(&slots(&self.account(CONTEXT).slots), hashes).1);
        let hashes = accounts.iter().map(|who| sets::account(*who));
        let hashes = hashes.chain(keys.iter().map(|key| sets::slot(CONTEXT, *key))).collect();
        nodes.extend(model::towards(&set(&self.accessed), hashes).1);
        nodes.into_iter().flatten().collect()
    }
}

fn state(accounts: &Accounts) -> Held {
    let leaf = |holder: &Holder| {
        let root = model::root(&slots(&holder.slots));
        alloy_rlp::encode(TrieAccount::new(holder.nonce, holder.balance, root, holder.code_hash))
    };
    accounts.iter().map(|(who, holder)| (keccak256(who), leaf(holder))).collect()
}

fn slots(slots: &BTreeMap<B256, B256>) -> Held {
    let hashed = slots.iter().map(|(key, value)| (keccak256(key), *value)).collect();
    words(&hashed)
}

fn words(words: &BTreeMap<B256, B256>) -> Held {
    let leaf = |value: &B256| alloy_rlp::encode(U256::from_be_bytes(value.0));
    words
        .iter()
        .filter(|(_, value)| !value.is_zero())
        .map(|(key, value)| (*key, leaf(value)))
        .collect()
}

fn set(members: &BTreeSet<B256>) -> Held {
    words(&members.iter().map(|member| (*member, sets::MEMBER)).collect())
}
