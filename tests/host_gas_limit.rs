//! Too little host gas is inconclusive, at every limit below what the audit needs: never valid,
//! never invalid.

use alloy_primitives::U256;
use iso_evm_hypervisor::{Inconclusive, MessageVerdict};
use iso_evm_wire::{Fork, MessageWitness, encoding::encode};

use crate::harness::{
    audit,
    guest::Guest,
    program::{Program, op},
};

fn guest() -> Guest {
    let code = Program::new()
        .push(7)
        .push(1)
        .op([op::SSTORE])
        .push(300)
        .push(0)
        .push(0)
        .op([op::CALLDATACOPY])
        .return_memory_hash();
    Guest::new("bisected", Fork::Osaka, code.build()).calldata([0x5a; 77])
}

#[test]
fn below_what_is_needed_there_is_no_verdict() {
    let run = guest().record();
    let message = run.guest();
    let truth: &MessageWitness = &message.witness;
    let lies = [
        MessageWitness { gasUsed: truth.gasUsed + U256::ONE, ..truth.clone() },
        MessageWitness { status: U256::from(2), ..truth.clone() },
        MessageWitness { stateAccessList: truth.stateAccessList[..1].to_vec(), ..truth.clone() },
    ];
    for witness in [truth].into_iter().chain(&lies) {
        let calldata = encode(witness).into();
        let engine = audit::engine(run.rules);
        let at = |limit| engine.audit(&calldata, &message.code, Some(limit)).verdict;
        let unlimited = engine.audit(&calldata, &message.code, None);
        assert_eq!(unlimited.verdict == MessageVerdict::Valid, witness == truth);

        // the least limit that suffices, by bisection; monotonic, or the samples below fail
        let (mut low, mut high) = (0, unlimited.host_gas * 2 + 100_000);
        assert_eq!(at(high), unlimited.verdict);
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if at(middle) == unlimited.verdict { high = middle } else { low = middle }
        }
        let too_little = MessageVerdict::Inconclusive { reason: Inconclusive::HostOutOfGas };
        let mut limits: Vec<u64> = (0..400).map(|part| high * part / 400).collect();
        limits.extend(0..100);
        limits.extend(high.saturating_sub(400)..high);
        for limit in limits {
            assert_eq!(at(limit), too_little, "limit {limit} of {high}");
        }
        for limit in high..high + 50 {
            assert_eq!(at(limit), unlimited.verdict, "limit {limit} of {high}");
        }
    }
}
