//! Where gas runs short: which records are consumed, and that their facts are those that the same
//! opcode finds with gas in plenty.

mod errors;
mod facts;
mod frames;

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, Bytes, U256, address};
use revm::{
    context::{BlockEnv, TxEnv},
    primitives::TxKind,
};

use crate::{
    Execution, Recording,
    prestate::{Prestate, PrestateAccount},
    record,
};
use iso_evm_wire::{
    Fork,
    records::{CallRecord, Outcome, Record},
};

const SENDER: Address = address!("0x1000000000000000000000000000000000000001");
const GUEST: Address = address!("0x2000000000000000000000000000000000000002");
/// Has code, a balance and nothing else.
const OTHER: Address = address!("0x3000000000000000000000000000000000000003");
/// Delegates to `OTHER` (EIP-7702).
const DELEGATING: Address = address!("0x4000000000000000000000000000000000000004");
/// Does not exist.
const NOBODY: Address = address!("0x5000000000000000000000000000000000000005");

const PUSH0: u8 = 0x5f;
const PUSH1: u8 = 0x60;
const PUSH20: u8 = 0x73;
const PUSH32: u8 = 0x7f;

fn push(code: &mut Vec<u8>, word: impl Into<U256>) {
    code.push(PUSH32);
    code.extend(word.into().to_be_bytes::<32>());
}

fn push_address(code: &mut Vec<u8>, address: Address) {
    code.push(PUSH20);
    code.extend(address);
}

/// The opcode after pushes of its operands, the topmost operand given first.
fn guest(opcode: u8, operands: &[U256]) -> Bytes {
    let mut code = Vec::new();
    for operand in operands.iter().rev() {
        push(&mut code, *operand);
    }
    code.push(opcode);
    code.into()
}

fn word(address: Address) -> U256 {
    address.into_word().into()
}

fn execution(fork: Fork, code: Bytes, gas: u64) -> Execution {
    let account = |balance: u64, code: Bytes| PrestateAccount {
        balance: U256::from(balance),
        code,
        ..PrestateAccount::default()
    };
    let mut guest = account(1000, code);
    guest.storage.insert(B256::with_last_byte(1), B256::with_last_byte(9));
    let designator = [&[0xef, 0x01, 0x00][..], OTHER.as_slice()].concat();
    let prestate = Prestate::from([
        (SENDER, account(1 << 60, Bytes::new())),
        (GUEST, guest),
        (OTHER, account(5, vec![0x00; 40].into())),
        (DELEGATING, account(6, designator.into())),
    ]);
    Execution {
        rollup: None,
        rules: fork.into(),
        chain_id: 1,
        block: BlockEnv { beneficiary: Address::repeat_byte(0xcb), ..BlockEnv::default() },
        tx: TxEnv {
            caller: SENDER,
            kind: TxKind::Call(GUEST),
            gas_limit: 21_000 + gas,
            ..TxEnv::default()
        },
        prestate,
        block_hashes: BTreeMap::new(),
        proofs: None,
    }
}

fn run(fork: Fork, code: &Bytes, gas: u64) -> Recording {
    record(&execution(fork, code.clone(), gas)).expect("a transaction that is valid")
}

/// The second record of the top message: that of the opcode under test.
fn second(recording: &Recording) -> Option<Record> {
    let list = &recording.messages[0].witness.stateAccessList;
    list.get(1).map(|access| Record::decode(access).expect("a record"))
}

/// What is left of a record once the opcode has not come to its effect.
fn without_effect(record: Record) -> Record {
    match record {
        Record::Sstore(mut record) => {
            record.stateRoot = B256::ZERO;
            Record::Sstore(record)
        }
        Record::Selfdestruct(mut record) => {
            record.stateRoot = B256::ZERO;
            Record::Selfdestruct(record)
        }
        Record::Call(opcode, record) => Record::Call(
            opcode,
            CallRecord {
                outcome: Outcome::None as u8,
                calldataHash: B256::ZERO,
                gas: 0,
                gasUsed: 0,
                status: 0,
                stateRoot: B256::ZERO,
                returndata: Bytes::new(),
                ..record
            },
        ),
        record => record,
    }
}

/// Runs the opcode with every amount of gas around each of its costs. `known` is what it costs
/// without any fact, `all` what it costs with them.
fn sweep(fork: Fork, opcode: u8, operands: &[U256], known: u64, all: u64) {
    let code = guest(opcode, operands);
    let pushes = 3 * operands.len() as u64;
    let plenty = second(&run(fork, &code, pushes + all + 100_000)).expect("a record");
    let around = |gas: u64| gas.saturating_sub(3)..gas + 3;
    for gas in around(known).chain(around(all)).chain((0..all).step_by(501)) {
        let recording = run(fork, &code, pushes + gas);
        let case = format!("{fork} {opcode:#04x} {operands:?} gas {gas} of {known} and {all}");
        assert_eq!(recording.success, gas >= all, "{case}");
        let expected = match gas {
            gas if gas < known => None,
            gas if gas < all => Some(without_effect(plenty.clone())),
            // Gas and root of a callee depend on what was left.
            _ => continue,
        };
        assert_eq!(second(&recording), expected, "{case}");
    }
}

#[test]
fn reads_of_accounts() {
    for account in [OTHER, DELEGATING, NOBODY] {
        for opcode in [0x31, 0x3b, 0x3f] {
            sweep(Fork::Istanbul, opcode, &[word(account)], 700, 700);
            sweep(Fork::Berlin, opcode, &[word(account)], 100, 2600);
            sweep(Fork::Osaka, opcode, &[word(account)], 100, 2600);
        }
        let copy = [word(account), U256::from(31), U256::from(1), U256::from(34)];
        // Two words copied, three words of memory.
        sweep(Fork::Istanbul, 0x3c, &copy, 700 + 6 + 9, 700 + 6 + 9);
        sweep(Fork::Cancun, 0x3c, &copy, 100 + 6 + 9, 2600 + 6 + 9);
    }
    // Warm from the start: the guest itself, a precompile, from Shanghai the coinbase.
    for account in [GUEST, Address::with_last_byte(9)] {
        sweep(Fork::Berlin, 0x31, &[word(account)], 100, 100);
    }
    let coinbase = Address::repeat_byte(0xcb);
    sweep(Fork::Paris, 0x31, &[word(coinbase)], 100, 2600);
    sweep(Fork::Shanghai, 0x31, &[word(coinbase)], 100, 100);
}

#[test]
fn storage_is_recorded_once_its_base_gas_is_paid() {
    let one = U256::ONE;
    sweep(Fork::Istanbul, 0x54, &[one], 800, 800);
    sweep(Fork::Berlin, 0x54, &[one], 100, 2100);
    // The sentry is the only check before the facts; writing zero to nothing, or changing a value.
    sweep(Fork::Berlin, 0x55, &[U256::from(7), U256::ZERO], 2301, 2301);
    sweep(Fork::Berlin, 0x55, &[one, U256::from(8)], 2301, 5000);
    sweep(Fork::Berlin, 0x55, &[U256::from(7), U256::from(8)], 2301, 2100 + 20_000);
    sweep(Fork::Istanbul, 0x55, &[U256::from(7), U256::from(8)], 2301, 20_000);
}

#[test]
fn calls_are_recorded_once_their_base_gas_is_paid() {
    let zero = U256::ZERO;
    for opcode in [0xf1, 0xf2, 0xf4, 0xfa] {
        for account in [OTHER, DELEGATING, NOBODY, GUEST] {
            let mut operands = vec![zero, word(account)];
            if opcode < 0xf3 {
                operands.push(zero);
            }
            // Calldata of one word, room for 65 bytes of data behind it.
            operands.extend([0, 32, 32, 65].map(U256::from));
            let memory = 4 * 3;
            let cold = if account == GUEST { 0 } else { 2500 };
            sweep(Fork::Istanbul, opcode, &operands, 700 + memory, 700 + memory);
            sweep(Fork::Berlin, opcode, &operands, 100 + memory, 100 + cold + memory);
            let delegation = if account == DELEGATING { 2600 } else { 0 };
            let all = 100 + cold + memory + delegation;
            sweep(Fork::Prague, opcode, &operands, 100 + memory, all);
        }
    }
    for (account, new) in [(OTHER, 0), (NOBODY, 25_000)] {
        let operands = [zero, word(account), U256::ONE, zero, zero, zero, zero];
        sweep(Fork::Istanbul, 0xf1, &operands, 9700, 9700 + new);
        sweep(Fork::Osaka, 0xf1, &operands, 9100, 11_600 + new);
        // CALLCODE makes no account.
        sweep(Fork::Osaka, 0xf2, &operands, 9100, 11_600);
    }
}

#[test]
fn selfdestruct_is_recorded_once_its_base_gas_is_paid() {
    for (beneficiary, cold, new) in
        [(OTHER, 2600, 0), (NOBODY, 2600, 25_000), (GUEST, 0, 0), (SENDER, 0, 0)]
    {
        sweep(Fork::Istanbul, 0xff, &[word(beneficiary)], 5000, 5000 + new);
        for fork in [Fork::Berlin, Fork::Osaka] {
            sweep(fork, 0xff, &[word(beneficiary)], 5000, 5000 + cold + new);
        }
    }
}

#[test]
fn an_opcode_refused_before_its_facts_has_no_record() {
    let plenty = 100_000;
    // Too few operands.
    for (opcode, inputs) in [(0x31, 1), (0x3c, 4), (0x54, 1), (0x55, 2), (0xf1, 7), (0xff, 1)] {
        let code = guest(opcode, &vec![U256::ZERO; inputs - 1]);
        assert_eq!(second(&run(Fork::Osaka, &code, plenty)), None, "{opcode:#04x}");
    }
    // A full stack.
    for opcode in [0x41, 0x47, 0x48, 0x4a] {
        for (height, recorded) in [(1023, true), (1024, false)] {
            let mut code = vec![PUSH0; height];
            code.push(opcode);
            let recording = run(Fork::Cancun, &code.into(), plenty);
            assert_eq!(second(&recording).is_some(), recorded, "{opcode:#04x} {height}");
        }
    }
    // An opcode of a later fork.
    for (opcode, fork) in [(0x48, Fork::Berlin), (0x4a, Fork::Shanghai), (0x49, Fork::Shanghai)] {
        assert_eq!(second(&run(fork, &guest(opcode, &[U256::ZERO]), plenty)), None);
    }
    // Memory that no gas pays for.
    let copy = [word(OTHER), U256::MAX, U256::ZERO, U256::ONE];
    assert_eq!(second(&run(Fork::Osaka, &guest(0x3c, &copy), plenty)), None);
}

#[test]
fn static_context_leaves_no_record() {
    // The guest calls itself statically if it was not called by itself, else runs the opcode.
    for (opcode, operands, recorded) in [
        (0x55, vec![U256::ZERO; 2], false),
        (0x5d, vec![U256::ZERO; 2], false),
        (0x5c, vec![U256::ZERO; 1], true),
        (0xa0, vec![U256::ZERO; 2], false),
        (0xf0, vec![U256::ZERO; 3], false),
        (0xff, vec![U256::ZERO; 1], false),
        (0xf1, [0, 0, 1, 0, 0, 0, 0].map(U256::from).to_vec(), false),
        (0xf2, [0, 0, 1, 0, 0, 0, 0].map(U256::from).to_vec(), true),
    ] {
        let inner = guest(opcode, &operands);
        let mut code = vec![0x33, 0x30, 0x14, PUSH1, 0, 0x57];
        code.extend([PUSH0, PUSH0, PUSH0, PUSH0]);
        push_address(&mut code, GUEST);
        code.extend([0x5a, 0xfa, 0x00]);
        code[4] = code.len() as u8;
        code.push(0x5b);
        code.extend(inner);
        let recording = run(Fork::Osaka, &code.into(), 200_000);
        let witness = &recording.messages[1].witness;
        assert!(witness.isStatic);
        assert_eq!(witness.stateAccessList.len() > 1, recorded, "{opcode:#04x}");
    }
}
