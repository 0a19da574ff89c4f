//! What a transaction costs on the host chain, to the gas: it is run in revm, in the state that the
//! chain will have. `specs/14-chain.md`, section Cost.
//!
//! In the data's way this stands before the node: gas limits and predictions come from here, since
//! a node's estimate of an audit that reverts fails.

use alloy_primitives::{Address, Bytes, TxKind, U256};
use iso_evm_wire::protocol::{TX_MAX_GAS_LIMIT, calldata_cost, calldata_floor};
use revm::{
    Context, DatabaseCommit, ExecuteEvm, MainBuilder, MainContext,
    bytecode::Bytecode,
    context::{
        TxEnv,
        result::{ExecutionResult, ResultAndState},
    },
    database::InMemoryDB,
    database_interface::WrapDatabaseRef,
    primitives::hardfork::SpecId,
    state::AccountInfo,
};

/// Most gas of one transaction (EIP-7825).
pub const GAS_CAP: u64 = TX_MAX_GAS_LIMIT;

/// Largest transaction that public mempools take, in bytes, envelope included.
pub const MEMPOOL_LIMIT: u64 = 128 * 1024;

/// Bytes of a transaction around its calldata: the most that an EIP-1559 transaction with full
/// 256-bit fees and a 64-bit chain id has.
const ENVELOPE: u64 = 256;

/// Who creates contracts in memory.
const CREATOR: Address = Address::repeat_byte(0xc7);

/// The block that a transaction is in, and its time: of some day.
const FIRST_BLOCK: u64 = 24_000_000;
const TIME: u64 = 1_790_000_000;

/// Gas of a transaction that gets all it can ask for: far above the cap, so that there is a figure
/// for what does not fit, and an end to what has none.
pub const UNLIMITED: u64 = 64 * GAS_CAP;

/// The host's state, as far as a transaction sees it.
#[derive(Clone, Debug, Default)]
pub struct Host {
    database: InMemoryDB,
    block: u64,
}

/// A transaction to be run.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// Account that sends.
    pub from: Address,
    /// Account that the transaction is for.
    pub to: Address,
    /// Wei that it sends.
    pub value: U256,
    /// Its calldata.
    pub data: &'a Bytes,
}

impl<'a> Call<'a> {
    /// One that sends no value.
    pub const fn new(from: Address, to: Address, data: &'a Bytes) -> Self {
        Self { from, to, value: U256::ZERO, data }
    }
}

/// What a transaction did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Gas, as the receipt has it.
    pub gas_used: u64,
    /// Whether the transaction succeeded.
    pub success: bool,
    /// What it returned, or reverted with.
    pub output: Bytes,
}

impl Host {
    /// Puts a contract in place.
    #[must_use]
    pub fn with(mut self, address: Address, code: &Bytes) -> Self {
        let info = AccountInfo { nonce: 1, ..AccountInfo::default() };
        let code = Bytecode::new_legacy(code.clone());
        self.database.insert_account_info(address, info.with_code(code));
        self
    }

    /// Puts contracts in place.
    #[must_use]
    pub fn with_all(self, contracts: &[(Address, Bytes)]) -> Self {
        contracts.iter().fold(self, |host, (address, code)| host.with(*address, code))
    }

    /// Puts at an address what an init code makes there, with its slots; as it was, if it makes nothing.
    #[must_use]
    pub fn with_created(mut self, address: Address, initcode: &Bytes) -> Self {
        let call = Call::new(CREATOR, Address::ZERO, initcode);
        let Some(outcome) = self.run(TxKind::Create, &call, None) else { return self };
        let created = CREATOR.create(0);
        let made = outcome.state.into_iter().find(|(at, _)| *at == created);
        let Some((_, account)) = made.filter(|_| outcome.result.is_success()) else { return self };
        self.database.insert_account_info(address, account.info);
        for (slot, value) in account.storage {
            let written = self.database.insert_account_storage(address, slot, value.present_value);
            debug_assert!(written.is_ok(), "an empty database does not fail");
        }
        self
    }

    /// Goes on to the next block.
    pub const fn next_block(&mut self) {
        self.block += 1;
    }

    /// Runs a transaction, by the rules of Prague: EIP-7623's floor counts, EIP-7825's cap does
    /// not, so that what lies above it gets a figure too. All the gas there is, if no limit is
    /// given.
    pub fn send(&self, call: &Call<'_>, gas_limit: Option<u64>) -> Sent {
        match self.run(TxKind::Call(call.to), call, gas_limit) {
            Some(outcome) => sent(outcome.result),
            // A limit below what calldata costs: the transaction does not start.
            None => Sent { gas_used: 0, success: false, output: Bytes::new() },
        }
    }

    /// The same, with all the gas there is, and what it did stays.
    pub fn keep(&mut self, call: &Call<'_>) -> Sent {
        match self.run(TxKind::Call(call.to), call, None) {
            Some(outcome) => {
                self.database.commit(outcome.state);
                sent(outcome.result)
            }
            None => Sent { gas_used: 0, success: false, output: Bytes::new() },
        }
    }

    /// The code that a transaction within the cap leaves at an address; none if it leaves the
    /// address as it was.
    pub fn leaves(&self, call: &Call<'_>, at: Address) -> Option<Bytes> {
        let mut outcome = self.run(TxKind::Call(call.to), call, Some(GAS_CAP))?;
        let code = outcome.state.remove(&at)?.info.code?;
        Some(code.original_bytes())
    }

    /// The code that an init code makes; none if it makes none.
    pub fn made(initcode: &Bytes) -> Option<Bytes> {
        let call = Call::new(CREATOR, Address::ZERO, initcode);
        let outcome = Self::default().run(TxKind::Create, &call, None)?;
        outcome.result.is_success().then(|| outcome.result.into_output()).flatten()
    }

    fn run(&self, kind: TxKind, call: &Call<'_>, gas_limit: Option<u64>) -> Option<ResultAndState> {
        let mut evm = Context::mainnet()
            .with_db(WrapDatabaseRef(&self.database))
            .modify_cfg_chained(|cfg| {
                cfg.set_spec_and_mainnet_gas_params(SpecId::PRAGUE);
                cfg.tx_gas_limit_cap = Some(u64::MAX);
                cfg.disable_nonce_check = true;
                cfg.disable_balance_check = true;
            })
            .modify_block_chained(|block| {
                block.gas_limit = u64::MAX;
                block.number = U256::from(FIRST_BLOCK + self.block);
                block.timestamp = U256::from(TIME);
            })
            .build_mainnet();
        let transaction = TxEnv {
            caller: call.from,
            gas_limit: gas_limit.unwrap_or(UNLIMITED),
            gas_price: 0,
            kind,
            data: call.data.clone(),
            value: call.value,
            ..TxEnv::default()
        };
        evm.transact(transaction).ok()
    }

    /// A gas limit with which a transaction does the same as unlimited, found by running it: what a frame keeps back
    /// from its callees (EIP-150) counts, and a contract may ask how much is left. None if [`GAS_CAP`] is too little.
    pub fn enough(&self, call: &Call<'_>, unlimited: &Sent) -> Option<u64> {
        if unlimited.gas_used > GAS_CAP {
            return None;
        }
        let mut limit = gas_limit(unlimited.gas_used).min(GAS_CAP);
        while self.send(call, Some(limit)) != *unlimited {
            if limit == GAS_CAP {
                return None;
            }
            limit = (limit + limit / 2).min(GAS_CAP);
        }
        Some(limit)
    }
}

fn sent(result: ExecutionResult) -> Sent {
    let (gas_used, success) = (result.tx_gas_used(), result.is_success());
    Sent { gas_used, success, output: result.into_output().unwrap_or_default() }
}

/// A gas limit for a transaction that uses this much: callees get at most 63 parts of 64 of what is
/// left (EIP-150).
pub const fn gas_limit(gas_used: u64) -> u64 {
    gas_used.saturating_add(gas_used / 32 + 10_000)
}

/// Whether a transaction with this much calldata is within [`MEMPOOL_LIMIT`].
pub const fn fits_mempool(calldata: usize) -> bool {
    calldata as u64 + ENVELOPE <= MEMPOOL_LIMIT
}

/// Gas of calldata, and the least that a transaction with it pays for (EIP-2028, EIP-7623).
pub fn calldata_gas(calldata: &[u8]) -> (u64, u64) {
    let zeros = calldata.iter().filter(|byte| **byte == 0).count() as u64;
    let others = calldata.len() as u64 - zeros;
    (calldata_cost(zeros, others), calldata_floor(zeros, others))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TO: Address = Address::repeat_byte(2);

    #[test]
    fn calldata_costs_what_the_receipt_says() {
        let from = Address::repeat_byte(1);
        // Nothing runs: the floor.
        let data = Bytes::from(vec![0, 1, 2, 0, 0]);
        let (gas, floor) = calldata_gas(&data);
        assert_eq!((gas, floor), (3 * 4 + 2 * 16, 21_000 + 3 * 10 + 2 * 40));
        let sent = Host::default().send(&Call::new(from, TO, &data), None);
        assert_eq!((sent.gas_used, sent.success), (floor, true));
        // A loop that takes more.
        let host = Host::default()
            .with(TO, &Bytes::from_static(b"\x61\x10\x00\x5b\x60\x01\x90\x03\x80\x60\x03\x57\x00"));
        let call = Call::new(from, TO, &data);
        let sent = host.send(&call, None);
        assert!(sent.success && sent.gas_used > 100_000);
        assert_eq!(sent, host.send(&call, Some(sent.gas_used)));
        assert_ne!(sent, host.send(&call, Some(sent.gas_used - 1)));
        assert!(host.enough(&call, &sent).is_some());
    }

    #[test]
    fn a_transaction_that_cannot_start_fails() {
        let sent = Host::default().send(&Call::new(Address::ZERO, TO, &Bytes::new()), Some(20_999));
        assert_eq!(sent, Sent { gas_used: 0, success: false, output: Bytes::new() });
    }

    #[test]
    fn mempools_take_128_kib_with_the_envelope() {
        assert!(fits_mempool(128 * 1024 - 256));
        assert!(!fits_mempool(128 * 1024 - 255));
    }
}
