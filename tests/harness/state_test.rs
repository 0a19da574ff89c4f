//! GeneralStateTests files: transactions with their pre-state and what they must come to.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, Bytes, TxKind, U256};
use iso_evm_witness::{
    Execution, Fork,
    prestate::{Prestate, PrestateAccount},
};
use revm::{
    context::{
        BlockEnv, TxEnv,
        transaction::{AccessList, AccessListItem},
    },
    context_interface::block::BlobExcessGasAndPrice,
    primitives::eip4844,
};
use serde::Deserialize;

/// One transaction and what it must come to.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) execution: Execution,
    pub(crate) state_root: B256,
    pub(crate) logs_hash: B256,
}

/// The cases of a file that are of forks in range.
pub(crate) fn cases(text: &str) -> Vec<Case> {
    let units: BTreeMap<String, Unit> = serde_json::from_str(text).expect("a state test");
    let mut cases = Vec::new();
    for (name, unit) in &units {
        for (fork, posts) in &unit.post {
            let Ok(fork) = fork.parse::<Fork>() else { continue };
            cases.extend(posts.iter().map(|post| unit.case(name, fork, post)));
        }
    }
    cases
}

#[derive(Deserialize)]
struct Unit {
    env: Env,
    pre: BTreeMap<Address, Account>,
    transaction: Transaction,
    post: BTreeMap<String, Vec<Post>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Env {
    current_coinbase: Address,
    current_gas_limit: U256,
    current_number: U256,
    current_timestamp: U256,
    current_difficulty: Option<U256>,
    current_base_fee: Option<U256>,
    current_random: Option<B256>,
    current_excess_blob_gas: Option<U256>,
}

#[derive(Deserialize)]
struct Account {
    balance: U256,
    nonce: U256,
    code: Bytes,
    storage: BTreeMap<U256, U256>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Transaction {
    nonce: U256,
    gas_limit: Vec<U256>,
    to: String,
    value: Vec<U256>,
    data: Vec<Bytes>,
    sender: Address,
    gas_price: Option<U256>,
    max_fee_per_gas: Option<U256>,
    max_priority_fee_per_gas: Option<U256>,
    #[serde(default)]
    access_lists: Vec<Option<Vec<AccessItem>>>,
    #[serde(default)]
    blob_versioned_hashes: Vec<B256>,
    max_fee_per_blob_gas: Option<U256>,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct AccessItem {
    address: Address,
    storage_keys: Vec<U256>,
}

#[derive(Deserialize)]
struct Post {
    hash: B256,
    logs: B256,
    indexes: Indexes,
}

#[derive(Deserialize)]
struct Indexes {
    data: usize,
    gas: usize,
    value: usize,
}

impl Unit {
    fn case(&self, name: &str, fork: Fork, post: &Post) -> Case {
        Case {
            name: name.to_owned(),
            execution: Execution {
                fork,
                chain_id: 1,
                block: self.env.block(fork),
                tx: self.transaction.tx(&post.indexes),
                prestate: self.prestate(),
                block_hashes: BTreeMap::new(),
            },
            state_root: post.hash,
            logs_hash: post.logs,
        }
    }

    fn prestate(&self) -> Prestate {
        let accounts = self.pre.iter().map(|(&address, account)| {
            let storage = account.storage.iter().map(|(&key, &value)| (key.into(), value.into()));
            let account = PrestateAccount {
                nonce: account.nonce.to(),
                balance: account.balance,
                code: account.code.clone(),
                storage: storage.collect(),
            };
            (address, account)
        });
        accounts.collect()
    }
}

impl Env {
    fn block(&self, fork: Fork) -> BlockEnv {
        let fraction = if fork < Fork::Prague {
            eip4844::BLOB_BASE_FEE_UPDATE_FRACTION_CANCUN
        } else {
            eip4844::BLOB_BASE_FEE_UPDATE_FRACTION_PRAGUE
        };
        let excess = self.current_excess_blob_gas.unwrap_or_default().to();
        BlockEnv {
            number: self.current_number,
            beneficiary: self.current_coinbase,
            timestamp: self.current_timestamp,
            gas_limit: self.current_gas_limit.saturating_to(),
            basefee: self.current_base_fee.unwrap_or_default().to(),
            difficulty: self.current_difficulty.unwrap_or_default(),
            prevrandao: if fork < Fork::Paris { None } else { self.current_random },
            blob_excess_gas_and_price: (fork >= Fork::Cancun)
                .then(|| BlobExcessGasAndPrice::new(excess, fraction)),
            ..Default::default()
        }
    }
}

impl Transaction {
    fn tx(&self, indexes: &Indexes) -> TxEnv {
        let access = self.access_lists.get(indexes.data).cloned().flatten();
        let tx_type = if self.max_fee_per_blob_gas.is_some() {
            3
        } else if self.max_fee_per_gas.is_some() {
            2
        } else {
            u8::from(access.is_some())
        };
        let items = access.unwrap_or_default().into_iter().map(|item| AccessListItem {
            address: item.address,
            storage_keys: item.storage_keys.into_iter().map(B256::from).collect(),
        });
        let price = self.gas_price.or(self.max_fee_per_gas).expect("a gas price");
        TxEnv {
            tx_type,
            caller: self.sender,
            gas_limit: self.gas_limit[indexes.gas].to(),
            gas_price: price.to(),
            kind: self.to.parse().map_or(TxKind::Create, TxKind::Call),
            value: self.value[indexes.value],
            data: self.data[indexes.data].clone(),
            nonce: self.nonce.to(),
            chain_id: Some(1),
            access_list: AccessList(items.collect()),
            gas_priority_fee: self.max_priority_fee_per_gas.map(|fee| fee.to()),
            blob_hashes: self.blob_versioned_hashes.clone(),
            max_fee_per_blob_gas: self.max_fee_per_blob_gas.map_or(0, |fee| fee.to()),
            ..Default::default()
        }
    }
}
