//! The line as the engine sees it. Two implementations: [`crate::http::HttpTransport`] and the simulation's, which
//! calls the office's rooms in the same process.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use ekitei_model::kinds::Variant;
use ekitei_model::wire::{
    BytesOf, MeReply, PullReply, PullRequest, PushHeader, PushReply, PushResult, TokenReply,
};
use ekitei_model::{OpId, Record, RecordId};
use tokio::sync::Notify;

use crate::error::CallError;
use crate::wire::WirePage;

/// Bytes of bodies that a call moved, as they were on the line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    pub up: u64,
    pub down: u64,
}

/// A batch ready to travel.
#[derive(Clone, Debug)]
pub struct PushBatch {
    pub header: PushHeader,
    /// Frozen lines, `header.count` of them, without line feed.
    pub ops: Vec<Bytes>,
    /// The ids of these operations, in the same order.
    pub ids: Vec<OpId>,
}

#[derive(Clone, Debug)]
pub struct PushAnswer {
    pub reply: PushReply,
    /// One for each operation, in the order sent.
    pub results: Vec<PushResult>,
    pub traffic: Traffic,
}

#[derive(Clone, Debug)]
pub struct PullAnswer {
    pub reply: PullReply,
    pub pages: Vec<WirePage>,
    pub traffic: Traffic,
}

/// What the server must know to make an upload; the same facts make the same upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewUpload {
    pub record: RecordId,
    pub variant: Variant,
    /// Of the plain bytes, hex.
    pub sha256: String,
    /// Of what travels, hex.
    pub cipher_sha256: String,
    pub cipher_bytes: u64,
    pub key_id: Option<String>,
}

/// Where an upload stands after a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadAt {
    /// What names the upload in later calls.
    pub location: String,
    /// The next byte the server wants.
    pub offset: u64,
    /// The whole file arrived and was verified.
    pub verified: bool,
    pub traffic: Traffic,
}

/// A stretch of a file.
#[derive(Clone, Debug)]
pub struct Piece {
    pub from: u64,
    pub bytes: Bytes,
    /// Length of the whole file.
    pub total_bytes: u64,
    pub traffic: Traffic,
}

/// What a phone still has, so that the office sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    pub items: u64,
    pub bytes: u64,
    /// When the oldest of it was written.
    pub oldest_ms: Option<i64>,
}

/// Rings when the line has taken the last byte of a call's body: the next call can fill it while the answer is awaited.
#[derive(Clone, Debug, Default)]
pub struct AllSent(Arc<Notify>);

impl AllSent {
    /// Ringing twice (a request that was repeated) is as ringing once.
    pub fn ring(&self) {
        self.0.notify_one();
    }

    /// Returns once it was rung, also if that was before.
    pub async fn rung(&self) {
        self.0.notified().await;
    }
}

/// One call = one request and its whole answer. A call may be repeated: the server absorbs it.
#[async_trait]
pub trait Transport: Send + Sync {
    async fn me(&self) -> Result<MeReply, CallError>;
    async fn push(&self, batch: PushBatch) -> Result<PushAnswer, CallError>;
    async fn pull(&self, request: PullRequest) -> Result<PullAnswer, CallError>;
    /// Makes the upload, or finds the one that the same facts made before. `first` are the first bytes of the file
    /// (may be empty); the answer says how many of them were taken. `sent` rings, at the latest with the answer, when they
    /// are on their way.
    async fn upload_create(
        &self,
        new: &NewUpload,
        first: Bytes,
        sent: &AllSent,
    ) -> Result<UploadAt, CallError>;
    async fn upload_head(&self, location: &str) -> Result<UploadAt, CallError>;
    /// `bytes` stand at `offset` of the file; `sent` as with [`Transport::upload_create`].
    async fn upload_patch(
        &self,
        location: &str,
        offset: u64,
        bytes: Bytes,
        sent: &AllSent,
    ) -> Result<UploadAt, CallError>;
    /// At most `max_bytes` of a file's plain bytes, beginning at `from`.
    async fn download(&self, of: BytesOf, from: u64, max_bytes: u64) -> Result<Piece, CallError>;
    /// Offers records that the server lacks after a restore.
    async fn salvage(&self, records: &[Record]) -> Result<Traffic, CallError>;

    /// Connections made over the former network are worth nothing.
    fn line_changed(&self) {}
    /// Goes along with the next pushes and pulls.
    fn tell_waiting(&self, _waiting: Waiting) {}
    /// The token in use, to be kept for the next process. A line without tokens has none.
    async fn token(&self) -> Option<TokenReply> {
        None
    }
    /// Goes on with a token that an earlier process fetched.
    async fn use_token(&self, _token: TokenReply) {}
}
