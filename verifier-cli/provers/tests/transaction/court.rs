//! Provers in revm, and what they answer.

use std::{collections::HashMap, sync::LazyLock};

use alloy_primitives::{Address, B256, Bytes, U256, hex};
use alloy_sol_types::{SolCall, SolError, SolValue};
use iso_evm_provers::{
    Kind,
    proof::{Holds, IProver::proveCall, Mismatch},
};
use revm::{
    Context, ExecuteEvm, MainBuilder, MainContext,
    bytecode::Bytecode,
    context::{TxEnv, result::ExecutionResult},
    database::InMemoryDB,
    primitives::{TxKind, hardfork::SpecId},
    state::AccountInfo,
};

const PROVER: Address = Address::repeat_byte(0x77);

/// A prover.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Prover {
    Rules,
    Top,
    Step,
    Settle,
    Receipt,
    Block,
}

impl Prover {
    pub(crate) const ALL: [Self; 6] =
        [Self::Rules, Self::Top, Self::Step, Self::Settle, Self::Receipt, Self::Block];

    /// The artifact's text.
    pub(crate) const fn artifact(self) -> &'static str {
        match self {
            Self::Rules => include_str!("../../contracts/artifacts/RulesProver.json"),
            Self::Top => include_str!("../../contracts/artifacts/TopProver.json"),
            Self::Step => include_str!("../../contracts/artifacts/StepProver.json"),
            Self::Settle => include_str!("../../contracts/artifacts/SettleProver.json"),
            Self::Receipt => include_str!("../../contracts/artifacts/ReceiptProver.json"),
            Self::Block => include_str!("../../contracts/artifacts/BlockProver.json"),
        }
    }

    pub(crate) fn code(self) -> Vec<u8> {
        let artifact: serde_json::Value = serde_json::from_str(self.artifact()).unwrap();
        hex::decode(artifact["deployedBytecode"].as_str().unwrap()).unwrap()
    }
}

static CODES: LazyLock<HashMap<Prover, Bytecode>> = LazyLock::new(|| {
    let code = |prover: Prover| (prover, Bytecode::new_legacy(prover.code().into()));
    Prover::ALL.into_iter().map(code).collect()
});

/// What a prover answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Something is false; and the gas that it took to say so.
    Convicts(Mismatch, u64),
    /// It has reverted with this.
    Reverts(Bytes),
}

impl Answer {
    /// Nothing is false.
    #[track_caller]
    pub(crate) fn holds(&self, what: &str) {
        assert_eq!(*self, Self::Reverts(Holds {}.abi_encode().into()), "{what}");
    }

    /// This is false, and is about message 0 or about none.
    #[track_caller]
    pub(crate) fn convicts(&self, kind: impl Into<Kind>, words: [B256; 2]) {
        let found = self.mismatch();
        assert_eq!(Kind::of_number(found.kind.to()), Some(kind.into()), "{found:?}");
        assert_eq!([found.expected, found.found], words);
        assert!(found.message == U256::MAX || found.message.is_zero());
    }

    /// Something of this kind is false.
    #[track_caller]
    pub(crate) fn convicts_of(&self, kind: impl Into<Kind>) {
        let found = self.mismatch();
        assert_eq!(Kind::of_number(found.kind.to()), Some(kind.into()), "{found:?}");
    }

    /// What is false.
    #[track_caller]
    pub(crate) fn mismatch(&self) -> &Mismatch {
        match self {
            Self::Convicts(found, _) => found,
            Self::Reverts(output) => panic!("reverts with {output}"),
        }
    }
}

/// Asks a prover.
pub(crate) fn ask(prover: Prover, root: B256, proof: &impl SolValue) -> Answer {
    ask_bytes(prover, root, proof.abi_encode().into())
}

/// Asks a prover, with these bytes as a proof.
pub(crate) fn ask_bytes(prover: Prover, root: B256, proof: Bytes) -> Answer {
    let mut database = InMemoryDB::default();
    let code = CODES[&prover].clone();
    database.insert_account_info(PROVER, AccountInfo::default().with_code(code));
    let mut evm = Context::mainnet()
        .with_db(database)
        .modify_cfg_chained(|cfg| {
            cfg.set_spec_and_mainnet_gas_params(SpecId::PRAGUE);
            cfg.tx_gas_limit_cap = Some(u64::MAX);
            cfg.limit_contract_code_size = Some(usize::MAX);
        })
        .modify_block_chained(|block| block.gas_limit = u64::MAX)
        .build_mainnet();
    let transaction = TxEnv {
        gas_limit: 1 << 32,
        gas_price: 0,
        kind: TxKind::Call(PROVER),
        data: proveCall { root, proof }.abi_encode().into(),
        ..TxEnv::default()
    };
    match evm.transact(transaction).unwrap().result {
        result @ ExecutionResult::Success { .. } => {
            let gas = result.tx_gas_used();
            Answer::Convicts(Mismatch::abi_decode(result.output().unwrap()).unwrap(), gas)
        }
        ExecutionResult::Revert { output, .. } => Answer::Reverts(output),
        halt @ ExecutionResult::Halt { .. } => panic!("{halt:?}"),
    }
}
