//! What is decided about an inspection: accept, return with a reason, accept or reject an amendment, who goes on with it.

use super::apply::{apply, readable, wrong};
use super::guard::{Input, User};
use super::views::{AmendmentDecision, Decide, Decision, FaultView, HandOver, OutcomeView};
use crate::app::{App, Shared};
use crate::fault::{Answer, Refused};
use axum::Json;
use axum::extract::{Path, State};
use ekitei_model::inspection as rule;
use ekitei_model::kinds::{self, amendment, inspection};
use ekitei_model::record::Fields;
use ekitei_model::{OpBody, Record, StaffId, rules};

const MAX_REASON_CHARS: usize = 2_000;

/// Accept an inspection, or return it with a reason. The head of the section that owns the case.
#[utoipa::path(post, path = "/api/inspections/{id}/decision", tag = "inspections", request_body = Decide,
    params(("id" = String, Path, description = "The inspection")),
    responses(
        (status = 200, body = OutcomeView),
        (status = 403, body = FaultView, description = "`not-allowed`: not the head; `inspection-state`: it does not wait"),
        (status = 404, body = FaultView),
    ))]
pub async fn decide(
    State(app): State<Shared>,
    user: User,
    Path(id): Path<String>,
    Input(input): Input<Decide>,
) -> Answer<Json<OutcomeView>> {
    let target = readable(&app, &user, &id).await?;
    if target.kind != kinds::INSPECTION {
        return Err(Refused::not_found());
    }
    let now = app.clock.stamp().to_string();
    let reason = input.reason.unwrap_or_default().trim().to_owned();
    let fields = match input.decision {
        Decision::Accept => Fields::from([
            (inspection::STATE.to_owned(), "accepted".into()),
            (inspection::ACCEPTED_AT.to_owned(), now.into()),
            (inspection::ACCEPTED_BY.to_owned(), user.staff.id.to_string().into()),
        ]),
        Decision::Return if reason.is_empty() || reason.chars().count() > MAX_REASON_CHARS => {
            return Err(wrong("reason"));
        }
        Decision::Return => Fields::from([
            (inspection::STATE.to_owned(), "returned".into()),
            (inspection::RETURNED_REASON.to_owned(), reason.into()),
        ]),
    };
    change(&app, &user, input.op_id.as_deref(), &target, fields).await
}

/// Accept or reject an amendment; the first decision wins.
#[utoipa::path(post, path = "/api/amendments/{id}", tag = "inspections", request_body = AmendmentDecision,
    params(("id" = String, Path, description = "The amendment")),
    responses((status = 200, body = OutcomeView), (status = 403, body = FaultView), (status = 404, body = FaultView)))]
pub async fn amend(
    State(app): State<Shared>,
    user: User,
    Path(id): Path<String>,
    Input(input): Input<AmendmentDecision>,
) -> Answer<Json<OutcomeView>> {
    let target = readable(&app, &user, &id).await?;
    if target.kind != kinds::AMENDMENT {
        return Err(Refused::not_found());
    }
    if target.text(amendment::STATE) != "proposed" {
        return Err(Refused::conflict("amendment-decided"));
    }
    let state = if input.accept { "accepted" } else { "rejected" };
    let fields = Fields::from([(amendment::STATE.to_owned(), state.into())]);
    change(&app, &user, input.op_id.as_deref(), &target, fields).await
}

/// Give an open inspection to another inspector, who goes on with every answer: its own inspector, or who leads the
/// section that owns the case (a phone was lost, somebody falls ill).
#[utoipa::path(post, path = "/api/inspections/{id}/inspector", tag = "inspections", request_body = HandOver,
    params(("id" = String, Path, description = "The inspection")),
    responses(
        (status = 200, body = OutcomeView),
        (status = 403, body = FaultView,
            description = "`not-allowed`; `inspection-state`: it is not open; `inspector-cannot-read`: not their case"),
        (status = 404, body = FaultView),
    ))]
pub async fn hand_over(
    State(app): State<Shared>,
    user: User,
    Path(id): Path<String>,
    Input(input): Input<HandOver>,
) -> Answer<Json<OutcomeView>> {
    let target = readable(&app, &user, &id).await?;
    if target.kind != kinds::INSPECTION {
        return Err(Refused::not_found());
    }
    let next = app.storage.staff(&StaffId(input.staff)).await?;
    let next = next.ok_or_else(|| Refused::bad("staff-unknown"))?;
    let case = target.scope.case().ok_or_else(Refused::not_found)?;
    let case = readable(&app, &user, &case.to_string()).await?;
    let today = &user.caller.today;
    if rule::may_hand_over(&target, &case, &user.staff, today) && !rules::may_read_case(&case, &next, today) {
        return Err(Refused::forbidden("inspector-cannot-read").with("name", &next.name));
    }
    let fields = Fields::from([(inspection::INSPECTOR.to_owned(), next.id.to_string().into())]);
    change(&app, &user, input.op_id.as_deref(), &target, fields).await
}

async fn change(
    app: &App,
    user: &User,
    op_id: Option<&str>,
    target: &Record,
    fields: Fields,
) -> Answer<Json<OutcomeView>> {
    let case = target.scope.case().ok_or_else(Refused::not_found)?;
    let case = readable(app, user, &case.to_string()).await?;
    let refused = rule::refuse(&target.kind, Some(target), &fields, &case, &user.staff, &user.caller.today);
    if let Some(code) = refused {
        return Err(Refused::forbidden(code));
    }
    let base = fields.keys().filter_map(|k| Some((k.clone(), target.rev(k)?.op))).collect();
    apply(app, user, op_id, target.id, OpBody::Patch { base, fields }, Some(target)).await
}
