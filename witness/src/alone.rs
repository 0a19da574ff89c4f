//! A transaction recorded on the accounts alone that it looks at: where what is known of the state's
//! trie is not enough for its roots.
//!
//! In the data's way this stands where the trie stands otherwise.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{Address, B256, Bytes, U256};
use iso_evm_wire::block::BlockHashes;
use revm::{
    Database,
    primitives::KECCAK_EMPTY,
    state::{AccountInfo, Bytecode, EvmState},
};

use crate::{
    Execution, Recording,
    execute::{RunError, Setting, record, record_on},
    prestate::{Prestate, PrestateAccount},
    rollup::RunTransaction,
    state_root::StateTrie,
};

/// Runs a transaction on a database of one's own, and records it on a state that has the accounts alone
/// that it looks at: what it did is the same, and the roots are that state's. Also returns the accounts
/// and slots that it loaded, as revm leaves them. The database is not changed.
///
/// # Errors
///
/// What the database says, or [`ExecuteError`](crate::ExecuteError).
pub fn record_alone<DB: Database>(
    setting: &Setting,
    database: DB,
    tx: impl Into<RunTransaction>,
) -> Result<(Recording, EvmState), RunError<DB::Error>> {
    let tx = tx.into();
    // Once to see what it looks at, and what its records name.
    let mut seen = Seen { database, looked: BTreeMap::new(), hashes: BlockHashes::new() };
    let state = record_on(setting, &mut seen, StateTrie::new(), tx.clone())?.state;
    let Setting { rules, chain_id, block } = setting.clone();
    let RunTransaction { env: tx, rollup } = tx;
    let block_hashes = std::mem::take(&mut seen.hashes);
    let prestate = seen.prestate().map_err(RunError::Database)?;
    let proofs = None;
    let execution =
        Execution { rules, chain_id, block, tx, rollup, prestate, block_hashes, proofs };
    Ok((record(&execution)?, state))
}

/// A database that notes what is read of it.
struct Seen<DB> {
    database: DB,
    looked: BTreeMap<Address, BTreeSet<U256>>,
    hashes: BlockHashes,
}

impl<DB: Database> Seen<DB> {
    /// What was read.
    fn prestate(mut self) -> Result<Prestate, DB::Error> {
        let mut prestate = Prestate::new();
        for (address, slots) in self.looked {
            let Some(info) = self.database.basic(address)? else { continue };
            let code = if info.code_hash == KECCAK_EMPTY {
                Bytes::new()
            } else {
                self.database.code_by_hash(info.code_hash)?.original_bytes()
            };
            let mut storage = BTreeMap::new();
            for key in slots {
                let value = self.database.storage(address, key)?;
                storage.insert(B256::from(key), B256::from(value));
            }
            let (nonce, balance) = (info.nonce, info.balance);
            prestate.insert(address, PrestateAccount { nonce, balance, code, storage });
        }
        Ok(prestate)
    }
}

impl<DB: Database> Database for Seen<DB> {
    type Error = DB::Error;

    fn basic(&mut self, address: Address) -> Result<Option<AccountInfo>, DB::Error> {
        self.looked.entry(address).or_default();
        self.database.basic(address)
    }

    fn code_by_hash(&mut self, code_hash: B256) -> Result<Bytecode, DB::Error> {
        self.database.code_by_hash(code_hash)
    }

    fn storage(&mut self, address: Address, key: U256) -> Result<U256, DB::Error> {
        self.looked.entry(address).or_default().insert(key);
        self.database.storage(address, key)
    }

    fn block_hash(&mut self, number: u64) -> Result<B256, DB::Error> {
        let hash = self.database.block_hash(number)?;
        self.hashes.insert(number, hash);
        Ok(hash)
    }
}
