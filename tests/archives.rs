//! Archives that are missing, foreign or half there are unavailable, never fraud; and those that
//! the emitted factory deploys are where the hypervisor looks.

mod attempt;
mod existing;
mod gas;

use alloy_primitives::{Address, Bytes, TxKind, U256, address, hex};
use alloy_sol_types::SolCall;
use iso_evm_hypervisor::{
    ArchiveKey, ArchiveOptions, EmitOptions, Engine, MessageVerdict,
    archive::{DEFAULT_FACTORY, DETERMINISTIC_DEPLOYER, PART_SIZE},
    emit_archive_factory,
    factory::abi,
};
use iso_evm_wire::{Fork, MessageWitness, encoding::encode};
use revm::{context::result::ExecutionResult, primitives::hardfork::SpecId};

use crate::{
    harness::{
        audit,
        guest::Guest,
        host::{Host, USER},
        program::{Program, op},
    },
    replay,
};

const FORK: Fork = Fork::Osaka;
const FACTORY: Address = address!("00000000000000000000000000000000000fac70");
const REGISTRAR: Address = address!("0000000000000000000000000000000000004e90");

/// Hypervisors of both modes.
fn engines() -> [Engine; 2] {
    [ArchiveKey::CodeHash, ArchiveKey::Account].map(|key| {
        let archive = ArchiveOptions { key, factory: FACTORY };
        Engine::with_options(&EmitOptions { rules: FORK.into(), archive })
    })
}

/// Calldata and code of messages whose code fills one part, and more than one.
fn messages() -> Vec<(Bytes, Bytes)> {
    let small = Program::new().push(1).push(2).op([op::ADD]).return_word().build();
    let run = Guest::new("small", FORK, small).record();
    let mut messages = vec![(encode(&run.guest().witness).into(), run.guest().code.clone())];
    let (_, recording) = replay::recorded("code-24576");
    for message in recording.messages {
        messages.push((encode(&message.witness).into(), message.code));
    }
    assert!(messages.iter().any(|(_, code)| code.len() == PART_SIZE));
    assert!(messages.iter().any(|(_, code)| code.len() == PART_SIZE + 1));
    messages
}

#[test]
fn an_archive_that_is_not_there_is_unavailable() {
    for engine in engines() {
        for (calldata, code) in messages() {
            let archives = engine.archives(&calldata, &code);
            let verdict = |archives: &[_]| engine.run(&calldata, archives, None).verdict;
            assert_eq!(verdict(&archives), MessageVerdict::Valid);
            for part in 0..archives.len() {
                let with = |bytes: Bytes| {
                    let mut archives = archives.clone();
                    archives[part].1 = bytes;
                    archives
                };
                let (archive, truth) = archives[part].clone();

                // missing: half-deployed, where it is not the only one
                let mut missing = archives.clone();
                missing.remove(part);
                let unavailable = MessageVerdict::Unavailable { archive };
                assert_eq!(verdict(&missing), unavailable, "part {part} missing");
                assert_eq!(verdict(&with(Bytes::new())), unavailable, "part {part} without code");

                // foreign: whoever finds the hash wrong cannot tell which part it was
                let mut flipped = truth.to_vec();
                flipped[truth.len() / 2] ^= 1;
                let mut headless = truth.to_vec();
                headless[0] = 0xfe;
                let mut longer = truth.to_vec();
                longer.push(0);
                let foreign = [
                    ("a byte changed", flipped),
                    ("a byte more", longer),
                    ("a byte less", truth[..truth.len() - 1].to_vec()),
                    ("the leading byte alone", vec![0]),
                    ("another contract", hex!("00602a60005260206000f3").to_vec()),
                    (
                        "a delegation",
                        hex!("ef01000000000000000000000000000000000000000000").to_vec(),
                    ),
                ];
                for (what, bytes) in foreign {
                    if bytes == truth {
                        continue;
                    }
                    let verdict = verdict(&with(bytes.into()));
                    assert!(
                        matches!(verdict, MessageVerdict::Unavailable { .. }),
                        "part {part} with {what}: {verdict:?}"
                    );
                }
            }
        }
    }
}

/// A lie about a message whose archive is missing convicts nobody either.
#[test]
fn without_the_archive_a_lie_is_unavailable() {
    let run = Guest::new("a lie", FORK, hex!("602a60005260206000f3")).record();
    let message = run.guest();
    let lie = MessageWitness {
        returndataHash: Default::default(),
        ..MessageWitness::clone(&message.witness)
    };
    let calldata = encode(&lie).into();
    let engine = audit::engine(FORK);
    assert!(matches!(
        engine.run(&calldata, &[], None).verdict,
        MessageVerdict::Unavailable { archive } if archive == engine.archives(&calldata, &message.code)[0].0
    ));
    assert!(matches!(
        engine.audit(&calldata, &message.code, None).verdict,
        MessageVerdict::Mismatch(_)
    ));
}

/// The well-known deployer, as it stands on most chains.
const DEPLOYER_CODE: [u8; 69] = hex!(
    "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234"
    "f58015156039578182fd5b8082525050506014600cf3"
);

fn archive_call(
    host: &mut Host,
    from: Address,
    factory: Address,
    data: Vec<u8>,
) -> Option<Address> {
    match host.send(from, TxKind::Call(factory), data.into()) {
        ExecutionResult::Success { output, .. } => Some(Address::from_word(
            <[u8; 32]>::try_from(&output.data()[..]).expect("a word").into(),
        )),
        _ => None,
    }
}

/// All of it as on a chain: factory through the deterministic deployer, archives through the
/// factory, the hypervisor from its init code.
#[test]
fn as_on_a_chain_by_code_hash() {
    for rules in [SpecId::CANCUN, SpecId::PRAGUE, SpecId::OSAKA] {
        let mut host = Host::new(rules);
        host.put(DETERMINISTIC_DEPLOYER, DEPLOYER_CODE);
        let factory = emit_archive_factory(ArchiveKey::CodeHash, None);
        let salted = [&[0; 32][..], &factory.initcode()].concat();
        let deployed = host.send(USER, TxKind::Call(DETERMINISTIC_DEPLOYER), salted.into());
        assert!(deployed.is_success(), "{deployed:?}");
        assert_eq!(host.code(DEFAULT_FACTORY), factory.code);

        let engine = audit::engine(FORK);
        let hypervisor = host.deploy(engine.contract().initcode());
        assert_eq!(host.code(hypervisor), engine.contract().code);
        for (calldata, code) in messages() {
            let before = host.send(USER, TxKind::Call(hypervisor), calldata.clone());
            let verdict = MessageVerdict::from_reverted(before.output().expect("an answer"));
            assert!(matches!(verdict, MessageVerdict::Unavailable { .. }), "{verdict:?}");

            let call = abi::archiveCall { code: code.clone() }.abi_encode();
            let archives = engine.archives(&calldata, &code);
            // twice: what is there stays, and the answer is the same
            for _ in 0..2 {
                let first = archive_call(&mut host, USER, DEFAULT_FACTORY, call.clone());
                assert_eq!(first, Some(archives[0].0));
            }
            for (address, bytes) in archives {
                assert_eq!(host.code(address), bytes);
            }
            let after = host.send(USER, TxKind::Call(hypervisor), calldata);
            assert!(after.is_success(), "{after:?}");
            assert_eq!(
                MessageVerdict::from_returned(after.output().expect("an answer")),
                MessageVerdict::Valid
            );
        }
    }
}

#[test]
fn by_account_only_the_registrar_archives() {
    let mut host = Host::new(SpecId::CANCUN);
    let factory = emit_archive_factory(ArchiveKey::Account, Some(REGISTRAR));
    host.put(FACTORY, factory.code);
    let [_, engine] = engines();
    for (calldata, code) in messages() {
        let to = Address::from_slice(&calldata[32 * 6 + 12..][..20]);
        let call = abi::account::archiveCall { account: to, code: code.clone() }.abi_encode();
        assert_eq!(archive_call(&mut host, USER, FACTORY, call.clone()), None);
        let archives = engine.archives(&calldata, &code);
        assert!(host.code(archives[0].0).is_empty());
        let first = archive_call(&mut host, REGISTRAR, FACTORY, call);
        assert_eq!(first, Some(archives[0].0));
        for (address, bytes) in archives {
            assert_eq!(host.code(address), bytes);
        }
    }
}

/// Calls the address after the first 20 bytes of its calldata by the opcode, with the rest of it,
/// and answers with a word of success and all that came back.
fn forwarder(opcode: u8) -> Vec<u8> {
    let program = Program::new().push(20).op([op::CALLDATASIZE, op::SUB]).push(20).push(0);
    let program = program.op([op::CALLDATACOPY]).push(0).push(0);
    let program = program.push(20).op([op::CALLDATASIZE, op::SUB]).push(0);
    let program = if opcode == op::CALL { program.push(0) } else { program };
    let program = program.push(0).op(hex!("35")).push(96).op(hex!("1c5a")).op([opcode]);
    let program = program.push(0).op([op::MSTORE, op::RETURNDATASIZE]).push(0).push(32);
    let program = program.op([op::RETURNDATACOPY, op::RETURNDATASIZE]).push(32).op([op::ADD]);
    program.push(0).op([op::RETURN]).build()
}

#[test]
fn the_verdict_depends_on_calldata_and_archives_alone() {
    let run = Guest::new("everywhere", FORK, hex!("600160005560005460005260206000f3")).record();
    let message = run.guest();
    let lie =
        MessageWitness { gasUsed: Default::default(), ..MessageWitness::clone(&message.witness) };
    let engine = audit::engine(FORK);
    for witness in [&message.witness, &lie] {
        let calldata: Bytes = encode(witness).into();
        let mut answers = Vec::new();
        for rules in [SpecId::CANCUN, SpecId::PRAGUE, SpecId::OSAKA] {
            let mut host = Host::new(rules);
            let hypervisor = host.deploy(engine.contract().initcode());
            for (address, bytes) in engine.archives(&calldata, &message.code) {
                host.put(address, bytes);
            }
            for number in [1_u64, 30_000_000] {
                host.block.number = U256::from(number);
                host.block.timestamp = U256::from(number * 12);
                host.block.beneficiary = Address::repeat_byte(number as u8);
                for from in [USER, message.witness.caller, Address::ZERO] {
                    let direct = host.send(from, TxKind::Call(hypervisor), calldata.clone());
                    answers.push(direct.output().expect("an answer").to_vec());
                    for opcode in [op::CALL, op::STATICCALL, op::DELEGATECALL] {
                        let by = Address::repeat_byte(opcode);
                        host.put(by, forwarder(opcode));
                        let data = [hypervisor.as_slice(), &calldata].concat();
                        let through = host.send(from, TxKind::Call(by), data.into());
                        answers.push(through.output().expect("an answer")[32..].to_vec());
                    }
                }
            }
        }
        assert!(answers.iter().all(|answer| *answer == answers[0]));
        let truth = *witness == *message.witness;
        assert_eq!(MessageVerdict::from_returned(&answers[0]) == MessageVerdict::Valid, truth);
        assert_eq!(
            matches!(MessageVerdict::from_reverted(&answers[0]), MessageVerdict::Mismatch(_)),
            !truth
        );
    }
}
