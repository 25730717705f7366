//! Forms: list, read, draft. Heads and stewards of the owning section and administrators write them.

use super::apply::{apply, id_or_new, wrong};
use super::convert;
use super::guard::{Input, User};
use super::views::{FaultView, FormDraftView, FormRowView, NewForm, ProblemView, SaveForm};
use crate::app::{App, Shared};
use crate::fault::{Answer, Refused};
use axum::Json;
use axum::extract::{Path, State};
use ekitei_forms::{Form, FormDef, Problem};
use ekitei_model::kinds::{self, form};
use ekitei_model::record::Fields;
use ekitei_model::{OpBody, OpId, Record, RecordId, Scope, inspection, rules};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const MAX_FORMS: u32 = 1_000;

pub fn section_of(record: &Record) -> String {
    match &record.scope {
        Scope::Section(path) => path.clone(),
        _ => String::new(),
    }
}

pub fn may_edit(user: &User, section: &str) -> bool {
    inspection::may_publish(Some(section), &user.staff, &user.caller.today)
}

/// A form that the person may see: of their sections, administrators all (a form holds nothing of a case).
///
/// # Errors
/// 404.
pub async fn readable_form(app: &App, user: &User, id: &str) -> Answer<Record> {
    let id: RecordId = id.parse().map_err(|_| Refused::not_found())?;
    let found = app.storage.office_record(id).await?;
    let record = found.filter(|r| !r.deleted && r.kind == kinds::FORM).ok_or_else(Refused::not_found)?;
    let today = &user.caller.today;
    let may = rules::may_read_standing(&record.scope, &user.staff, today) || user.staff.is_admin(today);
    if may { Ok(record) } else { Err(Refused::not_found()) }
}

/// # Errors
/// 404, or 403 for those who only read.
pub async fn editable_form(app: &App, user: &User, id: &str) -> Answer<Record> {
    let record = readable_form(app, user, id).await?;
    if may_edit(user, &section_of(&record)) { Ok(record) } else { Err(Refused::forbidden("not-allowed")) }
}

/// Forms of one's sections (administrators: all), last changed first.
#[utoipa::path(get, path = "/api/forms", tag = "forms", responses((status = 200, body = Vec<FormRowView>)))]
pub async fn list(State(app): State<Shared>, user: User) -> Answer<Json<Vec<FormRowView>>> {
    let found = if user.staff.is_admin(&user.caller.today) {
        app.storage.scan_kind(kinds::FORM, None, MAX_FORMS).await?
    } else {
        app.storage.of_kind(&user.caller, kinds::FORM, MAX_FORMS).await?
    };
    let mut out = Vec::with_capacity(found.len());
    for text in found {
        let record = convert::record(&text)?;
        let section = section_of(&record);
        out.push(FormRowView {
            id: record.id.to_string(),
            title: record.text(form::TITLE).to_owned(),
            state: state_of(&record),
            version: version_of(&record),
            own_sheet: !record.text(form::SHEET).is_empty(),
            may_edit: may_edit(&user, &section),
            received_ms: record.received_ms,
            section,
        });
    }
    out.sort_by_key(|r| std::cmp::Reverse(r.received_ms));
    Ok(Json(out))
}

fn state_of(record: &Record) -> String {
    match record.text(form::STATE) {
        "" => "draft".to_owned(),
        state => state.to_owned(),
    }
}

pub fn version_of(record: &Record) -> u64 {
    record.fields.get(form::VERSION).and_then(Value::as_u64).unwrap_or(0)
}

pub fn problems_of(definition: &Value) -> Vec<ProblemView> {
    let view = |p: Problem| ProblemView {
        code: p.code,
        item: Some(p.item).filter(|t| !t.is_empty()),
        field: Some(p.field).filter(|t| !t.is_empty()),
        params: p.params,
    };
    match Form::from_json(&definition.to_string()) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.into_iter().map(view).collect(),
    }
}

pub fn view(user: &User, record: &Record) -> FormDraftView {
    let section = section_of(record);
    let definition = record.fields.get(form::DEFINITION).cloned().unwrap_or_else(|| json!({}));
    let target = |scope: String| match scope.parse::<Scope>() {
        Ok(Scope::Section(path)) => path,
        _ => "*".to_owned(),
    };
    FormDraftView {
        id: record.id.to_string(),
        title: record.text(form::TITLE).to_owned(),
        state: state_of(record),
        version: version_of(record),
        problems: problems_of(&definition),
        sheet_map: record.fields.get(form::SHEET_MAP).cloned().unwrap_or_else(|| json!({})),
        own_sheet: !record.text(form::SHEET).is_empty(),
        targets: record.list(form::TARGETS).into_iter().map(target).collect(),
        may_edit: may_edit(user, &section),
        rev: record.rev(form::DEFINITION).map(|r| r.op.to_string()),
        definition,
        section,
    }
}

/// One form with its draft.
#[utoipa::path(get, path = "/api/forms/{id}", tag = "forms",
    params(("id" = String, Path, description = "The form")),
    responses((status = 200, body = FormDraftView), (status = 404, body = FaultView)))]
pub async fn one(
    State(app): State<Shared>,
    user: User,
    Path(id): Path<String>,
) -> Answer<Json<FormDraftView>> {
    let record = readable_form(&app, &user, &id).await?;
    Ok(Json(view(&user, &record)))
}

fn title_of(definition: &Value) -> Answer<String> {
    let def: FormDef = serde_json::from_value(definition.clone()).map_err(|_| wrong("definition"))?;
    Ok(def.title.get("ja").to_owned())
}

/// Begin a form.
#[utoipa::path(post, path = "/api/forms", tag = "forms", request_body = NewForm, responses(
    (status = 200, body = FormDraftView), (status = 403, body = FaultView),
))]
pub async fn create(
    State(app): State<Shared>,
    user: User,
    Input(input): Input<NewForm>,
) -> Answer<Json<FormDraftView>> {
    let id: RecordId = id_or_new(input.id.as_deref())?;
    make(&app, &user, id, &input.section, input.definition, Fields::new()).await.map(Json)
}

/// Makes the record of a new form.
///
/// # Errors
/// 403, 400 (no definition), 503.
pub async fn make(
    app: &App,
    user: &User,
    id: RecordId,
    section: &str,
    definition: Value,
    more: Fields,
) -> Answer<FormDraftView> {
    let mut fields = Fields::from([
        (form::TITLE.to_owned(), title_of(&definition)?.into()),
        (form::DEFINITION.to_owned(), definition),
        (form::STATE.to_owned(), "draft".into()),
    ]);
    fields.extend(more);
    let scope = Scope::Section(section.to_owned());
    let body = OpBody::Create { kind: kinds::FORM.to_owned(), scope, parent: None, fields };
    done(&apply(app, user, None, id, body, None).await?.0)?;
    Ok(view(user, &readable_form(app, user, &id.to_string()).await?))
}

/// # Errors
/// 403 with the code for which the office set it aside.
pub fn done(outcome: &super::views::OutcomeView) -> Answer<()> {
    match outcome.result.as_str() {
        "applied" => Ok(()),
        "conflict" => Err(Refused::conflict("form-changed-meanwhile")),
        _ => Err(Refused::forbidden(outcome.reason.as_deref().unwrap_or("not-allowed"))),
    }
}

/// Save the draft. What is no form yet is saved, too; its problems come back.
#[utoipa::path(put, path = "/api/forms/{id}", tag = "forms", request_body = SaveForm,
    params(("id" = String, Path, description = "The form")),
    responses((status = 200, body = FormDraftView), (status = 403, body = FaultView),
        (status = 409, body = FaultView, description = "`form-changed-meanwhile`")))]
pub async fn save(
    State(app): State<Shared>,
    user: User,
    Path(id): Path<String>,
    Input(input): Input<SaveForm>,
) -> Answer<Json<FormDraftView>> {
    let record = editable_form(&app, &user, &id).await?;
    let standing = record.rev(form::DEFINITION).map(|r| r.op.to_string());
    if input.rev != standing {
        return Err(Refused::conflict("form-changed-meanwhile"));
    }
    let fields = Fields::from([
        (form::TITLE.to_owned(), title_of(&input.definition)?.into()),
        (form::DEFINITION.to_owned(), input.definition),
    ]);
    change(&app, &user, input.op_id.as_deref(), &record, fields).await.map(Json)
}

/// Patches a form over what stands now.
///
/// # Errors
/// 403, 503.
pub async fn change(
    app: &App,
    user: &User,
    op_id: Option<&str>,
    record: &Record,
    fields: Fields,
) -> Answer<FormDraftView> {
    let base: BTreeMap<String, OpId> =
        fields.keys().filter_map(|k| Some((k.clone(), record.rev(k)?.op))).collect();
    let body = OpBody::Patch { base, fields };
    done(&apply(app, user, op_id, record.id, body, Some(record)).await?.0)?;
    Ok(view(user, &readable_form(app, user, &record.id.to_string()).await?))
}
