//! The parent's state as revm reads it: what is not known yet is asked for at that moment.
//!
//! In the data's way this stands between the parent's state and the replay.

use alloy_primitives::{Address, B256, KECCAK256_EMPTY, U256, keccak256};
use iso_evm_witness::{prepared::bytecode, state_root::MissingNode};
use revm::{
    DatabaseRef,
    state::{AccountInfo, Bytecode},
};

use super::{
    NodeError, block,
    parent::{Parent, Wanted},
    place,
};

impl Parent<'_> {
    /// Reads something of the trie; asks for a proof of it where that is needed first. `None`: it is
    /// not proved, and nothing is from here on.
    fn read<T>(
        &self,
        account: Address,
        slot: Option<B256>,
        read: impl Fn(&Self) -> Result<T, MissingNode>,
    ) -> Result<Option<T>, NodeError> {
        if !self.known.borrow().proved {
            return Ok(None);
        }
        if let Ok(value) = read(self) {
            return Ok(Some(value));
        }
        self.prove(&Wanted::from([(account, slot.into_iter().collect())]))?;
        let value = read(self).ok();
        if value.is_none() {
            self.trust(account, slot);
        }
        Ok(value)
    }

    /// Whether an account has storage: its proof says so. Where there is none, nothing does.
    pub(super) fn has_storage(&self, address: Address) -> Result<bool, NodeError> {
        let found =
            self.read(address, None, |state| state.known.borrow().trie.has_storage(address))?;
        Ok(found.unwrap_or_default())
    }

    /// An account that the node says is so.
    fn trusted(&self, address: Address) -> Result<Option<AccountInfo>, NodeError> {
        let (balance, nonce, code) = self.node.wait(async {
            let answer = self.node.account(self.place(), self.at(), address).await;
            self.still_there(self.at().hash, answer).await
        })?;
        let code_hash = keccak256(&code);
        if balance.is_zero() && nonce == 0 && code.is_empty() {
            return Ok(None);
        }
        self.known.borrow_mut().codes.insert(code_hash, code);
        Ok(Some(AccountInfo { balance, nonce, code_hash, code: None, ..AccountInfo::default() }))
    }

    /// The header of an ancestor's child tells its hash. Headers are read downwards from the parent.
    fn ancestor_hash(&self, number: u64) -> Result<B256, NodeError> {
        let parent = &self.block.parent;
        if number == parent.number {
            return Ok(self.block.header.parent_hash);
        }
        let have = self.known.borrow().ancestors.len() as u64;
        let lowest = parent.number - have;
        // That of the child of the block asked for is enough.
        let missing: Vec<u64> = (number + 1..lowest).rev().collect();
        let (chain, of) = (self.block.chain_id, self.block.hash);
        let answers = self.node.all(missing, |number| self.node.ancestor(chain, of, number))?;
        let mut known = self.known.borrow_mut();
        for answer in answers {
            let hash = known.ancestors.last().unwrap_or(parent).parent_hash;
            if block::named(&answer).is_some_and(|found| found != hash) {
                return Err(NodeError::Reorganised(hash));
            }
            let header = block::header(&answer, hash)?;
            self.node.keep(&place::ancestor(chain, of, header.number), &answer)?;
            known.ancestors.push(header);
        }
        let back = (parent.number - number - 1) as usize;
        let child = back.checked_sub(1).map_or(Some(parent), |back| known.ancestors.get(back));
        child.map(|child| child.parent_hash).ok_or_else(|| NodeError::NoBlock(number.to_string()))
    }
}

impl DatabaseRef for Parent<'_> {
    type Error = NodeError;

    fn basic_ref(&self, address: Address) -> Result<Option<AccountInfo>, NodeError> {
        let account =
            self.read(address, None, |state| state.known.borrow().trie.account(address))?;
        let Some(account) = account else { return self.trusted(address) };
        Ok(account.map(|account| {
            let code_hash = account.code_hash;
            self.known.borrow_mut().owners.insert(code_hash, address);
            let (nonce, balance) = (account.nonce, account.balance);
            AccountInfo { nonce, balance, code_hash, code: None, ..AccountInfo::default() }
        }))
    }

    fn code_by_hash_ref(&self, code_hash: B256) -> Result<Bytecode, NodeError> {
        let rules = self.block.rules;
        if code_hash == KECCAK256_EMPTY {
            return Ok(Bytecode::default());
        }
        if let Some(code) = self.known.borrow().codes.get(&code_hash) {
            return Ok(bytecode(code, rules));
        }
        let owner = self.known.borrow().owners.get(&code_hash).copied().unwrap_or_default();
        let code = self.node.wait(async {
            let code = self.node.code(self.place(), self.at(), owner, code_hash).await;
            self.still_there(self.at().hash, code).await
        })?;
        let analysed = bytecode(&code, rules);
        self.known.borrow_mut().codes.insert(code_hash, code);
        Ok(analysed)
    }

    fn storage_ref(&self, address: Address, key: U256) -> Result<U256, NodeError> {
        let slot = B256::from(key);
        let value = self.read(address, Some(slot), |state| {
            let known = state.known.borrow();
            match known.trie.storage(address, slot) {
                Err(_) if known.zeros.contains(&(address, slot)) => Ok(U256::ZERO),
                value => value,
            }
        })?;
        if let Some(value) = value {
            return Ok(value);
        }
        self.node.wait(async {
            let value = self.node.slot(self.place(), self.at(), address, key).await;
            self.still_there(self.at().hash, value).await
        })
    }

    fn block_hash_ref(&self, number: u64) -> Result<B256, NodeError> {
        self.ancestor_hash(number)
    }
}
