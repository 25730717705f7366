//! SQLite, embedded: one file, WAL, every commit on disk before it is answered.

mod bytes;
mod codec;
mod console;
mod jobs;
mod load;
mod migrate;
mod people;
#[cfg(test)]
mod plans;
mod pull;
mod purge;
mod push;
mod rooms;
mod rooms_read;
mod rooms_tally;
mod verify;
mod worker;
mod write;

use crate::error::{Result, StorageError};
use crate::rows::*;
use crate::storage::Storage;
use async_trait::async_trait;
use ekitei_model::kinds::Variant;
use ekitei_model::people::Staff;
use ekitei_model::record::Fields;
use ekitei_model::wire::{DeviceState, Epoch, PullRequest, PushHeader};
use ekitei_model::{DeviceId, Fault, OpId, Record, RecordId, Scope, StaffId};
use rusqlite::Connection;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use uuid::Uuid;

/// How old a session's `seen_ms` may be before a use of it is written down.
const SEEN_EVERY_MS: i64 = 60_000;

/// The embedded backend. Several processes may have one file open (the command line beside the server).
pub struct Sqlite {
    writer: worker::Writer,
    readers: Arc<worker::Readers>,
    path: PathBuf,
}

impl Sqlite {
    /// Opens or makes the database and brings it to this program's schema. Blocks. Refused: `database-newer`.
    pub fn open(path: &Path) -> Result<Self> {
        let db = worker::connect_writer(path)?;
        migrate::migrate(&db)?;
        db.execute_batch("BEGIN IMMEDIATE")?;
        if people::meta_get(&db, "epoch")?.is_none() {
            people::new_epoch(&db)?;
        }
        db.execute_batch("COMMIT")?;
        Ok(Self {
            writer: worker::Writer::start(db, path)?,
            readers: worker::Readers::new(path),
            path: path.to_owned(),
        })
    }

    async fn write<T: Send + 'static>(
        &self,
        f: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.writer.run(f).await
    }
    async fn read<T: Send + 'static>(
        &self,
        f: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.readers.run(f).await
    }
}

#[async_trait]
impl Storage for Sqlite {
    async fn meta_get(&self, key: &str) -> Result<Option<String>> {
        let key = key.to_owned();
        self.read(move |db| people::meta_get(db, &key)).await
    }
    async fn meta_set(&self, key: &str, value: &str) -> Result<()> {
        let key = key.to_owned();
        let value = value.to_owned();
        self.write(move |db| people::meta_set(db, &key, &value)).await
    }
    async fn epoch(&self) -> Result<Epoch> {
        self.read(people::epoch).await
    }
    async fn new_epoch(&self) -> Result<Epoch> {
        self.write(people::new_epoch).await
    }
    async fn import_staff(&self, staff: Vec<Staff>, now_ms: i64) -> Result<Imported> {
        self.write(move |db| people::import_staff(db, &staff, now_ms)).await
    }
    async fn import_cases(&self, cases: Vec<Fields>, now_ms: i64) -> Result<Imported> {
        self.write(move |db| people::import_cases(db, &cases, now_ms)).await
    }
    async fn replace_kind(
        &self,
        kind: &str,
        scope: &Scope,
        records: BTreeMap<RecordId, Fields>,
        now_ms: i64,
    ) -> Result<Imported> {
        let (kind, scope) = (kind.to_owned(), scope.clone());
        self.write(move |db| people::replace_kind(db, &kind, &scope, &records, now_ms)).await
    }
    async fn staff(&self, id: &StaffId) -> Result<Option<Staff>> {
        let id = id.clone();
        self.read(move |db| load::staff(db, &id)).await
    }
    async fn staff_list(&self, filter: &StaffFilter) -> Result<Vec<Staff>> {
        let filter = filter.clone();
        self.read(move |db| people::staff_list(db, &filter)).await
    }
    async fn set_password(&self, staff: &StaffId, hash: &str) -> Result<()> {
        let staff = staff.clone();
        let hash = hash.to_owned();
        self.write(move |db| people::set_password(db, &staff, &hash)).await
    }
    async fn password_hash(&self, staff: &StaffId) -> Result<Option<String>> {
        let staff = staff.clone();
        self.read(move |db| people::password_hash(db, &staff)).await
    }
    async fn create_code(&self, staff: &StaffId, code_hash: &str, expires_ms: i64) -> Result<()> {
        let staff = staff.clone();
        let code_hash = code_hash.to_owned();
        self.write(move |db| people::create_code(db, &staff, &code_hash, expires_ms)).await
    }
    async fn redeem_code(&self, code_hash: &str, now_ms: i64, new: NewDevice) -> Result<Redeemed> {
        let code_hash = code_hash.to_owned();
        self.write(move |db| people::redeem_code(db, &code_hash, now_ms, &new)).await
    }
    async fn device(&self, id: DeviceId) -> Result<Option<Device>> {
        self.read(move |db| people::device(db, id)).await
    }
    async fn devices(&self, filter: &DeviceFilter) -> Result<Vec<Device>> {
        let filter = filter.clone();
        self.read(move |db| people::devices(db, &filter)).await
    }
    async fn touch_device(&self, id: DeviceId, now_ms: i64, report: Option<DeviceReport>) -> Result<()> {
        self.write(move |db| people::touch_device(db, id, now_ms, report.as_ref())).await
    }
    async fn seen_devices(&self, seen: Vec<(DeviceId, i64)>) -> Result<()> {
        self.write(move |db| seen.iter().try_for_each(|(id, at)| people::touch_device(db, *id, *at, None)))
            .await
    }
    async fn set_device_state(&self, id: DeviceId, state: DeviceState) -> Result<bool> {
        self.write(move |db| people::set_device_state(db, id, state)).await
    }
    async fn open_session(
        &self,
        staff: &StaffId,
        token_hash: &str,
        now_ms: i64,
        expires_ms: i64,
    ) -> Result<DeviceId> {
        let staff = staff.clone();
        let token_hash = token_hash.to_owned();
        self.write(move |db| people::open_session(db, &staff, &token_hash, now_ms, expires_ms)).await
    }
    async fn session(&self, token_hash: &str, now_ms: i64) -> Result<Option<Session>> {
        let hash = token_hash.to_owned();
        let found = self.read(move |db| people::session(db, &hash, now_ms)).await?;
        if found.as_ref().is_some_and(|s| s.seen_ms + SEEN_EVERY_MS <= now_ms) {
            let hash = token_hash.to_owned();
            self.write(move |db| people::session_seen(db, &hash, now_ms)).await?;
        }
        Ok(found)
    }
    async fn close_session(&self, token_hash: &str) -> Result<()> {
        let token_hash = token_hash.to_owned();
        self.write(move |db| people::close_session(db, &token_hash)).await
    }
    async fn me(&self, caller: &Caller) -> Result<Me> {
        let caller = caller.clone();
        self.read(move |db| people::me(db, &caller)).await
    }
    async fn readable(&self, caller: &Caller, scopes: &[Scope]) -> Result<Vec<Scope>> {
        let caller = caller.clone();
        let scopes = scopes.to_vec();
        self.read(move |db| people::readable(db, &caller, &scopes)).await
    }
    async fn apply_push(
        &self,
        caller: &Caller,
        header: &PushHeader,
        ops: Vec<Incoming>,
        now_ms: i64,
    ) -> Result<Pushed> {
        let caller = caller.clone();
        let header = header.clone();
        self.write(move |db| push::apply_push(db, &caller, &header, &ops, now_ms)).await
    }
    async fn apply_console(&self, caller: &Caller, op: Incoming, now_ms: i64) -> Result<Applied> {
        let caller = caller.clone();
        self.write(move |db| push::apply_console(db, &caller, &op, now_ms)).await
    }
    async fn expire_waiting(&self, before_ms: i64, now_ms: i64) -> Result<u64> {
        self.write(move |db| push::expire_waiting(db, before_ms, now_ms)).await
    }
    async fn salvage(&self, caller: &Caller, records: Vec<Record>, now_ms: i64) -> Result<u64> {
        let caller = caller.clone();
        self.write(move |db| push::salvage(db, &caller, &records, now_ms)).await
    }
    async fn pull(&self, caller: &Caller, request: &PullRequest, now_ms: i64) -> Result<Pages> {
        let caller = caller.clone();
        let request = request.clone();
        self.read(move |db| pull::pull(db, &caller, &request, now_ms)).await
    }
    async fn record(&self, caller: &Caller, id: RecordId) -> Result<Option<String>> {
        let caller = caller.clone();
        self.read(move |db| Ok(pull::readable_record(db, &caller, id)?.map(|(_, body)| body))).await
    }
    async fn office_record(&self, id: RecordId) -> Result<Option<Record>> {
        self.read(move |db| load::record(db, id)).await
    }
    async fn office_children(&self, of: RecordId) -> Result<Vec<Record>> {
        self.read(move |db| console::children(db, of)).await
    }
    async fn upload_create(&self, new: NewUpload, now_ms: i64) -> Result<Upload> {
        self.write(move |db| bytes::upload_create(db, &new, now_ms)).await
    }
    async fn upload(&self, id: Uuid) -> Result<Option<Upload>> {
        self.read(move |db| bytes::upload(db, id)).await
    }
    async fn upload_claim(&self, id: Uuid) -> Result<Upload> {
        self.write(move |db| bytes::upload_claim(db, id)).await
    }
    async fn upload_advance(&self, id: Uuid, fence: u64, from_bytes: u64, to_bytes: u64) -> Result<()> {
        self.write(move |db| bytes::upload_advance(db, id, fence, from_bytes, to_bytes)).await
    }
    async fn upload_finish(&self, id: Uuid, fence: u64, blob: &BlobRow, now_ms: i64) -> Result<Changed> {
        let blob = blob.clone();
        self.write(move |db| bytes::upload_finish(db, id, fence, &blob, now_ms)).await
    }
    async fn upload_drop(&self, id: Uuid) -> Result<()> {
        self.write(move |db| bytes::upload_drop(db, id)).await
    }
    async fn uploads_expired(&self, now_ms: i64) -> Result<Vec<Upload>> {
        self.read(move |db| bytes::uploads_expired(db, now_ms)).await
    }
    async fn blob_of(&self, caller: &Caller, record: RecordId, variant: Variant) -> Result<Option<BlobRow>> {
        let caller = caller.clone();
        self.read(move |db| bytes::blob_of(db, &caller, record, variant)).await
    }
    async fn office_blob_of(&self, record: RecordId, variant: Variant) -> Result<Option<BlobRow>> {
        self.read(move |db| bytes::office_blob_of(db, record, variant)).await
    }
    async fn all_blobs(&self) -> Result<Vec<BlobRow>> {
        self.read(bytes::all_blobs).await
    }
    async fn orphan_blobs(&self, before_ms: i64) -> Result<Vec<BlobRow>> {
        self.read(move |db| bytes::orphan_blobs(db, before_ms)).await
    }
    async fn forget_blob(&self, sha256: &str, before_ms: i64, now_ms: i64) -> Result<bool> {
        let sha256 = sha256.to_owned();
        self.write(move |db| bytes::forget_blob(db, &sha256, before_ms, now_ms)).await
    }
    async fn mark_backed_up(&self, sha256s: &[String], at_ms: i64) -> Result<Changed> {
        let sha256s = sha256s.to_vec();
        self.write(move |db| bytes::mark_backed_up(db, &sha256s, at_ms)).await
    }
    async fn claim_job(&self, now_ms: i64, lease_ms: i64) -> Result<Option<Job>> {
        self.write(move |db| jobs::claim_job(db, now_ms, lease_ms)).await
    }
    async fn resume_jobs(&self, now_ms: i64) -> Result<()> {
        self.write(move |db| jobs::resume_jobs(db, now_ms)).await
    }
    async fn finish_job(&self, job: &Job, effect: JobEffect, now_ms: i64) -> Result<Changed> {
        let job = job.clone();
        self.write(move |db| jobs::finish_job(db, &job, &effect, now_ms)).await
    }
    async fn retry_job(&self, job: &Job, run_after_ms: i64, error: &str) -> Result<()> {
        let job = job.clone();
        let error = error.to_owned();
        self.write(move |db| jobs::retry_job(db, &job, run_after_ms, &error)).await
    }
    async fn job_counts(&self, now_ms: i64) -> Result<JobCounts> {
        self.read(move |db| jobs::job_counts(db, now_ms)).await
    }
    async fn cases(&self, caller: &Caller, filter: &CaseFilter, limit: u32) -> Result<Vec<CaseRow>> {
        let caller = caller.clone();
        let filter = filter.clone();
        self.read(move |db| console::cases(db, &caller, &filter, limit)).await
    }
    async fn timeline(
        &self,
        caller: &Caller,
        case: RecordId,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Timeline> {
        let caller = caller.clone();
        self.read(move |db| console::timeline(db, &caller, case, before, limit)).await
    }
    async fn recent(&self, caller: &Caller, limit: u32) -> Result<Vec<String>> {
        let caller = caller.clone();
        self.read(move |db| console::recent(db, &caller, limit)).await
    }
    async fn of_kind(&self, caller: &Caller, kind: &str, limit: u32) -> Result<Vec<String>> {
        let (caller, kind) = (caller.clone(), kind.to_owned());
        self.read(move |db| console::of_kind(db, &caller, &kind, limit)).await
    }
    async fn conflicts(&self, caller: &Caller) -> Result<Vec<ConflictRow>> {
        let caller = caller.clone();
        self.read(move |db| console::conflicts(db, &caller)).await
    }
    async fn authors(&self, ops: &[OpId]) -> Result<HashMap<OpId, Author>> {
        let ops = ops.to_vec();
        self.read(move |db| console::authors(db, &ops)).await
    }
    async fn quarantine(&self, caller: &Caller) -> Result<Vec<QuarantineRow>> {
        let caller = caller.clone();
        self.read(move |db| console::quarantine(db, &caller)).await
    }
    async fn quarantine_release(&self, caller: &Caller, id: Uuid, now_ms: i64) -> Result<Applied> {
        let caller = caller.clone();
        self.write(move |db| push::quarantine_release(db, &caller, id, now_ms)).await
    }
    async fn export_step(
        &self,
        caller: &Caller,
        id: RecordId,
        step: ExportStep,
        now_ms: i64,
    ) -> Result<Changed> {
        let caller = caller.clone();
        self.write(move |db| push::export_step(db, &caller, id, &step, now_ms)).await
    }
    async fn quarantine_close(&self, caller: &Caller, id: Uuid, now_ms: i64) -> Result<()> {
        let caller = caller.clone();
        self.write(move |db| push::quarantine_close(db, &caller, id, now_ms)).await
    }
    async fn counts(&self, now_ms: i64) -> Result<Counts> {
        self.read(move |db| console::counts(db, now_ms)).await
    }
    async fn work(&self, now_ms: i64) -> Result<Work> {
        self.read(move |db| console::work(db, now_ms)).await
    }
    async fn phones_active(&self) -> Result<u64> {
        self.read(console::phones_active).await
    }
    async fn own_counts(&self, caller: &Caller) -> Result<OwnCounts> {
        let caller = caller.clone();
        self.read(move |db| console::own_counts(db, &caller)).await
    }
    async fn verify_rows(&self) -> Result<Vec<Fault>> {
        self.read(verify::verify_rows).await
    }
    async fn scan_kind(&self, kind: &str, after: Option<RecordId>, limit: u32) -> Result<Vec<String>> {
        let kind = kind.to_owned();
        self.read(move |db| console::scan_kind(db, &kind, after, limit)).await
    }
    async fn history(&self, id: RecordId) -> Result<Vec<String>> {
        self.read(move |db| console::history(db, id)).await
    }
    async fn quarantine_entry(&self, id: Uuid) -> Result<Option<QuarantineRow>> {
        self.read(move |db| push::find_entry(db, id)).await
    }
    async fn purge(&self, before_ms: i64, now_ms: i64, limit: u32) -> Result<Purged> {
        self.write(move |db| purge::purge(db, before_ms, now_ms, limit)).await
    }
    async fn purgeable(&self, before_ms: i64) -> Result<Purged> {
        self.read(move |db| purge::purgeable(db, before_ms)).await
    }
    async fn backup(&self, target: &Path) -> Result<()> {
        let (from, target) = (self.path.clone(), target.to_owned());
        let copy = tokio::task::spawn_blocking(move || worker::copy(&from, &target));
        copy.await.map_err(|e| StorageError::Unavailable(e.to_string()))?
    }
}
