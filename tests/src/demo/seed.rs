//! The lived-in half year: people with accounts, phones that wrote and photographed, visits past and ahead. Everything
//! comes in by the ways that people use: phones' commands and the console's API.

use super::pictures::Picture;
use super::work::Work;
use super::{Done, PASSWORD, blocking};
use crate::desk::Desk;
use crate::phone::Phone;
use crate::programs::{program, said};
use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// assets/sample/demo.json
#[derive(Clone, Deserialize)]
pub struct Sample {
    visits: BTreeMap<String, VisitKind>,
    /// Published before anybody plans: what a visit of the kind is planned with.
    forms: BTreeMap<String, SampleForm>,
    ahead: Vec<Ahead>,
    pub calendar: Vec<super::happening::Appointment>,
    pictures: BTreeMap<String, Vec<String>>,
    pub accounts: Vec<String>,
    pub story: Script,
    #[serde(skip)]
    past: Vec<Past>,
    #[serde(skip)]
    places: BTreeMap<String, (f64, f64)>,
}

#[derive(Clone, Deserialize)]
struct VisitKind {
    title: String,
    /// Who plans them at the console.
    desk: String,
}

#[derive(Clone, Deserialize)]
struct SampleForm {
    /// Of assets/forms (.json), or the section's own sheet of assets/sheets (.xlsx).
    file: String,
    /// The head who publishes it, and the section.
    by: String,
    section: String,
}

#[derive(Clone, Deserialize)]
struct Ahead {
    days: i64,
    time: String,
    case: String,
    title: String,
    people: Vec<String>,
}

#[derive(Clone, Deserialize)]
pub struct Script {
    pub case: String,
    pub notes: Vec<ScriptNote>,
    pub photos: Vec<ScriptPhoto>,
    pub sheet: ScriptSheet,
}

/// What is written on the section's own sheet; questions by words of their labels.
#[derive(Clone, Deserialize)]
pub struct ScriptSheet {
    pub answers: BTreeMap<String, serde_json::Value>,
    /// What is not as it must be: ruling → what is written about it.
    pub findings: BTreeMap<String, String>,
    /// Question, or the ruling that failed → its photograph.
    pub photos: BTreeMap<String, ScriptPhoto>,
}

#[derive(Clone, Deserialize)]
pub struct ScriptNote {
    pub title: String,
    pub text: String,
}

#[derive(Clone, Deserialize)]
pub struct ScriptPhoto {
    pub scene: String,
    pub seed: u64,
    pub caption: String,
}

/// A line of assets/sample/half_year.jsonl.
#[derive(Clone, Deserialize)]
struct Past {
    days_ago: i64,
    time: String,
    case: String,
    staff: String,
    text: String,
}

pub fn today() -> Date {
    jiff::Timestamp::now().in_tz("Asia/Tokyo").map_or(Date::default(), |now| now.date())
}

impl Past {
    fn day(&self, today: Date) -> Date {
        today.saturating_sub(self.days_ago.days())
    }
}

impl Sample {
    pub fn read(root: &Path) -> Done<Self> {
        let dir = root.join("assets/sample");
        let text = |name: &str| fs::read_to_string(dir.join(name)).map_err(|e| format!("{name}: {e}"));
        let mut sample: Self =
            serde_json::from_str(&text("demo.json")?).map_err(|e| format!("demo.json: {e}"))?;
        let past = text("half_year.jsonl")?;
        let line = |l: &str| serde_json::from_str(l).map_err(|e| format!("half_year.jsonl: {e}: {l}"));
        sample.past = past.lines().filter(|l| !l.trim().is_empty()).map(line).collect::<Done<_>>()?;
        for row in text("cases.csv")?.lines().skip(1) {
            let cell: Vec<&str> = row.split(',').collect();
            if let [number, _, _, _, lat, lon, ..] = cell[..] {
                let degrees = |t: &str| t.parse::<f64>().map_err(|e| format!("cases.csv: {e}: {row}"));
                sample.places.insert(number.to_owned(), (degrees(lat)?, degrees(lon)?));
            }
        }
        Ok(sample)
    }

    /// Which notes of the past have a photograph beside them: two of three in each case.
    fn pictured(&self, small: bool) -> Vec<(&Past, Picture)> {
        let mut of_case: BTreeMap<&str, usize> = BTreeMap::new();
        let mut out = Vec::new();
        for (seed, past) in self.past.iter().enumerate() {
            let nth = of_case.entry(&past.case).or_default();
            *nth += 1;
            let scenes = self.pictures.get(&past.case).map_or(&[][..], Vec::as_slice);
            if nth.is_multiple_of(3) || scenes.is_empty() {
                continue;
            }
            let scene = crate::scenes::by_id(&scenes[*nth % scenes.len()]).map_or("gravel-pit", |s| s.id);
            let place = self.places.get(&past.case).copied().unwrap_or_default();
            out.push((past, Picture::past(scene, 100 + seed as u64, small, place)));
        }
        out
    }

    /// Every drawing that a run needs: ready shots first, then the story's, then the past.
    pub fn drawings(&self, small: bool) -> Vec<Picture> {
        let mut out: Vec<Picture> = ready(small);
        let story = self.story_pictures(small).into_iter().chain(self.sheet_pictures(small));
        for picture in story.chain(self.pictured(small).into_iter().map(|(_, p)| p)) {
            if !out.contains(&picture) {
                out.push(picture);
            }
        }
        out
    }

    pub fn story_pictures(&self, small: bool) -> Vec<Picture> {
        let known =
            |p: &ScriptPhoto| crate::scenes::by_id(&p.scene).map(|s| Picture::large(s.id, p.seed, small));
        self.story.photos.iter().filter_map(known).collect()
    }

    /// Of the sheet, in the order of [`ScriptSheet::photos`].
    pub fn sheet_pictures(&self, small: bool) -> Vec<Picture> {
        let place = self.places.get(&self.story.case).copied().unwrap_or_default();
        let known = |p: &ScriptPhoto| {
            crate::scenes::by_id(&p.scene).map(|s| Picture::past(s.id, p.seed, small, place))
        };
        self.story.sheet.photos.values().filter_map(known).collect()
    }

    /// Who wrote in the past.
    pub fn writers(&self) -> BTreeSet<String> {
        self.past.iter().map(|p| p.staff.clone()).collect()
    }
}

/// One of each scene, for the camera of the browser phone.
fn ready(small: bool) -> Vec<Picture> {
    crate::scenes::all().iter().map(|s| Picture::large(s.id, 11, small)).collect()
}

/// The camera's choice, dated this morning.
pub fn lay_ready_shots(cache: &Path, work: &Work, small: bool) -> Done<()> {
    for (n, picture) in ready(small).iter().enumerate() {
        let bytes = picture.dated(cache, &format!("{}T08:{:02}:00", today(), 10 + n))?;
        let file = work.shots.join(format!("{:02} {}.jpg", n + 1, picture.caption()));
        fs::write(&file, bytes).map_err(|e| format!("{}: {e}", file.display()))?;
    }
    Ok(())
}

/// Console accounts with the one invented password.
pub fn accounts(data: &Path, staff: &[String]) -> Done<()> {
    for id in staff {
        let mut command = Command::new(program("ekitei-server"));
        command.arg("account").arg("--data").arg(data).args(["--staff", id, "--password-stdin"]);
        let told = |e: std::io::Error| format!("account {id}: {e}");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().map_err(told)?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(PASSWORD.as_bytes()).map_err(told)?;
        }
        if !child.wait().map_err(told)?.success() {
            return Err(format!("account {id}: refused"));
        }
    }
    Ok(())
}

/// The sections' forms, published by their heads; kind of case → id of its form.
pub fn forms(data: &Path, root: &Path, sample: &Sample) -> Done<BTreeMap<String, String>> {
    let mut published = BTreeMap::new();
    for (kind, form) in sample.forms.iter().filter(|(_, form)| !form.file.ends_with(".xlsx")) {
        let mut command = Command::new(program("ekitei-server"));
        command.arg("publish-form").arg("--data").arg(data).args([
            "--by",
            &form.by,
            "--section",
            &form.section,
        ]);
        command.arg("--plain").arg(root.join("assets/forms").join(&form.file));
        let out = command.output().map_err(|e| format!("publish-form {kind}: {e}"))?;
        if !out.status.success() {
            return Err(format!("publish-form {kind}: {}", String::from_utf8_lossy(&out.stderr)));
        }
        published.insert(kind.clone(), said(&out));
    }
    Ok(published)
}

/// The sections' own sheets, made into forms at the console by their heads.
pub async fn sheets(
    root: &Path,
    sample: &Sample,
    http: &reqwest::Client,
    office: &str,
) -> Done<BTreeMap<String, String>> {
    let mut published = BTreeMap::new();
    for (kind, form) in sample.forms.iter().filter(|(_, form)| form.file.ends_with(".xlsx")) {
        let path = root.join("assets/sheets").join(&form.file);
        let bytes = fs::read(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        let desk = Desk::sign_in(http, office, &form.by).await?;
        published.insert(kind.clone(), desk.publish_sheet(&form.section, &form.file, bytes).await?);
    }
    Ok(published)
}

/// What one person's phone brings from the past half year. `server`: the office, or the phone's own line to it.
pub struct Writer {
    pub staff: String,
    pub server: String,
    pub code: String,
    pub model: &'static str,
}

/// The person's phone, with everything delivered.
pub async fn phone(sample: Sample, work: Work, cache: PathBuf, small: bool, writer: Writer) -> Done<Phone> {
    blocking(move || write(&sample, &work, &cache, small, &writer)).await?
}

fn write(sample: &Sample, work: &Work, cache: &Path, small: bool, writer: &Writer) -> Done<Phone> {
    let phone = Phone { home: work.phones.join(&writer.staff) };
    phone.must(&["enrol", "--server", &writer.server, "--code", &writer.code, "--model", writer.model]);
    let today = today();
    let mut lines = String::new();
    for past in sample.past.iter().filter(|p| p.staff == writer.staff) {
        let at = format!("{}T{}:00+09:00", past.day(today), past.time);
        let line =
            serde_json::json!({ "case": past.case, "text": past.text, "created_at": at, "finished": true });
        lines.push_str(&format!("{line}\n"));
    }
    if lines.is_empty() {
        return Ok(phone);
    }
    let file = work.history.join(format!("{}.jsonl", writer.staff));
    fs::write(&file, lines).map_err(|e| format!("{}: {e}", file.display()))?;
    phone.must(&["note", "import", &file.to_string_lossy()]);
    for (n, (past, picture)) in sample.pictured(small).into_iter().enumerate() {
        if past.staff != writer.staff {
            continue;
        }
        let taken = picture.dated(cache, &format!("{}T{}:30", past.day(today), past.time))?;
        let shot = work.history.join(format!("{}-{n}.jpg", writer.staff));
        fs::write(&shot, taken).map_err(|e| format!("{}: {e}", shot.display()))?;
        phone.photo(&past.case, &shot, picture.caption());
    }
    phone.drain(5);
    Ok(phone)
}

/// Visits as the sections' desks planned them: one for each day that somebody wrote, and those ahead.
pub async fn visits(
    sample: &Sample,
    forms: &BTreeMap<String, String>,
    http: &reqwest::Client,
    office: &str,
) -> Done<()> {
    let today = today();
    let mut desks: BTreeMap<&str, Desk> = BTreeMap::new();
    let mut planned = BTreeSet::new();
    let past = sample.past.iter().filter(|p| planned.insert((&p.case, p.days_ago)));
    let past = past
        .map(|p| (p.case.as_str(), p.day(today), p.time.as_str(), None, vec![p.staff.as_str()], "accepted"));
    let ahead = sample.ahead.iter().map(|a| {
        let day = today.saturating_add(a.days.days());
        let people = a.people.iter().map(String::as_str).collect();
        (a.case.as_str(), day, a.time.as_str(), Some(a.title.as_str()), people, "planned")
    });
    for (case, day, time, title, people, state) in past.chain(ahead) {
        let name = case.split('-').nth(1).unwrap_or_default();
        let kind = sample.visits.get(name).ok_or_else(|| format!("no visits in {case}"))?;
        let form: Vec<&str> =
            forms.get(name).filter(|_| state == "planned").map(String::as_str).into_iter().collect();
        if !desks.contains_key(kind.desk.as_str()) {
            desks.insert(&kind.desk, Desk::sign_in(http, office, &kind.desk).await?);
        }
        let desk = &desks[kind.desk.as_str()];
        let id = desk.case(case).await?;
        let at = format!("{day}T{time}:00+09:00");
        desk.plan_visit(&id, title.unwrap_or(&kind.title), &people, &form, &at, state).await?;
    }
    Ok(())
}
