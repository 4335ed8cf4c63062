#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| uplinks_fuzz::name_and_prefix_files(data));
