//! `iso-verify check`: a stranger makes a certificate again.

use std::path::PathBuf;

use clap::Args;
use iso_evm_batch::{files, reproducer::unverified};
use iso_evm_hypervisor::Engine;
use iso_evm_verifier::{
    audit::anchors::Expected,
    certificate::{Certificate, CertificateError},
    verify::{Options, UNANCHORED, Verdict, guest_gas_limit, verify_opened},
};
use iso_evm_witness::input::Document;

use super::{certified::in_words, expect::Expect, given::instead, say, verify::open};
use crate::{Exit, advice, error::CommandError, terminal};

/// Make a certificate again from its witness
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 the certificate is true and says valid, 1 it is not true or says \
                  invalid, 2 unusable input or usage, 3 it is true and says inconclusive, or rests \
                  on hashes of ancestors that only it expects."
)]
pub(super) struct Check {
    /// The certificate
    certificate: PathBuf,
    /// The witness.bin that it is about, or the INPUT.json that it was recorded of
    witness: PathBuf,
    /// What differs, as JSON
    #[arg(long)]
    json: bool,
    /// The most guest gas for a message that the certificate may ask for [default: 268435456, or what the
    /// transaction has paid for in the block of --expect-block]
    #[arg(long, value_name = "GAS")]
    guest_gas_limit: Option<u64>,
    /// The most host gas for a message that the certificate may ask for
    #[arg(long, value_name = "GAS", default_value_t = HOST_GAS)]
    host_gas_limit: u64,
    #[command(flatten)]
    expect: Expect,
}

/// Host gas for a message that a stranger's certificate may ask for: seconds of work.
const HOST_GAS: u64 = 1 << 30;

impl Check {
    pub(super) fn run(self) -> Result<Exit, CommandError> {
        let bytes = files::read(&self.certificate)?;
        let certificate =
            Certificate::parse(&bytes).map_err(|error| self.no_certificate(&bytes, error))?;
        let witness = open(&self.witness)?;
        let mut options = certificate.options();
        let expected = self.expect.expected();
        let (given, ours) = (options.expected.ancestors, expected.ancestors);
        options.expected = Expected { ancestors: ours.or(given), ..expected };
        let unasked = Options { guest_gas_limit: None, ..options };
        let usual = guest_gas_limit(&witness, &unasked);
        self.allows(&options, usual)?;
        if options.guest_gas_limit == usual {
            options = unasked;
        }
        if certificate.engine.asks_node() {
            say(&format!(
                "made with a node ({}), checked by the {} here",
                certificate.engine, options.engine
            ));
        }
        let engine = Engine::new(witness.rules);
        let report = verify_opened(&engine, &witness, &options).map_err(|error| {
            unverified(".".as_ref(), files::name(&self.witness), &witness, error)
        })?;
        let again = Certificate::new(&report, &options).without_node(&certificate);
        if again.tool != certificate.tool {
            let (theirs, ours) = (&certificate.tool, &again.tool);
            say(&format!("made by version {theirs}, checked by version {ours}"));
        }
        if certificate.words_differ(&again) {
            say("the certificate gives a reason in other words than this version would");
        }
        let differences = certificate.differences(&again);
        // What somebody else expected proves nothing to whoever checks.
        let unconfirmed =
            report.verdict() == Verdict::Valid && certificate.ancestors_expected && ours.is_none();
        let verdict = if unconfirmed { Verdict::Inconclusive } else { report.verdict() };
        if unconfirmed {
            say(
                "the hashes of ancestors are what the certificate expects: --expect-ancestors says \
                 that you do",
            );
        }
        let text = if self.json {
            let json = serde_json::json!({
                "reproduced": differences.is_empty(),
                "verdict": report.named(verdict),
                "differences": differences,
            });
            format!("{json:#}\n")
        } else if differences.is_empty() {
            format!("reproduced: {}\n", report.named(verdict))
        } else {
            in_words(&differences, report.named(verdict), terminal::width())
        };
        for not_run in report.not_run.iter().filter(|not_run| not_run.check.is_some()) {
            say(&format!("note: {not_run}"));
        }
        files::print(text.as_bytes())?;
        if report.verdict() == Verdict::Invalid
            && !self.json
            && let Some(next) = advice::next(&files::name(&self.witness))
        {
            terminal::say_filled(&next);
        }
        Ok(if differences.is_empty() { verdict.into() } else { Exit::Invalid })
    }

    /// Why a file is no certificate: it may be the witness, and the other the certificate.
    fn no_certificate(&self, bytes: &[u8], error: CertificateError) -> CommandError {
        let [certificate, witness] = [&self.certificate, &self.witness].map(|it| files::name(it));
        let other = files::read(&self.witness).unwrap_or_default();
        if Certificate::parse(&other).is_ok() {
            return CommandError::Swapped { certificate: witness, witness: certificate };
        }
        let error = CommandError::Certificate { file: certificate, error };
        let taken = [Document::Certificate];
        instead(&self.certificate, bytes, &taken, "a certificate", error)
    }

    /// Checks that a certificate, which may be a stranger's, asks for no more work than whoever checks it
    /// allows; `usual` is the guest gas for a message if nobody asks for any.
    fn allows(&self, options: &Options, usual: Option<u64>) -> Result<(), CommandError> {
        let refused = |option: &'static str, asked: u64| CommandError::AsksForMore {
            file: files::name(&self.certificate),
            option,
            asked,
        };
        let guest = self.guest_gas_limit.or(usual.map(|usual| usual.max(UNANCHORED)));
        match (options.guest_gas_limit, options.host_gas_limit) {
            (Some(asked), _) if guest.is_some_and(|most| asked > most) => {
                Err(refused("--guest-gas-limit", asked))
            }
            (_, Some(asked)) if asked > self.host_gas_limit => {
                Err(refused("--host-gas-limit", asked))
            }
            _ => Ok(()),
        }
    }
}
