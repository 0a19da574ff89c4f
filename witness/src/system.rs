//! What a block does beside its transactions: the calls of the system before them (EIP-4788,
//! EIP-2935), withdrawals and rewards after them (EIP-4895), and the calls that collect requests
//! (EIP-7002, EIP-7251).
//!
//! In the data's way this stands in the replay of a block, before the first transaction and after the
//! last.

use alloy_consensus::Header;
use alloy_eips::{
    eip2935::HISTORY_STORAGE_ADDRESS, eip4788::BEACON_ROOTS_ADDRESS, eip4895::Withdrawal,
    eip7002::WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS,
    eip7251::CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS,
};
use alloy_primitives::{Address, Bytes, U256};
use iso_evm_wire::{Rules, protocol::Change, schedule};

/// Slots that the beacon roots' contract goes round in (EIP-4788).
const HISTORY_BUFFER_LENGTH: u64 = 8_191;

/// Slots that the block hashes' contract goes round in (EIP-2935).
const HISTORY_SERVE_WINDOW: u64 = 8_191;

/// What a miner gets for a block since Constantinople (EIP-1234), in wei.
const BLOCK_REWARD: u64 = 2_000_000_000_000_000_000;

/// The calls before the first transaction: to whom, with what.
pub fn before(rules: Rules, header: &Header) -> Vec<(Address, Bytes)> {
    let mut calls = Vec::new();
    if rules.has(Change::BeaconRoot)
        && let Some(root) = header.parent_beacon_block_root
    {
        calls.push((BEACON_ROOTS_ADDRESS, root.into()));
    }
    if rules.has(Change::ParentHash) {
        calls.push((HISTORY_STORAGE_ADDRESS, header.parent_hash.into()));
    }
    calls
}

/// What a call before the first transaction leaves in its contract's storage: a slot and its value.
pub fn left_by(header: &Header, contract: Address) -> Option<(U256, U256)> {
    match contract {
        BEACON_ROOTS_ADDRESS => {
            let time = U256::from(header.timestamp);
            Some((time % U256::from(HISTORY_BUFFER_LENGTH), time))
        }
        HISTORY_STORAGE_ADDRESS => {
            let parent = U256::from(header.number.saturating_sub(1));
            Some((parent % U256::from(HISTORY_SERVE_WINDOW), header.parent_hash.into()))
        }
        _ => None,
    }
}

/// The calls after the last transaction. The OP Stack has none: it collects no requests
/// (`protocol/isthmus/exec-engine.html`).
pub fn after(rules: Rules) -> Vec<(Address, Bytes)> {
    match rules {
        Rules::Ethereum(fork) if fork.has(Change::Requests) => {
            [WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS, CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS]
                .map(|contract| (contract, Bytes::new()))
                .into()
        }
        Rules::Ethereum(_) | Rules::Optimism(_) => Vec::new(),
    }
}

/// Who gets how much after the last transaction, in wei. `None`: it is not known, before Paris, on
/// chains that have rules of their own, and where uncles are paid, whose headers are not read.
pub fn payments(
    rules: Rules,
    chain_id: u64,
    header: &Header,
    withdrawals: &[Withdrawal],
) -> Option<Vec<(Address, U256)>> {
    if !rules.has(Change::ProofOfStake) {
        let known = schedule::scheduled(chain_id, header.number, header.timestamp).is_some();
        let alone = header.ommers_hash == alloy_consensus::EMPTY_OMMER_ROOT_HASH;
        return (known && alone).then(|| vec![(header.beneficiary, U256::from(BLOCK_REWARD))]);
    }
    let paid = withdrawals.iter();
    Some(paid.map(|withdrawal| (withdrawal.address, withdrawal.amount_wei())).collect())
}
