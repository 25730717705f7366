//! What the open core holds: home, clock, vault (when it is open), engine, bells. Shared by calls and worker.

use crate::bridge::event::{Event, Topic};
use crate::clock::Now;
use crate::core::Options;
use crate::delivery::Delivery;
use crate::facts::DeviceFacts;
use crate::idle::Idle;
use crate::inbox::Inbox;
use crate::managed::{self, Managed};
use crate::open::Open;
use crate::usecase::directory::Book;
use crate::usecase::inspections::Sheets;
use crate::usecase::settings;
use crate::worker::Wakes;
use ekitei_model::Fault;
use ekitei_seal::DeviceKeystore;
use ekitei_store::queue::{Credential, LineState, credential, line, ops, pages};
use ekitei_store::{Connection, Home, StoreError, Transaction, Vault};
use ekitei_sync::clock::Clock;
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use tokio::sync::broadcast;

/// Hints that a slow listener may fall behind.
const EVENTS: usize = 256;

pub(crate) struct Shared {
    home: Arc<Home>,
    options: Options,
    now: Now,
    inbox: Inbox,
    sheets: Sheets,
    book: Book,
    vault: RwLock<Option<Arc<Vault>>>,
    idle: Idle,
    events: broadcast::Sender<Event>,
    delivery: Delivery,
    /// Why the vault could not take everything when it was opened.
    trouble: Mutex<Option<Fault>>,
    facts: Mutex<DeviceFacts>,
    managed: Mutex<Managed>,
    /// The queue's change number that the vault was last brought up to, in this process.
    seen: AtomicI64,
    pub(crate) wakes: Wakes,
}

impl Shared {
    pub fn open_home(dir: &Path, keystore: Arc<dyn DeviceKeystore>, options: Options) -> Result<Self, Fault> {
        let now = Now { clock: Arc::clone(&options.clock), offset_min: options.offset_min };
        let home = Home::open(dir, keystore, now.ms())?.with_pin_cost(options.pin_cost);
        let minutes = home.queue().read(settings::stored)?.lock_minutes;
        let managed = home.queue().read(Managed::stored)?;
        Ok(Self {
            idle: Idle::new(minutes),
            inbox: Inbox::new(home.inbox()),
            home: Arc::new(home),
            now,
            sheets: Sheets::default(),
            book: Book::default(),
            vault: RwLock::new(None),
            events: broadcast::Sender::new(EVENTS),
            delivery: Delivery::default(),
            trouble: Mutex::new(None),
            facts: Mutex::default(),
            managed: Mutex::new(managed),
            seen: AtomicI64::new(-1),
            wakes: Wakes::default(),
            options,
        })
    }

    pub fn home(&self) -> &Arc<Home> {
        &self.home
    }
    pub fn now(&self) -> &Now {
        &self.now
    }
    pub fn inbox(&self) -> &Inbox {
        &self.inbox
    }
    pub fn sheets(&self) -> &Sheets {
        &self.sheets
    }
    pub fn book(&self) -> &Book {
        &self.book
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

    pub fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
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

    /// Forgets the keys.
    pub fn close(&self) -> Result<(), Fault> {
        self.home.forget_unlocked()?;
        self.set_vault(None);
        self.tell(Event::Status);
        Ok(())
    }

    pub fn idle(&self) -> &Idle {
        &self.idle
    }

    /// How long the open vault may stay so without a touch. `None`: closed, or open as long as the process wants.
    pub fn closes_in_ms(&self) -> Option<i64> {
        let counts = self.options.auto_lock && self.peek().is_some();
        counts.then(|| self.idle.left_ms(&*self.options.clock))
    }

    /// The vault, if it is open; also asked by the engine between two steps.
    pub fn vault(&self) -> Result<Option<Arc<Vault>>, Fault> {
        if self.closes_in_ms() == Some(0) {
            self.close()?;
        }
        if self.options.stay_unlocked {
            // Another process of this home may have locked or unlocked it.
            let remembered = self.home.is_remembered_unlocked();
            if !remembered {
                self.set_vault(None);
            } else if self.peek().is_none() {
                match self.home.unlock_remembered() {
                    Ok(opened) => self.set_vault(opened.map(Arc::new)),
                    // Locked is not broken: what waits is still delivered, and unlocking by PIN says what is wrong.
                    Err(error) => {
                        tracing::warn!(%error, "the home could not be kept unlocked");
                        self.home.forget_unlocked()?;
                    }
                }
            }
        }
        Ok(self.peek())
    }

    fn peek(&self) -> Option<Arc<Vault>> {
        self.vault.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What a person should know as long as this process lasts.
    pub fn trouble(&self) -> Option<Fault> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
    pub fn set_trouble(&self, fault: Option<Fault>) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = fault;
    }

    /// As last told by the shell.
    pub fn facts(&self) -> DeviceFacts {
        self.facts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
    pub fn set_facts(&self, facts: DeviceFacts) {
        *self.facts.lock().unwrap_or_else(PoisonError::into_inner) = facts;
    }

    /// What the phone manager said last.
    pub fn managed(&self) -> Managed {
        self.managed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
    pub fn set_managed(&self, managed: Managed) -> Result<(), Fault> {
        let before = self.managed();
        if managed == before {
            return Ok(());
        }
        managed::keep(self, &managed)?;
        let trust_differs = managed.trust() != before.trust();
        *self.managed.lock().unwrap_or_else(PoisonError::into_inner) = managed;
        self.narrow_idle();
        if trust_differs {
            self.wakes.line_changed();
        }
        self.tell(Event::Status);
        Ok(())
    }

    /// Minutes without a touch until the vault closes, by settings, MDM and the person's sections.
    pub fn lock_minutes(&self) -> Result<u16, Fault> {
        let own = self.queue_read(settings::stored)?.lock_minutes;
        let (credential, today) = (self.credential()?, self.now.today());
        let sections = credential.iter().flat_map(|c| c.staff.sections_on(&today));
        Ok(managed::lock_minutes(own, self.managed().lock_minutes, sections))
    }

    /// Brings the clock of the lock up to [`Shared::lock_minutes`].
    pub fn narrow_idle(&self) {
        match self.lock_minutes() {
            Ok(minutes) => self.idle.set_minutes(minutes),
            Err(fault) => tracing::warn!(%fault, "the minutes until locking could not be read"),
        }
    }

    /// `None` locks.
    pub fn set_vault(&self, vault: Option<Arc<Vault>>) {
        if vault.is_none() {
            self.sheets.clear();
            self.book.clear();
        } else {
            self.narrow_idle();
            self.idle.touched(&*self.options.clock);
        }
        *self.vault.write().unwrap_or_else(PoisonError::into_inner) = vault;
    }
}
