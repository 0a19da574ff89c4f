//! `audit(witness)`, `audit(witness, options)`: what audits say of a witness.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, StringArray, StructArray},
        datatypes::{DataType, Field, Fields},
    },
    common::{DataFusionError, Result, ScalarValue},
    logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility},
};

use super::{Host, columns};
use crate::{
    options::AuditOptions,
    work::{self, Task},
};

/// The column in which `audit` says who audited.
pub(crate) const AUDITED_BY: &str = "executor";

/// The function `audit`.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Audit {
    signature: Signature,
    host: Host,
}

impl Audit {
    pub(super) fn new(host: Host) -> Self {
        Self { signature: Signature::user_defined(Volatility::Volatile), host }
    }

    /// The options of a call: the same for all rows.
    fn options(argument: Option<&ColumnarValue>) -> Result<AuditOptions> {
        let refused = |what: String| DataFusionError::Execution(format!("audit: options: {what}"));
        match argument {
            None => Ok(AuditOptions::default()),
            Some(ColumnarValue::Scalar(
                ScalarValue::Utf8(Some(text))
                | ScalarValue::LargeUtf8(Some(text))
                | ScalarValue::Utf8View(Some(text)),
            )) => AuditOptions::parse(text).map_err(refused),
            Some(_) => Err(refused("a text is expected, the same for all rows".to_owned())),
        }
    }
}

impl ScalarUDFImpl for Audit {
    fn name(&self) -> &str {
        "audit"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Struct(audited_fields()))
    }

    fn coerce_types(&self, found: &[DataType]) -> Result<Vec<DataType>> {
        let witness = |found| columns::witness_type("audit", found);
        match found {
            [found] => Ok(vec![witness(found)?]),
            [found, _] => Ok(vec![witness(found)?, DataType::Utf8]),
            _ => {
                Err(DataFusionError::Plan("audit takes a witness, and options as JSON".to_owned()))
            }
        }
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let options = Self::options(args.args.get(1))?;
        let Some(witness) = args.args.into_iter().next() else {
            return Err(DataFusionError::Internal("audit without a witness".to_owned()));
        };
        let array = witness.into_array(args.number_rows)?;
        let items = columns::witnesses(&array)?;
        let limits = self.host.workers.limits(options.limits);
        let rows = self.host.workers.run(&Task::Audit(options), &items, limits);
        let rows = rows.map_err(|error| DataFusionError::External(Box::new(error)))?;
        Ok(ColumnarValue::Array(Arc::new(audited(&self.host.name, &rows))))
    }
}

/// Rows, with the name of who made them: what the function returns.
pub(crate) fn audited(by: &str, rows: &ArrayRef) -> StructArray {
    let rows = rows.as_struct();
    let mut arrays: Vec<ArrayRef> = rows.columns().to_vec();
    arrays.push(Arc::new(StringArray::from_iter_values(std::iter::repeat_n(by, rows.len()))));
    StructArray::try_new_with_length(audited_fields(), arrays, None, rows.len())
        .expect("each array is of its column's type and has a cell for each row")
}

/// The columns of what the function returns.
pub(crate) fn audited_fields() -> Fields {
    let by = Field::new(AUDITED_BY, DataType::Utf8, false);
    work::audited_fields().iter().cloned().chain([Arc::new(by)]).collect()
}
