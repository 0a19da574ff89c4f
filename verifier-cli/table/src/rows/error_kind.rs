//! [`ErrorKind`]: why there is no verdict on an item, as one of few words that can be counted.
//! `specs/24-tables.md`, section Transactions.

use std::fmt;

/// Declares the kinds: the one table of them.
macro_rules! kinds {
    ($($(#[doc = $meaning:literal])+ $variant:ident = $name:literal;)+) => {
        /// Why there is no verdict on an item.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ErrorKind { $($(#[doc = $meaning])+ $variant,)+ }

        impl ErrorKind {
            /// All kinds.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The kind's name, as the table has it.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// What the kind says of an item.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => concat!($($meaning),+).trim_ascii(),)+ }
            }
        }
    };
}

kinds! {
    /// It cannot be read.
    Unreadable = "unreadable";
    /// It is larger than what may be held.
    TooLarge = "too-large";
    /// Its row has no id, or one that an earlier row has.
    Id = "id";
    /// It is no witness.
    Container = "container";
    /// It is an input that is none, or of which something had to be said where nothing may be.
    Input = "input";
    /// It is an input whose transaction does not run.
    Execution = "execution";
    /// Something in it stands under another hash than its own.
    Hash = "hash";
    /// It is not about what was expected.
    Expected = "expected";
    /// Two engines do not say the same of it.
    EnginesDiffer = "engines-differ";
    /// There was nobody to say what it is.
    Engine = "engine";
    /// Whoever audited it came to an end, more than once.
    Killed = "killed";
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
