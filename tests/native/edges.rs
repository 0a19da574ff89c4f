//! What no other test asks of the native engine: archives, sizes, gas without end.

use alloy_primitives::{Bytes, U256};
use iso_evm_hypervisor::{
    ArchiveKey, ArchiveOptions, Code, EmitOptions, Engine, Inconclusive, MessageVerdict,
    MismatchKind, archive::PART_SIZE,
};
use iso_evm_wire::{Fork, MessageWitness, encoding::encode, layout};
use revm::bytecode::opcode as op;

use super::halting;
use crate::harness::{audit, program::Program};

const FORK: Fork = Fork::Osaka;

/// Both engines say the same of archives that are not there, in both modes, whatever they hold.
#[test]
fn both_engines_agree_on_missing_and_foreign_archives() {
    let codes = [0, 1, PART_SIZE - 1, PART_SIZE, PART_SIZE + 1, 2 * PART_SIZE];
    let codes = codes.map(|size| Bytes::from(vec![op::JUMPDEST; size]));
    for key in [ArchiveKey::CodeHash, ArchiveKey::Account] {
        let archive = ArchiveOptions { key, ..ArchiveOptions::default() };
        let engine = Engine::with_options(&EmitOptions { rules: FORK.into(), archive });
        for named in &codes {
            let calldata: Bytes = encode(&halting(named, 100)).into();
            for held in &codes {
                let hypervisor = engine.audit(&calldata, held, None).verdict;
                let native = engine.native().audit(&calldata, Some(&Code::new(held.clone())));
                assert_eq!(native, hypervisor, "{key:?}: {} for {}", held.len(), named.len());
                let found = matches!(native, MessageVerdict::Unavailable { .. });
                assert_eq!(
                    found,
                    held != named && !(key == ArchiveKey::CodeHash && named.is_empty())
                );
            }
            let nothing = engine.run(&calldata, &[], None).verdict;
            assert_eq!(engine.native().audit(&calldata, None), nothing, "{key:?}: nothing");
        }
    }
}

/// Code beyond what the contract can hold is inconclusive for both.
#[test]
fn code_that_is_too_large() {
    for size in [1 << 24, (1 << 24) + 1] {
        let code = vec![op::JUMPDEST; size];
        let calldata = encode(&halting(&code, 100)).into();
        let verdict = audit::engine(FORK).audit(&calldata, &code, None).verdict;
        assert_eq!(verdict, MessageVerdict::Inconclusive { reason: Inconclusive::TooLarge });
    }
}

/// With gas for memory of 2^32 bytes and more, the contract's bound on offsets is the native
/// engine's too; without, revm's own gas says no.
#[test]
fn offsets_that_no_gas_buys() {
    let far = U256::ONE << 32;
    let codes = [
        Program::new().push(far).op([op::MLOAD]),
        Program::new().push(1).push(far).op([op::MSTORE]),
        Program::new().push(1).push(far).op([op::MSTORE8]),
        Program::new().push(1).push(far).op([op::KECCAK256]),
        Program::new().push(far).push(0).op([op::KECCAK256]),
        Program::new().push(1).push(0).push(far).op([op::CALLDATACOPY]),
        Program::new().push(far).push(0).push(0).op([op::CODECOPY]),
        Program::new().push(1).push(0).push(far).op([op::RETURNDATACOPY]),
        Program::new().push(1).push(far).push(0).op([op::MCOPY]),
        Program::new().push(1).push(0).push(far).op([op::MCOPY]),
        Program::new().push(1).push(far).op([op::RETURN]),
        Program::new().push(far).push(0).op([op::REVERT]),
        Program::new().push(1).push(far).op([op::LOG0]),
        Program::new().push(far).push(1).push(0).op([op::CREATE]),
        Program::new().push(far).push(0).push(0).push(0x22).op([op::EXTCODECOPY]),
        Program::new().op([op::MLOAD]),
        Program::new().op([op::MCOPY]),
    ];
    for code in codes.map(Program::build) {
        for gas in [(1 << 45) - 1, 1 << 45, 1 << 46, 1 << 60, u64::MAX] {
            let message = halting(&code, gas);
            let calldata = encode(&message).into();
            let verdict = audit::engine(FORK).audit(&calldata, &code, None).verdict;
            assert_eq!(verdict, MessageVerdict::Valid, "{code:02x?} with {gas}");
            // Where the pc stands then.
            let lie = MessageWitness { status: U256::ONE, ..message };
            let calldata = encode(&lie).into();
            let verdict = audit::engine(FORK).audit(&calldata, &code, None).verdict;
            assert!(
                matches!(verdict, MessageVerdict::Mismatch(found) if found.kind == MismatchKind::Status)
            );
        }
    }
}

/// Too little gas, too few words or too many, at every opcode and just there: the pc is the same.
#[test]
fn where_the_pc_stands() {
    for opcode in 0..=u8::MAX {
        for words in [0, 1, 2, 6, 7, 1023, 1024] {
            // Zeros are no destination; destination 0 is one if the code begins with `JUMPDEST`.
            for first in [op::JUMPDEST, 0x58] {
                let mut code = vec![first];
                code.extend(std::iter::repeat_n(0x5f, words));
                code.push(opcode);
                let before = 2 * words as u64 + 2;
                for gas in
                    [1, 2, 3, 4, 7, 8, 9, 10, 11, 12, 40, 3_000, 40_000].map(|gas| before + gas)
                {
                    let lie = MessageWitness { status: U256::from(3), ..halting(&code, gas) };
                    let calldata = encode(&lie).into();
                    audit::engine(FORK).audit(&calldata, &code, Some(10_000_000));
                }
            }
        }
    }
}

/// A record that claims to end beyond all bounds is malformed, and says so.
#[test]
fn a_record_without_end() {
    let code = Program::new().push(0).push(0).push(0).op([op::CREATE]).build();
    let mut message = halting(&code, 100_000);
    let mut metadata = vec![0; 9 * 32];
    metadata.extend([0xff; 32]);
    message
        .stateAccessList
        .push(iso_evm_wire::AccessWitness { opcode: op::CREATE, metadata: metadata.into() });
    let mut calldata = encode(&message);
    // What the length of the metadata must be, for a `returndata` of 2^255 bytes.
    let length: U256 = U256::ONE << 255;
    let size = calldata.len() - 64;
    calldata[size..size + 32].copy_from_slice(&length.to_be_bytes::<32>());
    let head = layout::METADATA_OFFSET;
    let metadata_length = size - 9 * 32 - 32;
    assert_eq!(calldata[metadata_length - 1], head as u8);
    let whole = length.wrapping_add(U256::from(32 + 9 * 32));
    calldata[metadata_length..metadata_length + 32].copy_from_slice(&whole.to_be_bytes::<32>());
    let verdict = audit::engine(FORK).audit(&calldata.into(), &code, None).verdict;
    assert_eq!(verdict, MessageVerdict::Malformed { position: u64::MAX });
}
