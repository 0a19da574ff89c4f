//! Who may call, and what is code and what calldata.

use alloy_primitives::{Address, Bytes, TxKind, U256, hex, keccak256};
use alloy_sol_types::SolError;
use iso_evm_hypervisor::{archive::DETERMINISTIC_DEPLOYER, live};
use iso_evm_wire::Fork;
use revm::{
    context::result::{ExecutionResult, Output},
    primitives::hardfork::SpecId,
};

use crate::harness::{
    blessed,
    frame::{self, LIVE},
    host::{Host, USER},
    program::{Program, op},
};

pub(super) const WALLET: Address = Address::repeat_byte(0xaa);
/// 3 + 4, returned.
const SEVEN: [u8; 13] = hex!("600360040160005260ff6000f3");

/// Hands its calldata on to `to` by `opcode`, and what comes back to its caller.
pub(super) fn forwarder(to: Address, opcode: u8) -> Vec<u8> {
    forward(Program::new(), to, opcode)
}

/// [`forwarder`], behind other code.
pub(super) fn forward(program: Program, to: Address, opcode: u8) -> Vec<u8> {
    let program = program.op([op::CALLDATASIZE]).push(0).push(0).op([op::CALLDATACOPY]);
    let program = program.push(0).push(0).op([op::CALLDATASIZE]).push(0);
    let program = if opcode == op::CALLCODE { program.push(0) } else { program };
    let program = program.push_address(to).op([0x5a, opcode, op::RETURNDATASIZE]);
    let program = program.push(0).push(0).op([op::RETURNDATACOPY]);
    let program = program.op([op::RETURNDATASIZE, op::SWAP1]).push(0).op([op::SWAP1]);
    let success = program.len() + 4;
    program.push(success).op([op::JUMPI, op::REVERT, op::JUMPDEST, op::RETURN]).build()
}

pub(super) fn host() -> Host {
    let mut host = Host::new(SpecId::OSAKA);
    host.put(LIVE, live::bytecode(Fork::Osaka));
    host.put(WALLET, forwarder(LIVE, op::DELEGATECALL));
    host
}

pub(super) fn call(host: &mut Host, to: Address, data: impl Into<Bytes>) -> ExecutionResult {
    host.send(USER, TxKind::Call(to), data.into())
}

fn returned(result: ExecutionResult) -> Bytes {
    match result {
        ExecutionResult::Success { output: Output::Call(output), .. } => output,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn refused<E: SolError>(result: ExecutionResult) {
    match result {
        ExecutionResult::Revert { output, .. } => assert_eq!(output[..], E::SELECTOR),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_classic_example_returns_seven() {
    let mut host = host();
    let output = returned(call(&mut host, WALLET, SEVEN));
    assert_eq!(output.len(), 0xff);
    assert_eq!(U256::from_be_slice(&output[..32]), U256::from(7));
    // By CALLCODE too.
    host.put(WALLET, forwarder(LIVE, op::CALLCODE));
    assert_eq!(returned(call(&mut host, WALLET, SEVEN)), output);
}

#[test]
fn a_direct_call_is_refused() {
    let mut host = host();
    let store = Program::new().push(1).push(2).op([op::SSTORE]).build();
    let destroy = Program::new().push_address(USER).op([0xff]).build();
    for code in [store, destroy, Vec::new(), SEVEN.to_vec()] {
        for data in [Bytes::from(code.clone()), live::encode_call(&code, b"input")] {
            refused::<live::abi::DirectCall>(call(&mut host, LIVE, data.clone()));
            host.put(WALLET, forwarder(LIVE, op::STATICCALL));
            refused::<live::abi::DirectCall>(call(&mut host, WALLET, data));
        }
    }
    assert_eq!(host.code(LIVE), live::bytecode(Fork::Osaka));
}

/// Guest code can call the machine: by delegation it runs deeper, by a call it does not.
#[test]
fn the_machine_in_itself() {
    let mut host = host();
    for (opcode, runs) in [(op::DELEGATECALL, true), (op::STATICCALL, false)] {
        // The inner code is the outer one's calldata.
        let code = forwarder(LIVE, opcode);
        let result = call(&mut host, WALLET, live::encode_call(&code, &SEVEN));
        if runs {
            assert_eq!(returned(result)[31], 7);
        } else {
            refused::<live::abi::DirectCall>(result);
        }
    }
}

/// An account whose code is as long as the machine's, but another, and whose guest memory begins
/// later for that.
#[test]
fn the_same_size_is_not_the_same_code() {
    let mut host = host();
    let mut code = forwarder(LIVE, op::DELEGATECALL);
    code.resize(live::bytecode(Fork::Osaka).len(), 0);
    host.put(WALLET, code);
    let guest = Program::new().op([op::MSIZE]).push(64).op([op::MSTORE]);
    let guest = guest.op([op::MSIZE]).push(0).op([op::MSTORE]).push(96).push(0).op([op::RETURN]);
    let output = returned(call(&mut host, WALLET, guest.build()));
    let words = [U256::from(96), U256::ZERO, U256::ZERO];
    assert_eq!(output, words.map(|word| word.to_be_bytes::<32>()).concat());
    assert_eq!(returned(call(&mut host, WALLET, SEVEN))[31], 7);
}

#[test]
fn a_constructor_may_delegate() {
    let mut host = host();
    // Its own code is not there yet; what the guest returns is deployed.
    let guest = Program::new().push(0x42).return_word().build();
    let prefix = 64;
    let initcode = Program::new()
        .push(guest.len())
        .op([op::DUP1, 0x60, prefix as u8])
        .push(0)
        .op([0x39])
        .push(0)
        .push(0)
        .op([op::SWAP1 + 1])
        .push(0)
        .push_address(LIVE)
        .op([0x5a, op::DELEGATECALL, op::POP])
        .push(32)
        .push(0)
        .push(0)
        .op([op::RETURNDATACOPY])
        .push(32)
        .push(0)
        .op([op::RETURN]);
    let padding = prefix - initcode.len();
    let initcode = initcode.repeat(padding, [0]).op(guest).build();
    let address = host.deploy(initcode.into());
    assert_eq!(host.code(address)[31], 0x42);
}

#[test]
fn the_live_machine_is_the_same_at_every_address() {
    let mut host = host();
    for fork in Fork::ALL {
        let contract = live::emit_live(fork);
        assert_eq!(contract.code, live::bytecode(fork));
        let deployed = host.deploy(contract.initcode());
        assert_eq!(host.code(deployed), contract.code);
        assert_eq!(contract.code_hash(), keccak256(live::bytecode(fork)));
        refused::<live::abi::DirectCall>(call(&mut host, deployed, SEVEN));
        host.put(WALLET, forwarder(deployed, op::DELEGATECALL));
        assert_eq!(returned(call(&mut host, WALLET, SEVEN))[31], 7);
        let expected = DETERMINISTIC_DEPLOYER.create2_from_code([0; 32], contract.initcode());
        assert_eq!(live::address(fork), expected);
    }
}

#[test]
fn bytecode_and_calldata() {
    let mut host = host();
    // Returns code size, calldata size, code and calldata, each read past its end.
    let guest = Program::new()
        .op([0x38])
        .push(0)
        .op([op::MSTORE, op::CALLDATASIZE])
        .push(32)
        .op([op::MSTORE])
        .push(96)
        .push(0)
        .push(64)
        .op([0x39])
        .push(96)
        .push(0)
        .push(160)
        .op([op::CALLDATACOPY])
        .push(33)
        .op([0x35])
        .push(256)
        .op([op::MSTORE])
        .push(288)
        .push(0)
        .op([op::RETURN])
        .build();
    for input in [&[][..], &[1], &[2; 32], &[3; 70]] {
        let padded = |bytes: &[u8], length: usize| {
            let mut bytes = bytes.to_vec();
            bytes.resize(length, 0);
            bytes
        };
        let word = |number: usize| U256::from(number).to_be_bytes::<32>();
        let mut expected = [word(guest.len()), word(input.len())].concat();
        expected.extend(padded(&guest, 96));
        expected.extend(padded(input, 96));
        expected.extend(padded(input.get(33..65).unwrap_or_default(), 32));
        let output = returned(call(&mut host, WALLET, live::encode_call(&guest, input)));
        assert_eq!(output, expected, "{} bytes", input.len());
    }
    // Anywhere in the calldata.
    let gap = [0xee; 40];
    let word = |number: usize| U256::from(number).to_be_bytes::<32>();
    let head = [*live::magic(), word(96 + gap.len()), word(SEVEN.len())].concat();
    let output = returned(call(&mut host, WALLET, [&head, &gap[..], &SEVEN].concat()));
    assert_eq!(output[31], 7);
}

#[test]
fn a_pair_must_lie_within_the_calldata() {
    let mut host = host();
    let call_of = |offset: U256, length: U256, rest: usize| {
        let words = [offset, length].map(|word| word.to_be_bytes::<32>()).concat();
        [live::magic().as_slice(), &words, &vec![0x5b; rest]].concat()
    };
    let n = |number: u64| U256::from(number);
    for (offset, length, rest) in [
        (n(96), n(5), 4),
        (n(101), n(0), 4),
        (n(95), n(1), 4),
        (n(0), n(0), 4),
        (n(99), n(2), 4),
        (U256::MAX, n(1), 4),
        (n(96), U256::MAX, 4),
        (U256::MAX - n(95), n(96), 4),
        (U256::ONE << 64, n(0), 4),
    ] {
        let data = call_of(offset, length, rest);
        refused::<live::abi::Malformed>(call(&mut host, WALLET, data));
    }
    let short = live::magic();
    refused::<live::abi::Malformed>(call(&mut host, WALLET, short.to_vec()));
    assert!(returned(call(&mut host, WALLET, call_of(n(100), n(0), 4))).is_empty());
    assert!(returned(call(&mut host, WALLET, call_of(n(96), n(4), 4))).is_empty());
}

/// Code that begins with the magic word halts at once, as it does natively.
#[test]
fn code_that_looks_like_a_pair() {
    let mut host = host();
    let code = [live::magic().as_slice(), &[0; 64]].concat();
    let data = live::encode_call(&code, &[]);
    assert_ne!(data, code);
    // The wallet's own last 64th of the gas is left, and it reverts.
    match call(&mut host, WALLET, data) {
        ExecutionResult::Revert { output, gas, .. } => {
            assert!(output.is_empty() && gas.total_gas_spent() > 15_000_000, "{gas:?}");
        }
        other => panic!("{other:?}"),
    }
}

/// The word that Solidity code has to know.
#[test]
fn the_magic_word_is_the_documented_one() {
    let magic = live::magic().to_string();
    let page = "../specs/13-live.md";
    assert!(blessed::committed(page).contains(&magic), "{page}: {magic}");
}

#[test]
fn an_empty_guest_stops() {
    let mut host = host();
    assert!(returned(call(&mut host, WALLET, Bytes::new())).is_empty());
    // Also the machine of the test frames.
    assert_eq!(frame::machine(Fork::Osaka).original_bytes(), live::bytecode(Fork::Osaka));
}
