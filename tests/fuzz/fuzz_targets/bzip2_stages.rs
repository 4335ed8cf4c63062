#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| uplinks_fuzz::bzip2_stages(data));
