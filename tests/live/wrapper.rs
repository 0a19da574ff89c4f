//! The static wrapper: it returns, bubbles up what reverts, and changes nothing.

use alloy_primitives::{Address, Bytes, TxKind, U256};
use alloy_sol_types::SolCall;
use iso_evm_hypervisor::live::{self, wrapper_abi::runCall};
use iso_evm_wire::Fork;
use revm::context::result::ExecutionResult;

use super::entry;
use crate::harness::{
    frame::LIVE,
    host::{Host, USER},
    program::{Program, op},
};

const WRAPPER: Address = Address::repeat_byte(0xbb);

fn host() -> Host {
    let mut host = entry::host();
    host.put(WRAPPER, live::emit_static_wrapper(LIVE).code);
    host
}

fn run(host: &mut Host, code: &[u8], input: &[u8]) -> ExecutionResult {
    let call = runCall { call: live::encode_call(code, input) }.abi_encode();
    entry::call(host, WRAPPER, call)
}

#[test]
fn the_wrapper_returns_what_the_guest_returns() {
    let mut host = host();
    for length in [0_usize, 1, 31, 32, 33, 64, 100] {
        // Returns its calldata.
        let echo = Program::new().op([op::CALLDATASIZE]).push(0).push(0).op([op::CALLDATACOPY]);
        let echo = echo.op([op::CALLDATASIZE]).push(0).op([op::RETURN]).build();
        let input = vec![0xd7; length];
        let ExecutionResult::Success { output, .. } = run(&mut host, &echo, &input) else {
            panic!("it failed")
        };
        let expected = runCall::abi_encode_returns(&input.clone().into());
        assert_eq!(output.data()[..], expected, "{length}");
    }
}

#[test]
fn the_wrapper_reverts_with_what_the_guest_reverts_with() {
    let mut host = host();
    let code = Program::new().push(0x1234).push(0).op([op::MSTORE]).push(5).push(29);
    let code = code.op([op::REVERT]).build();
    let ExecutionResult::Revert { output, .. } = run(&mut host, &code, &[]) else { panic!() };
    assert_eq!(output[..], [0, 0x12, 0x34, 0, 0]);
    // The machine's own errors come up too.
    let call = runCall { call: live::magic().to_vec().into() }.abi_encode();
    let ExecutionResult::Revert { output, .. } = entry::call(&mut host, WRAPPER, call) else {
        panic!()
    };
    assert_eq!(output.len(), 4);
}

#[test]
fn the_wrappers_guest_can_change_nothing() {
    let mut host = host();
    let programs = [
        Program::new().push(1).push(1).op([op::SSTORE]),
        Program::new().push(1).push(1).op([0x5d]),
        Program::new().push(0).push(0).op([0xa0]),
        Program::new().push(0).push(0).push(0).op([op::CREATE]),
        Program::new().push_address(USER).op([0xff]),
    ];
    for program in programs {
        let result = run(&mut host, &program.build(), &[]);
        assert!(
            matches!(&result, ExecutionResult::Revert { output, .. } if output.is_empty()),
            "{result:?}"
        );
    }
    assert!(!host.code(WRAPPER).is_empty());
    // It sees the wrapper's context, with itself as caller.
    let code = Program::new().op([0x30, 0x33, op::SUB]).return_word().build();
    let ExecutionResult::Success { output, .. } = run(&mut host, &code, &[]) else { panic!() };
    assert!(output.data().iter().filter(|byte| **byte != 0).count() == 2);
}

/// A guest may call the wrapper back: that runs more guest code, in a frame as static.
#[test]
fn the_wrapper_called_by_its_guest_stays_static() {
    let mut host = host();
    let inner = Program::new().push(1).push(1).op([op::SSTORE]).build();
    let outer = entry::forwarder(WRAPPER, op::STATICCALL);
    let result = run(&mut host, &outer, &inner);
    assert!(matches!(result, ExecutionResult::Revert { .. }), "{result:?}");
    let inner = Program::new().push(5).return_word().build();
    let ExecutionResult::Success { output, .. } = run(&mut host, &outer, &inner) else { panic!() };
    let output = runCall::abi_decode_returns(output.data()).expect("bytes");
    assert_eq!(U256::from_be_slice(&output), U256::from(5));
}

#[test]
fn calldata_that_is_no_call_of_run_is_refused() {
    let mut host = host();
    let good = runCall { call: vec![0x5b; 40].into() }.abi_encode();
    let mut wrong_selector = good.clone();
    wrong_selector[0] ^= 1;
    let mut far = good.clone();
    far[4..36].fill(0xff);
    let mut long = good.clone();
    long[36..68].fill(0xff);
    for data in [vec![], good[..3].to_vec(), wrong_selector, far, long, good[..70].to_vec()] {
        let result = entry::call(&mut host, WRAPPER, data);
        assert!(matches!(result, ExecutionResult::Revert { .. }), "{result:?}");
    }
    let result = host.send(USER, TxKind::Call(WRAPPER), Bytes::from(good));
    assert!(result.is_success());
}

#[test]
fn the_wrapper_holds_the_machines_address() {
    let code = live::emit_static_wrapper(live::address(Fork::Osaka)).code;
    let address = live::address(Fork::Osaka);
    assert!(code.windows(20).any(|window| window == address.as_slice()));
}

/// With any gas, from whoever hands it on: what the guest returns, or a failure without data.
#[test]
fn with_any_gas_it_returns_what_the_guest_returns_or_fails() {
    // Hashes 60,000 bytes and returns the hash.
    let code = Program::new().push(60_000).push(0).op([op::KECCAK256]).return_word().build();
    let call = runCall { call: live::encode_call(&code, &[]) }.abi_encode();
    let mut host = host();
    let ExecutionResult::Success { output, .. } = entry::call(&mut host, WRAPPER, call.clone())
    else {
        panic!("it failed")
    };
    let expected = output.data().clone();
    let by = Address::repeat_byte(0xb0);
    let mut came = [0; 2];
    for gas in (0..60_000_u64).step_by(17) {
        // Calls the wrapper with so much gas; answers with success and what came back.
        let program = Program::new().op([op::CALLDATASIZE]).push(0).push(0).op([op::CALLDATACOPY]);
        let program = program.push(0).push(0).op([op::CALLDATASIZE]).push(0);
        let program = program.push_address(WRAPPER).push(gas).op([op::STATICCALL]);
        let program = program.push(0).op([op::MSTORE, op::RETURNDATASIZE]).push(0).push(32);
        let program = program.op([op::RETURNDATACOPY, op::RETURNDATASIZE]).push(32).op([op::ADD]);
        host.put(by, program.push(0).op([op::RETURN]).build());
        let ExecutionResult::Success { output, .. } = entry::call(&mut host, by, call.clone())
        else {
            panic!("{gas}: the caller has enough")
        };
        let (success, answer) = output.data().split_at(32);
        let succeeded = success[31] == 1;
        assert_eq!(answer, if succeeded { &expected[..] } else { &[] }, "{gas}");
        came[usize::from(succeeded)] += 1;
    }
    assert!(came.iter().all(|count| *count > 100), "{came:?}");
}
