//! What the office keeps for the day when something happens: help cards, holidays, two people's calendars. Every number in
//! them is one that no exchange gives out.

use super::seed::{Sample, today};
use super::{Done, blocking};
use crate::desk::Desk;
use crate::office::Office;
use jiff::ToSpan as _;
use reqwest::Client;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// An appointment of assets/sample/demo.json, so many days from today.
#[derive(Clone, Deserialize)]
pub struct Appointment {
    staff: String,
    days: i64,
    /// `09:15`; absent: the whole day.
    time: Option<String>,
    #[serde(default)]
    minutes: u32,
    title: String,
    #[serde(default)]
    place: String,
}

/// By the operator's commands.
pub async fn files(office: &Office, root: &Path, sample: &Sample) -> Done<()> {
    let (data, root) = (office.data.clone(), root.to_owned());
    let calendars = calendars(&sample.calendar);
    blocking(move || {
        let holidays = root.join("assets/sample/holidays.csv");
        command(&data, &["import-holidays", &holidays.to_string_lossy()])?;
        for (staff, text) in calendars {
            let file: PathBuf = data.join(format!("{staff}.ics"));
            fs::write(&file, text).map_err(|e| format!("{}: {e}", file.display()))?;
            command(&data, &["import-calendar", "--staff", &staff, &file.to_string_lossy()])?;
        }
        Ok(())
    })
    .await?
}

fn command(data: &Path, args: &[&str]) -> Done<()> {
    let program = crate::programs::program("ekitei-server");
    let out = std::process::Command::new(program)
        .arg(args[0])
        .arg("--data")
        .arg(data)
        .args(&args[1..])
        .output()
        .map_err(|e| format!("{}: {e}", args[0]))?;
    if out.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&out.stderr).into_owned()) }
}

/// As the groupware would export them, one file a person.
fn calendars(appointments: &[Appointment]) -> BTreeMap<String, String> {
    let mut out: BTreeMap<String, String> = BTreeMap::new();
    for (n, one) in appointments.iter().enumerate() {
        let day = today().saturating_add(one.days.days()).to_string().replace('-', "");
        let when = match &one.time {
            Some(time) => {
                let time = time.replace(':', "");
                format!("DTSTART;TZID=Asia/Tokyo:{day}T{time}00\r\nDURATION:PT{}M", one.minutes)
            }
            None => format!("DTSTART;VALUE=DATE:{day}"),
        };
        let event = format!(
            "BEGIN:VEVENT\r\nUID:sample-{n}\r\nSUMMARY:{}\r\nLOCATION:{}\r\n{when}\r\nEND:VEVENT\r\n",
            one.title, one.place
        );
        out.entry(one.staff.clone()).or_default().push_str(&event);
    }
    out.into_iter()
        .map(|(staff, events)| {
            (staff, format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n"))
        })
        .collect()
}

/// By the administrator at the console.
pub async fn cards(root: &Path, http: &Client, office: &str) -> Done<()> {
    let path = root.join("assets/sample/help.json");
    let text = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    let cards: BTreeMap<String, Value> =
        serde_json::from_str(&text).map_err(|e| format!("help.json: {e}"))?;
    let desk = Desk::sign_in(http, office, "admin").await?;
    for (purpose, card) in cards {
        let mut card = card;
        card["base"] = json!({});
        let done = desk.put(&format!("/api/help/{purpose}"), &card).await?;
        if done["result"] != "applied" {
            return Err(format!("help card {purpose}: {done}"));
        }
    }
    Ok(())
}
