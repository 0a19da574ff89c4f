//! Witnesses to audit: a transaction is recorded on a state of a few accounts.

use std::collections::BTreeMap;

use alloy_consensus::{Transaction as _, TxEip1559, TxLegacy};
use alloy_eips::{
    eip2718::Typed2718,
    eip7702::{Authorization, SignedAuthorization},
};
use alloy_primitives::{Address, B256, Bytes, Signature, TxKind, U256, address, keccak256};
use iso_evm_wire::{
    Fork, MessageWitness, Rules, Witness,
    block::Block,
    container::ReceiptLogs,
    encoding,
    transaction::{EthereumBody, Transaction},
};
use iso_evm_witness::{
    Input, Recording,
    prestate::{Prestate, PrestateAccount},
    record,
};
use k256::ecdsa::SigningKey;
use rlp::RlpStream;

use crate::{
    audit::trie::testing::whole_trie,
    transaction_hash::{authorization_hash, signing_hash},
};

pub(super) const CONTRACT: Address = address!("c0de00000000000000000000000000000000c0de");
pub(super) const OTHER: Address = address!("0ddba11000000000000000000000000000000001");
pub(super) const COINBASE: Address = address!("c014ba5e00000000000000000000000000000001");
pub(super) const BASE_FEE: u64 = 7;
pub(super) const ETHER: u64 = 1_000_000_000_000_000_000;

/// An account that signs.
pub(super) struct Signer(SigningKey);

impl Signer {
    pub(super) fn new(seed: u8) -> Self {
        Self(SigningKey::from_slice(&[seed; 32]).unwrap())
    }

    pub(super) fn address(&self) -> Address {
        let point = self.0.verifying_key().to_encoded_point(false);
        Address::from_word(keccak256(&point.as_bytes()[1..]))
    }

    pub(super) fn sign(&self, hash: B256) -> Signature {
        let (signature, id) = self.0.sign_prehash_recoverable(hash.as_slice()).unwrap();
        let (r, s) = signature.split_bytes();
        Signature::new(U256::from_be_slice(&r), U256::from_be_slice(&s), id.is_y_odd())
    }

    pub(super) fn authorize(
        &self,
        chain_id: u64,
        target: Address,
        nonce: u64,
    ) -> SignedAuthorization {
        let inner = Authorization { chain_id: U256::from(chain_id), address: target, nonce };
        let signature = self.sign(authorization_hash(&inner));
        inner.into_signed(signature)
    }
}

/// The sender of all transactions here.
pub(super) fn sender() -> Signer {
    Signer::new(1)
}

/// What is recorded.
#[derive(Clone)]
pub(super) struct Setup {
    pub(super) rules: Rules,
    pub(super) block: Block,
    pub(super) prestate: Prestate,
    pub(super) body: EthereumBody,
}

impl Setup {
    /// A transaction of a rich sender, on a block whose coinbase has nothing.
    pub(super) fn new(rules: impl Into<Rules>, body: impl Into<EthereumBody>) -> Self {
        let rules = rules.into();
        let from = |first: Fork| rules.fork() >= first;
        let block = Block {
            number: 1_000,
            timestamp: 1_000_000,
            beneficiary: COINBASE,
            gas_limit: 30_000_000,
            difficulty: (!from(Fork::Paris)).then_some(U256::ONE),
            prev_randao: from(Fork::Paris).then_some(B256::ZERO),
            base_fee_per_gas: from(Fork::London).then_some(BASE_FEE),
            excess_blob_gas: from(Fork::Cancun).then_some(0),
            blob_base_fee: from(Fork::Cancun).then_some(1),
            header: None,
        };
        let rich = PrestateAccount { balance: U256::from(ETHER), nonce: 3, ..Default::default() };
        let prestate = Prestate::from([(sender().address(), rich)]);
        Self { rules, block, prestate, body: body.into() }
    }

    pub(super) fn account(mut self, address: Address, account: PrestateAccount) -> Self {
        self.prestate.insert(address, account);
        self
    }

    pub(super) fn code(self, address: Address, code: impl Into<Bytes>) -> Self {
        let account = PrestateAccount { nonce: 1, code: code.into(), ..Default::default() };
        self.account(address, account)
    }

    pub(super) fn balance(self, address: Address, balance: u64) -> Self {
        self.account(
            address,
            PrestateAccount { balance: U256::from(balance), ..Default::default() },
        )
    }

    /// The witness of the transaction, signed.
    pub(super) fn record(&self) -> (Witness, Recording) {
        self.record_as(self.signed())
    }

    /// The transaction, signed.
    pub(super) fn signed(&self) -> Transaction {
        let signature = sender().sign(signing_hash(&self.body));
        Transaction::signed(self.body.clone(), signature).unwrap()
    }

    /// The witness of a transaction, which may look further than the recorder's own.
    pub(super) fn record_as(&self, transaction: Transaction) -> (Witness, Recording) {
        let (mut witness, recording) = self.record_alone(transaction);
        stand_on(&mut witness, &self.prestate);
        (witness, recording)
    }

    /// The witness of a transaction, with what the recorder puts into it.
    pub(super) fn record_alone(&self, transaction: Transaction) -> (Witness, Recording) {
        let prestate = self.prestate.clone();
        let block = self.block.clone();
        let input =
            Input::new(self.rules, 1, block, transaction, prestate, BTreeMap::new()).unwrap();
        let recording = record(&input.execution).unwrap();
        let mut witness = recording.witness(&input);
        let logs = recording.logs.clone();
        witness.receipt.logs = Some(ReceiptLogs { bloom: logs.iter().collect(), logs });
        (witness, recording)
    }
}

/// Puts all trie nodes and codes of a state into a witness, and its root at entry.
pub(super) fn stand_on(witness: &mut Witness, prestate: &Prestate) {
    let mut accounts = BTreeMap::new();
    witness.nodes.clear();
    let mut add = |nodes: Vec<Bytes>| {
        witness.nodes.extend(nodes.into_iter().map(|node| (keccak256(&node), node)));
    };
    for (address, account) in prestate {
        let slots = account.storage.iter().map(|(key, value)| {
            let value = alloy_rlp::encode(U256::from_be_bytes(value.0));
            (keccak256(key), value)
        });
        let (storage_root, nodes) = whole_trie(&slots.collect());
        add(nodes);
        let mut leaf = RlpStream::new_list(4);
        leaf.append(&account.nonce);
        leaf.append_raw(&alloy_rlp::encode(account.balance), 1);
        leaf.append(&storage_root.as_slice()).append(&keccak256(&account.code).as_slice());
        accounts.insert(keccak256(address), leaf.out().to_vec());
        if !account.code.is_empty() {
            witness.codes.insert(keccak256(&account.code), account.code.clone());
        }
    }
    let (root, nodes) = whole_trie(&accounts);
    add(nodes);
    witness.roots.enter = root;
}

/// A witness with its first message changed.
pub(super) fn with_top(witness: &Witness, change: impl FnOnce(&mut MessageWitness)) -> Witness {
    let mut witness = witness.clone();
    let mut message = witness.message(0).unwrap();
    change(&mut message);
    witness.messages[0] = encoding::encode(&message).into();
    witness
}

/// A witness with the same sender's transaction changed, and no signature.
pub(super) fn with_body(witness: &Witness, change: impl FnOnce(&mut EthereumBody)) -> Witness {
    let mut witness = witness.clone();
    let mut body = witness.transaction.body().ethereum().unwrap().clone();
    change(&mut body);
    witness.transaction = Transaction::unsigned(witness.transaction.from(), body);
    witness
}

/// A transaction of type 0 that any fork takes.
pub(super) fn legacy(to: TxKind, value: u64, input: impl Into<Bytes>) -> TxLegacy {
    TxLegacy {
        chain_id: Some(1),
        nonce: 3,
        gas_price: 20,
        gas_limit: 200_000,
        to,
        value: U256::from(value),
        input: input.into(),
    }
}

/// The same of type 2.
pub(super) fn dynamic(to: TxKind, value: u64, input: impl Into<Bytes>) -> TxEip1559 {
    let TxLegacy { nonce, gas_limit, to, value, input, .. } = legacy(to, value, input);
    TxEip1559 {
        chain_id: 1,
        nonce,
        gas_limit,
        max_fee_per_gas: 30,
        max_priority_fee_per_gas: 5,
        to,
        value,
        access_list: Default::default(),
        input,
    }
}

/// What a test says where it fails.
pub(super) fn name(setup: &Setup) -> String {
    format!("{} type {} to {:?}", setup.rules, setup.body.ty(), setup.body.to())
}
