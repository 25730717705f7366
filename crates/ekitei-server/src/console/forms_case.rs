//! Forms that can be filled in for a case, each with the code that opens it there on a phone.

use super::apply::readable;
use super::convert;
use super::guard::User;
use super::views::{CaseFormView, FaultView};
use crate::app::Shared;
use crate::enrolment::{percent, qr_svg};
use crate::fault::{Answer, Refused};
use axum::Json;
use axum::extract::{Path, State};
use ekitei_model::Scope;
use ekitei_model::kinds::{self, case, form_version};
use serde_json::Value;
use std::collections::BTreeMap;

const MAX_VERSIONS: u32 = 10_000;

/// Published forms of the section that owns the case (and those for all), by title.
#[utoipa::path(get, path = "/api/cases/{id}/forms", tag = "forms",
    params(("id" = String, Path, description = "The case")),
    responses((status = 200, body = Vec<CaseFormView>), (status = 404, body = FaultView)))]
pub async fn forms(
    State(app): State<Shared>,
    user: User,
    Path(id): Path<String>,
) -> Answer<Json<Vec<CaseFormView>>> {
    let case = readable(&app, &user, &id).await?;
    if case.kind != kinds::CASE {
        return Err(Refused::not_found());
    }
    let of_case = |scope: &Scope| match scope {
        Scope::Section(path) => path == case.text(case::SECTION),
        scope => *scope == Scope::All,
    };
    let mut newest: BTreeMap<String, CaseFormView> = BTreeMap::new();
    for found in app.storage.scan_kind(kinds::FORM_VERSION, None, MAX_VERSIONS).await? {
        let version = convert::record(&found)?;
        if !version.text(form_version::WITHDRAWN_AT).is_empty() || !of_case(&version.scope) {
            continue;
        }
        let form = version.text(form_version::FORM).to_owned();
        let number = version.fields.get(form_version::VERSION).and_then(Value::as_u64).unwrap_or(0);
        if newest.get(&form).is_some_and(|known| known.version >= number) {
            continue;
        }
        let link = link(&form, case.text(case::NUMBER));
        let view = CaseFormView {
            title: version.text(form_version::TITLE).to_owned(),
            version: number,
            qr_svg: qr_svg(&link),
            link,
            form: form.clone(),
        };
        newest.insert(form, view);
    }
    let mut out: Vec<CaseFormView> = newest.into_values().collect();
    out.sort_by(|a, b| a.title.cmp(&b.title));
    Ok(Json(out))
}

/// What a phone reads: nothing but the form and the case's number.
fn link(form: &str, number: &str) -> String {
    format!("ekitei://form/{}?case={}", percent(form), percent(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_names_form_and_case_and_stays_readable_from_paper() {
        let link = link("0190a000-0000-7000-8000-000000000001", "砂-0412");
        assert_eq!(link, "ekitei://form/0190a000-0000-7000-8000-000000000001?case=%E7%A0%82-0412");
        assert!(qr_svg(&link).contains("<svg"));
    }
}
