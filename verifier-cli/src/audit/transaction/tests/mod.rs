//! Tests of the transaction audit as a whole, and what they share.

mod prices;
mod random;
mod signatures;
