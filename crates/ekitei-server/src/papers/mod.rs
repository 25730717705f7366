//! The papers of one inspection (see ekitei-papers), from the office's records and files. No permission is asked here:
//! the callers are the office's own job and console handlers that have looked already.

mod sources;

pub use ekitei_papers::{Paper, Place, Says, SheetMap, make, open, report};
pub use sources::{read, sources, waiting};

use crate::app::App;
use ekitei_forms::{Form, FormDef};
use ekitei_model::kinds::{self, inspection};
use ekitei_model::{Fault, Record, RecordId, StaffId};
use ekitei_papers::{Parts, prepared};
use ekitei_server_db::StorageError;
use std::collections::HashMap;
use std::ops::Deref;
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

/// An inspection as the office has it.
pub struct Inspected(ekitei_papers::Inspected);

impl Deref for Inspected {
    type Target = ekitei_papers::Inspected;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl Inspected {
    /// `None`: it is gone, or no inspection.
    ///
    /// # Errors
    /// [`PaperError`].
    pub async fn load(app: &App, id: RecordId) -> Result<Option<Self>, PaperError> {
        Self::load_with(app, id, &mut Forms::default()).await
    }

    /// The same for many: each version of a form is read once.
    ///
    /// # Errors
    /// [`PaperError`].
    pub async fn load_with(app: &App, id: RecordId, forms: &mut Forms) -> Result<Option<Self>, PaperError> {
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
        let version = named(app, &record, inspection::FORM_VERSION).await?;
        let version = version.ok_or_else(|| Fault::wait("form-not-here"))?;
        let (form, def) = forms.of(app, &version).await?;
        let visit = named(app, &record, inspection::VISIT).await?.filter(|v| !v.deleted);
        let parts = Parts { record, case, version, visit, children };
        let mut of = ekitei_papers::Inspected::with_form(parts, form, def);
        for id in of.staff() {
            if let Some(staff) = app.storage.staff(&StaffId(id.clone())).await? {
                of.names.insert(id, staff.name);
            }
        }
        Ok(Some(Self(of)))
    }
}

/// Versions of forms that were read already.
#[derive(Default)]
pub struct Forms(HashMap<RecordId, (Arc<Form>, Arc<FormDef>)>);

impl Forms {
    async fn of(&mut self, app: &App, version: &Record) -> Result<(Arc<Form>, Arc<FormDef>), PaperError> {
        if let Some((form, def)) = self.0.get(&version.id) {
            return Ok((Arc::clone(form), Arc::clone(def)));
        }
        let (form, def) = prepared(crate::lists::whole(&*app.storage, version).await??)?;
        self.0.insert(version.id, (Arc::clone(&form), Arc::clone(&def)));
        Ok((form, def))
    }
}

/// The record whose id stands in `field`.
async fn named(app: &App, record: &Record, field: &str) -> Result<Option<Record>, PaperError> {
    match record.text(field).parse::<RecordId>() {
        Ok(id) => Ok(app.storage.office_record(id).await?),
        Err(_) => Ok(None),
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
