//! Any bytes before every reader.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| iso_evm_fuzz::decoder::decoder(data));
