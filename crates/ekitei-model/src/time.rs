//! Instants in UTC with the local offset kept, and the Japanese calendar for screens and names.

use jiff::{Timestamp, civil::Date, tz::Offset};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// An instant and the offset of the place where it was taken. On the wire: RFC 3339 with milliseconds,
/// `2026-11-21T10:05:00.000+09:00`. A device's stamp is shown, never trusted for order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ts_rs::TS)]
#[ts(type = "string")]
pub struct Stamp {
    /// Milliseconds since 1970-01-01 UTC.
    pub utc_ms: i64,
    /// Minutes east of UTC.
    pub offset_min: i16,
}

/// Japan has one offset and no summer time.
pub const JAPAN_OFFSET_MIN: i16 = 9 * 60;

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not an RFC 3339 instant: {0:?}")]
pub struct NotAStamp(pub String);

impl Stamp {
    pub fn new(utc_ms: i64, offset_min: i16) -> Self {
        Self { utc_ms, offset_min }
    }

    /// `utc_ms` as read in Japan.
    pub fn japan(utc_ms: i64) -> Self {
        Self::new(utc_ms, JAPAN_OFFSET_MIN)
    }

    fn civil(self) -> jiff::civil::DateTime {
        let offset = Offset::from_seconds(i32::from(self.offset_min) * 60).unwrap_or(Offset::UTC);
        let ts = Timestamp::from_millisecond(self.utc_ms).unwrap_or(Timestamp::UNIX_EPOCH);
        offset.to_datetime(ts)
    }

    /// The local calendar day, `2026-11-21`.
    pub fn local_date(self) -> String {
        self.civil().date().to_string()
    }

    /// The local time of day as `100500` (hour, minute, second): sortable and safe in file names.
    pub fn local_hms(self) -> String {
        let t = self.civil();
        format!("{:02}{:02}{:02}", t.hour(), t.minute(), t.second())
    }

    /// The local day in the Japanese calendar, `令和8年11月21日`.
    pub fn wareki(self) -> String {
        let d = self.civil().date();
        wareki(d.year(), d.month(), d.day())
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let c = self.civil();
        let sign = if self.offset_min < 0 { '-' } else { '+' };
        let off = self.offset_min.unsigned_abs();
        write!(
            f,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}{sign}{:02}:{:02}",
            c.year(),
            c.month(),
            c.day(),
            c.hour(),
            c.minute(),
            c.second(),
            c.millisecond(),
            off / 60,
            off % 60
        )
    }
}

impl FromStr for Stamp {
    type Err = NotAStamp;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        let no = || NotAStamp(s.to_owned());
        let ts: Timestamp = s.parse().map_err(|_| no())?;
        let offset_min = match s.rfind(['+', '-']).filter(|&at| at > 10) {
            Some(at) => {
                let (h, m) = s[at + 1..].split_once(':').ok_or_else(no)?;
                let min = h.parse::<i16>().map_err(|_| no())? * 60
                    + m.get(..2).and_then(|m| m.parse::<i16>().ok()).ok_or_else(no)?;
                if s.as_bytes()[at] == b'-' { -min } else { min }
            }
            None => 0,
        };
        if offset_min.abs() > 18 * 60 {
            return Err(no());
        }
        Ok(Self { utc_ms: ts.as_millisecond(), offset_min })
    }
}

impl Serialize for Stamp {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Stamp {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Year, month, day of the Gregorian calendar as a Japanese era date; before Meiji the Gregorian form stays.
/// Era beginnings: 令和 2019-05-01, 平成 1989-01-08, 昭和 1926-12-25, 大正 1912-07-30, 明治 1868-10-23.
pub fn wareki(year: i16, month: i8, day: i8) -> String {
    const ERAS: [(&str, (i16, i8, i8)); 5] = [
        ("令和", (2019, 5, 1)),
        ("平成", (1989, 1, 8)),
        ("昭和", (1926, 12, 25)),
        ("大正", (1912, 7, 30)),
        ("明治", (1868, 10, 23)),
    ];
    match ERAS.iter().find(|(_, start)| (year, month, day) >= *start) {
        Some((era, (first, _, _))) => {
            let n = year - first + 1;
            let n = if n == 1 { "元".to_owned() } else { n.to_string() };
            format!("{era}{n}年{month}月{day}日")
        }
        None => format!("{year}年{month}月{day}日"),
    }
}

/// The Japanese fiscal year (April to March) of a local day `YYYY-MM-DD`; `None` if it is no date.
pub fn fiscal_year(local_date: &str) -> Option<i16> {
    let d: Date = local_date.parse().ok()?;
    Some(if d.month() >= 4 { d.year() } else { d.year() - 1 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamp_round_trips_with_its_offset() {
        for text in [
            "2026-11-21T10:05:00.123+09:00",
            "1999-12-31T23:59:59.999-03:30",
            "2026-01-01T00:00:00.000+00:00",
        ] {
            assert_eq!(text.parse::<Stamp>().expect("valid").to_string(), text);
        }
        assert_eq!("2026-11-21T01:05:00Z".parse::<Stamp>().expect("valid").offset_min, 0);
        assert!("yesterday".parse::<Stamp>().is_err());
    }

    #[test]
    fn the_local_day_is_the_place_s_day() {
        let s: Stamp = "2026-11-20T23:30:00Z".parse().expect("valid");
        assert_eq!(Stamp::japan(s.utc_ms).local_date(), "2026-11-21");
        assert_eq!(Stamp::japan(s.utc_ms).local_hms(), "083000");
    }

    #[test]
    fn eras_begin_on_their_day() {
        assert_eq!(wareki(2019, 4, 30), "平成31年4月30日");
        assert_eq!(wareki(2019, 5, 1), "令和元年5月1日");
        assert_eq!(wareki(2026, 11, 21), "令和8年11月21日");
        assert_eq!(fiscal_year("2026-03-31"), Some(2025));
        assert_eq!(fiscal_year("2026-04-01"), Some(2026));
    }
}
