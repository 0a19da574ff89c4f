//! What the page knows of the contracts from a file is what the crates say.

use std::{env, fs, path::Path};

#[test]
fn the_page_reads_the_contracts_as_they_are_emitted() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("web/src/machine.json");
    let expected = iso_evm_page::machine();
    if env::var_os("ISO_BLESS").is_some() {
        let text = serde_json::to_string_pretty(&expected).unwrap() + "\n";
        fs::write(&path, text).unwrap();
    }
    // In whatever order the keys stand.
    let found: serde_json::Value =
        serde_json::from_slice(&fs::read(&path).unwrap_or_default()).unwrap_or_default();
    assert!(found == expected, "web/src/machine.json is of other contracts: ISO_BLESS=1 writes it");
}
