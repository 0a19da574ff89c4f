//! A node that answers as a test likes, and remembers all that it was sent: on loopback, and gone with
//! the test.

use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use alloy_consensus::{TxEip1559, TxEnvelope, transaction::SignerRecoverable};
use alloy_eips::eip2718::Decodable2718;
use alloy_primitives::{Address, Bytes, address, bytes};
use iso_evm_verifier::hash::keccak256;
use serde_json::{Value, json};

/// The deployer that most chains have, and its code.
pub(crate) const DEPLOYER: Address = address!("4e59b44847b379578588920ca78fbf26c0b4956c");
pub(crate) const DEPLOYER_CODE: Bytes = bytes!(
    "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0"
    "3601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3"
);

/// What to answer.
pub(crate) enum Reply {
    /// As an honest node does.
    Honest,
    /// With this value as its result.
    Result(Value),
    /// With bytes of HTTP, and then nothing.
    Raw(String),
    /// With a body that never ends.
    Endless,
}

/// What was asked: the head of the request, and the question.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) head: String,
    pub(crate) method: String,
    pub(crate) params: Value,
}

/// What the node knows.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) asked: Vec<Asked>,
    pub(crate) codes: HashMap<Address, Bytes>,
    /// Codes that appear with each transaction, the last first.
    pub(crate) next: Vec<(Address, Bytes)>,
}

impl State {
    /// How often a method was asked for.
    pub(crate) fn count(&self, method: &str) -> usize {
        self.asked.iter().filter(|asked| asked.method == method).count()
    }
}

type Decide = dyn Fn(&State, &str, &Value) -> Reply + Send + Sync;

/// A node that answers as a test wants it.
pub(crate) struct Fake {
    pub(crate) address: String,
    pub(crate) state: Arc<Mutex<State>>,
    ended: Arc<AtomicBool>,
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        // It waits for the next caller.
        let _ = TcpStream::connect(&self.address);
    }
}

impl Fake {
    /// A node of chain 1 with a deployer. `decide` is given what was asked before, method and
    /// parameters.
    pub(crate) fn start(
        decide: impl Fn(&State, &str, &Value) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let codes = HashMap::from([(DEPLOYER, DEPLOYER_CODE)]);
        let state = Arc::new(Mutex::new(State { codes, ..State::default() }));
        let ended = Arc::<AtomicBool>::default();
        let fake = Self { address, state: state.clone(), ended: ended.clone() };
        let decide: Arc<Decide> = Arc::new(decide);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if ended.load(Ordering::Relaxed) {
                    return;
                }
                let (state, decide) = (state.clone(), decide.clone());
                std::thread::spawn(move || serve(&stream, &state, &*decide));
            }
        });
        fake
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What was signed and sent here, with who signed it.
    pub(crate) fn signed(&self) -> Vec<(Address, TxEip1559)> {
        let state = self.state.lock().unwrap();
        let raw = state.asked.iter().filter(|asked| asked.method == "eth_sendRawTransaction");
        raw.map(|asked| {
            let bytes: Bytes = serde_json::from_value(asked.params[0].clone()).unwrap();
            let envelope = TxEnvelope::decode_2718(&mut &bytes[..]).unwrap();
            let sender = envelope.recover_signer().unwrap();
            let TxEnvelope::Eip1559(signed) = envelope else { panic!("{envelope:?}") };
            (sender, signed.into_parts().0)
        })
        .collect()
    }

    /// Asserts that nothing was sent here that can be mined, and that something was asked.
    pub(crate) fn got_nothing(&self) {
        let state = self.state.lock().unwrap();
        assert!(!state.asked.is_empty(), "it was asked nothing");
        for asked in &state.asked {
            assert!(!asked.method.starts_with("eth_send"), "{}", asked.method);
        }
    }
}

fn serve(stream: &TcpStream, state: &Mutex<State>, decide: &Decide) {
    let (mut reader, mut writer) = (BufReader::new(stream), stream);
    while let Some((head, body)) = request(&mut reader) {
        let question: Value = serde_json::from_slice(&body).unwrap();
        let method = question["method"].as_str().unwrap().to_owned();
        let params = question["params"].clone();
        let reply = {
            let mut state = state.lock().unwrap();
            let reply = decide(&state, &method, &params);
            let reply = match reply {
                Reply::Honest => Reply::Result(honest(&mut state, &method, &params)),
                reply => reply,
            };
            state.asked.push(Asked { head, method, params });
            reply
        };
        let text = match reply {
            Reply::Honest => unreachable!("it was answered above"),
            Reply::Result(result) => {
                let answer = json!({"jsonrpc": "2.0", "id": question["id"], "result": result});
                let (answer, end) = (answer.to_string(), "\r\n\r\n");
                let length = answer.len();
                format!("HTTP/1.1 200 OK\r\ncontent-length: {length}{end}{answer}")
            }
            Reply::Raw(text) => {
                let _ = writer.write_all(text.as_bytes());
                return;
            }
            Reply::Endless => {
                let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
                let chunk = format!("10000\r\n{}\r\n", "\"".repeat(0x10000));
                let _ = writer.write_all(head.as_bytes());
                // Until nobody reads it any more.
                while writer.write_all(chunk.as_bytes()).is_ok() {}
                return;
            }
        };
        if writer.write_all(text.as_bytes()).is_err() {
            return;
        }
    }
}

/// A request's head and body.
fn request(reader: &mut impl BufRead) -> Option<(String, Vec<u8>)> {
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let start = head.len();
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
        let line = head[start..].trim().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((head, body))
}

/// What an honest node says, one of a chain where a transaction is mined at once.
fn honest(state: &mut State, method: &str, params: &Value) -> Value {
    match method {
        "eth_chainId" => json!("0x1"),
        "eth_getCode" => {
            let address: Address = serde_json::from_value(params[0].clone()).unwrap();
            json!(state.codes.get(&address).cloned().unwrap_or_default())
        }
        // The probe for Cancun's rules.
        "eth_call" if params[0].get("to").is_none_or(Value::is_null) => json!("0x15"),
        "eth_call" => json!("0x"),
        "eth_getTransactionCount" => json!("0x7"),
        "eth_feeHistory" => fees(1_000_000_000, 100_000_000),
        "eth_sendRawTransaction" => {
            if let Some((address, code)) = state.next.pop() {
                state.codes.insert(address, code);
            }
            let bytes: Bytes = serde_json::from_value(params[0].clone()).unwrap();
            json!(keccak256(&bytes))
        }
        "eth_getTransactionReceipt" => receipt(&params[0]),
        "eth_getTransactionByHash" => Value::Null,
        other => panic!("nobody should ask for {other}"),
    }
}

/// A fee history.
pub(crate) fn fees(base_fee: u128, tip: u128) -> Value {
    let (base_fee, tip) = (format!("{base_fee:#x}"), format!("{tip:#x}"));
    json!({
        "oldestBlock": "0x1", "baseFeePerGas": [base_fee, base_fee], "gasUsedRatio": [0.5],
        "reward": [[tip]]
    })
}

/// A receipt of a transaction that succeeded.
pub(crate) fn receipt(hash: &Value) -> Value {
    let (zero, somebody) = ("0x0", Address::repeat_byte(1));
    json!({
        "transactionHash": hash, "transactionIndex": zero, "blockNumber": "0x2",
        "blockHash": format!("0x{}", "22".repeat(32)), "from": somebody, "to": somebody,
        "cumulativeGasUsed": "0x5208", "gasUsed": "0x5208", "effectiveGasPrice": "0x1",
        "contractAddress": null, "logs": [], "status": "0x1", "type": "0x2",
        "logsBloom": format!("0x{}", "00".repeat(256))
    })
}
