//! The account `0x03`, of which a touch outlasts its undoing: touched in every way, and undone.
//! `specs/02-message-witness.md`, section Touched. Roots inside are those of the audits' own state.

use iso_evm_wire::Fork;
use iso_evm_witness::prestate::PrestateAccount;

use super::*;
use crate::harness::guest::{CONTRACT, DRIVER, SENDER};

const RIPEMD160: Address = Address::with_last_byte(3);
/// Called by the guest; calls on.
const MIDDLE: Address = Address::repeat_byte(0x66);
const SELFDESTRUCT: u8 = 0xff;
const INVALID: u8 = 0xfe;
/// Length of an input whose hash no stipend pays for.
const LONG: u64 = 2_000;

/// What the state has at `0x03`.
#[derive(Clone, Copy, Debug)]
enum There {
    Nothing,
    Empty,
    Balance,
}

/// A call of `0x03` with all its input; `gas` beside the stipend.
fn ripemd(program: Program, opcode: u8, value: u64, gas: u64) -> Program {
    let program = program.push(0).push(0).push(LONG).push(0);
    let program = match opcode {
        op::CALL | op::CALLCODE => program.push(value),
        _ => program,
    };
    program.push_address(RIPEMD160).push(gas).op([opcode, op::POP])
}

/// Writes a slot, so that there is a root behind.
fn write(program: Program, key: u64) -> Program {
    program.push(7).push(key).op([op::SSTORE])
}

fn revert(program: Program) -> Vec<u8> {
    program.push(0).push(0).op([op::REVERT]).build()
}

/// A guest with what it calls: code at `OTHER` and `MIDDLE`.
struct Way {
    name: String,
    guest: Vec<u8>,
    other: Vec<u8>,
    middle: Vec<u8>,
    end: End,
}

fn ways() -> Vec<Way> {
    let mut ways = Vec::new();
    let mut way = |name: String, guest: Program, other: Vec<u8>, end: End| {
        let guest = match end {
            End::Revert => revert(guest),
            End::Halt => guest.op([INVALID]).build(),
            _ => guest.build(),
        };
        let middle = write(Program::new().call(op::CALL, OTHER, 0, Some(200_000)), 2);
        ways.push(Way { name, guest, other, middle: revert(middle), end });
    };
    let opcodes = [op::CALL, op::CALLCODE, op::DELEGATECALL, op::STATICCALL];
    let ends = || [End::Success, End::Revert, End::Halt];
    let calls = opcodes.into_iter().map(|opcode| (opcode, 0));
    for (opcode, value) in calls.chain([(op::CALL, 1), (op::CALLCODE, 1)]) {
        for gas in [0, 50_000] {
            let name = format!("{opcode:x} value {value} gas {gas}");
            let call = |program| ripemd(program, opcode, value, gas);
            for end in ends() {
                let guest = write(call(write(Program::new(), 1)), 2);
                way(format!("{name}, {end:?}"), guest, vec![], end);
            }
            for (calls, through) in [(OTHER, "below"), (MIDDLE, "two below")] {
                for undone in [true, false] {
                    let inner = write(call(Program::new()), 1);
                    let inner = if undone { revert(inner) } else { inner.build() };
                    let guest = Program::new().call(op::CALL, calls, 0, Some(400_000));
                    let guest = write(guest.op([op::POP]), 3);
                    way(format!("{name}, {through}, {undone}"), guest, inner, End::Success);
                }
            }
            // In initcode that reverts.
            let initcode = revert(call(Program::new()));
            let guest = initcode.iter().enumerate().fold(Program::new(), |program, (at, byte)| {
                program.push(u64::from(*byte)).push(at as u64).op([op::MSTORE8])
            });
            let guest = guest.create(op::CREATE, 0, initcode.len() as u64).op([op::POP]);
            way(format!("{name}, in initcode"), write(guest, 1), vec![], End::Success);
        }
    }
    for (calls, through) in [(OTHER, "kept"), (MIDDLE, "undone")] {
        let heir = Program::new().push_address(RIPEMD160).op([SELFDESTRUCT]).build();
        for value in [0, 1] {
            let guest = Program::new().call(op::CALL, calls, value, Some(400_000));
            let guest = write(guest.op([op::POP]), 3);
            way(format!("an heir, value {value}, {through}"), guest, heir.clone(), End::Success);
        }
    }
    ways
}

fn put(there: There) -> impl Fn(&mut Execution) + Sync + Send {
    move |execution| {
        let balance = match there {
            There::Nothing => return,
            There::Empty => U256::ZERO,
            There::Balance => U256::ONE,
        };
        let account = PrestateAccount { balance, ..PrestateAccount::default() };
        execution.prestate.insert(RIPEMD160, account);
    }
}

#[test]
fn a_touch_that_outlasts_its_undoing() {
    let mut cases = Vec::new();
    for fork in Fork::ALL {
        for Way { name, guest, other, middle, end } in ways() {
            for there in [There::Nothing, There::Empty, There::Balance] {
                let guest = Guest::new(format!("{name}, {there:?}"), fork, guest.clone())
                    .with_code(OTHER, other.clone())
                    .with_code(MIDDLE, middle.clone());
                cases.push(Case::new(guest, end.clone()).change(put(there)));
            }
        }
    }
    check_all(cases);
}

/// The smallest: `honest/ripemd-touch`, in every fork. Behind the call the account is gone.
#[test]
fn the_root_behind_a_failed_call_is_without_the_account() {
    for fork in Fork::ALL {
        let code = ripemd(Program::new(), op::CALL, 0, 0).build();
        let case = Case::new(Guest::new("failed", fork, code), End::Success);
        let case = case.change(put(There::Empty)).outcomes([Outcome::Precompile]);
        let message = &case.recorded().messages[1].witness;
        let record = Record::decode(&message.stateAccessList[1]).expect("a record");
        let Record::Call(_, call) = record else { panic!("{record:?}") };
        assert_eq!((call.status, call.stateRoot), (0, message.stateRootLeave));
        assert_ne!(message.stateRootEnter, message.stateRootLeave, "{fork}");
    }
}

/// A transaction to the precompile itself, whose gas does not suffice.
#[test]
fn a_transaction_that_fails_there() {
    for fork in Fork::ALL {
        for there in [There::Nothing, There::Empty, There::Balance] {
            let mut execution = Guest::new("top", fork, vec![]).execution();
            put(there)(&mut execution);
            execution.tx.kind = revm::primitives::TxKind::Call(RIPEMD160);
            // From Prague the floor is more than the intrinsic gas: of no data it is the same.
            execution.tx.gas_limit = 21_000;
            let recording = record(&execution).expect("a transaction that runs");
            assert!(!recording.success && recording.messages.is_empty());
            agrees_with_plain_revm(&execution, &recording).expect("plain revm");
            proved::all_proved("top", &execution, &recording).expect("all audits");
        }
    }
}

/// A SELFDESTRUCT that cannot be paid has touched nobody (execution specs, `selfdestruct`: gas is
/// charged first). Plain revm keeps the touch of `0x03`.
#[test]
fn an_heir_that_is_not_paid_for_is_not_touched() {
    for fork in Fork::ALL {
        let code = Program::new().push_address(RIPEMD160).op([SELFDESTRUCT]).build();
        let mut execution = Guest::new("unpaid", fork, code).gas(3 + 5_000 + 24_999).execution();
        put(There::Empty)(&mut execution);
        let recording = record(&execution).expect("a transaction that runs");
        assert_eq!(recording.messages[1].witness.status, U256::ZERO);
        audit::all_valid("unpaid", fork, &recording).expect("the execution audit");
        proved::all_proved("unpaid", &execution, &recording).expect("the other audits");
        let mut after = execution.prestate.clone();
        let fee = |price| U256::from(recording.gas_used) * U256::from(price);
        let (price, base) = (execution.tx.gas_price, u128::from(execution.block.basefee));
        let sender = after.get_mut(&SENDER).expect("the sender");
        (sender.nonce, sender.balance) = (sender.nonce + 1, sender.balance - fee(price));
        after.entry(execution.block.beneficiary).or_default().balance += fee(price - base);
        assert!(after.contains_key(&RIPEMD160) && after.contains_key(&DRIVER));
        assert!(after.contains_key(&CONTRACT));
        let expected = state_trie(&after).root().expect("all is known");
        assert_eq!(recording.state_root_leave, expected, "{fork}");
    }
}
