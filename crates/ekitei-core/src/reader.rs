//! What use cases read: mirror plus overlay from the vault, files and followed scopes from the queue.

use crate::view::PhotoFiles;
use ekitei_model::kinds::{self, Variant};
use ekitei_model::{Fault, Record, RecordId, Scope, StaffId};
use ekitei_store::queue::uploads::UploadState;
use ekitei_store::queue::{Blob, Upload, blobs, follow, uploads};
use ekitei_store::vault::read::{PhotoTally, Place};
use ekitei_store::vault::rooms::{Unread, Wanted};
use ekitei_store::vault::{Shown, people, read, rooms, search};
use ekitei_store::{Home, Vault};
use std::collections::{HashMap, HashSet};

pub(crate) struct Reader<'a> {
    pub vault: &'a Vault,
    pub home: &'a Home,
}

impl Reader<'_> {
    /// `None`: there is none, or it was deleted.
    pub fn record(&self, id: RecordId) -> Result<Option<Shown>, Fault> {
        Ok(self.vault.read(|c| read::record(c, id))?)
    }

    /// What the office has of it.
    pub fn mirrored(&self, id: RecordId) -> Result<Option<Record>, Fault> {
        Ok(self.vault.read(|c| read::mirrored(c, id))?)
    }

    /// Oldest first; no kinds: all.
    pub fn in_scope(&self, scope: &Scope, kinds: &[&str]) -> Result<Vec<Shown>, Fault> {
        Ok(self.vault.read(|c| read::in_scope(c, scope, kinds))?)
    }

    /// Part of a timeline, newest first, and whether there is more.
    pub fn page(
        &self,
        scope: &Scope,
        kinds: &[&str],
        before: Option<Place>,
        limit: usize,
    ) -> Result<(Vec<Shown>, bool), Fault> {
        Ok(self.vault.read(|c| read::page(c, scope, kinds, before, limit))?)
    }

    /// The newest messages of a room in its order, own waiting ones at the end; and whether there are older ones.
    pub fn messages(&self, scope: &Scope, limit: usize) -> Result<(Vec<Shown>, bool), Fault> {
        Ok(self.vault.read(|c| rooms::messages(c, scope, limit))?)
    }
    /// At most `limit` messages of a room from the place `from` on.
    pub fn messages_part(&self, scope: &Scope, from: u64, limit: usize) -> Result<rooms::Part, Fault> {
        Ok(self.vault.read(|c| rooms::part(c, scope, from, limit))?)
    }
    pub fn message_place(&self, scope: &Scope, id: RecordId) -> Result<Option<u64>, Fault> {
        Ok(self.vault.read(|c| rooms::place_of(c, scope, id))?)
    }
    /// The place `back` messages before `born`.
    pub fn place_before(&self, scope: &Scope, born: u64, back: u32) -> Result<u64, Fault> {
        Ok(self.vault.read(|c| rooms::place_before(c, scope, born, back))?)
    }
    /// How many messages stand from this place to the end.
    pub fn messages_from(&self, scope: &Scope, born: u64) -> Result<u64, Fault> {
        Ok(self.vault.read(|c| rooms::from_place(c, scope, born))?)
    }
    pub fn newest_message(&self, scope: &Scope) -> Result<u64, Fault> {
        Ok(self.vault.read(|c| rooms::newest_born(c, scope))?)
    }
    pub fn unread(&self, scope: &Scope, after: u64, me: &StaffId) -> Result<Unread, Fault> {
        Ok(self.vault.read(|c| rooms::unread(c, scope, after, me))?)
    }
    /// What hangs on messages of one room, by message.
    pub fn hanging(
        &self,
        scope: &Scope,
        parents: &[RecordId],
        kinds: &[&str],
    ) -> Result<HashMap<RecordId, Vec<Shown>>, Fault> {
        Ok(self.vault.read(|c| rooms::children(c, scope, parents, kinds))?)
    }
    pub fn search_messages(&self, wanted: &Wanted, limit: u32) -> Result<Vec<Shown>, Fault> {
        Ok(self.vault.read(|c| rooms::search(c, wanted, limit))?)
    }

    pub fn photo_tally(&self, scope: &Scope) -> Result<PhotoTally, Fault> {
        Ok(self.vault.read(|c| read::photo_tally(c, scope))?)
    }

    pub fn of_kind(&self, kind: &str) -> Result<Vec<Shown>, Fault> {
        Ok(self.vault.read(|c| read::of_kind(c, kind))?)
    }

    /// What happened (was written, taken, planned) since then, oldest first.
    pub fn since(&self, kind: &str, from_ms: i64) -> Result<Vec<Shown>, Fault> {
        Ok(self.vault.read(|c| read::between(c, kind, from_ms, i64::MAX))?)
    }

    pub fn open_conflicts(&self) -> Result<Vec<Shown>, Fault> {
        Ok(self.vault.read(read::open_conflicts)?)
    }

    /// Newest first.
    pub fn search(&self, query: &str, limit: u32) -> Result<Vec<Record>, Fault> {
        let found = self.vault.read(|c| {
            let ids = search::search(c, query, limit)?;
            ids.into_iter().map(|id| read::record(c, id)).collect::<Result<Vec<_>, _>>()
        })?;
        Ok(found.into_iter().flatten().map(|s| s.record).collect())
    }

    /// In the order of their reading.
    pub fn directory(&self, query: &str, limit: u32) -> Result<Vec<Record>, Fault> {
        Ok(self.vault.read(|c| people::directory(c, query, limit))?)
    }

    /// Full paths of the sections in which anybody holds a post on this day.
    pub fn sections(&self, today: &str) -> Result<Vec<String>, Fault> {
        Ok(self.vault.read(|c| people::sections(c, today))?)
    }

    /// Everybody, for looking through them in memory; [`Reader::people_mark`] tells when that is out of date.
    pub fn people(&self) -> Result<Vec<people::Entry>, Fault> {
        Ok(self.vault.read(people::all)?)
    }
    pub fn people_mark(&self) -> Result<people::Mark, Fault> {
        Ok(self.vault.read(people::mark)?)
    }

    /// These records as the office has them, in this order; what is not there is left out.
    pub fn entries(&self, ids: &[RecordId]) -> Result<Vec<Record>, Fault> {
        Ok(self.vault.read(|c| ids.iter().filter_map(|id| read::mirrored(c, *id).transpose()).collect())?)
    }

    /// A person's name from the directory; the staff id where it is not there.
    pub fn name_of(&self, staff: &str) -> Result<String, Fault> {
        let entry = self.record(kinds::staff_record_id(&staff.into()))?;
        let name = entry.map(|s| s.record.text("name").to_owned()).filter(|name| !name.is_empty());
        Ok(name.unwrap_or_else(|| staff.to_owned()))
    }

    pub fn followed_cases(&self) -> Result<HashSet<RecordId>, Fault> {
        let followed = self.home.queue().read(follow::list)?;
        Ok(followed.into_iter().filter(|f| !f.denied).filter_map(|f| f.scope.case()).collect())
    }

    pub fn assigned_cases(&self) -> Result<HashSet<RecordId>, Fault> {
        let scopes = self.vault.read(read::assigned)?;
        Ok(scopes.into_iter().filter_map(|s| s.case()).collect())
    }

    /// The files of all photos of one scope.
    pub fn files(&self, scope: &Scope) -> Result<HashMap<RecordId, PhotoFiles>, Fault> {
        let (sealed, sending) =
            self.home.queue().read(|c| Ok((blobs::of_scope(c, scope)?, uploads::of_scope(c, scope)?)))?;
        let mut out: HashMap<RecordId, PhotoFiles> = HashMap::new();
        for (record, blobs) in sealed {
            out.entry(record).or_default().on_phone = variants(&blobs);
        }
        for (record, uploads) in sending {
            out.entry(record).or_default().uploads = unsent(&uploads);
        }
        Ok(out)
    }

    pub fn files_of(&self, photo: RecordId) -> Result<PhotoFiles, Fault> {
        let (sealed, sending) =
            self.home.queue().read(|c| Ok((blobs::of_record(c, photo)?, uploads::of_record(c, photo)?)))?;
        Ok(PhotoFiles { on_phone: variants(&sealed), uploads: unsent(&sending) })
    }
}

fn variants(blobs: &[Blob]) -> Vec<Variant> {
    blobs.iter().map(|b| b.variant).collect()
}

fn unsent(uploads: &[Upload]) -> std::collections::BTreeMap<Variant, bool> {
    let left = uploads.iter().filter(|u| u.state != UploadState::Done);
    left.map(|u| (u.variant, u.state == UploadState::Parked)).collect()
}
