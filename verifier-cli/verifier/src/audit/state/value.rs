//! What leaves hold: accounts in the trie of accounts, words in a trie of storage.

use alloy_primitives::{B256, U256};
use rlp::Rlp;

use super::{
    super::trie::{
        Value,
        encode::{append, list},
    },
    AccountState,
};

/// A number without leading zeros.
fn trimmed(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    &number[zeros..]
}

/// An account with the root of its storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct AccountLeaf {
    pub(super) account: AccountState,
    pub(super) storage_root: B256,
}

impl Value for AccountLeaf {
    fn encode(&self) -> Vec<u8> {
        let AccountState { nonce, balance, code_hash } = self.account;
        let mut items = Vec::with_capacity(110);
        append(trimmed(&nonce.to_be_bytes()), &mut items);
        append(trimmed(&balance.to_be_bytes::<32>()), &mut items);
        append(self.storage_root.as_slice(), &mut items);
        append(code_hash.as_slice(), &mut items);
        list(&items)
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let list = Rlp::new(bytes);
        let item = |index| list.at(index).ok()?.data().ok();
        let word = |index| B256::try_from(item(index)?).ok();
        let account = AccountState {
            nonce: U256::try_from_be_slice(item(0)?)?.try_into().ok()?,
            balance: U256::try_from_be_slice(item(1)?)?,
            code_hash: word(3)?,
        };
        Some(Self { account, storage_root: word(2)? })
    }
}

/// The value of a slot; not zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SlotValue(pub(super) B256);

impl Value for SlotValue {
    fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(33);
        append(trimmed(self.0.as_slice()), &mut bytes);
        bytes
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let value = U256::try_from_be_slice(Rlp::new(bytes).data().ok()?)?;
        (!value.is_zero()).then(|| Self(value.into()))
    }
}
