//! A claim with one item changed, and every hash above it computed again.

use alloy_primitives::{B256, U256};
use iso_evm_verifier::claim::{ClaimedBlock, ClaimedMessage, ClaimedTransaction, Instants};
use iso_evm_wire::{
    claim::{Environment, Instant, instant::Field, json},
    layout as fields,
    segment::{Leaf, layout},
};

use crate::random::Random;

/// A word of a message's head, by its name.
pub(crate) const HEAD: [(&str, usize); 18] = [
    ("tag", 0),
    ("stateRootEnter", fields::STATE_ROOT_ENTER),
    ("stateRootLeave", fields::STATE_ROOT_LEAVE),
    ("isStatic", fields::IS_STATIC),
    ("origin", fields::ORIGIN),
    ("caller", fields::CALLER),
    ("to", fields::TO),
    ("context", fields::CONTEXT),
    ("callvalue", fields::CALLVALUE),
    ("gasPrice", fields::GAS_PRICE),
    ("gasAvailable", fields::GAS_AVAILABLE),
    ("gasUsed", fields::GAS_USED),
    ("kind", layout::KIND),
    ("status", fields::STATUS),
    ("returndataHash", fields::RETURNDATA_HASH),
    ("codeHash", layout::CODE_HASH),
    ("callDataSize", layout::CALL_DATA_SIZE),
    ("callDataHash", layout::CALL_DATA_HASH),
];

/// Kinds of items, by what is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Item {
    Header,
    Enter,
    Leave,
    Environment(usize),
    Ancestor,
    AncestorMore,
    AncestorFewer,
    TransactionMore,
    TransactionFewer,
    Hash,
    Receipt,
    Sender,
    NoSender,
    Step(Field),
    StepMore,
    StepFewer,
    Entry(Field),
    Head(usize),
    Record,
    RecordMore,
    RecordFewer,
    Instant(Field),
    NoInstant,
    CheckpointRecord,
    CheckpointGas,
    CheckpointDigest,
    CheckpointMore,
    CheckpointFewer,
    MessageMore,
    MessageFewer,
}

impl Item {
    /// All of them.
    pub(crate) fn all() -> Vec<Self> {
        let mut all = vec![Self::Header, Self::Enter, Self::Leave, Self::Hash, Self::Receipt];
        all.extend((0..json::ENVIRONMENT.len()).map(Self::Environment));
        all.extend([Self::Ancestor, Self::AncestorMore, Self::AncestorFewer]);
        all.extend([Self::TransactionMore, Self::TransactionFewer]);
        all.extend([Self::Sender, Self::NoSender, Self::StepMore, Self::StepFewer]);
        for field in Field::ALL {
            all.extend([Self::Step(*field), Self::Entry(*field), Self::Instant(*field)]);
        }
        all.extend((0..HEAD.len()).map(Self::Head));
        all.extend([Self::Record; 16]);
        all.extend([Self::RecordMore, Self::RecordFewer, Self::NoInstant]);
        all.extend([Self::CheckpointRecord, Self::CheckpointGas, Self::CheckpointDigest]);
        all.extend([Self::CheckpointMore, Self::CheckpointFewer]);
        all.extend([Self::MessageMore, Self::MessageFewer]);
        all
    }

    /// The item's name.
    pub(crate) fn name(self) -> String {
        match self {
            Self::Environment(word) => format!("environment.{}", json::ENVIRONMENT[word]),
            Self::Step(field) => format!("step.{}", field.name()),
            Self::Entry(field) => format!("entry.{}", field.name()),
            Self::Instant(field) => format!("instant.{}", field.name()),
            Self::Head(word) => format!("head.{}", HEAD[word].0),
            other => format!("{other:?}"),
        }
    }

    /// The claim with an item of this kind changed, if it has one: of the block or the transaction at a place.
    pub(crate) fn change(
        self,
        claimed: &ClaimedBlock,
        place: usize,
        random: &mut Random,
    ) -> Option<ClaimedBlock> {
        let mut lie = claimed.clone();
        self.apply(&mut lie, place, random)?;
        Some(lie.rebuilt()).filter(|lie| lie.root() != claimed.root())
    }

    fn apply(self, lie: &mut ClaimedBlock, place: usize, random: &mut Random) -> Option<()> {
        match self {
            Self::Header => lie.claim.header = random.word(),
            Self::Enter => lie.claim.enter = random.word(),
            Self::Leave => lie.claim.leave = random.word(),
            Self::Environment(word) => environment(lie, word),
            Self::Ancestor => *pick(random, &mut lie.ancestors)? = random.word(),
            Self::AncestorMore => lie.ancestors.push(random.word()),
            Self::AncestorFewer => drop(lie.ancestors.pop()?),
            Self::TransactionMore => lie.transactions.push(lie.transactions.last()?.clone()),
            Self::TransactionFewer => drop(lie.transactions.pop()?),
            _ => {
                let told = place.checked_sub(lie.first)?;
                self.of_transaction(lie.transactions.get_mut(told)?, random)?;
            }
        }
        Some(())
    }

    fn of_transaction(self, told: &mut ClaimedTransaction, random: &mut Random) -> Option<()> {
        match self {
            Self::Hash => told.claim.hash = random.word(),
            Self::Receipt => told.claim.receipt = random.word(),
            Self::Sender => told.claim.sender.0[31] ^= 1,
            Self::NoSender => told.claim.sender.0[random.below(12)] ^= 1,
            Self::Step(field) => another(&mut told.steps, field, random)?,
            Self::StepMore => {
                told.steps.known.push(*told.steps.known.last()?);
                told.steps.digests.push(*told.steps.digests.last()?);
            }
            Self::StepFewer => {
                told.steps.known.pop();
                told.steps.digests.pop();
            }
            Self::MessageMore => told.messages.push(told.messages.last()?.clone()),
            Self::MessageFewer => drop(told.messages.pop()?),
            _ => {
                let able = |told: &ClaimedMessage| match self {
                    Self::Record | Self::RecordMore | Self::RecordFewer => !told.records.is_empty(),
                    Self::Instant(_) | Self::NoInstant => !told.records.is_empty(),
                    Self::CheckpointRecord | Self::CheckpointGas => !told.checkpoints.is_empty(),
                    Self::CheckpointDigest | Self::CheckpointFewer => !told.checkpoints.is_empty(),
                    _ => true,
                };
                let mut able: Vec<_> = told.messages.iter_mut().filter(|told| able(told)).collect();
                self.of_message(pick(random, &mut able)?, random)?;
            }
        }
        Some(())
    }

    fn of_message(self, told: &mut ClaimedMessage, random: &mut Random) -> Option<()> {
        match self {
            Self::Entry(field) => {
                told.entry = Some(changed(&told.entry?, field, random));
                told.claim.entry = told.entry?.digest();
            }
            Self::Head(word) => {
                let place = HEAD[word].1;
                told.head.set(place, other(told.head.word(place), random));
            }
            Self::Record => {
                let bytes = pick(random, &mut told.records)?;
                let mut other = bytes.to_vec();
                // Mostly in the fields, where a flipped bit of a word's end says something.
                let at = random.below(other.len() / 32) * 32 + 31;
                let at = if random.once_in(4) { random.below(other.len()) } else { at };
                other[at] ^= 1 << if random.once_in(2) { 0 } else { random.below(8) };
                *bytes = other.into();
            }
            Self::RecordMore => {
                told.records.push(told.records.last()?.clone());
                told.instants.known.push(*told.instants.known.last()?);
                told.instants.digests.push(*told.instants.digests.last()?);
            }
            Self::RecordFewer => {
                told.records.pop()?;
                told.instants.known.pop();
                told.instants.digests.pop();
            }
            Self::Instant(field) => another(&mut told.instants, field, random)?,
            Self::NoInstant => {
                let place = random.below(told.instants.digests.len().max(1));
                *told.instants.digests.get_mut(place)? = random.word();
                told.instants.known[place] = None;
            }
            _ => self.of_checkpoint(&mut told.checkpoints, random)?,
        }
        Some(())
    }

    fn of_checkpoint(self, told: &mut Vec<Leaf>, random: &mut Random) -> Option<()> {
        match self {
            Self::CheckpointRecord => pick(random, told)?.record.0 += 1,
            Self::CheckpointGas => {
                let gas = &mut pick(random, told)?.gas_used.0;
                *gas = if random.once_in(2) { *gas + 1 } else { random.below(1 << 20) as u64 };
            }
            Self::CheckpointDigest => pick(random, told)?.digest = random.word(),
            Self::CheckpointMore => {
                let (record, gas) =
                    told.last().map_or((1, 0), |last| (last.record.0, last.gas_used.0));
                let (record, gas_used) = (record.into(), (gas + 1).into());
                told.push(Leaf { record, gas_used, digest: random.word() });
            }
            _ => drop(told.pop()?),
        }
        Some(())
    }
}

fn pick<'a, T>(random: &mut Random, of: &'a mut [T]) -> Option<&'a mut T> {
    let place = random.below(of.len().max(1));
    of.get_mut(place)
}

fn other(word: U256, random: &mut Random) -> U256 {
    match random.below(4) {
        0 => word ^ U256::ONE,
        1 => word.wrapping_add(U256::ONE),
        2 if !word.is_zero() => U256::ZERO,
        _ => random.word().into(),
    }
}

/// A word of the environment, in its range.
fn environment(lie: &mut ClaimedBlock, word: usize) {
    let mut words = lie.environment.words();
    words[word].0[31] ^= 1;
    let changed = Environment::of_words(&words);
    // The number of the last rules has none beside it.
    words[word].0[31] ^= 3;
    lie.environment = changed.or_else(|| Environment::of_words(&words)).unwrap();
}

/// The instant with another field, which has a place in its range.
fn changed(instant: &Instant, field: Field, random: &mut Random) -> Instant {
    let mut words: [B256; Field::ALL.len()] = instant.words().try_into().unwrap();
    let word = &mut words[field as usize];
    match field {
        Field::RipemdTouched => word.0[31] ^= 1,
        Field::Refund | Field::Messages | Field::Depth => word.0[31] ^= 1 << random.below(3),
        _ => *word = random.word(),
    }
    Instant::of_words(&words).unwrap()
}

/// Changes one of these instants.
fn another(told: &mut Instants, field: Field, random: &mut Random) -> Option<()> {
    let place = random.below(told.known.len().max(1));
    let instant = changed(told.known.get(place)?.as_ref()?, field, random);
    (told.known[place], told.digests[place]) = (Some(instant), instant.digest());
    Some(())
}
