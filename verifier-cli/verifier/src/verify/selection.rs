//! Which audits a verdict is about, and the name that it has for that. `specs/12-audits.md`, section
//! Selection.
//!
//! A selection is never empty: a verdict about no audit is none. One that is not all four is part of
//! the verdict's name wherever it is told, so that nobody takes the part for the whole.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use super::{Audit, Verdict};

/// Which audits are to run: at least one. What a verdict is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AuditSelection([bool; Audit::ALL.len()]);

impl AuditSelection {
    /// All four audits.
    pub const ALL: Self = Self([true; Audit::ALL.len()]);

    /// The selection of these audits alone; `None` if there is none.
    pub fn only(audits: impl IntoIterator<Item = Audit>) -> Option<Self> {
        let mut selected = [false; Audit::ALL.len()];
        for audit in audits {
            selected[audit as usize] = true;
        }
        selected.contains(&true).then_some(Self(selected))
    }

    /// Whether an audit is to run.
    pub const fn contains(self, audit: Audit) -> bool {
        self.0[audit as usize]
    }

    /// The selected audits, in the order of [`Audit::ALL`].
    pub fn audits(self) -> impl Iterator<Item = Audit> {
        Audit::ALL.into_iter().filter(move |audit| self.contains(*audit))
    }

    /// The selection without one audit; `None` if that one is all there is.
    #[must_use]
    pub fn without(self, audit: Audit) -> Option<Self> {
        Self::only(self.audits().filter(|selected| *selected != audit))
    }
}

impl Default for AuditSelection {
    fn default() -> Self {
        Self::ALL
    }
}

impl From<Audit> for AuditSelection {
    fn from(audit: Audit) -> Self {
        let mut selected = [false; Audit::ALL.len()];
        selected[audit as usize] = true;
        Self(selected)
    }
}

/// What stands behind a verdict's word: nothing for all four, else ` (execution, tree only)`.
impl fmt::Display for AuditSelection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::ALL {
            return Ok(());
        }
        let names: Vec<_> = self.audits().map(Audit::name).collect();
        write!(f, " ({} only)", names.join(", "))
    }
}

impl Serialize for AuditSelection {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.audits())
    }
}

impl<'de> Deserialize<'de> for AuditSelection {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let none = || D::Error::custom("no audit is selected: a verdict about none is no verdict");
        Self::only(Vec::<Audit>::deserialize(deserializer)?).ok_or_else(none)
    }
}

/// A verdict by its name, which says what it is about: `valid`, `valid (execution only)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NamedVerdict {
    /// The verdict that is named.
    pub verdict: Verdict,
    /// The audits that the verdict is about.
    pub selected: AuditSelection,
}

impl NamedVerdict {
    /// What an audit says alone, as one on a chain does.
    pub fn of(audit: Audit, verdict: Verdict) -> Self {
        Self { verdict, selected: audit.into() }
    }
}

impl fmt::Display for NamedVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.verdict.name(), self.selected)
    }
}

/// A name that is no verdict's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} names no verdict")]
pub struct UnknownVerdict(String);

impl FromStr for NamedVerdict {
    type Err = UnknownVerdict;

    /// Reads exactly what [`fmt::Display`] writes.
    fn from_str(name: &str) -> Result<Self, UnknownVerdict> {
        let unknown = || UnknownVerdict(name.to_owned());
        let (word, audits) = name.split_once(" (").unwrap_or((name, ""));
        let mut all = Verdict::ALL.into_iter();
        let verdict = all.find(|verdict| verdict.name() == word).ok_or_else(unknown)?;
        let audits = audits.strip_suffix(" only)").map(|audits| audits.split(", "));
        let selected = match audits {
            Some(audits) => {
                let audits: Result<Vec<Audit>, _> = audits.map(str::parse).collect();
                audits.ok().and_then(AuditSelection::only).ok_or_else(unknown)?
            }
            None => AuditSelection::ALL,
        };
        let named = Self { verdict, selected };
        if named.to_string() == name { Ok(named) } else { Err(unknown()) }
    }
}

impl Serialize for NamedVerdict {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for NamedVerdict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    /// Every selection there is.
    fn selections() -> impl Iterator<Item = AuditSelection> {
        let of = |bits: usize| {
            Audit::ALL.into_iter().filter(move |audit| bits >> *audit as usize & 1 == 1)
        };
        (1..16).map(move |bits| AuditSelection::only(of(bits)).unwrap())
    }

    #[test]
    fn a_selection_without_an_audit_is_refused() {
        assert_eq!(AuditSelection::only([]), None);
        assert_eq!(AuditSelection::from(Audit::Tree).without(Audit::Tree), None);
        assert!(serde_json::from_str::<AuditSelection>("[]").is_err());
        assert_eq!(AuditSelection::only(Audit::ALL), Some(AuditSelection::default()));
    }

    #[test]
    fn a_part_is_in_the_name() {
        let names: Vec<_> = selections().map(|selected| selected.to_string()).collect();
        assert_eq!(names[0], " (execution only)");
        assert_eq!(names[4], " (execution, tree only)");
        assert_eq!(names[14], "");
        for selected in selections() {
            for verdict in Verdict::ALL {
                let named = NamedVerdict { verdict, selected };
                assert_eq!(named.to_string().parse(), Ok(named));
            }
            let json = serde_json::to_string(&selected).unwrap();
            assert_eq!(serde_json::from_str::<AuditSelection>(&json).unwrap(), selected);
        }
    }

    #[test]
    fn an_unknown_audits_name_is_refused() {
        for name in [
            "",
            "Valid",
            "valid ",
            "valid ()",
            "valid ( only)",
            "valid (tree)",
            "valid (trees only)",
            "valid (tree, execution only)",
            "valid (execution, access, tree, transaction only)",
        ] {
            assert!(name.parse::<NamedVerdict>().is_err(), "{name}");
        }
    }
}
