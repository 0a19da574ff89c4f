//! [`Difference`]: where two traces part first, and what each says there, in words.

use std::fmt;

use alloy_primitives::{U256, hex};
use iso_evm_hypervisor::MessageVerdict;
use iso_evm_verifier::verify::open_end;
use iso_evm_wire::Opened;

use crate::words::{form::counted, of_run};

/// The first place at which two traces differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Number of our step, from 0: how many came before it.
    pub step: u64,
    /// Our step; `None` if our trace has ended.
    pub ours: Option<Place>,
    /// Line of the other trace, from 1; `None` if that has ended.
    pub line: Option<u64>,
    /// What differs.
    pub what: What,
}

/// An opcode at its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Index of the message; the other trace does not tell.
    pub message: Option<usize>,
    /// Depth of the frame, from 1, if it is known.
    pub depth: Option<u64>,
    /// Offset of the opcode in the code.
    pub pc: u64,
    /// The opcode's name, if it is known.
    pub name: Option<String>,
}

/// What two traces differ in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The same opcode at the same place, and not the same of these.
    Fields(Vec<Field>),
    /// They are at different places.
    Places(Place),
    /// The other has ended.
    OtherEnded,
    /// Ours has ended.
    OursEnded(Place),
    /// A record ends the run of our message, or it is not true otherwise.
    Judged {
        /// Index of the message.
        message: usize,
        /// What is said of it, in lines of words.
        words: String,
    },
    /// All steps are the same, and what they came to is not.
    Result(Field),
}

/// What both say of one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// What it is, in words.
    pub name: String,
    /// What it is here.
    pub here: String,
    /// What it is there.
    pub there: String,
}

impl Field {
    /// Two numbers, in decimal.
    pub(super) fn numbers(name: &str, here: u64, there: u64) -> Self {
        Self { name: name.to_owned(), here: decimal(here), there: decimal(there) }
    }

    /// Two amounts of refund, which may be below zero.
    pub(super) fn amounts(name: &str, here: i64, there: i64) -> Self {
        let shown = |amount: i64| {
            let sign = if amount < 0 { "-" } else { "" };
            format!("{sign}{}", decimal(amount.unsigned_abs()))
        };
        Self { name: name.to_owned(), here: shown(here), there: shown(there) }
    }

    /// Where two stacks differ first, from the top.
    pub(super) fn stacks(here: &[U256], there: &[U256]) -> Option<Self> {
        if here.len() != there.len() {
            let [here, there] = [here.len(), there.len()].map(|height| height as u64);
            return Some(Self::numbers("words on the stack", here, there));
        }
        let pairs = here.iter().zip(there).rev();
        let (depth, (here, there)) = pairs.enumerate().find(|(_, (here, there))| here != there)?;
        let name = match depth {
            0 => "top of the stack".to_owned(),
            1 => "stack, 1 below the top".to_owned(),
            depth => format!("stack, {depth} below the top"),
        };
        Some(Self { name, here: format!("{here:#x}"), there: format!("{there:#x}") })
    }

    /// Where two memories differ first: the word there.
    pub(super) fn memories(here: &[u8], there: &[u8]) -> Option<Self> {
        if here.len() != there.len() {
            let [here, there] = [here.len(), there.len()].map(|size| size as u64);
            return Some(Self::numbers("bytes of memory", here, there));
        }
        let at = here.iter().zip(there).position(|(here, there)| here != there)? / 32 * 32;
        let word = |memory: &[u8]| hex::encode_prefixed(&memory[at..memory.len().min(at + 32)]);
        Some(Self { name: format!("memory at {at:#x}"), here: word(here), there: word(there) })
    }
}

/// A number in groups of three digits.
pub(super) fn decimal(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + 6);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(message) = self.message {
            write!(f, "message {message}, ")?;
        }
        write!(f, "pc {}", self.pc)?;
        match &self.name {
            Some(name) => write!(f, ", {name}"),
            None => Ok(()),
        }
    }
}

/// What two values are, side by side if they are short.
fn two(f: &mut fmt::Formatter<'_>, Field { name, here, there }: &Field) -> fmt::Result {
    if name.len() + here.len() + there.len() < 50 {
        write!(f, "\n  {name}: here {here}, there {there}")
    } else {
        write!(f, "\n  {name}:\n    here  {here}\n    there {there}")
    }
}

impl fmt::Display for Difference {
    /// Lines for a person: what comes from the other trace is in the first of them and behind *there*.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if matches!(self.what, What::Result(_)) {
            let steps = counted(U256::from(self.step), "step");
            write!(f, "the same in all of {steps}, and what they came to is not")?;
        } else {
            write!(f, "step {}", decimal(self.step))?;
        }
        if let Some(line) = self.line {
            write!(f, ", line {} of the other trace", decimal(line))?;
        }
        if let (What::Fields(_), Some(ours)) = (&self.what, &self.ours) {
            write!(f, ": {ours}")?;
        }
        match &self.what {
            What::Fields(fields) => fields.iter().try_for_each(|field| two(f, field)),
            What::Result(field) => two(f, field),
            What::Places(theirs) => self.places(f, Some(theirs)),
            What::OursEnded(theirs) => self.places(f, Some(theirs)),
            What::OtherEnded => self.places(f, None),
            What::Judged { message, words } => {
                write!(f, "\n  here message {message} ends:")?;
                words.lines().try_for_each(|line| write!(f, "\n    {line}"))
            }
        }
    }
}

impl Difference {
    fn places(&self, f: &mut fmt::Formatter<'_>, theirs: Option<&Place>) -> fmt::Result {
        let depths =
            self.ours.as_ref().zip(theirs).map(|(ours, theirs)| (ours.depth, theirs.depth));
        let deep = depths.is_some_and(|(ours, theirs)| theirs.is_some() && ours != theirs);
        for (side, place) in [("here ", self.ours.as_ref()), ("there", theirs)] {
            match place {
                None => write!(f, "\n  {side} it has ended")?,
                Some(place) => write!(f, "\n  {side} {place}")?,
            }
            if let Some(depth) = place.and_then(|place| place.depth).filter(|_| deep) {
                write!(f, ", depth {depth}")?;
            }
        }
        Ok(())
    }
}

/// Why a message's trace ends where it does, or what is false of it, in the words of a report: lines for whoever reads
/// the trace, beside it.
pub fn judged_in_words(witness: &Opened<'_>, message: usize, verdict: &MessageVerdict) -> String {
    let Some(told) = of_run(witness, message, verdict) else {
        let said = open_end(verdict).unwrap_or_else(|| "it is true".to_owned());
        return format!("message {message}: {said}");
    };
    let mut text = format!("{}:\n  {}", told.place, told.title);
    if let (Some(says), Some(truth)) = (&told.says, &told.truth) {
        text += &format!("\n  says {says}, computed is {truth}");
    }
    text
}
