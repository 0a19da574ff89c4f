//! GeneralStateTest files: transactions with the state before them and what they must come to.
//! `specs/11-state-tests.md`.
//!
//! In the data's way this stands where [`Input`] does: a [`Case`] becomes an
//! [`Execution`], and what the file expects of it is compared with the recording.

mod fields;
mod transaction;

use std::{collections::BTreeMap, fmt, sync::Arc};

use alloy_primitives::{Address, B256, U256, keccak256};
use serde::Deserialize;

use self::fields::{Account, Config, Env, Transaction};
use super::object::Object;
use crate::{Execution, Input};
use iso_evm_wire::{
    Fork,
    block::Block,
    fork::ForkError,
    json::{self, Misread},
    protocol::Change,
    transaction::TransactionError,
};

/// How many ancestors a block knows.
const BLOCK_HASH_WINDOW: u64 = 256;

/// One transaction under one fork, and what must come of it.
#[derive(Clone, Debug)]
pub struct Case {
    /// Name of the test in its file.
    pub test: Arc<str>,
    /// The fork as the file names it.
    pub fork_name: String,
    /// Which of the test's data, gas limits and values the transaction has.
    pub indexes: Indexes,
    /// Why the transaction must be rejected before it runs, if it must.
    pub exception: Option<String>,
    /// State root after the transaction; `None` if the file has not been filled.
    pub state_root: Option<B256>,
    /// keccak256 of the RLP of its logs; `None` in the same way.
    pub logs_hash: Option<B256>,
    unit: Arc<Unit>,
}

/// Positions in the transaction's lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, serde::Serialize)]
pub struct Indexes {
    /// In `data` and `accessLists`.
    pub data: usize,
    /// In `gasLimit`.
    pub gas: usize,
    /// In `value`.
    pub value: usize,
}

impl fmt::Display for Indexes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "d{} g{} v{}", self.data, self.gas, self.value)
    }
}

/// Why a case cannot be run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CaseError {
    /// The case's fork is not audited.
    #[error(transparent)]
    Fork(#[from] ForkError),
    /// No transaction can have such a value: rejected before any EVM sees it.
    #[error("transaction.{0}: a value that no transaction can have")]
    Transaction(&'static str),
    /// No block can have such a value.
    #[error("env.{0}: a value that no block can have")]
    Block(&'static str),
    /// No account can have such a nonce.
    #[error("pre.{0}.nonce: larger than 64 bits")]
    Nonce(Address),
    /// The transaction cannot be written down, as none that runs.
    #[error("transaction: {0}")]
    Unwritable(#[from] TransactionError),
    /// Nobody has sent it.
    #[error("transaction: neither \"sender\" nor a \"secretKey\" that is one")]
    Sender,
    /// Half a signature.
    #[error("transaction.authorizationList: neither \"yParity\" nor \"v\"")]
    Parity,
    /// An index without an entry.
    #[error("transaction.{list}: there is no entry {index}")]
    Index {
        /// The name of the list in the file.
        list: &'static str,
        /// The index in it that the case asks for.
        index: usize,
    },
}

#[derive(Debug, Deserialize)]
struct Unit {
    #[serde(default)]
    config: Config,
    env: Env,
    pre: BTreeMap<Address, Account>,
    transaction: Transaction,
    post: BTreeMap<String, Vec<Post>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Post {
    #[serde(default)]
    hash: B256,
    #[serde(default)]
    logs: B256,
    indexes: Indexes,
    expect_exception: Option<String>,
}

/// All cases of a file, those of forks that are not audited too.
///
/// # Errors
///
/// If the bytes are not JSON, or not of this format.
///
/// ```
/// use iso_evm_witness::{input::state_test, record};
///
/// let sender = "0x1111111111111111111111111111111111111111";
/// let json = format!(
///     r#"{{"plain transfer": {{
///         "env": {{"currentCoinbase": "0x2222222222222222222222222222222222222222",
///             "currentGasLimit": "0x1000000", "currentNumber": "0x1", "currentTimestamp": "0x1"}},
///         "pre": {{"{sender}": {{"nonce": "0x0", "balance": "0x1000000", "code": "0x", "storage": {{}}}}}},
///         "transaction": {{"data": ["0x"], "gasLimit": ["0x5208"], "gasPrice": "0x0", "nonce": "0x0",
///             "sender": "{sender}", "to": "0x3333333333333333333333333333333333333333", "value": ["0x1"]}},
///         "post": {{"Istanbul": [{{"indexes": {{"data": 0, "gas": 0, "value": 0}},
///             "hash": "0x{hash}", "logs": "0x{hash}"}}]}}
///     }}}}"#,
///     hash = "00".repeat(32)
/// );
/// let cases = state_test::cases(json.as_bytes())?;
/// let recording = record(&cases[0].execution()?)?;
/// assert_eq!(recording.gas_used, 21_000);
/// // This file has not been filled.
/// assert_eq!(cases[0].state_root, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn cases(json: &[u8]) -> Result<Vec<Case>, Misread> {
    let units: BTreeMap<String, Object> = json::read(json)?;
    let mut cases = Vec::new();
    for (test, unit) in units {
        let unit: Unit = unit.read().map_err(|error| error.under(&test))?;
        let (test, unit): (Arc<str>, _) = (test.into(), Arc::new(unit));
        for (fork, posts) in &unit.post {
            cases.extend(posts.iter().map(|post| Case {
                test: test.clone(),
                fork_name: fork.clone(),
                indexes: post.indexes,
                exception: post.expect_exception.clone(),
                state_root: filled(post.hash),
                logs_hash: filled(post.logs),
                unit: unit.clone(),
            }));
        }
    }
    Ok(cases)
}

/// A hash of a test that has been filled; before, it is absent or zero.
fn filled(hash: B256) -> Option<B256> {
    (!hash.is_zero()).then_some(hash)
}

impl Case {
    /// The fork, if it is audited. Older files call Paris the merge.
    ///
    /// # Errors
    ///
    /// [`ForkError`] if it is not.
    pub fn fork(&self) -> Result<Fork, ForkError> {
        if self.fork_name == "Merge" { Ok(Fork::Paris) } else { self.fork_name.parse() }
    }

    /// What is to be run.
    ///
    /// # Errors
    ///
    /// [`CaseError`] if it cannot be: if [`CaseError::Transaction`], because the transaction is none.
    pub fn execution(&self) -> Result<Execution, CaseError> {
        let Unit { config, env, pre, transaction, .. } = &*self.unit;
        let fork = self.fork()?;
        let account = |(address, account): (&Address, &Account)| {
            let account = account.prestate().ok_or(CaseError::Nonce(*address))?;
            Ok((*address, account))
        };
        let number = env.number()?;
        let ancestors = number.saturating_sub(BLOCK_HASH_WINDOW)..number;
        Ok(Execution {
            rules: fork.into(),
            chain_id: config.chain_id(),
            block: env.block(fork)?,
            tx: transaction.tx(config.chain_id(), self.indexes)?,
            rollup: None,
            prestate: pre.iter().map(account).collect::<Result<_, CaseError>>()?,
            // The format's own rule: no ancestor is in the file.
            proofs: None,
            block_hashes: ancestors.map(|number| (number, keccak256(number.to_string()))).collect(),
        })
    }

    /// The input of a witness: block and transaction of this [`Case::execution`], signed where the
    /// file has the sender's key.
    ///
    /// # Errors
    ///
    /// [`CaseError`], where the block or the transaction is one that no chain can have.
    pub fn input(&self, execution: Execution) -> Result<Input, CaseError> {
        let key = self.unit.transaction.secret_key();
        let block = &execution.block;
        let blobs = block.blob_excess_gas_and_price;
        let small = |number: U256, name| number.try_into().map_err(|_| CaseError::Block(name));
        let block = Block {
            number: small(block.number, "currentNumber")?,
            timestamp: small(block.timestamp, "currentTimestamp")?,
            beneficiary: block.beneficiary,
            gas_limit: block.gas_limit,
            difficulty: (!execution.rules.has(Change::ProofOfStake)).then_some(block.difficulty),
            prev_randao: block.prevrandao,
            base_fee_per_gas: execution.rules.has(Change::BaseFee).then_some(block.basefee),
            excess_blob_gas: blobs.map(|blobs| blobs.excess_blob_gas),
            blob_base_fee: blobs.map(|blobs| blobs.blob_gasprice),
            header: None,
        };
        let transaction = transaction::transaction(&execution.tx, key)?;
        Ok(Input {
            execution,
            transaction,
            block,
            ancestors: Vec::new(),
            receipt: None,
            inclusion: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use alloy_primitives::address;

    use super::*;

    /// A test whose transaction has these fields beside those that all have.
    fn test(fields: &str, tuple: &str) -> Vec<u8> {
        format!(
            r#"{{"t": {{
                "env": {{"currentCoinbase": "0x2222222222222222222222222222222222222222",
                    "currentGasLimit": "0x1000000", "currentNumber": "0x1", "currentTimestamp": "0x1"}},
                "pre": {{}},
                "transaction": {{"data": ["0x"], "gasLimit": ["0x5208"], "gasPrice": "0x0", {fields}
                    "nonce": "0x0", "to": "0x3333333333333333333333333333333333333333",
                    "value": ["0x0"], "authorizationList": [{{"chainId": "0x0", "nonce": "0x0",
                        "address": "0x3333333333333333333333333333333333333333", {tuple}
                        "r": "0x1", "s": "0x1"}}]}},
                "post": {{"Prague": [{{"indexes": {{"data": 0, "gas": 0, "value": 0}},
                    "hash": "0x0000000000000000000000000000000000000000000000000000000000000000"}}]}}
            }}}}"#
        )
        .into_bytes()
    }

    fn execution(fields: &str, tuple: &str) -> Result<Execution, CaseError> {
        cases(&test(fields, tuple)).unwrap()[0].execution()
    }

    const KEY: &str =
        "\"secretKey\": \"0x45a915e4d060149eb4365960e6a7a45f334393093061116b197e3240065ff2d8\",";
    const PARITY: &str = "\"yParity\": \"0x1\",";

    /// `honest/statetest-without-sender`.
    #[test]
    fn the_sender_is_who_has_the_key() {
        let sender = address!("0xa94f5374fce5edbc8e2a8697c15331677e6ebf0b");
        assert_eq!(execution(KEY, PARITY).unwrap().tx.caller, sender);
        let other = Address::repeat_byte(7);
        let both = format!("{KEY} \"sender\": \"{other}\",");
        assert_eq!(execution(&both, PARITY).unwrap().tx.caller, other);
        for none in ["", "\"secretKey\": \"0x00\","] {
            assert_eq!(execution(none, PARITY).unwrap_err(), CaseError::Sender);
        }
    }

    #[test]
    fn a_tuple_has_its_parity_under_either_name() {
        let parity = |tuple| {
            let list = execution(KEY, tuple).unwrap().tx.authorization_list;
            list[0].as_ref().left().unwrap().y_parity()
        };
        assert_eq!(parity(PARITY), 1);
        assert_eq!(parity("\"v\": \"0x1\","), 1);
        assert_eq!(parity("\"v\": \"0x0\", \"yParity\": \"0x1\","), 1);
        assert_eq!(execution(KEY, "").unwrap_err(), CaseError::Parity);
    }

    #[test]
    fn integers_of_any_length_are_read_to_their_last_digit() {
        let text = String::from_utf8(test(KEY, PARITY)).unwrap();
        let long = "100000000000000000000000000000000000000001";
        let account = format!(
            "\"pre\": {{\"0x3333333333333333333333333333333333333333\": {{\"nonce\": 1, \"balance\": {long}, \
             \"code\": \"0x\", \"storage\": {{\"0x1\": {long}}}}}}}"
        );
        let text = text.replace("\"pre\": {}", &account).replace("[\"0x0\"]", &format!("[{long}]"));
        let execution = cases(text.as_bytes()).unwrap()[0].execution().unwrap();
        let expected: U256 = long.parse().unwrap();
        let account = &execution.prestate[&Address::repeat_byte(0x33)];
        assert_eq!((account.balance, account.nonce, execution.tx.value), (expected, 1, expected));
        assert_eq!(account.storage.values().next(), Some(&expected.into()));
        let marked = [&b"\xef\xbb\xbf"[..], &test(KEY, PARITY)].concat();
        assert_eq!(cases(&marked).unwrap().len(), 1);
    }

    #[test]
    fn a_hash_that_is_zero_or_absent_is_none() {
        let case = &cases(&test(KEY, PARITY)).unwrap()[0];
        assert_eq!((case.state_root, case.logs_hash), (None, None));
    }
}
