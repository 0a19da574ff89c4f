//! [`Table`]: which table a file holds, and of which version; both stand in the file's own metadata.
//! `specs/24-tables.md`, section Version.

use std::fmt;

use crate::TableError;

/// The version of all tables that is written and read.
pub const VERSION: u32 = 1;

/// One of the four tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Table {
    /// What is to be audited.
    Witnesses,
    /// What is said of each.
    Transactions,
    /// What is said of each of their messages.
    Messages,
    /// What was found false.
    Findings,
}

impl Table {
    /// The key under which a file names its table.
    pub const NAME_KEY: &'static str = "iso-evm.table";
    /// The key under which a file says the version.
    pub const VERSION_KEY: &'static str = "iso-evm.version";
    /// The key under which a file of results says by what it was made, as JSON.
    pub const OPTIONS_KEY: &'static str = "iso-evm.options";

    /// All four tables.
    pub const ALL: [Self; 4] =
        [Self::Witnesses, Self::Transactions, Self::Messages, Self::Findings];

    /// The three tables of what audits say.
    pub const RESULTS: [Self; 3] = [Self::Transactions, Self::Messages, Self::Findings];

    /// The table's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Witnesses => "witnesses",
            Self::Transactions => "transactions",
            Self::Messages => "messages",
            Self::Findings => "findings",
        }
    }

    /// Checks that what a file says of itself is about this table, in the version that is read. A file that
    /// says nothing is taken for what it is read as: other programs do not keep such words.
    ///
    /// # Errors
    ///
    /// If it names another table or version.
    pub fn check<'a>(self, said: impl Fn(&str) -> Option<&'a str>) -> Result<(), TableError> {
        match said(Self::NAME_KEY) {
            Some(found) if found != self.name() => {
                return Err(TableError::Kind { found: found.to_owned(), expected: self.name() });
            }
            _ => {}
        }
        match said(Self::VERSION_KEY) {
            Some(found) if found != VERSION.to_string() => {
                Err(TableError::Version { found: found.to_owned(), expected: VERSION })
            }
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
