//! `--engine`: who answers for the execution audit.

use std::fs;

use alloy_primitives::{Bytes, U256, keccak256};
use iso_evm_batch::reproducer;
use iso_evm_hypervisor::{Engine, Inconclusive, MessageVerdict, NativeEngine};
use iso_evm_verifier::{
    Audit, AuditSelection, EngineKind, Options, Verdict as Summary, VerifyError,
    audit::anchors::{Expected, anchors},
    verify, verify_with,
};
use iso_evm_wire::{Fork, Witness, encoding, records::Record};
use iso_evm_witness::{Input, record};
use serde_json::Value;

use crate::{
    common::{root, run},
    schemas::schema,
};

fn fixture(name: &str) -> Witness {
    let bytes = fs::read(root().join(format!("tests/fixtures/{name}.witness.bin"))).unwrap();
    Witness::decode(&bytes).unwrap()
}

/// The witness with one gas less in its first message.
fn lie(name: &str) -> Witness {
    let mut witness = fixture(name);
    let mut message = witness.message(0).unwrap();
    message.gasUsed -= U256::ONE;
    witness.messages[0] = encoding::encode(&message).into();
    witness
}

/// A transaction with ten million gas that runs this code.
fn recorded(code: &str) -> Witness {
    let json = serde_json::json!({"fork": "osaka",
        "transaction": {"from": "0x1111111111111111111111111111111111111111", "gas": "0x989680",
            "to": "0x2222222222222222222222222222222222222222"},
        "prestate": {"0x2222222222222222222222222222222222222222": {"code": code}}});
    let input = Input::parse(json.to_string().as_bytes(), None).unwrap();
    record(&input.execution).unwrap().witness(&input)
}

#[test]
fn all_engines_give_the_same_report() {
    for witness in [fixture("call-tree"), fixture("creation-transaction"), lie("erc20-transfer")] {
        let of = |engine| {
            let report = verify(&witness, &Options { engine, ..Options::default() }).unwrap();
            assert_eq!(report.engine, engine);
            let verdicts = report
                .messages
                .iter()
                .map(|message| message.execution.as_ref().map(|audited| audited.verdict.clone()));
            (report.audits, report.findings.clone(), verdicts.collect::<Vec<_>>())
        };
        let hypervisor = of(EngineKind::Hypervisor);
        assert_eq!(of(EngineKind::Native), hypervisor);
        assert_eq!(of(EngineKind::Both), hypervisor);
    }
}

#[test]
fn engines_that_differ_are_an_error_with_a_reproducer() {
    // A native engine of a fork that has no PUSH0.
    let witness = recorded("0x5f5f1b");
    let engine = Engine::new(Fork::Osaka).with_native(NativeEngine::new(Fork::Istanbul));
    let both = Options { engine: EngineKind::Both, ..Options::default() };
    let error = verify_with(&engine, &witness, &both).unwrap_err();
    assert!(matches!(error, VerifyError::EnginesDiffer { message: 0, .. }), "{error}");

    let folder = tempfile::tempdir().unwrap();
    let error =
        reproducer::unverified(folder.path(), "one.bin".to_owned(), &witness, error).to_string();
    let saved = fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap();
    assert!(error.starts_with("one.bin: message 0: the engines differ"), "{error}");
    assert!(error.contains(&saved.file_name().into_string().unwrap()), "{error}");
    assert_eq!(Witness::decode(&fs::read(saved.path()).unwrap()), Ok(witness));
}

#[test]
fn the_command_says_which() {
    let folder = root().join("tests/fixtures");
    for (engine, line) in
        [("native", "native, in place of the hypervisor"), ("both", "native and hypervisor agree")]
    {
        let ran = run(&folder, &format!("iso-verify erc20-transfer.witness.bin --engine {engine}"));
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert!(ran.text().contains(&format!("\nengine       {line}\n")), "{}", ran.text());
        let ran = run(
            &folder,
            &format!("iso-verify erc20-transfer.witness.bin --json --engine {engine}"),
        );
        assert_eq!(ran.json()["engine"], Value::from(engine));
    }
    for usage in [
        "--engine fast",
        "--engine native --host-gas-limit 1000000",
        "--engine native --guest-gas-limit -1",
    ] {
        let ran = run(&folder, &format!("iso-verify erc20-transfer.witness.bin {usage}"));
        assert_eq!(ran.code, Some(2), "{usage}");
    }
}

/// Code without an end.
const ENDLESS: &[u8] = &[0x5b, 0x5f, 0x56];

/// A witness whose message says that it runs this code on 2^63 gas.
pub(crate) fn hostile(code: &'static [u8]) -> Witness {
    let mut witness = fixture("erc20-transfer");
    let mut message = witness.message(0).unwrap();
    let Ok(Record::Opening(mut opening)) = Record::decode(&message.stateAccessList[0]) else {
        panic!("a message begins with its opening record")
    };
    opening.codeHash = keccak256(code);
    witness.codes.insert(opening.codeHash, Bytes::from_static(code));
    message.stateAccessList[0] = Record::Opening(opening).encode();
    message.gasAvailable = U256::from(1_u64 << 63);
    witness.messages[0] = encoding::encode(&message).into();
    witness
}

#[test]
fn gas_without_end_is_inconclusive_at_the_limit() {
    let execution = AuditSelection::from(Audit::Execution);
    let native = Options { engine: EngineKind::Native, ..Options::default() };
    let both = Options { engine: EngineKind::Both, ..Options::default() };
    let limited = |options| Options { guest_gas_limit: Some(1_000_000), ..options };
    let hypervisor = Options::default();
    // Without a limit each would take a day. The hypervisor is not asked. By default a message may
    // spend what its transaction can have paid for.
    let defaults = [native, both, hypervisor];
    for options in defaults.map(limited).into_iter().chain(defaults) {
        let report = verify(&hostile(ENDLESS), &Options { audits: execution, ..options }).unwrap();
        assert_eq!((report.verdict(), report.findings.len()), (Summary::Inconclusive, 0));
        let audited = report.messages[0].execution.as_ref().unwrap();
        let reason = Inconclusive::GuestGasLimit;
        assert_eq!(audited.verdict, MessageVerdict::Inconclusive { reason });
        // The other audits say what they say.
        assert_eq!(verify(&hostile(ENDLESS), &options).unwrap().verdict(), Summary::Invalid);
    }
    // A limit of the host's alone: the native engine is not asked.
    let host = Options { host_gas_limit: Some(1_000_000), audits: execution, ..both };
    let report = verify(&hostile(ENDLESS), &host).unwrap();
    let reason = Inconclusive::HostOutOfGas;
    let audited = report.messages[0].execution.as_ref().unwrap();
    assert_eq!(audited.verdict, MessageVerdict::Inconclusive { reason });
}

/// A block without header and a transaction that say they have this much gas, and a message that runs
/// this code on what it gets of that.
fn unbounded(code: &str, gas: u64) -> Witness {
    let gas = format!("{gas:#x}");
    let json = serde_json::json!({"fork": "cancun",
        "block": {"number": "0x1", "timestamp": "0x1", "gasLimit": gas},
        "transaction": {"from": "0x1111111111111111111111111111111111111111", "gas": gas,
            "to": "0x2222222222222222222222222222222222222222"},
        "prestate": {"0x2222222222222222222222222222222222222222": {"code": code}}});
    let input = Input::parse(json.to_string().as_bytes(), None).unwrap();
    record(&input.execution).unwrap().witness(&input)
}

/// Gas that is claimed bounds nothing: where transaction and block say what they like, what is spent is
/// bounded all the same. Who spends little is audited, whatever he has.
#[test]
fn claimed_gas_neither_binds_nor_convicts() {
    // Two words of memory, a slot, and a call to nobody with all there is.
    let honest = unbounded("0x60aa6020525f5f5f5f5f60995af15060015f55", 1 << 60);
    let mut endless = unbounded("0x5f5f1b", 1 << 62);
    let mut message = endless.message(0).unwrap();
    let Ok(Record::Opening(mut opening)) = Record::decode(&message.stateAccessList[0]) else {
        panic!("a message begins with its opening record")
    };
    let hash = keccak256(ENDLESS);
    opening.codeHash = hash;
    message.stateAccessList[0] = Record::Opening(opening).encode();
    endless.messages[0] = encoding::encode(&message).into();
    endless.codes = [(hash, Bytes::from_static(ENDLESS))].into();
    for engine in [EngineKind::Hypervisor, EngineKind::Native, EngineKind::Both] {
        let options = Options { engine, ..Options::default() };
        let report = verify(&honest, &options).unwrap();
        assert_eq!(report.verdict(), Summary::Valid, "{engine}: {:?}", report.findings);
        let begin = std::time::Instant::now();
        let report = verify(&endless, &options).unwrap();
        let audited = report.messages[0].execution.as_ref().unwrap();
        let reason = Inconclusive::GuestGasLimit;
        assert_eq!(audited.verdict, MessageVerdict::Inconclusive { reason }, "{engine}");
        assert!(begin.elapsed().as_secs() < 60, "{engine}");
        // Somebody else's word is another limit.
        let limited = Options { guest_gas_limit: Some(1_000), ..options };
        assert_eq!(verify(&endless, &limited).unwrap().guest_gas_limit, Some(1_000));
    }
    // With the block expected its gas limit is what somebody stands for.
    let expected = Expected { block: Some(anchors(&honest).block.word()), ..Expected::default() };
    let options = Options { expected, ..Options::default() };
    assert_eq!(verify(&honest, &options).unwrap().guest_gas_limit, Some(1 << 60));
    assert_eq!(verify(&honest, &Options::default()).unwrap().guest_gas_limit, Some(1 << 28));
}

/// Another code under the first message of a witness, which has it.
fn running(mut witness: Witness, code: &'static [u8]) -> Witness {
    let mut message = witness.message(0).unwrap();
    let Ok(Record::Opening(mut opening)) = Record::decode(&message.stateAccessList[0]) else {
        panic!("a message begins with its opening record")
    };
    opening.codeHash = keccak256(code);
    message.stateAccessList[0] = Record::Opening(opening).encode();
    witness.messages[0] = encoding::encode(&message).into();
    witness.codes = [(keccak256(code), Bytes::from_static(code))].into();
    witness
}

/// A message that calls a precompile is run by the tree audit too, and a witness can have any number of
/// messages: what they spend is bounded for all audits and all messages together.
#[test]
fn no_audit_and_no_number_of_messages_runs_without_end() {
    // A call of IDENTITY, and then the end, or none.
    const HONEST: &str = "0x5f5f5f5f600460fffa5000";
    const LOOPS: &[u8] = &alloy_primitives::hex!("5f5f5f5f600460fffa505b600a56");
    let calls = running(unbounded(HONEST, 1 << 62), LOOPS);
    let mut many = running(unbounded(HONEST, 1 << 62), ENDLESS);
    many.messages = vec![many.messages[0].clone(); 1_000];
    for witness in [calls, many] {
        for engine in [EngineKind::Hypervisor, EngineKind::Native, EngineKind::Both] {
            for guest_gas_limit in [None, Some(1_000_000)] {
                let options = Options { engine, guest_gas_limit, ..Options::default() };
                let begin = std::time::Instant::now();
                let report = verify(&witness, &options).unwrap();
                let reason = Inconclusive::GuestGasLimit;
                for message in &report.messages {
                    let audited = message.execution.as_ref().unwrap();
                    assert_eq!(
                        audited.verdict,
                        MessageVerdict::Inconclusive { reason },
                        "{engine}"
                    );
                }
                assert_ne!(report.verdict(), Summary::Valid);
                assert!(begin.elapsed().as_secs() < 60, "{engine}");
            }
        }
    }
}

/// What one engine had too little gas for contradicts nobody, and what it had enough for is compared.
#[test]
fn a_limit_is_no_difference() {
    // An honest transaction that runs out of its gas.
    let witness = recorded("0x5b5f56");
    for engine in [EngineKind::Native, EngineKind::Both] {
        let of = |guest_gas_limit, host_gas_limit| {
            let limits = Options { guest_gas_limit, host_gas_limit, ..Options::default() };
            verify(&witness, &Options { engine, ..limits }).unwrap().verdict()
        };
        assert_eq!(of(None, None), Summary::Valid);
        assert_eq!(of(Some(1_000_000), None), Summary::Inconclusive);
        assert_eq!(of(Some(10_000_000), None), Summary::Valid);
        if engine == EngineKind::Both {
            assert_eq!(of(Some(1_000_000), Some(1_000_000)), Summary::Inconclusive);
            assert_eq!(of(Some(10_000_000), Some(1_000_000)), Summary::Inconclusive);
        }
    }
    // Of a fork that has no PUSH0, behind 3 gas for a PUSH1.
    let engine = Engine::new(Fork::Osaka).with_native(NativeEngine::new(Fork::Istanbul));
    let witness = recorded("0x60015f");
    let within = |limit| {
        let guest_gas_limit = Some(limit);
        let both = Options { engine: EngineKind::Both, guest_gas_limit, ..Options::default() };
        verify_with(&engine, &witness, &both).map(|report| report.verdict())
    };
    assert!(matches!(within(3), Err(VerifyError::EnginesDiffer { .. })));
    assert!(matches!(within(2), Ok(Summary::Inconclusive)));
}

#[test]
fn the_command_stops_at_the_limit() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("hostile.bin"), hostile(ENDLESS).encode()).unwrap();
    let good = root().join("tests/fixtures/call-tree.witness.bin");
    fs::copy(good, folder.path().join("good.bin")).unwrap();
    for engine in ["native", "both", "hypervisor"] {
        let options = format!("--engine {engine} --audit execution --guest-gas-limit 1000000");
        let ran = run(folder.path(), &format!("iso-verify hostile.bin --json {options}"));
        assert_eq!(ran.code, Some(3), "{}", ran.stderr);
        let report = ran.json();
        schema("report").check(&report).unwrap();
        assert_eq!(report["messages"][0]["verdict"], "inconclusive (execution only)");
        let why = "message 0: inconclusive: the guest needs more gas than the limit";
        assert!(ran.stderr.contains(why), "{}", ran.stderr);

        let ran = run(folder.path(), &format!("iso-verify batch hostile.bin good.bin {options}"));
        assert_eq!(ran.code, Some(3), "{}", ran.stderr);
        assert!(
            ran.text().contains(&format!(
                "hostile.bin: inconclusive (execution only): execution\n  execution: {why}"
            )),
            "{}",
            ran.text()
        );
        let counts = "witnesses (execution only): 1 valid, 0 invalid, 1 inconclusive, 0 unusable";
        assert!(ran.text().contains(counts), "{}", ran.text());
    }
    let both = "--engine both --audit execution --guest-gas-limit 1000000";
    let ran = run(folder.path(), &format!("iso-verify hostile.bin {both}"));
    let line = "\nengine       native and hypervisor agree, where both came to an end\n";
    assert!(ran.text().contains(line), "{}", ran.text());
    // What has no meaning is said.
    let ran = run(folder.path(), "iso-verify batch good.bin --engine native --host-gas-limit 1");
    assert_eq!(ran.code, Some(2));
    let error = "--host-gas-limit has no meaning for --engine native";
    assert!(ran.stderr.contains(error), "{}", ran.stderr);
}

/// The certificate names the limit, and whoever makes it again stops there too.
#[test]
fn a_limit_is_certified() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("endless.bin"), recorded("0x5b5f56").encode()).unwrap();
    let line = "iso-verify endless.bin --engine native --guest-gas-limit 1000000 --certificate one";
    assert_eq!(run(folder.path(), line).code, Some(3));
    let text = fs::read_to_string(folder.path().join("one")).unwrap();
    let certificate: Value = serde_json::from_str(&text).unwrap();
    schema("certificate").check(&certificate).unwrap();
    assert_eq!(certificate["guestGasLimit"], 1_000_000);
    assert_eq!(certificate["verdict"], "inconclusive");
    let ran = run(folder.path(), "iso-verify check one endless.bin");
    assert_eq!((ran.code, ran.text()), (Some(3), "reproduced: inconclusive\n"));
    // With another limit it comes to something else.
    let more = text.replacen(":1000000,", ":10000000,", 1);
    fs::write(folder.path().join("more"), more).unwrap();
    let ran = run(folder.path(), "iso-verify check more endless.bin");
    assert_eq!(ran.code, Some(1));
    assert!(ran.text().contains("\nverdict\n"), "{}", ran.text());
}
