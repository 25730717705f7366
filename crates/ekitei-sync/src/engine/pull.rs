//! Fetching: pages are sealed and put away together with their cursors; the next request is on the line meanwhile.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use ekitei_model::Scope;
use ekitei_model::wire::{Direction, Epoch, PROTO, PullReply, PullRequest, Want};
use ekitei_seal::{Recipient, SealError, seal_bytes};
use ekitei_store::StoreError;
use ekitei_store::queue::{credential, follow, meta, pages};

use super::flight::Flight;
use super::{Engine, Halt, Run, state};
use crate::clock::Clock;
use crate::error::CallError;
use crate::plan::Step;
use crate::transport::{PullAnswer, Traffic, Transport};
use crate::wire::WirePage;

/// Receipts of files are asked for this often while more files travel.
pub const RECEIPT_PATIENCE_MS: i64 = 15_000;
/// Who this person is and which key the office uses is asked for at least this often.
const ME_EVERY_MS: i64 = 24 * 3_600_000;
const ME_AT: &str = "sync.me-at";
/// Pages that the vault takes at once.
const TAKE_PAGES: usize = 8;
/// Scopes of one request; a phone follows far fewer.
const MAX_WANTS: usize = 400;
/// Records of one salvage offer.
const SALVAGE_RECORDS: u32 = 200;

/// Answers that are read ahead of the vault; bounds memory.
const READ_AHEAD: usize = 3;

/// An answer with its pages sealed to this phone.
struct Fetched {
    answer: PullAnswer,
    elapsed_ms: u64,
    sealed: Vec<Vec<u8>>,
    /// What continues it, and the call for that, already on its way.
    next: Vec<Want>,
    ahead: Option<Flight<Fetched>>,
    /// Counts it as read ahead until it is dropped.
    _place: OwnedSemaphorePermit,
}

/// What all calls of one reading have in common.
#[derive(Clone)]
struct Reading {
    line: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
    own: Recipient,
    epoch: Option<Epoch>,
    max_bytes: u32,
    places: Arc<Semaphore>,
}

impl Reading {
    fn launch(self, want: Vec<Want>) -> Flight<Fetched> {
        let clock = Arc::clone(&self.clock);
        Flight::launch(&clock, self.fetch(want))
    }

    /// Boxed, because what it fetches launches the same again.
    fn fetch(self, want: Vec<Want>) -> BoxFuture<'static, Result<Fetched, CallError>> {
        Box::pin(async move {
            let place = Arc::clone(&self.places).acquire_owned().await;
            let place = place.map_err(|e| CallError::Network(e.to_string()))?;
            let request = PullRequest {
                proto: PROTO,
                epoch: self.epoch.clone(),
                want: want.clone(),
                max_bytes: self.max_bytes,
            };
            let begun_ms = self.clock.steady_ms();
            let answer = self.line.pull(request).await?;
            let elapsed_ms = self.clock.steady_ms().saturating_sub(begun_ms);
            // Reading ahead is harmless: what is put away first decides what continues it.
            let next = after_answer(&want, &answer.pages);
            let same_epoch = self.epoch.as_ref() == Some(&answer.reply.epoch);
            let own = self.own.clone();
            let ahead = (!next.is_empty() && same_epoch).then(|| self.launch(next.clone()));
            let seal = |page: &WirePage| match page.records.is_empty() {
                true => Ok(Vec::new()),
                false => seal_bytes(&page.records, std::slice::from_ref(&own)),
            };
            let sealed: Result<Vec<_>, SealError> = answer.pages.iter().map(seal).collect();
            let sealed = sealed.map_err(|e| CallError::Disk(e.into()))?;
            Ok(Fetched { answer, elapsed_ms, sealed, next, ahead, _place: place })
        })
    }
}

impl Engine {
    /// Asks for everything that is followed, until nothing newer or older is left.
    pub(super) async fn pull_run(
        &mut self,
        run: &mut Run<'_>,
        step: Step,
        max_bytes: u32,
    ) -> Result<(), Halt> {
        let mut wants = self.home.queue().read(follow::wants)?;
        wants.truncate(MAX_WANTS);
        // A phone that follows nothing yet learns its standing scopes from the first answer.
        let reading = self.reading(run, max_bytes)?;
        let mut flight = reading.clone().launch(wants.clone());
        let mut asked: BTreeSet<Scope> = BTreeSet::new();
        // The first page is shown at once; later ones are taken several at a time, which costs fewer commits.
        let mut untaken = TAKE_PAGES;
        loop {
            asked.extend(wants.iter().map(|w| w.scope.clone()));
            let (result, _) = self.land(run, flight).await?;
            let Fetched { answer, elapsed_ms, sealed, mut next, ahead, _place } = match result {
                Ok(fetched) => fetched,
                Err(error) => {
                    self.take_pages(run);
                    self.failed(run, &step, &error, 0, 0)?;
                    return Ok(());
                }
            };
            self.succeeded(run, &step, answer.traffic, elapsed_ms);
            let epoch = self.home.queue().read(credential::epoch)?;
            if epoch.as_ref() != Some(&answer.reply.epoch) {
                let epoch = answer.reply.epoch.clone();
                return self.new_epoch(run, &epoch);
            }
            // What is more urgent does not share the line with what was asked ahead.
            let ahead = if self.interrupted(run)? { None } else { ahead };
            let news = match self.put_away(run, &answer, &sealed) {
                Ok(news) => news,
                // No room for what others wrote is no reason to keep what was written here.
                Err(StoreError::DiskFull) => {
                    run.may_read = false;
                    run.lasting_fault = Some(StoreError::DiskFull.into());
                    return Ok(());
                }
                Err(error) => return Err(error.into()),
            };
            untaken += answer.pages.len();
            if ahead.is_none() || untaken >= TAKE_PAGES {
                self.take_pages(run);
                untaken = 0;
            }
            if news {
                self.refresh_me(run).await?;
            }
            let next_flight = match ahead {
                Some(flight) => flight,
                // What more there is stays due.
                None if !next.is_empty() => return Ok(()),
                None => {
                    // Taking the pages may have made this phone follow more (assignments, standing scopes).
                    next = self.home.queue().read(follow::wants)?;
                    next.retain(|w| !asked.contains(&w.scope) || (w.after.is_none() && w.before.is_none()));
                    next.truncate(MAX_WANTS);
                    // A beginning that was asked for and not answered did not fit; one page a round at least comes.
                    let stuck = answer.pages.is_empty() && next.iter().all(|w| asked.contains(&w.scope));
                    if next.is_empty() || stuck {
                        run.pull_due_since_ms = None;
                        run.last_pull_ms = self.clock.now_ms();
                        return Ok(());
                    }
                    reading.clone().launch(next.clone())
                }
            };
            (wants, flight) = (next, next_flight);
        }
    }

    fn reading(&self, run: &Run<'_>, max_bytes: u32) -> Result<Reading, Halt> {
        Ok(Reading {
            line: Arc::clone(&self.line),
            clock: Arc::clone(&self.clock),
            own: run.credential.own_recipient.clone(),
            epoch: self.home.queue().read(credential::epoch)?,
            max_bytes,
            places: Arc::new(Semaphore::new(READ_AHEAD)),
        })
    }

    /// Whether something more urgent than reading on has come up.
    fn interrupted(&mut self, run: &mut Run<'_>) -> Result<bool, Halt> {
        self.hear(run);
        if run.deadline_ms.is_some_and(|d| self.clock.steady_ms() >= d) {
            return Ok(true);
        }
        Ok(matches!(self.decide(run)?, Step::Push { .. }))
    }

    /// Pages, cursors and standing scopes in one transaction. Returns whether permissions changed.
    fn put_away(
        &mut self,
        run: &mut Run<'_>,
        answer: &PullAnswer,
        sealed: &[Vec<u8>],
    ) -> Result<bool, StoreError> {
        let now_ms = self.clock.now_ms();
        let PullReply { epoch, acl_version, standing, now_ms: office_ms } = &answer.reply;
        let (received, news) = self.home.queue().write(|tx| {
            follow::set_standing(tx, standing, now_ms)?;
            let news = follow::set_acl_version(tx, *acl_version)?;
            let mut received = 0;
            for (page, sealed) in answer.pages.iter().zip(sealed) {
                if pages::put_page(tx, epoch, &page.header, sealed)? {
                    received += u64::from(page.header.count);
                }
            }
            Ok((received, news))
        })?;
        run.report.received += received;
        run.line.skew_ms = Some(now_ms - office_ms);
        Ok(news)
    }

    /// Posts and the office's key may have changed.
    async fn refresh_me(&mut self, run: &mut Run<'_>) -> Result<(), Halt> {
        let line = Arc::clone(&self.line);
        let flight = Flight::launch(&self.clock, async move { line.me().await });
        // Only for convenience: the next change of permissions asks again.
        let (Ok(me), _) = self.land(run, flight).await? else { return Ok(()) };
        let mut renewed = run.credential.clone();
        renewed.staff = me.staff;
        renewed.office_key = me.office;
        let now_ms = self.clock.now_ms();
        self.home.queue().write(|tx| {
            credential::update(tx, &renewed)?;
            meta::set_json(tx, ME_AT, &now_ms)
        })?;
        run.credential = renewed;
        Ok(())
    }

    /// After a change of epoch and once everything was read again: offers what the office lacks.
    pub(super) async fn finish_salvage(&mut self, run: &mut Run<'_>) -> Result<(), Halt> {
        self.ask_me_daily(run).await?;
        if !run.may_read || !self.home.queue().read(state::salvage_due)? {
            return Ok(());
        }
        loop {
            let candidates = run.side.salvage(SALVAGE_RECORDS)?;
            if candidates.is_empty() {
                // A locked phone keeps the order for later.
                if run.side.take_pages(self.clock.now_ms())? {
                    self.home.queue().write(|tx| state::set_salvage_due(tx, false))?;
                }
                return Ok(());
            }
            let ids: Vec<_> = candidates.iter().map(|r| r.id).collect();
            let offered: Vec<_> =
                candidates.into_iter().filter(ekitei_store::vault::salvage::is_offered).collect();
            if !offered.is_empty() {
                let line = Arc::clone(&self.line);
                let flight = Flight::launch(&self.clock, async move { line.salvage(&offered).await });
                let step = Step::Pull { max_bytes: 0 };
                match self.land(run, flight).await? {
                    (Ok(traffic), elapsed_ms) => {
                        let up = Traffic { up: traffic.up, down: traffic.down };
                        self.succeeded(run, &step, up, elapsed_ms);
                    }
                    (Err(error), _) => {
                        self.failed(run, &step, &error, 0, 0)?;
                        return Ok(());
                    }
                }
            }
            run.side.salvaged(&ids)?;
        }
    }

    async fn ask_me_daily(&mut self, run: &mut Run<'_>) -> Result<(), Halt> {
        let now_ms = self.clock.now_ms();
        let last_ms: i64 = self.home.queue().read(|c| meta::json(c, ME_AT))?.unwrap_or(0);
        // A clock that was set back must not silence this for years.
        let due = !(0..ME_EVERY_MS).contains(&now_ms.saturating_sub(last_ms));
        if due && run.may_read { self.refresh_me(run).await } else { Ok(()) }
    }
}

/// What to ask next: pages that have a continuation, and wishes that found no room in the answer.
fn after_answer(wants: &[Want], pages: &[WirePage]) -> Vec<Want> {
    let mut next = Vec::new();
    for want in wants {
        let direction = if want.after.is_some() { Direction::After } else { Direction::Before };
        let last = pages
            .iter()
            .map(|p| &p.header)
            .rfind(|h| h.scope == want.scope && (h.direction == direction || h.denied));
        match last {
            Some(header) if header.denied || !header.more => {}
            Some(header) => {
                let (after, before) = match direction {
                    Direction::After => (Some(header.next), None),
                    Direction::Before => (None, Some(header.next)),
                };
                next.push(Want { scope: want.scope.clone(), after, before });
            }
            // An answer without any page would never end.
            None if pages.is_empty() => {}
            None => next.push(want.clone()),
        }
    }
    next
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use ekitei_model::wire::PageHeader;

    fn page(scope: &str, direction: Direction, next: u64, more: bool) -> WirePage {
        let header = PageHeader {
            scope: scope.parse().unwrap(),
            direction,
            next,
            head: 100,
            more,
            count: 0,
            denied: false,
        };
        WirePage { header, records: Vec::new() }
    }

    fn want(scope: &str, after: Option<u64>, before: Option<u64>) -> Want {
        Want { scope: scope.parse().unwrap(), after, before }
    }

    #[test]
    fn a_scope_is_read_on_in_the_direction_it_was_asked() {
        let wants = [
            want("all:", None, None),
            want("user:a", Some(5), None),
            want("user:b", Some(5), None),
            want("user:b", None, Some(50)),
            want("user:c", Some(1), None),
        ];
        let pages = [
            page("all:", Direction::Before, 40, true),
            page("user:a", Direction::After, 9, false),
            page("user:b", Direction::After, 7, true),
            page("user:b", Direction::Before, 20, true),
        ];
        let next = after_answer(&wants, &pages);
        let expected = [
            want("all:", None, Some(40)),
            want("user:b", Some(7), None),
            want("user:b", None, Some(20)),
            // Did not fit.
            want("user:c", Some(1), None),
        ];
        assert_eq!(next, expected);
    }

    #[test]
    fn several_pages_of_one_scope_continue_from_the_last() {
        let wants = [want("all:", Some(0), None)];
        let pages = [page("all:", Direction::After, 10, true), page("all:", Direction::After, 20, true)];
        assert_eq!(after_answer(&wants, &pages), [want("all:", Some(20), None)]);
    }

    #[test]
    fn a_denied_or_empty_answer_ends() {
        let wants = [want("all:", None, None)];
        let mut denied = page("all:", Direction::After, 0, false);
        denied.header.denied = true;
        assert!(after_answer(&wants, &[denied]).is_empty());
        assert!(after_answer(&wants, &[]).is_empty());
    }
}
