//! Codes in a picture that is looked at once.

use crate::bridge::views::CodesView;
use crate::shared::Shared;
use ekitei_model::Fault;

/// # Errors
/// `inbox-missing`, those of a picture. The file is gone afterwards in any case.
pub fn read(shared: &Shared, name: &str) -> Result<CodesView, Fault> {
    // Before enrolment there is nothing to guard, and the office's own code must be read.
    if shared.credential()?.is_some() && shared.has_vault()? {
        shared.open()?;
    }
    let path = shared.inbox().path(name)?;
    let bytes = std::fs::read(&path).map_err(|_| Fault::ask("inbox-missing"))?;
    shared.inbox().remove(name);
    let codes = ekitei_photo::codes(&bytes).map_err(|e| super::photos::photo_fault(&e))?;
    Ok(CodesView { codes })
}
