//! The office: its real storage on a real SQLite file, and around it what the server's handlers do with bytes.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use ekitei_model::wire::{BytesOf, DeviceState, MeReply, OfficeKey, PullRequest};
use ekitei_model::{Cure, DeviceId, Fault, Record, Scope, StaffId, Stamp};
use ekitei_seal::{Identity, key_id, open_bytes};
use ekitei_server_db::{BlobRow, Caller, Incoming, Sqlite, Storage, StorageError, Upload};
use ekitei_sync::CallError;
use ekitei_sync::error::{classify, classify_upload};
use ekitei_sync::transport::{NewUpload, Piece, PullAnswer, PushAnswer, PushBatch, Traffic, UploadAt};
use ekitei_sync::wire::WirePage;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::books::office_db;
use super::clock::{DAY_MS, NOW};
use super::looks::Looks;
use super::rights;

type Answer<T> = Result<T, CallError>;

pub struct Office {
    dir: PathBuf,
    storage: Mutex<Option<Arc<Sqlite>>>,
    now: AtomicI64,
    identity: Identity,
    /// The next write of bytes is its last.
    dying: AtomicBool,
    /// One call at a time: the order of calls is the schedule's.
    pub gate: tokio::sync::Mutex<()>,
    /// Answers that no rule explains.
    defects: Mutex<Vec<String>>,
    /// For the books.
    pub looks: Looks,
}

pub fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

impl Office {
    /// Opens the folder; its database is made when it is not there.
    pub fn open(dir: &Path, identity: Identity) -> Arc<Self> {
        for folder in ["blobs", "staging"] {
            fs::create_dir_all(dir.join(folder)).unwrap();
        }
        let office = Self {
            dir: dir.to_owned(),
            storage: Mutex::new(None),
            now: AtomicI64::new(NOW),
            identity,
            dying: AtomicBool::new(false),
            gate: tokio::sync::Mutex::new(()),
            defects: Mutex::new(Vec::new()),
            looks: Looks::default(),
        };
        office.start();
        Arc::new(office)
    }

    pub fn db_path(&self) -> PathBuf {
        self.dir.join("office.db")
    }

    fn start(&self) {
        let storage = Sqlite::open(&self.db_path()).unwrap();
        *self.storage.lock().unwrap() = Some(Arc::new(storage));
    }

    /// Killed and started again.
    pub fn restart(&self) {
        self.stop();
        self.start();
    }

    fn stop(&self) {
        self.looks.close();
        let storage = self.storage.lock().unwrap().take().unwrap();
        assert_eq!(Arc::strong_count(&storage), 1, "somebody holds the storage");
    }

    pub fn storage(&self) -> Arc<Sqlite> {
        Arc::clone(self.storage.lock().unwrap().as_ref().unwrap())
    }

    pub fn set_dying(&self, dying: bool) {
        self.dying.store(dying, Ordering::SeqCst);
    }

    pub fn now_ms(&self) -> i64 {
        self.now.load(Ordering::SeqCst)
    }

    pub fn advance(&self, ms: i64) {
        self.now.fetch_add(ms, Ordering::SeqCst);
    }

    pub fn caller(&self, device: DeviceId, staff: &StaffId) -> Caller {
        Caller { device, staff: staff.clone(), today: Stamp::japan(self.now_ms()).local_date() }
    }

    pub fn key(&self) -> OfficeKey {
        let recipient = self.identity.recipient();
        OfficeKey { key_id: key_id(&recipient), recipient: recipient.to_string() }
    }

    pub fn defects(&self) -> Vec<String> {
        self.defects.lock().unwrap().clone()
    }

    pub fn blobs(&self) -> PathBuf {
        self.dir.join("blobs")
    }

    // ── backup and restore, as the server's commands do them ──

    pub async fn backup(&self, number: usize) {
        let target = self.dir.join(format!("backup-{number}"));
        fs::create_dir_all(target.join("blobs")).unwrap();
        self.storage().backup(&target.join("office.db")).await.unwrap();
        copy_folder(&self.blobs(), &target.join("blobs"));
    }

    pub async fn restore(&self, number: usize) {
        let from = self.dir.join(format!("backup-{number}"));
        self.stop();
        for suffix in ["", "-wal", "-shm"] {
            let _ = fs::remove_file(self.dir.join(format!("office.db{suffix}")));
        }
        for folder in ["blobs", "staging"] {
            fs::remove_dir_all(self.dir.join(folder)).unwrap();
            fs::create_dir_all(self.dir.join(folder)).unwrap();
        }
        fs::copy(from.join("office.db"), self.db_path()).unwrap();
        self.start();
        let storage = self.storage();
        for row in storage.all_blobs().await.unwrap() {
            fs::copy(from.join("blobs").join(&row.sha256), self.blobs().join(&row.sha256)).unwrap();
        }
        for upload in storage.uploads_expired(i64::MAX).await.unwrap() {
            if !upload.done {
                storage.upload_drop(upload.id).await.unwrap();
            }
        }
        storage.new_epoch().await.unwrap();
    }

    // ── what phones call ──

    fn wrong(&self, error: StorageError) -> CallError {
        let StorageError::Refused(mut fault) = error else {
            self.defects.lock().unwrap().push(error.to_string());
            return CallError::Busy { status: 503, retry_after_ms: None };
        };
        let status = match fault.code.as_str() {
            "epoch-changed" | "lane-gap" | "upload-taken" => {
                fault.cure = Cure::Retry;
                409
            }
            "device-unknown" => 401,
            "device-drained" | "device-wiped" => 403,
            "upload-unknown" => return classify_upload(404, None, Some(fault)),
            "batch-malformed" => 400,
            _ => 422,
        };
        classify(status, None, Some(fault))
    }

    async fn state(&self, device: DeviceId) -> Answer<DeviceState> {
        let device = self.storage().device(device).await.map_err(|e| self.wrong(e))?;
        device.map(|d| d.state).ok_or(CallError::Token)
    }

    async fn may_write(&self, device: DeviceId) -> Answer<()> {
        match self.state(device).await? {
            DeviceState::Wiped => Err(CallError::Device(DeviceState::Wiped)),
            _ => Ok(()),
        }
    }

    pub async fn me(&self, device: DeviceId, staff: &StaffId) -> Answer<MeReply> {
        let me = self.storage().me(&self.caller(device, staff)).await.map_err(|e| self.wrong(e))?;
        Ok(MeReply {
            staff: me.staff,
            standing: me.standing,
            acl_version: me.acl_version,
            epoch: me.epoch,
            state: me.state,
            office: self.key(),
            now_ms: self.now_ms(),
        })
    }

    pub async fn push(&self, device: DeviceId, staff: &StaffId, batch: &PushBatch) -> Answer<PushAnswer> {
        let ops = batch.ops.iter().map(|line| Incoming::parse(line).unwrap()).collect();
        let caller = self.caller(device, staff);
        let pushed = self.storage().apply_push(&caller, &batch.header, ops, self.now_ms()).await;
        let pushed = pushed.map_err(|e| self.wrong(e))?;
        let up = batch.ops.iter().map(|op| op.len() as u64).sum();
        Ok(PushAnswer { reply: pushed.reply, results: pushed.results, traffic: Traffic { up, down: 100 } })
    }

    /// Looks over the handlers' shoulder: nothing leaves that the person may not see, nothing is withheld that they may.
    fn right(&self, staff: &StaffId, scope: &Scope, shown: bool, denied: bool) {
        let defect = match rights::may_see(&office_db(self), staff, scope) {
            Some(false) if shown => "was shown",
            Some(true) if denied => "was denied",
            None if denied => "was denied what is not here:",
            _ => return,
        };
        self.defects.lock().unwrap().push(format!("{staff} {defect} {scope}"));
    }

    pub async fn pull(&self, device: DeviceId, staff: &StaffId, request: &PullRequest) -> Answer<PullAnswer> {
        let pulled = self.storage().pull(&self.caller(device, staff), request, self.now_ms()).await;
        let pulled = pulled.map_err(|e| self.wrong(e))?;
        for page in &pulled.pages {
            self.right(staff, &page.header.scope, !page.records.is_empty(), page.header.denied);
        }
        for scope in &pulled.reply.standing {
            self.right(staff, scope, true, false);
        }
        let page = |page: ekitei_server_db::Page| {
            let records = page.records.iter().flat_map(|r| [r.as_bytes(), b"\n"].concat()).collect();
            WirePage { header: page.header, records }
        };
        let pages: Vec<WirePage> = pulled.pages.into_iter().map(page).collect();
        let down = pages.iter().map(|p| p.records.len() as u64 + 50).sum();
        Ok(PullAnswer { reply: pulled.reply, pages, traffic: Traffic { up: 50, down } })
    }

    pub async fn salvage(&self, device: DeviceId, staff: &StaffId, records: &[Record]) -> Answer<Traffic> {
        self.may_write(device).await?;
        let caller = self.caller(device, staff);
        let kept = self.storage().salvage(&caller, records.to_vec(), self.now_ms()).await;
        kept.map_err(|e| self.wrong(e))?;
        Ok(Traffic::default())
    }

    pub async fn download(
        &self,
        device: DeviceId,
        staff: &StaffId,
        of: &BytesOf,
        from: u64,
        max_bytes: u64,
    ) -> Answer<Piece> {
        match self.state(device).await? {
            DeviceState::Active => {}
            state => return Err(CallError::Device(state)),
        }
        let caller = self.caller(device, staff);
        let blob = self.storage().blob_of(&caller, of.record, of.variant).await;
        let missing = || CallError::Refused(Fault::ask("not-found"));
        let blob = blob.map_err(|e| self.wrong(e))?.ok_or_else(missing)?;
        let scope = rights::scope_of(&office_db(self), of.record).unwrap();
        self.right(staff, &scope, true, false);
        let whole = fs::read(self.blobs().join(&blob.sha256)).unwrap();
        let begin = usize::try_from(from).unwrap().min(whole.len());
        let end = begin.saturating_add(usize::try_from(max_bytes).unwrap()).min(whole.len());
        let bytes = Bytes::copy_from_slice(&whole[begin..end]);
        let traffic = Traffic { up: 0, down: bytes.len() as u64 };
        Ok(Piece { from, bytes, total_bytes: whole.len() as u64, traffic })
    }

    pub async fn upload_create(
        &self,
        device: DeviceId,
        _: &StaffId,
        new: &NewUpload,
        first: &[u8],
    ) -> Answer<UploadAt> {
        self.may_write(device).await?;
        let row = ekitei_server_db::NewUpload {
            device,
            record: new.record,
            variant: new.variant,
            sha256: new.sha256.clone(),
            cipher_sha256: new.cipher_sha256.clone(),
            key_id: new.key_id.clone(),
            length_bytes: new.cipher_bytes,
            expires_ms: self.now_ms() + 14 * DAY_MS,
        };
        let upload = self.storage().upload_create(row, self.now_ms()).await.map_err(|e| self.wrong(e))?;
        // As the server: bytes of a repeated creation are not taken when some are there.
        let first = if upload.offset_bytes == 0 && !upload.done { first } else { &[] };
        self.take(upload, first).await
    }

    async fn known(&self, device: DeviceId, location: &str) -> Answer<Upload> {
        self.may_write(device).await?;
        let id: Uuid = location.parse().unwrap();
        let upload = self.storage().upload(id).await.map_err(|e| self.wrong(e))?;
        let upload =
            upload.filter(|u| u.new.device == device && (u.done || u.new.expires_ms > self.now_ms()));
        upload.ok_or(CallError::UploadMoved { status: 404 })
    }

    pub async fn upload_head(&self, device: DeviceId, _: &StaffId, location: &str) -> Answer<UploadAt> {
        let upload = self.known(device, location).await?;
        self.take(upload, &[]).await
    }

    pub async fn upload_patch(
        &self,
        device: DeviceId,
        _: &StaffId,
        location: &str,
        offset: u64,
        bytes: &[u8],
    ) -> Answer<UploadAt> {
        let upload = self.known(device, location).await?;
        if !upload.done && upload.offset_bytes != offset {
            return Err(CallError::UploadMoved { status: 409 });
        }
        self.take(upload, bytes).await
    }

    /// Bytes first, then the offset; the last byte is followed by the check and the receipt.
    async fn take(&self, upload: Upload, bytes: &[u8]) -> Answer<UploadAt> {
        let storage = self.storage();
        let mut at = UploadAt {
            location: upload.id.to_string(),
            offset: upload.offset_bytes,
            verified: upload.done,
            traffic: Traffic { up: bytes.len() as u64, down: 50 },
        };
        if upload.done {
            at.offset = upload.new.length_bytes;
            return Ok(at);
        }
        let claimed = storage.upload_claim(upload.id).await.map_err(|e| self.wrong(e))?;
        let staging = self.dir.join("staging").join(upload.id.to_string());
        let mut whole = fs::read(&staging).unwrap_or_default();
        whole.truncate(usize::try_from(claimed.offset_bytes).unwrap());
        whole.extend_from_slice(bytes);
        let to = whole.len() as u64;
        if to > upload.new.length_bytes {
            return Err(CallError::Refused(Fault::ask("too-large")));
        }
        fs::write(&staging, &whole).unwrap();
        if self.dying.load(Ordering::SeqCst) {
            return Err(CallError::Network("the office died".into()));
        }
        if !bytes.is_empty() {
            let moved = storage.upload_advance(upload.id, claimed.fence, claimed.offset_bytes, to).await;
            moved.map_err(|e| self.wrong(e))?;
        }
        at.offset = to;
        if to == upload.new.length_bytes {
            self.finish(&claimed, &whole).await?;
            at.verified = true;
            fs::remove_file(&staging).unwrap();
        }
        Ok(at)
    }

    async fn finish(&self, upload: &Upload, cipher: &[u8]) -> Answer<()> {
        let storage = self.storage();
        if hex(cipher) != upload.new.cipher_sha256 {
            storage.upload_drop(upload.id).await.map_err(|e| self.wrong(e))?;
            return Err(CallError::Checksum);
        }
        let plain = open_bytes(cipher, std::slice::from_ref(&self.identity)).unwrap();
        let sha256 = hex(&plain);
        if sha256 != upload.new.sha256 {
            storage.upload_drop(upload.id).await.map_err(|e| self.wrong(e))?;
            return Err(CallError::Refused(Fault::ask("upload-content")));
        }
        fs::write(self.blobs().join(&sha256), &plain).unwrap();
        let blob = BlobRow { sha256, bytes: plain.len() as u64, media_type: "image/jpeg".into() };
        let done = storage.upload_finish(upload.id, upload.fence, &blob, self.now_ms()).await;
        done.map_err(|e| self.wrong(e)).map(|_| ())
    }
}

pub fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_folder(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}
