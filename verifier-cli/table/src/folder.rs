//! [`Folder`]: a folder of results. Each [`Part`] of them is three files of one name, in a folder for each table, and
//! is there when its file of transactions is. `specs/24-tables.md`, section Results.

use std::{
    collections::BTreeSet,
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
};

use crate::{
    FindingRow, MessageRow, Results, Row, Table, TableError, TableWriter, TransactionRow, write,
};

/// Why a folder of results is not gone on with, or not written to.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FolderError {
    /// A file that is no such table, or cannot be written.
    #[error("{file}: {error}")]
    Table {
        /// Name of the file.
        file: String,
        /// What is wrong with it.
        error: TableError,
    },
    /// A folder that has results already.
    #[error("{file}: there are results in it already")]
    Taken {
        /// Name of the folder.
        file: String,
    },
    /// A folder that another run writes to.
    #[error("{file}: another run writes to it")]
    InUse {
        /// Name of the folder.
        file: String,
    },
    /// A file that is missing beside its file of transactions.
    #[error("{file}: it belongs with {beside}, and is not there")]
    Missing {
        /// Name of the file.
        file: String,
        /// Name of the file of transactions.
        beside: String,
    },
}

/// Rows that come into their places together.
#[derive(Clone, Debug, Default)]
pub struct Part {
    /// Rows of items.
    pub transactions: Vec<TransactionRow>,
    /// Rows of their messages.
    pub messages: Vec<MessageRow>,
    /// Rows of what was found false in them.
    pub findings: Vec<FindingRow>,
}

impl Part {
    /// Number of the rows.
    pub fn rows(&self) -> usize {
        self.transactions.len() + self.messages.len() + self.findings.len()
    }
}

/// A folder of results, to which nobody else writes.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    /// By what the results are made, as JSON.
    options: String,
    /// Number of the next part.
    next: u32,
    /// Held as long as somebody writes.
    _lock: File,
}

/// About how many bytes a row of results takes.
const ROW_BYTES: usize = 256;

impl Folder {
    /// Begins results in a folder, which is made if it is not there.
    ///
    /// # Errors
    ///
    /// If there are results in it, or if it cannot be written to.
    pub fn begin(path: &Path, options: String) -> Result<Self, FolderError> {
        let lock = lock(path)?;
        for table in Table::RESULTS {
            let folder = path.join(table.name());
            fs::create_dir_all(&folder).map_err(|error| failed(&folder, error))?;
            if !parts(&folder)?.is_empty() {
                return Err(FolderError::Taken { file: name(path) });
            }
        }
        let folder = Self { path: path.to_owned(), options, next: 0, _lock: lock };
        folder.clear()?;
        Ok(folder)
    }

    /// Goes on with the results in a folder; begins them if there are none. What a run that was killed left unfinished
    /// is removed. `read` is handed each file of transactions, with its name.
    ///
    /// # Errors
    ///
    /// If a file is none of the table's, if one is missing, what `read` says, or if it cannot be written to.
    pub fn resume<R: Row, E: From<FolderError>>(
        path: &Path,
        options: String,
        mut read: impl FnMut(&str, Results<R>) -> Result<(), E>,
    ) -> Result<Self, E> {
        let lock = lock(path)?;
        let at = |table: Table| path.join(table.name());
        for table in Table::RESULTS {
            fs::create_dir_all(at(table)).map_err(|error| failed(&at(table), error))?;
        }
        let whole = parts(&at(Table::Transactions))?;
        for part in &whole {
            let transactions = at(Table::Transactions).join(file_name(*part));
            for table in [Table::Messages, Table::Findings] {
                let file = at(table).join(file_name(*part));
                if !file.is_file() {
                    let (file, beside) = (name(&file), name(&transactions));
                    return Err(FolderError::Missing { file, beside }.into());
                }
            }
            let of_file = |error| FolderError::Table { file: name(&transactions), error };
            read(
                &name(&transactions),
                Results::open(&transactions, Table::Transactions).map_err(of_file)?,
            )?;
        }
        let next = whole.last().map_or(0, |last| last + 1);
        let folder = Self { path: path.to_owned(), options, next, _lock: lock };
        folder.clear()?;
        for table in [Table::Messages, Table::Findings] {
            for part in parts(&at(table))?.difference(&whole) {
                let file = at(table).join(file_name(*part));
                fs::remove_file(&file).map_err(|error| failed(&file, error))?;
            }
        }
        Ok(folder)
    }

    /// Writes the next part. It is there when its file of transactions is, and that comes last.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn write(&mut self, part: Part) -> Result<(), FolderError> {
        self.write_table(Table::Messages, part.messages)?;
        self.write_table(Table::Findings, part.findings)?;
        self.write_table(Table::Transactions, part.transactions)?;
        self.next += 1;
        Ok(())
    }

    fn write_table<R: Row>(&self, table: Table, rows: Vec<R>) -> Result<(), FolderError> {
        let path = self.path.join(table.name()).join(file_name(self.next));
        let written =
            TableWriter::create(&path, table, Some(&self.options)).and_then(|mut file| {
                rows.into_iter().try_for_each(|row| file.push(row, ROW_BYTES))?;
                file.finish()
            });
        written.map_err(|error| FolderError::Table { file: name(&path), error })
    }

    /// Removes files that are not whole.
    fn clear(&self) -> Result<(), FolderError> {
        for table in Table::RESULTS {
            let folder = self.path.join(table.name());
            for file in files(&folder)?.iter().filter(|file| write::is_unfinished(file)) {
                let file = folder.join(file);
                fs::remove_file(&file).map_err(|error| failed(&file, error))?;
            }
        }
        Ok(())
    }
}

/// Takes a folder for oneself, until the file is closed or whoever holds it is killed.
fn lock(path: &Path) -> Result<File, FolderError> {
    fs::create_dir_all(path).map_err(|error| failed(path, error))?;
    let file = path.join(".lock");
    let lock = File::options().create(true).truncate(false).write(true).open(&file);
    let lock = lock.map_err(|error| failed(&file, error))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(FolderError::InUse { file: name(path) }),
        Err(TryLockError::Error(error)) => Err(failed(&file, error)),
    }
}

/// Numbers of the parts in a table's folder.
fn parts(folder: &Path) -> Result<BTreeSet<u32>, FolderError> {
    let number = |name: String| {
        let number = name.strip_prefix("part-")?.strip_suffix(".parquet")?.parse().ok()?;
        (name == file_name(number)).then_some(number)
    };
    Ok(files(folder)?.into_iter().filter_map(number).collect())
}

/// Names in a folder.
fn files(folder: &Path) -> Result<Vec<String>, FolderError> {
    let entries = fs::read_dir(folder).and_then(|entries| entries.collect::<io::Result<Vec<_>>>());
    let entries = entries.map_err(|error| failed(folder, error))?;
    Ok(entries.into_iter().filter_map(|entry| entry.file_name().into_string().ok()).collect())
}

/// The name of a part's files.
fn file_name(part: u32) -> String {
    format!("part-{part:05}.parquet")
}

fn name(path: &Path) -> String {
    path.display().to_string()
}

fn failed(path: &Path, error: io::Error) -> FolderError {
    FolderError::Table { file: name(path), error: error.into() }
}
