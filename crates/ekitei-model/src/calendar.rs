//! Days and hours: office hours, weekends, holidays; and what was brought from the groupware's calendar.

use crate::ids::{RecordId, StaffId};
use crate::record::Record;
use crate::time::Stamp;
use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday};
use std::collections::BTreeSet;

/// Fields of a `calendar_event`: one appointment of one person, from the file that the groupware exported.
pub mod event {
    /// The appointment's id in the groupware.
    pub const UID: &str = "uid";
    pub const TITLE: &str = "title";
    pub const PLACE: &str = "place";
    /// [`crate::Stamp`] texts; the end is exclusive. An all-day event begins and ends at local midnights.
    pub const STARTS_AT: &str = "starts_at";
    pub const ENDS_AT: &str = "ends_at";
    pub const ALL_DAY: &str = "all_day";
}

/// Field of the one `holidays` record: local days, `2026-11-23`.
pub const HOLIDAY_DAYS: &str = "days";

/// One occurrence of an appointment.
pub fn event_id(staff: &StaffId, uid: &str, starts_at: Stamp) -> RecordId {
    RecordId::derived(&["calendar_event", staff.as_str(), uid, &starts_at.utc_ms.to_string()])
}

/// The office's list of holidays.
pub fn holidays_id() -> RecordId {
    RecordId::derived(&["holidays"])
}

/// Local days on which the office is closed besides weekends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holidays(BTreeSet<String>);

impl Holidays {
    pub fn new(days: impl IntoIterator<Item = String>) -> Self {
        Self(days.into_iter().collect())
    }

    /// From the `holidays` record.
    pub fn of(record: &Record) -> Self {
        Self::new(record.list(HOLIDAY_DAYS))
    }

    pub fn contains(&self, day: &str) -> bool {
        self.0.contains(day)
    }

    /// In their order.
    pub fn days(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

/// Minutes after local midnight; the end is exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours {
    pub from_min: u16,
    pub to_min: u16,
}

/// 8:45 to 17:30.
impl Default for Hours {
    fn default() -> Self {
        Self { from_min: 8 * 60 + 45, to_min: 17 * 60 + 30 }
    }
}

/// Whether the office works on that local day: neither a weekend nor in the list. What is no date is no working day.
pub fn is_working_day(day: &str, holidays: &Holidays) -> bool {
    let weekday = day.parse::<Date>().map(Date::weekday);
    matches!(weekday, Ok(d) if d != Weekday::Saturday && d != Weekday::Sunday) && !holidays.contains(day)
}

/// Whether the office works at that instant, by the clock of the place where it was read.
pub fn is_working_time(at: Stamp, holidays: &Holidays, hours: Hours) -> bool {
    is_working_day(&at.local_date(), holidays) && (hours.from_min..hours.to_min).contains(&minute_of_day(at))
}

/// Minutes since local midnight.
pub fn minute_of_day(at: Stamp) -> u16 {
    let local_min = at.utc_ms.div_euclid(60_000) + i64::from(at.offset_min);
    u16::try_from(local_min.rem_euclid(24 * 60)).unwrap_or(0)
}

/// The local day so many days after `day`; what is no date stays.
pub fn days_after(day: &str, days: i32) -> String {
    match day.parse::<Date>() {
        Ok(date) => date.saturating_add(days.days()).to_string(),
        Err(_) => day.to_owned(),
    }
}

/// `8:45` or `08:45` as minutes since midnight; `24:00` is the end of a day.
pub fn minutes_of(text: &str) -> Option<u16> {
    let (h, m) = text.split_once(':')?;
    let digits =
        |t: &str, most: usize| (1..=most).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_digit());
    if !digits(h, 2) || m.len() != 2 || !digits(m, 2) {
        return None;
    }
    let (h, m) = (h.parse::<u16>().ok()?, m.parse::<u16>().ok()?);
    let min = h * 60 + m;
    (m < 60 && min <= 24 * 60).then_some(min)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Stamp {
        text.parse().unwrap()
    }

    #[test]
    fn the_office_works_on_weekdays_that_are_no_holidays_from_a_quarter_to_nine_until_half_past_five() {
        let holidays = Holidays::new(["2026-11-23".to_owned()]);
        for (text, works) in [
            ("2026-11-20T08:44:59+09:00", false),
            ("2026-11-20T08:45:00+09:00", true),
            ("2026-11-20T17:29:59+09:00", true),
            ("2026-11-20T17:30:00+09:00", false),
            // Saturday, Sunday, 勤労感謝の日
            ("2026-11-21T10:00:00+09:00", false),
            ("2026-11-22T10:00:00+09:00", false),
            ("2026-11-23T10:00:00+09:00", false),
            ("2026-11-24T10:00:00+09:00", true),
            // By the clock of the place: 23:50 UTC is ten to nine in Japan.
            ("2026-11-23T23:50:00Z", false),
        ] {
            assert_eq!(is_working_time(at(text), &holidays, Hours::default()), works, "{text}");
        }
        let utc = at("2026-11-23T23:50:00Z");
        assert!(is_working_time(Stamp::japan(utc.utc_ms), &holidays, Hours::default()));
        assert!(!is_working_day("tomorrow", &holidays));
    }

    #[test]
    fn times_of_day_as_people_write_them() {
        assert_eq!(minutes_of("8:45"), Some(525));
        assert_eq!(minutes_of("08:45"), Some(525));
        assert_eq!(minutes_of("24:00"), Some(1440));
        for wrong in ["24:01", "8:60", "845", "8:5", "-1:00", "8:4x", "", ":", "１:00", "+8:45"] {
            assert_eq!(minutes_of(wrong), None, "{wrong}");
        }
        assert_eq!(days_after("2026-12-31", 1), "2027-01-01");
        assert_eq!(days_after("2026-03-01", -1), "2026-02-28");
    }

    proptest! {
        /// Working time needs a working day, and no minute of it lies outside the hours.
        #[test]
        fn no_instant_works_outside_hours_or_days(utc_ms in 0i64..4_000_000_000_000, off in any::<bool>()) {
            let stamp = Stamp::japan(utc_ms);
            let day = stamp.local_date();
            let holidays = Holidays::new(off.then(|| day.clone()));
            let works = is_working_time(stamp, &holidays, Hours::default());
            let minute = minute_of_day(stamp);
            prop_assert_eq!(works, is_working_day(&day, &holidays) && (525..1050).contains(&minute));
            prop_assert!(!(works && off));
            prop_assert_eq!(stamp.local_hms()[..4].to_owned(), format!("{:02}{:02}", minute / 60, minute % 60));
        }
    }
}
