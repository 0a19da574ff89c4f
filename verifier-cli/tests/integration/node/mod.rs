//! Witnesses from a node: anvil, from npm, and a proxy before it that answers as a bad node would.

pub(crate) mod anvil;
mod block;
mod cache;
// Other blocks and transactions than those that are named.
mod elsewhere;
// Nodes that do not mean well: endless, slow, redirecting, lying.
mod fakes;
mod faults;
mod http;
// What nodes do not prove: it is recorded all the same, and said.
mod lacks;
// Transactions in no block, names and ranges of blocks, what names a transaction.
mod brought;
// How a state is named.
mod naming;
// Blocks of a rollup.
mod optimism;
#[cfg(unix)]
mod others;
pub(crate) mod proxy;
#[cfg(unix)]
mod real;
mod recorded;
#[cfg(unix)]
mod traces;
mod ways;
