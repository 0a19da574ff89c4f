//! `artifacts/`: the emitted contracts, with code hash and ABI.

use std::sync::LazyLock;

use alloy_primitives::{Address, B256, Bytes, hex, keccak256};
use alloy_sol_types::{SolCall, SolError};
use iso_evm_hypervisor::{
    ArchiveKey, Contract, EmitOptions, Identity,
    archive::{DEFAULT_FACTORY, archive_initcode},
    emit_archive_factory, emit_audit, emit_segment, factory, live,
    verdict::abi,
};
use iso_evm_testing::measurements::{self, Table, thousands};
use iso_evm_wire::{Fork, Rules};
use serde::Serialize;

use super::compare;
use crate::harness::blessed;

/// Names and types of parameters.
pub(super) struct Parameters(&'static [(&'static str, &'static str)]);

impl Parameters {
    /// As in Solidity.
    pub(super) fn solidity(&self) -> String {
        let one = |(name, kind): &(&str, &str)| format!("{kind} {name}");
        self.0.iter().map(one).collect::<Vec<_>>().join(", ")
    }

    fn types(&self) -> String {
        self.0.iter().map(|(_, kind)| *kind).collect::<Vec<_>>().join(",")
    }

    fn abi(&self) -> Vec<AbiParameter> {
        self.0.iter().map(|(name, kind)| AbiParameter { name, kind }).collect()
    }
}

/// An error of the audit contract, with the names that the Rust binding does not keep.
pub(super) struct ErrorRow {
    pub(super) name: &'static str,
    pub(super) parameters: Parameters,
    pub(super) selector: [u8; 4],
    signature: &'static str,
}

pub(super) static ERRORS: [ErrorRow; 3] = [
    ErrorRow {
        name: "Mismatch",
        parameters: Parameters(&[
            ("kind", "uint256"),
            ("pc", "uint256"),
            ("record", "uint256"),
            ("expected", "bytes32"),
            ("found", "bytes32"),
        ]),
        selector: abi::Mismatch::SELECTOR,
        signature: abi::Mismatch::SIGNATURE,
    },
    ErrorRow {
        name: "Malformed",
        parameters: Parameters(&[("position", "uint256")]),
        selector: abi::Malformed::SELECTOR,
        signature: abi::Malformed::SIGNATURE,
    },
    ErrorRow {
        name: "Unavailable",
        parameters: Parameters(&[("archive", "address")]),
        selector: abi::Unavailable::SELECTOR,
        signature: abi::Unavailable::SIGNATURE,
    },
];

/// The error that only a segment machine has.
pub(super) static NOT_PROVEN: ErrorRow = ErrorRow {
    name: "NotProven",
    parameters: Parameters(&[("missing", "uint256")]),
    selector: abi::NotProven::SELECTOR,
    signature: abi::NotProven::SIGNATURE,
};

#[derive(Serialize)]
struct AbiParameter {
    name: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AbiEntry {
    #[serde(rename = "type")]
    kind: &'static str,
    name: &'static str,
    inputs: Vec<AbiParameter>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outputs: Option<Vec<AbiParameter>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state_mutability: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Artifact {
    #[serde(skip_serializing_if = "Option::is_none")]
    fork: Option<Rules>,
    contract: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    archive_key: Option<&'static str>,
    /// The factory: for an audit contract the one it looks to, for the factory its own address.
    #[serde(skip_serializing_if = "Option::is_none")]
    factory: Option<Address>,
    code_hash: B256,
    size: usize,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    abi: Vec<AbiEntry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    initcode: Option<Bytes>,
    bytecode: Bytes,
}

fn compare_artifact(name: &str, artifact: &Artifact) {
    let json = serde_json::to_string_pretty(artifact).expect("an artifact is JSON");
    compare(&format!("artifacts/{name}.json"), &(json + "\n"));
}

#[test]
fn audit_contracts() {
    for error in ERRORS.iter().chain([&NOT_PROVEN]) {
        let signature = format!("{}({})", error.name, error.parameters.types());
        assert_eq!(signature, error.signature);
        assert_eq!(keccak256(&signature)[..4], error.selector);
    }
    of_all_rules("audit", "", &[], emit_audit);
}

/// The segment machines: as many as there are audit contracts.
#[test]
fn segment_machines() {
    of_all_rules("segment", "segment-", &[&NOT_PROVEN], emit_segment);
}

/// Compares the contracts of a kind, a file for each; their errors are all contracts' and `more`.
fn of_all_rules(
    kind: &'static str,
    prefix: &str,
    more: &[&'static ErrorRow],
    emit: fn(&EmitOptions) -> Contract,
) {
    for rules in Rules::ALL {
        // Ethereum's each have a file, whether another has the same contract or not.
        if rules.upgrade().is_some() && first_with_contract_of(rules) != rules {
            continue;
        }
        let contract = emit(&EmitOptions::new(rules));
        let errors = ERRORS.iter().chain(more.iter().copied()).map(|error| AbiEntry {
            kind: "error",
            name: error.name,
            inputs: error.parameters.abi(),
            outputs: None,
            state_mutability: None,
        });
        let artifact = Artifact {
            fork: Some(rules),
            contract: kind,
            archive_key: Some("code-hash"),
            factory: Some(DEFAULT_FACTORY),
            code_hash: contract.code_hash(),
            size: contract.code.len(),
            abi: errors.collect(),
            initcode: None,
            bytecode: contract.code.clone(),
        };
        compare_artifact(&format!("{prefix}{}", artifact_of(rules)), &artifact);
    }
}

/// The name of the file that has the contract of these rules.
pub(super) fn artifact_of(rules: Rules) -> String {
    rules.to_string().replace('/', "-")
}

/// What is emitted for each rules, by index.
static EMITTED: LazyLock<[Identity; Rules::ALL.len()]> =
    LazyLock::new(|| Rules::ALL.map(|rules| emit_audit(&EmitOptions::new(rules)).identity()));

/// The contract of these rules.
pub(super) fn identity_of(rules: Rules) -> Identity {
    EMITTED[rules.index()]
}

/// The first rules that have the contract of these.
pub(super) fn first_with_contract_of(rules: Rules) -> Rules {
    let same = |other: &Rules| identity_of(*other) == identity_of(rules);
    Rules::ALL.into_iter().find(same).expect("they have it themselves")
}

/// The table by which a report names a hypervisor that is not emitted.
#[test]
fn identities_are_those_of_what_is_emitted() {
    let row = |rules| {
        let Identity { code_hash, size } = identity_of(rules);
        let hash = hex::encode(code_hash);
        let rules = match rules {
            Rules::Ethereum(fork) => format!("Rules::Ethereum(Fork::{fork:?})"),
            Rules::Optimism(upgrade) => format!("Rules::Optimism(Upgrade::{upgrade:?})"),
        };
        format!("    ({rules}, b256!(\"{hash}\"), {size}),\n")
    };
    let rows: String = Rules::ALL.map(row).concat();
    blessed::compare("../hypervisor/src/identity.table", &format!("[\n{rows}]\n"));
}

#[test]
fn archive_factory() {
    assert_eq!(factory::abi::archiveCall::SIGNATURE, "archive(bytes)");
    let contract = emit_archive_factory(ArchiveKey::CodeHash, None);
    let artifact = Artifact {
        fork: None,
        contract: "archive-factory",
        archive_key: Some("code-hash"),
        factory: Some(DEFAULT_FACTORY),
        code_hash: contract.code_hash(),
        size: contract.code.len(),
        abi: vec![AbiEntry {
            kind: "function",
            name: "archive",
            inputs: Parameters(&[("code", "bytes")]).abi(),
            outputs: Some(Parameters(&[("", "address")]).abi()),
            state_mutability: Some("nonpayable"),
        }],
        initcode: Some(contract.initcode()),
        bytecode: contract.code.clone(),
    };
    compare_artifact("archive-factory", &artifact);
}

#[test]
fn archive_init_code() {
    let initcode = archive_initcode();
    let artifact = Artifact {
        fork: None,
        contract: "archive-initcode",
        archive_key: None,
        factory: None,
        code_hash: keccak256(&initcode),
        size: initcode.len(),
        abi: Vec::new(),
        initcode: None,
        bytecode: initcode,
    };
    compare_artifact("archive-initcode", &artifact);
}

#[test]
fn live_machines() {
    let selectors = [live::abi::DirectCall::SIGNATURE, live::abi::Malformed::SIGNATURE];
    assert_eq!(selectors, ["DirectCall()", "Malformed()"]);
    for fork in Fork::ALL {
        let contract = live::emit_live(fork);
        let errors = ["DirectCall", "Malformed"].map(|name| AbiEntry {
            kind: "error",
            name,
            inputs: Vec::new(),
            outputs: None,
            state_mutability: None,
        });
        let artifact = Artifact {
            fork: Some(fork.into()),
            contract: "live",
            archive_key: None,
            factory: None,
            code_hash: contract.code_hash(),
            size: contract.code.len(),
            abi: errors.into(),
            initcode: None,
            bytecode: contract.code.clone(),
        };
        compare_artifact(&format!("live-{fork}"), &artifact);
    }
}

#[test]
fn contract_sizes() {
    let mut sizes = Table::new(["fork", "audit", "live"]);
    for fork in Fork::ALL {
        let contracts = [emit_audit(&EmitOptions::new(fork)), live::emit_live(fork)];
        let [audit, live] = contracts.map(|contract| thousands(contract.code.len() as u64));
        sizes.row([fork.name(), &audit, &live]);
    }
    measurements::compare("sizes", &sizes.to_string());
}

/// The wrapper of Osaka's live machine.
#[test]
fn live_static_wrapper() {
    assert_eq!(live::wrapper_abi::runCall::SIGNATURE, "run(bytes)");
    let contract = live::emit_static_wrapper(live::address(Fork::Osaka));
    let artifact = Artifact {
        fork: Some(Fork::Osaka.into()),
        contract: "live-static",
        archive_key: None,
        factory: None,
        code_hash: contract.code_hash(),
        size: contract.code.len(),
        abi: vec![AbiEntry {
            kind: "function",
            name: "run",
            inputs: Parameters(&[("call", "bytes")]).abi(),
            outputs: Some(Parameters(&[("", "bytes")]).abi()),
            state_mutability: Some("view"),
        }],
        initcode: Some(contract.initcode()),
        bytecode: contract.code.clone(),
    };
    compare_artifact("live-static", &artifact);
}
