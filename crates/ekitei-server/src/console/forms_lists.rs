//! Long lists that a form selects from: a CSV comes in, its rows become records beside the form, and publishing puts
//! them where the phones of each section fetch them.

use super::apply::{apply, wrong};
use super::forms::{change, done, editable_form, readable_form, section_of};
use super::guard::User;
use super::views::{FaultView, FormDraftView, ListRowsView};
use crate::app::{App, Shared};
use crate::fault::{Answer, Refused};
use crate::lists::{self, Piece};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use ekitei_forms::list::ListDef;
use ekitei_model::kinds::{self, form, form_list};
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
        // The rows are read: the file is not held beside them.
        drop(body);
        let pieces = lists::detach(&mut def, &list, form, &of)?;
        Ok::<_, ekitei_model::Fault>((def, pieces))
    });
    let (def, pieces) = work.await.map_err(|e| Refused::unavailable(&e))??;
    for piece in pieces.into_iter().flatten() {
        write(&app, &user, &scope, piece).await?;
    }
    let mut definition = record.fields.get(form::DEFINITION).cloned().unwrap_or_else(|| json!({}));
    let lists = definition.as_object_mut().ok_or_else(|| wrong("definition"))?;
    let lists = lists.entry("lists").or_insert_with(|| json!({}));
    let lists = lists.as_object_mut().ok_or_else(|| wrong("definition"))?;
    lists.insert(name, serde_json::to_value(&def).map_err(|_| wrong("list"))?);
    let fields = Fields::from([(form::DEFINITION.to_owned(), definition)]);
    change(&app, &user, None, &record, fields).await.map(Json)
}

/// Rows that a look at a list shows.
const SHOWN_ROWS: usize = 5;

/// The columns and first rows of a list of the draft, and how many rows it has.
#[utoipa::path(get, path = "/api/forms/{id}/lists/{name}", tag = "forms",
    params(("id" = String, Path, description = "The form"), ("name" = String, Path, description = "The list")),
    responses((status = 200, body = ListRowsView), (status = 404, body = FaultView)))]
pub async fn rows(
    State(app): State<Shared>,
    user: User,
    Path((id, name)): Path<(String, String)>,
) -> Answer<Json<ListRowsView>> {
    let record = readable_form(&app, &user, &id).await?;
    let list = record.fields.get(form::DEFINITION).and_then(|d| d.get("lists")?.get(&name));
    let list = list.ok_or_else(Refused::not_found)?;
    let mut list: ListDef = serde_json::from_value(list.clone()).map_err(|_| wrong("list"))?;
    let count = list.pieces.as_ref().map_or(list.rows.len(), |p| p.rows as usize);
    if list.waits()
        && let Some(first) = list.piece_ids(record.id, &record.scope).first()
        && let Some(piece) = app.storage.office_record(*first).await?
    {
        list.take_piece(&piece);
    }
    let columns = list.columns.len();
    let row = |row: usize| (0..columns).map(|column| list.rows.cell(row, column).to_owned()).collect();
    let rows = (0..list.rows.len().min(SHOWN_ROWS)).map(row).collect();
    Ok(Json(ListRowsView { rows, count: count as u64, columns: list.columns }))
}

/// A piece that is not there yet, or not any more.
async fn write(app: &App, user: &User, scope: &Scope, (id, fields): Piece) -> Answer<()> {
    if app.storage.office_record(id).await?.is_some_and(|p| !p.deleted) {
        return Ok(());
    }
    let kind = kinds::FORM_LIST.to_owned();
    let body = OpBody::Create { kind, scope: scope.clone(), parent: None, fields };
    done(&apply(app, user, None, id, body, None).await?.0)
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
    carry(app, user, (record.id, &record.scope), definition, (record.id, scope)).await
}

/// Puts the pieces of `definition`'s lists, which lie with one form in one scope, beside another.
///
/// # Errors
/// 422 `form-list-gone`: a piece is missing; 403, 503.
pub async fn carry(
    app: &App,
    user: &User,
    from: (RecordId, &Scope),
    definition: &Value,
    to: (RecordId, &Scope),
) -> Answer<()> {
    let lists = definition.get("lists").and_then(Value::as_object);
    for list in lists.into_iter().flat_map(|lists| lists.values()) {
        let pieces = serde_json::from_value(list["pieces"].clone()).ok();
        let list = ListDef { pieces, ..ListDef::default() };
        for (id, target) in list.piece_ids(from.0, from.1).into_iter().zip(list.piece_ids(to.0, to.1)) {
            let gone = || ekitei_model::Fault::ask("form-list-gone");
            let piece = app.storage.office_record(id).await?.filter(|p| !p.deleted).ok_or_else(gone)?;
            if target != id {
                let mut fields = piece.fields;
                fields.insert(form_list::FORM.to_owned(), to.0.to_string().into());
                write(app, user, to.1, (target, fields)).await?;
            }
        }
    }
    Ok(())
}
