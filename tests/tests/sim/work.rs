//! What people do: on phones and at the console.

use std::collections::BTreeMap;

use ekitei_model::kinds::{self, Variant, conflict, photo};
use ekitei_model::op::OpBody;
use ekitei_model::record::Fields;
use ekitei_model::wire::{PullRequest, Want};
use ekitei_model::{Record, RecordId, Scope};
use ekitei_server_db::{Incoming, JobEffect, JobKind, Storage};
use ekitei_store::queue::{About, Blob, Reason, blobs, credential, follow, ops, uploads};
use ekitei_store::vault::{Shown, read};
use serde_json::{Value, json};

use super::books::{PEOPLES_KINDS, office_db};
use super::office::hex;
use super::rights::may_see;
use super::template::{A, B, HEADS, PEOPLE};
use super::world::World;

fn fields(pairs: &[(&str, Value)]) -> Fields {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

/// What a note or a case is told by its person.
fn text(n: usize) -> Value {
    json!(format!("記録 {n}"))
}

impl World {
    fn shown_somewhere(&mut self, n: usize, kind: &str, fits: impl Fn(&Shown) -> bool) -> Option<Record> {
        let scopes = self.scopes_of(n);
        let scope = self.pick(&scopes)?;
        let mut shown = self.phones[n].shown(&scope, kind);
        shown.retain(fits);
        self.pick(&shown).map(|s| s.record)
    }

    pub fn note(&mut self, n: usize) {
        let scopes = self.scopes_of(n);
        let Some(scope) = self.pick(&scopes) else { return };
        let at_ms = self.phones[n].clock.wall_ms();
        let count = 1 + self.below(3);
        let mut changes = Vec::new();
        for _ in 0..count {
            let id = RecordId(self.mint(at_ms));
            let (body, about) = self.new_record(&scope, kinds::NOTE, &[]);
            changes.push((self.operation(at_ms, id, body), about));
        }
        self.say(format!("{} writes {count} notes in {scope}", self.phones[n].staff));
        self.write(n, &changes);
    }

    fn new_record(&mut self, scope: &Scope, kind: &str, more: &[(&str, Value)]) -> (OpBody, About) {
        let mut all = fields(more);
        all.insert("text".into(), text(self.below(5)));
        if self.one_in(3) {
            all.insert("finished_at".into(), json!("2026-11-21T10:00:00.000+09:00"));
        }
        let body = OpBody::Create { kind: kind.into(), scope: scope.clone(), parent: None, fields: all };
        (body, About { scope: scope.clone(), kind: kind.into() })
    }

    /// Whether the queue has taken it.
    pub fn patch_shown(&mut self, n: usize, record: &Record, changed: Fields) -> bool {
        let mirrored = self.phones[n].look(|c| read::mirrored(c, record.id).unwrap()).flatten();
        let base: BTreeMap<_, _> = changed
            .keys()
            .filter_map(|name| Some((name.clone(), mirrored.as_ref()?.rev(name)?.op)))
            .collect();
        let at_ms = self.phones[n].clock.wall_ms();
        let op = self.operation(at_ms, record.id, OpBody::Patch { base, fields: changed });
        self.write(n, &[(op, About::record(record))])
    }

    pub fn edit(&mut self, n: usize) {
        let Some(record) = self.shown_somewhere(n, kinds::NOTE, |_| true) else { return };
        self.say(format!("{} edits {}", self.phones[n].staff, record.id));
        let mut changed = fields(&[("text", text(self.below(5)))]);
        if self.one_in(3) {
            changed.insert("title".into(), text(self.below(3)));
        }
        self.patch_shown(n, &record, changed);
    }

    pub fn resolve(&mut self, n: usize) {
        let unresolved = |s: &Shown| !s.record.fields.contains_key(conflict::RESOLUTION);
        let Some(record) = self.shown_somewhere(n, kinds::CONFLICT, unresolved) else { return };
        let choice = ["mine", "theirs", "both"][self.below(3)];
        self.say(format!("{} resolves {} with {choice}", self.phones[n].staff, record.id));
        self.patch_shown(n, &record, fields(&[(conflict::RESOLUTION, json!(choice))]));
    }

    pub fn delete(&mut self, n: usize) {
        let kind = PEOPLES_KINDS[self.below(2)];
        let Some(record) = self.shown_somewhere(n, kind, |_| true) else { return };
        self.say(format!("{} deletes {}", self.phones[n].staff, record.id));
        let phone = &mut self.phones[n];
        if let Ok(true) = phone.home.queue().write(|tx| ops::cancel_record(tx, record.id)) {
            let queued = phone.queued();
            let _ = phone.replay();
            // Taken back before anybody else heard of it.
            self.books.promises.retain(|op, p| p.record != record.id || p.phone != n || queued.contains(op));
            self.say("  taken back");
            return;
        }
        if phone.fuse.is_dead() {
            return;
        }
        let at_ms = phone.clock.wall_ms();
        let op = self.operation(at_ms, record.id, OpBody::Delete);
        self.write(n, &[(op, About::record(&record))]);
    }

    pub fn publish(&mut self, n: usize) {
        let own = Scope::User(self.phones[n].staff.clone());
        let drafts = self.phones[n].shown(&own, kinds::NOTE);
        let cases: Vec<Scope> = self.scopes_of(n).into_iter().filter(|s| s.case().is_some()).collect();
        let (Some(draft), Some(scope)) = (self.pick(&drafts), self.pick(&cases)) else { return };
        let draft = draft.record;
        let id = RecordId::derived(&["published", &draft.id.to_string(), &scope.to_string()]);
        if self.phones[n].look(|c| read::record(c, id).unwrap()).flatten().is_some() {
            return;
        }
        self.say(format!("{} publishes {} into {scope}", self.phones[n].staff, draft.id));
        let changed = draft.fields.into_iter().filter(|(k, _)| !k.starts_with(kinds::OFFICE_PREFIX));
        let body = OpBody::Publish {
            draft: draft.id,
            kind: kinds::NOTE.into(),
            scope: scope.clone(),
            parent: None,
            fields: changed.collect(),
        };
        let at_ms = self.phones[n].clock.wall_ms();
        let op = self.operation(at_ms, id, body);
        self.write(n, &[(op, About { scope, kind: kinds::NOTE.into() })]);
    }

    pub fn photo(&mut self, n: usize) {
        let scopes = self.scopes_of(n);
        let Some(scope) = self.pick(&scopes) else { return };
        let at_ms = self.phones[n].clock.wall_ms();
        let id = RecordId(self.mint(at_ms));
        self.say(format!("{} photographs {id} in {scope}", self.phones[n].staff));
        let (card, home) = {
            let home = std::sync::Arc::clone(&self.phones[n].home);
            (home.queue().read(credential::required).unwrap(), home)
        };
        let recipients = [card.own_recipient, card.office_key.recipient.parse().unwrap()];
        let mut told = Vec::new();
        let mut files = Vec::new();
        for variant in [Variant::Thumb, Variant::Original] {
            // Sometimes the same picture again: the same bytes are one blob.
            let plain = format!("{} {}", variant.as_str(), self.below(40)).repeat(20 + self.below(2));
            let key_id = Some(card.office_key.key_id.as_str());
            let sealed = home.blobs().seal(
                home.queue(),
                plain.as_bytes(),
                &hex(plain.as_bytes()),
                variant,
                &recipients,
                key_id,
            );
            let sealed = sealed.unwrap();
            told.push((photo::sha256(variant), json!(hex(plain.as_bytes()))));
            told.push((photo::bytes(variant), json!(plain.len())));
            files.push(Blob {
                record: id,
                variant,
                scope: scope.clone(),
                sha256: sealed.sealed.plain_sha256,
                plain_bytes: sealed.sealed.plain_bytes,
                cipher_sha256: sealed.sealed.cipher_sha256,
                cipher_bytes: sealed.sealed.cipher_bytes,
                key_id: key_id.map(str::to_owned),
                name: sealed.name,
                made_ms: at_ms,
            });
        }
        let told: Vec<(&str, Value)> = told.iter().map(|(k, v)| (k.as_str(), v.clone())).collect();
        let (body, about) = self.new_record(&scope, kinds::PHOTO, &told);
        let op = self.operation(at_ms, id, body);
        self.write_with(n, &[(op, about)], |tx| {
            for file in &files {
                blobs::put(tx, file)?;
                uploads::add(tx, file, None, at_ms)?;
            }
            Ok(())
        });
    }

    /// Opens a case, or lets it go.
    pub fn visit_case(&mut self, n: usize) {
        let cases = self.cases.clone();
        let Some(case) = self.pick(&cases) else { return };
        let scope = Scope::Case(case);
        let leave = self.one_in(3);
        let phone = &mut self.phones[n];
        let at_ms = phone.clock.wall_ms();
        let _ = phone.home.queue().write(|tx| match leave {
            true => follow::unfollow(tx, &scope, Reason::Asked).map(|_| ()),
            false => follow::follow(tx, &scope, Reason::Asked, at_ms),
        });
        let _ = phone.replay();
        let staff = phone.staff.clone();
        self.say(format!("{staff} {} {scope}", if leave { "leaves" } else { "follows" }));
    }

    // ── at the console ──

    /// A living record of the office, whoever may see it.
    pub fn office_record(&mut self, kind: &str) -> Option<Record> {
        let all = self.office_records(kind);
        self.pick(&all)
    }

    pub fn office_records(&self, kind: &str) -> Vec<Record> {
        self.records_below("case:%", kind)
    }

    /// The same of rooms.
    pub fn room_records(&self, kind: &str) -> Vec<Record> {
        self.records_below("room:%", kind)
    }

    pub fn records_below(&self, scopes: &str, kind: &str) -> Vec<Record> {
        let db = office_db(&self.office);
        let sql = "SELECT body FROM records WHERE kind = ?1 AND deleted = 0 AND scope LIKE ?2 ORDER BY id";
        let mut statement = db.prepare(sql).unwrap();
        let rows = statement.query_map([kind, scopes], |r| r.get::<_, String>(0)).unwrap();
        rows.map(|r| serde_json::from_str(&r.unwrap()).unwrap()).collect()
    }

    pub async fn console(&mut self, head: usize, record: RecordId, body: OpBody) {
        let at_ms = self.office.now_ms();
        let op = self.operation(at_ms, record, body);
        let caller = self.office.caller(self.consoles[head], &HEADS[head].0.into());
        let line = Incoming::parse(&serde_json::to_vec(&op).unwrap()).unwrap();
        let again = self.one_in(6);
        let storage = self.office.storage();
        let first = storage.apply_console(&caller, line.clone(), at_ms).await.unwrap();
        if again {
            let second = storage.apply_console(&caller, line, at_ms).await.unwrap();
            assert_eq!(first.outcome, second.outcome, "a repeated operation was taken for a new one");
        }
        self.say(format!("  {:?}", first.outcome));
    }

    pub async fn console_edit(&mut self) {
        let Some(record) = self.office_record(kinds::NOTE) else { return };
        let head = self.below(2);
        if self.one_in(8) {
            self.say(format!("the console deletes {}", record.id));
            return self.console(head, record.id, OpBody::Delete).await;
        }
        self.say(format!("the console edits {}", record.id));
        let mut base: BTreeMap<_, _> =
            record.rev("text").map(|r| ("text".to_owned(), r.op)).into_iter().collect();
        // A page that was opened long ago.
        if self.one_in(2) {
            base = record.created.as_ref().map(|c| ("text".to_owned(), c.op)).into_iter().collect();
        }
        let changed = fields(&[("text", text(self.below(5)))]);
        self.console(head, record.id, OpBody::Patch { base, fields: changed }).await;
    }

    pub async fn console_note(&mut self) {
        let (head, at_ms) = (self.below(2), self.office.now_ms());
        let cases = self.cases.clone();
        let Some(case) = self.pick(&cases) else { return };
        let id = RecordId(self.mint(at_ms));
        self.say(format!("the console writes {id} in {case}"));
        let (body, _) = self.new_record(&Scope::Case(case), kinds::NOTE, &[]);
        self.console(head, id, body).await;
    }

    /// A page that was opened long ago: what it shows may be deleted by now, what it sends may be there already.
    pub async fn old_page(&mut self) {
        let db = office_db(&self.office);
        let sql =
            "SELECT body FROM records WHERE kind IN ('note', 'photo') AND scope LIKE 'case:%' ORDER BY id";
        let mut statement = db.prepare(sql).unwrap();
        let rows = statement.query_map([], |r| r.get::<_, String>(0)).unwrap();
        let all: Vec<Record> = rows.map(|r| serde_json::from_str(&r.unwrap()).unwrap()).collect();
        let (dead, living): (Vec<Record>, Vec<Record>) = all.into_iter().partition(|r| r.deleted);
        let from = if dead.is_empty() || self.one_in(5) { living } else { dead };
        let Some(record) = self.pick(&from) else { return };
        // Mostly somebody who may still write there.
        let sees = |head: usize| may_see(&db, &HEADS[head].0.into(), &record.scope) == Some(true);
        let head = (0..HEADS.len()).find(|head| sees(*head)).unwrap_or(0);
        let body = match self.below(3) {
            0 => self.new_record(&record.scope, &record.kind, &[]).0,
            1 => OpBody::Delete,
            _ => OpBody::Patch { base: BTreeMap::new(), fields: fields(&[("text", text(self.below(5)))]) },
        };
        self.say(format!("an old page sends for {} (deleted: {}): {body:?}", record.id, record.deleted));
        self.console(head, record.id, body).await;
        self.fault("page out of date");
    }

    /// Somebody looks at what was put aside: lets it in, or closes it.
    pub async fn quarantine(&mut self) {
        let head = self.below(2);
        let caller = self.office.caller(self.consoles[head], &HEADS[head].0.into());
        let storage = self.office.storage();
        let rows = storage.quarantine(&caller).await.unwrap();
        let Some(row) = self.pick(&rows) else { return };
        let now_ms = self.office.now_ms();
        let away = self.one_in(3);
        self.say(format!("somebody settles {} ({}); away: {away}", row.id, row.reason));
        let done = if away {
            storage.quarantine_close(&caller, row.id, now_ms).await.map(|()| None)
        } else {
            storage.quarantine_release(&caller, row.id, now_ms).await.map(|done| Some(done.outcome))
        };
        self.say(format!("  {done:?}"));
        // What one may know of and not read, one does not decide about.
        let sees = may_see(&office_db(&self.office), &caller.staff, &row.scope) == Some(true);
        assert!(done.is_ok() || !sees, "{done:?}");
        self.fault("quarantine settled");
    }

    /// A phone asks for everything that there is; the office's shoulder is looked over.
    pub async fn snoop(&mut self) {
        let n = self.below(self.phones.len());
        let db = office_db(&self.office);
        let scopes: Vec<String> = db
            .prepare("SELECT scope FROM scopes ORDER BY scope")
            .unwrap()
            .query_map([], |r| r.get(0))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        let want = |scope: &String| Want { scope: scope.parse().unwrap(), after: Some(0), before: None };
        let want = scopes.iter().map(want).collect();
        let request = PullRequest { proto: 1, epoch: None, want, max_bytes: 1 << 20 };
        let phone = &self.phones[n];
        // A drained or forgotten phone is refused as a whole.
        let _ = self.office.pull(phone.device(), &phone.staff, &request).await;
        self.fault("foreign scopes asked");
    }

    /// Who may see a case, and who works on it.
    pub async fn grant(&mut self) {
        let Some(case) = self.office_record(kinds::CASE) else { return };
        let head = usize::from(case.text("section") == B);
        let some = |world: &mut Self| {
            PEOPLE.iter().filter(|_| world.one_in(2)).map(|p| (*p).to_owned()).collect::<Vec<_>>()
        };
        let (field, value) = match self.below(4) {
            0 => ("restricted", json!(self.one_in(2))),
            1 => ("members", json!(some(self))),
            2 => ("assignees", json!(some(self))),
            _ => ("sections", if self.one_in(2) { json!([A, B]) } else { json!([]) }),
        };
        self.say(format!("the console sets {field} of {} to {value}", case.text("number")));
        let base = case.rev(field).map(|r| (field.to_owned(), r.op)).into_iter().collect();
        self.console(head, case.id, OpBody::Patch { base, fields: fields(&[(field, value)]) }).await;
        self.fault("access changed");
    }

    pub async fn file_jobs(&mut self, most: usize) -> usize {
        let storage = self.office.storage();
        let mut done = 0;
        while done < most {
            let now_ms = self.office.now_ms();
            let Some(job) = storage.claim_job(now_ms, 60_000).await.unwrap() else { break };
            let path = format!("{}/{}", job.record, job.attempt);
            let effect = match job.kind {
                JobKind::FilePhoto => JobEffect::Filed { path, at_ms: now_ms },
                JobKind::FileNote => JobEffect::NoteFiled { path, at_ms: now_ms, version: job.attempt },
                JobKind::FileInspection => JobEffect::InspectionFiled {
                    paths: vec![path],
                    at_ms: now_ms,
                    version: job.attempt,
                    content: job.id.to_string(),
                    bare: false,
                },
            };
            storage.finish_job(&job, effect, now_ms).await.unwrap();
            done += 1;
        }
        done
    }
}
