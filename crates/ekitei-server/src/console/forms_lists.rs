//! Long lists that a form selects from: a CSV comes in, its rows become records beside the form, and publishing puts
//! them where the phones of each section fetch them.

use super::apply::{apply, wrong};
use super::forms::{change, done, editable_form, section_of};
use super::guard::User;
use super::views::{FaultView, FormDraftView};
use crate::app::{App, Shared};
use crate::fault::{Answer, Refused};
use crate::lists::{self, Piece};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use ekitei_forms::list_pieces::wanted;
use ekitei_model::kinds::{self, form, form_list, form_list_id, form_version};
use ekitei_model::record::Fields;
use ekitei_model::{OpBody, Record, RecordId, Scope};
use serde_json::{Value, json};

/// Replaces a list of the draft by the rows of a CSV (the body), at most 30 MB; its first line names the columns.
#[utoipa::path(put, path = "/api/forms/{id}/lists/{name}", tag = "forms",
    params(("id" = String, Path, description = "The form"), ("name" = String, Path, description = "The list")),
    request_body(content = String, content_type = "text/csv"),
    responses((status = 200, body = FormDraftView), (status = 403, body = FaultView),
        (status = 422, body = FaultView, description = "`form-list-…`: the rows cannot be a list")))]
pub async fn replace(
    State(app): State<Shared>,
    user: User,
    Path((id, name)): Path<(String, String)>,
    body: Bytes,
) -> Answer<Json<FormDraftView>> {
    let record = editable_form(&app, &user, &id).await?;
    let scope = Scope::Section(section_of(&record));
    let (form, of, list) = (record.id, scope.clone(), name.clone());
    let work = tokio::task::spawn_blocking(move || {
        let mut def = lists::from_csv(&list, &body)?;
        let pieces = lists::detach(&mut def, &list, form, &of)?;
        Ok::<_, ekitei_model::Fault>((def, pieces))
    });
    let (def, pieces) = work.await.map_err(|e| Refused::unavailable(&e))??;
    write(&app, &user, &scope, pieces).await?;
    let mut definition = record.fields.get(form::DEFINITION).cloned().unwrap_or_else(|| json!({}));
    let lists = definition.as_object_mut().ok_or_else(|| wrong("definition"))?;
    let lists = lists.entry("lists").or_insert_with(|| json!({}));
    let lists = lists.as_object_mut().ok_or_else(|| wrong("definition"))?;
    lists.insert(name, serde_json::to_value(&def).map_err(|_| wrong("list"))?);
    let fields = Fields::from([(form::DEFINITION.to_owned(), definition)]);
    change(&app, &user, None, &record, fields).await.map(Json)
}

/// Those pieces that are not there yet.
async fn write(app: &App, user: &User, scope: &Scope, pieces: Vec<Piece>) -> Answer<()> {
    for (id, fields) in pieces {
        if app.storage.office_record(id).await?.is_some() {
            continue;
        }
        let kind = kinds::FORM_LIST.to_owned();
        let body = OpBody::Create { kind, scope: scope.clone(), parent: None, fields };
        done(&apply(app, user, None, id, body, None).await?.0)?;
    }
    Ok(())
}

/// Puts the pieces of `definition`'s lists into `scope`, from the section that owns the form.
///
/// # Errors
/// 422 `form-list-gone`: a piece is missing; 403, 503.
pub async fn publish(
    app: &App,
    user: &User,
    record: &Record,
    definition: &Value,
    scope: &Scope,
) -> Answer<()> {
    // As the versions of the owning section would name them.
    let mut owner = record.clone();
    owner.fields = Fields::from([
        (form_version::FORM.to_owned(), record.id.to_string().into()),
        (form_version::DEFINITION.to_owned(), definition.clone()),
    ]);
    for id in wanted(&owner) {
        let gone = || ekitei_model::Fault::ask("form-list-gone");
        let piece = app.storage.office_record(id).await?.filter(|p| !p.deleted).ok_or_else(gone)?;
        let target = target_of(&piece, record.id, scope).ok_or_else(gone)?;
        if target != id {
            write(app, user, scope, vec![(target, piece.fields)]).await?;
        }
    }
    Ok(())
}

fn target_of(piece: &Record, form: RecordId, scope: &Scope) -> Option<RecordId> {
    let number = u32::try_from(piece.fields.get(form_list::NUMBER)?.as_u64()?).ok()?;
    Some(form_list_id(form, scope, piece.text(form_list::DIGEST), number))
}
