//! `ReadProver`: of each fact the truth, which convicts nobody, and a lie, which is told.

use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use iso_evm_verifier::audit::AccessKind;
use iso_evm_wire::records::{
    BlobhashRecord, BlockhashRecord, Record, TransientRecord, ValueRecord,
};

use super::{
    answer::{Prover, ask},
    asking::{ALL_FORKS, Asking, but},
    effect::BENEFICIARY,
    records::{balance, extcodecopy, extcodehash, extcodesize, sload, sstore},
    world::{ABSENT, CODE, CODED, CONTEXT, EMPTY, RICH, word},
};

#[test]
fn what_accounts_have() {
    for fork in ALL_FORKS {
        let asking = Asking { rules: fork.into(), ..Asking::shows(CODE) };
        let (world, rules) = (&asking.world, asking.rules);
        let two = Address::with_last_byte(2);
        for who in [RICH, EMPTY, ABSENT, CODED, two, BENEFICIARY] {
            let record = balance(world, rules, who);
            asking.holds(Record::Balance(record.clone()));
            let cold = record.cold;
            let lie = but!(record.clone(), cold = !cold);
            asking.lies(Record::Balance(lie), AccessKind::Cold, [cold, !cold]);
            let (is, says) = (record.balance.to::<u64>(), 55_u64);
            let lie = but!(record, balance = U256::from(says));
            asking.lies(Record::Balance(lie), AccessKind::Balance, [is, says]);
            let record = extcodehash(world, rules, who);
            asking.holds(Record::Extcodehash(record.clone()));
            let (is, says) = (record.codeHash, B256::repeat_byte(1));
            let lie = but!(record, codeHash = says);
            asking.lies(Record::Extcodehash(lie), AccessKind::CodeHash, [is, says]);
        }
        for who in [CODED, RICH] {
            let record = extcodesize(world, rules, who);
            asking.holds(Record::Extcodesize(record.clone()));
            let is = record.size.to::<u64>();
            let lie = but!(record, size = U256::from(9));
            asking.lies(Record::Extcodesize(lie), AccessKind::CodeSize, [is, 9]);
        }
        let own = Record::Value(0x47, ValueRecord { value: U256::from(1_000) });
        asking.holds(own);
        let lie = Record::Value(0x47, ValueRecord { value: U256::from(1_001) });
        asking.lies(lie, AccessKind::Balance, [1_000_u64, 1_001]);
    }
}

#[test]
fn what_code_is() {
    let asking = Asking::shows(CODE);
    let (world, rules) = (&asking.world, asking.rules);
    for (offset, size) in [(0, 6), (2, 3), (4, 100), (6, 1), (99, 1), (0, 0)] {
        let record = extcodecopy(world, rules, offset, size);
        asking.holds(Record::Extcodecopy(record.clone()));
        let lie = but!(record.clone(), code = Bytes::from_static(&[1; 40]));
        let words = [keccak256(&record.code), keccak256(&lie.code)];
        asking.lies(Record::Extcodecopy(lie), AccessKind::Code, words);
    }
    let huge = but!(extcodecopy(world, rules, 9, 9), offset = U256::MAX, size = U256::MAX);
    asking.holds(Record::Extcodecopy(huge));
    // Code that is not shown, or another, decides nothing.
    let lie = but!(extcodesize(world, rules, CODED), size = U256::from(9));
    Asking::new().of(Record::Extcodesize(lie.clone())).reverts();
    Asking::shows(&[1]).of(Record::Extcodesize(lie)).reverts();
}

#[test]
fn what_slots_hold() {
    for fork in ALL_FORKS {
        let asking = Asking { rules: fork.into(), ..Asking::new() };
        let (world, rules) = (&asking.world, asking.rules);
        for key in [1, 2, 3, 4, 77] {
            let record = sload(world, rules, key);
            asking.holds(Record::Sload(record.clone()));
            let cold = record.cold;
            let lie = but!(record.clone(), cold = !cold);
            asking.lies(Record::Sload(lie), AccessKind::Cold, [cold, !cold]);
            let is = record.value;
            let lie = but!(record, value = word(5));
            asking.lies(Record::Sload(lie), AccessKind::Value, [is, word(5)]);
            let record = sstore(world, rules, key, word(9));
            asking.holds(Record::Sstore(record.clone()));
            let lie = but!(record.clone(), original = word(5), current = word(5));
            asking.lies(Record::Sstore(lie), AccessKind::Original, [record.original, word(5)]);
            let lie = but!(record.clone(), current = word(5));
            asking.lies(Record::Sstore(lie), AccessKind::Current, [record.current, word(5)]);
            let lie = but!(record, cold = !cold);
            asking.lies(Record::Sstore(lie), AccessKind::Cold, [cold, !cold]);
        }
        let record = TransientRecord { key: word(1), value: word(11) };
        asking.holds(Record::Tload(record.clone()));
        let lie = but!(record, key = word(2));
        asking.lies(Record::Tload(lie), AccessKind::Transient, [word(0), word(11)]);
    }
}

#[test]
fn the_original_of_an_account_that_was_created_is_zero() {
    let mut asking = Asking::new();
    asking.world.created.insert(iso_evm_wire::claim::sets::account(CONTEXT));
    let record = sstore(&asking.world, asking.rules, 1, word(9));
    assert!(record.original.is_zero() && !record.current.is_zero());
    asking.holds(Record::Sstore(record));
}

#[test]
fn what_the_block_has() {
    let asking = Asking::new();
    let words = [
        (0x41, BENEFICIARY.into_word()),
        (0x42, word(2_000)),
        (0x43, word(1_000)),
        (0x44, B256::repeat_byte(5)),
        (0x45, word(3_000)),
        (0x46, word(17)),
        (0x48, word(4_000)),
        (0x4a, word(6_000)),
    ];
    for (opcode, is) in words {
        asking.holds(Record::Value(opcode, ValueRecord { value: is.into() }));
        let lie = Record::Value(opcode, ValueRecord { value: U256::from(12) });
        asking.lies(lie, AccessKind::Block, [is, word(12)]);
    }
    // Blobs are the transaction's.
    asking.of(Record::Blobhash(BlobhashRecord { index: U256::ZERO, hash: word(1) })).reverts();
}

#[test]
fn hashes_of_ancestors() {
    for back in [1, 2, 255, 256] {
        let asking = Asking { back: Some(back), ..Asking::new() };
        let (number, is) = (U256::from(1_000 - back), word(7_000 + back - 1));
        asking.holds(Record::Blockhash(BlockhashRecord { number, hash: is }));
        let lie = Record::Blockhash(BlockhashRecord { number, hash: word(1) });
        asking.lies(lie.clone(), AccessKind::BlockHash, [is, word(1)]);
        // Another ancestor's path shows nothing of this one.
        Asking { back: Some(back % 256 + 1), ..Asking::new() }.of(lie).is_not_among(0);
    }
    let asking = Asking::new();
    for number in [U256::from(1_000), U256::from(1_001), U256::from(743), U256::ZERO, U256::MAX] {
        asking.holds(Record::Blockhash(BlockhashRecord { number, hash: word(0) }));
        let lie = Record::Blockhash(BlockhashRecord { number, hash: word(1) });
        asking.lies(lie, AccessKind::BlockHash, [word(0), word(1)]);
    }
}

#[test]
fn what_is_passed_over_needs_no_nodes_and_is_not_told() {
    let asking = Asking::new();
    let truth = balance(&asking.world, asking.rules, RICH);
    let lie = but!(truth, cold = true, balance = U256::from(1));
    asking.lies(Record::Balance(lie.clone()), AccessKind::Cold, [false, true]);
    let skip = U256::MAX ^ (U256::from(1) << (AccessKind::Balance as usize));
    let asking = Asking { skip, ..asking };
    asking.lies(Record::Balance(lie.clone()), AccessKind::Balance, [1_000_u64, 1]);
    let (commitment, mut read) = asking.proof(Record::Balance(lie));
    read.nodes = Bytes::new();
    ask(Prover::Read, commitment.root(), &read).reverts();
}
