//! What an operator claims of a transaction, made from its witness: every item of the tree, and the nodes
//! that a proof about one of them takes. Normative text: `specs/20-claims.md`.
//!
//! In the data's way this stands on the walk of the access and transaction audits, which it watches:
//! `build` takes the instant behind each record, `needs` says what a record's judge looks up, `nodes` stops
//! at a record and takes the nodes for it, `runs` asks the native engine for segments and inputs, `steps`
//! says where the transaction's own steps are. `join` makes one claim of those of a block's transactions,
//! `compare` finds where two claims begin to differ, `json` writes a
//! claim and `parse` reads somebody else's. Who proves a lie to a contract stands above.

mod build;
mod compare;
mod difference;
mod items;
mod join;
mod json;
mod needs;
mod nodes;
mod parse;
mod runs;
mod steps;
#[cfg(test)]
mod tests;

pub use build::claim;
pub use compare::{Published, Withheld, difference_within, first_difference};
pub use difference::{Difference, TreeOf};
pub use items::{ClaimedBlock, ClaimedMessage, ClaimedTransaction, Instants};
pub use join::NotOneBlock;
pub use needs::Needs;
pub use nodes::{Moment, code_at, next_to_go, nodes_at};
pub use parse::{ClaimError, Hashed, Holder};
pub use runs::{checkpoints, precompile_input, segments, segments_at};
pub use steps::StepPlaces;
