//! `AuditRegister`, the reference consumer: its bindings, its bytecode, and what its transactions
//! say. Source: `contracts/AuditRegister.sol`.

use alloy_primitives::keccak256;
use alloy_primitives::{Address, B256, Bytes, LogData, U256};
use alloy_sol_types::{SolCall, SolError, SolEvent, SolValue, sol};
use iso_evm_hypervisor::MessageVerdict;
use iso_evm_wire::{Rules, Schedule, block::Block, schedule};

sol! {
    #[allow(missing_docs, reason = "generated from the artifact; the source documents it")]
    #[derive(Debug, PartialEq, Eq)]
    AuditRegister,
    "contracts/AuditRegister.json"
}

pub use AuditRegister::{
    Accepted, Activation, AlreadyCommitted, Committed, Fraud, Inconclusive, NotOpen,
    NotTheHypervisor, TooEarly, UnknownFork, Unordered, auditCall, commitCall, commitmentsCall,
    forkAtCall, hypervisorsCall, scheduleCall,
};

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

/// Init code and runtime code of the register that knows these hypervisors, by their rules' position, of
/// a chain with this schedule.
pub fn codes(hypervisors: &[B256], schedule: &Schedule) -> (Bytes, Bytes) {
    let (bytecode, deployed) = (&AuditRegister::BYTECODE, &AuditRegister::DEPLOYED_BYTECODE);
    let chain = U256::from(schedule.chain_id());
    let arguments = (hypervisors.to_vec(), chain, activations(schedule)).abi_encode_params();
    (([&bytecode[..], &arguments].concat()).into(), deployed.clone())
}

/// Where the forks of a schedule begin, as the register has it.
pub fn activations(schedule: &Schedule) -> Vec<Activation> {
    let at = |at: &schedule::Activation| Activation { blockNumber: at.number, blockTime: at.time };
    schedule.activations().iter().map(at).collect()
}

/// Calldata of `commit`, to a message of a block.
pub fn commit_calldata(witness: &[u8], block: &Block) -> Bytes {
    let (witness, number, time) = (keccak256(witness), block.number, block.timestamp);
    commitCall { witness, blockNumber: number, blockTime: time }.abi_encode().into()
}

/// Calldata of `audit`.
pub fn audit_calldata(operator: Address, hypervisor: Address, witness: &Bytes) -> Bytes {
    auditCall { operator, hypervisor, witness: witness.clone() }.abi_encode().into()
}

/// The slots of a register with these hypervisors and this schedule; with a commitment to a witness,
/// open, if one is asked for.
pub fn slots(
    hypervisors: &[B256],
    schedule: &Schedule,
    open: Option<(Address, &[u8], Rules)>,
) -> Vec<(B256, U256)> {
    let word = |number: usize| B256::from(U256::from(number));
    let mapped = |key: B256, slot: B256| keccak256([key.0, slot.0].concat());
    let list = U256::from_be_bytes(keccak256(word(0).as_slice()).0);
    let mut slots = vec![(word(0), U256::from(hypervisors.len()))];
    for (index, hash) in hypervisors.iter().enumerate() {
        slots.push((B256::from(list + U256::from(index)), (*hash).into()));
    }
    slots.push((word(2), U256::from(schedule.chain_id())));
    let forks = schedule.activations();
    slots.push((word(3), U256::from(forks.len())));
    let list = U256::from_be_bytes(keccak256(word(3).as_slice()).0);
    for (index, at) in forks.iter().enumerate() {
        let packed = U256::from(at.number) | (U256::from(at.time) << 64);
        slots.push((B256::from(list + U256::from(index)), packed));
    }
    if let Some((operator, witness, rules)) = open {
        let slot = mapped(keccak256(witness), mapped(operator.into_word(), word(1)));
        let open = U256::from(rules.position()) | (U256::from(Standing::Open as u8) << 8);
        slots.push((slot, open));
    }
    slots
}

/// The verdict that a log of the register stands for, on a witness of an operator; none if the log
/// is about something else.
pub fn verdict_of_log(log: &LogData, operator: Address, witness: B256) -> Option<MessageVerdict> {
    if let Ok(event) = Accepted::decode_log_data(log) {
        let about = (event.operator, event.witness) == (operator, witness);
        return about.then_some(MessageVerdict::Valid);
    }
    let event = Fraud::decode_log_data(log).ok()?;
    let about = (event.operator, event.witness) == (operator, witness);
    about.then(|| MessageVerdict::from_reverted(&event.reason))
}

/// The verdict that a reverting `audit` stands for; none if the hypervisor was not asked.
pub fn verdict_of_revert(data: &[u8]) -> Option<MessageVerdict> {
    let answer = Inconclusive::abi_decode(data).ok()?.answer;
    Some(match MessageVerdict::from_reverted(&answer) {
        // The register would have written these down.
        MessageVerdict::Valid | MessageVerdict::Mismatch(_) | MessageVerdict::Malformed { .. } => {
            MessageVerdict::Inconclusive { reason: iso_evm_hypervisor::Inconclusive::Other }
        }
        verdict => verdict,
    })
}

#[cfg(test)]
mod tests {
    use alloy_primitives::address;
    use iso_evm_wire::Fork;

    use super::*;
    use crate::{
        contracts::{Archives, Contracts, deployer_initcode},
        host::{Host, Sent},
    };

    const REGISTER: Address = address!("00000000000000000000000000000000000e9157");

    fn register(hypervisors: &[B256], schedule: &Schedule) -> Host {
        let host = Host::default().with(REGISTER, &codes(hypervisors, schedule).1);
        host.with_slots(REGISTER, slots(hypervisors, schedule, None))
    }

    fn call(host: &Host, data: Vec<u8>) -> Sent {
        host.send(Address::ZERO, REGISTER, &data.into(), None)
    }

    /// Before the first fork, around each, and far behind the last: what the register says is what
    /// the recorder does, and where there is no hypervisor nobody can commit.
    #[test]
    fn a_blocks_fork_follows_from_the_schedule() {
        let known = [1, 17_000, 560_048, 11_155_111, 10, 11_155_420]
            .map(|chain| Schedule::of_chain(chain).unwrap());
        let given = ["osaka=0", "london=7,shanghai=50,later=90", "prague=block:3,osaka=time:9"]
            .map(|text| Schedule::parse(5, text).unwrap());
        let mut hypervisors = [B256::repeat_byte(1); 9];
        hypervisors[usize::from(Fork::Berlin.number())] = B256::ZERO;
        for schedule in known.iter().chain(&given) {
            let known = schedule.family().rules().len();
            let host = register(&hypervisors[..known], schedule);
            let mut blocks = vec![(0, 0), (u64::MAX, u64::MAX)];
            for at in schedule.activations() {
                for (number, time) in [(1, 0), (0, 1), (0, 0)] {
                    blocks.push((at.number.saturating_sub(number), at.time.saturating_sub(time)));
                }
            }
            for (block_number, block_time) in blocks {
                let fork = schedule.rules_at(block_number, block_time);
                let asked = forkAtCall { blockNumber: block_number, blockTime: block_time };
                let said = call(&host, asked.abi_encode());
                let found = forkAtCall::abi_decode_returns(&said.output).ok();
                let found = found.filter(|_| said.success);
                let first = schedule.activations()[0];
                let early = block_number < first.number || block_time < first.time;
                assert_eq!(found.is_none(), early);
                let audited = found
                    .and_then(|fork| schedule.family().rules().get(usize::from(fork)).copied());
                assert_eq!(audited, fork, "{block_number}, {block_time}: {schedule:?}");

                let block =
                    Block { number: block_number, timestamp: block_time, ..Block::default() };
                let commit =
                    host.send(Address::ZERO, REGISTER, &commit_calldata(b"a", &block), None);
                let refused: Bytes = match found {
                    None => TooEarly { blockNumber: block_number, blockTime: block_time }
                        .abi_encode()
                        .into(),
                    Some(fork) => UnknownFork { fork }.abi_encode().into(),
                };
                let takes = fork.is_some_and(|rules| rules.position() != Fork::Berlin.number());
                assert_eq!(commit.success, takes, "{block_number}, {block_time}: {schedule:?}");
                assert!(takes || commit.output == refused);
            }
        }
    }

    #[test]
    fn a_register_says_what_it_goes_by_and_takes_no_disorder() {
        let contracts = Contracts::new(Archives::CodeHash);
        let schedule = contracts.schedule;
        let said = call(&register(&[], &schedule), scheduleCall {}.abi_encode());
        let said = scheduleCall::abi_decode_returns(&said.output).unwrap();
        assert_eq!((said.chainId, &said.forks), (U256::ONE, &activations(&schedule)));

        let deployer = Address::repeat_byte(0xde);
        let host = Host::default().with(deployer, &deployer_initcode().slice(9..));
        let deploys = |forks: Vec<Activation>| {
            let arguments = (vec![B256::ZERO], U256::ONE, forks).abi_encode_params();
            let initcode = [&[0; 32][..], &AuditRegister::BYTECODE, &arguments].concat();
            host.send(Address::ZERO, deployer, &initcode.into(), None).success
        };
        let at = |number, time| Activation { blockNumber: number, blockTime: time };
        assert!(deploys(vec![]) && deploys(vec![at(1, 1), at(1, 1), at(1, 2)]));
        assert!(!deploys(vec![at(1, 1), at(0, 1)]));
        assert!(!deploys(vec![at(1, 1), at(2, 0)]));
        // Its address follows from the schedule.
        let other = Contracts { schedule: Schedule::of_chain(17_000).unwrap(), ..contracts };
        assert_ne!(contracts.register().address, other.register().address);
        assert_eq!(contracts.hypervisor(Fork::Osaka), other.hypervisor(Fork::Osaka));
    }
}
