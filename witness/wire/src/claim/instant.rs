//! An instant of a transaction: what it keeps between two records, by hashes. Normative text:
//! `specs/20-claims.md`, section Instant.

use alloy_primitives::{B256, I256, b256};

use super::{hash, number, number_of};
use crate::segment::tag;

/// What the hashed words of an instant begin with.
pub const INSTANT_TAG: B256 = tag("iso-evm instant 1");

/// Root of a trie that holds nothing: keccak256 of `0x80`.
pub const EMPTY_ROOT: B256 =
    b256!("56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421");

/// Number of an instant's words behind the tag.
pub const WORDS: usize = Field::ALL.len();

macro_rules! fields {
    ($($(#[doc = $doc:literal])* $name:ident $variant:ident $text:literal $type:ty,)*) => {
        /// What a transaction keeps between two records.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct Instant {
            $($(#[doc = $doc])* pub $name: $type,)*
        }

        /// A field of an instant, in the order of its words.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Field { $($(#[doc = $doc])* $variant,)* }

        impl Field {
            /// All fields, in the order of an instant's words.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The field's name, as in JSON.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }

        impl Instant {
            /// The word of a field.
            pub fn word(&self, field: Field) -> B256 {
                match field { $(Field::$variant => self.$name.to_word(),)* }
            }

            /// The instant of these words, behind the tag; none if one is beyond its field's range.
            pub fn of_words(words: &[B256; WORDS]) -> Option<Self> {
                Some(Self { $($name: Word::of_word(words[Field::$variant as usize])?,)* })
            }
        }
    };
}

fields! {
    /// Root of the state.
    state_root StateRoot "stateRoot" B256,
    /// Root of the state when the transaction started: of it are original values.
    entry_root EntryRoot "entryRoot" B256,
    /// Root of the set of accounts and slots that have been accessed (EIP-2929).
    accessed Accessed "accessed" B256,
    /// Root of transient storage (EIP-1153).
    transient Transient "transient" B256,
    /// Root of the set of accounts that the transaction has created.
    created Created "created" B256,
    /// Root of the set of accounts that go when the transaction ends.
    destroyed Destroyed "destroyed" B256,
    /// The refund counter, before any cap: a two's complement. Below zero it is within a call at most.
    refund Refund "refund" i64,
    /// The chain of the logs so far ([`sets::chained`](super::sets::chained)); zero if there are none.
    logs Logs "logs" B256,
    /// Number of messages that have been opened. Nothing takes it back.
    messages Messages "messages" u64,
    /// Number of frames above this one.
    depth Depth "depth" u64,
    /// Whether the account `0x03` was there, empty, and has been touched. Nothing takes it back.
    ripemd_touched RipemdTouched "ripemdTouched" bool,
}

impl Instant {
    /// The instant before a transaction does anything, in a state with this root.
    pub const fn entry(state_root: B256) -> Self {
        Self {
            state_root,
            entry_root: state_root,
            accessed: EMPTY_ROOT,
            transient: EMPTY_ROOT,
            created: EMPTY_ROOT,
            destroyed: EMPTY_ROOT,
            refund: 0,
            logs: B256::ZERO,
            messages: 0,
            depth: 0,
            ripemd_touched: false,
        }
    }

    /// The words behind the tag.
    pub fn words(&self) -> Vec<B256> {
        Field::ALL.iter().map(|field| self.word(*field)).collect()
    }

    /// The hash that names the instant.
    pub fn digest(&self) -> B256 {
        digest_of(&self.words())
    }
}

/// The hash that names the instant of these words, be there such an instant or not.
pub(super) fn digest_of(words: &[B256]) -> B256 {
    hash(INSTANT_TAG, words)
}

/// An instant as somebody claims it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ToldInstant {
    /// What is committed to: zero where nobody knows an instant.
    pub digest: B256,
    /// The instant that the digest is of, where that is known.
    pub known: Option<Instant>,
}

impl ToldInstant {
    /// One of which nobody knows more than its digest.
    pub const fn by_digest(digest: B256) -> Self {
        Self { digest, known: None }
    }
}

impl From<Option<Instant>> for ToldInstant {
    fn from(known: Option<Instant>) -> Self {
        Self { digest: known.map_or(B256::ZERO, |known| known.digest()), known }
    }
}

/// What stands in one word.
trait Word: Sized {
    fn to_word(self) -> B256;
    /// None if it does not stand there.
    fn of_word(word: B256) -> Option<Self>;
}

impl Word for B256 {
    fn to_word(self) -> B256 {
        self
    }

    fn of_word(word: B256) -> Option<Self> {
        Some(word)
    }
}

impl Word for u64 {
    fn to_word(self) -> B256 {
        number(self)
    }

    fn of_word(word: B256) -> Option<Self> {
        number_of(word)
    }
}

impl Word for i64 {
    fn to_word(self) -> B256 {
        let word = I256::try_from(self).unwrap_or_default();
        word.into_raw().into()
    }

    fn of_word(word: B256) -> Option<Self> {
        I256::from_raw(word.into()).try_into().ok()
    }
}

impl Word for bool {
    fn to_word(self) -> B256 {
        number(u64::from(self))
    }

    fn of_word(word: B256) -> Option<Self> {
        match number_of(word)? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}
