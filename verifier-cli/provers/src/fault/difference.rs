//! From an operator's claim and one's own witness to a proof: where the two begin to differ, the contracts are
//! asked, in an EVM of one's own, until one convicts.
//!
//! In the data's way this stands between a claim that somebody publishes and a chain: what is returned
//! convicts there.

use iso_evm_verifier::claim::{
    ClaimedBlock, Difference, TreeOf, difference_within, first_difference,
};

use super::{
    Accused, Fault,
    judges::{Question, Question as Q},
};
use crate::{Court, MACHINE, transaction::block};

/// Why nobody is convicted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoFault {
    /// Nothing in the claim is another than what follows from the witness.
    #[error("the claim says what the witness does")]
    Alike,
    /// The claim does not tell the transaction.
    #[error("no transaction is told at place {0} of the claim")]
    NoTransaction(usize),
    /// The two are about different transactions.
    #[error("the transaction at place {0} of the claim is another one than the witness's")]
    OtherTransaction(usize),
    /// The two differ, and no prover says that it is false.
    #[error("the claim differs from the witness ({0}), and no prover convicts of that")]
    NotJudged(Difference),
}

impl Accused<'_, '_> {
    /// The proof that convicts whoever claims [`Self::claimed`], which `own` is compared with: the
    /// [`claim`](iso_evm_verifier::claim::claim) that is made of the witness, a true one. The kind is the one that the
    /// contract says. The court is one for the engine's rules; the proof names the machine that the accused
    /// names.
    ///
    /// Premises that no prover judges (header and environment where none is known, the root before the block)
    /// are taken as they are claimed, and so are checkpoints that are true but others.
    ///
    /// # Errors
    ///
    /// If the claim is about something else, or nothing in it is false as far as anybody can prove.
    pub fn convicting(&self, own: &ClaimedBlock, court: &mut Court) -> Result<Fault, NoFault> {
        self.compared(own, court).or_else(|why| {
            // What header and roots say of a block needs no claim of one's own.
            let of_block = [Q::InBlock(block::TRANSACTION), Q::InBlock(block::COUNT), Q::Chain];
            let found = of_block.into_iter().find_map(|question| self.told_by(question, court));
            found.ok_or(why)
        })
    }

    fn compared(&self, own: &ClaimedBlock, court: &mut Court) -> Result<Fault, NoFault> {
        let place = self.transaction;
        let no_transaction = NoFault::NoTransaction(place);
        let mut theirs = self.claimed.clone();
        let told = own.transactions.first().ok_or(no_transaction)?;
        let at = place.checked_sub(theirs.first).ok_or(no_transaction)?;
        let theirs_at = theirs.transactions.get_mut(at).ok_or(no_transaction)?;
        theirs_at.learn(told);
        let is_other = theirs_at.claim.hash != told.claim.hash;
        let mut own = alongside(own, &theirs, at);
        let accused = Accused { claimed: &theirs, ..*self };
        let mut first = None;
        // Each time around a premise is taken over that no prover judges.
        while let Ok(Some(difference)) = first_difference(&own, &mut &theirs) {
            if is_other && difference == Difference::Transaction(place) {
                return Err(NoFault::OtherTransaction(place));
            }
            if let Some(fault) = accused.judged(difference, &own, court) {
                return Ok(fault);
            }
            first.get_or_insert(difference);
            let Some(next) = accused.taken_over(&own, difference) else { break };
            own = next;
        }
        Err(first.map_or(NoFault::Alike, NoFault::NotJudged))
    }

    /// The proof by which a difference convicts.
    fn judged(&self, at: Difference, own: &ClaimedBlock, court: &mut Court) -> Option<Fault> {
        let mut questions = self.judging(at).into_iter();
        if let Some(fault) = questions.find_map(|question| self.told_by(question, court)) {
            return Some(fault);
        }
        // What a record says of the message that it opens follows from that message.
        let Difference::Item(TreeOf::Records(transaction, message), place) = at else {
            return None;
        };
        let child = self.child_of(message, usize::try_from(place).ok()? + 1)?;
        let within = difference_within(own, &mut &*self.claimed, (transaction, child));
        self.judged(within.ok()??, own, court)
    }

    /// The proof by which a question convicts.
    fn told_by(&self, question: Question, court: &mut Court) -> Option<Fault> {
        let root = self.claimed.root();
        let proofs = Accused { machine: MACHINE, ..*self }.asking(question);
        let convicting = proofs.into_iter().enumerate().find_map(|(index, fault)| {
            let kind = court.ask(fault.prover, root, &fault.proof).answer.kind()?;
            Some((index, Fault { kind, ..fault }))
        });
        let (index, fault) = convicting?;
        if self.machine == MACHINE {
            return Some(fault);
        }
        // The same proof, where the machine is.
        let there = self.asking(question).into_iter().nth(index)?;
        Some(Fault { kind: fault.kind, ..there })
    }

    /// One's own claim with what differs as it stands in the other, if it is a premise.
    fn taken_over(&self, own: &ClaimedBlock, difference: Difference) -> Option<ClaimedBlock> {
        let (theirs, mut own) = (self.claimed, own.clone());
        match difference {
            Difference::Block => {
                let premises = |told: &ClaimedBlock| {
                    let told = &told.claim;
                    (told.environment, told.header, told.enter)
                };
                if premises(theirs) == premises(&own) {
                    return None;
                }
                own.environment = theirs.environment;
                own.claim.header = theirs.claim.header;
                own.claim.enter = theirs.claim.enter;
            }
            Difference::Item(TreeOf::Ancestors, _) => own.ancestors.clone_from(&theirs.ancestors),
            Difference::Receipt(at) => {
                let receipt = theirs.transaction(at)?.claim.receipt;
                own.transactions.get_mut(at - own.first)?.claim.receipt = receipt;
            }
            Difference::Item(TreeOf::Checkpoints(at, message), _) => {
                let told = theirs.transaction(at)?.messages.get(message)?;
                let transaction = own.transactions.get_mut(at - own.first)?;
                let own = transaction.messages.get_mut(message)?;
                own.checkpoints.clone_from(&told.checkpoints);
                own.checkpoint_tree.clone_from(&told.checkpoint_tree);
                own.claim.checkpoints = told.claim.checkpoints;
            }
            _ => return None,
        }
        Some(own.rebuilt())
    }
}

/// One's own transaction in the block of somebody else, at this place among those that he tells. What the
/// witness does not know of the block stands there as it is claimed.
fn alongside(own: &ClaimedBlock, theirs: &ClaimedBlock, at: usize) -> ClaimedBlock {
    let mut block = theirs.clone();
    let is_first = theirs.first + at == 0;
    let is_last = at + 1 == theirs.transactions.len();
    block.environment = own.environment;
    if !theirs.claim.header.is_zero() && !own.claim.header.is_zero() {
        block.claim.header = own.claim.header;
    }
    for (told, known) in block.ancestors.iter_mut().zip(&own.ancestors) {
        if !known.is_zero() {
            *told = *known;
        }
    }
    if is_first {
        block.claim.enter = own.claim.enter;
    }
    if is_last {
        block.claim.leave = own.claim.leave;
    }
    block.transactions.splice(at..=at, own.transactions.iter().take(1).cloned());
    block.rebuilt()
}
