//! The verbs of inspections: begun, answered, photographed, finished, circulated and amended by scripts.

use crate::cli::{InspectionVerb, PictureRole};
use crate::say;
use ekitei_core::Core;
use ekitei_core::bridge::Surface;
use ekitei_core::bridge::args::*;
use ekitei_core::bridge::views::{InspectionRow, InspectionView};
use ekitei_forms::facade::{Call, Reply};
use ekitei_forms::session::status::AnswerFault;
use ekitei_model::{Fault, RecordId};
use serde_json::Value;
use std::path::PathBuf;
use std::process::ExitCode;

pub fn run(core: &Core, verb: InspectionVerb) -> Result<ExitCode, Fault> {
    let json = verb.as_json();
    let view = match verb {
        InspectionVerb::Begin { case, form, visit, .. } => begin(core, &case, &form, visit.as_deref())?,
        InspectionVerb::Show { id, .. } => core.inspection_get(of(&id)?)?,
        InspectionVerb::Set { id, answers, .. } => {
            let id = record(&id)?;
            each(&answers, |call| core.inspection_call(InspectionCallArgs { id, call }).map(drop))?;
            core.inspection_get(RecordRef { id })?
        }
        InspectionVerb::Photo { id, key, files, role, caption, .. } => {
            let view = core.inspection_get(of(&id)?)?;
            return photos(core, &view, &key, &files, role, &caption, json);
        }
        InspectionVerb::Rest { id, apply, .. } => return rest(core, record(&id)?, apply, json),
        InspectionVerb::Missing { id, .. } => return missing(core, record(&id)?, json),
        InspectionVerb::Call { id, call, .. } => {
            let wrong = |e| Fault::ask("call-malformed").with("call", "inspection_call").with("detail", e);
            let call = serde_json::from_str(&call).map_err(wrong)?;
            say::json(&core.inspection_call(InspectionCallArgs { id: record(&id)?, call })?)?;
            return Ok(ExitCode::SUCCESS);
        }
        InspectionVerb::Report { id, text, .. } => {
            core.inspection_report(InspectionReportArgs { id: record(&id)?, text })?
        }
        InspectionVerb::Finish { id, .. } => {
            let id = record(&id)?;
            core.inspection_finish(RecordRef { id }).inspect_err(|fault| why_not(core, id, fault))?
        }
        InspectionVerb::Circulate { id, .. } => core.inspection_circulate(of(&id)?)?,
        InspectionVerb::Reopen { id, .. } => core.inspection_reopen(of(&id)?)?,
        InspectionVerb::Propose { id, answers, .. } => {
            let id = record(&id)?;
            each(&answers, |call| core.inspection_propose(InspectionCallArgs { id, call }).map(drop))?;
            core.inspection_get(RecordRef { id })?
        }
    };
    told(&view, json)
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

fn of(text: &str) -> Result<RecordRef, Fault> {
    Ok(RecordRef { id: record(text)? })
}

/// All are read before the first is taken, so that a slip of the pen changes nothing.
fn each(answers: &[String], mut take: impl FnMut(Call) -> Result<(), Fault>) -> Result<(), Fault> {
    let pairs = answers.iter().map(|a| split(a)).collect::<Result<Vec<_>, _>>()?;
    for (key, answer) in pairs {
        take(Call::Set { key: key.into(), answer, now: None }).inspect_err(|_| eprint!("{key}: "))?;
    }
    Ok(())
}

/// `KEY=VALUE`; what is no JSON is a text, nothing takes the answer away.
fn split(answer: &str) -> Result<(&str, Value), Fault> {
    let pair = answer.split_once('=').filter(|(key, _)| !key.is_empty());
    let (key, value) = pair.ok_or_else(|| Fault::ask("answer-no-pair").with("text", answer))?;
    let value = if value.is_empty() {
        Value::Null
    } else {
        serde_json::from_str(value).unwrap_or_else(|_| Value::from(value))
    };
    Ok((key, value))
}

/// One bad file does not keep the others back.
fn photos(
    core: &Core,
    view: &InspectionView,
    key: &str,
    files: &[PathBuf],
    role: PictureRole,
    caption: &str,
    json: bool,
) -> Result<ExitCode, Fault> {
    let place =
        InspectionPlace { inspection: view.row.id, item: key.to_owned(), role: role.as_str().to_owned() };
    let (mut taken, mut failed) = (Vec::new(), false);
    for file in files {
        let added = core.copy_in(file).and_then(|name| {
            core.photo_add(PhotoAddArgs {
                names: vec![name],
                case: Some(view.case),
                visit: view.row.visit,
                note: None,
                caption: caption.to_owned(),
                place: Some(place.clone()),
            })
        });
        let shown = file.display().to_string();
        match added {
            Ok(views) => {
                for view in views {
                    let word = if view.already_there { "field.photo-already" } else { "field.photo-added" };
                    let (width, height) = (view.width.to_string(), view.height.to_string());
                    if !json {
                        say::say(word, &[("file", &shown), ("width", &width), ("height", &height)]);
                    }
                    taken.push(view);
                }
            }
            Err(fault) => {
                failed = true;
                eprint!("{shown}: ");
                say::fault(&fault, false);
            }
        }
    }
    if json {
        say::json(&taken)?;
    }
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// What is ruled is what was shown a moment before; never more.
fn rest(core: &Core, id: RecordId, apply: bool, json: bool) -> Result<ExitCode, Fault> {
    let reply = core.inspection_call(InspectionCallArgs { id, call: Call::RestPreview })?;
    let Reply::Rest { items } = reply else { return Err(Fault::ask("internal")) };
    if !json {
        items
            .iter()
            .for_each(|item| say::line(&format!("{}  {}", item.key.0, labelled(&item.group, &item.label))));
    }
    if apply {
        let keys = items.iter().map(|item| item.key.clone()).collect();
        core.inspection_call(InspectionCallArgs { id, call: Call::RestApply { keys } })?;
        if !json {
            say::say("inspection.rest-done", &[("n", &items.len().to_string())]);
        }
    }
    if json {
        say::json(&items)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn missing(core: &Core, id: RecordId, json: bool) -> Result<ExitCode, Fault> {
    let faults = faults(core, id)?;
    if json {
        say::json(&faults)?;
    } else if faults.is_empty() {
        say::say("inspection.missing-none", &[]);
    } else {
        faults.iter().for_each(|fault| say::line(&in_words(fault)));
    }
    Ok(ExitCode::SUCCESS)
}

fn faults(core: &Core, id: RecordId) -> Result<Vec<AnswerFault>, Fault> {
    match core.inspection_call(InspectionCallArgs { id, call: Call::Missing })? {
        Reply::Missing { faults, .. } => Ok(faults),
        _ => Err(Fault::ask("internal")),
    }
}

/// `base  operator  採取業者名: An answer is needed.`
fn in_words(fault: &AnswerFault) -> String {
    let reason = if fault.message.is_empty() {
        let params: Vec<_> = fault.params.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        say::sentence(&format!("error.{}", fault.code), &params)
    } else {
        fault.message.clone()
    };
    format!("{}  {}: {reason}", fault.key.0, labelled(&fault.group, &fault.label))
}

fn labelled(group: &str, label: &str) -> String {
    if group.is_empty() { label.to_owned() } else { format!("{group} / {label}") }
}

/// Each thing that stands in the way, before the sentence that counts them.
fn why_not(core: &Core, id: RecordId, fault: &Fault) {
    if fault.code == "form-not-ready" {
        faults(core, id).unwrap_or_default().iter().for_each(|f| eprintln!("{}", in_words(f)));
    }
}

fn told(view: &InspectionView, json: bool) -> Result<ExitCode, Fault> {
    if json {
        say::json(view)?;
        return Ok(ExitCode::SUCCESS);
    }
    say::line(&line(&view.row));
    if let Some(form) = &view.form {
        let p = form.progress;
        let (answered, asked) = (p.answered.to_string(), p.asked.to_string());
        let missing = (p.missing + p.wrong).to_string();
        say::say("inspection.progress", &[("answered", &answered), ("asked", &asked), ("missing", &missing)]);
    }
    if !view.returned_reason.is_empty() {
        say::line(&format!("{}: {}", say::sentence("inspection.returned-why", &[]), view.returned_reason));
    }
    if !view.accepted_by.is_empty() {
        say::say("inspection.accepted-by", &[("name", &view.accepted_by)]);
    }
    if !view.filed.is_empty() {
        say::say("inspection.filed", &[("path", &view.filed)]);
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
