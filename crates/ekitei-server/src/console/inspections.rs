//! Inspections: what the person may read as a table, and one with its answers, photos, amendments and history.

use super::apply::{Cases, readable};
use super::convert;
use super::guard::User;
use super::names::Names;
use super::views::{
    AmendmentView, AnswerView, FaultView, HistoryView, InspectionRow, InspectionView, PhotoView, SectionView,
};
use crate::app::{App, Shared};
use crate::fault::{Answer, Refused};
use crate::papers::{Inspected, PaperError, report};
use axum::Json;
use axum::extract::{Path, Query, State};
use ekitei_model::fold::fold;
use ekitei_model::inspection::{self as rule, State as Stage};
use ekitei_model::kinds::{self, amendment, case, inspection, photo};
use ekitei_model::{Record, RecordId, Stamp};
use serde::Deserialize;
use serde_json::Value;
use std::collections::HashMap;
use utoipa::IntoParams;

/// Inspections that one list or file takes.
pub const MAX_ROWS: u32 = 5_000;

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct InspectionQuery {
    /// Id of a form's record.
    pub form: Option<String>,
    /// `draft` | `finished` | `circulated` | `accepted` | `returned`; `waiting`: what waits for a head.
    pub state: Option<String>,
    /// Full path of the section that owns the case.
    pub section: Option<String>,
    pub case: Option<String>,
    /// First and last day (of when it was begun), ISO.
    pub from: Option<String>,
    pub to: Option<String>,
    /// Part of title, report, case number or name, inspector.
    pub q: Option<String>,
}

/// An inspection in a list, with its case.
pub struct Found {
    pub record: Record,
    pub case: Record,
    pub inspector: super::views::NameView,
    pub day: String,
}

/// What the query finds among what the person may read, last changed first.
///
/// # Errors
/// The database did not answer.
pub async fn find(app: &App, user: &User, query: &InspectionQuery, names: &Names<'_>) -> Answer<Vec<Found>> {
    let given = |t: &Option<String>| t.clone().map(|t| t.trim().to_owned()).filter(|t| !t.is_empty());
    let (form, state, section, of_case) =
        (given(&query.form), given(&query.state), given(&query.section), given(&query.case));
    let (from, to) = (given(&query.from), given(&query.to));
    let wanted = given(&query.q).map(|q| fold(&q));
    let mut cases = Cases::new(app, user);
    let mut out = Vec::new();
    for text in app.storage.of_kind(&user.caller, kinds::INSPECTION, MAX_ROWS).await? {
        let record = convert::record(&text)?;
        let Some(case) = cases.of(&record).await? else { continue };
        let stage = Stage::of(&record).as_str();
        let day = day_of(&record);
        let fits = form.as_ref().is_none_or(|f| record.text(inspection::FORM) == f)
            && state.as_ref().is_none_or(|s| s == stage)
            && section.as_ref().is_none_or(|s| case.text(case::SECTION) == s)
            && of_case.as_ref().is_none_or(|c| case.id.to_string() == *c)
            && from.as_ref().is_none_or(|f| day >= *f)
            && to.as_ref().is_none_or(|t| day <= *t);
        if !fits {
            continue;
        }
        let inspector = names.of(rule::inspector(&record)).await?;
        if let Some(wanted) = &wanted {
            let restricted = case.flag(case::RESTRICTED);
            let shown = |text: &str| if restricted { String::new() } else { text.to_owned() };
            let hay = [
                case.text(case::NUMBER).to_owned(),
                shown(case.text(case::NAME)),
                shown(record.text(inspection::TITLE)),
                shown(record.text(inspection::REPORT)),
                inspector.name.clone(),
            ];
            if !fold(&hay.join("\n")).contains(wanted.as_str()) {
                continue;
            }
        }
        out.push(Found { case: case.clone(), record, inspector, day });
    }
    Ok(out)
}

fn day_of(record: &Record) -> String {
    let begun = record.text(inspection::STARTED_AT).parse::<Stamp>().ok();
    begun.or_else(|| record.created.as_ref().map(|c| c.at)).map_or_else(String::new, Stamp::local_date)
}

/// Inspections that the person may read, last changed first. One of a members-only case shows its number alone.
#[utoipa::path(get, path = "/api/inspections", tag = "inspections", params(InspectionQuery), responses(
    (status = 200, body = Vec<InspectionRow>), (status = 401, body = FaultView),
))]
pub async fn list(
    State(app): State<Shared>,
    user: User,
    Query(query): Query<InspectionQuery>,
) -> Answer<Json<Vec<InspectionRow>>> {
    let names = Names::new(&*app.storage);
    let mut amendments: HashMap<RecordId, u64> = HashMap::new();
    for text in app.storage.of_kind(&user.caller, kinds::AMENDMENT, MAX_ROWS).await? {
        let found = convert::record(&text)?;
        if let Some(of) = found.parent.filter(|_| found.text(amendment::STATE) == "proposed") {
            *amendments.entry(of).or_default() += 1;
        }
    }
    let today = &user.caller.today;
    let mut out = Vec::new();
    let waiting = query.state.as_deref() == Some("waiting");
    let query = InspectionQuery { state: query.state.filter(|_| !waiting), ..query };
    for found in find(&app, &user, &query, &names).await? {
        let open = amendments.get(&found.record.id).copied().unwrap_or(0);
        // What a head has to look at: sheets sent to them, and amendments of sheets that were.
        let asks = Stage::of(&found.record) == Stage::Circulated || open > 0;
        if waiting && !(asks && rule::leads(&found.case, &user.staff, today)) {
            continue;
        }
        out.push(row(&app, &found, open));
    }
    Ok(Json(out))
}

pub fn row(app: &App, found: &Found, amendments: u64) -> InspectionRow {
    let (record, of) = (&found.record, &found.case);
    let restricted = of.flag(case::RESTRICTED);
    let shown = |text: &str| if restricted { String::new() } else { text.to_owned() };
    let answers = || record.fields.iter().filter(|(name, _)| name.starts_with(inspection::ANSWER));
    InspectionRow {
        id: record.id.to_string(),
        case: of.id.to_string(),
        case_number: of.text(case::NUMBER).to_owned(),
        case_name: shown(of.text(case::NAME)),
        restricted,
        section: of.text(case::SECTION).to_owned(),
        form: record.text(inspection::FORM).to_owned(),
        form_version: record.text(inspection::FORM_VERSION).to_owned(),
        title: shown(record.text(inspection::TITLE)),
        state: Stage::of(record).as_str().to_owned(),
        inspector: found.inspector.clone(),
        day: found.day.clone(),
        answers: answers().filter(|(_, v)| !v.is_null()).count() as u64,
        failed: if restricted {
            0
        } else {
            answers().filter(|(_, v)| v.as_str() == Some("fail")).count() as u64
        },
        amendments,
        filed_versions: whole(record, inspection::FILED_VERSIONS),
        bare: !restricted && !bare(app, record).is_empty(),
        received_ms: record.received_ms,
        circulated_at: optional(record, inspection::CIRCULATED_AT),
    }
}

/// Older papers that show what was blacked out later. What people moved or deleted is theirs and not asked for.
fn bare(app: &App, record: &Record) -> Vec<String> {
    let mut paths = record.list(inspection::FILED_BARE);
    paths.retain(|path| app.config.share.join(path).is_file());
    paths
}

fn whole(of: &Record, field: &str) -> u64 {
    of.fields.get(field).and_then(Value::as_u64).unwrap_or(0)
}

fn optional(of: &Record, field: &str) -> Option<String> {
    Some(of.text(field)).filter(|t| !t.is_empty()).map(str::to_owned)
}

impl From<PaperError> for Refused {
    fn from(error: PaperError) -> Self {
        match error {
            PaperError::Storage(e) => e.into(),
            PaperError::Fault(fault) => Self::new(axum::http::StatusCode::CONFLICT, fault),
        }
    }
}

/// An inspection that the person may read, with its case.
///
/// # Errors
/// 404.
pub async fn readable_inspection(app: &App, user: &User, id: &str) -> Answer<Inspected> {
    let record = readable(app, user, id).await?;
    if record.kind != kinds::INSPECTION {
        return Err(Refused::not_found());
    }
    Inspected::load(app, record.id).await?.ok_or_else(Refused::not_found)
}

/// One inspection: answers by their sections, photos, amendments, history.
#[utoipa::path(get, path = "/api/inspections/{id}", tag = "inspections",
    params(("id" = String, Path, description = "The inspection")),
    responses((status = 200, body = InspectionView), (status = 404, body = FaultView)))]
pub async fn one(
    State(app): State<Shared>,
    user: User,
    Path(id): Path<String>,
) -> Answer<Json<InspectionView>> {
    let of = readable_inspection(&app, &user, &id).await?;
    view(&app, &user, &of).await.map(Json)
}

async fn view(app: &App, user: &User, of: &Inspected) -> Answer<InspectionView> {
    let names = Names::new(&*app.storage);
    let mut photos = Vec::with_capacity(of.photos.len());
    for p in &of.photos {
        photos.push(convert::photo_view(p, &names).await?);
    }
    let leads = rule::leads(&of.case, &user.staff, &user.caller.today);
    let (stage, record) = (of.state(), &of.record);
    let mut amendments = Vec::new();
    for a in of.amendments.iter().rev() {
        amendments.push(amendment_view(of, a, &names).await?);
    }
    let progress = crate::papers::open(&of.form, record, &of.photos).session().progress();
    Ok(InspectionView {
        id: record.id.to_string(),
        case: of.case.id.to_string(),
        case_number: of.case.text(case::NUMBER).to_owned(),
        case_name: of.case.text(case::NAME).to_owned(),
        restricted: of.case.flag(case::RESTRICTED),
        section: of.case.text(case::SECTION).to_owned(),
        form: record.text(inspection::FORM).to_owned(),
        version: u64::from(of.form.version),
        title: of.title(),
        state: stage.as_str().to_owned(),
        inspector: names.of(rule::inspector(record)).await?,
        day: of.day.clone(),
        report: record.text(inspection::REPORT).to_owned(),
        returned_reason: optional(record, inspection::RETURNED_REASON),
        answered: u64::from(progress.answered),
        asked: u64::from(progress.asked),
        sections: sections(of, &photos),
        other_photos: photos
            .iter()
            .filter(|p| of.photos.iter().any(|r| r.id.to_string() == p.id && r.text(photo::ITEM).is_empty()))
            .cloned()
            .collect(),
        amendments,
        history: history(of, &names).await?,
        filed: record.list(inspection::FILED),
        filed_versions: whole(record, inspection::FILED_VERSIONS),
        bare: bare(app, record),
        may_decide: leads && stage == Stage::Circulated,
        may_amend: leads,
        may_hand_over: stage.is_open()
            && rule::may_hand_over(record, &of.case, &user.staff, &user.caller.today),
        received_ms: record.received_ms,
    })
}

fn sections(of: &Inspected, photos: &[PhotoView]) -> Vec<SectionView> {
    let by_id: HashMap<&str, &PhotoView> = photos.iter().map(|p| (p.id.as_str(), p)).collect();
    let attached = |key: &ekitei_forms::AnswerKey| -> Vec<PhotoView> {
        of.photos_of(key).filter_map(|p| by_id.get(p.id.to_string().as_str()).map(|v| (*v).clone())).collect()
    };
    let line = |line: &report::Line| AnswerView {
        key: line.row.key.0.clone(),
        kind: line.row.kind.clone(),
        label: line.row.label.clone(),
        shown: if matches!(line.row.kind.as_str(), "photo" | "signature" | "drawing" | "file") {
            String::new()
        } else {
            line.row.shown.clone()
        },
        value: line.row.answer.as_str().map(str::to_owned),
        finding: line.finding.map(|f| f.shown.clone()).filter(|t| !t.is_empty()),
        photos: match line.photos {
            Some(row) => attached(&row.key),
            None => attached(&line.row.key),
        },
    };
    let section = |s: &report::Section| SectionView {
        heading: s.heading.clone(),
        lines: s.lines.iter().map(line).collect(),
    };
    report::sections(of).iter().map(section).collect()
}

/// A value as a person reads it, by the question it belongs to.
fn shown(of: &Inspected, field: &str, value: &Value) -> (String, String) {
    let Some(key) = field.strip_prefix(inspection::ANSWER) else {
        let text = value
            .as_str()
            .map_or_else(|| if value.is_null() { String::new() } else { value.to_string() }, str::to_owned);
        return (String::new(), text);
    };
    let mut copy = of.record.clone();
    copy.fields.insert(field.to_owned(), value.clone());
    // As it would read after the change, hidden questions included.
    copy.fields.remove(inspection::LEFT_OUT);
    let rows = crate::papers::open(&of.form, &copy, &of.photos).session().rows();
    match rows.into_iter().find(|r| r.key.0 == key) {
        Some(row) if !value.is_null() => (row.label, row.shown),
        Some(row) => (row.label, String::new()),
        None => (key.to_owned(), value.as_str().unwrap_or_default().to_owned()),
    }
}

async fn amendment_view(of: &Inspected, a: &Record, names: &Names<'_>) -> Answer<AmendmentView> {
    let proposed = a.fields.get(amendment::PROPOSED).and_then(Value::as_object).cloned().unwrap_or_default();
    let standing = a.fields.get(amendment::STANDING).and_then(Value::as_object).cloned().unwrap_or_default();
    let changes = proposed.iter().map(|(field, value)| {
        let (label, now) = shown(of, field, value);
        let (_, before) = shown(of, field, standing.get(field).unwrap_or(&Value::Null));
        super::views::AmendedView { field: field.clone(), label, before, now }
    });
    Ok(AmendmentView {
        id: a.id.to_string(),
        by: names.of(a.text(amendment::BY_STAFF)).await?,
        at: a.created.as_ref().map_or_else(String::new, |c| c.at.to_string()),
        state: a.text(amendment::STATE).to_owned(),
        changes: changes.collect(),
    })
}

/// Who began it, whoever has it now.
fn begun_by(record: &Record) -> &str {
    record.created.as_ref().map_or_else(|| rule::inspector(record), |c| c.staff.as_str())
}

async fn history(of: &Inspected, names: &Names<'_>) -> Answer<Vec<HistoryView>> {
    let record = &of.record;
    let mut out = Vec::new();
    for (what, at, by) in [
        ("begun", inspection::STARTED_AT, begun_by(record)),
        ("finished", inspection::FINISHED_AT, rule::inspector(record)),
        ("circulated", inspection::CIRCULATED_AT, rule::inspector(record)),
        ("accepted", inspection::ACCEPTED_AT, record.text(inspection::ACCEPTED_BY)),
        ("filed", inspection::FILED_AT, ""),
    ] {
        let at = record.text(at);
        if !at.is_empty() {
            let by = if by.is_empty() { None } else { Some(names.of(by).await?) };
            out.push(HistoryView { what: what.to_owned(), at: at.to_owned(), by });
        }
    }
    if record.text(inspection::STATE) == "returned"
        && let Some((by, at)) = names.wrote(record, inspection::STATE).await?
    {
        out.push(HistoryView { what: "returned".to_owned(), at, by: Some(by) });
    }
    let handed_over =
        record.rev(inspection::INSPECTOR).map(|r| r.op) != record.rev(inspection::FORM).map(|r| r.op);
    if handed_over && let Some((by, at)) = names.wrote(record, inspection::INSPECTOR).await? {
        out.push(HistoryView { what: "handed_over".to_owned(), at, by: Some(by) });
    }
    out.sort_by(|a, b| a.at.cmp(&b.at));
    Ok(out)
}
