//! What was promised to people, and whether it holds. The books look at the office's file with a connection of their
//! own and never ask the code under test whether it is right.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use ekitei_model::chat::message;
use ekitei_model::{OpId, Outcome, RecordId, Scope, kinds};
use rusqlite::{Connection, OpenFlags, params};
use uuid::Uuid;

use super::inspected::Inspections;
use super::looks::Look;
use super::office::{Office, hex};
use super::phone::{Phone, op_ids};

/// An operation that a phone confirmed to its person.
pub struct Promise {
    pub phone: usize,
    pub record: RecordId,
    pub scope: Scope,
    /// Why it may be missing after a restore: nobody but the office was meant to have it any more.
    pub excuse: Option<&'static str>,
    /// Its scope was lost while it waited: it is still delivered, and then the office's alone.
    hidden: bool,
}

#[derive(Default)]
pub struct Books {
    pub promises: BTreeMap<OpId, Promise>,
    /// Records that the office has as deleted.
    gone: HashSet<RecordId>,
    /// Bytes that have been in a batch.
    frozen: HashMap<OpId, String>,
    /// What only mirrors had after the last restore, and whose.
    pub salvage: BTreeMap<RecordId, BTreeSet<usize>>,
    pub inspections: Inspections,
}

pub fn office_db(office: &Office) -> Look {
    office
        .looks
        .lend(|| Connection::open_with_flags(office.db_path(), OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap())
}

fn ids(conn: &Connection, sql: &str) -> HashSet<RecordId> {
    op_ids(conn, sql).unwrap().into_iter().map(|id| RecordId(id.0)).collect()
}

impl Books {
    pub fn promise(&mut self, op: OpId, phone: usize, record: RecordId, scope: Scope) {
        self.promises.insert(op, Promise { phone, record, scope, excuse: None, hidden: false });
    }

    /// Everything of `phone` that is not in its queue and fits may be missing after a restore.
    pub fn excuse(&mut self, phone: &Phone, why: &'static str, fits: impl Fn(&Promise) -> bool) {
        let queued = phone.queued();
        for (op, promise) in &mut self.promises {
            if promise.phone == phone.index && !queued.contains(op) && fits(promise) {
                promise.excuse.get_or_insert(why);
            }
        }
    }

    pub fn erased(&mut self, phone: &mut Phone) {
        for scope in std::mem::take(&mut phone.erased) {
            self.excuse(phone, "scope erased", |p| p.scope == scope);
            let waiting = |p: &&mut Promise| p.phone == phone.index && p.scope == scope && p.excuse.is_none();
            self.promises.values_mut().filter(waiting).for_each(|p| p.hidden = true);
            self.forget_salvage(phone.index);
        }
    }

    pub fn forget_salvage(&mut self, phone: usize) {
        self.salvage.values_mut().for_each(|owners| {
            owners.remove(&phone);
        });
    }

    /// The office is at an earlier day: what it deleted since is open again, what it lacks the mirrors must offer.
    pub fn restored(&mut self, office: &Office, phones: &[Phone]) {
        let db = office_db(office);
        self.gone = HashSet::new();
        let known = ids(&db, "SELECT id FROM records");
        self.salvage.clear();
        self.inspections.restored();
        for phone in phones {
            let sql = "SELECT record FROM mirror WHERE deleted = 0 AND kind IN ('note', 'photo', 'case', 'inspection')
                       AND scope IN (SELECT scope FROM scopes)";
            let has = phone.look(|c| ids(c, sql)).unwrap_or_default();
            for record in has.difference(&known) {
                self.salvage.entry(*record).or_default().insert(phone.index);
            }
        }
    }

    /// After every step.
    pub fn check_office(&mut self, office: &Office, phones: &[Phone]) {
        assert!(office.defects().is_empty(), "the office fails: {:?}", office.defects());
        let db = office_db(office);
        let known = op_ids(&db, "SELECT op_id FROM ops").unwrap();
        let queued: Vec<HashSet<OpId>> = phones.iter().map(Phone::queued).collect();
        let mut retained: HashMap<usize, HashSet<OpId>> = HashMap::new();
        let mut is_retained = |op: &OpId, promise: &Promise| {
            let kept = retained.entry(promise.phone).or_insert_with(|| phones[promise.phone].retained());
            kept.contains(op)
        };
        for (op, promise) in &mut self.promises {
            let (at_office, waits) = (known.contains(op), queued[promise.phone].contains(op));
            if promise.hidden && !waits {
                promise.hidden = false;
                if at_office && !is_retained(op, promise) {
                    promise.excuse.get_or_insert("scope erased");
                }
            }
            let here = at_office || waits || promise.excuse.is_some();
            let kept = here || is_retained(op, promise);
            assert!(kept, "{op} of {} for {} is nowhere", phones[promise.phone].staff, promise.record);
        }
        self.exactly_once(&db);
        self.bytes_stay(phones);
        let dead = ids(
            &db,
            "SELECT id FROM records WHERE deleted = 1
             AND kind IN ('note', 'photo', 'visit', 'case', 'conflict', 'message')",
        );
        let told = "SELECT count(*) FROM records WHERE deleted = 1
                    AND coalesce(json_extract(body, '$.fields'), '{}') <> '{}'";
        assert_eq!(number(&db, told), 0, "a deleted record has content again");
        let back: Vec<_> = self.gone.difference(&dead).collect();
        assert!(back.is_empty(), "deleted records came back: {back:?}");
        self.gone = dead;
        blobs_are_named_by_their_hash(office, &db);
        self.check_inspections(&db);
    }

    /// At rest: what was promised is in the office's log.
    pub fn all_arrived(&self, office: &Office, phones: &[Phone]) {
        let known = office_ops(office);
        let lost = self.promises.iter().find(|(op, p)| !known.contains(*op) && p.excuse.is_none());
        if let Some((op, promise)) = lost {
            panic!("{op} of {} for {} never arrived", phones[promise.phone].staff, promise.record);
        }
    }

    /// What has been in a batch never changes: the office may have it already.
    fn bytes_stay(&mut self, phones: &[Phone]) {
        for phone in phones {
            let numbered: Vec<([u8; 16], String)> = phone
                .home
                .queue()
                .read(|c| {
                    let mut statement = c.prepare("SELECT op_id, body FROM ops WHERE op_seq IS NOT NULL")?;
                    let rows = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?;
                    Ok(rows.collect::<Result<_, _>>()?)
                })
                .unwrap();
            for (id, body) in numbered {
                let first = self.frozen.entry(OpId(Uuid::from_bytes(id))).or_insert_with(|| body.clone());
                assert_eq!(*first, body, "frozen bytes of {} changed", phone.staff);
            }
        }
    }

    /// No operation changed a record twice, and what the log calls applied is in its record's scope.
    fn exactly_once(&self, db: &Connection) {
        let twice = "SELECT count(*) FROM (SELECT 1 FROM history JOIN ops ON op_id = replaced_by
                     GROUP BY history.record, replaced_by HAVING count(*) > 1)";
        assert_eq!(number(db, twice), 0, "an operation changed a record twice");
        let mut statement = db
            .prepare(
                "SELECT json_extract(body, '$.created.op') AS op, count(*) FROM records
                        WHERE kind IN ('note', 'photo', 'inspection', 'message') AND deleted = 0 GROUP BY op HAVING count(*) > 1",
            )
            .unwrap();
        let doubled: Vec<String> =
            statement.query_map([], |r| r.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
        assert!(doubled.is_empty(), "creates that made two records: {doubled:?}");
        let mut statement = db.prepare("SELECT record, outcome FROM ops WHERE record IS NOT NULL").unwrap();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let record: [u8; 16] = row.get(0).unwrap();
            let outcome: Outcome = serde_json::from_str(&row.get::<_, String>(1).unwrap()).unwrap();
            if let Some((scope, _)) = outcome.feed_position() {
                let sql = "SELECT count(*) FROM records WHERE id = ?1 AND scope = ?2";
                let there: u64 = db.query_row(sql, params![record, scope.to_string()], |r| r.get(0)).unwrap();
                assert_eq!(there, 1, "an applied operation without its record {}", Uuid::from_bytes(record));
            }
        }
    }
}

fn number(db: &Connection, sql: &str) -> u64 {
    db.query_row(sql, [], |r| r.get(0)).unwrap()
}

fn blobs_are_named_by_their_hash(office: &Office, db: &Connection) {
    let mut statement = db.prepare("SELECT sha256, bytes FROM blobs").unwrap();
    let rows = statement.query_map([], |r| Ok((r.get::<_, String>(0)?, r.get::<_, u64>(1)?))).unwrap();
    for row in rows {
        let (sha256, bytes) = row.unwrap();
        let content = std::fs::read(office.blobs().join(&sha256)).unwrap_or_default();
        assert_eq!((hex(&content), content.len() as u64), (sha256, bytes), "a blob is not its name");
    }
}

/// What holds for one phone after each of its steps.
pub fn check_phone(office: &Office, phone: &Phone) {
    let db = office_db(office);
    let office_epoch: String =
        db.query_row("SELECT value FROM meta WHERE key = 'epoch'", [], |r| r.get(0)).unwrap();
    let epoch = phone.home.queue().read(ekitei_store::queue::credential::epoch).unwrap();
    let same_epoch = epoch.as_deref() == Some(office_epoch.as_str());
    if same_epoch {
        files_arrived(&db, phone);
        answers_stand(&db, phone);
    }
    let Some(vault) = &phone.vault else { return };
    // Pages that could not be taken (a full disk) are still behind the vault.
    if phone.pages() > 0 {
        return;
    }
    let follows = phone.follows();
    let mirrored: HashMap<RecordId, (u64, bool, String)> = vault
        .read(|c| {
            let no = "(SELECT value FROM meta WHERE key = 'epoch-no')";
            let sql = format!("SELECT record, seq, epoch = coalesce({no}, 0), scope FROM mirror");
            let mut statement = c.prepare(&sql)?;
            let rows = statement.query_map([], |r| {
                Ok((RecordId(Uuid::from_bytes(r.get(0)?)), (r.get(1)?, r.get(2)?, r.get(3)?)))
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .unwrap();
    for (record, (_, _, scope)) in &mirrored {
        let scope: Scope = scope.parse().unwrap();
        let allowed = follows.get(&scope) == Some(&false);
        assert!(allowed, "{record} of {scope} is in the mirror of {}", phone.staff);
    }
    if same_epoch {
        cursors_pass_nothing(&db, phone, &mirrored);
    }
}

fn cursors_pass_nothing(db: &Connection, phone: &Phone, mirrored: &HashMap<RecordId, (u64, bool, String)>) {
    for cursor in phone.home.queue().read(ekitei_store::queue::cursors::list).unwrap() {
        // Urgent messages are listed for who leads a section; nobody here does.
        let sql = "SELECT id, seq, deleted FROM records WHERE scope = ?1 AND seq <= ?2 AND born_seq >= ?3
                   AND kind <> 'urgent_use'";
        let mut statement = db.prepare(sql).unwrap();
        let values = params![cursor.scope.to_string(), cursor.after, cursor.before.unwrap_or(0)];
        let mut rows = statement.query(values).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let (id, seq, deleted): ([u8; 16], u64, bool) =
                (row.get(0).unwrap(), row.get(1).unwrap(), row.get(2).unwrap());
            let id = RecordId(Uuid::from_bytes(id));
            let has = mirrored.get(&id).filter(|(_, current, _)| *current).map(|(seq, ..)| *seq);
            let fits = has == Some(seq) || (deleted && has.is_none());
            assert!(fits, "the cursor of {} in {} passed {id} at {seq}: {has:?}", phone.staff, cursor.scope);
        }
    }
}

/// What a phone calls delivered, the office has.
fn files_arrived(db: &Connection, phone: &Phone) {
    let done: Vec<([u8; 16], String)> = phone
        .home
        .queue()
        .read(|c| {
            let mut statement = c.prepare("SELECT record, variant FROM uploads WHERE state = 2")?;
            let rows = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .unwrap();
    for (record, variant) in done {
        let sql = "SELECT count(*) FROM arrivals WHERE record = ?1 AND variant = ?2";
        let arrived: u64 = db.query_row(sql, params![record, variant], |r| r.get(0)).unwrap();
        assert_eq!(arrived, 1, "{} calls {variant} delivered", phone.staff);
    }
}

/// What a phone calls answered by this office, taken or refused, is in its log; and what waits here because the office kept
/// it for working hours and refused it then, the office had kept.
fn answers_stand(db: &Connection, phone: &Phone) {
    let known = op_ids(db, "SELECT op_id FROM ops").unwrap();
    let answered: Vec<(OpId, RecordId)> = phone
        .home
        .queue()
        .read(|c| {
            let mut find = c.prepare("SELECT op_id, record FROM ops WHERE state IN (2, 4)")?;
            let id = |row: &rusqlite::Row<'_>, n| row.get(n).map(Uuid::from_bytes);
            let rows = find.query_map([], |row| Ok((OpId(id(row, 0)?), RecordId(id(row, 1)?))))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .unwrap();
    let was_kept = |record: RecordId| {
        let sql = "SELECT count(*) FROM records WHERE id = ?1 AND kind = 'held'";
        let held = message::held_id(record).0.into_bytes();
        db.query_row(sql, [held], |row| row.get::<_, i64>(0)).unwrap() == 1
    };
    let lost: Vec<&(OpId, RecordId)> = answered
        .iter()
        .filter(|(op, record)| {
            let told = op.0 == RecordId::derived(&["refused", &record.to_string()]).0;
            !(known.contains(op) || (told && was_kept(*record)))
        })
        .collect();
    assert!(lost.is_empty(), "{} calls {lost:?} answered, of which the office knows nothing", phone.staff);
}

/// Nobody's record of the last restore was forgotten: it is there again, or a person finds it in quarantine.
pub fn salvaged(books: &Books, office: &Office) {
    let db = office_db(office);
    let there =
        ids(&db, "SELECT id FROM records UNION SELECT record FROM quarantine WHERE record IS NOT NULL");
    for (record, owners) in books.salvage.iter().filter(|(_, owners)| !owners.is_empty()) {
        assert!(there.contains(record), "{record}, which {owners:?} had, is lost after the restore");
    }
}

pub const PEOPLES_KINDS: [&str; 2] = [kinds::NOTE, kinds::PHOTO];

/// Every operation that the office's log has.
pub fn office_ops(office: &Office) -> HashSet<OpId> {
    op_ids(&office_db(office), "SELECT op_id FROM ops").unwrap()
}
