//! Made-up programs under all audits and both engines.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    iso_evm_fuzz::programs::programs(data);
});
