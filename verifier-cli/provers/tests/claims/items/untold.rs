//! What is not false, and what nobody can tell: each item by its name, and why.

use alloy_primitives::B256;
use iso_evm_provers::NoFault;
use iso_evm_verifier::claim::{ClaimedBlock, Difference, TreeOf};

use super::{cases::Case, change::Item};

/// Why a claim with this item changed convicts nobody; none if it must. `own` is what follows from the
/// challenger's witness.
pub(crate) fn untold(
    item: Item,
    why: NoFault,
    case: &Case,
    own: &ClaimedBlock,
) -> Option<&'static str> {
    let truth = &case.claimed;
    let has_header = !truth.claim.header.is_zero();
    let by_record = "only a record or a step that says otherwise shows it, and there is none";
    let before = "the file does not tell what the transaction before left: it is asked for";
    match item {
        Item::Hash if matches!(why, NoFault::OtherTransaction(_)) => {
            Some("the claim is about another transaction, of which the witness says nothing")
        }
        Item::Header if !has_header => {
            Some("which block a run belongs to is claimed by nobody else")
        }
        Item::Header => Some("nobody has the bytes of such a header: they are asked for"),
        Item::Ancestor | Item::AncestorMore if !has_header => {
            Some("without a header nobody knows which blocks went before")
        }
        Item::Ancestor if own.ancestors.iter().any(B256::is_zero) => {
            Some("the witness does not tell this one")
        }
        Item::Enter if truth.first > 0 => Some(before),
        Item::Step(_) if truth.first > 0 && is_step_0(why) => Some(before),
        Item::AncestorMore => Some("the witness has not the header of the last that it knows of"),
        Item::AncestorFewer | Item::CheckpointFewer => Some("it is as true as with one more"),
        Item::Environment(0 | 1) => {
            Some("chain and rules are those of the contract for disputes, which takes no others")
        }
        Item::Environment(_) if !has_header => Some(by_record),
        Item::Environment(6 | 8) => {
            Some("the rules have no such fee, or it follows from no header")
        }
        Item::Receipt if own.transactions[0].claim.receipt.is_zero() => {
            Some("the witness does not tell the logs, so nobody knows the receipt")
        }
        Item::TransactionMore | Item::TransactionFewer if !has_header => {
            Some("how many transactions a run has is for whoever claims it to say")
        }
        _ => None,
    }
}

const fn is_step_0(why: NoFault) -> bool {
    matches!(why, NoFault::NotJudged(Difference::Item(TreeOf::Steps(_), 0)))
}
