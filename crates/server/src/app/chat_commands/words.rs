//! What is said of a command that has ended: its answer, AWS's own no with what to do, or that nobody knows.

use awscall::command_line::CommandLine;
use domain::conversation::{Answer, Control, Style};
use domain::notification::{Part, Text};
use serde_json::Value;
use store::StoreError;

use super::Outcome;
use super::answer::Told;
use super::outcome::SaidNo;
use crate::app::App;
use crate::app::tickets::{CommandPress, CommandStep, Purpose, Ticket};

/// Characters of one preformatted part.
const OUTPUT_CHARACTERS: usize = 2_500;

impl App {
    pub(super) fn answer_of(&self, told: &Told) -> Result<Answer, StoreError> {
        let what = told.line.as_ref().map_or_else(|| "The command".to_owned(), name_of);
        let line = told.line.as_ref();
        let mut answer = match &told.outcome {
            Outcome::Output { output, .. } => output_words(&what, output),
            Outcome::Service(said_no) => said_no_words(&what, said_no, line),
            Outcome::Refused { sentence, remedy, command, quoted, .. } => {
                let said = [("AWS says", quoted), ("What to do", remedy)];
                let said = said.into_iter().filter_map(|(title, text)| Some(paragraph(title, text.as_ref()?)));
                let command = command.iter().map(|text| Part::Preformatted { title: None, text: text.clone() });
                Answer { body: said.chain(command).collect(), ..Answer::sentence(sentence.clone()) }
            }
            Outcome::NotSent(why) => {
                let body = vec![paragraph("Why", why)];
                Answer { body, ..Answer::sentence(format!("{what} was not sent to AWS: nothing was run")) }
            }
            Outcome::NoAnswer(why) => {
                let headline = format!("AWS did not answer {what}: it may have run, or not");
                Answer {
                    body: [vec![paragraph("Why", why)], how_to_check(line)].concat(),
                    ..Answer::sentence(headline)
                }
            }
            Outcome::TimedOut { seconds, sent } => {
                let headline = format!("{what} did not end within {seconds} seconds");
                Answer { body: interrupted(*sent, line), ..Answer::sentence(headline) }
            }
            Outcome::Interrupted { sent } => {
                let headline = format!("I was stopped while {what} ran");
                Answer { body: interrupted(*sent, line), ..Answer::sentence(headline) }
            }
            Outcome::TooLarge => {
                let body = vec![paragraph(
                    "What to do",
                    "Ask for less: `--max-items`, `--query`, or a filter of the operation.",
                )];
                Answer { body, ..Answer::sentence(format!("{what} ran, and its answer is too large for chat")) }
            }
            Outcome::Unknown => {
                let headline =
                    format!("I do not know whether {what} ran: I was interrupted, and will not run it again");
                Answer { body: how_to_check(line), ..Answer::sentence(headline) }
            }
        };
        if told.asked.next_page.is_some() && told.outcome.next_token().is_some() {
            answer.controls.push(self.next_page_button(told)?);
        }
        Ok(answer)
    }

    fn next_page_button(&self, told: &Told) -> Result<Control, StoreError> {
        let press = CommandPress { command: told.id.clone(), revision: 0, step: CommandStep::NextPage };
        let arn = told.asked.configuration_arn.as_ref();
        let ticket = Ticket::for_asker(&told.asked.event(), Purpose::Command(press), arn, self.clock.now_ms());
        let ticket = self.seal_ticket(&ticket)?;
        Ok(Control::Press { label: "Next page".to_owned(), style: Style::Plain, ticket })
    }
}

fn output_words(what: &str, output: &serde_json::Map<String, Value>) -> Answer {
    if output.is_empty() {
        return Answer::sentence(format!("{what} is done"));
    }
    let text = serde_json::to_string_pretty(output).unwrap_or_default();
    let shown: String = text.chars().take(OUTPUT_CHARACTERS).collect();
    let note = (shown.len() < text.len()).then(|| "There is more than has room here.".to_owned());
    let body = vec![Part::Preformatted { title: None, text: shown }];
    Answer { body, note, ..Answer::sentence(what) }
}

fn said_no_words(what: &str, said_no: &SaidNo, line: Option<&CommandLine>) -> Answer {
    let mut body = vec![paragraph("AWS says", &format!("{}: {}", said_no.code, said_no.message))];
    if said_no.may_have_happened {
        body.extend(how_to_check(line));
    }
    let note = said_no.request_id.as_ref().map(|id| format!("Request {id}"));
    Answer { body, note, ..Answer::sentence(format!("{what} failed")) }
}

fn interrupted(sent: bool, line: Option<&CommandLine>) -> Vec<Part> {
    if sent {
        return how_to_check(line);
    }
    vec![paragraph("What happened", "Nothing had been sent to AWS by then: nothing was run.")]
}

/// What only reads may simply be asked for again. Of all else, AWS CloudTrail knows; a little later.
fn how_to_check(line: Option<&CommandLine>) -> Vec<Part> {
    let Some(line) = line else { return Vec::new() };
    let call = &line.call;
    if awscall::read_only::is_read_only(call.service, call.operation) {
        return vec![paragraph("What to do", "It changes nothing: ask me again.")];
    }
    let region = line.region.as_ref().map(|region| format!(" --region {region}")).unwrap_or_default();
    let name = call.operation.name;
    let lookup =
        format!("cloudtrail lookup-events --lookup-attributes AttributeKey=EventName,AttributeValue={name}{region}");
    vec![
        paragraph(
            "What to do",
            "Look whether it ran before you ask me again. AWS CloudTrail knows it some minutes later:",
        ),
        Part::Preformatted { title: None, text: lookup },
    ]
}

fn name_of(line: &CommandLine) -> String {
    let place = line.region.as_ref().map(|region| format!(" in {region}")).unwrap_or_default();
    format!("{} {}{place}", line.call.service.name, line.call.operation.command)
}

fn paragraph(title: &str, text: &str) -> Part {
    Part::Paragraph { title: Some(title.to_owned()), text: Text::Plain(text.to_owned()) }
}
