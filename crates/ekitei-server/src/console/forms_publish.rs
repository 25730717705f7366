//! Publishing forms to sections, withdrawing and copying them.

use super::apply::{apply, wrong};
use super::convert;
use super::forms::{change, done, editable_form, make, problems_of, readable_form, version_of};
use super::forms_sheet::keep_sheet;
use super::guard::{Input, User};
use super::views::{CopyForm, FaultView, FormDraftView, PublishForm};
use crate::app::{App, Shared};
use crate::fault::{Answer, Refused};
use axum::Json;
use axum::extract::{Path, State};
use ekitei_model::kinds::{self, Variant, form, form_version, photo};
use ekitei_model::record::Fields;
use ekitei_model::{OpBody, Record, RecordId, Scope, inspection};
use serde_json::Value;
use std::collections::BTreeSet;
use uuid::Uuid;

const MAX_TARGETS: usize = 100;
const MAX_VERSIONS: u32 = 10_000;

/// Publish the draft as the next version. Inspections that were begun keep the version they began with.
#[utoipa::path(post, path = "/api/forms/{id}/publish", tag = "forms", request_body = PublishForm,
    params(("id" = String, Path, description = "The form")),
    responses((status = 200, body = FormDraftView),
        (status = 403, body = FaultView, description = "`not-allowed`: a section that one does not lead"),
        (status = 422, body = FaultView, description = "The first problem of the definition")))]
pub async fn publish(
    State(app): State<Shared>,
    user: User,
    Path(id): Path<String>,
    Input(input): Input<PublishForm>,
) -> Answer<Json<FormDraftView>> {
    let record = editable_form(&app, &user, &id).await?;
    let mut definition = record.fields.get(form::DEFINITION).cloned().unwrap_or_default();
    let version = version_of(&record) + 1;
    definition["version"] = version.into();
    if let Some(first) = problems_of(&definition).into_iter().next() {
        let fault = first.params.iter().fold(ekitei_model::Fault::ask(&first.code), |f, (k, v)| f.with(k, v));
        return Err(fault.into());
    }
    let scopes: BTreeSet<Scope> = input.targets.iter().map(|t| scope(t)).collect();
    if scopes.is_empty() || scopes.len() > MAX_TARGETS {
        return Err(wrong("targets"));
    }
    let today = &user.caller.today;
    let may = |s: &Scope| match s {
        Scope::Section(path) => inspection::may_publish(Some(path), &user.staff, today),
        _ => inspection::may_publish(None, &user.staff, today),
    };
    if !scopes.iter().all(may) {
        return Err(Refused::forbidden("not-allowed"));
    }
    let at = app.clock.stamp().to_string();
    let sheet = record.text(form::SHEET).to_owned();
    for scope in &scopes {
        let target = kinds::form_version_id(record.id, version, scope);
        let mut fields = Fields::from([
            (form_version::FORM.to_owned(), record.id.to_string().into()),
            (form_version::VERSION.to_owned(), version.into()),
            (form_version::TITLE.to_owned(), record.text(form::TITLE).into()),
            (form_version::DEFINITION.to_owned(), definition.clone()),
            (form_version::PUBLISHED_AT.to_owned(), at.clone().into()),
        ]);
        if !sheet.is_empty() {
            fields.insert(form::SHEET.to_owned(), sheet.clone().into());
            fields.insert(photo::sha256(Variant::Original), sheet.clone().into());
            fields.insert(
                form::SHEET_MAP.to_owned(),
                record.fields.get(form::SHEET_MAP).cloned().unwrap_or_default(),
            );
            let bytes = tokio::fs::read(app.blob_path(&sheet)).await.map_err(|e| Refused::unavailable(&e))?;
            keep_sheet(&app, &user, target, bytes).await?;
        }
        let kind = kinds::FORM_VERSION.to_owned();
        let body = OpBody::Create { kind, scope: scope.clone(), parent: None, fields };
        done(&apply(&app, &user, None, target, body, None).await?.0)?;
    }
    let before = withdraw_versions(&app, &user, &record, |v| {
        v.fields.get(form_version::VERSION).and_then(Value::as_u64).is_some_and(|n| n < version)
    });
    before.await?;
    let texts: Vec<String> = scopes.iter().map(ToString::to_string).collect();
    let fields = Fields::from([
        (form::STATE.to_owned(), "published".into()),
        (form::VERSION.to_owned(), version.into()),
        (form::TARGETS.to_owned(), texts.into()),
    ]);
    change(&app, &user, None, &record, fields).await.map(Json)
}

fn scope(target: &str) -> Scope {
    if target == "*" { Scope::All } else { Scope::Section(target.to_owned()) }
}

/// Takes back those versions of a form that fit, wherever they were published.
async fn withdraw_versions(
    app: &App,
    user: &User,
    of: &Record,
    fits: impl Fn(&Record) -> bool,
) -> Answer<()> {
    let at = app.clock.stamp().to_string();
    for text in app.storage.scan_kind(kinds::FORM_VERSION, None, MAX_VERSIONS).await? {
        let version = convert::record(&text)?;
        let standing = version.text(form_version::WITHDRAWN_AT).is_empty();
        if version.text(form_version::FORM) != of.id.to_string() || !standing || !fits(&version) {
            continue;
        }
        let fields = Fields::from([(form_version::WITHDRAWN_AT.to_owned(), at.clone().into())]);
        let body = OpBody::Patch { base: std::collections::BTreeMap::new(), fields };
        done(&apply(app, user, None, version.id, body, Some(&version)).await?.0)?;
    }
    Ok(())
}

/// Not offered for new inspections any more.
#[utoipa::path(post, path = "/api/forms/{id}/withdraw", tag = "forms",
    params(("id" = String, Path, description = "The form")),
    responses((status = 200, body = FormDraftView), (status = 403, body = FaultView)))]
pub async fn withdraw(
    State(app): State<Shared>,
    user: User,
    Path(id): Path<String>,
) -> Answer<Json<FormDraftView>> {
    let record = editable_form(&app, &user, &id).await?;
    withdraw_versions(&app, &user, &record, |_| true).await?;
    let fields = Fields::from([(form::STATE.to_owned(), "withdrawn".into())]);
    change(&app, &user, None, &record, fields).await.map(Json)
}

/// A new draft with the same pieces, for a section that one leads.
#[utoipa::path(post, path = "/api/forms/{id}/copy", tag = "forms", request_body = CopyForm,
    params(("id" = String, Path, description = "The form")),
    responses((status = 200, body = FormDraftView), (status = 403, body = FaultView)))]
pub async fn copy(
    State(app): State<Shared>,
    user: User,
    Path(id): Path<String>,
    Input(input): Input<CopyForm>,
) -> Answer<Json<FormDraftView>> {
    let record = readable_form(&app, &user, &id).await?;
    let definition = record.fields.get(form::DEFINITION).cloned().unwrap_or_default();
    let new = RecordId(Uuid::now_v7());
    let mut more = Fields::new();
    let sheet = record.text(form::SHEET).to_owned();
    if !sheet.is_empty() {
        let bytes = tokio::fs::read(app.blob_path(&sheet)).await.map_err(|e| Refused::unavailable(&e))?;
        keep_sheet(&app, &user, new, bytes).await?;
        for field in [form::SHEET.to_owned(), form::SHEET_MAP.to_owned(), photo::sha256(Variant::Original)] {
            more.insert(field.clone(), record.fields.get(&field).cloned().unwrap_or_default());
        }
    }
    make(&app, &user, new, &input.section, definition, more).await.map(Json)
}
