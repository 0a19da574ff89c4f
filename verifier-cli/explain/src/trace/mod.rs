//! What a guest does at every step, from the native engine's runs: EIP-3155 lines that other tools can be
//! held against, another client's trace held against ours, and a few steps around a place for whoever
//! explains. Normative text: `specs/16-native-engine.md`, section Traces.
//!
//! In the data's way: [`step`] is one opcode of one message, [`walk`] goes through the messages in the order in
//! which they ran, [`lines`] writes what it meets; [`other`] reads what somebody else wrote, [`mod@compare`] holds
//! the two against each other and [`difference`] says where they part. [`mod@window`] keeps some steps of one
//! message.

pub mod compare;
pub mod difference;
pub mod lines;
pub mod names;
pub mod other;
pub mod step;
pub mod walk;
pub mod window;

pub use self::{
    compare::{Compared, compare},
    difference::Difference,
    lines::Lines,
    other::OtherError,
    step::Step,
    walk::{Bounds, Event, Scope, Walk},
    window::{Window, window},
};
