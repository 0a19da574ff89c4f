//! `Kinds.sol`: the numbers of [`Kind`].

use super::{library, number, upper};
use crate::kinds::Kind;

/// The library of all kinds, named by whose they are.
pub(super) fn kinds() -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut family = "";
    for kind in Kind::all() {
        if !lines.is_empty() && family != kind.family() {
            lines.push(String::new());
        }
        family = kind.family();
        let name = format!("{}_{}", upper(family), upper(kind.name()));
        lines.push(number(&name, kind.number()));
    }
    library("Kinds", "Kinds of what is false, by their numbers.", &lines)
}
