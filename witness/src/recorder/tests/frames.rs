//! The outcomes of calls and creations that open no frame, and what a frame says of itself.

use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use revm::{
    Context, ExecuteCommitEvm, InspectEvm, MainBuilder, MainContext,
    context::{ContextTr, JournalTr, TxEnv},
    database::InMemoryDB,
    primitives::{KECCAK_EMPTY, TxKind, hardfork::SpecId},
    state::{AccountInfo, Bytecode},
};

use super::{DELEGATING, GUEST, OTHER, PUSH0, SENDER, execution, guest, push_address, run, second};
use crate::{
    Execution, RecordedMessage, Recorder,
    prestate::state_trie,
    proof::Proof,
    record,
    state_root::{Account, StateTrie},
};
use iso_evm_wire::{
    Fork,
    records::{Outcome, Record},
};

/// CREATE or CREATE2 of an empty initcode that takes `value`.
fn creation(opcode: u8, value: u64) -> Bytes {
    let operands = if opcode == 0xf5 { 4 } else { 3 };
    let mut operands = vec![U256::ZERO; operands];
    operands[0] = U256::from(value);
    guest(opcode, &operands)
}

fn created(execution: &Execution) -> (u8, u64, u64, u8, Bytes) {
    match second(&record(execution).expect("valid")).expect("a record") {
        Record::Create(r) => (r.outcome, r.gas, r.gasUsed, r.status, r.returndata),
        Record::Create2(r) => (r.outcome, r.gas, r.gasUsed, r.status, r.returndata),
        other => panic!("{other:?}"),
    }
}

#[test]
fn creations_without_a_frame() {
    let gas = 200_000;
    // All but one 64th of what is left after three pushes and the opcode.
    let left = gas - 3 * 3 - 32_000;
    let given = left - left / 64;
    let mut run = execution(Fork::Osaka, creation(0xf0, 1001), gas);
    assert_eq!(created(&run), (Outcome::Balance as u8, given, 0, 0, Bytes::new()));
    run = execution(Fork::Osaka, creation(0xf0, 0), gas);
    run.prestate.entry(GUEST).or_default().nonce = u64::MAX;
    assert_eq!(created(&run), (Outcome::Nonce as u8, given, 0, 0, Bytes::new()));
    run = execution(Fork::Osaka, creation(0xf0, 0), gas);
    run.prestate.entry(GUEST.create(0)).or_default().nonce = 1;
    assert_eq!(created(&run), (Outcome::Collision as u8, given, given, 0, Bytes::new()));
    run = execution(Fork::Osaka, creation(0xf5, 0), gas);
    let target = GUEST.create2(B256::ZERO, KECCAK_EMPTY);
    run.prestate.entry(target).or_default().code = vec![0].into();
    let given = left - 3 - (left - 3) / 64;
    assert_eq!(created(&run), (Outcome::Collision as u8, given, given, 0, Bytes::new()));
    // With nothing in the way, even empty initcode is a message.
    run = execution(Fork::Osaka, creation(0xf5, 0), gas);
    assert_eq!(created(&run), (Outcome::Child as u8, given, 0, 1, Bytes::new()));
    let recording = record(&run).expect("valid");
    assert_eq!(recording.messages.len(), 2);
    let witness = &recording.messages[1].witness;
    assert_eq!((witness.to, witness.context), (Address::ZERO, target));
    assert_eq!(witness.returndataHash, keccak256([]));
}

#[test]
fn depth_of_1024() {
    // Calls itself with all gas for ever.
    let mut code = vec![PUSH0; 5];
    push_address(&mut code, GUEST);
    code.extend([0x5a, 0xf1]);
    let mut run = execution(Fork::Cancun, code.into(), 0);
    run.tx.gas_limit = u64::MAX / 2;
    let recording = record(&run).expect("valid");
    assert_eq!(recording.messages.len(), 1025);
    let last = &recording.messages[1024];
    assert_eq!((last.depth, last.parent), (1024, Some(1023)));
    let record = Record::decode(&last.witness.stateAccessList[1]).expect("a record");
    let Record::Call(0xf1, call) = record else { panic!("{record:?}") };
    assert_eq!((call.outcome, call.gasUsed, call.status), (Outcome::Depth as u8, 0, 0));
}

/// The code that runs under a delegation is the delegate's, in the delegating account's context.
#[test]
fn delegation_in_calls() {
    let mut code = vec![PUSH0; 5];
    push_address(&mut code, DELEGATING);
    code.extend([0x5a, 0xf1]);
    let recording = run(Fork::Prague, &code.clone().into(), 100_000);
    let witness = &recording.messages[1].witness;
    assert_eq!((witness.to, witness.context), (OTHER, DELEGATING));
    assert_eq!(recording.messages[1].code, Bytes::from(vec![0; 40]));
    // Before Prague the designator is code that halts at once.
    let recording = run(Fork::Cancun, &code.into(), 100_000);
    let witness = &recording.messages[1].witness;
    assert_eq!((witness.to, witness.status), (DELEGATING, U256::ZERO));
}

/// A contract that makes a child with CREATE2 if called with data, else calls it, and the child then
/// destroys itself: made, destroyed, made anew and destroyed again, in four transactions. revm keeps
/// them in one journal or in four; the recordings must not tell.
#[test]
fn earlier_transactions_in_the_same_journal() {
    // PUSH1 0x11, PUSH0, SSTORE; deploys CALLER SELFDESTRUCT.
    let initcode = [0x60, 0x11, 0x5f, 0x55, 0x61, 0x33, 0xff, 0x5f, 0x52, 0x60, 2, 0x60, 30, 0xf3];
    let child = GUEST.create2(B256::ZERO, keccak256(initcode));
    // With data: jump over the call.
    let mut code = vec![0x36, 0x60, 0, 0x57, PUSH0, PUSH0, PUSH0, PUSH0, 0x60, 1];
    push_address(&mut code, child);
    code.extend([0x5a, 0xf1, 0x00]);
    code[2] = code.len() as u8;
    code.extend([0x5b, 0x6d]);
    code.extend(initcode);
    code.extend([PUSH0, 0x52, PUSH0, 0x60, 14, 0x60, 18, 0x60, 3, 0xf5]);
    let base = execution(Fork::Shanghai, code.into(), 0);
    let datas = [&[1u8][..], &[], &[1], &[]];
    let txs: Vec<TxEnv> = (0..)
        .zip(datas)
        .map(|(nonce, data)| TxEnv {
            nonce,
            data: data.to_vec().into(),
            gas_limit: 500_000,
            kind: TxKind::Call(GUEST),
            ..base.tx.clone()
        })
        .collect();

    let mut database = InMemoryDB::default();
    let mut state = StateTrie::new();
    for (address, account) in &base.prestate {
        let code = Bytecode::new_legacy(account.code.clone());
        let info = AccountInfo::from_bytecode(code).with_nonce(0).with_balance(account.balance);
        let (balance, code_hash) = (info.balance, info.code_hash);
        state.set_account(*address, Some(Account { nonce: 0, balance, code_hash }));
        database.insert_account_info(*address, info);
    }
    let run = |finalize: bool| -> Vec<(Vec<RecordedMessage>, B256, Proof)> {
        let mut state = state.clone();
        let mut evm = Context::mainnet()
            .with_db(database.clone())
            .with_block(base.block.clone())
            .modify_cfg_chained(|cfg| cfg.set_spec_and_mainnet_gas_params(SpecId::SHANGHAI))
            .build_mainnet_with_inspector(Recorder::new(StateTrie::new()));
        let mut runs = Vec::new();
        for tx in &txs {
            let result = evm.inspect_one(tx.clone(), Recorder::new(state.clone())).expect("valid");
            assert!(result.is_success());
            let recorder = std::mem::replace(&mut evm.inspector, Recorder::new(StateTrie::new()));
            let after = recorder.finish(evm.ctx.journal_mut().evm_state()).expect("recorded");
            state = after.state;
            runs.push((after.messages, after.state_root_leave, after.proof));
            if finalize {
                evm.commit_inner();
            }
        }
        runs
    };
    let (apart, together) = (run(true), run(false));
    assert_eq!(apart.iter().map(|run| run.0.len()).collect::<Vec<_>>(), [2, 2, 2, 2]);
    assert_eq!(together, apart);
}

/// An account that has storage and nothing else keeps it: a creation there collides (EIP-7610), whatever
/// its initcode would do.
#[test]
fn creation_over_storage() {
    for end in [0xfd, 0xf3] {
        // PUSH1 0x11, PUSH0, SSTORE, then RETURN or REVERT.
        let initcode = [0x60, 0x11, PUSH0, 0x55, PUSH0, PUSH0, end];
        let mut code = vec![0x66];
        code.extend(initcode);
        code.extend([PUSH0, 0x52, PUSH0, 0x60, 7, 0x60, 25, PUSH0, 0xf5]);
        let mut run = execution(Fork::Cancun, code.into(), 200_000);
        let target = GUEST.create2(B256::ZERO, keccak256(initcode));
        let account = run.prestate.entry(target).or_default();
        account.balance = U256::from(3);
        account.storage.insert(B256::with_last_byte(7), B256::with_last_byte(8));

        let mut after = run.prestate.clone();
        for bumped in [SENDER, GUEST] {
            after.entry(bumped).or_default().nonce += 1;
        }
        let recording = record(&run).expect("valid");
        assert_eq!(recording.messages.len(), 1);
        let (outcome, gas, gas_used, ..) = created(&run);
        assert_eq!((outcome, gas_used), (Outcome::Collision as u8, gas));
        let expected = state_trie(&after).root().expect("all is known");
        assert_eq!(recording.messages[0].witness.stateRootLeave, expected);
        assert_eq!(recording.state_root_leave, expected);
    }
}
