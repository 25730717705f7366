//! 安否・参集 on the phone: what is asked, and one's own answer in one tap.

use super::{Names, author, change as message, room_of, rooms, scope, start};
use crate::bridge::chat::{CallAnswerArgs, CallOpenArgs, CallView, MessageState};
use crate::bridge::views::Progress;
use crate::change::{self, Change};
use crate::open::Open;
use ekitei_model::chat;
use ekitei_model::chat::call::{self, answer};
use ekitei_model::chat::room::Type;
use ekitei_model::record::Fields;
use ekitei_model::{Fault, Lane, RecordId, Scope, kinds};
use ekitei_store::queue::{OpState, ops};
use ekitei_store::vault::Shown;
use serde_json::json;

/// Newest first; one that has no place at the office yet is newer than those.
pub(super) fn of_room(open: &Open, room: RecordId) -> Result<Vec<CallView>, Fault> {
    let mut names = Names::new(open);
    let mut calls = open.reader().in_scope(&scope(room), &[kinds::CALL])?;
    let place = |born_seq: u64| born_seq.checked_sub(1).unwrap_or(u64::MAX);
    calls.sort_by_key(|s| std::cmp::Reverse((place(s.record.born_seq), s.record.id)));
    calls.iter().map(|s| view(open, s, &mut names)).collect()
}

/// # Errors
/// `record-unknown`.
pub(super) fn one(open: &Open, id: RecordId) -> Result<CallView, Fault> {
    view(open, &open.record_of(id, kinds::CALL)?, &mut Names::new(open))
}

/// An answered one stays in sight so long, in case the answer changes.
const ANSWERED_SHOWN_MS: i64 = 12 * 3_600_000;

/// What asks oneself and is not over, newest first: above everything else of the day.
///
/// # Errors
/// The vault cannot be read.
pub fn of_today(open: &Open) -> Result<Vec<CallView>, Fault> {
    let mut names = Names::new(open);
    let mut calls = Vec::new();
    for shown in open.reader().of_kind(kinds::CALL)? {
        if !shown.record.text(call::CLOSED_AT).is_empty() {
            continue;
        }
        let call = view(open, &shown, &mut names)?;
        let old = open.now().ms() - call.at.utc_ms > ANSWERED_SHOWN_MS;
        if call.asked && !(old && is_answered(&call)) {
            calls.push(call);
        }
    }
    calls.sort_by_key(|c| std::cmp::Reverse((c.at.utc_ms, c.id)));
    Ok(calls)
}

fn is_answered(call: &CallView) -> bool {
    let refused = call.progress == Some(Progress::Parked);
    !refused
        && call.asks.iter().all(|ask| match ask.as_str() {
            answer::SAFETY => call.safety.is_some(),
            answer::COMING => call.coming.is_some(),
            _ => true,
        })
}

fn view(open: &Open, shown: &Shown, names: &mut Names) -> Result<CallView, Fault> {
    let record = &shown.record;
    let own = author(record) == open.me().as_str();
    let state = if own && shown.parked { MessageState::Failed } else { super::view::state(shown, own) };
    let fault = |failed: bool, id: RecordId| {
        if failed { super::view::fault(open, id, &[]) } else { Ok(None) }
    };
    let answer_id = call::answer_id(record.id, open.me());
    let answered = open.reader().record(answer_id)?;
    let progress = answered.as_ref().map(|answer| progress(open, shown, answer)).transpose()?;
    let said = |field: &str| {
        let text = answered.as_ref().map_or("", |s| s.record.text(field));
        (!text.is_empty()).then(|| text.to_owned())
    };
    Ok(CallView {
        id: record.id,
        room: room_of(record)?,
        text: record.text(call::TEXT).to_owned(),
        at: super::view::at(open, record),
        by_name: names.of(author(record))?,
        sections: record.list(call::SECTIONS),
        asks: record.list(call::ASKS_FIELD),
        own,
        state,
        fault: fault(state == MessageState::Failed, record.id)?,
        asked: call::is_asked(record, open.staff(), &open.now().today()),
        closed: !record.text(call::CLOSED_AT).is_empty(),
        safety: said(answer::SAFETY),
        coming: said(answer::COMING),
        comment: said(answer::TEXT).unwrap_or_default(),
        progress,
        answer_fault: fault(progress == Some(Progress::Parked), answer_id)?,
    })
}

/// The office keeps answers to itself: taken is all that comes back of one's own. One that waited there for its call was
/// taken with it.
fn progress(open: &Open, call: &Shown, answer: &Shown) -> Result<Progress, Fault> {
    if answer.parked {
        return Ok(Progress::Parked);
    }
    let is_here = |open: &Open| {
        let all = open.queue_read(|c| ops::of_record(c, answer.record.id))?;
        Ok::<_, Fault>(all.iter().any(|q| matches!(q.state, OpState::Open | OpState::Frozen)))
    };
    let waits = answer.waiting && (call.record.born_seq == 0 || is_here(open)?);
    Ok(if waits { Progress::Waiting } else { Progress::Arrived })
}

/// Asks whole sections; those that are not in the room yet come into it with the call. Goes before everything else.
///
/// # Errors
/// `not-allowed`: who leads no section; `call-empty` without words, sections or anything to ask; `room-name`: the new room
/// has none; `room-unknown`: no 災害ルーム of this phone.
pub fn open(open: &Open, args: &CallOpenArgs) -> Result<CallView, Fault> {
    let today = open.now().today();
    if !chat::leads(open.staff(), &today) && !open.staff().is_admin(&today) {
        return Err(Fault::ask("not-allowed"));
    }
    let asks = args.asks.iter().all(|ask| call::ASKS.contains(&ask.as_str())) && !args.asks.is_empty();
    if !asks || args.text.trim().is_empty() || args.sections.is_empty() {
        return Err(Fault::ask("call-empty"));
    }
    let (room, mut changes) = match args.room {
        Some(id) => {
            let known = rooms::known(open, id)?;
            if known.kind != Type::Disaster {
                return Err(Fault::ask("room-unknown"));
            }
            (id, Vec::new())
        }
        None => start::disaster(open, &args.name, &args.sections)?,
    };
    let id = change::mint();
    let fields = Fields::from([
        (call::TEXT.to_owned(), json!(args.text.trim())),
        (call::SECTIONS.to_owned(), json!(args.sections)),
        (call::ASKS_FIELD.to_owned(), json!(args.asks)),
    ]);
    changes.push(change::create(open.now(), id, kinds::CALL, &scope(room), fields));
    let changes: Vec<Change> = changes.into_iter().map(|c| c.in_lane(Lane::Emergency)).collect();
    open.commit(&changes)?;
    one(open, id)
}

/// What is absent stays as it was said before.
///
/// # Errors
/// `record-unknown`, `chat-field`.
pub fn answer(open: &Open, args: &CallAnswerArgs) -> Result<CallView, Fault> {
    open.record_of(args.call, kinds::CALL)?;
    let known =
        |value: &Option<String>, values: &[&str]| value.as_deref().is_none_or(|v| values.contains(&v));
    if !known(&args.safety, &call::SAFETY) || !known(&args.coming, &call::COMING) {
        return Err(Fault::ask("chat-field"));
    }
    let mut fields = Fields::new();
    for (name, value) in
        [(answer::SAFETY, &args.safety), (answer::COMING, &args.coming), (answer::TEXT, &args.text)]
    {
        if let Some(value) = value {
            fields.insert(name.to_owned(), json!(value));
        }
    }
    let id = call::answer_id(args.call, open.me());
    match open.reader().record(id)? {
        Some(there) if there.parked => choose_again(open, &there, fields)?,
        Some(there) => open.patch(&there.record, fields)?,
        None => {
            let scope = Scope::Tally(args.call);
            let create = change::create(open.now(), id, kinds::CALL_ANSWER, &scope, fields);
            open.commit(&[create.in_lane(Lane::Emergency)])?;
        }
    }
    one(open, args.call)
}

/// Of what was refused nobody hears: it goes with the new choice in it.
fn choose_again(open: &Open, refused: &Shown, fields: Fields) -> Result<(), Fault> {
    if message::correct(open, &refused.record, &fields)? {
        return Ok(());
    }
    open.queue_write(|tx| message::send_again(tx, &[refused.record.id]))?;
    message::settled(open)?;
    open.shared().wake_by_tap();
    open.patch(&refused.record, fields)
}
