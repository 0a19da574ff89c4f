//! [`Summary`]: what a run has come to, with what earlier ones have; by verdict, and by why there is none.

use std::collections::BTreeMap;

use datafusion::arrow::array::AsArray;
use serde::Serialize;

use super::Part;
use crate::source::Counts;

/// How many items there are of each verdict, and of each kind of error.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Verdicts {
    /// By the verdict's name.
    pub(crate) verdicts: BTreeMap<String, u64>,
    /// Of those that could not be verified, by the kind of error.
    pub(crate) errors: BTreeMap<String, u64>,
}

impl Verdicts {
    /// Counts an item.
    pub(crate) fn count(&mut self, verdict: Option<&str>, error_kind: Option<&str>) {
        let counts = if verdict.is_some() { &mut self.verdicts } else { &mut self.errors };
        let name = verdict.or(error_kind).unwrap_or("unknown");
        // Names are few.
        match counts.get_mut(name) {
            Some(count) => *count += 1,
            None => drop(counts.insert(name.to_owned(), 1)),
        }
    }

    /// How many verdicts begin with a word: one that is about some audits says more.
    pub(crate) fn of(&self, word: &str) -> u64 {
        let named = |name: &&String| name.as_str() == word || name.starts_with(&format!("{word} "));
        self.verdicts.iter().filter(|(name, _)| named(name)).map(|(_, count)| count).sum()
    }

    /// How many items could not be verified.
    pub(crate) fn unusable(&self) -> u64 {
        self.errors.values().sum()
    }
}

/// What a run has come to.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Summary {
    /// Of all items, those of earlier runs included.
    #[serde(flatten)]
    pub(crate) all: Verdicts,
    /// Rows that this run has not audited.
    pub(crate) rows: Counts,
    /// Files that cannot be read.
    pub(crate) unreadable_files: u64,
    /// How long it took.
    pub(crate) seconds: f64,
    /// How many items each executor has audited.
    pub(crate) executors: BTreeMap<String, u64>,
}

impl Summary {
    /// Nothing yet but what earlier runs have.
    pub(super) fn new(before: Verdicts, unreadable_files: u64) -> Self {
        let (rows, executors) = (Counts::default(), BTreeMap::new());
        Self { all: before, rows, unreadable_files, seconds: 0.0, executors }
    }

    /// Counts what is written.
    pub(super) fn count(&mut self, part: &Part) {
        let texts = |name| {
            part.transactions.column_by_name(name).and_then(|column| column.as_string_opt::<i32>())
        };
        let (Some(verdicts), Some(kinds)) = (texts("verdict"), texts("error_kind")) else { return };
        for (verdict, kind) in verdicts.iter().zip(kinds.iter()) {
            self.all.count(verdict, kind);
        }
    }
}

/// Two lines, and what else there was.
impl std::fmt::Display for Summary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { all, rows, unreadable_files, seconds, executors } = self;
        for (kind, count) in &all.errors {
            writeln!(f, "unusable: {kind}: {count}")?;
        }
        for (count, said) in [
            (rows.repeated, "rows have the id of another"),
            (rows.nameless, "rows have no id"),
            (*unreadable_files, "files cannot be read"),
        ] {
            if count > 0 {
                writeln!(f, "not audited: {count} {said}")?;
            }
        }
        let audited: u64 = executors.values().sum();
        let rate = audited as f64 / seconds.max(0.001);
        writeln!(
            f,
            "audited: {audited} in {seconds:.1} s, {rate:.0}/s, by {} executors",
            executors.len()
        )?;
        let (valid, invalid, inconclusive) =
            (all.of("valid"), all.of("invalid"), all.of("inconclusive"));
        write!(
            f,
            "witnesses: {valid} valid, {invalid} invalid, {inconclusive} inconclusive, {} unusable",
            all.unusable()
        )?;
        if rows.resumed > 0 {
            write!(f, "; {} of an earlier run", rows.resumed)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_on_some_audits_counts_as_what_it_is() {
        let mut counts = Verdicts::default();
        for verdict in ["valid", "valid (execution, tree only)", "invalid", "validated"] {
            counts.count(Some(verdict), None);
        }
        counts.count(None, Some("killed"));
        assert_eq!(
            [counts.of("valid"), counts.of("invalid"), counts.of("inconclusive")],
            [2, 1, 0]
        );
        assert_eq!(counts.unusable(), 1);
    }
}
