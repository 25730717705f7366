//! Publishing forms to sections, withdrawing and copying them.

use super::apply::{apply, wrong};
use super::convert;
use super::forms::{change, done, editable_form, make, problems_of, readable_form, version_of};
use super::forms_lists;
use super::forms_sheet::keep_sheet;
use super::guard::{Input, User};
use super::views::{CopyForm, FaultView, FormDraftView, PublishForm};
use crate::app::{App, Shared};
use crate::fault::{Answer, Refused};
use axum::Json;
use axum::extract::{Path, State};
use ekitei_model::kinds::{self, Variant, form, form_version, photo};
use ekitei_model::record::Fields;
use ekitei_model::text::{Language, text};
use ekitei_model::{OpBody, Record, RecordId, Scope, inspection};
use std::collections::BTreeSet;
use uuid::Uuid;

const MAX_TARGETS: usize = 100;
const MAX_VERSIONS: u32 = 10_000;

/// Publish the draft as the next version. Inspections that were begun keep the version they began with.
#[utoipa::path(post, path = "/api/forms/{id}/publish", tag = "forms", request_body = PublishForm,
    params(("id" = String, Path, description = "The form")),
    responses((status = 200, body = FormDraftView),
        (status = 403, body = FaultView, description = "`form-section-not-yours`: sections that one does not lead"),
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
    let may = |s: &Scope| may_publish(&user, s, today);
    not_yours(scopes.iter().filter(|s| !may(s)))?;
    // A version that stays offered where nobody may take it back would stand beside the new one.
    let standing = standing_versions(&app, &record).await?;
    not_yours(standing.iter().map(|v| &v.scope).filter(|s| !may(s)))?;
    let at = app.clock.stamp().to_string();
    let sheet = record.text(form::SHEET).to_owned();
    for scope in &scopes {
        // First what the version needs, so that no phone sees it without its lists.
        forms_lists::publish(&app, &user, &record, &definition, scope).await?;
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
    withdraw_versions(&app, &user, &standing).await?;
    let texts: Vec<String> = scopes.iter().map(ToString::to_string).collect();
    let fields = Fields::from([
        (form::STATE.to_owned(), "published".into()),
        (form::VERSION.to_owned(), version.into()),
        (form::TARGETS.to_owned(), texts.into()),
    ]);
    change(&app, &user, None, &record, fields).await.map(Json)
}

fn may_publish(user: &User, scope: &Scope, today: &str) -> bool {
    match scope {
        Scope::Section(path) => inspection::may_publish(Some(path), &user.staff, today),
        _ => inspection::may_publish(None, &user.staff, today),
    }
}

fn scope(target: &str) -> Scope {
    if target == "*" { Scope::All } else { Scope::Section(target.to_owned()) }
}

/// # Errors
/// 403: sections in which the person may publish nothing, with their names.
fn not_yours<'a>(scopes: impl Iterator<Item = &'a Scope>) -> Answer<()> {
    let name = |scope: &Scope| match scope {
        Scope::Section(path) => path.rsplit('/').next().unwrap_or(path).to_owned(),
        _ => text(Language::Japanese, "forms.targets.all", []),
    };
    let names: BTreeSet<String> = scopes.map(name).collect();
    if names.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = names.into_iter().collect();
    Err(Refused::forbidden("form-section-not-yours").with("sections", names.join("、")))
}

/// All published versions of a form, wherever they went.
///
/// # Errors
/// The database did not answer.
pub async fn versions_of(app: &App, of: &Record) -> Answer<Vec<Record>> {
    let id = of.id.to_string();
    let mut out = Vec::new();
    for found in app.storage.scan_kind(kinds::FORM_VERSION, None, MAX_VERSIONS).await? {
        let version = convert::record(&found)?;
        if version.text(form_version::FORM) == id {
            out.push(version);
        }
    }
    Ok(out)
}

async fn standing_versions(app: &App, of: &Record) -> Answer<Vec<Record>> {
    let mut all = versions_of(app, of).await?;
    all.retain(|v| v.text(form_version::WITHDRAWN_AT).is_empty());
    Ok(all)
}

/// Takes versions back: they are not offered for new inspections.
async fn withdraw_versions(app: &App, user: &User, versions: &[Record]) -> Answer<()> {
    let at = app.clock.stamp().to_string();
    for version in versions {
        let fields = Fields::from([(form_version::WITHDRAWN_AT.to_owned(), at.clone().into())]);
        let base = fields.keys().filter_map(|k| Some((k.clone(), version.rev(k)?.op))).collect();
        let body = OpBody::Patch { base, fields };
        done(&apply(app, user, None, version.id, body, Some(version)).await?.0)?;
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
    let standing = standing_versions(&app, &record).await?;
    let today = &user.caller.today;
    not_yours(standing.iter().map(|v| &v.scope).filter(|s| !may_publish(&user, s, today)))?;
    withdraw_versions(&app, &user, &standing).await?;
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
    let mut definition = record.fields.get(form::DEFINITION).cloned().unwrap_or_default();
    let new = RecordId(Uuid::now_v7());
    // A form of its own: another name, and its own count of versions.
    let title = text(Language::Japanese, "forms.copy-of", [("title", record.text(form::TITLE))]);
    definition["id"] = format!("f{}", new.0.simple()).into();
    definition["version"] = 1.into();
    definition["title"] = title.into();
    let mut more = Fields::new();
    let sheet = record.text(form::SHEET).to_owned();
    if !sheet.is_empty() {
        let bytes = tokio::fs::read(app.blob_path(&sheet)).await.map_err(|e| Refused::unavailable(&e))?;
        keep_sheet(&app, &user, new, bytes).await?;
        for field in [form::SHEET.to_owned(), form::SHEET_MAP.to_owned(), photo::sha256(Variant::Original)] {
            more.insert(field.clone(), record.fields.get(&field).cloned().unwrap_or_default());
        }
    }
    let lists = definition.clone();
    let made = make(&app, &user, new, &input.section, definition, more).await?;
    let to = Scope::Section(input.section);
    forms_lists::carry(&app, &user, (record.id, &record.scope), &lists, (new, &to)).await?;
    Ok(Json(made))
}
