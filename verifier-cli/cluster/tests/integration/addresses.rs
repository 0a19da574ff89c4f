//! A scheduler or an executor that others can reach runs their queries: nobody opens one by accident.

use crate::processes::{Ran, ran};

#[test]
fn an_address_that_others_reach_is_refused_unless_the_network_is_ones_own() {
    let refused = |args: &[&str]| {
        let Ran { code, stderr, .. } = ran(args);
        assert_eq!(code, Some(2), "{args:?}: {stderr}");
        assert!(stderr.contains("--insecure-network"), "{args:?}: {stderr}");
    };
    refused(&["scheduler", "--bind", "0.0.0.0"]);
    refused(&["scheduler", "--bind", "::"]);
    refused(&["executor", "--scheduler", "http://127.0.0.1:1", "--bind", "0.0.0.0"]);
    refused(&["executor", "--scheduler", "http://10.1.2.3:50050"]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    refused(&["run", path, path, "--scheduler", "http://scheduler.example:50050"]);
    refused(&["sql", "SELECT 1", "--scheduler", "http://192.168.1.1:50050"]);
}

#[test]
fn a_query_that_does_anything_but_ask_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.csv");
    for query in [
        format!("COPY (SELECT 1) TO '{}'", out.display()),
        "CREATE EXTERNAL TABLE t STORED AS CSV LOCATION '/etc/passwd'".to_owned(),
        "SET datafusion.execution.batch_size = 1".to_owned(),
        "SELECT * FROM '/etc/passwd'".to_owned(),
    ] {
        let Ran { code, stderr, .. } = ran(&["sql", &query]);
        assert_eq!(code, Some(2), "{query}: {stderr}");
        assert!(stderr.starts_with("error: "), "{query}: {stderr}");
    }
    assert!(!out.exists());
}

#[test]
fn what_is_no_place_is_told_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let (here, to) = (folder.path().to_str().unwrap(), folder.path().join("results"));
    for (from, words) in [
        ("/nowhere/at/all", "No such file"),
        ("ftp://host/path", "s3://"),
        (here, "no table of witnesses"),
    ] {
        let other = tempfile::tempdir().unwrap();
        let to = other.path().join("results");
        let Ran { code, stderr, .. } = ran(&["run", from, to.to_str().unwrap()]);
        assert_eq!(code, Some(2), "{from}: {stderr}");
        assert!(stderr.contains(words), "{from}: {stderr}");
    }
    let Ran { code, stderr, .. } = ran(&["run", here, to.to_str().unwrap()]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains("are read"), "{stderr}");
}
