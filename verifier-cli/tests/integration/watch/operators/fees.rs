//! What is stuck is sent with higher fees, with the same number, up to the caps; what is above them, or above what may
//! be spent, is held up and told.

use alloy_primitives::B256;
use iso_evm_onchain::dispute::{Disputes, Standing};
use serde_json::{Value, json};

use super::{Beside, Chains, is};

fn held(watcher: &mut Beside, id: B256) -> String {
    let events = watcher.until(|event| is(event, "challenge-held", id));
    events.last().unwrap()["reason"].as_str().unwrap().to_owned()
}

/// Makes blocks with this base fee until a commitment is convicted: what is told to be sent is on its way.
fn mine_until_convicted(chains: &Chains, disputes: &Disputes, id: B256, base_fee: &str) {
    for _ in 0..200 {
        if chains.standing(disputes, id) == Standing::Convicted {
            return;
        }
        chains.host.method("anvil_setNextBlockBaseFeePerGas", json!([base_fee]));
        chains.host.method("evm_mine", json!([]));
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    panic!("{id} is not convicted");
}

#[test]
fn a_stuck_challenge_keeps_its_fees_or_changes_its_number() {
    let Some(chains) = Chains::start("") else { return };
    let (disputes, id) = chains.lied();
    let host = &chains.host;
    host.method("evm_setAutomine", json!([false]));
    let mut watcher = chains.challenger("--bump-after 0.2 --max-fee-per-gas 40gwei");
    let events = watcher.until(|event| is(event, "challenge-sent", id));
    let first = events.last().unwrap().clone();
    assert_eq!(first["replaces"], Value::Null);
    // The next block wants more than was signed, but less than is allowed.
    host.method("anvil_setNextBlockBaseFeePerGas", json!(["0x6fc23ac00"]));
    host.method("evm_mine", json!([]));
    let dearer = |event: &Value| {
        let most = event["maxFeePerGas"].as_str().map(|text| text.trim_start_matches("0x"));
        let most = most.and_then(|text| u128::from_str_radix(text, 16).ok());
        event["event"] == "challenge-sent" && most.is_some_and(|most| most >= 30_000_000_000)
    };
    let events = watcher.until(dearer);
    let second = events.last().unwrap();
    assert_eq!(second["nonce"], first["nonce"]);
    assert_ne!(second["replaces"], Value::Null);
    assert_eq!(chains.standing(&disputes, id), Standing::Open);
    mine_until_convicted(&chains, &disputes, id, "0x6fc23ac00");
    let events = watcher.until(|event| is(event, "challenge-mined", id));
    assert_eq!(events.last().unwrap()["success"], json!(true));
    assert_eq!((chains.sent(), chains.convictions(&disputes)), (1, 1));
    assert_eq!(watcher.end(), Some(0));
}

#[test]
fn more_is_paid_than_the_caps_allow() {
    let Some(chains) = Chains::start("") else { return };
    let (disputes, id) = chains.lied();
    let host = &chains.host;
    // The price is above the cap.
    host.method("evm_setAutomine", json!([false]));
    host.method("anvil_setNextBlockBaseFeePerGas", json!(["0xba43b7400"]));
    host.method("evm_mine", json!([]));
    let mut watcher = chains.challenger("--max-fee-per-gas 2gwei");
    let reason = held(&mut watcher, id);
    assert!(reason.contains("more than 2 gwei"), "{reason}");
    watcher.kill();
    // More would be spent than may be.
    let mut watcher = chains.challenger("--max-spend 1gwei");
    let reason = held(&mut watcher, id);
    assert!(reason.contains("0.000000001 are allowed"), "{reason}");
    watcher.kill();
    // The account has nothing.
    let account = host.accounts[super::CHALLENGER];
    host.method("anvil_setBalance", json!([account, "0x1"]));
    let mut watcher = chains.challenger("");
    let reason = held(&mut watcher, id);
    assert!(reason.contains(" ETH, and challenge takes up to "), "{reason}");
    assert_eq!((chains.sent(), chains.standing(&disputes, id)), (0, Standing::Open));
    // As soon as it has something, it goes on.
    host.method("anvil_setBalance", json!([account, "0xde0b6b3a7640000"]));
    watcher.until(|event| is(event, "challenge-sent", id));
    mine_until_convicted(&chains, &disputes, id, "0x3b9aca00");
    watcher.until(|event| is(event, "commitment-convicted", id));
    assert_eq!(chains.sent(), 1);
    assert_eq!(watcher.end(), Some(0));
}

#[test]
fn options_that_go_together_are_taken_one_without_the_other() {
    let folder = tempfile::tempdir().unwrap();
    crate::chain::keys::private(&folder.path().join("key"), crate::chain::anvil::KEY);
    let url = "http://127.0.0.1:1";
    for (options, words) in [
        ("--claims x".to_owned(), "--l1-rpc-url"),
        ("--challenge --private-key-file key".to_owned(), "--l1-rpc-url"),
        (format!("--l1-rpc-url {url} --max-spend 1ether"), "--challenge"),
        (format!("--l1-rpc-url {url} --private-key-file key"), "--challenge"),
        (format!("--l1-rpc-url {url} --challenge"), "--private-key-file"),
        (
            format!(
                "--l1-rpc-url {url} --challenge --unlocked {}",
                alloy_primitives::Address::ZERO
            ),
            "--private-key-file",
        ),
        ("--l1-rpc-url http://192.0.2.1 --challenge --private-key-file key".to_owned(), "--chain"),
        (format!("--l1-rpc-url {url} --settled never"), "finalized, safe or a number"),
    ] {
        let line = format!("iso-verify watch --rpc-url {url} --once {options}");
        let ran = crate::common::run(folder.path(), &line);
        assert_eq!(ran.code, Some(2), "{options}: {}", ran.stderr);
        assert!(ran.stderr.contains(words), "{options}: {}", ran.stderr);
    }
}
