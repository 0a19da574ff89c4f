//! Asks an Ethereum node by JSON-RPC over HTTP, as one asks somebody who may be lying, slow or
//! somebody else's: with a limit for the time and the length of each answer, again where asking again
//! can help, without following a redirect, and without a URL (which may hold a key) in any error or
//! log. `specs/15-node.md`, `specs/14-chain.md`.
//!
//! In the data's way this crate stands first: a question goes in, a typed answer comes out. What the
//! answers mean is for others: [`Client`] believes nothing and checks nothing of a chain.
//!
//! | what | where |
//! |---|---|
//! | ask, wait, ask many at once | [`Client`] |
//! | how long, how often, how many at once | [`RpcOptions`] |
//! | why there is no answer | [`RpcError`] |
//! | answers on disk | [`Cache`] |
//! | the HTTP below | [`http`] |
//!
//! ```no_run
//! use iso_evm_rpc::{Client, RpcOptions, Word};
//! use serde_json::json;
//!
//! let client = Client::connect("http://127.0.0.1:8545", RpcOptions::default())?;
//! let Word(number) = client.wait(client.request("eth_blockNumber", &json!([])))?;
//! println!("chain {}, block {number}", client.chain_id()?);
//! # Ok::<(), iso_evm_rpc::RpcError>(())
//! ```

mod cache;
mod client;
mod error;
pub mod http;
mod judge;
mod options;
mod word;

pub use cache::{Cache, default_folder};
pub use client::{Answer, Client};
pub use error::RpcError;
pub use options::{Observer, RpcOptions};
pub use word::Word;
