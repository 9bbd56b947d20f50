//! `domain::sns_message::SnsMessage::parse` on any bytes: what anybody may post to the SNS endpoint, read before its
//! signature is verified. It may refuse and must not panic.

#![no_main]

use domain::sns_message::SnsMessage;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    if let Err(error) = SnsMessage::parse(body) {
        assert!(!error.to_string().is_empty());
    }
});
