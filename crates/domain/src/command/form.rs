//! The form of a command's parameters, typed by the model: what is not given yet. The server's `app/conversations/commands` shows it
//! and reads what comes back; `awscall` puts it into the command.

use awscall::command_line::{CommandLine, Parameter, ParameterKind, parameters};

use crate::conversation::{Choice, Field, Input, Values};

/// Below what Slack's views hold (`notification::render::slack`), and more than anybody fills in on a phone.
const FIELDS_MAX: usize = 30;
/// A menu of Slack.
/// <https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element#static_select>.
const CHOICES_MAX: usize = 100;
/// Of one choice, in characters: <https://docs.slack.dev/reference/block-kit/composition-objects/option-object>.
const CHOICE_MAX: usize = 75;
/// The choice of nothing: menus have no empty one. No enum of AWS has it.
const NOTHING: &str = "(not given)";

pub struct Fields {
    pub fields: Vec<Field>,
    /// Parameters that had no room.
    pub left_out: usize,
}

/// The required ones first. Deprecated ones are for those who type them.
pub fn fields(line: &CommandLine) -> Fields {
    let open = open_parameters(line);
    let left_out = open.len().saturating_sub(FIELDS_MAX);
    Fields { fields: open.into_iter().take(FIELDS_MAX).map(field).collect(), left_out }
}

/// What was filled in, by the names of parameters: no name that the form did not ask for, and nothing that was left empty.
pub fn given(line: &CommandLine, values: &Values) -> Vec<(String, String)> {
    let open = open_parameters(line).into_iter().take(FIELDS_MAX);
    let filled = open.filter_map(|parameter| {
        let value = values.get(&parameter.name)?.trim();
        (!value.is_empty() && value != NOTHING).then(|| (parameter.name, value.to_owned()))
    });
    filled.collect()
}

fn open_parameters(line: &CommandLine) -> Vec<Parameter> {
    let all = parameters(line.call.service, line.call.operation);
    all.into_iter().filter(|it| !it.deprecated && !line.call.input.contains_key(it.member)).collect()
}

fn field(parameter: Parameter) -> Field {
    let choices: Vec<&str> = match &parameter.kind {
        ParameterKind::Text(values) if fits_a_menu(values) => values.clone(),
        ParameterKind::Boolean => vec!["true", "false"],
        _ => Vec::new(),
    };
    let input = if choices.is_empty() {
        Input::Text { initial: String::new(), optional: !parameter.required }
    } else {
        let nothing = (!parameter.required).then_some(NOTHING);
        let choice = |value: &str| Choice { label: value.to_owned(), value: value.to_owned() };
        let choices: Vec<Choice> = nothing.into_iter().chain(choices).map(choice).collect();
        Input::Menu { chosen: nothing.map(str::to_owned), choices }
    };
    let hint = match (&input, &parameter.kind) {
        (Input::Menu { .. }, _) => None,
        (_, kind) => Some(hint(kind, &parameter.example)),
    };
    Field { label: parameter.name.clone(), name: parameter.name, hint, input }
}

/// With one more for nothing.
fn fits_a_menu(values: &[&str]) -> bool {
    values.len() < CHOICES_MAX && values.iter().all(|value| value.chars().count() <= CHOICE_MAX)
}

fn hint(kind: &ParameterKind, example: &str) -> String {
    let what = match kind {
        ParameterKind::Text(_) => "Text",
        ParameterKind::Number => "A number",
        ParameterKind::Boolean => "true or false",
        ParameterKind::Timestamp => "A time, ISO 8601 or seconds since 1970",
        ParameterKind::Blob => "Text, sent as it stands",
        ParameterKind::List(_) => "A list",
        ParameterKind::Structure(_) => "Members as Key=value, or JSON",
        ParameterKind::Map => "Pairs as key=value, or JSON",
        ParameterKind::Json => "JSON",
    };
    format!("{what}, like {example}")
}

#[cfg(test)]
mod tests {
    use awscall::command_line::{Parsed, parse, with_parameters};

    use super::*;

    fn line(text: &str) -> CommandLine {
        match parse(text) {
            Parsed::Run(line) | Parsed::Incomplete(line, _) => line,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_form_asks_for_what_is_open_and_begins_with_what_is_required() {
        let Fields { fields, left_out } = fields(&line("lambda invoke --invocation-type Event"));
        assert_eq!((fields[0].name.as_str(), left_out), ("function-name", 0));
        assert_eq!(fields[0].input, Input::Text { initial: String::new(), optional: false });
        assert!(!fields.iter().any(|field| field.name == "invocation-type"), "it is given");
        let log_type = fields.iter().find(|field| field.name == "log-type").unwrap();
        let Input::Menu { choices, chosen } = &log_type.input else { panic!("{log_type:?}") };
        let values: Vec<_> = choices.iter().map(|choice| choice.value.as_str()).collect();
        assert_eq!((values, chosen.as_deref()), (vec![NOTHING, "None", "Tail"], Some(NOTHING)));
    }

    #[test]
    fn what_is_filled_in_goes_into_the_command_and_nothing_else_does() {
        let before = line("lambda invoke");
        let values: Values = [
            ("function-name", "my function --invocation-type Event"),
            ("log-type", NOTHING),
            ("qualifier", " "),
            ("region", "eu-west-1"),
            ("no-such", "x"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        let given = given(&before, &values);
        let given: Vec<_> = given.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(given, [("function-name", "my function --invocation-type Event")]);
        let Parsed::Run(after) = with_parameters(&before, &given) else { panic!("it is whole") };
        assert_eq!(after.call.input.len(), 1, "{}", after.shown);
        assert_eq!(after.call.input["FunctionName"], "my function --invocation-type Event");
    }

    #[test]
    fn a_form_that_is_too_long_says_so() {
        let Fields { fields, left_out } = fields(&line("rds create-db-instance --region eu-west-1"));
        assert_eq!(fields.len(), FIELDS_MAX);
        assert!(left_out > 10, "{left_out}");
    }
}
