//! The unlocked phone: what use cases read and write with. Writing always goes queue first, then vault.

use crate::bridge::event::{Event, Topic};
use crate::change::{self, Change};
use crate::clock::Now;
use crate::inbox::Inbox;
use crate::reader::Reader;
use crate::shared::Shared;
use ekitei_model::kinds::{self, Variant, photo};
use ekitei_model::people::Staff;
use ekitei_model::record::Fields;
use ekitei_model::rules::MAX_OP_BYTES;
use ekitei_model::{DeviceId, Fault, OpId, Record, RecordId, Scope, StaffId};
use ekitei_seal::Recipient;
use ekitei_store::queue::{Blob, Credential, Download, blobs, downloads, ops};
use ekitei_store::vault::{Shown, drafts, rooms};
use ekitei_store::{Connection, FileGuard, StoreError, Transaction, Vault};
use serde_json::Value;
use std::sync::Arc;
use zeroize::Zeroizing;

pub(crate) struct Open<'a> {
    shared: &'a Shared,
    vault: Arc<Vault>,
    credential: Credential,
}

impl<'a> Open<'a> {
    pub fn new(shared: &'a Shared, vault: Arc<Vault>, credential: Credential) -> Self {
        Self { shared, vault, credential }
    }

    pub fn shared(&self) -> &'a Shared {
        self.shared
    }
    pub fn now(&self) -> &Now {
        self.shared.now()
    }
    pub fn inbox(&self) -> &Inbox {
        self.shared.inbox()
    }
    pub fn me(&self) -> &StaffId {
        &self.credential.staff.id
    }
    pub fn staff(&self) -> &Staff {
        &self.credential.staff
    }
    pub fn my_name(&self) -> &str {
        &self.credential.staff.name
    }
    /// Of the first post held today; empty without one.
    pub fn my_section(&self) -> String {
        let today = self.now().today();
        self.credential.staff.sections_on(&today).next().unwrap_or_default().to_owned()
    }
    pub fn language(&self) -> String {
        crate::usecase::settings::get(self.shared).map_or_else(|_| "ja".to_owned(), |s| s.language)
    }
    pub fn device(&self) -> DeviceId {
        self.credential.device_id
    }
    pub fn reader(&self) -> Reader<'_> {
        Reader { vault: &self.vault, home: self.shared.home() }
    }

    pub fn queue_read<T>(&self, f: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, Fault> {
        self.shared.queue_read(f)
    }
    pub fn queue_write<T>(&self, f: impl FnOnce(&Transaction) -> Result<T, StoreError>) -> Result<T, Fault> {
        self.shared.queue_write(f)
    }

    /// The record, which must be of this kind.
    ///
    /// # Errors
    /// `record-unknown`.
    pub fn record_of(&self, id: RecordId, kind: &str) -> Result<Shown, Fault> {
        self.reader()
            .record(id)?
            .filter(|s| s.record.kind == kind)
            .ok_or_else(|| Fault::ask("record-unknown"))
    }

    /// Whether an operation about this record is still in this phone's queue or overlay.
    pub fn has_written(&self, id: RecordId) -> Result<bool, Fault> {
        Ok(self.vault.read(|c| rooms::has_written(c, id))?)
    }

    /// The operations of this phone about the record that are in its overlay.
    pub fn written(&self, id: RecordId) -> Result<Vec<OpId>, Fault> {
        Ok(self.vault.read(|c| rooms::written(c, id))?)
    }

    /// Commits all changes to the queue in one transaction, then shows them.
    ///
    /// # Errors
    /// `record-too-large`: the office would set it aside; store faults. Nothing is written then.
    pub fn commit(&self, changes: &[Change]) -> Result<(), Fault> {
        self.commit_with(changes, |_| Ok(()))
    }

    /// As [`Open::commit`], with more rows in the same transaction.
    pub fn commit_with(
        &self,
        changes: &[Change],
        also: impl FnOnce(&Transaction) -> Result<(), StoreError>,
    ) -> Result<(), Fault> {
        if changes.iter().any(Change::is_too_large) {
            return Err(Fault::ask("record-too-large").with("limit_kb", MAX_OP_BYTES / 1024));
        }
        let now_ms = self.now().ms();
        self.queue_write(|tx| {
            for change in changes {
                ops::enqueue(tx, &change.op, change.lane, &change.about, now_ms)?;
            }
            also(tx)
        })?;
        // A crash here is cured by the replay that opening runs.
        self.replay()?;
        self.shared.wakes.enqueued();
        self.cases_changed();
        self.shared.changed(Topic::Queue);
        self.shared.tell(Event::Status);
        Ok(())
    }

    /// Changes what differs; nothing is queued when nothing does.
    pub fn patch(&self, shown: &Record, fields: Fields) -> Result<(), Fault> {
        let mirrored = self.reader().mirrored(shown.id)?;
        match change::patch(self.now(), shown, mirrored.as_ref(), fields) {
            Some(change) => self.commit(&[change]),
            None => Ok(()),
        }
    }

    /// Takes a record back that the office was never told of, else deletes it.
    pub fn delete(&self, shown: &Record) -> Result<(), Fault> {
        self.commit_with(&[], |tx| self.remove(tx, shown))
    }

    /// As [`Open::delete`], beside other changes of the same transaction.
    pub fn remove(&self, tx: &Transaction, shown: &Record) -> Result<(), StoreError> {
        if ops::cancel_record(tx, shown.id)? {
            return Ok(());
        }
        let delete = change::delete(self.now(), shown);
        ops::enqueue(tx, &delete.op, delete.lane, &delete.about, self.now().ms()).map(drop)
    }

    /// What locked phones show is what this one knows.
    pub fn keep_help(&self) -> Result<(), Fault> {
        crate::usecase::help::keep(self.shared, &self.vault)
    }

    /// Brings the vault up to the queue: pending operations, answers, fetched pages.
    pub fn replay(&self) -> Result<(), Fault> {
        let replayed = self.vault.replay(self.shared.home().queue(), self.now().ms())?;
        if replayed.records > 0 || !replayed.erased.is_empty() {
            crate::usecase::help::keep(self.shared, &self.vault)?;
        }
        Ok(())
    }

    pub fn cases_changed(&self) {
        self.shared.changed(Topic::Cases);
    }

    /// Seals one file for this phone and the office, durably.
    pub fn seal_file(
        &self,
        record: RecordId,
        scope: &Scope,
        variant: Variant,
        plain: &[u8],
    ) -> Result<Blob, Fault> {
        let office: Recipient = self.credential.office_key.recipient.parse()?;
        let recipients = [self.credential.own_recipient.clone(), office];
        let key_id = self.credential.office_key.key_id.clone();
        let home = self.shared.home();
        let sha256 = ekitei_photo::sha256_hex(plain);
        let file = home.blobs().seal(home.queue(), plain, &sha256, variant, &recipients, Some(&key_id))?;
        Ok(Blob {
            record,
            variant,
            scope: scope.clone(),
            sha256: file.sealed.plain_sha256,
            plain_bytes: file.sealed.plain_bytes,
            cipher_sha256: file.sealed.cipher_sha256,
            cipher_bytes: file.sealed.cipher_bytes,
            key_id: Some(key_id),
            name: file.name,
            made_ms: self.now().ms(),
        })
    }

    /// The plain bytes of a photo's file; `None`: not on this phone.
    pub fn sealed_file(
        &self,
        photo: RecordId,
        variant: Variant,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, Fault> {
        let Some(blob) = self.queue_read(|c| blobs::get(c, photo, variant))? else { return Ok(None) };
        Ok(Some(self.shared.home().blobs().read(&blob.name, self.vault.identity())?))
    }

    /// Upright copies that will be looked at without a line: fetched when there is one and nobody waits for anything
    /// else.
    pub fn prepare_displays(&self, photos: &[Record]) -> Result<(), Fault> {
        let mut wishes = Vec::new();
        for photo in photos {
            let known = self.queue_read(|c| downloads::is_known(c, photo.id, Variant::Display))?;
            wishes.extend(wish_of(photo, Variant::Display, downloads::RANK_LEISURE).filter(|_| !known));
        }
        if wishes.is_empty() {
            return Ok(());
        }
        let now_ms = self.now().ms();
        self.queue_write(|tx| wishes.iter().try_for_each(|wish| downloads::want(tx, wish, now_ms)))
    }

    /// A person waits for this file.
    pub fn want_file(&self, photo: &Record, variant: Variant) -> Result<(), Fault> {
        let Some(wish) = wish_of(photo, variant, downloads::RANK_ASKED) else { return Ok(()) };
        self.queue_write(|tx| downloads::want(tx, &wish, self.now().ms()))?;
        self.shared.wakes.tapped();
        Ok(())
    }

    /// Held while one file of the inbox becomes a photograph or part of a message, in this process and any other.
    pub fn inbox_lock(&self) -> Result<FileGuard, Fault> {
        Ok(self.shared.home().inbox_lock()?)
    }

    pub fn draft_save(&self, key: &str, value: &Value) -> Result<(), Fault> {
        Ok(self.vault.write(|tx| drafts::save(tx, key, value, self.now().ms()))?)
    }
    pub fn draft_load(&self, key: &str) -> Result<Option<Value>, Fault> {
        Ok(self.vault.read(|c| drafts::load(c, key))?)
    }
    pub fn draft_drop(&self, key: &str) -> Result<(), Fault> {
        Ok(self.vault.write(|tx| drafts::remove(tx, key))?)
    }
}
/// `None`: the office has no such file.
fn wish_of(of: &Record, variant: Variant, rank: u8) -> Option<Download> {
    let sha256 = kinds::hash_of(of, variant).to_owned();
    if sha256.is_empty() || of.text(&photo::arrived(variant)).is_empty() {
        return None;
    }
    let plain_bytes = kinds::bytes_of(of, variant);
    Some(Download { record: of.id, variant, scope: of.scope.clone(), sha256, plain_bytes, rank })
}
