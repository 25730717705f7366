//! The office's holidays: the national list as CSV (date, name), a calendar file, or one date a line.

use super::table::{RowFault, decode};
use crate::calendar::{self, Window};
use ekitei_model::Fault;
use jiff::civil::{Date, date};
use std::collections::BTreeSet;

const MAX_DAYS: usize = 5_000;

/// Local days, `2026-11-23`.
///
/// # Errors
/// Every fault with its line: `csv-encoding`, `csv-date-wrong`, `holidays-none`, `holidays-many`, those of a calendar file.
pub fn parse_holidays(bytes: &[u8]) -> Result<BTreeSet<String>, Vec<RowFault>> {
    let whole = |code: &str| vec![RowFault::new(0, Fault::ask(code))];
    let text = decode(bytes).ok_or_else(|| whole("csv-encoding"))?;
    let days = if text.trim_start().get(..15).is_some_and(|t| t.eq_ignore_ascii_case("BEGIN:VCALENDAR")) {
        of_calendar(bytes)?
    } else {
        of_lines(&text)?
    };
    match days.len() {
        0 => Err(whole("holidays-none")),
        n if n > MAX_DAYS => Err(whole("holidays-many")),
        _ => Ok(days),
    }
}

/// The national list begins in 1955; a working day is never asked for so far back, but the file is taken as it is.
fn of_calendar(bytes: &[u8]) -> Result<BTreeSet<String>, Vec<RowFault>> {
    let window = Window { from: date(1990, 1, 1), until: date(2100, 1, 1) };
    let found = calendar::parse(bytes, window)?;
    let mut days = BTreeSet::new();
    for one in found.iter().filter(|o| o.all_day) {
        let (mut day, end) = (one.starts_at.local_date(), one.ends_at.local_date());
        while day < end {
            let next = ekitei_model::calendar::days_after(&day, 1);
            days.insert(std::mem::replace(&mut day, next));
        }
    }
    Ok(days)
}

fn of_lines(text: &str) -> Result<BTreeSet<String>, Vec<RowFault>> {
    let (mut days, mut faults) = (BTreeSet::new(), Vec::new());
    for (at, line) in text.lines().enumerate() {
        let cell = line.split([',', '\t']).next().unwrap_or("").trim().trim_matches('"');
        if cell.is_empty() {
            continue;
        }
        match day(cell) {
            Some(day) => {
                days.insert(day.to_string());
            }
            // The heading.
            None if at == 0 => {}
            None => {
                let fault = Fault::ask("csv-date-wrong").with("column", "1").with("value", cell);
                faults.push(RowFault::new(at as u64 + 1, fault));
            }
        }
    }
    if faults.is_empty() { Ok(days) } else { Err(faults) }
}

/// `2026-11-23`, or `2026/11/3` as spreadsheets write it.
pub(super) fn day(text: &str) -> Option<Date> {
    let mut parts = text.split(['-', '/']).map(str::trim);
    let (y, m, d) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    if parts.next().is_some() {
        return None;
    }
    Date::new(y, m, d).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_national_list_a_plain_one_and_a_calendar() {
        let national =
            "国民の祝日・休日月日,国民の祝日・休日名称\r\n2026/11/3,文化の日\r\n2026/11/23,勤労感謝の日\r\n";
        let got = parse_holidays(&encoding_rs::SHIFT_JIS.encode(national).0).unwrap();
        assert_eq!(got.into_iter().collect::<Vec<_>>(), ["2026-11-03", "2026-11-23"]);
        assert_eq!(parse_holidays(b"2026-12-29\n2026-12-30\n\n").unwrap().len(), 2);
        let ics = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nSUMMARY:年末年始\nDTSTART;VALUE=DATE:20261229\nDTEND;VALUE=DATE:20270104\n\
                   END:VEVENT\nEND:VCALENDAR\n";
        let got = parse_holidays(ics.as_bytes()).unwrap();
        assert_eq!((got.len(), got.contains("2027-01-03"), got.contains("2027-01-04")), (6, true, false));
    }

    #[test]
    fn what_is_no_list_is_told() {
        let code = |text: &str| parse_holidays(text.as_bytes()).unwrap_err()[0].fault.code.clone();
        assert_eq!(code("名称\n"), "holidays-none");
        assert_eq!(code("日付\n2026-13-01\n"), "csv-date-wrong");
        assert_eq!(code("BEGIN:VCALENDAR\nBEGIN:VEVENT\n"), "ics-cut");
    }
}
