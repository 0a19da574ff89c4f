//! What pages and sources call each other: a Rust path in `specs/` leads to a module or to what is
//! declared in it, and a section that a source names is a heading of that page.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// The root of the workspace.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// All files below a folder whose name ends so, but for what is built there.
fn files(folder: &Path, ends: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.expect("a folder of ours is readable").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            found.extend(files(&path, ends));
        } else if name.ends_with(ends) {
            found.push(path);
        }
    }
    found
}

/// The source folder of each crate of ours, by its name without `iso-evm-`.
fn crates() -> BTreeMap<String, PathBuf> {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("the root has a manifest");
    let named = manifest.lines().filter_map(|line| {
        let (name, rest) = line.strip_prefix("iso-evm-")?.split_once(" = { path = \"")?;
        let (folder, _) = rest.split_once('"')?;
        Some((name.to_owned(), root().join(folder).join("src")))
    });
    named.collect()
}

/// `a::{b, c}` as `a::b` and `a::c`.
fn unfolded(path: &str) -> Vec<String> {
    let Some((before, names)) = path.split_once('{') else { return vec![path.to_owned()] };
    let names = names.trim_end_matches('}').split(',');
    names.map(|name| format!("{before}{}", name.trim())).collect()
}

/// What stands between backquotes.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// The sentences of a page that begin with `Rust:`.
fn rust_sentences(page: &str) -> impl Iterator<Item = &str> {
    page.split("Rust: ").skip(1).map(|text| {
        let ends = [". ", ".\n", "\n\n"].into_iter().filter_map(|end| text.find(end));
        &text[..ends.min().unwrap_or(text.len())]
    })
}

/// Whether a source declares this name.
fn declares(source: &str, name: &str) -> bool {
    const WORDS: [&str; 8] =
        ["fn", "struct", "enum", "trait", "type", "const", "static", "macro_rules!"];
    WORDS.into_iter().any(|word| {
        source.match_indices(&format!("{word} {name}")).any(|(at, found)| {
            let next = source[at + found.len()..].chars().next();
            !next.is_some_and(|next| next.is_alphanumeric() || next == '_')
        })
    })
}

/// Whether a path leads from a crate down its modules to one of them, or to what is declared there.
fn leads_somewhere(crates: &BTreeMap<String, PathBuf>, path: &str) -> bool {
    let mut names = path.split("::").peekable();
    let Some(mut module) = names.next().and_then(|name| crates.get(name)).cloned() else {
        return false;
    };
    let mut file = module.join("lib.rs");
    while let Some(name) = names.peek() {
        let below = module.join(name);
        let Some(next) =
            [below.with_extension("rs"), below.join("mod.rs")].into_iter().find(|f| f.is_file())
        else {
            break;
        };
        (module, file) = (below, next);
        names.next();
    }
    let sources: Vec<_> = files(&module, ".rs")
        .into_iter()
        .chain([file])
        .map(|file| fs::read_to_string(file).unwrap_or_default())
        .collect();
    names.all(|name| sources.iter().any(|source| declares(source, name)))
}

#[test]
fn a_rust_path_in_a_page_leads_to_a_module_or_what_it_declares() {
    let crates = crates();
    let mut nowhere = Vec::new();
    let mut count = 0;
    for page in files(&root().join("specs"), ".md") {
        let text = fs::read_to_string(&page).unwrap_or_default();
        let name = page.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let elsewhere = quoted(&text).filter(|path| {
            path.split_once("::").is_some_and(|(first, _)| crates.contains_key(first))
        });
        for path in rust_sentences(&text).flat_map(quoted).chain(elsewhere).flat_map(unfolded) {
            count += 1;
            let there = if path.contains('/') {
                root().join(&path).exists()
            } else {
                leads_somewhere(&crates, &path)
            };
            if !there {
                nowhere.push(format!("{name}: `{path}`"));
            }
        }
    }
    assert!(count > 100, "only {count} paths are found in the pages");
    assert!(nowhere.is_empty(), "these lead nowhere: {nowhere:#?}");
}

#[test]
fn a_path_that_leads_nowhere_is_told() {
    let crates = crates();
    assert!(leads_somewhere(&crates, "hypervisor::emit::setup"));
    assert!(leads_somewhere(&crates, "hypervisor::native::NativeEngine::audit_with"));
    for path in ["setup", "hypervisor::setup", "hypervisor::native::NativeEngine::audit_wit"] {
        assert!(!leads_somewhere(&crates, path), "{path}");
    }
}

/// The headings of a page, without marks.
fn headings(page: &str) -> Vec<String> {
    let lines = page.lines().filter(|line| line.starts_with('#'));
    lines.map(|line| line.trim_start_matches('#').trim().replace('`', "")).collect()
}

/// Comments as running text.
fn running(source: &str) -> String {
    let lines = source.lines().map(|line| {
        let line = line.trim_start();
        ["//!", "///", "//"].into_iter().find_map(|mark| line.strip_prefix(mark)).unwrap_or(line)
    });
    lines.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}

/// How much of the text is the longest of the headings that it begins with.
fn begins(text: &str, headings: &[String]) -> Option<usize> {
    let fits = headings.iter().filter(|heading| {
        let rest = text.strip_prefix(heading.as_str());
        rest.is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
    });
    fits.map(String::len).max()
}

/// What a text, from behind `specs/` on, names that its page does not have. Counts what it names.
fn missing(text: &str, pages: &BTreeMap<String, Vec<String>>, count: &mut usize) -> Option<String> {
    let name = text.split(['`', ' ', ',', ')', '#']).next().filter(|name| name.ends_with(".md"))?;
    let Some(headings) = pages.get(name) else { return Some(format!("the page {name}")) };
    let rest = text[name.len()..].trim_start_matches('`').strip_prefix(", section")?;
    let (several, mut rest) = match rest.strip_prefix("s ") {
        Some(rest) => (true, rest),
        None => (false, rest.strip_prefix(' ')?),
    };
    loop {
        *count += 1;
        let Some(length) = begins(rest, headings) else {
            return Some(format!("{name}: {}", rest.chars().take(40).collect::<String>()));
        };
        rest = rest[length..].strip_prefix(" and ").filter(|_| several)?;
    }
}

#[test]
fn a_section_that_a_source_names_is_a_heading_of_its_page() {
    let pages: BTreeMap<_, _> = files(&root().join("specs"), ".md")
        .into_iter()
        .map(|page| {
            let text = fs::read_to_string(&page).unwrap_or_default();
            let name = page.strip_prefix(root().join("specs")).expect("it is found there");
            (name.to_string_lossy().into_owned(), headings(&text))
        })
        .collect();
    let (mut count, mut wrong) = (0, Vec::new());
    for source in files(&root(), ".rs") {
        let text = running(&fs::read_to_string(&source).unwrap_or_default()).replace("{}", "");
        for (at, found) in text.match_indices("specs/") {
            if let Some(what) = missing(&text[at + found.len()..], &pages, &mut count) {
                wrong.push(format!("{}: {what}", source.display()));
            }
        }
    }
    assert!(count > 70, "only {count} sections are named in the sources");
    assert!(wrong.is_empty(), "these are not there: {wrong:#?}");
}
