//! The story: one inspector's afternoon without a line. Each step is looked at where it must have happened: on the
//! phone, in the shared folder, at the console, on the colleague's phone. What is not seen in time ends the story.

use super::cast::Cast;
use super::handset::Handset;
use super::inspection::{self, Sheet};
use super::pictures::Picture;
use super::seed::Script;
use super::terminal::{self, columns, padded};
use super::view::{Say, StepState, StepView};
use super::{Done, PIN, blocking, messages, share, tethering};
use crate::desk::Desk;
use crate::line::Mode;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::future::Future;
use std::time::{Duration, Instant};

pub const STEPS: [&str; 18] = [
    "cut",
    "notes",
    "photos",
    "sheet",
    "lock",
    "kill",
    "restart",
    "weak",
    "good",
    "folder",
    "console",
    "colleague",
    "papers",
    "accept",
    "receipt",
    "tethering",
    "messages",
    "books",
];
/// A step that is not seen by then has failed.
const DEADLINE: Duration = Duration::from_secs(120);
const LOOK: Duration = Duration::from_millis(150);

/// What the story made, and what it measured on the way.
#[derive(Default)]
pub struct Played {
    pub notes: Vec<String>,
    pub photos: Vec<String>,
    pub note_bytes: u64,
    pub photo_bytes: u64,
    pub making_s: f64,
    pub waiting_items: u64,
    pub sent_bytes: u64,
    pub delivery_s: f64,
    pub b_bytes: u64,
    pub colleague_s: f64,
    pub folder: String,
    pub sheet: Sheet,
    pub(super) case: String,
    originals: Vec<Vec<u8>>,
    pub(super) before: BTreeSet<String>,
    filed: Vec<String>,
}

/// Plays all steps.
///
/// # Errors
/// The step that failed, what was expected and what was seen instead.
pub async fn play(cast: &Cast) -> Done<Played> {
    let steps = STEPS.map(|key| StepView { key: key.to_owned(), ..StepView::default() }).to_vec();
    cast.board.change(|v| v.steps = steps);
    cast.tidy().await?;
    let mut teller = Teller { cast, at: 0 };
    let t = &mut teller;
    let (a, script) = (&*cast.a, &cast.sample.story);
    let mut p = Played { before: files(cast).await?.into_iter().collect(), ..Played::default() };
    p.case = case_of(a, &script.case).await?;
    let screen = format!("#/case/{}", p.case);
    cast.board.change(|v| {
        v.phones.iter_mut().for_each(|phone| phone.screen.clone_from(&screen));
        if let Some(office) = &mut v.office {
            office.screen.clone_from(&screen);
        }
    });
    t.step(cut(cast)).await?;
    let making = Instant::now();
    t.step(notes(a, script, &mut p)).await?;
    t.step(photos(cast, &mut p)).await?;
    t.step(inspection::tick(cast, &mut p)).await?;
    p.making_s = making.elapsed().as_secs_f64();
    t.step(lock(a, &p)).await?;
    t.step(kill(a)).await?;
    t.step(restart(cast, &mut p)).await?;
    let (up_before, _, _) = a.line.counters();
    let (_, down_before, _) = cast.b.line.counters();
    let delivery = Instant::now();
    t.step(weak(cast, &p)).await?;
    t.step(good(cast)).await?;
    p.delivery_s = delivery.elapsed().as_secs_f64();
    p.sent_bytes = a.line.counters().0 - up_before;
    t.step(folder(cast, &mut p)).await?;
    t.step(console(cast, &p)).await?;
    t.step(colleague(cast, &p)).await?;
    p.colleague_s = delivery.elapsed().as_secs_f64();
    p.b_bytes = cast.b.line.counters().1 - down_before;
    t.step(inspection::papers(cast, &mut p)).await?;
    p.sheet.papers_s = delivery.elapsed().as_secs_f64();
    t.step(inspection::accept(cast, &mut p)).await?;
    p.sheet.accepted_s = delivery.elapsed().as_secs_f64();
    t.step(receipt(a, &p)).await?;
    t.step(tethering::run(cast, &p.case)).await?;
    let photo = p.photos.first().cloned().ok_or("no photo to ask about")?;
    t.step(messages::run(cast, &photo, &p.case)).await?;
    t.step(books(cast)).await?;
    Ok(p)
}

/// Shows each step on the page and in the terminal.
struct Teller<'a> {
    cast: &'a Cast,
    at: usize,
}

impl Teller<'_> {
    async fn step(&mut self, work: impl Future<Output = Done<Say>>) -> Done<()> {
        let (cast, at) = (self.cast, self.at);
        self.at += 1;
        let name = Say::new(&format!("step.{}", STEPS[at]));
        let title = terminal::sentence(&name);
        cast.board.change(|v| v.steps[at].state = StepState::Doing);
        cast.terminal.still(&name);
        let begun = Instant::now();
        let end = work.await;
        let seconds = begun.elapsed().as_secs_f64();
        cast.terminal.idle();
        let (state, seen) = match &end {
            Ok(seen) => (StepState::Done, seen.clone()),
            Err(error) => (StepState::Failed, Say::new("seen.failed").with("error", error)),
        };
        let width = STEPS.iter().map(|k| columns(&terminal::word(&format!("step.{k}")))).max().unwrap_or(0);
        let mark = if end.is_ok() { "✓" } else { "✗" };
        let (n, of, text) = (at + 1, STEPS.len(), terminal::sentence(&seen));
        cast.terminal
            .line(&format!("  {n:>2}/{of} {mark} {} {seconds:>6.1} s  {text}", padded(&title, width)));
        cast.board.change(|v| {
            let step = &mut v.steps[at];
            (step.state, step.seconds, step.seen) = (state, Some(seconds), Some(seen));
        });
        end.map_err(|error| format!("{title}: {error}"))?;
        tokio::time::sleep(cast.pace).await;
        Ok(())
    }
}

/// Looks again and again until `look` finds it.
pub(super) async fn until<T, F: Future<Output = Done<Result<T, String>>>>(
    expected: &str,
    mut look: impl FnMut() -> F,
) -> Done<T> {
    let end = Instant::now() + DEADLINE;
    loop {
        match look().await? {
            Ok(found) => return Ok(found),
            Err(seen) if Instant::now() >= end => {
                return Err(format!("expected within {} s: {expected}; seen: {seen}", DEADLINE.as_secs()));
            }
            Err(_) => tokio::time::sleep(LOOK).await,
        }
    }
}

pub(super) fn check(holds: bool, expected: &str, seen: impl std::fmt::Display) -> Done<()> {
    if holds { Ok(()) } else { Err(format!("expected: {expected}; seen: {seen}")) }
}

fn megabytes(bytes: u64) -> String {
    #[allow(clippy::cast_precision_loss)] // for people
    let mb = bytes as f64 / 1e6;
    format!("{mb:.1}")
}

pub(super) async fn files(cast: &Cast) -> Done<Vec<String>> {
    let folder = cast.share.clone();
    Ok(blocking(move || share::files(&folder)).await?.into_iter().map(|(path, _)| path).collect())
}

async fn case_of(phone: &Handset, number: &str) -> Done<String> {
    let rows = phone.call("case_list", json!({})).await?;
    let row = rows.as_array().into_iter().flatten().find(|c| c["number"] == number);
    row.and_then(|c| c["id"].as_str())
        .map(str::to_owned)
        .ok_or_else(|| format!("{number} is not on the phone"))
}

async fn cut(cast: &Cast) -> Done<Say> {
    cast.set_line("a", Mode::Cut).await?;
    let a = &cast.a;
    until("phone A says that there is no line", || async {
        let status = a.status().await?;
        Ok(if status["line"] == "offline" { Ok(()) } else { Err(status["line"].to_string()) })
    })
    .await?;
    Ok(Say::new("seen.cut"))
}

async fn notes(a: &Handset, script: &Script, p: &mut Played) -> Done<Say> {
    for note in &script.notes {
        let args =
            json!({ "case": p.case, "title": note.title, "text": note.text, "template": "inspection_memo" });
        let saved = a.call("note_save", args).await?;
        let id = saved["id"].as_str().ok_or("a note without an id")?.to_owned();
        a.call("note_finish", json!({ "id": id })).await?;
        p.notes.push(id);
        p.note_bytes += note.text.len() as u64;
    }
    let waiting = a.status().await?["waiting"]["notes"].clone();
    let count = p.notes.len();
    check(waiting.as_u64() >= Some(count as u64), &format!("{count} notes wait on phone A"), waiting)?;
    Ok(Say::new("seen.notes").with("count", count))
}

async fn photos(cast: &Cast, p: &mut Played) -> Done<Say> {
    let (a, script) = (&*cast.a, &cast.sample.story);
    let mut megapixels = 0.0_f64;
    for (picture, photo) in cast.sample.story_pictures(cast.small).iter().zip(&script.photos) {
        let bytes = taken_now(cast, picture.clone()).await?;
        let name = a.put_in(&format!("{}.jpg", photo.scene), bytes.clone()).await?;
        let args = json!({ "names": [name], "case": p.case, "caption": photo.caption });
        let taken = a.call("photo_add", args).await?;
        let id = taken[0]["id"].as_str().ok_or("a photograph without an id")?.to_owned();
        check(taken[0]["already_there"] == false, "a new photograph", &taken[0])?;
        let pixels = taken[0]["width"].as_f64().unwrap_or(0.0) * taken[0]["height"].as_f64().unwrap_or(0.0);
        megapixels = megapixels.max(pixels / 1e6);
        p.photo_bytes += bytes.len() as u64;
        p.photos.push(id);
        p.originals.push(bytes);
    }
    let waiting = a.status().await?["waiting"]["photos"].clone();
    let count = p.photos.len();
    check(waiting.as_u64() >= Some(count as u64), &format!("{count} photographs wait on phone A"), waiting)?;
    let say = Say::new("seen.photos").with("count", count).with("megabytes", megabytes(p.photo_bytes));
    Ok(say.with("megapixels", format!("{megapixels:.*}", usize::from(megapixels < 1.0))))
}

/// The photograph of this moment. A second one within the second would only differ in its scene, which is enough.
pub(super) async fn taken_now(cast: &Cast, picture: Picture) -> Done<Vec<u8>> {
    let now = jiff::Timestamp::now().in_tz("Asia/Tokyo").map_err(|e| e.to_string())?;
    let local = now.strftime("%Y-%m-%dT%H:%M:%S").to_string();
    let cache = cast.cache.clone();
    blocking(move || picture.dated(&cache, &local)).await?
}

async fn lock(a: &Handset, p: &Played) -> Done<Say> {
    a.call("lock", json!({})).await?;
    let status = a.status().await?;
    check(status["locked"] == true, "phone A is locked", &status["locked"])?;
    match a.call("photo_list", json!({ "case": p.case })).await {
        Err(fault) if fault.contains("\"locked\"") => Ok(Say::new("seen.lock")),
        other => Err(format!("expected: the locked phone shows nothing; seen: {other:?}")),
    }
}

async fn kill(a: &Handset) -> Done<Say> {
    check(a.kill(), "the program ended by a signal", "it had ended by itself")?;
    check(a.status().await.is_err(), "nobody answers at phone A's address", "an answer")?;
    Ok(Say::new("seen.kill"))
}

async fn restart(cast: &Cast, p: &mut Played) -> Done<Say> {
    cast.restart("a").await?;
    let status = cast.a.status().await?;
    check(status["locked"] == true, "phone A is still locked", &status["locked"])?;
    let waiting = &status["waiting"];
    let kept = waiting["notes"].as_u64() >= Some(p.notes.len() as u64)
        && waiting["photos"].as_u64() >= Some(p.photos.len() as u64);
    check(kept, "all notes and photographs still wait", waiting)?;
    p.waiting_items = waiting["items"].as_u64().unwrap_or(0);
    Ok(Say::new("seen.restart").with("items", p.waiting_items))
}

/// Over the weak line the words come first, then small pictures.
async fn weak(cast: &Cast, p: &Played) -> Done<Say> {
    cast.set_line("a", Mode::WEAK).await?;
    let desk = cast.desk().await?;
    let arrived = until("notes and thumbnails are in the office while phone A is locked", || async {
        let case = desk.get(&format!("/api/cases/{}", p.case)).await?;
        let notes = ids(&case["notes"]).into_iter().filter(|id| p.notes.contains(id)).count();
        let thumbs = of(&case["photos"], &p.photos).into_iter().filter(|photo| has(photo, "thumb")).count();
        let there = notes == p.notes.len() && thumbs == p.photos.len();
        Ok(if there { Ok((notes, thumbs)) } else { Err(format!("{notes} notes, {thumbs} thumbnails")) })
    })
    .await?;
    still_locked(&cast.a).await?;
    Ok(Say::new("seen.weak").with("notes", arrived.0).with("thumbs", arrived.1))
}

async fn good(cast: &Cast) -> Done<Say> {
    cast.set_line("a", Mode::Good).await?;
    let a = &cast.a;
    until("nothing waits on phone A", || async {
        let items = a.status().await?["waiting"]["items"].clone();
        Ok(if items == 0 { Ok(()) } else { Err(format!("{items} items")) })
    })
    .await?;
    still_locked(a).await?;
    Ok(Say::new("seen.good"))
}

async fn still_locked(a: &Handset) -> Done<()> {
    let locked = a.status().await?["locked"].clone();
    check(locked == true, "phone A is still locked", locked)
}

async fn folder(cast: &Cast, p: &mut Played) -> Done<Say> {
    let (script, before) = (&cast.sample.story, &p.before);
    let number = format!("/{}_", script.case);
    let day = format!("/{}/", super::seed::today());
    let new = until("each note and photograph is a file in the case's folder", || async {
        let all = files(cast).await?.into_iter();
        let new: Vec<String> = all.filter(|f| !before.contains(f) && !inspection::is_paper(f)).collect();
        let right = new.iter().filter(|f| f.contains(&number) && f.contains(&day)).count();
        let whole = right == p.notes.len() + p.photos.len() + p.sheet.photos.len();
        Ok(if whole { Ok(new) } else { Err(format!("{right} of {} new files there", new.len())) })
    })
    .await?;
    let mut contents = Vec::new();
    for file in &new {
        let path = cast.share.join(file);
        contents.push(tokio::fs::read(&path).await.map_err(|e| format!("{file}: {e}"))?);
    }
    let same = p.originals.iter().filter(|o| contents.contains(o)).count();
    check(
        same == p.originals.len(),
        "every original, byte for byte",
        format!("{same} of {}", p.originals.len()),
    )?;
    let written = |text: &str| contents.iter().any(|c| String::from_utf8_lossy(c).contains(text));
    let notes = script.notes.iter().filter(|n| written(&n.text)).count();
    check(notes == script.notes.len(), "every note's text", format!("{notes} of {}", script.notes.len()))?;
    p.folder =
        new.first().and_then(|f| f.rsplit_once('/')).map(|(folder, _)| folder.to_owned()).unwrap_or_default();
    p.filed = new;
    Ok(Say::new("seen.folder").with("count", p.filed.len()))
}

async fn console(cast: &Cast, p: &Played) -> Done<Say> {
    let desk: Desk = cast.desk().await?;
    until("the console shows each as filed", || async {
        let case = desk.get(&format!("/api/cases/{}", p.case)).await?;
        let filed = |rows: &Value, ids: &[String]| {
            of(rows, ids).into_iter().filter(|r| r["progress"] == "filed").count()
        };
        let (notes, photos) = (filed(&case["notes"], &p.notes), filed(&case["photos"], &p.photos));
        let all = notes == p.notes.len() && photos == p.photos.len();
        Ok(if all { Ok(()) } else { Err(format!("{notes} notes, {photos} photographs filed")) })
    })
    .await?;
    for (id, original) in p.photos.iter().zip(&p.originals) {
        let shown = desk.bytes(&format!("/api/photos/{id}/original")).await?;
        check(
            &shown == original,
            "the console hands out the original",
            format!("{} other bytes", shown.len()),
        )?;
    }
    Ok(Say::new("seen.console").with("notes", p.notes.len()).with("photos", p.photos.len()))
}

async fn colleague(cast: &Cast, p: &Played) -> Done<Say> {
    let b = &cast.b;
    until("phone B has the notes and the small pictures", || async {
        let card = b.call("case_card", json!({ "case": p.case })).await?;
        let entries = || card["entries"].as_array().into_iter().flatten();
        let notes = entries()
            .filter_map(|e| e["note"]["id"].as_str())
            .filter(|id| p.notes.iter().any(|n| n == id))
            .count();
        let photos = entries().map(|e| &e["photo"]).filter(|photo| {
            let ours = photo["id"].as_str().is_some_and(|id| p.photos.iter().any(|o| o == id));
            let variants = || photo["variants"].as_array().into_iter().flatten();
            ours && variants().any(|v| v["variant"] == "thumb" && v["on_phone"] == true)
        });
        let photos = photos.count();
        let all = notes == p.notes.len() && photos == p.photos.len();
        Ok(if all { Ok(()) } else { Err(format!("{notes} notes, {photos} photographs")) })
    })
    .await?;
    Ok(Say::new("seen.colleague").with("notes", p.notes.len()).with("photos", p.photos.len()))
}

async fn receipt(a: &Handset, p: &Played) -> Done<Say> {
    a.call("unlock", json!({ "pin": PIN })).await?;
    until("phone A knows that all are filed", || async {
        let rows = a.call("photo_list", json!({ "case": p.case })).await?;
        let filed = of(&rows, &p.photos).into_iter().filter(|r| r["progress"] == "filed").count();
        Ok(if filed == p.photos.len() { Ok(()) } else { Err(format!("{filed} filed")) })
    })
    .await?;
    inspection::heard(a, &p.sheet.id).await?;
    Ok(Say::new("seen.receipt").with("photos", p.photos.len()))
}

async fn books(cast: &Cast) -> Done<Say> {
    cast.verify().await?;
    Ok(Say::new("seen.books"))
}

fn ids(rows: &Value) -> Vec<String> {
    rows.as_array().into_iter().flatten().filter_map(|r| r["id"].as_str()).map(str::to_owned).collect()
}

/// The rows with these ids.
fn of<'a>(rows: &'a Value, ids: &[String]) -> Vec<&'a Value> {
    let ours = |r: &&Value| r["id"].as_str().is_some_and(|id| ids.iter().any(|i| i == id));
    rows.as_array().into_iter().flatten().filter(ours).collect()
}

/// Whether the office has this variant.
fn has(photo: &Value, variant: &str) -> bool {
    let mut variants = photo["variants"].as_array().into_iter().flatten();
    variants.any(|v| v["variant"] == variant && v["arrived_at"].is_string())
}
