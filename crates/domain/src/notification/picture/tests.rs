//! Graphs of our own fixtures: what is asked of CloudWatch, and what is drawn of its numbers.

use serde_json::Value;

use super::chart::svg;
use super::{MetricData, MetricGraph, MetricLine, Queried, Side, Size, Threshold, Unit};
use crate::notification::{AccountNames, Incoming, card};

const SIZE: Size = Size { width: 600, height: 300 };

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../../../tests/fixtures/notification/cloudwatch_alarm/", $name))
    };
}

fn graph(message: &str) -> Option<MetricGraph> {
    card(&Incoming {
        topic_arn: "arn:aws:sns:eu-west-1:123456789012:alarms",
        subject: None,
        message,
        timestamp: "2026-11-22T18:20:17.000Z",
        account_names: AccountNames::NONE,
    })
    .picture
}

/// `values` at the last whole periods before the change of state.
fn data(graph: &MetricGraph, id: &str, values: &[f64]) -> MetricLine {
    let period = i64::from(graph.period_seconds);
    let last = graph.changed_at / period * period;
    let at = |index: usize| last - period * i64::try_from(values.len() - 1 - index).unwrap();
    let points = values.iter().enumerate().map(|(index, value)| (at(index), *value)).collect();
    MetricLine { id: id.to_owned(), label: id.to_owned(), points }
}

#[test]
fn an_alarm_by_sns_and_by_eventbridge_is_the_same_graph() {
    let by_sns = graph(fixture!("metric.json")).unwrap();
    assert_eq!(by_sns.threshold, Some(Threshold { value: 80.0, side: Side::Above, is_inclusive: false }));
    assert_eq!((by_sns.unit, by_sns.period_seconds, by_sns.changed_at), (Unit::Percent, 300, 1_795_371_616));
    assert_eq!((by_sns.account.as_deref(), by_sns.region.as_str()), (Some("123456789012"), "eu-west-1"));
    let Queried::Metric { namespace, dimensions, statistic, .. } = &by_sns.queries[0].of else { panic!("{by_sns:?}") };
    assert_eq!((namespace.as_str(), statistic.as_str()), ("AWS/RDS", "Average"));
    assert_eq!(dimensions[..], [("DBInstanceIdentifier".to_owned(), "orders-db".to_owned())]);
    // The event has no threshold but in its reason.
    assert_eq!(graph(fixture!("by_eventbridge.json")).unwrap(), by_sns);
}

#[test]
fn what_cannot_be_asked_for_is_not_a_graph() {
    assert_eq!(graph(fixture!("composite.json")), None);
    assert_eq!(graph("a sentence"), None);
    let metric = fixture!("metric.json");
    for (said, instead) in [
        ("arn:aws:cloudwatch:eu-west-1:", "arn:aws:cloudwatch:evil.example.com/:"),
        ("arn:aws:cloudwatch:eu-west-1:", "arn:aws:cloudwatch:eu-west-1@evil-1:"),
        ("\"Period\": 300", "\"Period\": 301"),
        ("\"Period\": 300", "\"Period\": 18446744073709551615"),
        ("2026-11-22T18:20:16.588+0000", "yesterday"),
        ("\"NewStateValue\": \"ALARM\"", "\"NewStateValue\": \"INSUFFICIENT_DATA\""),
    ] {
        assert!(metric.contains(said), "{said}");
        assert_eq!(graph(&metric.replacen(said, instead, 1)), None, "{instead}");
    }
}

#[test]
fn a_band_and_a_formula_ask_for_all_and_show_what_is_compared() {
    let anomaly = graph(fixture!("anomaly.json")).unwrap();
    assert_eq!((anomaly.band.as_deref(), anomaly.threshold), (Some("ad1"), None));
    let formula = fixture!("metric_maths.json").replace("INSUFFICIENT_DATA", "ALARM");
    let formula = graph(&formula).unwrap();
    let shown: Vec<_> = formula.queries.iter().map(|query| (query.id.as_str(), query.is_shown)).collect();
    assert_eq!(shown, [("rate", true), ("errors", false), ("requests", false)]);
    assert_eq!(formula.threshold.unwrap().words(formula.unit), "≥ 2.5");
}

#[test]
fn the_widget_names_metric_threshold_and_moment() {
    let graph = graph(fixture!("metric.json")).unwrap();
    let widget: Value = serde_json::from_str(&graph.widget(SIZE)).unwrap();
    assert_eq!(widget["metrics"][0][0], "AWS/RDS");
    assert_eq!(widget["metrics"][0][3], "orders-db");
    assert_eq!(widget["metrics"][0][4]["stat"], "Average");
    assert_eq!(widget["annotations"]["horizontal"][0]["value"], 80.0);
    assert_eq!(widget["annotations"]["vertical"][0]["value"], "2026-11-22T18:20:16Z");
    let (start, end) = (widget["start"].as_str().unwrap(), widget["end"].as_str().unwrap());
    assert!(start < "2026-11-22T15:00:00Z" && "2026-11-22T18:20:16Z" < end, "{start} {end}");
}

#[test]
fn the_words_say_what_the_picture_shows() {
    let graph = graph(fixture!("metric.json")).unwrap();
    let data = MetricData { lines: vec![data(&graph, "m1", &[12.0, 93.4, 91.0])] };
    let words = graph.alt_text(Some(&data));
    let expected = "alarm > 80 %, ALARM since 2026-11-22 18:20:16 UTC; lowest 12 %, highest 93.4 %, latest 91 %";
    assert!(words.ends_with(expected), "{words}");
    assert!(graph.alt_text(Some(&MetricData::default())).ends_with("no data"));
}

#[test]
fn threshold_change_and_values_are_in_the_picture_and_a_gap_is_a_gap() {
    let graph = graph(fixture!("metric.json")).unwrap();
    let mut line = data(&graph, "m1", &[12.0, 20.0, 30.0, 40.0, 93.4]);
    line.points.remove(2);
    let drawn = svg(&graph, &MetricData { lines: vec![line] }, SIZE);
    for words in [">alarm &gt; 80 %<", ">ALARM 18:20 · 93.4 %<", ">CPUUtilization (Average)<", ">18:00<"] {
        assert!(drawn.contains(words), "{words}: {drawn}");
    }
    let pieces = |drawn: &str| drawn.matches("stroke=\"#0972d3\"").count();
    assert_eq!(pieces(&drawn), 2, "two pieces around the gap");
    let empty = svg(&graph, &MetricData::default(), SIZE);
    assert!(pieces(&empty) == 0 && empty.contains("No data"));
}

#[test]
fn only_what_is_watched_is_a_line_and_the_band_is_an_area() {
    let graph = graph(fixture!("anomaly.json")).unwrap();
    let lines =
        vec![data(&graph, "m1", &[5.0, 9.0]), data(&graph, "ad1", &[4.0, 4.0]), data(&graph, "ad1", &[6.0, 6.0])];
    let drawn = svg(&graph, &MetricData { lines }, SIZE);
    assert_eq!(drawn.matches("stroke=\"#0972d3\"").count(), 1, "{drawn}");
    assert!(drawn.contains("fill-opacity=\"0.25\"") && !drawn.contains("stroke-dasharray"), "{drawn}");
}

#[test]
fn a_strangers_words_stay_words() {
    let mut graph = graph(fixture!("metric.json")).unwrap();
    graph.title = "</text><image href=\"file:///etc/passwd\"/>\u{0}\u{202e}&amp;".to_owned();
    let drawn = svg(&graph, &MetricData::default(), SIZE);
    assert!(!drawn.contains("<image") && !drawn.contains('\u{202e}') && !drawn.contains('\u{0}'), "{drawn}");
}

#[test]
fn any_numbers_make_a_picture_of_bounded_size() {
    let graph = graph(fixture!("metric.json")).unwrap();
    let many: Vec<f64> = (0..20_000).map(f64::from).collect();
    let hostile =
        [vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN, 5e-324], vec![f64::MAX, f64::MIN], many];
    for values in hostile {
        let drawn = svg(&graph, &MetricData { lines: vec![data(&graph, "m1", &values); 50] }, SIZE);
        assert!(!drawn.contains("NaN") && !drawn.contains("inf"), "{drawn:.2000}");
        assert!(drawn.len() < 4_000_000, "{}", drawn.len());
    }
}
