//! AWS Key Management Service: a key that was rotated or deleted, and imported key material that ran out.
//!
//! Shapes: AWS KMS Developer Guide, "Monitoring KMS keys with Amazon `EventBridge`".

use super::draft::Draft;
use super::entry::Entry;
use super::event::Event;
use crate::notification::Severity;
use crate::notification::arn::Arn;
use crate::notification::console::encoded;

pub const ENTRY: Entry = Entry::new("kms", "AWS KMS").events(&["aws.kms"], read);

fn read(event: &Event<'_>) -> Option<Draft> {
    let of_arn = || Arn::parse(event.resources.first()?)?.named("key");
    let key = event.detail.str("key-id").or_else(of_arn)?;
    let (severity, state, means) = match event.detail_type {
        "KMS CMK Rotation" => {
            (Severity::Good, "Rotation", "The key has new key material; what was encrypted before stays readable.")
        }
        "KMS CMK Deletion" => {
            (Severity::Warning, "Deletion", "The key is gone for good: nothing that it encrypted can be read any more.")
        }
        "KMS Imported Key Material Expiration" => (
            Severity::Critical,
            "Imported Key Material Expiration",
            "The key cannot encrypt or decrypt until the same key material is imported again.",
        ),
        _ => return None,
    };
    let mut draft = Draft::new(severity, format!("KMS key {key}: {state}"))
        .subject(Some(key))
        .state(Some(state))
        .paragraph(None, Some(means))
        .code("Key", event.resources.first().copied().or(Some(key)));
    if severity == Severity::Critical {
        draft = draft.next_step("Import the same key material again");
    }
    // A deleted key has no page.
    let page = event.console().filter(|_| state != "Deletion");
    Some(
        draft.link(
            page.map(|console| console.link("the key in KMS", "kms/home", &format!("#/kms/keys/{}", encoded(key)))),
        ),
    )
}
