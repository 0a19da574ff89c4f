//! A block's fork, by the schedule that the register goes by.

use alloy_primitives::{Address, B256, Bytes, U256, address};
use alloy_sol_types::{SolCall, SolError, SolValue};
use iso_evm_wire::{Fork, Schedule, block::Block};

use crate::{
    contracts::{Archives, Contracts, deployer_initcode},
    host::{Host, Sent},
    register::{
        Activation, AuditRegister, TooEarly, UnknownFork, activations, codes, commit_calldata,
        forkAtCall, scheduleCall, slots,
    },
};

const REGISTER: Address = address!("00000000000000000000000000000000000e9157");

fn register(machines: &[B256], schedule: &Schedule) -> Host {
    let host = Host::default().with(REGISTER, &codes(machines, schedule).1);
    host.with_slots(REGISTER, slots(machines, schedule))
}

fn call(host: &Host, data: Vec<u8>) -> Sent {
    host.send(Address::ZERO, REGISTER, &data.into(), None)
}

/// Before the first fork, around each, and far behind the last: what the register says is what
/// the recorder does, and where there is no machine nobody can commit.
#[test]
fn a_blocks_fork_follows_from_the_schedule() {
    let known = [1, 17_000, 560_048, 11_155_111, 10, 11_155_420]
        .map(|chain| Schedule::of_chain(chain).unwrap());
    let given = ["osaka=0", "london=7,shanghai=50,later=90", "prague=block:3,osaka=time:9"]
        .map(|text| Schedule::parse(5, text).unwrap());
    let mut machines = [B256::repeat_byte(1); 9];
    machines[usize::from(Fork::Berlin.number())] = B256::ZERO;
    for schedule in known.iter().chain(&given) {
        let known = schedule.family().rules().len();
        let host = register(&machines[..known], schedule);
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
            let audited =
                found.and_then(|fork| schedule.family().rules().get(usize::from(fork)).copied());
            assert_eq!(audited, fork, "{block_number}, {block_time}: {schedule:?}");

            let block = Block { number: block_number, timestamp: block_time, ..Block::default() };
            let commit = host.send(
                Address::ZERO,
                REGISTER,
                &commit_calldata(B256::repeat_byte(0xa), &block),
                None,
            );
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
    assert_eq!(contracts.machine(Fork::Osaka), other.machine(Fork::Osaka));
}
