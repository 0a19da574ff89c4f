use super::*;

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
fn what_is_absent_has_a_default() {
    let input = Input::parse(TRANSFER.as_bytes(), None).unwrap();
    assert_eq!(input.execution.chain_id, 1);
    assert_eq!(input.block.gas_limit, crate::block::DEFAULT_GAS_LIMIT);
    let recording = crate::record(&input.execution).unwrap();
    assert!(recording.success && recording.messages.is_empty());
    assert_eq!(recording.gas_used, 21_000);
    assert_ne!(recording.state_root_enter, recording.state_root_leave);
}

#[test]
fn errors_say_what_and_where() {
    for (from, to, message) in [
        ("\"fork\"", "\"forc\"", "unknown field `forc`"),
        ("prague", "pragu", "fork: unknown fork \"pragu\""),
        ("prague", "byzantium", "fork: fork byzantium is earlier than istanbul"),
        ("\"fork\": \"prague\",", "", "fork: not given, and it does not follow from chain 1"),
        ("\"0x5208\"", "\"0x5208g\"", "at line 4 column"),
        ("\"0x5208\"", "\"0x10000000000000000\"", "does not fit 64 bits at line 4"),
        ("\"from\"", "\"form\"", "transaction: field \"from\" is missing"),
        ("\"gas\"", "\"type\": \"0x7e\", \"gas\"", "0x7e is not Ethereum's (it is an OP Stack"),
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
        ("\"transaction\"", "\"tx\"", "unknown field `tx`"),
        ("}\n}", "}\n", "EOF while parsing"),
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
    let error = Input::parse(TRANSFER.as_bytes(), Some(Fork::Osaka)).unwrap_err().to_string();
    assert_eq!(error, "--fork osaka contradicts the file, whose fork is prague");
    let without = TRANSFER.replace("\"fork\": \"prague\",", "");
    let input = Input::parse(without.as_bytes(), Some(Fork::Osaka)).unwrap();
    assert_eq!(input.execution.fork, Fork::Osaka);
}

#[test]
fn the_fork_follows_from_a_known_chain() {
    let block = |number: u64, timestamp: u64| {
        let fields =
            format!("\"block\": {{\"number\": {number}, \"timestamp\": \"{timestamp:#x}\"}},");
        Input::parse(TRANSFER.replace("\"fork\": \"prague\",", &fields).as_bytes(), None)
    };
    assert_eq!(block(22_431_084, 1_746_612_311).unwrap().execution.fork, Fork::Prague);
    assert_eq!(block(12_965_000, 1_628_166_822).unwrap().execution.fork, Fork::London);
    assert!(block(1, 1).unwrap_err().to_string().contains("earlier than istanbul"));
}
