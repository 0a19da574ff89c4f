//! `AuditRegister`, the reference consumer: its bindings, its bytecode, and what its transactions
//! say. Source: `contracts/AuditRegister.sol`.

use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_sol_types::{SolCall, SolError, SolValue, sol};
use iso_evm_hypervisor::Verdict;
use iso_evm_witness::Fork;
use serde::Deserialize;

use super::contracts::Deployment;
use crate::hash::keccak256;

sol! {
    /// The caller stands by a witness.
    #[derive(Debug)]
    function commit(bytes32 witness, uint8 fork) external;
    /// Has a witness audited.
    #[derive(Debug)]
    function audit(address operator, address hypervisor, bytes calldata witness) external returns (uint8);
    /// The commitment of an operator to a witness.
    #[derive(Debug)]
    function commitments(address operator, bytes32 witness) external view returns (uint8 fork, uint8 verdict);

    /// An operator stands by a witness.
    #[derive(Debug)]
    event Committed(address indexed operator, bytes32 indexed witness, uint8 fork);
    /// The witness is true.
    #[derive(Debug)]
    event Accepted(address indexed operator, bytes32 indexed witness);
    /// The witness is false: the hypervisor's error.
    #[derive(Debug)]
    event Fraud(address indexed operator, bytes32 indexed witness, bytes reason);

    /// The fork has no hypervisor here.
    #[derive(Debug)]
    error UnknownFork(uint8 fork);
    /// Committed already.
    #[derive(Debug)]
    error AlreadyCommitted();
    /// Not committed, or decided.
    #[derive(Debug)]
    error NotOpen();
    /// Another contract than the fork's hypervisor.
    #[derive(Debug)]
    error NotTheHypervisor(bytes32 expected, bytes32 found);
    /// No end: the hypervisor's answer.
    #[derive(Debug)]
    error Inconclusive(bytes answer);
}

/// What the register has of a witness.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Standing {
    /// Nobody has committed to it.
    None = 0,
    /// There is no verdict yet.
    Open = 1,
    /// The hypervisor accepted it.
    Accepted = 2,
    /// The hypervisor refuted it.
    Fraud = 3,
}

impl Standing {
    /// The standing with this number.
    pub fn from_number(number: u8) -> Option<Self> {
        [Self::None, Self::Open, Self::Accepted, Self::Fraud].get(usize::from(number)).copied()
    }
}

/// The compiled contract, as `contracts/AuditRegister.json` has it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Artifact {
    bytecode: Bytes,
    deployed_bytecode: Bytes,
}

fn artifact() -> Artifact {
    let json = include_str!("../../contracts/AuditRegister.json");
    serde_json::from_str(json).expect("the artifact is committed and tested")
}

/// The register that knows these hypervisors, by the fork's number.
pub fn deployment(hypervisors: Vec<B256>) -> Deployment {
    let Artifact { bytecode, deployed_bytecode } = artifact();
    let initcode = [&bytecode[..], &hypervisors.abi_encode()].concat().into();
    Deployment { name: "register", initcode, code: deployed_bytecode }
}

/// Calldata of `commit`.
pub fn commit_calldata(witness: &[u8], fork: Fork) -> Bytes {
    commitCall { witness: keccak256(witness), fork: fork.number() }.abi_encode().into()
}

/// Calldata of `audit`.
pub fn audit_calldata(operator: Address, hypervisor: Address, witness: &Bytes) -> Bytes {
    auditCall { operator, hypervisor, witness: witness.clone() }.abi_encode().into()
}

/// The slots that a register with these hypervisors has when a commitment to a witness is open.
pub fn open_slots(
    operator: Address,
    witness: &[u8],
    fork: Fork,
    hypervisors: &[B256],
) -> Vec<(B256, U256)> {
    let word = |number: usize| B256::from(U256::from(number));
    let mapped = |key: B256, slot: B256| keccak256(&[key.0, slot.0].concat());
    let list = U256::from_be_bytes(keccak256(word(0).as_slice()).0);
    let mut slots = vec![(word(0), U256::from(hypervisors.len()))];
    for (index, hash) in hypervisors.iter().enumerate() {
        slots.push((B256::from(list + U256::from(index)), (*hash).into()));
    }
    let commitment = mapped(keccak256(witness), mapped(operator.into_word(), word(1)));
    let open = U256::from(fork.number()) | (U256::from(Standing::Open as u8) << 8);
    slots.push((commitment, open));
    slots
}

/// The verdict that a register's answer to `audit` stands for: its returned standing, or what it
/// reverted with.
pub fn verdict_of_revert(data: &[u8]) -> Option<Verdict> {
    let answer = Inconclusive::abi_decode(data).ok()?.answer;
    Some(Verdict::from_reverted(&answer))
}
