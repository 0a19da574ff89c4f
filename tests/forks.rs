//! Where the sources name a fork. A rule is asked for by the name of its change, and a number that
//! differs by fork has an exhaustive `match`: so the compiler says what a new fork touches, and none
//! falls silently into the rules of another. `specs/hardforks.md`.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Folders with sources, from the workspace's root.
const FOLDERS: [&str; 3] = ["witness", "hypervisor", "verifier-cli"];

/// Where forks are told apart: the protocol's table, and the guest's opcodes and gas.
const RULES: [&str; 3] =
    ["witness/wire/src/protocol.rs", "witness/wire/src/fork.rs", "hypervisor/src/rules/"];

#[test]
fn no_comparison_names_a_fork_outside_the_rules() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = Vec::new();
    for folder in FOLDERS {
        sources(&root.join(folder), &mut files);
    }
    assert!(files.len() > 300, "{} files", files.len());
    let mut named = Vec::new();
    for file in files {
        let name =
            file.strip_prefix(&root).expect("below the root").to_str().expect("UTF-8").to_owned();
        if !RULES.iter().any(|rules| name.starts_with(rules)) {
            let code = fs::read_to_string(&file).expect("readable");
            named.extend(findings(&code).into_iter().map(|finding| format!("{name}: {finding}")));
        }
    }
    assert!(named.is_empty(), "{} places name a fork:\n{}", named.len(), named.join("\n"));
}

#[test]
fn a_fork_that_is_named_is_found() {
    for code in [
        "if fork >= Fork::Berlin {",
        "fork\n    < Fork::Paris",
        "Fork::Prague == witness.fork",
        "last != Ok(Fork::London)",
        "matches!(fork, Fork::Prague | Fork::Osaka)",
        "let Fork::Osaka = fork else { return };",
        "if let Some(Fork::Osaka) = fork {",
        "(Fork::Berlin..=Fork::Osaka).contains(&fork)",
        "index >= usize::from(Fork::Shanghai.number())",
        "since(Fork::Berlin)",
        "fork.unwrap_or(Fork::Osaka)",
        "match fork { Fork::Istanbul => 9, _ => 5 }",
        "match x.fork { Fork::Prague if a => 9, other => f(other) }",
        "spec.is_enabled_in(SpecId::PRAGUE)",
        "use iso_evm_wire::Fork::*;",
        "use iso_evm_wire::Fork::{self, *};",
        "#[cfg(test)]\nmod tests;\nfn f() { fork >= Fork::Berlin }",
    ] {
        assert!(!findings(code).is_empty(), "{code}");
    }
    for code in [
        "match upgrade { Upgrade::Berlin => Fork::Berlin, _ => return None }",
        "match fork { Fork::Istanbul | Fork::Berlin => 9, Fork::Osaka => match x { _ => 5 } }",
        "const FORKS: [Fork; 2] = [Fork::Istanbul, Fork::Berlin];",
        "if fork.has(Change::Blobs) && fork > before { f(Fork::NEWEST) }",
        "// fork >= Fork::Berlin",
        "const HOST: SpecId = SpecId::CANCUN;",
        "fn f() {}\n#[cfg(test)]\nmod tests { fn g() { fork >= Fork::Berlin } }",
    ] {
        assert_eq!(findings(code), [""; 0], "{code}");
    }
}

/// The sources below a folder, without those of tests and benches.
fn sources(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("readable").path();
        let name = path.file_name().expect("a name").to_str().expect("UTF-8").to_owned();
        if path.is_dir() {
            if !["tests", "benches", "node_modules", "target"].contains(&name.as_str()) {
                sources(&path, files);
            }
        } else if name.ends_with(".rs") && name != "tests.rs" {
            files.push(path);
        }
    }
}

/// The places in a file that compare with a named fork, or let every other fork fall into one arm.
fn findings(code: &str) -> Vec<String> {
    let tests = code.match_indices("#[cfg(test)]").find(|(at, _)| {
        let item = &code[*at..];
        let end = item.find(['{', ';']).unwrap_or(item.len());
        item[..end].contains("mod ") && item[end..].starts_with('{')
    });
    let code = tests.map_or(code, |(at, _)| &code[..at]);
    let lines = code.lines().map(|line| line.split("//").next().unwrap_or_default().trim());
    let code = lines.collect::<Vec<_>>().join(" ");
    let mut found = Vec::new();
    for (at, name) in names(&code) {
        let before =
            code[..at].trim_end_matches(|c: char| c == ':' || c == '_' || c.is_alphanumeric());
        let before = before.trim_end_matches(['&', '*', ' ']);
        let before = ["Ok(", "Some(", "usize::from("]
            .iter()
            .fold(before, |before, wrap| before.strip_suffix(wrap).unwrap_or(before))
            .trim_end();
        let behind = code[at + name.len()..].trim_start_matches([')', ' ']);
        let compares = |operator: &str| before.ends_with(operator) || behind.starts_with(operator);
        let is_arrow = before.ends_with("=>") || before.ends_with("->");
        let compared = ["==", "!=", ">=", "<=", ".."].into_iter().any(compares)
            || (!is_arrow && (before.ends_with('>') || before.ends_with('<')))
            || behind.starts_with("> ")
            || behind.starts_with("< ")
            || behind.starts_with("as ")
            || behind.starts_with(".number()");
        let asked =
            ["unwrap_or(", "since(", "is_enabled_in(", "let"].iter().any(|by| before.ends_with(by));
        if compared || asked {
            found.push(excerpt(&code, at));
        }
    }
    for (at, _) in code.match_indices("matches!(") {
        if names(inside(&code[at + "matches!".len()..])).next().is_some() {
            found.push(excerpt(&code, at));
        }
    }
    for (at, _) in code.match_indices("match ") {
        let Some(body) = code[at..].find('{').map(|start| inside(&code[at + start..])) else {
            continue;
        };
        let patterns = patterns(body);
        let by_fork = patterns.iter().any(|pattern| names(pattern).next().is_some());
        if by_fork && patterns.iter().any(|pattern| takes_all(pattern)) {
            found.push(excerpt(&code, at));
        }
    }
    for import in ["Fork::*", "Fork::{self, *}"] {
        found.extend(code.match_indices(import).map(|(at, _)| excerpt(&code, at)));
    }
    found
}

/// Forks that are named, ours and revm's.
fn names(code: &str) -> impl Iterator<Item = (usize, &str)> {
    ["Fork::", "SpecId::"].into_iter().flat_map(move |prefix| {
        code.match_indices(prefix).filter_map(move |(at, _)| {
            let whole = !code[..at].ends_with(|c: char| c == '_' || c.is_alphanumeric());
            let name = &code[at + prefix.len()..];
            let length = name.find(|c: char| !c.is_alphanumeric()).unwrap_or(name.len());
            let is_name = name.starts_with(char::is_uppercase);
            let is_other = ["ALL", "NEWEST"].contains(&&name[..length]);
            (whole && is_name && !is_other).then(|| (at, &code[at..at + prefix.len() + length]))
        })
    })
}

/// What stands between the bracket that the code starts with and the one that closes it.
fn inside(code: &str) -> &str {
    let mut depth = 0;
    for (at, c) in code.char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &code[1..at];
        }
    }
    code
}

/// The patterns of a match's arms.
fn patterns(body: &str) -> Vec<&str> {
    let (mut patterns, mut depth, mut start, mut in_pattern) = (Vec::new(), 0, 0, true);
    for (at, c) in body.char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => {
                depth -= 1;
                // An arm that is a block needs no comma.
                if c == '}' && depth == 0 && !in_pattern {
                    (start, in_pattern) = (at + 1, true);
                }
            }
            '>' if in_pattern && depth == 0 && body[..at].ends_with('=') => {
                patterns.push(body[start..at - 1].trim_start_matches([',', ' ']).trim_end());
                in_pattern = false;
            }
            ',' if !in_pattern && depth == 0 => (start, in_pattern) = (at + 1, true),
            _ => {}
        }
    }
    patterns
}

/// Whether a pattern takes whatever there is: `_` or a name, under a condition or not.
fn takes_all(pattern: &str) -> bool {
    let name = pattern.split(" if ").next().unwrap_or_default().trim();
    name.starts_with(|c: char| c == '_' || c.is_lowercase())
        && name.chars().all(|c| c == '_' || c.is_alphanumeric())
}

/// The code around a place.
fn excerpt(code: &str, at: usize) -> String {
    let start = code[..at].char_indices().rev().nth(30).map_or(0, |(start, _)| start);
    code[start..].chars().take(80).collect()
}
