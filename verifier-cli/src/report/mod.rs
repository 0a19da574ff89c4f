//! What the commands print of a [`Report`](iso_evm_verifier::Report): a table for people; and the call tree
//! of a witness.

mod call_tree;
mod findings;
mod human;
pub(crate) mod layout;
mod messages;
mod segments;
mod short;
mod story;
pub(crate) mod text;

pub(crate) use call_tree::tree;
pub(crate) use human::human;
#[cfg(feature = "onchain")]
pub(crate) use short::found;
pub(crate) use short::remarks;
pub(crate) use story::{Detail, story};
