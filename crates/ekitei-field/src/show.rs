//! Lists: one JSON array for programs, one line a row for people. Marks and labels come from the catalogue.

use crate::say;
use ekitei_core::Core;
use ekitei_core::bridge::Surface;
use ekitei_core::bridge::args::CaseListArgs;
use ekitei_core::bridge::views::*;
use ekitei_model::{Fault, RecordId, Stamp};
use serde::Serialize;
use std::collections::HashMap;

pub fn rows<T: Serialize>(rows: &[T], json: bool, line: impl Fn(&T) -> String) -> Result<(), Fault> {
    if json {
        return say::json(&rows);
    }
    for row in rows {
        say::line(&line(row));
    }
    Ok(())
}

/// A row with its case's number, because people and scripts name cases by number.
#[derive(Serialize)]
pub struct Numbered<T> {
    pub case_number: Option<String>,
    #[serde(flatten)]
    pub row: T,
}

pub trait InCase {
    fn case(&self) -> Option<RecordId>;
}
impl InCase for NoteView {
    fn case(&self) -> Option<RecordId> {
        self.case
    }
}
impl InCase for PhotoView {
    fn case(&self) -> Option<RecordId> {
        self.case
    }
}

pub fn numbered<T: InCase>(core: &Core, rows: Vec<T>) -> Result<Vec<Numbered<T>>, Fault> {
    let cases = core.case_list(CaseListArgs { filter: String::new(), followed_only: false })?;
    let numbers: HashMap<RecordId, String> = cases.into_iter().map(|c| (c.id, c.number)).collect();
    let number = |row: &T| row.case().and_then(|c| numbers.get(&c).cloned());
    Ok(rows.into_iter().map(|row| Numbered { case_number: number(&row), row }).collect())
}

fn mark(progress: Progress) -> String {
    let key = match progress {
        Progress::Waiting => "field.progress.waiting",
        Progress::Parked => "field.progress.parked",
        Progress::Arrived => "field.progress.arrived",
        Progress::Filed => "field.progress.filed",
        Progress::Kept => "field.progress.kept",
    };
    say::sentence(key, &[])
}

/// `2026-11-21 10:05`
fn at(stamp: Stamp) -> String {
    stamp.to_string().get(..16).unwrap_or_default().replace('T', " ")
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or("")
}

pub fn case(row: &CaseRow) -> String {
    let star = if row.followed { '*' } else { ' ' };
    format!("{star} {}  {}  {}  {}", row.number, row.name, row.place, row.section)
}

pub fn visit(row: &VisitView) -> String {
    let planned = row.planned_at.map(at).unwrap_or_default();
    format!("{planned}  {}  {}  {}  {}", row.case_number, row.title, row.state, mark(row.progress))
}

pub fn note(row: &Numbered<NoteView>) -> String {
    let note = &row.row;
    let title = if note.title.is_empty() { first_line(&note.text) } else { &note.title };
    let number = row.case_number.as_deref().unwrap_or("-");
    format!("{}  {number}  {title}  {}", at(note.written_at), mark(note.progress))
}

pub fn photo(row: &Numbered<PhotoView>) -> String {
    let photo = &row.row;
    let number = row.case_number.as_deref().unwrap_or("-");
    format!(
        "{}  {number}  {}x{}  {}  {}",
        at(photo.taken_at),
        photo.width,
        photo.height,
        photo.caption,
        mark(photo.progress)
    )
}

pub fn queue_row(row: &QueueRow) -> String {
    let why =
        row.parked.as_ref().map(|f| ekitei_model::text::fault_text(say::language(), f)).unwrap_or_default();
    format!(
        "{}  {}  {}  {}  {}/{}  {why}",
        at(row.since),
        row.what,
        row.case_number,
        row.title,
        row.sent_bytes,
        row.bytes
    )
}

pub fn conflict(row: &ConflictView) -> String {
    format!("{}  {}: {} / {}  ({})", row.title, row.field, row.mine, row.theirs, row.by)
}

pub fn hit(row: &SearchHit) -> String {
    format!("{}  {}  {}  {}", at(row.at), row.case_number, row.kind, row.excerpt)
}

fn waiting(view: &WaitingView) -> String {
    let items = view.items.to_string();
    let kilobytes = view.bytes.div_ceil(1000).to_string();
    match view.items {
        0 => say::sentence("field.nothing-waits", &[]),
        _ => say::sentence("field.waits", &[("items", &items), ("kb", &kilobytes)]),
    }
}

pub fn sync(view: &SyncView) {
    let (ops, files) = (view.sent_ops.to_string(), view.sent_files.to_string());
    let (received, ms) = (view.received.to_string(), view.elapsed_ms.to_string());
    say::say("field.synced", &[("ops", &ops), ("files", &files), ("received", &received), ("ms", &ms)]);
    say::line(&waiting(&view.waiting));
    if let Some(fault) = &view.fault {
        say::fault(fault, false);
    }
}

pub fn status(view: &StatusView) {
    match &view.me {
        Some(me) => say::say(
            "field.status.me",
            &[("name", &me.name), ("id", &me.id), ("section", &me.sections.join(", "))],
        ),
        None => {
            say::say(if view.enrolled { "field.status.enrolled" } else { "field.status.not-enrolled" }, &[])
        }
    }
    if view.locked {
        say::say("field.locked", &[]);
    }
    say::line(&waiting(&view.waiting));
    let contact = view.last_contact_at.map(at);
    let line = match (view.line, &contact) {
        (Line::Unknown, _) | (_, None) => say::sentence("field.status.never", &[]),
        (Line::Online, Some(at)) => say::sentence("field.status.online", &[("at", at)]),
        (Line::Offline, Some(at)) => say::sentence("field.status.offline", &[("at", at)]),
    };
    say::line(&line);
    say::say("field.status.keystore", &[("keystore", &view.keystore)]);
    for notice in &view.notices {
        say::fault(notice, false);
    }
}
