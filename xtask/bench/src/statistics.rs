//! Percentiles and medians, used by every measurement. Never interpolates a percentile: what is printed was measured.

/// The value that `percent` per cent of the sorted values do not exceed (nearest rank), or nothing for no values.
pub fn percentile<T: Copy>(sorted: &[T], percent: u8) -> Option<T> {
    let rank = (sorted.len() * usize::from(percent)).div_ceil(100);
    sorted.get(rank.max(1) - 1).copied()
}

/// The middle of the values in any order, the mean of the two middle ones for an even number of them; NaN for none.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    let upper = sorted.get(middle).copied().unwrap_or(f64::NAN);
    if sorted.len() % 2 == 1 {
        return upper;
    }
    let lower = middle.checked_sub(1).and_then(|below| sorted.get(below)).copied().unwrap_or(f64::NAN);
    f64::midpoint(lower, upper)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_the_nearest_rank() {
        let hundred: Vec<u32> = (1..=100).collect();
        assert_eq!(percentile(&hundred, 50), Some(50));
        assert_eq!(percentile(&hundred, 99), Some(99));
        assert_eq!(percentile(&hundred, 100), Some(100));
        assert_eq!(percentile(&hundred, 0), Some(1));
        // Nine in ten values are 1, so the 90th percentile is still 1 and the 91st is not.
        let ten = [1, 1, 1, 1, 1, 1, 1, 1, 1, 7];
        assert_eq!(percentile(&ten, 90), Some(1));
        assert_eq!(percentile(&ten, 91), Some(7));
    }

    #[test]
    fn percentiles_of_few_values_exist_and_of_none_do_not() {
        assert_eq!(percentile(&[5], 1), Some(5));
        assert_eq!(percentile(&[5], 99), Some(5));
        assert_eq!(percentile(&[5, 9], 50), Some(5));
        assert_eq!(percentile(&[5, 9], 51), Some(9));
        assert_eq!(percentile::<u8>(&[], 50), None);
    }

    #[test]
    #[expect(clippy::float_cmp, reason = "halves and whole numbers are exact")]
    fn a_median_does_not_depend_on_the_order() {
        assert_eq!(median(&[9.0, 1.0, 5.0]), 5.0);
        assert_eq!(median(&[8.0, 1.0, 2.0, 5.0]), 3.5);
        assert_eq!(median(&[4.0]), 4.0);
        assert!(median(&[]).is_nan());
    }
}
