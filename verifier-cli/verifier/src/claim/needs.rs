//! What the judge of a record looks up in the instant before it: more than each question takes, and little
//! enough.

use alloy_primitives::{Address, B256};
use iso_evm_wire::{claim::sets, records::Record};

use crate::audit::{
    created,
    state::{STAYS_TOUCHED, SetName, Shown},
};

/// What is looked up, in which state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// In the instant before the record.
    pub now: Vec<Shown>,
    /// In the state when the transaction started.
    pub entry: Vec<Shown>,
}

impl Needs {
    /// What a record of a message that runs as `context` is judged by, its effect too.
    pub fn of(record: &Record, context: Address) -> Self {
        let mut needs = Self::default();
        match record {
            Record::Opening(_) | Record::Blockhash(_) | Record::Blobhash(_) | Record::Log(_) => {}
            Record::Balance(record) => needs.accessed(record.account),
            Record::Extcodesize(record) => needs.accessed(record.account),
            Record::Extcodehash(record) => needs.accessed(record.account),
            Record::Extcodecopy(record) => needs.accessed(record.account),
            Record::Value(..) => needs.now.push(Shown::Account(context)),
            Record::Sload(record) => needs.slot(context, record.key),
            Record::Sstore(record) => {
                needs.slot(context, record.key);
                needs.now.push(Shown::In(SetName::Created, sets::account(context)));
                needs.entry.push(Shown::Slot(context, record.key));
            }
            Record::Tload(record) | Record::Tstore(record) => {
                needs.now.push(Shown::In(SetName::Transient, sets::slot(context, record.key)));
            }
            Record::Call(_, record) => {
                needs.accessed(context);
                needs.accessed(record.account);
                if record.delegated {
                    needs.accessed(record.delegate);
                }
            }
            Record::Create(record) => {
                needs.creation(context, created::by_nonce(context, record.nonce));
            }
            Record::Create2(record) => {
                let new = created::by_salt(context, record.salt, record.initcodeHash);
                needs.creation(context, new);
            }
            Record::Selfdestruct(record) => {
                needs.accessed(context);
                needs.accessed(record.beneficiary);
                needs.now.push(Shown::In(SetName::Created, sets::account(context)));
                needs.now.push(Shown::In(SetName::Destroyed, sets::account(context)));
            }
        }
        needs.now.push(Shown::Account(STAYS_TOUCHED));
        needs
    }

    fn accessed(&mut self, account: Address) {
        self.now.push(Shown::Account(account));
        self.now.push(Shown::In(SetName::Accessed, sets::account(account)));
    }

    fn slot(&mut self, context: Address, key: B256) {
        self.now.push(Shown::Slot(context, key));
        self.now.push(Shown::In(SetName::Accessed, sets::slot(context, key)));
    }

    fn creation(&mut self, context: Address, new: Address) {
        self.now.push(Shown::Account(context));
        self.accessed(new);
        self.now.push(Shown::In(SetName::Created, sets::account(new)));
    }
}
