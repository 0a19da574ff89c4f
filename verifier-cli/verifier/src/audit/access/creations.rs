//! Records of creations: the creator's nonce, where the new account is, and whether it can be there.
//! `specs/03-records.md`, section Outcomes.

use alloy_primitives::{Address, B256, U256};
use iso_evm_wire::records::{Create2Record, CreateRecord, Outcome};

use super::{AccessWalk, Entering, Frame};
use crate::audit::{AccessKind, Missing, created, state::AccountState};

/// What of a creation's record the state has to do with.
#[derive(Debug)]
pub(super) struct Creation {
    from: From,
    value: U256,
    outcome: u8,
    state_root: B256,
}

/// What the new address follows from.
#[derive(Debug)]
enum From {
    Nonce(u64),
    Salt { salt: B256, initcode_hash: B256 },
}

impl std::convert::From<&CreateRecord> for Creation {
    fn from(record: &CreateRecord) -> Self {
        Self {
            from: From::Nonce(record.nonce),
            value: record.value,
            outcome: record.outcome,
            state_root: record.stateRoot,
        }
    }
}

impl std::convert::From<&Create2Record> for Creation {
    fn from(record: &Create2Record) -> Self {
        Self {
            from: From::Salt { salt: record.salt, initcode_hash: record.initcodeHash },
            value: record.value,
            outcome: record.outcome,
            state_root: record.stateRoot,
        }
    }
}

impl AccessWalk<'_> {
    /// A creation. If its code runs, what comes before is returned.
    pub(super) fn create(
        &mut self,
        frame: &mut Frame<'_>,
        record: &Creation,
    ) -> Result<Option<Entering>, Missing> {
        let creator = self.state.account(frame.context)?;
        let address = match record.from {
            From::Nonce(nonce) => {
                self.check(AccessKind::Nonce, creator.nonce, nonce);
                created::by_nonce(frame.context, creator.nonce)
            }
            From::Salt { salt, initcode_hash } => {
                created::by_salt(frame.context, salt, initcode_hash)
            }
        };
        let outcome = Outcome::from_number(record.outcome);
        // Depth decides before the state does, and is not of it.
        if outcome != Some(Outcome::Depth) {
            // One that is said to be refused has no hash of its initcode: where a salt would have the
            // account, nobody needs to know to see that it was not refused.
            let refused = matches!(outcome, Some(Outcome::Balance | Outcome::Nonce));
            let is_known = !refused || matches!(record.from, From::Nonce(_));
            let address = is_known.then_some(address);
            let expected = self.creation_outcome(&creator, record.value, address)?;
            self.check(AccessKind::Outcome, expected as u8, record.outcome);
        }
        if let Some(Outcome::Child | Outcome::Collision) = outcome {
            // Both stay, whatever becomes of the creation.
            self.state.set_nonce(frame.context, creator.nonce.saturating_add(1))?;
            self.state.warm(address);
        }
        if outcome == Some(Outcome::Child) {
            frame.pending = record.state_root;
            return Ok(Some(Entering {
                context: address,
                creates: true,
                transfer: Some((frame.context, record.value)),
                code_hash: None,
            }));
        }
        self.root_is(record.state_root)?;
        Ok(None)
    }

    /// What must become of a creation for which the depth suffices, at an address that is looked at if it
    /// is known.
    fn creation_outcome(
        &mut self,
        creator: &AccountState,
        value: U256,
        address: Option<Address>,
    ) -> Result<Outcome, Missing> {
        if creator.balance < value {
            return Ok(Outcome::Balance);
        }
        if creator.nonce == u64::MAX {
            return Ok(Outcome::Nonce);
        }
        let Some(address) = address else { return Ok(Outcome::Child) };
        let taken = self.state.is_taken(address)?;
        Ok(if taken { Outcome::Collision } else { Outcome::Child })
    }
}
