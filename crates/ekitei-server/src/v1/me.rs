//! What the office knows of the caller; drained and wiped devices learn their state here.

use super::auth::Signed;
use crate::app::Shared;
use crate::fault::Answer;
use axum::Json;
use axum::extract::State;
use ekitei_model::wire::MeReply;

pub async fn me(State(app): State<Shared>, Signed(caller): Signed) -> Answer<Json<MeReply>> {
    let me = app.storage.me(&caller).await?;
    Ok(Json(MeReply {
        staff: me.staff,
        standing: me.standing,
        acl_version: me.acl_version,
        epoch: me.epoch,
        state: me.state,
        office: app.keys.office().clone(),
        now_ms: app.now_ms(),
    }))
}
