//! A checkpoint: the guest between two instructions of a message, by hashes. Normative text:
//! `specs/19-segments.md`, section Checkpoint.

use alloy_primitives::{B256, KECCAK256_EMPTY, U256, keccak256};
use serde::{Deserialize, Serialize};

use super::{layout::CHECKPOINT_WORDS, tag};
use crate::layout::STATE_ROOT_ENTER;

use super::head::Head;

/// What the hashed words of a checkpoint begin with.
pub const CHECKPOINT_TAG: B256 = tag("iso-evm checkpoint 1");

macro_rules! fields {
    ($($(#[doc = $doc:literal])* $name:ident $variant:ident $text:literal $type:ty,)*) => {
        /// The guest between two instructions of a message.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        pub struct Checkpoint {
            $($(#[doc = $doc])* pub $name: $type,)*
        }

        /// A field of a checkpoint, in the order of its words.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Field { $($(#[doc = $doc])* $variant,)* }

        impl Field {
            /// All fields, in the order of a checkpoint's words.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The field's name, as in JSON.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }

        impl Checkpoint {
            /// The word of a field.
            pub fn word(&self, field: Field) -> B256 {
                match field { $(Field::$variant => self.$name.to_word(),)* }
            }

            /// Writes the word of a field; false, and nothing is written, if the field has fewer bits.
            pub fn set(&mut self, field: Field, word: B256) -> bool {
                match field {
                    $(Field::$variant => Word::of_word(word).map(|word| self.$name = word),)*
                }
                .is_some()
            }
        }
    };
}

fields! {
    /// Offset in the code of the next instruction.
    pc Pc "pc" Number,
    /// Gas that the frame has used, what its callees used among it.
    gas_used GasUsed "gasUsed" Number,
    /// Index of the next record; the opening record has index 0.
    record Record "record" Number,
    /// Number of words on the stack.
    stack_height StackHeight "stackHeight" Number,
    /// keccak256 of the words on the stack, the lowest first.
    stack_hash StackHash "stackHash" B256,
    /// Size of memory, in bytes.
    memory_size MemorySize "memorySize" Number,
    /// keccak256 of the list of the pages of memory that are not zero ([`Pages`](super::Pages)).
    memory_hash MemoryHash "memoryHash" B256,
    /// Length of the return data.
    return_data_size ReturnDataSize "returnDataSize" Number,
    /// keccak256 of the return data.
    return_data_hash ReturnDataHash "returnDataHash" B256,
    /// State root that the records have led to.
    state_root StateRoot "stateRoot" B256,
}

/// A number of a checkpoint: a quantity in JSON.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number(pub u64);

impl From<u64> for Number {
    fn from(number: u64) -> Self {
        Self(number)
    }
}

impl Serialize for Number {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        crate::quantity::serialize(&Some(self.0), serializer)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = crate::quantity::deserialize(deserializer)?;
        number.map(Self).ok_or_else(|| serde::de::Error::custom("a number is missing"))
    }
}

/// What stands in one word.
trait Word: Sized {
    fn to_word(self) -> B256;
    fn of_word(word: B256) -> Option<Self>;
}

impl Word for Number {
    fn to_word(self) -> B256 {
        U256::from(self.0).into()
    }

    fn of_word(word: B256) -> Option<Self> {
        u64::try_from(U256::from_be_bytes(word.0)).ok().map(Self)
    }
}

impl Word for B256 {
    fn to_word(self) -> B256 {
        self
    }

    fn of_word(word: B256) -> Option<Self> {
        Some(word)
    }
}

impl Checkpoint {
    /// The checkpoint before a message's first instruction.
    pub fn initial(head: &Head) -> Self {
        Self {
            pc: Number(0),
            gas_used: Number(0),
            record: Number(1),
            stack_height: Number(0),
            stack_hash: KECCAK256_EMPTY,
            memory_size: Number(0),
            memory_hash: KECCAK256_EMPTY,
            return_data_size: Number(0),
            return_data_hash: KECCAK256_EMPTY,
            state_root: head.word(STATE_ROOT_ENTER).into(),
        }
    }

    /// The words that are hashed, as they stand in a segment's input and in the machine's answer.
    pub fn to_bytes(&self) -> Vec<u8> {
        let words = Field::ALL.iter().map(|field| self.word(*field));
        std::iter::once(CHECKPOINT_TAG).chain(words).flat_map(|word| word.0).collect()
    }

    /// The checkpoint with these words; none if they are no checkpoint's.
    pub fn of_bytes(bytes: &[u8]) -> Option<Self> {
        let (words, []) = bytes.as_chunks::<32>() else { return None };
        let (tag, words) = words.split_first()?;
        if *tag != CHECKPOINT_TAG.0 || words.len() != CHECKPOINT_WORDS - 1 {
            return None;
        }
        let mut checkpoint = Self::default();
        let mut pairs = Field::ALL.iter().zip(words);
        pairs.all(|(field, word)| checkpoint.set(*field, (*word).into())).then_some(checkpoint)
    }

    /// The hash that names the checkpoint.
    pub fn digest(&self) -> B256 {
        keccak256(self.to_bytes())
    }

    /// The first field that another checkpoint has another word for.
    pub fn first_difference(&self, other: &Self) -> Option<Field> {
        Field::ALL.iter().copied().find(|field| self.word(*field) != other.word(*field))
    }
}

impl Default for Checkpoint {
    /// All zero: no message has such a checkpoint.
    fn default() -> Self {
        let (number, word) = (Number(0), B256::ZERO);
        Self {
            pc: number,
            gas_used: number,
            record: number,
            stack_height: number,
            stack_hash: word,
            memory_size: number,
            memory_hash: word,
            return_data_size: number,
            return_data_hash: word,
            state_root: word,
        }
    }
}

const _: () = assert!(CHECKPOINT_WORDS == 11);
