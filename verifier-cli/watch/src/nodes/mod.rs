//! The nodes that a chain is followed by: how one is asked where its chain is, a thread for each that asks it
//! again and again, and what is thought of each.
//!
//! In the data's way this stands first: what is seen here decides which blocks are audited.

mod bell;
mod endpoint;
mod poller;
mod standing;

pub(crate) use self::{
    bell::{Bell, Rope, ring},
    endpoint::Endpoint,
    poller::{Sight, watch},
    standing::Standings,
};
