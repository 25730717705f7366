//! What travels between phone and server. Operations and records go as JSON lines (optionally zstd); everything else
//! is one JSON object. docs/PROTOCOL.md is the prose twin of this file.

use crate::ids::{DeviceId, OpId, RecordId, StaffId};
use crate::lane::Lane;
use crate::op::Outcome;
use crate::people::Staff;
use crate::scope::Scope;
use serde::{Deserialize, Serialize};

/// The protocol this build speaks. The server keeps every decoder since 1.
pub const PROTO: u32 = 1;
/// A batch holds at most this many operations and bytes (before compression); an oversized record goes alone.
pub const MAX_BATCH_OPS: usize = 500;
pub const MAX_BATCH_BYTES: usize = 512 * 1024;
/// Records in one page at most.
pub const MAX_PAGE_RECORDS: usize = 1000;
/// How hard both sides compress JSON lines (zstd). Measured on batches of 500 field notes: 8 % fewer bytes than level 3
/// for 3 µs more a note; level 9 saves 2 % more, level 19 another 9 % for 200 µs a note.
pub const ZSTD_LEVEL: i32 = 6;
/// How long the office waits for a request's head, ms. A connection on which nothing is asked ends after it, too.
pub const HEAD_MS: u64 = 30_000;
/// How long a phone keeps a silent connection for its next request, ms. Well below [`HEAD_MS`]: a request that meets the
/// office's closing of its connection on the way is lost, and on a weak line the way is seconds long.
pub const REUSE_MS: u64 = 20_000;
const _: () = assert!(REUSE_MS + 5_000 <= HEAD_MS);

pub mod paths {
    pub const ENROL: &str = "/v1/enrol";
    pub const TOKEN: &str = "/v1/token";
    pub const ME: &str = "/v1/me";
    pub const PUSH: &str = "/v1/push";
    pub const PULL: &str = "/v1/pull";
    pub const LIVE: &str = "/v1/live";
    pub const UPLOADS: &str = "/v1/uploads";
    /// `/v1/records/{id}/bytes/{variant}`
    pub const RECORDS: &str = "/v1/records";
    /// The line check: small questions, and bytes in both directions.
    pub const LINE_PING: &str = "/v1/line/ping";
    pub const LINE_DOWN: &str = "/v1/line/down";
    pub const LINE_UP: &str = "/v1/line/up";
    /// What a phone's mirror has and the server lacks after a restore.
    pub const SALVAGE: &str = "/v1/salvage";
}

/// How the bytes of a line check arrived at the office.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineReceived {
    pub bytes: u64,
    /// Of the first piece, and the time from it to the last.
    pub first_bytes: u64,
    pub spread_us: u64,
}

/// One restore or promotion; compared only for equality.
pub type Epoch = String;

/// First line of a push; the operations follow, one a line, contiguous from `first`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushHeader {
    pub proto: u32,
    pub epoch: Epoch,
    pub lane: Lane,
    /// Begins at 1; a new one after an epoch change.
    pub generation: u32,
    /// `op_seq` of the first operation in this batch; the lane's first is 1.
    pub first: u64,
    pub count: u32,
    /// The writer understands [`crate::runs::Run`]s in the answer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub runs: bool,
}

/// First line of the answer; one [`PushResult`] a line follows, for every operation of the batch, or a
/// [`crate::runs::Run`] for several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushReply {
    pub epoch: Epoch,
    /// Highest `op_seq` of the lane that the server has committed.
    pub high_water: u64,
    pub acl_version: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PushResult {
    pub op_id: OpId,
    #[serde(flatten)]
    pub outcome: Outcome,
    /// The office's record is what [`crate::merge::as_written`] makes of the operation, having arrived at this time
    /// (ms since 1970): its writer need not read it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written_ms: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullRequest {
    pub proto: u32,
    /// `None`: the first contact.
    pub epoch: Option<Epoch>,
    pub want: Vec<Want>,
    /// Stop adding pages when the uncompressed body reaches this.
    pub max_bytes: u32,
}

/// One scope's wish. `after: None, before: None` = begin: the answer fixes the head and gives the newest page backward.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Want {
    pub scope: Scope,
    /// Changes with a higher `seq`, in that order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<u64>,
    /// Records with a lower `born_seq`, newest first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<u64>,
}

/// First line of the answer to a pull; pages follow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullReply {
    pub epoch: Epoch,
    pub acl_version: u64,
    /// The scopes that this person's devices always follow.
    pub standing: Vec<Scope>,
    /// The server's clock, for the skew that is shown.
    pub now_ms: i64,
}

/// Line before the `count` records of one page. A scope that was asked for and has no page in the answer did not fit:
/// ask again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageHeader {
    pub scope: Scope,
    pub direction: Direction,
    /// The next `after` or `before` to ask with.
    pub next: u64,
    /// The scope's newest sequence number.
    pub head: u64,
    pub more: bool,
    pub count: u32,
    /// Not readable (any more): erase what there is of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub denied: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    After,
    Before,
}

/// A hint on the live socket; losing one is harmless.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hint {
    pub scope: Scope,
    pub seq: u64,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub urgent: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EnrolRequest {
    pub code: String,
    /// Ed25519, base64.
    pub public_key: String,
    /// The phone's age recipient (`age1…`).
    pub recipient: String,
    /// What the office sees in the list of phones.
    pub model: String,
    /// Set by a phone that the office has forgotten: it comes back as what it was, with all that it has not sent yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again: Option<Again>,
}

/// Which phone asks to be let in again, and whose it is. The code must be the same person's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Again {
    pub device_id: DeviceId,
    pub staff: StaffId,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolReply {
    pub device_id: DeviceId,
    pub staff: Staff,
    pub office: OfficeKey,
    pub epoch: Epoch,
    pub server_name: String,
}

/// The office's age recipient, with its id (first 16 hex digits of the SHA-256 of the recipient text).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfficeKey {
    pub recipient: String,
    pub key_id: String,
}

/// `signature` = Ed25519 over `"ekitei-token\n" device_id "\n" challenge`, base64.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TokenRequest {
    pub device_id: DeviceId,
    /// From the last token answer, or `""` (then the answer is a fault `challenge` with a fresh one).
    pub challenge: String,
    pub signature: String,
}

/// What the signature of a [`TokenRequest`] covers.
pub fn token_message(device: DeviceId, challenge: &str) -> Vec<u8> {
    format!("ekitei-token\n{device}\n{challenge}").into_bytes()
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TokenReply {
    pub token: String,
    pub expires_ms: i64,
    /// For the next request.
    pub challenge: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum DeviceState {
    Active,
    /// May push, may not read.
    DrainOnly,
    Wiped,
}

impl DeviceState {
    /// As on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::DrainOnly => "drain_only",
            Self::Wiped => "wiped",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeReply {
    pub staff: Staff,
    pub standing: Vec<Scope>,
    pub acl_version: u64,
    pub epoch: Epoch,
    pub state: DeviceState,
    pub office: OfficeKey,
    pub now_ms: i64,
}

/// tus `Upload-Metadata` keys (values base64, as tus says).
pub mod upload_meta {
    pub const RECORD: &str = "record";
    pub const VARIANT: &str = "variant";
    /// Of the plain bytes, hex.
    pub const SHA256: &str = "sha256";
    /// Of what travels, hex.
    pub const CIPHER_SHA256: &str = "cipher_sha256";
    /// Which office key it is sealed to; absent = not sealed (the console's own uploads).
    pub const KEY_ID: &str = "key_id";
}

/// Sent by a phone with pushes and pulls, so that the office sees what it still has:
/// `<items> <bytes> <oldest, ms since 1970 or 0> <app version>`.
pub const WAITING_HEADER: &str = "ekitei-waiting";

/// Header of `GET /v1/live`: the phone pings by itself after so many seconds of silence, and the office sends no pings.
pub const KEEP_ALIVE_HEADER: &str = "ekitei-keep-alive";
/// A longer silence says nothing about a line any more.
pub const MAX_KEEP_ALIVE_S: u64 = 30 * 60;

/// Set on the answer that completed an upload and verified it.
pub const VERIFIED_HEADER: &str = "ekitei-verified";

/// Body of a salvage offer line: a whole record from the phone's mirror.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Salvage {
    pub record: crate::Record,
}

/// The records a device would like the bytes of, as it keeps them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BytesOf {
    pub record: RecordId,
    pub variant: crate::kinds::Variant,
}
