//! What must hold of inspections, worked out from the office's rows: every version of each, the operation that made it,
//! and what was said on phones. The rules under test are not asked.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use ekitei_model::record::Fields;
use ekitei_model::{Record, RecordId};
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use super::books::{Books, office_db};
use super::office::Office;
use super::template::HEADS;

/// What the phones confirmed to their people, by phone, inspection and question: the last of each.
#[derive(Default)]
pub struct Inspections {
    said: BTreeMap<(usize, RecordId, String), String>,
    /// Versions that were looked at already, by record and place.
    checked: HashSet<(RecordId, u64)>,
    /// Amendments that came late, as they must.
    late: HashSet<RecordId>,
}

impl Inspections {
    /// The queue has taken it.
    pub fn told(&mut self, phone: usize, record: RecordId, fields: &Fields) {
        for (name, value) in fields.iter().filter(|(name, _)| name.starts_with("a.")) {
            let text = value.as_str().unwrap_or_default().to_owned();
            self.said.insert((phone, record, name.clone()), text);
        }
    }

    /// Taken back by a person's hand.
    pub fn taken_back(&mut self, phone: usize, record: RecordId) {
        self.said.retain(|(p, r, _), _| (*p, *r) != (phone, record));
    }

    /// Everything that this phone had and nobody else.
    pub fn lost_with(&mut self, phone: usize) {
        self.said.retain(|(p, ..), _| *p != phone);
    }

    /// The office is at an earlier day, and its numbers are used again.
    pub fn restored(&mut self) {
        self.checked.clear();
        self.late.clear();
    }
}

/// One version of a record, with who made it.
struct Version {
    record: Record,
    /// Operation and person, when the version replaced another.
    by: Option<(Uuid, String)>,
}

fn record(text: &str) -> Record {
    serde_json::from_str(text).unwrap()
}

/// All versions of a record, oldest first.
fn versions(db: &Connection, id: RecordId) -> Vec<Version> {
    let sql = "SELECT h.body, h.replaced_by FROM history h WHERE h.record = ?1 ORDER BY h.seq";
    let mut statement = db.prepare_cached(sql).unwrap();
    let rows =
        statement.query_map([id.0.into_bytes()], |r| Ok((r.get::<_, String>(0)?, r.get::<_, [u8; 16]>(1)?)));
    let mut out = Vec::new();
    let mut by = None;
    for row in rows.unwrap() {
        let (body, next) = row.unwrap();
        out.push(Version { record: record(&body), by: by.take() });
        let sql = "SELECT staff FROM ops WHERE op_id = ?1";
        let staff: Option<String> = db.query_row(sql, [next], |r| r.get(0)).optional().unwrap();
        by = Some((Uuid::from_bytes(next), staff.unwrap_or_default()));
    }
    let sql = "SELECT body FROM records WHERE id = ?1";
    if let Some(body) = db.query_row(sql, [id.0.into_bytes()], |r| r.get::<_, String>(0)).optional().unwrap()
    {
        out.push(Version { record: record(&body), by });
    }
    out
}

fn state(record: &Record) -> &str {
    match record.text("state") {
        "" => "draft",
        state => state,
    }
}

fn is_open(record: &Record) -> bool {
    matches!(state(record), "draft" | "returned")
}

/// What the finish locks.
fn content(record: &Record) -> BTreeMap<&str, &serde_json::Value> {
    let locked = |name: &str| {
        ["a.", "r.", "c."].iter().any(|part| name.starts_with(part))
            || matches!(name, "report.text" | "left_out")
    };
    record
        .fields
        .iter()
        .filter(|(name, _)| locked(name))
        .map(|(name, value)| (name.as_str(), value))
        .collect()
}

/// A legal step, and whether only a head makes it.
fn step(from: &str, to: &str) -> Option<bool> {
    match (from, to) {
        ("circulated", "accepted" | "returned") => Some(true),
        ("draft" | "returned" | "finished" | "circulated", "draft" | "finished" | "circulated") => {
            Some(false)
        }
        (from, to) if from == to => Some(false),
        _ => None,
    }
}

impl Books {
    /// After every step: each new version of an inspection is a legal one.
    pub fn check_inspections(&mut self, db: &Connection) {
        let mut statement =
            db.prepare_cached("SELECT id, seq FROM records WHERE kind = 'inspection'").unwrap();
        let rows = statement.query_map([], |r| Ok((r.get::<_, [u8; 16]>(0)?, r.get::<_, u64>(1)?))).unwrap();
        for row in rows {
            let (id, seq) = row.unwrap();
            let id = RecordId(Uuid::from_bytes(id));
            if !self.inspections.checked.insert((id, seq)) {
                continue;
            }
            let versions = versions(db, id);
            born(db, &versions[0].record);
            for pair in versions.windows(2) {
                legal(db, &pair[0].record, &pair[1]);
            }
        }
        amendments_come_late(db, &mut self.inspections.late);
    }

    /// At rest: what a phone confirmed and nobody took back is somewhere at the office, also when something else stands.
    pub fn answers_are_kept(&self, office: &Office) {
        let db = office_db(office);
        let mut everything: HashMap<RecordId, String> = HashMap::new();
        for ((phone, id, name), said) in &self.inspections.said {
            let mut promises =
                self.promises.values().filter(|p| p.phone == *phone && p.record == *id).peekable();
            if promises.peek().is_none() || promises.any(|p| p.excuse.is_some()) {
                continue;
            }
            let all = everything.entry(*id).or_insert_with(|| everything_of(&db, *id));
            assert!(
                all.contains(said.as_str()),
                "{said}, which phone {phone} said to {name} of {id}, is nowhere in: {all}\nlog: {}",
                logged(&db, *id)
            );
        }
    }
}

/// Nobody brings in what is decided already, except what was decided before a restore.
fn born(db: &Connection, first: &Record) {
    let sql =
        "SELECT count(*) FROM quarantine WHERE record = ?1 AND reason = 'salvage' AND state = 'released'";
    let salvaged: u64 = db.query_row(sql, [first.id.0.into_bytes()], |r| r.get(0)).unwrap();
    let state = state(first);
    assert!(
        matches!(state, "draft" | "finished" | "circulated") || salvaged > 0,
        "{} was born {state}",
        first.id
    );
}

/// One version after the other.
fn legal(db: &Connection, old: &Record, new: &Version) {
    let (id, now) = (old.id, &new.record);
    let (op, staff) = new.by.clone().unwrap_or_default();
    if now.deleted {
        return;
    }
    let (from, to) = (state(old), state(now));
    let by_head =
        step(from, to).unwrap_or_else(|| panic!("{id} went from {from} to {to} by {op} of {staff}"));
    if by_head {
        assert!(HEADS.iter().any(|(head, _)| *head == staff), "{id} became {to} by {staff}, who is no head");
    }
    let (before, after) = (content(old), content(now));
    let times = |r: &Record| r.fields.get("reopened").and_then(serde_json::Value::as_u64).unwrap_or(0);
    let reopened = from != "accepted" && times(now) > times(old);
    if before == after || is_open(old) || reopened {
        return;
    }
    // What was finished says something else: only a decision of a head about an amendment does that.
    let sql = "SELECT r.body FROM ops o JOIN records r ON r.id = o.record WHERE o.op_id = ?1";
    let body: Option<String> = db.query_row(sql, [op.into_bytes()], |r| r.get(0)).optional().unwrap();
    let proposal = body.map(|b| record(&b)).filter(|r| r.kind == "amendment" && r.parent == Some(id));
    let proposal = proposal
        .unwrap_or_else(|| panic!("{id} ({from}) says {after:?} instead of {before:?} by {op} of {staff}"));
    assert_eq!(proposal.text("state"), "accepted", "{id} took a proposal that nobody accepted");
    assert!(HEADS.iter().any(|(head, _)| *head == staff), "{id} was amended by {staff}, who is no head");
    let names: BTreeSet<&str> = before.keys().chain(after.keys()).copied().collect();
    for name in names.into_iter().filter(|name| before.get(name) != after.get(name)) {
        let proposed = proposal.fields["proposed"].get(name);
        let null = serde_json::Value::Null;
        assert_eq!(
            proposed,
            Some(after.get(name).copied().unwrap_or(&null)),
            "{name} of {id} became what nobody proposed"
        );
    }
}

/// Nothing is proposed for an inspection that takes answers as they come.
fn amendments_come_late(db: &Connection, known: &mut HashSet<RecordId>) {
    let sql = "SELECT body FROM records WHERE kind = 'amendment' AND deleted = 0";
    let mut statement = db.prepare_cached(sql).unwrap();
    let rows = statement.query_map([], |r| r.get::<_, String>(0)).unwrap();
    for row in rows {
        let proposal = record(&row.unwrap());
        if !known.insert(proposal.id) {
            continue;
        }
        let Some(parent) = proposal.parent else { panic!("an amendment of nothing: {}", proposal.id) };
        let all = versions(db, parent);
        // The same operation may open the inspection, in front of its own proposal.
        let before: Vec<&Version> = all.iter().filter(|v| v.record.seq < proposal.born_seq).collect();
        let late = before.iter().rev().take(2).any(|v| !is_open(&v.record));
        assert!(late || before.is_empty(), "amendment {} of {parent}, which was open", proposal.id);
    }
}

/// All that the office has of an inspection: its versions, conflicts, proposals, and what lies in quarantine.
/// Records, former versions, and what the office keeps apart: operations on it and salvaged children of it.
fn everything_of(db: &Connection, id: RecordId) -> String {
    let key = id.0.into_bytes();
    let mut out = String::new();
    // A record that only a phone has saved over a restore lies apart until a person lets it in; what was said of it waits.
    for table in ["quarantine", "waiting"] {
        let sql = format!("SELECT CAST(bytes AS TEXT) FROM {table} WHERE instr(bytes, ?1) > 0");
        let mut apart = db.prepare_cached(&sql).unwrap();
        let rows = apart.query_map([id.to_string().into_bytes()], |r| r.get::<_, String>(0)).unwrap();
        rows.for_each(|row| out.push_str(&row.unwrap()));
    }
    for sql in [
        "SELECT body FROM records WHERE id = ?1 OR parent = ?1",
        "SELECT body FROM history WHERE record = ?1 OR record IN (SELECT id FROM records WHERE parent = ?1)",
    ] {
        let mut statement = db.prepare_cached(sql).unwrap();
        let rows = statement.query_map(params![key], |r| r.get::<_, String>(0)).unwrap();
        rows.for_each(|row| out.push_str(&row.unwrap()));
    }
    out
}

/// What became of each operation on the record, in the order of arrival.
fn logged(db: &Connection, id: RecordId) -> String {
    let mut statement = db
        .prepare("SELECT hex(op_id), staff, outcome FROM ops WHERE record = ?1 ORDER BY received_ms, op_seq")
        .unwrap();
    let rows = statement.query_map([id.0.into_bytes()], |r| {
        Ok(format!("\n  {} {} {}", r.get::<_, String>(0)?, r.get::<_, String>(1)?, r.get::<_, String>(2)?))
    });
    rows.unwrap().map(Result::unwrap).collect()
}
