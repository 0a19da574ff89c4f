//! What the segments of long guests take, of 16,000,000 gas each: a table in `specs/19-segments.md`.

use std::fmt::Write as _;

use alloy_primitives::{Address, Bytes};
use iso_evm_hypervisor::{Code, MessageVerdict, SegmentVerdict};
use iso_evm_testing::measurements::{replaced, thousands};
use iso_evm_wire::{
    Fork,
    encoding::encode,
    protocol::{TX_BASE_COST, calldata_cost},
    segment::{Cut, PAGE_SIZE},
};

use crate::{
    harness::{
        audit, blessed,
        guest::Guest,
        program::{Program, op},
    },
    specs::committed,
};

/// Gas of each guest.
const GAS: u64 = 15_700_000;
/// The most gas of a transaction (EIP-7825).
const CAP: u64 = 16_777_216;
/// The most bytes of a transaction in public mempools.
const MEMPOOL: usize = 131_072;

/// Code that runs a body until the gas is gone.
fn endless(setup: Program, body: impl AsRef<[u8]>) -> Vec<u8> {
    let top = setup.len();
    setup.op([op::JUMPDEST]).op(body).push(top).op([op::JUMP]).build()
}

/// Arithmetic.
fn computing() -> Guest {
    let body = Program::new().op([op::DUP2, op::DUP2, op::MUL]).push(7).op([op::XOR, op::ADD]);
    Guest::new("computation", Fork::Osaka, endless(Program::new().push(3).push(5), body.build()))
}

/// Slots read and written, eight of them again and again.
fn storing() -> Guest {
    let body = Program::new().push(1).op([op::ADD, op::DUP1]).push(7).op([op::AND]);
    let body = body.op([op::DUP1, op::SLOAD]).push(1).op([op::ADD, op::SWAP1, op::SSTORE]);
    Guest::new("SLOAD and SSTORE", Fork::Osaka, endless(Program::new().push(0), body.build()))
}

/// A stretch of memory filled word by word, from its end down to the second word.
fn filled(size: usize) -> Program {
    let setup = Program::new().push(size);
    let top = setup.len();
    let setup = setup.op([op::JUMPDEST]).push(32).op([op::SWAP1, op::SUB]);
    let setup = setup.op([op::DUP1, op::DUP1, op::NOT, op::SWAP1, op::MSTORE]);
    setup.op([op::DUP1]).push(top).op([op::JUMPI])
}

/// Arithmetic on a word of memory.
fn on_memory() -> Vec<u8> {
    let body = Program::new().push(64).op([op::MLOAD]).push(5).op([op::MUL]).push(1);
    body.op([op::ADD]).push(64).op([op::MSTORE]).build()
}

/// A megabyte filled, then arithmetic.
fn filling() -> Guest {
    Guest::new("1 MB of memory", Fork::Osaka, endless(filled(1 << 20), on_memory()))
}

/// Half a megabyte filled and copied at once, then arithmetic.
fn copying() -> Guest {
    const HALF: usize = 1 << 19;
    let setup = filled(HALF).push(HALF).push(0).push(HALF).op([op::MCOPY]);
    Guest::new("half of 1 MB copied at once", Fork::Osaka, endless(setup, on_memory()))
}

/// Memory whose cost is nearly all the gas, no page of it zero, its two ends read and written in turns.
fn reaching() -> Guest {
    const FAR: usize = 0x28_0000;
    let setup = Program::new().push(FAR);
    let top = setup.len();
    let setup = setup.op([op::JUMPDEST, op::DUP1, op::DUP1, op::MSTORE]).push(PAGE_SIZE);
    let setup = setup.op([op::SWAP1, op::SUB, op::DUP1]).push(top).op([op::JUMPI]).push(60);
    let top = setup.len();
    let code = setup.op([op::JUMPDEST, op::DUP1, op::DUP1]).push(0).op([op::MSTORE]);
    let code = code.push(FAR).op([op::MLOAD, op::ADD]).push(FAR + 31).op([op::MSTORE8]);
    let code = code.push(1).op([op::SWAP1, op::SUB, op::DUP1]).push(top).op([op::JUMPI]);
    Guest::new("2.6 MB of memory, its ends in turns", Fork::Osaka, code.op([op::STOP]).build())
}

/// Calls of a contract that returns a word.
fn calling() -> Guest {
    let callee = Address::repeat_byte(0x77);
    let body = Program::new().push(32).push(0).push(0).push(0).push_address(callee);
    let body = body.op([op::GAS, op::STATICCALL, op::POP]);
    let code = Program::new().push(42).return_word().build();
    Guest::new("calls", Fork::Osaka, endless(Program::new(), body.build())).with_code(callee, code)
}

/// What the segments of a guest take.
#[derive(Debug)]
struct Taken {
    host: Vec<u64>,
    transactions: Vec<u64>,
    bytes: usize,
}

fn transaction_gas(input: &[u8], host: u64) -> u64 {
    let zeros = input.iter().filter(|byte| **byte == 0).count() as u64;
    let others = input.len() as u64 - zeros;
    let floor = TX_BASE_COST + 10 * (zeros + 4 * others);
    (TX_BASE_COST + calldata_cost(zeros, others) + host).max(floor)
}

fn take(guest: &Guest) -> Taken {
    let both = audit::engine(guest.rules);
    let recording = guest.record().recording;
    let message = &recording.messages[1];
    let calldata: Bytes = encode(&message.witness).into();
    let code = Code::new(message.code.clone());
    let mut taken = Taken { host: Vec::new(), transactions: Vec::new(), bytes: 0 };
    let verdict = both.native.cut(&calldata, Some(&code), Cut::default(), &mut |cutting| {
        let mut segment = cutting.segment;
        segment.code = Some(message.code.clone());
        let input = segment.encode();
        let audited = both.run_segment(&input, &[], None);
        let expected = match cutting.end {
            Some(end) => SegmentVerdict::Reached(Box::new(end)),
            None => SegmentVerdict::Message(MessageVerdict::Valid),
        };
        assert_eq!(audited.verdict, expected, "{}", guest.name);
        taken.host.push(audited.host_gas);
        taken.transactions.push(transaction_gas(&input, audited.host_gas));
        taken.bytes = taken.bytes.max(input.len());
    });
    assert_eq!(verdict, MessageVerdict::Valid, "{}", guest.name);
    taken.host.sort_unstable();
    taken.transactions.sort_unstable();
    taken
}

#[test]
fn every_segment_of_a_guest_of_16_million_gas_fits_a_transaction() {
    let mut table =
        "| guest | segments | host gas, median | worst | transaction, median | worst | \
                     calldata, most |\n|---|---|---|---|---|---|---|\n"
            .to_owned();
    for (guest, fits) in [
        (computing(), true),
        (storing(), true),
        (filling(), true),
        // What it copies comes from archives, in a dispute.
        (copying(), false),
        (reaching(), true),
        (calling(), true),
    ] {
        let guest = guest.gas(GAS);
        let Taken { host, transactions, bytes } = take(&guest);
        let worst = |list: &[u64]| list.last().copied().unwrap_or_default();
        assert!(worst(&host) <= CAP, "{}: {host:?}", guest.name);
        assert!(!fits || worst(&transactions) <= CAP, "{}: {transactions:?}", guest.name);
        assert!(!fits || bytes <= MEMPOOL, "{}: {bytes} bytes", guest.name);
        let _ = writeln!(
            table,
            "| {} | {} | {} | {} | {} | {} | {} |",
            guest.name,
            thousands(host.len() as u64),
            thousands(host[host.len() / 2]),
            thousands(worst(&host)),
            thousands(transactions[transactions.len() / 2]),
            thousands(worst(&transactions)),
            thousands(bytes as u64),
        );
    }
    let page = replaced(&committed("19-segments.md"), "segments-of-guests", &table);
    blessed::compare("../specs/19-segments.md", &page);
}
