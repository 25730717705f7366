//! Changing and deleting any record that the person may read, and settling conflicts.

use super::apply::{Cases, apply, base, fields, readable};
use super::convert::{self, conflict_view};
use super::guard::{Input, User};
use super::names::Names;
use super::views::{Choice, ConflictView, Edit, FaultView, OutcomeView, Resolve};
use crate::app::Shared;
use crate::fault::{Answer, Refused};
use axum::Json;
use axum::extract::{Path, State};
use ekitei_model::OpBody;
use ekitei_model::kinds::{self, conflict};
use ekitei_model::record::Fields;
use std::collections::BTreeMap;

/// Change fields of a case, visit, note or photo. A field that somebody else changed meanwhile becomes a conflict.
#[utoipa::path(patch, path = "/api/records/{id}", tag = "records", request_body = Edit,
    params(("id" = String, Path, description = "The record")),
    responses((status = 200, body = OutcomeView), (status = 403, body = FaultView), (status = 404, body = FaultView)))]
pub async fn edit(
    State(app): State<Shared>,
    user: User,
    Path(id): Path<String>,
    Input(input): Input<Edit>,
) -> Answer<Json<OutcomeView>> {
    let target = readable(&app, &user, &id).await?;
    let body = OpBody::Patch { base: base(input.base)?, fields: fields(input.fields) };
    apply(&app, &user, input.op_id.as_deref(), target.id, body, Some(&target)).await
}

/// Delete a visit, note or photo. Filed files stay in the shared folder.
#[utoipa::path(delete, path = "/api/records/{id}", tag = "records",
    params(("id" = String, Path, description = "The record")),
    responses((status = 200, body = OutcomeView), (status = 403, body = FaultView), (status = 404, body = FaultView)))]
pub async fn delete(
    State(app): State<Shared>,
    user: User,
    Path(id): Path<String>,
) -> Answer<Json<OutcomeView>> {
    let target = readable(&app, &user, &id).await?;
    if target.kind == kinds::CASE {
        return Err(Refused::forbidden("case-close-instead"));
    }
    apply(&app, &user, None, target.id, OpBody::Delete, Some(&target)).await
}

/// Conflicts that nobody has settled, oldest first.
#[utoipa::path(get, path = "/api/conflicts", tag = "records", responses((status = 200, body = Vec<ConflictView>)))]
pub async fn conflicts(State(app): State<Shared>, user: User) -> Answer<Json<Vec<ConflictView>>> {
    let (names, mut cases) = (Names::new(&*app.storage), Cases::new(&app, &user));
    let mut out = Vec::new();
    for row in app.storage.conflicts(&user.caller).await? {
        let (of, parent) = (convert::record(&row.conflict)?, convert::record(&row.parent)?);
        let of_case = cases.of(&of).await?;
        let mut view = conflict_view(&of, &parent, of_case, &names).await?;
        if view.restricted {
            view.title.clear();
        }
        out.push(view);
    }
    Ok(Json(out))
}

/// Settle a conflict: `mine` = the value that came second, `theirs` = the one that stands, or both. The first
/// settlement wins.
#[utoipa::path(post, path = "/api/conflicts/{id}", tag = "records", request_body = Resolve,
    params(("id" = String, Path, description = "The conflict record")),
    responses((status = 200, body = OutcomeView), (status = 404, body = FaultView)))]
pub async fn resolve(
    State(app): State<Shared>,
    user: User,
    Path(id): Path<String>,
    Input(input): Input<Resolve>,
) -> Answer<Json<OutcomeView>> {
    let target = readable(&app, &user, &id).await?;
    if target.kind != kinds::CONFLICT {
        return Err(Refused::not_found());
    }
    let choice = match input.choice {
        Choice::Mine => "mine",
        Choice::Theirs => "theirs",
        Choice::Both => "both",
    };
    let rev = target.rev(conflict::RESOLUTION).map(|r| (conflict::RESOLUTION.to_owned(), r.op));
    let base: BTreeMap<_, _> = rev.into_iter().collect();
    let fields = Fields::from([(conflict::RESOLUTION.to_owned(), choice.into())]);
    let body = OpBody::Patch { base, fields };
    apply(&app, &user, input.op_id.as_deref(), target.id, body, Some(&target)).await
}
