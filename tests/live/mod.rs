//! The live machine: the same code natively and by delegation, and all that must come out alike.

mod entry;
mod guests;
mod opcodes;
mod programs;
mod random;
mod stack;
mod statetests;
mod swap;
mod wrapper;

use crate::harness::{
    frame::{Compared, compare},
    guest::Guest,
};

/// [`compare`], where an exclusion would be a defect of the test.
fn same(guest: &Guest) -> Result<(), String> {
    match compare(guest)? {
        Some(Compared::Same { .. }) => Ok(()),
        other => Err(format!("{} {}: {other:?}", guest.name, guest.rules)),
    }
}
