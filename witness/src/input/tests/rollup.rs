//! Inputs of chains of the OP Stack.

use iso_evm_wire::optimism::Upgrade;

use super::*;

/// A deposit that mints what it moves.
const DEPOSIT: &str = r#"{
    "fork": "optimism/holocene", "chainId": 11155420,
    "transaction": {"type": "0x7e", "from": "0x0101010101010101010101010101010101010101",
        "sourceHash": "0x0303030303030303030303030303030303030303030303030303030303030303",
        "to": "0x0202020202020202020202020202020202020202", "gas": "0x5208",
        "mint": "0x7", "value": "0x5"}
}"#;

fn changed(from: &str, to: &str) -> Result<Input, String> {
    assert!(DEPOSIT.contains(from));
    let json = DEPOSIT.replacen(from, to, 1);
    Input::parse(json.as_bytes(), None).map_err(|error| error.to_string())
}

#[test]
fn a_deposit_is_recorded_from_a_file() {
    let input = changed("0x7\"", "0x7\"").unwrap();
    assert_eq!(input.execution.rules, Upgrade::Holocene.into());
    assert_eq!(input.execution.chain_id, 11_155_420);
    let recording = crate::record(&input.execution).unwrap();
    assert!(recording.success && recording.messages.is_empty());
    assert_eq!(recording.gas_used, 21_000);
    // More value than there is: the mint and the nonce are all that stays.
    let failed = changed("\"0x5\"", "\"0x8\"").unwrap();
    let failed = crate::record(&failed.execution).unwrap();
    assert!(!failed.success);
    assert_eq!(failed.gas_used, 21_000);
    assert_ne!(failed.state_root_leave, failed.state_root_enter);
    assert_ne!(failed.state_root_leave, recording.state_root_leave);
}

#[test]
fn a_rollups_input_says_its_chain() {
    for (from, to, message) in [
        (", \"chainId\": 11155420", "", "the chain is not known: optimism/holocene says nothing"),
        ("\"mint\"", "\"chainId\": \"0x1\", \"mint\"", "the transaction is for chain 1"),
        ("optimism/holocene", "cancun", "a deposit is the OP Stack's alone"),
        ("optimism/holocene", "optimism/karst", "fork optimism/karst is later than"),
        ("holocene", "osaka", "unknown fork \"optimism/osaka\": expected istanbul, "),
    ] {
        let found = changed(from, to).unwrap_err();
        assert!(found.contains(message), "{from} → {to}: {found}");
    }
}

/// What a transaction's data costs on L1 is paid for by who sends it, to the vault.
#[test]
fn a_rollups_transaction_pays_for_its_data() {
    let run = |upgrade: &str, l1: &str| {
        let json = format!(
            r#"{{"fork": "optimism/{upgrade}", "chainId": 10,
            "transaction": {{"from": "0x0101010101010101010101010101010101010101",
                "to": "0x0202020202020202020202020202020202020202", "gas": "0x5208"}},
            "prestate": {{"0x0101010101010101010101010101010101010101": {{"balance": "0xffffffffff"}},
                "0x4200000000000000000000000000000000000015": {{"code": "0x00", "storage": {{
                    "0x1": "{l1}", "0x5": "0x0", "0x6": "0xf4240"}}}}}}}}"#
        );
        let input = Input::parse(json.as_bytes(), None).unwrap();
        crate::record(&input.execution).map(|recording| recording.state_root_leave)
    };
    for upgrade in ["bedrock", "regolith", "canyon", "ecotone", "fjord"] {
        let [free, paid] = ["0x0", "0x10"].map(|base_fee| run(upgrade, base_fee).unwrap());
        assert_ne!(free, paid, "{upgrade}");
        let error = run(upgrade, "0xffffffffff").unwrap_err().to_string();
        assert!(error.contains("lack of funds"), "{upgrade}: {error}");
    }
}
