//! What time has made due of a commitment: it is final, or silence has convicted it, or it falls with its parent; and
//! what is owed.

use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_sol_types::{SolCall, SolEvent};
use iso_evm_provers::{
    asks::Item,
    dispute::{AuditDispute, Level, Windows},
};

use super::{Act, Commitment, DisputeError, Disputes, Standing};
use crate::{chain::Chain, plan::Step};

/// The most gas that what is due takes: a few slots, a log, a transfer.
const MOST: u64 = 200_000;

/// A question about a commitment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// What was asked for; none if the level is unknown.
    pub item: Option<Item>,
    /// What names it in the contract.
    pub place: B256,
    /// Who asked.
    pub asker: Address,
    /// Until when it must be answered.
    pub until: u64,
    /// Whether it is answered, or given back.
    pub closed: bool,
}

/// What is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The commitment, as it was.
    pub commitment: Commitment,
    /// What was asked about it.
    pub asked: Vec<Asked>,
    /// The time of the chain.
    pub time: u64,
    /// What the sender may withdraw, as it was.
    pub owed: U256,
    /// The transactions, in order.
    pub acts: Vec<Act>,
}

impl Disputes {
    /// The questions about a commitment, from a block on.
    ///
    /// # Errors
    ///
    /// If the contract does not answer, or the node does not say.
    pub fn questions(
        &self,
        chain: &Chain,
        id: B256,
        from: u64,
    ) -> Result<Vec<Asked>, DisputeError> {
        let at = self.address();
        let logs = chain.logs(at, [AuditDispute::AskedFor::SIGNATURE_HASH, id], from)?;
        let mut questions = Vec::new();
        for log in logs {
            let Ok(event) = AuditDispute::AskedFor::decode_log(&log) else { continue };
            let known = self.question(chain, id, event.place)?;
            questions.push(Asked { item: item(&event), ..known });
        }
        Ok(questions)
    }

    /// What the contract knows of a question; nobody has asked it if its asker is zero.
    ///
    /// # Errors
    ///
    /// If the contract does not answer, or the node does not say.
    pub fn question(&self, chain: &Chain, id: B256, place: B256) -> Result<Asked, DisputeError> {
        let at = self.address();
        let nothing = || DisputeError::NoDispute { at };
        let call = AuditDispute::keyOfCall { id, place };
        let key = chain.view(at, &call)?.ok_or_else(nothing)?;
        let call = AuditDispute::questionsCall { key };
        let found = chain.view(at, &call)?.ok_or_else(nothing)?;
        let (asker, until, closed) = (found.asker, found.until, found.closed);
        Ok(Asked { item: None, place, asker, until, closed })
    }

    /// The transaction that convicts whoever did not show in time what was asked for at a place.
    pub fn convict_silent(&self, id: B256, place: B256) -> Act {
        self.due_act("convict-silent", AuditDispute::convictSilentCall { id, place })
    }

    /// The transaction that convicts a commitment whose parent is convicted.
    pub fn convict_successor(&self, id: B256) -> Act {
        self.due_act("convict-successor", AuditDispute::convictSuccessorCall { id })
    }

    /// What is due of a commitment, for who sends. Questions are looked for from a block on.
    ///
    /// # Errors
    ///
    /// If the contract does not answer, or the node does not say.
    pub fn due(
        &self,
        chain: &Chain,
        windows: &Windows,
        id: B256,
        (sender, from): (Address, u64),
    ) -> Result<Due, DisputeError> {
        let at = self.address();
        let commitment = self.commitment(chain, id)?;
        let asked = self.questions(chain, id, from)?;
        let time = chain.time()?;
        let owed = chain.view(at, &AuditDispute::owedCall(sender))?;
        let owed = owed.ok_or(DisputeError::NoDispute { at })?;
        let mut acts = Vec::new();
        let mut convicted = commitment.standing == Standing::Convicted;
        let mut owes = !owed.is_zero();
        // A sum of nothing is not sent.
        let [bond, deposit] = [windows.bond, windows.deposit].map(|sum| !sum.is_zero());
        if commitment.standing == Standing::Open {
            let silent = asked.iter().find(|asked| !asked.closed && time > asked.until);
            let parent = self.parent(chain, &commitment)?;
            if let Some(Asked { place, asker, .. }) = silent {
                acts.push(self.convict_silent(id, *place));
                (convicted, owes) = (true, owes || (*asker == sender && (bond || deposit)));
            } else if parent == Standing::Convicted {
                acts.push(self.convict_successor(id));
                convicted = true;
            } else if time >= commitment.deadline
                && commitment.asked == 0
                && (commitment.parent.is_zero() || parent == Standing::Final)
            {
                acts.push(self.due_act("finalise", AuditDispute::finaliseCall { id }));
                owes |= commitment.operator == sender && bond;
            }
            // Of those that are open the silent one is closed with the conviction.
            let others = asked.iter().filter(|asked| silent.is_none_or(|silent| silent != *asked));
            self.reclaim(id, sender, convicted, others, &mut acts);
        } else {
            self.reclaim(id, sender, convicted, asked.iter(), &mut acts);
        }
        owes |= deposit && acts.iter().any(|act| act.what == "reclaim");
        if owes {
            acts.push(self.due_act("withdraw", AuditDispute::withdrawCall {}));
        }
        Ok(Due { commitment, asked, time, owed, acts })
    }

    /// The sender's deposits go back where a commitment is convicted.
    fn reclaim<'a>(
        &self,
        id: B256,
        sender: Address,
        convicted: bool,
        asked: impl Iterator<Item = &'a Asked>,
        acts: &mut Vec<Act>,
    ) {
        let own = asked.filter(|asked| convicted && !asked.closed && asked.asker == sender);
        acts.extend(own.map(|asked| {
            let call = AuditDispute::reclaimCall { id, place: asked.place };
            self.due_act("reclaim", call)
        }));
    }

    fn parent(&self, chain: &Chain, commitment: &Commitment) -> Result<Standing, DisputeError> {
        if commitment.parent.is_zero() {
            return Ok(Standing::None);
        }
        Ok(self.commitment(chain, commitment.parent)?.standing)
    }

    /// A transaction whose gas nobody has counted: it takes little.
    fn due_act(&self, what: &'static str, call: impl SolCall) -> Act {
        let data: Bytes = call.abi_encode().into();
        let step = Step {
            to: self.address(),
            value: U256::ZERO,
            data,
            gas: MOST,
            gas_limit: MOST,
            fits_cap: true,
            fits_mempool: true,
        };
        Act { what, step, makes: None, reaches: None }
    }
}

/// What an event says was asked for: the words that the level has. What stands in the others is anybody's.
fn item(event: &AuditDispute::AskedFor) -> Option<Item> {
    let level = *usize::try_from(event.level).ok().and_then(|level| Level::ALL.get(level))?;
    let word = |word: U256, counts: bool| if counts { u64::try_from(word).ok() } else { Some(0) };
    Some(Item {
        level,
        transaction: word(event.transaction, level >= Level::Signed)?,
        message: word(event.message, level >= Level::Checkpoint)?,
        index: word(event.index, true)?,
    })
}
