//! The rows and answers that cross the storage trait.

use ekitei_model::kinds::Variant;
use ekitei_model::people::Staff;
use ekitei_model::wire::{DeviceState, Epoch, PageHeader, PullReply, PushReply, PushResult};
use ekitei_model::{DeviceId, OpId, Operation, Outcome, RecordId, Scope, StaffId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Who asks. The storage looks up the person's posts and the device's state itself, in the same transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    pub device: DeviceId,
    pub staff: StaffId,
    /// Local day `YYYY-MM-DD`; posts are held from/to days.
    pub today: String,
}

/// The office's own hand (projections, arrivals, filing, imports).
pub fn office_device() -> DeviceId {
    DeviceId(Uuid::nil())
}
/// The staff id that stands for [`office_device`].
pub const OFFICE_STAFF: &str = "office";

/// Scopes that got new sequence numbers, with their newest: what live hints are made from. Sorted by scope.
pub type Touched = Vec<(Scope, u64)>;

/// One line of a push.
#[derive(Clone, Debug, PartialEq)]
pub struct Incoming {
    pub op_id: OpId,
    /// `None`: the id could be read, the rest not (a newer kind of operation, a malformed field). It goes to quarantine.
    pub op: Option<Operation>,
    /// The line as it came, without its line end.
    pub bytes: Vec<u8>,
}

impl Incoming {
    /// Reads one line. `None`: not even an operation id; the batch is malformed.
    pub fn parse(line: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct OnlyId {
            op_id: OpId,
        }
        let bytes = line.to_vec();
        match serde_json::from_slice::<Operation>(line) {
            Ok(op) => Some(Self { op_id: op.op_id, op: Some(op), bytes }),
            Err(_) => {
                serde_json::from_slice::<OnlyId>(line).ok().map(|o| Self { op_id: o.op_id, op: None, bytes })
            }
        }
    }
}

/// The answer to a push.
#[derive(Clone, Debug, PartialEq)]
pub struct Pushed {
    pub reply: PushReply,
    /// One for every operation of the batch, in its order.
    pub results: Vec<PushResult>,
    pub touched: Touched,
    /// New jobs are waiting.
    pub jobs: bool,
}

/// What a change by the office or the console did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changed {
    pub touched: Touched,
    pub jobs: bool,
}

/// The answer to a pull. A wanted scope without a page did not fit into the byte budget: ask again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pages {
    pub reply: PullReply,
    pub pages: Vec<Page>,
}

/// `records.len() == header.count`; each is one record as JSON without a line end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    pub header: PageHeader,
    pub records: Vec<String>,
}

/// Who the caller is today; also told to drained and wiped devices, so that they learn it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Me {
    pub staff: Staff,
    pub state: DeviceState,
    pub standing: Vec<Scope>,
    pub acl_version: u64,
    pub epoch: Epoch,
}

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    pub added: u64,
    pub changed: u64,
    pub unchanged: u64,
    /// Of [`crate::Storage::replace_kind`]: no longer in the list.
    pub removed: u64,
    pub touched: Touched,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StaffFilter {
    /// Part of id, name or reading, as typed.
    pub text: Option<String>,
    /// Exactly this section path.
    pub section: Option<String>,
}

/// A phone that redeems a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDevice {
    pub device_id: DeviceId,
    /// Ed25519, base64.
    pub public_key: String,
    /// The phone's age recipient.
    pub recipient: String,
    pub model: String,
    /// Set by a phone that was enrolled before and that this office, restored since, has forgotten: whose phone it was.
    /// `device_id` is then its own.
    pub former: Option<StaffId>,
}

/// Whose phone it is now, and which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redeemed {
    pub staff: Staff,
    pub device_id: DeviceId,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    pub id: DeviceId,
    pub staff: StaffId,
    pub state: DeviceState,
    /// A console sign-in; it has no keys.
    pub console: bool,
    pub public_key: String,
    pub recipient: String,
    pub model: String,
    pub enrolled_ms: i64,
    pub last_seen_ms: i64,
    pub report: DeviceReport,
}

/// What a phone says about its outbox.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceReport {
    pub waiting_items: u64,
    pub waiting_bytes: u64,
    /// When the oldest waiting item was made; 0: nothing waits.
    pub oldest_ms: i64,
    /// Version of the app.
    pub app: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeviceFilter {
    pub staff: Option<StaffId>,
    pub state: Option<DeviceState>,
    /// Also console sign-ins.
    pub consoles: bool,
}

/// A console sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub staff: StaffId,
    pub device: DeviceId,
    pub opened_ms: i64,
    /// Last use before this one (the idle limit is the caller's).
    pub seen_ms: i64,
    pub expires_ms: i64,
}

/// One variant of one record, about to travel. (device, record, variant, cipher_sha256) is its identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewUpload {
    pub device: DeviceId,
    pub record: RecordId,
    pub variant: Variant,
    /// Of the plain bytes, hex.
    pub sha256: String,
    /// Of what travels, hex.
    pub cipher_sha256: String,
    /// The office key it is sealed to; `None`: not sealed.
    pub key_id: Option<String>,
    /// Of what travels.
    pub length_bytes: u64,
    pub expires_ms: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    pub id: Uuid,
    pub new: NewUpload,
    pub offset_bytes: u64,
    /// Only the request that holds the newest fence may write.
    pub fence: u64,
    /// Verified and stored.
    pub done: bool,
    pub created_ms: i64,
}

/// Stored bytes, named by the hash of the plain bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlobRow {
    /// Hex.
    pub sha256: String,
    pub bytes: u64,
    pub media_type: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobKind {
    FilePhoto,
    FileNote,
    FileInspection,
}

/// A leased job. `attempt` is its fence: an effect with an older one is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    pub id: i64,
    pub kind: JobKind,
    pub record: RecordId,
    /// From 1.
    pub attempt: u32,
}

/// What a finished job writes into its record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobEffect {
    /// `path` below the shared folder, parts joined with `/`; frozen.
    Filed {
        path: String,
        at_ms: i64,
    },
    /// Kept in the register only.
    Kept {
        at_ms: i64,
    },
    NoteFiled {
        path: String,
        at_ms: i64,
        version: u32,
    },
    /// Report and ledger as paper and workbook. `content` names what they say: a version is filed once. `bare`: papers
    /// filed before show what is blacked out now.
    InspectionFiled {
        /// Of every paper the newest.
        paths: Vec<String>,
        at_ms: i64,
        version: u32,
        content: String,
        bare: bool,
    },
    /// Nothing to do any more (the record was deleted).
    Nothing,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct JobCounts {
    pub waiting: u64,
    pub leased: u64,
    /// Of the waiting ones, those that failed before.
    pub retrying: u64,
    pub done: u64,
}

/// A case as lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseRow {
    /// The case record, JSON.
    pub record: String,
    pub notes: u64,
    pub photos: u64,
    /// Photos whose verified original is here.
    pub photos_arrived: u64,
    pub open_conflicts: u64,
    /// Server's clock at the last change in the case.
    pub changed_ms: i64,
}

/// A case and a part of what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeline {
    /// With counts of the whole case.
    pub case: CaseRow,
    /// All visits (JSON) in the order of their birth; empty when an older part was asked for.
    pub visits: Vec<String>,
    /// Notes, photos and whatever else hangs on it (JSON), last born first.
    pub records: Vec<String>,
    /// Open ones, oldest first.
    pub conflicts: Vec<ConflictRow>,
    /// There are more records, born before this number.
    pub older: Option<u64>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaseFilter {
    /// Part of number, name or place; folded by the model's rule.
    pub text: Option<String>,
    /// `open` | `closed`
    pub state: Option<String>,
    /// Only cases this person is assigned to.
    pub assignee: Option<StaffId>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConflictRow {
    /// The conflict record and the record it is about, JSON.
    pub conflict: String,
    pub parent: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuarantineState {
    Open,
    Released,
    Closed,
}

/// Something that could not be applied, with its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuarantineRow {
    /// The operation's id (of a salvaged record: derived).
    pub id: Uuid,
    /// Where it would have gone; the writer's `user:` scope when that is not known.
    pub scope: Scope,
    pub record: Option<RecordId>,
    /// Code in the message catalogue (`error.<reason>`).
    pub reason: String,
    pub device: DeviceId,
    pub staff: StaffId,
    pub since_ms: i64,
    pub state: QuarantineState,
    pub settled_by: Option<StaffId>,
    pub bytes: Vec<u8>,
}

/// What becomes of the request for a copy of a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExportStep {
    Approve,
    /// It is handed out: the SHA-256 (hex) of the file.
    Take {
        sha256: String,
    },
}

/// What retention removed (or would remove), payload by payload; ids, sequences and hashes stay.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Purged {
    /// Records that outlived what they belong to and are deleted now: contents of deleted cases, conflicts of deleted
    /// records.
    pub deleted: u64,
    /// Deleted records whose earlier versions were emptied.
    pub records: u64,
    /// Settled quarantine entries that were emptied.
    pub entries: u64,
    pub changed: Changed,
}

impl Purged {
    pub fn is_empty(&self) -> bool {
        self.deleted + self.records + self.entries == 0
    }
}

/// For `/metrics` and the console's head line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    pub records: u64,
    pub tombstones: u64,
    pub operations: u64,
    pub waiting_parent: u64,
    pub quarantine_open: u64,
    pub conflicts_open: u64,
    pub blobs: u64,
    pub blob_bytes: u64,
    pub uploads_receiving: u64,
    pub devices_active: u64,
    pub jobs: JobCounts,
}

/// How the office stands with its work, without counting everything that there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    pub jobs_open: u64,
    /// Of these, those that failed before and wait for their next turn.
    pub jobs_retrying: u64,
    pub uploads_receiving: u64,
}

/// What asks for a decision of one person, as their lists show it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct OwnCounts {
    pub conflicts_open: u64,
    pub quarantine_open: u64,
    /// Operations of theirs, and of the people they look after, whose parent has not come yet.
    pub waiting_parent: u64,
}

/// Who sent an operation, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    pub staff: StaffId,
    /// The device's clock.
    pub at_ms: i64,
}

/// An outcome together with what it touched.
#[derive(Clone, Debug, PartialEq)]
pub struct Applied {
    pub outcome: Outcome,
    pub changed: Changed,
}
