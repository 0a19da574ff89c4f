//! A query over the tables: `witnesses`, where the source is, and `transactions`, `messages`, `findings`, where results
//! are. `specs/25-cluster.md`, section SQL.

use std::{ops::ControlFlow, sync::Arc};

use datafusion::{
    arrow::{
        datatypes::{Field, Schema, SchemaRef},
        error::ArrowError,
        json::LineDelimitedWriter,
        record_batch::RecordBatch,
        util::pretty::pretty_format_batches,
    },
    datasource::{
        empty::EmptyTable,
        file_format::parquet::ParquetFormat,
        listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl},
    },
    error::DataFusionError,
    execution::context::SQLOptions,
    logical_expr::LogicalPlan,
    prelude::SessionContext,
    sql::{
        parser::Statement,
        planner::IdentNormalizer,
        sqlparser::ast::{AccessExpr, Expr, Subscript, Value, visit_expressions_mut},
    },
};
use iso_evm_table::{FindingRow, MessageRow, Table, TransactionRow, WitnessRow, schema};

use crate::{
    error::ClusterError,
    functions::Host,
    results::folder,
    session::Engine,
    store::{Place, Stores},
};

/// What a query is told.
#[derive(Clone, Debug)]
pub(crate) struct QueryOptions {
    /// The query.
    pub(crate) query: String,
    /// Where the witnesses are.
    pub(crate) source: Option<String>,
    /// Where results are.
    pub(crate) results: Option<String>,
    /// Who runs it.
    pub(crate) engine: Engine,
    /// In how many parts.
    pub(crate) parts: usize,
    /// How many rows are read at once.
    pub(crate) batch_rows: usize,
}

/// The rows of a query.
///
/// # Errors
///
/// If a table cannot be read, or if the query is none, or does anything but ask.
pub(crate) async fn query(
    options: QueryOptions,
    host: &Host,
) -> Result<Vec<RecordBatch>, ClusterError> {
    let stores = Arc::new(Stores::default());
    let session = options.engine.session(host, stores.clone(), options.parts).await?;
    let mut state = session.state();
    *state.config_mut() = state.config().clone().with_batch_size(options.batch_rows);
    let session = SessionContext::new_with_state(state);
    if let Some(source) = &options.source {
        let place = Place::read(source, &stores)?;
        register(&session, Table::Witnesses, &place, "").await?;
    }
    if let Some(results) = &options.results {
        let place = Place::read(results, &stores)?;
        for table in Table::RESULTS {
            register(&session, table, &place, &folder(table)).await?;
        }
    }
    // A query asks: it makes no table, writes no file, and sets nothing.
    let asks =
        SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
    let plan = plan(&session, &options.query).await?;
    asks.verify_plan(&plan)?;
    Ok(session.execute_logical_plan(plan).await?.collect().await?)
}

/// What a query asks for.
async fn plan(session: &SessionContext, query: &str) -> Result<LogicalPlan, DataFusionError> {
    let state = session.state();
    let dialect = state.config().options().sql_parser.dialect;
    let mut statement = state.sql_to_statement(query, &dialect)?;
    name_fields(&mut statement);
    state.statement_to_plan(statement).await
}

/// Makes `audit(witness)['verdict']` of `audit(witness).verdict`: the parser knows both, the planner the first alone.
fn name_fields(statement: &mut Statement) {
    let statement = match statement {
        Statement::Statement(statement) => statement,
        Statement::Explain(explain) => return name_fields(&mut explain.statement),
        _ => return,
    };
    let names = IdentNormalizer::default();
    let _ = visit_expressions_mut(statement.as_mut(), |expression| {
        if let Expr::CompoundFieldAccess { access_chain, .. } = expression {
            for access in access_chain {
                if let AccessExpr::Dot(Expr::Identifier(field)) = access {
                    let name = names.normalize(field.clone());
                    let index = Expr::value(Value::SingleQuotedString(name));
                    *access = AccessExpr::Subscript(Subscript::Index { index });
                }
            }
        }
        ControlFlow::<()>::Continue(())
    });
}

/// Gives a table its name. One of which there is no file yet is empty.
async fn register(
    session: &SessionContext,
    table: Table,
    place: &Place,
    within: &str,
) -> Result<(), ClusterError> {
    let files = place.tables(within).await?;
    let schema = columns(table);
    if files.is_empty() {
        session.register_table(table.name(), Arc::new(EmptyTable::new(schema)))?;
        return Ok(());
    }
    let urls = files.iter().map(|meta| ListingTableUrl::parse(place.url_of(&meta.location)));
    let urls = urls.collect::<Result<Vec<_>, _>>()?;
    let options =
        ListingOptions::new(Arc::new(ParquetFormat::default())).with_file_extension(".parquet");
    let config = ListingTableConfig::new_with_multi_paths(urls)
        .with_listing_options(options)
        .with_schema(schema);
    session.register_table(table.name(), Arc::new(ListingTable::try_new(config)?))?;
    Ok(())
}

/// The columns of a table. Other programs write some that may be without a value, and leave out what need not be there.
fn columns(table: Table) -> SchemaRef {
    let fields = match table {
        Table::Witnesses => schema::<WitnessRow>(),
        Table::Transactions => schema::<TransactionRow>(),
        Table::Messages => schema::<MessageRow>(),
        Table::Findings => schema::<FindingRow>(),
    };
    Arc::new(Schema::new(fields.iter().map(|field| nullable(field)).collect::<Vec<_>>()))
}

fn nullable(field: &Field) -> Field {
    field.clone().with_nullable(true)
}

/// Rows as a table for a person.
///
/// # Errors
///
/// If a cell cannot be shown.
pub(crate) fn shown(rows: &[RecordBatch]) -> Result<String, ArrowError> {
    Ok(pretty_format_batches(rows)?.to_string())
}

/// Rows as JSON, an object a line.
///
/// # Errors
///
/// If a cell cannot be written.
pub(crate) fn json(rows: &[RecordBatch]) -> Result<Vec<u8>, ArrowError> {
    let mut writer = LineDelimitedWriter::new(Vec::new());
    writer.write_batches(&rows.iter().collect::<Vec<_>>())?;
    writer.finish()?;
    Ok(writer.into_inner())
}
