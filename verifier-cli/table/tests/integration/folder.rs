//! Folders of results: parts that are one step, and runs that end at any instant.

use std::{collections::BTreeSet, fs, path::Path};

use iso_evm_table::{
    DoneRow, ErrorKind, Finding, Folder, FolderError, Message, Outcome, Part, Results, Table,
    TransactionRow,
};

use crate::common::{audited, lie};

/// A part of so many items, none of whose ids stands in another.
fn part(number: usize, items: usize) -> Part {
    let (witness, report) = audited(&lie());
    let mut part = Part::default();
    for item in 0..items {
        let id = format!("{number}/{item}");
        part.messages.extend(Message::rows(&id, &witness, &report));
        part.findings.extend(Finding::rows(&id, Finding::all(&witness, &report)));
        let outcome = match item {
            0 => Outcome::unusable(ErrorKind::Unreadable, "none".to_owned(), 0.0),
            _ => Outcome::of(&witness, &report, 0.0),
        };
        part.transactions.push(TransactionRow { id, source: "test".to_owned(), outcome });
    }
    part
}

/// The ids of a folder that is gone on with.
fn resumed(path: &Path) -> Result<(Folder, Vec<String>), FolderError> {
    let mut ids = Vec::new();
    let folder = Folder::resume(path, "{}".to_owned(), |_, rows: Results<DoneRow>| {
        assert_eq!(rows.options(), Some("{}"));
        ids.extend(rows.flat_map(Result::unwrap).map(|row| row.id));
        Ok::<_, FolderError>(())
    })?;
    Ok((folder, ids))
}

fn files(path: &Path, table: Table) -> BTreeSet<String> {
    let entries = fs::read_dir(path.join(table.name())).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn parts_are_gone_on_with_and_what_is_no_part_is_removed() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("deep/results");
    let mut folder = Folder::begin(&path, "{}".to_owned()).unwrap();
    folder.write(part(0, 2)).unwrap();
    folder.write(part(1, 3)).unwrap();
    drop(folder);
    // Killed behind the messages of a part, and within its findings.
    fs::copy(path.join("messages/part-00001.parquet"), path.join("messages/part-00002.parquet"))
        .unwrap();
    fs::write(path.join("findings/.part-Ab.tmp"), "begun").unwrap();
    // Somebody's own.
    fs::write(path.join("messages/notes.txt"), "mine").unwrap();
    let (mut folder, ids) = resumed(&path).unwrap();
    assert_eq!(ids, ["0/0", "0/1", "1/0", "1/1", "1/2"]);
    let two = ["part-00000.parquet", "part-00001.parquet"].map(str::to_owned);
    assert_eq!(files(&path, Table::Findings), two.clone().into());
    assert!(!files(&path, Table::Messages).contains("part-00002.parquet"));
    assert!(files(&path, Table::Messages).contains("notes.txt"));
    folder.write(part(2, 1)).unwrap();
    drop(folder);
    assert_eq!(resumed(&path).unwrap().1.len(), 6);
    for table in Table::RESULTS {
        assert!(files(&path, table).contains("part-00002.parquet"), "{table}");
    }
}

#[test]
fn a_folder_is_begun_once_and_written_by_one() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("results");
    let mut folder = Folder::begin(&path, "{}".to_owned()).unwrap();
    assert!(matches!(resumed(&path), Err(FolderError::InUse { .. })));
    assert!(matches!(Folder::begin(&path, String::new()), Err(FolderError::InUse { .. })));
    folder.write(part(0, 1)).unwrap();
    drop(folder);
    assert!(matches!(Folder::begin(&path, String::new()), Err(FolderError::Taken { .. })));
    // A folder in which there is nothing yet is gone on with as it is begun.
    assert!(resumed(&root.path().join("new")).unwrap().1.is_empty());
}

#[test]
fn what_is_missing_or_no_table_is_named() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("results");
    Folder::begin(&path, "{}".to_owned()).unwrap().write(part(0, 1)).unwrap();
    let messages = path.join("messages/part-00000.parquet");
    let kept = fs::read(&messages).unwrap();
    fs::remove_file(&messages).unwrap();
    let error = resumed(&path).unwrap_err().to_string();
    assert!(error.starts_with(&messages.display().to_string()), "{error}");
    assert!(error.contains("it belongs with"), "{error}");
    fs::write(&messages, &kept).unwrap();
    let transactions = path.join("transactions/part-00000.parquet");
    fs::write(&transactions, &kept).unwrap();
    let error = resumed(&path).unwrap_err().to_string();
    let words = "it is a table of messages, and one of transactions is expected";
    assert_eq!(error, format!("{}: {words}", transactions.display()));
    fs::write(&transactions, "nothing").unwrap();
    let error = resumed(&path).unwrap_err().to_string();
    assert!(error.contains("it is no Parquet file: it is too short for one"), "{error}");
}
