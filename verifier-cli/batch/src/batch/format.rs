//! [`Format`]: how results are written down. `specs/17-batch.md`, section Results.

use std::{ffi::OsStr, path::Path};

use crate::files::STANDARD;

/// How results are written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One file, one JSON object a line.
    Lines,
    /// A folder of tables.
    Tables,
}

impl Format {
    /// The format of results at a path, where nobody says it: tables in a folder, or in what is named as one or as
    /// a table.
    pub fn of(path: &Path) -> Self {
        let is_table = path.extension() == Some(OsStr::new("parquet"));
        let is_folder = path.is_dir() || path.as_os_str().as_encoded_bytes().ends_with(b"/");
        match path.as_os_str() != STANDARD && (is_table || is_folder) {
            true => Self::Tables,
            false => Self::Lines,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn what_is_a_folder_or_is_named_as_one_gets_tables() {
        let folder = tempfile::tempdir().unwrap();
        for (path, format) in [
            (folder.path(), Format::Tables),
            (Path::new("out/"), Format::Tables),
            (Path::new("out.parquet"), Format::Tables),
            (Path::new("out"), Format::Lines),
            (Path::new("out.jsonl"), Format::Lines),
            (Path::new("-"), Format::Lines),
        ] {
            assert_eq!(Format::of(path), format, "{}", path.display());
        }
    }
}
