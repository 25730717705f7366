//! What arrives: the latest things, and hints when there is news.

use super::apply::Cases;
use super::convert::{self, progress, title};
use super::guard::User;
use super::names::Names;
use super::views::{CountsView, FeedItem, HintView};
use crate::app::{App, Shared};
use crate::fault::Answer;
use crate::hints::Listening;
use axum::Json;
use axum::extract::{Query, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use ekitei_model::Record;
use ekitei_model::kinds::{Variant, case, photo};
use futures_util::Stream;
use serde::Deserialize;
use std::convert::Infallible;
use std::time::Duration;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};
use utoipa::IntoParams;

const DEFAULT_ITEMS: u32 = 50;
const MAX_ITEMS: u32 = 200;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FeedQuery {
    /// At most so many, 50 if absent, 200 at most.
    limit: Option<u32>,
}

/// Visits, notes and photos of readable cases, last changed first.
#[utoipa::path(get, path = "/api/feed", tag = "feed", params(FeedQuery), responses((status = 200, body = Vec<FeedItem>)))]
pub async fn feed(
    State(app): State<Shared>,
    user: User,
    Query(query): Query<FeedQuery>,
) -> Answer<Json<Vec<FeedItem>>> {
    let limit = query.limit.unwrap_or(DEFAULT_ITEMS).min(MAX_ITEMS);
    let (names, mut cases) = (Names::new(&*app.storage), Cases::new(&app, &user));
    let mut out = Vec::new();
    for row in app.storage.recent(&user.caller, limit).await? {
        let record = convert::record(&row)?;
        if let Some(of) = cases.of(&record).await? {
            out.push(item(&record, of, &names).await?);
        }
    }
    Ok(Json(out))
}

async fn item(record: &Record, of: &Record, names: &Names<'_>) -> Answer<FeedItem> {
    let author = record.created.as_ref().map_or("", |c| c.staff.as_str());
    let restricted = of.flag(case::RESTRICTED);
    let shown = |text: String| if restricted { String::new() } else { text };
    Ok(FeedItem {
        id: record.id.to_string(),
        kind: record.kind.clone(),
        case: of.id.to_string(),
        case_number: of.text(case::NUMBER).to_owned(),
        restricted,
        case_name: shown(of.text(case::NAME).to_owned()),
        title: shown(title(record)),
        author: names.of(author).await?,
        received_ms: record.received_ms,
        progress: progress(record),
        thumb: !restricted && !record.text(&photo::arrived(Variant::Thumb)).is_empty(),
    })
}

/// How the office stands, and how much asks for the signed-in person.
#[utoipa::path(get, path = "/api/counts", tag = "feed", responses((status = 200, body = CountsView)))]
pub async fn counts(State(app): State<Shared>, user: User) -> Answer<Json<CountsView>> {
    let office = app.storage.work(app.now_ms()).await?;
    let phones_active = match user.staff.is_admin(&user.caller.today) {
        true => Some(app.storage.phones_active().await?),
        false => None,
    };
    let own = app.storage.own_counts(&user.caller).await?;
    let share = app.config.share.clone();
    let share_there = tokio::task::spawn_blocking(move || share.is_dir()).await.unwrap_or(false);
    Ok(Json(CountsView {
        jobs_waiting: office.jobs_open,
        jobs_retrying: office.jobs_retrying,
        share_there,
        uploads_receiving: office.uploads_receiving,
        quarantine_open: own.quarantine_open,
        conflicts_open: own.conflicts_open,
        waiting_parent: own.waiting_parent,
        phones_active,
    }))
}

/// Server-sent events: one `hint` for each scope with news. A lost one is harmless; the browser reconnects by itself.
#[utoipa::path(get, path = "/api/events", tag = "feed", responses(
    (status = 200, body = HintView, content_type = "text/event-stream"),
))]
pub async fn events(
    State(app): State<Shared>,
    user: User,
) -> Answer<Sse<impl Stream<Item = Result<Event, Infallible>> + Send>> {
    let period = Duration::from_millis(app.limits.live_check_ms);
    let mut check = interval_at(Instant::now() + period, period);
    check.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let listener = Listener {
        check,
        listening: app.hints.listen(&*app.storage, user.caller).await?,
        ends_ms: user.session.expires_ms,
        app,
    };
    let stream = futures_util::stream::unfold(listener, |mut listener| async move {
        let event = listener.next().await?;
        Some((Ok(event), listener))
    });
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(Duration::from_secs(20))))
}

struct Listener {
    app: Shared,
    listening: Listening,
    /// Runs on from one hint to the next.
    check: Interval,
    ends_ms: i64,
}

impl Listener {
    /// `None` ends the stream: signed out, past its time, or the server stops.
    async fn next(&mut self) -> Option<Event> {
        let app: &App = &self.app;
        loop {
            tokio::select! {
                () = app.stop.cancelled() => return None,
                _ = self.check.tick() => {
                    if app.now_ms() >= self.ends_ms || !self.listening.still_allowed(app).await {
                        return None;
                    }
                }
                hint = self.listening.recv() => {
                    let view = HintView { scope: hint.scope.to_string(), seq: hint.seq, urgent: hint.urgent };
                    return Event::default().event("hint").json_data(view).ok();
                }
            }
        }
    }
}
