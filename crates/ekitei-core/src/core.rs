//! The open core, as shells hold it: opening, hints, files, and what commands ask beyond the bridge.

use crate::bridge::event::Event;
use crate::bridge::views::*;
use crate::facts::DeviceFacts;
use crate::inbox::Incoming;
use crate::media::{self, HandedOut, Media};
use crate::shared::Shared;
use crate::usecase::{self, ImportedNote};
use crate::worker::Worker;
use ekitei_model::kinds::Variant;
use ekitei_model::time::JAPAN_OFFSET_MIN;
use ekitei_model::{Fault, RecordId};
use ekitei_seal::{Argon2Params, DeviceKeystore};
use ekitei_sync::clock::{Clock, SystemClock};
use std::path::Path;
use std::sync::Arc;
use tokio::sync::broadcast;
use zeroize::Zeroizing;

#[derive(Clone)]
pub struct Options {
    /// A thread that delivers by itself. Without one, only `sync_now` does.
    pub worker: bool,
    /// Between processes: an unlocked home stays unlocked until `lock`. Only for the development host, where each
    /// command is a process of its own; see `ekitei_store::Home::remember_unlocked`.
    pub stay_unlocked: bool,
    /// The vault closes after the minutes of the settings without `touch`. Not for commands, which have no hands.
    pub auto_lock: bool,
    pub clock: Arc<dyn Clock>,
    /// Minutes east of UTC of the place where the phone is.
    pub offset_min: i16,
    pub pin_cost: Argon2Params,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            worker: true,
            stay_unlocked: false,
            auto_lock: true,
            clock: Arc::new(SystemClock::new()),
            offset_min: JAPAN_OFFSET_MIN,
            pin_cost: Argon2Params::STANDARD,
        }
    }
}

/// One installation, open in this process. Calls block; shells run them on a blocking thread.
pub struct Core {
    pub(crate) shared: Arc<Shared>,
    /// Ends its thread when dropped.
    _worker: Option<Worker>,
}

impl Core {
    /// Opens (or lays out) the installation in `dir`. Needs no user: it comes up locked, unless `stay_unlocked` finds
    /// it left open.
    ///
    /// # Errors
    /// Key store, disk and `store-newer` faults.
    pub fn open(dir: &Path, keystore: Arc<dyn DeviceKeystore>, options: Options) -> Result<Self, Fault> {
        let shared = Arc::new(Shared::open_home(dir, keystore, options)?);
        if let Some(open) = shared.open_if_unlocked()? {
            usecase::lock::after_opening(&open);
        }
        let worker = shared.options().worker.then(|| Worker::start(Arc::clone(&shared))).transpose()?;
        Ok(Self { shared, _worker: worker })
    }

    /// Hints from now on. A lost hint is harmless.
    pub fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.shared.subscribe()
    }

    /// What the device says about itself now; screens hear of it, and another line is tried at once.
    pub fn set_facts(&self, facts: DeviceFacts) {
        let before = self.shared.facts();
        let (other_line, differs) = (facts.line_differs(&before), facts != before);
        self.shared.set_facts(facts);
        if other_line {
            self.line_changed();
        }
        if differs {
            self.shared.tell(Event::Status);
        }
    }

    /// The line changed: what was put off is tried at once.
    pub fn line_changed(&self) {
        self.shared.wakes.line_changed();
    }

    /// Lets a finger or a face open the vault beside the PIN; `wrap` asks for it and answers what [`Core::unlock_with_biometrics`]
    /// is given.
    ///
    /// # Errors
    /// `locked`, `pin-wrong`, `pin-wait`; what `wrap` says.
    pub fn set_biometrics(
        &self,
        pin: &str,
        wrap: impl FnOnce(&[u8]) -> Result<Vec<u8>, Fault>,
    ) -> Result<StatusView, Fault> {
        usecase::lock::set_biometrics(&self.shared, pin, wrap)
    }

    /// # Errors
    /// `biometrics-none`: not set up; `biometrics-changed`: no longer; what `unwrap` says; those of unlocking.
    pub fn unlock_with_biometrics(
        &self,
        unwrap: impl FnOnce(&[u8]) -> Result<Zeroizing<Vec<u8>>, Fault>,
    ) -> Result<StatusView, Fault> {
        usecase::lock::unlock_with_biometrics(&self.shared, unwrap)
    }

    /// # Errors
    /// Store faults.
    pub fn forget_biometrics(&self) -> Result<StatusView, Fault> {
        usecase::lock::forget_biometrics(&self.shared)
    }

    /// The bytes of one variant of a photo.
    ///
    /// # Errors
    /// `locked`, `record-unknown`, `media-not-here`.
    pub fn media(&self, record: RecordId, variant: Variant) -> Result<Media, Fault> {
        media::read(&self.shared.open()?, record, variant)
    }

    /// A picture or file for a place outside of the app, with everything burned in that lies over it.
    ///
    /// # Errors
    /// `locked`, `record-unknown`, `media-not-here`, `picture-marks`.
    pub fn hand_out(&self, record: RecordId) -> Result<HandedOut, Fault> {
        media::hand_out(&self.shared.open()?, record)
    }

    /// One of an inspection's papers as it stands now, made here from display copies: `report.pdf` or `ledger.pdf`.
    ///
    /// # Errors
    /// `locked`, `record-unknown`, `form-not-here`; limits of the paper.
    pub fn paper(&self, inspection: RecordId, name: &str) -> Result<Media, Fault> {
        usecase::inspections::paper(&self.shared.open()?, inspection, name)
    }

    /// A place in the inbox for bytes that come under `name`.
    ///
    /// # Errors
    /// File faults. Works locked: a picture may be on its way when the lock closes; and before enrolment, for the picture of
    /// the office's code.
    pub fn incoming(&self, name: &str) -> Result<Incoming, Fault> {
        self.shared.inbox().begin(name)
    }

    /// The name under which `photo_add` finds what [`Core::incoming`] received.
    ///
    /// # Errors
    /// `disk-full` and other file faults.
    #[expect(clippy::needless_pass_by_value, reason = "what was accepted cannot be written to any more")]
    pub fn accept(&self, incoming: Incoming) -> Result<String, Fault> {
        self.shared.inbox().accept(&incoming)
    }

    /// Copies a file into the inbox; the file itself stays.
    ///
    /// # Errors
    /// `photo-file-large`, file faults.
    pub fn copy_in(&self, file: &Path) -> Result<String, Fault> {
        self.shared.inbox().copy_in(file)
    }

    /// # Errors
    /// `case-unknown`, `locked`.
    pub fn case_by_number(&self, number: &str) -> Result<RecordId, Fault> {
        Ok(usecase::cases::by_number(&self.shared.open()?, number)?.id)
    }

    /// Writes one finished note.
    ///
    /// # Errors
    /// `locked`, `case-unknown`, store faults.
    pub fn note_add(&self, case: RecordId, title: Option<String>, text: String) -> Result<NoteView, Fault> {
        usecase::notes::add(&self.shared.open()?, case, title, text)
    }

    /// Takes all of `notes` in one transaction; returns how many.
    ///
    /// # Errors
    /// As [`Core::note_add`]; then none is taken.
    pub fn note_import(&self, notes: &[ImportedNote]) -> Result<u64, Fault> {
        usecase::notes::import(&self.shared.open()?, notes)
    }

    /// As the call `sync_now`; `patient`: goes on trying until the deadline when the line fails.
    ///
    /// # Errors
    /// `not-enrolled`, address faults. What the line does is in the view.
    pub fn sync_within(&self, deadline_s: u32, patient: bool) -> Result<SyncView, Fault> {
        usecase::sync::sync_now(&self.shared, deadline_s, patient)
    }

    /// All notes on this phone, newest first.
    ///
    /// # Errors
    /// `locked`, store faults.
    pub fn note_list(&self) -> Result<Vec<NoteView>, Fault> {
        usecase::notes::all(&self.shared.open()?)
    }

    /// All photos on this phone, newest first.
    ///
    /// # Errors
    /// `locked`, store faults.
    pub fn photo_list_all(&self) -> Result<Vec<PhotoView>, Fault> {
        usecase::photos::all(&self.shared.open()?)
    }

    /// All visits on this phone, by planned time.
    ///
    /// # Errors
    /// `locked`, store faults.
    pub fn visit_list(&self) -> Result<Vec<VisitView>, Fault> {
        usecase::visits::all(&self.shared.open()?)
    }
}
