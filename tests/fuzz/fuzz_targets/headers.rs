//! Headers of a response: challenges, links, and locations.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| transload_registry::fuzzing::read_headers(text));
