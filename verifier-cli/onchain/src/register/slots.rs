//! What the register holds, slot by slot: put in place where a transaction is run before it is sent.

use alloy_primitives::{Address, B256, U256, keccak256};
use alloy_sol_types::SolValue;
use iso_evm_wire::{Rules, Schedule};

use super::Standing;

/// Slots of the contract's variables, in their order.
const MACHINES: u8 = 0;
const COMMITMENTS: u8 = 1;
const GUEST_CHAIN: u8 = 2;
const ACTIVATIONS: u8 = 3;
const REACHED: u8 = 4;

fn word(number: u8) -> B256 {
    B256::with_last_byte(number)
}

/// The slot of a mapping's value.
fn mapped(key: B256, slot: B256) -> B256 {
    keccak256([key.0, slot.0].concat())
}

/// The slot of an item of a list.
fn item(list: u8, index: usize) -> B256 {
    let start = U256::from_be_bytes(keccak256(word(list)).0);
    start.wrapping_add(U256::from(index)).into()
}

/// The slots of a register with these machines and this schedule.
pub fn slots(machines: &[B256], schedule: &Schedule) -> Vec<(B256, U256)> {
    let mut slots = vec![(word(MACHINES), U256::from(machines.len()))];
    for (index, hash) in machines.iter().enumerate() {
        slots.push((item(MACHINES, index), (*hash).into()));
    }
    slots.push((word(GUEST_CHAIN), U256::from(schedule.chain_id())));
    let forks = schedule.activations();
    slots.push((word(ACTIVATIONS), U256::from(forks.len())));
    for (index, at) in forks.iter().enumerate() {
        let packed = U256::from(at.number) | (U256::from(at.time) << 64);
        slots.push((item(ACTIVATIONS, index), packed));
    }
    slots
}

/// The slot of an operator's commitment, open, to a message of a block of these rules.
pub fn open_slot(operator: Address, commitment: B256, rules: Rules) -> (B256, U256) {
    let slot = mapped(commitment, mapped(operator.into_word(), word(COMMITMENTS)));
    let open = U256::from(rules.position()) | (U256::from(Standing::Open as u8) << 8);
    (slot, open)
}

/// The slot that says that a digest was reached.
pub fn reached_slot(key: B256, digest: B256) -> (B256, U256) {
    (mapped(digest, mapped(key, word(REACHED))), U256::ONE)
}

/// What a digest that was reached is kept under: the machine's code hash, the commitment, the segment.
pub fn key_of(machine: B256, commitment: B256, segment: u64) -> B256 {
    keccak256((machine, commitment, U256::from(segment)).abi_encode())
}
