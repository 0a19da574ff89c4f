//! Follows an Ethereum chain by a node or several, audits every transaction of every block, and keeps what was
//! found in SQLite or PostgreSQL. `specs/23-watch.md`.
//!
//! In the data's way this crate stands around the others: what it sees of a chain goes to the recorder
//! ([`iso_evm_node`]), what is recorded to the audits ([`iso_evm_verifier`]), what they find to the [`Store`], and
//! then to whoever asks for the next [`Event`]. A rollup's own service embeds it as an iterator.
//!
//! | what | where |
//! |---|---|
//! | follow a chain | [`Watcher`], [`WatchOptions`], [`Policy`] |
//! | what was seen and done | [`Event`], [`Event::json`] |
//! | a block with what was found | [`AuditedBlock`] |
//! | what is kept | [`Store`], [`StoreOptions`], [`Keep`] |
//! | what it is at, seen from another thread | [`Vitals`] |
//! | what is kept, read beside a watcher | [`read`] |
//! | what others are told of | [`Notice`], [`webhook`] |
//! | audit one block, and keep nothing | [`audit_block`] |
//! | what operators commit to on another chain, with the feature `challenge` | [`Commitment`], [`CommitmentNews`] |
//!
//! ```no_run
//! use iso_evm_watch::{
//!     AuditOptions, Event, Keep, Policy, Start, Stop, Store, StoreOptions, WatchOptions, Watcher,
//! };
//!
//! let store = Store::open(&StoreOptions {
//!     database: "watch.db".to_owned(),
//!     witnesses: "watch.witnesses".into(),
//!     keep: Keep::All,
//! })?;
//! let options = WatchOptions {
//!     nodes: vec!["http://127.0.0.1:8545".to_owned()],
//!     bells: Vec::new(),
//!     start: Start::Latest,
//!     until: None,
//!     once: false,
//!     audit: AuditOptions::default(),
//!     jobs: None,
//!     policy: Policy::default(),
//! };
//! for event in Watcher::begin(options, store, Stop::default())? {
//!     if let Event::Block { block, .. } = event? {
//!         println!("block {}: {}", block.place.number, block.verdict().name());
//!     }
//! }
//! # Ok::<(), iso_evm_watch::WatchError>(())
//! ```

mod audit;
mod block;
mod commitment;
mod error;
mod event;
mod json;
#[cfg(feature = "challenge")]
mod l1;
mod nodes;
mod notice;
mod policy;
mod sample;
mod stop;
mod store;
mod vitals;
mod watcher;
pub mod webhook;

pub use audit::{AuditOptions, audit_block};
pub use block::{
    Audited, AuditedBlock, AuditedTransaction, Outcome, Place, Problem, ProblemKind, Spent,
    StoredWitness,
};
pub use commitment::{Commitment, CommitmentNews, FalseCommitment, Judgement, L1News, SentAct};
pub use error::WatchError;
pub use event::{Event, Gone, Head, Heads, NodeNews, Reorganisation};
#[cfg(feature = "challenge")]
pub use l1::{Challenger, OperatorOptions, Settled};
pub use notice::Notice;
pub use policy::Policy;
pub use sample::{NoShare, Sample};
pub use stop::Stop;
pub use store::{
    Delivery, Keep, Outbox, Pending, Store, StoreError, StoreOptions, Totals, UnknownKeep, read,
};
pub use vitals::{NodeVitals, Pulse, Vitals};
pub use watcher::{Start, WatchOptions, Watcher};
