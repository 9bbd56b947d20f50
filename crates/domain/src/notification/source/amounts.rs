//! Sizes in words, for the readers of sources.

/// `1.3 MB`, in powers of ten as the AWS console's transfer sizes are.
pub fn bytes(count: u64) -> String {
    const UNITS: [(&str, u64); 4] =
        [("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000)];
    match UNITS.iter().find(|(_, size)| count >= *size) {
        Some((unit, size)) => format!("{}.{} {unit}", count / size, count % size / (size / 10)),
        None => format!("{count} bytes"),
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
        assert!(bytes(u64::MAX).ends_with(" TB"));
    }
}
