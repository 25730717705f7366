//! Measuring the line to the office, and what was measured where.

use super::checklists::own_section;
use crate::bridge::checks::{LineCheckArgs, LineCheckView};
use crate::change;
use crate::delivery;
use crate::open::Open;
use crate::shared::Shared;
use crate::view;
use ekitei_model::kinds::{self, line_check as field, visit};
use ekitei_model::line::{CODE_MS, Measured, Verdict, verdict};
use ekitei_model::record::Fields;
use ekitei_model::{Fault, RecordId, Scope};
use ekitei_store::vault::Shown;
use ekitei_sync::measure::{WITHIN, measure};
use rand::RngExt;
use serde::de::DeserializeOwned;
use serde_json::json;

/// A position that is older says nothing about this place.
const POSITION_MS: i64 = 10 * 60_000;
/// Checks shown at most.
const SHOWN: usize = 200;

/// One check, at most ten seconds; what it found becomes a record, also when there is no line.
///
/// # Errors
/// `locked`, `section-none`, `record-unknown` for the visit, address faults.
pub fn check(shared: &Shared, args: &LineCheckArgs) -> Result<LineCheckView, Fault> {
    let open = shared.open()?;
    let (scope, place) = place_of(&open, args)?;
    let line = delivery::line_beside(shared)?;
    let measured = shared.delivery().runtime()?.block_on(measure(&line, WITHIN));
    // Screens that measure are in use: the lock counts from here.
    shared.idle().touched(&*shared.clock());
    let open = shared.open()?;
    let now = open.now().clone();
    let near = shared.facts().position.filter(|p| (now.ms() - p.at.utc_ms).abs() < POSITION_MS);
    // Six digits; the first may be a zero.
    let code = (args.pair && measured.error.is_none())
        .then(|| format!("{:06}", rand::rng().random_range(0..1_000_000_u32)));
    let fields = Fields::from([
        (field::AT.into(), json!(now.stamp())),
        (field::PLACE.into(), json!(place)),
        (field::LAT.into(), json!(near.map(|p| p.lat))),
        (field::LON.into(), json!(near.map(|p| p.lon))),
        (field::VISIT.into(), json!(args.visit)),
        (field::RUN.into(), json!(args.run)),
        (field::BY.into(), json!(open.me())),
        (field::CODE.into(), json!(code)),
        (field::VERDICT.into(), json!(verdict(&measured))),
        (field::PHONE.into(), json!(measured)),
    ]);
    let id = change::mint();
    open.commit(&[change::create(&now, id, kinds::LINE_CHECK, &scope, fields)])?;
    shown(&open, &open.record_of(id, kinds::LINE_CHECK)?)
}

fn place_of(open: &Open, args: &LineCheckArgs) -> Result<(Scope, String), Fault> {
    let named = args.place.as_deref().map(str::trim).unwrap_or_default().to_owned();
    let Some(id) = args.visit else { return Ok((own_section(open)?, named)) };
    let of = open.record_of(id, kinds::VISIT)?.record;
    let place = match of.scope.case().filter(|_| named.is_empty()) {
        Some(case) => super::cases::row(open, case)?.place,
        None => named,
    };
    let title = of.text(visit::TITLE);
    Ok((of.scope.clone(), if place.is_empty() { title.to_owned() } else { place }))
}

/// Newest first; only of one place, where one is named.
///
/// # Errors
/// Store faults.
pub fn history(open: &Open, place: Option<&str>) -> Result<Vec<LineCheckView>, Fault> {
    let mut found = open.reader().of_kind(kinds::LINE_CHECK)?;
    found.retain(|s| place.is_none_or(|p| s.record.text(field::PLACE) == p));
    found.sort_by_key(|s| std::cmp::Reverse(view::stamp_of(&s.record, field::AT).utc_ms));
    found.truncate(SHOWN);
    found.iter().map(|s| shown(open, s)).collect()
}

/// # Errors
/// `record-unknown`.
pub fn get(open: &Open, id: RecordId) -> Result<LineCheckView, Fault> {
    shown(open, &open.record_of(id, kinds::LINE_CHECK)?)
}

fn shown(open: &Open, of: &Shown) -> Result<LineCheckView, Fault> {
    let record = &of.record;
    let number = |name: &str| record.fields.get(name).and_then(serde_json::Value::as_f64);
    let phone: Measured = read(record, field::PHONE).unwrap_or_default();
    let pc: Option<Measured> = read(record, field::PC);
    let at = view::stamp_of(record, field::AT);
    let joined = record.fields.contains_key(field::JOINED_BY);
    let by = record.text(field::BY);
    let good = !joined && open.now().ms() - at.utc_ms < CODE_MS;
    Ok(LineCheckView {
        id: record.id,
        at,
        place: record.text(field::PLACE).to_owned(),
        visit: view::reference(record, field::VISIT),
        by_name: open.reader().name_of(by)?,
        own: by == open.me().as_str(),
        by: by.to_owned(),
        lat: number(field::LAT),
        lon: number(field::LON),
        code: Some(record.text(field::CODE).to_owned()).filter(|c| !c.is_empty() && good),
        joined,
        // The numbers are the truth; a newer office's sentence may say more than this app has words for.
        verdict: verdict(&phone),
        phone,
        pc_verdict: pc
            .as_ref()
            .map(|m| read::<Verdict>(record, field::PC_VERDICT).unwrap_or_else(|| verdict(m))),
        pc,
        progress: view::progress(record, of.into()),
    })
}

fn read<T: DeserializeOwned>(record: &ekitei_model::Record, name: &str) -> Option<T> {
    serde_json::from_value(record.fields.get(name)?.clone()).ok()
}
