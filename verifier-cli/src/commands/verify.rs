//! `iso-verify FILE`: the audits of a witness. An `INPUT.json` is recorded first.

use std::path::{Path, PathBuf};

use clap::Args;
use iso_evm_hypervisor::Engine;
use iso_evm_witness::Witness;

use super::{expect::Expect, record::record, say};
use crate::{
    Exit,
    certificate::Certificate,
    error::CommandError,
    files::{self, STANDARD, is_json},
    node::NodeError,
    onchain::{chain::Chain, execution::execution},
    report::{self, remarks},
    reproducer::command_error,
    verify::{Audit, AuditSelection, EngineKind, Options, VerifyError, verify, verify_by},
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
    #[command(flatten)]
    judged: Judged,
    /// Write what it came to as one canonical JSON; `-` for stdout, in place of the report
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,
    /// Run the execution audit on this node, by calls that put the hypervisor and the archives in
    /// place
    #[arg(long, value_name = "URL")]
    rpc_url: Option<String>,
    #[command(flatten)]
    expect: Expect,
}

/// By whom a witness is judged.
#[derive(Debug, Args)]
pub(super) struct Judged {
    /// The most gas that the audit of one message may take on the host
    #[arg(long, value_name = "N")]
    host_gas_limit: Option<u64>,
    /// The most gas that a message's own opcodes may spend in the native engine, whatever gas it
    /// says that it has
    #[arg(long, value_name = "N")]
    guest_gas_limit: Option<u64>,
    /// Who answers for the execution audit: hypervisor, native or both
    #[arg(long, value_name = "NAME", default_value_t)]
    engine: EngineKind,
    /// Only these audits; one that cannot run is an error [default: all that can run]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    audit: Vec<Audit>,
}

impl Judged {
    /// How to verify, whatever the witness is about.
    pub(super) fn options(&self) -> Result<Options, CommandError> {
        if self.engine == EngineKind::Native && self.host_gas_limit.is_some() {
            let (option, command) = ("--host-gas-limit", "--engine native");
            return Err(CommandError::Meaningless { option, command });
        }
        if self.engine == EngineKind::Hypervisor && self.guest_gas_limit.is_some() {
            let (option, command) = ("--guest-gas-limit", "--engine hypervisor");
            return Err(CommandError::Meaningless { option, command });
        }
        Ok(Options {
            host_gas_limit: self.host_gas_limit,
            guest_gas_limit: self.guest_gas_limit,
            engine: self.engine,
            audits: selection(&self.audit),
            ..Options::default()
        })
    }
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
        let options = Options { expected: self.expect.expected(), ..self.judged.options()? };
        let witness = read(&file)?;
        let report = match &self.rpc_url {
            None => verify(&witness, &options).map_err(Unverified::from),
            Some(url) => {
                if options.engine != EngineKind::Hypervisor {
                    let (option, command) = ("--rpc-url", "--engine native or both");
                    return Err(CommandError::Meaningless { option, command });
                }
                let chain = Chain::at(url)?;
                let engine = Engine::new(witness.fork);
                verify_by(&engine, &witness, &options, |messages| {
                    let limit = options.host_gas_limit;
                    Ok(execution(&chain, &engine, &witness, messages, limit)?)
                })
            }
        };
        let report = report.map_err(|error| match error {
            Unverified::Witness(error) => {
                command_error(Path::new("."), files::name(&file), &witness, error)
            }
            Unverified::Node(error) => error.into(),
        })?;
        if let Some(path) = &self.certificate {
            files::write(path, &Certificate::new(&report, &options).encode())?;
        }
        let in_place = self.certificate.is_some_and(|path| path.as_os_str() == STANDARD);
        if in_place || self.json {
            for remark in remarks(&report) {
                say(&remark);
            }
        }
        if in_place {
            return Ok(report.verdict().into());
        }
        if self.json {
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
    Witness::decode_shared(&bytes.into())
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
