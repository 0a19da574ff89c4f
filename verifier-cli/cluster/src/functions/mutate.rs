//! `mutate(witness, seed, count)`: what becomes of a witness of which everything is changed.

use datafusion::{
    arrow::{array::Array, compute::concat, datatypes::DataType},
    common::{DataFusionError, Result},
    logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility},
};

use super::{Host, columns};
use crate::{
    options::Limits,
    work::{Task, mutants_type},
};

/// The function `mutate`.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Mutate {
    signature: Signature,
    host: Host,
}

impl Mutate {
    pub(super) fn new(host: Host) -> Self {
        Self { signature: Signature::user_defined(Volatility::Volatile), host }
    }
}

impl ScalarUDFImpl for Mutate {
    fn name(&self) -> &str {
        "mutate"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(mutants_type())
    }

    fn coerce_types(&self, found: &[DataType]) -> Result<Vec<DataType>> {
        match found {
            [witness, _, _] => {
                let witness = columns::witness_type("mutate", witness)?;
                Ok(vec![witness, DataType::UInt64, DataType::UInt64])
            }
            _ => {
                Err(DataFusionError::Plan("mutate takes a witness, a seed and a count".to_owned()))
            }
        }
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [witness, seed, count] = &args.args[..] else {
            return Err(DataFusionError::Internal("mutate without three arguments".to_owned()));
        };
        let seeds = columns::number("mutate: the seed", seed, args.number_rows)?;
        let counts = columns::number("mutate: the count", count, args.number_rows)?;
        let array = witness.clone().into_array(args.number_rows)?;
        let items = columns::witnesses(&array)?;
        let limits = self.host.workers.limits(Limits::default());
        // One by one: the seed is of a row.
        let rows = items.iter().zip(seeds.iter().zip(&counts)).map(|(item, (seed, count))| {
            let task = Task::Mutate { seed: *seed, count: *count };
            let rows = self.host.workers.run(&task, &[*item], limits);
            rows.map_err(|error| DataFusionError::External(Box::new(error)))
        });
        let mut rows: Vec<_> = rows.collect::<Result<_>>()?;
        if rows.is_empty() {
            let task = Task::Mutate { seed: 0, count: 0 };
            let none = self.host.workers.run(&task, &[], limits);
            rows.push(none.map_err(|error| DataFusionError::External(Box::new(error)))?);
        }
        let rows: Vec<&dyn Array> = rows.iter().map(AsRef::as_ref).collect();
        Ok(ColumnarValue::Array(concat(&rows)?))
    }
}
