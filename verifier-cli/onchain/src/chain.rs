//! The chain behind a node: what is asked of it, in what we take from its answers.
//!
//! In the data's way this stands between the plan and the node.

use std::time::Duration;

use alloy_eips::{BlockId, BlockNumberOrTag};
use alloy_json_rpc::ErrorPayload;
use alloy_network::TransactionBuilder;
use alloy_primitives::{Address, B256, Bytes, Log};
use alloy_provider::{Provider, transport::RpcError as Transported};
use alloy_rpc_types_eth::{Filter, TransactionReceipt, TransactionRequest, state::StateOverride};
use alloy_sol_types::SolCall;
use iso_evm_rpc::{Client, RpcError, RpcOptions, http};
use tokio::time::{Instant, sleep};

use super::send_error::SendError;

/// Longest wait for a transaction to be mined.
const MINED_WITHIN: Duration = Duration::from_secs(300);

/// What a call came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallAnswer {
    /// The call returned these bytes.
    Returned(Bytes),
    /// The call reverted with these bytes.
    Reverted(Bytes),
    /// The call ran out of gas.
    OutOfGas,
}

/// What became of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostReceipt {
    /// Hash of the transaction.
    pub hash: B256,
    /// Whether the transaction succeeded.
    pub success: bool,
    /// Gas that the transaction used.
    pub gas_used: u64,
    /// The block that it is in.
    pub block: Option<B256>,
    /// Address of the contract that the transaction created.
    pub contract: Option<Address>,
    /// Logs of the transaction.
    pub logs: Vec<Log>,
}

impl From<TransactionReceipt> for HostReceipt {
    fn from(receipt: TransactionReceipt) -> Self {
        Self {
            hash: receipt.transaction_hash,
            success: receipt.status(),
            gas_used: receipt.gas_used,
            block: receipt.block_hash,
            contract: receipt.contract_address,
            logs: receipt.logs().iter().map(|log| log.inner.clone()).collect(),
        }
    }
}

/// A host chain.
#[derive(Debug)]
pub struct Chain {
    pub(super) node: Client,
    local: bool,
}

impl Chain {
    /// The chain of a node at a URL; nothing of it is kept. Nothing is asked yet.
    ///
    /// # Errors
    ///
    /// If it is no URL, or the system gives no threads.
    pub fn at(url: &str) -> Result<Self, RpcError> {
        let options =
            RpcOptions { timeout: Duration::from_secs(60), retries: 3, ..RpcOptions::default() };
        let node = Client::connect(url, options)?;
        let local = url.parse().is_ok_and(|url| http::is_loopback(&url));
        Ok(Self { node, local })
    }

    /// Whether the node is on this machine.
    pub const fn is_local(&self) -> bool {
        self.local
    }

    /// The chain's id.
    ///
    /// # Errors
    ///
    /// If the node does not say.
    pub fn id(&self) -> Result<u64, RpcError> {
        self.node.chain_id()
    }

    /// The code at an address, as of the latest block.
    ///
    /// # Errors
    ///
    /// If the node does not say.
    pub fn code(&self, address: Address) -> Result<Bytes, RpcError> {
        let asked = self
            .node
            .ask("eth_getCode", |node| async move { node.get_code_at(address).latest().await });
        self.node.wait(asked)
    }

    /// What a call comes to in a block, with some of the state replaced.
    ///
    /// # Errors
    ///
    /// If the node does not run it.
    pub fn call(
        &self,
        call: &TransactionRequest,
        block: BlockId,
        overrides: &StateOverride,
    ) -> Result<CallAnswer, RpcError> {
        let replaced = (!overrides.is_empty()).then_some(overrides);
        let asked = self.node.ask("eth_call", |node| async move {
            let call = node.call(call.clone().into()).block(block);
            match call.overrides_opt(replaced.cloned()).await {
                Ok(returned) => Ok(CallAnswer::Returned(returned)),
                Err(Transported::ErrorResp(error)) => match ending_of(&error) {
                    Some(answer) => Ok(answer),
                    None => Err(Transported::ErrorResp(error)),
                },
                Err(error) => Err(error),
            }
        });
        self.node.wait(asked)
    }

    /// What a view function of a contract says in the latest block; none if that is nothing such a function
    /// says.
    ///
    /// # Errors
    ///
    /// If the node does not run it.
    pub fn view<C: SolCall>(&self, at: Address, call: &C) -> Result<Option<C::Return>, RpcError> {
        let request = TransactionRequest::default().with_to(at).with_input(call.abi_encode());
        Ok(match self.call(&request, BlockId::latest(), &StateOverride::default())? {
            CallAnswer::Returned(data) => C::abi_decode_returns(&data).ok(),
            CallAnswer::Reverted(_) | CallAnswer::OutOfGas => None,
        })
    }

    /// The time of the latest block.
    ///
    /// # Errors
    ///
    /// If the node does not say.
    pub fn time(&self) -> Result<u64, RpcError> {
        let method = "eth_getBlockByNumber";
        let asked = self.node.ask(method, |node| async move {
            node.get_block_by_number(BlockNumberOrTag::Latest).await
        });
        let nothing = || RpcError::Answer { method, error: "there is no latest block".to_owned() };
        Ok(self.node.wait(asked)?.ok_or_else(nothing)?.header.timestamp)
    }

    /// The logs of a contract that begin with these topics, from a block on.
    ///
    /// # Errors
    ///
    /// If the node does not say.
    pub fn logs(&self, at: Address, topics: [B256; 2], from: u64) -> Result<Vec<Log>, RpcError> {
        let filter = Filter::new().address(at).event_signature(topics[0]).topic1(topics[1]);
        let filter = &filter.from_block(from);
        let asked = self.node.ask("eth_getLogs", |node| async move { node.get_logs(filter).await });
        Ok(self.node.wait(asked)?.into_iter().map(|log| log.inner).collect())
    }

    /// Waits for the receipt of a transaction.
    ///
    /// # Errors
    ///
    /// If there is none in five minutes, or the node does not say.
    pub fn receipt(&self, hash: B256) -> Result<HostReceipt, SendError> {
        let start = Instant::now();
        let mut pause = Duration::from_millis(50);
        loop {
            let asked = self.node.ask("eth_getTransactionReceipt", |node| async move {
                let parameters = (hash,);
                node.client()
                    .request::<_, Option<TransactionReceipt>>(
                        "eth_getTransactionReceipt",
                        parameters,
                    )
                    .await
            });
            if let Some(receipt) = self.node.wait(asked)? {
                if receipt.transaction_hash != hash {
                    let error = "it is another transaction's".to_owned();
                    let method = "eth_getTransactionReceipt";
                    return Err(RpcError::Answer { method, error }.into());
                }
                return Ok(receipt.into());
            }
            if start.elapsed() > MINED_WITHIN {
                return Err(SendError::NotMined { hash, seconds: MINED_WITHIN.as_secs() });
            }
            self.node.wait(async { sleep(pause).await });
            pause = (pause * 2).min(Duration::from_secs(2));
        }
    }
}

/// What a call came to, if that is what an error says. Nodes word it in their own ways: the data of
/// a revert is a `0x` string, alone, after a word, or somewhere in an object.
fn ending_of(error: &ErrorPayload) -> Option<CallAnswer> {
    if let Some(data) = error.as_revert_data() {
        return Some(CallAnswer::Reverted(data));
    }
    let words = error.message.to_lowercase().replace(' ', "");
    if words.contains("outofgas") || words.ends_with("oog") {
        return Some(CallAnswer::OutOfGas);
    }
    let text = error.data.as_ref().and_then(|data| serde_json::from_str::<String>(data.get()).ok());
    if let Some(data) = text.as_deref().and_then(|text| text.strip_prefix("Reverted ")) {
        return data.trim().parse().ok().map(CallAnswer::Reverted);
    }
    words.contains("executionreverted").then(|| CallAnswer::Reverted(Bytes::new()))
}

#[cfg(test)]
mod tests {
    use alloy_primitives::bytes;

    use super::*;

    #[test]
    fn reverts_as_nodes_word_them() {
        let word = bytes!("000000000000000000000000000000000000000000000000000000000000002a");
        let reverted = |data: &Bytes| Some(CallAnswer::Reverted(data.clone()));
        for (json, expected) in [
            // geth, reth, anvil
            (
                format!(r#"{{"code":3,"message":"execution reverted: *","data":"{word}"}}"#),
                reverted(&word),
            ),
            (
                r#"{"code":3,"message":"execution reverted","data":"0x"}"#.to_owned(),
                reverted(&Bytes::new()),
            ),
            (
                r#"{"code":-32000,"message":"execution reverted"}"#.to_owned(),
                reverted(&Bytes::new()),
            ),
            // Nethermind
            (
                format!(
                    r#"{{"code":-32015,"message":"VM execution error.","data":"Reverted {word}"}}"#
                ),
                reverted(&word),
            ),
            // in an object
            (
                format!(
                    r#"{{"code":-32603,"message":"revert","data":{{"a":{{"data":"{word}"}}}}}}"#
                ),
                reverted(&word),
            ),
            (r#"{"code":-32000,"message":"out of gas"}"#.to_owned(), Some(CallAnswer::OutOfGas)),
            (
                r#"{"code":-32003,"message":"EVM error OutOfGas"}"#.to_owned(),
                Some(CallAnswer::OutOfGas),
            ),
            (
                r#"{"code":-32603,"message":"EVM error ReentrancySentryOOG"}"#.to_owned(),
                Some(CallAnswer::OutOfGas),
            ),
            (r#"{"code":-32601,"message":"method not found"}"#.to_owned(), None),
        ] {
            let error: ErrorPayload = serde_json::from_str(&json).unwrap();
            assert_eq!(ending_of(&error), expected, "{json}");
        }
    }

    #[test]
    fn no_url_is_repeated() {
        for url in ["secret", "", "http://[secret", "http://u:secret@:x"] {
            let error = Chain::at(url).unwrap_err().to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
