//! What a transaction costs on the host chain, to the gas: it is run in revm, in the state that the
//! chain will have.
//!
//! In the data's way this stands before the node: gas limits and predictions come from here, since
//! a node's estimate of an audit that reverts fails.

use alloy_primitives::{Address, B256, Bytes, TxKind, U256};
use revm::{
    Context, ExecuteEvm, MainBuilder, MainContext,
    bytecode::Bytecode,
    context::{TxEnv, result::ExecutionResult},
    database::InMemoryDB,
    database_interface::WrapDatabaseRef,
    primitives::hardfork::SpecId,
    state::AccountInfo,
};

/// Most gas of one transaction (EIP-7825).
pub const GAS_CAP: u64 = 1 << 24;

/// Largest transaction that public mempools take, in bytes, envelope included.
pub const MEMPOOL_LIMIT: u64 = 128 * 1024;

/// Bytes of a transaction around its calldata: the most that an EIP-1559 transaction with full
/// 256-bit fees and a 64-bit chain id has.
const ENVELOPE: u64 = 256;

/// The host's state, as far as a transaction sees it.
#[derive(Debug, Default)]
pub struct Host {
    database: InMemoryDB,
}

/// What a transaction did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Gas, as the receipt has it.
    pub gas_used: u64,
    /// Whether it succeeded.
    pub success: bool,
    /// What it returned, or reverted with.
    pub output: Bytes,
}

impl Host {
    /// Puts a contract in place.
    #[must_use]
    pub fn with(mut self, address: Address, code: &Bytes) -> Self {
        let info = AccountInfo { nonce: 1, ..AccountInfo::default() };
        self.database.insert_account_info(address, info.with_code(Bytecode::new_raw(code.clone())));
        self
    }

    /// Sets a slot of a contract.
    #[must_use]
    pub fn with_slot(mut self, address: Address, slot: B256, value: U256) -> Self {
        let written = self.database.insert_account_storage(address, slot.into(), value);
        debug_assert!(written.is_ok(), "an empty database does not fail");
        self
    }

    /// Runs a transaction, by the rules of Prague: EIP-7623's floor counts, EIP-7825's cap does
    /// not, so that what lies above it gets a figure too.
    pub fn send(&self, from: Address, to: Address, data: &Bytes) -> Sent {
        let mut evm = Context::mainnet()
            .with_db(WrapDatabaseRef(&self.database))
            .modify_cfg_chained(|cfg| {
                cfg.set_spec_and_mainnet_gas_params(SpecId::PRAGUE);
                cfg.tx_gas_limit_cap = Some(u64::MAX);
            })
            .modify_block_chained(|block| block.gas_limit = u64::MAX)
            .build_mainnet();
        let transaction = TxEnv {
            caller: from,
            gas_limit: 1 << 62,
            gas_price: 0,
            kind: TxKind::Call(to),
            data: data.clone(),
            ..TxEnv::default()
        };
        match evm.transact(transaction) {
            Ok(outcome) => sent(outcome.result),
            // Nothing that a free transaction from an empty account could break.
            Err(_) => Sent { gas_used: 0, success: false, output: Bytes::new() },
        }
    }
}

fn sent(result: ExecutionResult) -> Sent {
    let (gas_used, success) = (result.tx_gas_used(), result.is_success());
    Sent { gas_used, success, output: result.into_output().unwrap_or_default() }
}

/// Whether a transaction with this much calldata is within [`MEMPOOL_LIMIT`].
pub const fn fits_mempool(calldata: usize) -> bool {
    calldata as u64 + ENVELOPE <= MEMPOOL_LIMIT
}

/// Gas of calldata, and the least that a transaction with it pays for (EIP-2028, EIP-7623).
pub fn calldata_gas(calldata: &[u8]) -> (u64, u64) {
    let zeros = calldata.iter().filter(|byte| **byte == 0).count() as u64;
    let others = calldata.len() as u64 - zeros;
    (4 * zeros + 16 * others, 21_000 + 10 * (zeros + 4 * others))
}
