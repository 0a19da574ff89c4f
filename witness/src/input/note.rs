//! A [`Note`]: what an input gives and nothing uses, and what it does not give and something stands in
//! for. Either can be a mistake of whoever wrote it, and changes what is recorded.
//!
//! In the data's way notes come out of the reading, beside the [`Input`](super::Input).

use std::fmt;

/// One line about a field of an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Where the field stands, as `block.mixHash`.
    pub path: String,
    /// What came of it.
    pub kind: NoteKind,
}

/// What came of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoteKind {
    /// It is there, and no field of such a thing.
    Unknown {
        /// Name of the field that may have been meant.
        meant: Option<&'static str>,
    },
    /// It is there and not used, for a reason.
    Unused {
        /// Reason, in words.
        why: String,
    },
    /// It is not there, and something else is used.
    Absent {
        /// What is used.
        used: String,
    },
}

impl Note {
    pub(super) fn unknown(path: String, field: &str, fields: &[&'static str]) -> Self {
        let meant = meant(field, fields);
        Self { path: format!("{path}.{field}"), kind: NoteKind::Unknown { meant } }
    }

    pub(super) fn unused(path: impl Into<String>, why: impl Into<String>) -> Self {
        Self { path: path.into(), kind: NoteKind::Unused { why: why.into() } }
    }

    pub(super) fn absent(path: impl Into<String>, used: impl Into<String>) -> Self {
        Self { path: path.into(), kind: NoteKind::Absent { used: used.into() } }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, kind } = self;
        match kind {
            NoteKind::Unknown { meant: Some(meant) } => {
                write!(f, "{path} is not known and not used: did you mean {meant:?}?")
            }
            NoteKind::Unknown { meant: None } => write!(f, "{path} is not known and not used"),
            NoteKind::Unused { why } => write!(f, "{path} is not used: {why}"),
            NoteKind::Absent { used } => write!(f, "{path} is not given: {used} is used"),
        }
    }
}

/// The field that a name is most like, if it is like one: letters and digits alone count, and of these
/// few may be others, missing or too many.
fn meant(name: &str, fields: &[&'static str]) -> Option<&'static str> {
    let name = letters(name);
    let near = |field: &'static str| {
        let other = letters(field);
        let distance =
            match name.len() > 2 && (other.starts_with(&name) || name.starts_with(&other)) {
                true => 1,
                false => distance(name.as_bytes(), other.as_bytes()),
            };
        (distance <= 1 + other.len() / 5).then_some((distance, field))
    };
    fields.iter().filter_map(|field| near(field)).min_by_key(|(far, _)| *far).map(|(_, it)| it)
}

/// A name's letters and digits, in lower case. None that is meant is longer than all that is compared.
fn letters(name: &str) -> String {
    let plain = name.chars().filter(char::is_ascii_alphanumeric).take(64);
    plain.map(|letter| letter.to_ascii_lowercase()).collect()
}

/// How many letters to change, put in or take out (Levenshtein).
fn distance(from: &[u8], to: &[u8]) -> usize {
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (above, letter) in from.iter().enumerate() {
        let mut corner = above;
        row[0] = above + 1;
        for (left, other) in to.iter().enumerate() {
            let changed = corner + usize::from(letter != other);
            corner = row[left + 1];
            row[left + 1] = changed.min(row[left] + 1).min(corner + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_meant_by_what_is_like_it() {
        let fields = [
            "number",
            "timestamp",
            "baseFeePerGas",
            "gasLimit",
            "gasUsed",
            "mixHash",
            "hash",
            "nonce",
        ];
        for (name, expected) in [
            ("basefee", Some("baseFeePerGas")),
            ("BaseFeePerGass", Some("baseFeePerGas")),
            ("gas_limit", Some("gasLimit")),
            ("timestmp", Some("timestamp")),
            ("timestampp", Some("timestamp")),
            ("mixhash", Some("mixHash")),
            ("nunce", Some("nonce")),
            ("colour", None),
            ("", None),
            ("size", None),
        ] {
            assert_eq!(meant(name, &fields), expected, "{name}");
        }
        assert_eq!(meant(&"x".repeat(1 << 20), &fields), None);
    }

    #[test]
    fn a_note_is_one_line_about_its_field() {
        let notes = [
            Note::unknown("block".into(), "basefee", &["baseFeePerGas"]),
            Note::unknown("block".into(), "colour", &["baseFeePerGas"]),
            Note::unused("transaction.hash", "nobody signed it"),
            Note::absent("block.mixHash", "0"),
        ];
        assert_eq!(
            notes.map(|note| note.to_string()),
            [
                "block.basefee is not known and not used: did you mean \"baseFeePerGas\"?",
                "block.colour is not known and not used",
                "transaction.hash is not used: nobody signed it",
                "block.mixHash is not given: 0 is used",
            ]
        );
    }
}
