//! On a real chain: anvil from npm, on loopback. What the chain says is what the embedded engine
//! says, for the gas that was predicted; and nobody convicts the honest.

mod anvil;
// Contracts that answer as a test pleases.
mod answers;
// What is said when something is missing, and that no key is ever said.
mod errors;
// What may be committed to, and on which host.
mod commitments;
// Key files.
mod keys;
// A node that answers as a test likes.
mod fake;
// Nodes that would have a key sign what its owner did not mean.
mod hostile;
// What each audit costs, and the measurements' table.
mod costs;
// Nobody convicts the honest, and gas decides nothing.
mod honest;
// Guests of the OP Stack.
mod optimism;
// From a node to the verdict: a swap, a block of ten.
mod record;
// A block's fork follows from the register's schedule.
mod schedule;
// Messages that do not fit one transaction: by segments, and without any checkpoint.
mod segments;
// The register's source compiled again.
mod source;
// True and lying witnesses, straight and by the register, in both archive modes.
mod verdicts;
