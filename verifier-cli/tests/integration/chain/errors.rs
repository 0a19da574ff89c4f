//! What is said when something is missing, wrong or silent; and that no key is ever said.

use std::{
    fs,
    io::{Read, Write},
    net::TcpListener,
    path::Path,
};

use alloy_primitives::{Address, U256};
use iso_evm_wire::{Opened, Witness, encoding};
use serde_json::json;

use super::{
    anvil::{Anvil, KEY, address, fixture, plan},
    keys::private,
    verdicts::put,
};
use crate::common::{Ran, command, run};

/// A command with the witness of a fixture; the node is added.
fn submit(anvil: &Anvil, witness: &Witness, options: &str) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let file = put(folder.path(), witness);
    anvil.iso(folder.path(), &format!("submit {file} {options}"))
}

/// Exit code 2, and these words.
fn refused(ran: &Ran, words: &[&str]) {
    assert_eq!(ran.code, Some(2), "{}{}", ran.stderr, ran.text());
    for word in words {
        assert!(ran.stderr.contains(word), "{word}: {}", ran.stderr);
    }
    assert_eq!(ran.stderr.trim().lines().count(), 1, "{}", ran.stderr);
}

#[test]
fn submit_says_which_contract_or_commitment_is_missing() {
    let Some(anvil) = Anvil::start() else { return };
    let witness = fixture("erc20-transfer");
    let plan = plan(witness.rules.fork());
    let somewhere = plan.hypervisor().address;
    let before = submit(&anvil, &witness, &format!("--hypervisor {somewhere}"));
    refused(&before, &["hypervisor: there is no code", &somewhere.to_string()]);

    let deployed = anvil.deploy("");
    let (factory, hypervisor, dispute) = (
        address(&deployed, "factory"),
        address(&deployed, "hypervisor"),
        address(&deployed, "dispute"),
    );
    let (code, expected) = (plan.factory().code_hash(), plan.hypervisor().code_hash());
    let wrong = submit(&anvil, &witness, &format!("--hypervisor {factory}"));
    refused(&wrong, &[&code.to_string(), &expected.to_string()]);
    let wrong = submit(&anvil, &witness, &format!("--dispute {hypervisor}"));
    refused(&wrong, &["dispute: the code hash"]);
    let both = format!("--dispute {dispute} --hypervisor {hypervisor}");
    let both = submit(&anvil, &witness, &both);
    assert_eq!(both.code, Some(2));
    assert!(both.stderr.contains("cannot be used with"), "{}", both.stderr);
    let uncommitted = submit(&anvil, &witness, &format!("--dispute {dispute}"));
    refused(&uncommitted, &["has not committed", "--operator"]);
    let other = anvil.accounts[1];
    let another = format!("--dispute {dispute} --commit --operator {other}");
    assert_eq!(submit(&anvil, &witness, &another).code, Some(2));
    let message = submit(&anvil, &witness, &format!("--hypervisor {hypervisor} --message 1"));
    refused(&message, &["there is no message 1"]);
    // A hypervisor of another fork.
    let shanghai = fixture("creation-transaction");
    let other_fork = submit(&anvil, &shanghai, &format!("--hypervisor {hypervisor}"));
    refused(&other_fork, &["hypervisor: the code hash"]);
    // Code that is the contract's, and another schedule.
    let other = format!("--dispute {dispute} --schedule osaka=0");
    refused(&submit(&anvil, &witness, &other), &["its schedule is not", "--guest-chain"]);
    // No factory: nobody can archive, and nobody has to.
    anvil.set_code(factory, &[]);
    let straight = format!("--hypervisor {hypervisor}");
    let no_factory = submit(&anvil, &witness, &format!("{straight} --archive"));
    refused(&no_factory, &["archive factory: there is no code"]);
    assert_eq!(submit(&anvil, &witness, &straight).code, Some(0));
}

/// What is asked for and challenged must be there, and be a claim.
#[test]
fn a_challenge_says_what_it_lacks() {
    let Some(anvil) = Anvil::start() else { return };
    let at = address(&anvil.deploy(""), "dispute");
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let file = put(folder, &fixture("erc20-transfer"));
    let claim = super::claims::publish(folder, &super::claims::claimed(&fixture("erc20-transfer")));
    let iso = |line: &str| anvil.iso(folder, &format!("{line} --dispute {at}"));
    refused(&iso(&format!("challenge {claim}")), &["a claim needs --witness"]);
    refused(&iso(&format!("challenge {file}")), &["has not committed", "--operator"]);
    let nobody = super::claims::NOBODY;
    let ask = format!("ask {file} --item record --index 1 --operator {nobody}");
    refused(&iso(&ask), &["has not committed"]);
    // A claim whose items are not what its root is of.
    let mut broken: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.join(&claim)).unwrap()).unwrap();
    broken["block"]["leave"] = json!(alloy_primitives::B256::repeat_byte(7));
    fs::write(folder.join("broken.json"), broken.to_string()).unwrap();
    let ran = iso(&format!("challenge broken.json --witness {file}"));
    assert_eq!(ran.code, Some(2), "{}", ran.text());
    assert!(ran.stderr.contains("broken.json: "), "{}", ran.stderr);
    // An item that there is not.
    anvil.json(folder, &format!("commit {file} --dispute {at}"), 0);
    let operator = anvil.accounts[0];
    for item in ["record --index 999", "message --index 9", "record --message 9 --index 1"] {
        let ran = iso(&format!("ask {file} --item {item} --operator {operator}"));
        refused(&ran, &["no such item"]);
    }
    let ran = iso(&format!("ask {file} --item nothing --operator {operator}"));
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("one of header, ancestor"), "{}", ran.stderr);
    // Whoever sends must say who he is; who looks only need not.
    let url = &anvil.url;
    let line =
        format!("iso-verify challenge {file} --dispute {at} --operator {operator} --rpc-url {url}");
    refused(&run(folder, &line), &["what is sent needs --private-key-file"]);
    assert_eq!(run(folder, &format!("{line} --dry-run")).code, Some(0));
    for windows in ["--window 10 --answer-period 3", "--answer-period 0", "--window 99999999999"] {
        refused(
            &anvil.iso(folder, &format!("deploy {windows}")),
            &["a window has room for four answers"],
        );
    }
}

#[test]
fn without_a_verdict_nothing_is_sent() {
    let Some(anvil) = Anvil::start() else { return };
    let witness = fixture("erc20-transfer");
    let deployed = anvil.deploy("");
    let hypervisor = address(&deployed, "hypervisor");
    let plan = plan(witness.rules.fork());
    let archive = plan.archive(&Opened::of(&witness), 0, &[]).unwrap().parts[0].0;
    let folder = tempfile::tempdir().unwrap();
    let nothing = |witness: &Witness| {
        let file = put(folder.path(), witness);
        let line = format!("submit {file} --hypervisor {hypervisor}");
        let document = anvil.json(folder.path(), &line, 3);
        let message = &document["messages"][0];
        assert_eq!(message["source"], "prediction");
        assert_eq!(message["transactions"], json!([]));
        assert!(message["reason"].as_str().unwrap().contains(&archive.to_string()));
    };
    // Code that nobody has.
    let mut without = witness.clone();
    without.codes.clear();
    nothing(&without);
    // An archive with other code: nothing to a witness that has its own.
    anvil.set_code(archive, b"\0squatter");
    nothing(&without);
    let file = put(folder.path(), &witness);
    anvil.json(folder.path(), &format!("submit {file} --hypervisor {hypervisor}"), 0);
    // Code that the witness does not hold, and the chain does.
    anvil.set_code(archive, &plan.archive(&Opened::of(&witness), 0, &[]).unwrap().parts[0].1);
    let file = put(folder.path(), &without);
    anvil.json(folder.path(), &format!("submit {file} --hypervisor {hypervisor}"), 0);
}

#[test]
fn without_a_deployer_one_is_deployed_or_named() {
    let Some(anvil) = Anvil::with(&["--disable-default-create2-deployer"]) else { return };
    let here = Path::new(".");
    refused(&anvil.iso(here, "deploy"), &["no deterministic deployer", "--new-deployer"]);
    let once = anvil.deploy("--new-deployer");
    let deployer = address(&once, "deployer");
    let twice = anvil.deploy(&format!("--deployer {deployer}"));
    assert_eq!(twice["transactions"], json!([]));
    assert_eq!(once["dispute"], twice["dispute"]);
    let folder = tempfile::tempdir().unwrap();
    let file = put(folder.path(), &fixture("erc20-transfer"));
    let dispute = address(&once, "dispute");
    let line = format!("commit {file} --dispute {dispute} --deployer {deployer}");
    let document = anvil.json(folder.path(), &line, 0);
    assert_eq!(document["standing"], "open");
    for transaction in document["transactions"].as_array().unwrap() {
        assert_eq!(transaction["gasUsed"], transaction["predictedGas"]);
    }
}

/// `iso-verify FILE --rpc-url`, with and without enough gas, and with code missing.
#[test]
fn on_a_node_the_report_is_the_same() {
    let Some(anvil) = Anvil::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut lie = fixture("call-tree");
    let mut message = lie.message(3).unwrap();
    message.gasUsed += U256::ONE;
    lie.messages[3] = encoding::encode(&message).into();
    let mut lacking = fixture("call-tree");
    lacking.codes.clear();
    for (witness, code) in [(fixture("call-tree"), 0), (lie, 1), (lacking, 3)] {
        let file = put(folder.path(), &witness);
        for options in ["", "--host-gas-limit 20000", "--host-gas-limit 16125"] {
            let options = if code == 0 { options } else { "" };
            let line = format!("iso-verify {file} --audit execution --json {options}");
            let expected = run(folder.path(), &line);
            let found = run(folder.path(), &format!("{line} --rpc-url {}", anvil.url));
            assert_eq!(found.code, expected.code, "{options}: {}", found.stderr);
            let (mut report, mut here) = (found.json(), expected.json());
            assert_eq!(
                (report["engine"].take(), here["engine"].take()),
                ("node+hypervisor".into(), "hypervisor".into())
            );
            assert_eq!(report, here, "{options}");
            assert_eq!(found.code, Some(if options.is_empty() { code } else { 3 }));
        }
    }
}

/// A node that gives one answer to everything.
fn answering(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    // Ends with the test's process.
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut stream = stream;
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    url
}

#[test]
fn a_node_that_is_of_no_use_is_said_to_be() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = put(folder.path(), &fixture("erc20-transfer"));
    let somebody = Address::repeat_byte(1);
    for (url, words) in [
        (format!("http://{closed}/secret"), ["does not answer", "refused"]),
        (answering("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"), ["makes no sense", ""]),
        (answering("HTTP/1.1 403 No\r\nContent-Length: 4\r\n\r\npaid"), ["refuses", "paid (403)"]),
        (
            answering(
                "HTTP/1.1 200 OK\r\nContent-Length: 75\r\n\r\n{\"jsonrpc\":\"2.0\",\"id\":0,\
                 \"error\":{\"code\":-32601,\"message\":\"no such method\"}}",
            ),
            ["does not offer", ""],
        ),
        ("ftp://host/secret".to_owned(), ["URL", "http or https"]),
        ("secret".to_owned(), ["URL", "http://… is expected"]),
    ] {
        for (line, method) in [
            (format!("iso-verify deploy --unlocked {somebody}"), "eth_chainId"),
            (
                format!("iso-verify submit {file} --hypervisor {somebody} --unlocked {somebody}"),
                "eth_chainId",
            ),
            (format!("iso-verify {file}"), "eth_call"),
        ] {
            let ran = run(folder.path(), &format!("{line} --rpc-url {url}"));
            let method = if url.starts_with("http://") { method } else { "URL" };
            refused(&ran, &[words[0], words[1], method]);
            assert!(!ran.stderr.contains("secret"), "{}", ran.stderr);
        }
    }
}

/// A node without state overrides.
#[test]
fn overrides_without_effect_are_no_verdict() {
    let url = answering(
        "HTTP/1.1 200 OK\r\nContent-Length: 38\r\n\r\n{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":\"0x\"}",
    );
    let folder = tempfile::tempdir().unwrap();
    let file = put(folder.path(), &fixture("erc20-transfer"));
    let ran = run(folder.path(), &format!("iso-verify {file} --rpc-url {url}"));
    refused(&ran, &["eth_call", "overrides had no effect"]);
}

/// A key is in nothing that a command prints, whatever is logged and whatever goes wrong.
#[test]
fn no_key_is_ever_said() {
    let Some(anvil) = Anvil::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let file = put(folder, &fixture("erc20-transfer"));
    let key = KEY.to_owned();
    let poor = "11".repeat(32);
    for (name, text) in [
        ("key", format!("0x{key}\n")),
        ("bare", key.clone()),
        ("poor", poor.clone()),
        ("short", key[2..].to_owned()),
        ("long", format!("{key}00")),
        ("words", format!("key={key}")),
        ("zero", "00".repeat(32)),
    ] {
        private(&folder.join(name), &text);
    }
    let iso = |line: String| {
        let mut command = command("iso-verify");
        command.args(line.split_whitespace()).current_dir(folder).env("RUST_LOG", "trace");
        let ran: Ran = command.output().unwrap().into();
        let said = format!("{}{}", ran.stderr, ran.text()).to_lowercase();
        for secret in [&key[2..], &poor] {
            assert!(!said.contains(secret), "{line}");
        }
        ran
    };
    let url = &anvil.url;
    for name in ["key", "bare"] {
        let ran = iso(format!("deploy --rpc-url {url} --private-key-file {name} --json"));
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let dispute = address(&ran.json(), "dispute");
        let ran = iso(format!(
            "commit {file} --rpc-url {url} --private-key-file {name} --dispute {dispute}"
        ));
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert!(ran.text().contains("committed"));
    }
    for name in ["short", "long", "words", "zero", "missing"] {
        let ran = iso(format!("deploy --rpc-url {url} --private-key-file {name}"));
        assert_eq!(ran.code, Some(2));
        assert!(ran.stderr.contains(&format!("{name}: ")), "{}", ran.stderr);
    }
    // No funds; and a node that refuses.
    let ran = iso(format!("deploy --fork berlin --rpc-url {url} --private-key-file poor"));
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("refuses eth_sendRawTransaction: "), "{}", ran.stderr);
    // Nobody's account.
    let ran = iso(format!("deploy --fork berlin --rpc-url {url} --unlocked 0x{}", "12".repeat(20)));
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("refuses eth_sendTransaction: "), "{}", ran.stderr);
    // As an argument it is refused, and not repeated, wherever it stands.
    for option in ["--private-key", "--private-key-file", "--unlocked"] {
        for value in [format!(" 0x{poor}"), format!("=0x{poor}"), format!(" {key}")] {
            for json in ["", "--json"] {
                let ran = iso(format!("deploy {json} --rpc-url {url} {option}{value}"));
                assert_eq!(ran.code, Some(2));
            }
        }
    }
    // Who sends must be said, and said once.
    let ran = iso(format!("deploy --rpc-url {url}"));
    assert_eq!(ran.code, Some(2));
    let ran = iso(format!(
        "deploy --rpc-url {url} --private-key-file key --unlocked 0x{}",
        "12".repeat(20)
    ));
    assert_eq!(ran.code, Some(2));
}
