//! Headers of a registry's answer: challenges, links, addresses to go on to.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| transload_registry::fuzzing::read_headers(text));
