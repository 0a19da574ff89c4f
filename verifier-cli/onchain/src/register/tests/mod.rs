//! The register's own checks, each on its own: what it binds, what it judges, and by which schedule.
//! Machines that answer as a test likes stand in for the real ones.

// What the machine is given is what the hashes say.
mod bound;
// A segment, and a register that holds a commitment to its message.
mod court;
// What an answer leads to, and what not.
mod judged;
// Records that are none.
mod malformed;
mod schedule;
// The layout that the source reads is the one that is written.
mod source;
