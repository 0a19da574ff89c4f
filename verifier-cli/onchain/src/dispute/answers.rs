//! What was shown of a commitment: it stays in the chain's history, in the calldata of who showed it.
//! `specs/14-chain.md`, section Questions.
//!
//! In the data's way this stands between the chain and who asked.

use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_sol_types::SolCall;
use iso_evm_provers::{
    asks::{Item, Shown},
    dispute::{AuditDispute, Level, Parts::Part},
};

use super::{DisputeError, Disputes};
use crate::chain::Chain;

/// An item that was shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What was shown.
    pub item: Item,
    /// Its bytes, and the path that shows where it stands.
    pub shown: Shown,
}

impl Disputes {
    /// What a transaction has shown of a commitment; none if it was not sent to the contract, but through another: then
    /// its calldata is not what the contract was given.
    ///
    /// # Errors
    ///
    /// If the node does not say.
    pub fn answer_in(
        &self,
        chain: &Chain,
        id: B256,
        transaction: B256,
    ) -> Result<Option<Answer>, DisputeError> {
        let Some((to, input)) = chain.input(transaction)? else { return Ok(None) };
        let call = AuditDispute::answerCall::abi_decode(&input).ok();
        let Some(call) = call.filter(|call| to == Some(self.address()) && call.id == id) else {
            return Ok(None);
        };
        let question = &call.question;
        let word = |word: U256| u64::try_from(word).ok();
        let level = usize::try_from(question.level).ok();
        let item = || {
            Some(Item {
                level: *Level::ALL.get(level?)?,
                transaction: word(question.transaction.index)?,
                message: word(question.message.index)?,
                index: word(question.index)?,
            })
        };
        let Some(item) = item() else { return Ok(None) };
        let data = assembled(chain, &call.parts)?;
        Ok(Some(Answer { item, shown: Shown { data, path: call.path } }))
    }
}

/// Bytes that came in parts: as they are, or as an archive holds them behind its first byte.
fn assembled(chain: &Chain, parts: &[Part]) -> Result<Bytes, DisputeError> {
    let mut all = Vec::new();
    for part in parts {
        if part.archive == Address::ZERO {
            all.extend_from_slice(&part.data);
        } else {
            let code = chain.code(part.archive)?;
            all.extend_from_slice(code.get(1..).unwrap_or_default());
        }
    }
    Ok(all.into())
}
