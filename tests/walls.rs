//! What must never be, between the crates: which of ours each may stand on, and what of others' none of
//! them may. And that no library speaks of the command line: an exit code, an option's name.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Each library: where it is, and which others of ours it may stand on, however far down.
const LIBRARIES: [(&str, &str, &[&str]); 14] = [
    ("iso-evm-wire", "witness/wire", &[]),
    ("iso-evm-witness", "witness", &["iso-evm-wire"]),
    ("iso-evm-hypervisor", "hypervisor", &["iso-evm-wire"]),
    ("iso-evm-verifier", "verifier-cli/verifier", &["iso-evm-wire", "iso-evm-hypervisor"]),
    ("iso-evm-rpc", "verifier-cli/rpc", &[]),
    ("iso-evm-node", "verifier-cli/node", &["iso-evm-wire", "iso-evm-witness", "iso-evm-rpc"]),
    (
        "iso-evm-onchain",
        "verifier-cli/onchain",
        // The verifier by way of the provers alone: what is proved, not what is thought.
        &[
            "iso-evm-wire",
            "iso-evm-hypervisor",
            "iso-evm-verifier",
            "iso-evm-provers",
            "iso-evm-rpc",
        ],
    ),
    (
        "iso-evm-provers",
        "verifier-cli/provers",
        &["iso-evm-wire", "iso-evm-hypervisor", "iso-evm-verifier"],
    ),
    (
        "iso-evm-explain",
        "verifier-cli/explain",
        &["iso-evm-wire", "iso-evm-hypervisor", "iso-evm-verifier"],
    ),
    (
        "iso-evm-page",
        "verifier-cli/page",
        &[
            "iso-evm-wire",
            "iso-evm-witness",
            "iso-evm-hypervisor",
            "iso-evm-verifier",
            "iso-evm-explain",
        ],
    ),
    (
        "iso-evm-table",
        "verifier-cli/table",
        &["iso-evm-wire", "iso-evm-hypervisor", "iso-evm-verifier", "iso-evm-explain"],
    ),
    (
        "iso-evm-batch",
        "verifier-cli/batch",
        &[
            "iso-evm-wire",
            "iso-evm-witness",
            "iso-evm-hypervisor",
            "iso-evm-verifier",
            "iso-evm-provers",
            "iso-evm-explain",
            "iso-evm-table",
        ],
    ),
    (
        "iso-evm-watch",
        "verifier-cli/watch",
        &[
            "iso-evm-wire",
            "iso-evm-witness",
            "iso-evm-hypervisor",
            "iso-evm-verifier",
            "iso-evm-provers",
            "iso-evm-rpc",
            "iso-evm-node",
            "iso-evm-onchain",
        ],
    ),
    (
        "iso-evm-serve",
        "verifier-cli/serve",
        &[
            "iso-evm-wire",
            "iso-evm-witness",
            "iso-evm-hypervisor",
            "iso-evm-verifier",
            "iso-evm-rpc",
            "iso-evm-node",
            "iso-evm-watch",
            "iso-evm-explain",
        ],
    ),
];

/// What asks somebody else, which nothing may that decides by itself.
const NETWORK: [&str; 6] =
    ["tokio", "reqwest", "rustls", "alloy-provider", "alloy-transport-http", "alloy-signer-local"];

/// Those that ask somebody else: the client, and what stands on it.
const ASKING: [&str; 5] =
    ["iso-evm-rpc", "iso-evm-node", "iso-evm-onchain", "iso-evm-watch", "iso-evm-serve"];

/// What the command line is made of.
const TERMINAL: [&str; 6] =
    ["clap", "console", "indicatif", "anstream", "comfy-table", "tracing-subscriber"];

#[test]
fn no_crate_stands_on_one_that_it_must_not() {
    for (library, _, others) in LIBRARIES {
        let found = stands_on(library, &["--all-features"]);
        let broken = broken(library, others, found);
        assert!(broken.is_empty(), "{library} stands on {broken:?}");
    }
}

#[test]
fn what_sends_proofs_knows_of_audits_only_what_is_proved() {
    let found = stands_directly_on("iso-evm-onchain");
    assert!(found.contains("iso-evm-provers") && !found.contains("iso-evm-verifier"), "{found:?}");
}

#[test]
fn every_crate_of_ours_has_a_place_among_the_libraries_or_none_stands_on_it() {
    // The binaries, and what only tests stand on.
    let others =
        ["iso-evm-cli", "iso-evm-cluster", "iso-evm-fuzz", "iso-evm-testing", "iso-evm-tests"];
    let root = root();
    let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    let members = manifest.lines().find(|line| line.starts_with("members")).unwrap();
    for member in members.split('"').skip(1).step_by(2) {
        let manifest = fs::read_to_string(root.join(member).join("Cargo.toml")).unwrap();
        let name = manifest.lines().find_map(|line| line.strip_prefix("name = \"")).unwrap();
        let name = name.trim_end_matches('"');
        let placed = LIBRARIES.iter().any(|(library, at, _)| (*library, *at) == (name, member));
        assert!(placed || others.contains(&name), "{name} has no place in this test's table");
    }
}

#[test]
fn without_features_the_binaries_stand_on_nothing_that_asks_others() {
    let found = stands_on("iso-evm-cli", &["--no-default-features"]);
    let network = NETWORK.into_iter().chain(ASKING).filter(|name| found.contains(*name));
    assert_eq!(network.collect::<Vec<_>>(), [""; 0]);
    assert!(NETWORK.iter().all(|name| stands_on("iso-evm-cli", &[]).contains(*name)));
}

#[test]
fn without_features_the_verifier_stands_on_no_c_and_no_threads_and_the_page_never_does() {
    let native = ["blst", "c-kzg", "secp256k1", "keccak-asm", "rayon"];
    for (library, features) in
        [("iso-evm-verifier", &["--no-default-features"][..]), ("iso-evm-page", &[])]
    {
        let found = stands_on(library, features);
        let found = native.into_iter().filter(|name| found.contains(*name));
        assert_eq!(found.collect::<Vec<_>>(), [""; 0], "{library}");
    }
    assert!(native.iter().all(|name| stands_on("iso-evm-verifier", &[]).contains(*name)));
}

#[test]
fn without_features_the_cluster_stands_on_nothing() {
    assert_eq!(stands_on("iso-evm-cluster", &[]), BTreeSet::new());
    // Nor does anything else of the workspace wait for DataFusion.
    for (library, _, _) in LIBRARIES {
        let found = stands_on(library, &["--all-features"]);
        assert!(!found.contains("datafusion"), "{library} stands on DataFusion");
    }
}

#[test]
fn no_library_speaks_of_the_command_line() {
    for (library, at, _) in LIBRARIES {
        let files = sources(&root().join(at).join("src"));
        assert!(!files.is_empty(), "{library} has no sources");
        for file in files {
            let said = of_the_command_line(&fs::read_to_string(&file).unwrap());
            assert!(said.is_empty(), "{}: {said:?}", file.display());
        }
    }
}

#[test]
fn a_broken_wall_between_crates_is_seen() {
    let found = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let node = |names: &[&str]| {
        broken("iso-evm-node", &["iso-evm-wire", "iso-evm-witness", "iso-evm-rpc"], found(names))
    };
    assert_eq!(node(&["iso-evm-wire", "iso-evm-rpc", "tokio", "revm"]), [""; 0]);
    assert_eq!(node(&["iso-evm-verifier", "revm"]), ["iso-evm-verifier"]);
    assert_eq!(node(&["tokio", "clap"]), ["clap"]);
    let verifier = |names: &[&str]| broken("iso-evm-verifier", &[], found(names));
    assert_eq!(verifier(&["reqwest", "iso-evm-node", "serde"]), ["iso-evm-node", "reqwest"]);
}

#[test]
fn a_word_of_the_command_line_is_seen() {
    for (code, words) in [
        (r#"#[error("no proof: --no-proofs does without it")]"#, &["--no-proofs"][..]),
        ("let text = \"more than is read \\\n    (--read-limit)\";", &["--read-limit"]),
        (r##"let text = r#"say "--fork""#;"##, &["--fork"]),
        ("std::process::exit(2)", &["exit"]),
        ("fn run() -> Exit { Exit::Valid }", &["Exit", "Exit"]),
        ("fn main() -> ExitCode", &["ExitCode"]),
        ("for arg in std::env::args_os() {}", &["args_os"]),
        ("// --no-proofs does without it\nlet code = '\"'; // Exit", &[]),
        ("/// [`Exit`] /* */\n/* \"--flag\" */ let text = \"a--b, a -- b\";", &[]),
        ("fn on_exit(args: &[u8]) { exits(); let exit = 1; exit(2) }", &[]),
    ] {
        assert_eq!(of_the_command_line(code), words, "{code}");
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Names of all packages that a package stands on when it is built for this machine.
fn stands_on(package: &str, features: &[&str]) -> BTreeSet<String> {
    tree_of(package, features)
}

/// Names of the packages that a package names itself.
fn stands_directly_on(package: &str) -> BTreeSet<String> {
    tree_of(package, &["--all-features", "--depth", "1"])
}

/// What `cargo tree` shows of a package, but for itself.
fn tree_of(package: &str, options: &[&str]) -> BTreeSet<String> {
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(root()).args(["tree", "--locked", "--offline", "--package", package]);
    command.args(["--edges", "normal", "--prefix", "none", "--format", "{p}"]).args(options);
    let output = command.output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{package}: {error}");
    let text = String::from_utf8(output.stdout).unwrap();
    let names = text.lines().filter_map(|line| line.split_whitespace().next());
    let mut names: BTreeSet<_> = names.map(str::to_owned).collect();
    assert!(names.remove(package), "{package} is not in its own tree");
    names
}

/// What a library stands on and must not.
fn broken(library: &str, others: &[&str], mut found: BTreeSet<String>) -> Vec<String> {
    found.retain(|name| {
        let name = name.as_str();
        let ours = name.starts_with("iso-evm-") && !others.contains(&name);
        let asks = NETWORK.contains(&name) && !ASKING.contains(&library);
        ours || asks || TERMINAL.contains(&name)
    });
    found.into_iter().collect()
}

/// The Rust files of a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            match path.extension() {
                _ if path.is_dir() => folders.push(path),
                Some(extension) if extension == "rs" => files.push(path),
                _ => {}
            }
        }
    }
    files
}

/// Options in what a piece of code says, and its words for how a process begins and ends.
fn of_the_command_line(code: &str) -> Vec<String> {
    let (words, texts) = read(code);
    let ends = ["Exit", "ExitCode", "args", "args_os", "exit"];
    // Other things may have these names too: what counts is what they are of.
    let of = |word: &str, before: &str| match word {
        "args" | "args_os" => before.ends_with("env::"),
        "exit" => before.ends_with("process::"),
        _ => true,
    };
    let is_end = |character: char| !character.is_alphanumeric() && character != '_';
    let mut found = Vec::new();
    let mut before = 0;
    for word in words.split_inclusive(is_end) {
        let (at, word) = (before, word.trim_end_matches(is_end));
        before += word.len() + words[at + word.len()..].chars().next().map_or(0, char::len_utf8);
        if ends.contains(&word) && of(word, &words[..at]) {
            found.push(word.to_owned());
        }
    }
    let options = texts.iter().flat_map(|text| text.split(|end: char| !is_of_option(end)));
    let options = options.filter(|word| {
        word.strip_prefix("--")
            .is_some_and(|name| name.starts_with(|first: char| first.is_ascii_lowercase()))
    });
    found.extend(options.map(str::to_owned));
    found
}

const fn is_of_option(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '-' | '_')
}

/// Code without comments and texts, and the texts.
fn read(code: &str) -> (String, Vec<String>) {
    let (mut words, mut texts) = (String::new(), Vec::new());
    let mut rest = code;
    while let Some(first) = rest.chars().next() {
        let raw = rest.strip_prefix('r').map(|after| after.trim_start_matches('#'));
        let skipped = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if rest.starts_with("'\"'") || rest.starts_with("'\\") {
            // A quotation mark, or an escaped character, by itself.
            2 + rest[2..].find('\'').map_or(0, |end| end + 1)
        } else if let Some(text) = raw.filter(|text| text.starts_with('"') && !ends_word(&words)) {
            let hashes = "#".repeat(rest.len() - 1 - text.len());
            let end = text[1..].find(&format!("\"{hashes}")).unwrap_or(text.len() - 1);
            texts.push(text[1..=end].to_owned());
            (rest.len() - text.len() + end + 2 + hashes.len()).min(rest.len())
        } else if first == '"' {
            let mut escaped = false;
            let end = rest[1..].find(|character: char| {
                let ends = character == '"' && !escaped;
                escaped = character == '\\' && !escaped;
                ends
            });
            let end = end.unwrap_or(rest.len() - 1);
            texts.push(rest[1..=end].to_owned());
            (end + 2).min(rest.len())
        } else {
            words.push(first);
            first.len_utf8()
        };
        rest = &rest[skipped..];
    }
    (words, texts)
}

/// Whether an `r` that follows belongs to a word.
fn ends_word(words: &str) -> bool {
    words.ends_with(|last: char| last.is_alphanumeric() || last == '_')
}
