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

use iso_evm_witness::Fork;

use crate::harness::{
    frame::{self, Compared, Frame},
    guest::Guest,
};

/// The guest's frame both ways; `None` for a creation, whose account is not there yet.
///
/// Before Cancun the host's rules are not the guest's: an account that destroys itself fares
/// differently, and code that could is compared without the state.
fn compare(guest: &Guest) -> Result<Option<Compared>, String> {
    let Some(frame) = Frame::of(guest) else { return Ok(None) };
    let execution = guest.execution();
    let block = frame::with_one_difficulty(execution.block.clone());
    let state = frame::state(&execution);
    let world = |fork: Fork| {
        frame::world(state.clone(), fork.spec_id(), block.clone(), execution.tx.clone())
    };
    let host = frame::host_of(guest.fork);
    let destroys = guest.fork < host && guest.code.contains(&0xff);
    let compared = frame.compare_on(
        &world(guest.fork),
        &world(host),
        frame::machine(guest.fork),
        |done| {
            if destroys {
                done.forget_changes();
            }
        },
    );
    compared.map(Some).map_err(|error| format!("{} {}: {error}", guest.name, guest.fork))
}

/// [`compare`], where an exclusion would be a defect of the test.
fn same(guest: &Guest) -> Result<(), String> {
    match compare(guest)? {
        Some(Compared::Same { .. }) => Ok(()),
        other => Err(format!("{} {}: {other:?}", guest.name, guest.fork)),
    }
}
