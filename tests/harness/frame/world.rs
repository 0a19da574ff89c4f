//! What a frame runs in: the state that runs share, and the block, transaction and rules around it.

use std::sync::Arc;

use alloy_primitives::{Address, U256, keccak256};
use iso_evm_witness::Execution;
use revm::{
    Context, MainContext,
    bytecode::Bytecode,
    context::{BlockEnv, JournalTr, LocalContext, TxEnv},
    database::{InMemoryDB, WrapDatabaseRef},
    handler::MainnetContext,
    primitives::hardfork::SpecId,
    state::AccountInfo,
};

/// A state that any number of runs start from.
pub(crate) type Db = WrapDatabaseRef<Arc<InMemoryDB>>;
/// State, block, transaction and rules around a frame.
pub(crate) type World = MainnetContext<Db>;

/// A state with these accounts: address, code, balance, storage.
pub(crate) fn state(execution: &Execution) -> Db {
    let mut state = InMemoryDB::default();
    for (address, account) in &execution.prestate {
        let info = AccountInfo {
            nonce: account.nonce,
            balance: account.balance,
            ..AccountInfo::default().with_code(Bytecode::new_raw(account.code.clone()))
        };
        state.insert_account_info(*address, info);
        for (slot, value) in &account.storage {
            let (slot, value) = (U256::from_be_bytes(slot.0), U256::from_be_bytes(value.0));
            state.insert_account_storage(*address, slot, value).expect("memory does not fail");
        }
    }
    for (number, hash) in &execution.block_hashes {
        state.cache.block_hashes.insert(U256::from(*number), *hash);
    }
    WrapDatabaseRef(Arc::new(state))
}

/// A world under the rules of `spec`.
pub(crate) fn world(state: Db, spec: SpecId, block: BlockEnv, tx: TxEnv) -> World {
    Context::mainnet().with_db(state).with_block(block).with_tx(tx).modify_cfg_chained(|cfg| {
        cfg.set_spec_and_mainnet_gas_params(spec);
        cfg.tx_gas_limit_cap = Some(u64::MAX);
    })
}

/// The same world, with buffers of its own.
pub(crate) fn copy(world: &World) -> World {
    world.clone().with_local(LocalContext::default())
}

/// [`copy`], with an account that is about to run loaded.
pub(super) fn entered(world: &World, account: Address) -> World {
    let mut world = copy(world);
    world.journaled_state.load_account(account).expect("memory does not fail");
    world
}

/// The block with one word as difficulty and as randomness: hosts of before and after the merge take
/// it from different fields.
pub(crate) fn with_one_difficulty(mut block: BlockEnv) -> BlockEnv {
    let word = keccak256("difficulty");
    block.difficulty = word.into();
    block.prevrandao = Some(word);
    block
}
