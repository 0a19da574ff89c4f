//! What a record does to a [`World`], by `specs/20-claims.md`: a second implementation of it.

use alloy_primitives::{Address, B256, KECCAK256_EMPTY, U256};
use iso_evm_wire::{
    Rules,
    claim::sets,
    protocol::Change,
    records::{CallRecord, Record},
};

use super::world::{CONTEXT, Holder, RIPEMD, World};

/// Who gets the fees.
pub(crate) const BENEFICIARY: Address = Address::repeat_byte(0xbe);

impl World {
    pub(crate) fn warm(&mut self, rules: Rules, who: Address) {
        let by_itself =
            rules.is_precompile(who) || (rules.has(Change::WarmCoinbase) && who == BENEFICIARY);
        if rules.has(Change::ColdAccess) && !by_itself {
            self.accessed.insert(sets::account(who));
        }
    }

    fn warm_slot(&mut self, rules: Rules, key: B256) {
        if rules.has(Change::ColdAccess) {
            self.accessed.insert(sets::slot(CONTEXT, key));
        }
    }

    pub(crate) fn set(&mut self, who: Address, holder: Holder) {
        self.touch(who);
        if holder.is_empty() {
            self.accounts.remove(&who);
        } else {
            self.accounts.insert(who, holder);
        }
    }

    pub(crate) fn touch(&mut self, who: Address) {
        if self.accounts.get(&who).is_some_and(Holder::is_empty) {
            self.accounts.remove(&who);
            self.ripemd_touched |= who == RIPEMD;
        }
    }

    pub(crate) fn transfer(&mut self, from: Address, to: Address, value: U256) {
        let (mut payer, mut payee) = (self.account(from), self.account(to));
        if from == to || payer.balance < value {
            return;
        }
        if value.is_zero() {
            return self.touch(to);
        }
        let Some(sum) = payee.balance.checked_add(value) else { return };
        (payer.balance, payee.balance) = (payer.balance - value, sum);
        self.set(from, payer);
        self.set(to, payee);
    }

    /// Back to another, but for what nothing takes back.
    pub(crate) fn undone(&self, to: &Self) -> Self {
        let (messages, ripemd_touched) = (self.messages, self.ripemd_touched);
        let mut world = Self { messages, ripemd_touched, ..to.clone() };
        if ripemd_touched {
            world.touch(RIPEMD);
        }
        world
    }

    /// The value of a call moves.
    pub(crate) fn called(&mut self, opcode: u8, call: &CallRecord) {
        match opcode {
            0xf1 => self.transfer(CONTEXT, call.account, call.value),
            0xfa => self.transfer(CONTEXT, call.account, U256::ZERO),
            _ => {}
        }
    }

    /// The new address of a creation.
    pub(crate) fn new_address(record: &Record) -> Address {
        match record {
            Record::Create(record) => CONTEXT.create(record.nonce),
            Record::Create2(record) => CONTEXT.create2(record.salt, record.initcodeHash),
            _ => panic!("no creation"),
        }
    }

    /// A call or creation before its value moves.
    pub(crate) fn begun(&mut self, rules: Rules, record: &Record) {
        if let Record::Call(_, call) = record {
            self.warm(rules, call.account);
            if call.delegated {
                self.warm(rules, call.delegate);
            }
            return;
        }
        let mut creator = self.account(CONTEXT);
        creator.nonce = creator.nonce.saturating_add(1);
        self.set(CONTEXT, creator);
        self.warm(rules, Self::new_address(record));
    }

    /// A child's entry, from the instant before the record that opens it.
    pub(crate) fn entered(&mut self, rules: Rules, record: &Record) {
        self.begun(rules, record);
        self.messages += 1;
        self.depth += 1;
        if let Record::Call(opcode, call) = record {
            return self.called(*opcode, call);
        }
        let (new, value) = match record {
            Record::Create(create) => (Self::new_address(record), create.value),
            Record::Create2(create) => (Self::new_address(record), create.value),
            _ => panic!("no creation"),
        };
        self.created.insert(sets::account(new));
        let balance = self.account(new).balance;
        self.set(
            new,
            Holder { nonce: 1, balance, code_hash: KECCAK256_EMPTY, ..Holder::default() },
        );
        self.transfer(CONTEXT, new, value);
    }

    /// A record that opens no message.
    pub(crate) fn done(&mut self, rules: Rules, record: &Record) {
        match record {
            Record::Balance(record) => self.warm(rules, record.account),
            Record::Extcodesize(record) => self.warm(rules, record.account),
            Record::Extcodehash(record) => self.warm(rules, record.account),
            Record::Extcodecopy(record) => self.warm(rules, record.account),
            Record::Sload(record) => self.warm_slot(rules, record.key),
            Record::Sstore(record) => {
                self.warm_slot(rules, record.key);
                if !record.stateRoot.is_zero() {
                    let mut holder = self.account(CONTEXT);
                    holder.slots.insert(record.key, record.value);
                    self.set(CONTEXT, holder);
                }
            }
            Record::Tstore(record) => {
                self.transient.insert(sets::slot(CONTEXT, record.key), record.value);
            }
            Record::Log(record) => {
                let log = sets::log(CONTEXT, record.data_hash, &record.topics);
                self.logs = sets::chained(self.logs, log);
            }
            Record::Selfdestruct(record) => {
                self.warm(rules, record.beneficiary);
                if !record.stateRoot.is_zero() {
                    self.destroyed_by(rules, record.beneficiary);
                }
            }
            Record::Call(opcode, call) => {
                self.begun(rules, record);
                let before = self.clone();
                match call.outcome {
                    2 => self.called(*opcode, call),
                    3 => {
                        self.called(*opcode, call);
                        if call.status != 1 {
                            *self = self.undone(&before);
                        }
                    }
                    _ => {}
                }
            }
            Record::Create(create) if create.outcome == 7 => self.begun(rules, record),
            Record::Create2(create) if create.outcome == 7 => self.begun(rules, record),
            _ => {}
        }
    }

    fn destroyed_by(&mut self, rules: Rules, heir: Address) {
        let own = sets::account(CONTEXT);
        let goes = !rules.has(Change::KeptAccounts) || self.created.contains(&own);
        let first = !self.destroyed.contains(&own);
        if goes {
            self.destroyed.insert(own);
        }
        let balance = self.account(CONTEXT).balance;
        if heir != CONTEXT {
            let mut holder = self.account(heir);
            holder.balance = holder.balance.wrapping_add(balance);
            self.set(heir, holder);
        }
        if goes || heir != CONTEXT {
            let holder = Holder { balance: U256::ZERO, ..self.account(CONTEXT) };
            self.set(CONTEXT, holder);
        }
        if first && !rules.has(Change::SmallerRefunds) {
            self.refund += 24_000;
        }
    }
}
