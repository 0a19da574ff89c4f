//! Records of all kinds, of which every fact is true of [`World::new`].

use alloy_primitives::{Address, B256, Bytes, U256};
use iso_evm_wire::{
    Rules,
    claim::sets,
    protocol::Change,
    records::{
        BalanceRecord, CallRecord, Create2Record, CreateRecord, ExtcodecopyRecord,
        ExtcodehashRecord, ExtcodesizeRecord, Outcome, Record, SelfdestructRecord, SloadRecord,
        SstoreRecord,
    },
};

use super::{
    effect::BENEFICIARY,
    world::{CODE, CODED, CONTEXT, DELEGATES, World, word},
};

pub(crate) const CALL: u8 = 0xf1;
pub(crate) const CALLCODE: u8 = 0xf2;
pub(crate) const DELEGATECALL: u8 = 0xf4;
pub(crate) const STATICCALL: u8 = 0xfa;

impl World {
    pub(crate) fn is_cold(&self, rules: Rules, who: Address) -> bool {
        let by_itself =
            rules.is_precompile(who) || (rules.has(Change::WarmCoinbase) && who == BENEFICIARY);
        rules.has(Change::ColdAccess) && !by_itself && !self.accessed.contains(&sets::account(who))
    }

    pub(crate) fn is_slot_cold(&self, rules: Rules, key: B256) -> bool {
        rules.has(Change::ColdAccess) && !self.accessed.contains(&sets::slot(CONTEXT, key))
    }
}

pub(crate) fn balance(world: &World, rules: Rules, account: Address) -> BalanceRecord {
    let (cold, balance) = (world.is_cold(rules, account), world.account(account).balance);
    BalanceRecord { account, cold, balance }
}

pub(crate) fn extcodesize(world: &World, rules: Rules, account: Address) -> ExtcodesizeRecord {
    let size = if account == CODED { CODE.len() } else { 0 };
    ExtcodesizeRecord { account, cold: world.is_cold(rules, account), size: U256::from(size) }
}

pub(crate) fn extcodehash(world: &World, rules: Rules, account: Address) -> ExtcodehashRecord {
    let holder = world.account(account);
    let hash = if holder.is_empty() { B256::ZERO } else { holder.code_hash };
    ExtcodehashRecord { account, cold: world.is_cold(rules, account), codeHash: hash }
}

pub(crate) fn extcodecopy(
    world: &World,
    rules: Rules,
    offset: usize,
    size: usize,
) -> ExtcodecopyRecord {
    let start = offset.min(CODE.len());
    let end = (start + size).min(CODE.len());
    ExtcodecopyRecord {
        account: CODED,
        cold: world.is_cold(rules, CODED),
        offset: U256::from(offset),
        size: U256::from(size),
        code: Bytes::copy_from_slice(&CODE[start..end]),
    }
}

pub(crate) fn sload(world: &World, rules: Rules, key: u64) -> SloadRecord {
    let key = word(key);
    let value = world.account(CONTEXT).slots.get(&key).copied().unwrap_or_default();
    SloadRecord { key, cold: world.is_slot_cold(rules, key), value }
}

/// Its root is one, but not the true one.
pub(crate) fn sstore(world: &World, rules: Rules, key: u64, value: B256) -> SstoreRecord {
    let SloadRecord { key, cold, value: current } = sload(world, rules, key);
    let created = world.created.contains(&sets::account(CONTEXT));
    let entry = world.entry.get(&CONTEXT).filter(|_| !created);
    let original = entry.and_then(|entry| entry.slots.get(&key)).copied().unwrap_or_default();
    SstoreRecord { key, value, cold, original, current, stateRoot: B256::repeat_byte(1) }
}

pub(crate) fn selfdestruct(
    world: &World,
    rules: Rules,
    beneficiary: Address,
) -> SelfdestructRecord {
    SelfdestructRecord {
        beneficiary,
        cold: world.is_cold(rules, beneficiary),
        empty: world.account(beneficiary).is_empty(),
        balance: world.account(CONTEXT).balance,
        stateRoot: B256::repeat_byte(1),
    }
}

pub(crate) fn call(
    world: &World,
    rules: Rules,
    account: Address,
    value: u64,
    outcome: Outcome,
) -> CallRecord {
    let delegated = account == DELEGATES && rules.has(Change::Delegation);
    CallRecord {
        account,
        value: U256::from(value),
        cold: world.is_cold(rules, account),
        empty: world.account(account).is_empty(),
        delegated,
        delegate: if delegated { CODED } else { Address::ZERO },
        delegateCold: delegated && world.is_cold(rules, CODED),
        outcome: outcome as u8,
        status: u8::from(matches!(outcome, Outcome::Nocode | Outcome::Precompile | Outcome::Child)),
        stateRoot: B256::repeat_byte(1),
        returndata: Bytes::from_static(&[7; 33]),
        ..CallRecord::default()
    }
}

pub(crate) fn create(world: &World, value: u64, outcome: Outcome) -> CreateRecord {
    CreateRecord {
        nonce: world.account(CONTEXT).nonce,
        value: U256::from(value),
        outcome: outcome as u8,
        initcodeHash: B256::repeat_byte(8),
        status: u8::from(outcome == Outcome::Child),
        stateRoot: B256::repeat_byte(1),
        ..CreateRecord::default()
    }
}

pub(crate) fn create2(value: u64, outcome: Outcome) -> Create2Record {
    Create2Record {
        salt: B256::repeat_byte(5),
        value: U256::from(value),
        outcome: outcome as u8,
        initcodeHash: B256::repeat_byte(8),
        status: u8::from(outcome == Outcome::Child),
        stateRoot: B256::repeat_byte(1),
        ..Create2Record::default()
    }
}

/// The record with another root, if it has one.
pub(crate) fn with_root(record: &Record, root: B256) -> Record {
    let mut record = record.clone();
    let at = match &mut record {
        Record::Sstore(record) => &mut record.stateRoot,
        Record::Selfdestruct(record) => &mut record.stateRoot,
        Record::Call(_, record) => &mut record.stateRoot,
        Record::Create(record) => &mut record.stateRoot,
        Record::Create2(record) => &mut record.stateRoot,
        _ => return record,
    };
    if !at.is_zero() {
        *at = root;
    }
    record
}
