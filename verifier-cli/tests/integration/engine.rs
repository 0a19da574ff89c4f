//! `--engine`: who answers for the execution audit.

use std::fs;

use alloy_primitives::U256;
use iso_evm_hypervisor::{Engine, NativeEngine};
use iso_evm_verifier::{EngineKind, Options, VerifyError, reproducer, verify, verify_with};
use iso_evm_witness::{Fork, Input, Witness, encoding, record};
use serde_json::Value;

use crate::common::{root, run};

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
    let json = br#"{"fork": "osaka",
        "transaction": {"from": "0x1111111111111111111111111111111111111111",
            "to": "0x2222222222222222222222222222222222222222"},
        "prestate": {"0x2222222222222222222222222222222222222222": {"code": "0x5f5f1b"}}}"#;
    let input = Input::parse(json, None).unwrap();
    let witness = Witness::new(&input, &record(&input.execution).unwrap());
    let engine = Engine::new(Fork::Osaka).with_native(NativeEngine::new(Fork::Istanbul));
    let both = Options { engine: EngineKind::Both, ..Options::default() };
    let error = verify_with(&engine, &witness, &both).unwrap_err();
    assert!(matches!(error, VerifyError::EnginesDiffer { message: 0, .. }), "{error}");

    let folder = tempfile::tempdir().unwrap();
    let error =
        reproducer::command_error(folder.path(), "one.bin".to_owned(), &witness, error).to_string();
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
        assert!(ran.text().contains(&format!("\nengine {line}\n")), "{}", ran.text());
        let ran = run(
            &folder,
            &format!("iso-verify erc20-transfer.witness.bin --json --engine {engine}"),
        );
        assert_eq!(ran.json()["engine"], Value::from(engine));
    }
    for usage in ["--engine fast", "--engine native --host-gas-limit 1000000"] {
        let ran = run(&folder, &format!("iso-verify erc20-transfer.witness.bin {usage}"));
        assert_eq!(ran.code, Some(2), "{usage}");
    }
}
