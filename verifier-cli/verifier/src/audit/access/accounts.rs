//! Records about accounts: what their balance and code are. `specs/03-records.md`.

use alloy_primitives::{Address, B256, U256};
use iso_evm_wire::records::{
    BalanceRecord, ExtcodecopyRecord, ExtcodehashRecord, ExtcodesizeRecord, SelfdestructRecord,
};

use super::AccessWalk;
use crate::{
    audit::{AccessKind, Missing},
    hash::keccak256,
};

impl AccessWalk<'_> {
    /// An access to an account: as cold as is said, and warm from now on (EIP-2929).
    pub(super) fn accessed(&mut self, account: Address, cold: bool) {
        self.check(AccessKind::Cold, self.state.is_cold(account), cold);
        self.state.warm(account);
    }

    pub(super) fn balance(&mut self, record: &BalanceRecord) -> Result<(), Missing> {
        self.accessed(record.account, record.cold);
        let account = self.state.account(record.account)?;
        self.check(AccessKind::Balance, account.balance, record.balance);
        Ok(())
    }

    pub(super) fn extcodesize(&mut self, record: &ExtcodesizeRecord) -> Result<(), Missing> {
        self.accessed(record.account, record.cold);
        let account = self.state.account(record.account)?;
        let code = self.codes.get(account.code_hash, record.account)?;
        self.check(AccessKind::CodeSize, U256::from(code.len()), record.size);
        Ok(())
    }

    /// An empty account has the hash zero (EIP-1052).
    pub(super) fn extcodehash(&mut self, record: &ExtcodehashRecord) -> Result<(), Missing> {
        self.accessed(record.account, record.cold);
        let hash = if self.state.is_empty(record.account)? {
            B256::ZERO
        } else {
            self.state.account(record.account)?.code_hash
        };
        self.check(AccessKind::CodeHash, hash, record.codeHash);
        Ok(())
    }

    /// Code is there to its end and no further.
    pub(super) fn extcodecopy(&mut self, record: &ExtcodecopyRecord) -> Result<(), Missing> {
        self.accessed(record.account, record.cold);
        let account = self.state.account(record.account)?;
        let code = self.codes.get(account.code_hash, record.account)?;
        let start = record.offset.saturating_to::<usize>().min(code.len());
        let end = start.saturating_add(record.size.saturating_to()).min(code.len());
        if code[start..end] != record.code[..] {
            let (expected, found) = (keccak256(&code[start..end]), keccak256(&record.code));
            self.check(AccessKind::Code, expected, found);
        }
        Ok(())
    }

    /// Without a root it ran out of gas, and did nothing.
    pub(super) fn selfdestruct(
        &mut self,
        context: Address,
        record: &SelfdestructRecord,
    ) -> Result<(), Missing> {
        self.accessed(record.beneficiary, record.cold);
        let empty = self.state.is_empty(record.beneficiary)?;
        self.check(AccessKind::Empty, empty, record.empty);
        let account = self.state.account(context)?;
        self.check(AccessKind::Balance, account.balance, record.balance);
        if record.stateRoot.is_zero() {
            return Ok(());
        }
        self.state.self_destruct(context, record.beneficiary)?;
        self.root_is(record.stateRoot)
    }
}
