//! What leaves hold: accounts in the trie of accounts, words in a trie of storage.

use alloy_primitives::{B256, U256};
use rlp::Rlp;

use super::{
    super::trie::{Later, Root, Value, encode::item_length},
    AccountState,
};

/// Appends a number, without leading zeros.
fn append_number(number: &[u8], later: &mut Later) {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    let number = &number[zeros..];
    // A byte below 0x80 is its own encoding.
    if !matches!(number, [0..0x80]) {
        later.string(number.len());
    }
    later.raw(number);
}

/// Bytes of a number of so many bits as an item of a list.
const fn number_length(bits: usize) -> usize {
    if bits > 0 && bits < 8 { 1 } else { 1 + bits.div_ceil(8) }
}

/// An account with the root of its storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct AccountLeaf {
    pub(super) account: AccountState,
    pub(super) storage_root: Root,
}

impl AccountLeaf {
    /// Bytes of the account's fields.
    fn fields(&self) -> usize {
        let AccountState { nonce, balance, .. } = self.account;
        let [nonce, balance] = [U256::from(nonce).bit_len(), balance.bit_len()].map(number_length);
        nonce + balance + 2 * item_length(B256::len_bytes())
    }
}

impl Value for AccountLeaf {
    fn length(&self) -> usize {
        item_length(self.fields())
    }

    fn is_itself(&self) -> bool {
        false
    }

    fn append_to(&self, later: &mut Later) {
        let AccountState { nonce, balance, code_hash } = self.account;
        later.list(self.fields());
        append_number(&nonce.to_be_bytes(), later);
        append_number(&balance.to_be_bytes::<32>(), later);
        for root in [self.storage_root, code_hash.into()] {
            later.string(B256::len_bytes());
            later.root(root);
        }
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
        Some(Self { account, storage_root: word(2)?.into() })
    }
}

/// The value of a slot; not zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SlotValue(pub(super) B256);

impl Value for SlotValue {
    fn length(&self) -> usize {
        number_length(U256::from_be_bytes(self.0.0).bit_len())
    }

    fn is_itself(&self) -> bool {
        self.length() == 1
    }

    fn append_to(&self, later: &mut Later) {
        append_number(self.0.as_slice(), later);
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let value = U256::try_from_be_slice(Rlp::new(bytes).data().ok()?)?;
        (!value.is_zero()).then(|| Self(value.into()))
    }
}
