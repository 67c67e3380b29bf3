#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ipc_fuzz::bounded(ipc_transport::fuzzing::capabilities, data));
