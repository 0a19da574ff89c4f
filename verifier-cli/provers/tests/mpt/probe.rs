//! The probe's contract, run in revm.

use std::sync::LazyLock;

use alloy_primitives::{Address, B256, Bytes, hex};
use alloy_sol_types::{SolCall, sol};
use revm::{
    Context, ExecuteEvm, MainBuilder, MainContext,
    bytecode::Bytecode,
    context::{TxEnv, result::ExecutionResult},
    database::InMemoryDB,
    primitives::{TxKind, hardfork::SpecId},
    state::AccountInfo,
};

sol!(
    #[sol(all_derives)]
    MptProbe,
    "contracts/artifacts/MptProbe.json"
);

sol! {
    /// `Mpt`'s error.
    error NodeMissing(bytes32 hash);
}

pub(crate) use Accounts::Account;
pub(crate) use MptProbe::{Change, Step, changeCall, leastCall, measureCall, setCall};

/// Gas of a call that has enough of it.
pub(crate) const ENOUGH: u64 = 1 << 40;

/// Where the contract is.
const PROBE: Address = Address::repeat_byte(0x3a);

static CODE: LazyLock<Bytecode> = LazyLock::new(|| {
    let artifact = include_str!("../../contracts/artifacts/MptProbe.json");
    let artifact: serde_json::Value = serde_json::from_str(artifact).unwrap();
    let code = hex::decode(artifact["deployedBytecode"].as_str().unwrap()).unwrap();
    Bytecode::new_legacy(code.into())
});

/// What a call came to: what it returned, or reverted with.
pub(crate) type Answer<T> = Result<T, Bytes>;

/// Calls the probe.
///
/// # Panics
///
/// If the call ends in any other way, as by its gas.
pub(crate) fn call<C: SolCall>(call: &C, gas_limit: u64) -> Answer<C::Return> {
    match sent(call, gas_limit) {
        ExecutionResult::Success { output, .. } => {
            Ok(C::abi_decode_returns(output.data()).unwrap())
        }
        ExecutionResult::Revert { output, .. } => Err(output),
        halt @ ExecutionResult::Halt { .. } => panic!("{halt:?}"),
    }
}

/// Gas that steps use.
pub(crate) fn gas(packed: Vec<u8>, root: B256, steps: &[Step]) -> u64 {
    let call = MptProbe::runCall { packed: packed.into(), root, steps: steps.to_vec() };
    let result = sent(&call, ENOUGH);
    assert!(result.is_success(), "{result:?}");
    result.tx_gas_used()
}

fn sent<C: SolCall>(call: &C, gas_limit: u64) -> ExecutionResult {
    let mut database = InMemoryDB::default();
    database.insert_account_info(PROBE, AccountInfo::default().with_code(CODE.clone()));
    let mut evm = Context::mainnet()
        .with_db(database)
        .modify_cfg_chained(|cfg| {
            cfg.set_spec_and_mainnet_gas_params(SpecId::PRAGUE);
            cfg.tx_gas_limit_cap = Some(u64::MAX);
        })
        .modify_block_chained(|block| block.gas_limit = u64::MAX)
        .build_mainnet();
    let transaction = TxEnv {
        gas_limit,
        gas_price: 0,
        kind: TxKind::Call(PROBE),
        data: call.abi_encode().into(),
        ..TxEnv::default()
    };
    evm.transact(transaction).unwrap().result
}

/// Does steps on one table of nodes.
pub(crate) fn run(
    packed: Vec<u8>,
    root: B256,
    steps: &[Step],
    gas_limit: u64,
) -> Answer<MptProbe::runReturn> {
    call(&MptProbe::runCall { packed: packed.into(), root, steps: steps.to_vec() }, gas_limit)
}

/// A step that reads.
pub(crate) fn reads(root: usize, path: B256) -> Step {
    step(root, path, false, Vec::new())
}

/// A step that writes. An empty value takes the path out.
pub(crate) fn writes(root: usize, path: B256, value: Vec<u8>) -> Step {
    step(root, path, true, value)
}

fn step(root: usize, path: B256, writes: bool, value: Vec<u8>) -> Step {
    Step { root: alloy_primitives::U256::from(root), path, writes, value: value.into() }
}
