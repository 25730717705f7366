//! One phone's line to the office, with the misfortune that the schedule deals out.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use ekitei_model::wire::{BytesOf, DeviceState, MeReply, PullRequest};
use ekitei_model::{DeviceId, Fault, Record, StaffId};
use ekitei_sync::CallError;
use ekitei_sync::transport::{
    AllSent, NewUpload, Piece, PullAnswer, PushAnswer, PushBatch, Traffic, Transport, UploadAt,
};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::clock::SimClock;
use super::fuse::Fuse;
use super::office::Office;

/// What happens to one call.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Luck {
    Fine,
    Lost,
    /// The office acted, its answer was dropped.
    AnswerLost,
    /// It arrives twice.
    Twice,
    /// Nobody ever answers; whether it arrived is unknown.
    Silence(bool),
    /// It arrives much later, after others.
    Late,
    Busy,
    /// The phone dies while it is on its way, before or after the office acted.
    PhoneDies(bool),
    /// The office dies between bytes and row.
    OfficeDies,
}

/// A request that is still somewhere between.
#[derive(Clone)]
pub enum Ghost {
    Push(DeviceId, StaffId, PushBatch),
    Patch(DeviceId, StaffId, String, u64, Bytes),
    Create(DeviceId, StaffId, NewUpload, Bytes),
    Salvage(DeviceId, StaffId, Vec<Record>),
}

pub struct Line {
    pub office: Arc<Office>,
    device: DeviceId,
    staff: StaffId,
    clock: Arc<SimClock>,
    fuse: Arc<Fuse>,
    rng: Mutex<StdRng>,
    /// Of a hundred calls so many have bad luck.
    percent: AtomicU32,
    /// Bad luck since the count was taken.
    struck: AtomicU32,
    ghosts: Arc<Mutex<VecDeque<Ghost>>>,
}

impl Line {
    pub fn new(
        office: &Arc<Office>,
        who: (DeviceId, StaffId),
        clock: &Arc<SimClock>,
        fuse: &Arc<Fuse>,
        ghosts: &Arc<Mutex<VecDeque<Ghost>>>,
        seed: u64,
    ) -> Self {
        Self {
            office: Arc::clone(office),
            device: who.0,
            staff: who.1,
            clock: Arc::clone(clock),
            fuse: Arc::clone(fuse),
            rng: Mutex::new(StdRng::seed_from_u64(seed)),
            percent: AtomicU32::new(0),
            struck: AtomicU32::new(0),
            ghosts: Arc::clone(ghosts),
        }
    }

    pub fn set_bad_luck(&self, percent: u32) {
        self.percent.store(percent, Ordering::SeqCst);
    }

    /// How much bad luck there was since the last question.
    pub fn take_struck(&self) -> u32 {
        self.struck.swap(0, Ordering::SeqCst)
    }

    fn luck(&self) -> Luck {
        let mut rng = self.rng.lock().unwrap();
        if rng.random_range(0..100) >= self.percent.load(Ordering::SeqCst) {
            return Luck::Fine;
        }
        self.struck.fetch_add(1, Ordering::SeqCst);
        match rng.random_range(0..14) {
            0 | 1 => Luck::Lost,
            2..=4 => Luck::AnswerLost,
            5 | 6 => Luck::Twice,
            7 => Luck::Silence(rng.random()),
            8 | 9 => Luck::Late,
            10 => Luck::Busy,
            11 | 12 => Luck::PhoneDies(rng.random()),
            _ => Luck::OfficeDies,
        }
    }

    fn haunt(&self, ghost: Option<Ghost>) {
        self.ghosts.lock().unwrap().extend(ghost);
    }

    /// Runs `act` at the office as luck has it. `ghost`: what may arrive again later.
    async fn through<T, F>(
        &self,
        mut ghost: Option<Ghost>,
        act: impl Fn() -> F + Send + Sync,
    ) -> Result<T, CallError>
    where
        T: Send,
        F: Future<Output = Result<T, CallError>> + Send,
    {
        if self.fuse.is_dead() {
            return std::future::pending().await;
        }
        let luck = self.luck();
        let network = || CallError::Network("cut".into());
        match luck {
            Luck::Lost => return Err(network()),
            Luck::Late => {
                self.haunt(ghost);
                return Err(CallError::Timeout);
            }
            Luck::Busy => return Err(CallError::Busy { status: 503, retry_after_ms: Some(2_000) }),
            Luck::Silence(false) => return std::future::pending().await,
            Luck::PhoneDies(false) => {
                self.fuse.kill();
                return std::future::pending().await;
            }
            _ => {}
        }
        let answer = {
            let _call = self.clock.call();
            let _turn = self.office.gate.lock().await;
            self.office.set_dying(luck == Luck::OfficeDies);
            let answer = act().await;
            if luck == Luck::OfficeDies {
                self.office.set_dying(false);
                self.office.restart();
                answer
            } else if luck == Luck::Twice {
                // Most repetitions come at once, some when much else has happened.
                if self.rng.lock().unwrap().random_range(0..3) == 0 {
                    self.haunt(ghost.take());
                }
                act().await.or(answer)
            } else {
                answer
            }
        };
        match luck {
            Luck::AnswerLost => Err(network()),
            Luck::Silence(true) => std::future::pending().await,
            Luck::PhoneDies(true) => {
                self.fuse.kill();
                std::future::pending().await
            }
            Luck::OfficeDies => Err(network()),
            _ => answer,
        }
    }
}

#[async_trait]
impl Transport for Line {
    async fn me(&self) -> Result<MeReply, CallError> {
        self.through(None, || self.office.me(self.device, &self.staff)).await
    }

    async fn push(&self, batch: PushBatch) -> Result<PushAnswer, CallError> {
        let ghost = Ghost::Push(self.device, self.staff.clone(), batch.clone());
        self.through(Some(ghost), || self.office.push(self.device, &self.staff, &batch)).await
    }

    async fn pull(&self, request: PullRequest) -> Result<PullAnswer, CallError> {
        let max_bytes = [600, 3_000, 60_000][self.rng.lock().unwrap().random_range(0..3)];
        let request = PullRequest { max_bytes, ..request };
        self.through(None, || self.office.pull(self.device, &self.staff, &request)).await
    }

    async fn upload_create(
        &self,
        new: &NewUpload,
        first: Bytes,
        sent: &AllSent,
    ) -> Result<UploadAt, CallError> {
        sent.ring();
        // A chunk as the line gives it: most files take several.
        let cut = self.rng.lock().unwrap().random_range(0..=first.len());
        let first = first.slice(..cut);
        let ghost = Ghost::Create(self.device, self.staff.clone(), new.clone(), first.clone());
        self.through(Some(ghost), || self.office.upload_create(self.device, &self.staff, new, &first)).await
    }

    async fn upload_head(&self, location: &str) -> Result<UploadAt, CallError> {
        self.through(None, || self.office.upload_head(self.device, &self.staff, location)).await
    }

    async fn upload_patch(
        &self,
        location: &str,
        offset: u64,
        bytes: Bytes,
        sent: &AllSent,
    ) -> Result<UploadAt, CallError> {
        sent.ring();
        let cut = match bytes.len() {
            0 => 0,
            len => self.rng.lock().unwrap().random_range(len.div_ceil(2)..=len),
        };
        let bytes = bytes.slice(..cut);
        let ghost = Ghost::Patch(self.device, self.staff.clone(), location.to_owned(), offset, bytes.clone());
        self.through(Some(ghost), || {
            self.office.upload_patch(self.device, &self.staff, location, offset, &bytes)
        })
        .await
    }

    async fn download(&self, of: BytesOf, from: u64, max_bytes: u64) -> Result<Piece, CallError> {
        self.through(None, || self.office.download(self.device, &self.staff, &of, from, max_bytes)).await
    }

    async fn salvage(&self, records: &[Record]) -> Result<Traffic, CallError> {
        let ghost = Ghost::Salvage(self.device, self.staff.clone(), records.to_vec());
        self.through(Some(ghost), || self.office.salvage(self.device, &self.staff, records)).await
    }
}

/// Errors that an office may answer a late request with; anything else is a defect.
pub fn late_is_fine(error: &CallError) -> bool {
    match error {
        CallError::Epoch(_) | CallError::LaneGap { .. } | CallError::UploadMoved { .. } => true,
        CallError::Device(state) => *state != DeviceState::Active,
        CallError::Token => true,
        CallError::Refused(Fault { code, .. }) => code == "upload-content",
        _ => false,
    }
}
