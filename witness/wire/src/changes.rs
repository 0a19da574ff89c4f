//! How a table of changes is declared: one row a change, by the fork or upgrade that first has it.
//!
//! In the data's way this stands behind [`protocol`](crate::protocol) and
//! [`optimism`](crate::optimism), which have a table each.

/// Declares the changes of a family of rules, with what each row says of where it is specified.
macro_rules! changes {
    (
        $(#[$of_table:meta])*
        pub enum $table:ident of $owner:ident, with
        $(#[$of_source:meta])*
        $source:ident: $source_type:ty;
        $($since:ident { $($change:ident $specified:literal $sentence:literal;)* })*
    ) => {
        $(#[$of_table])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $table {
            $($(#[doc = $sentence] $change,)*)*
        }

        impl $table {
            /// All of them, in the order of their rules.
            pub const ALL: &[Self] = &[$($(Self::$change,)*)*];

            /// The first rules that have it.
            pub const fn since(self) -> $owner {
                match self {
                    $($(Self::$change)|* => $owner::$since,)*
                }
            }

            $(#[$of_source])*
            pub const fn $source(self) -> $source_type {
                match self {
                    $($(Self::$change => $specified,)*)*
                }
            }

            /// What it changes, in a sentence.
            pub const fn sentence(self) -> &'static str {
                match self {
                    $($(Self::$change => $sentence,)*)*
                }
            }

            /// The change's name, as in the code.
            pub const fn name(self) -> &'static str {
                match self {
                    $($(Self::$change => stringify!($change),)*)*
                }
            }
        }
    };
}

pub(crate) use changes;
