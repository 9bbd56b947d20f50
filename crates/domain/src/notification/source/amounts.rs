//! Sizes and spans of time in words, for the readers of sources.

/// `1.3 MB`, in powers of ten as the AWS console's transfer sizes are.
pub fn bytes(count: u64) -> String {
    const UNITS: [(&str, u64); 4] =
        [("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000)];
    match UNITS.iter().find(|(_, size)| count >= *size) {
        Some((unit, size)) => format!("{}.{} {unit}", count / size, count % size / (size / 10)),
        None => format!("{count} bytes"),
    }
}

/// `5.8 s`, `12 min 3 s`, `2 h 5 min`.
pub fn milliseconds(count: u64) -> String {
    let seconds = count / 1_000;
    match seconds {
        0..=59 => format!("{seconds}.{} s", count % 1_000 / 100),
        60..=3_599 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3_600, seconds % 3_600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_words() {
        assert_eq!(
            [0, 999, 1_000, 1_305_107, 36_048_000_000].map(bytes),
            ["0 bytes", "999 bytes", "1.0 kB", "1.3 MB", "36.0 GB"]
        );
        assert_eq!([0, 5_753, 723_000, 7_500_000].map(milliseconds), ["0.0 s", "5.7 s", "12 min 3 s", "2 h 5 min"]);
        assert!(bytes(u64::MAX).ends_with(" TB") && milliseconds(u64::MAX).ends_with(" min"));
    }
}
