//! A state, as nodes are asked for it: by EIP-1898's object, which names the block by its hash. Where a
//! node refuses the object, by number; the number's block must then have the hash before and after.
//!
//! In the data's way this stands between the questions and the node.

use alloy_primitives::B256;
use iso_evm_rpc::{Answer, RpcError};
use serde_json::{Value, json};

use super::{Node, NodeError, answers::Named};

/// A block whose state is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct At {
    /// Number of the block.
    pub(super) number: u64,
    /// Hash of the block.
    pub(super) hash: B256,
}

/// How a node takes the name of a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Naming {
    /// Blocks are named by EIP-1898's object.
    Object,
    /// A number alone.
    Number,
}

impl Node {
    /// Asks for something of a state. `params` is given the state's name.
    pub(super) async fn request_at<T: Answer>(
        &self,
        method: &'static str,
        at: At,
        params: impl Fn(Value) -> Value,
    ) -> Result<T, NodeError> {
        let naming = self.naming(method);
        if naming == Some(Naming::Number) {
            return self.request_by_number(method, at, params).await;
        }
        let object = params(json!({ "blockHash": at.hash }));
        match self.rpc.request(method, &object).await {
            Ok(answer) => {
                self.set_naming(method, Naming::Object);
                Ok(answer)
            }
            Err(error @ RpcError::Refused { .. }) if naming.is_none() => {
                match self.request_by_number(method, at, params).await {
                    Ok(answer) => {
                        self.set_naming(method, Naming::Number);
                        Ok(answer)
                    }
                    Err(gone @ NodeError::Reorganised(_)) => Err(gone),
                    // It was not for the name.
                    Err(_) => Err(error.into()),
                }
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Asks by number. In between the chain can have changed: the block is looked at on both sides.
    async fn request_by_number<T: Answer>(
        &self,
        method: &'static str,
        at: At,
        params: impl Fn(Value) -> Value,
    ) -> Result<T, NodeError> {
        self.is_at(at).await?;
        let answer = self.rpc.request(method, &params(json!(format!("{:#x}", at.number)))).await?;
        self.is_at(at).await?;
        Ok(answer)
    }

    /// Makes sure that the number's block is this one.
    async fn is_at(&self, at: At) -> Result<(), NodeError> {
        let found = self.number(at.number).await?;
        if found == Some(at.hash) { Ok(()) } else { Err(NodeError::Reorganised(at.hash)) }
    }

    /// The hash of a number's block.
    pub(super) async fn number(&self, number: u64) -> Result<Option<B256>, NodeError> {
        let params = json!([format!("{number:#x}"), false]);
        let block: Option<Named> = self.rpc.request("eth_getBlockByNumber", &params).await?;
        block.map_or(Ok(None), |block| block.hash_of(number))
    }
}
