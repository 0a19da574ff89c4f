//! Chains of calls and creations as deep as the call stack, and the one that is refused there.

use iso_evm_wire::Fork;

use super::*;
use crate::harness::guest::CONTRACT;

/// The driver's frame and 1024 below it.
const MESSAGES: usize = 1025;
/// Gas of which a 64th is held back 1024 times.
const PLENTY: u64 = 1 << 58;
const CODESIZE: u8 = 0x38;
const CODECOPY: u8 = 0x39;

/// Gas for the whole depth. Osaka's transactions cannot have it (EIP-7825).
fn plenty(execution: &mut Execution) {
    execution.block.gas_limit = u64::MAX;
    execution.block.basefee = 0;
    execution.tx.gas_price = 0;
    execution.tx.gas_limit = 2 * PLENTY;
}

fn check(name: &str, code: &Program) {
    let forks = [Fork::Istanbul, Fork::Berlin, Fork::Shanghai, Fork::Cancun, Fork::Prague];
    for fork in forks {
        // what was refused, and how much it returned
        let code = code.clone().keep(0).op([op::RETURNDATASIZE]).keep(1).give(2).build();
        let guest = Guest::new(name, fork, code).gas(PLENTY);
        let recording = Case::new(guest, End::Success).change(plenty).recorded();
        assert_eq!(recording.messages.len(), MESSAGES, "{name} {fork}");
        let last = &recording.messages[MESSAGES - 1];
        assert_eq!(last.depth, MESSAGES - 1);
        assert_eq!(outcomes(last), [Outcome::Depth], "{name} {fork}");
        assert_eq!(last.witness.returndataHash, keccak256([0; 64]), "{name} {fork}");
        let above = &recording.messages[MESSAGES - 2];
        assert_eq!(outcomes(above), [Outcome::Child], "{name} {fork}");
    }
}

#[test]
fn calls_1024_deep() {
    check("CALL", &Program::new().call(op::CALL, CONTRACT, 0, None));
    check("CALL with value", &Program::new().call(op::CALL, CONTRACT, 1, None));
    check("CALLCODE", &Program::new().call(op::CALLCODE, CONTRACT, 0, None));
    check("DELEGATECALL", &Program::new().call(op::DELEGATECALL, CONTRACT, 0, None));
    check("STATICCALL", &Program::new().call(op::STATICCALL, CONTRACT, 0, None));
}

/// Each creates with its own code as initcode.
#[test]
fn creations_1024_deep() {
    let copied = Program::new().op([CODESIZE]).push(0).push(0).op([CODECOPY]);
    let create = copied.clone().op([CODESIZE]).push(0).push(0).op([op::CREATE]);
    check_creations("CREATE", create);
    let create2 = copied.push(0).op([CODESIZE]).push(0).push(0).op([op::CREATE2]);
    check_creations("CREATE2", create2);
}

fn check_creations(name: &str, code: Program) {
    for fork in [Fork::Istanbul, Fork::Cancun, Fork::Prague] {
        let guest = Guest::new(name, fork, code.clone().build()).gas(PLENTY);
        let recording = Case::new(guest, End::Success).change(plenty).recorded();
        assert_eq!(recording.messages.len(), MESSAGES, "{name} {fork}");
        assert_eq!(outcomes(&recording.messages[MESSAGES - 1]), [Outcome::Depth], "{name} {fork}");
    }
}
