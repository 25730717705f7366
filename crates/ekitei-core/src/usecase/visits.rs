//! Visits: planned here or at the office, moved on by the people who go.

use super::cases;
use crate::bridge::args::{VisitCreateArgs, VisitStateArgs};
use crate::bridge::views::{VisitForm, VisitView};
use crate::change;
use crate::open::Open;
use crate::view;
use ekitei_model::kinds::{self, visit as field};
use ekitei_model::record::Fields;
use ekitei_model::{Fault, RecordId, Scope};
use serde_json::json;
use std::collections::HashMap;

/// The visits of all cases on this phone, by planned time.
pub fn all(open: &Open) -> Result<Vec<VisitView>, Fault> {
    let reader = open.reader();
    let cases: HashMap<RecordId, _> = cases::rows(open)?.into_iter().map(|c| (c.id, c)).collect();
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
    cases::ensure_followed(open, args.case)?;
    let people = if args.people.is_empty() { vec![open.me().to_string()] } else { args.people };
    let id = change::mint();
    let fields = Fields::from([
        (field::TITLE.into(), json!(args.title)),
        (field::PEOPLE.into(), json!(people)),
        (field::PLANNED_AT.into(), json!(args.planned_at)),
        (field::STATE.into(), json!(field::STATES[0])),
    ]);
    open.commit(&[change::create(open.now(), id, kinds::VISIT, &Scope::Case(args.case), fields)])?;
    shown(open, id)
}

/// # Errors
/// `visit-state` for a step back, or one that is the office's.
pub fn set_state(open: &Open, args: &VisitStateArgs) -> Result<VisitView, Fault> {
    let record = open.record_of(args.id, kinds::VISIT)?.record;
    let from = match record.text(field::STATE) {
        "" => field::STATES[0],
        state => state,
    };
    if from != args.state {
        if !view::next_states(from).contains(&args.state.as_str()) {
            return Err(Fault::ask("visit-state").with("from", from).with("to", &args.state));
        }
        open.patch(&record, Fields::from([(field::STATE.into(), json!(args.state))]))?;
    }
    shown(open, args.id)
}

/// The forms that the visit is planned with, and what was begun of them.
pub fn forms(open: &Open, id: RecordId) -> Result<Vec<VisitForm>, Fault> {
    super::inspections::of_visit(open, &open.record_of(id, kinds::VISIT)?.record)
}

fn shown(open: &Open, id: RecordId) -> Result<VisitView, Fault> {
    let shown = open.record_of(id, kinds::VISIT)?;
    let case = shown.record.scope.case().map(|c| cases::row(open, c)).transpose()?;
    Ok(view::visit(&shown.record, case.as_ref(), (&shown).into()))
}
