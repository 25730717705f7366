//! Pure planning: a working set in, rows to write out. No I/O, no clock, no randomness, no SQL. Both backends load
//! what a plan says it needs and write what it decides, so they cannot differ in anything that matters.
//!
//! A plan that meets something it was not given answers `Err(Needs)`; the backend loads that and plans again from
//! the beginning. Nothing is written before a plan is complete.

pub(crate) mod access;
mod apply;
mod chat;
mod effects;
mod import;
mod inspect;
pub(crate) mod page;
mod project;
mod purge;
mod push;
mod quarantine;
mod standing;
pub(crate) mod verify;

pub(crate) use chat::{ANSWERS_AT_ONCE, due_of, export_step, forget, release_held, section_rooms, tally};
pub(crate) use effects::{arrived, backed_up, job_effect};
pub(crate) use import::{Tally, cases_are_sound, import_cases, import_staff, replace_kind, staff_are_sound};
pub(crate) use purge::{bury, stub};
pub(crate) use push::{console, expire, push, salvage};
pub(crate) use quarantine::release;

use crate::rows::{Author, Changed, JobKind, QuarantineRow, QuarantineState, Touched, office_device};
use ekitei_model::chat::message;
use ekitei_model::kinds::{self, OFFICE_KINDS, Variant};
use ekitei_model::people::Staff;
use ekitei_model::{DeviceId, Lane, OpId, Operation, Outcome, Record, RecordId, Rev, Scope, StaffId};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

/// What has been loaded so far. A key that is missing has not been looked for.
#[derive(Default, Debug)]
pub(crate) struct WorkingSet {
    pub records: HashMap<RecordId, Option<Record>>,
    pub outcomes: HashMap<OpId, Option<Outcome>>,
    /// Of operations that were logged before.
    pub authors: HashMap<OpId, Option<Author>>,
    /// Operations that wait for a record, oldest first.
    pub waiting: HashMap<RecordId, Vec<Waiting>>,
    pub heads: HashMap<Scope, u64>,
    pub staff: HashMap<StaffId, Option<Staff>>,
    /// Verified bytes of a photo.
    pub arrivals: HashMap<RecordId, Vec<Arrival>>,
    pub case_parts: HashMap<RecordId, CaseParts>,
    /// Everybody who ever held a post in a section.
    pub section_people: HashMap<String, Vec<Staff>>,
    /// Living `hours` and `duty` records of a section.
    pub section_times: HashMap<String, Vec<Record>>,
    /// Held messages of a room, in the order of their arrival.
    pub room_held: HashMap<RecordId, Vec<Waiting>>,
    /// Living photos and files of a message.
    pub attached: HashMap<RecordId, Vec<Record>>,
    /// Photos that have the bytes of this one.
    pub copies: HashMap<RecordId, Vec<RecordId>>,
    /// Everything living that hangs on a message.
    pub hanging: HashMap<RecordId, Vec<Record>>,
    /// Living answers to a call, [`ANSWERS_AT_ONCE`] at most.
    pub answers: HashMap<RecordId, Vec<Record>>,
}

/// What hangs on a case and follows from it.
#[derive(Default, Debug, Clone)]
pub(crate) struct CaseParts {
    /// Headers and assignments, tombstones too.
    pub projections: Vec<Record>,
    /// Living visits.
    pub visits: Vec<Record>,
}

/// What a plan must have before it can decide.
#[derive(Default, Debug, PartialEq, Eq)]
pub(crate) struct Needs {
    pub records: BTreeSet<RecordId>,
    pub outcomes: BTreeSet<OpId>,
    pub authors: BTreeSet<OpId>,
    pub waiting: BTreeSet<RecordId>,
    pub heads: BTreeSet<Scope>,
    pub staff: BTreeSet<StaffId>,
    pub arrivals: BTreeSet<RecordId>,
    pub case_parts: BTreeSet<RecordId>,
    pub section_people: BTreeSet<String>,
    pub section_times: BTreeSet<String>,
    pub room_held: BTreeSet<RecordId>,
    pub attached: BTreeSet<RecordId>,
    pub copies: BTreeSet<RecordId>,
    pub hanging: BTreeSet<RecordId>,
    pub answers: BTreeSet<RecordId>,
}

impl Needs {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What a push of `ops` certainly needs: saves rounds.
    pub fn of_ops<'a>(ops: impl Iterator<Item = (OpId, Option<&'a Operation>)>) -> Self {
        use ekitei_model::OpBody;
        let mut needs = Self::default();
        for (id, op) in ops {
            needs.outcomes.insert(id);
            let Some(op) = op else { continue };
            needs.records.insert(op.record);
            if let Some(scope) = op.named_scope() {
                needs.heads.insert(scope.clone());
                needs.records.extend(scope.owner());
            }
            if let OpBody::Create { parent, kind, .. } | OpBody::Publish { parent, kind, .. } = &op.body {
                needs.records.extend(*parent);
                needs.waiting.insert(op.record);
                if kind == kinds::PHOTO || kind == kinds::FILE {
                    needs.arrivals.insert(op.record);
                }
                if let (kinds::MESSAGE, Some(room)) = (kind.as_str(), op.named_scope().and_then(Scope::owner))
                {
                    needs.records.insert(message::held_id(op.record));
                    needs.room_held.insert(room);
                }
            }
            if let OpBody::Publish { draft, .. } = &op.body {
                needs.records.insert(*draft);
            }
        }
        needs
    }
}

/// An operation kept until the record it hangs on arrives.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Waiting {
    pub op_id: OpId,
    pub needs: RecordId,
    pub device: DeviceId,
    pub staff: StaffId,
    pub bytes: Vec<u8>,
    pub since_ms: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Arrival {
    pub variant: Variant,
    pub sha256: String,
    pub stored_ms: i64,
}

/// Where an operation stood in its lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub lane: Lane,
    pub generation: u32,
    pub op_seq: u64,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct LogRow {
    pub op_id: OpId,
    pub device: DeviceId,
    pub staff: StaffId,
    /// `None`: console or office.
    pub place: Option<Place>,
    /// `None`: unreadable.
    pub record: Option<RecordId>,
    /// The device's clock; 0 when unreadable.
    pub at_ms: i64,
    pub outcome: Outcome,
}

/// A version that was replaced.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct HistoryRow {
    pub version: Record,
    pub replaced_by: OpId,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NewJob {
    pub kind: JobKind,
    /// A job with the same key is made once for ever.
    pub key: String,
    pub record: RecordId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LaneMark {
    pub device: DeviceId,
    pub lane: Lane,
    pub generation: u32,
    pub high_water: u64,
}

/// The rows that a plan writes, all in one transaction.
#[derive(Default, Debug)]
pub(crate) struct Writes {
    pub lane: Option<LaneMark>,
    pub log: Vec<LogRow>,
    /// Of operations that were logged before.
    pub outcomes: Vec<(OpId, Outcome)>,
    /// Final states, by id.
    pub records: BTreeMap<RecordId, Record>,
    /// Those of `records` that were not there before.
    pub born: BTreeSet<RecordId>,
    pub history: Vec<HistoryRow>,
    pub heads: BTreeMap<Scope, u64>,
    /// Scopes whose readers must look again at what they may see.
    pub acl: BTreeSet<Scope>,
    pub waiting: BTreeMap<OpId, Waiting>,
    pub waiting_gone: Vec<OpId>,
    pub quarantine: Vec<QuarantineRow>,
    pub settled: Option<(uuid::Uuid, QuarantineState, StaffId)>,
    pub jobs: Vec<NewJob>,
    /// Bytes that are here and belong to one more record.
    pub arrivals: Vec<(RecordId, Arrival)>,
    /// Photo, and one that has its bytes.
    pub shared: Vec<(RecordId, RecordId)>,
    /// Rows of the directory.
    pub staff: BTreeMap<StaffId, Staff>,
}

impl Writes {
    pub fn touched(&self) -> Touched {
        self.heads.iter().map(|(s, n)| (s.clone(), *n)).collect()
    }
    /// Those that wait, in the order in which they came.
    pub fn waiting_in_order(&self) -> Vec<&Waiting> {
        let place: HashMap<OpId, usize> = self.log.iter().enumerate().map(|(n, l)| (l.op_id, n)).collect();
        let mut rows: Vec<&Waiting> = self.waiting.values().collect();
        rows.sort_by_key(|w| place.get(&w.op_id).map_or(0, |n| n + 1));
        rows
    }
    pub fn changed(&self) -> Changed {
        Changed { touched: self.touched(), jobs: !self.jobs.is_empty() }
    }
}

/// Something was not in the working set; it has been noted in the planner's needs.
#[derive(Debug)]
pub(crate) struct Missing;
pub(crate) type Look<T> = Result<T, Missing>;
pub(crate) type Planned<T> = Result<(T, Writes), Box<Needs>>;

pub(crate) struct Planner<'a> {
    ws: &'a WorkingSet,
    now_ms: i64,
    today: &'a str,
    needs: Needs,
    out: Writes,
    /// Outcomes decided in this plan.
    decided: HashMap<OpId, Outcome>,
    /// Operations that waited before this plan and were taken up by it.
    released: HashSet<OpId>,
    /// Records made in this plan, for which others may wait.
    born: VecDeque<RecordId>,
    dirty_cases: BTreeSet<RecordId>,
    dirty_rooms: BTreeSet<RecordId>,
    /// Sections that came into a room in this plan, and the place from which on they are in it.
    joined: BTreeMap<(RecordId, String), u64>,
    /// Held messages whose time has come.
    due: HashSet<OpId>,
}

impl<'a> Planner<'a> {
    pub fn new(ws: &'a WorkingSet, now_ms: i64, today: &'a str) -> Self {
        Self {
            ws,
            now_ms,
            today,
            needs: Needs::default(),
            out: Writes::default(),
            decided: HashMap::new(),
            released: HashSet::new(),
            born: VecDeque::new(),
            dirty_cases: BTreeSet::new(),
            dirty_rooms: BTreeSet::new(),
            joined: BTreeMap::new(),
            due: HashSet::new(),
        }
    }

    /// The record as this plan has left it so far. `Ok(None)`: there is none.
    fn find(&mut self, id: RecordId) -> Look<Option<&Record>> {
        if let Some(r) = self.out.records.get(&id) {
            return Ok(Some(r));
        }
        match self.ws.records.get(&id) {
            Some(found) => Ok(found.as_ref()),
            None => {
                self.needs.records.insert(id);
                Err(Missing)
            }
        }
    }

    fn staff(&mut self, id: &StaffId) -> Look<Option<&'a Staff>> {
        match self.ws.staff.get(id) {
            Some(found) => Ok(found.as_ref()),
            None => {
                self.needs.staff.insert(id.clone());
                Err(Missing)
            }
        }
    }

    fn next_seq(&mut self, scope: &Scope) -> Look<u64> {
        let head = match self.out.heads.get(scope).or_else(|| self.ws.heads.get(scope)) {
            Some(head) => *head,
            None => {
                self.needs.heads.insert(scope.clone());
                return Err(Missing);
            }
        };
        self.out.heads.insert(scope.clone(), head + 1);
        Ok(head + 1)
    }

    /// Gives the record its next place in its scope; `prior` is the version it replaces.
    fn put(&mut self, mut record: Record, prior: Option<Record>, by: OpId) -> Look<u64> {
        let seq = self.next_seq(&record.scope)?;
        record.seq = seq;
        match prior {
            Some(prior) => {
                record.born_seq = prior.born_seq;
                record.received_ms = prior.received_ms;
                self.out.history.push(HistoryRow { version: prior, replaced_by: by });
            }
            None => {
                record.born_seq = seq;
                record.received_ms = self.now_ms;
                self.out.born.insert(record.id);
                // Nobody waits for what the office makes by itself.
                if !OFFICE_KINDS.contains(&record.kind.as_str()) {
                    self.born.push_back(record.id);
                }
            }
        }
        self.out.records.insert(record.id, record);
        Ok(seq)
    }

    /// Projections follow at the end, once per case; then the plan is complete or says what it lacks.
    fn finish<T>(mut self, value: T) -> Planned<T> {
        let _ = self.release_born();
        for case in std::mem::take(&mut self.dirty_cases) {
            // What is missing has been noted; the other cases still say what they lack.
            let _ = self.project(case);
        }
        for room in std::mem::take(&mut self.dirty_rooms) {
            let _ = self.project_room(room);
        }
        let _ = self.name_standing();
        if self.needs.is_empty() { Ok((value, self.out)) } else { Err(Box::new(self.needs)) }
    }
}

/// The revision of a value that the office itself writes at `seq` of the record's scope.
fn office_rev(record: RecordId, seq_hint: u64) -> Rev {
    Rev { op: office_op(record, seq_hint), device: office_device() }
}

/// An operation id for the office's own changes: derived, so that planning needs no randomness.
fn office_op(record: RecordId, seq_hint: u64) -> OpId {
    OpId(RecordId::derived(&["office", &record.to_string(), &seq_hint.to_string()]).0)
}
