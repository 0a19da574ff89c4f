//! What is generated in `specs/`: made again from the code and compared with the committed files.
//! `ISO_BLESS=1` writes the files instead.

mod artifacts;
mod pages;
mod records;
mod vectors;
mod vectors_false;
mod vectors_true;

use crate::harness::blessed;

/// A file of `specs/`, from this crate's folder.
fn path(name: &str) -> String {
    format!("../specs/{name}")
}

/// The committed text of a file in `specs/`; empty if there is none.
fn committed(name: &str) -> String {
    blessed::committed(&path(name))
}

/// Compares a file in `specs/` with what it must hold, or writes it.
fn compare(name: &str, expected: &str) {
    blessed::compare(&path(name), expected);
}

/// The page with what stands between the marks of `block` replaced.
fn replace_block(page: &str, block: &str, content: &str) -> String {
    let start = format!("<!-- generated: {block} -->\n");
    let (before, rest) = page.split_once(&start).expect("the page has the block's mark");
    let (_, after) = rest.split_once("<!-- end -->").expect("the block has an end");
    format!("{before}{start}{content}<!-- end -->{after}")
}
