//! What an unattended sender needs: to sign without sending, so that what was signed can be kept before it goes out;
//! to send what was signed, and again; to look what has become of it without waiting; and fees for a transaction that
//! is stuck. `specs/23-watch.md`, section Operators and challengers.
//!
//! In the data's way this stands beside the outbox, which sends what somebody has agreed to and waits.

use alloy_consensus::{SignableTransaction, TxEip1559, TxEnvelope};
use alloy_eips::{BlockId, eip2718::Encodable2718};
use alloy_network::{TransactionBuilder, TxSignerSync};
use alloy_primitives::{Address, B256, Bytes, TxKind, U256};
use alloy_provider::Provider;
use alloy_rpc_types_eth::{TransactionReceipt, TransactionRequest, state::StateOverride};
use alloy_signer_local::PrivateKeySigner;
use iso_evm_rpc::RpcError;

use super::{
    chain::{CallAnswer, Chain, HostReceipt},
    fees::{FeeCaps, Fees},
    outbox::Intent,
    send_error::SendError,
};

/// A transaction that is signed: who has it can send it, and none else can be made of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// Hash of the transaction.
    pub hash: B256,
    /// The transaction, as it is sent.
    pub bytes: Bytes,
}

impl Signed {
    /// Signs a transaction. The signature is good for this chain alone (EIP-155, EIP-2718).
    ///
    /// # Errors
    ///
    /// [`SendError::Unsigned`], if the key does not sign it.
    pub fn new(
        signer: &PrivateKeySigner,
        (chain_id, nonce, fees): (u64, u64, Fees),
        intent: &Intent,
        input: Bytes,
    ) -> Result<Self, SendError> {
        let mut transaction = TxEip1559 {
            chain_id,
            nonce,
            gas_limit: intent.gas_limit,
            max_fee_per_gas: fees.max_fee_per_gas,
            max_priority_fee_per_gas: fees.max_priority_fee_per_gas,
            to: intent.to.map_or(TxKind::Create, TxKind::Call),
            value: intent.value,
            input,
            ..TxEip1559::default()
        };
        let signature = signer.sign_transaction_sync(&mut transaction);
        let signature = signature.map_err(|error| SendError::Unsigned(error.to_string()))?;
        let signed = TxEnvelope::from(transaction.into_signed(signature));
        Ok(Self { hash: *signed.tx_hash(), bytes: signed.encoded_2718().into() })
    }
}

/// What has become of a transaction that is mined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mined {
    /// Its receipt.
    pub receipt: HostReceipt,
    /// Number of its block.
    pub number: Option<u64>,
    /// Wei that its gas has cost.
    pub paid: U256,
}

impl Chain {
    /// Sends what was signed. Sent again it changes nothing.
    ///
    /// # Errors
    ///
    /// If the node does not take it, be it that it has it already; if no answer came, it may have it.
    pub fn broadcast(&self, signed: &Bytes) -> Result<(), RpcError> {
        self.node.wait(self.node.ask_once("eth_sendRawTransaction", |node| async move {
            node.send_raw_transaction(signed).await.map(|_| ())
        }))
    }

    /// What has become of a transaction; none if it is not mined, as far as the node knows.
    ///
    /// # Errors
    ///
    /// If the node does not say, or tells of another transaction.
    pub fn mined(&self, hash: B256) -> Result<Option<Mined>, RpcError> {
        let method = "eth_getTransactionReceipt";
        let asked = self.node.ask(method, |node| async move {
            node.client().request::<_, Option<TransactionReceipt>>(method, (hash,)).await
        });
        let Some(receipt) = self.node.wait(asked)? else { return Ok(None) };
        if receipt.transaction_hash != hash {
            let error = "it is another transaction's".to_owned();
            return Err(RpcError::Answer { method, error });
        }
        let paid = U256::from(receipt.gas_used) * U256::from(receipt.effective_gas_price);
        let number = receipt.block_number;
        Ok(Some(Mined { receipt: receipt.into(), number, paid }))
    }

    /// What a call from one account to another would come to now, with this value and calldata.
    ///
    /// # Errors
    ///
    /// If the node does not run it.
    pub fn tried(
        &self,
        (from, to): (Address, Address),
        (value, data): (U256, Bytes),
        gas_limit: u64,
    ) -> Result<CallAnswer, RpcError> {
        let call = TransactionRequest::default()
            .with_from(from)
            .with_to(to)
            .with_value(value)
            .with_input(data)
            .with_gas_limit(gas_limit);
        self.call(&call, BlockId::latest(), &StateOverride::default())
    }

    /// Who was sent a transaction, and its calldata; none if the node does not know it.
    ///
    /// # Errors
    ///
    /// If the node does not say.
    pub fn input(&self, hash: B256) -> Result<Option<(Option<Address>, Bytes)>, RpcError> {
        #[derive(Debug, serde::Deserialize)]
        struct Found {
            to: Option<Address>,
            input: Bytes,
        }
        let method = "eth_getTransactionByHash";
        let asked = self.node.ask(method, |node| async move {
            node.client().request::<_, Option<Found>>(method, (hash,)).await
        });
        Ok(self.node.wait(asked)?.map(|found| (found.to, found.input)))
    }

    /// How many transactions of an account's are mined: the number of its next one.
    ///
    /// # Errors
    ///
    /// If the node does not say.
    pub fn mined_count(&self, account: Address) -> Result<u64, RpcError> {
        let asked = self.node.ask("eth_getTransactionCount", |node| async move {
            node.get_transaction_count(account).latest().await
        });
        self.node.wait(asked)
    }

    /// The wei that an account has.
    ///
    /// # Errors
    ///
    /// If the node does not say.
    pub fn balance(&self, account: Address) -> Result<U256, RpcError> {
        let asked = self
            .node
            .ask("eth_getBalance", |node| async move { node.get_balance(account).latest().await });
        self.node.wait(asked)
    }
}

impl Fees {
    /// Fees that replace these, which are not enough, within the caps: what the market asks for, and at least an eighth
    /// more than before, as nodes want it. None where the caps do not allow that.
    pub fn raised(self, market: Self, caps: &FeeCaps) -> Option<Self> {
        let more = |fee: u128| fee.saturating_add(fee.div_ceil(8)).max(fee.saturating_add(1));
        let tip = more(self.max_priority_fee_per_gas).max(market.max_priority_fee_per_gas);
        let most = more(self.max_fee_per_gas).max(market.max_fee_per_gas).max(tip);
        let raised = Self { max_fee_per_gas: most, max_priority_fee_per_gas: tip };
        (most <= caps.max_fee_per_gas && tip <= caps.max_priority_fee).then_some(raised)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fees_are_raised_by_an_eighth_at_least_to_the_market_and_never_above_the_caps() {
        let fees = |most, tip| Fees { max_fee_per_gas: most, max_priority_fee_per_gas: tip };
        let caps = FeeCaps { max_fee_per_gas: 1_000, max_priority_fee: 100 };
        let nothing = fees(0, 0);
        assert_eq!(fees(80, 8).raised(nothing, &caps), Some(fees(90, 9)));
        // What is nothing grows too, or nodes take it for the same.
        assert_eq!(fees(8, 0).raised(nothing, &caps), Some(fees(9, 1)));
        assert_eq!(fees(80, 8).raised(fees(500, 20), &caps), Some(fees(500, 20)));
        assert_eq!(fees(900, 8).raised(nothing, &caps), None);
        assert_eq!(fees(80, 90).raised(nothing, &caps), None);
        assert_eq!(fees(u128::MAX, 0).raised(nothing, &caps), None);
    }

    #[test]
    fn what_is_signed_again_is_the_same_transaction() {
        let signer = PrivateKeySigner::from_bytes(&B256::repeat_byte(7)).unwrap();
        let fees = Fees { max_fee_per_gas: 2, max_priority_fee_per_gas: 1 };
        let to = Some(Address::repeat_byte(1));
        let intent = Intent { what: "challenge", to, value: U256::ZERO, gas_limit: 100_000 };
        let sign = |nonce| {
            let data = Bytes::from_static(b"proof");
            Signed::new(&signer, (31_337, nonce, fees), &intent, data).unwrap()
        };
        assert_eq!(sign(3), sign(3));
        assert_eq!(sign(3).hash, alloy_primitives::keccak256(&sign(3).bytes));
        assert_ne!(sign(3).hash, sign(4).hash);
    }
}
