//! Shows by HTTP what a watcher has found and what it is at: metrics for Prometheus, health and readiness, a JSON API,
//! and a status page whose findings lead to their explanations. `specs/23-watch.md`, section See.
//!
//! In the data's way this crate stands behind [`iso_evm_watch`], and holds nothing up: it has a thread and a runtime of
//! its own, reads the database by a connection of its own, and what it takes, gives and waits for is bounded.
//!
//! | what | where |
//! |---|---|
//! | where it listens | [`Address`], [`Bound`] |
//! | the service | [`Server`], [`Served`] |
//! | every metric, with its kind and meaning | [`METRICS`] |
//! | why it does not begin | [`ServeError`] |
//!
//! Nobody is asked who they are: whoever reaches the address reads everything. It changes nothing, answers nothing but
//! `GET` and `HEAD`, and on an address of this machine it refuses requests that name another host, as a page elsewhere
//! makes a browser send them.
//!
//! ```no_run
//! use iso_evm_serve::{Address, Bound, Served};
//! # fn watched() -> (iso_evm_watch::Watcher, iso_evm_watch::StoreOptions) { unimplemented!() }
//!
//! let bound = Bound::bind(&"9100".parse::<Address>()?)?;
//! let (mut watcher, store) = watched();
//! let server = bound.serve(Served { store, vitals: watcher.vitals(), told: Vec::new() })?;
//! println!("http://{}", server.address());
//! for event in watcher {
//!     server.saw(&event?);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod address;
mod api;
mod app;
mod connections;
mod failure;
mod guard;
mod health;
mod metrics;
mod page;
mod report;
mod routes;
mod server;
mod stream;

pub use address::{Address, NoAddress};
pub use metrics::{METRICS, Metric, MetricKind};
pub use server::{Bound, ServeError, Served, Server};
