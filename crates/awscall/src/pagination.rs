//! Pages of an answer, one call after another, put together as the AWS CLI does. Whoever calls AWS asks for the next input, calls,
//! gives the answer back, and takes the whole when there is no next. Nothing here calls.
//!
//! Source: `botocore/paginate.py` for what the models leave open; `tests/conformance/test_pages.py` compares.

mod reader;
mod resume;

use serde_json::{Map, Value};

use crate::call::{Call, Input};
use crate::command_line::CommandLine;
use reader::Reader;
use resume::Tokens;

/// What a command says of its pages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Paging {
    /// `--max-items`: of the first of the lists.
    pub max_items: Option<u64>,
    /// `--starting-token`: a `NextToken` of Bellhop or of the AWS CLI.
    pub starting_token: Option<String>,
    /// `--page-size`.
    pub page_size: Option<u64>,
}

impl From<&CommandLine> for Paging {
    fn from(line: &CommandLine) -> Self {
        Self { max_items: line.max_items, starting_token: line.starting_token.clone(), page_size: line.page_size }
    }
}

/// Where the pages end though there are more: then there is a token to go on with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub pages: usize,
    /// Of the answer as JSON, about.
    pub bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { pages: 100, bytes: 8 * 1024 * 1024 }
    }
}

/// In words for whoever typed it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PageError(pub String);

/// A list that is being read.
pub struct Pages {
    reader: Reader,
    limits: Limits,
    max_items: Option<usize>,
    /// Of the next call; none when the last was made.
    input: Option<Input>,
    /// What the next page is asked by.
    asked_by: Tokens,
    /// How much of the first page was shown before.
    skipped: usize,
    resumed: bool,
    /// Pages.
    taken: usize,
    items: usize,
    bytes: usize,
    whole: Map<String, Value>,
    /// What the first page has beside the lists.
    beside: Map<String, Value>,
    more: Option<String>,
}

/// All that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Whole {
    /// As the AWS CLI has it: the lists, what stands beside them on the first page, and `NextToken` where there is more.
    pub output: Map<String, Value>,
    /// For `--starting-token`.
    pub more: Option<String>,
    pub pages: usize,
    /// Of the first of the lists.
    pub items: usize,
}

impl Pages {
    /// None where the operation has no pages, or its pages are turned by hand: by the operation's own token or page size.
    pub fn of(call: &Call, paging: &Paging, limits: Limits) -> Result<Option<Self>, PageError> {
        let Some(paginator) = &call.operation.paginator else {
            return match paging {
                Paging { max_items: None, starting_token: None, page_size: None } => Ok(None),
                _ => Err(PageError(format!(
                    "`{}` has no pages: it takes no --max-items, --starting-token and --page-size",
                    call.operation.command
                ))),
            };
        };
        let mut by_hand = paginator.input_tokens.iter().chain(&paginator.limit_key);
        if by_hand.any(|name| call.input.contains_key(*name)) {
            return Ok(None);
        }
        let reader = Reader::of(call, paginator)?;
        let mut input = call.input.clone();
        let (mut asked_by, mut skipped) = (Tokens::none(&paginator.input_tokens), 0);
        if let Some(token) = &paging.starting_token {
            (asked_by, skipped) = Tokens::resumed(token, &paginator.input_tokens)?;
            asked_by.put_into(&mut input);
        }
        if let Some(size) = paging.page_size {
            let (name, size) = reader.page_size(size)?;
            input.insert(name, size);
        }
        Ok(Some(Self {
            reader,
            limits,
            max_items: paging.max_items.map(|max| usize::try_from(max).unwrap_or(usize::MAX)),
            input: Some(input),
            asked_by,
            skipped,
            resumed: paging.starting_token.is_some(),
            taken: 0,
            items: 0,
            bytes: 0,
            whole: Map::new(),
            beside: Map::new(),
            more: None,
        }))
    }

    /// What to call with next; none when this was all.
    pub fn next_input(&self) -> Option<&Input> {
        self.input.as_ref()
    }

    /// The answer to that call.
    pub fn take(&mut self, output: Map<String, Value>) -> Result<(), PageError> {
        let Some(mut input) = self.input.take() else { return Ok(()) };
        let mut page = Value::Object(output);
        let first = self.taken == 0;
        if first && self.resumed {
            self.reader.skip(&mut page, self.skipped)?;
        }
        let skipped = if first { self.skipped } else { 0 };
        self.taken += 1;
        self.bytes += size(&page);

        let count = self.reader.count(&page)?;
        let over = self.max_items.map_or(0, |max| (self.items + count).saturating_sub(max));
        if over > 0 {
            self.reader.keep(&mut page, count - over)?;
        }
        self.reader.add(&mut self.whole, &page)?;
        if first {
            self.beside = self.reader.beside(&page)?;
        }
        self.items += count - over;
        if over > 0 {
            self.more = Some(self.asked_by.resume(&self.reader.call, count - over + skipped));
            return Ok(());
        }
        let Some(next) = self.reader.next(&page)? else { return Ok(()) };
        if self.max_items == Some(self.items) || self.taken >= self.limits.pages || self.bytes >= self.limits.bytes {
            self.more = Some(next.resume(&self.reader.call, 0));
            return Ok(());
        }
        if self.taken > 1 && next == self.asked_by {
            return Err(PageError(format!(
                "{} gave the same token for the next page twice: its pages have no end",
                self.reader.call.service.full_name
            )));
        }
        next.put_into(&mut input);
        self.asked_by = next;
        self.input = Some(input);
        Ok(())
    }

    /// What was read until now; with a token to go on with if the last page was not reached.
    pub fn finish(mut self) -> Whole {
        if self.input.is_some() && self.taken > 0 {
            self.more = Some(self.asked_by.resume(&self.reader.call, 0));
        }
        add_missing(&mut self.whole, self.beside);
        if let Some(token) = &self.more {
            self.whole.insert("NextToken".to_owned(), Value::from(token.as_str()));
        }
        Whole { output: self.whole, more: self.more, pages: self.taken, items: self.items }
    }
}

/// A list may stand within what stands beside it: the one that has grown is the one that stays.
fn add_missing(into: &mut Map<String, Value>, from: Map<String, Value>) {
    for (name, value) in from {
        match (into.get_mut(&name), value) {
            (Some(Value::Object(known)), Value::Object(value)) => add_missing(known, value),
            (Some(_), _) => {}
            (None, value) => {
                into.insert(name, value);
            }
        }
    }
}

/// As JSON, about.
fn size(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len() + 3,
        Value::Array(all) => 2 + all.iter().map(size).sum::<usize>(),
        Value::Object(members) => 2 + members.iter().map(|(name, member)| name.len() + 4 + size(member)).sum::<usize>(),
        _ => 8,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Limits, Pages, Paging, Whole};
    use crate::call::Call;

    fn call(service: &str, operation: &str, input: &Value) -> Call {
        Call::of(service, operation, input.as_object().cloned().expect("an object")).expect("an operation")
    }

    fn functions() -> Call {
        call("lambda", "ListFunctions", &json!({ "FunctionVersion": "ALL" }))
    }

    /// Functions of these names, and the next marker.
    fn page(names: &[&str], marker: Option<&str>) -> Value {
        let functions: Vec<Value> = names.iter().map(|name| json!({ "FunctionName": name })).collect();
        json!({ "Functions": functions, "NextMarker": marker })
    }

    fn read(call: &Call, paging: &Paging, limits: Limits, answers: &[Value]) -> (Vec<Value>, Whole) {
        let mut pages = Pages::of(call, paging, limits).expect("good paging").expect("it has pages");
        let mut asked = Vec::new();
        for answer in answers {
            let Some(input) = pages.next_input() else { break };
            asked.push(Value::Object(input.clone()));
            pages.take(answer.as_object().cloned().expect("an object")).expect("a page");
        }
        (asked, pages.finish())
    }

    fn names(whole: &Whole) -> Vec<&str> {
        let functions = whole.output.get("Functions").and_then(Value::as_array).into_iter().flatten();
        functions.filter_map(|function| function["FunctionName"].as_str()).collect()
    }

    #[test]
    fn pages_are_asked_for_until_there_is_no_next() {
        let answers =
            [page(&["a", "b"], Some("M1")), page(&[], Some("M2")), page(&["c"], None), page(&["never"], None)];
        let (asked, whole) = read(&functions(), &Paging::default(), Limits::default(), &answers);
        assert_eq!(
            asked,
            [
                json!({ "FunctionVersion": "ALL" }),
                json!({ "FunctionVersion": "ALL", "Marker": "M1" }),
                json!({ "FunctionVersion": "ALL", "Marker": "M2" }),
            ]
        );
        assert_eq!(names(&whole), ["a", "b", "c"]);
        assert_eq!((whole.more.as_deref(), whole.pages, whole.items), (None, 3, 3));
        assert!(!whole.output.contains_key("NextMarker"));
    }

    #[test]
    fn what_was_cut_off_goes_on_where_it_was_cut() {
        let answers = [page(&["a", "b"], Some("M1")), page(&["c", "d"], None)];
        let paging = Paging { max_items: Some(3), ..Paging::default() };
        let (_, first) = read(&functions(), &paging, Limits::default(), &answers);
        assert_eq!(names(&first), ["a", "b", "c"]);
        assert_eq!(first.output.get("NextToken").and_then(Value::as_str), first.more.as_deref());
        let paging = Paging { starting_token: first.more, ..Paging::default() };
        let (asked, rest) = read(&functions(), &paging, Limits::default(), &[page(&["c", "d"], None)]);
        assert_eq!(asked, [json!({ "FunctionVersion": "ALL", "Marker": "M1" })]);
        assert_eq!((names(&rest), rest.more.as_deref()), (vec!["d"], None));
    }

    #[test]
    fn a_limit_ends_with_a_token_and_loses_nothing() {
        let answers = [page(&["a"], Some("M1")), page(&["b"], Some("M2")), page(&["c"], None)];
        for limits in [Limits { pages: 2, ..Limits::default() }, Limits { bytes: 70, ..Limits::default() }] {
            let (_, whole) = read(&functions(), &Paging::default(), limits, &answers);
            let token = whole.more.clone().expect("there is more");
            let paging = Paging { starting_token: Some(token), ..Paging::default() };
            let (asked, rest) = read(&functions(), &paging, Limits::default(), &answers[whole.pages..]);
            assert_eq!(asked[0]["Marker"], "M2", "{limits:?}");
            assert_eq!([names(&whole), names(&rest)].concat(), ["a", "b", "c"], "{limits:?}");
        }
    }

    #[test]
    fn stopping_early_ends_with_a_token() {
        let mut pages = Pages::of(&functions(), &Paging::default(), Limits::default()).expect("good").expect("pages");
        pages.take(page(&["a"], Some("M1")).as_object().cloned().expect("an object")).expect("a page");
        assert!(pages.finish().more.is_some());
    }

    #[test]
    fn pages_without_end_are_an_error() {
        let mut pages = Pages::of(&functions(), &Paging::default(), Limits::default()).expect("good").expect("pages");
        let answer = page(&["a"], Some("M1")).as_object().cloned().expect("an object");
        pages.take(answer.clone()).expect("the first");
        let said = pages.take(answer).expect_err("the same again").to_string();
        assert_eq!(said, "AWS Lambda gave the same token for the next page twice: its pages have no end");
    }

    #[test]
    fn pages_turned_by_hand_are_left_alone() {
        let by_hand =
            |input: &Value| Pages::of(&call("lambda", "ListFunctions", input), &Paging::default(), Limits::default());
        assert!(by_hand(&json!({ "Marker": "M1" })).expect("good").is_none());
        assert!(by_hand(&json!({ "MaxItems": 1 })).expect("good").is_none());
        let one = call("lambda", "GetFunction", &json!({ "FunctionName": "f" }));
        assert!(Pages::of(&one, &Paging::default(), Limits::default()).expect("good").is_none());
        let paging = Paging { max_items: Some(1), ..Paging::default() };
        let said = Pages::of(&one, &paging, Limits::default()).err().expect("refused").to_string();
        assert_eq!(said, "`get-function` has no pages: it takes no --max-items, --starting-token and --page-size");
    }

    #[test]
    fn a_token_is_a_token_and_no_other_parameter() {
        use base64::Engine as _;
        for smuggled in [
            json!({ "FunctionVersion": "x" }),
            json!({ "Marker": "M1", "MasterRegion": "us-east-1" }),
            json!({ "Marker": "M1", "boto_truncate_amount": -1 }),
        ] {
            let token = base64::engine::general_purpose::STANDARD.encode(smuggled.to_string());
            let paging = Paging { starting_token: Some(token), ..Paging::default() };
            let said = Pages::of(&functions(), &paging, Limits::default()).err().expect("refused").to_string();
            assert!(said.starts_with("the starting token is of another command"), "{smuggled}");
        }
        let paging = Paging { starting_token: Some("opaque".to_owned()), ..Paging::default() };
        let (asked, _) = read(&functions(), &paging, Limits::default(), &[page(&[], None)]);
        assert_eq!(asked[0]["Marker"], "opaque");
    }

    #[test]
    fn sizes_are_given_as_the_operation_takes_them() {
        let paging = Paging { page_size: Some(5), ..Paging::default() };
        let asked = |call: &Call| read(call, &paging, Limits::default(), &[json!({})]).0;
        assert_eq!(asked(&functions())[0]["MaxItems"], 5);
        let zones = call("route53", "ListHostedZones", &json!({}));
        assert_eq!(asked(&zones)[0]["MaxItems"], "5");
    }

    #[test]
    fn an_items_key_goes_around_with_what_is_base64_named() {
        let scan = call("dynamodb", "Scan", &json!({ "TableName": "t" }));
        let key = json!({ "id": { "B": "aGk=" }, "n": { "N": "1" } });
        let answers =
            [json!({ "Items": [1, 2], "Count": 2, "LastEvaluatedKey": key }), json!({ "Items": [3], "Count": 1 })];
        let paging = Paging { max_items: Some(2), ..Paging::default() };
        let (_, whole) = read(&scan, &paging, Limits::default(), &answers);
        let paging = Paging { starting_token: whole.more, ..Paging::default() };
        let (asked, rest) = read(&scan, &paging, Limits::default(), &answers[1..]);
        assert_eq!(asked[0]["ExclusiveStartKey"], key);
        assert_eq!((rest.output.get("Count"), rest.items), (Some(&json!(1)), 1));
    }
}
