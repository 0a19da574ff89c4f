//! Numbers of the protocol that stand in contracts are those of the one table.

use std::{fs, path::Path};

use iso_evm_wire::{
    optimism::predeploys,
    protocol::{
        FLOOR_CALLDATA_COST, GAS_CREATE, GAS_INIT_CODE_WORD_COST, MAX_INIT_CODE_SIZE,
        PER_AUTH_BASE_COST, PER_EMPTY_ACCOUNT_COST, TOKENS_PER_NON_ZERO,
        TX_ACCESS_LIST_ADDRESS_COST, TX_ACCESS_LIST_STORAGE_KEY_COST, TX_BASE_COST,
        TX_DATA_COST_PER_NON_ZERO, TX_DATA_COST_PER_ZERO,
    },
};

fn source(name: &str) -> String {
    let contracts = Path::new(env!("CARGO_MANIFEST_DIR")).join("contracts");
    fs::read_to_string(contracts.join(name)).unwrap().replace('_', "")
}

#[test]
fn what_a_transaction_costs_is_the_tables() {
    let text = source("Intrinsic.sol");
    for (name, number) in [
        ("TX_BASE_COST", TX_BASE_COST),
        ("TX_DATA_COST_PER_ZERO", TX_DATA_COST_PER_ZERO),
        ("TX_DATA_COST_PER_NON_ZERO", TX_DATA_COST_PER_NON_ZERO),
        ("TX_ACCESS_LIST_ADDRESS_COST", TX_ACCESS_LIST_ADDRESS_COST),
        ("TX_ACCESS_LIST_STORAGE_KEY_COST", TX_ACCESS_LIST_STORAGE_KEY_COST),
        ("GAS_CREATE", GAS_CREATE),
        ("GAS_INIT_CODE_WORD_COST", GAS_INIT_CODE_WORD_COST),
        ("PER_EMPTY_ACCOUNT_COST", PER_EMPTY_ACCOUNT_COST),
        ("PER_AUTH_BASE_COST", PER_AUTH_BASE_COST),
        ("FLOOR_CALLDATA_COST", FLOOR_CALLDATA_COST),
        ("TOKENS_PER_NON_ZERO", TOKENS_PER_NON_ZERO),
    ] {
        let line = format!("constant {} = {number};", name.replace('_', ""));
        assert!(text.contains(&line), "{line}");
    }
    let line = format!("MAXINITCODESIZE = {MAX_INIT_CODE_SIZE};");
    assert!(source("Deposits.sol").contains(&line));
}

#[test]
fn predeploys_are_the_tables() {
    let text = source("Optimism.sol");
    for (name, account) in [
        ("L1_BLOCK", predeploys::L1_BLOCK),
        ("BASE_FEE_VAULT", predeploys::BASE_FEE_VAULT),
        ("L1_FEE_VAULT", predeploys::L1_FEE_VAULT),
        ("OPERATOR_FEE_VAULT", predeploys::OPERATOR_FEE_VAULT),
    ] {
        let line = format!("constant {} = {account};", name.replace('_', ""));
        assert!(text.contains(&line), "{line}");
    }
}
