//! Judges commitments: what an operator claims of a block is held against one's own claims of it, and what is false is
//! put to the provers. Only what a prover convicts of is called false. `specs/23-watch.md`, section Operators and
//! challengers.
//!
//! In the data's way this stands between what one knows oneself and the proof.

use std::panic::{AssertUnwindSafe, catch_unwind};

use alloy_primitives::Address;
use iso_evm_onchain::{
    dispute::{Committed, Conviction, DisputeError, Disputes},
    host::UNLIMITED,
};
use iso_evm_provers::{Accused, Court, NoFault, dispute::Windows};
use iso_evm_verifier::{audit::Subject, claim::ClaimedBlock, engines::Engines};

use super::{
    Failure, Operators,
    asked::{Assembled, Lacking},
    own::{Own, gas_limit},
};
use crate::{
    commitment::{CommitmentNews, Judgement},
    stop::Stop,
    store::{Kept, Turn},
};

/// What was found of a commitment.
enum Found {
    /// It says what the block did.
    Same,
    /// What convicts.
    False(Box<Conviction>),
    /// It is about another block, and nobody can be convicted of that.
    OtherBlock(String),
    /// It cannot be said.
    Unknown(String),
    /// It differs in this, and what it says is withheld.
    Withheld(String, Box<Lacking>),
}

/// Who is accused, by whom, and on which terms.
#[derive(Clone, Copy)]
struct Parties<'a> {
    disputes: &'a Disputes,
    engines: &'a Engines,
    windows: Windows,
    challenger: Address,
}

impl Operators {
    /// Judges the commitments that can be judged. Whether none is left that could be.
    pub(super) fn judge_all(&mut self, stop: &Stop) -> Result<bool, Failure> {
        let (windows, _) = self.checked()?;
        let Some(number) = self.settled_l2()? else { return Ok(true) };
        let time = self.head.map_or(0, |head| head.timestamp);
        // Late is worse than uncertain: a prover decides in any case.
        let urgent = time.saturating_add(windows.answer_period.max(windows.window / 4));
        let plans = self.options.challenger.is_some();
        let all = self.store.judged_next(number, urgent, plans)?;
        for kept in &all {
            if stop.is_wished() {
                return Ok(false);
            }
            self.judge(kept)?;
        }
        Ok(all.is_empty())
    }

    /// The last block that is audited and settled; none before there is one.
    fn settled_l2(&mut self) -> Result<Option<u64>, Failure> {
        let Some(tip) = self.store.tip()? else { return Ok(None) };
        let (name, blocks) = self.options.settled.by();
        let named = match name {
            Some(name) => self.store.head_named(name)?.filter(|number| *number > 0),
            None => None,
        };
        let latest = self.store.head_named("latest")?.unwrap_or(tip.number);
        let settled = named.or_else(|| latest.checked_sub(blocks));
        Ok(settled.map(|settled| settled.min(tip.number)))
    }

    /// Judges a commitment, and keeps what came of it.
    fn judge(&mut self, kept: &Kept) -> Result<(), Failure> {
        if self.is_asking(kept)? {
            let pause = self.again(0);
            return Ok(self.store.judge_again(kept.made.committed.id, pause)?);
        }
        let own = self.own(kept.made.committed.environment.number)?;
        let (found, block) = match &own {
            Ok(own) => (self.found(kept, own)?, Some(own.hash)),
            Err(reason) => (Found::Unknown(reason.clone()), None),
        };
        let (judgement, reason, what) = match found {
            Found::False(conviction) => return self.prove(kept, block, &conviction),
            Found::Withheld(differs, lacking) => {
                return self.ask(kept, (block, &differs), &lacking);
            }
            Found::Same => {
                let block = block.unwrap_or_default();
                (Judgement::Same, None, CommitmentNews::Same { block })
            }
            Found::OtherBlock(reason) => {
                let what = CommitmentNews::OtherBlock { reason: reason.clone() };
                (Judgement::OtherBlock, Some(reason), what)
            }
            Found::Unknown(reason) => {
                let what = CommitmentNews::Unknown { reason: reason.clone() };
                (Judgement::Unknown, Some(reason), what)
            }
        };
        let is_new = judgement != kept.judgement || reason != kept.reason;
        let event = is_new.then(|| kept.event(what));
        let again = (judgement != Judgement::Same).then(|| self.again(kept.attempts));
        let turn =
            Turn { judgement, block, reason: reason.as_deref(), found: None, acts: &[], again };
        self.store.judge(kept, &turn, event.as_ref())?;
        event.map_or(Ok(()), |event| self.tell(event))
    }

    /// After how many milliseconds something is tried again that was tried so often.
    pub(super) fn again(&self, attempts: u32) -> i64 {
        let pause = self.policy.pause(attempts.saturating_add(1));
        i64::try_from(pause.as_millis()).unwrap_or(i64::MAX)
    }

    /// Looks for what is false in a commitment.
    fn found(&mut self, kept: &Kept, own: &Own) -> Result<Found, Failure> {
        let (windows, _) = self.checked()?;
        let committed = &kept.made.committed;
        let rules = committed.environment.rules;
        let mut published = self.published.find(committed.root);
        let run = run_of(committed, own, published.as_ref());
        if run.as_ref().is_some_and(|run| is_same(committed, own, run)) {
            return Ok(Found::Same);
        }
        if published.is_none() && self.options.challenger.is_some() {
            match self.shown(kept, own, run.as_ref())? {
                Assembled::Whole(claimed) => published = Some(*claimed),
                Assembled::Lacking(lacking) => {
                    return Ok(Found::Withheld(differs(committed, own, run.as_ref()), lacking));
                }
            }
        }
        self.disputes_for(rules);
        let parties = Parties {
            disputes: &self.disputes[&rules],
            engines: &self.engines,
            windows,
            challenger: self.account().unwrap_or(super::SOMEBODY),
        };
        // A service that runs for months must not lose its thread.
        let run = || held_against(&parties, committed, own, published.as_ref());
        match catch_unwind(AssertUnwindSafe(run)) {
            Ok(found) => Ok(found?),
            Err(_) => {
                let why = "this program fails on the commitment, which is a bug of its own";
                Ok(Found::Unknown(why.to_owned()))
            }
        }
    }
}

/// Holds a commitment against one's own claims of its block.
fn held_against(
    parties: &Parties<'_>,
    committed: &Committed,
    own: &Own,
    published: Option<&ClaimedBlock>,
) -> Result<Found, DisputeError> {
    let run = run_of(committed, own, published);
    let differs = differs(committed, own, run.as_ref());
    let Some(theirs) = published else {
        return Ok(Found::Unknown(format!("{differs}, and the operator's claim is not at hand")));
    };
    let mut why = None;
    for (witness, ours) in of_interest(own, theirs) {
        let subject = Subject::new(witness);
        let engine = parties.engines.get(witness.rules);
        let accused = Accused {
            subject: &subject,
            claimed: theirs,
            engine,
            machine: parties.disputes.machine().address,
            transaction: place(theirs, ours),
            gas_limit: gas_limit(witness),
        };
        // As much gas as it takes: what no transaction holds goes in parts.
        let mut court = Court::new(engine).with_gas(UNLIMITED);
        match accused.convicting(ours, &mut court) {
            Ok(fault) => {
                let Parties { disputes, windows, challenger, .. } = *parties;
                let operator = committed.operator;
                let found = disputes.convict(windows, &accused, &[fault], operator, challenger)?;
                if let Some(conviction) = found {
                    return Ok(Found::False(Box::new(conviction)));
                }
                why.get_or_insert_with(|| "the contract does not take the proof".to_owned());
            }
            Err(NoFault::Alike | NoFault::OtherTransaction(_)) => {}
            Err(error) => _ = why.get_or_insert_with(|| error.to_string()),
        }
    }
    if is_other_block(committed, own) {
        return Ok(Found::OtherBlock(differs));
    }
    Ok(Found::Unknown(why.unwrap_or(differs)))
}

/// One's own claim of the transactions that a commitment is about: they are found by their hashes where the claim is
/// published, else by where they begin or end; none if none are they.
fn run_of(
    committed: &Committed,
    own: &Own,
    published: Option<&ClaimedBlock>,
) -> Option<ClaimedBlock> {
    let count = usize::try_from(committed.claim.transactions.count).ok().filter(|it| *it > 0)?;
    let claims = &own.claims;
    let starts = || 0..(claims.len() + 1).saturating_sub(count);
    let hash = |at: usize| claims[at].transactions.first().map(|told| told.claim.hash);
    let first = published.and_then(|theirs| theirs.transactions.first());
    let by_hash = first.and_then(|told| starts().find(|at| hash(*at) == Some(told.claim.hash)));
    let by_enter = || starts().find(|at| claims[*at].claim.enter == committed.claim.enter);
    let by_leave =
        || starts().find(|at| claims[*at + count - 1].claim.leave == committed.claim.leave);
    let at = by_hash.or_else(by_enter).or_else(by_leave)?;
    ClaimedBlock::join(claims[at..at + count].iter().cloned()).ok()
}

/// Whether a commitment says what one knows oneself: all of it, but for a header that is not named, and ancestors that
/// are claimed to be fewer.
fn is_same(committed: &Committed, own: &Own, run: &ClaimedBlock) -> bool {
    let (theirs, ours) = (&committed.claim, &run.claim);
    let execution = theirs.environment == ours.environment
        && theirs.transactions == ours.transactions
        && (theirs.enter, theirs.leave) == (ours.enter, ours.leave);
    let header = theirs.header.is_zero() || theirs.header == own.hash;
    let ancestors = theirs.ancestors.count == 0 || theirs.ancestors == ours.ancestors;
    execution && header && ancestors
}

/// Whether a commitment is about another block than one's own.
fn is_other_block(committed: &Committed, own: &Own) -> bool {
    let Some(first) = own.claims.first() else {
        return committed.claim.transactions.count > 0;
    };
    let header = committed.claim.header;
    first.claim.environment != committed.claim.environment
        || (!header.is_zero() && header != own.hash)
}

/// What differs, in words.
fn differs(committed: &Committed, own: &Own, run: Option<&ClaimedBlock>) -> String {
    let (number, theirs) = (committed.environment.number, &committed.claim);
    let Some(first) = own.claims.first() else {
        return format!("block {number} has no transactions here");
    };
    if first.claim.environment != theirs.environment {
        return format!("what the block gives is another than block {number} of the chain gives");
    }
    if !theirs.header.is_zero() && theirs.header != own.hash {
        let (found, expected) = (theirs.header, own.hash);
        return format!("the header is {found}, and that of block {number} is {expected}");
    }
    let Some(run) = run else {
        let count = theirs.transactions.count;
        return format!("block {number} has no {count} transactions that begin or end so");
    };
    let what = if theirs.enter != run.claim.enter {
        "the state root before the first transaction is another"
    } else if theirs.leave != run.claim.leave {
        "the state root behind the last transaction is another"
    } else if theirs.transactions != run.claim.transactions {
        "something in the transactions is another"
    } else {
        "the ancestors are others"
    };
    format!("block {number}: {what} than what was recorded")
}

/// The witnesses that something may be found with, in order: those of transactions that are claimed otherwise, or the
/// first one, if all are claimed alike.
fn of_interest<'a>(
    own: &'a Own,
    theirs: &ClaimedBlock,
) -> Vec<(&'a iso_evm_wire::Opened<'static>, &'a ClaimedBlock)> {
    let all = || own.witnesses.iter().zip(&own.claims);
    let told = |ours: &ClaimedBlock| {
        let ours = &ours.transactions.first()?.claim;
        let theirs = theirs.transactions.iter().find(|it| it.claim.hash == ours.hash)?;
        Some(theirs.claim == *ours)
    };
    let mut found: Vec<_> = all().filter(|(_, ours)| told(ours) == Some(false)).collect();
    // What header and roots say needs one witness, of a transaction that is claimed if there is one.
    let claimed = all().find(|(_, ours)| told(ours).is_some());
    found.extend(claimed.or_else(|| all().next()).filter(|_| found.is_empty()));
    found
}

/// Where a claim has the transaction of one's own; where it begins, if it has none.
fn place(theirs: &ClaimedBlock, ours: &ClaimedBlock) -> usize {
    let hash = ours.transactions.first().map(|told| told.claim.hash);
    let found = theirs.transactions.iter().position(|told| Some(told.claim.hash) == hash);
    theirs.first + found.unwrap_or_default()
}
