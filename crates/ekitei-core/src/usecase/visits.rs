//! Visits: planned here or at the office, moved on by the people who go.

use super::cases;
use crate::bridge::args::{VisitChangeArgs, VisitCreateArgs, VisitStateArgs};
use crate::bridge::views::{VisitForm, VisitView};
use crate::change;
use crate::open::Open;
use crate::view;
use ekitei_model::kinds::{self, visit as field};
use ekitei_model::record::Fields;
use ekitei_model::{Fault, Record, RecordId, Scope, rules};
use serde_json::json;
use std::collections::HashMap;

/// The visits of all cases on this phone, by planned time.
pub fn all(open: &Open) -> Result<Vec<VisitView>, Fault> {
    let reader = open.reader();
    let cases: HashMap<RecordId, _> =
        cases::rows(open)?.into_iter().map(|c| (c.id, cases::veil(c))).collect();
    let mut visits: Vec<VisitView> = reader
        .of_kind(kinds::VISIT)?
        .iter()
        .map(|shown| {
            let case = shown.record.scope.case().and_then(|c| cases.get(&c));
            view::visit(&shown.record, case, shown.into())
        })
        .collect();
    visits.sort_by_key(|v| (v.planned_at.map(|p| p.utc_ms), v.id));
    Ok(visits)
}

pub fn create(open: &Open, args: VisitCreateArgs) -> Result<VisitView, Fault> {
    create_from(open, args, None)
}

/// As [`create`]; `event`: the appointment that it is made from.
pub fn create_from(open: &Open, args: VisitCreateArgs, event: Option<RecordId>) -> Result<VisitView, Fault> {
    cases::ensure_followed(open, args.case)?;
    let people = if args.people.is_empty() { vec![open.me().to_string()] } else { args.people };
    let id = change::mint();
    let mut fields = Fields::from([
        (field::TITLE.into(), json!(args.title)),
        (field::PEOPLE.into(), json!(people)),
        (field::PLANNED_AT.into(), json!(args.planned_at)),
        (field::STATE.into(), json!(field::STATES[0])),
        (field::FORMS.into(), json!(args.forms)),
    ]);
    fields.extend(event.map(|event| (field::EVENT.to_owned(), json!(event))));
    refuse_outsiders(open, args.case, &fields)?;
    open.commit(&[change::create(open.now(), id, kinds::VISIT, &Scope::Case(args.case), fields)])?;
    shown(open, id)
}

/// The office would refuse it: a members-only case is opened by its grants alone.
///
/// # Errors
/// `visit-not-member`, with the names.
fn refuse_outsiders(open: &Open, case: RecordId, fields: &Fields) -> Result<(), Fault> {
    let reader = open.reader();
    // Of a case that only its header is here of the members are not known; the office looks again.
    let Some(case) = reader.record(case)?.filter(|c| c.record.kind == kinds::CASE) else { return Ok(()) };
    let outsiders = rules::outsiders(&case.record, fields);
    if outsiders.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = outsiders.iter().map(|id| reader.name_of(id)).collect::<Result<_, _>>()?;
    Err(Fault::ask(rules::VISIT_NOT_MEMBER).with("people", names.join("、")))
}

/// # Errors
/// `visit-state` for a step back, or one that is the office's.
pub fn set_state(open: &Open, args: &VisitStateArgs) -> Result<VisitView, Fault> {
    let record = open.record_of(args.id, kinds::VISIT)?.record;
    let from = state_of(&record);
    if from != args.state {
        if !view::next_states(from).contains(&args.state.as_str()) {
            return Err(Fault::ask("visit-state").with("from", from).with("to", &args.state));
        }
        open.patch(&record, Fields::from([(field::STATE.into(), json!(args.state))]))?;
    }
    shown(open, args.id)
}

/// # Errors
/// `visit-over` for a finished visit, `visit-people` when nobody would go.
pub fn change(open: &Open, args: VisitChangeArgs) -> Result<VisitView, Fault> {
    let record = open.record_of(args.id, kinds::VISIT)?.record;
    if view::next_states(state_of(&record)).is_empty() {
        return Err(Fault::ask("visit-over"));
    }
    if args.people.as_ref().is_some_and(Vec::is_empty) {
        return Err(Fault::ask("visit-people"));
    }
    let mut fields = Fields::new();
    let mut put = |name: &str, value: Option<serde_json::Value>| {
        fields.extend(value.map(|value| (name.to_owned(), value)));
    };
    put(field::TITLE, args.title.map(|title| json!(title)));
    put(field::PLANNED_AT, args.planned_at.map(|at| json!(at)));
    put(field::PEOPLE, args.people.map(|people| json!(people)));
    if let Some(case) = record.scope.case() {
        refuse_outsiders(open, case, &fields)?;
    }
    open.patch(&record, fields)?;
    shown(open, args.id)
}

/// # Errors
/// `visit-begun` when somebody has set out: it took place, and what was recorded on it belongs to it.
pub fn cancel(open: &Open, id: RecordId) -> Result<(), Fault> {
    let record = open.record_of(id, kinds::VISIT)?.record;
    if state_of(&record) != field::STATES[0] {
        return Err(Fault::ask("visit-begun"));
    }
    open.delete(&record)
}

fn state_of(record: &Record) -> &str {
    match record.text(field::STATE) {
        "" => field::STATES[0],
        state => state,
    }
}

/// The forms that the visit is planned with, and what was begun of them.
pub fn forms(open: &Open, id: RecordId) -> Result<Vec<VisitForm>, Fault> {
    super::inspections::of_visit(open, &open.record_of(id, kinds::VISIT)?.record)
}

pub fn shown(open: &Open, id: RecordId) -> Result<VisitView, Fault> {
    let shown = open.record_of(id, kinds::VISIT)?;
    let case = shown.record.scope.case().map(|c| cases::row(open, c)).transpose()?;
    Ok(view::visit(&shown.record, case.as_ref(), (&shown).into()))
}
