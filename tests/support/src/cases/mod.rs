//! Transactions of a known shape: what benchmarks measure, and what grows with one size alone.
//!
//! All of it is made here, but for the ERC-20 transfer, which is a fixture of this repository. None
//! depends on the machine or on chance.

mod growth;
mod swap;

use alloy_primitives::{Address, B256, Bytes, TxKind, U256};
use iso_evm_wire::Fork;
use iso_evm_witness::{Execution, Input, prestate::Prestate};
use revm::context::{BlockEnv, TxEnv};

pub use self::growth::Axis;
use crate::{
    accounts::{CONTRACT, SENDER, account, block},
    program::{Program, op},
};

/// The rules of all that is made here: the last that let one transaction have any gas (EIP-7825).
const FORK: Fork = Fork::Prague;

/// Gas for 1,024 frames, of which each holds back a 64th.
const PLENTY: u64 = 1 << 58;

/// A transaction to measure.
#[derive(Clone, Debug)]
pub struct Case {
    /// What the case is, in words.
    pub name: &'static str,
    /// The transaction and the state that it runs on.
    pub execution: Execution,
}

/// The six that every benchmark runs.
///
/// # Panics
///
/// If the fixture cannot be read.
pub fn all() -> [Case; 6] {
    [
        Case { name: "ERC-20 transfer", execution: transfer() },
        Case { name: "Uniswap V2 swap", execution: swap::swap() },
        Case { name: "compute loop", execution: compute_loop(10_000) },
        Case { name: "storage loop", execution: storage_loop(500) },
        Case { name: "1,000 records", execution: Axis::Records.execution(1_000) },
        Case { name: "24 KB contract", execution: Axis::Code.execution(24 * 1024) },
    ]
}

/// The fixture's transfer.
fn transfer() -> Execution {
    let json = include_bytes!("../../../fixtures/erc20-transfer.json");
    Input::parse(json, None)
        .unwrap_or_else(|error| panic!("erc20-transfer.json: {error}"))
        .execution
}

/// Arithmetic, so many times round.
fn compute_loop(rounds: usize) -> Execution {
    let body = Program::new().push(3).op([op::DUP2, op::MUL]).push(7).op([op::XOR, op::POP]);
    execution(rounded(rounds, body), 0, Vec::new(), [])
}

/// A slot read, and written with what was read and one more, so many times round; of eight slots.
fn storage_loop(rounds: usize) -> Execution {
    let body = Program::new().op([op::DUP1]).push(7).op([op::AND, op::DUP1, op::SLOAD]);
    let body = body.push(1).op([op::ADD, op::SWAP1, op::SSTORE]);
    execution(rounded(rounds, body), 8, Vec::new(), [])
}

/// A body run so many times; the number of rounds left is on top of the stack and stays there.
fn rounded(rounds: usize, body: Program) -> Vec<u8> {
    let start = Program::new().push(rounds);
    let top = start.len();
    let round = start.op([op::JUMPDEST]).op(body.build());
    round.push(1).op([op::SWAP1, op::SUB, op::DUP1]).push(top).op([op::JUMPI, op::STOP]).build()
}

/// A call of a contract with this code and so many slots, all of them one.
fn execution(
    code: Vec<u8>,
    slots: usize,
    data: Vec<u8>,
    others: impl IntoIterator<Item = (Address, Vec<u8>)>,
) -> Execution {
    let mut guest = account(0, 1, code);
    guest.storage =
        (0..=slots).map(|slot| (B256::from(U256::from(slot)), B256::with_last_byte(1))).collect();
    let mut prestate = Prestate::from([(SENDER, account(1 << 60, 5, [])), (CONTRACT, guest)]);
    prestate.extend(others.into_iter().map(|(address, code)| (address, account(0, 1, code))));
    Execution {
        rollup: None,
        rules: FORK.into(),
        chain_id: 1,
        block: BlockEnv { gas_limit: u64::MAX, basefee: 0, ..block(FORK) },
        tx: TxEnv {
            caller: SENDER,
            gas_limit: 2 * PLENTY,
            kind: TxKind::Call(CONTRACT),
            data: Bytes::from(data),
            nonce: 5,
            chain_id: Some(1),
            ..TxEnv::default()
        },
        prestate,
        block_hashes: Default::default(),
        proofs: None,
    }
}
