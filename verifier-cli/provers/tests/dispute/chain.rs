//! A chain that keeps what is done, with a clock.

use alloy_primitives::{Address, Bytes, TxKind, U256};
use revm::{
    Context, ExecuteCommitEvm, MainBuilder, MainContext,
    bytecode::Bytecode,
    context::{TxEnv, result::ExecutionResult},
    database::InMemoryDB,
    primitives::hardfork::SpecId,
    state::AccountInfo,
};

/// What everybody has at first.
pub(crate) const WEALTH: u64 = 1 << 60;

#[derive(Clone, Debug)]
pub(crate) struct Chain {
    pub(crate) database: InMemoryDB,
    pub(crate) time: u64,
    pub(crate) number: u64,
    pub(crate) gas: u64,
}

impl Chain {
    pub(crate) fn new(actors: &[Address]) -> Self {
        let mut database = InMemoryDB::default();
        for actor in actors {
            let info = AccountInfo { balance: U256::from(WEALTH), ..AccountInfo::default() };
            database.insert_account_info(*actor, info);
        }
        Self { database, time: 1_700_000_000, number: 1_000, gas: 0 }
    }

    pub(crate) fn put(&mut self, address: Address, code: Bytes) {
        let info = AccountInfo::default().with_code(Bytecode::new_legacy(code));
        self.database.insert_account_info(address, info);
    }

    /// What a transaction returns, or reverts with. If it reverts nothing has changed.
    pub(crate) fn send(
        &mut self,
        from: Address,
        kind: TxKind,
        data: Bytes,
        value: U256,
    ) -> Result<Bytes, Bytes> {
        let (time, number) = (self.time, self.number);
        let mut evm = Context::mainnet()
            .with_db(&mut self.database)
            .modify_cfg_chained(|cfg| {
                cfg.set_spec_and_mainnet_gas_params(SpecId::OSAKA);
                cfg.tx_gas_limit_cap = Some(u64::MAX);
                cfg.disable_nonce_check = true;
            })
            .modify_block_chained(|block| {
                block.gas_limit = u64::MAX;
                block.timestamp = U256::from(time);
                block.number = U256::from(number);
            })
            .build_mainnet();
        let transaction = TxEnv {
            caller: from,
            gas_limit: 1 << 32,
            gas_price: 0,
            kind,
            data,
            value,
            ..TxEnv::default()
        };
        let result = evm.transact_commit(transaction).unwrap();
        self.gas = result.tx_gas_used();
        match result {
            ExecutionResult::Success { output, .. } => Ok(output.into_data()),
            ExecutionResult::Revert { output, .. } => Err(output),
            ExecutionResult::Halt { .. } => Err(Bytes::new()),
        }
    }

    pub(crate) fn balance(&self, who: Address) -> U256 {
        self.database.cache.accounts.get(&who).map_or(U256::ZERO, |account| account.info.balance)
    }
}
