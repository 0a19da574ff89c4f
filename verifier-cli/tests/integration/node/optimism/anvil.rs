//! anvil as a node of the OP Stack: another implementation's fees, by op-revm, under the roots of a
//! chain. It goes by Isthmus's rules whatever upgrade it is told.

use alloy_primitives::{Address, B256, U256};
use iso_evm_wire::optimism::predeploys::{
    BASE_FEE_VAULT, L1_BLOCK, L1_FEE_VAULT, OPERATOR_FEE_VAULT, SEQUENCER_FEE_VAULT,
};
use serde_json::json;

use super::super::{
    anvil::{Anvil, STORE, store},
    block::{files, in_one_block},
    recorded::{record, verified},
};
use crate::common::run;

/// An anvil whose vaults are not empty, and whose L1Block has prices: it keeps accounts that are
/// touched and empty, and slots that are zero, which no state has.
fn rollup() -> Option<Anvil> {
    let anvil = Anvil::start(&["--network", "optimism", "--hardfork", "isthmus"])?;
    let accounts =
        [L1_BLOCK, SEQUENCER_FEE_VAULT, BASE_FEE_VAULT, L1_FEE_VAULT, OPERATOR_FEE_VAULT];
    for account in accounts.into_iter().chain([Address::ZERO]) {
        anvil.ask("anvil_setBalance", json!([account, "0x1"]));
    }
    // Base fee, scalars, blob base fee, operator fee.
    for (slot, value) in [
        (1, U256::from(1_000_000_000)),
        (3, U256::from_limbs([15, 7 | (5 << 32), 0, 0])),
        (7, U256::from(74_565)),
        (8, U256::from_limbs([1_000_003, 20_000_000, 0, 0])),
    ] {
        let slot = U256::from(slot);
        anvil.ask("anvil_setStorageAt", json!([L1_BLOCK, slot, B256::from(value)]));
    }
    anvil.mine();
    Some(anvil)
}

#[test]
fn op_revms_fees_lead_to_the_same_root() {
    let Some(anvil) = rollup() else { return };
    let contract = anvil.deploy(STORE);
    let operator_before = anvil.ask("eth_getBalance", json!([OPERATOR_FEE_VAULT, "latest"]));
    let hashes = in_one_block(&anvil, |anvil| {
        for index in 0..4 {
            anvil.queue(index % 3, Some(contract), 3, &store(index as u64, 1 + index as u64));
        }
        anvil.queue(0, Some(Address::repeat_byte(0x77)), 1, &[1; 300]);
    });
    let operator = anvil.ask("eth_getBalance", json!([OPERATOR_FEE_VAULT, "latest"]));
    assert_ne!(operator, operator_before, "there is an operator fee");
    let folder = tempfile::tempdir().unwrap();
    let block = |more: &str| {
        let (url, height) = (anvil.url(), anvil.height());
        let line = format!("iso-witness record --rpc-url {url} --block {height} -o all --no-cache");
        run(folder.path(), &format!("{line} {more}"))
    };
    // Jovian's operator fee is another.
    let ran = block("--fork optimism/jovian");
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("the state root is "), "{}", ran.stderr);
    let ran = block("--fork optimism/isthmus");
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let all = folder.path().join("all");
    let names = files(&all);
    assert_eq!(names.len(), hashes.len());
    for name in names {
        let report = verified(&all, &name);
        assert_eq!(report["fork"], "optimism/isthmus");
    }
}

/// anvil 1.7 writes the nonce after a deposit into its receipt, where that before it belongs: the replay
/// says so.
#[test]
fn a_deposits_receipt_of_anvils_has_another_nonce() {
    let Some(anvil) = rollup() else { return };
    let deposit = json!([{
        "type": "0x7e", "from": anvil.accounts[0], "to": Address::repeat_byte(0x77), "input": "0x",
        "mint": "0x5", "value": "0x3", "gas": "0x186a0", "isSystemTx": false,
        "sourceHash": B256::repeat_byte(1),
    }]);
    let deposit: B256 = serde_json::from_value(anvil.ask("eth_sendTransaction", deposit)).unwrap();
    assert_eq!(anvil.receipt(deposit)["depositNonce"], "0x1");
    let folder = tempfile::tempdir().unwrap();
    let ran = record(folder.path(), &anvil.url(), deposit, "--no-cache --fork optimism/isthmus");
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.stderr.ends_with(
            "transaction 0 is a deposit whose sender has nonce 1 by its receipt, and 0 replayed\n"
        ),
        "{}",
        ran.stderr
    );
}
