//! `--certificate` and `iso-verify check`.

use std::fs;

use iso_evm_verifier::certificate::{Certificate, CertificateError};
use serde_json::{Value, json};

use crate::{
    common::{root, run},
    schemas::schema,
};

/// A folder with a witness and its certificate.
fn certified(options: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let fixtures = root().join("tests/fixtures");
    for name in ["call-tree", "erc20-transfer"] {
        let name = format!("{name}.witness.bin");
        fs::copy(fixtures.join(&name), folder.path().join(&name)).unwrap();
    }
    let line = format!("iso-verify call-tree.witness.bin --certificate one.json {options}");
    let ran = run(folder.path(), &line);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    folder
}

#[test]
fn a_stranger_makes_it_again() {
    for options in [
        "",
        "--engine native",
        "--audit execution,tree",
        "--host-gas-limit 30000000",
        "--engine native --guest-gas-limit 30000000",
        "--engine both --guest-gas-limit 30000000 --host-gas-limit 30000000",
    ] {
        let folder = certified(options);
        let ran = run(folder.path(), "iso-verify check one.json call-tree.witness.bin");
        assert_eq!(ran.code, Some(0), "{options}: {}", ran.text());
        let only = if options.contains("--audit") { " (execution, tree only)" } else { "" };
        assert_eq!(ran.text(), format!("reproduced: valid{only}\n"));
        let ran = run(folder.path(), "iso-verify check one.json call-tree.witness.bin --json");
        schema("check").check(&ran.json()).unwrap();
    }
}

/// A stranger's certificate does not choose how much work its check takes.
#[test]
fn whoever_checks_says_how_much_gas() {
    let folder = certified("");
    let path = folder.path().join("one.json");
    let honest = Certificate::parse(&fs::read(&path).unwrap()).unwrap();
    for (guest, host, option) in [
        (Some(1 << 63), None, "--guest-gas-limit 9223372036854775808"),
        (None, Some(1 << 63), "--host-gas-limit 9223372036854775808"),
    ] {
        let more = Certificate { guest_gas_limit: guest, host_gas_limit: host, ..honest.clone() };
        fs::write(&path, more.encode()).unwrap();
        let line = "iso-verify check one.json call-tree.witness.bin";
        let ran = run(folder.path(), line);
        assert_eq!(ran.code, Some(2), "{}", ran.text());
        assert!(ran.stderr.contains(&format!("{option} allows it")), "{}", ran.stderr);
        // Whoever allows it has it made again.
        let ran = run(folder.path(), &format!("{line} {option}"));
        assert_eq!((ran.code, ran.text()), (Some(0), "reproduced: valid\n"), "{}", ran.stderr);
    }
}

/// Keys in order, no white space.
fn canonical(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by_key(|(name, _)| *name);
            let field = |(name, value): (&String, &Value)| format!("{name:?}:{}", canonical(value));
            format!("{{{}}}", fields.into_iter().map(field).collect::<Vec<_>>().join(","))
        }
        Value::Array(items) => {
            format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(","))
        }
        plain => plain.to_string(),
    }
}

#[test]
fn a_certificate_is_canonical() {
    let folder = certified("");
    let bytes = fs::read(folder.path().join("one.json")).unwrap();
    let value: Value = serde_json::from_slice(&bytes).unwrap();
    schema("certificate").check(&value).unwrap();
    assert_eq!(canonical(&value), String::from_utf8(bytes.clone()).unwrap());
    let again = run(folder.path(), "iso-verify call-tree.witness.bin --certificate -");
    assert_eq!(again.stdout, bytes);

    let newline = [&bytes[..], b"\n"].concat();
    let position = bytes.len();
    assert!(matches!(
        Certificate::parse(&newline),
        Err(CertificateError::NotCanonical { position: found }) if found == position
    ));
    let text = String::from_utf8(bytes.clone()).unwrap();
    let spaced = text.replacen(':', ": ", 1);
    assert!(matches!(
        Certificate::parse(spaced.as_bytes()),
        Err(CertificateError::NotCanonical { .. })
    ));
    let more = text.replacen('{', "{\"aaa\":1,", 1);
    assert!(matches!(Certificate::parse(more.as_bytes()), Err(CertificateError::Json(_))));
    let other = text.replacen("\"version\":2", "\"version\":3", 1);
    assert!(matches!(
        Certificate::parse(other.as_bytes()),
        Err(CertificateError::Version { found: 3 })
    ));
}

/// Each field that is changed is named.
#[test]
fn a_check_names_each_field_that_differs() {
    let folder = certified("");
    let path = folder.path().join("one.json");
    let text = fs::read_to_string(&path).unwrap();
    let hash = format!("0x{}", "11".repeat(32));
    for (field, value) in [
        ("ancestors", json!(hash)),
        (
            "audits",
            json!({"access": "valid", "execution": "invalid", "transaction": "valid", "tree": "valid"}),
        ),
        ("ancestorsExpected", json!(true)),
        ("block", json!({ "hash": hash })),
        ("chainId", json!(7)),
        (
            "findings",
            json!([{"audit": "tree", "expected": null, "found": null, "kind": "gas",
            "message": 0, "pc": null, "record": 1}]),
        ),
        ("fork", json!("osaka")),
        ("hypervisor", json!(hash)),
        ("messages", json!(1)),
        ("notRun", json!([{"audit": "access", "check": null, "why": "a whim"}])),
        ("stateRootEnter", json!(hash)),
        ("stateRootLeave", json!(hash)),
        ("stateRootSource", json!("parent")),
        ("transaction", json!({ "digest": hash })),
        ("verdict", json!("inconclusive")),
        ("witness", json!(hash)),
    ] {
        let mut certificate: Value = serde_json::from_str(&text).unwrap();
        assert!(certificate.get(field).is_some(), "{field}");
        certificate[field] = value;
        let certificate: Certificate = serde_json::from_value(certificate).unwrap();
        fs::write(&path, certificate.encode()).unwrap();
        let ran = run(folder.path(), "iso-verify check one.json call-tree.witness.bin");
        assert_eq!(ran.code, Some(1), "{field}");
        let lines: Vec<_> = ran.text().lines().collect();
        assert_eq!(lines[0], field);
        assert!(lines[1].starts_with("  certified  ") && !ran.text().contains('{'), "{lines:?}");
        assert!(lines.iter().any(|line| line.starts_with("  found      ")), "{lines:?}");
        // What only the certificate expects leaves it open.
        let is = if field == "ancestorsExpected" { "inconclusive" } else { "valid" };
        let last = format!("not reproduced: 1 field differs ({field}); the witness is {is}");
        let words = ran.text().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.ends_with(&last), "{}", ran.text());
    }
    // The tool's version is told, and no difference.
    let mut certificate = Certificate::parse(text.as_bytes()).unwrap();
    certificate.tool = "0.0.1".to_owned();
    fs::write(&path, certificate.encode()).unwrap();
    let ran = run(folder.path(), "iso-verify check one.json call-tree.witness.bin");
    assert_eq!(ran.code, Some(0));
    assert!(ran.stderr.contains("made by version 0.0.1"), "{}", ran.stderr);
    // So are the words of a reason; which check it is, is a difference.
    let mut certificate = Certificate::parse(text.as_bytes()).unwrap();
    certificate.not_run[0].why = "a whim".to_owned();
    fs::write(&path, certificate.encode()).unwrap();
    let ran = run(folder.path(), "iso-verify check one.json call-tree.witness.bin");
    assert_eq!((ran.code, ran.text()), (Some(0), "reproduced: valid\n"));
    assert!(ran.stderr.contains("in other words"), "{}", ran.stderr);
    certificate.not_run[0].check = Some("sender".to_owned());
    fs::write(&path, certificate.encode()).unwrap();
    let ran = run(folder.path(), "iso-verify check one.json call-tree.witness.bin");
    assert!(ran.code == Some(1) && ran.text().starts_with("notRun\n"), "{}", ran.text());
    // Another witness.
    let ran = run(folder.path(), "iso-verify check one.json erc20-transfer.witness.bin --json");
    assert_eq!(ran.code, Some(1));
    schema("check").check(&ran.json()).unwrap();
    assert_eq!(ran.json()["reproduced"], false);
    fs::write(&path, "{}").unwrap();
    let ran = run(folder.path(), "iso-verify check one.json call-tree.witness.bin");
    assert_eq!(ran.code, Some(2));
}
