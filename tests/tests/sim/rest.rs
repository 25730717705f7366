//! The end of a seed: misfortune stops, everybody meets the office, and then all must agree.

use std::collections::BTreeMap;

use ekitei_model::wire::{DeviceState, PullRequest, Want};
use ekitei_model::{Outcome, Record, RecordId, Scope};
use ekitei_server_db::Storage;
use ekitei_store::vault::read;

use super::books;
use super::world::World;

/// Rounds in which everybody meets the office once; more would mean that it never ends.
const ROUNDS: usize = 8;

impl World {
    pub async fn rest(&mut self) {
        while self.deliver_ghost().await {}
        for n in 0..self.phones.len() {
            self.phones[n].fuse.set_full(false);
            self.phones[n].fuse.disarm();
            self.revive(n);
            if !self.is_known(n).await && !self.phones[n].forgotten {
                self.come_back(n).await;
            }
            let device = self.phones[n].device();
            self.office.storage().set_device_state(device, DeviceState::Active).await.unwrap();
        }
        for n in 0..self.phones.len() {
            if self.phones[n].forgotten {
                // A phone that nobody can open delivers all the same.
                self.sync(n, 0).await;
                self.forget_pin(n).await;
                assert!(!self.phones[n].forgotten, "{} is not drained", self.phones[n].staff);
            }
            self.unlock(n);
        }
        if self.talks {
            for n in 0..self.phones.len() {
                self.sync(n, 0).await;
            }
            self.morning().await;
        }
        let mut before = String::new();
        for round in 0..=ROUNDS {
            for n in 0..self.phones.len() {
                self.sync(n, 0).await;
                self.books.check_office(&self.office, &self.phones);
            }
            for n in 0..self.phones.len() {
                self.settle_refused(n, true);
            }
            self.file_jobs(usize::MAX).await;
            if self.talks {
                self.morning().await;
                self.count().await;
            }
            let now = self.heads();
            if now == before {
                break;
            }
            assert!(round < ROUNDS, "it does not come to rest: {before} then {now}");
            before = now;
        }
        self.verify().await;
        if self.talks {
            self.numbers_hold();
        }
        for n in 0..self.phones.len() {
            self.same_as_office(n).await;
        }
        books::salvaged(&self.books, &self.office);
        self.books.all_arrived(&self.office, &self.phones);
        self.books.answers_are_kept(&self.office);
    }

    fn heads(&self) -> String {
        let db = books::office_db(&self.office);
        let sql = "SELECT group_concat(scope || head || acl) FROM (SELECT * FROM scopes ORDER BY scope)";
        db.query_row(sql, [], |r| r.get(0)).unwrap()
    }

    /// Everything that the office gives this phone of a scope, as a phone without anything would get it.
    async fn office_view(&self, n: usize, scope: &Scope) -> Option<BTreeMap<RecordId, Record>> {
        let phone = &self.phones[n];
        let caller = self.office.caller(phone.device(), &phone.staff);
        let mut out = BTreeMap::new();
        let mut before = None;
        loop {
            let want = vec![Want { scope: scope.clone(), after: None, before }];
            let request = PullRequest { proto: 1, epoch: None, want, max_bytes: 1 << 20 };
            let pages = self.office.storage().pull(&caller, &request, self.office.now_ms()).await.unwrap();
            let page = &pages.pages[0];
            if page.header.denied {
                return None;
            }
            for line in &page.records {
                let record: Record = serde_json::from_str(line).unwrap();
                out.insert(record.id, record);
            }
            if !page.header.more {
                break;
            }
            before = Some(page.header.next);
        }
        out.retain(|_, record| !record.deleted);
        Some(out)
    }

    async fn same_as_office(&self, n: usize) {
        let phone = &self.phones[n];
        let counts = phone.counts();
        let left = phone.left();
        assert_eq!(
            (counts.items, counts.kept),
            (0, 0),
            "the outbox of {} is not empty: {left:?}",
            phone.staff
        );
        assert_eq!(phone.pages(), 0, "pages of {} wait", phone.staff);
        let vault = phone.vault.as_ref().unwrap();
        let mut expected = BTreeMap::new();
        for (scope, denied) in phone.follows() {
            let view = self.office_view(n, &scope).await;
            assert_eq!(view.is_none(), denied, "{} and the office disagree on {scope}", phone.staff);
            expected.extend(view.unwrap_or_default());
        }
        let mirror: BTreeMap<RecordId, Record> = vault
            .read(|c| {
                let mut statement = c.prepare("SELECT body FROM mirror WHERE deleted = 0")?;
                let rows = statement.query_map([], |r| r.get::<_, String>(0))?;
                let records = rows.map(|r| serde_json::from_str::<Record>(&r.unwrap()).unwrap());
                Ok(records.map(|r| (r.id, r)).collect())
            })
            .unwrap();
        differ(&format!("the mirror of {}", phone.staff), &mirror, &expected);
        // Nothing of one's own is laid over it any more, except what waits at the office for its parent.
        let pending: Vec<(i64, Option<String>, String)> = vault
            .read(|c| {
                let mut statement = c.prepare("SELECT state, outcome, scope FROM ops WHERE state <> 2")?;
                let rows = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?;
                Ok(rows.collect::<Result<_, _>>()?)
            })
            .unwrap();
        let follows = phone.follows();
        let mut overlaid = false;
        for (state, outcome, scope) in pending {
            let outcome: Option<Outcome> = outcome.map(|o| serde_json::from_str(&o).unwrap());
            let waits = matches!(outcome, Some(Outcome::WaitingParent { .. }));
            let followed = follows.get(&scope.parse().unwrap()) == Some(&false);
            assert!(
                state == 1 && (waits || !followed),
                "an operation of {} in {scope} never leaves the overlay: {state} {outcome:?}",
                phone.staff
            );
            // Answers to a call are on no screen of the rooms.
            overlaid |= !scope.starts_with("tally:");
        }
        if !overlaid {
            let shown: BTreeMap<RecordId, Record> = follows
                .keys()
                .flat_map(|scope| vault.read(|c| read::in_scope(c, scope, &[])).unwrap())
                .map(|s| (s.record.id, s.record))
                .collect();
            differ(&format!("the screen of {}", phone.staff), &shown, &expected);
        }
    }
}

fn differ(what: &str, have: &BTreeMap<RecordId, Record>, want: &BTreeMap<RecordId, Record>) {
    for (id, record) in want {
        let mine = have.get(id);
        assert!(mine == Some(record), "{what} has {mine:?}\n instead of {record:?}");
    }
    let more: Vec<&Record> = have.iter().filter(|(id, _)| !want.contains_key(id)).map(|(_, r)| r).collect();
    assert!(more.is_empty(), "{what} has more than the office: {more:?}");
}
