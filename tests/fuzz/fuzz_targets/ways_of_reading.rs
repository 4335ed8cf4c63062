#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| uplinks_fuzz::ways_of_reading(data));
