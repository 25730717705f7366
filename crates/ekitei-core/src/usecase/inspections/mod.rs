//! Inspections: begun from a published form, answered tap by tap, finished, circulated.

mod finish;
mod listing;
mod papers;
mod sheets;

pub use finish::{circulate, finish, reopen, set_report};
pub use listing::{forms, get, of_case, of_visit, row};
pub use papers::paper;
pub(crate) use sheets::Sheets;

use super::cases;
use crate::bridge::args::{InspectionBeginArgs, InspectionCallArgs};
use crate::bridge::views::InspectionView;
use crate::change;
use crate::open::Open;
use ekitei_forms::AnswerKey;
use ekitei_forms::facade::{Call, Changed, Reply};
use ekitei_model::inspection::State;
use ekitei_model::kinds::{self, form_version, inspection as field};
use ekitei_model::record::Fields;
use ekitei_model::{Fault, Record, RecordId, Scope};
use serde_json::json;

/// Begins an inspection, or finds the one that is open for the same visit and form: two taps make one.
///
/// # Errors
/// `form-not-here`, `form-withdrawn`, those of the form.
pub fn begin(open: &Open, args: &InspectionBeginArgs) -> Result<InspectionView, Fault> {
    cases::ensure_followed(open, args.case)?;
    let version = open.reader().record(args.form_version)?.filter(|s| s.record.kind == kinds::FORM_VERSION);
    let version = version.ok_or_else(|| Fault::wait("form-not-here"))?.record;
    if !version.text(form_version::WITHDRAWN_AT).is_empty() {
        return Err(Fault::ask("form-withdrawn"));
    }
    let scope = Scope::Case(args.case);
    if let Some(there) = begun(open, &scope, version.text(form_version::FORM), args.visit)? {
        return get(open, there);
    }
    let now = open.now().stamp();
    let mut fields = Fields::from([
        (field::FORM.into(), json!(version.text(form_version::FORM))),
        (field::FORM_VERSION.into(), json!(args.form_version)),
        (field::TITLE.into(), json!(version.text(form_version::TITLE))),
        (field::VISIT.into(), json!(args.visit)),
        (field::INSPECTOR.into(), json!(open.me())),
        (field::STATE.into(), json!(State::Draft.as_str())),
        (field::STARTED_AT.into(), json!(now)),
    ]);
    let id = change::mint();
    let last = last_of_form(open, &scope, version.text(form_version::FORM), id)?;
    let seed = Record { fields: fields.clone(), ..blank(id, &scope) };
    let first = sheets::first_answers(open, &seed, last.as_ref())?;
    fields.extend(first.answers.into_iter().map(|(k, v)| (format!("{}{k}", field::ANSWER), v)));
    fields.extend(first.instances.into_iter().map(|(k, v)| (format!("{}{k}", field::INSTANCE), v)));
    let parent = args.visit;
    open.commit(&[change::create_under(open.now(), id, kinds::INSPECTION, &scope, parent, fields)])?;
    get(open, id)
}

fn blank(id: RecordId, scope: &Scope) -> Record {
    Record {
        id,
        kind: kinds::INSPECTION.to_owned(),
        scope: scope.clone(),
        parent: None,
        born_seq: 0,
        seq: 0,
        deleted: false,
        created: None,
        received_ms: 0,
        fields: Fields::new(),
        revs: std::collections::BTreeMap::new(),
    }
}

/// The open one for this visit and form.
fn begun(open: &Open, scope: &Scope, form: &str, visit: Option<RecordId>) -> Result<Option<RecordId>, Fault> {
    let visit = visit.map(|v| v.to_string()).unwrap_or_default();
    let found = open.reader().in_scope(scope, &[kinds::INSPECTION])?.into_iter().find(|s| {
        let r = &s.record;
        r.text(field::FORM) == form && r.text(field::VISIT) == visit && State::of(r).is_open()
    });
    Ok(found.filter(|_| !visit.is_empty()).map(|s| s.record.id))
}

/// The last finished inspection by the same form in the same case.
pub(crate) fn last_of(open: &Open, record: &Record) -> Result<Option<Record>, Fault> {
    last_of_form(open, &record.scope, record.text(field::FORM), record.id)
}

fn last_of_form(open: &Open, scope: &Scope, form: &str, but: RecordId) -> Result<Option<Record>, Fault> {
    let all = open.reader().in_scope(scope, &[kinds::INSPECTION])?;
    let finished = all.into_iter().map(|s| s.record).filter(|r| {
        r.id != but
            && r.text(field::FORM) == form
            && !State::of(r).is_open()
            && !r.text(field::FINISHED_AT).is_empty()
    });
    Ok(finished.max_by(|a, b| a.text(field::FINISHED_AT).cmp(b.text(field::FINISHED_AT))))
}

/// Photos, signatures and files of an inspection, in the order they were made.
pub(crate) fn children(open: &Open, record: &Record) -> Result<Vec<Record>, Fault> {
    let photos = open.reader().in_scope(&record.scope, &[kinds::PHOTO])?;
    Ok(photos.into_iter().map(|s| s.record).filter(|r| r.parent == Some(record.id)).collect())
}

/// One call to the form. What it changes is durable when this returns.
///
/// # Errors
/// `inspection-locked`: it is finished; `answer-attachment`: photos are added as photos; those of the engine and the store.
pub fn call(open: &Open, args: InspectionCallArgs) -> Result<Reply, Fault> {
    let record = open.record_of(args.id, kinds::INSPECTION)?.record;
    if writes(&args.call) {
        if !State::of(&record).is_open() {
            return Err(Fault::ask("inspection-locked"));
        }
        if let Call::Set { key, .. } = &args.call
            && sheets::form_of(open, sheets::version_of(&record)?)?.is_attachment(key.question())
        {
            return Err(Fault::ask("answer-attachment"));
        }
    }
    let children = children(open, &record)?;
    let reply = sheets::call(open, &record, &children, args.call)?;
    if let Reply::Changed(changed) = &reply {
        store(open, &record, &children, changed)?;
    }
    Ok(reply)
}

fn writes(call: &Call) -> bool {
    matches!(
        call,
        Call::Set { .. }
            | Call::AddInstance { .. }
            | Call::RemoveInstance { .. }
            | Call::Receive { .. }
            | Call::RestApply { .. }
            | Call::Finish { .. }
    )
}

fn store(open: &Open, record: &Record, children: &[Record], changed: &Changed) -> Result<(), Fault> {
    let form = sheets::form_of(open, sheets::version_of(record)?)?;
    let kept = changed
        .answers
        .iter()
        .filter(|(key, _)| !form.is_attachment(AnswerKey::from(key.as_str()).question()));
    let answers = kept.map(|(key, value)| (format!("{}{key}", field::ANSWER), value.clone()));
    let places = changed.instances.iter().map(|(key, at)| (format!("{}{key}", field::INSTANCE), at.clone()));
    let stored = open.patch(record, answers.chain(places).collect());
    if let Err(fault) = stored {
        // The session has what the database has not: the next call reads it anew.
        open.shared().sheets().forget(record.id);
        return Err(fault);
    }
    let now = open.record_of(record.id, kinds::INSPECTION)?.record;
    sheets::knows(open, record.id, &now, children);
    Ok(())
}

/// A value for an inspection that is finished: the head decides about it.
///
/// # Errors
/// Those of the engine; `inspection-open`: it takes the answer as it is.
pub fn propose(open: &Open, args: InspectionCallArgs) -> Result<(), Fault> {
    let record = open.record_of(args.id, kinds::INSPECTION)?.record;
    if State::of(&record).is_open() {
        return Err(Fault::ask("inspection-open"));
    }
    let Call::Set { key, .. } = &args.call else { return Err(Fault::ask("call-malformed")) };
    if sheets::form_of(open, sheets::version_of(&record)?)?.is_attachment(key.question()) {
        return Err(Fault::ask("answer-attachment"));
    }
    let children = children(open, &record)?;
    let reply = sheets::call(open, &record, &children, args.call)?;
    open.shared().sheets().forget(record.id);
    let Reply::Changed(changed) = reply else { return Err(Fault::ask("call-malformed")) };
    let fields = changed.answers.into_iter().map(|(k, v)| (format!("{}{k}", field::ANSWER), v)).collect();
    open.patch(&record, fields)
}
