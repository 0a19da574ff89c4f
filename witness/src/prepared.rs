//! A state made ready to run transactions on: what revm reads, and the trie of the roots.
//!
//! In the data's way this stands between the [`Prestate`](crate::prestate::Prestate) and the run.
//! Code is analysed and the trie is built once, however many transactions are recorded on it.

use std::collections::BTreeMap;

use alloy_primitives::{
    Address, B256, Bytes, U256, keccak256,
    map::{AddressMap, B256Map},
};
use revm::{
    DatabaseRef,
    primitives::KECCAK_EMPTY,
    state::{AccountInfo, Bytecode},
};

use crate::{
    Execution,
    prestate::{self, PrestateAccount, PrestateError, ProvedField},
    state_root::{self, StateTrie},
};
use iso_evm_wire::{Rules, protocol::Change};

/// The state of an [`Execution`], ready for [`Prepared::record`]. revm can read it too.
#[derive(Debug)]
pub struct Prepared<'a> {
    pub(crate) execution: &'a Execution,
    accounts: AddressMap<PreparedAccount<'a>>,
    codes: B256Map<Bytecode>,
    pub(crate) trie: StateTrie,
    root: B256,
    /// Whether recordings have roots and a proof.
    pub(crate) roots: bool,
}

/// An account that the pre-state gives.
#[derive(Debug)]
struct PreparedAccount<'a> {
    info: AccountInfo,
    storage: &'a BTreeMap<B256, B256>,
}

impl<'a> Prepared<'a> {
    /// Makes an execution's pre-state ready. If there are proofs, they say what the state is: the
    /// root is theirs, what they reach must be as it is given, and what is not given, but for code,
    /// is taken from them.
    ///
    /// # Errors
    ///
    /// [`PrestateError::Unproved`] if pre-state and proofs contradict each other.
    pub fn new(execution: &'a Execution) -> Result<Self, PrestateError> {
        Self::build(execution, true)
    }

    /// The same for traces alone: no trie is built of the pre-state, and recordings have no roots and no
    /// proof. See [`Recorder::without_roots`](crate::Recorder::without_roots).
    ///
    /// # Errors
    ///
    /// As [`Prepared::new`].
    ///
    /// ```
    /// use alloy_primitives::B256;
    /// use iso_evm_wire::records::Record;
    /// use iso_evm_witness::{Input, Prepared};
    ///
    /// // The code stores 42 in slot 0.
    /// let json = br#"{
    ///     "fork": "osaka",
    ///     "transaction": {"from": "0x1111111111111111111111111111111111111111",
    ///         "to": "0x2222222222222222222222222222222222222222", "gas": "0x186a0"},
    ///     "prestate": {"0x2222222222222222222222222222222222222222": {"code": "0x602a5f55"}}
    /// }"#;
    /// let execution = Input::parse(json, None)?.execution;
    /// let recording = Prepared::without_roots(&execution)?.record(execution.tx.clone())?;
    /// let message = &recording.messages[0].witness;
    /// let Record::Sstore(store) = Record::decode(&message.stateAccessList[1])? else { panic!() };
    /// assert_eq!(store.value.0[31], 42);
    /// assert_eq!([store.stateRoot, recording.state_root_leave], [B256::ZERO; 2]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn without_roots(execution: &'a Execution) -> Result<Self, PrestateError> {
        Self::build(execution, false)
    }

    fn build(execution: &'a Execution, roots: bool) -> Result<Self, PrestateError> {
        let proofs = execution.proofs.as_ref();
        let mut trie = proofs.map(StateTrie::from_proof).unwrap_or_default();
        let (mut accounts, mut codes) = (AddressMap::default(), B256Map::default());
        for (&address, account) in &execution.prestate {
            let code = bytecode(&account.code, execution.rules);
            let code_hash = if code.is_empty() { KECCAK_EMPTY } else { keccak256(&account.code) };
            match proofs {
                Some(_) if is_absent(&trie, address, account, code_hash)? => continue,
                // A trace asks for nothing but storage (EIP-7610), and of others by nonce or code.
                None if roots || has_storage_alone(account) => {
                    prestate::add(&mut trie, address, account, code_hash);
                }
                _ => {}
            }
            codes.insert(code_hash, code.clone());
            let info = AccountInfo::new(account.balance, account.nonce, code_hash, code);
            accounts.insert(address, PreparedAccount { info, storage: &account.storage });
        }
        let root = if roots { trie.root()? } else { B256::ZERO };
        Ok(Self { execution, accounts, codes, trie, root, roots })
    }

    /// The state's root; zero without roots.
    pub const fn state_root(&self) -> B256 {
        self.root
    }
}

/// Whether a creation at an account depends on its storage.
fn has_storage_alone(account: &PrestateAccount) -> bool {
    account.nonce == 0 && account.code.is_empty() && !account.storage.is_empty()
}

/// Compares an account with what is proved of it, as far as that reaches. `true`: it is empty, and
/// proved not to be there.
fn is_absent(
    trie: &StateTrie,
    address: Address,
    given: &PrestateAccount,
    code_hash: B256,
) -> Result<bool, PrestateError> {
    // A node that is missing is no fault until the run wants it.
    let Ok(proved) = trie.account(address) else { return Ok(false) };
    let state_root::Account { nonce, balance, code_hash: proved_hash } = proved
        .unwrap_or(state_root::Account { nonce: 0, balance: U256::ZERO, code_hash: KECCAK_EMPTY });
    let words = [
        (ProvedField::Nonce, U256::from(nonce).into(), U256::from(given.nonce).into()),
        (ProvedField::Balance, balance.into(), given.balance.into()),
        (ProvedField::CodeHash, proved_hash, code_hash),
    ];
    let slots = given.storage.iter().filter_map(|(slot, value)| {
        Some((ProvedField::Slot(*slot), trie.storage(address, *slot).ok()?.into(), *value))
    });
    for (field, expected, found) in words.into_iter().chain(slots) {
        if expected != found {
            return Err(PrestateError::Unproved { account: address, field, expected, found });
        }
    }
    Ok(proved.is_none())
}

impl DatabaseRef for Prepared<'_> {
    type Error = PrestateError;

    fn basic_ref(&self, address: Address) -> Result<Option<AccountInfo>, PrestateError> {
        if let Some(account) = self.accounts.get(&address) {
            return Ok(Some(account.info.clone()));
        }
        if self.execution.proofs.is_none() {
            return Ok(None);
        }
        let proved = self.trie.account(address)?;
        Ok(proved.map(|state_root::Account { nonce, balance, code_hash }| AccountInfo {
            nonce,
            balance,
            code_hash,
            code: None,
            ..AccountInfo::default()
        }))
    }

    fn code_by_hash_ref(&self, code_hash: B256) -> Result<Bytecode, PrestateError> {
        self.codes.get(&code_hash).cloned().ok_or(PrestateError::MissingCode(code_hash))
    }

    fn storage_ref(&self, address: Address, key: U256) -> Result<U256, PrestateError> {
        let slot = B256::from(key);
        let account = self.accounts.get(&address);
        match account.and_then(|account| account.storage.get(&slot)) {
            Some(value) => Ok((*value).into()),
            None if self.execution.proofs.is_none() => Ok(U256::ZERO),
            None => Ok(self.trie.storage(address, slot)?),
        }
    }

    fn block_hash_ref(&self, number: u64) -> Result<B256, PrestateError> {
        let hash = self.execution.block_hashes.get(&number).copied();
        hash.ok_or(PrestateError::MissingBlockHash(number))
    }
}

/// Code as the rules see it: EIP-7702's designators mean nothing before Prague.
pub fn bytecode(code: &Bytes, rules: Rules) -> Bytecode {
    if rules.has(Change::Delegation)
        && let Ok(bytecode) = Bytecode::new_raw_checked(code.clone())
    {
        return bytecode;
    }
    Bytecode::new_legacy(code.clone())
}
