//! Sends what convicts: one transaction at a time, each looked at once more before it is signed, and kept before it
//! goes out. `specs/23-watch.md`, section Challenging.
//!
//! In the data's way this stands between the plan and L1.

use alloy_primitives::U256;
use iso_evm_onchain::{
    chain::CallAnswer,
    dispute::{Standing, is_not_announced},
    fees::{Fees, ether},
    outbox::Intent,
    send_error::SendError,
    unattended::Signed,
};

use super::{Challenger, Failure, Operators, proof::planned};
use crate::{
    commitment::{CommitmentNews, Judgement, SentAct},
    store::{Kept, Planned, SignedAct, Turn, now},
};

/// Why a commitment is convicted that nobody has to prove anything of.
const FALLS: &str = "its parent is convicted";

/// The words of an act's state.
pub(super) mod state {
    /// Nothing of it is signed.
    pub(in crate::l1) const PLANNED: &str = "planned";
    /// What it would bring is there already.
    pub(in crate::l1) const NEEDLESS: &str = "needless";
    /// It is signed, and not known to be mined.
    pub(in crate::l1) const SENT: &str = "sent";
    /// It is mined, and has succeeded.
    pub(in crate::l1) const MINED: &str = "mined";
    /// It is mined, and has failed.
    pub(in crate::l1) const FAILED: &str = "failed";
    /// Another account was to send it.
    pub(in crate::l1) const GIVEN_UP: &str = "given-up";
}

/// An act, with its place in the plan.
pub(super) struct Next {
    pub(super) place: (u64, u64),
    pub(super) act: Planned,
}

impl Operators {
    /// Follows what was sent, and sends what is next. Whether nothing is left to be done, or can be now.
    pub(super) fn send_all(&mut self) -> Result<bool, Failure> {
        let Some(challenger) = self.options.challenger.clone() else { return Ok(true) };
        if self.follow_flights(&challenger)? {
            return Ok(false);
        }
        self.plan_falls()?;
        for kept in self.store.challenged_next()? {
            let id = kept.made.committed.id;
            // What the logs have told may be old.
            let commitment = self.commitment_now(id)?;
            if commitment.standing != Standing::Open {
                continue;
            }
            let Some(next) = self.next_act(&kept)? else {
                if !self.store.flights()?.is_empty() {
                    return Ok(false);
                }
                continue;
            };
            if self.send_next(&challenger, &kept, &next)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Plans that commitments fall whose parents are convicted, be they false themselves or not.
    fn plan_falls(&mut self) -> Result<(), Failure> {
        for kept in self.store.fallen_next(FALLS)? {
            let rules = kept.made.committed.environment.rules;
            let act = self.disputes_for(rules).convict_successor(kept.made.committed.id);
            let turn = Turn {
                judgement: Judgement::False,
                block: None,
                reason: Some(FALLS),
                found: None,
                acts: &[planned(&act)],
                again: None,
            };
            self.store.judge(&kept, &turn, None)?;
        }
        Ok(())
    }

    /// The first act of a commitment's plan that is still to be sent. One that was mined and is no more, as its block
    /// is gone, is on its way again.
    fn next_act(&mut self, kept: &Kept) -> Result<Option<Next>, Failure> {
        let (id, plan) = (kept.made.committed.id, kept.plan);
        let acts = self.store.acts(id, plan)?;
        // What was asked for is waited for.
        let is_planned = acts.iter().any(|act| act.state == state::PLANNED);
        if kept.judgement == Judgement::Withheld && !is_planned {
            return Ok(None);
        }
        for (act, index) in acts.into_iter().zip(0..) {
            let place = (plan, index);
            match act.state.as_str() {
                state::NEEDLESS => {}
                state::MINED => {
                    let mut is_there = false;
                    for signed in self.store.signed(id, place)? {
                        is_there |= self.chain.mined(signed.hash)?.is_some();
                    }
                    if !is_there {
                        self.store.set_act(id, place, state::SENT)?;
                        self.pushed = None;
                        return Ok(None);
                    }
                }
                state::PLANNED if self.is_needless(&act)? => {
                    self.store.set_act(id, place, state::NEEDLESS)?;
                }
                state::PLANNED => return Ok(Some(Next { place, act })),
                _ => return Ok(None),
            }
        }
        Ok(None)
    }

    /// Whether what an act would bring is there already: an archive, a digest that was come to.
    fn is_needless(&mut self, act: &Planned) -> Result<bool, Failure> {
        if let Some(reached) = act.reaches {
            return self.is_reached(reached);
        }
        match act.makes {
            Some(archive) => Ok(!self.chain.code(archive)?.is_empty()),
            None => Ok(false),
        }
    }

    /// Looks at an act once more, signs it, keeps that, and sends it. Whether it was sent.
    fn send_next(
        &mut self,
        challenger: &Challenger,
        kept: &Kept,
        next: &Next,
    ) -> Result<bool, Failure> {
        if let Some(reason) = self.would_fail(kept, next)? {
            self.held(kept, reason)?;
            let pause = self.again(kept.attempts);
            self.store.judge_again(kept.made.committed.id, pause)?;
            return Ok(false);
        }
        let fees = match self.chain.fees(&challenger.caps) {
            Ok(fees) => fees,
            Err(error @ (SendError::Fee { .. } | SendError::Tip { .. })) => {
                self.held(kept, error.to_string())?;
                return Ok(false);
            }
            Err(error) => return Err(error.into()),
        };
        if let Some(reason) = self.lacks(challenger, &next.act, &fees)? {
            self.held(kept, reason)?;
            return Ok(false);
        }
        let nonce = self.chain.nonce(challenger.signer.address())?;
        self.send(challenger, kept, next, (nonce, fees, None))?;
        Ok(true)
    }

    /// Why an act would decide nothing, by what L1 says to it now.
    fn would_fail(&mut self, kept: &Kept, next: &Next) -> Result<Option<String>, Failure> {
        let (id, plan) = (kept.made.committed.id, next.place.0);
        // An announcement costs little and decides nothing: what it is for is looked at.
        let acts = self.store.acts(id, plan)?;
        let left = || acts.iter().filter(|act| act.state == state::PLANNED);
        let asked = match next.act.what.as_str() {
            "archive" => return Ok(None),
            "announce" if left().any(|act| act.makes.is_some()) => return Ok(None),
            "announce" => match left().find(|act| act.what != "announce") {
                Some(act) => act.clone(),
                None => return Ok(None),
            },
            _ => next.act.clone(),
        };
        let answer = self.called(&asked)?;
        let is_taken = match &answer {
            CallAnswer::Returned(_) => true,
            // The prover has convicted; that this was not announced in a block before the newest is said behind it.
            CallAnswer::Reverted(data) => is_not_announced(data),
            CallAnswer::OutOfGas => false,
        };
        Ok((!is_taken).then(|| format!("the contract does not take it: {}", asked.what)))
    }

    /// What L1 says to an act, without a transaction.
    fn called(&self, act: &Planned) -> Result<CallAnswer, Failure> {
        let from = self.account().unwrap_or(super::SOMEBODY);
        Ok(self.chain.tried((from, act.to), (act.value, act.data.clone()), act.gas_limit)?)
    }

    /// What the account lacks to send an act, or its owner does not allow.
    fn lacks(
        &mut self,
        challenger: &Challenger,
        act: &Planned,
        fees: &Fees,
    ) -> Result<Option<String>, Failure> {
        let most = fees.most(act.gas_limit).saturating_add(act.value);
        let account = challenger.signer.address();
        let balance = self.chain.balance(account)?;
        if balance < most {
            let (has, needs) = (ether(balance), ether(most));
            return Ok(Some(format!(
                "{account} has {has} ETH, and {} takes up to {needs}",
                act.what
            )));
        }
        let Some(limit) = challenger.max_spend else { return Ok(None) };
        let spent = self.store.spent()?;
        let all = spent.saturating_add(most);
        Ok((all > limit).then(|| {
            let [spent, most, limit] = [spent, most, limit].map(ether);
            format!(
                "{spent} ETH are spent, {} takes up to {most}, and {limit} are allowed",
                act.what
            )
        }))
    }

    /// Signs an act, keeps what was signed, and sends it. `replaces` is what it takes the place of.
    pub(super) fn send(
        &mut self,
        challenger: &Challenger,
        kept: &Kept,
        Next { place, act }: &Next,
        (nonce, fees, replaces): (u64, Fees, Option<alloy_primitives::B256>),
    ) -> Result<(), Failure> {
        let (_, chain_id) = self.checked()?;
        let found = self.chain.id()?;
        if found != chain_id {
            return Err(SendError::ChainChanged { expected: chain_id, found }.into());
        }
        let intent =
            Intent { what: "act", to: Some(act.to), value: act.value, gas_limit: act.gas_limit };
        let signed =
            Signed::new(&challenger.signer, (chain_id, nonce, fees), &intent, act.data.clone())?;
        let (max_fee, max_priority_fee) = (fees.max_fee_per_gas, fees.max_priority_fee_per_gas);
        let told = SentAct {
            what: act.what.clone(),
            hash: signed.hash,
            nonce,
            gas_limit: act.gas_limit,
            max_fee_per_gas: U256::from(max_fee),
            max_priority_fee: U256::from(max_priority_fee),
            replaces,
        };
        let event = kept.event(CommitmentNews::Sent(Box::new(told)));
        let signed_at = u64::try_from(now()).unwrap_or_default();
        let bytes = signed.bytes.clone();
        let kept_act =
            SignedAct { hash: signed.hash, nonce, max_fee, max_priority_fee, bytes, signed_at };
        self.store.sign(kept.made.committed.id, *place, &kept_act, &event)?;
        self.held.remove(&kept.made.committed.id);
        self.signed = Some((signed.hash, self.head));
        self.tell(event)?;
        self.broadcast(kept, &kept_act)
    }

    /// Sends what was signed. What the node says to it is told; what becomes of it the chain says.
    pub(super) fn broadcast(&mut self, kept: &Kept, signed: &SignedAct) -> Result<(), Failure> {
        match self.chain.broadcast(&signed.bytes) {
            Ok(()) => Ok(()),
            Err(error) if error.is_refusal() && !is_known(&error) => {
                self.held(kept, error.to_string())
            }
            Err(error) => {
                tracing::info!(%error, hash = %signed.hash, "sent again later");
                Ok(())
            }
        }
    }
}

/// Whether a node has a transaction already, in the words of geth, Nethermind, Besu, reth, Erigon or anvil.
fn is_known(error: &iso_evm_rpc::RpcError) -> bool {
    let words = error.to_string().to_lowercase();
    ["already known", "alreadyknown", "known transaction", "already imported", "nonce too low"]
        .iter()
        .any(|known| words.contains(known))
}
