//! The verbs of inspections: begun, answered, finished and circulated by scripts.

use crate::cli::InspectionVerb;
use crate::say;
use ekitei_core::Core;
use ekitei_core::bridge::Surface;
use ekitei_core::bridge::args::*;
use ekitei_core::bridge::views::{InspectionRow, InspectionView};
use ekitei_forms::facade::Call;
use ekitei_model::{Fault, RecordId};
use serde_json::Value;
use std::process::ExitCode;

pub fn run(core: &Core, verb: InspectionVerb) -> Result<ExitCode, Fault> {
    match verb {
        InspectionVerb::Begin { case, form, visit, json } => {
            let view = begin(core, &case, &form, visit.as_deref())?;
            told(&view, json)
        }
        InspectionVerb::Set { id, answers, json } => {
            let id = record(&id)?;
            for (key, answer) in answers.iter().map(|a| split(a)).collect::<Result<Vec<_>, _>>()? {
                let call = Call::Set { key: key.into(), answer, now: None };
                core.inspection_call(InspectionCallArgs { id, call })?;
            }
            told(&core.inspection_get(RecordRef { id })?, json)
        }
        InspectionVerb::Finish { id, json } => {
            told(&core.inspection_finish(RecordRef { id: record(&id)? })?, json)
        }
        InspectionVerb::Circulate { id, json } => {
            told(&core.inspection_circulate(RecordRef { id: record(&id)? })?, json)
        }
    }
}

/// `form` is the form's record, one of its versions, or its title.
fn begin(core: &Core, number: &str, form: &str, visit: Option<&str>) -> Result<InspectionView, Fault> {
    let case = core.case_by_number(number)?;
    let forms = core.form_list(Nothing {})?;
    let found = forms.iter().find(|f| f.form == form || f.id.to_string() == form || f.title == form);
    let form_version = found.ok_or_else(|| Fault::wait("form-not-here"))?.id;
    let visit = visit.map(record).transpose()?;
    core.inspection_begin(InspectionBeginArgs { case, visit, form_version })
}

fn record(text: &str) -> Result<RecordId, Fault> {
    text.parse().map_err(|_| Fault::ask("record-unknown"))
}

/// `KEY=VALUE`; what is no JSON is a text, nothing takes the answer away.
fn split(answer: &str) -> Result<(&str, Value), Fault> {
    let (key, value) = answer.split_once('=').ok_or_else(|| Fault::ask("call-malformed"))?;
    let value = if value.is_empty() {
        Value::Null
    } else {
        serde_json::from_str(value).unwrap_or_else(|_| Value::from(value))
    };
    Ok((key, value))
}

fn told(view: &InspectionView, json: bool) -> Result<ExitCode, Fault> {
    if json {
        say::json(view)?;
    } else {
        say::line(&line(&view.row));
        if let Some(form) = &view.form {
            let p = form.progress;
            let (answered, asked) = (p.answered.to_string(), p.asked.to_string());
            let missing = (p.missing + p.wrong).to_string();
            say::say(
                "inspection.progress",
                &[("answered", &answered), ("asked", &asked), ("missing", &missing)],
            );
        }
    }
    Ok(ExitCode::SUCCESS)
}

pub fn line(row: &InspectionRow) -> String {
    let state = say::sentence(&format!("inspection.state.{}", row.state.as_str()), &[]);
    format!("{}  {state}  {}", row.id, row.title)
}

/// Of the cases whose records are on this phone, newest first within a case.
pub fn all(core: &Core) -> Result<Vec<InspectionRow>, Fault> {
    let cases = core.case_list(CaseListArgs { filter: String::new(), followed_only: true })?;
    let lists = cases.into_iter().map(|c| core.inspection_list(CaseRef { case: c.id }));
    Ok(lists.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}
