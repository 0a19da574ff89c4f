//! Witnesses from a node: anvil, from npm, and a proxy before it that answers as a bad node would.

pub(crate) mod anvil;
mod block;
mod cache;
mod faults;
mod http;
mod proxy;
mod recorded;
mod ways;
