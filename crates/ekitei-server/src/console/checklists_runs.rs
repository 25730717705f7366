//! What became of a checklist: its runs, how long each step takes and where it fails.

use super::checklists::readable_checklist;
use super::convert;
use super::guard::User;
use super::names::Names;
use super::views::{FaultView, RunRowView, RunStepView, RunsView};
use crate::app::Shared;
use crate::fault::Answer;
use axum::Json;
use axum::extract::{Path, State};
use ekitei_model::Record;
use ekitei_model::checklist::{Definition, StepResult, duration_ms, parse, steps_done, summary};
use ekitei_model::kinds::{self, checklist, checklist_run as field};
use serde_json::Value;

/// Runs looked at: the newest.
const MAX_RUNS: u32 = 2_000;
/// Runs shown by themselves.
const SHOWN: usize = 100;

/// Runs of one checklist that one may read: counts, median times and failures by step, and the newest runs.
#[utoipa::path(get, path = "/api/checklists/{id}/runs", tag = "checklists",
    params(("id" = String, Path, description = "The checklist")),
    responses((status = 200, body = RunsView), (status = 404, body = FaultView)))]
pub async fn runs(State(app): State<Shared>, user: User, Path(id): Path<String>) -> Answer<Json<RunsView>> {
    let of = readable_checklist(&app, &user, &id).await?;
    let mut runs = Vec::new();
    for text in app.storage.of_kind(&user.caller, kinds::CHECKLIST_RUN, MAX_RUNS).await? {
        let run = convert::record(&text)?;
        if run.text(field::CHECKLIST) == id {
            runs.push(run);
        }
    }
    runs.sort_by(|a, b| b.text(field::STARTED_AT).cmp(a.text(field::STARTED_AT)));
    let version = of.fields.get(checklist::VERSION).and_then(Value::as_u64).unwrap_or(0);
    let newest = definition(&of, version).unwrap_or_default();
    let found = summary(Some(&newest), &runs);
    let names = Names::new(&*app.storage);
    let mut rows = Vec::new();
    for run in runs.iter().take(SHOWN) {
        let done = steps_done(run);
        let version = run.fields.get(field::VERSION).and_then(Value::as_u64).unwrap_or(0);
        let used = definition(&of, version).unwrap_or_default();
        let failed = done.iter().filter(|(_, d)| d.result == StepResult::Failed);
        rows.push(RunRowView {
            id: run.id.to_string(),
            by: names.of(run.text(field::BY)).await?,
            place: run.text(field::PLACE).to_owned(),
            started_at: run.text(field::STARTED_AT).to_owned(),
            finished: !run.text(field::FINISHED_AT).is_empty(),
            took_ms: duration_ms(run),
            version,
            steps: done.len(),
            failed: failed.map(|(key, _)| title_of(&used, key)).collect(),
        });
    }
    let steps = found.steps.into_iter().map(|s| RunStepView {
        title: title_of(&newest, &s.key),
        key: s.key,
        done: s.done,
        failed: s.failed,
        skipped: s.skipped,
        fact: s.fact,
        median_ms: s.median_ms,
        notes: s.notes,
    });
    Ok(Json(RunsView {
        runs: found.runs,
        finished: found.finished,
        median_ms: found.median_ms,
        steps: steps.collect(),
        newest: rows,
    }))
}

fn definition(of: &Record, version: u64) -> Option<Definition> {
    of.fields.get(&checklist::published(version)).and_then(|d| parse(d).ok())
}

/// A step of an older version is known by its key alone.
fn title_of(definition: &Definition, key: &str) -> String {
    definition.step(key).map_or_else(|| key.to_owned(), |s| s.title.ja.clone())
}
