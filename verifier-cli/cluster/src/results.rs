//! What is done: [`Results`], the folder with the tables of transactions, messages and findings
//! (`specs/24-tables.md`), written part by part, and read when a run goes on. `specs/25-cluster.md`, section A run.
//!
//! A part is three files of one name, of which that of the transactions comes last: only what is in it is done. What a
//! run that was killed left of the other two is removed by the next.

use std::{
    collections::{BTreeMap, HashSet},
    fs,
    path::PathBuf,
};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, RecordBatch},
        compute::cast,
        datatypes::DataType,
    },
    parquet::{
        arrow::{ArrowWriter, ProjectionMask},
        basic::{Compression, ZstdLevel},
        errors::ParquetError,
        file::{metadata::KeyValue, properties::WriterProperties},
    },
};
use futures_util::{StreamExt as _, TryStreamExt as _};
use iso_evm_table::{Table, VERSION};
use serde_json::Value;

use crate::{
    error::ClusterError,
    reader::TableReader,
    run::{Part, Verdicts},
    shard::Shard,
    source::{ID, Key, key},
    store::Place,
};

/// A folder of results that a run writes to.
#[derive(Debug)]
pub(crate) struct Results {
    place: Place,
    /// How the names of its parts begin.
    name: String,
    parts: u64,
    options: Value,
    /// Held until it is dropped.
    _locks: Vec<fs::File>,
}

/// How many parts of earlier runs are read at once.
const AT_ONCE: usize = 16;

/// What earlier runs have done.
#[derive(Debug, Default)]
pub(crate) struct Before {
    /// The keys of all ids.
    pub(crate) done: HashSet<Key>,
    /// What came of them.
    pub(crate) verdicts: Verdicts,
}

impl Results {
    /// Opens a folder for the results of a shard, made with these options.
    ///
    /// # Errors
    ///
    /// If somebody else writes there, if the results in it were made with other options, or if it cannot be read.
    pub(crate) async fn open(
        place: Place,
        shard: Shard,
        options: Value,
    ) -> Result<(Self, Before), ClusterError> {
        let locks = locked(&place, shard)?;
        let earlier = place.tables(&folder(Table::Transactions)).await?;
        let parts: HashSet<String> =
            earlier.iter().filter_map(|meta| meta.location.filename().map(str::to_owned)).collect();
        let mut before = Before::default();
        let read = earlier.into_iter().map(|meta| read(&place, meta, &options));
        let mut read = futures_util::stream::iter(read).buffer_unordered(AT_ONCE);
        while let Some(rows) = read.next().await {
            for Done { id, verdict, error_kind } in rows? {
                before.done.insert(key(&id));
                before.verdicts.count(verdict.as_deref(), error_kind.as_deref());
            }
        }
        drop(read);
        for table in [Table::Messages, Table::Findings] {
            for meta in place.tables(&folder(table)).await? {
                let is_whole = meta.location.filename().is_some_and(|name| parts.contains(name));
                let is_ours = shard.is_whole() || is_of(&meta.location, shard);
                if !is_whole && is_ours {
                    place.remove(&meta.location).await?;
                }
            }
        }
        unfinished(&place, shard)?;
        // No run has the name of another, whatever came of that.
        let begun = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let begun = begun.map_or(0, |since| since.as_nanos());
        let name = format!("{}{begun:x}-{}", prefix(shard), std::process::id());
        Ok((Self { place, name, parts: 0, options, _locks: locks }, before))
    }

    /// Writes a part.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub(crate) async fn write(&mut self, part: &Part) -> Result<(), ClusterError> {
        let name = format!("{}-{:06}.parquet", self.name, self.parts);
        self.parts += 1;
        for (table, rows) in [
            (Table::Messages, &part.messages),
            (Table::Findings, &part.findings),
            (Table::Transactions, &part.transactions),
        ] {
            let within = format!("{}{name}", folder(table));
            let failed =
                |error| ClusterError::Parquet { file: format!("{}/{within}", self.place), error };
            let bytes = self.bytes(table, rows).map_err(failed)?;
            self.place.put(&within, bytes).await?;
        }
        Ok(())
    }

    /// Rows as the bytes of a file.
    fn bytes(&self, table: Table, rows: &RecordBatch) -> Result<Vec<u8>, ParquetError> {
        let said = [
            (Table::NAME_KEY, table.name().to_owned()),
            (Table::VERSION_KEY, VERSION.to_string()),
            (Table::OPTIONS_KEY, self.options.to_string()),
        ];
        let said = said.map(|(key, value)| KeyValue { key: key.to_owned(), value: Some(value) });
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_key_value_metadata(Some(said.to_vec()))
            .build();
        let mut writer = ArrowWriter::try_new(Vec::new(), rows.schema(), Some(properties))?;
        writer.write(rows)?;
        writer.into_inner()
    }
}

/// The folder of a table, in the folder of results.
pub(crate) fn folder(table: Table) -> String {
    format!("{}/", table.name())
}

/// How the names of a shard's parts begin.
fn prefix(shard: Shard) -> String {
    if shard.is_whole() { "part-".to_owned() } else { format!("part-{shard}-") }
}

/// Whether a file is a part of a shard.
fn is_of(location: &object_store::path::Path, shard: Shard) -> bool {
    location.filename().is_some_and(|name| name.starts_with(&prefix(shard)))
}

/// An item that is done.
struct Done {
    id: String,
    verdict: Option<String>,
    error_kind: Option<String>,
}

/// Reads a part of earlier runs.
async fn read(
    place: &Place,
    meta: object_store::ObjectMeta,
    options: &Value,
) -> Result<Vec<Done>, ClusterError> {
    let file = place.url_of(&meta.location);
    let failed = |error: ParquetError| ClusterError::parquet(&file, error);
    let builder = TableReader::open(place, &meta).await?;
    let pairs = builder.metadata().file_metadata().key_value_metadata().cloned();
    let pairs = pairs.unwrap_or_default();
    let said = |key: &str| {
        pairs.iter().find(|pair| pair.key == key).and_then(|pair| pair.value.as_deref())
    };
    let refused = |error| ClusterError::Table { file: file.clone(), error };
    Table::Transactions.check(said).map_err(refused)?;
    let earlier = said(Table::OPTIONS_KEY).and_then(|text| serde_json::from_str(text).ok());
    let earlier = earlier.unwrap_or(Value::Null);
    if let Some((option, before, now)) = first_other("", &earlier, options) {
        return Err(ClusterError::OtherOptions { file, option, before, now });
    }
    let columns = [ID, "verdict", "error_kind"];
    let mask = ProjectionMask::columns(builder.parquet_schema(), columns);
    let stream = builder.with_projection(mask).build().map_err(failed)?;
    let batches: Vec<RecordBatch> = stream.try_collect().await.map_err(failed)?;
    let mut done = Vec::new();
    for batch in batches {
        let texts = |name: &str| -> Result<ArrayRef, ParquetError> {
            let missing = || ParquetError::General(format!("it has no column {name}"));
            let column = batch.column_by_name(name).ok_or_else(missing)?;
            Ok(cast(column, &DataType::Utf8)?)
        };
        let [ids, verdicts, kinds] = columns.map(|name| texts(name).map_err(failed));
        let (ids, verdicts, kinds) = (ids?, verdicts?, kinds?);
        let cell = |array: &ArrayRef, index: usize| {
            let array = array.as_string::<i32>();
            array.is_valid(index).then(|| array.value(index).to_owned())
        };
        let row = |index| {
            let (verdict, error_kind) = (cell(&verdicts, index), cell(&kinds, index));
            cell(&ids, index).map(|id| Done { id, verdict, error_kind })
        };
        done.extend((0..batch.num_rows()).filter_map(row));
    }
    Ok(done)
}

/// The first thing that differs: its name, what it was, and what it is.
fn first_other(path: &str, before: &Value, now: &Value) -> Option<(String, String, String)> {
    let said = |value: &Value| match value {
        Value::Null => "not given".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match (before, now) {
        (before, now) if before == now => None,
        (Value::Object(before), Value::Object(now)) => {
            let keys: BTreeMap<&String, ()> =
                before.keys().chain(now.keys()).map(|key| (key, ())).collect();
            let value =
                |of: &serde_json::Map<String, Value>, key| of.get(key).cloned().unwrap_or_default();
            keys.into_keys().find_map(|key| {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                first_other(&path, &value(before, key), &value(now, key))
            })
        }
        (before, now) => {
            let name = if path.is_empty() { "options" } else { path };
            Some((name.to_owned(), said(before), said(now)))
        }
    }
}

/// Keeps others from writing to a folder of this machine: whoever writes a shard, all others of the same shard; who
/// writes all, everybody.
fn locked(place: &Place, shard: Shard) -> Result<Vec<fs::File>, ClusterError> {
    let Some(folder) = place.local() else { return Ok(Vec::new()) };
    let open = |name: String| {
        let path = folder.join(name);
        let opened = fs::File::options().create(true).truncate(false).write(true).open(&path);
        opened.map_err(ClusterError::io(path.display().to_string()))
    };
    let held = |locked: Result<(), fs::TryLockError>| match locked {
        Ok(()) => Ok(()),
        Err(fs::TryLockError::WouldBlock) => Err(ClusterError::Busy { place: place.to_string() }),
        // A file system without locks: nobody can be kept away.
        Err(fs::TryLockError::Error(_)) => Ok(()),
    };
    let all = open(".lock".to_owned())?;
    if shard.is_whole() {
        held(all.try_lock())?;
        return Ok(vec![all]);
    }
    held(all.try_lock_shared())?;
    let own = open(format!(".lock-{shard}"))?;
    held(own.try_lock())?;
    Ok(vec![all, own])
}

/// Removes what a killed run has left of files that were not whole yet: on a disk they have another name until then.
fn unfinished(place: &Place, shard: Shard) -> Result<(), ClusterError> {
    let Some(root) = place.local() else { return Ok(()) };
    for table in Table::RESULTS {
        let Ok(entries) = fs::read_dir(root.join(table.name())) else { continue };
        let is_left = |path: &PathBuf| {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let is_ours = shard.is_whole() || name.starts_with(&prefix(shard));
            let rest = name.split_once(".parquet#").map(|(_, rest)| rest);
            is_ours && rest.is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
        };
        for path in entries.flatten().map(|entry| entry.path()).filter(is_left) {
            fs::remove_file(&path).map_err(ClusterError::io(path.display().to_string()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn the_first_option_that_differs_is_named() {
        let json = |text| serde_json::from_str::<Value>(text).unwrap();
        let now = json(r#"{"engine": "native", "expected": {}, "limit": 7}"#);
        let other = |before| first_other("", &json(before), &now);
        assert_eq!(other(r#"{"engine": "native", "expected": {}, "limit": 7}"#), None);
        let found = other(r#"{"engine": "both", "expected": {}, "limit": 7}"#);
        assert_eq!(found, Some(("engine".into(), "both".into(), "native".into())));
        let found = other(r#"{"engine": "native", "expected": {"chainId": 1}}"#);
        assert_eq!(found, Some(("expected.chainId".into(), "1".into(), "not given".into())));
        assert_eq!(other("null").unwrap().0, "options");
    }
}
