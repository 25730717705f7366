//! One seed: an office, three phones, and a schedule of work and misfortune.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;
use std::sync::{Arc, Mutex};

use ekitei_model::op::OpBody;
use ekitei_model::wire::DeviceState;
use ekitei_model::{DeviceId, OpId, Operation, RecordId, Scope, Stamp};
use ekitei_seal::Identity;
use ekitei_server_db::Storage;
use ekitei_store::queue::{About, Enqueued, credential, ops};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use uuid::Uuid;

use super::books::{Books, check_phone};
use super::clock::SimClock;
use super::line::{Ghost, late_is_fine};
use super::office::Office;
use super::phone::{PIN, Phone};
use super::template::{PEOPLE, enrol, register, template};

pub struct World {
    /// People also talk in rooms.
    pub talks: bool,
    pub rng: StdRng,
    pub office: Arc<Office>,
    /// Taken out while one acts.
    pub phones: Vec<Phone>,
    pub books: Books,
    pub ghosts: Arc<Mutex<VecDeque<Ghost>>>,
    pub cases: Vec<RecordId>,
    pub consoles: Vec<DeviceId>,
    /// The steps, for the person who looks for the fault.
    pub trace: Arc<Mutex<Vec<String>>>,
    pub backups: usize,
    /// Faults that really happened, for the coverage that the test asks for.
    pub faults: Vec<&'static str>,
    /// How far each phone's clock has been moved in all, either way.
    pub jumped_days: [i64; 3],
    /// State of every member of a room at the office after the last step.
    pub members: BTreeMap<RecordId, (Scope, String)>,
    /// Calls that a phone's person has answered on it.
    pub answered: BTreeSet<(usize, RecordId)>,
    /// Answers given so far, on phones and at the console.
    pub answers: u64,
    seed: u64,
}

impl World {
    pub fn new(seed: u64, dir: &Path, trace: Arc<Mutex<Vec<String>>>) -> Self {
        let template = template();
        template.copy_to(dir);
        let identity = Identity::from_secret_string(&template.key).unwrap();
        let office = Office::open(&dir.join("office"), identity);
        let ghosts = Arc::new(Mutex::new(VecDeque::new()));
        let phones = PEOPLE.iter().enumerate().map(|(n, person)| {
            let home = dir.join(format!("phone-{n}"));
            let clock = Arc::new(SimClock::new());
            let mut phone =
                Phone::open((n, (*person).into()), home, &office, &ghosts, clock, seed * 16 + n as u64);
            phone.unlock().unwrap();
            phone
        });
        let phones = phones.collect();
        Self {
            talks: false,
            rng: StdRng::seed_from_u64(seed),
            office,
            phones,
            books: Books::default(),
            ghosts,
            cases: template.cases.clone(),
            consoles: template.consoles.clone(),
            trace,
            backups: 0,
            faults: Vec::new(),
            jumped_days: [0; 3],
            members: BTreeMap::new(),
            answered: BTreeSet::new(),
            answers: 0,
            seed,
        }
    }

    pub fn say(&self, text: impl Into<String>) {
        self.trace.lock().unwrap().push(text.into());
    }

    /// A fault of the schedule happened.
    pub fn fault(&mut self, name: &'static str) {
        self.faults.push(name);
    }

    pub fn below(&mut self, n: usize) -> usize {
        self.rng.random_range(0..n)
    }

    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub fn pick<T: Clone>(&mut self, from: &[T]) -> Option<T> {
        (!from.is_empty()).then(|| from[self.rng.random_range(0..from.len())].clone())
    }

    pub fn mint(&mut self, at_ms: i64) -> Uuid {
        let noise: [u8; 10] = self.rng.random();
        uuid::Builder::from_unix_timestamp_millis(u64::try_from(at_ms).unwrap(), &noise).into_uuid()
    }

    pub fn operation(&mut self, at_ms: i64, record: RecordId, body: OpBody) -> Operation {
        let op_id = OpId(self.mint(at_ms));
        Operation { op_id, record, at: Stamp::japan(at_ms), body }
    }

    // ── the phones' side ──

    /// A person's change on one phone: promised when the queue took it.
    pub fn write(&mut self, n: usize, changes: &[(Operation, About)]) -> bool {
        self.write_with(n, changes, |_| Ok(()))
    }

    pub fn write_with(
        &mut self,
        n: usize,
        changes: &[(Operation, About)],
        also: impl FnOnce(&ekitei_store::Transaction) -> Result<(), ekitei_store::StoreError>,
    ) -> bool {
        let outcome = self.phones[n].commit(changes, also);
        match &outcome {
            Ok(taken) => {
                for ((op, about), enqueued) in changes.iter().zip(taken) {
                    if *enqueued == Enqueued::New {
                        self.books.promise(op.op_id, n, op.record, about.scope.clone());
                    }
                }
            }
            Err(error) => {
                self.say(format!("  not taken: {error}"));
                let fuse = &self.phones[n].fuse;
                assert!(fuse.is_dead() || fuse.is_full(), "a phone cannot write: {error}");
            }
        }
        outcome.is_ok()
    }

    /// Syncs one phone; a dead one is started again.
    pub async fn sync(&mut self, n: usize, percent: u32) {
        let known = self.is_known(n).await;
        let rooms = if self.talks { self.rooms_of(n) } else { Vec::new() };
        // A drained phone delivers; what it may not read it is not told.
        let device = self.office.storage().device(self.phones[n].device()).await.unwrap();
        let reads = device.is_some_and(|d| d.state == DeviceState::Active);
        let phone = &mut self.phones[n];
        phone.line.take_struck();
        let report = phone.sync(percent).await;
        let struck = phone.line.take_struck();
        match report {
            None => self.say(format!("  {} died in its sync", self.phones[n].staff)),
            Some(report) => {
                let counts = phone.counts();
                let (staff, locked) = (phone.staff.clone(), phone.vault.is_none());
                let calm = struck == 0 && !phone.fuse.is_full();
                self.say(format!(
                    "  {staff}{} sent {} ops, {} files, got {}; left {}; bad luck {struck}; {:?}",
                    if locked { " (locked)" } else { "" },
                    report.sent_ops,
                    report.sent_files,
                    report.received,
                    counts.items,
                    report.fault
                ));
                let met = calm && reads && !locked && report.fault.is_none();
                if self.talks && met && self.phones[n].pages() == 0 {
                    self.rooms_are_lost(n, &rooms);
                }
                // Locked or not: over a good line everything goes.
                if known {
                    assert!(!calm || counts.items == 0, "{staff} keeps {} over a good line", counts.items);
                } else {
                    let said = report.fault.is_some_and(|f| f.code == "device-unknown");
                    assert!(!calm || said, "{staff} is not told that the office has forgotten the phone");
                }
            }
        }
        self.revive(n);
        self.after(n);
    }

    /// A phone that died is a new process on the same files.
    pub fn revive(&mut self, n: usize) {
        let phone = &self.phones[n];
        phone.fuse.disarm();
        if !phone.fuse.is_dead() {
            return;
        }
        self.fault("phone killed");
        self.say(format!("  {} starts again", self.phones[n].staff));
        self.replace(n, Phone::reopen);
    }

    pub fn replace(&mut self, n: usize, f: impl FnOnce(Phone) -> Phone) {
        let phone = self.phones.remove(n);
        self.phones.insert(n, f(phone));
    }

    /// What the phone did reaches the books, and is checked.
    pub fn after(&mut self, n: usize) {
        self.books.erased(&mut self.phones[n]);
        check_phone(&self.office, &self.phones[n]);
    }

    pub fn unlock(&mut self, n: usize) {
        let phone = &mut self.phones[n];
        if phone.vault.is_some() || phone.forgotten {
            return;
        }
        if let Err(error) = phone.unlock() {
            assert!(phone.fuse.is_full() || phone.fuse.is_dead(), "{error}");
            // A vault that is open and could not take everything is open all the same.
            self.say(format!("  unlocked with {error}"));
        }
        self.revive(n);
        self.after(n);
    }

    /// A new installation of the same person's; the old one's files are gone with what was unsent.
    pub async fn install(&mut self, n: usize) {
        let device = DeviceId(self.mint(self.office.now_ms()));
        let phone = self.phones.remove(n);
        let (dir, staff, clock) = (phone.dir.clone(), phone.staff.clone(), Arc::clone(&phone.clock));
        drop(phone);
        enrol(&self.office, &dir, &staff, device).await;
        let seed = self.seed * 16 + n as u64 + 7_000;
        let mut phone = Phone::open((n, staff), dir, &self.office, &self.ghosts, clock, seed);
        phone.unlock().unwrap();
        self.phones.insert(n, phone);
    }

    pub async fn is_known(&self, n: usize) -> bool {
        self.office.storage().device(self.phones[n].device()).await.unwrap().is_some()
    }

    /// The office was restored from before this phone came in: its person brings a new code. With a lost PIN the vault is a
    /// new one, too.
    pub async fn come_back(&mut self, n: usize) {
        if self.phones[n].fuse.is_full() {
            return;
        }
        let again = self.one_in(3);
        let mut card = self.phones[n].home.queue().read(credential::required).unwrap();
        if self.phones[n].forgotten {
            let identity = Identity::generate();
            self.phones[n].home.create_vault(PIN, &identity).unwrap();
            card.own_recipient = identity.recipient();
        }
        // The first answer may be lost; the next code finds the phone known already.
        for _ in 0..=usize::from(again) {
            let code = self.mint(self.office.now_ms()).to_string();
            let staff = self.phones[n].staff.clone();
            register(&self.office, &staff, card.device_id, &code, Some(staff.clone())).await;
        }
        let phone = &mut self.phones[n];
        let before = phone.queued();
        phone.home.queue().write(|tx| credential::come_back(tx, &card)).unwrap();
        assert_eq!(before, phone.queued(), "coming back changed the queue of {}", phone.staff);
        self.say(format!(
            "{} comes back with a new code; PIN lost: {}",
            self.phones[n].staff, self.phones[n].forgotten
        ));
        if std::mem::take(&mut self.phones[n].forgotten) {
            self.unlock(n);
        }
        self.fault("phone forgotten");
        self.after(n);
    }

    /// A person decides about what the office refused: away with it, or once more.
    pub fn settle_refused(&mut self, n: usize, away: bool) {
        for op in self.phones[n].refused() {
            let fresh = OpId(self.mint(self.office.now_ms()));
            let done = self.phones[n].home.queue().write(|tx| match away {
                true => ops::cancel(tx, op),
                false => ops::unpark(tx, op, fresh),
            });
            if done.is_ok() {
                let promise = self.books.promises.remove(&op);
                if let (true, Some(promise)) = (away, &promise) {
                    self.books.inspections.taken_back(n, promise.record);
                }
                if let Some(promise) = promise.filter(|_| !away) {
                    self.books.promise(fresh, n, promise.record, promise.scope);
                }
                // Cancelling a create takes the record's others with it.
                let queued = self.phones[n].queued();
                let known = super::books::office_ops(&self.office);
                self.books.promises.retain(|op, p| {
                    p.phone != n || !away || queued.contains(op) || known.contains(op) || p.excuse.is_some()
                });
            }
        }
        let _ = self.phones[n].replay();
        self.revive(n);
    }

    // ── late requests ──

    pub async fn deliver_ghost(&mut self) -> bool {
        let count = self.ghosts.lock().unwrap().len();
        if count == 0 {
            return false;
        }
        // Any of them: the order on the line is nobody's promise.
        let at = self.below(count);
        let Some(ghost) = self.ghosts.lock().unwrap().remove(at) else { return false };
        let office = Arc::clone(&self.office);
        let (what, error) = match ghost {
            Ghost::Push(device, staff, batch) => {
                let what = format!("push of {} from {}", batch.header.count, batch.header.first);
                (what, office.push(device, &staff, &batch).await.err())
            }
            Ghost::Patch(device, staff, location, offset, bytes) => {
                let done = office.upload_patch(device, &staff, &location, offset, &bytes).await;
                (format!("{} bytes at {offset}", bytes.len()), done.err())
            }
            Ghost::Create(device, staff, new, first) => {
                let done = office.upload_create(device, &staff, &new, &first).await;
                (format!("creation of {}", new.record), done.err())
            }
            Ghost::Salvage(device, staff, records) => {
                let done = office.salvage(device, &staff, &records).await;
                (format!("salvage of {}", records.len()), done.err())
            }
        };
        self.say(format!("a late {what}: {error:?}"));
        assert!(error.as_ref().is_none_or(late_is_fine), "{error:?}");
        self.fault("late request");
        true
    }

    /// Anywhere a phone may write: the cases that it sees, and its person's own place.
    pub fn scopes_of(&self, n: usize) -> Vec<Scope> {
        let follows = self.phones[n].follows();
        let mut scopes: Vec<Scope> =
            follows.into_iter().filter(|(s, denied)| s.case().is_some() && !denied).map(|(s, _)| s).collect();
        scopes.push(Scope::User(self.phones[n].staff.clone()));
        scopes
    }
}
