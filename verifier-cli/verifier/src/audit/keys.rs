//! Which accounts and slots a witness speaks of: their keys in the tries are hashed together, before the walk
//! asks for them one by one.
//!
//! In the data's way this stands between the records and the [`State`]. What is named here and never asked
//! for has cost a hash and nothing else; what is asked for and not named here is hashed then.

use alloy_consensus::Transaction as _;
use alloy_primitives::{Address, B256};
use iso_evm_wire::{Opened, records::Record};

use super::state::State;

/// Has the keys of all that transaction and records name hashed.
pub(super) fn expect(opened: &Opened<'_>, state: &mut State) {
    let transaction = &opened.transaction;
    let mut keys = Keys::default();
    keys.accounts.extend([transaction.from(), opened.block.beneficiary]);
    keys.accounts.extend(transaction.body().to());
    for message in opened.opened().iter().flatten() {
        message.records().iter().flatten().for_each(|record| keys.name(record));
    }
    state.expect(&keys.accounts, &keys.slots);
}

/// What is named, some of it often.
#[derive(Debug, Default)]
struct Keys {
    accounts: Vec<Address>,
    slots: Vec<B256>,
}

impl Keys {
    fn name(&mut self, record: &Record) {
        match record {
            Record::Balance(record) => self.account(record.account),
            Record::Extcodesize(record) => self.account(record.account),
            Record::Extcodehash(record) => self.account(record.account),
            Record::Extcodecopy(record) => self.account(record.account),
            Record::Selfdestruct(record) => self.account(record.beneficiary),
            Record::Call(_, record) => {
                self.account(record.account);
                if record.delegated {
                    self.account(record.delegate);
                }
            }
            Record::Sload(record) => self.slot(record.key),
            Record::Sstore(record) => self.slot(record.key),
            _ => {}
        }
    }

    fn account(&mut self, account: Address) {
        if self.accounts.last() != Some(&account) {
            self.accounts.push(account);
        }
    }

    fn slot(&mut self, slot: B256) {
        if self.slots.last() != Some(&slot) {
            self.slots.push(slot);
        }
    }
}
