//! Who sends transactions: a key from a file, or an account that the node holds.
//!
//! A key is in no message, no log and no debug output.

use std::{fmt, path::Path};

use alloy_consensus::{BlockHeader, TxEnvelope};
use alloy_eips::{BlockNumberOrTag, eip2718::Encodable2718};
use alloy_network::{Ethereum, EthereumWallet, NetworkTransactionBuilder, TransactionBuilder};
use alloy_primitives::{Address, B256, Bytes, TxKind};
use alloy_provider::Provider;
use alloy_rpc_types_eth::TransactionRequest;
use alloy_signer_local::PrivateKeySigner;

use super::chain::{Chain, Receipt};
use crate::{error::CommandError, files, node::NodeError};

/// Who sends.
#[derive(Clone)]
pub enum Sender {
    /// A key of our own.
    Key {
        /// Its account.
        address: Address,
        /// The key.
        wallet: EthereumWallet,
    },
    /// An account of the node's.
    Unlocked {
        /// The account.
        address: Address,
    },
}

impl fmt::Debug for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Key { .. } => "Key",
            Self::Unlocked { .. } => "Unlocked",
        };
        f.debug_struct(name).field("address", &self.address()).finish_non_exhaustive()
    }
}

impl Sender {
    /// The key in a file: 32 bytes in hex, on a line.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or holds no key. What it holds is not in the error.
    pub fn from_key_file(path: &Path) -> Result<Self, CommandError> {
        let bytes = files::read(path)?;
        let signer: Option<PrivateKeySigner> =
            std::str::from_utf8(&bytes).ok().and_then(|text| text.trim().parse().ok());
        let signer = signer.ok_or_else(|| CommandError::Key { file: files::name(path) })?;
        Ok(Self::Key { address: signer.address(), wallet: signer.into() })
    }

    /// The account.
    pub const fn address(&self) -> Address {
        match self {
            Self::Key { address, .. } | Self::Unlocked { address } => *address,
        }
    }
}

impl Chain {
    /// Sends a transaction, a creation without `to`, with this gas limit. Returns its hash.
    ///
    /// # Errors
    ///
    /// If the node does not take it, or does not say what signing needs.
    pub fn send(
        &self,
        sender: &Sender,
        to: Option<Address>,
        data: Bytes,
        gas_limit: u64,
    ) -> Result<B256, NodeError> {
        let kind = to.map_or(TxKind::Create, TxKind::Call);
        let request = TransactionRequest::default()
            .with_from(sender.address())
            .with_kind(kind)
            .with_input(data)
            .with_gas_limit(gas_limit);
        match sender {
            Sender::Unlocked { .. } => {
                let request = &request;
                self.node.wait(self.node.ask_once("eth_sendTransaction", |node| async move {
                    node.client().request::<_, B256>("eth_sendTransaction", (request,)).await
                }))
            }
            Sender::Key { wallet, .. } => {
                let bytes = &self.sign(wallet, sender.address(), request)?.encoded_2718();
                self.node.wait(self.node.ask_once("eth_sendRawTransaction", |node| async move {
                    node.send_raw_transaction(bytes).await.map(|sent| *sent.tx_hash())
                }))
            }
        }
    }

    /// Sends a transaction and waits for its receipt.
    ///
    /// # Errors
    ///
    /// As [`Self::send`] and [`Self::receipt`].
    pub fn mined(
        &self,
        sender: &Sender,
        to: Option<Address>,
        data: Bytes,
        gas_limit: u64,
    ) -> Result<Receipt, NodeError> {
        let hash = self.send(sender, to, data, gas_limit)?;
        self.receipt(hash)
    }

    /// Fills in chain, nonce and fees, and signs.
    fn sign(
        &self,
        wallet: &EthereumWallet,
        from: Address,
        request: TransactionRequest,
    ) -> Result<TxEnvelope, NodeError> {
        let node = &self.node;
        let nonce = node.wait(node.ask("eth_getTransactionCount", |node| async move {
            node.get_transaction_count(from).pending().await
        }))?;
        let request = request.with_chain_id(self.id()?).with_nonce(nonce);
        let latest = node.wait(node.ask("eth_getBlockByNumber", |node| async move {
            node.get_block_by_number(BlockNumberOrTag::Latest).await
        }))?;
        let has_base_fee = latest.is_some_and(|block| block.header.base_fee_per_gas().is_some());
        let request = if has_base_fee {
            let fees =
                node.wait(node.ask("eth_feeHistory", |node| async move {
                    node.estimate_eip1559_fees().await
                }))?;
            request
                .with_max_fee_per_gas(fees.max_fee_per_gas)
                .with_max_priority_fee_per_gas(fees.max_priority_fee_per_gas)
        } else {
            let price = node
                .wait(node.ask("eth_gasPrice", |node| async move { node.get_gas_price().await }))?;
            request.with_gas_price(price)
        };
        let signed = node.wait(NetworkTransactionBuilder::<Ethereum>::build(request, wallet));
        signed.map_err(|error| NodeError::Unsigned(error.to_string()))
    }
}
