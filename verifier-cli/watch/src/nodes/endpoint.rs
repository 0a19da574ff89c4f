//! An [`Endpoint`]: one node of the chain, and the questions about the chain's course. What a block holds is
//! asked by [`Node`].
//!
//! In the data's way this is the first stage.

use std::{
    ops::RangeInclusive,
    sync::{Arc, Mutex, PoisonError},
};

use alloy_primitives::{B256, U256};
use iso_evm_node::{Node, NodeEvent, NodeOptions, Observer};
use iso_evm_rpc::{Client, RpcError, RpcOptions, Word};
use serde::Deserialize;
use serde_json::json;

use crate::{
    block::Place,
    event::{Head, Heads},
    policy::Policy,
};

/// The method by which a node says where its chain is.
const METHOD: &str = "eth_getBlockByNumber";

/// A node.
#[derive(Debug)]
pub(crate) struct Endpoint {
    client: Client,
    url: Url,
    options: NodeOptions,
    node: Mutex<Arc<Node>>,
}

/// The address of a node, which may hold a key: it is not shown.
struct Url(String);

impl std::fmt::Debug for Url {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Url")
    }
}

/// What is taken of a block that is only to be found.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    number: Word,
    hash: B256,
    parent_hash: B256,
    timestamp: Word,
}

impl Endpoint {
    /// A node by its URL. Nothing is asked yet.
    pub(crate) fn connect(url: &str, policy: &Policy) -> Result<Self, RpcError> {
        let Policy { timeout, retries, concurrency, .. } = *policy;
        // Who asks where the chain is asks again anyway.
        let once = RpcOptions { timeout, retries: 0, concurrency, ..RpcOptions::default() };
        let observer = Observer::new(|event| {
            if let NodeEvent::Notice(text) = event {
                tracing::info!("{text:?}");
            }
        });
        let options =
            NodeOptions { timeout, retries, concurrency, observer, ..NodeOptions::default() };
        let node = Mutex::new(Arc::new(Node::connect(url, options.clone())?));
        let client = Client::connect(url, once)?;
        Ok(Self { client, url: Url(url.to_owned()), options, node })
    }

    /// The node, as it is asked for what blocks hold.
    pub(crate) fn node(&self) -> Arc<Node> {
        self.node.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Asks the node from here on as if it had never been silent.
    pub(crate) fn forgive(&self) {
        if let Ok(node) = Node::connect(&self.url.0, self.options.clone()) {
            *self.node.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(node);
        }
    }

    /// The chain's id, and the hash of its first block where the node has it.
    pub(crate) fn identity(&self) -> Result<(u64, Option<B256>), RpcError> {
        let chain = self.client.chain_id()?;
        match self.place(0) {
            Ok(place) => Ok((chain, place.map(|place| place.hash))),
            Err(error) if error.is_silence() => Err(error),
            Err(_) => Ok((chain, None)),
        }
    }

    /// The newest block.
    pub(crate) fn latest(&self) -> Result<Place, RpcError> {
        let place = self.client.wait(self.named("latest"))?;
        place.ok_or(RpcError::Nothing { method: METHOD })
    }

    /// Where the chain is: the newest block with those that are safe and final. What a node says of them
    /// that is no block is nothing.
    pub(crate) fn heads(&self) -> Result<(Place, Heads), RpcError> {
        let latest = self.latest()?;
        let named = |tag| match self.client.wait(self.named(tag)) {
            Ok(place) => Ok(place.map(head)),
            Err(error) if error.is_silence() => Err(error),
            Err(_) => Ok(None),
        };
        let (safe, finalized) = (named("safe")?, named("finalized")?);
        Ok((latest, Heads { latest: Some(head(latest)), safe, finalized }))
    }

    /// The block of a number, if the node has it.
    pub(crate) fn place(&self, number: u64) -> Result<Option<Place>, RpcError> {
        self.client.wait(self.numbered(number))
    }

    /// The blocks of these numbers, asked for at once.
    pub(crate) fn places(
        &self,
        numbers: RangeInclusive<u64>,
    ) -> Result<Vec<Option<Place>>, RpcError> {
        self.client.all(numbers, |number| self.numbered(number))
    }

    async fn numbered(&self, number: u64) -> Result<Option<Place>, RpcError> {
        let place = self.named(&format!("{number:#x}")).await?;
        match place {
            Some(place) if place.number != number => {
                let error = format!("it is block {}, and {number} was asked for", place.number);
                Err(RpcError::Answer { method: METHOD, error })
            }
            place => Ok(place),
        }
    }

    async fn named(&self, name: &str) -> Result<Option<Place>, RpcError> {
        let params = json!([name, false]);
        let found: Option<Found> = self.client.request(METHOD, &params).await?;
        let number = |Word(number): Word| {
            let error = || RpcError::Answer { method: METHOD, error: too_large(number) };
            u64::try_from(number).map_err(|_| error())
        };
        let place = |found: Found| {
            let (hash, parent) = (found.hash, found.parent_hash);
            let (number, timestamp) = (number(found.number)?, number(found.timestamp)?);
            Ok(Place { number, hash, parent, timestamp })
        };
        found.map(place).transpose()
    }
}

const fn head(place: Place) -> Head {
    Head { number: place.number, hash: place.hash }
}

fn too_large(number: U256) -> String {
    format!("{number} is no 64-bit number")
}
