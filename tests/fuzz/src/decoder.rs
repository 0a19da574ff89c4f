//! Any bytes as a `witness.bin`, as its JSON form, as a message, as an `INPUT.json`.

use iso_evm_wire::{Witness, encoding};
use iso_evm_witness::{input::Input, input::state_test};

/// Reads the bytes in every way there is.
///
/// # Panics
///
/// If bytes are accepted that are not what the writer writes, or something else goes wrong that is
/// no error.
pub fn decoder(data: &[u8]) {
    if let Ok(witness) = Witness::decode(data) {
        assert_eq!(witness.encode(), data, "an accepted file is written back as it was");
        let json = witness.to_json();
        let read = Witness::from_json(json.as_bytes());
        assert_eq!(read.ok().as_ref(), Some(&witness), "the JSON form says the same");
    }
    if let Ok(message) = encoding::decode(data) {
        assert_eq!(encoding::encode(&message), data, "a message has one encoding");
    }
    if let Ok(witness) = Witness::from_json(data) {
        let read = Witness::decode(&witness.encode());
        assert_eq!(read.as_ref(), Ok(&witness), "what JSON says can be written down");
    }
    // Both say what is wrong, or do not; there is nothing to compare with.
    let _ = Input::parse(data, None);
    let _ = state_test::cases(data);
}
