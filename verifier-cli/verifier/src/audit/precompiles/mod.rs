//! Precompiled contracts: what they give ([`run`]), and what they give for the
//! calls in a message ([`Reruns`]).
//! `specs/03-records.md`, section Outcomes.

mod reruns;
mod run;

pub(crate) use reruns::own_gas;
pub(super) use reruns::{NotRerun, OfMessage, Reruns};
pub(super) use run::{Ended, at, run};
