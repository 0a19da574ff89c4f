//! The GeneralStateTest format, as far as these tests need it.

use std::collections::BTreeMap;

use alloy_eips::{
    eip2930::AccessList,
    eip7702::{Authorization, SignedAuthorization},
};
use alloy_primitives::{Address, B256, Bytes, TxKind, U256, keccak256};
use iso_evm_witness::{
    Execution, Fork,
    prestate::{Prestate, PrestateAccount},
};
use revm::context::{BlockEnv, TxEnv, either::Either};
use serde::Deserialize;

/// One transaction and what is to come of it.
pub(crate) struct Case {
    pub(crate) name: String,
    /// `None` if the transaction has values that no transaction can have.
    pub(crate) execution: Option<Execution>,
    pub(crate) rejected: bool,
    pub(crate) state_root: B256,
    pub(crate) logs: B256,
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
    current_difficulty: U256,
    current_gas_limit: U256,
    current_number: U256,
    current_timestamp: U256,
    current_base_fee: Option<U256>,
    current_random: Option<B256>,
    current_excess_blob_gas: Option<U256>,
}

#[derive(Deserialize)]
struct Account {
    nonce: U256,
    balance: U256,
    code: Bytes,
    storage: BTreeMap<U256, U256>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Transaction {
    data: Vec<Bytes>,
    gas_limit: Vec<U256>,
    value: Vec<U256>,
    nonce: U256,
    sender: Address,
    to: String,
    gas_price: Option<U256>,
    max_fee_per_gas: Option<U256>,
    max_priority_fee_per_gas: Option<U256>,
    #[serde(default)]
    access_lists: Vec<Option<AccessList>>,
    authorization_list: Option<Vec<SignedTuple>>,
    blob_versioned_hashes: Option<Vec<B256>>,
    max_fee_per_blob_gas: Option<U256>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SignedTuple {
    chain_id: U256,
    address: Address,
    nonce: U256,
    y_parity: U256,
    r: U256,
    s: U256,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Post {
    hash: B256,
    logs: B256,
    indexes: Indexes,
    expect_exception: Option<String>,
}

#[derive(Deserialize)]
struct Indexes {
    data: usize,
    gas: usize,
    value: usize,
}

/// All cases of a file whose fork is recorded.
pub(crate) fn cases(text: &str) -> Vec<Case> {
    let units: BTreeMap<String, Unit> = serde_json::from_str(text).expect("a state test");
    let mut cases = Vec::new();
    for (name, unit) in &units {
        for (fork, posts) in &unit.post {
            let Ok(fork) = fork.parse::<Fork>() else { continue };
            for (index, post) in posts.iter().enumerate() {
                cases.push(Case {
                    name: format!("{name} {fork} {index}"),
                    execution: execution(unit, fork, &post.indexes),
                    rejected: post.expect_exception.is_some(),
                    state_root: post.hash,
                    logs: post.logs,
                });
            }
        }
    }
    cases
}

fn execution(unit: &Unit, fork: Fork, indexes: &Indexes) -> Option<Execution> {
    let number: u64 = unit.env.current_number.try_into().ok()?;
    // The format's own rule for ancestors.
    let ancestors = number.saturating_sub(256)..number;
    let block_hashes = ancestors.map(|number| (number, keccak256(number.to_string()))).collect();
    Some(Execution {
        fork,
        chain_id: 1,
        block: block(&unit.env, fork)?,
        tx: transaction(&unit.transaction, indexes)?,
        prestate: prestate(&unit.pre)?,
        block_hashes,
    })
}

fn block(env: &Env, fork: Fork) -> Option<BlockEnv> {
    let mut block = BlockEnv {
        number: env.current_number,
        beneficiary: env.current_coinbase,
        timestamp: env.current_timestamp,
        gas_limit: env.current_gas_limit.saturating_to(),
        basefee: env.current_base_fee.unwrap_or_default().try_into().ok()?,
        difficulty: env.current_difficulty,
        prevrandao: env.current_random.or((fork >= Fork::Paris).then_some(B256::ZERO)),
        ..BlockEnv::default()
    };
    if let Some(excess) = env.current_excess_blob_gas {
        // EIP-4844's update fraction, and EIP-7691's.
        let fraction = if fork >= Fork::Prague { 5_007_716 } else { 3_338_477 };
        block.set_blob_excess_gas_and_price(excess.try_into().ok()?, fraction);
    }
    Some(block)
}

fn transaction(tx: &Transaction, indexes: &Indexes) -> Option<TxEnv> {
    let access_list = tx.access_lists.get(indexes.data).cloned().flatten();
    let tx_type = if tx.authorization_list.is_some() {
        4
    } else if tx.max_fee_per_blob_gas.is_some() {
        3
    } else if tx.max_fee_per_gas.is_some() {
        2
    } else {
        u8::from(access_list.is_some())
    };
    let kind = match tx.to.as_str() {
        "" => TxKind::Create,
        to => TxKind::Call(to.parse().ok()?),
    };
    let authorizations = tx.authorization_list.iter().flatten().map(|tuple| {
        let inner = Authorization {
            chain_id: tuple.chain_id,
            address: tuple.address,
            nonce: tuple.nonce.try_into().ok()?,
        };
        let (y_parity, r, s) = (tuple.y_parity.try_into().ok()?, tuple.r, tuple.s);
        Some(Either::Left(SignedAuthorization::new_unchecked(inner, y_parity, r, s)))
    });
    let price = tx.gas_price.or(tx.max_fee_per_gas).unwrap_or_default();
    Some(TxEnv {
        tx_type,
        caller: tx.sender,
        gas_limit: tx.gas_limit[indexes.gas].saturating_to(),
        gas_price: price.try_into().ok()?,
        kind,
        value: tx.value[indexes.value],
        data: tx.data[indexes.data].clone(),
        nonce: tx.nonce.try_into().ok()?,
        chain_id: Some(1),
        access_list: access_list.unwrap_or_default(),
        gas_priority_fee: match tx.max_priority_fee_per_gas {
            Some(fee) => Some(fee.try_into().ok()?),
            None => None,
        },
        blob_hashes: tx.blob_versioned_hashes.clone().unwrap_or_default(),
        max_fee_per_blob_gas: tx.max_fee_per_blob_gas.unwrap_or_default().try_into().ok()?,
        authorization_list: authorizations.collect::<Option<_>>()?,
    })
}

fn prestate(pre: &BTreeMap<Address, Account>) -> Option<Prestate> {
    let account = |account: &Account| {
        Some(PrestateAccount {
            nonce: account.nonce.try_into().ok()?,
            balance: account.balance,
            code: account.code.clone(),
            storage: account.storage.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect(),
        })
    };
    pre.iter().map(|(address, state)| Some((*address, account(state)?))).collect()
}
