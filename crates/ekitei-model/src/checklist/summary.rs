//! What many runs of one checklist show together: how long each step takes, and where it fails.

use super::run::{StepResult, steps_done};
use super::{Definition, is_open};
use crate::Stamp;
use crate::kinds::checklist_run as field;
use crate::record::Record;
use serde::Serialize;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct StepSummary {
    pub key: String,
    /// How often a person did it, could not, or passed over it, and how often the phone knew it.
    pub done: u32,
    pub failed: u32,
    pub skipped: u32,
    pub fact: u32,
    /// Of the runs in which a person did it or could not.
    pub median_ms: Option<u64>,
    /// What was written about it where it failed, newest first, at most [`MAX_NOTES`].
    pub notes: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    pub runs: u32,
    pub finished: u32,
    /// From begin to end, of finished runs.
    pub median_ms: Option<u64>,
    /// Steps of the definition in their order, then those of older versions.
    pub steps: Vec<StepSummary>,
}

pub const MAX_NOTES: usize = 5;

/// `runs`: newest first.
pub fn summary<'a>(definition: Option<&Definition>, runs: impl IntoIterator<Item = &'a Record>) -> Summary {
    let mut out = Summary::default();
    for step in definition.map(|d| &d.steps[..]).unwrap_or_default() {
        out.steps.push(StepSummary { key: step.key.clone(), ..StepSummary::default() });
    }
    let mut times: Vec<Vec<u64>> = vec![Vec::new(); out.steps.len()];
    let mut whole = Vec::new();
    for run in runs {
        out.runs += 1;
        if !is_open(run) {
            out.finished += 1;
            whole.extend(duration_ms(run));
        }
        for (key, done) in steps_done(run) {
            let at = out.steps.iter().position(|s| s.key == key).unwrap_or_else(|| {
                out.steps.push(StepSummary { key, ..StepSummary::default() });
                times.push(Vec::new());
                out.steps.len() - 1
            });
            let step = &mut out.steps[at];
            match done.result {
                StepResult::Done => step.done += 1,
                StepResult::Failed => step.failed += 1,
                StepResult::Skipped => step.skipped += 1,
                StepResult::Fact => step.fact += 1,
            }
            if matches!(done.result, StepResult::Done | StepResult::Failed) {
                times[at].push(done.ms);
            }
            if done.result == StepResult::Failed && !done.note.is_empty() && step.notes.len() < MAX_NOTES {
                step.notes.push(done.note);
            }
        }
    }
    for (step, times) in out.steps.iter_mut().zip(times) {
        step.median_ms = median(times);
    }
    out.median_ms = median(whole);
    out
}

/// From begin to end by the phone's clock; `None`: not finished, or the clock went back.
pub fn duration_ms(run: &Record) -> Option<u64> {
    let at = |name| run.text(name).parse::<Stamp>().ok().map(|s| s.utc_ms);
    u64::try_from(at(field::FINISHED_AT)? - at(field::STARTED_AT)?).ok()
}

fn median(mut of: Vec<u64>) -> Option<u64> {
    of.sort_unstable();
    let half = of.len() / 2;
    match of.len() {
        0 => None,
        n if n % 2 == 1 => Some(of[half]),
        _ => Some(of[half - 1].midpoint(of[half])),
    }
}
