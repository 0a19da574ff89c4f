//! A node of one's own, stopped when the test ends.

use std::{
    io::{BufRead, BufReader, Read},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use alloy_primitives::{Address, B256, Bytes, U256, hex};
use serde_json::{Value, json};

use super::http;
use crate::npm;

const PACKAGE: &str = "@foundry-rs/anvil@1.7.1";

/// A running anvil, one block high: the header of its first has the root of an empty state.
#[derive(Debug)]
pub(crate) struct Anvil {
    child: Child,
    /// Host and port.
    pub(crate) address: String,
    /// Accounts with funds, for which the node signs.
    pub(crate) accounts: Vec<Address>,
}

impl Drop for Anvil {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The native binary: the package's own command returns 0 whatever happens.
fn binary() -> Option<PathBuf> {
    let modules = npm::modules(PACKAGE)?;
    let system = if cfg!(target_os = "macos") { "darwin" } else { "linux" };
    let machine = if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" };
    Some(modules.join(format!("@foundry-rs/anvil-{system}-{machine}/bin/anvil")))
}

impl Anvil {
    /// Starts one; none where npm does not bring it.
    pub(crate) fn start(arguments: &[&str]) -> Option<Self> {
        let mut child = Command::new(binary()?)
            .args(["--host", "127.0.0.1", "--port", "0"])
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let address = loop {
            let mut line = String::new();
            assert!(lines.read_line(&mut line).unwrap() > 0, "anvil does not start");
            if let Some(address) = line.trim().strip_prefix("Listening on ") {
                break address.to_owned();
            }
        };
        // A pipe that is full would stop it.
        std::thread::spawn(move || lines.read_to_end(&mut Vec::new()));
        let mut anvil = Self { child, address, accounts: Vec::new() };
        anvil.accounts = serde_json::from_value(anvil.ask("eth_accounts", json!([]))).unwrap();
        anvil.mine();
        Some(anvil)
    }

    pub(crate) fn stop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    pub(crate) fn ask(&self, method: &str, params: Value) -> Value {
        http::ask(&self.address, method, &params)
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn mine(&self) {
        self.ask("evm_mine", json!([]));
    }

    /// Sends a transaction from one of the accounts and waits until it is in a block; `to` absent: a
    /// creation. Its hash.
    pub(crate) fn send(&self, from: usize, to: Option<Address>, value: u64, data: &[u8]) -> B256 {
        let transaction = self.queue(from, to, value, data);
        self.receipt(transaction);
        transaction
    }

    /// As [`Self::send`], but does not wait: for a node that mines when it is told to.
    pub(crate) fn queue(&self, from: usize, to: Option<Address>, value: u64, data: &[u8]) -> B256 {
        let mut transaction = json!({
            "from": self.accounts[from],
            "gas": "0x4c4b40",
            "value": U256::from(value),
            "data": hex::encode_prefixed(data),
        });
        if let Some(to) = to {
            transaction["to"] = json!(to);
        }
        serde_json::from_value(self.ask("eth_sendTransaction", json!([transaction]))).unwrap()
    }

    /// The receipt of a mined transaction, as the node gives it. It may be a moment late.
    pub(crate) fn receipt(&self, transaction: B256) -> Value {
        for _ in 0..2_000 {
            let receipt = self.ask("eth_getTransactionReceipt", json!([transaction]));
            if !receipt.is_null() {
                return receipt;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("{transaction} is not mined")
    }

    /// Deploys runtime code; its address.
    pub(crate) fn deploy(&self, code: &[u8]) -> Address {
        let [high, low] = u16::try_from(code.len()).unwrap().to_be_bytes();
        // PUSH2 length, DUP1, PUSH1 10, PUSH0, CODECOPY, PUSH0, RETURN
        let head = [0x61, high, low, 0x80, 0x60, 10, 0x5f, 0x39, 0x5f, 0xf3];
        self.create(&[&head[..], code].concat())
    }

    /// Runs init code; the address that it made.
    pub(crate) fn create(&self, initcode: &[u8]) -> Address {
        let receipt = self.receipt(self.send(0, None, 0, initcode));
        assert_eq!(receipt["status"], "0x1");
        serde_json::from_value(receipt["contractAddress"].clone()).unwrap()
    }

    /// Number of the newest block.
    pub(crate) fn height(&self) -> u64 {
        let number: U256 = serde_json::from_value(self.ask("eth_blockNumber", json!([]))).unwrap();
        number.to()
    }
}

/// Code that stores the second word of its calldata in the slot that the first names, and logs.
pub(crate) const STORE: &[u8] = &hex!("6020355f3555" "5f5fa0" "00");

/// Calldata of it.
pub(crate) fn store(slot: u64, value: u64) -> Bytes {
    [U256::from(slot), U256::from(value)].map(|word| word.to_be_bytes::<32>()).concat().into()
}
