//! `file_inspection`: report and photo ledger, each as paper and as workbook, into the case's folder; when the
//! inspection says something else later, they become `_r2`.

use super::{Content, JobError, case_of, place_for};
use crate::app::App;
use crate::filing::names::paper_word;
use crate::filing::place::{PlaceError, take_back};
use crate::hex;
use crate::papers::{self, Inspected, Paper, PaperError, Says};
use ekitei_model::Record;
use ekitei_model::filing::{Policy, paper_path, policy};
use ekitei_model::inspection::State;
use ekitei_model::kinds::{form, inspection, photo};
use ekitei_server_db::{Job, JobEffect};

pub(super) async fn run(app: &App, job: &Job) -> Result<JobEffect, JobError> {
    let at_ms = app.now_ms();
    let of = match Inspected::load(app, job.record).await {
        Ok(Some(of)) if matches!(of.state(), State::Circulated | State::Accepted) => of,
        // The case went away with everything in it.
        Err(PaperError::Fault(fault)) if fault.code == "case-gone" => return Ok(JobEffect::Nothing),
        Err(error) => return Err(error.into()),
        // Called back meanwhile; it comes again.
        Ok(_) => return Ok(JobEffect::Nothing),
    };
    if policy(&of.case) == Policy::None {
        return Ok(JobEffect::Kept { at_ms });
    }
    let (says, before) = (Says::of(&of), Says::read(of.record.text(inspection::FILED_CONTENT)));
    if says == before {
        return Ok(JobEffect::Nothing);
    }
    if papers::waiting(&of) > 0 && at_ms < of.record.received_ms + app.limits.photos_wait_ms {
        return Err(JobError::PhotosOnTheWay);
    }
    let filed =
        of.record.fields.get(inspection::FILED_VERSIONS).and_then(serde_json::Value::as_u64).unwrap_or(0);
    let version = u32::try_from(filed).unwrap_or(u32::MAX - 1) + 1;
    let own_sheet = !of.version.text(form::SHEET).is_empty();
    let due: Vec<Paper> =
        Paper::ALL.into_iter().filter(|p| filed == 0 || says.changes(&before, *p, own_sheet)).collect();
    let (of, made) = make_all(app, of, due.clone()).await?;
    let case = case_of(app, &of.record).await?.ok_or(JobError::PolicyChanged)?;
    let mut filed_as: Vec<(Paper, String)> = Vec::with_capacity(Paper::ALL.len());
    // A paper that says what it said stands on.
    filed_as.extend(standing(&of.record).into_iter().filter(|(paper, _)| !due.contains(paper)));
    let mut paths = Vec::with_capacity(made.len());
    for (paper, bytes) in made {
        let word = paper_word(paper);
        let rule = &app.config.name_rule;
        let parts = paper_path(&case, &of.record, &word, rule, version, paper.extension());
        // Restricted while the papers were made.
        let parts = parts.ok_or(JobError::PolicyChanged)?.map_err(|_| JobError::NameRule)?;
        let sha256 = hex::sha256(&bytes);
        match place_for(app, job, &case, parts, Content::Bytes(bytes), sha256).await {
            Ok(path) => {
                filed_as.push((paper, path.clone()));
                paths.push(path);
            }
            Err(JobError::PolicyChanged) => {
                all_back(app, paths).await?;
                return Err(JobError::PolicyChanged);
            }
            Err(error) => return Err(error),
        }
    }
    let bare = filed > 0 && says.veils_more_than(&before);
    filed_as.sort_by_key(|(paper, _)| Paper::ALL.iter().position(|p| p == paper));
    let paths = filed_as.into_iter().map(|(_, path)| path).collect();
    Ok(JobEffect::InspectionFiled { paths, at_ms, version, content: says.to_string(), bare })
}

/// The papers filed last. They stand in the order of [`Paper::ALL`]: of each ending the report first.
fn standing(record: &Record) -> Vec<(Paper, String)> {
    let mut papers = Paper::ALL.to_vec();
    let mut out = Vec::new();
    for path in record.list(inspection::FILED) {
        let extension = path.rsplit('.').next().unwrap_or_default();
        if let Some(at) = papers.iter().position(|p| p.extension() == extension) {
            out.push((papers.remove(at), path));
        }
    }
    out
}

/// The case was restricted between two of the papers: those that lie there go, too.
async fn all_back(app: &App, paths: Vec<String>) -> Result<(), JobError> {
    let share = app.config.share.clone();
    let taken =
        tokio::task::spawn_blocking(move || paths.iter().try_for_each(|path| take_back(&share, path)));
    Ok(taken.await.map_err(|_| JobError::Interrupted)?.map_err(PlaceError::File)?)
}

/// What is due is all made before anything is placed, so that a failure leaves no half of it. A ledger without photos is
/// not made.
async fn make_all(
    app: &App,
    of: Inspected,
    due: Vec<Paper>,
) -> Result<(Inspected, Vec<(Paper, Vec<u8>)>), JobError> {
    let sheet = papers::sheet_of(app, &of.version).map_err(PaperError::from)?;
    let sources = papers::sources(app, &of);
    let work = tokio::task::spawn_blocking(move || {
        let pictures = papers::read(sources)?;
        let has_photos = of.photos.iter().any(|p| matches!(p.text(photo::ROLE), "" | "photo"));
        let mut out = Vec::new();
        for paper in due.into_iter().filter(|p| has_photos || !p.is_ledger()) {
            out.push((paper, papers::make(&of, &pictures, sheet.as_deref(), paper)?));
        }
        Ok::<_, PaperError>((of, out))
    });
    Ok(work.await.map_err(|_| JobError::Interrupted)??)
}
