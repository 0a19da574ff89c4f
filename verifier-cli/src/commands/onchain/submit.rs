//! `iso-verify submit`: has messages audited on a chain.

use std::{fmt::Write, path::PathBuf};

use alloy_primitives::{Address, B256, U64, U256};
use clap::Args;
use iso_evm_batch::{ItemError, files};
use iso_evm_hypervisor::{Engine, MessageVerdict};
use iso_evm_onchain::{
    outbox::Outbox,
    plan::{Plan, Route},
    submit::{Submission, Submitted, VerdictSource},
};
use iso_evm_verifier::{
    report::json::{JsonMismatch, mismatch},
    verify::{
        Audit, AuditVerdict, EngineKind, FalseClaim, NamedVerdict, Options, Verdict, verify_opened,
    },
};
use iso_evm_wire::Opened;
use serde::Serialize;

use super::{
    archives::ContractArgs,
    chain::{ChainArgs, JsonTransaction, mined},
    proved::proved,
};
use crate::{
    Exit,
    commands::{say, verify::open},
    error::CommandError,
    report::text::thousands,
};

/// Have messages audited on a chain: archive the code that is missing, send the audits, read the
/// verdicts
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("where").args(["register", "hypervisor"]).required(true).multiple(true)))]
pub(in crate::commands) struct Submit {
    /// A witness.bin, or an INPUT.json that is recorded first; `-` for stdin
    file: PathBuf,
    #[command(flatten)]
    chain: ChainArgs,
    /// The register that is to write the verdict down
    #[arg(long, value_name = "ADDR")]
    register: Option<Address>,
    /// The hypervisor [with --register, default: at its deterministic address]
    #[arg(long, value_name = "ADDR")]
    hypervisor: Option<Address>,
    /// Whose commitment it is [default: the account that sends]
    #[arg(long, value_name = "ADDR", requires = "register")]
    operator: Option<Address>,
    /// Commit to the messages first, as the account that sends; the witness must be valid by all four
    /// audits
    #[arg(long, requires = "register")]
    commit: bool,
    /// Commit though an audit came to no verdict; never to what is false
    #[arg(long, requires = "commit")]
    commit_unproved: bool,
    /// Only this message [default: all]
    #[arg(long, value_name = "N")]
    message: Option<usize>,
    /// Call instead of sending: nothing is spent, nothing stays
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    contracts: ContractArgs,
    /// What became of the messages as JSON
    #[arg(long)]
    json: bool,
}

/// What a program reads.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    verdict: NamedVerdict,
    chain_id: u64,
    sender: Address,
    hypervisor: Address,
    register: Option<Address>,
    operator: Option<Address>,
    dry_run: bool,
    gas_used: U64,
    messages: Vec<Row>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    index: usize,
    commitment: B256,
    verdict: NamedVerdict,
    mismatch: Option<JsonMismatch>,
    reason: Option<String>,
    source: VerdictSource,
    predicted_gas: Option<U64>,
    transactions: Vec<JsonTransaction>,
}

impl Submit {
    pub(in crate::commands) fn run(self) -> Result<Exit, CommandError> {
        let witness = open(&self.file)?;
        let count = witness.messages.len();
        if count == 0 {
            return Err(CommandError::NoMessages { file: files::name(&self.file) });
        }
        let indices = match self.message {
            Some(index) if index >= count => {
                return Err(CommandError::NoMessage {
                    file: files::name(&self.file),
                    index,
                    count,
                });
            }
            Some(index) => index..index + 1,
            None => 0..count,
        };
        let dry_run = self.dry_run;
        let (chain, sender) = self.chain.open(!dry_run)?;
        self.audit(&witness)?;
        let mut plan = Plan::new(self.contracts.contracts(Some(sender.address()))?, witness.rules);
        if let Some(hypervisor) = self.hypervisor {
            plan = plan.with_hypervisor(hypervisor);
        }
        let operator = self.operator.unwrap_or_else(|| sender.address());
        let route = match self.register {
            Some(register) => Route::Register { register, operator },
            None => Route::Hypervisor,
        };
        let commit = self.commit;
        let submission = Submission { chain: &chain, plan: &plan, sender: &sender, route, commit };
        let chain_id = chain.id_of(self.chain.named())?;
        chain.has_cancun()?;
        submission.check()?;
        let outbox = if dry_run {
            None
        } else {
            let intents = submission.intents(&witness, indices.clone())?;
            let order = self.chain.order(&chain, chain_id, sender.address(), intents)?;
            Some(Outbox::new(&chain, &sender, order))
        };
        let mut submitted = Vec::new();
        for index in indices {
            let said = |what: &'static str, transaction: &_| {
                mined(&format!("message {index}: {what}"), transaction);
            };
            submitted.push(submission.submit(&witness, index, outbox.as_ref(), said)?);
        }
        let verdict = Verdict::of(submitted.iter().map(|message| (&message.verdict).into()));
        let text = if self.json {
            let document = Document {
                verdict: on_a_chain(verdict),
                chain_id,
                sender: sender.address(),
                hypervisor: plan.hypervisor().address,
                register: self.register,
                operator: self.register.map(|_| operator),
                dry_run,
                gas_used: U64::from(gas_used(&submitted)),
                messages: submitted.iter().map(row).collect(),
            };
            let json = serde_json::to_string_pretty(&document)
                .expect("only numbers and strings, and strings as keys");
            format!("{json}\n")
        } else {
            human(&submitted, verdict, chain_id)
        };
        files::print(text.as_bytes())?;
        Ok(verdict.into())
    }

    /// Has all four audits run here, says what they find, and refuses to commit to what they do not
    /// prove.
    fn audit(&self, witness: &Opened<'_>) -> Result<(), CommandError> {
        let file = || files::name(&self.file);
        let options = Options { engine: EngineKind::Native, ..Options::default() };
        let report = verify_opened(&Engine::new(witness.rules), witness, &options)
            .map_err(|error| ItemError::Verify { file: file(), error: Box::new(error) })?;
        if self.commit {
            proved(&report, self.commit_unproved)?;
        }
        for finding in &report.findings {
            say(&format!("note: false by the audits here: {finding}"));
        }
        for not_run in report.not_run.iter().filter(|not_run| not_run.check.is_none()) {
            say(&format!("note: {not_run}"));
        }
        let unseen = report.audits.execution == AuditVerdict::Valid;
        if unseen && report.verdict() == Verdict::Invalid && self.register.is_some() {
            say(
                "note: the register does not see that: it runs the execution audit alone, and will \
                 accept the message for ever",
            );
        }
        Ok(())
    }
}

/// A verdict of a chain: a hypervisor runs the execution audit alone.
fn on_a_chain(verdict: Verdict) -> NamedVerdict {
    NamedVerdict::of(Audit::Execution, verdict)
}

fn gas_used(submitted: &[Submitted]) -> u64 {
    let transactions = submitted.iter().flat_map(|message| &message.transactions);
    transactions.map(|(_, transaction)| transaction.gas_used).sum()
}

fn row(submitted: &Submitted) -> Row {
    let claim = FalseClaim::of_message(submitted.index, &submitted.verdict);
    let transactions = submitted.transactions.iter();
    Row {
        index: submitted.index,
        commitment: submitted.commitment,
        verdict: on_a_chain(Verdict::from(&submitted.verdict)),
        mismatch: claim.as_ref().map(mismatch),
        reason: reason(&submitted.verdict),
        source: submitted.source,
        predicted_gas: submitted.audit_gas.map(U64::from),
        transactions: transactions
            .map(|(what, transaction)| JsonTransaction::new(what, transaction))
            .collect(),
    }
}

/// Why there is no verdict, if so.
fn reason(verdict: &MessageVerdict) -> Option<String> {
    match verdict {
        MessageVerdict::Unavailable { archive } => {
            Some(format!("the archive {archive} is missing or holds other code"))
        }
        MessageVerdict::Inconclusive { reason } => Some(reason.to_string()),
        MessageVerdict::Valid | MessageVerdict::Mismatch(_) | MessageVerdict::Malformed { .. } => {
            None
        }
    }
}

fn human(submitted: &[Submitted], verdict: Verdict, chain_id: u64) -> String {
    let mut text = String::new();
    for message in submitted {
        let index = message.index;
        for (what, transaction) in &message.transactions {
            let gas = thousands(U256::from(transaction.gas_used));
            let _ = writeln!(text, "message {index}: {what} {}, {gas} gas", transaction.hash);
        }
        let name = on_a_chain(Verdict::from(&message.verdict));
        let source = match message.source {
            VerdictSource::Transaction => "",
            VerdictSource::Register => ", as the register has it already",
            VerdictSource::Call => ", by a call: nothing was sent",
            VerdictSource::Prediction => ", so that nothing was sent",
        };
        let why = FalseClaim::of_message(index, &message.verdict)
            .map(|claim| format!(": {claim}"))
            .or_else(|| reason(&message.verdict).map(|reason| format!(": {reason}")))
            .unwrap_or_default();
        let _ = writeln!(text, "message {index}: {name}{why}{source}");
    }
    let gas = thousands(U256::from(gas_used(submitted)));
    let (name, count) = (on_a_chain(verdict), submitted.len());
    let plural = if count == 1 { "" } else { "s" };
    let _ = writeln!(text, "{name}: {count} message{plural} on chain {chain_id}, {gas} gas");
    text
}
