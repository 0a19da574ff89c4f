//! A host chain of one's own, with real transactions, in place of the embedded engine.

use alloy_primitives::{Address, B256, Bytes, TxKind, U256};
use revm::{
    Context, ExecuteCommitEvm, MainBuilder, MainContext,
    context::{
        BlockEnv, TxEnv,
        result::{ExecutionResult, Output},
    },
    database::InMemoryDB,
    primitives::hardfork::SpecId,
    state::{AccountInfo, Bytecode},
};

/// Who sends, unless it is said.
pub(crate) const USER: Address = Address::repeat_byte(0x77);

/// A chain: state, rules, the block under way.
#[derive(Debug)]
pub(crate) struct Host {
    pub(crate) state: InMemoryDB,
    pub(crate) rules: SpecId,
    pub(crate) block: BlockEnv,
}

impl Host {
    pub(crate) fn new(rules: SpecId) -> Self {
        let block = BlockEnv { prevrandao: Some(B256::ZERO), ..BlockEnv::default() };
        Self { state: InMemoryDB::default(), rules, block }
    }

    /// Puts code at an address.
    pub(crate) fn put(&mut self, address: Address, code: impl Into<Bytes>) {
        let code = Bytecode::new_legacy(code.into());
        self.state.insert_account_info(address, AccountInfo::default().with_code(code));
    }

    pub(crate) fn code(&mut self, address: Address) -> Bytes {
        let account = self.state.load_account(address).expect("memory does not fail");
        account.info.code.as_ref().map(Bytecode::original_bytes).unwrap_or_default()
    }

    /// A transaction; its effects stay.
    pub(crate) fn send(&mut self, from: Address, to: TxKind, data: Bytes) -> ExecutionResult {
        let mut evm = Context::mainnet()
            .with_db(&mut self.state)
            .with_block(self.block.clone())
            .modify_cfg_chained(|cfg| {
                cfg.set_spec_and_mainnet_gas_params(self.rules);
                cfg.disable_nonce_check = true;
            })
            .build_mainnet();
        let tx = TxEnv {
            caller: from,
            kind: to,
            data,
            gas_limit: 16_000_000,
            gas_price: 0,
            value: U256::ZERO,
            ..TxEnv::default()
        };
        evm.transact_commit(tx).expect("a transaction that the chain takes")
    }

    /// Deploys a contract.
    pub(crate) fn deploy(&mut self, initcode: Bytes) -> Address {
        match self.send(USER, TxKind::Create, initcode) {
            ExecutionResult::Success { output: Output::Create(_, Some(address)), .. } => address,
            other => panic!("not deployed: {other:?}"),
        }
    }
}
