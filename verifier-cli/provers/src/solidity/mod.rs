//! Solidity that follows from the tables in Rust: the rules of forks, the kinds of mismatches, the
//! fields of records. The files are committed beside the contracts that read them; a test compares
//! them with what is made here, and writes them with `ISO_BLESS=1`.
//!
//! In the data's way this stands between the tables of wire, hypervisor and verifier, and the contracts.

mod kinds;
mod records;
mod rules;

/// A file's name in the folder of the contracts, and its text.
pub type Source = (&'static str, String);

/// All files that are made from tables.
pub fn sources() -> Vec<Source> {
    vec![
        ("Kinds.sol", kinds::kinds()),
        ("Outcomes.sol", records::outcomes()),
        ("RecordTable.sol", records::table()),
        ("Rules.sol", rules::rules()),
    ]
}

/// A library, with what is said of it and the lines in it.
fn library(name: &str, doc: &str, lines: &[String]) -> String {
    let mut text = String::from(
        "// SPDX-License-Identifier: MIT OR Apache-2.0\npragma solidity ^0.8.26;\n\n\
         // Made by src/solidity from tables in Rust: ISO_BLESS=1 with the tests writes it.\n\n",
    );
    text.push_str(&format!("/// {doc}\nlibrary {name} {{\n"));
    for line in lines {
        if line.is_empty() {
            text.push('\n');
        } else {
            text.push_str(&format!("    {line}\n"));
        }
    }
    text.push_str("}\n");
    text
}

/// A constant number.
fn number(name: &str, number: impl std::fmt::Display) -> String {
    format!("uint256 internal constant {name} = {number};")
}

/// A name of several words as a constant's: from `camelCase`, `kebab-case` or `TypeCase`.
fn upper(name: &str) -> String {
    let mut made = String::with_capacity(name.len() + 4);
    let mut after_small = false;
    for letter in name.chars() {
        match letter {
            '-' => made.push('_'),
            letter => {
                if letter.is_ascii_uppercase() && after_small {
                    made.push('_');
                }
                made.push(letter.to_ascii_uppercase());
            }
        }
        after_small = letter.is_ascii_lowercase() || letter.is_ascii_digit();
    }
    made
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_of_constants_have_lines_between_words() {
        assert_eq!(super::upper("codeHash"), "CODE_HASH");
        assert_eq!(super::upper("code-hash"), "CODE_HASH");
        assert_eq!(super::upper("ColdAccess"), "COLD_ACCESS");
        assert_eq!(super::upper("P256Verify"), "P256_VERIFY");
        assert_eq!(super::upper("Create2"), "CREATE2");
    }
}
