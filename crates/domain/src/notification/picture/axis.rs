//! Axes: where the ticks are, and how numbers and times are written beside them.
//!
//! Only the chart and the words about it call this. Pure arithmetic; every result is finite if what is given is.

use super::Unit;
use crate::notification::Moment;

const SCALES: [(f64, &str); 5] = [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"), (1.0, "")];
/// Below it, a number is written with an exponent.
const LEAST_PLAIN: f64 = 1e-4;
const MOST_PLAIN: f64 = 1e15;
/// Steps of a time axis in seconds: those that a person counts in.
const TIME_STEPS: [i64; 13] =
    [60, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 5 * 86_400];

/// The values that are shown, from the bottom to the top, and the ticks between.
#[derive(Debug, Clone, PartialEq)]
pub struct ValueAxis {
    pub low: f64,
    pub high: f64,
    pub ticks: Vec<f64>,
    step: f64,
    unit: Unit,
}

impl ValueAxis {
    /// Fits all of `values` (the threshold too), and begins at zero unless what is to be seen would be a flat line then.
    pub fn around(values: impl Iterator<Item = f64> + Clone, unit: Unit) -> Self {
        // What is further out could not be told apart on a screen, and its differences must stay finite.
        let values = values.filter(|value| value.is_finite() && value.abs() < 1e300);
        let (mut low, mut high) =
            (values.clone().fold(f64::INFINITY, f64::min), values.fold(f64::NEG_INFINITY, f64::max));
        if low > high {
            (low, high) = (0.0, 1.0);
        }
        let spread = high - low;
        let is_flat = spread <= 0.0;
        if low >= 0.0 && (is_flat || spread > high * 0.15) {
            low = 0.0;
        } else if high <= 0.0 && spread > -low * 0.15 {
            high = 0.0;
        }
        if high <= low {
            (low, high) = if low == 0.0 { (0.0, 1.0) } else { (low - low.abs() * 0.5, high + high.abs() * 0.5) };
        }
        let step = nice_step((high - low) / 4.0);
        let (mut bottom, mut top) = ((low / step).floor() * step, (high / step).ceil() * step);
        // A line along the edge of the picture is hard to see; a percentage ends at 100 all the same.
        if top - high < step * 0.12 && top != 0.0 && !(unit == Unit::Percent && is_whole(top / 100.0)) {
            top += step;
        }
        if low - bottom < step * 0.12 && bottom != 0.0 {
            bottom -= step;
        }
        let count = ((top - bottom) / step).round().clamp(1.0, 12.0);
        let ticks = (0..=12u8).map(f64::from).take_while(|tick| *tick <= count).map(|tick| bottom + tick * step);
        Self { low: bottom, high: top, ticks: ticks.collect(), step, unit }
    }

    /// A tick's words; all ticks of one axis have the same scale and decimals.
    pub fn label(&self, tick: f64) -> String {
        let most = self.low.abs().max(self.high.abs());
        if tick == 0.0 || tick.abs() < self.step * 1e-6 {
            return written(0.0, (1.0, ""), 0, self.unit);
        }
        if !(LEAST_PLAIN..MOST_PLAIN).contains(&most) {
            return value(tick, self.unit);
        }
        let scale = scale_of(most);
        let decimals = (0..=6).find(|decimals| is_whole(self.step / scale.0 * 10f64.powi(*decimals))).unwrap_or(6);
        written(tick, scale, usize::try_from(decimals).unwrap_or(0), self.unit)
    }
}

/// 1, 2, 2.5 or 5 times a power of ten, at least `least`.
fn nice_step(least: f64) -> f64 {
    if !least.is_finite() || least <= 0.0 {
        return 1.0;
    }
    let power = 10f64.powf(least.log10().floor());
    let nice = [1.0, 2.0, 2.5, 5.0].into_iter().find(|nice| nice * power >= least * 0.999_999);
    nice.unwrap_or(10.0) * power
}

fn is_whole(number: f64) -> bool {
    (number - number.round()).abs() < 1e-6 * number.abs().max(1.0)
}

fn scale_of(most: f64) -> (f64, &'static str) {
    // Up to 9,999 a number is read faster as it is.
    if most < 10_000.0 {
        return (1.0, "");
    }
    SCALES.into_iter().find(|(size, _)| most >= *size).unwrap_or((1.0, ""))
}

/// A single value as a person writes it: `93.4 %`, `1.25 M`, `2e-7`; about three digits that count.
pub fn value(value: f64, unit: Unit) -> String {
    let most = value.abs();
    if value == 0.0 {
        return written(0.0, (1.0, ""), 0, unit);
    }
    if !value.is_finite() || !(LEAST_PLAIN..MOST_PLAIN).contains(&most) {
        let number = trimmed(&format!("{value:.2e}"));
        return format!("{}{}", number.replacen('-', "−", usize::from(value < 0.0)), suffix("", unit));
    }
    let scale = scale_of(most);
    let size = most / scale.0;
    let decimals = match size {
        100.0.. => 0,
        10.0.. => 1,
        1.0.. => 2,
        _ => 5,
    };
    written(value, scale, decimals, unit)
}

fn written(value: f64, (size, prefix): (f64, &str), decimals: usize, unit: Unit) -> String {
    let number = format!("{:.decimals$}", value / size);
    let number = if number.contains('.') { trimmed(&number) } else { number };
    format!("{}{}", number.replace('-', "−"), suffix(prefix, unit))
}

/// Without zeros behind the point that say nothing: `2.50` is `2.5`, `1.00e-7` is `1e-7`.
fn trimmed(number: &str) -> String {
    let (digits, exponent) =
        number.split_once('e').map_or((number, None), |(digits, exponent)| (digits, Some(exponent)));
    let digits = if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits };
    match exponent {
        Some(exponent) => format!("{digits}e{exponent}"),
        None => digits.to_owned(),
    }
}

fn suffix(prefix: &str, unit: Unit) -> String {
    let unit = match unit {
        Unit::None => "",
        Unit::Percent => "%",
        Unit::Bytes => "B",
        Unit::Seconds => "s",
        Unit::Milliseconds => "ms",
    };
    if prefix.is_empty() && unit.is_empty() { String::new() } else { format!(" {prefix}{unit}") }
}

/// The ticks of a span of time and their words: `18:20`, or `22 Nov` at midnight and on longer spans.
pub fn times(from: i64, to: i64) -> Vec<(i64, String)> {
    let span = to.saturating_sub(from).max(1);
    let step = TIME_STEPS.into_iter().find(|step| span / step <= 7).unwrap_or(span);
    let first = from.div_euclid(step).saturating_add(1).saturating_mul(step);
    let ticks = (0..=8i64).map(|tick| first.saturating_add(tick.saturating_mul(step)));
    ticks
        .take_while(|at| *at < to)
        .map(|at| (at, if at.rem_euclid(86_400) == 0 { day(at) } else { clock(at) }))
        .collect()
}

/// `18:20`.
pub fn clock(at: i64) -> String {
    let minute = at.rem_euclid(86_400) / 60;
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// `22 Nov`.
pub fn day(at: i64) -> String {
    Moment::from_unix_ms(at.saturating_mul(1000)).day_and_month()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(values: &[f64], unit: Unit) -> Vec<String> {
        let axis = ValueAxis::around(values.iter().copied(), unit);
        axis.ticks.iter().map(|tick| axis.label(*tick)).collect()
    }

    #[test]
    fn an_axis_begins_at_zero_unless_that_hides_what_happens() {
        assert_eq!(labels(&[12.0, 93.0, 80.0], Unit::Percent), ["0 %", "25 %", "50 %", "75 %", "100 %"]);
        assert_eq!(labels(&[0.0, 0.0], Unit::None), ["0", "0.25", "0.5", "0.75", "1", "1.25"]);
        assert_eq!(labels(&[1_000_000.0, 1_010_000.0], Unit::None).first().unwrap(), "0.9975 M");
        assert_eq!(labels(&[-40.0, 30.0], Unit::None), ["−60", "−40", "−20", "0", "20", "40"].map(str::to_owned));
    }

    #[test]
    fn numbers_of_any_size_are_short() {
        let said = [
            (0.0, "0"),
            (80.0, "80"),
            (93.412, "93.4"),
            (1234.6, "1235"),
            (1_250_000.0, "1.25 M"),
            (3.2e10, "32 G"),
            (0.002, "0.002"),
            (1e-7, "1e-7"),
            (-5.5, "−5.5"),
            (1e300, "1e300"),
        ];
        for (number, words) in said {
            assert_eq!(value(number, Unit::None), words);
        }
        assert_eq!(value(2.5e9, Unit::Bytes), "2.5 GB");
    }

    #[test]
    fn no_number_makes_an_axis_that_cannot_be_drawn() {
        for values in [
            vec![],
            vec![f64::NAN],
            vec![f64::INFINITY, 1.0],
            vec![f64::MAX, f64::MIN],
            vec![5e-324, 1e-323],
            vec![1e299, -1e299],
        ] {
            let axis = ValueAxis::around(values.iter().copied(), Unit::None);
            assert!(axis.low < axis.high && axis.low.is_finite() && axis.high.is_finite(), "{values:?}: {axis:?}");
            assert!((2..=13).contains(&axis.ticks.len()), "{values:?}: {axis:?}");
            assert!(axis.ticks.iter().all(|tick| axis.label(*tick).len() < 24), "{values:?}: {axis:?}");
        }
    }

    #[test]
    fn times_are_on_the_clock() {
        let midnight = 1_795_305_600;
        let words = |from, to| times(from, to).into_iter().map(|(_, words)| words).collect::<Vec<_>>();
        assert_eq!(words(midnight - 5400, midnight + 5400), ["23:00", "23:30", "22 Nov", "00:30", "01:00"]);
        assert_eq!(words(midnight, midnight + 5 * 86_400), ["23 Nov", "24 Nov", "25 Nov", "26 Nov"]);
        assert!(times(i64::MIN, i64::MAX).len() < 10);
    }
}
