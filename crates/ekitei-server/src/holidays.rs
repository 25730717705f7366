//! The office's holidays: one record for all, which help cards read.

use ekitei_model::calendar::{HOLIDAY_DAYS, Holidays, holidays_id};
use ekitei_model::record::Fields;
use ekitei_model::{Scope, kinds};
use ekitei_server_db::{Imported, Storage, StorageError};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// # Errors
/// The database did not answer.
pub async fn read(storage: &dyn Storage) -> Result<Holidays, StorageError> {
    let found = storage.office_record(holidays_id()).await?;
    Ok(found.filter(|r| !r.deleted).map(|r| Holidays::of(&r)).unwrap_or_default())
}

/// # Errors
/// The database did not answer.
pub async fn store(
    storage: &dyn Storage,
    days: BTreeSet<String>,
    now_ms: i64,
) -> Result<Imported, StorageError> {
    let fields = Fields::from([(HOLIDAY_DAYS.to_owned(), json!(days))]);
    storage
        .replace_kind(kinds::HOLIDAYS, &Scope::All, BTreeMap::from([(holidays_id(), fields)]), now_ms)
        .await
}
