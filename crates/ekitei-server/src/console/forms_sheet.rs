//! The section's own Excel sheet becomes a form: its boxes and labels are proposed as questions, and the finished
//! inspection fills that sheet.

use super::apply::wrong;
use super::forms::{make, may_edit};
use super::guard::User;
use super::views::{FaultView, FromSheetView};
use crate::app::{App, Shared};
use crate::blobs;
use crate::fault::{Answer, Refused};
use crate::hex;
use crate::papers::{Place, SheetMap};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Query, State};
use ekitei_model::kinds::{Variant, form, photo};
use ekitei_model::record::Fields;
use ekitei_model::{Fault, RecordId};
use ekitei_report::own_sheet::{Proposal, Question, QuestionKind, Target, propose};
use ekitei_seal::atomic::{Placement, create_dirs, write_atomic_as};
use ekitei_server_db::{BlobRow, NewUpload};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashSet;
use utoipa::IntoParams;
use uuid::Uuid;

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const HOUR_MS: i64 = 3_600_000;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SheetQuery {
    /// Full path of the section that will own the form.
    section: String,
    /// Name of the file, for the title when the sheet has none.
    #[serde(default)]
    name: String,
}

/// A draft from an .xlsx (the body), at most 10 MB.
#[utoipa::path(post, path = "/api/forms/sheet", tag = "forms", params(SheetQuery),
    request_body(content = String, content_type = "application/octet-stream"),
    responses((status = 200, body = FromSheetView), (status = 403, body = FaultView),
        (status = 422, body = FaultView, description = "`sheet-…`: it cannot be read")))]
pub async fn upload(
    State(app): State<Shared>,
    user: User,
    Query(query): Query<SheetQuery>,
    body: Bytes,
) -> Answer<Json<FromSheetView>> {
    if !may_edit(&user, &query.section) {
        return Err(Refused::forbidden("not-allowed"));
    }
    let bytes = body.to_vec();
    let work = tokio::task::spawn_blocking(move || propose(&bytes).map(|proposal| (bytes, proposal)));
    let (bytes, proposal) = work.await.map_err(|e| Refused::unavailable(&e))??;
    let id = RecordId(Uuid::now_v7());
    let (definition, map) = formed(&proposal, &query.name);
    if map.0.is_empty() {
        return Err(Fault::ask("sheet-nothing").into());
    }
    let sha256 = keep_sheet(&app, &user, id, bytes).await?;
    let map = serde_json::to_value(&map).map_err(|_| wrong("sheet"))?;
    let more = Fields::from([
        (form::SHEET.to_owned(), sha256.clone().into()),
        (photo::sha256(Variant::Original), sha256.into()),
        (form::SHEET_MAP.to_owned(), map),
    ]);
    let form = make(&app, &user, id, &query.section, definition, more).await?;
    let mut notices: Vec<String> = proposal.notices.into_iter().map(|n| n.code).collect();
    notices.dedup();
    Ok(Json(FromSheetView { form, notices }))
}

/// Keeps the bytes of a sheet as the original of `record`, as the bytes of a photo are kept. Returns their hash.
///
/// # Errors
/// Disk or database.
pub async fn keep_sheet(app: &App, user: &User, record: RecordId, bytes: Vec<u8>) -> Answer<String> {
    let sha256 = hex::sha256(&bytes);
    let new = NewUpload {
        device: user.caller.device,
        record,
        variant: Variant::Original,
        sha256: sha256.clone(),
        cipher_sha256: sha256.clone(),
        key_id: None,
        length_bytes: bytes.len() as u64,
        expires_ms: app.now_ms() + HOUR_MS,
    };
    let length = bytes.len() as u64;
    let upload = app.storage.upload_create(new, app.now_ms()).await?;
    let upload = app.storage.upload_claim(upload.id).await?;
    let (data, name) = (app.config.data.clone(), sha256.clone());
    let staging = blobs::staging(&data, upload.id);
    let work = tokio::task::spawn_blocking(move || {
        create_dirs(&blobs::staging_folder(&data))?;
        write_atomic_as(&staging, Placement::Private, |file| {
            file.write_all(&bytes).map_err(|e| ekitei_seal::atomic::FileError::new("write", &staging, e))
        })?;
        blobs::adopt(&data, &staging, &name)
    });
    work.await.map_err(|e| Refused::unavailable(&e))?.map_err(|e| Refused::unavailable(&e))?;
    let blob = BlobRow { sha256: sha256.clone(), bytes: length, media_type: XLSX.to_owned() };
    let changed = app.storage.upload_finish(upload.id, upload.fence, &blob, app.now_ms()).await?;
    app.announce(&changed, false);
    Ok(sha256)
}

/// Questions in the order of the sheet, under their headings.
fn formed(proposal: &Proposal, name: &str) -> (Value, SheetMap) {
    let mut map = SheetMap::default();
    let mut items: Vec<Value> = Vec::new();
    let mut open: Option<(String, Vec<Value>)> = None;
    for sheet in &proposal.sheets {
        let mut remarked: HashSet<&str> = HashSet::new();
        for question in &sheet.questions {
            // What is found wrong is asked with the ruling, and stands in its row of the sheet.
            if let Some(ruling) = remark_of(question, &sheet.questions)
                && remarked.insert(ruling)
            {
                let finding = format!("{}_finding", id_of(ruling));
                let place = Place { sheet: sheet.name.clone(), targets: vec![question.target.clone()] };
                map.0.insert(finding, place);
                continue;
            }
            let heading = question.group.clone().unwrap_or_default();
            if open.as_ref().is_none_or(|(h, _)| *h != heading) {
                items.extend(closed(open.take(), items.len()));
                open = Some((heading, Vec::new()));
            }
            let id = id_of(&question.key);
            map.0.insert(
                id.clone(),
                Place { sheet: sheet.name.clone(), targets: vec![question.target.clone()] },
            );
            if let Some((_, inside)) = &mut open {
                inside.push(asked(question, &id));
            }
        }
        items.extend(closed(open.take(), items.len()));
        for table in &sheet.tables {
            let columns = table.columns.iter().map(|column| {
                let id = id_of(&column.key);
                map.0
                    .insert(id.clone(), Place { sheet: sheet.name.clone(), targets: column.targets.clone() });
                json!({"id": id, "type": kind(column.kind), "label": column.label})
            });
            let columns: Vec<Value> = columns.collect();
            let id = id_of(&table.key);
            items.push(json!({"id": id, "type": "repeat", "label": table.label, "appearance": "table", "items": columns}));
        }
    }
    let title = proposal.sheets.iter().find_map(|s| s.title.clone()).filter(|t| !t.trim().is_empty());
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let definition = json!({
        "id": format!("f{}", Uuid::now_v7().simple()), "version": 1,
        "title": title.unwrap_or_else(|| stem.to_owned()), "items": items,
        "report": [{"each": "findings", "text": "${label}:${finding}", "none": ""}],
    });
    (definition, map)
}

/// Words of a column that takes what was found wrong.
const REMARKS: [&str; 7] = ["備考", "摘要", "指摘", "不備", "是正", "改善", "修繕"];

/// The ruling of whose finding the cell speaks.
fn remark_of<'a>(question: &'a Question, all: &[Question]) -> Option<&'a str> {
    let ruling = question.beside.as_deref()?;
    let head = question.label.rsplit(": ").next()?;
    let head: String = head.chars().filter(|c| !c.is_whitespace()).collect();
    all.iter().find(|q| q.key == ruling && is_ruling(q))?;
    let fits = question.kind == QuestionKind::Text && REMARKS.iter().any(|word| head.contains(word));
    fits.then_some(ruling)
}

/// Its words are those of a scale: 否 asks for a finding.
fn is_ruling(question: &Question) -> bool {
    let Target::Choice { options } = &question.target else { return false };
    question.kind == QuestionKind::Ruling && options.iter().any(|o| o.label.contains(['適', '良']))
}

/// A heading with its questions; without a heading they stand alone.
fn closed(open: Option<(String, Vec<Value>)>, at: usize) -> Vec<Value> {
    match open {
        None => Vec::new(),
        Some((heading, inside)) if heading.trim().is_empty() => inside,
        Some((heading, inside)) => {
            let rulings = inside.iter().all(|i| i["type"] == "ruling");
            let kind = if rulings { "matrix" } else { "group" };
            vec![json!({"id": format!("part_{at}"), "type": kind, "label": heading, "items": inside})]
        }
    }
}

fn id_of(key: &str) -> String {
    key.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
}

fn kind(of: QuestionKind) -> &'static str {
    match of {
        QuestionKind::Text | QuestionKind::LongText => "text",
        QuestionKind::Number => "decimal",
        QuestionKind::Date => "date",
        QuestionKind::Ruling => "ruling",
        QuestionKind::SelectOne => "select_one",
        QuestionKind::SelectMany => "select_many",
        QuestionKind::Acknowledge => "acknowledge",
        QuestionKind::Photo => "photo",
    }
}

fn asked(question: &Question, id: &str) -> Value {
    let mut item = json!({"id": id, "type": kind(question.kind), "label": question.label});
    let options: Vec<&str> = match &question.target {
        Target::Choice { options } => options.iter().map(|o| o.label.as_str()).collect(),
        _ => Vec::new(),
    };
    match question.kind {
        QuestionKind::LongText => item["appearance"] = "multiline".into(),
        QuestionKind::Photo => item["max_count"] = 12.into(),
        QuestionKind::Ruling if is_ruling(question) => {
            if options.iter().any(|o| o.contains('良')) {
                item["scale"] = "good".into();
            }
            item["fail_needs_finding"] = true.into();
        }
        QuestionKind::Ruling | QuestionKind::SelectOne | QuestionKind::SelectMany => {
            if question.kind == QuestionKind::Ruling {
                item["type"] = "select_one".into();
            }
            let choice = |(n, label): (usize, &&str)| json!({"value": format!("c{}", n + 1), "label": label});
            item["choices"] = options.iter().enumerate().map(choice).collect();
        }
        _ => {}
    }
    if let Some(unit) = &question.unit {
        item["unit"] = unit.as_str().into();
    }
    item
}
