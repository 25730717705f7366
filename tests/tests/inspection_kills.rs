//! SIGKILL at random moments of inspections of thirty answers and ten photographs: the real phone between its taps, by
//! its commands and by its host, while it delivers; the real office while it answers and files. What was confirmed is
//! there in the end, exactly once, on the phone and at the office.
//!
//! `EKITEI_KILL_ROUNDS` sets the number of rounds (default 60), `EKITEI_KILL_SEED` repeats a run.
#![allow(clippy::unwrap_used)]

use ekitei_core::bridge::{Surface, args::*};
use ekitei_core::{Core, Options};
use ekitei_forms::facade::{Call, Reply};
use ekitei_model::RecordId;
use ekitei_seal::FileKeystore;
use ekitei_tests::desk::Desk;
use ekitei_tests::host::Host;
use ekitei_tests::kill::{Kills, number};
use ekitei_tests::office::Office;
use ekitei_tests::phone::Phone;
use ekitei_tests::scenes::Dice;
use ekitei_tests::{sheet, shots, web};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, mpsc};
use std::time::Duration;

const CASE: &str = "R8-砂利-014";
const SECTION: &str = "東雲振興局/商工労働観光課/指導保安係";
/// Taps of one sheet: answers, the rest, photographs, signature, consent, finish, circulation.
const TAPS: usize = 30 + 1 + 10 + 1 + 1 + 2;

/// One thing that an inspector does.
#[derive(Clone, Debug)]
enum Tap {
    Set(&'static str, Value),
    /// 「残りはすべて適」
    Rest,
    Picture {
        item: &'static str,
        role: &'static str,
        caption: String,
        file: PathBuf,
    },
    Finish,
    Circulate,
}

/// The sheet of one visit, and what the phone has confirmed of it.
struct Sheet {
    visit: String,
    id: Option<String>,
    /// It may be there without an id that is known: the phone died over it.
    begun: bool,
    taps: Vec<Tap>,
    /// How many taps are confirmed.
    done: usize,
    /// What each question may say: the confirmed answer, or what was tried since.
    says: BTreeMap<&'static str, Vec<Value>>,
}

impl Sheet {
    fn new(n: u64, visit: String, dir: &Path) -> Self {
        let answer = |(key, value)| match key {
            "operator" => Tap::Set(key, json!(format!("架空砂利工業 {n}"))),
            _ => Tap::Set(key, value),
        };
        let mut taps: Vec<Tap> = sheet::answers().into_iter().map(answer).collect();
        taps.push(Tap::Rest);
        for (k, (item, caption)) in sheet::PHOTOS.into_iter().enumerate() {
            let file = shots::small(dir, k as u64);
            // Pictures come between the answers, as on site.
            taps.insert(
                8 + 2 * k,
                Tap::Picture { item, role: "photo", caption: format!("{caption} {n}"), file },
            );
        }
        let file = shots::small(dir, 40);
        taps.push(Tap::Picture {
            item: sheet::SIGNATURE,
            role: "signature",
            caption: format!("署名 {n}"),
            file,
        });
        taps.push(Tap::Set("witness_consent", json!(true)));
        taps.extend([Tap::Finish, Tap::Circulate]);
        assert_eq!(taps.len(), TAPS);
        Self { visit, id: None, begun: false, taps, done: 0, says: BTreeMap::new() }
    }

    fn tried(&mut self, tap: &Tap) {
        if let Tap::Set(key, value) = tap {
            self.says.entry(*key).or_default().push(sheet::kept(key, value));
        }
    }

    fn confirmed(&mut self, tap: &Tap) {
        if let Tap::Set(key, value) = tap {
            self.says.insert(*key, vec![sheet::kept(key, value)]);
        }
        self.done += 1;
    }
}

/// The verb of a tap.
fn verb(phone: &Phone, id: &str, tap: &Tap) -> Command {
    let mut command = phone.command(&["inspection"]);
    match tap {
        Tap::Set(key, value) => command.args(["set", id]).arg(sheet::pair(key, value)),
        Tap::Rest => command.args(["rest", id, "--apply"]),
        Tap::Picture { item, role, caption, file } => command.args(["photo", id, *item]).arg(file).args([
            "--role",
            *role,
            "--caption",
            caption.as_str(),
        ]),
        Tap::Finish => command.args(["finish", id]),
        Tap::Circulate => command.args(["circulate", id]),
    };
    command
}

/// What the host says to a tap that cannot be wrong. `None`: it died before it had answered.
fn ask(addr: &str, method: &str, path: &str, body: &[u8]) -> Option<Value> {
    let answer = Host::ask(addr, method, path, body)?;
    assert!(answer.get("err").is_none(), "{path} {}: {answer}", String::from_utf8_lossy(body));
    Some(answer["ok"].clone())
}

fn call(addr: &str, call: &str, args: &Value) -> Option<Value> {
    ask(addr, "POST", "/bridge", json!({"call": call, "args": args}).to_string().as_bytes())
}

/// A tap as a screen makes it. `None`: not confirmed.
fn tapped(addr: &str, case: &str, id: &str, visit: &str, tap: &Tap) -> Option<()> {
    let engine = |said: Value| call(addr, "inspection_call", &json!({"id": id, "call": said}));
    match tap {
        Tap::Set(key, value) => engine(json!({"call": "set", "key": key, "answer": value})).map(drop),
        Tap::Rest => {
            let items = engine(json!({"call": "rest_preview"}))?["items"].clone();
            let keys: Vec<&Value> = items.as_array()?.iter().map(|i| &i["key"]).collect();
            engine(json!({"call": "rest_apply", "keys": keys})).map(drop)
        }
        Tap::Picture { item, role, caption, file } => {
            let place = json!({"inspection": id, "item": item, "role": role});
            let capture = json!({"case": case, "visit": visit, "place": place});
            let name = call(addr, "capture_begin", &capture)?["name"].as_str()?.to_owned();
            ask(addr, "PUT", &format!("/inbox/{name}"), &std::fs::read(file).unwrap())?;
            let add =
                json!({"names": [name], "case": case, "visit": visit, "caption": caption, "place": place});
            call(addr, "photo_add", &add).map(drop)
        }
        Tap::Finish => call(addr, "inspection_finish", &json!({"id": id})).map(drop),
        Tap::Circulate => call(addr, "inspection_circulate", &json!({"id": id})).map(drop),
    }
}

struct Story {
    dice: Dice,
    dir: tempfile::TempDir,
    office: Office,
    phone: Phone,
    case: String,
    sheets: Vec<Sheet>,
    /// Hosts and offices that were killed.
    killed: u64,
    taps: Kills,
    deliveries: Kills,
}

impl Story {
    /// The sheet that is filled in now.
    fn now(&self) -> Option<usize> {
        self.sheets.iter().position(|s| s.done < TAPS)
    }

    /// Its id; begun if it must be. `None`: the kill was faster.
    fn begun(&mut self, at: usize, ms: u64) -> Option<String> {
        if self.sheets[at].id.is_none() {
            let visit = self.sheets[at].visit.clone();
            let args =
                ["inspection", "begin", "--case", CASE, "--form", sheet::TITLE, "--visit", &visit, "--json"];
            let mut begin = self.phone.command(&args);
            self.sheets[at].begun = true;
            let said = self.taps.run(&mut begin, ms);
            let view: Value = serde_json::from_slice(&said?).unwrap();
            self.sheets[at].id = Some(view["row"]["id"].as_str().unwrap().to_owned());
        }
        self.sheets[at].id.clone()
    }

    /// One tap by a command, which is killed after `ms`.
    fn by_verb(&mut self, at: usize, ms: u64) {
        let Some(id) = self.begun(at, ms) else { return };
        let tap = self.sheets[at].taps[self.sheets[at].done].clone();
        self.sheets[at].tried(&tap);
        let mut command = verb(&self.phone, &id, &tap);
        if self.taps.run(&mut command, ms).is_some() {
            self.sheets[at].confirmed(&tap);
        }
    }

    /// Taps at the host, one after the other, until it is killed after `ms`. Its own worker delivers meanwhile.
    fn by_host(&mut self, at: usize, ms: u64) {
        let Some(id) = self.begun(at, u64::MAX) else { return };
        let host = Host::start(&self.phone, self.dir.path());
        let (addr, case) = (host.addr.clone(), self.case.clone());
        let (visit, taps) =
            (self.sheets[at].visit.clone(), self.sheets[at].taps[self.sheets[at].done..].to_vec());
        let (tell, told) = mpsc::channel();
        let hand = std::thread::spawn(move || {
            for tap in taps {
                tell.send((tap.clone(), false)).unwrap();
                if tapped(&addr, &case, &id, &visit, &tap).is_none() {
                    return;
                }
                tell.send((tap, true)).unwrap();
            }
        });
        let (_never, wait) = mpsc::channel::<()>();
        let _ = wait.recv_timeout(Duration::from_millis(ms));
        host.kill();
        hand.join().unwrap();
        self.killed += 1;
        for (tap, confirmed) in told {
            if confirmed { self.sheets[at].confirmed(&tap) } else { self.sheets[at].tried(&tap) }
        }
    }

    fn round(&mut self) {
        let Some(at) = self.now() else { return };
        match self.dice.below(10) {
            0..=4 => {
                let ms = self.taps.moment(&mut self.dice);
                self.by_verb(at, ms);
            }
            5 | 6 => {
                let ms = 20 + self.dice.roll() % 400;
                self.by_host(at, ms);
            }
            7 | 8 => {
                let ms = self.deliveries.moment(&mut self.dice);
                let mut sync = self.phone.command(&["sync", "--deadline-s", "5", "--json"]);
                self.deliveries.run(&mut sync, ms);
            }
            _ => {
                // The office dies while the phone delivers.
                let mut sync = self.phone.command(&["sync", "--deadline-s", "2", "--json"]);
                let mut child = sync.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
                let (_never, wait) = mpsc::channel::<()>();
                let _ = wait.recv_timeout(Duration::from_millis(self.dice.roll() % 100));
                self.office.restart();
                self.killed += 1;
                child.wait().unwrap();
            }
        }
    }
}

fn core(phone: &Phone) -> Core {
    let keystore = FileKeystore::open_or_create(&phone.home.join("device.key")).unwrap();
    let options = Options { worker: false, stay_unlocked: true, ..Options::default() };
    Core::open(&phone.home, Arc::new(keystore), options).unwrap()
}

/// Every answer of an inspection as this phone has it, without what the form calculates.
fn answers(core: &Core, id: RecordId) -> BTreeMap<String, Value> {
    fn collect(items: &[ekitei_forms::view::ItemView], out: &mut BTreeMap<String, Value>) {
        for item in items {
            if !item.answer.is_null() {
                out.insert(item.key.0.clone(), item.answer.clone());
            }
            collect(&item.items, out);
        }
    }
    let call = |call| core.inspection_call(InspectionCallArgs { id, call }).unwrap();
    let Reply::Form(form) = call(Call::View) else { panic!("no form") };
    let mut out = BTreeMap::new();
    for page in form.pages {
        let Reply::Page(page) = call(Call::Page { page: page.page }) else { panic!("no page") };
        collect(&page.items, &mut out);
    }
    out
}

/// What one phone has of every sheet: answers, and each picture once.
fn check(who: &str, phone: &Phone, sheets: &[Sheet], seed: u64) {
    let core = core(phone);
    let case = core.case_by_number(CASE).unwrap();
    let rows = core.inspection_list(CaseRef { case }).unwrap();
    let begun: Vec<&Sheet> = sheets.iter().filter(|s| s.id.is_some()).collect();
    assert_eq!(rows.len(), begun.len(), "{who}: one inspection a visit, seed {seed}");
    for sheet in begun {
        let id: RecordId = sheet.id.as_deref().unwrap().parse().unwrap();
        let view = core.inspection_get(RecordRef { id }).unwrap();
        assert_eq!(view.row.state.as_str(), "circulated", "{who}, seed {seed}");
        let has = answers(&core, id);
        for (key, allowed) in &sheet.says {
            if *key == "witness_consent" {
                assert_eq!(has.get(*key), Some(&json!("OK")), "{who}, seed {seed}");
                continue;
            }
            let there = has.get(*key).cloned().unwrap_or_default();
            assert!(
                allowed.contains(&there),
                "{who}: {key} says {there} instead of {allowed:?}, seed {seed}"
            );
        }
        let mut captions: Vec<(String, String)> = Vec::new();
        for (item, photos) in &view.photos {
            captions.extend(photos.iter().map(|p| (item.clone(), p.caption.clone())));
        }
        captions.sort();
        let mut wanted: Vec<(String, String)> = sheet.taps.iter().filter_map(picture_of).collect();
        wanted.sort();
        assert_eq!(captions, wanted, "{who}: each picture once, seed {seed}");
    }
}

fn picture_of(tap: &Tap) -> Option<(String, String)> {
    let Tap::Picture { item, caption, .. } = tap else { return None };
    Some(((*item).to_owned(), caption.clone()))
}

#[test]
fn no_tap_of_an_inspection_is_lost_or_doubled() {
    let rounds = number("EKITEI_KILL_ROUNDS", 60);
    let seed = number("EKITEI_KILL_SEED", 20_261_121);
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("index.html"), "<!doctype html><title>no screens</title>").unwrap();
    let office = Office::start(dir.path());
    office.accounts(&["s002"]);
    let form = office.publish_form(sheet::FILE, "s002", SECTION);
    let visits = usize::try_from(rounds).unwrap() / 30 + 1;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let case = runtime.block_on(async {
        let http = web::client().unwrap();
        let desk = Desk::sign_in(&http, &office.url(), "s002").await.unwrap();
        let case = desk.case(CASE).await.unwrap();
        for n in 0..visits {
            let (title, at) = (format!("立入検査 {n}"), "2026-11-21T13:30:00+09:00");
            desk.plan_visit(&case, &title, &["s001"], &[&form], at, "planned").await.unwrap();
        }
        case
    });
    let phone = Phone::enrolled(&dir.path().join("phone"), &office.url(), &office.code("s001"));
    phone.must(&["case", "follow", CASE]);
    phone.sync_until("the visits have come", |p| p.list("visits").len() == visits);
    let planned = phone.list("visits");
    let sheets = planned
        .iter()
        .enumerate()
        .map(|(n, visit)| Sheet::new(n as u64, visit["id"].as_str().unwrap().to_owned(), dir.path()));
    let sheets = sheets.collect();
    let mut story = Story {
        dice: Dice::new(seed),
        dir,
        office,
        phone,
        case,
        sheets,
        killed: 0,
        taps: Kills::default(),
        deliveries: Kills::default(),
    };
    for _ in 0..rounds {
        story.round();
    }
    let killed = story.killed + story.taps.met + story.deliveries.met;
    assert!(killed * 3 >= rounds, "too few kills met anything: {killed} of {rounds}");
    // The last sheet is brought to its end in peace.
    while let Some(at) = story.now().filter(|&at| at == 0 || story.sheets[at].begun) {
        story.by_verb(at, u64::MAX);
    }
    let Story { dir, office, phone, sheets, .. } = story;
    phone.drain(20);
    phone.sync_until("all filed", |p| {
        let filed = |what: &str| p.list(what).iter().all(|r| r["progress"] == "filed");
        filed("photos") && filed("inspections")
    });
    check("the phone", &phone, &sheets, seed);
    let colleague = Phone::enrolled(&dir.path().join("colleague"), &office.url(), &office.code("s003"));
    colleague.must(&["case", "follow", CASE]);
    colleague.drain(20);
    check("the colleague's phone", &colleague, &sheets, seed);
    assert_eq!(colleague.list("photos").len(), phone.list("photos").len(), "seed {seed}");
    let begun = sheets.iter().filter(|s| s.id.is_some()).count();
    // Papers: four a sheet, filed once.
    let files = office.filed();
    let papers = files.iter().filter(|f| {
        let name = f.to_string_lossy();
        name.contains("検査調書") || name.contains("写真台帳")
    });
    assert_eq!(papers.count(), 4 * begun, "{files:?}, seed {seed}");
    assert_eq!(office.verify(), Ok(()), "seed {seed}");
    let taps: usize = sheets.iter().map(|s| s.done).sum();
    println!("{rounds} rounds, {killed} kills, {begun} inspections, {taps} confirmed taps, seed {seed}");
}
