//! Results of a form as a file, its photos as a zip, counts and the effect.

use super::guard::{Input, User};
use super::inspections::{Found, InspectionQuery, find};
use super::names::Names;
use super::photos::{attachment, send_zip};
use super::views::{Assumptions, EffectKindView, EffectView, FaultView, MonthCount};
use super::zip::{Entry, pack};
use crate::app::{App, Shared};
use crate::fault::{Answer, Refused};
use crate::filing::names::zip_name;
use crate::papers::{Forms, Inspected};
use axum::Json;
use axum::extract::{Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use ekitei_model::inspection::State as Stage;
use ekitei_model::kinds::{Variant, case, inspection, photo};
use ekitei_model::people::Role;
use ekitei_model::text::{Language, text};
use ekitei_model::{Fault, Stamp, time};
use ekitei_report::results::{Cell, Results, check_record, csv, xlsx};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::IntoParams;

const MAX_PHOTOS: usize = 2_000;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ExportQuery {
    /// `csv` | `xlsx`
    format: String,
}

/// The table of one form: one inspection a line, one question a column. The filters are those of the list.
#[utoipa::path(get, path = "/api/results/table", tag = "results", params(ExportQuery, InspectionQuery), responses(
    (status = 200, content_type = "text/csv"),
    (status = 422, body = FaultView, description = "`results-file-large` and other limits"),
))]
pub async fn table(
    State(app): State<Shared>,
    user: User,
    Query(export): Query<ExportQuery>,
    Query(query): Query<InspectionQuery>,
) -> Answer<Response> {
    let (found, title) = of_one_form(&app, &user, &query).await?;
    let results = tabled(&app, found, title.clone()).await?;
    let is_csv = export.format != "xlsx";
    let work = tokio::task::spawn_blocking(move || if is_csv { csv(&results) } else { xlsx(&results) });
    let bytes = work.await.map_err(|e| Refused::unavailable(&e))??;
    let (kind, extension) = if is_csv {
        ("text/csv; charset=utf-8", "csv")
    } else {
        ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx")
    };
    let name = format!("{}_{}.{extension}", ekitei_model::filing::safe_part(&title), app.clock.today());
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, attachment(&name)),
    ];
    Ok((headers, bytes).into_response())
}

/// The inspections of a query that names a form, and the form's title.
async fn of_one_form(app: &App, user: &User, query: &InspectionQuery) -> Answer<(Vec<Found>, String)> {
    if query.form.as_deref().unwrap_or_default().is_empty() {
        return Err(super::apply::wrong("form"));
    }
    let names = Names::new(&*app.storage);
    let found = find(app, user, query, &names).await?;
    let title = found.first().map_or_else(String::new, |f| f.record.text(inspection::TITLE).to_owned());
    Ok((found, title))
}

fn word(key: &str) -> String {
    text(Language::Japanese, key, [])
}

async fn tabled(app: &App, found: Vec<Found>, title: String) -> Answer<Results> {
    let fixed = ["number", "name", "section", "inspector", "day", "state"];
    let mut columns: Vec<String> = fixed.iter().map(|f| word(&format!("results.column.{f}"))).collect();
    // Question (with its instance's place) → column, in the order of first sight; newer versions add columns.
    let mut at: BTreeMap<String, usize> = BTreeMap::new();
    let mut rows = Vec::with_capacity(found.len());
    let mut forms = Forms::default();
    for one in found {
        let Some(of) = Inspected::load_with(app, one.record.id, &mut forms).await? else { continue };
        let restricted = one.case.flag(case::RESTRICTED);
        let mut row = vec![
            Cell::Text(one.case.text(case::NUMBER).to_owned()),
            Cell::Text(if restricted { String::new() } else { one.case.text(case::NAME).to_owned() }),
            Cell::Text(one.case.text(case::SECTION).to_owned()),
            Cell::Text(one.inspector.name),
            Cell::Date(one.day),
            Cell::Text(word(&format!("results.state.{}", of.state().as_str()))),
        ];
        let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
        for line in of.rows.iter().filter(|r| !matches!(r.kind.as_str(), "signature" | "drawing" | "file")) {
            let n = seen.entry(line.key.question()).or_default();
            *n += 1;
            let repeated = !line.key.instance().is_empty();
            let key = if repeated {
                format!("{}@{n}", line.key.question())
            } else {
                line.key.question().to_owned()
            };
            let column = *at.entry(key).or_insert_with(|| {
                columns.push(heading(line, repeated.then_some(*n)));
                columns.len() - 1
            });
            if row.len() <= column {
                row.resize(column + 1, Cell::Empty);
            }
            row[column] = cell(&of, line);
        }
        let column = *at.entry("\u{0}report".to_owned()).or_insert_with(|| {
            columns.push(word("results.column.report"));
            columns.len() - 1
        });
        row.resize(row.len().max(column + 1), Cell::Empty);
        row[column] = Cell::Text(of.record.text(inspection::REPORT).to_owned());
        rows.push(row);
    }
    Ok(Results { title, section: String::new(), made_on: app.clock.today(), columns, rows })
}

fn heading(line: &ekitei_forms::finish::AnswerRow, instance: Option<usize>) -> String {
    let part = match (line.part_of.is_some(), line.kind.as_str()) {
        (true, "text") => format!(" {}", word("results.column.finding")),
        (true, "photo") => format!(" {}", word("results.column.photos")),
        _ => String::new(),
    };
    let n = instance.map_or_else(String::new, |n| format!(" {n}"));
    format!("{}{n}{part}", line.label)
}

fn cell(of: &Inspected, line: &ekitei_forms::finish::AnswerRow) -> Cell {
    match (line.kind.as_str(), &line.answer) {
        (_, Value::Null) => Cell::Empty,
        ("photo", _) => Cell::Number(of.photos_of(&line.key).count().to_string()),
        ("date", Value::String(iso)) => Cell::Date(iso.clone()),
        (_, Value::Number(n)) => Cell::Number(n.to_string()),
        _ => Cell::Text(line.shown.clone()),
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PhotoQuery {
    /// `original` (absent) | `display`: upright copies without metadata, much smaller.
    #[serde(default)]
    size: String,
}

/// The photos of these inspections as one zip, named by the rule, in one folder for each case. Originals; where one is
/// still on its way the display copy. At most 10 MB a photo and 20 MB an inspection, as the prefecture's form service
/// takes them.
#[utoipa::path(get, path = "/api/results/photos", tag = "results", params(PhotoQuery, InspectionQuery), responses(
    (status = 200, content_type = "application/zip"),
    (status = 400, body = FaultView, description = "`selection-size`: none, or too many"),
    (status = 422, body = FaultView, description = "`results-photo-large`, `results-photos-large`"),
))]
pub async fn photos(
    State(app): State<Shared>,
    user: User,
    Query(photos): Query<PhotoQuery>,
    Query(query): Query<InspectionQuery>,
) -> Answer<Response> {
    let wanted = match photos.size.as_str() {
        "display" => [Variant::Display, Variant::Original],
        _ => [Variant::Original, Variant::Display],
    };
    let names = Names::new(&*app.storage);
    let mut entries = Vec::new();
    for one in find(&app, &user, &query, &names).await? {
        let mut sizes = Vec::new();
        for p in app.storage.office_children(one.record.id).await? {
            if p.kind != ekitei_model::kinds::PHOTO || p.text(photo::ROLE) == "file" {
                continue;
            }
            for variant in wanted {
                // Through the record that the caller may read, as everywhere.
                if let Some(blob) = app.storage.blob_of(&user.caller, p.id, variant).await? {
                    sizes.push(blob.bytes);
                    entries.push(Entry {
                        folder: one.case.text(case::NUMBER).to_owned(),
                        name: zip_name(Some(&one.case), &p, &app.config.name_rule),
                        path: app.blob_path(&blob.sha256),
                    });
                    break;
                }
            }
        }
        check_record(sizes).map_err(|fault| photos_large(&one, fault))?;
        if entries.len() > MAX_PHOTOS {
            break;
        }
    }
    if entries.is_empty() || entries.len() > MAX_PHOTOS {
        return Err(Refused::bad("selection-size").with("limit", MAX_PHOTOS));
    }
    let file = pack(&app, entries).await?;
    send_zip(&app, file).await
}

/// Which inspection it is, and in words that say what to do.
fn photos_large(one: &Found, mut fault: Fault) -> Fault {
    let code =
        if fault.code == "results-file-large" { "results-photo-large" } else { "results-photos-large" };
    code.clone_into(&mut fault.code);
    fault.with("number", one.case.text(case::NUMBER)).with("day", &one.day)
}

/// How many inspections of each form went to a head in each month.
#[utoipa::path(get, path = "/api/results/counts", tag = "results", responses((status = 200, body = Vec<MonthCount>)))]
pub async fn counts(State(app): State<Shared>, user: User) -> Answer<Json<Vec<MonthCount>>> {
    let names = Names::new(&*app.storage);
    let mut out: BTreeMap<(String, String), MonthCount> = BTreeMap::new();
    for one in find(&app, &user, &InspectionQuery::default(), &names).await? {
        let Some(at) = sent(&one) else { continue };
        let (form, month) = (one.record.text(inspection::FORM).to_owned(), at[..7].to_owned());
        let count = out.entry((form.clone(), month.clone()));
        let count = count.or_insert(MonthCount { form, month, inspections: 0, accepted: 0 });
        count.inspections += 1;
        count.accepted += u64::from(Stage::of(&one.record) == Stage::Accepted);
    }
    Ok(Json(out.into_values().collect()))
}

/// Local day on which it went to the head; `None`: it has not.
fn sent(one: &Found) -> Option<String> {
    let there = matches!(Stage::of(&one.record), Stage::Circulated | Stage::Accepted);
    let at = one.record.text(inspection::CIRCULATED_AT).parse::<Stamp>().ok();
    there.then(|| at.map_or_else(|| one.day.clone(), Stamp::local_date)).filter(|day| day.len() >= 10)
}

const ASSUMPTIONS: &str = "effect.assumptions";
/// What retyping took a year with one section's seven kinds of inspection: 75.4 hours for 227 of them.
const HOURS_BEFORE: [f64; 7] = [25.0, 3.3, 30.0, 6.6, 3.3, 6.0, 1.2];
const INSPECTIONS_BEFORE: f64 = 227.0;
const MINUTES_NOW: f64 = 3.0;
const MAX_KINDS: usize = 50;

fn assumed_first() -> Assumptions {
    let hours: f64 = HOURS_BEFORE.iter().sum();
    let minutes_before = (hours * 60.0 / INSPECTIONS_BEFORE * 10.0).round() / 10.0;
    let kind = |(n, hours): (usize, &f64)| super::views::EffectKind {
        name: text(Language::Japanese, "results.effect.kind", [("number", (n + 1).to_string().as_str())]),
        hours_before: *hours,
        minutes_before,
        minutes_now: MINUTES_NOW,
        forms: Vec::new(),
    };
    Assumptions { kinds: HOURS_BEFORE.iter().enumerate().map(kind).collect() }
}

async fn assumptions(app: &App) -> Answer<Assumptions> {
    let stored = app.storage.meta_get(ASSUMPTIONS).await?;
    Ok(stored.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_else(assumed_first))
}

fn may_edit(user: &User) -> bool {
    let today = &user.caller.today;
    let leads =
        |p: &ekitei_model::people::Post| matches!(p.role, Role::Head | Role::Steward) && p.held_on(today);
    user.staff.is_admin(today) || user.staff.posts.iter().any(leads)
}

/// Minutes saved this fiscal year for each kind of inspection, with what is assumed.
#[utoipa::path(get, path = "/api/results/effect", tag = "results", responses((status = 200, body = EffectView)))]
pub async fn effect(State(app): State<Shared>, user: User) -> Answer<Json<EffectView>> {
    let fiscal_year = time::fiscal_year(&app.clock.today()).unwrap_or_default();
    let names = Names::new(&*app.storage);
    let mut by_form: BTreeMap<String, u64> = BTreeMap::new();
    for one in find(&app, &user, &InspectionQuery::default(), &names).await? {
        let this_year = sent(&one).and_then(|day| time::fiscal_year(&day)) == Some(fiscal_year);
        if this_year {
            *by_form.entry(one.record.text(inspection::FORM).to_owned()).or_default() += 1;
        }
    }
    let kinds = assumptions(&app).await?.kinds.into_iter().map(|assumed| {
        let inspections = assumed.forms.iter().filter_map(|f| by_form.get(f)).sum::<u64>();
        let each = (assumed.minutes_before - assumed.minutes_now).max(0.0);
        EffectKindView { saved_minutes: each * inspections as f64, inspections, assumed }
    });
    let view =
        EffectView { kinds: kinds.collect(), fiscal_year: i32::from(fiscal_year), may_edit: may_edit(&user) };
    Ok(Json(view))
}

/// Change what is assumed: heads, stewards, administrators.
#[utoipa::path(put, path = "/api/results/effect", tag = "results", request_body = Assumptions, responses(
    (status = 200, body = EffectView), (status = 403, body = FaultView),
))]
pub async fn assume(
    State(app): State<Shared>,
    user: User,
    Input(input): Input<Assumptions>,
) -> Answer<Json<EffectView>> {
    if !may_edit(&user) {
        return Err(Refused::forbidden("not-allowed"));
    }
    let sane = |n: f64, most: f64| n.is_finite() && (0.0..=most).contains(&n);
    let wrong = input.kinds.len() > MAX_KINDS
        || input.kinds.iter().any(|k| {
            k.name.chars().count() > 100
                || k.forms.len() > MAX_KINDS
                || !sane(k.hours_before, 100_000.0)
                || !sane(k.minutes_before, 10_000.0)
                || !sane(k.minutes_now, 10_000.0)
        });
    if wrong {
        return Err(super::apply::wrong("kinds"));
    }
    let stored = serde_json::to_string(&input).map_err(|e| Refused::unavailable(&e))?;
    app.storage.meta_set(ASSUMPTIONS, &stored).await?;
    effect(State(app), user).await
}
