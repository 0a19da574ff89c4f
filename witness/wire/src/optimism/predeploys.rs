//! The accounts that the OP Stack's rules name: where fees go, what they are computed from, who sends
//! the first deposit. Specification: <https://specs.optimism.io/protocol/predeploys.html>.

use alloy_primitives::{Address, address};

/// Where priority fees go: the beneficiary of each block.
pub const SEQUENCER_FEE_VAULT: Address = address!("0x4200000000000000000000000000000000000011");

/// The contract whose storage has what the [`L1Block`](super::L1Block) is read from.
pub const L1_BLOCK: Address = address!("0x4200000000000000000000000000000000000015");

/// The contract whose storage root is a header's withdrawals root from Isthmus on
/// (<https://specs.optimism.io/protocol/isthmus/exec-engine.html>).
pub const MESSAGE_PASSER: Address = address!("0x4200000000000000000000000000000000000016");

/// Where base fees go, which are not burnt.
pub const BASE_FEE_VAULT: Address = address!("0x4200000000000000000000000000000000000019");

/// Where [data fees](super::L1Block::data_fee) go.
pub const L1_FEE_VAULT: Address = address!("0x420000000000000000000000000000000000001a");

/// Where [operator fees](super::L1Block::operator_fee) go
/// (<https://specs.optimism.io/protocol/isthmus/predeploys.html>).
pub const OPERATOR_FEE_VAULT: Address = address!("0x420000000000000000000000000000000000001b");

/// The account without a key that sends the deposit that each block begins with
/// (<https://specs.optimism.io/protocol/deposits.html>).
pub const DEPOSITOR: Address = address!("0xdeaddeaddeaddeaddeaddeaddeaddeaddead0001");
