//! The words for what AWS answered: `12 functions in us-east-1`, `Function payments in us-east-1`.
//!
//! `result` calls it. The nouns are the members' names of AWS's models, in words.

use super::known::known;
use super::subject::{List, Subject};
use super::{More, ResultOf};
use super::{cell, columns};
use crate::notification::label;

/// Services whose things are in no region, by the AWS CLI's words for them.
/// Source: the endpoint rules of the models, which send every region of a partition to one endpoint.
const EVERYWHERE: [&str; 12] = [
    "account",
    "budgets",
    "ce",
    "cloudfront",
    "globalaccelerator",
    "health",
    "iam",
    "organizations",
    "route53",
    "shield",
    "support",
    "trustedadvisor",
];
/// What a list's name ends with and its things are not called: `QueueUrls` are queues.
const ENDINGS: [&str; 14] = [
    "arns",
    "descriptions",
    "details",
    "ids",
    "identifiers",
    "infos",
    "information",
    "list",
    "lists",
    "names",
    "set",
    "summaries",
    "summary",
    "URLs",
];
/// Verbs that an operation's name begins with, where what follows is what it is about.
const VERBS: [&str; 8] = ["describe", "get", "list", "lookup", "search", "batch", "query", "scan"];

pub fn headline(result: &ResultOf<'_>, subject: &Subject<'_>) -> String {
    let place = place_words(result);
    match subject {
        Subject::Lists { lists, .. } => {
            let is_done = !reads(result) && lists.iter().all(|list| list.failures || list.items.is_empty());
            if is_done {
                let failed: usize = lists.iter().map(|list| list.items.len()).sum();
                let outcome = if failed == 0 { "Done".to_owned() } else { format!("{} failed", counted(failed)) };
                return format!("{outcome}: {} {}{place}", result.service.name, result.operation.command);
            }
            let (failures, things): (Vec<&List<'_>>, Vec<&List<'_>>) = lists.iter().partition(|list| list.failures);
            let filled: Vec<&&List<'_>> = things.iter().filter(|list| !list.items.is_empty()).collect();
            let shown = if filled.is_empty() { things.iter().take(1).collect() } else { filled };
            let mut counts: Vec<String> = shown.iter().map(|list| count(result, list)).collect();
            counts.extend(failures.iter().filter(|list| !list.items.is_empty()).map(|list| count(result, list)));
            let counts = match counts.split_last() {
                Some((last, [])) => last.clone(),
                Some((last, before)) => format!("{} and {last}", before.join(", ")),
                None => "Nothing".to_owned(),
            };
            let more = if result.next_page == More::Nothing { "" } else { " on this page" };
            format!("{}{place}{more}{}", capitalized(&counts), of_the_only(result, lists))
        }
        Subject::One { name, value, .. } => {
            let noun = name.map_or_else(|| noun_of_operation(result), |name| singular(&words_of(name)));
            let named = cell::name_of(value, &noun).map(|name| format!(" {name}")).unwrap_or_default();
            if reads(result) {
                let state = cell::state_of(value).map(|state| format!(": {state}")).unwrap_or_default();
                format!("{}{named}{place}{state}", capitalized(&noun))
            } else {
                format!("Done: {} {}{named}{place}", result.service.name, result.operation.command)
            }
        }
        Subject::Nothing if reads(result) => format!("Nothing{place}: AWS answered with no content"),
        Subject::Nothing => format!("Done: {} {}{place}", result.service.name, result.operation.command),
    }
}

/// Of a list that stands alone: what its only thing is called and how it is, or how many are in which state.
fn of_the_only(result: &ResultOf<'_>, lists: &[List<'_>]) -> String {
    let mut filled = lists.iter().filter(|list| !list.items.is_empty());
    let (Some(list), None) = (filled.next(), filled.next()) else { return String::new() };
    let said = match list.items.as_slice() {
        [only] => only.as_object().and_then(|only| {
            let name = cell::name_of(only, &singular(&words_of(list.name)))?;
            Some(cell::state_of(only).map_or_else(|| name.to_owned(), |state| format!("{name}, {state}")))
        }),
        _ => columns::tally(result, list),
    };
    said.map(|said| format!(": {said}")).unwrap_or_default()
}

/// Above one of several lists.
pub fn title(result: &ResultOf<'_>, list: &List<'_>) -> String {
    capitalized(&count(result, list))
}

/// Of what a list holds, in the plural: `queues`.
fn things(result: &ResultOf<'_>, list: &List<'_>) -> String {
    let known = known(result.service, result.operation).and_then(|known| known.things);
    known.filter(|(name, _)| *name == list.name).map_or_else(|| words_of(list.name), |(_, things)| things.to_owned())
}

fn count(result: &ResultOf<'_>, list: &List<'_>) -> String {
    let things = things(result, list);
    match list.items.len() {
        0 => format!("no {things}"),
        count => format!("{} {}", counted(count), plural_for(&things, count)),
    }
}

fn plural_for(things: &str, count: usize) -> String {
    if count == 1 { singular(things) } else { things.to_owned() }
}

/// `1,234`.
pub fn counted(count: usize) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// ` in us-east-1`, or of the account for what is in no region.
pub fn place_words(result: &ResultOf<'_>) -> String {
    let place = result.place;
    let everywhere = EVERYWHERE.contains(&result.service.name)
        || (result.service.name, result.operation.name) == ("s3api", "ListBuckets");
    let account = place.account_name.as_ref().or(place.account.as_ref());
    match (&place.region, account) {
        (Some(region), _) if !everywhere => format!(" in {region}"),
        (_, Some(account)) => format!(" in {account}"),
        _ => String::new(),
    }
}

/// Whether an operation's name says that it looks and does nothing.
fn reads(result: &ResultOf<'_>) -> bool {
    let verb = result.operation.command.split('-').next().unwrap_or_default();
    result.operation.read_only
        || VERBS.contains(&verb)
        || matches!(verb, "head" | "view" | "filter" | "receive" | "poll")
}

/// `GetFunctionConfiguration` is about a function configuration.
fn noun_of_operation(result: &ResultOf<'_>) -> String {
    let words = label::in_words(result.operation.name);
    let rest: Vec<&str> = words.iter().skip(1).map(String::as_str).collect();
    if rest.is_empty() { result.operation.command.to_owned() } else { singular(&rest.join(" ")) }
}

/// `MetricAlarms`: `metric alarms`; `QueueUrls`: `queues`.
pub fn words_of(name: &str) -> String {
    let mut words = label::in_words(name);
    let ends_so = |word: &String| ENDINGS.contains(&word.as_str()) || ENDINGS.contains(&word.to_lowercase().as_str());
    if words.len() > 1 && words.last().is_some_and(ends_so) {
        words.pop();
        if let Some(last) = words.last_mut() {
            *last = plural(last);
        }
    }
    if words.is_empty() { "results".to_owned() } else { words.join(" ") }
}

fn plural(word: &str) -> String {
    if word.ends_with('s') && !word.ends_with("ss") || ["information", "data", "metadata"].contains(&word) {
        word.to_owned()
    } else if let Some(stem) = word.strip_suffix('y').filter(|stem| !stem.ends_with(['a', 'e', 'o', 'u'])) {
        format!("{stem}ies")
    } else if ["s", "x", "ch", "sh"].iter().any(|ending| word.ends_with(ending)) {
        format!("{word}es")
    } else {
        format!("{word}s")
    }
}

/// Of the last word.
pub fn singular(words: &str) -> String {
    let (before, last) = words.rsplit_once(' ').map_or(("", words), |(before, last)| (before, last));
    let last = if let Some(stem) = last.strip_suffix("ies") {
        format!("{stem}y")
    } else if ["sses", "xes", "tches", "shes", "iases", "uses", "nches"].iter().any(|ending| last.ends_with(ending)) {
        last.strip_suffix("es").unwrap_or(last).to_owned()
    } else if last.ends_with('s') && !["ss", "us", "is"].iter().any(|ending| last.ends_with(ending)) {
        last.strip_suffix('s').unwrap_or(last).to_owned()
    } else {
        last.to_owned()
    };
    if before.is_empty() { last } else { format!("{before} {last}") }
}

fn capitalized(words: &str) -> String {
    let mut chars = words.chars();
    let first = chars.next().into_iter().flat_map(char::to_uppercase);
    first.chain(chars).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_nouns() {
        for (name, things, thing) in [
            ("Functions", "functions", "function"),
            ("QueueUrls", "queues", "queue"),
            ("clusterArns", "clusters", "cluster"),
            ("TableNames", "tables", "table"),
            ("DBInstances", "DB instances", "DB instance"),
            ("MetricAlarms", "metric alarms", "metric alarm"),
            ("Policies", "policies", "policy"),
            ("Addresses", "addresses", "address"),
            ("Aliases", "aliases", "alias"),
            ("Databases", "databases", "database"),
            ("Caches", "caches", "cache"),
            ("StackSummaries", "stacks", "stack"),
            ("Vpcs", "VPCs", "VPC"),
            ("InstanceInformationList", "instance information", "instance information"),
            ("Items", "items", "item"),
        ] {
            assert_eq!((words_of(name).as_str(), singular(&words_of(name)).as_str()), (things, thing), "{name}");
        }
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(counted), ["0", "999", "1,000", "1,234,567"]);
    }
}
