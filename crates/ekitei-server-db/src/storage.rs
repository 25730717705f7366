//! The storage trait. Every method is one use case and one transaction; nothing of a transaction crosses it.

use crate::error::Result;
use crate::rows::*;
use async_trait::async_trait;
use ekitei_model::kinds::Variant;
use ekitei_model::people::Staff;
use ekitei_model::record::Fields;
use ekitei_model::wire::{DeviceState, Epoch, PullRequest, PushHeader};
use ekitei_model::{Fault, OpId, Record, RecordId, Scope, StaffId};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use uuid::Uuid;

/// `now_ms` is always the server's clock, milliseconds since 1970 UTC. When a method returns `Ok`, what it says has
/// been committed durably.
#[async_trait]
pub trait Storage: crate::rooms::Rooms + Send + Sync {
    // ── the house itself ──
    async fn meta_get(&self, key: &str) -> Result<Option<String>>;
    async fn meta_set(&self, key: &str, value: &str) -> Result<()>;
    /// Made at the first opening; compared only for equality.
    async fn epoch(&self) -> Result<Epoch>;
    /// After a restore: every lane begins a new generation, every phone reads again.
    async fn new_epoch(&self) -> Result<Epoch>;

    // ── people and devices ──
    /// Adds and changes staff (none is removed) and their directory records in `all:`. Refused: `batch-malformed`
    /// (an id is empty, a text holds a zero character).
    async fn import_staff(&self, staff: Vec<Staff>, now_ms: i64) -> Result<Imported>;
    /// Adds cases, or changes the case that has the same number. Fields are those of a `case` record. Refused:
    /// `batch-malformed` (no number).
    async fn import_cases(&self, cases: Vec<Fields>, now_ms: i64) -> Result<Imported>;
    /// The office's records of one kind in one scope become exactly these; what is no longer among them is deleted, and an
    /// id that was deleted before lives again. For lists that come whole: a person's calendar, the holidays.
    async fn replace_kind(
        &self,
        kind: &str,
        scope: &Scope,
        records: BTreeMap<RecordId, Fields>,
        now_ms: i64,
    ) -> Result<Imported>;
    async fn staff(&self, id: &StaffId) -> Result<Option<Staff>>;
    /// In the directory's order (reading, then id).
    async fn staff_list(&self, filter: &StaffFilter) -> Result<Vec<Staff>>;
    async fn set_password(&self, staff: &StaffId, hash: &str) -> Result<()>;
    async fn password_hash(&self, staff: &StaffId) -> Result<Option<String>>;
    /// A one-time code, by its hash. Refused: `staff-unknown`.
    async fn create_code(&self, staff: &StaffId, code_hash: &str, expires_ms: i64) -> Result<()>;
    /// Single use, atomic. The same phone (public key) asking again, because the answer was lost, gets the device it
    /// made the first time. A phone that this office has forgotten (restored since) comes back under its own id, with
    /// `former`; where the office knows it, its keys decide and its state stays. Refused, without spending the code:
    /// `code-unknown`, `code-expired`, `code-used`, `code-other-person`, `device-taken`, `device-wiped`.
    async fn redeem_code(&self, code_hash: &str, now_ms: i64, new: NewDevice) -> Result<Redeemed>;
    async fn device(&self, id: ekitei_model::DeviceId) -> Result<Option<Device>>;
    /// Last seen first.
    async fn devices(&self, filter: &DeviceFilter) -> Result<Vec<Device>>;
    async fn touch_device(
        &self,
        id: ekitei_model::DeviceId,
        now_ms: i64,
        report: Option<DeviceReport>,
    ) -> Result<()>;
    /// Last contacts of many devices, when nothing else about them is news.
    async fn seen_devices(&self, seen: Vec<(ekitei_model::DeviceId, i64)>) -> Result<()>;
    /// `false`: no such device.
    async fn set_device_state(&self, id: ekitei_model::DeviceId, state: DeviceState) -> Result<bool>;
    /// A console sign-in: makes a device of its own.
    async fn open_session(
        &self,
        staff: &StaffId,
        token_hash: &str,
        now_ms: i64,
        expires_ms: i64,
    ) -> Result<ekitei_model::DeviceId>;
    /// `None`: unknown or past its absolute limit. A found one is marked as seen.
    async fn session(&self, token_hash: &str, now_ms: i64) -> Result<Option<Session>>;
    async fn close_session(&self, token_hash: &str) -> Result<()>;
    /// Works for drained and wiped devices too. Refused: `device-unknown`.
    async fn me(&self, caller: &Caller) -> Result<Me>;
    /// Those of `scopes` that the caller may read now (live sockets re-check with it).
    async fn readable(&self, caller: &Caller, scopes: &[Scope]) -> Result<Vec<Scope>>;

    // ── push ──
    /// Refused: `batch-malformed`, `epoch-changed`, `lane-gap`, `device-wiped`, `device-unknown`.
    async fn apply_push(
        &self,
        caller: &Caller,
        header: &PushHeader,
        ops: Vec<Incoming>,
        now_ms: i64,
    ) -> Result<Pushed>;
    /// The same pipe without lane numbers; the operation id absorbs repeats.
    async fn apply_console(&self, caller: &Caller, op: Incoming, now_ms: i64) -> Result<Applied>;
    /// What has waited for its parent since before `before_ms` goes to quarantine. Returns how many.
    async fn expire_waiting(&self, before_ms: i64, now_ms: i64) -> Result<u64>;
    /// Records that a phone has and the office lacks after a restore, into quarantine. Returns how many were kept.
    async fn salvage(&self, caller: &Caller, records: Vec<Record>, now_ms: i64) -> Result<u64>;

    // ── pull ──
    /// Refused: `epoch-changed`, `device-drained`, `device-wiped`, `device-unknown`.
    async fn pull(&self, caller: &Caller, request: &PullRequest, now_ms: i64) -> Result<Pages>;
    /// One record as JSON; `None`: not there or not readable.
    async fn record(&self, caller: &Caller, id: RecordId) -> Result<Option<String>>;
    /// For the office's own jobs: no permission is asked.
    async fn office_record(&self, id: RecordId) -> Result<Option<Record>>;

    /// The living children of a record in its scope, in the order of their birth. For the office's own jobs.
    async fn office_children(&self, of: RecordId) -> Result<Vec<Record>>;

    // ── bytes ──
    /// Repeating it returns the same upload with its offset.
    async fn upload_create(&self, new: NewUpload, now_ms: i64) -> Result<Upload>;
    async fn upload(&self, id: Uuid) -> Result<Option<Upload>>;
    /// Takes the upload over: the fence grows, an older holder's writes are refused. Refused: `upload-unknown`.
    async fn upload_claim(&self, id: Uuid) -> Result<Upload>;
    /// Moves the offset from `from_bytes` to `to_bytes`. Refused: `upload-unknown`, `upload-taken` (with the true offset).
    async fn upload_advance(&self, id: Uuid, fence: u64, from_bytes: u64, to_bytes: u64) -> Result<()>;
    /// The bytes are stored and verified. Marks the arrival in the record when it is here and names this hash, and
    /// makes the filing job when record and original are both here. Repeating it changes nothing.
    async fn upload_finish(&self, id: Uuid, fence: u64, blob: &BlobRow, now_ms: i64) -> Result<Changed>;
    async fn upload_drop(&self, id: Uuid) -> Result<()>;
    /// Past their time, finished or not; the caller removes the staging file, then drops each.
    async fn uploads_expired(&self, now_ms: i64) -> Result<Vec<Upload>>;
    /// Bytes only through a record that the caller may read. `None`: not readable, or not here yet.
    async fn blob_of(&self, caller: &Caller, record: RecordId, variant: Variant) -> Result<Option<BlobRow>>;
    /// For the office's own jobs.
    async fn office_blob_of(&self, record: RecordId, variant: Variant) -> Result<Option<BlobRow>>;
    async fn all_blobs(&self) -> Result<Vec<BlobRow>>;
    /// Blobs stored before `before_ms` whose last living reference ended before it; and those whose last reference was
    /// purged.
    async fn orphan_blobs(&self, before_ms: i64) -> Result<Vec<BlobRow>>;
    /// Its hash stays in the list of what is gone. `false`: it is referred to again and stays.
    async fn forget_blob(&self, sha256: &str, before_ms: i64, now_ms: i64) -> Result<bool>;
    /// These originals are in a backup now: written into their photo records.
    async fn mark_backed_up(&self, sha256s: &[String], at_ms: i64) -> Result<Changed>;

    // ── jobs ──
    /// The oldest job that is due, leased for `lease_ms`; nobody else has it before the lease ends.
    async fn claim_job(&self, now_ms: i64, lease_ms: i64) -> Result<Option<Job>>;
    /// Every open job is due now and the leases of a server that died are void. Only for a server that is alone.
    async fn resume_jobs(&self, now_ms: i64) -> Result<()>;
    /// Writes the effect and ends the job in one step. Refused: `job-taken`.
    async fn finish_job(&self, job: &Job, effect: JobEffect, now_ms: i64) -> Result<Changed>;
    /// Gives the job back until `run_after_ms`, or at once if what it waits for came while it was worked on. `error` is
    /// a fault code. Refused: `job-taken`.
    async fn retry_job(&self, job: &Job, run_after_ms: i64, error: &str) -> Result<()>;
    async fn job_counts(&self, now_ms: i64) -> Result<JobCounts>;

    // ── what the console reads; a caller sees only what the model's rules let them read ──
    /// Last changed first, at most `limit`.
    async fn cases(&self, caller: &Caller, filter: &CaseFilter, limit: u32) -> Result<Vec<CaseRow>>;
    /// At most `limit` records of the case, those born before `before` (`None`: the newest). Refused: `not-readable`.
    async fn timeline(
        &self,
        caller: &Caller,
        case: RecordId,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Timeline>;
    /// Notes, photos and visits of readable cases, last changed first (JSON).
    async fn recent(&self, caller: &Caller, limit: u32) -> Result<Vec<String>>;
    /// Records of one kind in everything that the caller may read (cases, own sections, all), last changed first (JSON).
    async fn of_kind(&self, caller: &Caller, kind: &str, limit: u32) -> Result<Vec<String>>;
    /// Unresolved conflicts, oldest first.
    async fn conflicts(&self, caller: &Caller) -> Result<Vec<ConflictRow>>;
    /// Who sent these operations; those that are not in the log (the office's own) are left out. No permission is asked:
    /// the ids are those of revisions in records that the caller has read.
    async fn authors(&self, ops: &[OpId]) -> Result<HashMap<OpId, Author>>;
    /// Open entries: of scopes the caller may read, their own, and (section heads and stewards) of their people. What
    /// they may know of but not read (a members-only case of their people) comes without `bytes`.
    async fn quarantine(&self, caller: &Caller) -> Result<Vec<QuarantineRow>>;
    /// Applies the kept bytes in the releasing person's right. An outcome `Quarantined` leaves the entry open.
    /// Refused: `quarantine-unknown`, `quarantine-settled`, `not-readable`.
    async fn quarantine_release(&self, caller: &Caller, id: Uuid, now_ms: i64) -> Result<Applied>;
    /// Looked at and set aside; the bytes stay.
    async fn quarantine_close(&self, caller: &Caller, id: Uuid, now_ms: i64) -> Result<()>;
    /// A copy of a room is allowed or taken by the caller; the record and the log say so. That who asked still reads the
    /// room has been checked. Refused: `not-allowed`, `export-own`.
    async fn export_step(
        &self,
        caller: &Caller,
        id: RecordId,
        step: ExportStep,
        now_ms: i64,
    ) -> Result<Changed>;
    /// Of the whole office: for `/metrics`, not for a person's screen.
    async fn counts(&self, now_ms: i64) -> Result<Counts>;
    /// Of the whole office, as every console shows it all day.
    async fn work(&self, now_ms: i64) -> Result<Work>;
    /// Phones that may send and read.
    async fn phones_active(&self) -> Result<u64>;
    /// The same numbers as the lengths of the caller's lists.
    async fn own_counts(&self, caller: &Caller) -> Result<OwnCounts>;

    // ── maintenance ──
    /// One fault per contradiction between log, records, heads, jobs and blobs; empty: all is well.
    async fn verify_rows(&self) -> Result<Vec<Fault>>;
    /// Every living record of a kind by id (JSON), for checks against the shared folder. At most `limit`, after `after`.
    async fn scan_kind(&self, kind: &str, after: Option<RecordId>, limit: u32) -> Result<Vec<String>>;
    /// Replaced versions of a record (JSON, or what retention left of it), oldest first. For audit: no permission is
    /// asked.
    async fn history(&self, id: RecordId) -> Result<Vec<String>>;
    /// One entry of the quarantine, settled or not. For audit: no permission is asked.
    async fn quarantine_entry(&self, id: Uuid) -> Result<Option<QuarantineRow>>;
    /// Retention: empties what ended (was deleted, settled) before `before_ms`, at most `limit` of each sort; to be
    /// repeated until nothing is left.
    async fn purge(&self, before_ms: i64, now_ms: i64, limit: u32) -> Result<Purged>;
    /// What [`Storage::purge`] would find now.
    async fn purgeable(&self, before_ms: i64) -> Result<Purged>;
    /// A consistent copy of the database into a new file. Refused: `file-exists`, `backup-elsewhere` (PostgreSQL has its
    /// own tools).
    async fn backup(&self, target: &Path) -> Result<()>;
}
