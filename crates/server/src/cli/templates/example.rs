//! `bellhop templates example`: a template that changes nothing yet.

use std::path::PathBuf;

use clap::Args;
use domain::notification::{AccountNames, Card, Fact, Part, card};

use crate::cli::render::Message;
use crate::cli::say;

#[derive(Debug, Args)]
pub struct Example {
    /// A message of the source, as `bellhop render` takes it; `-` is standard input.
    file: PathBuf,
}

impl Example {
    pub fn run(self) -> anyhow::Result<()> {
        let message = Message::read(&self.file)?;
        say(of(&card(&message.incoming(AccountNames::NONE))).trim_end());
        Ok(())
    }
}

/// A template in which each fact of the card is named.
fn of(card: &Card) -> String {
    let facts = card.body.iter().filter_map(|part| if let Part::Facts(facts) = part { Some(facts) } else { None });
    let facts: String = facts.flatten().filter_map(line).collect();
    let source = card.source.name();
    format!(
        "{{# Save it as {source}.j2, and name it in the settings:

   [[templates]]
   source = \"{source}\"
   file = \"{source}.j2\"
#}}
{{% block headline %}}{{{{ headline }}}}{{% endblock %}}
{{% block gist %}}{{{{ gist | default('') }}}}{{% endblock %}}
{{% block body %}}
{{{{ body }}}}
{{% endblock %}}
{{% block facts %}}
{facts}{{% endblock %}}
{{% block footer %}}{{{{ footer }}}}{{% endblock %}}
"
    )
}

/// `Region: {{ facts['Region'] }}`; a label that would say something else to the engine or on a line is left out.
fn line(fact: &Fact) -> Option<String> {
    let label = fact.label.trim();
    let plain = !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || " -_/()+".contains(c));
    plain.then(|| format!("{label}: {{{{ facts['{label}'] }}}}\n"))
}

#[cfg(test)]
mod tests {
    use domain::notification::template::Template;

    use super::*;

    #[test]
    fn the_example_changes_nothing() {
        let message = Message::of(include_str!("../../../assets/samples/cloudwatch-alarm.json"));
        let incoming = message.incoming(AccountNames::NONE);
        let plain = card(&incoming);
        let template = Template::of_file("example", &of(&plain)).unwrap();
        assert_eq!(template.check(&plain, &incoming).unwrap(), plain);
    }
}
