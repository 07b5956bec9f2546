//! Fuzzes `pad` of `tests/fuzz/targets`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| virtuale_fuzz::run("pad", data));
