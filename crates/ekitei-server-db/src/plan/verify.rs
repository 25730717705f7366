//! What `verify` calls a contradiction.

use crate::rows::office_device;
use crate::words;
use ekitei_model::kinds::{self, Variant, photo};
use ekitei_model::{Fault, OpId, Outcome, Record, RecordId, Scope};

/// `newest`: highest place in use; `places`: distinct ones; `rows`: rows (records and replaced versions) that hold one.
/// Every number from 1 to the head was given exactly once, so all four agree.
pub(crate) fn head(scope: &str, head: u64, newest: u64, places: u64, rows: u64, faults: &mut Vec<Fault>) {
    if head != newest {
        faults.push(Fault::ask("verify-head").with("scope", scope).with("head", head).with("newest", newest));
    } else if places != head || rows != head {
        faults.push(Fault::ask("verify-gap").with("scope", scope).with("head", head).with("rows", rows));
    }
}

/// The columns that repeat what a record's JSON says.
pub(crate) struct RecordColumns {
    pub id: RecordId,
    pub kind: String,
    pub scope: String,
    pub born_seq: u64,
    pub seq: u64,
    pub deleted: bool,
    pub unresolved: bool,
}

/// Returns the operation that must be in the log because it made the record.
pub(crate) fn record(c: &RecordColumns, body: Option<Record>, faults: &mut Vec<Fault>) -> Option<OpId> {
    let same = body.filter(|r| {
        r.id == c.id
            && r.kind == c.kind
            && r.scope.to_string() == c.scope
            && r.born_seq == c.born_seq
            && r.seq == c.seq
            && r.deleted == c.deleted
            && words::unresolved(r) == c.unresolved
    });
    let Some(r) = same else {
        faults.push(Fault::ask("verify-record").with("record", c.id));
        return None;
    };
    r.created.filter(|o| o.device != office_device()).map(|o| o.op)
}

pub(crate) fn origin(record: RecordId, op: OpId) -> Fault {
    Fault::ask("verify-origin").with("record", record).with("op", op)
}

/// `place`: the scope of the operation's record, if it is there.
pub(crate) fn operation(
    op: OpId,
    record: Option<RecordId>,
    outcome: Option<&Outcome>,
    place: Option<&Scope>,
    is_waiting: bool,
    is_kept: bool,
    faults: &mut Vec<Fault>,
) {
    let fault = |code: &str| Fault::ask(code).with("op", op);
    let lost = || fault("verify-op").with("record", record.map_or_else(String::new, |r| r.to_string()));
    let held = matches!(outcome, Some(Outcome::Held { .. }));
    // What changed a held message has become a part of it, and waits no longer by itself.
    if is_waiting != matches!(outcome, Some(Outcome::WaitingParent { .. })) && !held {
        faults.push(fault("verify-waiting"));
    }
    match outcome {
        None => faults.push(lost()),
        // 0: nothing changed, so there may be nothing.
        Some(Outcome::Applied { scope, seq } | Outcome::Conflict { scope, seq, .. })
            if *seq > 0 && place != Some(scope) =>
        {
            faults.push(lost());
        }
        Some(Outcome::Gone { scope }) if place != Some(scope) => faults.push(lost()),
        Some(Outcome::Quarantined { .. }) if !is_kept => faults.push(fault("verify-quarantine")),
        _ => {}
    }
}

pub(crate) fn stray_waiting(op: OpId) -> Fault {
    Fault::ask("verify-waiting").with("op", op)
}

pub(crate) fn blob(record: RecordId, variant: &str, sha256: &str) -> Fault {
    Fault::ask("verify-blob").with("record", record).with("variant", variant).with("sha256", sha256)
}

/// The job that a photo must have once its original is here.
pub(crate) fn filing_key(r: &Record) -> Option<String> {
    let arrived = r.fields.contains_key(&photo::arrived(Variant::Original));
    (r.kind == kinds::PHOTO && !r.deleted && arrived && r.scope.case().is_some())
        .then(|| format!("file_photo:{}", r.id))
}

pub(crate) fn job(record: RecordId) -> Fault {
    Fault::ask("verify-job").with("record", record)
}
