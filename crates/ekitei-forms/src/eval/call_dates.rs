//! Days and times in expressions. A number is days since 1970 by the place's own clock.

use super::functions::Function as F;
use super::val::Val;
use super::{Candidate, Eval};
use crate::compile::ir::Ir;
use crate::date::{self, Day};
use std::fmt::Write as _;

impl<'a> Eval<'a> {
    pub(super) fn call_dates(&self, function: F, arguments: &'a [Ir], here: &Candidate) -> Val<'a> {
        match function {
            F::Today => return Val::text(self.env.today()),
            F::Now => return Val::text(&self.env.now),
            _ => {}
        }
        let val = self.eval(&arguments[0], here);
        if function == F::DecimalTime {
            let clock = self.text_of(val);
            return Val::Number(date::time_of_place(&clock, self.env.offset_minutes()).unwrap_or(f64::NAN));
        }
        let days = self.days(&val);
        let day = days.and_then(|d| Day::from_days(d.floor() as i64));
        let empty = || Val::text("");
        match (function, day, days) {
            (F::DecimalDateTime, _, days) => Val::Number(days.unwrap_or(f64::NAN)),
            (F::Date, Some(day), _) => Val::owned(day.to_string()),
            (F::DateTime, Some(day), Some(days)) => Val::owned(date_time(day, days)),
            (F::Wareki, Some(day), _) => Val::owned(day.wareki()),
            (F::FormatDate, Some(day), Some(days)) => {
                let pattern = self.text(&arguments[1], here);
                Val::owned(format_date(day, days.rem_euclid(1.0), &pattern, &self.env.language))
            }
            _ => empty(),
        }
    }

    /// A stored or typed day, or a number of days.
    fn days(&self, val: &Val<'a>) -> Option<f64> {
        let n = self.number_of(val);
        if n.is_finite() {
            return Some(n);
        }
        let text = self.text_of(val.clone());
        date::parse(&text).map(|d| d.to_days() as f64)
    }
}

/// Milliseconds of the day, rounded where binary fractions are a hair off.
fn day_ms(fraction: f64) -> u64 {
    ((fraction * 86_400_000.0).round() as u64).min(86_399_999)
}

fn date_time(day: Day, days: f64) -> String {
    let ms = day_ms(days.rem_euclid(1.0));
    format!("{day}T{:02}:{:02}:{:02}", ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60)
}

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const WEEKDAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const WEEKDAYS_JA: [&str; 7] = ["日", "月", "火", "水", "木", "金", "土"];

/// The escapes of ODK: `%Y %y %m %n %b %d %e %H %h %M %S %3 %a`.
fn format_date(day: Day, fraction: f64, pattern: &str, language: &str) -> String {
    let ms = day_ms(fraction);
    let (hour, minute, second) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60);
    let mut out = String::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        // Writing into a String cannot fail.
        let _ = match chars.next() {
            Some('Y') => write!(out, "{:04}", day.year),
            Some('y') => write!(out, "{:02}", day.year % 100),
            Some('m') => write!(out, "{:02}", day.month),
            Some('n') => write!(out, "{}", day.month),
            Some('b') if language == "ja" => write!(out, "{}月", day.month),
            Some('b') => write!(out, "{}", MONTHS[usize::from(day.month - 1)]),
            Some('d') => write!(out, "{:02}", day.day),
            Some('e') => write!(out, "{}", day.day),
            Some('H') => write!(out, "{hour:02}"),
            Some('h') => write!(out, "{hour}"),
            Some('M') => write!(out, "{minute:02}"),
            Some('S') => write!(out, "{second:02}"),
            Some('3') => write!(out, "{:03}", ms % 1000),
            Some('a') if language == "ja" => write!(out, "{}", WEEKDAYS_JA[usize::from(day.weekday())]),
            Some('a') => write!(out, "{}", WEEKDAYS[usize::from(day.weekday())]),
            Some('%') => write!(out, "%"),
            Some(other) => write!(out, "%{other}"),
            None => write!(out, "%"),
        };
    }
    out
}
