//! What stands between a shutter and a photograph: the row written before the camera opens, the mark on an inbox file
//! that was taken, and what becomes of files that a killed app left in the inbox.

use super::photos::{self, Place};
use crate::bridge::args::{CaptureArgs, InspectionPlace};
use crate::bridge::views::CaptureView;
use crate::inbox::Inbox;
use crate::open::Open;
use crate::usecase::cases;
use ekitei_model::{Fault, Scope, Stamp};
use ekitei_store::queue::{self, Capture, captures, meta};
use ekitei_store::{Connection, StoreError, Transaction};

/// Beside the row of a capture: where in an inspection it belongs.
const PLACE: &str = "core.capture.";
/// On an inbox file of the camera that is a photograph, or part of a message, already.
const TAKEN: &str = "core.taken.";

/// A row that survives a kill, and the name under which the camera writes.
pub fn begin(open: &Open, args: &CaptureArgs) -> Result<CaptureView, Fault> {
    cases::ensure_followed(open, args.case)?;
    let capture =
        Capture { name: Inbox::capture_name(), case: args.case, visit: args.visit, at_ms: open.now().ms() };
    open.queue_write(|tx| {
        captures::begin(tx, &capture)?;
        match &args.place {
            Some(place) => meta::set_json(tx, &format!("{PLACE}{}", capture.name), place),
            None => Ok(()),
        }
    })?;
    Ok(CaptureView { name: capture.name })
}

/// When the shutter was pressed, as far as this phone knows.
pub(super) fn shutter(open: &Open, name: &str) -> Result<Stamp, Fault> {
    let pending = open.queue_read(captures::pending)?;
    let row = pending.into_iter().find(|c| c.name == name);
    Ok(row.map_or_else(|| open.now().stamp(), |c| open.now().at(c.at_ms)))
}

/// In the transaction that takes the file `name` out of the inbox. The mark outlives a kill before the file is gone: it
/// is no photograph a second time.
pub(super) fn taken(tx: &Transaction, name: &str) -> Result<(), StoreError> {
    finish(tx, name)?;
    if Inbox::is_capture(name) { meta::set_json(tx, &format!("{TAKEN}{name}"), &true) } else { Ok(()) }
}

fn finish(tx: &Transaction, name: &str) -> Result<(), StoreError> {
    captures::finish(tx, name)?;
    meta::remove(tx, &format!("{PLACE}{name}"))
}

/// The picture is queued, or was there already: its row and its inbox file go.
pub(super) fn forget(open: &Open, name: &str) -> Result<(), Fault> {
    open.queue_write(|tx| taken(tx, name))?;
    open.inbox().remove(name);
    Ok(())
}

/// What became of the inbox when the app opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Adopted {
    /// Pictures that went where they were meant to.
    pub placed: u64,
    /// Pictures of which nobody knows any more where they belong: photos of one's own, without a case.
    pub homeless: u64,
}

/// What the camera wrote before the app was killed, and what a kill left behind after queueing. What the camera wrote has
/// no other source, so it is taken even when its row is gone (a queue that was set aside). A file that is no picture is
/// set aside with a notice; a trouble of this phone (no space) leaves all as it is, for the next time.
pub fn adopt(open: &Open) -> Result<Adopted, Fault> {
    // Files first: the row of a file that is seen was written before it. Read later, a row may be missing only because
    // its picture was taken in between, and then there is a mark.
    let names = open.inbox().names();
    let (pending, taken) = open.queue_read(|c| Ok((captures::pending(c)?, marked(c)?)))?;
    let mut out = Adopted::default();
    for name in names {
        if taken.contains(&name) {
            open.inbox().remove(&name);
            continue;
        }
        if open.reader().record(photos::id_of(open, &name))?.is_some() {
            forget(open, &name)?;
            continue;
        }
        let capture = pending.iter().find(|c| c.name == name);
        let place = match capture {
            Some(capture) => place_of(open, capture)?,
            None if Inbox::is_capture(&name) => Place::bare(Scope::User(open.me().clone())),
            // Chosen or copied in, and not taken yet: its source lies elsewhere.
            None => continue,
        };
        match photos::take(open, &name, &place, "") {
            Ok(_) if capture.is_some() => out.placed += 1,
            Ok(_) => out.homeless += 1,
            Err(fault) if fault.code.starts_with("photo-") => set_aside(open, &name, &fault)?,
            Err(fault) => tracing::warn!(code = fault.code, "a captured picture waits in the inbox"),
        }
    }
    unmark(open, &taken)?;
    open.inbox().remove_old(open.now().ms());
    Ok(out)
}

fn place_of(open: &Open, capture: &Capture) -> Result<Place, Fault> {
    let inspection: Option<InspectionPlace> =
        open.queue_read(|c| meta::json(c, &format!("{PLACE}{}", capture.name)))?;
    Ok(Place { visit: capture.visit, inspection, ..Place::bare(Scope::Case(capture.case)) })
}

fn marked(conn: &Connection) -> Result<Vec<String>, StoreError> {
    let keys = meta::keys(conn, TAKEN)?;
    Ok(keys.iter().filter_map(|key| key.strip_prefix(TAKEN)).map(str::to_owned).collect())
}

/// Marks of files that are gone have done their work.
fn unmark(open: &Open, taken: &[String]) -> Result<(), Fault> {
    let gone: Vec<&String> =
        taken.iter().filter(|name| open.inbox().path(name).is_ok_and(|path| !path.exists())).collect();
    if gone.is_empty() {
        return Ok(());
    }
    open.queue_write(|tx| gone.iter().try_for_each(|name| meta::remove(tx, &format!("{TAKEN}{name}"))))
}

fn set_aside(open: &Open, name: &str, fault: &Fault) -> Result<(), Fault> {
    tracing::warn!(code = fault.code, "a captured picture could not be adopted");
    open.inbox().set_aside(name)?;
    let notice = Fault::ask("capture-refused").with("name", name);
    open.queue_write(|tx| {
        finish(tx, name)?;
        queue::notices::add(tx, &notice, open.now().ms())
    })
}

/// Rows of cameras that were closed without a picture, and never again looked at, go after `before_ms`.
pub fn expire(open: &Open, before_ms: i64) -> Result<(), Fault> {
    let pending = open.queue_read(captures::pending)?;
    let old = pending.iter().filter(|c| c.at_ms < before_ms);
    let empty = |c: &&Capture| open.inbox().path(&c.name).is_ok_and(|path| !path.exists());
    let gone: Vec<&Capture> = old.filter(empty).collect();
    if gone.is_empty() {
        return Ok(());
    }
    open.queue_write(|tx| gone.iter().try_for_each(|c| finish(tx, &c.name)))
}
