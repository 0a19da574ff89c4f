//! `AuditRegister`, the reference consumer: its bindings, its bytecode, and what its transactions
//! say. Source: `contracts/AuditRegister.sol`.

use alloy_primitives::{Address, B256, Bytes, LogData, U256};
use alloy_sol_types::{SolCall, SolError, SolEvent, SolValue, sol};
use iso_evm_hypervisor::Verdict;
use iso_evm_witness::Fork;
use serde::Deserialize;

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
    /// Code hash of the hypervisor of a fork.
    #[derive(Debug)]
    function hypervisors(uint256 fork) external view returns (bytes32);

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

/// Init code and runtime code of the register that knows these hypervisors, by the fork's number.
pub fn codes(hypervisors: &[B256]) -> (Bytes, Bytes) {
    let Artifact { bytecode, deployed_bytecode } = artifact();
    let initcode = [&bytecode[..], &hypervisors.abi_encode()].concat().into();
    (initcode, deployed_bytecode)
}

/// Calldata of `commit`.
pub fn commit_calldata(witness: &[u8], fork: Fork) -> Bytes {
    commitCall { witness: keccak256(witness), fork: fork.number() }.abi_encode().into()
}

/// Calldata of `audit`.
pub fn audit_calldata(operator: Address, hypervisor: Address, witness: &Bytes) -> Bytes {
    auditCall { operator, hypervisor, witness: witness.clone() }.abi_encode().into()
}

/// The slots of a register with these hypervisors; with a commitment to a witness, open, if one is
/// asked for.
pub fn slots(hypervisors: &[B256], open: Option<(Address, &[u8], Fork)>) -> Vec<(B256, U256)> {
    let word = |number: usize| B256::from(U256::from(number));
    let mapped = |key: B256, slot: B256| keccak256(&[key.0, slot.0].concat());
    let list = U256::from_be_bytes(keccak256(word(0).as_slice()).0);
    let mut slots = vec![(word(0), U256::from(hypervisors.len()))];
    for (index, hash) in hypervisors.iter().enumerate() {
        slots.push((B256::from(list + U256::from(index)), (*hash).into()));
    }
    if let Some((operator, witness, fork)) = open {
        let slot = mapped(keccak256(witness), mapped(operator.into_word(), word(1)));
        let open = U256::from(fork.number()) | (U256::from(Standing::Open as u8) << 8);
        slots.push((slot, open));
    }
    slots
}

/// The verdict that a log of the register stands for, on a witness of an operator; none if the log
/// is about something else.
pub fn verdict_of_log(log: &LogData, operator: Address, witness: B256) -> Option<Verdict> {
    if let Ok(event) = Accepted::decode_log_data(log) {
        let about = (event.operator, event.witness) == (operator, witness);
        return about.then_some(Verdict::Valid);
    }
    let event = Fraud::decode_log_data(log).ok()?;
    let about = (event.operator, event.witness) == (operator, witness);
    about.then(|| Verdict::from_reverted(&event.reason))
}

/// The verdict that a reverting `audit` stands for; none if the hypervisor was not asked.
pub fn verdict_of_revert(data: &[u8]) -> Option<Verdict> {
    let answer = Inconclusive::abi_decode(data).ok()?.answer;
    Some(match Verdict::from_reverted(&answer) {
        // The register would have written these down.
        Verdict::Valid | Verdict::Mismatch(_) | Verdict::Malformed { .. } => {
            Verdict::Inconclusive { reason: iso_evm_hypervisor::Inconclusive::Other }
        }
        verdict => verdict,
    })
}
