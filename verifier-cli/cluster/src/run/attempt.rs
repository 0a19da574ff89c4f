//! [`Job`]: a unit put to the engine, and once more if that fails. What fails twice is halved until it is known which
//! item it is: that is then a row which says so. Whether the engine is gone or the item is at fault, a query tells that
//! reads the same file and audits nothing.

use std::{collections::HashMap, pin::Pin, time::Duration};

use datafusion::{
    common::{DataFusionError, Result},
    dataframe::DataFrame,
    logical_expr::{Expr, col, lit, registry::FunctionRegistry as _},
    prelude::{ParquetReadOptions, SessionContext},
};
use iso_evm_table::ErrorKind;

use super::part::Rows;
use crate::{
    error::Plain,
    source::{ID, SOURCE, Unit, WITNESS},
};

/// What all units of a run have in common.
#[derive(Debug)]
pub(super) struct Job {
    session: Session,
    options: String,
}

/// A session, of which nothing is to be shown.
struct Session(SessionContext);

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Session")
    }
}

/// The engine is gone, or does not do what it is asked: why.
#[derive(Debug)]
pub(super) struct Failed(pub(super) String);

/// How long is waited before it is put there again.
const PAUSE: Duration = Duration::from_secs(1);

impl Job {
    pub(super) const fn new(session: SessionContext, options: String) -> Self {
        Self { session: Session(session), options }
    }

    /// The rows of a unit, one for each of its ids.
    ///
    /// # Errors
    ///
    /// If the engine is gone.
    pub(super) async fn rows(&self, unit: Unit) -> Result<Rows, Failed> {
        if let Ok(rows) = self.once(&unit).await {
            return Ok(rows);
        }
        // An executor may have been lost, and come back.
        tokio::time::sleep(PAUSE).await;
        self.part(unit).await
    }

    /// The rows of a part of a unit that has failed once.
    fn part(&self, unit: Unit) -> Pin<Box<dyn Future<Output = Result<Rows, Failed>> + Send + '_>> {
        Box::pin(async move {
            let why = match self.once(&unit).await {
                Ok(rows) => return Ok(rows),
                Err(error) => Plain(&error).to_string(),
            };
            if let Err(error) = self.probe(&unit).await {
                return Err(Failed(format!("{why}; and then: {}", Plain(&error))));
            }
            if is_of_the_system(&why) {
                return Err(Failed(why));
            }
            if unit.ids.len() == 1 {
                let error = format!("it could not be audited, more than once: {why}");
                return Ok(Rows::unusable(&unit, kind(&why), error));
            }
            let [one, other] = unit.halves();
            let mut rows = self.part(one).await?;
            rows.append(self.part(other).await?);
            Ok(rows)
        })
    }

    /// Puts a unit to the engine.
    async fn once(&self, unit: &Unit) -> Result<Rows> {
        let (session, frame) = self.read(unit).await?;
        let frame = match unit.is_whole_file {
            true => frame,
            false => frame.filter(is_one_of(&unit.ids))?,
        };
        let audit = session.udf("audit")?.call(vec![col(WITNESS), lit(self.options.as_str())]);
        let has_source = unit.file.schema.column_with_name(SOURCE).is_some();
        let source = if has_source { col(SOURCE) } else { lit(unit.file.url.as_str()) };
        let columns = vec![col(ID), source.alias(SOURCE), audit.alias(Rows::AUDITED)];
        let batches = frame.select(columns)?.collect().await?;
        // Of rows that have one id, the first is audited.
        let mut wanted: HashMap<&str, bool> =
            unit.ids.iter().map(|id| (id.as_str(), true)).collect();
        let rows = Rows::new(batches, |id| wanted.get_mut(id).is_some_and(std::mem::take))?;
        if let Some((id, _)) = wanted.iter().find(|(_, missing)| **missing) {
            let error = format!("{}: nothing came back of {id}", unit.file.url);
            return Err(DataFusionError::Execution(error));
        }
        Ok(rows)
    }

    /// Whether the engine is there, and the unit's file.
    async fn probe(&self, unit: &Unit) -> Result<()> {
        let (_session, frame) = self.read(unit).await?;
        frame.select(vec![col(ID)])?.limit(0, Some(1))?.collect().await.map(drop)
    }

    /// The unit's file as a table, in a session that reads as many rows at once as are good for it.
    async fn read(&self, unit: &Unit) -> Result<(SessionContext, DataFrame)> {
        let mut state = self.session.0.state();
        *state.config_mut() = state.config().clone().with_batch_size(unit.batch_rows);
        let session = SessionContext::new_with_state(state);
        let options = ParquetReadOptions::default().schema(&unit.file.schema);
        let frame = session.read_parquet(unit.file.url.as_str(), options).await?;
        Ok((session, frame))
    }
}

/// Whether a row's id is one of these.
fn is_one_of(ids: &[String]) -> Expr {
    col(ID).in_list(ids.iter().map(|id| lit(id.as_str())).collect(), false)
}

/// Whether it is the system that does not do what it is asked: no disk, no process, no network. No item is at fault.
fn is_of_the_system(why: &str) -> bool {
    why.contains("(os error ")
}

/// Why an item could not be audited, in a word: what Parquet or Arrow says is about what is read.
fn kind(why: &str) -> ErrorKind {
    let is_read = ["Parquet", "parquet", "Arrow"].iter().any(|word| why.contains(word));
    if is_read { ErrorKind::Unreadable } else { ErrorKind::Killed }
}
