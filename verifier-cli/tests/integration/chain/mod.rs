//! On a real chain: anvil from npm, on loopback. What the chain says is what the embedded engine
//! says, for the gas that was predicted; and nobody convicts the honest.

pub(crate) mod anvil;
mod blocks;
// What operators claim, by hand.
pub(crate) mod claims;
// Who lies is convicted, whatever the lie is about; nobody else is.
mod dispute;
// What is said when something is missing, and that no key is ever said.
mod errors;
// What may be committed to, and on which host.
mod commitments;
// Key files.
pub(crate) mod keys;
// A node that answers as a test likes.
mod fake;
// Nodes that would have a key sign what its owner did not mean.
mod hostile;
// What each audit costs, and the measurements' table.
mod costs;
// Guests of the OP Stack.
mod optimism;
// From a node to the verdict: a swap, a block of ten.
mod record;
// Messages that do not fit one transaction: by segments, and without any checkpoint.
mod segments;
// What is final, who is silent and loses, what falls with its parent.
mod standing;
// True and lying witnesses, straight and in a dispute, in both archive modes.
mod verdicts;
