//! Dates, times and zones of calendar files.

use super::lines::Line;
use crate::import::RowFault;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;

/// Calendars before this are mistakes, and make rules expensive.
const FIRST_YEAR: i16 = 1970;
const LAST_YEAR: i16 = 2200;

/// When something is: a local time in its zone, or a whole day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct When {
    pub local: DateTime,
    /// `None`: a whole day.
    pub zone: Option<TimeZone>,
}

impl When {
    /// Milliseconds since 1970; whole days begin at midnight in Japan.
    pub fn utc_ms(&self, local: DateTime) -> i64 {
        let zone = self.zone.clone().unwrap_or_else(japan);
        zone.to_timestamp(local).unwrap_or(Timestamp::UNIX_EPOCH).as_millisecond()
    }

    /// The instant as this value's zone shows it.
    pub fn local_of(&self, instant: &When) -> DateTime {
        let at = Timestamp::from_millisecond(instant.utc_ms(instant.local)).unwrap_or(Timestamp::UNIX_EPOCH);
        self.zone.clone().unwrap_or_else(japan).to_datetime(at)
    }
}

pub fn japan() -> TimeZone {
    TimeZone::fixed(Offset::constant(9))
}

/// What the file's own VTIMEZONE blocks say: a zone that has one offset only is that offset, whatever its name.
pub type Zones = HashMap<String, TimeZone>;

/// The zones of the file.
pub fn zones(lines: &[Line]) -> Zones {
    let mut out = Zones::new();
    let (mut name, mut offsets) = (None, Vec::new());
    for line in lines {
        match (line.name.as_str(), line.value.to_ascii_uppercase().as_str()) {
            ("BEGIN", "VTIMEZONE") => (name, offsets) = (None, Vec::new()),
            ("TZID", _) if line.params.is_empty() => name = Some(line.value.trim().to_owned()),
            ("TZOFFSETTO", text) => offsets.push(offset(text)),
            ("END", "VTIMEZONE") => {
                offsets.dedup();
                if let ([Some(only)], Some(name)) = (&offsets[..], name.take()) {
                    out.insert(name, TimeZone::fixed(*only));
                }
            }
            _ => {}
        }
    }
    out
}

/// `+0900`
fn offset(text: &str) -> Option<Offset> {
    let text = text.trim();
    let (sign, digits) = text.split_at_checked(1)?;
    if digits.len() < 4 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let seconds = digits[..2].parse::<i32>().ok()? * 3600 + digits[2..4].parse::<i32>().ok()? * 60;
    Offset::from_seconds(if sign == "-" { -seconds } else { seconds }).ok()
}

fn zone(line: &Line, zones: &Zones) -> Result<TimeZone, RowFault> {
    let Some(name) = line.param("TZID") else { return Ok(japan()) };
    let name = name.trim();
    match name.to_ascii_lowercase().as_str() {
        "" | "asia/tokyo" | "japan" | "jst" | "tokyo standard time" | "tokyo" => return Ok(japan()),
        _ => {}
    }
    let known = zones.get(name).cloned().or_else(|| TimeZone::get(name.trim_start_matches('/')).ok());
    known.ok_or_else(|| line.fault("ics-zone").tell("zone", name))
}

impl RowFault {
    fn tell(mut self, name: &str, value: &str) -> Self {
        self.fault = self.fault.with(name, value);
        self
    }
}

/// The one value of a DTSTART, DTEND, RECURRENCE-ID.
///
/// # Errors
/// `ics-date`, `ics-date-far`, `ics-zone`.
pub fn one(line: &Line, zones: &Zones) -> Result<When, RowFault> {
    value(line, line.value.trim(), zones)
}

/// The values of an EXDATE or RDATE; of a period its beginning.
///
/// # Errors
/// As [`one`].
pub fn many(line: &Line, zones: &Zones) -> Result<Vec<When>, RowFault> {
    let parts = line.value.split(',').map(str::trim).filter(|p| !p.is_empty());
    parts.map(|p| value(line, p.split('/').next().unwrap_or(p), zones)).collect()
}

fn value(line: &Line, text: &str, zones: &Zones) -> Result<When, RowFault> {
    let wrong = || line.fault("ics-date");
    let date = date(text.get(..8).ok_or_else(wrong)?).ok_or_else(wrong)?;
    if !(FIRST_YEAR..=LAST_YEAR).contains(&date.year()) {
        return Err(line.fault("ics-date-far"));
    }
    if text.len() == 8 {
        return Ok(When { local: date.to_datetime(Time::midnight()), zone: None });
    }
    let time = text[8..].strip_prefix(['T', 't']).ok_or_else(wrong)?;
    let (time, utc) = match time.strip_suffix(['Z', 'z']) {
        Some(time) => (time, true),
        None => (time, false),
    };
    let local = date.to_datetime(clock(time).ok_or_else(wrong)?);
    Ok(When { local, zone: Some(if utc { TimeZone::UTC } else { zone(line, zones)? }) })
}

/// `20261121`
pub fn date(text: &str) -> Option<Date> {
    let digits = text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit());
    let number = |part: &str| part.parse::<i16>().ok();
    let (y, m, d) = (digits.then(|| number(&text[..4]))??, number(&text[4..6])?, number(&text[6..8])?);
    Date::new(y, i8::try_from(m).ok()?, i8::try_from(d).ok()?).ok()
}

/// `103000` or `1030`
fn clock(text: &str) -> Option<Time> {
    if !matches!(text.len(), 4 | 6) || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let part = |at: usize| text.get(at..at + 2).map_or(Some(0), |p| p.parse::<i8>().ok());
    // A leap second is told as the last of its minute.
    Time::new(part(0)?, part(2)?, part(4)?.min(59), 0).ok()
}

/// `P1DT2H30M`, `PT45M`, `P2W`. Never backward.
pub fn duration(line: &Line) -> Result<SignedDuration, RowFault> {
    let wrong = || line.fault("ics-duration");
    let text = line.value.trim().trim_start_matches('+').to_ascii_uppercase();
    let mut rest = text.strip_prefix('P').filter(|r| !r.is_empty()).ok_or_else(wrong)?;
    let (mut seconds, mut in_time) = (0_i64, false);
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('T') {
            (rest, in_time) = (after, true);
            continue;
        }
        let end = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
        let number: i64 = rest[..end].parse().map_err(|_| wrong())?;
        let unit = match (rest.as_bytes()[end], in_time) {
            (b'W', false) => 7 * 86_400,
            (b'D', false) => 86_400,
            (b'H', true) => 3_600,
            (b'M', true) => 60,
            (b'S', true) => 1,
            _ => return Err(wrong()),
        };
        seconds = number.checked_mul(unit).and_then(|s| seconds.checked_add(s)).ok_or_else(wrong)?;
        rest = &rest[end + 1..];
    }
    // Longer than a year is a mistake.
    if seconds > 366 * 86_400 { Err(wrong()) } else { Ok(SignedDuration::from_secs(seconds)) }
}
