//! Without a scheduler: each of several processes does its part, beside the others, and together they are the whole.

use crate::{
    processes::{Running, ran, text},
    tables::{by_batch, many, words, write},
};

#[test]
fn shards_that_run_beside_each_other_are_the_whole() {
    let folder = tempfile::tempdir().unwrap();
    let (source, to) = (folder.path().join("witnesses"), folder.path().join("results"));
    let rows = many(300, 20);
    write(&source.join("a.parquet"), &rows[..200], 20);
    write(&source.join("b.parquet"), &rows[200..], 20);
    let unit = (rows[0].witness.len() * 11).to_string();
    let args =
        ["run", text(&source), text(&to), "--engine", "native", "--unit-bytes", &unit, "--json"];
    let shard = |shard| Running::start(&[&args[..], &["--shard", shard]].concat());
    let done = ["0/3", "1/3", "2/3"].map(shard).map(Running::ended);
    let audited = done.iter().map(|done| {
        let summary = done.json();
        summary["executors"]
            .as_object()
            .unwrap()
            .values()
            .map(|count| count.as_u64().unwrap())
            .sum::<u64>()
    });
    let audited: Vec<u64> = audited.collect();
    assert_eq!(audited.iter().sum::<u64>(), 300, "{done:?}");
    assert!(audited.iter().all(|count| *count > 50), "{audited:?}");
    assert_eq!(words(&to), by_batch(&rows));
    // Who comes after them has nothing left to do.
    let whole = ran(&args);
    assert_eq!(whole.json()["rows"]["resumed"], 300, "{whole:?}");
}
