//! A mutant before the provers: what it says is claimed, and each false claim that the audits find is
//! proven to the contracts.

use iso_evm_hypervisor::Engine;
use iso_evm_provers::{Accused, Court, MACHINE};
use iso_evm_verifier::{
    FalseClaim,
    audit::{Subject, TransactionKind},
    claim::claim,
    hash::CRYPTO,
    verify::{ClaimKind, EngineKind, Options, UNANCHORED, verify_opened},
};
use iso_evm_wire::Opened;
use serde::Serialize;

/// What became of the claim that is made of a mutant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Trial {
    /// The proofs that convict.
    pub convictions: Vec<Conviction>,
    /// What the audits find false and no prover convicts of, with why not.
    pub unproven: Vec<String>,
}

/// A proof that convicts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Conviction {
    /// Who was asked.
    pub prover: &'static str,
    /// The audit that finds it.
    pub audit: &'static str,
    /// What is false.
    pub mismatch: &'static str,
    /// Gas of the transaction that asks.
    pub gas: u64,
    /// Bytes of its calldata.
    pub bytes: usize,
}

impl Trial {
    /// Whether nobody can convict who claims this.
    pub const fn survives(&self) -> bool {
        self.convictions.is_empty()
    }
}

/// What is false of a receipt.
const OF_RECEIPTS: [TransactionKind; 6] = [
    TransactionKind::Status,
    TransactionKind::GasUsed,
    TransactionKind::Logs,
    TransactionKind::Bloom,
    TransactionKind::DepositNonce,
    TransactionKind::DepositVersion,
];

/// What is false of a block that no contract takes a commitment to.
const OF_FORK: ClaimKind = ClaimKind::Transaction(TransactionKind::Fork);

/// Tries what a mutant's file claims. None if nobody can commit to it, or no audit finds it false.
pub(super) fn tried(engine: &Engine, file: &[u8]) -> Option<Trial> {
    let file = file.to_vec().into();
    let witness = Opened::decode(&file, CRYPTO).ok()?;
    let options = Options { engine: EngineKind::Native, ..Options::default() };
    let report = verify_opened(engine, &witness, &options).ok()?;
    if report.findings.is_empty() {
        return None;
    }
    let subject = Subject::new(&witness);
    let claimed = claim(&subject, UNANCHORED)?;
    let accused = Accused {
        subject: &subject,
        claimed: &claimed,
        engine,
        machine: MACHINE,
        transaction: claimed.first,
        gas_limit: UNANCHORED,
    };
    let told = claimed.transactions.first()?;
    // A contract that knows the schedule takes no commitment to a block by another fork's rules.
    if report.findings.iter().any(|found| found.kind == OF_FORK) {
        return None;
    }
    // A receipt whose logs the witness does not tell is claimed by nobody.
    let claimed_at_all = |found: &&FalseClaim| {
        let ClaimKind::Transaction(kind) = found.kind else { return true };
        !told.claim.receipt.is_zero() || !OF_RECEIPTS.contains(&kind)
    };
    let findings: Vec<&FalseClaim> = report.findings.iter().filter(claimed_at_all).collect();
    if findings.is_empty() {
        return None;
    }
    let mut trial = Trial { convictions: Vec::new(), unproven: Vec::new() };
    let mut court = Court::new(engine);
    for found in findings {
        match conviction(&mut court, &accused, found) {
            Ok(conviction) => trial.convictions.push(conviction),
            Err(why) => trial.unproven.push(format!("{found}: {why}")),
        }
    }
    Some(trial)
}

fn conviction(
    court: &mut Court,
    accused: &Accused<'_, '_>,
    found: &FalseClaim,
) -> Result<Conviction, String> {
    let fault = accused.fault(found).ok_or("no prover")?;
    let asked = court.ask(fault.prover, accused.claimed.root(), &fault.proof);
    match asked.answer.kind() {
        Some(kind) if kind == fault.kind => Ok(Conviction {
            prover: fault.prover.name(),
            audit: found.kind.audit().name(),
            mismatch: kind.name(),
            gas: asked.gas,
            bytes: asked.bytes,
        }),
        Some(kind) => Err(format!("{} says {kind}", fault.prover)),
        None => Err(format!("{} says {:?}", fault.prover, asked.answer)),
    }
}
