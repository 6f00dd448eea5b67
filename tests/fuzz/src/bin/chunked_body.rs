//! Fuzzes [`gateway_fuzz::chunked_body`].

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    gateway_fuzz::chunked_body(bytes);
});
