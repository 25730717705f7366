//! Does everything fit together: rows with rows, blobs with their names, filed paths with the shared folder?

use crate::blobs;
use crate::filing::place::file_sha256;
use crate::hex::is_sha256;
use ekitei_model::filing::case_folder;
use ekitei_model::kinds::{self, Variant, case, note, photo};
use ekitei_model::{Fault, Record, RecordId};
use ekitei_server_db::{Storage, StorageError};
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::Path;
use std::time::UNIX_EPOCH;

/// A blob without row may belong to an upload that is being finished at this moment.
const STRAY_AFTER_MS: i64 = 3_600_000;
const SCAN: u32 = 500;

#[derive(Debug, Default)]
pub struct Findings {
    pub faults: Vec<Fault>,
    /// What people did in the shared folder; their right.
    pub information: Vec<Fault>,
    pub blobs: usize,
}

/// # Errors
/// The database did not answer.
pub async fn run(
    storage: &dyn Storage,
    data: &Path,
    share: Option<&Path>,
    now_ms: i64,
) -> Result<Findings, StorageError> {
    let mut found = Findings { faults: storage.verify_rows().await?, ..Findings::default() };
    let rows = storage.all_blobs().await?;
    found.blobs = rows.len();
    for row in &rows {
        let code = match file_sha256(&blobs::path(data, &row.sha256)) {
            Ok(hash) if hash == row.sha256 => continue,
            Ok(_) => "verify-blob-damaged",
            Err(_) => "verify-blob-missing",
        };
        found.faults.push(Fault::ask(code).with("sha256", &row.sha256));
    }
    let known: HashSet<&str> = rows.iter().map(|r| r.sha256.as_str()).collect();
    strays(data, &known, now_ms, &mut found.faults);
    if let Some(share) = share {
        shared(storage, share, &mut found).await?;
    }
    Ok(found)
}

/// Files in the blob folder that no row names.
fn strays(data: &Path, known: &HashSet<&str>, now_ms: i64, faults: &mut Vec<Fault>) {
    let folders = fs::read_dir(blobs::folder(data)).into_iter().flatten().flatten();
    for entry in folders.flat_map(|f| fs::read_dir(f.path()).into_iter().flatten().flatten()) {
        let name = entry.file_name().to_string_lossy().into_owned();
        let changed = entry.metadata().and_then(|m| m.modified()).ok();
        let age = changed
            .and_then(|t| t.duration_since(UNIX_EPOCH).ok())
            .map_or(0, |d| now_ms - d.as_millis() as i64);
        if !(is_sha256(&name) && known.contains(name.as_str())) && age > STRAY_AFTER_MS {
            faults.push(Fault::ask("verify-blob-stray").with("file", name));
        }
    }
}

/// Every filed path; the content of photos is compared.
async fn shared(storage: &dyn Storage, share: &Path, found: &mut Findings) -> Result<(), StorageError> {
    if !share.is_dir() {
        found.faults.push(Fault::wait("share-away"));
        return Ok(());
    }
    let mut cases = HashMap::new();
    for kind in [kinds::PHOTO, kinds::NOTE] {
        let mut after = None;
        loop {
            let rows = storage.scan_kind(kind, after, SCAN).await?;
            for row in &rows {
                let record: Record = serde_json::from_str(row)?;
                after = Some(record.id);
                one(storage, share, &record, &mut cases, found).await?;
            }
            if rows.len() < SCAN as usize {
                break;
            }
        }
    }
    Ok(())
}

async fn one(
    storage: &dyn Storage,
    share: &Path,
    record: &Record,
    cases: &mut HashMap<RecordId, Option<Record>>,
    found: &mut Findings,
) -> Result<(), StorageError> {
    let path = record.text(photo::FILED);
    if path.is_empty() {
        return Ok(());
    }
    let tell = |code: &str| Fault::ask(code).with("file", path);
    let file = share.join(path);
    match fs::metadata(&file) {
        Err(_) => found.information.push(tell("verify-share-gone")),
        Ok(_) if record.kind == kinds::PHOTO => {
            let same = file_sha256(&file).is_ok_and(|h| h == record.text(&photo::sha256(Variant::Original)));
            if !same {
                found.information.push(tell("verify-share-changed"));
            }
        }
        Ok(_) => {}
    }
    let Some(id) = record.scope.case() else { return Ok(()) };
    let of = match cases.entry(id) {
        Entry::Occupied(known) => known.into_mut(),
        Entry::Vacant(free) => free.insert(storage.office_record(id).await?),
    };
    // A case that was restricted after filing keeps its files where people put their hands on them; that is told.
    let restricted = of.as_ref().filter(|c| c.flag(case::RESTRICTED));
    let inside = restricted.is_some_and(|c| case_folder(c).is_none_or(|f| !path.starts_with(&f.join("/"))));
    if inside && file.exists() {
        found.information.push(tell("verify-share-restricted"));
    }
    debug_assert_eq!(photo::FILED, note::FILED);
    Ok(())
}
