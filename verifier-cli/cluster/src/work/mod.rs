//! One item after the other, in a process of its own that an item may end: what loops, asks for more memory than
//! there is or finds a fault in us ends that process and never an executor. `specs/25-cluster.md`, section Items.
//!
//! [`Workers`] stands in the executor. It hands items to `process`es and takes their rows; an item whose process ends
//! twice is a row that says so. The process itself is `child`, and what goes through the pipe is `wire`.

mod child;
mod mutants;
mod process;
mod wire;
mod workers;

pub(crate) use self::{
    child::{audited_fields, serve, unusable},
    mutants::mutants_type,
    wire::Task,
    workers::{Item, Workers},
};
