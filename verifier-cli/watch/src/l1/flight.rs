//! What was signed and is not mined yet: it is looked for, sent again, and sent with higher fees if it is stuck. What
//! was signed for a number is never signed for another one before that number is gone. `specs/23-watch.md`, section
//! Challenging.
//!
//! In the data's way this stands between what was sent and its receipt.

use iso_evm_onchain::{
    fees::{Fees, gwei},
    send_error::SendError,
    unattended::Mined,
};

use super::{
    Challenger, Failure, Operators,
    send::{Next, state},
};
use crate::{
    commitment::CommitmentNews,
    store::{Flight, Kept, SignedAct, now},
};

/// At how many blocks of L1 a number must be seen to be another transaction's before it is believed: what a node
/// says of a chain that is being reorganised does not hang together.
const CERTAIN: usize = 3;

impl Operators {
    /// Looks what has become of all that was signed. Whether something of it is on its way.
    pub(super) fn follow_flights(&mut self, challenger: &Challenger) -> Result<bool, Failure> {
        let flights = self.store.flights()?;
        if flights.is_empty() {
            return Ok(false);
        }
        if let Some(first) = flights.first()
            && self.is_behind_a_gap(challenger, first)?
        {
            return Ok(true);
        }
        // Once a block: a node that has it has it.
        let is_due = std::mem::replace(&mut self.pushed, self.head) != self.head;
        let mut is_first = true;
        for flight in &flights {
            let Some(kept) = self.store.commitment(flight.commitment)? else { continue };
            if self.is_mined(&kept, flight)? {
                // What has waited for it waits no more.
                self.pushed = None;
                continue;
            }
            if self.is_lost(challenger, &kept, flight)? {
                continue;
            }
            let Some(last) = flight.signed.first() else { continue };
            // What has a higher number waits for it: a challenge in the block of its announcement fails.
            if !std::mem::take(&mut is_first) {
                continue;
            }
            let is_anew =
                self.is_stuck(challenger, last) && self.push_on(challenger, &kept, flight, last)?;
            if is_due && !is_anew {
                self.broadcast(&kept, last)?;
            }
        }
        Ok(true)
    }

    /// Whether a number before that of the first flight is not mined any more: what was mined with it has gone with its
    /// block, and is on its way again, or nothing behind it is ever mined.
    fn is_behind_a_gap(
        &mut self,
        challenger: &Challenger,
        first: &Flight,
    ) -> Result<bool, Failure> {
        let count = self.chain.mined_count(challenger.signer.address())?;
        let mut is_gap = false;
        for (commitment, place, hash) in self.store.mined_from(count, first.nonce)? {
            if self.chain.mined(hash)?.is_none() {
                self.store.set_act(commitment, place, state::SENT)?;
                self.pushed = None;
                is_gap = true;
            }
        }
        Ok(is_gap)
    }

    /// Whether what was signed for a number is mined; then that is kept.
    fn is_mined(&mut self, kept: &Kept, flight: &Flight) -> Result<bool, Failure> {
        for signed in &flight.signed {
            let Some(Mined { receipt, number, paid }) = self.chain.mined(signed.hash)? else {
                continue;
            };
            let what = flight.act.what.clone();
            let (hash, success, gas_used) = (receipt.hash, receipt.success, receipt.gas_used);
            let event = kept.event(CommitmentNews::Mined { what, hash, success, gas_used, paid });
            self.store.mined(flight, hash, (number, paid, success), &event)?;
            self.taken.remove(&flight.nonce);
            self.tell(event)?;
            if !success {
                // It may be convicted by somebody else; if not, there may be another proof.
                let pause = self.again(kept.attempts);
                self.store.judge_again(flight.commitment, pause)?;
            }
            return Ok(true);
        }
        Ok(false)
    }

    /// Whether the number that something was signed for is another transaction's; then that is kept, and it is
    /// signed anew.
    fn is_lost(
        &mut self,
        challenger: &Challenger,
        kept: &Kept,
        flight: &Flight,
    ) -> Result<bool, Failure> {
        let count = self.chain.mined_count(challenger.signer.address())?;
        if count <= flight.nonce {
            self.taken.remove(&flight.nonce);
            return Ok(false);
        }
        let seen = self.taken.entry(flight.nonce).or_default();
        seen.extend(self.head.map(|head| head.hash).filter(|hash| !seen.contains(hash)));
        if seen.len() < CERTAIN {
            return Ok(false);
        }
        self.taken.remove(&flight.nonce);
        self.store.lost(flight)?;
        let (number, account) = (flight.nonce, challenger.signer.address());
        let reason = format!("another transaction of {account}'s has the number {number}");
        self.held(kept, reason)?;
        Ok(true)
    }

    /// Whether what was signed has waited for long, and a block of L1 has come without it.
    fn is_stuck(&self, challenger: &Challenger, last: &SignedAct) -> bool {
        let waited = u64::try_from(now()).unwrap_or_default().saturating_sub(last.signed_at);
        let is_newest = self.signed == Some((last.hash, self.head));
        u128::from(waited) >= challenger.bump_after.as_millis() && !is_newest
    }

    /// Signs anew what is stuck, with higher fees, if the caps allow that. Whether they do.
    fn push_on(
        &mut self,
        challenger: &Challenger,
        kept: &Kept,
        flight: &Flight,
        last: &SignedAct,
    ) -> Result<bool, Failure> {
        let fees = |signed: &SignedAct| Fees {
            max_fee_per_gas: signed.max_fee,
            max_priority_fee_per_gas: signed.max_priority_fee,
        };
        let market = match self.chain.fees(&challenger.caps) {
            Ok(market) => market,
            Err(error @ (SendError::Fee { .. } | SendError::Tip { .. })) => {
                return self.held(kept, error.to_string()).map(|()| false);
            }
            Err(error) => return Err(error.into()),
        };
        let Some(raised) = fees(last).raised(market, &challenger.caps) else {
            let reason = format!(
                "{} is not mined at {} for each unit of gas ({} of it for the proposer), and more is not allowed",
                last.hash,
                gwei(last.max_fee),
                gwei(last.max_priority_fee)
            );
            return self.held(kept, reason).map(|()| false);
        };
        let next = Next { place: flight.place, act: flight.act.clone() };
        self.send(challenger, kept, &next, (flight.nonce, raised, Some(last.hash)))?;
        Ok(true)
    }
}
