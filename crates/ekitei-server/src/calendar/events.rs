//! From lines to occurrences: which components there are, what repeats, what was moved or cancelled.

use super::lines::{Line, plain};
use super::recur::{self, BUDGET};
use super::times::{self, When, Zones};
use super::{Occurrence, Window};
use crate::import::RowFault;
use ekitei_model::{Fault, Stamp};
use jiff::civil::DateTime;
use jiff::{SignedDuration, ToSpan as _};
use std::collections::{BTreeMap, HashSet};

const MAX_EVENTS: usize = 20_000;
/// One person's days hold fewer.
const MAX_OCCURRENCES: usize = 3_000;
const MAX_DEPTH: usize = 8;
const MAX_FAULTS: usize = 50;
const MAX_TEXT: usize = 200;
/// Longer appointments (a leave of absence) are shown from their first day in the window.
const MAX_REACH_DAYS: i64 = 400;

/// One VEVENT as it stands in the file.
#[derive(Default)]
struct Raw<'a> {
    begin: u64,
    uid: String,
    title: String,
    place: String,
    start: Option<&'a Line>,
    end: Option<&'a Line>,
    duration: Option<&'a Line>,
    rule: Option<&'a Line>,
    except: Vec<&'a Line>,
    also: Vec<&'a Line>,
    moved: Option<&'a Line>,
    cancelled: bool,
}

pub fn occurrences(lines: &[Line], window: Window) -> Result<Vec<Occurrence>, Vec<RowFault>> {
    let zones = times::zones(lines);
    let raw = components(lines).map_err(|fault| vec![fault])?;
    let (mut faults, mut budget) = (Vec::new(), BUDGET);
    // What was moved by hand stands for the one that the rule would make.
    let mut moved: HashSet<(String, i64)> = HashSet::new();
    for event in &raw {
        match event.moved.map(|line| times::one(line, &zones)) {
            Some(Ok(at)) => {
                moved.insert((event.uid.clone(), at.utc_ms(at.local)));
            }
            Some(Err(fault)) => faults.push(fault),
            None => {}
        }
    }
    // Of two with the same beginning the later one in the file counts.
    let mut found: BTreeMap<(i64, String), Occurrence> = BTreeMap::new();
    for event in raw.iter().filter(|e| !e.cancelled) {
        match event.occur(&zones, window, &mut budget) {
            Ok(all) => {
                for one in all {
                    let key = (one.starts_at.utc_ms, one.uid.clone());
                    let replaced = event.moved.is_none() && moved.contains(&(key.1.clone(), key.0));
                    if !replaced {
                        found.insert(key, one);
                    }
                }
            }
            Err(fault) => faults.push(fault),
        }
        if faults.len() >= MAX_FAULTS || budget == 0 {
            break;
        }
        if found.len() > MAX_OCCURRENCES {
            faults.push(RowFault::new(event.begin, Fault::ask("ics-many").with("count", MAX_OCCURRENCES)));
            break;
        }
    }
    if faults.is_empty() { Ok(found.into_values().collect()) } else { Err(faults) }
}

/// Walks through BEGIN and END; only VEVENTs directly in the calendar count.
fn components(lines: &[Line]) -> Result<Vec<Raw<'_>>, RowFault> {
    let (mut open, mut out): (Vec<String>, Vec<Raw>) = (Vec::new(), Vec::new());
    for line in lines {
        match line.name.as_str() {
            "BEGIN" => {
                open.push(line.value.trim().to_ascii_uppercase());
                if open.len() > MAX_DEPTH {
                    return Err(line.fault("ics-nested"));
                }
                if inside(&open) {
                    if out.len() == MAX_EVENTS {
                        return Err(line.fault("ics-large"));
                    }
                    out.push(Raw { begin: line.number, ..Raw::default() });
                }
            }
            "END" => {
                let name = line.value.trim().to_ascii_uppercase();
                if open.pop() != Some(name) {
                    return Err(line.fault("ics-nested"));
                }
            }
            _ => {
                if inside(&open)
                    && let Some(event) = out.last_mut()
                {
                    event.take(line);
                }
            }
        }
    }
    match (open.is_empty(), lines.last()) {
        // Cut off in the middle: half a calendar would delete the other half.
        (false, Some(last)) => Err(last.fault("ics-cut")),
        _ => Ok(out),
    }
}

fn inside(open: &[String]) -> bool {
    matches!(open, [calendar, event] if calendar == "VCALENDAR" && event == "VEVENT")
}

impl<'a> Raw<'a> {
    fn take(&mut self, line: &'a Line) {
        match line.name.as_str() {
            "UID" => self.uid = plain(&line.value, 255),
            "SUMMARY" => self.title = plain(&line.value, MAX_TEXT),
            "LOCATION" => self.place = plain(&line.value, MAX_TEXT),
            "STATUS" => self.cancelled = line.value.trim().eq_ignore_ascii_case("CANCELLED"),
            "DTSTART" => self.start = Some(line),
            "DTEND" => self.end = Some(line),
            "DURATION" => self.duration = Some(line),
            "RRULE" => self.rule = Some(line),
            "EXDATE" => self.except.push(line),
            "RDATE" => self.also.push(line),
            "RECURRENCE-ID" => self.moved = Some(line),
            _ => {}
        }
    }

    fn occur(&self, zones: &Zones, window: Window, budget: &mut u32) -> Result<Vec<Occurrence>, RowFault> {
        let no_start = || RowFault::new(self.begin, Fault::ask("ics-no-start").with("title", &self.title));
        let start = times::one(self.start.ok_or_else(no_start)?, zones)?;
        let length = self.length(&start, zones)?;
        // What began before the window may reach into it.
        let reach = (length.as_secs() / 86_400 + 1).min(MAX_REACH_DAYS);
        let wider = Window { from: window.from.saturating_sub(reach.days()), until: window.until };
        let mut begins = match self.rule.filter(|_| self.moved.is_none()) {
            Some(line) => recur::expand(&recur::rule(line, zones)?, &start, wider, budget)?,
            None => vec![start.local],
        };
        for line in &self.also {
            begins.extend(times::many(line, zones)?.iter().map(|at| start.local_of(at)));
        }
        // A rule's own beginning counts even where the rule would not make it.
        if self.rule.is_some() && self.moved.is_none() && !begins.contains(&start.local) {
            begins.push(start.local);
        }
        let mut except = HashSet::new();
        for line in &self.except {
            for at in times::many(line, zones)? {
                // A whole day takes out whatever begins on it.
                except.insert(if at.zone.is_none() { at.local } else { start.local_of(&at) });
            }
        }
        let out_of_it = |at: &DateTime| {
            except.contains(at) || except.contains(&at.date().to_datetime(jiff::civil::Time::midnight()))
        };
        begins.retain(|at| !out_of_it(at));
        Ok(begins.into_iter().filter_map(|at| self.at(&start, at, length, window)).collect())
    }

    fn length(&self, start: &When, zones: &Zones) -> Result<SignedDuration, RowFault> {
        if let Some(line) = self.end {
            let end = times::one(line, zones)?;
            let ms = end.utc_ms(end.local) - start.utc_ms(start.local);
            // Some programs write the same day, or an earlier time, for "no end".
            let least = if start.zone.is_none() { 86_400_000 } else { 0 };
            return Ok(SignedDuration::from_millis(ms.max(least)));
        }
        if let Some(line) = self.duration {
            return times::duration(line);
        }
        Ok(SignedDuration::from_secs(if start.zone.is_none() { 86_400 } else { 0 }))
    }

    fn at(
        &self,
        start: &When,
        local: DateTime,
        length: SignedDuration,
        window: Window,
    ) -> Option<Occurrence> {
        let starts_ms = start.utc_ms(local);
        let ends_ms = starts_ms.saturating_add(i64::try_from(length.as_millis()).unwrap_or(0));
        let midnight = |day: jiff::civil::Date| {
            let day = When { local: day.to_datetime(jiff::civil::Time::midnight()), zone: None };
            day.utc_ms(day.local)
        };
        let (from, until) = (midnight(window.from), midnight(window.until));
        let shown = starts_ms < until && (ends_ms > from || (ends_ms == starts_ms && starts_ms >= from));
        let uid = if self.uid.is_empty() {
            format!("{}\u{1f}{}", self.title, self.place)
        } else {
            self.uid.clone()
        };
        shown.then(|| Occurrence {
            uid,
            title: self.title.clone(),
            place: self.place.clone(),
            starts_at: Stamp::japan(starts_ms),
            ends_at: Stamp::japan(ends_ms),
            all_day: start.zone.is_none(),
        })
    }
}
