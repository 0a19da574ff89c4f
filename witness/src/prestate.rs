//! The state before a transaction, as far as it is known, and revm's view of it.
//!
//! In the data's way this stands between the input and the run: [`crate::execute`] builds the
//! database that revm reads and the trie that the roots come from out of the same [`Prestate`].

use std::collections::{BTreeMap, HashMap};

use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use revm::{
    Database,
    database_interface::DBErrorMarker,
    primitives::{KECCAK_EMPTY, hardfork::SpecId},
    state::{AccountInfo, Bytecode},
};

use crate::state_root::{Account, StateTrie};

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
    trie_of(prestate, |_, account| keccak256(&account.code))
}

/// The state as a trie, with code hashes from `code_hash`.
fn trie_of(
    prestate: &Prestate,
    code_hash: impl Fn(&Address, &PrestateAccount) -> B256,
) -> StateTrie {
    let mut trie = StateTrie::new();
    for (address, account) in prestate {
        let code_hash = code_hash(address, account);
        let (nonce, balance) = (account.nonce, account.balance);
        trie.set_account(*address, Some(Account { nonce, balance, code_hash }));
        for (key, value) in account.storage.iter().filter(|(_, value)| !value.is_zero()) {
            trie.set_storage(*address, *key, (*value).into());
        }
    }
    trie
}

/// Hashes of a block's ancestors, by number.
pub type BlockHashes = BTreeMap<u64, B256>;

/// What the state given cannot answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PrestateError {
    /// `BLOCKHASH` asked for an ancestor whose hash was not given.
    #[error("the hash of block {0} is needed and not given")]
    MissingBlockHash(u64),
    /// No account has this code.
    #[error("no account has code with hash {0}")]
    MissingCode(B256),
}

impl DBErrorMarker for PrestateError {}

/// The prestate as a revm database.
#[derive(Debug)]
pub(crate) struct PrestateDatabase<'a> {
    prestate: &'a Prestate,
    block_hashes: &'a BlockHashes,
    accounts: HashMap<Address, AccountInfo>,
}

impl<'a> PrestateDatabase<'a> {
    /// Analyses all code once.
    pub(crate) fn new(prestate: &'a Prestate, block_hashes: &'a BlockHashes, spec: SpecId) -> Self {
        let accounts = prestate.iter().map(|(address, account)| {
            let code = bytecode(&account.code, spec);
            let code_hash = if code.is_empty() { KECCAK_EMPTY } else { code.hash_slow() };
            (*address, AccountInfo::new(account.balance, account.nonce, code_hash, code))
        });
        Self { prestate, block_hashes, accounts: accounts.collect() }
    }

    /// The same state as a trie.
    pub(crate) fn trie(&self) -> StateTrie {
        trie_of(self.prestate, |address, _| self.accounts[address].code_hash)
    }
}

impl Database for PrestateDatabase<'_> {
    type Error = PrestateError;

    fn basic(&mut self, address: Address) -> Result<Option<AccountInfo>, PrestateError> {
        Ok(self.accounts.get(&address).cloned())
    }

    fn code_by_hash(&mut self, code_hash: B256) -> Result<Bytecode, PrestateError> {
        let found = self.accounts.values().find(|info| info.code_hash == code_hash);
        found.and_then(|info| info.code.clone()).ok_or(PrestateError::MissingCode(code_hash))
    }

    fn storage(&mut self, address: Address, key: U256) -> Result<U256, PrestateError> {
        let account = self.prestate.get(&address);
        let value = account.and_then(|account| account.storage.get(&B256::from(key)));
        Ok(value.copied().unwrap_or_default().into())
    }

    fn block_hash(&mut self, number: u64) -> Result<B256, PrestateError> {
        self.block_hashes.get(&number).copied().ok_or(PrestateError::MissingBlockHash(number))
    }
}

/// Code as the fork sees it: EIP-7702's designators mean nothing before Prague.
fn bytecode(code: &Bytes, spec: SpecId) -> Bytecode {
    if spec.is_enabled_in(SpecId::PRAGUE)
        && let Ok(bytecode) = Bytecode::new_raw_checked(code.clone())
    {
        return bytecode;
    }
    Bytecode::new_legacy(code.clone())
}
