//! From records to what the console shows.

use super::may;
use super::names::Names;
use super::views::{
    CaseView, ConflictView, NameView, NoteView, PhotoCount, PhotoView, Progress, VariantView, VisitView,
};
use crate::fault::{Answer, Refused};
use ekitei_model::filing::{Policy, case_folder, policy};
use ekitei_model::kinds::{self, Variant, case, conflict, note, photo, visit};
use ekitei_model::people::Staff;
use ekitei_model::{Record, Stamp};
use serde_json::Value;
use std::collections::BTreeMap;

const CASE_FIELDS: [&str; 12] = [
    case::NUMBER,
    case::NAME,
    case::SECTION,
    case::PLACE,
    case::LAT,
    case::LON,
    case::STATE,
    case::RESTRICTED,
    case::SECTIONS,
    case::MEMBERS,
    case::ASSIGNEES,
    case::FILING,
];
const VISIT_FIELDS: [&str; 4] = [visit::TITLE, visit::PEOPLE, visit::PLANNED_AT, visit::STATE];
const NOTE_FIELDS: [&str; 5] = [note::TITLE, note::TEXT, note::VISIT, note::TEMPLATE, note::FINISHED_AT];
const PHOTO_FIELDS: [&str; 3] = [photo::CAPTION, photo::VISIT, photo::NOTE];

/// # Errors
/// The storage sent something that is no record: 503, and a person must look.
pub fn record(json: &str) -> Answer<Record> {
    serde_json::from_str(json).map_err(|e| Refused::unavailable(&e))
}

pub fn kept_at(of: &Record) -> &str {
    of.text(photo::KEPT_AT)
}

pub fn progress(of: &Record) -> Progress {
    let original = of.kind != kinds::PHOTO || !of.text(&photo::arrived(Variant::Original)).is_empty();
    match (of.text(photo::FILED), kept_at(of)) {
        ("", "") if original => Progress::Arrived,
        ("", "") => Progress::Expected,
        ("", _) => Progress::Kept,
        _ => Progress::Filed,
    }
}

/// What a list shows of any record.
pub fn title(of: &Record) -> String {
    let named = match of.kind.as_str() {
        kinds::PHOTO => of.text(photo::CAPTION),
        kinds::CASE => of.text(case::NAME),
        _ => of.text(note::TITLE),
    };
    let text = if named.is_empty() { of.text(note::TEXT) } else { named };
    text.lines().find(|l| !l.trim().is_empty()).unwrap_or("").chars().take(80).collect()
}

fn revs(of: &Record, fields: &[&str]) -> BTreeMap<String, String> {
    fields.iter().filter_map(|f| Some(((*f).to_owned(), of.rev(f)?.op.to_string()))).collect()
}

fn optional(of: &Record, field: &str) -> Option<String> {
    Some(of.text(field)).filter(|t| !t.is_empty()).map(str::to_owned)
}

fn number(of: &Record, field: &str) -> Option<f64> {
    of.fields.get(field).and_then(Value::as_f64)
}

fn whole(of: &Record, field: &str) -> u64 {
    of.fields.get(field).and_then(Value::as_u64).unwrap_or(0)
}

/// The field, or when the record was made.
fn moment(of: &Record, field: &str) -> String {
    let made = || of.created.as_ref().map_or_else(String::new, |c| c.at.to_string());
    optional(of, field).filter(|t| t.parse::<Stamp>().is_ok()).unwrap_or_else(made)
}

async fn author(of: &Record, names: &Names<'_>) -> Answer<NameView> {
    match &of.created {
        Some(origin) => names.of(origin.staff.as_str()).await,
        None => Ok(NameView::default()),
    }
}

pub async fn case_view(of: &Record, names: &Names<'_>, viewer: &Staff, today: &str) -> Answer<CaseView> {
    let filing = match policy(of) {
        Policy::Section => "section",
        Policy::Number => "number",
        Policy::None => "none",
    };
    Ok(CaseView {
        id: of.id.to_string(),
        number: of.text(case::NUMBER).to_owned(),
        name: of.text(case::NAME).to_owned(),
        place: of.text(case::PLACE).to_owned(),
        section: of.text(case::SECTION).to_owned(),
        state: optional(of, case::STATE).unwrap_or_else(|| "open".to_owned()),
        restricted: of.flag(case::RESTRICTED),
        sections: of.list(case::SECTIONS),
        members: names.all(&of.list(case::MEMBERS)).await?,
        assignees: names.all(&of.list(case::ASSIGNEES)).await?,
        filing: filing.to_owned(),
        folder: case_folder(of).map(|f| f.join("/")),
        lat: number(of, case::LAT),
        lon: number(of, case::LON),
        notes: 0,
        photos: PhotoCount::default(),
        conflicts: 0,
        changed_ms: of.received_ms,
        may_manage: may::manages_case(viewer, of.text(case::SECTION), today),
        revs: revs(of, &CASE_FIELDS),
    })
}

/// In a list a restricted case shows its number, not the person.
pub fn veil(mut case: CaseView) -> CaseView {
    if case.restricted {
        case.name.clear();
        case.place.clear();
        (case.lat, case.lon) = (None, None);
    }
    case
}

pub async fn visit_view(of: &Record, names: &Names<'_>) -> Answer<VisitView> {
    Ok(VisitView {
        id: of.id.to_string(),
        case: of.scope.case().map_or_else(String::new, |c| c.to_string()),
        title: of.text(visit::TITLE).to_owned(),
        people: names.all(&of.list(visit::PEOPLE)).await?,
        planned_at: optional(of, visit::PLANNED_AT),
        state: optional(of, visit::STATE).unwrap_or_else(|| visit::STATES[0].to_owned()),
        author: author(of, names).await?,
        received_ms: of.received_ms,
        revs: revs(of, &VISIT_FIELDS),
    })
}

pub async fn note_view(of: &Record, names: &Names<'_>) -> Answer<NoteView> {
    Ok(NoteView {
        id: of.id.to_string(),
        case: of.scope.case().map(|c| c.to_string()),
        visit: optional(of, note::VISIT),
        title: of.text(note::TITLE).to_owned(),
        text: of.text(note::TEXT).to_owned(),
        strokes: of.fields.get(note::STROKES).cloned(),
        template: optional(of, note::TEMPLATE),
        written_at: moment(of, note::WRITTEN_AT),
        finished_at: optional(of, note::FINISHED_AT),
        author: author(of, names).await?,
        received_ms: of.received_ms,
        progress: progress(of),
        filed: optional(of, note::FILED),
        filed_versions: whole(of, note::FILED_VERSIONS),
        revs: revs(of, &NOTE_FIELDS),
    })
}

pub async fn photo_view(of: &Record, names: &Names<'_>) -> Answer<PhotoView> {
    let variants = Variant::ALL.into_iter().map(|v| VariantView {
        variant: v.as_str().to_owned(),
        bytes: whole(of, &photo::bytes(v)),
        arrived_at: optional(of, &photo::arrived(v)),
    });
    let side = |field| u32::try_from(whole(of, field)).unwrap_or(0);
    Ok(PhotoView {
        id: of.id.to_string(),
        case: of.scope.case().map(|c| c.to_string()),
        visit: optional(of, photo::VISIT),
        note: optional(of, photo::NOTE),
        caption: of.text(photo::CAPTION).to_owned(),
        taken_at: moment(of, photo::TAKEN_AT),
        lat: number(of, photo::LAT),
        lon: number(of, photo::LON),
        width: side(photo::WIDTH),
        height: side(photo::HEIGHT),
        format: of.text(photo::FORMAT).to_owned(),
        author: author(of, names).await?,
        received_ms: of.received_ms,
        variants: variants.collect(),
        progress: progress(of),
        filed: optional(of, photo::FILED),
        filed_at: optional(of, photo::FILED_AT),
        backed_up_at: optional(of, photo::BACKED_UP_AT),
        sha256: of.text(&photo::sha256(Variant::Original)).to_owned(),
        revs: revs(of, &PHOTO_FIELDS),
    })
}

/// `of_case`: the case it is in, if any.
pub async fn conflict_view(
    of: &Record,
    parent: &Record,
    of_case: Option<&Record>,
    names: &Names<'_>,
) -> Answer<ConflictView> {
    let field = of.text(conflict::FIELD);
    let value = |r: &Record, f: &str| r.fields.get(f).cloned().unwrap_or(Value::Null);
    let (by, by_at) = match names.wrote(of, conflict::MINE).await? {
        Some((by, at)) => (by, at),
        None => (names.of(of.text(conflict::BY_STAFF)).await?, String::new()),
    };
    let standing = names.wrote(parent, field).await?;
    Ok(ConflictView {
        id: of.id.to_string(),
        record: parent.id.to_string(),
        record_kind: parent.kind.clone(),
        case: parent.scope.case().map(|c| c.to_string()),
        case_number: of_case.map_or_else(String::new, |c| c.text(case::NUMBER).to_owned()),
        restricted: of_case.is_some_and(|c| c.flag(case::RESTRICTED)),
        title: title(parent),
        field: field.to_owned(),
        mine: value(of, conflict::MINE),
        theirs: value(parent, field),
        by,
        by_at,
        standing_at: standing.as_ref().map(|(_, at)| at.clone()),
        standing_by: standing.map(|(by, _)| by),
        received_ms: of.received_ms,
    })
}
