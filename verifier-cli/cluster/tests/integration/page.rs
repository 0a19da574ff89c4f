//! Every query of `specs/25-cluster.md` is run, here and by executors, on tables that hold what it asks for.

use std::{fs, path::Path};

use crate::{
    processes::{executor, free_port, ran, scheduler, text, url},
    tables::{bytes, many, write},
};

/// The queries of the page.
fn queries() -> Vec<String> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../specs/25-cluster.md");
    let page = fs::read_to_string(page).unwrap();
    let blocks = page.split("```sql\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    blocks
        .flat_map(|block| block.split(';'))
        .map(str::trim)
        .filter(|query| !query.is_empty())
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_query_of_the_specification_is_answered_the_same_here_and_on_a_cluster() {
    let folder = tempfile::tempdir().unwrap();
    let (source, to) = (folder.path().join("witnesses"), folder.path().join("results"));
    let mut rows = many(100, 5);
    rows.push(bytes("garbage", b"none".to_vec()));
    write(&source.join("a.parquet"), &rows[..60], 20);
    write(&source.join("b.parquet"), &rows[60..], 20);
    let done = ran(&["run", text(&source), text(&to), "--engine", "native"]);
    assert_eq!(done.code, Some(2), "{done:?}");
    let port = free_port();
    let _scheduler = scheduler(port);
    let _executor = executor(port, "only", &[]);
    let queries = queries();
    assert!(queries.len() >= 5, "{queries:?}");
    for query in queries {
        let args = ["sql", &query, "--source", text(&source), "--results", text(&to), "--json"];
        let here = ran(&args);
        assert_eq!(here.code, Some(0), "{query}\n{}", here.stderr);
        assert!(!here.stdout.is_empty(), "nothing is found by {query}");
        let there = ran(&[&args[..], &["--scheduler", &url(port)]].concat());
        assert_eq!(there.code, Some(0), "{query}\n{}", there.stderr);
        let sorted = |text: &str| {
            let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
            lines.sort();
            lines
        };
        assert_eq!(sorted(&here.stdout), sorted(&there.stdout), "{query}");
    }
}

#[test]
fn a_field_behind_a_dot_is_the_one_in_brackets() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("witnesses");
    write(&source.join("a.parquet"), &many(50, 5), 50);
    let said = "audit(witness, '{\"engine\": \"native\"}')";
    let answer = |field: &str, first: &str| {
        let query = format!(
            "{first} SELECT id, {said}{field} AS field FROM witnesses WHERE {said}{field} IS NOT NULL ORDER BY id"
        );
        let done = ran(&["sql", &query, "--source", text(&source), "--json"]);
        assert_eq!(done.code, Some(0), "{query}\n{}", done.stderr);
        done.stdout
    };
    for (dot, brackets, rows) in [
        (".verdict", "['verdict']", 50),
        (".Verdict", "['verdict']", 50),
        (".\"verdict\"", "['verdict']", 50),
        (".findings[1].code", "['findings'][1]['code']", 1),
    ] {
        let found = answer(dot, "");
        assert_eq!(found.lines().count(), rows, "{dot}: {found}");
        assert_eq!(found, answer(brackets, ""), "{dot}");
    }
    assert!(answer(".verdict", "EXPLAIN").contains("verdict"));
}

#[test]
fn a_persons_table_has_nothing_in_it_that_is_not_seen() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("witnesses");
    write(&source.join("a.parquet"), &[bytes("\u{1b}[2Jcleared", Vec::new())], 1);
    let shown = ran(&["sql", "SELECT id FROM witnesses", "--source", text(&source)]);
    assert_eq!(shown.code, Some(0), "{shown:?}");
    assert!(shown.stdout.contains("\\u{1b}[2Jcleared"), "{shown:?}");
}
