//! Traces: ours against revm's own EIP-3155 tracer, which runs the transaction on its state, and lies about them.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod agreement;
mod dialects;
mod lies;
mod revm_tracer;
mod windows;
