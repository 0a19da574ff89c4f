//! What compilers and frameworks put out today, made anew: solc 0.8.37, Foundry, Hardhat 3. Each must lead from
//! the same code to the same lines, functions and names; skipped in one line where npm does not bring them.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::Command,
};

use alloy_primitives::{B256, Bytes};
use iso_evm_explain::artifacts::{Match, Preimages};
use iso_evm_testing::{fixtures, npm};
use serde_json::{Value, json};

use super::{
    Artifacts, artifacts, code, folder, json as committed, pcs, places::reverts_are_told, source,
};

const SOLC: &str = "solc@0.8.37";
const FORGE: &str = "@foundry-rs/forge@1.7.1";
const HARDHAT: &str = "hardhat@3.18.0";
/// Hardhat 3 wants it.
const NODE: &str = "22.23.5";

const SOURCES: [&str; 4] = ["Factory.sol", "Ledger.sol", "Shop.sol", "Token.sol"];
const CONTRACTS: [&str; 5] = ["Child", "Factory", "Ledger", "Shop", "Token"];

/// An empty folder for a test.
fn empty(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let folder = test.ancestors().nth(3).unwrap().join("tmp/artifacts").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn printed(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

/// The compiler as a program of its own, which Foundry's tests of this project use too.
fn solcjs() -> PathBuf {
    fixtures::own().join("../../verifier-cli/provers/contracts/solcjs.mjs")
}

/// What solc puts out for the committed settings, and for more of its outputs.
fn compile(test: &str, outputs: &[&str]) -> Option<Value> {
    compile_by(test, outputs, false, true)
}

/// What solc puts out by way of its intermediate language or without, optimized or not.
fn compile_by(test: &str, outputs: &[&str], ir: bool, optimized: bool) -> Option<Value> {
    let modules = npm::modules(SOLC)?;
    let sources = SOURCES.map(|name| (name.to_owned(), json!({"content": source(name)})));
    let input = json!({
        "language": "Solidity",
        "sources": sources.into_iter().collect::<serde_json::Map<_, _>>(),
        "settings": {
            "evmVersion": "london",
            "viaIR": ir,
            "optimizer": {"enabled": optimized, "runs": 200},
            "metadata": {"bytecodeHash": "none", "appendCBOR": false},
            "outputSelection": {"*": {"*": outputs, "": ["ast"]}},
        },
    });
    let file = empty(test).join("input.json");
    fs::write(&file, input.to_string()).unwrap();
    let mut command = Command::new("node");
    command.arg(solcjs()).env("NODE_MODULES", modules).stdin(fs::File::open(file).unwrap());
    Some(serde_json::from_str(&printed(&mut command)).unwrap())
}

#[test]
fn the_committed_artifacts_are_not_what_solc_makes_of_the_sources() {
    let outputs = ["abi", "metadata", "storageLayout", "evm.bytecode", "evm.deployedBytecode"];
    let Some(made) = compile("solc", &outputs) else { return };
    let committed: Value = serde_json::from_str(&committed()).unwrap();
    assert_eq!(committed["sources"], made["sources"]);
    for (file, contracts) in committed["contracts"].as_object().unwrap() {
        for (name, contract) in contracts.as_object().unwrap() {
            let made = &made["contracts"][file][name];
            for part in ["abi", "metadata", "storageLayout"] {
                assert_eq!(contract[part], made[part], "{name} {part}");
            }
            for code in ["bytecode", "deployedBytecode"] {
                for part in ["object", "sourceMap"] {
                    assert_eq!(
                        contract["evm"][code][part], made["evm"][code][part],
                        "{name} {part}"
                    );
                }
            }
        }
    }
}

#[test]
fn functions_are_lost_where_the_compiler_goes_another_way() {
    let outputs = ["abi", "metadata", "evm.deployedBytecode"];
    for (test, ir, optimized) in
        [("ir", true, true), ("plain-ir", true, false), ("plain", false, false)]
    {
        let Some(made) = compile_by(test, &outputs, ir, optimized) else { return };
        let code = &made["contracts"]["Token.sol"]["Token"]["evm"]["deployedBytecode"]["object"];
        let code: Bytes = code.as_str().unwrap().parse().unwrap();
        let mut artifacts = Artifacts::new();
        artifacts.add(test, made.to_string().as_bytes()).unwrap();
        artifacts.add_source("Token.sol", source("Token.sol"));
        reverts_are_told(&artifacts.contract(&code).unwrap(), &code);
    }
}

/// solc lists its assembly, with begin, end and source of each item: what the source map compresses.
#[test]
fn an_instruction_is_not_where_the_compilers_assembly_has_it() {
    let outputs = ["evm.legacyAssembly", "evm.deployedBytecode"];
    let Some(made) = compile("assembly", &outputs) else { return };
    let artifacts = artifacts();
    let mut places = 0;
    for (file, name) in
        [("Token.sol", "Token"), ("Ledger.sol", "Ledger"), ("Factory.sol", "Factory")]
    {
        let contract = &made["contracts"][file][name]["evm"];
        let items = contract["legacyAssembly"][".data"]["0"][".code"].as_array().unwrap();
        // A tag is the JUMPDEST behind it.
        let items: Vec<_> = items.iter().filter(|item| item["name"] != "tag").collect();
        let code = code(name, "deployedBytecode");
        let contract = artifacts.contract(&code).unwrap();
        for (item, pc) in items.iter().zip(pcs(&code)) {
            let Some(place) = contract.place(pc) else {
                assert_eq!(item["source"].as_i64().unwrap_or(-1), -1, "{name} {pc} {item}");
                continue;
            };
            let begin = item["begin"].as_u64().unwrap() as usize;
            let end = item["end"].as_u64().unwrap() as usize;
            assert_eq!(
                (place.start, place.start + place.length),
                (begin, end),
                "{name} {pc} {item}"
            );
            places += 1;
        }
    }
    assert!(places > 3000, "{places}");
}

/// Adds all of a folder.
fn of_folder(folder: &Path) -> Artifacts {
    let mut artifacts = Artifacts::new();
    let mut contracts = 0;
    for file in fixtures::json_files(folder) {
        let name = file.strip_prefix(folder).unwrap().to_str().unwrap();
        // Lists that frameworks keep beside are none, and told so.
        contracts += artifacts.add(name, &fs::read(&file).unwrap()).unwrap_or(0);
    }
    assert!(contracts >= 6, "{contracts}");
    artifacts
}

/// Whether artifacts say of the same code what solc's own output says of it.
pub(super) fn same(other: &Artifacts) {
    let ours = artifacts();
    for name in CONTRACTS {
        for kind in ["deployedBytecode", "bytecode"] {
            let code = code(name, kind);
            let ours = ours.contract(&code).unwrap();
            let theirs = other.contract(&code).unwrap_or_else(|| panic!("{name} {kind}"));
            assert_eq!((theirs.name(), theirs.matched()), (name, Match::Exact));
            assert!(theirs.file().ends_with(ours.file()), "{}", theirs.file());
            for pc in 0..code.len() {
                let (ours, theirs) = (ours.place(pc), theirs.place(pc));
                // A framework need not keep what the compiler has written itself.
                let Some(mut place) = theirs else {
                    assert!(ours.is_none_or(|place| place.generated), "{name} {kind} {pc}");
                    continue;
                };
                let ours = ours.unwrap();
                assert!(place.file.ends_with(&ours.file), "{place} {ours}");
                place.file.clone_from(&ours.file);
                assert_eq!(place, ours, "{name} {kind} {pc}");
            }
        }
    }
    let ledger = other.contract(&code("Ledger", "deployedBytecode")).unwrap();
    assert!(ledger.has_storage_layout());
    let slot = ledger.slot(B256::with_last_byte(1), &Preimages::new()).unwrap();
    assert_eq!(slot.to_string(), "low, price");
    assert_eq!(ledger.call(&[]).unwrap().to_string(), "receive()");
    let counts = other.counts();
    assert_eq!((counts.contracts, counts.with_source_map), (6, 5));
}

#[test]
fn what_foundry_puts_out_is_read_otherwise() {
    let Some((modules, solc)) = npm::modules(FORGE).zip(npm::modules(SOLC)) else { return };
    let project = empty("foundry");
    fs::create_dir(project.join("src")).unwrap();
    for name in SOURCES {
        fs::copy(folder().join(name), project.join("src").join(name)).unwrap();
    }
    let settings = "[profile.default]\nevm_version = \"london\"\noptimizer = true\noptimizer_runs = 200\n\
        bytecode_hash = \"none\"\ncbor_metadata = false\nextra_output = [\"storageLayout\", \"metadata\"]\n";
    fs::write(project.join("foundry.toml"), settings).unwrap();
    let system = if cfg!(target_os = "macos") { "darwin" } else { "linux" };
    let machine = if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" };
    let forge = modules.join(format!("@foundry-rs/forge-{system}-{machine}/bin/forge"));
    for with_tree in [false, true] {
        let mut command = Command::new(&forge);
        command.args(["build", "--force", "--root"]).arg(&project).arg("--use").arg(solcjs());
        command.args(with_tree.then_some("--ast"));
        command.env("NODE_MODULES", &solc).env("FOUNDRY_OFFLINE", "true");
        printed(&mut command);
        let mut artifacts = of_folder(&project.join("out"));
        let wanted: Vec<_> = artifacts.sources_wanted().into_iter().map(str::to_owned).collect();
        assert_eq!(wanted, SOURCES.map(|name| format!("src/{name}")));
        for path in wanted {
            artifacts.add_source(&path, fs::read_to_string(project.join(&path)).unwrap());
        }
        if with_tree {
            same(&artifacts);
        } else {
            let token = artifacts.contract(&code("Token", "deployedBytecode")).unwrap();
            let functions = (0..1200).filter_map(|pc| token.place(pc)?.function);
            assert!(functions.into_iter().any(|name| name == "move"));
        }
    }
}

#[test]
fn what_hardhat_puts_out_is_read_otherwise() {
    let Some((node, solc)) = node().zip(npm::modules(SOLC)) else { return };
    let Some(modules) = npm::modules_for(HARDHAT, Some(&node)) else { return };
    let project = empty("hardhat");
    fs::create_dir(project.join("contracts")).unwrap();
    for name in SOURCES {
        fs::copy(folder().join(name), project.join("contracts").join(name)).unwrap();
    }
    let config = r#"export default { solidity: { version: "0.8.37", path: process.env.ISO_SOLC, settings: {
        evmVersion: "london", optimizer: { enabled: true, runs: 200 },
        metadata: { appendCBOR: false, bytecodeHash: "none" },
        outputSelection: { "*": { "*": ["storageLayout"] } } } } };"#;
    fs::write(project.join("hardhat.config.js"), config).unwrap();
    fs::write(project.join("package.json"), r#"{"type": "module", "private": true}"#).unwrap();
    symlink(&modules, project.join("node_modules")).unwrap();
    let mut command = Command::new(node.join("node"));
    command
        .args(["node_modules/hardhat/dist/src/cli.js", "build"])
        .current_dir(&project)
        .env("PATH", npm::path_with(&node))
        .env("ISO_SOLC", solc.join("solc/soljson.js"))
        .env("HARDHAT_DISABLE_TELEMETRY_PROMPT", "true");
    printed(&mut command);
    let artifacts = of_folder(&project.join("artifacts"));
    assert!(artifacts.sources_wanted().is_empty(), "{:?}", artifacts.sources_wanted());
    same(&artifacts);
}

/// The folder of the Node.js that Hardhat wants.
fn node() -> Option<PathBuf> {
    let system = if cfg!(target_os = "macos") { "darwin" } else { "linux" };
    let machine = if cfg!(target_arch = "aarch64") { "arm64" } else { "x64" };
    let package = format!("node-{system}-{machine}");
    let modules = npm::modules(&format!("{package}@{NODE}"))?;
    Some(modules.join(package).join("bin"))
}
