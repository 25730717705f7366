//! The console's changes go through the same pipe as a phone's: an operation with base revisions.

use super::convert;
use super::guard::User;
use super::names::Names;
use super::views::OutcomeView;
use crate::app::App;
use crate::fault::{Answer, Refused};
use axum::Json;
use ekitei_model::chat;
use ekitei_model::kinds;
use ekitei_model::record::Fields;
use ekitei_model::{OpBody, OpId, Operation, Outcome, Record, RecordId, rules};
use ekitei_server_db::{Applied, Incoming};
use serde_json::{Map, Value};
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::str::FromStr;
use uuid::Uuid;

/// An id that the caller minted, or a new one.
///
/// # Errors
/// 400: it is no UUID.
pub fn id_or_new<T: FromStr + From<Uuid>>(text: Option<&str>) -> Answer<T> {
    text.map_or_else(|| Ok(T::from(Uuid::now_v7())), |t| t.parse().map_err(|_| wrong("id")))
}

pub fn wrong(field: &str) -> Refused {
    Refused::bad("field-wrong").with("field", field)
}

/// The record, if the person may read it.
///
/// # Errors
/// 404.
pub async fn readable(app: &App, user: &User, id: &str) -> Answer<Record> {
    let id: RecordId = id.parse().map_err(|_| Refused::not_found())?;
    let found = app.storage.record(&user.caller, id).await?.ok_or_else(Refused::not_found)?;
    convert::record(&found)
}

/// Cases that the person may read, each asked for once in a request.
pub struct Cases<'a> {
    app: &'a App,
    user: &'a User,
    known: HashMap<RecordId, Option<Record>>,
}

impl<'a> Cases<'a> {
    pub fn new(app: &'a App, user: &'a User) -> Self {
        Self { app, user, known: HashMap::new() }
    }

    /// The case that the record belongs to. `None`: to none, or it is not theirs to read.
    ///
    /// # Errors
    /// The database did not answer.
    pub async fn of(&mut self, record: &Record) -> Answer<Option<&Record>> {
        let Some(id) = record.scope.case() else { return Ok(None) };
        let found = match self.known.entry(id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(free) => {
                let found = self.app.storage.record(&self.user.caller, id).await?;
                free.insert(found.map(|json| convert::record(&json)).transpose()?)
            }
        };
        Ok(found.as_ref())
    }
}

pub fn fields(map: Map<String, Value>) -> Fields {
    map.into_iter().collect()
}

/// # Errors
/// 400: a base is no operation id.
pub fn base(map: BTreeMap<String, String>) -> Answer<BTreeMap<String, OpId>> {
    map.into_iter().map(|(k, v)| Ok((k, v.parse().map_err(|_| wrong("base"))?))).collect()
}

/// Applies one operation of the signed-in person. What the rules refuse is said at once instead of going to
/// quarantine: nobody else could make it good.
///
/// # Errors
/// 403 with the rule's code, 404 for a deleted record, 503.
pub async fn apply(
    app: &App,
    user: &User,
    op_id: Option<&str>,
    record: RecordId,
    body: OpBody,
    target: Option<&Record>,
) -> Answer<Json<OutcomeView>> {
    let op = Operation { op_id: id_or_new(op_id)?, record, at: app.clock.stamp(), body };
    if let Some(code) = rules::refuse(&op, target, &user.staff, &user.caller.today) {
        return Err(Refused::forbidden(code));
    }
    if let Some(code) = chat::refuse(&op, target, &user.staff.id, &user.staff, &user.caller.today) {
        return Err(Refused::forbidden(code).with("limit", chat::message::MAX_TEXT_CHARS));
    }
    let urgent = is_urgent(&op);
    refuse_outsiders(app, user, &op, target).await?;
    let bytes = serde_json::to_vec(&op).map_err(|e| Refused::unavailable(&e))?;
    if bytes.len() > rules::MAX_OP_BYTES {
        return Err(Refused::too_large(rules::MAX_OP_BYTES as u64));
    }
    let incoming = Incoming { op_id: op.op_id, op: Some(op), bytes };
    let applied = app.storage.apply_console(&user.caller, incoming, app.now_ms()).await?;
    app.announce(&applied.changed, urgent);
    outcome(record, &applied)
}

/// What would travel in the emergency lane.
fn is_urgent(op: &Operation) -> bool {
    let OpBody::Create { kind, fields, .. } = &op.body else { return false };
    kind == kinds::CALL || (kind == kinds::MESSAGE && fields.contains_key(chat::message::URGENT))
}

/// A plan that would let somebody into a members-only case.
async fn refuse_outsiders(app: &App, user: &User, op: &Operation, target: Option<&Record>) -> Answer<()> {
    let (kind, scope, plan) = match (&op.body, target) {
        (OpBody::Create { kind, scope, fields, .. }, _) => (kind, scope, fields),
        (OpBody::Patch { fields, .. }, Some(of)) => (&of.kind, &of.scope, fields),
        _ => return Ok(()),
    };
    let Some(case) = scope.case().filter(|_| kind == kinds::VISIT) else { return Ok(()) };
    let case = readable(app, user, &case.to_string()).await?;
    let outsiders = rules::outsiders(&case, plan);
    if outsiders.is_empty() {
        return Ok(());
    }
    let names = Names::new(&*app.storage).all(&outsiders).await?;
    let people: Vec<&str> = names.iter().map(|n| n.name.as_str()).collect();
    Err(Refused::forbidden(rules::VISIT_NOT_MEMBER).with("people", people.join("、")))
}

/// Nothing of it went to quarantine.
///
/// # Errors
/// 403 with what the rules said against it.
pub fn done(outcome: &Json<OutcomeView>) -> Answer<()> {
    outcome.0.reason.as_deref().map_or(Ok(()), |code| Err(Refused::forbidden(code)))
}

/// # Errors
/// 410: the record was deleted before.
pub fn outcome(record: RecordId, applied: &Applied) -> Answer<Json<OutcomeView>> {
    let (result, conflicts, reason) = match &applied.outcome {
        Outcome::Applied { .. } => ("applied", Vec::new(), None),
        Outcome::Conflict { conflicts, .. } => {
            ("conflict", conflicts.iter().map(ToString::to_string).collect(), None)
        }
        Outcome::WaitingParent { .. } => ("waiting_parent", Vec::new(), None),
        Outcome::Quarantined { reason } => ("quarantined", Vec::new(), Some(reason.clone())),
        Outcome::Gone { .. } => ("gone", Vec::new(), None),
        Outcome::Voided => ("voided", Vec::new(), None),
        Outcome::Held { .. } => ("held", Vec::new(), None),
    };
    let held_until_ms = match &applied.outcome {
        Outcome::Held { until_ms, .. } => Some(*until_ms),
        _ => None,
    };
    let (record, result) = (record.to_string(), result.to_owned());
    Ok(Json(OutcomeView { record, result, conflicts, reason, held_until_ms }))
}
