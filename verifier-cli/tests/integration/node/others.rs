//! Hardhat 3 and Ganache, from npm: on loopback, stopped when the test ends.

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::mpsc,
    time::Duration,
};

use alloy_primitives::{Address, B256, U256, hex};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::http;
use crate::npm;

const HARDHAT: &str = "hardhat@3.18.0";
const GANACHE: &str = "ganache@7.9.2";

/// Hardhat 3 wants it.
const NODE: &str = "22.23.5";

/// Longer than any of them takes to start.
const PATIENCE: Duration = Duration::from_secs(120);

/// What Hardhat is to be.
const CONFIG: &str = r#"const simulated = {
    type: "edr-simulated",
    chainType: "l1",
    hardfork: "osaka",
    throwOnTransactionFailures: false,
};
export default { networks: { default: simulated, node: simulated } };"#;

/// A running node.
#[derive(Debug)]
pub(super) struct Other {
    child: Child,
    /// Host and port.
    pub(super) address: String,
    /// Accounts with funds, for which the node signs.
    pub(super) accounts: Vec<Address>,
    /// Hardhat's project.
    _folder: Option<TempDir>,
}

impl Drop for Other {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Other {
    /// Hardhat 3, under Osaka's rules; none where npm does not bring it.
    pub(super) fn hardhat() -> Option<Self> {
        let node = node()?;
        let modules = npm::modules_for(HARDHAT, Some(&node))?;
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        put("package.json", r#"{"name": "a-project", "type": "module"}"#);
        put("hardhat.config.js", CONFIG);
        std::os::unix::fs::symlink(&modules, folder.path().join("node_modules")).unwrap();
        let mut command = Command::new(node.join("node"));
        command
            .arg("node_modules/hardhat/dist/src/cli.js")
            .args(["node", "--hostname", "127.0.0.1", "--port", "0"])
            .current_dir(folder.path())
            .env("PATH", npm::path_with(&node))
            .env("HARDHAT_DISABLE_TELEMETRY_PROMPT", "true");
        let begins = "Started HTTP and WebSocket JSON-RPC server at http://";
        Some(Self::start(command, begins, Some(folder)))
    }

    /// Ganache, under Shanghai's rules, its newest; none where npm does not bring it.
    pub(super) fn ganache() -> Option<Self> {
        let modules = npm::modules(GANACHE)?;
        // It takes no port of the system's choice.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new("node");
        command
            .arg(modules.join("ganache/dist/node/cli.js"))
            .args(["--server.host", "127.0.0.1", "--server.port", &port.to_string()])
            .args(["--wallet.deterministic", "--chain.hardfork", "shanghai"]);
        Some(Self::start(command, "RPC Listening on ", None))
    }

    /// Starts a node, and waits until it says where it listens.
    fn start(mut command: Command, begins: &'static str, folder: Option<TempDir>) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let (send, receive) = mpsc::channel();
        std::thread::spawn(move || {
            let mut line = String::new();
            while lines.read_line(&mut line).is_ok_and(|length| length > 0) {
                if let Some(address) = line.trim().strip_prefix(begins) {
                    let _ = send.send(address.trim_end_matches('/').to_owned());
                    break;
                }
                line.clear();
            }
            // A pipe that is full would stop it.
            let _ = lines.read_to_end(&mut Vec::new());
        });
        let address = receive.recv_timeout(PATIENCE);
        let mut other =
            Self { child, address: String::new(), accounts: Vec::new(), _folder: folder };
        other.address = address.expect("the node does not start");
        other.accounts = serde_json::from_value(other.ask("eth_accounts", json!([]))).unwrap();
        other
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(super) fn ask(&self, method: &str, params: Value) -> Value {
        http::ask(&self.address, method, &params)
    }

    /// Sends a transaction of the first account's, which is mined at once; its receipt.
    pub(super) fn send(&self, to: Option<Address>, value: u64, data: &[u8]) -> Value {
        self.send_from(self.accounts[0], to, value, data)
    }

    /// [`Self::send`], of another's.
    pub(super) fn send_from(
        &self,
        from: Address,
        to: Option<Address>,
        value: u64,
        data: &[u8],
    ) -> Value {
        let mut transaction = json!({
            "from": from,
            "gas": "0x4c4b40",
            "gasPrice": "0x77359400",
            "value": U256::from(value),
            "data": hex::encode_prefixed(data),
        });
        if let Some(to) = to {
            transaction["to"] = json!(to);
        }
        let hash = self.ask("eth_sendTransaction", json!([transaction]));
        for _ in 0..2_000 {
            let receipt = self.ask("eth_getTransactionReceipt", json!([hash]));
            if !receipt.is_null() {
                return receipt;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("{hash} is not mined")
    }

    /// Deploys runtime code, of less than 256 bytes; its address.
    pub(super) fn deploy(&self, code: &[u8]) -> Address {
        let length = u8::try_from(code.len()).unwrap();
        // PUSH1 length, DUP1, PUSH1 11, PUSH1 0, CODECOPY, PUSH1 0, RETURN
        let head = [0x60, length, 0x80, 0x60, 11, 0x60, 0, 0x39, 0x60, 0, 0xf3];
        let receipt = self.send(None, 0, &[&head[..], code].concat());
        assert_eq!(receipt["status"], "0x1");
        serde_json::from_value(receipt["contractAddress"].clone()).unwrap()
    }
}

/// The hash of a receipt's transaction.
pub(super) fn hash(receipt: &Value) -> B256 {
    serde_json::from_value(receipt["transactionHash"].clone()).unwrap()
}

/// The folder of the Node.js that Hardhat wants.
fn node() -> Option<PathBuf> {
    let system = if cfg!(target_os = "macos") { "darwin" } else { "linux" };
    let machine = if cfg!(target_arch = "aarch64") { "arm64" } else { "x64" };
    let package = format!("node-{system}-{machine}");
    let modules = npm::modules(&format!("{package}@{NODE}"))?;
    Some(modules.join(package).join("bin"))
}
