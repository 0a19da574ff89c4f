//! [`Mutants`]: what has become of a witness's mutants, as a row.

use std::{num::NonZeroUsize, sync::Arc};

use datafusion::arrow::{
    array::{ArrayRef, ListArray, StructArray},
    buffer::OffsetBuffer,
    datatypes::{DataType, Field, FieldRef, Fields},
};
use iso_evm_batch::mutate::{self, Campaign, MutateError, MutateOptions, Tally};
use iso_evm_table::{ErrorKind, Value};
use iso_evm_verifier::hash::keccak256;
use iso_evm_wire::Opened;

/// What has become of the mutants of a witness.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Mutants {
    error_kind: Option<String>,
    error: Option<String>,
    killed: Option<u64>,
    survived: Option<u64>,
    /// What was changed in those that survived.
    survivors: Vec<String>,
    killers: Vec<Killers>,
}

/// How many mutants were killed by a fault.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Killers {
    audit: String,
    mismatch: String,
    count: u64,
}

impl Mutants {
    /// Changes everything in a witness.
    pub(super) fn of(bytes: Vec<u8>, seed: u64, count: u64) -> Self {
        let witness = match Opened::decode(&bytes.into(), keccak256) {
            Ok(witness) => witness.into_witness(),
            Err(error) => return Self::unusable(ErrorKind::Container, error.to_string()),
        };
        let options =
            MutateOptions { seed, count, jobs: NonZeroUsize::new(1), ..MutateOptions::default() };
        match mutate::run(&witness, &options, &|_| ()) {
            Ok(campaign) => Self::from(&campaign),
            Err(error @ MutateError::Original(_)) => {
                Self::unusable(ErrorKind::Expected, error.to_string())
            }
            Err(error) => Self::unusable(ErrorKind::Engine, error.to_string()),
        }
    }

    /// A witness without mutants, and why.
    pub(super) fn unusable(kind: ErrorKind, error: String) -> Self {
        let (error_kind, error) = (Some(kind.name().to_owned()), Some(error));
        Self { error_kind, error, ..Self::default() }
    }

    /// The rows as one array of structs.
    pub(super) fn structs(rows: &[Self]) -> StructArray {
        let arrays = vec![
            cells(rows, |row| &row.error_kind),
            cells(rows, |row| &row.error),
            cells(rows, |row| &row.killed),
            cells(rows, |row| &row.survived),
            cells(rows, |row| &row.survivors),
            killers(rows),
        ];
        StructArray::try_new_with_length(mutants_fields(), arrays, None, rows.len())
            .expect("each array is of its column's type and has a cell for each row")
    }
}

impl From<&Campaign> for Mutants {
    fn from(campaign: &Campaign) -> Self {
        let mut tally = Tally::default();
        tally.count(campaign);
        let killers = tally.killers.into_iter().map(|(killer, count)| Killers {
            audit: killer.audit.to_owned(),
            mismatch: killer.mismatch.to_owned(),
            count: count as u64,
        });
        Self {
            error_kind: None,
            error: None,
            killed: Some(campaign.killed as u64),
            survived: Some(campaign.survived as u64),
            survivors: campaign.survivors().map(|mutant| mutant.change.clone()).collect(),
            killers: killers.collect(),
        }
    }
}

/// How Arrow has a row of mutants.
pub(crate) fn mutants_type() -> DataType {
    DataType::Struct(mutants_fields())
}

fn mutants_fields() -> Fields {
    vec![
        field::<Option<String>>("error_kind"),
        field::<Option<String>>("error"),
        field::<Option<u64>>("killed"),
        field::<Option<u64>>("survived"),
        field::<Vec<String>>("survivors"),
        Field::new("killers", DataType::List(killer()), false),
    ]
    .into()
}

/// One of the killers, in the list of them.
fn killer() -> FieldRef {
    Arc::new(Field::new("item", DataType::Struct(killer_fields()), false))
}

fn killer_fields() -> Fields {
    vec![field::<String>("audit"), field::<String>("mismatch"), field::<u64>("count")].into()
}

fn field<T: Value>(name: &str) -> Field {
    Field::new(name, T::data_type(), T::NULLABLE)
}

/// The array of a column.
fn cells<R, T: Value>(rows: &[R], cell: impl Fn(&R) -> &T) -> ArrayRef {
    T::array(&rows.iter().map(cell).collect::<Vec<_>>())
}

/// The killers of each row.
fn killers(rows: &[Mutants]) -> ArrayRef {
    let offsets = OffsetBuffer::from_lengths(rows.iter().map(|row| row.killers.len()));
    let all: Vec<Killers> = rows.iter().flat_map(|row| row.killers.iter().cloned()).collect();
    let arrays = vec![
        cells(&all, |killer| &killer.audit),
        cells(&all, |killer| &killer.mismatch),
        cells(&all, |killer| &killer.count),
    ];
    let structs = StructArray::try_new_with_length(killer_fields(), arrays, None, all.len())
        .expect("each array is of its column's type and has a cell for each row");
    Arc::new(ListArray::new(killer(), offsets, Arc::new(structs), None))
}
