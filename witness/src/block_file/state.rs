//! The state at an instant of a replay, as revm reads it: the trie, and code and headers by hash.
//!
//! In the data's way this stands between the file and the run. There is one state, the trie: what a
//! run leaves goes into it, and the next one reads it there.

use std::{cell::RefCell, collections::BTreeMap};

use alloy_consensus::Header;
use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, U256, map::B256Map};
use iso_evm_wire::{Fork, block::BlockHashes};
use revm::{
    DatabaseRef,
    state::{AccountInfo, Bytecode, EvmState},
};

use super::BlockFile;
use crate::{
    prepared::bytecode,
    prestate::PrestateError,
    proof::StateProof,
    state_root::{Account, StateTrie},
};

/// The state at an instant.
#[derive(Debug)]
pub(super) struct State<'a> {
    fork: Fork,
    pub(super) trie: StateTrie,
    preimages: &'a BTreeMap<B256, Bytes>,
    /// Codes that were looked at, and those that the block itself has made.
    codes: RefCell<B256Map<Bytecode>>,
    pub(super) hashes: BlockHashes,
}

impl<'a> State<'a> {
    /// The state that the parent has left.
    pub(super) fn before(file: &'a BlockFile) -> Self {
        let header = file.head.header();
        let (root, nodes) = (file.parent.state_root, file.preimages.clone());
        let tell = |header: &Header| Some((header.number.checked_sub(1)?, header.parent_hash));
        Self {
            fork: file.rules.fork(),
            trie: StateTrie::from_proof(&StateProof { root, nodes }),
            preimages: &file.preimages,
            codes: RefCell::default(),
            hashes: [header, &file.parent]
                .into_iter()
                .chain(&file.ancestors)
                .filter_map(tell)
                .collect(),
        }
    }

    /// Takes what a run has left, whose trie is this.
    pub(super) fn goes_on(&mut self, trie: StateTrie, left: &EvmState) {
        self.trie = trie;
        let codes = self.codes.get_mut();
        for account in left.values().filter(|account| account.is_touched()) {
            if let Some(code) = account.info.code.as_ref().filter(|code| !code.is_empty()) {
                codes.entry(account.info.code_hash).or_insert_with(|| code.clone());
            }
        }
    }

    /// Takes what a run has left that was not recorded.
    pub(super) fn commit(&mut self, left: &EvmState) {
        let mut trie = std::mem::take(&mut self.trie);
        trie.apply(left);
        self.goes_on(trie, left);
    }
}

impl DatabaseRef for State<'_> {
    type Error = PrestateError;

    fn basic_ref(&self, address: Address) -> Result<Option<AccountInfo>, PrestateError> {
        let account = self.trie.account(address)?;
        Ok(account.map(|Account { nonce, balance, code_hash }| AccountInfo {
            nonce,
            balance,
            code_hash,
            code: None,
            ..AccountInfo::default()
        }))
    }

    fn code_by_hash_ref(&self, hash: B256) -> Result<Bytecode, PrestateError> {
        if hash == KECCAK256_EMPTY {
            return Ok(Bytecode::default());
        }
        if let Some(code) = self.codes.borrow().get(&hash) {
            return Ok(code.clone());
        }
        let code = self.preimages.get(&hash).ok_or(PrestateError::MissingCode(hash))?;
        let code = bytecode(code, self.fork.into());
        self.codes.borrow_mut().insert(hash, code.clone());
        Ok(code)
    }

    fn storage_ref(&self, address: Address, key: U256) -> Result<U256, PrestateError> {
        Ok(self.trie.storage(address, key.into())?)
    }

    fn block_hash_ref(&self, number: u64) -> Result<B256, PrestateError> {
        self.hashes.get(&number).copied().ok_or(PrestateError::MissingBlockHash(number))
    }
}
