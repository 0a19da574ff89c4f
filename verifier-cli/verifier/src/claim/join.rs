//! One claim of several transactions that follow each other in a block, out of the claims of each.

use alloy_primitives::B256;

use super::items::ClaimedBlock;

/// Why claims are not those of transactions that follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotOneBlock {
    /// There is none.
    #[error("there is no transaction")]
    Empty,
    /// A transaction is of another block than the first.
    #[error(
        "transaction {index} is of another block than the first: what its block gives is not the same"
    )]
    Environment {
        /// Index of the transaction.
        index: usize,
    },
    /// A transaction does not begin with the state that the one before it leaves.
    #[error(
        "transaction {index} begins with the state root {found}, and the one before it leaves {expected}"
    )]
    Roots {
        /// Index of the transaction.
        index: usize,
        /// Root that the one before it leaves.
        expected: B256,
        /// Root that it begins with.
        found: B256,
    },
    /// The first transaction is not the first of its block.
    #[error("it begins with transaction {place} of its block, which are numbered from 0")]
    Begins {
        /// Index of the first transaction in its block.
        place: u64,
    },
    /// A transaction says that it stands elsewhere in its block.
    #[error("transaction {index} is transaction {found} of its block, and {expected} comes next")]
    Place {
        /// Index of the transaction.
        index: usize,
        /// Index in the block of what follows the one before it.
        expected: usize,
        /// Its own index in the block.
        found: usize,
    },
    /// Two transactions say of an ancestor that it has different hashes.
    #[error(
        "transaction {index} says that the ancestor {back} blocks back is {found}, another said {expected}"
    )]
    Ancestor {
        /// Index of the transaction.
        index: usize,
        /// How many blocks before this one.
        back: usize,
        /// The hash that was said before.
        expected: B256,
        /// The hash that it says.
        found: B256,
    },
}

impl ClaimedBlock {
    /// The claim of all transactions of these claims, one behind the other, as a run that names no header. Of the
    /// ancestors it has what any of them tells.
    ///
    /// # Errors
    ///
    /// [`NotOneBlock`], if they are not transactions of one block that follow each other.
    pub fn join(claims: impl IntoIterator<Item = Self>) -> Result<Self, NotOneBlock> {
        let mut claims = claims.into_iter();
        let first = claims.next().ok_or(NotOneBlock::Empty)?;
        let Self { claim, environment, mut ancestors, mut transactions, first: begin, .. } = first;
        let (enter, mut leave) = (claim.enter, claim.leave);
        for next in claims {
            let index = transactions.len();
            if next.claim.environment != claim.environment {
                return Err(NotOneBlock::Environment { index });
            }
            if next.claim.enter != leave {
                let (expected, found) = (leave, next.claim.enter);
                return Err(NotOneBlock::Roots { index, expected, found });
            }
            learn(&mut ancestors, &next.ancestors, index)?;
            // Of a place of zero nobody knows whether it is known.
            let (expected, found) = (begin.saturating_add(index), next.first);
            if found > 0 && found != expected {
                return Err(NotOneBlock::Place { index, expected, found });
            }
            leave = next.claim.leave;
            transactions.extend(next.transactions);
        }
        Ok(Self::new(environment, B256::ZERO, ancestors, [enter, leave], (0, transactions)))
    }
}

/// Takes over the hashes of ancestors that another tells; zero is one that is not told.
fn learn(known: &mut Vec<B256>, told: &[B256], index: usize) -> Result<(), NotOneBlock> {
    known.resize(known.len().max(told.len()), B256::ZERO);
    for (place, (known, found)) in known.iter_mut().zip(told.iter().copied()).enumerate() {
        if known.is_zero() {
            *known = found;
        } else if !found.is_zero() && *known != found {
            let (expected, back) = (*known, place + 1);
            return Err(NotOneBlock::Ancestor { index, back, expected, found });
        }
    }
    Ok(())
}
