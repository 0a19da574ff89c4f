//! Plans the questions about what is withheld, and convicts who does not show it in time.
//!
//! In the data's way this stands between what is lacking and what is sent.

use alloy_primitives::{B256, U256};
use iso_evm_onchain::dispute::Answer;
use iso_evm_provers::dispute::Windows;
use iso_evm_verifier::claim::ClaimedBlock;

use super::{Assembled, Lacking, assembled};
use crate::{
    commitment::{CommitmentNews, Judgement},
    l1::{Failure, Operators, own::Own, proof::planned, send::state},
    store::{Kept, Planned, Turn},
};

/// How many questions are asked at once, as long as there is time for more: an answer tells of much else.
const AT_ONCE: usize = 16;

/// How many are when there is not.
const MOST: usize = 256;

impl Operators {
    /// What is known of a claim that is withheld, by what was shown of it.
    pub(in crate::l1) fn shown(
        &mut self,
        kept: &Kept,
        own: &Own,
        run: Option<&ClaimedBlock>,
    ) -> Result<Assembled, Failure> {
        let committed = &kept.made.committed;
        let id = committed.id;
        let mut answers: Vec<Answer> = Vec::new();
        for transaction in self.store.answers(id)? {
            answers.extend(self.answer_in(id, transaction)?);
        }
        let claim = &committed.claim;
        let nothing = || {
            let roots = [claim.enter, claim.leave];
            ClaimedBlock::new(committed.environment, B256::ZERO, Vec::new(), roots, (0, Vec::new()))
        };
        let whole = || ClaimedBlock::join(own.claims.iter().cloned()).ok();
        let own = run.cloned().or_else(whole).unwrap_or_else(nothing);
        Ok(assembled((claim, committed.environment), &own, &answers))
    }

    /// Asks for what is lacking of a claim, or convicts who has not shown it; and keeps that.
    pub(in crate::l1) fn ask(
        &mut self,
        kept: &Kept,
        (block, differs): (Option<B256>, &str),
        lacking: &Lacking,
    ) -> Result<(), Failure> {
        let (reason, acts) = self.questions(kept, lacking)?;
        let reason = format!("{differs}; {reason}");
        let is_new = kept.judgement != Judgement::Withheld || kept.reason.as_ref() != Some(&reason);
        let event = is_new.then(|| kept.event(CommitmentNews::Withheld { reason: reason.clone() }));
        let turn = Turn {
            judgement: Judgement::Withheld,
            block,
            reason: Some(&reason),
            found: None,
            acts: &acts,
            again: Some(self.again(0)),
        };
        self.store.judge(kept, &turn, event.as_ref())?;
        event.map_or(Ok(()), |event| self.tell(event))
    }

    /// Whether what was planned to be asked is not yet asked: then nothing more is.
    pub(in crate::l1) fn is_asking(&mut self, kept: &Kept) -> Result<bool, Failure> {
        if kept.judgement != Judgement::Withheld {
            return Ok(false);
        }
        let acts = self.store.acts(kept.made.committed.id, kept.plan)?;
        let is_open = |act: &Planned| matches!(act.state.as_str(), state::PLANNED | state::SENT);
        Ok(acts.iter().any(is_open))
    }

    /// What is to be sent about what is lacking; and how it stands, in words.
    fn questions(
        &mut self,
        kept: &Kept,
        lacking: &Lacking,
    ) -> Result<(String, Vec<Planned>), Failure> {
        let (windows, _) = self.checked()?;
        let committed = &kept.made.committed;
        let (id, rules) = (committed.id, committed.environment.rules);
        let challenger = self.account().unwrap_or(crate::l1::SOMEBODY);
        let time = self.head.map_or(0, |head| head.timestamp);
        let until = self.commitment_now(id)?.asks_until;
        let is_late = until.saturating_sub(time) < windows.answer_period.saturating_mul(2);
        let mut new = Vec::new();
        let (mut waiting, mut unread) = (0, 0);
        self.disputes_for(rules);
        let disputes = &self.disputes[&rules];
        for item in spread(&lacking.items, if is_late { MOST } else { AT_ONCE }) {
            let asked = disputes.question(&self.chain, id, item.place())?;
            if asked.asker.is_zero() {
                new.push(item);
            } else if asked.closed {
                unread += 1;
            } else if time > asked.until {
                let act = disputes.convict_silent(id, asked.place);
                let said = "what was asked for was not shown in time".to_owned();
                return Ok((said, vec![planned(&act)]));
            } else {
                waiting += 1;
            }
        }
        if waiting > 0 && !is_late {
            return Ok(("what was asked for is to be shown".to_owned(), Vec::new()));
        }
        if new.is_empty() {
            let said = match unread {
                0 => "what was asked for is to be shown",
                _ => "it was shown, but not by a transaction that could be read",
            };
            return Ok((said.to_owned(), Vec::new()));
        }
        if time >= until {
            return Ok(("the time for questions is over".to_owned(), Vec::new()));
        }
        let mut scene = disputes.scene(Windows { anchor: B256::ZERO, bond: U256::ZERO, ..windows });
        scene.commit(committed.operator, B256::ZERO, &lacking.known)?;
        let mut acts = Vec::new();
        for item in new {
            // What the claim cannot have nobody can be asked for.
            if let Ok(act) = scene.ask(challenger, id, &lacking.known, item) {
                acts.push(planned(&act));
            }
        }
        Ok(("it is asked for".to_owned(), acts))
    }

    fn answer_in(&mut self, id: B256, transaction: B256) -> Result<Option<Answer>, Failure> {
        let newest = self.newest();
        self.disputes_for(newest);
        Ok(self.disputes[&newest].answer_in(&self.chain, id, transaction)?)
    }
}

/// So many of these at most, spread over all of them.
fn spread<T: Copy>(all: &[T], most: usize) -> Vec<T> {
    let count = all.len().min(most);
    (0..count).map(|index| all[index * all.len() / count]).collect()
}
