//! Parses expiration times as credential programs write them.
//!
//! botocore uses `dateutil`, which accepts nearly everything. Here every form that denotes one moment
//! is accepted: with or without seconds, with a time zone in any usual form. A time without a zone is
//! ambiguous; botocore fails with it too.

use std::sync::LazyLock;
use std::time::SystemTime;

use regex::Regex;
use time::format_description::well_known::{Rfc2822, Rfc3339};
use time::{Date, OffsetDateTime, Time, UtcOffset};

/// ISO 8601 with optional separators, seconds and zone.
static ISO_8601: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)^ (\d{4})-?(\d{2})-?(\d{2}) [T\ ]\ * (\d{2}):?(\d{2}) (?: :?(\d{2}) (?:[.,]\d+)? )?
          \ * (?: (Z|UTC|GMT) | ([+-]) (\d{2}) :? (\d{2})? ) $",
    )
    .expect("the expression is valid")
});

/// Parses a time. Returns `None` if it isn't valid or has no time zone.
pub(crate) fn parse(text: &str) -> Option<SystemTime> {
    let text = text.trim();
    let well_known =
        OffsetDateTime::parse(text, &Rfc3339).or_else(|_| OffsetDateTime::parse(text, &Rfc2822));
    well_known.ok().or_else(|| parse_iso_8601(text)).map(SystemTime::from)
}

fn parse_iso_8601(text: &str) -> Option<OffsetDateTime> {
    let found = ISO_8601.captures(text)?;
    let number = |group: usize| match found.get(group) {
        Some(digits) => digits.as_str().parse::<u16>().ok(),
        None => Some(0),
    };
    let small = |group: usize| u8::try_from(number(group)?).ok();
    let month = time::Month::try_from(small(2)?).ok()?;
    let date = Date::from_calendar_date(i32::from(number(1)?), month, small(3)?).ok()?;
    let time = Time::from_hms(small(4)?, small(5)?, small(6)?).ok()?;
    let (hours, minutes) = (i8::try_from(small(9)?).ok()?, i8::try_from(small(10)?).ok()?);
    let offset = match found.get(8).map(|group| group.as_str()) {
        Some("-") => UtcOffset::from_hms(-hours, -minutes, 0).ok()?,
        Some(_) => UtcOffset::from_hms(hours, minutes, 0).ok()?,
        None => UtcOffset::UTC,
    };
    Some(date.with_time(time).assume_offset(offset))
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn one_moment_is_parsed_in_every_form() {
        let expected = SystemTime::from(datetime!(2030-01-02 03:04:05 UTC));
        for text in [
            "2030-01-02T03:04:05Z",
            "2030-01-02T03:04:05+00:00",
            "2030-01-02T03:04:05+0000",
            "2030-01-02T03:04:05+00",
            "2030-01-02T05:04:05+0200",
            "2030-01-01T22:34:05-04:30",
            "2030-01-02t03:04:05z",
            "2030-01-02 03:04:05 UTC",
            "2030-01-02 03:04:05+00:00",
            "20300102T030405Z",
            "Wed, 02 Jan 2030 03:04:05 GMT",
            "Wed, 02 Jan 2030 03:04:05 +0000",
            " 2030-01-02T03:04:05Z\n",
        ] {
            assert_eq!(parse(text), Some(expected), "{text}");
        }
        assert!(parse("2030-01-02T03:04:05.678+0000").is_some());
        assert!(parse("2030-01-02T03:04Z").is_some());
        for text in [
            "",
            "tomorrow",
            "2030-01-02T03:04:05",
            "2030-13-02T03:04:05Z",
            "1893553445",
            "2030-01-02",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
