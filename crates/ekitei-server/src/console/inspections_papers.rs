//! Report and ledger of one inspection, made when somebody asks for them.

use super::guard::User;
use super::inspections::readable_inspection;
use super::photos::attachment;
use super::views::FaultView;
use crate::app::{App, Shared};
use crate::fault::{Answer, Refused};
use crate::filing::names::paper_name;
use crate::papers::{self, Inspected, Paper};
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use ekitei_model::Fault;

/// Report or photo ledger as paper or workbook, of the answers as they stand now.
#[utoipa::path(get, path = "/api/inspections/{id}/papers/{paper}", tag = "inspections", params(
    ("id" = String, Path, description = "The inspection"),
    ("paper" = String, Path, description = "`report.pdf` | `report.xlsx` | `ledger.pdf` | `ledger.xlsx`"),
), responses(
    (status = 200, content_type = "application/pdf"),
    (status = 404, body = FaultView), (status = 422, body = FaultView, description = "`paper-large` and other limits of the paper"),
))]
pub async fn paper(
    State(app): State<Shared>,
    user: User,
    Path((id, paper)): Path<(String, String)>,
) -> Answer<Response> {
    let paper = Paper::named(&paper).ok_or_else(Refused::not_found)?;
    let of = readable_inspection(&app, &user, &id).await?;
    let name = paper_name(&of.case, &of.record, paper);
    let bytes = make(&app, of, paper).await?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(paper.media_type())),
        (header::CONTENT_DISPOSITION, attachment(&name)),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
    ];
    Ok((headers, bytes).into_response())
}

async fn make(app: &App, of: Inspected, paper: Paper) -> Answer<Vec<u8>> {
    let sheet = papers::sheet_of(app, &of.version)?;
    let sources = papers::sources(app, &of);
    let work = tokio::task::spawn_blocking(move || {
        let pictures = papers::read(sources)?;
        let bytes = papers::make(&of, &pictures, sheet.as_deref(), paper)?;
        let fits = ekitei_report::results::check_file(bytes.len() as u64);
        fits.map(|()| bytes).map_err(|fault| Fault { code: "paper-large".to_owned(), ..fault })
    });
    work.await.map_err(|e| Refused::unavailable(&e))?.map_err(|fault: Fault| fault.into())
}
