//! [`Told`]: a finding in words. What is false, where, what the witness says, what is true and by what, and
//! whether it is a cause or follows from another.
//!
//! In the data's way this stands between the report and whoever prints or draws it.

mod both;
mod event;
pub(crate) mod form;
pub mod last_line;
pub mod open;
mod proof;
pub mod record;

use alloy_primitives::Address;
use iso_evm_hypervisor::MessageVerdict;
use iso_evm_verifier::{
    Audit, ClaimKind, FalseClaim, Report,
    cause::{When, is_structural},
};
use iso_evm_wire::{
    Opened, OpenedMessage,
    records::{FrameKind, Record},
};
use serde::Serialize;

use both::both;
use form::Form;
pub use form::thousands;

/// A finding in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Told {
    /// Index of the finding in the report.
    pub finding: usize,
    /// The audit that found it.
    pub audit: Audit,
    /// The kind's name.
    pub kind: &'static str,
    /// Index of the message that it is about; none if it is about the transaction.
    pub message: Option<usize>,
    /// Index of the record that it is about.
    pub record: Option<usize>,
    /// Where the code stood, as far as the audit tells.
    pub pc: Option<u64>,
    /// What is false, in a sentence.
    pub title: String,
    /// Where it is: the message and the record.
    pub place: String,
    /// What the witness says; none where the kind has no words.
    pub says: Option<String>,
    /// What is true.
    pub truth: Option<String>,
    /// By what that is known.
    pub by: &'static str,
    /// How it stands to the other findings.
    pub role: Role,
}

/// How a finding stands to the others of its report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", tag = "is")]
pub enum Role {
    /// With it put right, these others hold too.
    Cause {
        /// Indices of findings in the report.
        explains: Vec<usize>,
    },
    /// It is no longer found where another is put right.
    #[serde(rename_all = "camelCase")]
    Follows {
        /// Index of that finding in the report.
        from: usize,
    },
    /// It was computed behind another, which says that something is missing or too much: so what it calls true
    /// may be not.
    #[serde(rename_all = "camelCase")]
    Behind {
        /// Index of that finding in the report.
        of: usize,
    },
    /// Nothing shows that it hangs together with another.
    Alone,
}

impl Told {
    /// The finding in one line: what is false, where, what the witness says and what is true.
    pub fn sentence(&self) -> String {
        self.sentence_with("")
    }

    /// The same, with something said of the truth.
    pub(crate) fn sentence_with(&self, aside: &str) -> String {
        let mut title = self.title.trim_end_matches('.').to_owned();
        // It goes on behind a colon.
        if let Some(first) = title.get(..1).map(str::to_lowercase)
            && title.chars().nth(1).is_some_and(|second| second.is_lowercase() || second == ' ')
        {
            title.replace_range(..1, &first);
        }
        let words = match (&self.says, &self.truth) {
            (Some(says), Some(truth)) if self.is_cause() => {
                format!("; it says {says}, and true is {truth}{aside}")
            }
            (Some(says), Some(truth)) => {
                format!("; it says {says}, and {truth}{aside} is computed")
            }
            _ => String::new(),
        };
        format!("{title}, in {}{words}", self.place)
    }

    /// Whether what is computed is true: with a cause put right, less is found false. All else may rest on
    /// something that is false itself.
    pub const fn is_cause(&self) -> bool {
        matches!(self.role, Role::Cause { .. })
    }
}

/// What a finding is called by another.
pub fn name(claim: &FalseClaim) -> String {
    let (audit, kind) = (claim.kind.audit(), claim.kind.name());
    match claim.message {
        Some(message) => format!("{audit} of message {message} ({kind})"),
        None => format!("{audit} ({kind})"),
    }
}

/// The findings of a report in words: causes first, each with what follows from it behind it; else in the order in
/// which they came about.
pub fn told(witness: &Opened<'_>, report: &Report) -> Vec<Told> {
    let role = |index| role(report, index);
    let mut told: Vec<_> = report
        .findings
        .iter()
        .enumerate()
        .map(|(index, claim)| one(witness, claim, index, role(index)))
        .collect();
    if told.len() > 1 {
        let when = When::of(witness);
        let whens: Vec<_> = report.findings.iter().map(|claim| when.when(claim)).collect();
        put_behind(&mut told, report, &whens);
        // By the finding that it all comes from, and when that came about.
        let from = |one: &Told| match one.role {
            Role::Follows { from } | Role::Behind { of: from } => Some(from),
            Role::Cause { .. } | Role::Alone => None,
        };
        let causes: Vec<bool> = told.iter().map(Told::is_cause).collect();
        told.sort_by_key(|one| {
            let root = from(one).unwrap_or(one.finding);
            (!causes[root], whens[root], from(one).map_or(0, |_| 1 + one.finding))
        });
    }
    told
}

/// Puts what came about behind something missing, or in the same message, behind it.
fn put_behind(told: &mut [Told], report: &Report, whens: &[usize]) {
    let is_open = |told: &&Told| {
        told.role == Role::Alone && is_structural(report.findings[told.finding].kind)
    };
    let structural = told.iter().filter(is_open);
    let Some((of, message)) =
        structural.min_by_key(|told| whens[told.finding]).map(|told| (told.finding, told.message))
    else {
        return;
    };
    let explained = |role: &Role| !matches!(role, Role::Alone);
    for one in told.iter_mut().filter(|one| one.finding != of && !explained(&one.role)) {
        // What a record says was computed as it was taken, if that is told.
        let same = one.message.is_some() && one.message == message && one.record.is_none();
        if whens[one.finding] >= whens[of] || same {
            one.role = Role::Behind { of };
        }
    }
}

fn role(report: &Report, index: usize) -> Role {
    let Some(causes) = &report.causes else { return Role::Alone };
    match causes.cause_of(index) {
        Some(from) => Role::Follows { from },
        None if causes.is_cause(index) => {
            Role::Cause { explains: causes.following(index).collect() }
        }
        None => Role::Alone,
    }
}

/// What a run of a message finds false in it, in words, where there is no report; none if it finds nothing false.
pub(crate) fn of_run(
    witness: &Opened<'_>,
    message: usize,
    verdict: &MessageVerdict,
) -> Option<Told> {
    let claim = FalseClaim::of_message(message, verdict)?;
    Some(one(witness, &claim, 0, Role::Alone))
}

fn one(witness: &Opened<'_>, claim: &FalseClaim, finding: usize, role: Role) -> Told {
    let message = claim.message.and_then(|index| witness.message(index));
    let record = claim.record.and_then(|record| usize::try_from(record).ok());
    let taken = record.and_then(|record| message?.records().get(record));
    let taken = taken.and_then(|taken| taken.as_ref().ok());
    let moves_value =
        matches!(taken, Some(Record::Call(..) | Record::Create(_) | Record::Create2(_)));
    let form = Form::of(claim.kind, moves_value);
    let words = claim.words;
    let told = words.map(|words| {
        let one = |word| form.write(word);
        both(witness, claim.kind, words).unwrap_or_else(|| [one(words.found), one(words.expected)])
    });
    let (says, truth) = told.map(|[says, truth]| (says, truth)).unzip();
    Told {
        finding,
        audit: claim.kind.audit(),
        kind: claim.kind.name(),
        message: claim.message,
        record,
        pc: claim.pc,
        title: title(claim),
        place: place(witness, claim, record, taken),
        says,
        truth,
        by: proof::by(claim.kind),
        role,
    }
}

/// What is false, in a sentence; code's own names for fields stand as they are.
fn title(claim: &FalseClaim) -> String {
    let meaning = match claim.kind {
        ClaimKind::Execution(kind) => kind.meaning(),
        ClaimKind::Access(kind) => kind.meaning(),
        ClaimKind::Tree(kind) => kind.meaning(),
        ClaimKind::Transaction(kind) => kind.meaning(),
        ClaimKind::Malformed { position } => {
            return format!("The bytes are no canonical message, from byte {position} on.");
        }
        _ => claim.kind.name(),
    };
    sentence(meaning)
}

/// A kind's meaning without what its two words are: that stands in lines of its own.
fn sentence(meaning: &str) -> String {
    let behind = [": ", "; expected is ", "; found is "];
    let first = behind.iter().filter_map(|end| meaning.find(end)).min().unwrap_or(meaning.len());
    let sentence = meaning[..first].replace('`', "");
    if sentence.ends_with('.') { sentence } else { sentence + "." }
}

fn place(
    witness: &Opened<'_>,
    claim: &FalseClaim,
    record: Option<usize>,
    taken: Option<&Record>,
) -> String {
    let Some(index) = claim.message else {
        return if claim.kind.audit() == Audit::Transaction {
            "the transaction and its receipt".to_owned()
        } else {
            "the witness".to_owned()
        };
    };
    let mut place = format!("message {index}");
    if let Some(message) = witness.message(index) {
        place = format!("{place}, {}", frame(message));
    }
    if let Some(record) = record {
        place = format!("{place}, record {record}");
        if let Some(taken) = taken {
            place = format!("{place}: {}", record::title(taken));
        }
    }
    if let Some(pc) = claim.pc {
        place = format!("{place}, pc {pc}");
    }
    place
}

/// A message by its kind and whose code runs: `a call of 0x…`, `a creation of 0x…`.
pub(crate) fn frame(message: &OpenedMessage) -> String {
    let fields = message.fields();
    let target = target(fields.to, fields.context);
    match message.kind() {
        Some(FrameKind::Create | FrameKind::Create2) => format!("the creation of {target}"),
        Some(kind) => format!("the {} of {target}", kind.name()),
        None => format!("a frame of {target}"),
    }
}

/// Whose code runs; the new account of a creation.
pub(crate) fn target(to: Address, context: Address) -> Address {
    if to.is_zero() { context } else { to }
}

#[cfg(test)]
mod tests {
    use iso_evm_hypervisor::MismatchKind;
    use iso_evm_verifier::audit::{AccessKind, TransactionKind, TreeKind};

    use super::*;

    /// What is *expected* and *found* in an error of the contract is *computed* and *says* to a person.
    #[test]
    fn a_title_speaks_of_words_by_names_that_stand_nowhere() {
        let execution = MismatchKind::ALL.iter().map(|kind| kind.meaning());
        let access = AccessKind::ALL.iter().map(|kind| kind.meaning());
        let tree = TreeKind::ALL.iter().map(|kind| kind.meaning());
        let transaction = TransactionKind::ALL.iter().map(|kind| kind.meaning());
        for meaning in execution.chain(access).chain(tree).chain(transaction) {
            let said = sentence(meaning);
            let words: Vec<_> = said.split(|it: char| !it.is_alphabetic()).collect();
            assert!(!words.contains(&"expected") && !words.contains(&"found"), "{said}");
            assert!(said.ends_with('.') && said.len() > 10, "{said}");
        }
        assert_eq!(
            sentence(MismatchKind::Outcome.meaning()),
            "Outcome and status cannot be, here."
        );
        assert_eq!(
            sentence(MismatchKind::Returndata.meaning()),
            "Such an outcome returns no data."
        );
    }
}
