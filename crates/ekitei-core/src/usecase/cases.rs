//! Cases: the list, the card with its timeline, following.

use super::conflicts;
use super::inspections;
use crate::bridge::args::{CaseCardArgs, CaseListArgs};
use crate::bridge::views::{CaseCard, CaseRow, EntryKind, PhotoCount, TimelineEntry};
use crate::open::Open;
use crate::reader::Reader;
use crate::view::{self, Pending};
use ekitei_model::{Fault, RecordId, Scope, Stamp, fold, kinds};
use ekitei_store::queue::{Reason, follow};
use ekitei_store::vault::Shown;
use ekitei_store::vault::read::Place;
use std::collections::HashMap;

/// Every case this phone knows: followed ones in full, others by their header. One row a case.
pub fn rows(open: &Open) -> Result<Vec<CaseRow>, Fault> {
    let reader = open.reader();
    let (followed, assigned) = (reader.followed_cases()?, reader.assigned_cases()?);
    let me = open.me();
    let mut rows: HashMap<RecordId, CaseRow> = HashMap::new();
    for kind in [kinds::CASE_HEADER, kinds::CASE] {
        for Shown { record, .. } in reader.of_kind(kind)? {
            let id = if kind == kinds::CASE { record.id } else { record.parent.unwrap_or(record.id) };
            let row = view::case_row(&record, me, followed.contains(&id), assigned.contains(&id));
            // The case itself tells more than a header; of two headers the one with the name does.
            let better = rows.get(&id).is_none_or(|known| kind == kinds::CASE || known.name.is_empty());
            if better {
                rows.insert(id, row);
            }
        }
    }
    let mut rows: Vec<CaseRow> = rows.into_values().collect();
    rows.sort_by(|a, b| (!a.assigned, !a.followed, &a.number).cmp(&(!b.assigned, !b.followed, &b.number)));
    Ok(rows)
}

pub fn list(open: &Open, args: &CaseListArgs) -> Result<Vec<CaseRow>, Fault> {
    let mut rows = rows(open)?;
    rows.retain(|r| (!args.followed_only || r.followed) && view::matches_filter(r, &args.filter));
    Ok(rows.into_iter().map(veil).collect())
}

/// # Errors
/// `case-unknown`.
pub fn row(open: &Open, id: RecordId) -> Result<CaseRow, Fault> {
    let reader = open.reader();
    let Shown { record, .. } = known(open, id)?;
    let assigned = reader.assigned_cases()?.contains(&id);
    Ok(view::case_row(&record, open.me(), reader.followed_cases()?.contains(&id), assigned))
}

/// The case itself, or its header as long as the case has not come.
///
/// # Errors
/// `case-unknown`.
pub(crate) fn known(open: &Open, id: RecordId) -> Result<Shown, Fault> {
    let reader = open.reader();
    let record = match reader.record(id)?.filter(|s| s.record.kind == kinds::CASE) {
        Some(case) => Some(case),
        None => reader.of_kind(kinds::CASE_HEADER)?.into_iter().find(|h| h.record.parent == Some(id)),
    };
    record.ok_or_else(|| Fault::ask("case-unknown").with("number", id))
}

/// By number as people write it: width, case and outer spaces do not matter.
///
/// # Errors
/// `case-unknown`.
pub fn by_number(open: &Open, number: &str) -> Result<CaseRow, Fault> {
    let wanted = fold::fold(number);
    let mut rows = rows(open)?;
    let at = rows
        .iter()
        .position(|r| r.number == number)
        .or_else(|| rows.iter().position(|r| fold::fold(&r.number) == wanted))
        .ok_or_else(|| Fault::ask("case-unknown").with("number", number))?;
    Ok(rows.swap_remove(at))
}

const TIMELINE: [&str; 4] = [kinds::NOTE, kinds::PHOTO, kinds::VISIT, kinds::INSPECTION];

/// The card: what the case is and what happened, newest first; with a limit only so much of it.
///
/// # Errors
/// `case-unknown`, `cursor-wrong`.
pub fn card(open: &Open, args: &CaseCardArgs) -> Result<CaseCard, Fault> {
    let id = args.case;
    let case = row(open, id)?;
    let scope = Scope::Case(id);
    let reader = open.reader();
    open.queue_write(|tx| follow::used(tx, &scope, open.now().ms()))?;
    let before = args.before.as_deref().map(place_of).transpose()?;
    let limit = args.limit.map_or(usize::MAX, |n| n.max(1) as usize);
    let (records, more) = reader.page(&scope, &TIMELINE, before, limit)?;
    let clashes = reader.in_scope(&scope, &[kinds::CONFLICT])?;
    let conflicted = conflicts::open_in(&clashes);
    let files = match args.limit {
        Some(_) => files_of(&reader, &records)?,
        None => reader.files(&scope)?,
    };
    let older = records.last().filter(|_| more).map(cursor);
    let mut entries = Vec::new();
    for shown in &records {
        let (record, waits) = (&shown.record, Pending::from(shown));
        match record.kind.as_str() {
            kinds::NOTE => {
                let note = view::note(record, waits, conflicted.contains(&record.id));
                entries.push(entry(EntryKind::Note, note.written_at, note.visit).note(note));
            }
            kinds::PHOTO => {
                let photo = view::photo(record, waits, &files.get(&record.id).cloned().unwrap_or_default());
                entries.push(entry(EntryKind::Photo, photo.taken_at, photo.visit).photo(photo));
            }
            kinds::VISIT => {
                let visit = view::visit(record, Some(&case), waits);
                let at = visit.planned_at.unwrap_or_else(|| view::stamp_of(record, kinds::visit::PLANNED_AT));
                entries.push(entry(EntryKind::Visit, at, Some(visit.id)).visit(visit));
            }
            kinds::INSPECTION => {
                let row = inspections::row(shown);
                let at =
                    row.started_at.unwrap_or_else(|| view::stamp_of(record, kinds::inspection::STARTED_AT));
                let visit = row.visit;
                entries.push(entry(EntryKind::Inspection, at, visit).inspection(row));
            }
            _ => {}
        }
    }
    view::newest_first(&mut entries);
    let tally = reader.photo_tally(&scope)?;
    let photos = PhotoCount { total: tally.total, arrived: tally.arrived, at_office: tally.at_office };
    let conflicts = clashes.iter().filter(|s| conflicts::is_open(&s.record)).count() as u64;
    Ok(CaseCard { case, photos, entries, conflicts, older })
}

fn files_of(reader: &Reader, records: &[Shown]) -> Result<HashMap<RecordId, view::PhotoFiles>, Fault> {
    let photos = records.iter().filter(|s| s.record.kind == kinds::PHOTO);
    photos.map(|s| Ok((s.record.id, reader.files_of(s.record.id)?))).collect()
}

/// Where a page ended, as text for a screen to give back.
fn cursor(last: &Shown) -> String {
    format!("{}.{}", last.sort_ms, last.record.id)
}

fn place_of(text: &str) -> Result<Place, Fault> {
    let place = text
        .split_once('.')
        .and_then(|(ms, id)| Some(Place { sort_ms: ms.parse().ok()?, record: id.parse().ok()? }));
    place.ok_or_else(|| Fault::ask("cursor-wrong"))
}

/// In a list a members-only case shows its number, not the person.
pub fn veil(row: CaseRow) -> CaseRow {
    if !row.restricted {
        return row;
    }
    CaseRow { name: String::new(), place: String::new(), lat: None, lon: None, ..row }
}

fn entry(kind: EntryKind, at: Stamp, visit: Option<RecordId>) -> TimelineEntry {
    TimelineEntry { kind, at, visit, note: None, photo: None, visit_view: None, inspection: None }
}

impl TimelineEntry {
    fn note(self, note: crate::bridge::views::NoteView) -> Self {
        Self { note: Some(note), ..self }
    }
    fn photo(self, photo: crate::bridge::views::PhotoView) -> Self {
        Self { photo: Some(photo), ..self }
    }
    fn inspection(self, row: crate::bridge::views::InspectionRow) -> Self {
        Self { inspection: Some(row), ..self }
    }
    fn visit(self, visit: crate::bridge::views::VisitView) -> Self {
        Self { visit_view: Some(visit), ..self }
    }
}

pub fn follow_number(open: &Open, number: &str) -> Result<CaseRow, Fault> {
    let case = by_number(open, number)?;
    follow(open, case.id)?;
    Ok(CaseRow { followed: true, ..case })
}

/// Its records come to this phone with the next sync.
pub fn follow(open: &Open, id: RecordId) -> Result<(), Fault> {
    let scope = Scope::Case(id);
    open.queue_write(|tx| follow::follow(tx, &scope, Reason::Asked, open.now().ms()))?;
    open.cases_changed();
    Ok(())
}

/// What was only asked for goes; an assigned case stays.
pub fn unfollow(open: &Open, id: RecordId) -> Result<(), Fault> {
    let scope = Scope::Case(id);
    open.queue_write(|tx| follow::unfollow(tx, &scope, Reason::Asked).map(|_| ()))?;
    open.replay()?;
    open.cases_changed();
    Ok(())
}

/// Whoever writes into a case reads it, too: a case that only its header is known of is followed from now on.
pub fn ensure_followed(open: &Open, id: RecordId) -> Result<(), Fault> {
    let case = row(open, id)?;
    if case.followed { Ok(()) } else { follow(open, id) }
}
