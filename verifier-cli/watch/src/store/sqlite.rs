//! The store in a file: SQLite, bundled. Its journal is written ahead, and what is committed is on the disk.
//!
//! In the data's way this stands at the end, in PostgreSQL's place.

use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{
    CachedStatement, Connection, OpenFlags, ToSql,
    types::{ToSqlOutput, Value, ValueRef},
};

use super::{
    StoreError,
    cell::{Cell, Row},
    database::Database,
};

/// How long a reader waits for whoever has the file.
const READERS_PATIENCE: Duration = Duration::from_secs(5);

/// How long a reader of somebody else's may hold the file.
const PATIENCE: Duration = Duration::from_secs(30);

/// A file of SQLite's, which one watcher has at a time; others may read.
#[derive(Debug)]
pub(super) struct Sqlite {
    connection: Connection,
    path: PathBuf,
    /// The file that keeps other watchers away, for as long as this one is there; none of who stands beside a
    /// watcher.
    _lock: Option<File>,
}

impl Sqlite {
    /// Opens a file; one that is not there is made.
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        let lock = lock(path)?;
        let connection = Connection::open(path)?;
        Self::to_write(connection, path, Some(lock))
    }

    /// Opens a file that a watcher has, to write what is not the watcher's.
    pub(super) fn beside(path: &Path) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Self::to_write(Connection::open_with_flags(path, flags)?, path, None)
    }

    /// Opens a file that a watcher has, to read.
    pub(super) fn reader(path: &Path) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(READERS_PATIENCE)?;
        connection.set_prepared_statement_cache_capacity(64);
        Ok(Self { connection, path: path.to_owned(), _lock: None })
    }

    fn to_write(
        connection: Connection,
        path: &Path,
        lock: Option<File>,
    ) -> Result<Self, StoreError> {
        connection.busy_timeout(PATIENCE)?;
        connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
        connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;")?;
        connection.set_prepared_statement_cache_capacity(64);
        Ok(Self { connection, path: path.to_owned(), _lock: lock })
    }

    /// A statement with its values, which are named as they are in PostgreSQL.
    fn bound(&self, sql: &str, cells: &[Cell]) -> Result<CachedStatement<'_>, StoreError> {
        let mut statement = self.connection.prepare_cached(sql)?;
        for (index, cell) in cells.iter().enumerate() {
            let name = format!("${}", index + 1);
            if let Some(place) = statement.parameter_index(&name)? {
                statement.raw_bind_parameter(place, cell)?;
            }
        }
        Ok(statement)
    }
}

/// Keeps other watchers away from a file: the operating system takes the lock back however a process ends.
fn lock(path: &Path) -> Result<File, StoreError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let failed = |error| StoreError::Lock { file: Path::new(&name).display().to_string(), error };
    let file = File::options().create(true).truncate(false).write(true).open(&name);
    let file = file.map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

impl Database for Sqlite {
    fn run(&mut self, sql: &str, cells: &[Cell]) -> Result<u64, StoreError> {
        Ok(self.bound(sql, cells)?.raw_execute()? as u64)
    }

    fn rows(&mut self, sql: &str, cells: &[Cell]) -> Result<Vec<Row>, StoreError> {
        let mut statement = self.bound(sql, cells)?;
        let columns = statement.column_count();
        let (mut found, mut all) = (statement.raw_query(), Vec::new());
        while let Some(row) = found.next()? {
            let cell = |column| Ok::<_, StoreError>(cell(row.get_ref(column)?));
            all.push(Row((0..columns).map(cell).collect::<Result<_, _>>()?));
        }
        Ok(all)
    }

    fn script(&mut self, sql: &str) -> Result<(), StoreError> {
        Ok(self.connection.execute_batch(sql)?)
    }

    fn begin(&mut self) -> Result<(), StoreError> {
        self.script("BEGIN IMMEDIATE")
    }

    fn begin_to_read(&mut self) -> Result<(), StoreError> {
        self.script("BEGIN DEFERRED")
    }

    /// The file, with its journal.
    fn size(&mut self) -> Result<u64, StoreError> {
        let journal = || {
            let mut name = self.path.as_os_str().to_owned();
            name.push("-wal");
            PathBuf::from(name)
        };
        let bytes = |path: &Path| fs::metadata(path).map_or(0, |file| file.len());
        Ok(bytes(&self.path).saturating_add(bytes(&journal())))
    }

    fn is_restored(&mut self) -> Result<bool, StoreError> {
        Ok(false)
    }

    #[cfg(feature = "challenge")]
    fn another(&self) -> Result<Box<dyn Database>, StoreError> {
        Ok(Box::new(Self::beside(&self.path)?))
    }

    fn definition(&self, sql: &str) -> String {
        sql.to_owned()
    }
}

impl ToSql for Cell {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Null => ToSqlOutput::Owned(Value::Null),
            Self::Integer(number) => ToSqlOutput::Owned(Value::Integer(*number)),
            Self::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
        })
    }
}

/// A value as it stands there. Tables are strict: what is neither number nor text is somebody else's.
fn cell(value: ValueRef<'_>) -> Cell {
    match value {
        ValueRef::Null => Cell::Null,
        ValueRef::Integer(number) => Cell::Integer(number),
        ValueRef::Real(number) => Cell::Text(number.to_string()),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
            Cell::Text(String::from_utf8_lossy(bytes).into_owned())
        }
    }
}
