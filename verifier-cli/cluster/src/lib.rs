//! Past one machine: SQL over witnesses, on DataFusion in one process and on Ballista in many.
//! `specs/25-cluster.md`.
//!
//! In the data's way this crate stands around [`iso_evm_batch`](https://docs.rs/iso-evm-batch), as the command line
//! does: what one machine has in files and threads, it has in tables and executors. Nothing is built here that an
//! engine does: DataFusion reads, plans and runs, Ballista spreads, `object_store` fetches. Its own are the two
//! functions that SQL lacks, the process in which an item is audited so that no item ends an executor, and the list of
//! what is done, by which a run goes on.
//!
//! | what | where |
//! |---|---|
//! | one item, in a process that it may end | `work` |
//! | `audit` and `mutate` | `functions` |
//! | where tables are | `store` |
//! | what there is to audit, in units | `source` |
//! | what is done | `results` |
//! | a run, in this process or by a scheduler | `run` |
//! | scheduler and executor | `service` |
//! | the binary | `commands` |
//!
//! Without the feature `engine` this crate is empty: DataFusion and Ballista are a hundred crates that nothing else of
//! the workspace needs, and no build of the workspace shall wait for them.

#[cfg(feature = "engine")]
pub mod commands;
#[cfg(feature = "engine")]
mod error;
#[cfg(feature = "engine")]
mod functions;
#[cfg(feature = "engine")]
mod options;
#[cfg(feature = "engine")]
mod reader;
#[cfg(feature = "engine")]
mod results;
#[cfg(feature = "engine")]
mod run;
#[cfg(feature = "engine")]
mod service;
#[cfg(feature = "engine")]
mod session;
#[cfg(feature = "engine")]
mod shard;
#[cfg(feature = "engine")]
mod source;
#[cfg(feature = "engine")]
mod sql;
#[cfg(feature = "engine")]
mod store;
#[cfg(feature = "engine")]
mod terminal;
#[cfg(feature = "engine")]
mod work;
