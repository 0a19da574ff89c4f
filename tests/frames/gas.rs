//! Out of gas in each phase of CALL and CREATE, and just before a cold load.

use iso_evm_wire::Fork;

use super::*;

const PUSH: u64 = 3;
const STIPEND: u64 = 2300;

/// What an opcode charges, phase by phase; and the gas with which it is done.
struct Phases {
    name: String,
    fork: Fork,
    code: Vec<u8>,
    /// The running sum after each phase.
    sums: Vec<u64>,
}

impl Phases {
    fn new(name: &str, fork: Fork, code: Vec<u8>, phases: &[u64]) -> Self {
        let mut sum = 0;
        let add = |phase: &u64| {
            sum += phase;
            sum
        };
        let sums = phases.iter().map(add).collect();
        Self { name: name.to_owned(), fork, code, sums }
    }

    /// One gas less than each sum, exactly it, and one more: only the last sum is enough.
    fn cases(self) -> Vec<Case> {
        let whole = self.sums.last().copied().expect("phases");
        let edges = self.sums.iter().flat_map(|sum| [sum.saturating_sub(1), *sum, sum + 1]);
        let case = |gas| {
            let guest = Guest::new(format!("{}: {gas}", self.name), self.fork, self.code.clone())
                .with_code(OTHER, [op::STOP])
                .gas(gas);
            Case::new(guest, if gas < whole { End::Halt } else { End::Success })
        };
        edges.map(case).collect()
    }
}

fn after_berlin(fork: Fork, after: u64, before: u64) -> u64 {
    if fork >= Fork::Berlin { after } else { before }
}

/// What a cold access costs beyond the warm one.
fn access(fork: Fork, before: u64) -> [u64; 2] {
    if fork >= Fork::Berlin { [100, 2500] } else { [before, 0] }
}

fn memory(words: u64) -> u64 {
    3 * words + words * words / 512
}

#[test]
fn phases_of_a_call() {
    const OUTPUT: u64 = 20_000;
    let mut cases = Vec::new();
    for fork in Fork::ALL {
        for (to, value, new) in [(OTHER, 0, 0), (OTHER, 1, 0), (NOBODY, 1, 25_000), (NOBODY, 0, 0)]
        {
            for opcode in [op::CALL, op::CALLCODE, op::DELEGATECALL, op::STATICCALL] {
                let has_value = matches!(opcode, op::CALL | op::CALLCODE);
                if value > 0 && !has_value {
                    continue;
                }
                let program = Program::new().push(OUTPUT).push(0).push(0).push(0);
                let program = if has_value { program.push(value) } else { program };
                let code = program.push_address(to).push(0).op([opcode]).build();
                let [warm, cold] = access(fork, 700);
                let pushes = if has_value { 7 } else { 6 };
                let phases = [
                    pushes * PUSH,
                    memory(OUTPUT.div_ceil(32)),
                    warm,
                    cold,
                    if value > 0 { 9_000 } else { 0 },
                    if opcode == op::CALL { new } else { 0 },
                ];
                let name = format!("{opcode:x} of {to} with {value}");
                cases.extend(Phases::new(&name, fork, code, &phases).cases());
            }
        }
    }
    check_all(cases);
}

/// A callee that gets one gas too little halts; its caller does not.
#[test]
fn a_callee_out_of_gas() {
    let mut cases = Vec::new();
    for fork in Fork::ALL {
        let needed = 3 + 3 + 3;
        for (gas, value, success) in
            [(needed - 1, 0, 0), (needed, 0, 1), (0, 0, 0), (0, 1, 1), (u64::MAX, 0, 1)]
        {
            let program = Program::new().call(op::CALL, OTHER, value, Some(gas)).keep(0).give(1);
            let guest = Guest::new(format!("callee with {gas}, {value}"), fork, program.build())
                .with_code(OTHER, Program::new().push(1).push(2).op([op::ADD]).build());
            cases.push(Case::new(guest, words([success])).outcomes([Outcome::Child]));
        }
        assert!(STIPEND > needed);
    }
    check_all(cases);
}

#[test]
fn phases_of_a_creation() {
    const SIZE: u64 = 10_000;
    let mut cases = Vec::new();
    for fork in Fork::ALL {
        let words = SIZE.div_ceil(32);
        let metering = if fork >= Fork::Shanghai { 2 * words } else { 0 };
        // of zeros, that is, of STOPs
        let code = Program::new().create(op::CREATE, 0, SIZE).build();
        let phases = [3 * PUSH, metering, memory(words), 32_000];
        cases.extend(Phases::new("CREATE", fork, code, &phases).cases());
        let code = Program::new().create(op::CREATE2, 0, SIZE).build();
        let phases = [4 * PUSH, metering, memory(words), 6 * words, 32_000];
        cases.extend(Phases::new("CREATE2", fork, code, &phases).cases());
    }
    check_all(cases);
}

/// The last gas before a load that was never made, and after it.
#[test]
fn just_before_a_cold_load() {
    let mut cases = Vec::new();
    for fork in Fork::ALL {
        for (opcode, before) in [(0x31, 700), (0x3b, 700), (0x3f, 700)] {
            let code = Program::new().push_address(NOBODY).op([opcode]).build();
            let [warm, cold] = access(fork, before);
            let name = format!("{opcode:x}");
            cases.extend(Phases::new(&name, fork, code, &[PUSH, warm, cold]).cases());
        }
        let code = Program::new().push(0).op([0x54]).build();
        let slot = after_berlin(fork, 2_000, 800);
        let warm = after_berlin(fork, 100, 0);
        cases.extend(Phases::new("SLOAD", fork, code, &[PUSH, warm, slot]).cases());
        let code = Program::new().push(40).push(0).push(0).push_address(OTHER).op([0x3c]).build();
        let [warm, cold] = access(fork, 700);
        let phases = [4 * PUSH, 2 * 3, memory(2), warm, cold];
        cases.extend(Phases::new("EXTCODECOPY", fork, code, &phases).cases());
        // the sentry of 2300 (EIP-2200), then the load, then the write
        let code = Program::new().push(1).push(0).op([op::SSTORE]).build();
        let cold = after_berlin(fork, 2_100, 0);
        let phases = [2 * PUSH, STIPEND, 20_000 + cold - STIPEND];
        cases.extend(Phases::new("SSTORE", fork, code.clone(), &phases).cases());
        let phases =
            [2 * PUSH, after_berlin(fork, 100, 800), cold, 20_000 - after_berlin(fork, 100, 800)];
        cases.extend(Phases::new("SSTORE", fork, code, &phases).cases());
    }
    check_all(cases);
}
