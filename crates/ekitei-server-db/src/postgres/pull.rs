//! The feed.

use super::codec::{int, number, record_of, text};
use super::load::{body, record};
use super::people::{device, epoch, may_read_record, must_exist, reader, standing};
use super::session::{Go, maybe, rows};
use crate::plan::access::{self, readable};
use crate::plan::page::{Ask, Budget, FETCH, Filling, ask, denied};
use crate::rows::{Caller, Page, Pages};
use deadpool_postgres::Transaction;
use ekitei_model::wire::{PullReply, PullRequest};
use ekitei_model::{Record, RecordId, Scope};

pub(super) async fn pull(
    tx: &Transaction<'_>,
    caller: &Caller,
    request: &PullRequest,
    now_ms: i64,
) -> Go<Pages> {
    let (row, epoch) = (device(tx, caller.device).await?, epoch(tx).await?);
    access::may_pull(access::known(row.as_ref(), caller)?, request.epoch.as_ref(), &epoch)?;
    let staff = must_exist(tx, &caller.staff).await?;
    let (standing, acl_version) = standing(tx, &staff, &caller.today).await?;
    let mut budget = Budget::new(request.max_bytes);
    let mut pages = Vec::new();
    for want in &request.want {
        if budget.spent() {
            break;
        }
        let ask = ask(want);
        let owner = match want.scope.owner() {
            Some(id) => record(tx, id).await?,
            None => None,
        };
        // What is not here (yet, or after a restore) has an empty page: nothing on the phone is to be erased.
        let unknown = want.scope.owner().is_some() && owner.is_none();
        if !unknown && !readable(&want.scope, owner.as_ref(), &staff, &caller.today) {
            pages.push(denied(&want.scope, ask));
            continue;
        }
        let shown = access::shown_sql(&want.scope, owner.as_ref(), &staff, &caller.today);
        pages.extend(page(tx, &want.scope, ask, &shown, &mut budget).await?);
    }
    Ok(Pages { reply: PullReply { epoch, acl_version, standing, now_ms }, pages })
}

/// Only what fits the budget leaves the database, and the row that shows there is more (the first row goes however
/// large it is, so the second may be that row).
fn page_sql(place: &str, compare: &str, order: &str, shown: &str) -> String {
    format!(
        "SELECT place, body FROM (SELECT place, body, sum(octet_length(body)) OVER (ORDER BY place {order})
           - octet_length(body) AS before, row_number() OVER (ORDER BY place {order}) AS n
           FROM (SELECT {place} AS place, body FROM records WHERE scope = $1 AND {place} {compare} $2{shown}
             ORDER BY {place} {order} LIMIT $3) page) sums
         WHERE before <= $4 OR n <= 2 ORDER BY place {order}"
    )
}

async fn page(
    tx: &Transaction<'_>,
    scope: &Scope,
    ask: Ask,
    shown: &str,
    budget: &mut Budget,
) -> Go<Option<Page>> {
    let name = scope.to_string();
    let head = match maybe(tx, "SELECT head FROM scopes WHERE scope = $1", &[&name]).await? {
        Some(row) => number(&row, 0)?,
        None => 0,
    };
    let (sql, from) = match ask {
        Ask::After(n) => (page_sql("seq", ">", "ASC", shown), n),
        Ask::Before(n) => (page_sql("born_seq", "<", "DESC", shown), n),
    };
    let mut filling = Filling::new(scope, ask, head);
    let left = budget.left().max(0);
    let values: super::session::Params<'_> = &[&name, &int(from), &FETCH, &left];
    // What only some of a room may see is asked in words of its own: not a statement to keep.
    let found =
        if shown.is_empty() { rows(tx, &sql, values).await? } else { tx.query(sql.as_str(), values).await? };
    for row in found {
        let body = text(&row, 1)?;
        let bytes = body.len();
        if !filling.add(budget, number(&row, 0)?, || body, bytes) {
            break;
        }
    }
    Ok(filling.done())
}

/// The record and its JSON, if the caller may read it.
pub(super) async fn readable_record(
    tx: &Transaction<'_>,
    caller: &Caller,
    id: RecordId,
) -> Go<Option<(Record, String)>> {
    let staff = reader(tx, caller).await?;
    let Some(body) = body(tx, id).await? else { return Ok(None) };
    let record = record_of(&body)?;
    Ok(may_read_record(tx, &staff, &caller.today, &record).await?.then_some((record, body)))
}
