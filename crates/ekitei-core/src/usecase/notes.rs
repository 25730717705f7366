//! Notes: typed or drawn, in a case or a draft of one's own until it is put into one.

use super::{cases, conflicts};
use crate::bridge::args::{NotePublishArgs, NoteSaveArgs};
use crate::bridge::views::NoteView;
use crate::change::{self, Change};
use crate::open::Open;
use crate::view;
use ekitei_model::kinds::{self, note as field};
use ekitei_model::record::Fields;
use ekitei_model::{Fault, RecordId, Scope, Stamp};
use ekitei_store::vault::Shown;
use serde_json::{Value, json};
use std::collections::HashSet;

/// An unfinished note of a case is offered as a draft for so long.
const RECENT_MS: i64 = 14 * 24 * 3_600_000;

/// One line of an import.
#[derive(Clone, Debug)]
pub struct ImportedNote {
    pub case: RecordId,
    pub title: Option<String>,
    pub text: String,
    /// When it was written; `None`: now.
    pub created_at: Option<Stamp>,
    /// It will be filed.
    pub finished: bool,
}

pub fn get(open: &Open, id: RecordId) -> Result<NoteView, Fault> {
    let shown = open.record_of(id, kinds::NOTE)?;
    let conflicts = open.reader().in_scope(&shown.record.scope, &[kinds::CONFLICT])?;
    Ok(view::note(&shown.record, (&shown).into(), conflicts::open_in(&conflicts).contains(&id)))
}

/// All notes on this phone, newest first.
pub fn all(open: &Open) -> Result<Vec<NoteView>, Fault> {
    let reader = open.reader();
    let conflicted: HashSet<RecordId> = conflicts::open_in(&reader.open_conflicts()?);
    let view = |s: &Shown| view::note(&s.record, s.into(), conflicted.contains(&s.record.id));
    let mut notes: Vec<NoteView> = reader.of_kind(kinds::NOTE)?.iter().map(view).collect();
    notes.sort_by_key(|n| std::cmp::Reverse((n.written_at.utc_ms, n.id)));
    Ok(notes)
}

/// Own notes that nobody finished: those of no case, and recent ones of cases, newest first.
pub fn drafts(open: &Open) -> Result<Vec<NoteView>, Fault> {
    let reader = open.reader();
    let mut found = reader.in_scope(&Scope::User(open.me().clone()), &[kinds::NOTE])?;
    let recent = reader.since(kinds::NOTE, open.now().ms() - RECENT_MS)?;
    found.extend(recent.into_iter().filter(|s| s.record.scope.case().is_some()));
    let mut drafts: Vec<NoteView> = found.iter().map(|s| view::note(&s.record, s.into(), false)).collect();
    drafts.retain(|n| n.author == open.me().as_str() && n.finished_at.is_none());
    drafts.sort_by_key(|n| std::cmp::Reverse((n.written_at.utc_ms, n.id)));
    Ok(drafts)
}

pub fn save(open: &Open, args: &NoteSaveArgs) -> Result<NoteView, Fault> {
    let id = match args.id {
        Some(id) => {
            change_existing(open, id, args)?;
            id
        }
        None => make(open, args)?,
    };
    get(open, id)
}

fn make(open: &Open, args: &NoteSaveArgs) -> Result<RecordId, Fault> {
    let scope = match args.case {
        Some(case) => {
            cases::ensure_followed(open, case)?;
            Scope::Case(case)
        }
        None => Scope::User(open.me().clone()),
    };
    let id = change::mint();
    let mut fields = given(args);
    fields.insert(field::WRITTEN_AT.into(), json!(open.now().stamp()));
    open.commit(&[change::create(open.now(), id, kinds::NOTE, &scope, fields)])?;
    Ok(id)
}

fn change_existing(open: &Open, id: RecordId, args: &NoteSaveArgs) -> Result<(), Fault> {
    let record = open.record_of(id, kinds::NOTE)?.record;
    let finished = !record.text(field::FINISHED_AT).is_empty();
    let mut fields = given(args);
    let differs = fields.iter().any(|(k, v)| record.fields.get(k).unwrap_or(&Value::Null) != v);
    // A finished note that changes is finished anew: its next version will be filed.
    if finished && differs {
        fields.insert(field::FINISHED_AT.into(), json!(open.now().stamp()));
    }
    open.patch(&record, fields)
}

/// The fields that a screen gave. An empty text removes nothing by accident: it is a value like any other.
fn given(args: &NoteSaveArgs) -> Fields {
    let mut fields = Fields::new();
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            fields.insert(name.to_owned(), value);
        }
    };
    set(field::TITLE, args.title.clone().map(Value::from));
    set(field::TEXT, args.text.clone().map(Value::from));
    set(field::STROKES, args.strokes.clone());
    set(field::TEMPLATE, args.template.clone().map(Value::from));
    set(field::VISIT, args.visit.map(|v| json!(v)));
    fields
}

/// It will be filed.
pub fn finish(open: &Open, id: RecordId) -> Result<NoteView, Fault> {
    let record = open.record_of(id, kinds::NOTE)?.record;
    if record.scope.case().is_none() {
        return Err(Fault::ask("case-missing"));
    }
    open.patch(&record, Fields::from([(field::FINISHED_AT.into(), json!(open.now().stamp()))]))?;
    get(open, id)
}

pub fn delete(open: &Open, id: RecordId) -> Result<(), Fault> {
    let record = open.record_of(id, kinds::NOTE)?.record;
    open.delete(&record)
}

/// The draft becomes a note of the case, atomically; it gets a new id.
pub fn publish(open: &Open, args: &NotePublishArgs) -> Result<NoteView, Fault> {
    // Derived, so that repeating the call after a lost answer makes no second note.
    let id = RecordId::derived(&["published", &args.id.to_string(), &args.case.to_string()]);
    if open.reader().record(id)?.is_some() {
        return get(open, id);
    }
    let draft = open.record_of(args.id, kinds::NOTE)?.record;
    if draft.scope.case().is_some() {
        return Err(Fault::ask("draft-in-case"));
    }
    cases::ensure_followed(open, args.case)?;
    let fields = draft.fields.iter().filter(|(k, _)| !k.starts_with(kinds::OFFICE_PREFIX));
    let fields: Fields = fields.map(|(k, v)| (k.clone(), v.clone())).collect();
    open.commit(&[change::publish(open.now(), &draft, id, &Scope::Case(args.case), fields)])?;
    get(open, id)
}

/// One finished note.
pub fn add(open: &Open, case: RecordId, title: Option<String>, text: String) -> Result<NoteView, Fault> {
    cases::ensure_followed(open, case)?;
    let note = ImportedNote { case, title, text, created_at: None, finished: true };
    let change = imported(open, &note);
    let id = change.op.record;
    open.commit(&[change])?;
    get(open, id)
}

/// All of `notes` in one transaction; returns how many.
pub fn import(open: &Open, notes: &[ImportedNote]) -> Result<u64, Fault> {
    let cases: HashSet<RecordId> = notes.iter().map(|n| n.case).collect();
    for case in cases {
        cases::ensure_followed(open, case)?;
    }
    let changes: Vec<Change> = notes.iter().map(|n| imported(open, n)).collect();
    open.commit(&changes)?;
    Ok(changes.len() as u64)
}

fn imported(open: &Open, note: &ImportedNote) -> Change {
    let at = note.created_at.unwrap_or_else(|| open.now().stamp());
    let mut fields = Fields::from([
        (field::TEXT.into(), json!(note.text)),
        (field::WRITTEN_AT.into(), json!(at)),
        (field::TITLE.into(), json!(note.title)),
    ]);
    if note.finished {
        fields.insert(field::FINISHED_AT.into(), json!(open.now().stamp()));
    }
    change::create(open.now(), change::mint(), kinds::NOTE, &Scope::Case(note.case), fields)
}
