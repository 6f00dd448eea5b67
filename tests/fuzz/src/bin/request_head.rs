//! Fuzzes [`gateway_fuzz::request_head`].

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    gateway_fuzz::request_head(bytes);
});
