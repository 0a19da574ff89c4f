//! The verdict depends on calldata and archives alone: it is the same under every fork of the host
//! from Cancun on, in any block, from any sender, called directly, by CALL or by STATICCALL.

use alloy_primitives::{Address, Bytes, TxKind, U256};
use iso_evm_hypervisor::Verdict;
use iso_evm_witness::{Fork, MessageWitness, encoding::encode};
use revm::{context::result::ExecutionResult, primitives::hardfork::SpecId};

use crate::harness::{
    audit,
    guest::Guest,
    host::Host,
    program::{Program, op},
};

const HYPERVISOR: Address = Address::repeat_byte(0xa1);
const PROXY: Address = Address::repeat_byte(0xb2);

/// Passes its calldata on by `call`, and its answer back.
fn proxy(call: u8) -> Vec<u8> {
    const GAS: u8 = 0x5a;
    let code = Program::new().op([op::CALLDATASIZE]).push(0).push(0).op([op::CALLDATACOPY]);
    let code = code.push(0).push(0).op([op::CALLDATASIZE]).push(0);
    let code = if call == op::CALL { code.push(0) } else { code };
    let code = code.push_address(HYPERVISOR).op([GAS, call]);
    let code = code.op([op::RETURNDATASIZE]).push(0).push(0).op([op::RETURNDATACOPY]);
    // The flag is on the stack: on success, jump over the revert.
    let revert = Program::new().op([op::RETURNDATASIZE]).push(0).op([op::REVERT]);
    let destination = code.len() + 3 + revert.len();
    let code = code.push(destination).op([op::JUMPI]).op(revert.build()).op([op::JUMPDEST]);
    code.op([op::RETURNDATASIZE]).push(0).op([op::RETURN]).build()
}

/// What a call that ended like this says.
fn verdict(result: &ExecutionResult) -> Verdict {
    match result {
        ExecutionResult::Success { output, .. } => Verdict::from_returned(output.data()),
        ExecutionResult::Revert { output, .. } => Verdict::from_reverted(output),
        other => panic!("the host halts: {other:?}"),
    }
}

#[test]
fn the_verdict_is_the_same_on_any_host() {
    let code = Program::new()
        .push(7)
        .push(1)
        .op([op::SSTORE, 0x42, 0x43, 0x46, 0x33, 0x32, 0x3a, 0x5a])
        .return_word();
    let run = Guest::new("any host", Fork::Osaka, code.build()).record();
    let message = run.guest();
    let truth = &message.witness;
    let claims = [
        truth.clone(),
        MessageWitness { gasUsed: truth.gasUsed + U256::ONE, ..truth.clone() },
        MessageWitness { stateAccessList: Vec::new(), ..truth.clone() },
        MessageWitness { gasAvailable: U256::MAX, ..truth.clone() },
    ];
    let engine = audit::engine(run.fork);
    for claim in claims {
        let calldata: Bytes = encode(&claim).into();
        let expected = engine.audit(&calldata, &message.code, None).verdict;
        for rules in [SpecId::CANCUN, SpecId::PRAGUE, SpecId::OSAKA] {
            for number in [1_u64, 25_000_000] {
                let mut host = Host::new(rules);
                host.block.number = U256::from(number);
                host.block.timestamp = U256::from(number * 3);
                host.put(HYPERVISOR, engine.contract().code.clone());
                for (archive, held) in engine.archives(&calldata, &message.code) {
                    host.put(archive, held);
                }
                for sender in [Address::repeat_byte(0x01), Address::repeat_byte(0xee)] {
                    let direct = host.send(sender, TxKind::Call(HYPERVISOR), calldata.clone());
                    assert_eq!(verdict(&direct), expected);
                    for call in [op::CALL, op::STATICCALL] {
                        host.put(PROXY, proxy(call));
                        let result = host.send(sender, TxKind::Call(PROXY), calldata.clone());
                        assert_eq!(verdict(&result), expected, "by {call:#x}");
                    }
                }
            }
        }
    }
}
