//! Recurrence rules: daily, weekly, monthly, yearly, as groupware writes them. Bounded whatever a file asks for.

use super::lines::Line;
use super::times::{When, Zones, date};
use super::{Window, times};
use crate::import::RowFault;
use jiff::ToSpan as _;
use jiff::civil::{Date, DateTime, Weekday};

/// Periods (days, weeks, months) that the rules of one file may walk through altogether.
pub const BUDGET: u32 = 2_000_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Freq {
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

#[derive(Clone, Debug)]
pub struct Rule {
    freq: Freq,
    interval: i64,
    count: Option<u32>,
    until: Option<Until>,
    /// With a place in the month, or 0.
    days: Vec<(i8, Weekday)>,
    /// -31..=31
    month_days: Vec<i8>,
    months: Vec<i8>,
    week_begins: Weekday,
    line: Line,
}

#[derive(Clone, Debug)]
enum Until {
    Day(Date),
    At(When),
}

/// # Errors
/// `ics-rule`, `ics-rule-unknown`; `part` says which.
pub fn rule(line: &Line, zones: &Zones) -> Result<Rule, RowFault> {
    let mut freq = None;
    let mut out = Rule {
        freq: Freq::Daily,
        interval: 1,
        count: None,
        until: None,
        days: Vec::new(),
        month_days: Vec::new(),
        months: Vec::new(),
        week_begins: Weekday::Monday,
        line: line.clone(),
    };
    for part in line.value.trim().trim_end_matches(';').split(';') {
        let wrong = |code: &str| {
            let mut fault = line.fault(code);
            fault.fault = fault.fault.with("part", part.chars().take(60).collect::<String>());
            fault
        };
        let (name, value) = part.split_once('=').ok_or_else(|| wrong("ics-rule"))?;
        let value = value.trim().to_ascii_uppercase();
        match name.trim().to_ascii_uppercase().as_str() {
            "FREQ" => {
                freq = Some(match value.as_str() {
                    "DAILY" => Freq::Daily,
                    "WEEKLY" => Freq::Weekly,
                    "MONTHLY" => Freq::Monthly,
                    "YEARLY" => Freq::Yearly,
                    _ => return Err(wrong("ics-rule-unknown")),
                });
            }
            "INTERVAL" => {
                let n = value.parse::<i64>().ok().filter(|n| (1..=1_000).contains(n));
                out.interval = n.ok_or_else(|| wrong("ics-rule"))?;
            }
            "COUNT" => {
                let n = value.parse::<u32>().ok().filter(|n| (1..=100_000).contains(n));
                out.count = Some(n.ok_or_else(|| wrong("ics-rule"))?);
            }
            "UNTIL" => {
                out.until = Some(match date(&value) {
                    Some(day) => Until::Day(day),
                    None => {
                        let asked = Line { value: value.clone(), ..line.clone() };
                        Until::At(times::one(&asked, zones).map_err(|_| wrong("ics-rule"))?)
                    }
                });
            }
            "BYDAY" => {
                for item in value.split(',') {
                    out.days.push(weekday(item.trim()).ok_or_else(|| wrong("ics-rule"))?);
                }
            }
            "BYMONTHDAY" => {
                for item in value.split(',') {
                    let n = item.trim().parse::<i8>().ok().filter(|n| *n != 0 && n.abs() <= 31);
                    out.month_days.push(n.ok_or_else(|| wrong("ics-rule"))?);
                }
            }
            "BYMONTH" => {
                for item in value.split(',') {
                    let n = item.trim().parse::<i8>().ok().filter(|n| (1..=12).contains(n));
                    out.months.push(n.ok_or_else(|| wrong("ics-rule"))?);
                }
            }
            "WKST" => out.week_begins = weekday(&value).ok_or_else(|| wrong("ics-rule"))?.1,
            _ => return Err(wrong("ics-rule-unknown")),
        }
    }
    out.freq = freq.ok_or_else(|| line.fault("ics-rule"))?;
    let placed = out.days.iter().any(|(n, _)| *n != 0);
    if placed && matches!(out.freq, Freq::Daily | Freq::Weekly) {
        return Err(line.fault("ics-rule"));
    }
    Ok(out)
}

/// `MO`, `2MO`, `-1FR`
fn weekday(text: &str) -> Option<(i8, Weekday)> {
    let (place, name) = text.split_at_checked(text.len().checked_sub(2)?)?;
    let day = match name {
        "MO" => Weekday::Monday,
        "TU" => Weekday::Tuesday,
        "WE" => Weekday::Wednesday,
        "TH" => Weekday::Thursday,
        "FR" => Weekday::Friday,
        "SA" => Weekday::Saturday,
        "SU" => Weekday::Sunday,
        _ => return None,
    };
    let place = match place {
        "" => 0,
        n => n.trim_start_matches('+').parse::<i8>().ok().filter(|n| *n != 0 && n.abs() <= 5)?,
    };
    Some((place, day))
}

/// Local beginnings in the window, from `start` on.
///
/// # Errors
/// `ics-rule-long`: the file's rules together walk too far.
pub fn expand(
    rule: &Rule,
    start: &When,
    window: Window,
    budget: &mut u32,
) -> Result<Vec<DateTime>, RowFault> {
    let (first, time) = (start.local.date(), start.local.time());
    let mut out = Vec::new();
    let mut made = 0_u32;
    // Days of an event that began before the window still reach into it: the caller asks for an earlier window then.
    let mut period = if rule.count.is_some() { 0 } else { rule.skip(first, window.from) };
    loop {
        *budget = budget.checked_sub(1).ok_or_else(|| rule.line.fault("ics-rule-long"))?;
        let Some((begins, days)) = rule.period(first, period) else { break };
        if begins >= window.until {
            break;
        }
        for day in days.into_iter().filter(|d| *d >= first) {
            let local = day.to_datetime(time);
            if rule.over(start, local) || rule.count.is_some_and(|c| made >= c) {
                return Ok(out);
            }
            made += 1;
            if day >= window.from && day < window.until {
                out.push(local);
            }
        }
        period += 1;
    }
    Ok(out)
}

impl Rule {
    fn over(&self, start: &When, local: DateTime) -> bool {
        match &self.until {
            None => false,
            Some(Until::Day(day)) => local.date() > *day,
            Some(Until::At(at)) => local > start.local_of(at),
        }
    }

    /// The first period that can reach `from`.
    fn skip(&self, first: Date, from: Date) -> i64 {
        let days = i64::from((from - first).get_days()).max(0);
        let length = match self.freq {
            Freq::Daily => 1,
            Freq::Weekly => 7,
            Freq::Monthly => 31,
            Freq::Yearly => 366,
        };
        (days / (length * self.interval) - 1).max(0)
    }

    /// When the n-th period begins and the days in it, ascending. `None`: beyond the calendar.
    fn period(&self, first: Date, n: i64) -> Option<(Date, Vec<Date>)> {
        let steps = n.checked_mul(self.interval)?;
        let mut days = match self.freq {
            Freq::Daily => {
                let day = first.checked_add(steps.days()).ok()?;
                return Some((day, if self.fits(day) { vec![day] } else { Vec::new() }));
            }
            Freq::Weekly => {
                let back = i64::from(first.weekday().since(self.week_begins));
                let monday =
                    first.checked_sub(back.days()).ok()?.checked_add((steps.checked_mul(7)?).days()).ok()?;
                let wanted: Vec<Weekday> = match &self.days[..] {
                    [] => vec![first.weekday()],
                    days => days.iter().map(|(_, d)| *d).collect(),
                };
                let of_week = (0..7).filter_map(|d| monday.checked_add((d as i64).days()).ok());
                let days = of_week.filter(|d| wanted.contains(&d.weekday()) && self.in_month(*d)).collect();
                return Some((monday, days));
            }
            Freq::Monthly => {
                let month = first.first_of_month().checked_add(steps.months()).ok()?;
                (month, self.of_month(first, month))
            }
            Freq::Yearly => {
                let year = first.first_of_year().checked_add(steps.years()).ok()?;
                let months = if self.months.is_empty() { vec![first.month()] } else { self.months.clone() };
                let mut days = Vec::new();
                for month in months {
                    days.extend(self.of_month(first, Date::new(year.year(), month, 1).ok()?));
                }
                (year, days)
            }
        };
        days.1.sort_unstable();
        days.1.dedup();
        Some(days)
    }

    fn of_month(&self, first: Date, month: Date) -> Vec<Date> {
        if !self.in_month(month) {
            return Vec::new();
        }
        if !self.month_days.is_empty() {
            let last = month.days_in_month();
            let named = self.month_days.iter().map(|n| if *n < 0 { last + 1 + n } else { *n });
            let days = named.filter_map(|d| Date::new(month.year(), month.month(), d).ok());
            return days
                .filter(|d| self.days.is_empty() || self.days.iter().any(|(_, w)| *w == d.weekday()))
                .collect();
        }
        if self.days.is_empty() {
            // A month without a 31st has no such day.
            return Date::new(month.year(), month.month(), first.day()).into_iter().collect();
        }
        let mut out = Vec::new();
        for (place, weekday) in &self.days {
            match place {
                0 => out.extend((1..=5).filter_map(|n| month.nth_weekday_of_month(n, *weekday).ok())),
                n => out.extend(month.nth_weekday_of_month(*n, *weekday).ok()),
            }
        }
        out
    }

    fn fits(&self, day: Date) -> bool {
        let on = self.days.is_empty() || self.days.iter().any(|(_, w)| *w == day.weekday());
        let last = day.days_in_month();
        let named = self.month_days.is_empty()
            || self.month_days.iter().any(|n| if *n < 0 { last + 1 + n } else { *n } == day.day());
        on && named && self.in_month(day)
    }

    fn in_month(&self, day: Date) -> bool {
        self.months.is_empty() || self.months.contains(&day.month())
    }
}
