//! Edited messages before both engines.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    iso_evm_fuzz::edits::edits(data);
});
