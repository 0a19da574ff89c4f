//! The Solidity that is made from tables is the one that is committed.

use std::{env, fs, path::Path};

use iso_evm_provers::solidity;

#[test]
fn what_is_made_from_tables_is_committed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("contracts");
    for (name, expected) in solidity::sources() {
        let file = folder.join(name);
        if env::var_os("ISO_BLESS").is_some() {
            fs::write(&file, &expected).unwrap();
        }
        let found = fs::read_to_string(&file).unwrap_or_default();
        assert!(found == expected, "{name} differs from what the code says: ISO_BLESS=1 writes it");
    }
}
