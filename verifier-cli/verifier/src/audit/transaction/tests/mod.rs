//! Tests of the transaction audit as a whole, and what they share.

mod kinds;
mod lacks;
mod optimism;
mod prices;
mod random;
mod recorded;
mod rejected;
mod signatures;
mod whole;
