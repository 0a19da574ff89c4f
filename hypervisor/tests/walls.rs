//! The walls between the rooms of this crate, read off its sources: which room names which. The
//! two engines must not share their mistakes, so neither names the other, and the rules that both
//! go by name neither.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// Each room, and the rooms that its sources may name beside itself.
const ROOMS: [(&str, &[&str]); 8] = [
    ("rules", &[]),
    ("options", &["rules"]),
    ("identity", &["options"]),
    ("emit", &["rules", "options", "identity"]),
    ("native", &["rules", "options"]),
    ("live", &["emit", "rules"]),
    ("factory", &["emit", "rules", "options"]),
    ("embedded", &["emit", "native", "rules", "options", "identity"]),
];

#[test]
fn no_room_names_one_that_it_must_not() {
    for (room, others) in ROOMS {
        let files = sources(room);
        assert!(!files.is_empty(), "{room} has no sources");
        for file in files {
            let code = fs::read_to_string(&file).expect("readable");
            for named in named(&code, depth(&file)) {
                assert!(
                    named == room || others.contains(&named.as_str()),
                    "{} names crate::{named}; {room} may name {others:?}",
                    file.display()
                );
            }
        }
    }
}

#[test]
fn every_source_file_stands_in_a_room() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for entry in fs::read_dir(src).expect("a folder") {
        let path = entry.expect("readable").path();
        let name = path.file_stem().expect("a name").to_str().expect("UTF-8").to_owned();
        assert!(name == "lib" || ROOMS.iter().any(|(room, _)| *room == name), "{name} is no room");
    }
}

#[test]
fn a_broken_wall_is_seen() {
    let seen = |code: &str| named(code, 1).into_iter().collect::<Vec<_>>();
    assert_eq!(seen("use crate::emit::layout::*;"), ["emit"]);
    assert_eq!(
        seen("use crate::{\n    native::{Code, frame},\n    rules::gas,\n};"),
        ["native", "rules"]
    );
    assert_eq!(seen("fn f() { crate::emit::min(c) }"), ["emit"]);
    assert_eq!(seen("use super::{live::magic, super::emit};"), ["emit"]);
    assert_eq!(seen("use super::super::native as n;"), ["native"]);
    assert_eq!(seen("pub(in crate::emit) fn f() {}"), ["emit"]);
    assert_eq!(seen("use crate::NativeEngine;"), ["NativeEngine"]);
    assert_eq!(seen("//! See [`crate::native`].\nuse super::step; // not crate::emit"), [""; 0]);
    assert_eq!(seen("mod tests {\n    use super::super::super::native;\n}"), ["native"]);
}

/// The sources of a room: a folder or a file.
fn sources(room: &str) -> Vec<PathBuf> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let file = src.join(room).with_extension("rs");
    let mut files = if file.exists() { vec![file] } else { Vec::new() };
    let mut folders = vec![src.join(room)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(folder) else { continue };
        for path in entries.map(|entry| entry.expect("readable").path()) {
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files
}

/// How many steps lead from the module of a file up to its room.
fn depth(file: &Path) -> usize {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let steps = file.strip_prefix(src).expect("below src").components().count();
    if file.file_name().is_some_and(|name| name == "mod.rs") { steps - 2 } else { steps - 1 }
}

/// What the code names directly below the crate's root, be it by `crate::` or by way of `super::`;
/// `depth` is how many steps its module stands below its room. A module within the file is taken
/// to stand one step below, so its `super` never hides a room.
fn named(code: &str, depth: usize) -> BTreeSet<String> {
    let lines = code.lines().map(|line| line.split("//").next().unwrap_or_default().trim());
    let code = lines.collect::<Vec<_>>().join(" ");
    let mut found = BTreeSet::new();
    for start in ["crate::", "super::"] {
        for (at, _) in code.match_indices(start) {
            let before = code[..at].chars().next_back();
            if !before.is_some_and(|c| c == ':' || c == '_' || c.is_alphanumeric()) {
                paths(&code[at..], Vec::new(), &mut |path| found.extend(below_root(path, depth)));
            }
        }
    }
    found
}

/// The segment below the crate's root that a path leads to, if it goes up so far.
fn below_root(path: &[&str], depth: usize) -> Option<String> {
    let ups = path.iter().take_while(|segment| **segment == "super").count();
    let rest = if path[0] == "crate" { &path[1..] } else { &path[ups..] };
    let leaves = path[0] == "crate" || ups > depth;
    rest.first().filter(|_| leaves).map(|segment| (*segment).to_owned())
}

/// Tells each path that starts here, with the branches of its braces; returns what is behind it.
fn paths<'a>(code: &'a str, mut head: Vec<&'a str>, tell: &mut dyn FnMut(&[&str])) -> &'a str {
    let mut rest = code;
    loop {
        let end = rest.find(|c: char| c != '_' && !c.is_alphanumeric()).unwrap_or(rest.len());
        if end > 0 {
            head.push(&rest[..end]);
        }
        rest = &rest[end..];
        if let Some(behind) = rest.strip_prefix("::") {
            rest = behind;
        } else if let Some(mut behind) = rest.strip_prefix('{') {
            while !behind.is_empty() && !behind.starts_with('}') {
                behind = paths(behind.trim_start(), head.clone(), tell);
                let next = behind.find([',', '}']).unwrap_or(behind.len());
                behind = behind[next..].trim_start_matches(',').trim_start();
            }
            return behind.strip_prefix('}').unwrap_or(behind);
        } else {
            tell(&head);
            return rest;
        }
    }
}
