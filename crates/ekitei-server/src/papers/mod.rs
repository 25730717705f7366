//! The papers of one inspection: its report and photo ledger, made from records. No permission is asked here: the
//! callers are the office's own job and console handlers that have looked already.

pub mod definition;
mod ledger;
mod own_sheet;
mod pictures;
pub mod report;
mod sheet_map;

pub use own_sheet::filled as own_sheet;
pub use pictures::{Pictures, waiting};
pub use sheet_map::{Place, SheetMap};

use crate::app::App;
use crate::hex;
use ekitei_forms::facade::OpenForm;
use ekitei_forms::finish::AnswerRow;
use ekitei_forms::{AnswerKey, Answers, Env, Form, FormDef, Opening};
use ekitei_model::inspection::{State, is_content};
use ekitei_model::kinds::{self, case, form_version, inspection, photo, visit};
use ekitei_model::{Fault, Record, RecordId, StaffId, Stamp};
use ekitei_server_db::StorageError;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

#[derive(Debug, thiserror::Error)]
pub enum PaperError {
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The case or the form's version is not at the office, or the form cannot be read.
    #[error("{}", .0.code)]
    Fault(Fault),
}

impl From<Fault> for PaperError {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// An inspection with everything that its papers speak of.
pub struct Inspected {
    pub record: Record,
    pub case: Record,
    pub version: Record,
    pub form: Arc<Form>,
    pub def: FormDef,
    /// Every question that applies, in the order of the form, answered or not.
    pub rows: Vec<AnswerRow>,
    /// Photos, signatures, drawings and files, in the order they were made.
    pub photos: Vec<Record>,
    pub amendments: Vec<Record>,
    /// Number → name of everyone who took part.
    pub names: BTreeMap<String, String>,
    /// When the visit is or was, else when the inspection was begun; ISO day.
    pub day: String,
}

impl Inspected {
    /// `None`: it is gone, or no inspection.
    ///
    /// # Errors
    /// [`PaperError`].
    pub async fn load(app: &App, id: RecordId) -> Result<Option<Self>, PaperError> {
        let found = app.storage.office_record(id).await?;
        let Some(record) = found.filter(|r| !r.deleted && r.kind == kinds::INSPECTION) else {
            return Ok(None);
        };
        let children = app.storage.office_children(id).await?;
        let case = match record.scope.case() {
            Some(case) => app.storage.office_record(case).await?.filter(|c| !c.deleted),
            None => None,
        };
        let case = case.ok_or_else(|| Fault::ask("case-gone"))?;
        let version = match record.text(inspection::FORM_VERSION).parse::<RecordId>() {
            Ok(id) => app.storage.office_record(id).await?,
            Err(_) => None,
        };
        let version = version.ok_or_else(|| Fault::wait("form-not-here"))?;
        let (form, def) = compiled(&version)?;
        let of = |kind: &str| children.iter().filter(|c| c.kind == kind).cloned().collect::<Vec<_>>();
        let (photos, amendments) = (of(kinds::PHOTO), of(kinds::AMENDMENT));
        let rows = rows(&form, &record, &photos);
        let day = day_of(app, &record).await?;
        let mut of =
            Self { record, case, version, form, def, rows, photos, amendments, names: BTreeMap::new(), day };
        of.names = names(app, &of).await?;
        Ok(Some(of))
    }

    pub fn state(&self) -> State {
        State::of(&self.record)
    }

    pub fn title(&self) -> String {
        match self.record.text(inspection::TITLE) {
            "" => self.form.title.get("ja").to_owned(),
            title => title.to_owned(),
        }
    }

    pub fn name(&self, staff: &str) -> String {
        self.names.get(staff).cloned().unwrap_or_else(|| staff.to_owned())
    }

    pub fn inspector(&self) -> String {
        let staff = match self.record.text(inspection::INSPECTOR) {
            "" => self.record.created.as_ref().map_or("", |c| c.staff.as_str()),
            staff => staff,
        };
        self.name(staff)
    }

    /// The photos of a question, in the order they were made.
    pub fn photos_of<'a>(&'a self, key: &'a AnswerKey) -> impl Iterator<Item = &'a Record> {
        self.photos.iter().filter(move |p| p.text(photo::ITEM) == key.0)
    }

    /// Names what the papers say: the same content is filed once.
    pub fn content(&self) -> String {
        let mut hash = Sha256::new();
        let mut add = |name: &str, value: &str| {
            hash.update(name.as_bytes());
            hash.update([0]);
            hash.update(value.as_bytes());
            hash.update([0]);
        };
        for (name, value) in self.record.fields.iter().filter(|(name, _)| is_content(name)) {
            add(name, &value.to_string());
        }
        for p in &self.photos {
            for field in ["sha256.original", "sha256.display", photo::CAPTION, photo::ITEM] {
                add(field, p.text(field));
            }
            for field in [photo::MARKS, photo::BOARD] {
                add(field, &p.fields.get(field).map_or_else(String::new, Value::to_string));
            }
        }
        hex::encode(&hash.finalize())
    }
}

/// The compiled form of a version.
///
/// # Errors
/// The first problem of its definition.
pub fn compiled(version: &Record) -> Result<(Arc<Form>, FormDef), Fault> {
    let definition = version.fields.get(form_version::DEFINITION).cloned();
    let definition = definition.ok_or_else(|| Fault::ask("form-json"))?;
    let def: FormDef =
        serde_json::from_value(definition).map_err(|e| Fault::ask("form-json").with("detail", e))?;
    let form = Form::compile(def.clone()).map_err(|problems| {
        problems.into_iter().next().map_or_else(|| Fault::ask("form-json"), Fault::from)
    })?;
    Ok((Arc::new(form), def))
}

/// What the engine says about the answers: of a finished inspection without what the finish left out.
fn rows(form: &Arc<Form>, record: &Record, photos: &[Record]) -> Vec<AnswerRow> {
    open(form, record, photos).session().rows()
}

/// The sheet as it stands, opened in the engine.
pub fn open(form: &Arc<Form>, record: &Record, photos: &[Record]) -> OpenForm {
    let left_out: BTreeSet<String> = if State::of(record).is_open() {
        BTreeSet::new()
    } else {
        record.list(inspection::LEFT_OUT).into_iter().collect()
    };
    let mut answers: Answers = keyed(record, inspection::ANSWER);
    answers.retain(|key, _| !left_out.contains(&key.0));
    let mut attached: BTreeMap<AnswerKey, Vec<Value>> = BTreeMap::new();
    for p in photos.iter().filter(|p| !p.text(photo::ITEM).is_empty()) {
        attached.entry(AnswerKey::from(p.text(photo::ITEM))).or_default().push(p.id.to_string().into());
    }
    answers.extend(attached.into_iter().map(|(key, ids)| (key, Value::from(ids))));
    let at = [inspection::FINISHED_AT, inspection::STARTED_AT].map(|f| record.text(f));
    let facts =
        [("start", record.text(inspection::STARTED_AT)), ("username", record.text(inspection::INSPECTOR))];
    let opening = Opening {
        env: Env {
            now: at.into_iter().find(|t| !t.is_empty()).unwrap_or_default().to_owned(),
            language: "ja".to_owned(),
            facts: facts.into_iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect(),
        },
        new: false,
        answers,
        instances: keyed(record, inspection::INSTANCE),
        ..Opening::default()
    };
    OpenForm::open(Arc::clone(form), opening)
}

fn keyed(record: &Record, prefix: &str) -> Answers {
    let fields = record.fields.iter().filter_map(|(name, value)| Some((name.strip_prefix(prefix)?, value)));
    fields.filter(|(_, v)| !v.is_null()).map(|(key, v)| (AnswerKey::from(key), v.clone())).collect()
}

async fn day_of(app: &App, record: &Record) -> Result<String, PaperError> {
    let visit = match record.text(inspection::VISIT).parse::<RecordId>() {
        Ok(id) => app.storage.office_record(id).await?.filter(|v| !v.deleted),
        Err(_) => None,
    };
    let planned = visit.as_ref().map_or("", |v| v.text(visit::PLANNED_AT));
    let texts = [record.text(inspection::STARTED_AT), planned, record.text(inspection::FINISHED_AT)];
    let stamp = texts.into_iter().find_map(|t| t.parse::<Stamp>().ok());
    Ok(stamp.or_else(|| record.created.as_ref().map(|c| c.at)).map_or_else(String::new, Stamp::local_date))
}

async fn names(app: &App, of: &Inspected) -> Result<BTreeMap<String, String>, PaperError> {
    let made = |r: &Record| r.created.as_ref().map(|c| c.staff.to_string());
    let mut ids: BTreeSet<String> = of.photos.iter().filter_map(made).collect();
    ids.extend(made(&of.record));
    ids.extend([inspection::INSPECTOR, inspection::ACCEPTED_BY].map(|f| of.record.text(f).to_owned()));
    ids.extend(of.amendments.iter().map(|a| a.text(kinds::amendment::BY_STAFF).to_owned()));
    ids.remove("");
    let mut out = BTreeMap::new();
    for id in ids {
        if let Some(staff) = app.storage.staff(&StaffId(id.clone())).await? {
            out.insert(id, staff.name);
        }
    }
    Ok(out)
}

/// Which of the four.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paper {
    ReportPdf,
    ReportXlsx,
    LedgerPdf,
    LedgerXlsx,
}

impl Paper {
    pub const ALL: [Self; 4] = [Self::ReportPdf, Self::ReportXlsx, Self::LedgerPdf, Self::LedgerXlsx];

    pub fn is_ledger(self) -> bool {
        matches!(self, Self::LedgerPdf | Self::LedgerXlsx)
    }

    pub fn extension(self) -> &'static str {
        match self {
            Self::ReportPdf | Self::LedgerPdf => "pdf",
            Self::ReportXlsx | Self::LedgerXlsx => "xlsx",
        }
    }

    pub fn media_type(self) -> &'static str {
        match self.extension() {
            "pdf" => "application/pdf",
            _ => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

/// One of the papers, made away from the async threads. `sheet`: the section's own sheet, when the form has one.
///
/// # Errors
/// The pictures or the sheet cannot be read; a limit of the paper.
pub fn make(
    of: &Inspected,
    pictures: &Pictures,
    sheet: Option<&[u8]>,
    paper: Paper,
) -> Result<Vec<u8>, Fault> {
    match paper {
        Paper::ReportPdf => report::pdf(of, pictures),
        Paper::ReportXlsx => match sheet {
            Some(bytes) => own_sheet(of, pictures, bytes),
            None => report::xlsx(of, pictures),
        },
        Paper::LedgerPdf => ekitei_report::ledger::pdf(&ledger::ledger(of, pictures)),
        Paper::LedgerXlsx => ekitei_report::ledger::xlsx(&ledger::ledger(of, pictures)),
    }
}

/// The bytes of the section's own sheet that this version fills; `None`: it has none.
///
/// # Errors
/// The sheet should be here and is not.
pub fn sheet_of(app: &App, version: &Record) -> Result<Option<Vec<u8>>, Fault> {
    let sha256 = version.text(kinds::form::SHEET);
    if sha256.is_empty() {
        return Ok(None);
    }
    std::fs::read(app.blob_path(sha256)).map(Some).map_err(|_| Fault::wait("blob-missing"))
}

/// Where a case is: for the head of papers.
fn place(of: &Inspected) -> String {
    of.case.text(case::PLACE).to_owned()
}
