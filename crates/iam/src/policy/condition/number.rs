//! The numbers of the Numeric operators: integers and decimals, compared exactly.

const FRACTION_DIGITS: u32 = 9;
const INTEGER_DIGITS: usize = 18;

/// In billionths, so that `0.1` is a tenth and an account number keeps its last digit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Decimal(i128);

impl Decimal {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (negative, unsigned) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let unsigned = if negative { unsigned } else { unsigned.strip_prefix('+').unwrap_or(unsigned) };
        let (integer, fraction) = unsigned.split_once('.').map_or((unsigned, None), |(i, f)| (i, Some(f)));
        let integer = digits(integer, INTEGER_DIGITS)?;
        let fraction = fraction.map_or(Some(0), fraction_billionths)?;
        let magnitude = i128::from(integer) * i128::from(10_u64.pow(FRACTION_DIGITS)) + i128::from(fraction);
        Some(Self(if negative { -magnitude } else { magnitude }))
    }

    pub(super) fn billionths(self) -> i128 {
        self.0
    }
}

/// `"25"` of `0.25` is 250,000,000.
pub(super) fn fraction_billionths(text: &str) -> Option<u64> {
    let shown = digits(text, FRACTION_DIGITS as usize)?;
    let missing = FRACTION_DIGITS.checked_sub(u32::try_from(text.len()).ok()?)?;
    shown.checked_mul(10_u64.pow(missing))
}

/// Digits and nothing else, at least one.
pub(super) fn digits(text: &str, at_most: usize) -> Option<u64> {
    let good = !text.is_empty() && text.len() <= at_most && text.bytes().all(|byte| byte.is_ascii_digit());
    if good { text.parse().ok() } else { None }
}
