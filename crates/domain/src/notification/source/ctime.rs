//! Points in time as C's `ctime` and Java's `Date` write them, `Sun Nov 22 18:20:11 UTC 2026`: some services still do.

/// The same in ISO 8601, which [`Moment`](crate::notification::Moment) reads; anything else as it stands.
pub fn iso(said: &str) -> String {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let words: Vec<&str> = said.split_whitespace().take(7).collect();
    let [_, month, day, time, "UTC" | "GMT", year] = words.as_slice() else { return said.to_owned() };
    match MONTHS.iter().position(|name| name == month) {
        Some(month) => format!("{year}-{:02}-{day:0>2}T{time}Z", month + 1),
        None => said.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_it_knows_is_changed() {
        assert_eq!(iso("Sun Nov 2 18:20:11 UTC 2026"), "2026-11-02T18:20:11Z");
        for said in ["Sun Nov 22 18:20:11 PST 2026", "Sun Foo 22 18:20:11 UTC 2026", "2026-11-22T18:20:11Z", "soon", ""]
        {
            assert_eq!(iso(said), said);
        }
    }
}
