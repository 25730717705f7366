//! Checklists on the phone: which there are, going through one, and what is due. The definition is the record's
//! published version; a run is written step by step and never changes.

mod due;
mod listing;

pub use due::due;
pub use listing::{get, list, preview};

use crate::bridge::checks::{ChecklistArgs, RunStepsArgs, RunView};
use crate::change;
use crate::facts::{DeviceFacts, Hotspot, NetworkKind};
use crate::open::Open;
use ekitei_model::checklist::{
    Definition, Facts, Season, Site, Step, StepDone, StepResult, is_open, judge, may_set, parse, season_of,
};
use ekitei_model::kinds::{self, checklist, checklist_run as field, visit};
use ekitei_model::record::Fields;
use ekitei_model::{Fault, Record, RecordId, Scope, Stamp};
use serde_json::{Value, json};

/// Bytes of a megabyte as people count them.
const MB: u64 = 1_000_000;

/// Begins a run, or finds one's own that is open for the same checklist and visit.
///
/// # Errors
/// `checklist-not-here`, `record-unknown` for the visit, `section-none`.
pub fn begin(open: &Open, args: &ChecklistArgs) -> Result<RunView, Fault> {
    if let Some(run) = listing::open_run(open, args.checklist, args.visit)? {
        return listing::get(open, run.id);
    }
    let record =
        open.record_of(args.checklist, kinds::CHECKLIST).map_err(|_| Fault::ask("checklist-not-here"))?;
    let (version, _) = published(&record.record)?;
    let going = going(open, args)?;
    let now = open.now();
    let started =
        now.at(now.ms() - i64::try_from(args.shown_ms.unwrap_or(0)).unwrap_or(0).clamp(0, 3_600_000));
    let id = change::mint();
    let fields = Fields::from([
        (field::CHECKLIST.into(), json!(args.checklist)),
        (field::VERSION.into(), json!(version)),
        (field::TITLE.into(), json!(record.record.text(checklist::TITLE))),
        (field::PURPOSE.into(), json!(record.record.text(checklist::PURPOSE))),
        (field::VISIT.into(), json!(args.visit)),
        (field::BY.into(), json!(open.me())),
        (field::PLACE.into(), json!(going.place)),
        (field::SITE.into(), json!(going.site)),
        (field::SEASON.into(), json!(going.season)),
        (field::STARTED_AT.into(), json!(started)),
    ]);
    open.commit(&[change::create(now, id, kinds::CHECKLIST_RUN, &going.scope, fields)])?;
    listing::get(open, id)
}

/// Where and when a run takes place.
struct Going {
    scope: Scope,
    place: String,
    site: Option<Site>,
    season: Season,
}

fn going(open: &Open, args: &ChecklistArgs) -> Result<Going, Fault> {
    let mut day = open.now().today();
    let mut place = args.place.clone().unwrap_or_default();
    let scope = match args.visit {
        Some(id) => {
            let of = open.record_of(id, kinds::VISIT)?.record;
            day = of.text(visit::PLANNED_AT).parse::<Stamp>().map_or(day, Stamp::local_date);
            if let Some(case) = of.scope.case().filter(|_| place.is_empty()) {
                place = super::cases::row(open, case)?.place;
            }
            of.scope
        }
        None => own_section(open)?,
    };
    let site = match args.site {
        Some(site) => Some(site),
        None => listing::last_site(open, args.checklist, &scope)?,
    };
    Ok(Going { scope, place, site, season: season_of(&day) })
}

/// # Errors
/// `section-none`.
pub fn own_section(open: &Open) -> Result<Scope, Fault> {
    let section = open.my_section();
    if section.is_empty() { Err(Fault::ask("section-none")) } else { Ok(Scope::Section(section)) }
}

/// Writes steps, all or none.
///
/// # Errors
/// `step-unknown`, `step-taken`, `run-finished`, `not-allowed` for another's run.
pub fn set_steps(open: &Open, args: RunStepsArgs) -> Result<RunView, Fault> {
    let run = own_run(open, args.id)?;
    let definition = definition_of(open, &run)?;
    let facts = facts_of(&open.shared().facts());
    let mut fields = Fields::new();
    for step in args.steps {
        let known = definition.step(&step.key).ok_or_else(|| Fault::ask("step-unknown"))?;
        may_set(&run, &step.key).map_err(Fault::ask)?;
        let fact = judge(known, &facts).map(|j| j.value).unwrap_or_default();
        let done =
            StepDone { at: open.now().stamp(), ms: step.ms, result: step.result, note: step.note, fact };
        fields.insert(format!("{}{}", field::STEP, step.key), json!(done));
    }
    open.patch(&run, fields)?;
    listing::get(open, run.id)
}

/// Ends the run: what the phone knows is written as it is now, what nobody ticked as skipped.
///
/// # Errors
/// `run-finished`, `not-allowed`.
pub fn finish(open: &Open, id: RecordId) -> Result<RunView, Fault> {
    let run = own_run(open, id)?;
    if !is_open(&run) {
        return Err(Fault::ask("run-finished"));
    }
    let definition = definition_of(open, &run)?;
    let facts = facts_of(&open.shared().facts());
    let at = open.now().stamp();
    let mut fields = Fields::from([(field::FINISHED_AT.to_owned(), json!(at))]);
    for step in steps_of(&definition, &run) {
        if may_set(&run, &step.key).is_err() {
            continue;
        }
        let judged = judge(step, &facts);
        let result = match judged.as_ref().and_then(|j| j.holds) {
            Some(true) => StepResult::Fact,
            Some(false) => StepResult::Failed,
            None => StepResult::Skipped,
        };
        let fact = judged.map(|j| j.value).unwrap_or_default();
        let done = StepDone { at, ms: 0, result, note: String::new(), fact };
        fields.insert(format!("{}{}", field::STEP, step.key), json!(done));
    }
    open.patch(&run, fields)?;
    listing::get(open, id)
}

fn own_run(open: &Open, id: RecordId) -> Result<Record, Fault> {
    let run = open.record_of(id, kinds::CHECKLIST_RUN)?.record;
    if run.text(field::BY) == open.me().as_str() { Ok(run) } else { Err(Fault::ask("not-allowed")) }
}

/// The steps that count for this run.
fn steps_of<'a>(definition: &'a Definition, run: &Record) -> Vec<&'a Step> {
    let read = |name: &str| run.fields.get(name).cloned().unwrap_or(Value::Null);
    let site: Option<Site> = serde_json::from_value(read(field::SITE)).unwrap_or_default();
    let season = serde_json::from_value(read(field::SEASON))
        .unwrap_or_else(|_| season_of(run.text(field::STARTED_AT).get(..10).unwrap_or_default()));
    definition.steps_for(site, season).collect()
}

/// The last published version and its number.
fn published(record: &Record) -> Result<(u64, Definition), Fault> {
    let version = record.fields.get(checklist::VERSION).and_then(Value::as_u64).unwrap_or(0);
    Ok((version, definition_at(record, version)?))
}

fn definition_at(record: &Record, version: u64) -> Result<Definition, Fault> {
    let text = record.fields.get(&checklist::published(version));
    text.and_then(|d| parse(d).ok()).ok_or_else(|| Fault::ask("checklist-not-here"))
}

fn definition_of(open: &Open, run: &Record) -> Result<Definition, Fault> {
    let not_here = || Fault::ask("checklist-not-here");
    let id = run.text(field::CHECKLIST).parse().map_err(|_| not_here())?;
    let record = open.record_of(id, kinds::CHECKLIST).map_err(|_| not_here())?.record;
    definition_at(&record, run.fields.get(field::VERSION).and_then(Value::as_u64).unwrap_or(0))
}

/// What the shell told, in the words of checklists.
pub fn facts_of(device: &DeviceFacts) -> Facts {
    let kind = device.network.kind;
    let known = kind != NetworkKind::Unknown;
    Facts {
        battery_percent: device.battery.map(|b| b.percent),
        charging: device.battery.map(|b| b.charging),
        // On Wi-Fi a phone may have mobile data as well; only its own word counts then.
        mobile_data: match kind {
            NetworkKind::Mobile => Some(true),
            NetworkKind::None => Some(false),
            _ => device.mobile_data,
        },
        hotspot: match device.hotspot {
            Hotspot::On => Some(true),
            Hotspot::Off => Some(false),
            Hotspot::Unknown => None,
        },
        airplane: device.airplane,
        storage_free_mb: device.storage_free_bytes.map(|n| n / MB),
        network: known.then_some(kind != NetworkKind::None),
    }
}
