//! PostgreSQL, for several servers on one database.

mod bytes;
mod codec;
mod console;
mod jobs;
mod load;
mod migrate;
mod people;
mod pull;
mod purge;
mod push;
mod rooms;
mod session;
mod tls;
mod verify;
mod write;

use crate::error::{Result, StorageError};
use crate::rows::*;
use crate::storage::Storage;
use async_trait::async_trait;
use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime};
use ekitei_model::kinds::Variant;
use ekitei_model::people::Staff;
use ekitei_model::record::Fields;
use ekitei_model::wire::{DeviceState, Epoch, PullRequest, PushHeader};
use ekitei_model::{DeviceId, Fault, OpId, Record, RecordId, Scope, StaffId};
use session::{Go, Trouble};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::time::Duration;
use tokio_postgres::IsolationLevel;
use uuid::Uuid;

const MAX_CONNECTIONS: usize = 16;
/// How long a request waits for a free connection, and a connection for the database.
const PATIENCE: Duration = Duration::from_secs(10);
/// A transaction that collided is begun again at once, this many times.
const MAX_ATTEMPTS: u32 = 12;
/// How old a session's `seen_ms` may be before a use of it is written down.
const SEEN_EVERY_MS: i64 = 60_000;

/// The backend for several servers.
pub struct Postgres {
    pool: Pool,
}

impl Postgres {
    /// Connects to `url` (`postgres://user:password@host/database[?sslmode=disable|require|verify-full&sslrootcert=FILE]`)
    /// and brings the database to this program's schema. Refused: `database-newer`, `database-address`,
    /// `database-sslmode`, `database-root`.
    pub async fn connect(url: &str) -> Result<Self> {
        let (mut config, tls) = tls::read(url)?;
        // What is answered is on disk, whatever the cluster's default.
        let options = format!("{} -c synchronous_commit=on", config.get_options().unwrap_or_default());
        config.options(options.trim()).application_name("ekitei").connect_timeout(PATIENCE);
        let manager =
            Manager::from_config(config, tls, ManagerConfig { recycling_method: RecyclingMethod::Fast });
        let pool = Pool::builder(manager)
            .max_size(MAX_CONNECTIONS)
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(PATIENCE))
            .create_timeout(Some(PATIENCE))
            .build()
            .map_err(|e| StorageError::Unavailable(e.to_string()))?;
        let store = Self { pool };
        let mut client = store.client().await?;
        migrate::migrate(&mut client).await?;
        let tx = client.transaction().await.map_err(Trouble::from)?;
        people::first_epoch(&tx).await?;
        tx.commit().await.map_err(Trouble::from)?;
        drop(client);
        Ok(store)
    }

    async fn client(&self) -> Result<Object> {
        self.pool.get().await.map_err(|e| StorageError::Unavailable(e.to_string()))
    }
}

/// What to do after an attempt: answer, or begin again (alone at the waiting gate, or not).
fn after(trouble: Trouble, attempt: u32) -> Result<bool> {
    match trouble {
        Trouble::Alone => Ok(true),
        Trouble::Again(_) if attempt < MAX_ATTEMPTS => Ok(false),
        other => Err(other.into()),
    }
}

/// A write transaction: `$s` is the session, `$body` an expression of type `Go<T>`. A macro, because a closure that
/// lends a transaction to a future cannot say that the future may change threads.
macro_rules! write {
    ($self:ident, $s:ident, $body:expr) => {{
        let (mut alone, mut attempt) = (false, 0);
        loop {
            attempt += 1;
            let mut client = $self.client().await?;
            let done: Go<_> = async {
                let tx = client.transaction().await?;
                #[allow(unused_mut)]
                let mut $s = session::Session::begin(tx, alone).await?;
                let value = $body?;
                $s.tx.commit().await?;
                Ok(value)
            }
            .await;
            match done {
                Ok(value) => break Ok(value),
                Err(trouble) => alone = after(trouble, attempt)? || alone,
            }
        }
    }};
}

/// A write that touches no records: no waiting gate.
macro_rules! change {
    ($self:ident, $tx:ident, $body:expr) => {{
        let mut attempt = 0;
        loop {
            attempt += 1;
            let mut client = $self.client().await?;
            let done: Go<_> = async {
                let $tx = client.transaction().await?;
                let value = $body?;
                $tx.commit().await?;
                Ok(value)
            }
            .await;
            match done {
                Ok(value) => break Ok(value),
                Err(trouble) => drop(after(trouble, attempt)?),
            }
        }
    }};
}

/// A read on one consistent snapshot.
macro_rules! read {
    ($self:ident, $tx:ident, $body:expr) => {{
        let mut client = $self.client().await?;
        let done: Go<_> = async {
            let begin =
                client.build_transaction().isolation_level(IsolationLevel::RepeatableRead).read_only(true);
            let $tx = begin.start().await?;
            let value = $body?;
            $tx.commit().await?;
            Ok(value)
        }
        .await;
        Ok(done?)
    }};
}

mod rooms_read;
mod rooms_tally;

#[async_trait]
impl Storage for Postgres {
    async fn meta_get(&self, key: &str) -> Result<Option<String>> {
        read!(self, tx, people::meta_get(&tx, key).await)
    }
    async fn meta_set(&self, key: &str, value: &str) -> Result<()> {
        change!(self, tx, people::meta_set(&tx, key, value).await)
    }
    async fn epoch(&self) -> Result<Epoch> {
        read!(self, tx, people::epoch(&tx).await)
    }
    async fn new_epoch(&self) -> Result<Epoch> {
        change!(self, tx, people::new_epoch(&tx).await)
    }
    async fn import_staff(&self, staff: Vec<Staff>, now_ms: i64) -> Result<Imported> {
        write!(self, s, people::import_staff(&mut s, &staff, now_ms).await)
    }
    async fn import_cases(&self, cases: Vec<Fields>, now_ms: i64) -> Result<Imported> {
        write!(self, s, people::import_cases(&mut s, &cases, now_ms).await)
    }
    async fn replace_kind(
        &self,
        kind: &str,
        scope: &Scope,
        records: BTreeMap<RecordId, Fields>,
        now_ms: i64,
    ) -> Result<Imported> {
        write!(self, s, people::replace_kind(&mut s, kind, scope, &records, now_ms).await)
    }
    async fn staff(&self, id: &StaffId) -> Result<Option<Staff>> {
        read!(self, tx, load::staff(&tx, id).await)
    }
    async fn staff_list(&self, filter: &StaffFilter) -> Result<Vec<Staff>> {
        read!(self, tx, people::staff_list(&tx, filter).await)
    }
    async fn set_password(&self, staff: &StaffId, hash: &str) -> Result<()> {
        change!(self, tx, people::set_password(&tx, staff, hash).await)
    }
    async fn password_hash(&self, staff: &StaffId) -> Result<Option<String>> {
        read!(self, tx, people::password_hash(&tx, staff).await)
    }
    async fn create_code(&self, staff: &StaffId, code_hash: &str, expires_ms: i64) -> Result<()> {
        change!(self, tx, people::create_code(&tx, staff, code_hash, expires_ms).await)
    }
    async fn redeem_code(&self, code_hash: &str, now_ms: i64, new: NewDevice) -> Result<Redeemed> {
        change!(self, tx, people::redeem_code(&tx, code_hash, now_ms, &new).await)
    }
    async fn device(&self, id: DeviceId) -> Result<Option<Device>> {
        read!(self, tx, people::device(&tx, id).await)
    }
    async fn devices(&self, filter: &DeviceFilter) -> Result<Vec<Device>> {
        read!(self, tx, people::devices(&tx, filter).await)
    }
    async fn touch_device(&self, id: DeviceId, now_ms: i64, report: Option<DeviceReport>) -> Result<()> {
        change!(self, tx, people::touch_device(&tx, id, now_ms, report.as_ref()).await)
    }
    async fn seen_devices(&self, seen: Vec<(DeviceId, i64)>) -> Result<()> {
        change!(self, tx, people::seen_devices(&tx, &seen).await)
    }
    async fn set_device_state(&self, id: DeviceId, state: DeviceState) -> Result<bool> {
        change!(self, tx, people::set_device_state(&tx, id, state).await)
    }
    async fn open_session(
        &self,
        staff: &StaffId,
        token_hash: &str,
        now_ms: i64,
        expires_ms: i64,
    ) -> Result<DeviceId> {
        change!(self, tx, people::open_session(&tx, staff, token_hash, now_ms, expires_ms).await)
    }
    async fn session(&self, token_hash: &str, now_ms: i64) -> Result<Option<Session>> {
        let found = read!(self, tx, people::session(&tx, token_hash, now_ms).await);
        if let Ok(Some(Session { seen_ms, .. })) = found
            && seen_ms + SEEN_EVERY_MS <= now_ms
        {
            let seen: Result<()> = change!(self, tx, people::session_seen(&tx, token_hash, now_ms).await);
            seen?;
        }
        found
    }
    async fn close_session(&self, token_hash: &str) -> Result<()> {
        change!(self, tx, people::close_session(&tx, token_hash).await)
    }
    async fn me(&self, caller: &Caller) -> Result<Me> {
        read!(self, tx, people::me(&tx, caller).await)
    }
    async fn readable(&self, caller: &Caller, scopes: &[Scope]) -> Result<Vec<Scope>> {
        read!(self, tx, people::readable(&tx, caller, scopes).await)
    }
    async fn apply_push(
        &self,
        caller: &Caller,
        header: &PushHeader,
        ops: Vec<Incoming>,
        now_ms: i64,
    ) -> Result<Pushed> {
        write!(self, s, push::apply_push(&mut s, caller, header, &ops, now_ms).await)
    }
    async fn apply_console(&self, caller: &Caller, op: Incoming, now_ms: i64) -> Result<Applied> {
        write!(self, s, push::apply_console(&mut s, caller, &op, now_ms).await)
    }
    async fn expire_waiting(&self, before_ms: i64, now_ms: i64) -> Result<u64> {
        write!(self, s, push::expire_waiting(&mut s, before_ms, now_ms).await)
    }
    async fn salvage(&self, caller: &Caller, records: Vec<Record>, now_ms: i64) -> Result<u64> {
        write!(self, s, push::salvage(&mut s, caller, &records, now_ms).await)
    }
    async fn pull(&self, caller: &Caller, request: &PullRequest, now_ms: i64) -> Result<Pages> {
        read!(self, tx, pull::pull(&tx, caller, request, now_ms).await)
    }
    async fn record(&self, caller: &Caller, id: RecordId) -> Result<Option<String>> {
        read!(self, tx, pull::readable_record(&tx, caller, id).await.map(|found| found.map(|(_, body)| body)))
    }
    async fn office_record(&self, id: RecordId) -> Result<Option<Record>> {
        read!(self, tx, load::record(&tx, id).await)
    }
    async fn office_children(&self, of: RecordId) -> Result<Vec<Record>> {
        read!(self, tx, console::children(&tx, of).await)
    }
    async fn upload_create(&self, new: NewUpload, now_ms: i64) -> Result<Upload> {
        change!(self, tx, bytes::upload_create(&tx, &new, now_ms).await)
    }
    async fn upload(&self, id: Uuid) -> Result<Option<Upload>> {
        read!(self, tx, bytes::upload(&tx, id).await)
    }
    async fn upload_claim(&self, id: Uuid) -> Result<Upload> {
        change!(self, tx, bytes::upload_claim(&tx, id).await)
    }
    async fn upload_advance(&self, id: Uuid, fence: u64, from_bytes: u64, to_bytes: u64) -> Result<()> {
        change!(self, tx, bytes::upload_advance(&tx, id, fence, from_bytes, to_bytes).await)
    }
    async fn upload_finish(&self, id: Uuid, fence: u64, blob: &BlobRow, now_ms: i64) -> Result<Changed> {
        write!(self, s, bytes::upload_finish(&mut s, id, fence, blob, now_ms).await)
    }
    async fn upload_drop(&self, id: Uuid) -> Result<()> {
        change!(self, tx, bytes::upload_drop(&tx, id).await)
    }
    async fn uploads_expired(&self, now_ms: i64) -> Result<Vec<Upload>> {
        read!(self, tx, bytes::uploads_expired(&tx, now_ms).await)
    }
    async fn blob_of(&self, caller: &Caller, record: RecordId, variant: Variant) -> Result<Option<BlobRow>> {
        read!(self, tx, bytes::blob_of(&tx, caller, record, variant).await)
    }
    async fn office_blob_of(&self, record: RecordId, variant: Variant) -> Result<Option<BlobRow>> {
        read!(self, tx, bytes::office_blob_of(&tx, record, variant).await)
    }
    async fn all_blobs(&self) -> Result<Vec<BlobRow>> {
        read!(self, tx, bytes::all_blobs(&tx).await)
    }
    async fn orphan_blobs(&self, before_ms: i64) -> Result<Vec<BlobRow>> {
        read!(self, tx, bytes::orphan_blobs(&tx, before_ms).await)
    }
    async fn forget_blob(&self, sha256: &str, before_ms: i64, now_ms: i64) -> Result<bool> {
        change!(self, tx, bytes::forget_blob(&tx, sha256, before_ms, now_ms).await)
    }
    async fn mark_backed_up(&self, sha256s: &[String], at_ms: i64) -> Result<Changed> {
        write!(self, s, bytes::mark_backed_up(&mut s, sha256s, at_ms).await)
    }
    async fn claim_job(&self, now_ms: i64, lease_ms: i64) -> Result<Option<Job>> {
        change!(self, tx, jobs::claim_job(&tx, now_ms, lease_ms).await)
    }
    async fn resume_jobs(&self, now_ms: i64) -> Result<()> {
        change!(self, tx, jobs::resume_jobs(&tx, now_ms).await)
    }
    async fn finish_job(&self, job: &Job, effect: JobEffect, now_ms: i64) -> Result<Changed> {
        write!(self, s, jobs::finish_job(&mut s, job, &effect, now_ms).await)
    }
    async fn retry_job(&self, job: &Job, run_after_ms: i64, error: &str) -> Result<()> {
        change!(self, tx, jobs::retry_job(&tx, job, run_after_ms, error).await)
    }
    async fn job_counts(&self, now_ms: i64) -> Result<JobCounts> {
        read!(self, tx, jobs::job_counts(&tx, now_ms).await)
    }
    async fn cases(&self, caller: &Caller, filter: &CaseFilter, limit: u32) -> Result<Vec<CaseRow>> {
        read!(self, tx, console::cases(&tx, caller, filter, limit).await)
    }
    async fn timeline(
        &self,
        caller: &Caller,
        case: RecordId,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Timeline> {
        read!(self, tx, console::timeline(&tx, caller, case, before, limit).await)
    }
    async fn recent(&self, caller: &Caller, limit: u32) -> Result<Vec<String>> {
        read!(self, tx, console::recent(&tx, caller, limit).await)
    }
    async fn of_kind(&self, caller: &Caller, kind: &str, limit: u32) -> Result<Vec<String>> {
        read!(self, tx, console::of_kind(&tx, caller, kind, limit).await)
    }
    async fn conflicts(&self, caller: &Caller) -> Result<Vec<ConflictRow>> {
        read!(self, tx, console::conflicts(&tx, caller).await)
    }
    async fn authors(&self, ops: &[OpId]) -> Result<HashMap<OpId, Author>> {
        read!(self, tx, console::authors(&tx, ops).await)
    }
    async fn quarantine(&self, caller: &Caller) -> Result<Vec<QuarantineRow>> {
        read!(self, tx, console::quarantine(&tx, caller).await)
    }
    async fn quarantine_release(&self, caller: &Caller, id: Uuid, now_ms: i64) -> Result<Applied> {
        write!(self, s, push::quarantine_release(&mut s, caller, id, now_ms).await)
    }
    async fn export_step(
        &self,
        caller: &Caller,
        id: RecordId,
        step: ExportStep,
        now_ms: i64,
    ) -> Result<Changed> {
        write!(self, s, push::export_step(&mut s, caller, id, &step, now_ms).await)
    }
    async fn quarantine_close(&self, caller: &Caller, id: Uuid, now_ms: i64) -> Result<()> {
        write!(self, s, push::quarantine_close(&mut s, caller, id, now_ms).await)
    }
    async fn counts(&self, now_ms: i64) -> Result<Counts> {
        read!(self, tx, console::counts(&tx, now_ms).await)
    }
    async fn work(&self, now_ms: i64) -> Result<Work> {
        read!(self, tx, console::work(&tx, now_ms).await)
    }
    async fn phones_active(&self) -> Result<u64> {
        read!(self, tx, console::phones_active(&tx).await)
    }
    async fn own_counts(&self, caller: &Caller) -> Result<OwnCounts> {
        read!(self, tx, console::own_counts(&tx, caller).await)
    }
    async fn verify_rows(&self) -> Result<Vec<Fault>> {
        read!(self, tx, verify::verify_rows(&tx).await)
    }
    async fn scan_kind(&self, kind: &str, after: Option<RecordId>, limit: u32) -> Result<Vec<String>> {
        read!(self, tx, console::scan_kind(&tx, kind, after, limit).await)
    }
    async fn history(&self, id: RecordId) -> Result<Vec<String>> {
        read!(self, tx, console::history(&tx, id).await)
    }
    async fn quarantine_entry(&self, id: Uuid) -> Result<Option<QuarantineRow>> {
        read!(self, tx, push::find_entry(&tx, id).await)
    }
    async fn purge(&self, before_ms: i64, now_ms: i64, limit: u32) -> Result<Purged> {
        write!(self, s, purge::purge(&mut s, before_ms, now_ms, limit).await)
    }
    async fn purgeable(&self, before_ms: i64) -> Result<Purged> {
        read!(self, tx, purge::purgeable(&tx, before_ms).await)
    }
    async fn backup(&self, _target: &Path) -> Result<()> {
        Err(StorageError::refused("backup-elsewhere"))
    }
}
