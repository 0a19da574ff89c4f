//! Witnesses and results in a store that speaks S3: npm's `s3rver`, on loopback.

use std::{
    fs,
    net::{Ipv4Addr, TcpStream},
    process::Command,
};

use iso_evm_testing::npm;
use object_store::{ObjectStoreExt as _, aws::AmazonS3Builder};

use crate::{
    processes::{Ran, Running, command, free_port, text, wait_until},
    tables::{by_batch, many, words, write},
};

#[test]
fn a_run_from_and_to_a_store_is_as_one_on_a_disk() {
    let Some(modules) = npm::modules("s3rver@3.7.1") else { return };
    let folder = tempfile::tempdir().unwrap();
    let bucket = folder.path().join("store/chain");
    fs::create_dir_all(&bucket).unwrap();
    let port = free_port();
    let mut server = Command::new("node");
    server.arg(modules.join("s3rver/bin/s3rver.js"));
    server.args([
        "--directory",
        text(&folder.path().join("store")),
        "--address",
        "127.0.0.1",
        "--silent",
    ]);
    server.args(["--port", &port.to_string()]);
    let mut server = Running::begin(&mut server);
    wait_until("the store listens", || {
        assert!(!server.has_ended(), "the store does not start");
        TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
    });

    let rows = many(120, 10);
    let table = folder.path().join("a.parquet");
    write(&table, &rows, 30);
    let in_store = |args: &[&str]| {
        let mut command = command(args);
        command.env("AWS_ACCESS_KEY_ID", "S3RVER").env("AWS_SECRET_ACCESS_KEY", "S3RVER");
        command.env("AWS_REGION", "us-east-1").env("AWS_ALLOW_HTTP", "true");
        command.env("AWS_ENDPOINT", format!("http://127.0.0.1:{port}"));
        Running::begin(&mut command).ended()
    };
    let store = AmazonS3Builder::new()
        .with_endpoint(format!("http://127.0.0.1:{port}"))
        .with_allow_http(true)
        .with_region("us-east-1")
        .with_bucket_name("chain")
        .with_access_key_id("S3RVER")
        .with_secret_access_key("S3RVER")
        .build()
        .unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let put = async {
        let bytes = fs::read(&table).unwrap();
        store.put(&"witnesses/a.parquet".into(), bytes.into()).await.unwrap();
    };
    runtime.block_on(put);
    let args =
        ["run", "s3://chain/witnesses", "s3://chain/results", "--engine", "native", "--json"];
    let done = in_store(&args);
    assert_eq!(done.code, Some(1), "{done:?}");
    let again = in_store(&args);
    assert_eq!(again.json()["rows"]["resumed"], 120, "{again:?}");
    let query =
        "SELECT verdict, count(*) AS count FROM transactions GROUP BY verdict ORDER BY verdict";
    let Ran { stdout, stderr, .. } =
        in_store(&["sql", query, "--results", "s3://chain/results", "--json"]);
    let expected = "{\"verdict\":\"invalid\",\"count\":2}\n{\"verdict\":\"valid\",\"count\":118}\n";
    assert_eq!(stdout, expected, "{stderr}");

    // The same on a disk.
    let to = folder.path().join("results");
    let local = folder.path().join("local");
    fs::create_dir(&local).unwrap();
    fs::copy(&table, local.join("a.parquet")).unwrap();
    let here = crate::processes::ran(&["run", text(&local), text(&to), "--engine", "native"]);
    assert_eq!(here.code, Some(1), "{here:?}");
    assert_eq!(words(&to), by_batch(&rows));
}
