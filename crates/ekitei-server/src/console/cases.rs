//! Cases: list, make, one with its timeline; visits and notes made at the desk.

use super::apply::{apply, fields, id_or_new, readable, wrong};
use super::convert::{self, case_view, conflict_view, note_view, photo_view, veil, visit_view};
use super::guard::{Input, User};
use super::names::Names;
use super::views::{CaseView, FaultView, NewRecord, OutcomeView, PhotoCount, TimelineView};
use crate::app::{App, Shared};
use crate::fault::{Answer, Refused};
use axum::Json;
use axum::extract::{Path, Query, State};
use ekitei_model::kinds::{self, case, note};
use ekitei_model::{OpBody, RecordId, Scope};
use ekitei_server_db::{CaseFilter, CaseRow};
use serde::Deserialize;
use utoipa::IntoParams;

const MAX_CASES: u32 = 500;
const DEFAULT_PART: u32 = 200;
const MAX_PART: u32 = 5_000;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CaseQuery {
    /// Part of number, name or place.
    q: Option<String>,
    /// `open` | `closed`
    state: Option<String>,
    /// Only cases of this person; `me` = the signed-in one.
    assignee: Option<String>,
}

/// Cases that the person may read, last changed first, at most 500.
#[utoipa::path(get, path = "/api/cases", tag = "cases", params(CaseQuery), responses(
    (status = 200, body = Vec<CaseView>), (status = 401, body = FaultView),
))]
pub async fn list(
    State(app): State<Shared>,
    user: User,
    Query(query): Query<CaseQuery>,
) -> Answer<Json<Vec<CaseView>>> {
    let given = |t: Option<String>| t.filter(|t| !t.trim().is_empty());
    let assignee =
        given(query.assignee).map(|a| if a == "me" { user.staff.id.clone() } else { a.as_str().into() });
    let filter = CaseFilter { text: given(query.q), state: given(query.state), assignee };
    let names = Names::new(&*app.storage);
    let mut out = Vec::new();
    for row in app.storage.cases(&user.caller, &filter, MAX_CASES).await? {
        let record = convert::record(&row.record)?;
        let mut view = veil(case_view(&record, &names, &user.staff, &user.caller.today).await?);
        counted(&mut view, &row);
        out.push(view);
    }
    Ok(Json(out))
}

/// Make a case. `number` and `section` must be given.
#[utoipa::path(post, path = "/api/cases", tag = "cases", request_body = NewRecord, responses(
    (status = 200, body = OutcomeView),
    (status = 403, body = FaultView, description = "`not-allowed`: not a member of the section"),
    (status = 409, body = FaultView, description = "`case-number-taken`"),
))]
pub async fn create(
    State(app): State<Shared>,
    user: User,
    Input(input): Input<NewRecord>,
) -> Answer<Json<OutcomeView>> {
    let id: RecordId = id_or_new(input.id.as_deref())?;
    let mut new = fields(input.fields);
    let number = new.get(case::NUMBER).and_then(|v| v.as_str()).map(str::trim).unwrap_or("").to_owned();
    if number.is_empty() {
        return Err(wrong(case::NUMBER));
    }
    refuse_taken(&app, &user, &number, id).await?;
    new.entry(case::STATE.to_owned()).or_insert("open".into());
    let body =
        OpBody::Create { kind: kinds::CASE.to_owned(), scope: Scope::Case(id), parent: None, fields: new };
    apply(&app, &user, input.op_id.as_deref(), id, body, None).await
}

/// Two cases of one number would share a folder.
async fn refuse_taken(app: &App, user: &User, number: &str, id: RecordId) -> Answer<()> {
    let filter = CaseFilter { text: Some(number.to_owned()), ..CaseFilter::default() };
    for row in app.storage.cases(&user.caller, &filter, MAX_CASES).await? {
        let found = convert::record(&row.record)?;
        if found.text(case::NUMBER) == number && found.id != id {
            return Err(Refused::conflict("case-number-taken").with("number", number));
        }
    }
    Ok(())
}

/// Plan a visit.
#[utoipa::path(post, path = "/api/cases/{id}/visits", tag = "cases", request_body = NewRecord,
    params(("id" = String, Path, description = "The case")),
    responses((status = 200, body = OutcomeView), (status = 404, body = FaultView)))]
pub async fn create_visit(
    State(app): State<Shared>,
    user: User,
    Path(id): Path<String>,
    Input(input): Input<NewRecord>,
) -> Answer<Json<OutcomeView>> {
    create_in(&app, &user, &id, kinds::VISIT, input).await
}

/// Write a note at the desk.
#[utoipa::path(post, path = "/api/cases/{id}/notes", tag = "cases", request_body = NewRecord,
    params(("id" = String, Path, description = "The case")),
    responses((status = 200, body = OutcomeView), (status = 404, body = FaultView)))]
pub async fn create_note(
    State(app): State<Shared>,
    user: User,
    Path(id): Path<String>,
    Input(mut input): Input<NewRecord>,
) -> Answer<Json<OutcomeView>> {
    let now = app.clock.stamp().to_string();
    input.fields.entry(note::WRITTEN_AT).or_insert(now.into());
    create_in(&app, &user, &id, kinds::NOTE, input).await
}

async fn create_in(
    app: &App,
    user: &User,
    case: &str,
    kind: &str,
    input: NewRecord,
) -> Answer<Json<OutcomeView>> {
    let case = readable(app, user, case).await?;
    let id: RecordId = id_or_new(input.id.as_deref())?;
    let body = OpBody::Create {
        kind: kind.to_owned(),
        scope: case.scope.clone(),
        parent: Some(case.id),
        fields: fields(input.fields),
    };
    apply(app, user, input.op_id.as_deref(), id, body, None).await
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PartQuery {
    /// At most so many notes and photos, 200 if absent, 5,000 at most.
    limit: Option<u32>,
    /// `older` of the part before: what comes after it.
    before: Option<u64>,
}

/// A case with its newest notes and photos; counts, visits and conflicts are of the whole case.
#[utoipa::path(get, path = "/api/cases/{id}", tag = "cases",
    params(("id" = String, Path, description = "The case"), PartQuery),
    responses((status = 200, body = TimelineView), (status = 404, body = FaultView)))]
pub async fn timeline(
    State(app): State<Shared>,
    user: User,
    Path(id): Path<String>,
    Query(query): Query<PartQuery>,
) -> Answer<Json<TimelineView>> {
    let id: RecordId = id.parse().map_err(|_| Refused::not_found())?;
    let limit = query.limit.unwrap_or(DEFAULT_PART).clamp(1, MAX_PART);
    let part = app.storage.timeline(&user.caller, id, query.before, limit).await?;
    let names = Names::new(&*app.storage);
    let case = convert::record(&part.case.record)?;
    let mut view = case_view(&case, &names, &user.staff, &user.caller.today).await?;
    counted(&mut view, &part.case);
    let (visits, notes, photos, conflicts) = Default::default();
    let mut out = TimelineView { case: view, visits, notes, photos, conflicts, older: part.older };
    for row in part.visits.iter().chain(part.records.iter().rev()) {
        let record = convert::record(row)?;
        match record.kind.as_str() {
            kinds::VISIT => out.visits.push(visit_view(&record, &names).await?),
            kinds::NOTE => out.notes.push(note_view(&record, &names).await?),
            kinds::PHOTO => out.photos.push(photo_view(&record, &names).await?),
            _ => {}
        }
    }
    for row in &part.conflicts {
        let (of, parent) = (convert::record(&row.conflict)?, convert::record(&row.parent)?);
        out.conflicts.push(conflict_view(&of, &parent, Some(&case), &names).await?);
    }
    Ok(Json(out))
}

fn counted(view: &mut CaseView, row: &CaseRow) {
    view.notes = row.notes;
    view.photos = PhotoCount { total: row.photos, arrived: row.photos_arrived };
    view.conflicts = row.open_conflicts;
    view.changed_ms = row.changed_ms;
}
