//! People and sections, for choosing.

use super::guard::User;
use super::views::PersonView;
use crate::app::Shared;
use crate::fault::Answer;
use axum::Json;
use axum::extract::{Query, State};
use ekitei_model::people::Staff;
use ekitei_model::rules;
use ekitei_server_db::StaffFilter;
use serde::Deserialize;
use std::collections::BTreeSet;
use utoipa::IntoParams;

const MAX_PEOPLE: usize = 100;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StaffQuery {
    /// Part of number, name or reading.
    q: Option<String>,
    /// Exactly this section path.
    section: Option<String>,
    /// Only people whose phones the signed-in person may bring in and look after.
    #[serde(default)]
    phones: bool,
}

/// People in the directory's order, at most 100.
#[utoipa::path(get, path = "/api/staff", tag = "people", params(StaffQuery), responses((status = 200, body = Vec<PersonView>)))]
pub async fn search(
    State(app): State<Shared>,
    user: User,
    Query(query): Query<StaffQuery>,
) -> Answer<Json<Vec<PersonView>>> {
    let given = |t: Option<String>| t.filter(|t| !t.trim().is_empty());
    let filter = StaffFilter { text: given(query.q), section: given(query.section) };
    let found = app.storage.staff_list(&filter).await?;
    let today = &user.caller.today;
    let fits = |s: &&Staff| !query.phones || rules::manages_phones_of(&user.staff, s, today);
    Ok(Json(found.iter().filter(fits).take(MAX_PEOPLE).map(|s| PersonView::new(s, today)).collect()))
}

/// All sections that somebody belongs to today, by path.
#[utoipa::path(get, path = "/api/sections", tag = "people", responses((status = 200, body = Vec<String>)))]
pub async fn sections(State(app): State<Shared>, user: User) -> Answer<Json<BTreeSet<String>>> {
    let all = app.storage.staff_list(&StaffFilter::default()).await?;
    let today = &user.caller.today;
    Ok(Json(all.iter().flat_map(|s| s.sections_on(today).map(str::to_owned).collect::<Vec<_>>()).collect()))
}
