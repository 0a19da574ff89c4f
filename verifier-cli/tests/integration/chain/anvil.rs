//! A node of one's own, stopped when the test ends; and what tests do with it.

use std::{fs, path::Path};

use alloy_eips::BlockId;
use alloy_network::TransactionBuilder;
use alloy_primitives::{Address, B256, Bytes, hex};
use alloy_rpc_types_eth::{TransactionRequest, state::StateOverride};
use iso_evm_onchain::{
    chain::{CallAnswer, Chain, HostReceipt},
    contracts::{Archives, Contracts},
    plan::{Plan, Step},
};
use iso_evm_wire::{Fork, Witness};
use serde_json::Value;

use crate::{
    common::{Ran, root, run},
    node,
};

/// The key of the fourth account: that of a mnemonic that everybody knows.
pub(crate) const KEY: &str = "7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6";

/// A running anvil under Osaka's rules, with the cap on a transaction's gas.
#[derive(Debug)]
pub(crate) struct Anvil {
    process: node::anvil::Anvil,
    pub(crate) url: String,
    /// Accounts with funds, for which the node signs.
    pub(crate) accounts: Vec<Address>,
    pub(crate) chain: Chain,
}

impl Anvil {
    /// Starts one; none where npm does not bring it.
    pub(crate) fn start() -> Option<Self> {
        Self::with(&[])
    }

    /// [`start`](Self::start), with more arguments.
    pub(crate) fn with(arguments: &[&str]) -> Option<Self> {
        let rules = ["--hardfork", "osaka", "--enable-tx-gas-limit", "--gas-limit", "60000000"];
        Self::of(&[&rules[..], arguments].concat())
    }

    /// One with these arguments alone.
    pub(crate) fn of(arguments: &[&str]) -> Option<Self> {
        let process = node::anvil::Anvil::start(arguments)?;
        let (url, accounts) = (process.url(), process.accounts.clone());
        let chain = Chain::at(&url).unwrap();
        Some(Self { process, url, accounts, chain })
    }

    /// Runs `iso-verify` with a command line, the node and its first account.
    pub(crate) fn iso(&self, folder: &Path, line: &str) -> Ran {
        let (url, account) = (&self.url, self.accounts[0]);
        run(folder, &format!("iso-verify {line} --rpc-url {url} --unlocked {account}"))
    }

    /// [`iso`](Self::iso), with `--json` and an exit code that is expected.
    pub(crate) fn json(&self, folder: &Path, line: &str, code: i32) -> Value {
        let ran = self.iso(folder, &format!("{line} --json"));
        assert_eq!(ran.code, Some(code), "{line}: {}{}", ran.stderr, ran.text());
        ran.json()
    }

    /// Deploys the contracts of a fork, and gives what was printed.
    pub(crate) fn deploy(&self, options: &str) -> Value {
        self.json(&root(), &format!("deploy {options}"), 0)
    }

    /// A transaction of an account's, a creation without `to`, which may wait to be mined.
    pub(crate) fn queue(
        &self,
        account: usize,
        to: Option<Address>,
        data: &Bytes,
        gas: u64,
    ) -> B256 {
        let (from, gas) = (self.accounts[account], format!("{gas:#x}"));
        let mut transaction = serde_json::json!({"from": from, "gas": gas, "data": data});
        if let Some(to) = to {
            transaction["to"] = serde_json::json!(to);
        }
        self.ordered(transaction)
    }

    fn ordered(&self, transaction: Value) -> B256 {
        let hash = self.process.ask("eth_sendTransaction", serde_json::json!([transaction]));
        serde_json::from_value(hash).unwrap()
    }

    /// A step as a transaction of an account's, whatever becomes of it.
    pub(crate) fn step(&self, account: usize, step: &Step) -> HostReceipt {
        let (from, gas) = (self.accounts[account], format!("{:#x}", step.gas_limit));
        let hash = self.ordered(serde_json::json!({
            "from": from, "to": step.to, "gas": gas, "data": step.data, "value": step.value
        }));
        self.chain.receipt(hash).unwrap()
    }

    /// Lets time pass, and a block be mined.
    pub(crate) fn wait(&self, seconds: u64) {
        self.method("evm_increaseTime", serde_json::json!([seconds]));
        self.method("evm_mine", serde_json::json!([]));
    }

    /// A transaction of an account's, whatever becomes of it.
    pub(crate) fn send(&self, account: usize, to: Address, data: Bytes, gas: u64) -> HostReceipt {
        self.chain.receipt(self.queue(account, Some(to), &data, gas)).unwrap()
    }

    /// A plain creation.
    pub(crate) fn create(&self, initcode: Bytes) -> Address {
        let receipt = self.chain.receipt(self.queue(0, None, &initcode, 16_000_000)).unwrap();
        assert!(receipt.success);
        receipt.contract.unwrap()
    }

    /// A call of an account's.
    pub(crate) fn call(&self, account: usize, to: Address, data: Bytes, gas: u64) -> CallAnswer {
        let request = TransactionRequest::default()
            .with_from(self.accounts[account])
            .with_to(to)
            .with_input(data)
            .with_gas_limit(gas);
        self.chain.call(&request, BlockId::latest(), &StateOverride::default()).unwrap()
    }

    /// A method that is not standard: `anvil_…`.
    pub(crate) fn method(&self, method: &str, parameters: Value) {
        self.process.ask(method, parameters);
    }

    /// Puts code at an address.
    pub(crate) fn set_code(&self, address: Address, code: &[u8]) {
        let code = hex::encode_prefixed(code);
        self.method("anvil_setCode", serde_json::json!([address, code]));
    }
}

/// The witness of one of the fixtures.
pub(crate) fn fixture(name: &str) -> Witness {
    let path = root().join("tests/fixtures").join(format!("{name}.witness.bin"));
    Witness::decode(&fs::read(path).unwrap()).unwrap()
}

/// The contracts of a fork, with archives by code hash.
pub(crate) fn plan(fork: Fork) -> Plan {
    Plan::new(Contracts::new(Archives::CodeHash), fork)
}

/// An address in a document.
pub(crate) fn address(document: &Value, name: &str) -> Address {
    document[name].as_str().unwrap().parse().unwrap()
}

/// A quantity in a document.
pub(crate) fn quantity(value: &Value) -> u64 {
    u64::from_str_radix(value.as_str().unwrap().trim_start_matches("0x"), 16).unwrap()
}
