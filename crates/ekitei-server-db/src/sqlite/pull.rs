//! The feed.

use super::codec::{number, record_of};
use super::load::{body, head, record};
use super::people::{device, epoch, may_read_record, must_exist, reader, standing};
use crate::error::Result;
use crate::plan::access::{self, readable};
use crate::plan::page::{Ask, Budget, FETCH, Filling, ask, denied};
use crate::rows::{Caller, Page, Pages};
use ekitei_model::wire::{PullReply, PullRequest};
use ekitei_model::{RecordId, Scope};
use rusqlite::{Connection, params};

pub(super) fn pull(db: &Connection, caller: &Caller, request: &PullRequest, now_ms: i64) -> Result<Pages> {
    let (row, epoch) = (device(db, caller.device)?, epoch(db)?);
    access::may_pull(access::known(row.as_ref(), caller)?, request.epoch.as_ref(), &epoch)?;
    let staff = must_exist(db, &caller.staff)?;
    let (standing, acl_version) = standing(db, &staff, &caller.today)?;
    let mut budget = Budget::new(request.max_bytes);
    let mut pages = Vec::new();
    for want in &request.want {
        if budget.spent() {
            break;
        }
        let ask = ask(want);
        let owner = want.scope.owner().map(|id| record(db, id)).transpose()?.flatten();
        // What is not here (yet, or after a restore) has an empty page: nothing on the phone is to be erased.
        let unknown = want.scope.owner().is_some() && owner.is_none();
        if !unknown && !readable(&want.scope, owner.as_ref(), &staff, &caller.today) {
            pages.push(denied(&want.scope, ask));
            continue;
        }
        let shown = access::shown_sql(&want.scope, owner.as_ref(), &staff, &caller.today);
        pages.extend(page(db, &want.scope, ask, &shown, &mut budget)?);
    }
    Ok(Pages { reply: PullReply { epoch, acl_version, standing, now_ms }, pages })
}

fn page(db: &Connection, scope: &Scope, ask: Ask, shown: &str, budget: &mut Budget) -> Result<Option<Page>> {
    let head = head(db, scope)?;
    let (place, compare, order, from) = match ask {
        Ask::After(n) => ("seq", ">", "ASC", n),
        Ask::Before(n) => ("born_seq", "<", "DESC", n),
    };
    let sql = format!(
        "SELECT {place}, body FROM records WHERE scope = ?1 AND {place} {compare} ?2{shown} ORDER BY {place} {order} LIMIT ?3"
    );
    let mut find = db.prepare_cached(&sql)?;
    let mut rows = find.query(params![scope.to_string(), super::codec::int(from), FETCH])?;
    let mut filling = Filling::new(scope, ask, head);
    while let Some(row) = rows.next()? {
        let body: String = row.get(1)?;
        let bytes = body.len();
        if !filling.add(budget, number(row, 0)?, || body, bytes) {
            break;
        }
    }
    Ok(filling.done())
}

/// The record and its JSON, if the caller may read it.
pub(super) fn readable_record(
    db: &Connection,
    caller: &Caller,
    id: RecordId,
) -> Result<Option<(ekitei_model::Record, String)>> {
    let staff = reader(db, caller)?;
    let Some(body) = body(db, id)? else { return Ok(None) };
    let record = record_of(&body)?;
    Ok(may_read_record(db, &staff, &caller.today, &record)?.then_some((record, body)))
}
