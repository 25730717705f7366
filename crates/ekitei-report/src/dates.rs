//! Calendar days as people and sheets write them.

use ekitei_model::time::wareki;

/// A civil day of the Gregorian calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Day {
    pub year: i16,
    pub month: i8,
    pub day: i8,
}

impl Day {
    /// Reads `2026-11-21`, also as the beginning of an instant; `None` if it is no real day.
    pub fn parse(text: &str) -> Option<Self> {
        let date = text.get(..10)?;
        let rest = text.get(10..)?;
        if !(rest.is_empty() || rest.starts_with(['T', ' '])) {
            return None;
        }
        let mut parts = date.split('-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() || !date.bytes().all(|b| b == b'-' || b.is_ascii_digit()) {
            return None;
        }
        let this = Self { year: year.parse().ok()?, month: month.parse().ok()?, day: day.parse().ok()? };
        let leap = this.year % 4 == 0 && (this.year % 100 != 0 || this.year % 400 == 0);
        let days = match this.month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => return None,
        };
        (this.year >= 1 && (1..=days).contains(&this.day)).then_some(this)
    }

    /// Days since 1970-01-01 (proleptic Gregorian).
    pub fn days_since_1970(self) -> i64 {
        let (y, m) = if self.month <= 2 {
            (i64::from(self.year) - 1, i64::from(self.month) + 12)
        } else {
            (i64::from(self.year), i64::from(self.month))
        };
        365 * y + y.div_euclid(4) - y.div_euclid(100)
            + y.div_euclid(400)
            + (153 * (m - 3) + 2) / 5
            + i64::from(self.day)
            - 1
            - 719_468
    }

    /// The serial number of a worksheet's 1900 date system; its day 60 (1900-02-29) never was.
    pub fn serial_1900(self) -> Option<i64> {
        let serial = self.days_since_1970() + 25_569;
        (serial > 60).then_some(serial)
    }

    /// The serial number of the 1904 date system.
    pub fn serial_1904(self) -> Option<i64> {
        let serial = self.days_since_1970() + 25_569 - 1_462;
        (serial >= 0).then_some(serial)
    }

    pub fn wareki(self) -> String {
        wareki(self.year, self.month, self.day)
    }

    /// Era as a letter and the year in it, for `R8.11.21`; `None` before Meiji.
    pub fn era(self) -> Option<(char, &'static str, i16)> {
        let long = self.wareki();
        [
            ('R', "令和", 2018),
            ('H', "平成", 1988),
            ('S', "昭和", 1925),
            ('T', "大正", 1911),
            ('M', "明治", 1867),
        ]
        .into_iter()
        .find(|(_, name, _)| long.starts_with(name))
        .map(|(letter, name, before)| (letter, name, self.year - before))
    }
}

/// `2026-11-21` (or an instant beginning so) as `令和8年11月21日`; anything else comes back as it is.
pub fn japanese_date(iso: &str) -> String {
    Day::parse(iso).map_or_else(|| iso.to_owned(), Day::wareki)
}

/// `2026-11-21` as `R8.11.21`; anything else comes back as it is.
pub fn japanese_date_short(iso: &str) -> String {
    match Day::parse(iso).and_then(|day| Some((day, day.era()?))) {
        Some((day, (letter, _, year))) => format!("{letter}{year}.{}.{}", day.month, day.day),
        None => iso.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_serials() {
        let day = |text: &str| Day::parse(text).unwrap();
        assert_eq!(day("1970-01-01").days_since_1970(), 0);
        assert_eq!(day("2000-03-01").days_since_1970(), 11_017);
        assert_eq!(day("2026-11-21").serial_1900(), Some(46_347));
        assert_eq!(day("1904-01-01").serial_1904(), Some(0));
        assert_eq!(day("1900-02-28").serial_1900(), None);
        for bad in [
            "2026-02-29",
            "2026-13-01",
            "2026-1-01",
            "20261121",
            "",
            "2026-11-21x",
            "令和8年11月21日",
            "2026-11-2あ",
        ] {
            assert_eq!(Day::parse(bad), None, "{bad}");
        }
        assert!(Day::parse("2024-02-29T10:00:00.000+09:00").is_some());
    }

    #[test]
    fn the_era_changes_on_its_day() {
        assert_eq!(japanese_date("2019-04-30"), "平成31年4月30日");
        assert_eq!(japanese_date("2019-05-01"), "令和元年5月1日");
        assert_eq!(japanese_date_short("2019-05-01"), "R1.5.1");
        assert_eq!(japanese_date_short("1989-01-07"), "S64.1.7");
        assert_eq!(japanese_date("未定"), "未定");
    }
}
