//! Directory, help cards, calendar: one call of the core each, shown.

use crate::cli::{CalendarVerb, DirectoryVerb, HelpVerb};
use crate::{say, show};
use ekitei_core::Core;
use ekitei_core::bridge::Surface;
use ekitei_core::bridge::args::{CalendarArgs, DirectoryPageArgs, Nothing};
use ekitei_core::bridge::views::{EventView, HelpView, PersonView};
use ekitei_model::Fault;
use std::process::ExitCode;

pub fn directory(core: &Core, verb: DirectoryVerb) -> Result<ExitCode, Fault> {
    let DirectoryVerb::Search { query, limit, json } = verb;
    let page = core.directory_page(DirectoryPageArgs { query, from: 0, count: limit })?;
    show::rows(&page.people, json, person)?;
    Ok(ExitCode::SUCCESS)
}

fn person(row: &PersonView) -> String {
    format!("{}  {}  {}  {}  {}", row.name, row.kana, row.section, row.extension, row.mobile)
}

pub fn help(core: &Core, verb: &HelpVerb) -> Result<ExitCode, Fault> {
    let HelpVerb::Show { json } = verb;
    let view = core.help(Nothing {})?;
    if *json {
        say::json(&view)?;
    } else {
        lines(&view);
    }
    Ok(ExitCode::SUCCESS)
}

fn lines(view: &HelpView) {
    say::say(if view.working { "help.now-working" } else { "help.now-closed" }, &[]);
    if view.cards.is_empty() {
        say::say("help.none", &[]);
    }
    for card in &view.cards {
        say::line("");
        say::say(&format!("help.purpose.{}", card.purpose), &[]);
        for (n, step) in card.steps.iter().enumerate() {
            say::line(&format!("  {}. {step}", n + 1));
        }
        for one in card.contacts.iter().filter(|c| c.now) {
            say::line(&format!("  {}  {}  {}", one.contact.label, one.contact.number, one.contact.extension));
        }
    }
}

pub fn calendar(core: &Core, verb: &CalendarVerb) -> Result<ExitCode, Fault> {
    let CalendarVerb::List { days, json } = verb;
    show::rows(&core.calendar(CalendarArgs { days: *days })?, *json, event)?;
    Ok(ExitCode::SUCCESS)
}

fn event(row: &EventView) -> String {
    let time = if row.all_day { String::new() } else { row.starts_at.to_string()[11..16].to_owned() };
    let number = row.case.as_ref().map(|c| c.number.as_str()).unwrap_or("-");
    format!("{} {time:5}  {}  {}  {number}", row.day, row.title, row.place)
}
