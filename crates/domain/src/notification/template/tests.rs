//! Templates on cards: what they say, what they cannot say, and what becomes of those that fail.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;
use crate::notification::{AccountNames, Severity, card, render};

const ALARM: &str = include_str!("../../../tests/fixtures/notification/cloudwatch_alarm/anomaly.json");

fn incoming(message: &str) -> Incoming<'_> {
    let topic_arn = "arn:aws:sns:eu-west-1:123456789012:alarms";
    let timestamp = "2026-11-22T18:20:17.012Z";
    Incoming { topic_arn, subject: None, message, timestamp, account_names: AccountNames::NONE }
}

/// An event whose pipeline is called as the caller likes.
fn pipeline(name: &str) -> String {
    serde_json::json!({
        "detail-type": "CodePipeline Pipeline Execution State Change", "source": "aws.codepipeline",
        "account": "123456789012", "region": "eu-west-1", "time": "2026-11-22T18:20:16Z",
        "resources": ["arn:aws:codepipeline:eu-west-1:123456789012:web"],
        "detail": {"pipeline": name, "execution-id": "e1", "state": "FAILED", "password": "hunter2", "tags": ["a", "b"]},
    })
    .to_string()
}

#[track_caller]
fn styled(template: &str, message: &str) -> Card {
    let template = Template::of_file("t.j2", template).unwrap();
    let incoming = incoming(message);
    template.check(&card(&incoming), &incoming).unwrap()
}

#[track_caller]
fn fault(template: &str) -> TemplateError {
    let message = pipeline("web");
    let incoming = incoming(&message);
    match Template::of_file("t.j2", template) {
        Ok(template) => template.check(&card(&incoming), &incoming).unwrap_err(),
        Err(error) => error,
    }
}

fn facts(card: &Card) -> Vec<(String, Text)> {
    let facts = card.body.iter().filter_map(|part| if let Part::Facts(facts) = part { Some(facts) } else { None });
    facts.flatten().map(|fact| (fact.label.clone(), fact.value.clone())).collect()
}

#[test]
fn a_template_says_each_part() {
    let card = styled(
        "{% set who = message.detail.pipeline %}
{% block headline %}{{ who }} is {{ state | lower }}{% endblock %}
{% block gist %}{{ account }}{% endblock %}
{% block body %}
# What now
{% if severity == 'critical' %}
Look at it,
then tell {{ topic }}.
{% endif %}

{% for tag in message.detail.tags %}
- tag `{{ tag }}`
{% endfor %}
- `{{ message.detail['execution-id'] }}`
{% endblock %}
{% block facts %}
Pipeline: {{ resources[0] }}
Since: {{ time }}
Nothing: {{ nothing | default('') }}
{% for label, value in facts | items if label == 'Region' %}
The {{ label }}: {{ value }}
{% endfor %}
{% endblock %}
{% block footer %}by {{ source }}{% endblock %}",
        &pipeline("web: prod"),
    );
    assert_eq!(card.headline, Text::Plain("web: prod is failed".to_owned()));
    assert_eq!(card.gist, Some(Text::Code("123456789012".to_owned())), "the face that the card has for it");
    let [Part::Paragraph { title, text }, Part::Bullets { items, .. }, Part::Facts(_)] = card.body.as_slice() else {
        panic!("{:?}", card.body);
    };
    assert_eq!(title.as_deref(), Some("What now"));
    assert_eq!(*text, Text::Plain("Look at it,\nthen tell alarms.".to_owned()));
    assert_eq!(items.len(), 3);
    assert_eq!((&items[0], &items[2]), (&Text::Plain("tag `a`".to_owned()), &Text::Code("e1".to_owned())));
    let facts = facts(&card);
    let labels: Vec<&str> = facts.iter().map(|(label, _)| label.as_str()).collect();
    assert_eq!(labels, ["Pipeline", "Since", "The Region"]);
    assert!(matches!(&facts[0].1, Text::Arn(_)) && matches!(&facts[1].1, Text::Time(_)), "{facts:?}");
    assert_eq!(card.footer, "by codepipeline");
}

#[test]
fn what_is_not_said_stays() {
    let message = pipeline("web");
    let plain = card(&incoming(&message));
    let styled = styled("{% block headline %}{{ headline }}{% endblock %}", &message);
    assert_eq!(styled, plain);
    let own = "{% block body %}\nFirst this.\n\n{{ body }}\n{% endblock %}{% block facts %}\n{{ facts }}\nTeam: shop\n{% endblock %}";
    let alarm = card(&incoming(ALARM));
    let with_more = super::tests::styled(own, ALARM);
    let mut facts_wanted = facts(&alarm);
    facts_wanted.push(("Team".to_owned(), Text::Plain("shop".to_owned())));
    assert_eq!(facts(&with_more), facts_wanted);
    let others = |card: &Card| card.body.iter().filter(|part| !matches!(part, Part::Facts(_))).count();
    assert_eq!(others(&with_more), others(&alarm) + 1);
    assert_eq!((with_more.severity, &with_more.links), (alarm.severity, &alarm.links));
}

#[test]
fn secrets_of_the_message_stay_hidden() {
    let card = styled("{% block gist %}{{ message.detail.password }}{% endblock %}", &pipeline("web"));
    assert_eq!(card.gist, Some(Text::Plain("(hidden)".to_owned())));
}

#[test]
fn texts_of_the_settings_are_templates_too() {
    let parts = [(TemplatePart::Gist, "{{ subject }}!"), (TemplatePart::Facts, "State: {{ state }}")];
    let template = Template::of_parts("templates[0]", parts).unwrap();
    let message = pipeline("web");
    let incoming = incoming(&message);
    let card = template.check(&card(&incoming), &incoming).unwrap();
    assert_eq!(card.gist, Some(Text::Plain("web!".to_owned())));
    assert_eq!(facts(&card).len(), 1);
    let error = Template::of_parts("templates[0]", [(TemplatePart::Gist, "a\n{{ b")]).unwrap_err();
    assert!(error.to_string().starts_with("templates[0].gist:2:"), "{error}");
}

#[test]
fn faults_say_where() {
    for (template, wanted) in [
        ("{% block gist %}\n{{ subject | shout }}\n{% endblock %}", "t.j2:2:14: "),
        (
            "{% block gist %}\nx {{ messag.detail }}\n{% endblock %}",
            "t.j2:2:6: uses a value that this message does not have",
        ),
        ("{% block gist %}{{ message.detail.no.such }}{% endblock %}", "uses a value that this message does not have"),
        ("{% block gist %}{% if %}{% endblock %}", "t.j2:1:"),
        ("{% block gits %}{% endblock %}", "t.j2: has a block `gits`: a card has `headline`"),
        ("{# {% block gist %} #}{{ headline }}", "t.j2: says nothing"),
        ("{% block facts %}\nno colon\n{% endblock %}", "its part `facts` has the line `no colon`"),
        ("{% block facts %}\n{{ subject }}: {{ 1 / 0 }}\n{% endblock %}", "t.j2:2:"),
        ("{% block gist %}\u{fdd0}{% endblock %}", "is no text"),
    ] {
        let error = fault(template);
        assert!(error.to_string().contains(wanted), "{template}: {error}");
    }
    let error = fault("{% block gist %}\n  {{ nope }}\n{% endblock %}");
    assert_eq!(error.source_line.as_deref(), Some("  {{ nope }}"));
    let unknown =
        Template::of_file("t", "{% set x = 1 %}{% block gist %}{{ x }}{{ subjekt }}{{ range(2) }}{% endblock %}");
    assert_eq!(unknown.unwrap().unknown_names(), ["subjekt"]);
}

#[test]
fn in_production_what_is_missing_is_empty() {
    let template = Template::of_file("t", "{% block gist %}a{{ nope.no.no }}b{% endblock %}").unwrap();
    let message = pipeline("web");
    let incoming = incoming(&message);
    assert_eq!(template.restyle(card(&incoming), &incoming).gist, Some(Text::Plain("ab".to_owned())));
}

/// No template takes long, none says more than a card takes, and the card goes out whatever it does.
#[test]
fn a_template_that_fails_costs_only_itself() {
    let message = pipeline(&"web".repeat(1000));
    let incoming = incoming(&message);
    let plain = card(&incoming);
    for template in [
        "{% block gist %}{% for a in range(9999) %}{% for b in range(9999) %}{{ a * b }}{% endfor %}{% endfor %}{% endblock %}",
        "{% block gist %}{{ 'x' * 1000000000 }}{% endblock %}",
        "{% block gist %}{{ range(100000000) | list | length }}{% endblock %}",
        "{% block gist %}{% set n = namespace(s='x') %}{% for a in range(60) %}{% set n.s = n.s ~ n.s %}{% endfor %}{{ n.s }}{% endblock %}",
        "{% block gist %}{{ self.gist() }}{% endblock %}",
        "{% block gist %}{% include 't' %}{% endblock %}",
        "{% extends 't' %}{% block gist %}{{ super() }}{% endblock %}",
        "{% include '/etc/passwd' %}{% block gist %}x{% endblock %}",
        "{% block gist %}{{ subject * 20 }}{% endblock %}",
        "{% block gist %}{% for a in range(300) %}{{ subject | replace('w', 'ww') }}{% endfor %}{% endblock %}",
        "{% block gist %}{{ debug() }}{% endblock %}",
        "{% block gist %}{{ '%99999999d' | format(1) }}{% endblock %}",
        "{% block facts %}x{% endblock %}",
    ] {
        let template_read = Template::of_file("t", template).unwrap();
        let begun = Instant::now();
        let styled = template_read.restyle(plain.clone(), &incoming);
        // Milliseconds without optimisation; the bound leaves room for a machine that is busy with other tests.
        assert!(begun.elapsed() < Duration::from_secs(2), "{template}: {:?}", begun.elapsed());
        let (label, why) = facts(&styled).pop().unwrap();
        assert_eq!(label, "Template", "{template}");
        assert!(values::words(&why).starts_with("t:") && values::words(&why).len() < 400, "{template}: {why:?}");
        let mut without = styled;
        without.body.pop();
        assert_eq!(without, plain, "{template}");
    }
    let large = "x".repeat(TEMPLATE_BYTES_MAX + 1);
    assert!(Template::of_file("t", &large).unwrap_err().problem.contains("larger than"));
    assert!(Template::of_file("t", &"{{ ((".repeat(9000)).is_err());
}

/// The guide's template, on the messages that it is for.
#[test]
fn the_guide_s_template_works() {
    const GUIDE: &str = include_str!("../../../../../docs/guides/templates.md");
    let text = GUIDE.split_once("```jinja\n").unwrap().1.split_once("```").unwrap().0;
    let template = Template::of_file("deploy.j2", text).unwrap();
    assert_eq!(template.unknown_names(), [""; 0]);
    let message = pipeline("web");
    let incoming = incoming(&message);
    let styled = template.check(&card(&incoming), &incoming).unwrap();
    assert_eq!(styled.headline, Text::Plain("web: failed".to_owned()));
    assert_eq!(facts(&styled).len(), 2, "no stage, no fact");
    assert!(styled.body.iter().any(
        |part| matches!(part, Part::Bullets { title: Some(title), items, .. } if title == "Before you roll back" && items.len() == 2)
    ));
    for name in values::NAMES {
        assert!(GUIDE.contains(&format!("`{name}`")), "the guide does not say `{name}`");
    }
}

#[test]
fn the_first_template_that_fits_is_used() {
    let template = |gist: &str| Template::of_parts("t", [(TemplatePart::Gist, gist)]).unwrap();
    let selector =
        |source: &str, kind: Option<&str>| Selector { source: source.to_owned(), kind: kind.map(str::to_owned) };
    let templates: Templates = [
        (selector("aws.ec2", None), template("ec2")),
        (selector("codepipeline", Some("*Stage*")), template("stage")),
        (selector("aws.code*", None), template("code")),
        (selector("*", None), template("any")),
    ]
    .into_iter()
    .collect();
    let gist = |message: &str| {
        let incoming = incoming(message);
        templates.restyle(card(&incoming), &incoming).gist.map(|gist| values::words(&gist))
    };
    assert_eq!(gist(&pipeline("web")).as_deref(), Some("code"));
    assert_eq!(gist(&pipeline("web").replace("Pipeline Execution", "Stage Execution")).as_deref(), Some("stage"));
    assert_eq!(gist("hello").as_deref(), Some("any"));
    assert_eq!(gist(ALARM).as_deref(), Some("any"));
}

#[test]
fn the_names_are_those_of_the_guide() {
    let message = pipeline("web");
    let incoming = incoming(&message);
    let values = values::of(&card(&incoming), &incoming);
    let known: Vec<String> = values.try_iter().unwrap().map(|name| name.to_string()).collect();
    let mut wanted: Vec<&str> = values::NAMES.to_vec();
    wanted.sort_unstable();
    assert_eq!(known, wanted);
}

/// Everything that a message may print, in every part, in ways that tempt.
const HONEST: &str = "{% set n = message.detail.pipeline %}
{% block headline %}{{ n }}{% endblock %}
{% block gist %}x {{ n }}{% endblock %}
{% block body %}
# T {{ n }}

{{ n }}

- {{ n }}
{% filter upper %}{{ n }}{% endfilter %}
{% set kept %}{{ n }}{% endset %}
{{ kept }}
{{ [n, n] | join('') }}{{ message | tojson }}

```
{{ n }}
```
{% endblock %}
{% block facts %}
One: {{ n }}
{{ n }}: two
Three: `{{ n }}`
{% endblock %}
{% block footer %}{{ n }}{% endblock %}";

proptest! {
    /// Whatever a value says, the card has the parts that the template gives it, and no platform's message has its power.
    #[test]
    fn a_value_gains_no_power(name in "(<!channel>|<@U1>|@All|\\[x\\]\\(https://e.example\\)|\n- |\nFact: |\n# |```|`|\\{\\{ 7 \\}\\}|\u{fdd0}|\u{fdd1}|\u{fdd2}|[a-z ]{1,5}|\\PC){1,12}") {
        let message = pipeline(&name);
        let incoming = incoming(&message);
        let template = Template::of_file("t", HONEST).unwrap();
        let styled = template.check(&card(&incoming), &incoming).unwrap();
        prop_assert!(facts(&styled).len() <= 3);
        let parts = styled.body.iter().filter(|part| !matches!(part, Part::Facts(_))).count();
        prop_assert!(parts <= 4, "{:?}", styled.body);
        prop_assert_eq!(styled.severity, Severity::Critical);
        let texts = format!("{styled:?}");
        prop_assert!(!texts.contains("Native("), "{}", texts);
        // The header's text is plain: nothing in it has power.
        let slack = serde_json::to_string(&render::slack::message(&styled).attachments).unwrap();
        prop_assert!(!slack.contains("<!channel") && !slack.contains("<@U1"), "{}", slack);
        let chime = render::chime::message(&styled).content;
        prop_assert!(!chime.contains('@'), "{}", chime);
        let headline = chime.lines().next().unwrap_or_default();
        prop_assert!(!headline.contains("](https://e.example)"), "{}", headline);
    }

    /// Any text is a template or is refused with a reason, and any template leaves a card.
    #[test]
    fn any_text_is_read_or_refused(text in "(\\{%|%\\}|\\{\\{|\\}\\}|block |gist|body|facts|endblock|for |in |message|if |endif|endfor|set |\\||\\.|:|\n|[a-z0-9 ]{1,6}){0,25}") {
        let message = pipeline("web");
        let incoming = incoming(&message);
        if let Ok(template) = Template::of_file("t", &text) {
            let styled = template.restyle(card(&incoming), &incoming);
            prop_assert!(!values::words(&styled.headline).is_empty());
        }
    }
}
