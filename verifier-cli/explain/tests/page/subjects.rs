//! Witnesses, true and false, and their pages.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use alloy_primitives::U256;
use iso_evm_explain::{Artifacts, page};
use iso_evm_hypervisor::Engine;
use iso_evm_testing::{cases::Axis, fixtures};
use iso_evm_verifier::verify::{EngineKind, Options, verify_opened};
use iso_evm_wire::{Opened, Witness, encoding::encode, records::Record};
use iso_evm_witness::{input::state_test, record};

/// The witness of a fixture of the project's own.
pub(crate) fn own(name: &str) -> Witness {
    let file = fixtures::own().join(format!("{name}.witness.bin"));
    Witness::decode(&fs::read(file).unwrap()).unwrap()
}

/// The witnesses of transactions of the main network, with the names of their files; none where these are not.
pub(crate) fn mainnet() -> Vec<(String, Witness)> {
    let Some(folder) = fixtures::third_party("mainnet") else { return Vec::new() };
    let mut witnesses = Vec::new();
    for path in fixtures::json_files(&folder) {
        for case in state_test::cases(fixtures::read(&path).as_bytes()).unwrap() {
            let Ok(execution) = case.execution() else { continue };
            let input = case.input(execution).unwrap();
            let witness = record(&input.execution).unwrap().witness(&input);
            witnesses.push((format!("{} {}", path.display(), case.indexes), witness));
        }
    }
    witnesses
}

/// The witness of a transaction that is large in one way.
pub(crate) fn large(axis: Axis, size: usize) -> Witness {
    let execution = axis.execution(size);
    iso_evm_testing::witness(&execution, &record(&execution).unwrap())
}

/// The call tree with a lie: the value that message 4 reads.
pub(crate) fn with_another_value() -> Witness {
    let mut witness = own("call-tree");
    let mut message = Opened::of(&witness).message(4).unwrap().fields().clone();
    let at = message
        .stateAccessList
        .iter()
        .position(|access| matches!(Record::decode(access), Ok(Record::Sload(_))))
        .unwrap();
    let Ok(Record::Sload(mut sload)) = Record::decode(&message.stateAccessList[at]) else {
        unreachable!("it is one")
    };
    sload.value = U256::from(42).into();
    message.stateAccessList[at] = Record::Sload(sload).encode();
    witness.messages[4] = encode(&message).into();
    witness
}

/// What the compiler knows of the fixtures' contracts.
pub(crate) fn artifacts() -> Artifacts {
    let mut artifacts = Artifacts::new();
    let folder = fixtures::own().join("src");
    artifacts.add("artifacts.json", &fs::read(folder.join("artifacts.json")).unwrap()).unwrap();
    for name in ["Token.sol", "Shop.sol", "Factory.sol"] {
        artifacts.add_source(name, fixtures::read(&folder.join(name)));
    }
    artifacts
}

/// The page of a witness.
pub(crate) fn page_of(witness: &Witness, artifacts: Option<&Artifacts>) -> String {
    let engine = Engine::new(witness.rules);
    let opened = Opened::of(witness);
    let options = Options { engine: EngineKind::Native, ..Options::default() };
    let mut report = verify_opened(&engine, &opened, &options).unwrap();
    report.look_for_causes(&engine, &opened, &options);
    page::html(&engine, &opened, &report, artifacts, None)
}

/// The data of a page.
pub(crate) fn data_of(page: &str) -> &str {
    let (_, behind) = page.split_once("id=\"data\">").unwrap();
    behind.split_once("</script>").unwrap().0
}

/// Writes a page where things are built, and says where.
pub(crate) fn written(name: &str, page: &str) -> PathBuf {
    let folder = work();
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    fs::write(&path, page).unwrap();
    path
}

/// A folder where things are built.
pub(crate) fn work() -> PathBuf {
    let test = env::current_exe().unwrap();
    test.ancestors().nth(3).unwrap().join("tmp/report")
}

/// A script beside these tests.
pub(crate) fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/page").join(name)
}
