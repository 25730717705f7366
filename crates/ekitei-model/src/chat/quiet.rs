//! Quiet hours: whether a message passes now or waits until those who receive it work again. Judged by the office when
//! the message arrives, by its clock; a function of its arguments.

use super::message;
use super::room::Type;
use crate::calendar::{Holidays, Hours, days_after, minute_of_day, minutes_of};
use crate::people::{Role, Staff};
use crate::record::Record;
use crate::time::Stamp;
use crate::{RecordId, kinds};
use serde_json::Value;

/// Fields of a `duty`: a row of a section's duty roster.
pub mod duty {
    /// Staff id.
    pub const STAFF: &str = "staff";
    /// [`crate::Stamp`] texts; the end is exclusive.
    pub const FROM: &str = "from";
    pub const TO: &str = "to";
    pub const WHAT: &str = "what";
}

/// Fields of an `hours`: when a section, or one person of it, works.
pub mod hours {
    /// Staff id; `""`: everybody of the section who has none of their own.
    pub const STAFF: &str = "staff";
    /// `{"mon": [["08:45", "17:30"]…], …}`; a span that ends before it begins goes on into the next day. A day that is
    /// not named is off.
    pub const DAYS: &str = "days";
    /// `[[from, to]…]`, [`crate::Stamp`] texts: takes the place of the days until the end of the last of them.
    pub const SHIFTS: &str = "shifts";
    pub const WEEK: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
}

/// The hours of a section (`staff` empty) or of one person in it.
pub fn hours_id(section: &str, staff: &str) -> RecordId {
    RecordId::derived(&["hours", section, staff])
}

/// A message waits no longer than this.
pub const LONGEST_WAIT_DAYS: i32 = 14;
/// An answer to an answer passes for so long after the urgent message.
pub const URGENT_THREAD_MS: i64 = 12 * 60 * 60 * 1000;

/// Monday first. A span that goes on after midnight ends after [`DAY_MIN`]; it belongs to the day on which it begins, and
/// so does its being off on a holiday.
type Week = [Vec<Hours>; 7];

/// When somebody works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Working {
    week: Box<Week>,
    /// From and to, milliseconds since 1970 UTC, the end exclusive. Holidays make no difference to them. After the last they
    /// say nothing: a roster that nobody went on with counts no longer.
    shifts: Vec<(i64, i64)>,
}

impl Default for Working {
    /// Monday to Friday, 8:45 to 17:30.
    fn default() -> Self {
        let week = std::array::from_fn(|d| if d < 5 { vec![Hours::default()] } else { Vec::new() });
        Self { week: Box::new(week), shifts: Vec::new() }
    }
}

impl Working {
    /// From an `hours` record; what cannot be read is as `usual`, and so is what a roster of shifts leaves open.
    pub fn of(record: &Record, usual: Self) -> Self {
        if let Some(Value::Array(rows)) = record.fields.get(hours::SHIFTS) {
            let shifts = rows.iter().filter_map(|r| Some((at_ms(r.get(0)?)?, at_ms(r.get(1)?)?))).collect();
            return Self { shifts, ..usual };
        }
        let Some(Value::Object(days)) = record.fields.get(hours::DAYS) else { return usual };
        let mut week: Box<Week> = Box::default();
        for (day, name) in hours::WEEK.iter().enumerate() {
            let rows = days.get(*name).and_then(Value::as_array);
            for (from_min, to_min) in rows.into_iter().flatten().filter_map(span_min) {
                let goes_on = if from_min < to_min { 0 } else { DAY_MIN };
                week[day].push(Hours { from_min, to_min: to_min + goes_on });
            }
        }
        Self { week, shifts: Vec::new() }
    }

    /// Whether the roster of shifts, and not the week, says who works at that instant.
    fn is_rostered(&self, at_ms: i64) -> bool {
        self.shifts.iter().map(|(_, to)| *to).max().is_some_and(|end| at_ms < end)
    }

    fn is_at(&self, at_ms: i64, holidays: &Holidays) -> bool {
        if self.is_rostered(at_ms) {
            return within(&self.shifts, at_ms);
        }
        let at = Stamp::japan(at_ms);
        let (today, minute) = (at.local_date(), minute_of_day(at));
        let began = |day: &str, minute: u16| {
            hours_on(&self.week, day, holidays).iter().any(|h| (h.from_min..h.to_min).contains(&minute))
        };
        began(&today, minute) || began(&days_after(&today, -1), minute + DAY_MIN)
    }

    /// The instants from `now_ms` on at which working time may begin, for as long as a message may wait.
    fn beginnings(&self, now_ms: i64, holidays: &Holidays, out: &mut Vec<i64>) {
        // At its end the week speaks again, whose hours may have begun before.
        out.extend(self.shifts.iter().flat_map(|(from, to)| [*from, *to]));
        let now = Stamp::japan(now_ms);
        let today = now.local_date();
        let local_ms = now_ms + i64::from(now.offset_min) * 60_000;
        let midnight_ms = now_ms - local_ms.rem_euclid(DAY_MS);
        for n in 0..=LONGEST_WAIT_DAYS {
            let start_ms = midnight_ms + i64::from(n) * DAY_MS;
            let hours = hours_on(&self.week, &days_after(&today, n), holidays);
            out.extend(hours.iter().map(|h| start_ms + i64::from(h.from_min) * 60_000));
        }
    }
}

const DAY_MIN: u16 = 24 * 60;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

fn hours_on<'a>(week: &'a Week, day: &str, holidays: &Holidays) -> &'a [Hours] {
    match day.parse::<jiff::civil::Date>() {
        Ok(date) if !holidays.contains(day) => {
            &week[usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0)]
        }
        _ => &[],
    }
}

fn at_ms(value: &Value) -> Option<i64> {
    Some(value.as_str()?.parse::<Stamp>().ok()?.utc_ms)
}

fn span_min(row: &Value) -> Option<(u16, u16)> {
    let (from, to) = (minutes_of(row.get(0)?.as_str()?)?, minutes_of(row.get(1)?.as_str()?)?);
    (from != to && from < DAY_MIN).then_some((from, to))
}

fn within(spans: &[(i64, i64)], at_ms: i64) -> bool {
    spans.iter().any(|(from, to)| (*from..*to).contains(&at_ms))
}

/// One who would hear of the message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Receiver {
    /// Head or steward of a section: reached at any hour.
    pub manages: bool,
    /// When they are on duty, and therefore reached: milliseconds since 1970 UTC, the end exclusive.
    pub duty: Vec<(i64, i64)>,
    /// In each of their posts; working in one of them is enough.
    pub working: Vec<Working>,
}

impl Receiver {
    /// `rows`: the `hours` and `duty` records of the sections in which the person holds a post today.
    pub fn of<'a>(staff: &Staff, today: &str, rows: impl IntoIterator<Item = &'a Record>) -> Self {
        let manages =
            staff.posts.iter().any(|p| matches!(p.role, Role::Head | Role::Steward) && p.held_on(today));
        let mut out = Self { manages, duty: Vec::new(), working: Vec::new() };
        let mut hours: Vec<&Record> = Vec::new();
        for row in rows.into_iter().filter(|r| !r.deleted) {
            if row.kind == kinds::HOURS {
                hours.push(row);
            } else if row.kind == kinds::DUTY && row.text(duty::STAFF) == staff.id.as_str() {
                let at = |name: &str| row.fields.get(name).and_then(at_ms);
                out.duty.extend(at(duty::FROM).zip(at(duty::TO)));
            }
        }
        for section in staff.sections_on(today) {
            let said = |who: &str, usual: Working| {
                let id = hours_id(section, who);
                let found = hours.iter().find(|h| h.id == id);
                found.map_or_else(|| usual.clone(), |h| Working::of(h, usual.clone()))
            };
            let working = said(staff.id.as_str(), said("", Working::default()));
            if !out.working.contains(&working) {
                out.working.push(working);
            }
        }
        if out.working.is_empty() {
            out.working.push(Working::default());
        }
        out
    }

    fn is_reached(&self, at_ms: i64, holidays: &Holidays) -> bool {
        self.manages || within(&self.duty, at_ms) || self.working.iter().any(|w| w.is_at(at_ms, holidays))
    }
}

/// What of a message decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// 緊急, with a reason.
    pub urgent: bool,
    /// See [`answers_urgent`].
    pub answers_urgent: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Pass,
    /// Milliseconds since 1970 UTC.
    Held {
        until_ms: i64,
    },
}

/// Whether the message passes at `now_ms`. `others`: everybody in the room but its sender.
///
/// It passes when all of them are reached; in the usual hours of an office already when one of them is, because a shift
/// that sleeps by day must not hold up the work of those who share a room with it (docs/adr/0023).
pub fn verdict(room: Type, heard: Heard, others: &[Receiver], holidays: &Holidays, now_ms: i64) -> Verdict {
    let free = heard.urgent || heard.answers_urgent || matches!(room, Type::Own | Type::Disaster);
    // Many people keep the same hours.
    let mut asked: Vec<&Receiver> = Vec::new();
    for other in others.iter().filter(|o| !o.manages) {
        if !asked.contains(&other) {
            asked.push(other);
        }
    }
    let usual = Working::default();
    let passes = |at_ms: i64| {
        let reached = |r: &&Receiver| r.is_reached(at_ms, holidays);
        asked.iter().all(reached) || (usual.is_at(at_ms, holidays) && asked.iter().any(reached))
    };
    if free || passes(now_ms) {
        return Verdict::Pass;
    }
    let latest_ms = now_ms + i64::from(LONGEST_WAIT_DAYS) * DAY_MS;
    let mut beginnings = Vec::new();
    usual.beginnings(now_ms, holidays, &mut beginnings);
    for r in &asked {
        beginnings.extend(r.duty.iter().map(|(from, _)| *from));
        for working in &r.working {
            working.beginnings(now_ms, holidays, &mut beginnings);
        }
    }
    beginnings.retain(|at| (now_ms + 1..=latest_ms).contains(at));
    beginnings.sort_unstable();
    beginnings.dedup();
    let until_ms = beginnings.into_iter().find(|at| passes(*at)).unwrap_or(latest_ms);
    Verdict::Held { until_ms }
}

/// Whether a message answers an urgent one: `replied` is what it answers, `before` what that one answered. An answer to an
/// answer does for 12 hours.
pub fn answers_urgent(replied: Option<&Record>, before: Option<&Record>, now_ms: i64) -> bool {
    let recent = |m: &Record| now_ms - m.received_ms <= URGENT_THREAD_MS;
    replied.is_some_and(message::is_urgent) || before.is_some_and(|m| message::is_urgent(m) && recent(m))
}
