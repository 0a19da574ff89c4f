//! Fees and base fees, compared with op-geth's vectors, with what real transactions paid and with
//! what `op-revm` 20 computed.

mod base_fee;
mod fastlz;
mod fees;
