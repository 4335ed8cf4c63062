#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| uplinks_fuzz::text_lines(data));
