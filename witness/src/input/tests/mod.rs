use alloy_primitives::{Address, B256, U256};
use iso_evm_wire::Fork;

use super::*;

mod beside;
mod documents;
mod listed;
mod notes;
mod rollup;
mod schedule;
mod shapes;
mod tracer;
mod whole;

/// A transfer that runs: the smallest file of the first shape.
const TRANSFER: &str = r#"{
    "fork": "prague",
    "transaction": {"from": "0x0101010101010101010101010101010101010101",
        "to": "0x0202020202020202020202020202020202020202", "gas": "0x5208", "value": "0x1"},
    "prestate": {"0x0101010101010101010101010101010101010101": {"balance": "0x10"}}
}"#;

/// The error of [`TRANSFER`] with one text replaced by another.
fn error(from: &str, to: &str) -> String {
    assert!(TRANSFER.contains(from));
    Input::parse(TRANSFER.replacen(from, to, 1).as_bytes(), None).unwrap_err().to_string()
}

#[test]
fn absent_fields_of_an_input_have_defaults() {
    let input = Input::parse(TRANSFER.as_bytes(), None).unwrap();
    assert_eq!(input.execution.chain_id, 1);
    assert_eq!(input.block.gas_limit, iso_evm_wire::block::DEFAULT_GAS_LIMIT);
    let recording = crate::record(&input.execution).unwrap();
    assert!(recording.success && recording.messages.is_empty());
    assert_eq!(recording.gas_used, 21_000);
    assert_ne!(recording.state_root_enter, recording.state_root_leave);
}

#[test]
fn errors_say_what_and_where() {
    for (from, to, message) in [
        ("\"fork\"", "\"forc\"", "no field \"forc\" is known here"),
        ("prague", "pragu", "fork: unknown fork \"pragu\""),
        ("prague", "byzantium", "fork: fork byzantium is earlier than istanbul"),
        ("\"fork\": \"prague\",", "", "fork: not given, and it does not follow from chain 1"),
        ("\"0x5208\"", "\"0x5208g\"", "transaction.gas: expected a number below 2^256"),
        (
            "\"0x5208\"",
            "\"0x10000000000000000\"",
            "transaction.gas: number 0x10000000000000000 does not fit 64 bits",
        ),
        ("\"from\"", "\"form\"", "transaction: field \"from\" is missing"),
        ("\"gas\"", "\"type\": \"0x64\", \"gas\"", "0x64 is not Ethereum's (it is an Arbitrum"),
        ("\"gas\"", "\"type\": 3, \"gas\"", "field \"maxFeePerBlobGas\" is missing"),
        ("\"gas\"", "\"r\": \"0x1\", \"gas\"", "transaction: field \"s\" is missing"),
        (
            "{\"balance\": \"0x10\"}",
            "{\"codeHash\": \"0x0101010101010101010101010101010101010101010101010101010101010101\"}",
            "prestate.0x0101010101010101010101010101010101010101.code",
        ),
        (
            "{\"balance\": \"0x10\"}",
            "{\"storage\": {\"0x1\": \"0x2\", \"0x01\": \"0x3\"}}",
            "duplicate key",
        ),
        ("\"0x1\"", "1e400", "transaction.value: 1e400 is no number that fits"),
        ("\"0x1\"", "-1e400", "transaction.value: -1e400 is no number that fits"),
        (
            "\"fork\"",
            "\"block\": {\"number\": 1e400}, \"fork\"",
            "block.number: 1e400 is no number",
        ),
        ("\"0x10\"", "1e400", "a number that is too large to be read"),
        ("\"0x10\"", "1e20", "balance: expected a number below 2^256"),
        ("\"transaction\"", "\"tx\"", "no field \"tx\" is known here"),
        ("}\n}", "}\n", "the text ends in the middle of an object"),
    ] {
        let found = error(from, to);
        assert!(found.contains(message), "{from} → {to}: {found}");
        assert!(!found.contains('\n'), "{found}");
    }
    let none = Input::parse(b"{}", None).unwrap_err().to_string();
    assert!(none.starts_with("unknown shape"), "{none}");
}

#[test]
fn a_fork_asked_for_must_be_the_files() {
    let error =
        Input::parse(TRANSFER.as_bytes(), Some(Fork::Osaka.into())).unwrap_err().to_string();
    assert_eq!(error, "fork osaka contradicts the file, whose fork is prague");
    let without = TRANSFER.replace("\"fork\": \"prague\",", "");
    let input = Input::parse(without.as_bytes(), Some(Fork::Osaka.into())).unwrap();
    assert_eq!(input.execution.rules, Fork::Osaka.into());
}

#[test]
fn the_fork_follows_from_a_known_chain() {
    let block = |number: u64, timestamp: u64| {
        let fields =
            format!("\"block\": {{\"number\": {number}, \"timestamp\": \"{timestamp:#x}\"}},");
        Input::parse(TRANSFER.replace("\"fork\": \"prague\",", &fields).as_bytes(), None)
    };
    assert_eq!(block(22_431_084, 1_746_612_311).unwrap().execution.rules, Fork::Prague.into());
    assert_eq!(block(12_965_000, 1_628_166_822).unwrap().execution.rules, Fork::London.into());
    assert!(block(1, 1).unwrap_err().to_string().contains("earlier than istanbul"));
}

/// `honest/block-envelope`: every part that a node returns, as its whole answer.
#[test]
fn an_answer_of_a_node_is_taken_for_its_result() {
    const PLAIN: &str = r#"{"fork": "cancun",
        "block": BLOCK,
        "ancestors": [],
        "blockHashes": {"1": "0x0101010101010101010101010101010101010101010101010101010101010101"},
        "transaction": TX,
        "prestate": STATE}"#;
    const BLOCK: &str = r#"{"number": "0x1312d00", "timestamp": "0x66670000", "gasLimit": "0x1c9c380",
        "miner": "0x1111111111111111111111111111111111111111", "baseFeePerGas": "0x7",
        "excessBlobGas": "0x0", "size": "0x10", "totalDifficulty": "0x1", "transactions": []}"#;
    const TX: &str = r#"{"from": "0x2222222222222222222222222222222222222222", "gas": "0x186a0",
        "to": "0x1111111111111111111111111111111111111111"}"#;
    const STATE: &str = r#"{"0x1111111111111111111111111111111111111111":
        {"nonce": 1, "code": "0x4360005500", "storage": {"0x1": "0x2"}}}"#;
    let answer = |part: &str| format!(r#"{{"jsonrpc": "2.0", "id": 1, "result": {part}}}"#);
    let last = |part: &str| format!(r#"{{"result": {part}, "id": null, "error": null}}"#);
    let file = |block: &str, tx: &str, state: &str| {
        PLAIN.replace("BLOCK", block).replace("TX", tx).replace("STATE", state)
    };
    let plain = Input::parse(file(BLOCK, TX, STATE).as_bytes(), None).unwrap();
    assert_eq!(plain.block.number, 0x131_2d00);
    let one = file(&answer(BLOCK), TX, STATE);
    let all = file(&last(BLOCK), &answer(TX), &last(STATE));
    for json in [one, all] {
        let input = Input::parse(json.as_bytes(), None).unwrap();
        assert_eq!(format!("{input:?}"), format!("{plain:?}"));
    }
    let refusal = r#"{"jsonrpc": "2.0", "id": 1, "error": {"code": -32000, "message": "pruned"}}"#;
    for (block, message) in [
        (refusal, "the node's answer is an error: pruned at line 2"),
        (r#"{"jsonrpc": "2.0", "id": 1}"#, "a JSON-RPC answer without a result"),
        (r#"{"id": 1, "result": null}"#, "expected a block"),
        (
            r#"{"id": 1, "result": {"number": 1}, "result": {"number": 2}}"#,
            "duplicate field `result`",
        ),
        ("\"0x1\"", "block: expected a block, found the text \"0x1\""),
    ] {
        let found = Input::parse(file(block, TX, STATE).as_bytes(), None).unwrap_err().to_string();
        assert!(found.contains(message), "{block}: {found}");
        assert!(found.contains(" line "), "{found}");
    }
}

/// A field under another name would leave its default in the block.
#[test]
fn a_block_field_under_another_tools_name_is_refused() {
    let error = |block: &str| {
        let with =
            TRANSFER.replace("\"transaction\"", &format!("\"block\": {block}, \"transaction\""));
        Input::parse(with.as_bytes(), None).err().map(|error| error.to_string())
    };
    for (block, message) in [
        (r#"{"number": 1, "gas_limit": 5}"#, "no field \"gas_limit\": expected \"gasLimit\""),
        (r#"{"number": 1, "currentTimestamp": 5}"#, "expected \"timestamp\""),
        (r#"{"currentNumber": 1}"#, "expected \"number\""),
        (r#"{"number": 1, "currentBaseFee": 5}"#, "expected \"baseFeePerGas\""),
        (r#"{"number": 1, "random": "0x01"}"#, "expected \"mixHash\""),
        (r#"{"coinbase": "0x0101010101010101010101010101010101010101"}"#, "expected \"miner\""),
        (r#"{"header": {"number": 1}}"#, "not one field of a block is there, found \"header\""),
    ] {
        let found = error(block).unwrap_or_default();
        assert!(found.contains(message), "{block}: {found}");
    }
    for block in [
        "{}",
        r#"{"number": 1, "size": "0x5", "uncles": [], "l1BlockNumber": "0x1"}"#,
        r#"{"miner": "0x0101010101010101010101010101010101010101", "author": "0x0101010101010101010101010101010101010101"}"#,
    ] {
        assert_eq!(error(block), None, "{block}");
    }
}

/// `honest/prestate-empty-authority`: tracers print an account that does not exist as an empty one.
/// EIP-7702: an authority that exists is refunded 12,500 of what an authorisation costs.
#[test]
fn an_empty_entry_is_an_account_that_does_not_exist() {
    // Its signer is 0x4bdb…89b0.
    const FILE: &str = r#"{"fork": "prague",
        "transaction": {"type": "0x4", "from": "0xa94f5374fce5edbc8e2a8697c15331677e6ebf0b",
            "to": "0x00000000000000000000000000000000000c0de1", "gas": "0xf4240",
            "maxFeePerGas": "0x64", "maxPriorityFeePerGas": "0x1", "authorizationList": [
                {"chainId": "0x1", "address": "0x00000000000000000000000000000000000c0de2",
                "nonce": "0x0", "yParity": "0x0",
                "r": "0xf7bb6b7299aaad35a3a3b99ce390770c74aa42e6c66671464f1b4066cbeda3d6",
                "s": "0x7921f8b8eb361e360940fff948d42f304822d1ce88212d076ac507723fb23e77"}]},
        "prestate": {
            "0x00000000000000000000000000000000000c0de1": {"nonce": 1, "code": "0x600160005500"},
            "0x00000000000000000000000000000000000c0de2": {"nonce": 1, "code": "0x600260005500"},
            "0xa94f5374fce5edbc8e2a8697c15331677e6ebf0b": {"balance": "0xde0b6b3a7640000"},
            "0x4bdbca4aa33fcfd9ef10cf1c9faa6e0f7ea589b0": ENTRY}}"#;
    for (entry, gas) in [
        (r#"{"balance": "0x0"}"#, 68_106),
        ("{}", 68_106),
        (r#"{"balance": "0x0", "nonce": 0, "code": "0x", "storage": {}}"#, 68_106),
        (r#"{"storage": {"0x1": "0x0"}}"#, 68_106),
        (r#"{"balance": "0x1"}"#, 55_606),
    ] {
        let input = Input::parse(FILE.replace("ENTRY", entry).as_bytes(), None).unwrap();
        let recording = crate::record(&input.execution).unwrap();
        assert_eq!(recording.gas_used, gas, "{entry}");
    }
}

/// As Python's `json` writes them.
#[test]
fn long_integers_are_taken_to_the_last_digit_everywhere() {
    const LONG: &str = "100000000000000000001";
    let account = format!(
        r#"{{"balance": {LONG}, "nonce": 18446744073709551614, "storage": {{"{LONG}": {LONG}}}}}"#
    );
    let json = TRANSFER.replace("{\"balance\": \"0x10\"}", &account);
    let json = json.replace("\"0x1\"", LONG);
    let long = U256::from_str_radix(LONG, 10).unwrap();
    for json in [
        json.clone(),
        // In diff mode, and in a node's answer.
        json.replace("\"prestate\": {", "\"prestate\": {\"pre\": {") + "}",
        json.replace("\"prestate\": {", "\"prestate\": {\"id\": 1, \"result\": {") + "}",
    ] {
        let input = Input::parse(json.as_bytes(), None).unwrap();
        let account = &input.execution.prestate[&Address::repeat_byte(1)];
        assert_eq!((account.balance, account.nonce), (long, u64::MAX - 1));
        assert_eq!(account.storage[&B256::from(long)], B256::from(long));
        assert_eq!(input.execution.tx.value, long);
    }
}
