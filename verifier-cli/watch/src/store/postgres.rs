//! The store in PostgreSQL, by its URL. A connection that has broken off, as by a restart of the server, is made
//! again, and what was not committed is done again.
//!
//! In the data's way this stands at the end, in SQLite's place.

use std::{
    collections::HashMap,
    error::Error as _,
    fmt, io, thread,
    time::{Duration, Instant},
};

use bytes::BytesMut;
use postgres::{
    Client, NoTls, Statement,
    error::{DbError, Severity},
    types::{IsNull, ToSql, Type, to_sql_checked},
};

use super::{
    StoreError,
    cell::{Cell, Row},
    database::Database,
};

/// The number that watchers of one database take a lock by: "iso-evm" in ASCII.
const LOCK: i64 = 0x0069_736f_2d65_766d;

/// How long a server that is gone is waited for.
const PATIENCE: Duration = Duration::from_secs(120);

/// How long the lock of a watcher that was killed may be there after it.
const GRACE: Duration = Duration::from_secs(5);

/// The pause between two attempts.
const PAUSE: Duration = Duration::from_millis(200);

/// Who has a connection, and what is done with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// The watcher, which has the database to itself.
    Watcher,
    /// A thread of the watcher's, beside it.
    #[cfg(feature = "challenge")]
    Another,
    /// Somebody beside it, who writes what is not the watcher's.
    Beside,
    /// Somebody who reads.
    Reader,
}

impl Role {
    /// How long a server that is gone is waited for: who can come again does not wait.
    const fn patience(self) -> Duration {
        match self {
            Self::Watcher => PATIENCE,
            #[cfg(feature = "challenge")]
            Self::Another => PATIENCE,
            Self::Beside | Self::Reader => Duration::ZERO,
        }
    }

    /// What the server is told first.
    const fn begins_with(self) -> &'static str {
        match self {
            Self::Watcher => "",
            #[cfg(feature = "challenge")]
            Self::Another => "",
            Self::Beside => "SET statement_timeout = '30s'",
            Self::Reader => "SET default_transaction_read_only = on; SET statement_timeout = '10s'",
        }
    }
}

/// A database of a PostgreSQL server, which one watcher has at a time; others may read.
pub(super) struct Postgres {
    role: Role,
    url: String,
    client: Client,
    statements: HashMap<String, Statement>,
    in_transaction: bool,
    /// Whether the server has ended the connection, which the client may not know yet.
    is_lost: bool,
}

/// The URL, which may hold a password, is not shown.
impl fmt::Debug for Postgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Postgres").finish_non_exhaustive()
    }
}

impl Postgres {
    /// Connects to a server, and keeps other watchers away.
    pub(super) fn open(url: &str) -> Result<Self, StoreError> {
        Self::connected(url, Role::Watcher)
    }

    /// Connects to a server beside a watcher, to write what is not the watcher's.
    pub(super) fn beside(url: &str) -> Result<Self, StoreError> {
        Self::connected(url, Role::Beside)
    }

    /// Connects to a server beside a watcher, to read.
    pub(super) fn reader(url: &str) -> Result<Self, StoreError> {
        Self::connected(url, Role::Reader)
    }

    fn connected(url: &str, role: Role) -> Result<Self, StoreError> {
        let client = connect(url, role)?;
        Ok(Self {
            role,
            url: url.to_owned(),
            client,
            statements: HashMap::new(),
            in_transaction: false,
            is_lost: false,
        })
    }

    /// Makes a connection again that has broken off, if it has.
    fn restore(&mut self) -> Result<bool, StoreError> {
        if !self.is_lost && !self.client.is_closed() {
            return Ok(false);
        }
        let begun = Instant::now();
        self.statements.clear();
        loop {
            match connect(&self.url, self.role) {
                Ok(client) => {
                    self.client = client;
                    self.is_lost = false;
                    return Ok(true);
                }
                Err(StoreError::Postgres(_)) if begun.elapsed() < self.role.patience() => {
                    thread::sleep(PAUSE);
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn found(&mut self, sql: &str, cells: &[Cell]) -> Result<Vec<postgres::Row>, StoreError> {
        let statement = self.statement(sql)?;
        let found = self.client.query(&statement, &given(cells));
        self.noted(found)
    }

    /// What the server said; notes if that was the last.
    fn noted<T>(&mut self, said: Result<T, postgres::Error>) -> Result<T, StoreError> {
        self.is_lost |= said.as_ref().is_err_and(is_last);
        Ok(said?)
    }

    /// A statement, which the server reads once.
    fn statement(&mut self, sql: &str) -> Result<Statement, StoreError> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(sql);
        let statement = self.noted(statement)?;
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }
}

/// A connection; that of a watcher keeps others away, for as long as it is there.
fn connect(url: &str, role: Role) -> Result<Client, StoreError> {
    let mut client = Client::connect(url, NoTls)?;
    client.batch_execute(role.begins_with())?;
    if role != Role::Watcher {
        return Ok(client);
    }
    let begun = Instant::now();
    loop {
        let row = client.query_one("SELECT pg_try_advisory_lock($1)", &[&LOCK])?;
        if row.try_get(0)? {
            return Ok(client);
        }
        if begun.elapsed() > GRACE {
            return Err(StoreError::InUse);
        }
        thread::sleep(PAUSE);
    }
}

impl Database for Postgres {
    fn run(&mut self, sql: &str, cells: &[Cell]) -> Result<u64, StoreError> {
        let statement = self.statement(sql)?;
        let changed = self.client.execute(&statement, &given(cells));
        self.noted(changed)
    }

    fn rows(&mut self, sql: &str, cells: &[Cell]) -> Result<Vec<Row>, StoreError> {
        let found = match self.found(sql, cells) {
            // A transaction is done again as a whole.
            Err(_) if !self.in_transaction && self.restore()? => self.found(sql, cells)?,
            found => found?,
        };
        let cells = |row: &postgres::Row| {
            (0..row.len()).map(|column| cell(row, column)).collect::<Result<Vec<_>, StoreError>>()
        };
        found.iter().map(|row| cells(row).map(Row)).collect()
    }

    fn script(&mut self, sql: &str) -> Result<(), StoreError> {
        if sql == "COMMIT" || sql == "ROLLBACK" {
            self.in_transaction = false;
        }
        let done = self.client.batch_execute(sql);
        self.noted(done)
    }

    fn begin(&mut self) -> Result<(), StoreError> {
        self.restore()?;
        self.in_transaction = true;
        self.script("BEGIN")
    }

    fn begin_to_read(&mut self) -> Result<(), StoreError> {
        self.restore()?;
        self.in_transaction = true;
        self.script("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    }

    fn size(&mut self) -> Result<u64, StoreError> {
        let rows = self.rows("SELECT pg_database_size(current_database())", &[])?;
        rows.first().map_or(Ok(0), |row| row.number(0))
    }

    fn is_restored(&mut self) -> Result<bool, StoreError> {
        self.restore()
    }

    #[cfg(feature = "challenge")]
    fn another(&self) -> Result<Box<dyn Database>, StoreError> {
        Ok(Box::new(Self::connected(&self.url, Role::Another)?))
    }

    fn definition(&self, sql: &str) -> String {
        sql.replace(" INTEGER", " BIGINT").replace(") STRICT;", ");")
    }
}

/// Whether an error ends a connection.
fn is_last(error: &postgres::Error) -> bool {
    let severity = error.as_db_error().and_then(DbError::parsed_severity);
    let is_broken = || error.source().is_some_and(|source| source.is::<io::Error>());
    matches!(severity, Some(Severity::Fatal | Severity::Panic)) || error.is_closed() || is_broken()
}

/// The values as the client takes them.
fn given(cells: &[Cell]) -> Vec<&(dyn ToSql + Sync)> {
    cells.iter().map(|cell| cell as &(dyn ToSql + Sync)).collect()
}

/// A column of a row.
fn cell(row: &postgres::Row, column: usize) -> Result<Cell, StoreError> {
    let is_number = row.columns().get(column).is_some_and(|column| *column.type_() == Type::INT8);
    Ok(if is_number {
        row.try_get::<_, Option<i64>>(column)?.map_or(Cell::Null, Cell::Integer)
    } else {
        row.try_get::<_, Option<String>>(column)?.map_or(Cell::Null, Cell::Text)
    })
}

impl ToSql for Cell {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Integer(number) => ToSql::to_sql_checked(number, kind, out),
            Self::Text(text) => ToSql::to_sql_checked(text, kind, out),
        }
    }

    fn accepts(kind: &Type) -> bool {
        matches!(*kind, Type::INT8 | Type::TEXT)
    }

    to_sql_checked!();
}
