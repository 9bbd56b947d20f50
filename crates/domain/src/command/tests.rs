//! What the tests of this folder share: a message as its card and its JSON, as notifications are read.

use serde_json::Value;

use crate::notification::{AccountNames, Card, Incoming, card, message_json};

pub fn heard(message: &Value) -> (Card, Option<Value>) {
    let message = message.to_string();
    let card = card(&Incoming {
        topic_arn: "arn:aws:sns:eu-west-1:123456789012:t",
        subject: None,
        message: &message,
        timestamp: "",
        account_names: AccountNames::NONE,
    });
    (card, message_json(&message))
}
