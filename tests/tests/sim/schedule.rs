//! What happens next: the seed decides.

use std::path::Path;
use std::sync::{Arc, Mutex};

use ekitei_model::people::Role;
use ekitei_model::wire::DeviceState;
use ekitei_server_db::Storage;
use rand::RngExt;

use super::books::check_phone;
use super::clock::DAY_MS;
use super::template::{A, B, PEOPLE, staff};
use super::world::World;

const STEPS: usize = 45;

/// Lives one seed through; panics when something does not hold. Returns the faults that happened.
pub async fn live(seed: u64, talks: bool, dir: &Path, trace: Arc<Mutex<Vec<String>>>) -> Vec<&'static str> {
    let mut world = World::new(seed, dir, trace);
    world.talks = talks;
    // Everybody begins with what the office has.
    for n in 0..world.phones.len() {
        world.sync(n, 0).await;
    }
    world.office.backup(0).await;
    world.backups = 1;
    let steps = world.rng.random_range(STEPS / 2..STEPS * 3 / 2);
    for step in 0..steps {
        world.say(format!("step {step}"));
        world.step().await;
        world.books.check_office(&world.office, &world.phones);
        if step % 8 == 0 {
            world.verify().await;
        }
    }
    world.say("rest");
    world.rest().await;
    world.faults
}

impl World {
    pub async fn verify(&self) {
        let faults = self.office.storage().verify_rows().await.unwrap();
        assert!(faults.is_empty(), "the office's rows contradict each other: {faults:?}");
    }

    async fn step(&mut self) {
        for phone in &self.phones {
            phone.clock.advance(1_000);
        }
        self.office.advance(1_000);
        let n = self.below(self.phones.len());
        match self.below(100) {
            0..=44 => self.hand(n),
            45..=66 => self.meet(n).await,
            67..=78 => self.desk().await,
            _ => self.misfortune(n).await,
        }
        self.revive(n);
        if self.talks {
            match self.below(12) {
                0 | 1 => self.look_after().await,
                2 => self.call_out().await,
                3 => self.crowd_answers().await,
                4 => self.forget().await,
                5 => self.roster().await,
                _ => {}
            }
            self.note_members();
            if self.one_in(4) {
                self.release_held().await;
            }
        }
    }

    /// A person does something with the phone.
    fn hand(&mut self, n: usize) {
        let phone = &mut self.phones[n];
        if phone.vault.is_none() {
            if !phone.forgotten {
                self.say(format!("{} unlocks", self.phones[n].staff));
                self.unlock(n);
            }
            return;
        }
        if self.one_in(6) {
            let rows = self.rng.random_range(1..8);
            self.phones[n].fuse.arm(rows);
            self.say(format!("  (to die at row {rows})"));
        }
        match self.below(if self.talks { 38 } else { 32 }) {
            32..=37 => self.talk(n),
            20..=31 => self.inspect(n),
            0..=5 => self.note(n),
            6..=9 => self.edit(n),
            10 | 11 => self.delete(n),
            12 => self.publish(n),
            13 | 14 => self.photo(n),
            15 | 16 => self.resolve(n),
            17 => self.visit_case(n),
            18 => {
                self.say(format!("{} locks", self.phones[n].staff));
                self.phones[n].vault = None;
            }
            _ => {
                let away = self.one_in(2);
                self.say(format!("{} looks at what was refused; away: {away}", self.phones[n].staff));
                self.settle_refused(n, away);
            }
        }
        self.revive(n);
        self.after(n);
    }

    /// A phone and the office meet, over a line that is good, bad or terrible.
    async fn meet(&mut self, n: usize) {
        if !self.is_known(n).await && self.one_in(2) && !self.phones[n].forgotten {
            self.come_back(n).await;
        }
        let percent = [0, 15, 30, 60][self.below(4)];
        if self.one_in(4) {
            let rows = self.rng.random_range(1..40);
            self.phones[n].fuse.arm(rows);
        }
        self.say(format!("{} syncs at {percent} %", self.phones[n].staff));
        self.sync(n, percent).await;
        if percent > 0 {
            self.fault("line fails");
        }
    }

    async fn desk(&mut self) {
        match self.below(20) {
            12..=19 => self.desk_inspects().await,
            0..=2 => self.console_edit().await,
            3 => self.console_note().await,
            4 | 5 => self.grant().await,
            6 | 7 => self.old_page().await,
            8 => self.quarantine().await,
            9 => self.snoop().await,
            _ => {
                let done = self.file_jobs(5).await;
                self.say(format!("{done} jobs filed"));
            }
        }
    }

    async fn misfortune(&mut self, n: usize) {
        match self.below(26) {
            0..=6 => {
                self.deliver_ghost().await;
            }
            7..=9 => {
                self.say("the office starts again");
                self.office.restart();
                self.office.storage().resume_jobs(self.office.now_ms()).await.unwrap();
                self.fault("office killed");
            }
            10..=12 => {
                let full = !self.phones[n].fuse.is_full();
                self.say(format!("the disk of {} is full: {full}", self.phones[n].staff));
                self.phones[n].fuse.set_full(full);
                self.fault("disk full");
            }
            13..=15 => {
                let days = self.rng.random_range(-8..=8);
                self.say(format!("the clock of {} jumps {days} days", self.phones[n].staff));
                self.phones[n].clock.jump(days * DAY_MS);
                self.jumped_days[n] += days.abs();
                // What it retained may be too old now.
                if self.jumped_days[n] > 28 {
                    self.books.excuse(&self.phones[n], "clock", |_| true);
                }
                self.fault("clock jumps");
            }
            16 | 17 => {
                self.say(format!("backup {}", self.backups));
                self.office.backup(self.backups).await;
                self.backups += 1;
            }
            18 | 19 => self.restore().await,
            20 | 21 => self.transfer().await,
            22 => {
                let state = if self.one_in(2) { DeviceState::DrainOnly } else { DeviceState::Active };
                self.say(format!("{} becomes {state:?}", self.phones[n].staff));
                let device = self.phones[n].device();
                self.office.storage().set_device_state(device, state).await.unwrap();
                self.fault("device drained");
            }
            23 | 24 => self.forget_pin(n).await,
            _ => self.reinstall(n).await,
        }
    }

    async fn restore(&mut self) {
        let number = self.below(self.backups);
        self.say(format!("the office is restored from backup {number}"));
        self.office.restore(number).await;
        let office = Arc::clone(&self.office);
        self.books.restored(&office, &self.phones);
        // Whoever came and went since never did.
        self.members.clear();
        self.fault("office restored");
    }

    async fn transfer(&mut self) {
        let person = PEOPLE[self.below(PEOPLE.len())];
        let sections: &[&str] = [&[A][..], &[B], &[A, B], &[]][self.below(4)];
        self.say(format!("{person} is transferred to {sections:?}"));
        let people = vec![staff(person, sections, Role::Staff)];
        self.office.storage().import_staff(people, self.office.now_ms()).await.unwrap();
        self.fault("section changed");
    }

    /// Nobody can open the vault any more; the queue is delivered under the old id, then the phone is enrolled anew.
    pub async fn forget_pin(&mut self, n: usize) {
        let office = Arc::clone(&self.office);
        let phone = &mut self.phones[n];
        if phone.fuse.is_full() {
            return;
        }
        if !phone.forgotten {
            self.say(format!("{} forgets the PIN", self.phones[n].staff));
            let phone = &mut self.phones[n];
            self.books.excuse(phone, "PIN forgotten", |_| true);
            self.books.forget_salvage(n);
            phone.vault = None;
            phone.home.discard_vault().unwrap();
            phone.forgotten = true;
            self.fault("PIN forgotten");
            check_phone(&office, &self.phones[n]);
            return;
        }
        // As the core does it: the office is asked first, also when nothing waits.
        self.sync(n, 0).await;
        if !self.is_known(n).await {
            return self.come_back(n).await;
        }
        let counts = self.phones[n].counts();
        // A drained phone with nothing to send does not hear of a restore; it gets its code when it may read again.
        let device = self.office.storage().device(self.phones[n].device()).await.unwrap();
        if device.is_none_or(|d| d.state != DeviceState::Active) {
            return;
        }
        if counts.items > 0 || counts.kept > 0 {
            self.say(format!("{} cannot enrol anew: {} wait", self.phones[n].staff, counts.items));
            return;
        }
        self.say(format!("{} enrols anew", self.phones[n].staff));
        let known = super::books::office_ops(&self.office);
        let lost: Vec<_> = self.phones[n].queued().into_iter().filter(|op| !known.contains(op)).collect();
        assert!(lost.is_empty(), "enrolling anew loses {lost:?} of {}", self.phones[n].staff);
        self.books.excuse(&self.phones[n], "enrolled anew", |_| true);
        self.forget_answered(n);
        self.install(n).await;
    }

    /// What the office answered and the queue still shows ends with the enrolment.
    fn forget_answered(&mut self, n: usize) {
        for promise in self.books.promises.values_mut().filter(|p| p.phone == n) {
            promise.excuse.get_or_insert("enrolled anew");
        }
    }

    /// The app is deleted and installed again: what was unsent is gone with it, by its owner's hand.
    async fn reinstall(&mut self, n: usize) {
        self.say(format!("{} installs the app anew", self.phones[n].staff));
        let known = super::books::office_ops(&self.office);
        self.books.promises.retain(|op, p| p.phone != n || known.contains(op));
        self.books.inspections.lost_with(n);
        self.forget_answered(n);
        self.books.forget_salvage(n);
        let dir = self.phones[n].dir.clone();
        self.replace(n, |phone| {
            std::fs::remove_dir_all(&dir).unwrap();
            phone
        });
        self.install(n).await;
        self.fault("re-installed");
    }
}
