//! `iso-verify FILE`: the audits of a witness. An `INPUT.json` is recorded first.

use std::path::{Path, PathBuf};

use clap::Args;
use iso_evm_hypervisor::Engine;
use iso_evm_witness::Witness;

use super::{expect::Expect, record::record, say};
use crate::{
    Exit,
    error::CommandError,
    files,
    node::NodeError,
    onchain::{chain::Chain, execution::execution},
    report::{self, remarks},
    verify::{Audit, AuditSelection, Options, VerifyError, verify, verify_by},
};

/// Audit a witness
#[derive(Debug, Args)]
pub(super) struct Verify {
    /// A witness.bin, or an INPUT.json that is recorded first; `-` for stdin
    #[arg(required = true)]
    file: Option<PathBuf>,
    /// The report as JSON
    #[arg(long)]
    json: bool,
    /// The most gas that the audit of one message may take on the host
    #[arg(long, value_name = "N")]
    host_gas_limit: Option<u64>,
    /// Only these audits; one that cannot run is an error [default: all that can run]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    audit: Vec<Audit>,
    /// Run the execution audit on this node, by calls that put the hypervisor and the archives in
    /// place
    #[arg(long, value_name = "URL")]
    rpc_url: Option<String>,
    #[command(flatten)]
    expect: Expect,
}

/// Why there is no report.
enum Unverified {
    Witness(VerifyError),
    Node(NodeError),
}

impl From<VerifyError> for Unverified {
    fn from(error: VerifyError) -> Self {
        Self::Witness(error)
    }
}

impl From<NodeError> for Unverified {
    fn from(error: NodeError) -> Self {
        Self::Node(error)
    }
}

impl Verify {
    pub(super) fn run(self) -> Result<Exit, CommandError> {
        // Only a command goes without a file.
        let file = self.file.unwrap_or_default();
        let witness = read(&file)?;
        let options = Options {
            host_gas_limit: self.host_gas_limit,
            audits: selection(&self.audit),
            expected: self.expect.expected(),
        };
        let report = match &self.rpc_url {
            None => verify(&witness, &options).map_err(Unverified::from),
            Some(url) => {
                let chain = Chain::at(url)?;
                let engine = Engine::new(witness.fork);
                verify_by(&engine, &witness, &options, |messages| {
                    let limit = options.host_gas_limit;
                    Ok(execution(&chain, &engine, &witness, messages, limit)?)
                })
            }
        };
        let report = report.map_err(|error| match error {
            Unverified::Witness(error) => CommandError::Verify { file: files::name(&file), error },
            Unverified::Node(error) => error.into(),
        })?;
        if self.json {
            for remark in remarks(&report) {
                say(&remark);
            }
            let json = serde_json::to_string_pretty(&report::json(&report))
                .expect("only numbers and strings, and strings as keys");
            files::print(format!("{json}\n").as_bytes())?;
        } else {
            files::print_coloured(&report::human(&report))?;
        }
        Ok(report.verdict().into())
    }
}

/// The witness that a file holds; of an `INPUT.json` what is recorded of it.
pub(super) fn read(path: &Path) -> Result<Witness, CommandError> {
    let bytes = files::read(path)?;
    if is_json(&bytes) {
        return record(path, &bytes, None);
    }
    Witness::decode(&bytes)
        .map_err(|error| CommandError::Container { file: files::name(path), error })
}

/// The audits named; all that can run if none is.
pub(super) fn selection(audits: &[Audit]) -> AuditSelection {
    if audits.is_empty() {
        AuditSelection::ALL
    } else {
        AuditSelection::only(audits.iter().copied())
    }
}

/// JSON begins with a bracket, after white space; a `witness.bin` never does.
fn is_json(bytes: &[u8]) -> bool {
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    matches!(first, Some(b'{' | b'['))
}
