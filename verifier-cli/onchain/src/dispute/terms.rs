//! What a contract for disputes says of itself, held against what it should be; and of commitments.

use alloy_primitives::{Address, B256, U256};
use iso_evm_provers::{
    Prover,
    dispute::{AuditDispute, Windows},
};
use iso_evm_wire::claim::Environment;

use super::{DisputeError, Disputes};
use crate::{chain::Chain, contracts::Contracts};

/// What has become of a commitment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// There is none.
    None,
    /// It can be convicted.
    Open,
    /// It stands for good.
    Final,
    /// It is convicted.
    Convicted,
}

impl Standing {
    /// The standing with this number.
    pub const fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            0 => Self::None,
            1 => Self::Open,
            2 => Self::Final,
            3 => Self::Convicted,
            _ => return None,
        })
    }
}

/// A commitment, as the contract has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Commitment {
    /// Who stands by it.
    pub operator: Address,
    /// What has become of it.
    pub standing: Standing,
    /// Before this time it does not become final.
    pub deadline: u64,
    /// From this time on nothing is asked.
    pub asks_until: u64,
    /// Questions that are not answered.
    pub asked: u64,
    /// The commitment that it goes on from; zero if there is none.
    pub parent: B256,
}

impl Disputes {
    /// Checks that the contract is what it should be, and gives its windows.
    ///
    /// # Errors
    ///
    /// If it is not there, is another, or goes by other provers or another schedule; if the node does not say.
    pub fn check(&self, chain: &Chain) -> Result<Windows, DisputeError> {
        self.contracts.goes_by(self.rules)?;
        let at = self.address();
        chain.holds("dispute", at, &self.dispute.code)?;
        let nothing = || DisputeError::NoDispute { at };
        for (place, expected) in self.hashes().into_iter().enumerate() {
            let call = AuditDispute::proversCall(U256::from(place));
            let found = chain.view(at, &call)?.ok_or_else(nothing)?;
            if found != expected {
                let prover = Prover::ALL[place].name();
                return Err(DisputeError::OtherProver { at, prover, expected, found });
            }
        }
        let terms = chain.view(at, &AuditDispute::termsCall {})?.ok_or_else(nothing)?;
        let forks = chain.view(at, &AuditDispute::scheduleCall {})?.ok_or_else(nothing)?;
        let schedule = &self.contracts.schedule;
        let rules = schedule.family().rules();
        let known = (U256::from(schedule.chain_id()), rules[0].number(), rules.len() as u8);
        let told: Vec<_> = forks.iter().map(|fork| (fork.blockNumber, fork.blockTime)).collect();
        let expected: Vec<_> =
            schedule.activations().iter().map(|at| (at.number, at.time)).collect();
        if (terms.chainId, terms.firstRules, terms.knownRules) != known || told != expected {
            return Err(DisputeError::OtherSchedule { at, chain: schedule.chain_id() });
        }
        let windows = Windows {
            window: terms.window,
            answer_period: terms.answerPeriod,
            bond: terms.bond,
            deposit: terms.deposit,
            anchor: terms.anchor,
        };
        // The same code can be put elsewhere by other init code, which may have written its storage before.
        let expected = Contracts { windows, ..self.contracts }.dispute(&self.provers).address;
        if at != expected {
            return Err(DisputeError::Elsewhere { at, expected });
        }
        Ok(windows)
    }

    /// Checks that a block is one that can be committed to: of the schedule's chain, by its rules.
    ///
    /// # Errors
    ///
    /// If it is not.
    pub fn scheduled(&self, environment: &Environment) -> Result<(), DisputeError> {
        let schedule = self.contracts.schedule;
        let (expected, found) = (schedule.chain_id(), environment.chain_id);
        if expected != found {
            return Err(DisputeError::OtherChain { expected, found });
        }
        let (rules, number) = (environment.rules, environment.number);
        let scheduled = schedule.rules_at(number, environment.timestamp);
        if scheduled != Some(rules) {
            let schedule = Box::new(schedule);
            return Err(DisputeError::Unscheduled { rules, number, scheduled, schedule });
        }
        Ok(())
    }

    /// Whether a machine came to a digest already.
    ///
    /// # Errors
    ///
    /// If the contract does not answer, or the node does not say.
    pub fn is_reached(
        &self,
        chain: &Chain,
        (key, digest): (B256, B256),
    ) -> Result<bool, DisputeError> {
        let at = self.address();
        let found = chain.view(at, &AuditDispute::reachedCall { key, digest })?;
        found.ok_or(DisputeError::NoDispute { at })
    }

    /// Checks that an account may go on from a parent; zero is none.
    ///
    /// # Errors
    ///
    /// If the parent is neither the account's own and open, nor final.
    pub fn goes_on(
        &self,
        chain: &Chain,
        parent: B256,
        operator: Address,
    ) -> Result<(), DisputeError> {
        if parent.is_zero() {
            return Ok(());
        }
        let found = self.commitment(chain, parent)?;
        let own = found.standing == Standing::Open && found.operator == operator;
        if own || found.standing == Standing::Final {
            return Ok(());
        }
        let why = format!("{parent} is neither an open commitment of {operator}'s nor a final one");
        Err(DisputeError::Refused { why })
    }

    /// A commitment, as the contract has it.
    ///
    /// # Errors
    ///
    /// If the contract does not answer, or the node does not say.
    pub fn commitment(&self, chain: &Chain, id: B256) -> Result<Commitment, DisputeError> {
        let at = self.address();
        let found = chain.view(at, &AuditDispute::commitmentsCall { id })?;
        let told = found.and_then(|found| {
            Some(Commitment {
                operator: found.operator,
                standing: Standing::from_number(found.standing)?,
                deadline: found.deadline,
                asks_until: found.asksUntil,
                asked: found.asked,
                parent: found.parent,
            })
        });
        told.ok_or(DisputeError::NoDispute { at })
    }
}
