//! Provers in revm, and what they answer.

use alloy_primitives::{Address, B256, Bytes, U256, hex};
use alloy_sol_types::{SolCall, SolError, SolValue};
use iso_evm_provers::{
    Kind,
    proof::{Holds, IProver::proveCall, Mismatch, NotAmong},
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
#[derive(Clone, Copy, Debug)]
pub(crate) enum Prover {
    Read,
    Write,
    Frame,
}

impl Prover {
    /// The artifact's text.
    pub(crate) const fn artifact(self) -> &'static str {
        match self {
            Self::Read => include_str!("../../contracts/artifacts/ReadProver.json"),
            Self::Write => include_str!("../../contracts/artifacts/WriteProver.json"),
            Self::Frame => include_str!("../../contracts/artifacts/FrameProver.json"),
        }
    }

    pub(crate) fn code(self) -> Vec<u8> {
        let artifact: serde_json::Value = serde_json::from_str(self.artifact()).unwrap();
        hex::decode(artifact["deployedBytecode"].as_str().unwrap()).unwrap()
    }
}

/// What a prover answers, and the gas that it takes, without what the transaction takes by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Convicts(Mismatch, u64),
    Reverts(Bytes),
}

impl Answer {
    /// What a prover answers that has found nothing false.
    pub(crate) fn holding() -> Self {
        Self::Reverts(Holds {}.abi_encode().into())
    }

    #[track_caller]
    pub(crate) fn holds(&self) {
        assert_eq!(*self, Self::holding());
    }

    #[track_caller]
    pub(crate) fn convicts(
        &self,
        kind: impl Into<Kind>,
        place: [Option<u64>; 2],
        words: [B256; 2],
    ) {
        let place = place.map(|place| place.map_or(U256::MAX, U256::from));
        let expected = Mismatch {
            kind: U256::from(kind.into().number()),
            message: place[0],
            record: place[1],
            expected: words[0],
            found: words[1],
        };
        match self {
            Self::Convicts(found, _) => assert_eq!(*found, expected),
            Self::Reverts(output) => panic!("{output} and not {expected:?}"),
        }
    }

    #[track_caller]
    pub(crate) fn is_not_among(&self, level: u64) {
        let error = NotAmong { level: U256::from(level) };
        assert_eq!(*self, Self::Reverts(error.abi_encode().into()));
    }

    /// It convicts nobody.
    #[track_caller]
    pub(crate) fn reverts(&self) {
        assert!(matches!(self, Self::Reverts(_)), "{self:?}");
    }
}

/// Asks a prover.
pub(crate) fn ask(prover: Prover, root: B256, proof: &impl SolValue) -> Answer {
    ask_bytes(prover, root, proof.abi_encode())
}

/// Asks a prover with any bytes.
pub(crate) fn ask_bytes(prover: Prover, root: B256, proof: Vec<u8>) -> Answer {
    let mut database = InMemoryDB::default();
    let code = Bytecode::new_legacy(prover.code().into());
    database.insert_account_info(PROVER, AccountInfo::default().with_code(code));
    let mut evm = Context::mainnet()
        .with_db(database)
        .modify_cfg_chained(|cfg| {
            cfg.set_spec_and_mainnet_gas_params(SpecId::CANCUN);
            cfg.tx_gas_limit_cap = Some(u64::MAX);
        })
        .modify_block_chained(|block| block.gas_limit = u64::MAX)
        .build_mainnet();
    let data = proveCall { root, proof: proof.into() }.abi_encode();
    let zeros = data.iter().filter(|byte| **byte == 0).count() as u64;
    let intrinsic = 21_000 + 4 * zeros + 16 * (data.len() as u64 - zeros);
    let transaction = TxEnv {
        gas_limit: 1 << 32,
        gas_price: 0,
        kind: TxKind::Call(PROVER),
        data: data.into(),
        ..TxEnv::default()
    };
    let result = evm.transact(transaction).unwrap().result;
    let gas = result.tx_gas_used().saturating_sub(intrinsic);
    match result {
        ExecutionResult::Success { output, .. } => {
            Answer::Convicts(proveCall::abi_decode_returns(output.data()).unwrap(), gas)
        }
        ExecutionResult::Revert { output, .. } => Answer::Reverts(output),
        halt @ ExecutionResult::Halt { .. } => panic!("{halt:?}"),
    }
}
