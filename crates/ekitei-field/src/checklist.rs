//! Checklists and line checks by command.

use crate::cli::{ChecklistVerb, LineVerb, SiteKind};
use crate::{say, show};
use ekitei_core::Core;
use ekitei_core::bridge::Surface;
use ekitei_core::bridge::args::*;
use ekitei_core::bridge::checks::*;
use ekitei_model::checklist::{Site, StepResult};
use ekitei_model::line::{Level, Verdict};
use ekitei_model::{Fault, RecordId};
use std::process::ExitCode;

pub fn run(core: &Core, verb: ChecklistVerb) -> Result<ExitCode, Fault> {
    let json = verb.as_json();
    let view = match verb {
        ChecklistVerb::List { .. } => {
            let title = |row: &ChecklistRow| format!("{}  {}  {}", row.id, row.purpose, row.title);
            show::rows(&core.checklist_list(Nothing {})?, json, title)?;
            return Ok(ExitCode::SUCCESS);
        }
        ChecklistVerb::Run { checklist, visit, site, place, .. } => core.checklist_begin(ChecklistArgs {
            checklist: named(core, &checklist)?,
            visit: visit.map(|v| record(&v)).transpose()?,
            site: site.map(of_site),
            place,
            shown_ms: None,
        })?,
        ChecklistVerb::Show { run, .. } => core.checklist_run(RecordRef { id: record(&run)? })?,
        ChecklistVerb::Tick { run, steps, failed, skipped, note, ms, .. } => {
            let result = match (failed, skipped) {
                (true, _) => StepResult::Failed,
                (_, true) => StepResult::Skipped,
                _ => StepResult::Done,
            };
            let steps = steps.into_iter().map(|key| StepArgs { key, result, ms, note: note.clone() });
            core.checklist_steps(RunStepsArgs { id: record(&run)?, steps: steps.collect() })?
        }
        ChecklistVerb::Finish { run, .. } => core.checklist_finish(RecordRef { id: record(&run)? })?,
    };
    if json {
        say::json(&view)?;
        return Ok(ExitCode::SUCCESS);
    }
    say::line(&format!("{}  {}", view.id.map(|id| id.to_string()).unwrap_or_default(), view.title));
    for step in &view.steps {
        let done = step.done.as_ref().map_or("open", |d| word(d.result));
        let fact = step.judged.as_ref().map(|j| j.value.as_str()).unwrap_or_default();
        let title = if say::language() == ekitei_model::text::Language::Japanese || step.title.en.is_empty() {
            &step.title.ja
        } else {
            &step.title.en
        };
        say::line(&format!(
            "  {:12} {}  {title}  {fact}",
            step.key,
            say::sentence(&format!("step.{done}"), &[])
        ));
    }
    Ok(ExitCode::SUCCESS)
}

fn word(result: StepResult) -> &'static str {
    match result {
        StepResult::Done => "done",
        StepResult::Failed => "failed",
        StepResult::Skipped => "skipped",
        StepResult::Fact => "fact",
    }
}

fn of_site(kind: SiteKind) -> Site {
    match kind {
        SiteKind::Outdoor => Site::Outdoor,
        SiteKind::Indoor => Site::Indoor,
        SiteKind::NoSignal => Site::NoSignal,
    }
}

/// By id or title; by purpose the first, which is the section's own where there is one.
fn named(core: &Core, name: &str) -> Result<RecordId, Fault> {
    let rows = core.checklist_list(Nothing {})?;
    let exact = rows.iter().find(|r| r.id.to_string() == name || r.title == name);
    let found = exact.or_else(|| rows.iter().find(|r| r.purpose == name));
    found.map(|r| r.id).ok_or_else(|| Fault::wait("checklist-not-here"))
}

fn record(text: &str) -> Result<RecordId, Fault> {
    text.parse().map_err(|_| Fault::ask("record-unknown"))
}

pub fn line(core: &Core, verb: LineVerb) -> Result<ExitCode, Fault> {
    let json = verb.as_json();
    match verb {
        LineVerb::Check { place, visit, pair, .. } => {
            let visit = visit.map(|v| record(&v)).transpose()?;
            let view = core.line_check(LineCheckArgs { place, visit, run: None, pair })?;
            if json {
                say::json(&view)?;
            } else {
                say::line(&sentence(&view.verdict));
                if let Some(code) = &view.code {
                    say::say("field.line-code", &[("code", code)]);
                }
            }
            Ok(if view.verdict.level == Level::None { ExitCode::FAILURE } else { ExitCode::SUCCESS })
        }
        LineVerb::History { .. } => {
            let line = |row: &LineCheckView| {
                let pc = row.pc_verdict.as_ref().map(|v| format!("  PC: {}", sentence(v)));
                format!("{}  {}  {}{}", row.at, row.place, sentence(&row.verdict), pc.unwrap_or_default())
            };
            show::rows(&core.line_checks(Nothing {})?, json, line)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn sentence(verdict: &Verdict) -> String {
    let params: Vec<(&str, &str)> = verdict.params.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    say::sentence(&format!("verdict.{}", verdict.code), &params)
}
