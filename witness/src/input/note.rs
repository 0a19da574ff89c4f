//! A [`Note`]: what an input gives and nothing uses, what it does not give and something stands in for, and
//! what of it contradicts the rest. Each can be a mistake of whoever wrote it, and changes what is recorded.
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

/// How many fields that are not known are named.
const MOST: usize = 4;

/// Among how many of them those are looked for by which another may have been meant.
const LOOKED_AT: usize = 256;

/// The most of a name that is repeated, in characters.
const LONGEST: usize = 70;

/// What came of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoteKind {
    /// It is there, and no field of such a thing.
    Unknown {
        /// Name of the field that may have been meant.
        meant: Option<&'static str>,
    },
    /// There are many that are no fields of such things.
    Several {
        /// Some of them, in words: first those by which another may have been meant.
        named: Vec<String>,
        /// How many there are beside.
        more: usize,
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
    /// It says something else than another part.
    Contradiction {
        /// What it says.
        found: String,
        /// The other part, and what that says.
        against: String,
    },
}

impl Note {
    /// Notes of fields that are not known, each with where it stands and the names of those that are: one
    /// for each, or one for all of many.
    pub(super) fn unknown<'a>(
        part: &str,
        others: impl IntoIterator<Item = (String, &'a str, &'static [&'static str])>,
    ) -> Vec<Self> {
        let mut others = others.into_iter();
        let named = |(path, field, fields): (String, &str, &[&'static str])| {
            (format!("{path}.{}", short(field)), meant(field, fields))
        };
        let mut found: Vec<_> = others.by_ref().take(LOOKED_AT).map(named).collect();
        let count = found.len() + others.count();
        if count <= MOST {
            let note = |(path, meant)| Self { path, kind: NoteKind::Unknown { meant } };
            return found.into_iter().map(note).collect();
        }
        found.sort_by_key(|(_, meant)| meant.is_none());
        found.truncate(MOST);
        let begin = format!("{part}.");
        let name = |(path, meant): (String, Option<&str>)| {
            let path = path.strip_prefix(&begin).unwrap_or(&path);
            match meant {
                Some(meant) => format!("{path} (did you mean {meant:?}?)"),
                None => path.to_owned(),
            }
        };
        let named = found.into_iter().map(name).collect();
        let kind = NoteKind::Several { named, more: count - MOST };
        vec![Self { path: part.to_owned(), kind }]
    }

    pub(super) fn contradiction(
        path: impl Into<String>,
        found: impl Into<String>,
        against: impl Into<String>,
    ) -> Self {
        let kind = NoteKind::Contradiction { found: found.into(), against: against.into() };
        Self { path: path.into(), kind }
    }

    /// Whether something says otherwise than another part.
    pub(super) const fn is_contradiction(&self) -> bool {
        matches!(self.kind, NoteKind::Contradiction { .. })
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
            NoteKind::Several { named, more } => {
                let count = named.len() + more;
                let named = named.join(", ");
                write!(
                    f,
                    "{path}: {count} fields are not known and not used: {named} and {more} more"
                )
            }
            NoteKind::Contradiction { found, against } => {
                write!(f, "{path} is {found}, which contradicts {against}")
            }
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
        // Names as short as `to` and `v` are like too many.
        if name.len().min(other.len()) < 3 {
            return None;
        }
        let distance = match other.starts_with(&name) || name.starts_with(&other) {
            true => 1,
            false => distance(name.as_bytes(), other.as_bytes()),
        };
        (distance <= 1 + other.len() / 5).then_some((distance, field))
    };
    fields.iter().filter_map(|field| near(field)).min_by_key(|(far, _)| *far).map(|(_, it)| it)
}

/// The begin of a name that is long.
pub(super) fn short(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
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
            "s",
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
            ("status", None),
            ("a", None),
        ] {
            assert_eq!(meant(name, &fields), expected, "{name}");
        }
        assert_eq!(meant(&"x".repeat(1 << 20), &fields), None);
    }

    #[test]
    fn a_note_is_one_line_about_its_field() {
        const FIELDS: &[&str] = &["baseFeePerGas"];
        let unknown = |field: &'static str| ("block".to_owned(), field, FIELDS);
        let mut notes = Note::unknown("block", ["basefee", "colour"].map(unknown));
        notes.push(Note::unused("transaction.hash", "nobody signed it"));
        notes.push(Note::absent("block.mixHash", "0"));
        let long = "x".repeat(1 << 20);
        let [one] = &Note::unknown("block", [("block".to_owned(), &*long, FIELDS)])[..] else {
            panic!("one note")
        };
        assert!(one.to_string().len() < 200);
        notes.push(Note::contradiction("receipt.from", "1", "the sender, 2"));
        assert_eq!(
            notes.iter().map(ToString::to_string).collect::<Vec<_>>(),
            [
                "block.basefee is not known and not used: did you mean \"baseFeePerGas\"?",
                "block.colour is not known and not used",
                "transaction.hash is not used: nobody signed it",
                "block.mixHash is not given: 0 is used",
                "receipt.from is 1, which contradicts the sender, 2",
            ]
        );
    }

    #[test]
    fn many_fields_that_are_not_known_are_one_line_which_names_the_likely_first() {
        const FIELDS: &[&str] = &["baseFeePerGas"];
        let unknown = |field: &'static str| ("block".to_owned(), field, FIELDS);
        let names = ["a", "b", "c", "d", "basefee", "e"];
        let many = Note::unknown("block", names.map(unknown));
        assert_eq!(
            many.iter().map(ToString::to_string).collect::<Vec<_>>(),
            [
                "block: 6 fields are not known and not used: basefee (did you mean \"baseFeePerGas\"?), a, \
                 b, c and 2 more"
            ]
        );
        let four = Note::unknown("block", ["a", "b", "c", "d"].map(unknown));
        assert_eq!(four.len(), 4);
    }
}
