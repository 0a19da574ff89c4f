//! Records a transaction run in revm as one [`MessageWitness`] per call frame.

pub mod fork;
pub mod message;
pub mod records;
pub mod state_root;

pub use fork::Fork;
pub use message::{AccessWitness, MessageWitness};
