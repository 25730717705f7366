//! What screens show of checklists and runs.

use super::{definition_of, facts_of, going, published, steps_of};
use crate::bridge::checks::{ChecklistArgs, ChecklistRow, RunView, StepView};
use crate::bridge::views::Progress;
use crate::open::Open;
use crate::view;
use ekitei_model::checklist::{
    Definition, Facts, PURPOSES, Site, Step, StepDone, Warning, is_open, judge, steps_done, title_in,
};
use ekitei_model::kinds::{self, checklist, checklist_run as field};
use ekitei_model::{Fault, Record, RecordId, Scope};
use std::collections::BTreeMap;

/// A run that was left for so long is not gone on with.
const OPEN_FOR_MS: i64 = 24 * 3_600_000;

/// The checklists in use: published, by purpose.
pub fn in_use(open: &Open) -> Result<Vec<Record>, Fault> {
    let all = open.reader().of_kind(kinds::CHECKLIST)?.into_iter().map(|s| s.record);
    let mut found: Vec<Record> = all.filter(|r| r.text(checklist::STATE) == "published").collect();
    let place = |r: &Record| PURPOSES.iter().position(|p| *p == r.text(checklist::PURPOSE));
    // A section's own before the one for all.
    let shared = |r: &Record| r.scope == Scope::All;
    found.sort_by(|a, b| {
        (place(a), shared(a), a.text(checklist::TITLE)).cmp(&(place(b), shared(b), b.text(checklist::TITLE)))
    });
    Ok(found)
}

pub fn list(open: &Open) -> Result<Vec<ChecklistRow>, Fault> {
    let runs = own_runs(open)?;
    let language = open.language();
    let mut out = Vec::new();
    for record in in_use(open)? {
        // One that this version of the app cannot read is not offered.
        let Ok((version, definition)) = published(&record) else { continue };
        let id = record.id.to_string();
        let of_it = || runs.iter().filter(|r| r.text(field::CHECKLIST) == id);
        out.push(ChecklistRow {
            purpose: record.text(checklist::PURPOSE).to_owned(),
            title: title_in(&record, &language).to_owned(),
            variant: record.text(checklist::VARIANT).to_owned(),
            version,
            layout: definition.layout,
            steps: u32::try_from(definition.steps.len()).unwrap_or(u32::MAX),
            open_run: of_it().find(|r| goes_on(open, r)).map(|r| r.id),
            last_at: of_it().filter_map(|r| view::stamp_field(r, field::FINISHED_AT)).max(),
            id: record.id,
        });
    }
    Ok(out)
}

/// Newest first.
pub fn own_runs(open: &Open) -> Result<Vec<Record>, Fault> {
    let me = open.me().as_str().to_owned();
    let all = open.reader().of_kind(kinds::CHECKLIST_RUN)?.into_iter().map(|s| s.record);
    let mut runs: Vec<Record> = all.filter(|r| r.text(field::BY) == me).collect();
    runs.sort_by_key(|r| std::cmp::Reverse(view::stamp_field(r, field::STARTED_AT).map(|s| s.utc_ms)));
    Ok(runs)
}

fn goes_on(open: &Open, run: &Record) -> bool {
    let since = view::stamp_field(run, field::STARTED_AT).map_or(0, |s| s.utc_ms);
    is_open(run) && open.now().ms() - since < OPEN_FOR_MS
}

pub fn open_run(open: &Open, of: RecordId, visit: Option<RecordId>) -> Result<Option<Record>, Fault> {
    let of = of.to_string();
    let same = |r: &Record| r.text(field::CHECKLIST) == of && view::reference(r, field::VISIT) == visit;
    Ok(own_runs(open)?.into_iter().find(|r| same(r) && goes_on(open, r)))
}

/// The sort of site of the last run: in the same case, else of the same checklist.
pub fn last_site(open: &Open, of: RecordId, scope: &Scope) -> Result<Option<Site>, Fault> {
    let of = of.to_string();
    let runs: Vec<Record> = own_runs(open)?.into_iter().filter(|r| r.text(field::CHECKLIST) == of).collect();
    let site = |r: &Record| serde_json::from_value(r.fields.get(field::SITE)?.clone()).ok();
    let here = runs.iter().filter(|r| r.scope == *scope).find_map(site);
    Ok(here.or_else(|| runs.iter().find_map(site)))
}

/// What a run would be; one's own open one if there is one.
pub fn preview(open: &Open, args: &ChecklistArgs) -> Result<RunView, Fault> {
    if let Some(run) = open_run(open, args.checklist, args.visit)? {
        return get(open, run.id);
    }
    let record =
        open.record_of(args.checklist, kinds::CHECKLIST).map_err(|_| Fault::ask("checklist-not-here"))?;
    let record = record.record;
    let (version, definition) = published(&record)?;
    let going = going(open, args)?;
    let facts = facts_of(&open.shared().facts());
    let steps: Vec<&Step> = definition.steps_for(going.site, going.season).collect();
    Ok(RunView {
        id: None,
        checklist: record.id,
        version,
        purpose: record.text(checklist::PURPOSE).to_owned(),
        title: title_in(&record, &open.language()).to_owned(),
        variant: record.text(checklist::VARIANT).to_owned(),
        layout: definition.layout,
        visit: args.visit,
        place: going.place,
        site: going.site,
        sites: definition.sites(),
        season: going.season,
        started_at: None,
        finished_at: None,
        by: open.me().to_string(),
        own: true,
        steps: step_views(&steps, &facts, &BTreeMap::new()),
        warnings: warnings(open, record.text(checklist::PURPOSE), &definition)?,
        progress: Progress::Waiting,
    })
}

pub fn get(open: &Open, id: RecordId) -> Result<RunView, Fault> {
    let shown = open.record_of(id, kinds::CHECKLIST_RUN)?;
    let run = &shown.record;
    let definition = definition_of(open, run)?;
    let facts = facts_of(&open.shared().facts());
    let steps = steps_of(&definition, run);
    let read = |name: &str| run.fields.get(name).cloned().unwrap_or_default();
    let by = run.text(field::BY);
    let variant =
        view::reference(run, field::CHECKLIST).map(|c| open.record_of(c, kinds::CHECKLIST)).transpose()?;
    // A run keeps the title that it was begun under; only while that still stands there is its English.
    let title = run.text(field::TITLE);
    let named = variant.as_ref().filter(|v| v.record.text(checklist::TITLE) == title);
    let title = named.map_or(title, |v| title_in(&v.record, &open.language())).to_owned();
    Ok(RunView {
        id: Some(run.id),
        checklist: view::reference(run, field::CHECKLIST).unwrap_or(run.id),
        version: read(field::VERSION).as_u64().unwrap_or(0),
        purpose: run.text(field::PURPOSE).to_owned(),
        title,
        variant: variant.map(|v| v.record.text(checklist::VARIANT).to_owned()).unwrap_or_default(),
        layout: definition.layout,
        visit: view::reference(run, field::VISIT),
        place: run.text(field::PLACE).to_owned(),
        site: serde_json::from_value(read(field::SITE)).unwrap_or_default(),
        sites: definition.sites(),
        season: serde_json::from_value(read(field::SEASON))
            .unwrap_or(ekitei_model::checklist::Season::Winter),
        started_at: view::stamp_field(run, field::STARTED_AT),
        finished_at: view::stamp_field(run, field::FINISHED_AT),
        own: by == open.me().as_str(),
        by: by.to_owned(),
        steps: step_views(&steps, &facts, &steps_done(run)),
        warnings: warnings(open, run.text(field::PURPOSE), &definition)?,
        progress: view::progress(run, (&shown).into()),
    })
}

fn step_views(steps: &[&Step], facts: &Facts, done: &BTreeMap<String, StepDone>) -> Vec<StepView> {
    let view = |step: &&Step| StepView {
        key: step.key.clone(),
        title: step.title.clone(),
        help: step.help.clone(),
        picture: step.picture.clone(),
        kind: step.kind,
        settings: step.settings,
        options: step.options.clone(),
        judged: judge(step, facts),
        done: done.get(&step.key).cloned(),
    };
    steps.iter().map(view).collect()
}

/// A checklist's own; before departure also what does not work over tethering.
fn warnings(open: &Open, purpose: &str, definition: &Definition) -> Result<Vec<Warning>, Fault> {
    let mut out = definition.warnings.clone();
    if purpose == "departure" {
        for record in in_use(open)?.iter().filter(|r| r.text(checklist::PURPOSE) == "tethering") {
            let Ok((_, other)) = published(record) else { continue };
            for warning in other.warnings {
                if !out.iter().any(|w| w.what == warning.what) {
                    out.push(warning);
                }
            }
        }
    }
    Ok(out)
}
