//! What ends a recording with an error.

use alloy_primitives::{Bytes, U256};
use revm::{
    Context, InspectEvm, MainBuilder, MainContext,
    context::{
        BlockEnv, TxEnv,
        result::{EVMError, InvalidTransaction},
    },
    database::InMemoryDB,
    database_interface::WrapDatabaseRef,
    primitives::{TxKind, hardfork::SpecId},
    state::{AccountInfo, Bytecode},
};

use super::{GUEST, OTHER, execution, guest, push_address};
use crate::{
    ExecuteError, Execution, Prepared, Recorder, RecorderError, Recording, execute,
    prestate::PrestateError, record, state_root::StateTrie,
};
use iso_evm_wire::{Fork, call_data::PIECE};

#[test]
fn missing_block_hash_is_named() {
    let mut run = execution(Fork::Osaka, guest(0x40, &[U256::from(41)]), 100_000);
    run.block.number = U256::from(42);
    let missing = ExecuteError::Prestate(PrestateError::MissingBlockHash(41));
    assert_eq!(record(&run), Err(missing));
    // Outside of the 256 before, nobody asks.
    run.block.number = U256::from(41 + 257);
    assert!(record(&run).is_ok());
}

#[test]
fn refused_transactions_are_named() {
    let valid = execution(Fork::Osaka, Bytes::new(), 0);
    assert!(record(&valid).is_ok());
    let refused = |change: fn(&mut TxEnv)| {
        let mut run = valid.clone();
        change(&mut run.tx);
        record(&run).expect_err("refused")
    };
    use InvalidTransaction as Invalid;
    for (change, expected) in [
        (
            (|tx| tx.gas_limit -= 1) as fn(&mut TxEnv),
            Invalid::CallGasCostMoreThanGasLimit { initial_gas: 21_000, gas_limit: 20_999 },
        ),
        (|tx| tx.nonce = 1, Invalid::NonceTooHigh { tx: 1, state: 0 }),
        (|tx| tx.chain_id = Some(2), Invalid::InvalidChainId),
        (
            |tx| tx.gas_limit = (1 << 24) + 1,
            Invalid::TxGasLimitGreaterThanCap { gas_limit: (1 << 24) + 1, cap: 1 << 24 },
        ),
    ] {
        assert_eq!(refused(change), ExecuteError::InvalidTransaction(expected));
    }
    let created = refused(|tx| {
        tx.tx_type = 4;
        tx.kind = TxKind::Create;
    });
    assert_eq!(created, ExecuteError::Create(4));
}

/// Runs STOP as often as asked under this fork, with one recorder.
fn runs(spec: SpecId, count: usize) -> Result<usize, RecorderError> {
    let mut database = InMemoryDB::default();
    let code = Bytecode::new_legacy(vec![0].into());
    database.insert_account_info(GUEST, AccountInfo::from_bytecode(code));
    let mut evm = Context::mainnet()
        .with_db(database)
        .modify_cfg_chained(|cfg| cfg.set_spec_and_mainnet_gas_params(spec))
        .build_mainnet_with_inspector(Recorder::new(StateTrie::new()));
    for _ in 0..count {
        let tx = TxEnv { kind: TxKind::Call(GUEST), ..TxEnv::default() };
        evm.inspect_tx(tx).expect("valid");
    }
    evm.inspector.into_messages().map(|messages| messages.len())
}

#[test]
fn a_recorder_records_one_transaction_of_a_known_fork() {
    for fork in Fork::ALL {
        assert_eq!(runs(fork.spec_id(), 1), Ok(1));
    }
    assert_eq!(runs(SpecId::OSAKA, 0), Ok(0));
    assert_eq!(runs(SpecId::OSAKA, 2), Err(RecorderError::SecondTransaction));
    for spec in [SpecId::PETERSBURG, SpecId::AMSTERDAM] {
        assert_eq!(runs(spec, 1), Err(RecorderError::UnsupportedFork(spec)));
    }
}

/// A loop of calls that pass a kilobyte each, to an account whose code reverts at once.
fn loud(calls: u8) -> Execution {
    let mut code = vec![0x60, calls, 0x5b]; // PUSH1 calls, JUMPDEST
    for zero in [0, 0, 0x0400, 0, 0_u16] {
        code.push(0x61);
        code.extend(zero.to_be_bytes());
    }
    push_address(&mut code, OTHER);
    // GAS, CALL, POP, PUSH1 1, SWAP1, SUB, DUP1, PUSH1 2, JUMPI
    code.extend([0x5a, 0xf1, 0x50, 0x60, 1, 0x90, 0x03, 0x80, 0x60, 2, 0x57]);
    let mut run = execution(Fork::Osaka, code.into(), 10_000_000);
    let other = run.prestate.get_mut(&OTHER).expect("it is there");
    other.code = Bytes::from_static(&[0x5f, 0x5f, 0xfd]);
    run
}

#[test]
fn messages_that_are_too_large() {
    let run = loud(20);
    // What calls pass is one piece, the same for all.
    let length = |recording: &Recording| {
        let messages = recording.messages.iter().map(|message| message.witness.stored());
        let together = messages.map(|message| message.start().len() as u64).sum::<u64>();
        together + PIECE as u64
    };
    let whole = record(&run).expect("small enough");
    assert_eq!(whole.messages.len(), 21);
    let needed = length(&whole);
    let prepared = Prepared::new(&run).expect("no proofs");
    for limit in (0..needed + 200).step_by(100).chain([needed - 1, needed, u64::MAX]) {
        for recorder in [Recorder::new(prepared.trie.clone()), Recorder::without_roots()] {
            let recorder = recorder.limit(limit);
            let setting = prepared.setting();
            let ran =
                execute::run(&setting, WrapDatabaseRef(&prepared), recorder, run.tx.clone().into());
            match ran {
                Ok(ran) => assert!(limit >= needed && length(&ran.recording) == needed),
                Err(error) => {
                    let error = error.to_string();
                    assert_eq!(error, format!("the messages take more than {limit} bytes"));
                    assert!(limit < needed);
                }
            }
        }
    }
}

/// What is kept does not grow with what is not recorded any more.
#[test]
fn a_recorder_keeps_nothing_beyond_its_limit() {
    let run = loud(200);
    let prepared = Prepared::new(&run).expect("no proofs");
    let mut evm = prepared.evm(Recorder::without_roots().limit(10_000));
    assert!(matches!(evm.inspect_tx(run.tx.clone()), Err(EVMError::Custom(_))));
    let messages = evm.inspector.messages.iter().map(|message| message.witness.stored());
    let kept: usize = messages.map(|message| message.start().len()).sum();
    assert!(kept < 20_000, "{kept}");
}

#[test]
fn a_run_that_was_cut_short() {
    let run = execution(Fork::Osaka, guest(0x40, &[U256::from(41)]), 100_000);
    let run = Execution { block: BlockEnv { number: U256::from(42), ..run.block.clone() }, ..run };
    let prepared = Prepared::new(&run).expect("no proofs");
    let mut evm = prepared.evm(Recorder::new(prepared.trie.clone()));
    assert!(evm.inspect_tx(run.tx.clone()).is_err());
    let unfinished = RecorderError::Unfinished { message: 0 };
    assert_eq!(evm.inspector.into_messages(), Err(unfinished));
}
