//! Steps of a transaction, and how transactions follow each other, as proofs for `StepProver` and `SettleProver`.

use alloy_consensus::Transaction as _;
use alloy_primitives::{Address, B256, Bytes, U256};
use iso_evm_verifier::{
    audit::state::{SetName, Shown},
    claim::{Moment, code_at, destroyed},
};
use iso_evm_wire::claim::sets;

use super::{Accused, opened::packed, transaction::in_sets};
use crate::{
    proof::InBlock,
    transaction::{Sent, StepProof, step},
};

impl Accused<'_, '_> {
    pub(super) fn step(&self, place: usize) -> Option<StepProof> {
        let before = place.checked_sub(1)?;
        let moment = Moment::Step { step: before };
        let mut shown = self.parties();
        let accounts = shown.clone().into_iter().filter_map(|shown| match shown {
            Shown::Account(account) => Some(account),
            _ => None,
        });
        let mut members: Vec<Shown> = accounts.flat_map(in_sets).collect();
        let body = self.subject.transaction.body();
        for item in body.access_list().into_iter().flat_map(|list| list.iter()) {
            members.extend(in_sets(item.address));
            let slot = |key: &B256| Shown::In(SetName::Accessed, sets::slot(item.address, *key));
            members.extend(item.storage_keys.iter().map(slot));
        }
        let authorizations = body.authorization_list().unwrap_or_default();
        let authorities = authorizations.iter().filter_map(|told| told.recover_authority().ok());
        let authorities: Vec<Address> = authorities.collect();
        shown.extend(authorities.iter().map(|authority| Shown::Account(*authority)));
        members.extend(authorities.iter().flat_map(|authority| in_sets(*authority)));
        let last = Some(place) == self.last_step();
        let goes = if last { destroyed(self.subject, self.gas_limit) } else { Vec::new() };
        shown.extend(goes.iter().map(|account| Shown::Account(*account)));
        members.extend(goes.iter().flat_map(|account| in_sets(*account)));
        shown.extend(members);
        let mut nodes = self.nodes(moment, &shown);
        nodes.extend(self.nodes(Moment::Step { step: 0 }, &self.parties()));
        let code = self.authority_code(place, moment);
        let (behind, path) = self.step_digest(place)?;
        Some(StepProof {
            question: step::STEP,
            sent: self.sent()?,
            step: U256::from(place),
            before: self.step_behind(before)?,
            behind,
            behindPath: path,
            message: self.first_message(),
            destroyed: goes,
            nodes: packed(&nodes),
            code,
            ..StepProof::default()
        })
    }

    /// The code of the authority whose step it is.
    fn authority_code(&self, place: usize, moment: Moment) -> Bytes {
        let body = self.subject.transaction.body();
        let list = body.authorization_list().unwrap_or_default();
        let first = self.before_top() + 1 - list.len();
        let told = place.checked_sub(first).and_then(|index| list.get(index));
        let authority = told.and_then(|told| told.recover_authority().ok());
        let code = authority.map(|who| code_at(self.subject, self.gas_limit, moment, who));
        code.flatten().unwrap_or_default()
    }

    /// Whether there are as many steps as there must be.
    pub(super) fn count_of_steps(&self) -> Option<StepProof> {
        Some(StepProof {
            question: step::COUNT,
            sent: self.sent()?,
            // What a deposit's sender has decides whether it runs.
            before: self.step_behind(0).unwrap_or_default(),
            nodes: packed(&self.nodes(Moment::Step { step: 0 }, &self.parties())),
            ..StepProof::default()
        })
    }

    /// Whether step 0 is in the state that the block, or the transaction before, left.
    pub(super) fn first_step(&self) -> Option<StepProof> {
        let (behind, path) = self.step_digest(0)?;
        let mut proof = StepProof {
            question: step::ENTRY,
            sent: Sent { inBlock: self.in_block()?, ..Sent::default() },
            behind,
            behindPath: path,
            ..StepProof::default()
        };
        if let Some(place) = self.transaction.checked_sub(1) {
            let previous = Accused { transaction: place, ..*self };
            proof.previous = (&previous.told()?.claim).into();
            proof.previousPath = self.claimed.tree.prove(place as u64..place as u64 + 1);
            proof.before = previous.step_behind(previous.last_step()?)?;
        }
        Some(proof)
    }

    /// Whether each transaction of the claim begins where the one before ends, and the block ends with the last.
    pub(super) fn chain(&self) -> Vec<StepProof> {
        let (first, told) = (self.claimed.first, self.claimed.transactions.len());
        let at = |place: usize| Accused { transaction: place, ..*self };
        let entries = (first..first + told).filter_map(|place| at(place).first_step());
        let last = (first + told).checked_sub(1);
        let leaves = match last {
            Some(last) => at(last).leaves(),
            None => Some(StepProof {
                question: step::LEAVE,
                sent: Sent {
                    inBlock: InBlock { block_: (&self.claimed.claim).into(), ..InBlock::default() },
                    ..Sent::default()
                },
                ..StepProof::default()
            }),
        };
        entries.chain(leaves).collect()
    }

    pub(super) fn leaves(&self) -> Option<StepProof> {
        Some(StepProof {
            question: step::LEAVE,
            sent: self.sent()?,
            before: self.step_behind(self.last_step()?)?,
            ..StepProof::default()
        })
    }
}
