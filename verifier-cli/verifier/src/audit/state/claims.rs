//! The state as claims and proofs need it: the [`Instant`] that it is at, and the nodes that show what it
//! holds. `specs/20-claims.md`.

use alloy_primitives::{Address, B256};
use iso_evm_wire::{Rules, claim::Instant};

use super::{SetName, State, sets::Sets};
use crate::{audit::Missing, hash::keccak256};

/// Something that a state can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shown {
    /// An account.
    Account(Address),
    /// A slot of an account, the account too.
    Slot(Address, B256),
    /// What stands under a hash in a set or a map.
    In(SetName, B256),
}

impl State {
    /// From here on the state knows the instant that it is at. Nothing has been accessed or changed yet
    /// since it had this root.
    pub fn keep_instants(&mut self, rules: Rules, beneficiary: Address, root: B256) {
        self.sets = Some(Box::new(Sets::new(rules, beneficiary, root)));
    }

    /// The instant that the state is at; none if it does not [keep them](Self::keep_instants).
    ///
    /// # Errors
    ///
    /// As [`root`](Self::root).
    pub fn instant(&mut self) -> Result<Option<Instant>, Missing> {
        if self.sets.is_none() {
            return Ok(None);
        }
        let (root, refund) = (self.root()?, self.refund);
        Ok(self.sets.as_mut().map(|sets| sets.instant(root, refund)))
    }

    /// A message is opened, below this many frames.
    pub fn opened(&mut self, depth: u64) {
        if let Some(sets) = &mut self.sets {
            sets.messages += 1;
            sets.depth = depth;
        }
    }

    /// The state goes on in a frame below this many.
    pub fn at_depth(&mut self, depth: u64) {
        if let Some(sets) = &mut self.sets {
            sets.depth = depth;
        }
    }

    /// The accounts that are still to go when the transaction ends, in that order: ascending by their hashes, as
    /// the set has them.
    pub fn destroyed(&self) -> Vec<Address> {
        self.accounts.destroyed()
    }

    /// The nodes that show what the state holds at this instant, whatever of it is known: each once, and
    /// those beside that a removal takes.
    pub fn prove(&mut self, shown: &[Shown]) -> Vec<Vec<u8>> {
        let mut nodes = Vec::new();
        let accounts = shown.iter().filter_map(|shown| match shown {
            Shown::Account(account) => Some(keccak256(account.as_slice())),
            _ => None,
        });
        let others: Vec<B256> = accounts.collect();
        for shown in shown {
            match *shown {
                Shown::Account(account) => self.accounts.prove(account, &others, &mut nodes),
                Shown::Slot(account, key) => {
                    self.accounts.prove(account, &others, &mut nodes);
                    self.accounts.prove_slot(account, &keccak256(key.as_slice()), &mut nodes);
                }
                Shown::In(name, path) => {
                    if let Some(sets) = &mut self.sets {
                        sets.prove(name, &path, &mut nodes);
                    }
                }
            }
        }
        let mut seen = std::collections::HashSet::new();
        nodes.retain(|node| seen.insert(keccak256(node)));
        nodes
    }
}
