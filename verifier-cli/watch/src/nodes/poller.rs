//! The thread that asks a node where its chain is, again and again: often while it answers, and with growing
//! pauses while it does not.
//!
//! In the data's way this stands between the node and the watcher, which is told what was seen.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use alloy_primitives::B256;
use iso_evm_rpc::RpcError;

use super::{Bell, Endpoint};
use crate::{
    block::Place,
    event::{Head, Heads},
    policy::Policy,
    stop::Stop,
};

/// What was seen of a node's chain.
#[derive(Clone, Debug)]
pub(crate) struct Sight {
    /// The chain's id and the hash of its first block, where the node says it.
    pub(crate) identity: (u64, Option<B256>),
    /// The newest block.
    pub(crate) latest: Place,
    /// The blocks that have names.
    pub(crate) heads: Heads,
    /// The node's block at the height that the watcher has come to, or its newest if that is lower.
    pub(crate) at: Head,
}

/// Watches a node until it is wished otherwise, or nobody listens. `height` is the height that the watcher has
/// come to. A node that answers is asked at once when the bell rings.
pub(crate) fn watch(
    endpoint: Arc<Endpoint>,
    height: Arc<AtomicU64>,
    (policy, bell): (Policy, Bell),
    stop: Stop,
    tell: impl Fn(Result<Sight, String>) -> bool + Send + 'static,
) -> io::Result<()> {
    let watched = move || {
        let (mut identity, mut failures) = (None, 0_u32);
        while !stop.is_wished() {
            let rung = bell.count();
            let seen = look(&endpoint, &mut identity, height.load(Ordering::Relaxed));
            failures = if seen.is_ok() { 0 } else { failures.saturating_add(1) };
            if !tell(seen.map_err(|error| error.to_string())) {
                return;
            }
            let ended = match failures {
                0 => stop.wait_or(policy.poll, || bell.count() != rung),
                failures => stop.wait(policy.pause(failures)),
            };
            if ended {
                return;
            }
        }
    };
    thread::Builder::new().name("watch-node".to_owned()).spawn(watched)?;
    Ok(())
}

/// Looks once. Which chain it is, a node is asked until it has said it.
fn look(
    endpoint: &Endpoint,
    known: &mut Option<(u64, Option<B256>)>,
    height: u64,
) -> Result<Sight, RpcError> {
    let identity = match *known {
        Some(identity) => identity,
        None => *known.insert(endpoint.identity()?),
    };
    let (latest, heads) = endpoint.heads()?;
    let newest = Head { number: latest.number, hash: latest.hash };
    let at = if latest.number <= height {
        newest
    } else {
        let place = endpoint.place(height)?;
        place.map_or(newest, |place| Head { number: place.number, hash: place.hash })
    };
    Ok(Sight { identity, latest, heads, at })
}
