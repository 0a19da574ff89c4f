//! The tables of `specs/measurements.md`, each between `<!-- generated: NAME -->` and `<!-- end -->`.
//!
//! A table that follows from the code alone is held by a test: [`compare`], [`compare_row`]. A table of
//! times or memory is made by a benchmark alone: [`write()`]. Both change the page only if `ISO_BLESS` is
//! set; `.ci/measure` makes the whole page again.

use std::{
    env, fmt, fs,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    thread,
    time::{SystemTime, UNIX_EPOCH},
};

/// The page, from the workspace's folder.
const PAGE: &str = "specs/measurements.md";

/// Held while the page is read, changed and written: tests run beside each other.
static WRITING: Mutex<()> = Mutex::new(());

/// A table in Markdown.
#[derive(Clone, Debug)]
pub struct Table(String);

impl Table {
    /// A table with these headings and no row.
    pub fn new<T: AsRef<str>>(headings: impl IntoIterator<Item = T>) -> Self {
        let mut table = Self(String::new());
        let columns = table.push(headings);
        table.0 += &format!("|{}\n", "---|".repeat(columns));
        table
    }

    /// Appends a row.
    pub fn row<T: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = T>) {
        self.push(cells);
    }

    /// Appends a line of cells and tells how many there are.
    fn push<T: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = T>) -> usize {
        self.0.push('|');
        let mut columns = 0;
        for cell in cells {
            self.0 += &format!(" {} |", cell.as_ref());
            columns += 1;
        }
        self.0.push('\n');
        columns
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether pages are written instead of compared.
pub fn blessing() -> bool {
    env::var_os("ISO_BLESS").is_some()
}

/// A page with what stands between the marks of `block` replaced.
///
/// # Panics
///
/// If the page lacks the block's marks.
pub fn replaced(page: &str, block: &str, content: &str) -> String {
    let [before, _, after] = split(page, block);
    format!("{before}{content}{after}")
}

/// What stands before, within and behind a block, its marks outside.
fn split<'a>(page: &'a str, block: &str) -> [&'a str; 3] {
    let start = format!("<!-- generated: {block} -->\n");
    let begin = page.find(&start).map(|at| at + start.len());
    let begin = begin.unwrap_or_else(|| panic!("the page has no block {block}"));
    let length = page[begin..].find("<!-- end -->");
    let end = begin + length.unwrap_or_else(|| panic!("the block {block} has no end"));
    [&page[..begin], &page[begin..end], &page[end..]]
}

/// Compares a block of the page with what the code gives, or writes it.
///
/// # Panics
///
/// If they differ, unless the page is written.
pub fn compare(block: &str, expected: &str) {
    change(|page| {
        let [_, found, _] = split(page, block);
        if found != expected {
            assert!(
                blessing(),
                "{PAGE}, {block}: ISO_BLESS=1 writes it; the code gives\n{expected}"
            );
        }
        replaced(page, block, expected)
    });
}

/// Compares one row of a block, the one with the same first cell, by `like`; or writes it.
///
/// # Panics
///
/// If the page's row is not alike, unless the page is written.
pub fn compare_row(block: &str, row: &str, like: impl Fn(&str) -> bool) {
    let name = |row: &str| row.split(" | ").next().map(str::to_owned);
    change(|page| {
        let [_, found, _] = split(page, block);
        if found.lines().any(&like) {
            return page.to_owned();
        }
        assert!(blessing(), "{PAGE}, {block}: ISO_BLESS=1 writes it; the code gives\n{row}");
        let mut rows: Vec<&str> = found.lines().collect();
        match rows.iter_mut().find(|shown| name(shown) == name(row)) {
            Some(shown) => *shown = row,
            None => rows.push(row),
        }
        replaced(page, block, &(rows.join("\n") + "\n"))
    });
}

/// Prints what was measured, and writes it to its block if pages are written.
///
/// # Panics
///
/// If the page cannot be written.
pub fn write(block: &str, measured: &str) {
    println!("\n{block}:\n\n{measured}");
    if blessing() {
        change(|page| replaced(page, block, measured));
    }
}

fn change(edit: impl FnOnce(&str) -> String) {
    let _writing = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
    let path = path();
    let page = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{PAGE}: {error}"));
    let edited = edit(&page);
    if edited != page {
        fs::write(&path, edited).unwrap_or_else(|error| panic!("{PAGE}: {error}"));
    }
}

fn path() -> PathBuf {
    let folders = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let page = folders.map(|folder| folder.join(PAGE)).find(|page| page.is_file());
    page.unwrap_or_else(|| panic!("no {PAGE} above {}", env!("CARGO_MANIFEST_DIR")))
}

/// When and on what something is measured, as a line of its own.
pub fn circumstances() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let (year, month, day) = date(seconds / 86_400);
    let information = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model =
        information.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("an unknown processor", |(_, model)| model);
    let cores = thread::available_parallelism().map_or(1, usize::from);
    format!("*{year}-{month:02}-{day:02}, {model}, cores: {cores}.*\n\n")
}

/// Year, month and day of a day since 1 January 1970.
fn date(mut day: u64) -> (u64, u64, u64) {
    let leap = |year: u64| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    let mut year = 1970;
    while day >= 365 + u64::from(leap(year)) {
        day -= 365 + u64::from(leap(year));
        year += 1;
    }
    let february = 28 + u64::from(leap(year));
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30] {
        if day < length {
            break;
        }
        day -= length;
        month += 1;
    }
    (year, month, day + 1)
}

/// A number with its thousands apart.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let groups = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy);
    groups.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_follow_the_calendar() {
        assert_eq!(date(0), (1970, 1, 1));
        assert_eq!(date(11_016), (2000, 2, 29));
        assert_eq!(date(20_778), (2026, 11, 21));
        assert_eq!(date(20_818), (2026, 12, 31));
    }

    #[test]
    fn a_block_is_replaced_between_its_marks() {
        let page = "a\n<!-- generated: x -->\nold\n<!-- end -->\nb\n";
        let mut table = Table::new(["p", "q"]);
        table.row(["1", "2"]);
        let expected =
            "a\n<!-- generated: x -->\n| p | q |\n|---|---|\n| 1 | 2 |\n<!-- end -->\nb\n";
        assert_eq!(replaced(page, "x", &table.to_string()), expected);
    }

    #[test]
    fn thousands_are_apart() {
        assert_eq!([7, 1_000, 12_345_678].map(thousands), ["7", "1,000", "12,345,678"]);
    }
}
