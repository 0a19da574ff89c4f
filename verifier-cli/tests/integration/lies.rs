//! Witnesses in which one thing is false, made of the project's own fixtures.

use std::{fs, path::Path};

use serde_json::{Value, json};

use crate::common::{root, run};

/// A lie: its name, the fixture, and what is changed.
pub(crate) struct Lie {
    /// What the file is called.
    pub(crate) name: &'static str,
    /// What is false, in words.
    pub(crate) what: &'static str,
    fixture: &'static str,
    tell: fn(&mut Value),
}

/// Five lies, each of another kind.
pub(crate) const LIES: [Lie; 5] = [
    Lie {
        name: "sload",
        what: "an SLOAD has another value",
        fixture: "call-tree",
        tell: |witness| *record(witness, 4, 1, "value") = json!(word("2a")),
    },
    Lie {
        name: "child-gas",
        what: "a child used more gas than its parent says",
        fixture: "call-tree",
        tell: |witness| {
            let gas = witness["messages"][3]["gasUsed"].clone();
            let gas = u64::from_str_radix(&gas.as_str().unwrap()[2..], 16).unwrap();
            witness["messages"][3]["gasUsed"] = json!(format!("0x{:x}", gas + 5));
        },
    },
    Lie {
        name: "missing-record",
        what: "a record is missing",
        fixture: "call-tree",
        tell: |witness| {
            witness["messages"][4]["stateAccessList"].as_array_mut().unwrap().remove(1);
        },
    },
    Lie {
        name: "sstore-root",
        what: "the root after an SSTORE is another",
        fixture: "call-tree",
        tell: |witness| {
            let records = witness["messages"][0]["stateAccessList"].as_array_mut().unwrap();
            let store = records.iter_mut().find(|record| record["opcode"] == "SSTORE").unwrap();
            store["stateRoot"] = json!(format!("0x{}", "11".repeat(32)));
        },
    },
    Lie {
        name: "receipt",
        what: "the receipt says that more gas was used",
        fixture: "erc20-transfer",
        tell: |witness| {
            let gas = witness["receipt"]["gasUsed"].clone();
            let gas = u64::from_str_radix(&gas.as_str().unwrap()[2..], 16).unwrap();
            witness["receipt"]["gasUsed"] = json!(format!("0x{:x}", gas + 2));
        },
    },
];

impl Lie {
    /// Writes the witness into a folder, as `NAME.bin`.
    pub(crate) fn write(&self, folder: &Path) {
        lie(folder, self.fixture, self.name, self.tell);
    }
}

/// Writes a fixture's witness with something changed in its JSON form, as `NAME.bin`.
pub(crate) fn lie(folder: &Path, fixture: &str, name: &str, tell: impl FnOnce(&mut Value)) {
    let witness = root().join(format!("tests/fixtures/{fixture}.witness.bin"));
    fs::copy(witness, folder.join("true.bin")).unwrap();
    let mut witness = run(folder, "iso-witness inspect true.bin --json").json();
    tell(&mut witness);
    fs::write(folder.join("lie.json"), witness.to_string()).unwrap();
    let ran = run(folder, &format!("iso-witness assemble lie.json -o {name}.bin"));
    assert_eq!(ran.code, Some(0), "{name}: {}", ran.stderr);
}

/// A field of a record.
fn record<'a>(witness: &'a mut Value, message: usize, record: usize, field: &str) -> &'a mut Value {
    &mut witness["messages"][message]["stateAccessList"][record][field]
}

fn word(digits: &str) -> String {
    format!("0x{digits:0>64}")
}

/// Writes a fixture's witness with one bit changed in these bytes of it, as `changed.bin`.
pub(crate) fn flipped(folder: &Path, fixture: &str, bytes: &str) {
    let path = root().join(format!("tests/fixtures/{fixture}.witness.bin"));
    let mut witness = fs::read(path).unwrap();
    let bytes = alloy_primitives::hex::decode(bytes).unwrap();
    let at = witness.windows(bytes.len()).position(|window| window == bytes).unwrap();
    witness[at + bytes.len() - 1] ^= 1;
    fs::write(folder.join("changed.bin"), witness).unwrap();
}
