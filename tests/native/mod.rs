//! The native engine against the hypervisor. Every other test puts its messages before both too
//! (`harness::audit`); here stand what none of them asks, and the long campaign.

mod campaign;
mod edges;
mod limits;
mod rules;

use alloy_primitives::{Address, U256, keccak256};
use iso_evm_wire::{
    MessageWitness,
    records::{FrameKind, OpeningRecord, Record},
};

/// A message that runs `code` with this much gas and says that it halts.
fn halting(code: &[u8], gas: u64) -> MessageWitness {
    let opening = OpeningRecord { kind: FrameKind::Call as u8, codeHash: keccak256(code) };
    MessageWitness {
        to: Address::repeat_byte(0x22),
        context: Address::repeat_byte(0x22),
        gasAvailable: U256::from(gas),
        gasUsed: U256::from(gas),
        stateAccessList: vec![Record::Opening(opening).encode()],
        returndataHash: keccak256([]),
        ..MessageWitness::default()
    }
}
