//! Codes in a picture that is looked at once.

use crate::bridge::views::CodesView;
use crate::open::Open;
use ekitei_model::Fault;

/// # Errors
/// `inbox-missing`, those of a picture. The file is gone afterwards in any case.
pub fn read(open: &Open, name: &str) -> Result<CodesView, Fault> {
    let path = open.inbox().path(name)?;
    let bytes = std::fs::read(&path).map_err(|_| Fault::ask("inbox-missing"))?;
    open.inbox().remove(name);
    let codes = ekitei_photo::codes(&bytes).map_err(|e| super::photos::photo_fault(&e))?;
    Ok(CodesView { codes })
}
