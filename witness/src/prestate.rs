//! The state before a transaction, as far as it is known.
//!
//! In the data's way this stands between the input and the run: [`crate::prepared`] makes the
//! database that revm reads and the trie that the roots come from out of the same [`Prestate`].

use std::{collections::BTreeMap, fmt};

use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use revm::database_interface::DBErrorMarker;

use crate::state_root::{Account, MissingNode, StateTrie};

/// The accounts of a state, by address. An account that is not in it does not exist.
pub type Prestate = BTreeMap<Address, PrestateAccount>;

/// An account before the transaction. One with all fields empty exists nonetheless (EIP-161 removes
/// it once it is touched).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PrestateAccount {
    /// Transactions sent, or contracts created.
    pub nonce: u64,
    /// Balance, in wei.
    pub balance: U256,
    /// Code; empty if there is none.
    pub code: Bytes,
    /// Storage by slot; a value of zero is the same as none.
    pub storage: BTreeMap<B256, B256>,
}

impl PrestateAccount {
    /// Whether all its fields are empty, its storage too.
    pub fn is_blank(&self) -> bool {
        let Self { nonce, balance, code, storage } = self;
        *nonce == 0
            && balance.is_zero()
            && code.is_empty()
            && storage.values().all(|value| value.is_zero())
    }
}

/// The state as a trie, for a [`Recorder`](crate::Recorder) in a revm of one's own.
///
/// ```
/// use alloy_primitives::{Address, U256};
/// use iso_evm_witness::prestate::{Prestate, PrestateAccount, state_trie};
///
/// # fn main() -> Result<(), iso_evm_witness::state_root::MissingNode> {
/// let account = PrestateAccount { balance: U256::ONE, ..PrestateAccount::default() };
/// let mut trie = state_trie(&Prestate::from([(Address::ZERO, account)]));
/// assert_ne!(trie.root()?, state_trie(&Prestate::new()).root()?);
/// # Ok(())
/// # }
/// ```
pub fn state_trie(prestate: &Prestate) -> StateTrie {
    let mut trie = StateTrie::new();
    for (address, account) in prestate {
        add(&mut trie, *address, account, keccak256(&account.code));
    }
    trie
}

/// Adds an account, whose code has this hash, to a trie.
pub(crate) fn add(
    trie: &mut StateTrie,
    address: Address,
    account: &PrestateAccount,
    code_hash: B256,
) {
    let PrestateAccount { nonce, balance, storage, .. } = account;
    trie.set_account(address, Some(Account { nonce: *nonce, balance: *balance, code_hash }));
    for (key, value) in storage.iter().filter(|(_, value)| !value.is_zero()) {
        trie.set_storage(address, *key, (*value).into());
    }
}

/// What the state given cannot answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PrestateError {
    /// `BLOCKHASH` asked for an ancestor whose hash was not given.
    #[error("the hash of block {0} is needed and not given")]
    MissingBlockHash(u64),
    /// No account has this code.
    #[error("no account has code with hash {0}")]
    MissingCode(B256),
    /// What is proved reaches neither the account or slot, nor its absence.
    #[error(transparent)]
    MissingNode(#[from] MissingNode),
    /// What is given is not what is proved.
    #[error("prestate.{account}.{field}: proved is {expected}, given is {found}")]
    Unproved {
        /// Account that has the field.
        account: Address,
        /// Field that differs.
        field: ProvedField,
        /// The word in the proved state.
        expected: B256,
        /// The word given.
        found: B256,
    },
}

/// What is proved of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProvedField {
    /// Nonce of the account.
    Nonce,
    /// Balance of the account.
    Balance,
    /// Hash of the account's code.
    CodeHash,
    /// A slot of the account's storage.
    Slot(B256),
}

impl fmt::Display for ProvedField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nonce => f.write_str("nonce"),
            Self::Balance => f.write_str("balance"),
            Self::CodeHash => f.write_str("codeHash"),
            Self::Slot(slot) => write!(f, "storage.{slot}"),
        }
    }
}

impl DBErrorMarker for PrestateError {}
