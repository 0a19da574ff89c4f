//! What is at an archive's address already, what asks the factory, and what is created otherwise:
//! `archive()` never says success while a part is not what it should be.

use alloy_primitives::{Address, B256, Bytes, TxKind, U256, hex, keccak256};
use iso_evm_hypervisor::{
    ArchiveKey,
    archive::{
        DEFAULT_FACTORY, PART_SIZE, archive_address, archive_initcode, archive_parts, archive_salt,
    },
    emit_archive_factory,
};
use revm::{
    bytecode::opcode::*, context::result::ExecutionResult, database::DbAccount,
    primitives::hardfork::SpecId, state::AccountInfo,
};

use super::{FACTORY, attempt::archive_call};
use crate::harness::{
    host::{Host, USER},
    program::Program,
};

const ACCOUNT: Address = Address::repeat_byte(0xac);
const KEYS: [ArchiveKey; 2] = [ArchiveKey::CodeHash, ArchiveKey::Account];

fn code(size: usize, seed: usize) -> Bytes {
    (0..size).map(|at| ((at * 7 + seed) % 251) as u8 + 1).collect()
}

/// A chain with a factory that takes archives from `USER`.
fn host(key: ArchiveKey) -> Host {
    let mut host = Host::new(SpecId::PRAGUE);
    host.put(FACTORY, emit_archive_factory(key, Some(USER)).code);
    host
}

fn addresses(key: ArchiveKey, code: &[u8]) -> Vec<(Address, Bytes)> {
    let salt = archive_salt(key, keccak256(code), ACCOUNT);
    let at = |(part, bytes)| (archive_address(FACTORY, salt, part), bytes);
    (0..).zip(archive_parts(code)).map(at).collect()
}

/// Whether `archive()` says success; if so each part must be exact.
fn archive(host: &mut Host, key: ArchiveKey, code: &Bytes) -> bool {
    let call = archive_call(key, ACCOUNT, code.clone());
    let done = host.send(USER, TxKind::Call(FACTORY), call.into());
    if done.is_success() {
        for (address, bytes) in addresses(key, code) {
            assert_eq!(host.code(address), bytes);
        }
    }
    done.is_success()
}

#[test]
fn an_account_that_has_an_archive_gets_no_other() {
    let key = ArchiveKey::Account;
    let full = code(PART_SIZE, 1);
    let longer: Bytes = [&full[..], &code(10, 3)].concat().into();
    let two_full: Bytes = [&full[..], &code(PART_SIZE, 4)].concat().into();
    let codes = [
        code(0, 1),
        code(100, 1),
        code(100, 2),
        code(99, 1),
        full,
        code(PART_SIZE, 2),
        longer,
        two_full,
        code(PART_SIZE + 10, 5),
    ];
    for first in &codes {
        for second in &codes {
            let mut host = host(key);
            assert!(archive(&mut host, key, first));
            assert_eq!(archive(&mut host, key, second), first == second);
            // the one that is there stays as it was, with nothing behind it
            let parts = addresses(key, first);
            let next = archive_address(FACTORY, ACCOUNT.into_word(), parts.len() as u64);
            assert!(host.code(next).is_empty());
            assert!(archive(&mut host, key, first));
        }
    }
}

/// What cannot come to these addresses, put there: by a factory that was deceived, by a chain that
/// began with it, by a collision.
#[test]
fn whatever_else_is_there_is_no_archive() {
    let code = code(2 * PART_SIZE, 1);
    for key in KEYS {
        let parts = addresses(key, &code);
        let after = archive_address(FACTORY, archive_salt(key, keccak256(&code), ACCOUNT), 2);
        for at in 0..=parts.len() {
            let (address, truth) =
                parts.get(at).cloned().unwrap_or((after, Bytes::from_static(&[0])));
            let mut flipped = truth.to_vec();
            *flipped.last_mut().unwrap() ^= 1;
            let foreign: [&[u8]; 5] = [
                &truth[..truth.len() - 1],
                &flipped,
                &[0],
                &hex!("00602a60005260206000f3"),
                &hex!("ef01000000000000000000000000000000000000000000"),
            ];
            for foreign in foreign.iter().filter(|foreign| !foreign.is_empty()) {
                // the others absent, or there and right
                for others in [false, true] {
                    let mut host = host(key);
                    for (index, (address, bytes)) in parts.iter().enumerate() {
                        if others && index != at {
                            host.put(*address, bytes.clone());
                        }
                    }
                    host.put(address, foreign.to_vec());
                    assert!(!archive(&mut host, key, &code), "{key:?}, part {at}, {others}");
                }
            }
            // an account that was created without code
            if at < parts.len() {
                let mut host = host(key);
                let empty = AccountInfo { nonce: 1, ..AccountInfo::default() };
                host.state.insert_account_info(address, empty);
                assert!(!archive(&mut host, key, &code), "{key:?}, part {at} empty");
                // money alone is nobody's archive, and in nobody's way
                let rich = AccountInfo { balance: U256::from(1), ..AccountInfo::default() };
                host.state.cache.accounts.insert(address, DbAccount::from(rich));
                assert!(archive(&mut host, key, &code), "{key:?}, part {at} with money");
            }
        }
        // whole but for a part in the middle or at the end
        for missing in 0..parts.len() {
            let mut host = host(key);
            for (index, (address, bytes)) in parts.iter().enumerate() {
                if index != missing {
                    host.put(*address, bytes.clone());
                }
            }
            // by the first part's absence all are made; else there is another code's archive
            assert_eq!(archive(&mut host, key, &code), missing == 0, "{key:?}, without {missing}");
        }
    }
}

/// Makes calls of the factory one after another, each with its gas and calldata; answers with a
/// word of success for each.
fn calls(host: &mut Host, calls: &[(u64, Vec<u8>)]) -> Vec<bool> {
    const ANSWERS: usize = 1 << 17;
    let caller = Address::repeat_byte(0xca);
    let mut program = Program::new();
    let mut data = Vec::new();
    for (index, (gas, call)) in calls.iter().enumerate() {
        program = program.push(call.len()).push(data.len()).push(0).op([CALLDATACOPY]);
        program = program.push(0).push(0).push(call.len()).push(0).push(0);
        program = program.push_address(FACTORY).push(*gas).op([CALL]);
        program = program.push(ANSWERS + 32 * index).op([MSTORE]);
        data.extend(call);
    }
    program = program.push(32 * calls.len()).push(ANSWERS).op([RETURN]);
    host.put(caller, program.build());
    let done = host.send(USER, TxKind::Call(caller), data.into());
    let output = done.output().expect("an answer");
    assert!(done.is_success());
    output.chunks(32).map(|word| word[31] == 1).collect()
}

#[test]
fn a_failed_archiving_leaves_nothing_to_the_next_call_of_its_transaction() {
    let key = ArchiveKey::CodeHash;
    let large = code(PART_SIZE + 700, 1);
    let small = code(40, 2);
    let call = |code: &Bytes| archive_call(key, ACCOUNT, code.clone());
    const ALL: u64 = u64::MAX;
    // Enough for the first part and not for the second; then the same, another, and the answer.
    for gas in (0..6_000_000).step_by(90_001) {
        let mut host = host(key);
        let sent =
            [(gas, call(&large)), (ALL, call(&small)), (ALL, call(&large)), (ALL, Vec::new())];
        let succeeded = calls(&mut host, &sent);
        assert_eq!(succeeded[1..], [true; 3], "{gas}");
        for code in [&large, &small] {
            for (address, bytes) in addresses(key, code) {
                assert_eq!(host.code(address), bytes, "{gas}");
            }
        }
    }
}

#[test]
fn the_answer_is_for_the_part_under_way_alone() {
    for key in KEYS {
        let mut host = host(key);
        for _ in 0..2 {
            let asked = host.send(Address::repeat_byte(9), TxKind::Call(FACTORY), Bytes::new());
            assert!(asked.is_success() && asked.output().is_none_or(|answer| answer.is_empty()));
            assert!(archive(&mut host, key, &code(100, 1)));
        }
    }
}

/// The init code, created by somebody else: it deploys what its creator answers, and nothing where
/// that does not answer.
#[test]
fn without_an_answer_the_init_code_deploys_nothing() {
    let initcode = archive_initcode();
    // Called without calldata it does as it is told; with any it creates, and answers with the
    // address that came of it.
    let creator = |answers: &[u8]| -> Vec<u8> {
        let mut code =
            vec![CALLDATASIZE, ISZERO, PUSH1, 0, JUMPI, PUSH1 + initcode.len() as u8 - 1];
        code.extend_from_slice(&initcode);
        code.extend([PUSH0, MSTORE, PUSH0, PUSH1, initcode.len() as u8, PUSH1]);
        code.extend([32 - initcode.len() as u8, PUSH0, CREATE2, PUSH0, MSTORE]);
        code.extend([PUSH1, 32, PUSH0, RETURN]);
        code[3] = code.len() as u8;
        code.push(JUMPDEST);
        code.extend_from_slice(answers);
        code
    };
    let by = Address::repeat_byte(0xcb);
    let address = by.create2(B256::ZERO, keccak256(&initcode));
    let asked: [(&[u8], Option<&[u8]>); 6] = [
        (&[PUSH1, 3, PUSH0, RETURN], Some(&[0, 0, 0])),
        (&[STOP], None),
        (&[PUSH0, PUSH0, RETURN], None),
        (&[PUSH1, 3, PUSH0, REVERT], None),
        (&[INVALID], None),
        (&[JUMPDEST, PUSH1, 80, JUMP], None),
    ];
    for (answers, deployed) in asked {
        let mut host = Host::new(SpecId::CANCUN);
        host.put(by, creator(answers));
        let done = host.send(USER, TxKind::Call(by), Bytes::from_static(&[1]));
        let ExecutionResult::Success { output, .. } = done else { panic!("{done:?}") };
        let created = Address::from_word(B256::from_slice(output.data()));
        assert_eq!(created, if deployed.is_some() { address } else { Address::ZERO });
        assert_eq!(host.code(address), deployed.unwrap_or_default().to_vec());
    }
}

/// A factory takes no money, in whichever way it is called.
#[test]
fn money_is_refused() {
    let factory = emit_archive_factory(ArchiveKey::CodeHash, None);
    let mut host = Host::new(SpecId::OSAKA);
    host.put(DEFAULT_FACTORY, factory.code);
    let payer = Address::repeat_byte(0xee);
    for data in [Vec::new(), archive_call(ArchiveKey::CodeHash, ACCOUNT, code(9, 9))] {
        let program = Program::new().push(data.len()).push(0).push(0).op([CALLDATACOPY]);
        let program = program.push(0).push(0).push(data.len()).push(0).push(1);
        let program = program.push_address(DEFAULT_FACTORY).op([GAS, CALL]).return_word();
        let rich = AccountInfo { balance: U256::from(1), ..AccountInfo::default() };
        let code = revm::state::Bytecode::new_legacy(program.build().into());
        host.state.insert_account_info(payer, rich.with_code(code));
        let done = host.send(USER, TxKind::Call(payer), data.into());
        assert_eq!(done.output().expect("an answer")[..], [0; 32]);
    }
}
