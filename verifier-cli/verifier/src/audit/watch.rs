//! [`Watch`]: who is told where the walk over a transaction is.
//!
//! In the data's way this stands between the walk and whoever makes claims of what it comes by, or proofs.

use std::fmt::Debug;

use alloy_primitives::Address;
use iso_evm_wire::records::Record;

use super::{Missing, state::State};

/// Is told where the walk is, and may look at the state there. What it lacks ends the walk.
pub trait Watch: Debug {
    /// A step of the transaction's own is done, before its messages or behind them.
    ///
    /// # Errors
    ///
    /// What the state lacks: so for all of these.
    fn stepped(&mut self, _state: &mut State) -> Result<(), Missing> {
        Ok(())
    }

    /// A message is about to run its first opcode.
    fn entered(&mut self, _message: usize, _state: &mut State) -> Result<(), Missing> {
        Ok(())
    }

    /// A record is about to be looked at, of a message that runs as `context`.
    fn before(
        &mut self,
        _at: (usize, usize),
        _record: &Record,
        _context: Address,
        _state: &mut State,
    ) -> Result<(), Missing> {
        Ok(())
    }

    /// A record's effect is made, that of the message it opens too.
    fn behind(&mut self, _at: (usize, usize), _state: &mut State) -> Result<(), Missing> {
        Ok(())
    }

    /// A message has no more records; nothing of what its end does is done.
    fn leaving(&mut self, _message: usize, _state: &mut State) -> Result<(), Missing> {
        Ok(())
    }
}

/// Nobody watches.
#[derive(Clone, Copy, Debug)]
pub struct Nobody;

impl Watch for Nobody {}
