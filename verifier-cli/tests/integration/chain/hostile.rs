//! Nodes that would have a key sign what its owner did not mean: of another chain, of a chain that
//! changes, greedy, endless, redirecting, with a deployer that is none, with answers that change. Each
//! test counts what the node got.

use std::path::{Path, PathBuf};

use alloy_primitives::{Address, Bytes, address};
use iso_evm_onchain::contracts::{Archives, Contracts};
use iso_evm_wire::{Fork, Opened};
use serde_json::{Value, json};

use super::{
    anvil::{KEY, fixture, plan},
    fake::{DEPLOYER, Fake, Reply, fees, receipt},
    keys::private,
    verdicts::{CONTRACTS, put},
};
use crate::common::{Ran, command, run};

/// [`KEY`]'s account.
pub(crate) const ACCOUNT: Address = address!("90f79bf6eb2c4f870365e785982e1f101e93b906");

const GWEI: u128 = 1_000_000_000;

/// A folder with a key and a witness.
struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        private(&folder.path().join("key"), KEY);
        put(folder.path(), &fixture("erc20-transfer"));
        Self(folder)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// The two commands that sign, each with a node that knows what it needs, ready to be run.
    fn both(&self, options: &str, fake: &Fake) -> [Ran; 2] {
        let witness = fixture("erc20-transfer");
        let plan = plan(witness.rules.fork());
        let hypervisor = plan.hypervisor();
        for contract in [hypervisor, plan.factory()] {
            let mut state = fake.state.lock().unwrap();
            state.codes.insert(contract.address, contract.code.clone());
        }
        let submit = format!("submit witness.bin --archive --hypervisor {}", hypervisor.address);
        // No chain has this fork's contracts yet.
        ["deploy --fork berlin".to_owned(), submit].map(|line| self.run(&line, options, fake))
    }

    fn run(&self, line: &str, options: &str, fake: &Fake) -> Ran {
        let url = fake.url();
        let line = format!("iso-verify {line} --private-key-file key --rpc-url {url} {options}");
        run(self.path(), &line)
    }
}

/// Exit code 2, and these words.
fn refused(ran: &Ran, words: &[&str]) {
    assert_eq!(ran.code, Some(2), "{}{}", ran.stderr, ran.text());
    for word in words {
        assert!(ran.stderr.contains(word), "{word}: {}", ran.stderr);
    }
}

/// What an honest node gets, so that the other tests can fail: transactions for the chain and no
/// other, with its fees, and numbers that follow each other whatever the node says.
#[test]
fn an_honest_node_gets_what_was_said() {
    let desk = Desk::new();
    let fake = Fake::start(|_, _, _| Reply::Honest);
    let contracts = Contracts::new(Archives::CodeHash);
    let (fork, mut next) = (Fork::Berlin, Vec::new());
    let provers = contracts.provers();
    let dispute = contracts.dispute(&provers);
    let machines = [
        contracts.factory(),
        contracts.hypervisor(fork),
        contracts.machine(fork),
        contracts.live(fork),
    ];
    for contract in machines.into_iter().chain(provers).chain([dispute]) {
        next.insert(0, (contract.address, contract.code));
    }
    fake.state.lock().unwrap().next = next;
    let ran = desk.run("deploy --fork berlin", "--chain mainnet --yes", &fake);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let signed = fake.signed();
    assert_eq!(signed.len(), CONTRACTS);
    for (index, (sender, transaction)) in signed.iter().enumerate() {
        assert_eq!((*sender, transaction.to.to()), (ACCOUNT, Some(&DEPLOYER)));
        assert_eq!((transaction.chain_id, transaction.nonce), (1, 7 + index as u64));
        assert_eq!(transaction.max_fee_per_gas, 2 * GWEI + GWEI / 10);
        assert_eq!(transaction.max_priority_fee_per_gas, GWEI / 10);
        assert!(transaction.value.is_zero() && transaction.gas_limit < 6_000_000);
    }
    let gas: u64 = signed.iter().map(|(_, transaction)| transaction.gas_limit).sum();
    let most = u128::from(gas) * (2 * GWEI + GWEI / 10);
    let most = format!("at most 0.{:018} ETH", most).replace("000 ETH", " ETH");
    for word in [
        "on chain mainnet (1)",
        &ACCOUNT.to_string(),
        &format!("{CONTRACTS} transactions"),
        "2.1 gwei",
    ] {
        assert!(ran.stderr.contains(word), "{word}: {}", ran.stderr);
    }
    assert!(ran.stderr.contains(most.trim_end_matches(" ETH").trim_end_matches('0')), "{most}");
}

#[test]
fn another_chain_than_named_gets_nothing_signed() {
    let desk = Desk::new();
    let fake = Fake::start(|_, _, _| Reply::Honest);
    for chain in ["sepolia", "11155111"] {
        for ran in desk.both(&format!("--chain {chain} --yes"), &fake) {
            refused(&ran, &["one of chain 1, not of chain 11155111", "nothing was signed"]);
        }
    }
    fake.got_nothing();
    for chain in ["nowhere", "-1", "0x1g", ""] {
        let ran = desk.run("deploy", &format!("--yes --chain={chain}"), &fake);
        refused(&ran, &["neither a number nor a known name"]);
    }
}

#[test]
fn a_chain_that_changes_gets_nothing_signed() {
    for named in ["--chain 1", ""] {
        let desk = Desk::new();
        let fake = Fake::start(|state, method, _| match (method, state.count("eth_chainId") % 2) {
            ("eth_chainId", 1) => Reply::Result(json!("0x38")),
            _ => Reply::Honest,
        });
        for ran in desk.both(&format!("{named} --yes"), &fake) {
            refused(&ran, &["was one of chain 1, and now is of chain 56"]);
        }
        fake.got_nothing();
    }
}

/// Elsewhere than on this machine the chain is named, or nothing is even asked.
#[test]
fn a_node_elsewhere_does_not_name_the_chain() {
    let desk = Desk::new();
    for url in ["http://192.0.2.1:1", "https://rpc.example.com/v3/secret", "http://0.0.0.0:1"] {
        for line in
            ["deploy", "submit witness.bin --hypervisor 0x4e59b44847b379578588920ca78fbf26c0b4956c"]
        {
            let from = ["--private-key-file key".to_owned(), format!("--unlocked {ACCOUNT}")];
            for from in from {
                let ran =
                    run(desk.path(), &format!("iso-verify {line} --rpc-url {url} {from} --yes"));
                refused(&ran, &["a node that is not on this machine needs --chain"]);
                assert!(!ran.stderr.contains("secret"), "{}", ran.stderr);
            }
        }
    }
}

#[test]
fn greedy_fees_get_nothing_signed() {
    const ETH: u128 = GWEI * GWEI;
    let desk = Desk::new();
    for (base_fee, tip, words) in [
        (GWEI, 77 * ETH, ["77000000000 gwei", "more than 5 gwei (--max-priority-fee)"]),
        (GWEI, 5 * GWEI + 1, ["5.000000001 gwei", "more than 5 gwei (--max-priority-fee)"]),
        (77 * ETH, 1, ["77000000000.000000001 gwei", "more than 100 gwei (--max-fee-per-gas)"]),
        (100 * GWEI, 1, ["100.000000001 gwei", "more than 100 gwei (--max-fee-per-gas)"]),
        (u128::MAX, u128::MAX, ["gwei", "more than 5 gwei (--max-priority-fee)"]),
        (u128::MAX, 1, ["gwei", "more than 100 gwei (--max-fee-per-gas)"]),
    ] {
        let fake = Fake::start(move |_, method, _| match method {
            "eth_feeHistory" => Reply::Result(fees(base_fee, tip)),
            _ => Reply::Honest,
        });
        for ran in desk.both("--chain 1 --yes", &fake) {
            refused(&ran, &words);
        }
        fake.got_nothing();
    }
    // What the user allows is what counts, either way.
    let fake = Fake::start(|_, _, _| Reply::Honest);
    for (caps, words) in [
        ("--max-fee-per-gas 1gwei", "1.1 gwei for each unit of gas, more than 1 gwei"),
        ("--max-priority-fee 99999999", "0.1 gwei of each unit of gas for the proposer, more than"),
    ] {
        for ran in desk.both(&format!("--chain 1 --yes {caps}"), &fake) {
            refused(&ran, &[words]);
        }
    }
    fake.got_nothing();
    let caps = "--max-fee-per-gas 1.5gwei --max-priority-fee 0.1gwei";
    desk.run("deploy --fork berlin", &format!("--chain 1 --yes {caps}"), &fake);
    let signed = fake.signed();
    assert_eq!(signed[0].1.max_fee_per_gas, 3 * GWEI / 2);
    // Dearer than agreed to, within the caps: nothing more is signed.
    let fake = Fake::start(|state, method, _| match (method, state.count("eth_feeHistory") % 2) {
        ("eth_feeHistory", 1) => Reply::Result(fees(3 * GWEI, 1)),
        _ => Reply::Honest,
    });
    for ran in desk.both("--chain 1 --yes", &fake) {
        refused(&ran, &["3.1 gwei for each unit of gas, more than 2.1 gwei"]);
    }
    fake.got_nothing();
}

#[test]
fn no_base_fee_gets_nothing_signed() {
    let desk = Desk::new();
    let fake = Fake::start(|_, method, _| match method {
        "eth_feeHistory" => {
            Reply::Result(json!({"oldestBlock": "0x1", "gasUsedRatio": [0.5], "reward": null}))
        }
        _ => Reply::Honest,
    });
    for ran in desk.both("--chain 1 --yes", &fake) {
        refused(&ran, &["no base fee", "older than Cancun's"]);
    }
    fake.got_nothing();
}

#[test]
fn endless_answers_end() {
    let desk = Desk::new();
    for (method, limit) in
        [("eth_chainId", "4096"), ("eth_feeHistory", "65536"), ("eth_getCode", "4194304")]
    {
        for announced in [false, true] {
            let fake = Fake::start(move |_, asked, _| match asked {
                _ if asked != method => Reply::Honest,
                _ if announced => {
                    Reply::Raw("HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n{".to_owned())
                }
                _ => Reply::Endless,
            });
            for ran in desk.both("--chain 1 --yes", &fake) {
                refused(&ran, &[method, &format!("longer than {limit} bytes")]);
            }
            fake.got_nothing();
            // It is not asked again.
            assert_eq!(fake.state.lock().unwrap().count(method), 2, "{method}");
        }
    }
}

/// What was asked, with its key, stays with the node that was named.
#[test]
fn redirects_are_not_followed() {
    let desk = Desk::new();
    for status in [301, 302, 303, 307, 308] {
        let other = Fake::start(|_, _, _| Reply::Honest);
        let target = other.url();
        for redirected in ["eth_chainId", "eth_sendRawTransaction"] {
            let target = target.clone();
            let fake = Fake::start(move |_, method, _| {
                if method != redirected {
                    return Reply::Honest;
                }
                Reply::Raw(format!(
                    "HTTP/1.1 {status} Elsewhere\r\nlocation: {target}/\r\ncontent-length: 0\r\n\r\n"
                ))
            });
            for ran in desk.both("--chain 1 --yes", &fake) {
                refused(&ran, &[redirected, &format!("redirects (HTTP status {status})")]);
                assert!(!ran.stderr.contains(&other.address), "{}", ran.stderr);
            }
        }
        assert!(other.state.lock().unwrap().asked.is_empty(), "{status}");
    }
}

/// A deployer with code that deploys nothing, something else, or never ends.
#[test]
fn a_fake_deployer_gets_nothing_signed() {
    let desk = Desk::new();
    for code in [
        "0x00",
        "0xfe",
        "0x5b5f56",
        // Reverts; returns 20 bytes.
        "0x5f5ffd",
        "0x60145ff3",
        // Deploys two bytes, whatever it is given.
        "0x60015f5f5ff5505f5ff3",
    ] {
        let fake = Fake::start(move |_, method, params| match method {
            "eth_getCode" if params[0] == json!(DEPLOYER) => Reply::Result(json!(code)),
            _ => Reply::Honest,
        });
        let ran = desk.run("deploy", "--chain 1 --yes", &fake);
        refused(&ran, &["no deterministic deployer's", "factory"]);
        fake.got_nothing();
    }
}

/// What was said to be sent is all that is sent, though the node says other things later.
#[test]
fn more_than_was_said_is_not_signed() {
    let desk = Desk::new();
    let witness = fixture("erc20-transfer");
    let (archive, code) =
        plan(witness.rules.fork()).archive(&Opened::of(&witness), 0, &[]).unwrap().parts[0].clone();
    let fake = Fake::start(move |state, method, params| {
        let of_archive = |params: &Value| params[0] == json!(archive);
        let before = state
            .asked
            .iter()
            .filter(|asked| asked.method == "eth_getCode" && of_archive(&asked.params));
        match method {
            "eth_getCode" if of_archive(params) && before.count() == 0 => {
                Reply::Result(json!(code))
            }
            _ => Reply::Honest,
        }
    });
    let [_, ran] = desk.both("--chain 1 --yes", &fake);
    refused(&ran, &["archive: it is not among what was said to be sent"]);
    assert!(ran.stderr.contains("1 transaction, "), "{}", ran.stderr);
    let hypervisor = plan(witness.rules.fork()).hypervisor().address;
    assert!(fake.signed().iter().all(|(_, sent)| sent.to.to() != Some(&hypervisor)));
}

/// The node's word for a hash is not taken, nor another transaction's receipt.
#[test]
fn the_receipt_is_that_of_what_was_signed() {
    let desk = Desk::new();
    let other = json!(format!("0x{}", "33".repeat(32)));
    let (hash, of) = (other.clone(), other.clone());
    let fake = Fake::start(move |_, method, params| match method {
        "eth_sendRawTransaction" => Reply::Result(hash.clone()),
        "eth_getTransactionReceipt" if params[0] != of => Reply::Result(receipt(&of)),
        _ => Reply::Honest,
    });
    let ran = desk.run("deploy --fork berlin", "--chain 1 --yes", &fake);
    refused(&ran, &["eth_getTransactionReceipt", "another transaction's"]);
    assert_eq!(fake.signed().len(), 1);
}

/// A transaction that went out, and of which nothing was heard, is named.
#[test]
fn a_transaction_that_may_have_been_sent_is_named() {
    let desk = Desk::new();
    let fake = Fake::start(|_, method, _| match method {
        "eth_sendRawTransaction" => Reply::Raw(String::new()),
        _ => Reply::Honest,
    });
    let ran = desk.run("deploy --fork berlin", "--chain 1 --yes", &fake);
    let state = fake.state.lock().unwrap();
    let sent = state.asked.iter().find(|asked| asked.method == "eth_sendRawTransaction").unwrap();
    let bytes: Bytes = serde_json::from_value(sent.params[0].clone()).unwrap();
    let hash = iso_evm_verifier::hash::keccak256(&bytes).to_string();
    refused(&ran, &[&hash, "nonce 7", "may still be mined"]);
    assert_eq!(state.count("eth_sendRawTransaction"), 1);
}

/// With everything logged: no password and no path of a URL, no body of a question or an answer.
#[test]
fn no_log_says_what_is_secret() {
    let desk = Desk::new();
    let fake = Fake::start(|_, _, _| Reply::Honest);
    let url = format!("http://somebody:hunter2@{}/v3/keyinpath?token=keyinquery", fake.address);
    let iso = |binary: &str, line: &str| -> Ran {
        let mut command = command(binary);
        command.args(line.split_whitespace()).args(["--rpc-url", &url]);
        command.current_dir(desk.path()).env("RUST_LOG", "trace").output().unwrap().into()
    };
    let hash = format!("0x{}", "44".repeat(32));
    let signing = "deploy --fork berlin --private-key-file key --chain 1 --yes";
    let recording = format!("record --no-cache --retries 1 --tx {hash}");
    for (binary, line) in
        [("iso-verify", signing), ("iso-verify", "witness.bin"), ("iso-witness", &recording)]
    {
        let ran = iso(binary, line);
        let said = format!("{}{}", ran.stderr, ran.text());
        for secret in
            ["hunter2", "somebody:", "keyinpath", "keyinquery", "jsonrpc", "0x02f8", "0x02f9"]
        {
            assert!(!said.contains(secret), "{line}: {secret}: {said}");
        }
        assert!(said.contains("iso_evm_rpc::"), "nothing is logged: {said}");
    }
    let state = fake.state.lock().unwrap();
    // The node gets all of it, and nobody is told who sent whom.
    assert!(state.count("eth_sendRawTransaction") == 1);
    for asked in &state.asked {
        let head = asked.head.to_ascii_lowercase();
        assert!(head.starts_with("post /v3/keyinpath?token=keyinquery "), "{head}");
        assert!(head.contains("authorization: basic "), "{head}");
        assert!(!head.contains("referer"), "{head}");
    }
}

/// Without a terminal and without `--yes`: said, and not sent; but on a development chain of this
/// machine it is sent.
#[test]
fn without_a_word_nothing_is_sent() {
    let desk = Desk::new();
    let fake = Fake::start(|_, _, _| Reply::Honest);
    for options in ["", "--chain 1"] {
        for ran in desk.both(options, &fake) {
            refused(&ran, &["to be sent on chain mainnet (1)", "no terminal to ask on", "--yes"]);
        }
    }
    fake.got_nothing();
    for id in ["0x7a69", "0x539"] {
        let fake = Fake::start(move |_, method, _| match method {
            "eth_chainId" => Reply::Result(json!(id)),
            _ => Reply::Honest,
        });
        desk.run("deploy --fork berlin", "", &fake);
        assert_eq!(fake.signed().len(), 1);
    }
}

/// On a terminal, as `script` makes one.
#[cfg(target_os = "linux")]
#[test]
fn on_a_terminal_it_is_asked() {
    use std::{io::Write, process::Stdio};
    let script = PathBuf::from("/usr/bin/script");
    if !script.exists() {
        eprintln!("skipped: there is no script, which makes a terminal");
        return;
    }
    let desk = Desk::new();
    for (typed, sent) in [("n\n", 0), ("\n", 0), ("ja\n", 0), ("y\n", 1), ("YES\n", 1)] {
        let fake = Fake::start(|_, _, _| Reply::Honest);
        let binary = env!("CARGO_BIN_EXE_iso-verify");
        let line = format!(
            "{binary} deploy --fork berlin --private-key-file key --chain 1 --rpc-url {}",
            fake.url()
        );
        let mut child = std::process::Command::new(&script)
            .args(["-qec", &line, "/dev/null"])
            .current_dir(desk.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(typed.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        drop(stdin);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(said.contains("send? [y/N]"), "{typed:?}: {said}");
        assert_eq!(fake.signed().len(), sent, "{typed:?}: {said}");
        assert_eq!(said.contains("not agreed to"), sent == 0, "{typed:?}: {said}");
    }
}
