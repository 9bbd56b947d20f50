//! `iam::policy::Policy::parse` on any text: what an administrator attaches. It may refuse and must not panic.

#![no_main]

use iam::policy::Policy;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Err(error) = Policy::parse("fuzz", text) {
        assert!(!error.to_string().is_empty());
    }
});
