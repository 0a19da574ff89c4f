//! Facts against what the state given says, and against EIP-2929 and EIP-7702.

use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use revm::context::transaction::{AccessList, AccessListItem};

use super::{
    DELEGATING, GUEST, NOBODY, OTHER, PUSH0, SENDER, execution, guest, push_address, word,
};
use crate::{Execution, record};
use iso_evm_wire::{
    Fork,
    records::{CallRecord, Outcome, Record},
};

const GAS: u64 = 1_000_000;

/// All records of a message but the opening one.
fn records(run: &Execution, message: usize) -> Vec<Record> {
    let recording = record(run).expect("valid");
    let list = &recording.messages[message].witness.stateAccessList[1..];
    list.iter().map(|access| Record::decode(access).expect("a record")).collect()
}

/// A guest that runs these opcodes, each on the one operand given.
fn guests(steps: &[(u8, U256)]) -> Bytes {
    steps.iter().flat_map(|(opcode, operand)| guest(*opcode, &[*operand])).collect()
}

/// Whether each access was cold.
fn cold(run: &Execution, message: usize) -> Vec<bool> {
    let flag = |record| match record {
        Record::Balance(record) => Some(record.cold),
        Record::Extcodesize(record) => Some(record.cold),
        Record::Extcodehash(record) => Some(record.cold),
        Record::Sload(record) => Some(record.cold),
        _ => None,
    };
    records(run, message).into_iter().filter_map(flag).collect()
}

#[test]
fn accounts_as_the_state_has_them() {
    let designator = [&[0xef, 0x01, 0x00][..], OTHER.as_slice()].concat();
    for (account, balance, size, hash) in [
        (OTHER, 5, 40, keccak256([0; 40])),
        (DELEGATING, 6, 23, keccak256(designator)),
        (NOBODY, 0, 0, B256::ZERO),
        (Address::with_last_byte(1), 0, 0, B256::ZERO),
    ] {
        let code = guests(&[(0x31, word(account)), (0x3b, word(account)), (0x3f, word(account))]);
        let found = records(&execution(Fork::Prague, code, GAS), 0);
        let [Record::Balance(a), Record::Extcodesize(b), Record::Extcodehash(c)] = &found[..]
        else {
            panic!("{found:?}")
        };
        assert_eq!((a.account, a.balance), (account, U256::from(balance)));
        assert_eq!((b.account, b.size), (account, U256::from(size)));
        assert_eq!((c.account, c.codeHash), (account, hash));
    }
    let copy = guest(0x3c, &[word(DELEGATING), U256::ZERO, U256::from(20), U256::from(64)]);
    let found = records(&execution(Fork::Prague, copy, GAS), 0);
    let [Record::Extcodecopy(copied)] = &found[..] else { panic!("{found:?}") };
    assert_eq!(copied.code, Bytes::copy_from_slice(&OTHER[17..]));
}

#[test]
fn cold_once_and_never_where_the_transaction_warms() {
    let (read, load) = (0x31, 0x54);
    let steps = [
        (read, word(OTHER)),
        (0x3b, word(OTHER)),
        (0x3f, word(GUEST)),
        (read, word(SENDER)),
        (read, word(Address::with_last_byte(5))),
        (read, word(Address::repeat_byte(0xcb))),
        (load, U256::ONE),
        (load, U256::ONE),
        (load, U256::from(2)),
    ];
    let mut run = execution(Fork::Shanghai, guests(&steps), GAS);
    let expected = [true, false, false, false, false, false, true, false, true];
    assert_eq!(cold(&run, 0), expected);
    run.rules = Fork::Paris.into();
    let expected = [true, false, false, false, false, true, true, false, true];
    assert_eq!(cold(&run, 0), expected);
    run.rules = Fork::Istanbul.into();
    assert_eq!(cold(&run, 0), [false; 9]);

    run.rules = Fork::Berlin.into();
    run.tx.tx_type = 1;
    let item = |address, keys: &[u8]| AccessListItem {
        address,
        storage_keys: keys.iter().map(|key| B256::with_last_byte(*key)).collect(),
    };
    run.tx.access_list = AccessList(vec![item(OTHER, &[]), item(GUEST, &[2])]);
    let expected = [false, false, false, false, false, true, true, false, false];
    assert_eq!(cold(&run, 0), expected);
}

/// Warmth reverts with the frame that made it.
#[test]
fn cold_again_after_a_revert() {
    // Called by itself: two reads, then REVERT. Else calls itself, then reads the same.
    let reads = guests(&[(0x31, word(OTHER)), (0x54, U256::ONE)]);
    let mut code = vec![0x33, 0x30, 0x14, 0x60, 0, 0x57, PUSH0, PUSH0, PUSH0, PUSH0, PUSH0];
    push_address(&mut code, GUEST);
    code.extend([0x5a, 0xf1]);
    code.extend(&reads);
    code.push(0x00);
    code[4] = code.len() as u8;
    code.push(0x5b);
    code.extend(&reads);
    code.extend([PUSH0, PUSH0, 0xfd]);
    let mut run = execution(Fork::Shanghai, code.clone().into(), GAS);
    assert_eq!(cold(&run, 1), [true, true]);
    assert_eq!(cold(&run, 0), [true, true]);
    // RETURN in place of REVERT.
    *code.last_mut().expect("code") = 0xf3;
    run = execution(Fork::Shanghai, code.into(), GAS);
    assert_eq!(cold(&run, 0), [false, false]);
}

#[test]
fn a_calls_record_has_warmth_emptiness_and_delegation() {
    let called = |fork: Fork, account: Address, before: &[(u8, U256)]| -> CallRecord {
        let mut code = guests(before).to_vec();
        code.extend([PUSH0; 5]);
        push_address(&mut code, account);
        code.extend([0x5a, 0xf1]);
        let found = records(&execution(fork, code.into(), GAS), 0);
        match found.last() {
            Some(Record::Call(0xf1, record)) => record.clone(),
            other => panic!("{other:?}"),
        }
    };
    let facts = |r: CallRecord| {
        (r.cold, r.empty, r.delegated, r.delegate, r.delegateCold, Outcome::from_number(r.outcome))
    };
    let none = Address::ZERO;
    let child = Some(Outcome::Child);
    let nocode = Some(Outcome::Nocode);
    let fork = Fork::Prague;
    assert_eq!(facts(called(fork, OTHER, &[])), (true, false, false, none, false, child));
    assert_eq!(facts(called(fork, NOBODY, &[])), (true, true, false, none, false, nocode));
    assert_eq!(facts(called(fork, DELEGATING, &[])), (true, false, true, OTHER, true, child));
    let warm = [(0x31, word(OTHER))];
    assert_eq!(facts(called(fork, DELEGATING, &warm)), (true, false, true, OTHER, false, child));
    let precompile = Address::with_last_byte(4);
    let ran = Some(Outcome::Precompile);
    assert_eq!(facts(called(fork, precompile, &[])), (false, true, false, none, false, ran));
    let before = called(Fork::Shanghai, DELEGATING, &[]);
    assert_eq!(facts(before), (true, false, false, none, false, child));
}

#[test]
fn a_writes_record_has_the_original_and_current_value() {
    // Slot 1 holds 9: written 8, then 9 again, then 0.
    let code: Bytes =
        [8, 9, 0].iter().flat_map(|value| guest(0x55, &[U256::ONE, U256::from(*value)])).collect();
    let found = records(&execution(Fork::Osaka, code, GAS), 0);
    let mut roots = Vec::new();
    for (record, (value, current)) in found.iter().zip([(8, 9), (9, 8), (0, 9)]) {
        let Record::Sstore(record) = record else { panic!("{record:?}") };
        let small = B256::with_last_byte;
        let facts = (record.value, record.original, record.current, record.cold);
        assert_eq!(facts, (small(value), small(9), small(current), value == 8));
        roots.push(record.stateRoot);
    }
    let enter = record(&execution(Fork::Osaka, Bytes::from(vec![0]), GAS)).expect("valid");
    assert_eq!(roots.len(), 3);
    assert!(roots[0] != roots[1] && roots[1] != roots[2]);
    assert_ne!(enter.state_root_enter, roots[1], "gas was free, but the nonce has grown");
}

#[test]
fn a_selfdestructs_record_has_warmth_emptiness_and_balance() {
    for (beneficiary, cold, empty) in
        [(OTHER, true, false), (NOBODY, true, true), (GUEST, false, false)]
    {
        for fork in [Fork::Shanghai, Fork::Cancun] {
            let code = guest(0xff, &[word(beneficiary)]);
            let found = records(&execution(fork, code, GAS), 0);
            let [Record::Selfdestruct(record)] = &found[..] else { panic!("{found:?}") };
            assert_eq!(record.beneficiary, beneficiary);
            assert_eq!((record.cold, record.empty), (cold, empty), "{beneficiary}");
            assert_eq!(record.balance, U256::from(1000));
        }
    }
}
