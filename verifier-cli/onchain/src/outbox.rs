//! What is sent: an [`Order`] says all of it before, with the most that it can cost, and an [`Outbox`]
//! sends what was ordered and nothing else. `specs/14-chain.md`, section Sending.
//!
//! In the data's way this stands between the plan and the node. Of what is signed the node decides the
//! number of the first transaction, and fees below the user's caps.

use std::cell::{Cell, RefCell};

use alloy_network::TransactionBuilder;
use alloy_primitives::{Address, B256, Bytes, TxKind, U256};
use alloy_provider::Provider;
use alloy_rpc_types_eth::TransactionRequest;
use alloy_signer_local::PrivateKeySigner;
use iso_evm_rpc::RpcError;

use super::{
    chain::{Chain, HostReceipt},
    fees::{FeeCaps, Fees},
    plan::Step,
    send_error::SendError,
    sender::Sender,
    unattended::Signed,
};

/// A transaction to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Intent {
    /// What the transaction does, in a word.
    pub what: &'static str,
    /// Account that the transaction is for; none for a creation.
    pub to: Option<Address>,
    /// Wei that it sends.
    pub value: U256,
    /// Gas limit of the transaction.
    pub gas_limit: u64,
}

impl Intent {
    /// What a step will do.
    pub const fn of(what: &'static str, step: &Step) -> Self {
        Self { what, to: Some(step.to), value: step.value, gas_limit: step.gas_limit }
    }
}

/// All that is to be sent, and on which terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Id of the chain.
    pub chain_id: u64,
    /// Account that sends.
    pub from: Address,
    /// Number of the first transaction.
    pub nonce: u64,
    /// The fees of each.
    pub fees: Fees,
    /// The transactions that are ordered.
    pub intents: Vec<Intent>,
}

impl Order {
    /// Transactions, at today's fees. For none of them nothing is asked.
    ///
    /// # Errors
    ///
    /// If those are above the caps, or the node does not say.
    pub fn new(
        chain: &Chain,
        chain_id: u64,
        from: Address,
        caps: &FeeCaps,
        intents: Vec<Intent>,
    ) -> Result<Self, SendError> {
        let (nonce, fees) = if intents.is_empty() {
            (0, Fees { max_fee_per_gas: 0, max_priority_fee_per_gas: 0 })
        } else {
            (chain.nonce(from)?, chain.fees(caps)?)
        };
        Ok(Self { chain_id, from, nonce, fees, intents })
    }

    /// Gas of all of them, at most.
    pub fn gas(&self) -> u64 {
        self.intents.iter().fold(0, |gas, intent| gas.saturating_add(intent.gas_limit))
    }

    /// The most that they can cost, in wei, with what they send.
    pub fn most(&self) -> U256 {
        self.fees.most(self.gas()).saturating_add(self.value())
    }

    /// Wei that all of them send.
    pub fn value(&self) -> U256 {
        self.intents.iter().fold(U256::ZERO, |sum, intent| sum.saturating_add(intent.value))
    }
}

/// Sends what was ordered, each transaction once.
#[derive(Debug)]
pub struct Outbox<'a> {
    chain: &'a Chain,
    sender: &'a Sender,
    order: Order,
    left: RefCell<Vec<Intent>>,
    nonce: Cell<u64>,
}

impl<'a> Outbox<'a> {
    /// For an order that the user agrees to.
    pub fn new(chain: &'a Chain, sender: &'a Sender, order: Order) -> Self {
        let (left, nonce) = (RefCell::new(order.intents.clone()), Cell::new(order.nonce));
        Self { chain, sender, order, left, nonce }
    }

    /// Sends what was ordered as this, with this calldata, and waits for its receipt.
    ///
    /// # Errors
    ///
    /// If it was not ordered; if the node's chain has changed, or the fees are not enough any more;
    /// if the node does not take it, or there is no receipt.
    pub fn mined(&self, intent: &Intent, data: Bytes) -> Result<HostReceipt, SendError> {
        self.take(intent)?;
        let (expected, found) = (self.order.chain_id, self.chain.id()?);
        if found != expected {
            return Err(SendError::ChainChanged { expected, found });
        }
        self.chain.still_pays(&self.order.fees)?;
        let nonce = self.nonce.get();
        let hash = match self.sender {
            Sender::Key { signer } => self.send_signed(signer, nonce, intent, data)?,
            Sender::Unlocked { address } => self.send_unlocked(*address, nonce, intent, data)?,
        };
        self.nonce.set(nonce + 1);
        self.chain.receipt(hash)
    }

    /// Sends a step, by what it does.
    ///
    /// # Errors
    ///
    /// As [`Self::mined`].
    pub fn send(&self, what: &'static str, step: &Step) -> Result<HostReceipt, SendError> {
        self.mined(&Intent::of(what, step), step.data.clone())
    }

    /// Strikes a transaction from what is left of the order.
    fn take(&self, intent: &Intent) -> Result<(), SendError> {
        let mut left = self.left.borrow_mut();
        let ordered = |told: &Intent| {
            (told.what, told.to, told.value) == (intent.what, intent.to, intent.value)
                && told.gas_limit >= intent.gas_limit
        };
        let what = intent.what;
        let place = left.iter().position(ordered).ok_or(SendError::NotOrdered { what })?;
        left.remove(place);
        Ok(())
    }

    /// Signs and sends. The signature is good for this chain alone (EIP-155, EIP-2718), and the hash
    /// is our own: the node's word for it is not needed.
    fn send_signed(
        &self,
        signer: &PrivateKeySigner,
        nonce: u64,
        intent: &Intent,
        input: Bytes,
    ) -> Result<B256, SendError> {
        let Order { chain_id, fees, .. } = self.order;
        let Signed { hash, bytes } = Signed::new(signer, (chain_id, nonce, fees), intent, input)?;
        match self.chain.broadcast(&bytes) {
            Ok(()) => Ok(hash),
            Err(error) if error.is_refusal() => Err(error.into()),
            Err(error) => Err(SendError::Uncertain { hash, nonce, error: Box::new(error) }),
        }
    }

    /// Has the node sign and send, on the same terms.
    fn send_unlocked(
        &self,
        from: Address,
        nonce: u64,
        intent: &Intent,
        data: Bytes,
    ) -> Result<B256, SendError> {
        let Order { chain_id, fees, .. } = self.order;
        let mut request = TransactionRequest::default()
            .with_from(from)
            .with_kind(intent.to.map_or(TxKind::Create, TxKind::Call))
            .with_value(intent.value)
            .with_input(data)
            .with_gas_limit(intent.gas_limit)
            .with_nonce(nonce)
            .with_max_fee_per_gas(fees.max_fee_per_gas)
            .with_max_priority_fee_per_gas(fees.max_priority_fee_per_gas);
        request.set_chain_id(chain_id);
        let (node, request) = (&self.chain.node, &request);
        let sent = node.wait(node.ask_once("eth_sendTransaction", |node| async move {
            node.client().request::<_, B256>("eth_sendTransaction", (request,)).await
        }));
        Ok(sent?)
    }
}

impl Chain {
    /// The number of an account's next transaction, after those that wait.
    ///
    /// # Errors
    ///
    /// If the node does not say.
    pub fn nonce(&self, account: Address) -> Result<u64, RpcError> {
        let asked = self.node.ask("eth_getTransactionCount", |node| async move {
            node.get_transaction_count(account).pending().await
        });
        self.node.wait(asked)
    }

    /// The chain's id, which must be the user's if there is one.
    ///
    /// # Errors
    ///
    /// [`SendError`], if the node's chain is another than `named`, or the node does not say.
    pub fn id_of(&self, named: Option<u64>) -> Result<u64, SendError> {
        let found = self.id()?;
        match named {
            Some(expected) if expected != found => Err(SendError::OtherChain { expected, found }),
            _ => Ok(found),
        }
    }
}
