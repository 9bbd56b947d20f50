//! AWS Budgets: an alert's text, and what became of a budget's action.
//!
//! Budgets has no event of its own: it publishes text, and its API calls come by CloudTrail. Shape: observed messages ("AWS
//! Budget Notification …" with `Label: value` lines); AWS documents none. What actions say is assumed: any such label is
//! read, and the states are those of the Budgets API Reference, "Action".

use super::draft::Draft;
use super::entry::Entry;
use crate::notification::arn::Arn;
use crate::notification::console::Console;
use crate::notification::{Incoming, Severity};

pub const ENTRY: Entry = Entry::new("budgets", "AWS Budgets").texts(claims, read);

/// Characters in which the text names itself; longer texts are not searched.
const HEAD: usize = 300;
/// Lines that are looked at; an alert has some 20.
const LINES: usize = 80;
/// Labels that stand on the card, and what it calls them.
const LABELS: [(&str, &str); 9] = [
    ("Alert Threshold", "Alert threshold"),
    ("Budgeted Amount", "Budgeted"),
    ("Budget Type", "Type"),
    ("Alert Type", "Alert"),
    ("Action Type", "Action"),
    ("Action Status", "Action status"),
    ("Action Threshold", "Action threshold"),
    ("Execution Type", "Runs"),
    ("Approval Model", "Approval"),
];

fn claims(text: &str) -> bool {
    let text = text.trim_start();
    let named = ["AWS Budget Notification", "AWS Budgets", "Your budget action"];
    named.iter().any(|start| text.starts_with(start)) && !head(text).is_empty()
}

fn head(text: &str) -> &str {
    text.get(..text.floor_char_boundary(HEAD)).unwrap_or_default()
}

fn read(text: &str, incoming: &Incoming<'_>) -> Draft {
    let alert = Alert { text };
    let name = alert.name();
    let state = alert.state();
    let (kind, amount) = (alert.said("Alert Type"), alert.amount());
    let headline = match (name, alert.is_action()) {
        (Some(name), true) => format!("Action of budget {name}: {state}"),
        (Some(name), false) => format!("Budget {name}: {state}"),
        (None, true) => format!("Action of a budget: {state}"),
        (None, false) => format!("A budget: {state}"),
    };
    let gist = amount.map(|amount| {
        let of = alert.said("Budgeted Amount").map(|budgeted| format!(" of {budgeted}")).unwrap_or_default();
        let at = alert.said("Alert Threshold").map(|threshold| format!(" (alert at {threshold})")).unwrap_or_default();
        format!("{} {amount}{of}{at}", kind.unwrap_or("is"))
    });
    let gist = gist.or_else(|| alert.said("Action Type").map(str::to_owned));
    let mut draft = Draft::new(alert.severity(&state), headline)
        .gist(gist)
        .subject(Some(name.unwrap_or("budget")))
        .state(Some(state.clone()))
        .origin("aws.budgets", if alert.is_action() { "Budget Action" } else { "Budget Alert" })
        .paragraph(None, alert.prose())
        .fact(&amount_label(kind), amount);
    for (label, name) in LABELS {
        draft = draft.fact(name, alert.said(label));
    }
    if state == "PENDING" {
        draft = draft.next_step("Approve or reject the action on the budget's page");
    }
    let topic = Arn::parse(incoming.topic_arn);
    let partition = topic.map_or("aws", |arn| arn.partition);
    let account = alert.account().or(topic.map(|arn| arn.account));
    let page =
        Console::global(partition).map(|console| console.link("the budgets in Billing", "billing/home", "#/budgets"));
    draft.place(incoming.place(account, None)).link(page)
}

fn amount_label(kind: Option<&str>) -> String {
    match kind {
        Some("FORECASTED") => "Forecast".to_owned(),
        Some("ACTUAL") | None => "Actual".to_owned(),
        Some(other) => other.to_owned(),
    }
}

struct Alert<'a> {
    text: &'a str,
}

impl<'a> Alert<'a> {
    /// The value of a `Label: value` line.
    fn said(&self, label: &str) -> Option<&'a str> {
        let mut lines = self.text.lines().take(LINES);
        let value = lines.find_map(|line| line.trim().strip_prefix(label)?.strip_prefix(':'))?.trim();
        (!value.is_empty()).then_some(value)
    }

    /// The label, or the sentence: "Your budget action for NAME has been executed", "the ACTUAL Cost associated with your NAME
    /// budget is greater than".
    fn name(&self) -> Option<&'a str> {
        const SENTENCES: [(&str, &[&str]); 2] =
            [("budget action for ", &[" has ", " requires "]), ("associated with your ", &[" budget "])];
        self.said("Budget Name").or_else(|| {
            SENTENCES.iter().find_map(|(before, ends)| {
                let (_, rest) = head(self.text).split_once(before)?;
                let end = ends.iter().filter_map(|end| rest.find(end)).min()?;
                rest.get(..end).map(str::trim).filter(|name| !name.is_empty())
            })
        })
    }

    fn account(&self) -> Option<&'a str> {
        let mut lines = self.text.lines().take(LINES);
        let account =
            lines.find_map(|line| line.trim().strip_prefix("AWS Account"))?.trim_start_matches([':', ' ']).trim();
        (account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit())).then_some(account)
    }

    /// `ACTUAL Amount: $27.13`, `FORECASTED Amount: $27.13`.
    fn amount(&self) -> Option<&'a str> {
        self.said("ACTUAL Amount").or_else(|| self.said("FORECASTED Amount"))
    }

    fn is_action(&self) -> bool {
        self.said("Action Type").is_some() || head(self.text).to_ascii_lowercase().contains("budget action")
    }

    /// `ALARM` for an alert, as the Budgets API calls it; the action's own state for an action.
    fn state(&self) -> String {
        if let Some(status) = self.said("Action Status") {
            return status.to_owned();
        }
        if !self.is_action() {
            return "ALARM".to_owned();
        }
        let words = self.text.to_ascii_lowercase();
        let has = |word: &str| words.contains(word);
        let state = if has("fail") {
            "EXECUTION_FAILURE"
        } else if has("revers") {
            "REVERSE_SUCCESS"
        } else if has("requires approval") || has("requires your approval") || has("pending") {
            "PENDING"
        } else if has("executed") {
            "EXECUTION_SUCCESS"
        } else {
            "CHANGED"
        };
        state.to_owned()
    }

    /// Spending that is over the whole budget is the worst; a forecast or a threshold below the budget can wait for the day.
    fn severity(&self, state: &str) -> Severity {
        if self.is_action() {
            return match state {
                "EXECUTION_FAILURE" | "REVERSE_FAILURE" | "RESET_FAILURE" => Severity::Critical,
                "REVERSE_SUCCESS" | "RESET_SUCCESS" => Severity::Good,
                _ => Severity::Warning,
            };
        }
        let spent = self.said("ACTUAL Amount").and_then(number);
        let over = |(spent, budgeted): (f64, f64)| spent > budgeted;
        let is_cost = self.said("Budget Type").is_none_or(|kind| matches!(kind, "Cost" | "Usage"));
        if is_cost && spent.zip(self.said("Budgeted Amount").and_then(number)).is_some_and(over) {
            Severity::Critical
        } else {
            Severity::Warning
        }
    }

    /// The sentences that say what happened, without the salutation and what follows from every alert.
    fn prose(&self) -> Option<String> {
        let start = ["You requested that", "Your budget action"].iter().find_map(|start| self.text.find(start))?;
        let rest = self.text.get(start..)?;
        let end = ["You can find additional", "\nBudget Name:", "\n\n"].iter().filter_map(|end| rest.find(end)).min();
        let prose = rest.get(..end.unwrap_or(rest.len()))?;
        Some(prose.split_whitespace().collect::<Vec<_>>().join(" ")).filter(|prose| !prose.is_empty())
    }
}

/// `$1,234.50`, `85.5%`, `12 GB`.
fn number(amount: &str) -> Option<f64> {
    let digits: String = amount.chars().filter(|c| c.is_ascii_digit() || *c == '.').collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_spending_over_the_whole_budget_wakes_somebody() {
        let of = |text: &str| Alert { text }.severity("ALARM");
        let lines = |kind: &str, amount: &str| {
            format!(
                "AWS Budget Notification\nBudget Name: b\nBudgeted Amount: $1,000.00\nAlert Type: {kind}\n{kind} Amount: {amount}"
            )
        };
        assert_eq!(of(&lines("ACTUAL", "$1,000.01")), Severity::Critical);
        assert_eq!(of(&lines("ACTUAL", "$999.00")), Severity::Warning);
        assert_eq!(of(&lines("FORECASTED", "$9,999.00")), Severity::Warning);
        let utilization = "Budget Type: RI Utilization\nBudgeted Amount: 80%\nACTUAL Amount: 90%";
        assert_eq!(of(utilization), Severity::Warning);
    }

    #[test]
    fn what_has_no_labels_is_read_from_its_sentence() {
        let alert = Alert {
            text: "AWS Budget Notification\nYou requested that we alert you when the ACTUAL Cost associated with your shop monthly budget is greater than $80.00.",
        };
        assert_eq!((alert.name(), alert.state().as_str()), (Some("shop monthly"), "ALARM"));
        let alert = Alert { text: "Your budget action for shop monthly has been executed." };
        assert_eq!((alert.name(), alert.state().as_str()), (Some("shop monthly"), "EXECUTION_SUCCESS"));
        assert!(claims(alert.text) && !claims("A budget is exceeded"));
    }
}
