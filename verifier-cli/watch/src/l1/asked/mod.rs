//! What an operator withholds, and the contract has him show: asked for item by item from the transactions down, as far
//! as it is not one's own, until his claim is known or he is silent. `specs/23-watch.md`, section What is withheld.
//!
//! In the data's way this stands beside what he publishes: `leaves` says what of a tree is known, `assemble` makes a
//! claim of what was shown, `ask` plans the questions.

mod ask;
mod assemble;
mod leaves;

pub(super) use self::assemble::{Assembled, Lacking, assembled};
