//! `iso-verify FILE`: the audits of a witness. An `INPUT.json` is recorded first.

use std::path::{Path, PathBuf};

use clap::Args;
use iso_evm_batch::{
    ItemError,
    apart::apart,
    files::{self, STANDARD},
    reproducer::unverified,
};
use iso_evm_explain::told;
use iso_evm_hypervisor::Engine;
use iso_evm_verifier::{
    certificate::Certificate,
    hash::CRYPTO,
    report::json,
    segments::verify_by_segments,
    verify::{Audit, AuditSelection, EngineKind, Options, Verdict, VerifyError, verify_opened},
};
use iso_evm_wire::Opened;

use super::{
    expect::Expect,
    given::{Wanted, is_given, record},
    say,
    segments::BySegments,
    verbosity::timed,
};
use crate::{
    Exit, advice,
    error::CommandError,
    report::{self, remarks},
    terminal::{self, is_quiet},
};

/// Audit a witness
#[derive(Debug, Args)]
pub(super) struct Verify {
    /// A witness.bin, or an INPUT.json that is recorded first; `-` for stdin
    #[arg(required = true, value_hint = clap::ValueHint::FilePath)]
    file: Option<PathBuf>,
    /// The report as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    judged: Judged,
    /// Write what it came to as one canonical JSON; `-` for stdout, in place of the report
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,
    /// Run the execution audit on this node too, by calls that put the hypervisor and the archives in
    /// place; with `--engine node`, on this node alone
    #[arg(long, value_name = "URL")]
    rpc_url: Option<String>,
    #[command(flatten)]
    by_segments: BySegments,
    #[command(flatten)]
    expect: Expect,
}

/// By whom a witness is judged.
#[derive(Debug, Args)]
pub(super) struct Judged {
    /// The most gas that the audit of one message may take on the host
    #[arg(long, value_name = "N")]
    host_gas_limit: Option<u64>,
    /// The most gas that a message's own opcodes may spend, whatever gas it says that it has
    /// [default: what its transaction can have paid for]
    #[arg(long, value_name = "N")]
    guest_gas_limit: Option<u64>,
    /// Who answers for the execution audit: hypervisor, native or both
    #[arg(long, value_name = "NAME", default_value_t, value_parser = super::engine)]
    engine: EngineKind,
    /// Only these audits: the verdict is then about them, and says so [default: all four]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    audit: Vec<Audit>,
    /// Inconclusive where a check could not be made, if only one; and a single INPUT.json is refused of
    /// which a field is not used, or stands at a default
    #[arg(long)]
    strict: bool,
}

impl Judged {
    /// How to verify, whatever the witness is about. `by_node`: whether there is a node to ask.
    pub(super) fn options(&self, by_node: bool) -> Result<Options, CommandError> {
        let meaningless = |option, command| Err(CommandError::Meaningless { option, command });
        if self.engine.asks_node() && !by_node {
            return meaningless("--engine node", "a run without --rpc-url");
        }
        let engine = if by_node { self.engine.with_node() } else { self.engine };
        if engine == EngineKind::Native && self.host_gas_limit.is_some() {
            return meaningless("--host-gas-limit", "--engine native");
        }
        if engine.local().is_none() && self.guest_gas_limit.is_some() {
            return meaningless("--guest-gas-limit", "--engine node");
        }
        Ok(Options {
            host_gas_limit: self.host_gas_limit,
            guest_gas_limit: self.guest_gas_limit,
            engine,
            audits: selection(&self.audit),
            strict: self.strict,
            ..Options::default()
        })
    }
}

/// Why there is no report.
pub(super) enum Unverified {
    /// The witness, or what is expected of it.
    Witness(VerifyError),
    /// The command failed before there was anything to verify.
    Command(Box<CommandError>),
}

impl From<VerifyError> for Unverified {
    fn from(error: VerifyError) -> Self {
        Self::Witness(error)
    }
}

impl From<CommandError> for Unverified {
    fn from(error: CommandError) -> Self {
        Self::Command(Box::new(error))
    }
}

impl Verify {
    /// The file that is named.
    pub(super) fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    pub(super) fn run(self) -> Result<Exit, CommandError> {
        // Only a command goes without a file.
        let file = self.file.unwrap_or_default();
        if let Some(certificate) = &self.certificate {
            apart(certificate, self.by_segments.file().into_iter().chain([&*file]))?;
        }
        let by_node = self.rpc_url.is_some();
        let options = self.judged.options(by_node)?;
        let options = Options { expected: self.expect.expected(), ..options };
        let wanted = Wanted { strict: options.strict, ..Wanted::default() };
        let witness = timed("the witness", || taken(&file, files::read_unpacked(&file)?, wanted))?;
        let claimed = self.by_segments.claimed(by_node)?;
        let report = timed("its audits", || match &self.rpc_url {
            None if self.by_segments.segments => {
                let places = |index| self.by_segments.places(index, claimed.as_deref());
                verify_by_segments(&Engine::new(witness.rules), &witness, &options, places)
                    .map_err(Unverified::from)
            }
            None => verify_opened(&Engine::new(witness.rules), &witness, &options)
                .map_err(Unverified::from),
            Some(url) => super::verify_on(url, &witness, &options),
        });
        let mut report = report.map_err(|error| match error {
            Unverified::Witness(error) => {
                unverified(Path::new("."), files::name(&file), &witness, error).into()
            }
            Unverified::Command(error) => *error,
        })?;
        report.look_for_causes(&Engine::new(witness.rules), &witness, &options);
        if let Some(path) = &self.certificate {
            files::write(path, &Certificate::new(&report, &options).encode())?;
        }
        let in_place = self.certificate.is_some_and(|path| path.as_os_str() == STANDARD);
        if in_place || self.json {
            let told = told(&witness, &report);
            for remark in remarks(&report, &told, terminal::width()) {
                say(&remark);
            }
        }
        if in_place {
            return Ok(report.verdict().into());
        }
        if self.json {
            let json = serde_json::to_string_pretty(&json(&report))
                .expect("only numbers and strings, and strings as keys");
            files::print(format!("{json}\n").as_bytes())?;
        } else {
            let text = report::human(&report, &witness, terminal::width());
            let verdict = report.named(report.verdict()).to_string();
            terminal::print_coloured(if is_quiet() { said_last(&text, &verdict) } else { &text })?;
            if report.verdict() == Verdict::Invalid
                && let Some(next) = advice::next(&files::name(&file))
            {
                terminal::say_filled(&next);
            }
        }
        Ok(report.verdict().into())
    }
}

/// What is said from the last line on that begins with a verdict's name; if none does, the last line.
fn said_last<'a>(text: &'a str, verdict: &str) -> &'a str {
    let mut at = 0;
    let mut last = text.trim_end().rfind('\n').map_or(0, |before| before + 1);
    for line in text.split_inclusive('\n') {
        let plain = console::strip_ansi_codes(line);
        if plain.strip_prefix(verdict).is_some_and(|rest| rest.starts_with(':')) {
            last = at;
        }
        at += line.len();
    }
    &text[last..]
}

/// The witness that a file holds, its messages taken apart; of an `INPUT.json` what is recorded of it.
pub(super) fn open(path: &Path) -> Result<Opened<'static>, CommandError> {
    opened(path, files::read_unpacked(path)?)
}

/// The same of what was read.
pub(super) fn opened(path: &Path, bytes: Vec<u8>) -> Result<Opened<'static>, CommandError> {
    taken(path, bytes, Wanted::default())
}

/// The same, of an input that is wanted in some way.
fn taken(path: &Path, bytes: Vec<u8>, wanted: Wanted) -> Result<Opened<'static>, CommandError> {
    if is_given(&bytes) {
        return record(path, &bytes, wanted).map(Opened::from);
    }
    Opened::decode(&bytes.into(), CRYPTO)
        .map_err(|error| ItemError::Container { file: files::name(path), error }.into())
}

/// The audits named; all four if none is.
pub(super) fn selection(audits: &[Audit]) -> AuditSelection {
    AuditSelection::only(audits.iter().copied()).unwrap_or_default()
}
