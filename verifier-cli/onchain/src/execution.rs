//! The execution audit on a node, by `eth_call`: hypervisor, archives and a [`probe`] are put in
//! place by state overrides, so that neither a key nor a deployment is needed.

use alloy_eips::BlockId;
use alloy_network::TransactionBuilder;
use alloy_primitives::{Address, Bytes};
use alloy_rpc_types_eth::{
    TransactionRequest,
    state::{StateOverride, StateOverridesBuilder},
};
use iso_evm_hypervisor::{Audited, Engine, Inconclusive, MessageVerdict, embedded::HYPERVISOR};
use iso_evm_rpc::RpcError;
use iso_evm_wire::{Opened, StoredMessage, protocol::TX_BASE_COST};
use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};

use super::{
    chain::{CallAnswer, Chain},
    host::calldata_gas,
    probe::{self, PROBE},
};

/// Gas of the probe itself, and more.
const PROBE_GAS: u64 = 100_000;

/// Audits each message on the node, a few at a time. Without a limit an audit gets the gas that the
/// node gives a call.
///
/// # Errors
///
/// If the node does not run a call, or not with the overrides.
pub fn execution(
    chain: &Chain,
    engine: &Engine,
    witness: &Opened<'_>,
    host_gas_limit: Option<u64>,
) -> Result<Vec<Audited>, RpcError> {
    let hypervisor = &engine.contract().code;
    let audit = |(index, stored): (usize, &StoredMessage)| {
        let bytes = &stored.bytes();
        // Code that the witness does not hold is not archived, and the hypervisor says so.
        let archives: Vec<(Address, Bytes)> =
            (witness.code(index)).map_or_else(Vec::new, |code| engine.archives(bytes, code));
        let overrides = (archives.into_iter())
            .chain([(HYPERVISOR, hypervisor.clone()), (PROBE, probe::code(HYPERVISOR))])
            .fold(StateOverridesBuilder::default(), |overrides, (address, code)| {
                overrides.with_code(address, code)
            })
            .build();
        let audited = call(chain, bytes, &overrides, host_gas_limit)?;
        tracing::debug!(index, host_gas = audited.host_gas, verdict = ?audited.verdict);
        Ok(audited)
    };
    witness.messages.par_iter().enumerate().map(audit).collect()
}

fn call(
    chain: &Chain,
    bytes: &Bytes,
    overrides: &StateOverride,
    host_gas_limit: Option<u64>,
) -> Result<Audited, RpcError> {
    let mut request = TransactionRequest::default().with_to(PROBE).with_input(bytes.clone());
    if let Some(limit) = host_gas_limit {
        let (calldata, floor) = calldata_gas(bytes);
        let frame = limit.saturating_add(limit / 32 + PROBE_GAS);
        request.set_gas_limit(frame.saturating_add(TX_BASE_COST + calldata).max(floor));
    }
    let out_of_gas = MessageVerdict::Inconclusive { reason: Inconclusive::HostOutOfGas };
    match chain.call(&request, BlockId::latest(), overrides)? {
        CallAnswer::Returned(data) => match probe::audited(&data) {
            Some(Audited { host_gas, .. })
                if host_gas_limit.is_some_and(|most| host_gas > most) =>
            {
                Ok(Audited { verdict: out_of_gas, host_gas: host_gas_limit.unwrap_or(host_gas) })
            }
            Some(audited) => Ok(audited),
            None => Err(RpcError::Answer {
                method: "eth_call",
                error: "the state overrides had no effect".to_owned(),
            }),
        },
        CallAnswer::OutOfGas => Ok(Audited { verdict: out_of_gas, host_gas: 0 }),
        CallAnswer::Reverted(_) => Err(RpcError::Answer {
            method: "eth_call",
            error: "it reverted where nothing reverts".to_owned(),
        }),
    }
}
