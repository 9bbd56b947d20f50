//! `--query`: `JMESPath` over an answer, as the AWS CLI does it. Also how paginators and endpoint rules read answers and inputs.
//!
//! Not by the `jmespath` crate: it sorts the members of objects, which the AWS CLI keeps in order, refuses the bare texts that
//! the AWS CLI's manual is full of, adds whole numbers up to broken ones, and counts nothing, while a query comes from a chat.
//! `jmespath.py` is the oracle, in `tests/conformance/test_queries.py`.

mod evaluate;
mod functions;
mod parse;
mod tokens;
mod tree;

use serde_json::Value;

use tree::Node;

/// An expression that has been read.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    root: Node,
}

/// In words for whoever typed it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct QueryError(pub String);

impl Query {
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        parse::parse(text).map(|root| Self { root }).map_err(QueryError)
    }

    /// Null where there is nothing.
    pub fn apply(&self, value: &Value) -> Result<Value, QueryError> {
        evaluate::answer(&self.root, value).map_err(QueryError)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Query;

    fn answer(query: &str, value: &Value) -> Value {
        Query::parse(query).and_then(|query| query.apply(value)).unwrap_or_else(|error| panic!("{query}: {error}"))
    }

    fn refused(query: &str) -> String {
        Query::parse(query)
            .and_then(|query| query.apply(&json!({ "a": [1, 2], "s": "x" })))
            .expect_err(query)
            .to_string()
    }

    fn functions() -> Value {
        json!({ "Functions": [
            { "FunctionName": "b", "Runtime": "python3.13", "MemorySize": 512, "Tags": { "z": 1, "a": 2 } },
            { "FunctionName": "a", "Runtime": "nodejs22.x", "MemorySize": 128 },
            { "FunctionName": "c", "MemorySize": 1024 },
        ] })
    }

    #[test]
    fn an_answer_is_read_as_the_aws_cli_reads_it() {
        for (query, expected) in [
            ("Functions[].FunctionName", json!(["b", "a", "c"])),
            ("Functions[*].Runtime | [0]", json!("python3.13")),
            ("Functions[?starts_with(Runtime || '', 'python')].FunctionName", json!(["b"])),
            ("Functions[?Runtime==`nodejs22.x`].FunctionName | [0]", json!("a")),
            ("sort_by(Functions, &MemorySize)[-1].FunctionName", json!("c")),
            ("length(Functions)", json!(3)),
            ("sum(Functions[].MemorySize)", json!(1664)),
            ("Functions[?MemorySize > `256`] | length(@)", json!(2)),
            ("Functions[1:].MemorySize", json!([128, 1024])),
            ("Functions[::-1].FunctionName", json!(["c", "a", "b"])),
            ("Nothing.at.all", json!(null)),
        ] {
            assert_eq!(answer(query, &functions()), expected, "{query}");
        }
    }

    #[test]
    fn members_stay_in_their_order() {
        let chosen = answer("Functions[0].{Zebra: FunctionName, Ant: MemorySize}", &functions());
        assert_eq!(chosen.to_string(), r#"{"Zebra":"b","Ant":512}"#);
        assert_eq!(answer("Functions[0].Tags", &functions()).to_string(), r#"{"z":1,"a":2}"#);
        assert_eq!(answer("keys(Functions[0].Tags)", &functions()), json!(["z", "a"]));
    }

    #[test]
    fn a_literal_may_be_bare_text() {
        let value = json!({ "a": "`x", "b": r#"say "hi""# });
        for (query, expected) in [
            ("`python`", json!("python")),
            ("`  python`", json!("python")),
            ("`1`", json!(1)),
            ("`true`", json!(true)),
            (r"a == `\`x`", json!(true)),
            (r#"b == `say "hi"`"#, json!(true)),
            ("'`python`'", json!("`python`")),
            ("[`a`, `{\"k\": [1]}`]", json!(["a", { "k": [1] }])),
        ] {
            assert_eq!(answer(query, &value), expected, "{query}");
        }
    }

    #[test]
    fn a_mistake_is_pointed_at() {
        for (query, said) in [
            ("", "the query ends too early: a bracket, a name or a quote is missing at its end"),
            ("a[", "the query ends too early: a bracket, a name or a quote is missing at its end"),
            ("a[?b='x']", "the query has `=` where JMESPath compares with `==`"),
            ("a ~ b", "the query is not JMESPath from `~ b` on"),
            ("sum(s)", "`sum` takes a list of numbers"),
            ("sum(a, a)", "`sum` takes 1 value, and 2 are given"),
            ("summ(a)", "there is no function `summ` in JMESPath: did you mean `sum`?"),
            ("sort_by(a, b)", "`sort_by` takes an expression such as `&Name`"),
            ("a[::0]", "a slice has a step of 0"),
        ] {
            assert_eq!(refused(query), said, "{query}");
        }
    }

    /// Each on a stack smaller than any that a command is answered on.
    #[test]
    fn what_is_endless_is_refused_and_breaks_nothing() {
        let hostile = [
            "(", "[", "{a:", "!", "&", "a.", "a|", "[*].", "a[?", "a==", "*.", "map(&", "[@,@][].", "`", "'\\",
            "\"\\u00",
        ];
        let run = move || {
            for part in hostile {
                for times in [1, 30, 100, 5000] {
                    for ended in
                        [part.repeat(times), format!("{}a", part.repeat(times)), format!("{}@", part.repeat(times))]
                    {
                        let _ = Query::parse(&ended).and_then(|query| query.apply(&functions()));
                    }
                }
            }
        };
        let thread = std::thread::Builder::new().stack_size(1024 * 1024).spawn(run).expect("a thread");
        thread.join().expect("nothing breaks");
    }

    #[test]
    fn what_would_grow_without_end_is_refused() {
        let doubled = format!("@{}", " | [@, @, @, @]".repeat(12));
        assert_eq!(refused(&doubled), "the query makes too much of this answer: ask for less of it at once");
        let all = format!("@{} | length(@)", " | [@, @, @, @][]".repeat(14));
        assert_eq!(refused(&all), "the query makes too much of this answer: ask for less of it at once");
    }
}
