//! The open core: what it holds, and where each call of the bridge goes.

use crate::bridge::Surface;
use crate::bridge::args::*;
use crate::bridge::event::{Event, Topic};
use crate::bridge::views::*;
use crate::clock::Now;
use crate::delivery::Delivery;
use crate::inbox::{Inbox, Incoming};
use crate::media::{self, Media};
use crate::open::Open;
use crate::usecase::{self, ImportedNote};
use crate::worker::{Wakes, Worker};
use ekitei_model::kinds::Variant;
use ekitei_model::time::JAPAN_OFFSET_MIN;
use ekitei_model::{Fault, RecordId};
use ekitei_seal::{Argon2Params, DeviceKeystore};
use ekitei_store::queue::{Credential, LineState, credential, line, ops, pages};
use ekitei_store::{Connection, Home, StoreError, Transaction, Vault};
use ekitei_sync::clock::{Clock, SystemClock};
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::broadcast;

/// Hints that a slow listener may fall behind.
const EVENTS: usize = 256;

#[derive(Clone)]
pub struct Options {
    /// A thread that delivers by itself. Without one, only `sync_now` does.
    pub worker: bool,
    /// Between processes: an unlocked home stays unlocked until `lock`. Only for the development host, where each
    /// command is a process of its own; see [`Home::remember_unlocked`].
    pub stay_unlocked: bool,
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
            clock: Arc::new(SystemClock::new()),
            offset_min: JAPAN_OFFSET_MIN,
            pin_cost: Argon2Params::STANDARD,
        }
    }
}

/// One installation, open in this process. Calls block; shells run them on a blocking thread.
pub struct Core {
    shared: Arc<Shared>,
    /// Ends its thread when dropped.
    _worker: Option<Worker>,
}

pub(crate) struct Shared {
    home: Arc<Home>,
    options: Options,
    now: Now,
    inbox: Inbox,
    vault: RwLock<Option<Arc<Vault>>>,
    events: broadcast::Sender<Event>,
    delivery: Delivery,
    /// The queue's change number that the vault was last brought up to, in this process.
    seen: AtomicI64,
    pub(crate) wakes: Wakes,
}

impl Core {
    /// Opens (or lays out) the installation in `dir`. Needs no user: it comes up locked, unless `stay_unlocked` finds
    /// it left open.
    ///
    /// # Errors
    /// Key store, disk and `store-newer` faults.
    pub fn open(dir: &Path, keystore: Arc<dyn DeviceKeystore>, options: Options) -> Result<Self, Fault> {
        let now = Now { clock: Arc::clone(&options.clock), offset_min: options.offset_min };
        let home = Home::open(dir, keystore, now.ms())?.with_pin_cost(options.pin_cost);
        let shared = Arc::new(Shared {
            inbox: Inbox::new(home.inbox()),
            home: Arc::new(home),
            now,
            vault: RwLock::new(None),
            events: broadcast::Sender::new(EVENTS),
            delivery: Delivery::default(),
            seen: AtomicI64::new(-1),
            wakes: Wakes::default(),
            options,
        });
        if let Some(open) = shared.open_if_unlocked()? {
            usecase::lock::after_opening(&open)?;
        }
        let worker = shared.options.worker.then(|| Worker::start(Arc::clone(&shared))).transpose()?;
        Ok(Self { shared, _worker: worker })
    }

    /// Hints from now on. A lost hint is harmless.
    pub fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.shared.events.subscribe()
    }

    /// The frame's facts changed outside of the core (battery, hotspot).
    pub fn announce_status(&self) {
        self.shared.tell(Event::Status);
    }

    /// The line changed: what was put off is tried at once.
    pub fn line_changed(&self) {
        self.shared.wakes.line_changed();
    }

    /// The bytes of one variant of a photo.
    ///
    /// # Errors
    /// `locked`, `record-unknown`, `media-not-here`.
    pub fn media(&self, record: RecordId, variant: Variant) -> Result<Media, Fault> {
        media::read(&self.shared.open()?, record, variant)
    }

    /// A place in the inbox for bytes that come under `name`.
    ///
    /// # Errors
    /// `not-enrolled`. Works locked: a picture may be on its way when the lock closes.
    pub fn incoming(&self, name: &str) -> Result<Incoming, Fault> {
        self.shared.enrolled()?;
        self.shared.inbox.begin(name)
    }

    /// The name under which `photo_add` finds what [`Core::incoming`] received.
    ///
    /// # Errors
    /// `disk-full` and other file faults.
    pub fn accept(&self, incoming: Incoming) -> Result<String, Fault> {
        self.shared.inbox.accept(incoming)
    }

    /// Copies a file into the inbox; the file itself stays.
    ///
    /// # Errors
    /// `not-enrolled`, `photo-file-large`, file faults.
    pub fn copy_in(&self, file: &Path) -> Result<String, Fault> {
        self.shared.enrolled()?;
        self.shared.inbox.copy_in(file)
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
    pub fn note_import(&self, notes: Vec<ImportedNote>) -> Result<u64, Fault> {
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

impl Shared {
    pub fn home(&self) -> &Arc<Home> {
        &self.home
    }
    pub fn now(&self) -> &Now {
        &self.now
    }
    pub fn inbox(&self) -> &Inbox {
        &self.inbox
    }
    pub fn options(&self) -> &Options {
        &self.options
    }
    pub fn keystore(&self) -> &dyn DeviceKeystore {
        self.home.keystore()
    }
    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.options.clock)
    }

    pub fn delivery(&self) -> &Delivery {
        &self.delivery
    }
    pub async fn clock_sleep(&self, ms: i64) {
        self.options.clock.sleep_ms(u64::try_from(ms).unwrap_or(0)).await;
    }

    pub fn queue_read<T>(&self, f: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, Fault> {
        Ok(self.home.queue().read(f)?)
    }
    pub fn queue_write<T>(&self, f: impl FnOnce(&Transaction) -> Result<T, StoreError>) -> Result<T, Fault> {
        Ok(self.home.queue().write(f)?)
    }

    pub fn credential(&self) -> Result<Option<Credential>, Fault> {
        self.queue_read(credential::load)
    }

    /// # Errors
    /// `not-enrolled`.
    pub fn enrolled(&self) -> Result<Credential, Fault> {
        self.credential()?.ok_or_else(|| Fault::wait("not-enrolled"))
    }

    pub fn has_vault(&self) -> Result<bool, Fault> {
        Ok(self.home.has_vault()?)
    }

    pub fn line(&self) -> Result<LineState, Fault> {
        self.queue_read(line::load)
    }

    pub fn tell(&self, event: Event) {
        // Nobody listening is fine.
        let _ = self.events.send(event);
    }
    pub fn changed(&self, topic: Topic) {
        self.tell(Event::changed(topic));
    }

    pub fn wake_by_tap(&self) {
        self.wakes.tapped();
    }

    /// The gate to everything that a person reads or writes.
    ///
    /// # Errors
    /// `not-enrolled`, `locked`.
    pub fn open(&self) -> Result<Open<'_>, Fault> {
        let open = self.open_if_unlocked()?.ok_or_else(|| match self.credential() {
            Ok(None) => Fault::wait("not-enrolled"),
            _ => Fault::wait("locked"),
        })?;
        if self.options.stay_unlocked && self.others_wrote()? {
            open.replay()?;
        }
        Ok(open)
    }

    /// Whether the queue moved on since the last call: with several processes in one home, perhaps by another.
    pub fn others_wrote(&self) -> Result<bool, Fault> {
        let newest = self.newest_change()?;
        Ok(self.seen.swap(newest, Ordering::Relaxed) != newest)
    }

    /// Differs when anything was written, answered or fetched.
    pub fn newest_change(&self) -> Result<i64, Fault> {
        self.queue_read(|c| Ok(ops::newest_change(c)? + i64::try_from(pages::count(c)?).unwrap_or(0)))
    }

    pub fn open_if_unlocked(&self) -> Result<Option<Open<'_>>, Fault> {
        let Some(vault) = self.vault()? else { return Ok(None) };
        let Some(credential) = self.credential()? else { return Ok(None) };
        Ok(Some(Open::new(self, vault, credential)))
    }

    /// The vault, if it is open; also asked by the engine between two steps.
    pub fn vault(&self) -> Result<Option<Arc<Vault>>, Fault> {
        if self.options.stay_unlocked {
            // Another process of this home may have locked or unlocked it.
            let remembered = self.home.is_remembered_unlocked();
            if !remembered {
                self.set_vault(None);
            } else if self.peek().is_none() {
                let opened = self.home.unlock_remembered()?;
                self.set_vault(opened.map(Arc::new));
            }
        }
        Ok(self.peek())
    }

    fn peek(&self) -> Option<Arc<Vault>> {
        self.vault.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// `None` locks.
    pub fn set_vault(&self, vault: Option<Arc<Vault>>) {
        *self.vault.write().unwrap_or_else(PoisonError::into_inner) = vault;
    }
}

impl Surface for Core {
    fn status(&self, _: Nothing) -> Result<StatusView, Fault> {
        usecase::status::status(&self.shared)
    }
    fn enrol(&self, args: EnrolArgs) -> Result<StatusView, Fault> {
        usecase::enrol::enrol(&self.shared, &args)
    }
    fn unlock(&self, args: PinArgs) -> Result<StatusView, Fault> {
        usecase::lock::unlock(&self.shared, &args.pin)
    }
    fn lock(&self, _: Nothing) -> Result<StatusView, Fault> {
        usecase::lock::lock(&self.shared)
    }
    fn change_pin(&self, args: ChangePinArgs) -> Result<Done, Fault> {
        usecase::lock::change_pin(&self.shared, &args).map(|()| Done {})
    }
    fn forget_pin(&self, _: Nothing) -> Result<StatusView, Fault> {
        usecase::forget::forget_pin(&self.shared)
    }
    fn today(&self, _: Nothing) -> Result<TodayView, Fault> {
        usecase::today::today(&self.shared.open()?)
    }
    fn case_list(&self, args: CaseListArgs) -> Result<Vec<CaseRow>, Fault> {
        usecase::cases::list(&self.shared.open()?, &args)
    }
    fn case_card(&self, args: CaseRef) -> Result<CaseCard, Fault> {
        usecase::cases::card(&self.shared.open()?, args.case)
    }
    fn case_follow(&self, args: NumberArgs) -> Result<CaseRow, Fault> {
        usecase::cases::follow_number(&self.shared.open()?, &args.number)
    }
    fn case_unfollow(&self, args: CaseRef) -> Result<Done, Fault> {
        usecase::cases::unfollow(&self.shared.open()?, args.case).map(|()| Done {})
    }
    fn visit_create(&self, args: VisitCreateArgs) -> Result<VisitView, Fault> {
        usecase::visits::create(&self.shared.open()?, args)
    }
    fn visit_state(&self, args: VisitStateArgs) -> Result<VisitView, Fault> {
        usecase::visits::set_state(&self.shared.open()?, &args)
    }
    fn note_get(&self, args: RecordRef) -> Result<NoteView, Fault> {
        usecase::notes::get(&self.shared.open()?, args.id)
    }
    fn note_save(&self, args: NoteSaveArgs) -> Result<NoteView, Fault> {
        usecase::notes::save(&self.shared.open()?, args)
    }
    fn note_finish(&self, args: RecordRef) -> Result<NoteView, Fault> {
        usecase::notes::finish(&self.shared.open()?, args.id)
    }
    fn note_delete(&self, args: RecordRef) -> Result<Done, Fault> {
        usecase::notes::delete(&self.shared.open()?, args.id).map(|()| Done {})
    }
    fn note_publish(&self, args: NotePublishArgs) -> Result<NoteView, Fault> {
        usecase::notes::publish(&self.shared.open()?, &args)
    }
    fn draft_save(&self, args: DraftArgs) -> Result<Done, Fault> {
        usecase::drafts::save(&self.shared.open()?, &args.key, &args.value).map(|()| Done {})
    }
    fn draft_load(&self, args: DraftKey) -> Result<DraftView, Fault> {
        usecase::drafts::load(&self.shared.open()?, &args.key)
    }
    fn draft_drop(&self, args: DraftKey) -> Result<Done, Fault> {
        usecase::drafts::drop(&self.shared.open()?, &args.key).map(|()| Done {})
    }
    fn capture_begin(&self, args: CaptureArgs) -> Result<CaptureView, Fault> {
        usecase::photos::begin_capture(&self.shared.open()?, &args)
    }
    fn photo_add(&self, args: PhotoAddArgs) -> Result<Vec<PhotoView>, Fault> {
        usecase::photos::add(&self.shared.open()?, &args)
    }
    fn photo_caption(&self, args: PhotoCaptionArgs) -> Result<PhotoView, Fault> {
        usecase::photos::set_caption(&self.shared.open()?, args.id, &args.caption)
    }
    fn photo_delete(&self, args: RecordRef) -> Result<Done, Fault> {
        usecase::photos::delete(&self.shared.open()?, args.id).map(|()| Done {})
    }
    fn photo_list(&self, args: CaseRef) -> Result<Vec<PhotoView>, Fault> {
        usecase::photos::of_case(&self.shared.open()?, args.case)
    }
    fn queue(&self, _: Nothing) -> Result<QueueView, Fault> {
        usecase::queue::queue(&self.shared)
    }
    fn queue_retry(&self, args: QueueItemRef) -> Result<QueueView, Fault> {
        usecase::queue::retry(&self.shared, args.item.as_deref())
    }
    fn queue_cancel(&self, args: QueueItemRef) -> Result<QueueView, Fault> {
        usecase::queue::cancel(&self.shared, args.item.as_deref())
    }
    fn conflicts(&self, _: Nothing) -> Result<Vec<ConflictView>, Fault> {
        usecase::conflicts::list(&self.shared.open()?)
    }
    fn conflict_resolve(&self, args: ConflictResolveArgs) -> Result<Done, Fault> {
        usecase::conflicts::resolve(&self.shared.open()?, &args).map(|()| Done {})
    }
    fn search(&self, args: SearchArgs) -> Result<Vec<SearchHit>, Fault> {
        usecase::search::search(&self.shared.open()?, &args)
    }
    fn directory(&self, args: SearchArgs) -> Result<Vec<PersonView>, Fault> {
        usecase::directory::directory(&self.shared.open()?, &args)
    }
    fn sync_now(&self, args: SyncArgs) -> Result<SyncView, Fault> {
        usecase::sync::sync_now(&self.shared, args.deadline_s, false)
    }
    fn settings_get(&self, _: Nothing) -> Result<Settings, Fault> {
        usecase::settings::get(&self.shared)
    }
    fn settings_set(&self, args: Settings) -> Result<Settings, Fault> {
        usecase::settings::set(&self.shared, args)
    }
}
