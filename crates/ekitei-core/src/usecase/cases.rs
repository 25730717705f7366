//! Cases: the list, the card with its timeline, following.

use super::conflicts;
use super::inspections;
use crate::bridge::args::CaseListArgs;
use crate::bridge::views::{CaseCard, CaseRow, EntryKind, TimelineEntry};
use crate::open::Open;
use crate::view::{self, Pending};
use ekitei_model::{Fault, RecordId, Scope, Stamp, fold, kinds};
use ekitei_store::queue::{Reason, follow};
use ekitei_store::vault::Shown;
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
    Ok(rows)
}

/// # Errors
/// `case-unknown`.
pub fn row(open: &Open, id: RecordId) -> Result<CaseRow, Fault> {
    let reader = open.reader();
    let record = match reader.record(id)?.filter(|s| s.record.kind == kinds::CASE) {
        Some(case) => Some(case),
        None => reader.of_kind(kinds::CASE_HEADER)?.into_iter().find(|h| h.record.parent == Some(id)),
    };
    let Shown { record, .. } = record.ok_or_else(|| Fault::ask("case-unknown").with("number", id))?;
    let assigned = reader.assigned_cases()?.contains(&id);
    Ok(view::case_row(&record, open.me(), reader.followed_cases()?.contains(&id), assigned))
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

/// The card: what the case is and all that happened, newest first.
pub fn card(open: &Open, id: RecordId) -> Result<CaseCard, Fault> {
    let case = row(open, id)?;
    let scope = Scope::Case(id);
    let reader = open.reader();
    open.queue_write(|tx| follow::used(tx, &scope, open.now().ms()))?;
    let records = reader.in_scope(&scope, &[])?;
    let files = reader.files(&scope)?;
    let conflicted = conflicts::open_in(&records);
    let mut entries = Vec::new();
    let mut photos = Vec::new();
    for shown in &records {
        let (record, waits) = (&shown.record, Pending::from(shown));
        match record.kind.as_str() {
            kinds::NOTE => {
                let note = view::note(record, waits, conflicted.contains(&record.id));
                entries.push(entry(EntryKind::Note, note.written_at, note.visit).note(note));
            }
            kinds::PHOTO => {
                let photo = view::photo(record, waits, &files.get(&record.id).cloned().unwrap_or_default());
                photos.push(photo.clone());
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
    let conflicts = records.iter().filter(|s| conflicts::is_open(&s.record)).count() as u64;
    Ok(CaseCard { case, photos: view::count(&photos), entries, conflicts })
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
