//! Provers, run in revm.

use alloy_primitives::{Address, B256, Bytes, U256, hex};
use alloy_sol_types::{SolCall, SolValue};
use iso_evm_provers::proof::{IProver, Mismatch};
use revm::{
    Context, ExecuteEvm, MainBuilder, MainContext,
    bytecode::Bytecode,
    context::{TxEnv, result::ExecutionResult},
    database::InMemoryDB,
    primitives::{TxKind, hardfork::SpecId},
    state::AccountInfo,
};

/// Where the prover is.
pub(crate) const PROVER: Address = Address::repeat_byte(0x3a);
/// Gas of a call that has enough of it.
pub(crate) const ENOUGH: u64 = 1 << 36;
/// Most bytes of a contract.
const MOST: usize = 24_576;

/// What a call came to: what it returned, or reverted with; and its gas.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) result: Result<Bytes, Bytes>,
    pub(crate) gas: u64,
}

/// A key of an artifact, as bytes.
pub(crate) fn code(artifact: &str, key: &str) -> Bytes {
    let artifact: serde_json::Value = serde_json::from_str(artifact).unwrap();
    hex::decode(artifact[key].as_str().unwrap()).unwrap().into()
}

/// A prover, and what stands beside it.
#[derive(Clone, Debug)]
pub(crate) struct Host {
    database: InMemoryDB,
    spec: SpecId,
    gas: u64,
}

impl Host {
    /// A host with this code in the prover's place.
    pub(crate) fn of_code(code: Bytes) -> Self {
        assert!(code.len() <= MOST, "{}", code.len());
        Self { database: InMemoryDB::default(), spec: SpecId::OSAKA, gas: ENOUGH }
            .with(PROVER, code)
    }

    /// A host with the prover of an artifact.
    pub(crate) fn new(artifact: &str) -> Self {
        Self::of_code(code(artifact, "deployedBytecode"))
    }

    /// Beside it, another contract.
    pub(crate) fn with(mut self, address: Address, code: Bytes) -> Self {
        let info = AccountInfo::default().with_code(Bytecode::new_legacy(code));
        self.database.insert_account_info(address, info);
        self
    }

    /// With other rules.
    pub(crate) fn by(mut self, spec: SpecId) -> Self {
        self.spec = spec;
        self
    }

    /// With so much gas in a transaction.
    pub(crate) fn given(mut self, gas: u64) -> Self {
        self.gas = gas;
        self
    }

    pub(crate) fn call(&self, kind: TxKind, data: Bytes) -> Answer {
        let spec = self.spec;
        let mut evm = Context::mainnet()
            .with_db(self.database.clone())
            .modify_cfg_chained(|cfg| {
                cfg.set_spec_and_mainnet_gas_params(spec);
                cfg.tx_gas_limit_cap = Some(u64::MAX);
                cfg.disable_nonce_check = true;
            })
            .modify_block_chained(|block| block.gas_limit = u64::MAX)
            .build_mainnet();
        let transaction =
            TxEnv { gas_limit: self.gas, gas_price: 0, kind, data, ..TxEnv::default() };
        // With less gas than its calldata costs a transaction does not start.
        let Ok(outcome) = evm.transact(transaction) else {
            return Answer { result: Err(Bytes::new()), gas: 0 };
        };
        let result = outcome.result;
        let gas = result.tx_gas_used();
        let result = match result {
            ExecutionResult::Success { output, .. } => Ok(output.into_data()),
            ExecutionResult::Revert { output, .. } => Err(output),
            ExecutionResult::Halt { .. } => Err(Bytes::new()),
        };
        Answer { result, gas }
    }

    /// What the prover says of a proof.
    pub(crate) fn prove(
        &self,
        root: B256,
        proof: &impl SolValue,
    ) -> (Result<Mismatch, Bytes>, u64) {
        let call = IProver::proveCall { root, proof: proof.abi_encode().into() };
        let Answer { result, gas } = self.call(TxKind::Call(PROVER), call.abi_encode().into());
        (result.map(|data| IProver::proveCall::abi_decode_returns(&data).unwrap()), gas)
    }
}

/// A number as a word.
pub(crate) fn word(number: u64) -> B256 {
    U256::from(number).into()
}

/// The error that says that nothing is false.
pub(crate) fn holds() -> Bytes {
    use alloy_sol_types::SolError;
    iso_evm_provers::proof::Holds {}.abi_encode().into()
}
