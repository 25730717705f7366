//! Calendar days and times of forms: what people type, what is stored (ISO), what XPath counts.

use crate::narrow::narrow;
use crate::xpath::number;
use std::fmt;

/// A day of the Gregorian calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day {
    pub year: i16,
    pub month: u8,
    pub day: u8,
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

fn is_leap(year: i64) -> bool {
    (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
}

fn month_days(year: i64, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 31,
    }
}

impl Day {
    /// Years 1 to 9999.
    pub fn new(year: i64, month: u8, day: u8) -> Option<Self> {
        let fits = (1..=9999).contains(&year)
            && (1..=12).contains(&month)
            && (1..=month_days(year, month)).contains(&day);
        fits.then_some(Self { year: year as i16, month, day })
    }

    /// Days since 1970-01-01.
    pub fn to_days(self) -> i64 {
        let (y, m, d) = (i64::from(self.year), i64::from(self.month), i64::from(self.day));
        // Years begin in March, so that the leap day is the last of its year.
        let y = if m <= 2 { y - 1 } else { y };
        let era = y.div_euclid(400);
        let of_era = y.rem_euclid(400);
        let of_year = (153 * (m + if m > 2 { -3 } else { 9 }) + 2) / 5 + d - 1;
        era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
    }

    pub fn from_days(days: i64) -> Option<Self> {
        if !(-800_000..=3_000_000).contains(&days) {
            return None;
        }
        let z = days + 719_468;
        let era = z.div_euclid(146_097);
        let of_era = z.rem_euclid(146_097);
        let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let mp = (5 * of_year + 2) / 153;
        let day = (of_year - (153 * mp + 2) / 5 + 1) as u8;
        let month = if mp < 10 { mp + 3 } else { mp - 9 } as u8;
        Self::new(year_of_era + era * 400 + i64::from(month <= 2), month, day)
    }

    /// 0 Sunday … 6 Saturday.
    pub fn weekday(self) -> u8 {
        (self.to_days() + 4).rem_euclid(7) as u8
    }

    /// 令和8年11月21日
    pub fn wareki(self) -> String {
        ekitei_model::time::wareki(self.year, self.month as i8, self.day as i8)
    }

    /// The fiscal year, April to March.
    pub fn fiscal_year(self) -> i16 {
        if self.month >= 4 { self.year } else { self.year - 1 }
    }

    /// 令和8年度
    pub fn wareki_fiscal_year(self) -> String {
        // The era of the fiscal year's last day but named by its first: 平成31年度 and 令和元年度 are both in use;
        // offices write 令和元年度 for April 2019, too.
        let at = Self { year: self.fiscal_year(), month: 5, day: 1 }.wareki();
        at.split('年').next().map_or_else(String::new, |era| format!("{era}年度"))
    }
}

/// `2026-03-05`, nothing else.
pub fn parse_iso(text: &str) -> Option<Day> {
    let b = text.as_bytes();
    let shape = b.len() == 10
        && b.iter()
            .enumerate()
            .all(|(i, c)| if matches!(i, 4 | 7) { *c == b'-' } else { c.is_ascii_digit() });
    if !shape {
        return None;
    }
    Day::new(text[..4].parse().ok()?, text[5..7].parse().ok()?, text[8..].parse().ok()?)
}

/// A day as people write it: `2022-03-05`, `2022/3/5`, `2022年3月5日`, `20220305`, `令和4年3月5日`, `令和元年5月1日`, `令4.3.5`,
/// `R4.3.5`, `r4/3/5`; full-width or not.
pub fn parse(text: &str) -> Option<Day> {
    let plain: String = narrow(text).chars().filter(|c| !c.is_whitespace()).take(64).collect();
    if plain.len() == 8 && plain.bytes().all(|c| c.is_ascii_digit()) {
        return Day::new(plain[..4].parse().ok()?, plain[4..6].parse().ok()?, plain[6..].parse().ok()?);
    }
    const ERAS: [(&[&str], i64); 5] = [
        (&["令和", "令", "R", "r"], 2018),
        (&["平成", "平", "H", "h"], 1988),
        (&["昭和", "昭", "S", "s"], 1925),
        (&["大正", "大", "T", "t"], 1911),
        (&["明治", "明", "M", "m"], 1867),
    ];
    let era = ERAS.iter().find_map(|(names, before)| {
        names.iter().find_map(|name| plain.strip_prefix(name)).map(|rest| (rest, *before))
    });
    let (rest, before) = era.unwrap_or((plain.as_str(), 0));
    let rest = rest.strip_suffix('日').unwrap_or(rest).replacen('元', "1", 1);
    let mut parts = rest.split(['年', '月', '/', '.', '-', '・']);
    let mut next = || -> Option<i64> {
        let part = parts.next()?;
        (part.len() <= 4 && !part.is_empty() && part.bytes().all(|c| c.is_ascii_digit()))
            .then(|| part.parse().ok())?
    };
    let (year, month, day) = (next()?, next()?, next()?);
    if parts.next().is_some() {
        return None;
    }
    let year = match before {
        0 if year < 1000 => return None,
        0 => year,
        _ if !(1..=99).contains(&year) => return None,
        before => before + year,
    };
    Day::new(year, u8::try_from(month).ok()?, u8::try_from(day).ok()?)
}

/// `9:05`, `0905`, `午後3時5分`, `15時`; the result is `HH:MM` or `HH:MM:SS`.
pub fn parse_time(text: &str) -> Option<String> {
    let plain: String = narrow(text).chars().filter(|c| !c.is_whitespace()).take(64).collect();
    let (plain, add) = match (plain.strip_prefix("午後"), plain.strip_prefix("午前")) {
        (Some(rest), _) => (rest.to_owned(), 12),
        (_, Some(rest)) => (rest.to_owned(), 0),
        _ => (plain, 24),
    };
    // An offset or fraction behind the seconds is not kept: a time of day has neither.
    let plain = plain.split(['+', 'Z']).next().unwrap_or_default();
    let plain = plain.split('.').next().unwrap_or_default();
    let digits = |s: &str| s.len() <= 2 && !s.is_empty() && s.bytes().all(|c| c.is_ascii_digit());
    let parts: Vec<&str> = if plain.len() == 4 && plain.bytes().all(|c| c.is_ascii_digit()) {
        vec![&plain[..2], &plain[2..]]
    } else {
        plain.trim_end_matches(['分', '秒']).split([':', '時', '分']).filter(|p| !p.is_empty()).collect()
    };
    let has_sign = plain.contains([':', '時']) || plain.len() == 4;
    if !has_sign || parts.is_empty() || parts.len() > 3 || !parts.iter().all(|p| digits(p)) {
        return None;
    }
    let numbers: Vec<u8> = parts.iter().filter_map(|p| p.parse().ok()).collect();
    let hour = match (add, numbers[0]) {
        (24, h) => h,
        (_, h) if h > 12 => return None,
        (add, h) => h % 12 + add,
    };
    let minute = numbers.get(1).copied().unwrap_or(0);
    let second = numbers.get(2).copied();
    if hour > 23 || minute > 59 || second.is_some_and(|s| s > 59) {
        return None;
    }
    Some(match second {
        Some(s) => format!("{hour:02}:{minute:02}:{s:02}"),
        None => format!("{hour:02}:{minute:02}"),
    })
}

/// A day and a time with `T`, white space or `日` between; an offset behind stays.
pub fn parse_date_time(text: &str) -> Option<String> {
    let at = text.find(['T', ' ', '\u{3000}']).or_else(|| text.find('日').map(|at| at + '日'.len_utf8()))?;
    let day = parse(&text[..at])?;
    let time = text[at..].trim_start_matches(['T', ' ', '\u{3000}']);
    let offset_at = time.find(['+', 'Z']).or_else(|| time.rfind('-')).unwrap_or(time.len());
    let (clock, offset) = time.split_at(offset_at);
    let clock = parse_time(clock)?;
    let seconds = if clock.len() == 5 { ":00" } else { "" };
    (offset.is_empty() || offset_minutes(offset).is_some()).then(|| format!("{day}T{clock}{seconds}{offset}"))
}

/// Minutes east of UTC of `Z`, `+09:00` or `+0900`.
pub fn offset_minutes(text: &str) -> Option<i64> {
    if text == "Z" {
        return Some(0);
    }
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let digits: String = text[1..].chars().filter(|c| *c != ':').collect();
    if !matches!(digits.len(), 2 | 4) || !digits.bytes().all(|c| c.is_ascii_digit()) {
        return None;
    }
    let hours: i64 = digits[..2].parse().ok()?;
    let minutes: i64 = digits.get(2..4).map_or(Some(0), |m| m.parse().ok())?;
    (hours <= 18 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

/// A stored day, or day and time, in days since 1970 by the clock of the place: a time with an offset of its own is
/// brought to `place_offset` (minutes east of UTC, asked for only then). A day is a whole number everywhere.
pub fn days_of(text: &str, place_offset: impl FnOnce() -> Option<i64>) -> Option<f64> {
    // Cheap refusal first: this runs for every text that an expression takes as a number.
    if text.len() < 10 || text.as_bytes()[4] != b'-' || !text.is_char_boundary(10) {
        return None;
    }
    let day = parse_iso(&text[..10])?.to_days() as f64;
    if text.len() == 10 {
        return Some(day);
    }
    let clock = text[10..].strip_prefix('T')?;
    let offset = clock.find(['+', '-', 'Z']).map_or("", |at| &clock[at..]);
    let moved = if offset.is_empty() {
        0
    } else {
        let own = offset_minutes(offset)?;
        place_offset().map_or(0, |place| place - own)
    };
    Some(day + time_fraction(clock)? + moved as f64 / 1440.0)
}

/// The part of a day that `HH:MM[:SS[.mmm]]` is; an offset behind it must be one and is not counted.
pub fn time_fraction(clock: &str) -> Option<f64> {
    let end = clock.find(['+', '-', 'Z']).unwrap_or(clock.len());
    if end < clock.len() && offset_minutes(&clock[end..]).is_none() {
        return None;
    }
    seconds_of(&clock[..end]).map(|seconds| seconds / 86_400.0)
}

fn seconds_of(clock: &str) -> Option<f64> {
    let mut parts = clock.split(':');
    let hour = number::parse(parts.next()?);
    let minute = number::parse(parts.next()?);
    let second = parts.next().map_or(0.0, number::parse);
    let fits = (0.0..24.0).contains(&hour) && (0.0..60.0).contains(&minute) && (0.0..60.0).contains(&second);
    (fits && parts.next().is_none()).then_some((hour * 60.0 + minute) * 60.0 + second)
}

/// The same by the clock of the place.
pub fn time_of_place(clock: &str, place_offset: Option<i64>) -> Option<f64> {
    time_fraction(clock)?;
    let end = clock.find(['+', '-', 'Z']).unwrap_or(clock.len());
    let moved = offset_minutes(&clock[end..]).zip(place_offset).map_or(0, |(own, place)| place - own);
    Some((seconds_of(&clock[..end])? + moved as f64 * 60.0).rem_euclid(86_400.0) / 86_400.0)
}

/// A text as XPath's `number()` takes it in forms: a decimal, or a day in days since 1970.
pub fn number_of(text: &str, place_offset: impl FnOnce() -> Option<i64>) -> f64 {
    let n = number::parse(text);
    if n.is_nan() { days_of(text, place_offset).unwrap_or(f64::NAN) } else { n }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn people_s_dates_are_read() {
        for text in [
            "2022-03-05",
            "2022/3/5",
            "2022.3.5",
            "2022年3月5日",
            "20220305",
            "令和4年3月5日",
            "R4.3.5",
            "r4/3/5",
            "令4.3.5",
            "Ｒ４．３．５",
            "令和４年 ３月 ５日",
            "㋿4年3月5日",
            " 2022-3-5 ",
        ] {
            assert_eq!(parse(text).map(|d| d.to_string()).as_deref(), Some("2022-03-05"), "{text}");
        }
        assert_eq!(parse("令和元年5月1日").map(|d| d.to_string()).as_deref(), Some("2019-05-01"));
        assert_eq!(parse("S63.12.31").map(|d| d.to_string()).as_deref(), Some("1988-12-31"));
        for text in [
            "",
            "R0.1.1",
            "22/3/5",
            "2022-02-29",
            "2022-13-01",
            "3月5日",
            "令和4年",
            "明日",
            "R4.3.5.6",
            "+2022-1-1",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn times_are_read() {
        for (text, time) in [
            ("9:05", "09:05"),
            ("0905", "09:05"),
            ("午後3時5分", "15:05"),
            ("午前12時", "00:00"),
            ("15時", "15:00"),
            ("１５：３０：０９", "15:30:09"),
            ("10:00:00.000+09:00", "10:00:00"),
        ] {
            assert_eq!(parse_time(text).as_deref(), Some(time), "{text}");
        }
        for text in ["", "25:00", "9", "12:60", "午後13時", "a:b", ":", "1:2:3:4"] {
            assert_eq!(parse_time(text), None, "{text}");
        }
        assert_eq!(parse_date_time("R4.3.5 9:05").as_deref(), Some("2022-03-05T09:05:00"));
        assert_eq!(
            parse_date_time("2022-03-05T09:05:07.000+09:00").as_deref(),
            Some("2022-03-05T09:05:07+09:00")
        );
    }

    #[test]
    fn fiscal_years_begin_in_april() {
        let day = |t: &str| parse_iso(t).expect("a day");
        assert_eq!(day("2026-03-31").wareki_fiscal_year(), "令和7年度");
        assert_eq!(day("2026-04-01").wareki_fiscal_year(), "令和8年度");
        assert_eq!(day("2019-04-01").wareki_fiscal_year(), "令和元年度");
        assert_eq!(day("2026-11-21").weekday(), 6);
    }

    proptest! {
        #[test]
        fn days_count_both_ways(days in -700_000i64..2_900_000) {
            if let Some(day) = Day::from_days(days) {
                prop_assert_eq!(day.to_days(), days);
                prop_assert_eq!(parse_iso(&day.to_string()), Some(day));
                prop_assert_eq!(Day::from_days(days + 1).map(|d| d > day), Day::from_days(days + 1).map(|_| true));
            }
        }

        #[test]
        fn wareki_reads_back(days in -36_000i64..40_000) {
            let day = Day::from_days(days).expect("in range");
            prop_assert_eq!(parse(&day.wareki()), Some(day));
        }

        #[test]
        fn nothing_typed_panics(text in "\\PC{0,30}") {
            let _ = (parse(&text), parse_time(&text), parse_date_time(&text), number_of(&text, || Some(540)));
        }
    }
}
