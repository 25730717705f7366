//! Checklists: list, draft, publish, withdraw. Heads and stewards write those of their section, administrators those
//! for all.

use super::apply::{apply, id_or_new};
use super::convert;
use super::forms::{done, section_of};
use super::guard::{Input, User};
use super::views::{ChecklistRowView, ChecklistView, FaultView, NewChecklist, ProblemView, SaveChecklist};
use crate::app::{App, Shared};
use crate::fault::{Answer, Refused};
use axum::Json;
use axum::extract::{Path, State};
use ekitei_model::checklist::{PURPOSES, Problem, parse};
use ekitei_model::kinds::{self, checklist as field};
use ekitei_model::record::Fields;
use ekitei_model::{OpBody, OpId, Record, RecordId, Scope, inspection, rules};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const MAX_CHECKLISTS: u32 = 1_000;

/// Of one's sections, those for all, and (administrators) every one: a checklist holds nothing of a case.
///
/// # Errors
/// 404.
pub async fn readable_checklist(app: &App, user: &User, id: &str) -> Answer<Record> {
    let id: RecordId = id.parse().map_err(|_| Refused::not_found())?;
    let found = app.storage.office_record(id).await?;
    let record = found.filter(|r| !r.deleted && r.kind == kinds::CHECKLIST).ok_or_else(Refused::not_found)?;
    let today = &user.caller.today;
    let may = rules::may_read_standing(&record.scope, &user.staff, today) || user.staff.is_admin(today);
    if may { Ok(record) } else { Err(Refused::not_found()) }
}

fn may_edit(user: &User, scope: &Scope) -> bool {
    let section = match scope {
        Scope::Section(path) => Some(path.as_str()),
        _ => None,
    };
    inspection::may_publish(section, &user.staff, &user.caller.today)
}

fn version_of(record: &Record) -> u64 {
    record.fields.get(field::VERSION).and_then(Value::as_u64).unwrap_or(0)
}

fn state_of(record: &Record) -> String {
    match record.text(field::STATE) {
        "" => "draft".to_owned(),
        state => state.to_owned(),
    }
}

fn row(user: &User, record: &Record) -> ChecklistRowView {
    let draft = record.fields.get(field::DEFINITION);
    let version = version_of(record);
    ChecklistRowView {
        id: record.id.to_string(),
        section: section_of(record),
        purpose: record.text(field::PURPOSE).to_owned(),
        title: record.text(field::TITLE).to_owned(),
        variant: record.text(field::VARIANT).to_owned(),
        state: state_of(record),
        version,
        steps: draft.and_then(|d| d["steps"].as_array()).map_or(0, Vec::len),
        changed: version > 0 && draft != record.fields.get(&field::published(version)),
        may_edit: may_edit(user, &record.scope),
        received_ms: record.received_ms,
    }
}

/// Checklists of one's sections and those for all, in the order of their purpose.
#[utoipa::path(get, path = "/api/checklists", tag = "checklists",
    responses((status = 200, body = Vec<ChecklistRowView>)))]
pub async fn list(State(app): State<Shared>, user: User) -> Answer<Json<Vec<ChecklistRowView>>> {
    let found = if user.staff.is_admin(&user.caller.today) {
        app.storage.scan_kind(kinds::CHECKLIST, None, MAX_CHECKLISTS).await?
    } else {
        app.storage.of_kind(&user.caller, kinds::CHECKLIST, MAX_CHECKLISTS).await?
    };
    let mut out = Vec::with_capacity(found.len());
    for text in found {
        out.push(row(&user, &convert::record(&text)?));
    }
    let place = |purpose: &str| PURPOSES.iter().position(|p| *p == purpose);
    out.sort_by(|a, b| (place(&a.purpose), &a.title, &a.id).cmp(&(place(&b.purpose), &b.title, &b.id)));
    Ok(Json(out))
}

pub fn problem_view(p: &Problem) -> ProblemView {
    let place = p.step.map(|n| format!("step {n}")).or_else(|| p.warning.map(|n| format!("warning {n}")));
    let params = place.iter().map(|at| ("at".to_owned(), at.clone())).collect();
    ProblemView {
        code: p.code.to_owned(),
        item: place,
        field: (!p.field.is_empty()).then(|| p.field.to_owned()),
        params,
    }
}

fn view(user: &User, record: &Record) -> ChecklistView {
    let definition = record.fields.get(field::DEFINITION).cloned().unwrap_or_else(|| json!({"steps": []}));
    let problems = parse(&definition).err().unwrap_or_default().iter().map(problem_view).collect();
    ChecklistView {
        row: row(user, record),
        rev: record.rev(field::DEFINITION).map(|r| r.op.to_string()),
        problems,
        definition,
    }
}

/// One checklist with its draft.
#[utoipa::path(get, path = "/api/checklists/{id}", tag = "checklists",
    params(("id" = String, Path, description = "The checklist")),
    responses((status = 200, body = ChecklistView), (status = 404, body = FaultView)))]
pub async fn one(
    State(app): State<Shared>,
    user: User,
    Path(id): Path<String>,
) -> Answer<Json<ChecklistView>> {
    Ok(Json(view(&user, &readable_checklist(&app, &user, &id).await?)))
}

/// Begin a checklist.
#[utoipa::path(post, path = "/api/checklists", tag = "checklists", request_body = NewChecklist, responses(
    (status = 200, body = ChecklistView), (status = 403, body = FaultView),
))]
pub async fn create(
    State(app): State<Shared>,
    user: User,
    Input(input): Input<NewChecklist>,
) -> Answer<Json<ChecklistView>> {
    let id: RecordId = id_or_new(input.id.as_deref())?;
    let scope = if input.section.is_empty() { Scope::All } else { Scope::Section(input.section) };
    let fields = Fields::from([
        (field::TITLE.to_owned(), input.title.into()),
        (field::PURPOSE.to_owned(), input.purpose.into()),
        (field::DEFINITION.to_owned(), input.definition.unwrap_or_else(|| json!({"steps": []}))),
        (field::STATE.to_owned(), "draft".into()),
    ]);
    let body = OpBody::Create { kind: kinds::CHECKLIST.to_owned(), scope, parent: None, fields };
    done(&apply(&app, &user, None, id, body, None).await?.0)?;
    Ok(Json(view(&user, &readable_checklist(&app, &user, &id.to_string()).await?)))
}

async fn editable(app: &App, user: &User, id: &str) -> Answer<Record> {
    let record = readable_checklist(app, user, id).await?;
    if may_edit(user, &record.scope) { Ok(record) } else { Err(Refused::forbidden("not-allowed")) }
}

async fn change(
    app: &App,
    user: &User,
    op_id: Option<&str>,
    record: &Record,
    fields: Fields,
) -> Answer<Json<ChecklistView>> {
    let base: BTreeMap<String, OpId> =
        fields.keys().filter_map(|k| Some((k.clone(), record.rev(k)?.op))).collect();
    let body = OpBody::Patch { base, fields };
    let outcome = apply(app, user, op_id, record.id, body, Some(record)).await?.0;
    if outcome.result == "conflict" {
        return Err(Refused::conflict("checklist-changed-meanwhile"));
    }
    done(&outcome)?;
    Ok(Json(view(user, &readable_checklist(app, user, &record.id.to_string()).await?)))
}

/// Save the draft. What cannot be published yet is saved, too; its problems come back.
#[utoipa::path(put, path = "/api/checklists/{id}", tag = "checklists", request_body = SaveChecklist,
    params(("id" = String, Path, description = "The checklist")),
    responses((status = 200, body = ChecklistView), (status = 403, body = FaultView),
        (status = 409, body = FaultView, description = "`checklist-changed-meanwhile`")))]
pub async fn save(
    State(app): State<Shared>,
    user: User,
    Path(id): Path<String>,
    Input(input): Input<SaveChecklist>,
) -> Answer<Json<ChecklistView>> {
    let record = editable(&app, &user, &id).await?;
    if input.rev != record.rev(field::DEFINITION).map(|r| r.op.to_string()) {
        return Err(Refused::conflict("checklist-changed-meanwhile"));
    }
    let renamed = input.title != record.text(field::TITLE);
    let mut fields = Fields::from([
        (field::TITLE.to_owned(), input.title.into()),
        (field::VARIANT.to_owned(), input.variant.into()),
        (field::PURPOSE.to_owned(), input.purpose.into()),
        (field::DEFINITION.to_owned(), input.definition),
    ]);
    if renamed && !record.text(field::TITLE_EN).is_empty() {
        // It said the former title in English.
        fields.insert(field::TITLE_EN.to_owned(), "".into());
    }
    change(&app, &user, input.op_id.as_deref(), &record, fields).await
}

/// Publish the draft as the next version. Runs that were begun keep the version they began with.
#[utoipa::path(post, path = "/api/checklists/{id}/publish", tag = "checklists",
    params(("id" = String, Path, description = "The checklist")),
    responses((status = 200, body = ChecklistView), (status = 403, body = FaultView, description = "`checklist-malformed`")))]
pub async fn publish(
    State(app): State<Shared>,
    user: User,
    Path(id): Path<String>,
) -> Answer<Json<ChecklistView>> {
    let record = editable(&app, &user, &id).await?;
    let definition = record.fields.get(field::DEFINITION).cloned().unwrap_or_default();
    let last = version_of(&record);
    let mut fields = Fields::from([(field::STATE.to_owned(), "published".into())]);
    // Taken up again as it was: no new version.
    if record.fields.get(&field::published(last)) != Some(&definition) {
        fields.insert(field::VERSION.to_owned(), (last + 1).into());
        fields.insert(field::published(last + 1), definition);
    }
    change(&app, &user, None, &record, fields).await
}

/// Not offered for new runs any more.
#[utoipa::path(post, path = "/api/checklists/{id}/withdraw", tag = "checklists",
    params(("id" = String, Path, description = "The checklist")),
    responses((status = 200, body = ChecklistView), (status = 403, body = FaultView)))]
pub async fn withdraw(
    State(app): State<Shared>,
    user: User,
    Path(id): Path<String>,
) -> Answer<Json<ChecklistView>> {
    let record = editable(&app, &user, &id).await?;
    change(&app, &user, None, &record, Fields::from([(field::STATE.to_owned(), "withdrawn".into())])).await
}
