//! What an operation lists, page by page, and what must be true of every one that does.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use serde_json::{Value, json};
use wire::operations::Operation;

use super::{Key, OPS, OTHER, TestServer, with};

/// A list in an operation's answer.
pub struct Listing {
    pub operation: Operation,
    /// All members of the request but those of paging.
    pub filter: Value,
    pub member: &'static str,
    /// What tells an item of the list from the others: a JSON pointer into it.
    pub key: &'static str,
}

impl Listing {
    /// A page of [`OPS`]'s: the keys of its items, and the token of the next.
    pub async fn page(&self, server: &TestServer, size: usize, token: &Value) -> (Vec<String>, Value) {
        let asked = with(self.filter.clone(), json!({ "MaxResults": size, "NextToken": token }));
        let page = server.call(self.operation, asked).await.ok(200);
        let items = page[self.member].as_array().unwrap_or_else(|| panic!("no `{}`: {page}", self.member));
        let key = |item: &Value| {
            item.pointer(self.key).and_then(Value::as_str).unwrap_or_else(|| panic!("{item}")).to_owned()
        };
        (items.iter().map(key).collect(), page["NextToken"].clone())
    }

    /// Pages of every size hold these, each once and in this order; sizes have the model's limits.
    pub async fn holds(&self, server: &TestServer, expected: &[&str]) {
        for size in (1..=expected.len() + 1).chain([100]) {
            let (mut found, mut token) = (Vec::new(), Value::Null);
            loop {
                let (page, next) = self.page(server, size, &token).await;
                assert!(page.len() <= size, "{size} to a page: {page:?}");
                assert!(!page.is_empty() || expected.is_empty(), "an empty page behind {found:?}");
                found.extend(page);
                token = next;
                if token.is_null() {
                    break;
                }
            }
            assert_eq!(found, expected, "{size} to a page");
        }
        for wrong in [0, 101] {
            let asked = with(self.filter.clone(), json!({ "MaxResults": wrong }));
            let code = self.operation.invalid_request().code();
            let text = server.call(self.operation, asked).await.refused(400, code, "message"); // model
            assert!(text.contains("'maxResults'"), "{text}");
        }
    }

    /// A token is refused in another account, by another operation, under another filter, and when it was altered. The
    /// list must have two items. `others`: what is not this list, for [`OPS`].
    pub async fn keeps_its_tokens_to_itself(&self, server: &TestServer, others: &[(Operation, Value)]) {
        let (_, token) = self.page(server, 1, &Value::Null).await;
        let text = token.as_str().unwrap_or_else(|| panic!("no second page of {:?}", self.operation));
        assert!((4..=1024).contains(&text.len()), "{text}"); // model: of the two patterns the narrower
        let mut sealed = URL_SAFE.decode(text).unwrap();
        *sealed.last_mut().unwrap() ^= 1;
        let refused = async |key: Key, operation, filter: &Value, token: &Value| {
            let asked = with(filter.clone(), json!({ "NextToken": token }));
            let answer = server.call_as(key, operation, asked).await;
            let text = answer.refused(400, "InvalidParameterException", "message"); // assumed; the code: model
            assert_eq!(text, "The provided NextToken is not valid for this request", "{operation:?}");
        };
        refused(OTHER, self.operation, &self.filter, &token).await;
        refused(OPS, self.operation, &self.filter, &json!(URL_SAFE.encode(sealed))).await;
        for (operation, filter) in others {
            refused(OPS, *operation, filter, &token).await;
        }
        // And it is still good for what it was made for.
        assert_eq!(self.page(server, 1, &token).await.0.len(), 1);
    }
}
