//! Key files: raw, keystores as `cast wallet` makes them, passwords; and files that others can read.

use std::{fs, path::Path};

use super::{
    anvil::{Anvil, KEY},
    hostile::ACCOUNT,
    verdicts::CONTRACTS,
};
use crate::common::{Ran, run};

/// What `cast wallet import` (1.7.1) wrote of [`KEY`], with [`PASSWORD`].
const KEYSTORE: &str = r#"{"crypto":{"cipher":"aes-128-ctr","cipherparams":{"iv":"350211697f70dfc5243b3bfa30c81d01"},"ciphertext":"7970d9de6238e03f68ffcd3ec3981f3f73c592631d14668cd54e9d8bc5d6f07c","kdf":"scrypt","kdfparams":{"dklen":32,"n":8192,"p":1,"r":8,"salt":"0d8b2c03822a5f0b654bcfa981fddb8680e70660ae3400d4ee3de43da6fc2501"},"mac":"fd6e17eaded515f69934c0c122a881f035ff83b4d19b105fbc6e02b09a51ff9a"},"id":"070a8a5f-b66d-4562-9298-2ae472d2ec97","version":3}"#;
const PASSWORD: &str = "correct horse";

/// Writes a file that only its owner can read.
pub(crate) fn private(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    mode(path, 0o600);
}

#[cfg(unix)]
fn mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(not(unix))]
fn mode(_: &Path, _: u32) {}

fn refused(ran: &Ran, words: &[&str]) {
    assert_eq!(ran.code, Some(2), "{}{}", ran.stderr, ran.text());
    for word in words {
        assert!(ran.stderr.contains(word), "{word}: {}", ran.stderr);
    }
    for secret in [KEY, PASSWORD, "7970d9de"] {
        assert!(!ran.stderr.contains(secret), "{}", ran.stderr);
    }
}

#[test]
fn a_keystore_signs_with_its_password() {
    let Some(anvil) = Anvil::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    private(&folder.join("store"), KEYSTORE);
    private(&folder.join("password"), &format!("{PASSWORD}\n"));
    private(&folder.join("wrong"), "correct house\n");
    private(&folder.join("key"), KEY);
    let url = &anvil.url;
    let deploy =
        |options: &str| run(folder, &format!("iso-verify deploy --rpc-url {url} {options}"));
    refused(
        &deploy("--keystore store --password-file wrong"),
        &["store: the password does not open"],
    );
    refused(&deploy("--keystore key --password-file password"), &["key: not a keystore"]);
    refused(&deploy("--keystore missing --password-file password"), &["missing: cannot be read"]);
    refused(&deploy("--keystore store"), &["store: there is no terminal", "--password-file"]);
    refused(&deploy("--private-key-file key --password-file password"), &["--keystore"]);
    refused(&deploy("--private-key-file key --keystore store"), &["cannot be used with"]);
    refused(&deploy("--private-key-file store"), &["store: not a private key"]);
    let ran = deploy("--keystore store --password-file password --json");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let sender = ran.json()["sender"].as_str().unwrap().to_lowercase();
    assert_eq!(sender, ACCOUNT.to_string().to_lowercase());
    assert_eq!(ran.json()["transactions"].as_array().unwrap().len(), CONTRACTS);
}

/// On a terminal the password is asked for.
#[cfg(target_os = "linux")]
#[test]
fn a_password_can_be_typed() {
    use std::{
        io::{Read, Write},
        process::{Command, Stdio},
        time::Duration,
    };
    if !Path::new("/usr/bin/script").exists() {
        eprintln!("skipped: there is no script, which makes a terminal");
        return;
    }
    let Some(anvil) = Anvil::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    private(&folder.path().join("store"), KEYSTORE);
    let (binary, url) = (env!("CARGO_BIN_EXE_iso-verify"), &anvil.url);
    let line = format!("{binary} deploy --keystore store --rpc-url {url}");
    let mut child = Command::new("/usr/bin/script")
        .args(["-qec", &line, "/dev/null"])
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut stdin, mut stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let mut said = Vec::new();
    while !String::from_utf8_lossy(&said).contains("password of store: ") {
        let mut byte = [0];
        stdout.read_exact(&mut byte).unwrap();
        said.extend(byte);
    }
    // What is typed before it is listened to is thrown away: so it is typed until somebody has heard.
    let typed = std::thread::spawn(move || {
        for _ in 0..40 {
            std::thread::sleep(Duration::from_millis(500));
            if stdin.write_all(format!("{PASSWORD}\n").as_bytes()).is_err() {
                return;
            }
        }
    });
    stdout.read_to_end(&mut said).unwrap();
    assert!(child.wait().unwrap().success(), "{}", String::from_utf8_lossy(&said));
    typed.join().unwrap();
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(
        said.contains(&format!("{CONTRACTS} transactions")) && said.contains("dispute"),
        "{said}"
    );
}

#[cfg(unix)]
#[test]
fn files_that_others_can_read_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let names = ["store", "password", "key"];
    for (name, text) in names.into_iter().zip([KEYSTORE, PASSWORD, KEY]) {
        private(&folder.join(name), text);
    }
    for (name, options) in names.into_iter().zip([
        "--keystore store --password-file password",
        "--keystore store --password-file password",
        "--private-key-file key",
    ]) {
        for bits in [0o644, 0o640, 0o604] {
            mode(&folder.join(name), bits);
            // Nothing listens there: nothing is asked.
            let line = format!("iso-verify deploy --rpc-url http://127.0.0.1:1 {options}");
            refused(
                &run(folder, &line),
                &[&format!("{name}: others can read"), &format!("chmod 600 {name}")],
            );
        }
        mode(&folder.join(name), 0o400);
        let line = format!("iso-verify deploy --rpc-url http://127.0.0.1:1 {options}");
        refused(&run(folder, &line), &["eth_chainId"]);
    }
    // By stdin too.
    mode(&folder.join("key"), 0o644);
    let stdin = fs::File::open(folder.join("key")).unwrap();
    let mut command = crate::common::command("iso-verify");
    command.args(["deploy", "--rpc-url", "http://127.0.0.1:1", "--private-key-file", "-"]);
    refused(&command.stdin(stdin).output().unwrap().into(), &["stdin: others can read"]);
}
