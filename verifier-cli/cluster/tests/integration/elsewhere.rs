//! The examples for who has another cluster already: what can be run here is run, the rest is read.

use std::{
    collections::BTreeMap,
    env, fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    processes::text,
    tables::{many, write},
};

/// A Python that has pyspark, dask and pyarrow.
const PYTHON: &str = "ISO_CLUSTER_PYTHON";
/// The binary that the examples run.
const VERIFY: &str = "ISO_VERIFY";

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")
}

/// Runs an example over a table of which every fiftieth witness is false, and counts verdicts.
fn run(example: &str) {
    let (Some(python), Some(verify)) = (env::var_os(PYTHON), env::var_os(VERIFY)) else {
        // Past the test's captured output, in one piece.
        let line =
            format!("skipped: {example}: {PYTHON} and {VERIFY} name no Python and no iso-verify\n");
        let _ = std::io::stderr().write_all(line.as_bytes());
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let (source, to) = (folder.path().join("witnesses"), folder.path().join("verdicts"));
    let rows = many(200, 5);
    for (number, rows) in rows.chunks(50).enumerate() {
        write(&source.join(format!("{number}.parquet")), rows, 50);
    }
    let path = env::join_paths(
        [Path::new(&verify).parent().unwrap().to_owned()]
            .into_iter()
            .chain(env::split_paths(&env::var_os("PATH").unwrap_or_default())),
    );
    let output = Command::new(&python)
        .arg(examples().join(example))
        .args([text(&source), text(&to)])
        .env("PATH", path.unwrap())
        .env("PYSPARK_PYTHON", &python)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let query =
        "SELECT verdict, count(*) AS count FROM transactions GROUP BY verdict ORDER BY verdict";
    // What they write is a table as ours.
    let results = folder.path().join("results");
    fs::create_dir(&results).unwrap();
    fs::rename(&to, results.join("transactions")).unwrap();
    let said = crate::processes::ran(&["sql", query, "--results", text(&results), "--json"]);
    let expected = "{\"verdict\":\"invalid\",\"count\":4}\n{\"verdict\":\"valid\",\"count\":196}\n";
    assert_eq!(said.stdout, expected, "{said:?}");
}

#[test]
fn the_example_for_spark_audits_every_witness_once() {
    run("spark_worker.py");
}

#[test]
fn the_example_for_dask_audits_every_witness_once() {
    run("dask_worker.py");
}

#[test]
fn the_example_for_slurm_is_a_script_whose_options_the_binary_has() {
    let script = examples().join("slurm.sh");
    let read = Command::new("bash").arg("-n").arg(&script).status().unwrap();
    assert!(read.success());
    let script = fs::read_to_string(script).unwrap();
    assert!(
        script.contains("#SBATCH --array=0-99")
            && script.contains("--shard \"$SLURM_ARRAY_TASK_ID/100\"")
    );
    options_are_ours(&script);
}

#[test]
fn the_example_for_kubernetes_is_a_job_whose_options_the_binary_has() {
    let manifest = examples().join("kubernetes.yaml");
    let text = fs::read_to_string(&manifest).unwrap();
    options_are_ours(&text);
    let script = "import json, sys, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1]))))";
    let Ok(output) = Command::new("python3").args(["-c", script]).arg(&manifest).output() else {
        return;
    };
    if !output.status.success() {
        let _ = std::io::stderr().write_all(b"skipped: kubernetes.yaml: python3 has no yaml\n");
        return;
    }
    let job: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&job["apiVersion"], &job["kind"]), (&"batch/v1".into(), &"Job".into()));
    assert_eq!(job["spec"]["completionMode"], "Indexed");
    let shards = job["spec"]["completions"].as_u64().unwrap();
    let command = job["spec"]["template"]["spec"]["containers"][0]["args"].to_string();
    assert!(command.contains(&format!("$JOB_COMPLETION_INDEX/{shards}")), "{command}");
}

/// Every long option of `iso-cluster` in a text is one that the binary has.
fn options_are_ours(text: &str) {
    let help = crate::processes::ran(&["run", "--help"]).stdout;
    let known: BTreeMap<&str, ()> = help
        .split(|end: char| !end.is_ascii_alphanumeric() && end != '-')
        .map(|word| (word, ()))
        .collect();
    let lines = text
        .lines()
        .skip_while(|line| !line.contains("iso-cluster"))
        .filter(|line| !line.starts_with('#'));
    let words =
        lines.flat_map(|line| line.split(|end: char| !end.is_ascii_alphanumeric() && end != '-'));
    for word in words.filter(|word| word.starts_with("--")) {
        assert!(known.contains_key(word), "iso-cluster run has no {word}");
    }
}
