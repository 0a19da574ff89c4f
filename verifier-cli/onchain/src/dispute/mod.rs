//! Disputes on a chain: an operator commits to what a block did, and anyone convicts who lied, with one proof.
//! Normative text: `specs/14-chain.md`, section Disputes.
//!
//! In the data's way this stands between proofs, which the provers' crate makes, and the node. `terms` looks at
//! the contracts, `scene` runs a dispute in memory, so that each transaction's gas is known before it is sent, `convict`
//! finds the proof that a contract takes, `committed`, `events` and `answers` read what has been told of commitments, `laid` brings large proofs
//! in parts, `due` says what time has made due.

mod answers;
mod committed;
mod convict;
mod due;
mod error;
mod events;
mod laid;
mod merge;
mod scene;
mod terms;
#[cfg(test)]
mod tests;

use alloy_primitives::{Address, B256};
use iso_evm_provers::Prover;
use iso_evm_wire::Rules;

pub use self::{
    answers::Answer,
    committed::Committed,
    convict::{Conviction, Told, told},
    due::{Asked, Due},
    error::DisputeError,
    events::{Ended, ToldEvent, is_not_announced},
    scene::{Act, Scene},
    terms::{Commitment, Standing},
};
use crate::contracts::{Contracts, Deployment};

/// The contracts of disputes about blocks of some rules.
#[derive(Clone, Debug)]
pub struct Disputes {
    contracts: Contracts,
    rules: Rules,
    factory: Deployment,
    machine: Deployment,
    provers: Vec<Deployment>,
    dispute: Deployment,
    /// Where the contract is, if not where its own terms put it.
    at: Option<Address>,
}

impl Disputes {
    /// Those that follow from a deployer, a schedule and windows.
    pub fn new(contracts: Contracts, rules: Rules) -> Self {
        let provers = contracts.provers();
        Self {
            factory: contracts.factory(),
            machine: contracts.machine(rules),
            dispute: contracts.dispute(&provers),
            provers,
            contracts,
            rules,
            at: None,
        }
    }

    /// Takes the contract to be elsewhere: then its terms are those that it says.
    #[must_use]
    pub const fn at(mut self, address: Address) -> Self {
        self.at = Some(address);
        self
    }

    /// Where the contract is.
    pub fn address(&self) -> Address {
        self.at.unwrap_or(self.dispute.address)
    }

    /// The contracts that these are made with.
    pub const fn contracts(&self) -> &Contracts {
        &self.contracts
    }

    /// Where a prover is.
    pub fn prover(&self, prover: Prover) -> &Deployment {
        &self.provers[prover as usize]
    }

    /// The archive factory.
    pub const fn factory(&self) -> &Deployment {
        &self.factory
    }

    /// The segment machine of the rules.
    pub const fn machine(&self) -> &Deployment {
        &self.machine
    }

    /// The rules of the blocks.
    pub const fn rules(&self) -> Rules {
        self.rules
    }

    /// The code hashes of the provers, in order.
    fn hashes(&self) -> Vec<B256> {
        self.provers.iter().map(Deployment::code_hash).collect()
    }
}
