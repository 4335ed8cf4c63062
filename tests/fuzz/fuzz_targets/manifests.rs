#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| uplinks_fuzz::manifests(data));
