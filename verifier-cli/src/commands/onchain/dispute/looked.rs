//! What is false in what is at hand, with the proof that convicts: by the audits of the witnesses that the claim is made
//! of, or beside witnesses of one's own. `specs/14-chain.md`, section Finding what is false.
//!
//! In the data's way this stands between the witnesses and `challenge`, which sends. Nothing is false only where
//! everything was looked at, by witnesses that are proved.

use std::collections::BTreeSet;

use alloy_primitives::Address;
use iso_evm_batch::ItemError;
use iso_evm_explain::{open, told};
use iso_evm_hypervisor::Engine;
use iso_evm_onchain::{
    dispute::{Conviction, Disputes},
    host::UNLIMITED,
};
use iso_evm_provers::{Accused, Court, Fault, NoFault, dispute::Windows};
use iso_evm_verifier::{
    audit::Subject,
    claim::{ClaimedBlock, claim},
    hash::keccak256,
    transaction_hash::encode,
    verify::{ClaimKind, EngineKind, FalseClaim, Options, Report, Verdict, verify_opened},
};
use iso_evm_wire::Opened;

use super::{
    AtHand,
    file::{Named, engine, gas_limit},
};
use crate::{
    commands::say,
    error::CommandError,
    report::{found, text::counted},
    terminal,
};

/// Whom a proof is made for.
#[derive(Clone, Copy)]
pub(super) struct Parties<'a> {
    /// The contracts.
    pub(super) disputes: &'a Disputes,
    /// What disputes agree to.
    pub(super) windows: Windows,
    /// Who is accused.
    pub(super) operator: Address,
    /// Who accuses him.
    pub(super) challenger: Address,
}

/// What was found false in a commitment.
pub(super) enum Looked {
    /// Nothing; and what was not looked at, if not all was.
    Nothing(Option<String>),
    /// Something, and no contract takes a proof of it.
    Unproved(String),
    /// What convicts.
    Proved(Box<Conviction>),
}

/// Looks for what is false: beside witnesses of one's own, or by the audits of those that the claim is made of, one
/// after the other.
pub(super) fn looked_for(
    parties: Parties<'_>,
    at_hand: &AtHand,
    own: Option<&AtHand>,
) -> Result<Looked, CommandError> {
    let claimed = &at_hand.claimed;
    let (mut lacking, mut alike) = (None, BTreeSet::new());
    for Named { name, witness } in &own.unwrap_or(at_hand).witnesses {
        let engine = engine(witness);
        let subject = Subject::new(witness);
        let transaction = place(claimed, &subject);
        let accused = Accused {
            subject: &subject,
            claimed,
            engine: &engine,
            machine: parties.disputes.machine().address,
            transaction,
            gas_limit: gas_limit(witness),
        };
        let report = audited(witness, &engine, name)?;
        let found = match own {
            Some(_) => beside(&accused, &report, name),
            None => by_audits(&accused, &report, name),
        };
        match found {
            Found::Nothing(None) => _ = alike.insert(transaction),
            Found::Nothing(Some(why)) => _ = lacking.get_or_insert(why),
            Found::False(faults, why) => {
                let Parties { disputes, windows, operator, challenger } = parties;
                let found = disputes.convict(windows, &accused, &faults, operator, challenger)?;
                return Ok(found.map_or(Looked::Unproved(why), |it| Looked::Proved(Box::new(it))));
            }
        }
    }
    if own.is_some() && lacking.is_none() {
        lacking = not_looked_at(claimed, alike.len());
    }
    Ok(Looked::Nothing(lacking))
}

/// What of a claim nobody has looked at who holds so many of its transactions against witnesses; none if that is
/// nothing.
fn not_looked_at(claimed: &ClaimedBlock, alike: usize) -> Option<String> {
    let block = &claimed.claim;
    let count = usize::try_from(block.transactions.count).unwrap_or(usize::MAX);
    let names_no_other = block.header.is_zero() && block.ancestors.count == 0;
    if count == alike && names_no_other {
        return None;
    }
    let said = format!("{alike} of {} as the witness says", counted(count, "transaction"));
    let others = if count == alike { "" } else { "the others, " };
    Some(format!("{said}; {others}the header and the ancestors were not looked at"))
}

/// Where a claim has the transaction of one's witness; where it begins, if it has none.
fn place(claimed: &ClaimedBlock, subject: &Subject<'_>) -> usize {
    let hash = keccak256(&encode(&subject.hashes().witness().transaction));
    let found = claimed.transactions.iter().position(|told| told.claim.hash == hash);
    claimed.first + found.unwrap_or_default()
}

/// What is false.
enum Found {
    /// Nothing; and why not all was looked at, if so.
    Nothing(Option<String>),
    /// Proofs, the first to be tried first; and what is false, in words.
    False(Vec<Fault>, String),
}

/// What the audits find in a witness. What is false is said.
fn audited(witness: &Opened<'_>, engine: &Engine, name: &str) -> Result<Report, CommandError> {
    let options = Options { engine: EngineKind::Native, ..Options::default() };
    let mut report = verify_opened(engine, witness, &options)
        .map_err(|error| ItemError::Verify { file: name.to_owned(), error: Box::new(error) })?;
    report.look_for_causes(engine, witness, &options);
    let told = told(witness, &report);
    if !told.is_empty() {
        say(&format!("{name}: false:"));
    }
    for line in found(&told, terminal::width().saturating_sub(2)) {
        say(&format!("  {line}"));
    }
    Ok(report)
}

/// Why a witness proves nothing, if it does not; `false_itself` says so of one that is false.
fn unproved(report: &Report, false_itself: String) -> Option<String> {
    match report.verdict() {
        Verdict::Valid => None,
        Verdict::Invalid => Some(false_itself),
        Verdict::Inconclusive => Some(open(report).join("; ")),
    }
}

/// What the audits have found false in a witness that the claim is made of.
fn by_audits(accused: &Accused<'_, '_>, report: &Report, name: &str) -> Found {
    let told = told(accused.subject.opened(), report);
    let Some(first) = told.first() else {
        return Found::Nothing(unproved(report, format!("{name} is false")));
    };
    // A false fact first, then a false call: that a run goes elsewhere, or the transaction, may follow from these.
    let mut findings: Vec<&FalseClaim> = report.findings.iter().collect();
    findings.sort_by_key(|found| match found.kind {
        ClaimKind::Access(_) => 0,
        ClaimKind::Tree(_) => 1,
        ClaimKind::Transaction(_) => 3,
        _ => 2,
    });
    let faults = findings.into_iter().filter_map(|found| accused.fault(found)).collect();
    Found::False(faults, first.sentence())
}

/// What is false in a claim, beside what one's own witness says. That a claim says what a witness does, which is not
/// proved itself, is no proof.
fn beside(accused: &Accused<'_, '_>, report: &Report, name: &str) -> Found {
    let Some(own) = claim(accused.subject, accused.gas_limit) else {
        return Found::Nothing(Some("nobody can commit to the witness".to_owned()));
    };
    // As much gas as it takes: what no transaction holds goes in parts.
    let mut court = Court::new(accused.engine).with_gas(UNLIMITED);
    match accused.convicting(&own, &mut court) {
        Ok(fault) => Found::False(vec![fault], String::new()),
        Err(NoFault::Alike) => Found::Nothing(unproved(
            report,
            format!("the claim says what {name} does, and that is false itself"),
        )),
        Err(why) => Found::Nothing(Some(why.to_string())),
    }
}
