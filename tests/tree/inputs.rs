//! Inputs of precompiles, as plain revm sees them and as the native engine tells them.

use std::collections::BTreeMap;

use alloy_primitives::{B256, Bytes, keccak256};
use iso_evm_hypervisor::{Code, MessageVerdict, NativeEngine};
use iso_evm_wire::{Fork, Witness, precompiles::decisive, records::Record};
use iso_evm_witness::Execution;
use revm::{
    Context, InspectEvm, Inspector, MainBuilder, MainContext,
    context::ContextTr,
    database::InMemoryDB,
    interpreter::{
        CallInputs, CallOutcome, CreateInputs, CreateOutcome, interpreter::EthInterpreter,
    },
    state::{AccountInfo, Bytecode},
};

#[derive(Debug, Default)]
struct Inputs {
    depth: usize,
    found: BTreeMap<B256, Bytes>,
}

impl<CTX: ContextTr> Inspector<CTX, EthInterpreter> for Inputs {
    fn call(&mut self, _: &mut CTX, _: &mut CallInputs) -> Option<CallOutcome> {
        self.depth += 1;
        None
    }

    fn create(&mut self, _: &mut CTX, _: &mut CreateInputs) -> Option<CreateOutcome> {
        self.depth += 1;
        None
    }

    fn create_end(&mut self, _: &mut CTX, _: &CreateInputs, _: &mut CreateOutcome) {
        self.depth -= 1;
    }

    fn call_end(&mut self, context: &mut CTX, inputs: &CallInputs, outcome: &mut CallOutcome) {
        self.depth -= 1;
        // That of the transaction itself stands in the transaction.
        if outcome.was_precompile_called && self.depth > 0 {
            // As much of it as decides.
            let input = inputs.input.bytes(context);
            let part = decisive(inputs.bytecode_address, &input, inputs.gas_limit);
            self.found.insert(keccak256(part), Bytes::copy_from_slice(part));
        }
    }
}

/// Inputs of all precompiles that a transaction calls, by hash.
pub(super) fn plain(execution: &Execution) -> BTreeMap<B256, Bytes> {
    let mut database = InMemoryDB::default();
    for (address, account) in &execution.prestate {
        let code = match Bytecode::new_raw_checked(account.code.clone()) {
            Ok(code) if execution.rules >= Fork::Prague.into() => code,
            _ => Bytecode::new_legacy(account.code.clone()),
        };
        let hash = keccak256(&account.code);
        let info = AccountInfo::new(account.balance, account.nonce, hash, code);
        database.insert_account_info(*address, info);
        for (key, value) in &account.storage {
            let (key, value) = ((*key).into(), (*value).into());
            database.insert_account_storage(*address, key, value).expect("in memory");
        }
    }
    for (number, hash) in &execution.block_hashes {
        database.cache.block_hashes.insert(alloy_primitives::U256::from(*number), *hash);
    }
    let mut evm = Context::mainnet()
        .with_db(database)
        .with_block(execution.block.clone())
        .modify_cfg_chained(|cfg| {
            cfg.set_spec_and_mainnet_gas_params(execution.rules.fork().spec_id());
            cfg.chain_id = execution.chain_id;
            cfg.max_blobs_per_tx = Some(9);
        })
        .build_mainnet_with_inspector(Inputs::default());
    evm.inspect_tx(execution.tx.clone()).expect("a transaction that runs");
    evm.inspector.found
}

/// Inputs of all precompiles that messages call, by hash: those that runs of the messages tell. Each
/// has the hash that its record says.
pub(super) fn told(witness: &Witness) -> BTreeMap<B256, Bytes> {
    let engine = NativeEngine::new(witness.rules);
    let mut found = BTreeMap::new();
    for index in 0..witness.messages.len() {
        let bytes = &witness.messages[index].bytes();
        let message = witness.message(index).expect("a message");
        let code = witness.code(&message).cloned().map(Code::new);
        let mut gas = u64::MAX;
        let verdict = engine.audit_with(bytes, code.as_ref(), &mut gas, &mut |record, input| {
            let access = &message.stateAccessList[record];
            let Ok(Record::Call(_, call)) = Record::decode(access) else { panic!("no call") };
            assert_eq!(call.calldataHash, keccak256(input));
            found.insert(call.calldataHash, Bytes::copy_from_slice(input));
        });
        assert_eq!(verdict, MessageVerdict::Valid, "message {index}");
    }
    found
}
