//! Structured programs, recorded and put before all four audits and both engines.

use alloy_primitives::{Address, TxKind, U256};
use arbitrary::{Result, Unstructured};
use iso_evm_hypervisor::MessageVerdict;
use iso_evm_testing::{
    accounts::{
        CALLBACK, COINBASE, CONTRACT, COUNTER, SENDER, account, block, block_hashes, callees,
    },
    witness,
};
use iso_evm_verifier::{AuditVerdict, Options, verify_with};
use iso_evm_wire::{Fork, Witness};
use iso_evm_witness::{Execution, prestate::Prestate, record};
use revm::{
    context::TxEnv,
    context_interface::transaction::{AccessList, AccessListItem},
};

use crate::{
    engines::{agreed, hypervisor},
    statement,
};

/// Runs the program that the bytes say; returns its witness, or `None` if there are too few bytes or
/// the transaction has no place in a block.
///
/// # Panics
///
/// If an audit or an engine does not find it valid.
pub fn programs(data: &[u8]) -> Option<Witness> {
    let execution = execution(&mut Unstructured::new(data)).ok()?;
    // Less gas than the transaction costs before it runs.
    let recording = record(&execution).ok()?;
    let witness = witness(&execution, &recording);
    let rules = witness.rules;
    let report = verify_with(hypervisor(rules), &witness, &Options::default())
        .unwrap_or_else(|error| panic!("{rules}: {error}"));
    let audits = &report.audits;
    let verdicts = [audits.execution, audits.access, audits.tree, audits.transaction];
    assert_eq!(verdicts, [AuditVerdict::Valid; 4], "{rules}: {:?}", report.findings);
    for (index, bytes) in witness.messages.iter().enumerate() {
        let message = witness.message(index).unwrap_or_else(|error| panic!("{index}: {error}"));
        let verdict = agreed(rules, &bytes.bytes(), witness.code(&message));
        assert!(
            matches!(verdict, None | Some(MessageVerdict::Valid)),
            "{rules}: {index}: {verdict:?}"
        );
    }
    Some(witness)
}

/// The transaction that the bytes say, on the state that they say.
fn execution(u: &mut Unstructured<'_>) -> Result<Execution> {
    let fork = *u.choose(&Fork::ALL)?;
    let gas_limit =
        *u.choose(&[60_000, 200_000, 1_000_000, 3_000_000])? + u.int_in_range(0..=999)?;
    let create = u.ratio(1, 10)?;
    let listed = fork >= Fork::Berlin && u.ratio(1, 4)?;
    let value = u.int_in_range(0..=2)?;
    let length = u.int_in_range(0..=69)?;
    let calldata = u.bytes(length.min(u.len()))?.to_vec();
    // The callee's code comes first: what bytes are left make the contract's.
    let callee = if u.ratio(1, 3)? { Some(statement::code(u)?) } else { None };
    let code = statement::code(u)?;

    let mut prestate: Prestate = callees();
    if let Some(callee) = callee {
        prestate.insert(COUNTER, account(3, 1, callee));
    }
    prestate.insert(SENDER, account(1 << 60, 5, []));
    prestate.insert(COINBASE, account(1, 0, []));
    let mut contract = account(1_000, 1, code.clone());
    for (key, value) in [(0, 1), (2, 7)] {
        contract.storage.insert(U256::from(key).into(), U256::from(value).into());
    }
    prestate.insert(CONTRACT, contract);
    let warm = |address: Address, keys: &[u64]| AccessListItem {
        address,
        storage_keys: keys.iter().map(|key| U256::from(*key).into()).collect(),
    };
    let access_list =
        if listed { vec![warm(CONTRACT, &[0, 3]), warm(CALLBACK, &[])] } else { Vec::new() };
    let tx = TxEnv {
        tx_type: u8::from(listed),
        caller: SENDER,
        gas_limit,
        gas_price: 9,
        kind: if create { TxKind::Create } else { TxKind::Call(CONTRACT) },
        value: U256::from(value),
        data: if create { code } else { calldata }.into(),
        nonce: 5,
        chain_id: Some(1),
        access_list: AccessList(access_list),
        ..TxEnv::default()
    };
    Ok(Execution {
        rollup: None,
        rules: fork.into(),
        chain_id: 1,
        block: block(fork),
        tx,
        prestate,
        block_hashes: block_hashes(),
        proofs: None,
    })
}
