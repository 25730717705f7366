//! The end of an inspection: finished, read through, circulated; opened again; its report's text.

use super::{children, get, sheets};
use crate::bridge::views::InspectionView;
use crate::open::Open;
use ekitei_forms::facade::{Call, Reply};
use ekitei_model::inspection::State;
use ekitei_model::kinds::{self, inspection as field};
use ekitei_model::record::Fields;
use ekitei_model::{Fault, Record, RecordId};
use serde_json::{Value, json};

/// Snapshots what was calculated, keeps what was hidden out of it, drafts the report if nobody wrote one, and locks.
///
/// # Errors
/// `form-not-ready`: something is missing; `inspection-state`.
pub fn finish(open: &Open, id: RecordId) -> Result<InspectionView, Fault> {
    let record = open.record_of(id, kinds::INSPECTION)?.record;
    moves(&record, State::Finished)?;
    let children = children(open, &record)?;
    let now = open.now().stamp();
    let end = Call::Finish { now: Some(now.to_string()) };
    let Reply::Finished(finished) = sheets::call(open, &record, &children, end)? else {
        return Err(Fault::ask("internal"));
    };
    let mut fields = Fields::from([
        (field::STATE.into(), json!(State::Finished.as_str())),
        (field::FINISHED_AT.into(), json!(now)),
        (field::LEFT_OUT.into(), json!(finished.left_out)),
    ]);
    // The snapshot of an earlier finish goes, also where an opening came too late to take it away.
    let earlier = record.fields.keys().filter(|k| k.starts_with(field::CALCULATED));
    fields.extend(earlier.map(|k| (k.clone(), Value::Null)));
    fields.extend(finished.calculated.into_iter().map(|(k, v)| (format!("{}{k}", field::CALCULATED), v)));
    if record.text(field::REPORT).is_empty() && !finished.report.is_empty() {
        fields.insert(field::REPORT.into(), json!(finished.report));
    }
    open.patch(&record, fields)?;
    get(open, id)
}

/// 回付: the section head has it. Once more is as good as once, for whoever did not hear the answer.
///
/// # Errors
/// `inspection-state`: it is not finished, or accepted.
pub fn circulate(open: &Open, id: RecordId) -> Result<InspectionView, Fault> {
    let record = open.record_of(id, kinds::INSPECTION)?.record;
    match State::of(&record) {
        State::Finished => {}
        State::Circulated => return get(open, id),
        _ => return Err(wrong_state(&record, State::Circulated)),
    }
    open.patch(
        &record,
        Fields::from([
            (field::STATE.into(), json!(State::Circulated.as_str())),
            (field::CIRCULATED_AT.into(), json!(open.now().stamp())),
        ]),
    )?;
    get(open, id)
}

/// Something was forgotten: open again, as long as the head has not accepted it.
///
/// # Errors
/// `inspection-state`.
pub fn reopen(open: &Open, id: RecordId) -> Result<InspectionView, Fault> {
    let record = open.record_of(id, kinds::INSPECTION)?.record;
    let state = State::of(&record);
    if state.is_open() {
        return get(open, id);
    }
    if state == State::Accepted {
        return Err(wrong_state(&record, State::Draft));
    }
    let times = record.fields.get(field::REOPENED).and_then(Value::as_u64).unwrap_or(0) + 1;
    // From circulated it is called back first; both steps travel as one.
    let mut fields = Fields::from([
        (field::STATE.into(), json!(State::Draft.as_str())),
        (field::REOPENED.into(), json!(times)),
        (field::FINISHED_AT.into(), Value::Null),
        (field::CIRCULATED_AT.into(), Value::Null),
        (field::LEFT_OUT.into(), Value::Null),
    ]);
    let calculated = record.fields.keys().filter(|k| k.starts_with(field::CALCULATED));
    fields.extend(calculated.map(|k| (k.clone(), Value::Null)));
    open.patch(&record, fields)?;
    get(open, id)
}

/// # Errors
/// `inspection-locked`.
pub fn set_report(open: &Open, id: RecordId, text: &str) -> Result<InspectionView, Fault> {
    let record = open.record_of(id, kinds::INSPECTION)?.record;
    // The report is read through and mended after the finish, until it is circulated.
    if !matches!(State::of(&record), State::Draft | State::Returned | State::Finished) {
        return Err(Fault::ask("inspection-locked"));
    }
    open.patch(&record, Fields::from([(field::REPORT.into(), json!(text))]))?;
    get(open, id)
}

fn moves(record: &Record, next: State) -> Result<(), Fault> {
    let from = State::of(record);
    if from == next || from.may_become(next, false) { Ok(()) } else { Err(wrong_state(record, next)) }
}

fn wrong_state(record: &Record, next: State) -> Fault {
    Fault::ask("inspection-state").with("from", State::of(record).as_str()).with("to", next.as_str())
}
