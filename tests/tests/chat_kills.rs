//! SIGKILL at random moments of a conversation: the real phone while it sends, edits, takes back, pins, by its commands and
//! by its host; while it delivers, over a line that loses answers after the commit; the real office while it answers. What
//! was confirmed stands in the room in the end, once, in the order in which it was written.
//!
//! `EKITEI_KILL_ROUNDS` sets the number of rounds (default 60), `EKITEI_KILL_SEED` repeats a run.
#![allow(clippy::unwrap_used)]

use ekitei_tests::host::Host;
use ekitei_tests::kill::{Kills, number};
use ekitei_tests::line::{CutOnce, Line};
use ekitei_tests::office::Office;
use ekitei_tests::phone::Phone;
use ekitei_tests::scenes::Dice;
use ekitei_tests::shots;
use serde_json::{Value, json};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// 係長 of two sections: no hour of the day holds back what they say to each other.
const ONE: &str = "s002";
const OTHER: &str = "s005";
/// A phone shows at most 2,000 messages of a room at once, and all are looked at in the end.
const MOST_ROUNDS: u64 = 1_000;
/// Taps that a host is given at once.
const TAPS: usize = 8;

#[derive(Clone, Debug)]
enum Tap {
    Say(usize),
    Edit(usize, String),
    TakeBack(usize),
    Pin(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sure {
    No,
    /// Tried, and the phone died over it.
    Maybe,
    Yes,
}

/// One message as its writer knows it.
struct Said {
    /// Once the sending was confirmed.
    id: Option<String>,
    /// What it may say by now.
    texts: Vec<String>,
    with_photo: bool,
    /// Whether its picture came from the camera of the host into the inbox; `No`: it has none, or it was a file.
    camera: Sure,
    taken_back: Sure,
    pinned: Sure,
}

/// What the camera of a room writes: no row tells where it belongs.
fn camera_name(n: usize) -> String {
    format!("capture-01890000-0000-7000-8000-{n:012}.jpg")
}

fn text(n: usize) -> String {
    format!("連絡 {n}.")
}

struct Story {
    dice: Dice,
    dir: tempfile::TempDir,
    /// Of the line.
    _runtime: tokio::runtime::Runtime,
    office: Office,
    line: Line,
    phone: Phone,
    room: String,
    /// In the order in which they were written.
    said: Vec<Said>,
    /// Sendings that were begun.
    tries: usize,
    edits: usize,
    killed: u64,
    taps: Kills,
    deliveries: Kills,
}

impl Story {
    fn new(seed: u64) -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("index.html"), "<!doctype html><title>no screens</title>").unwrap();
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let office = Office::start(dir.path());
        let line = runtime.block_on(Line::to(office.addr)).unwrap();
        let phone = Phone::enrolled(&dir.path().join("phone"), &line.url(), &office.code(ONE));
        phone.drain(5);
        let opened = phone.json(&["chat", "open", OTHER]);
        let room = opened[0]["id"].as_str().unwrap().to_owned();
        let (taps, deliveries) = (Kills::default(), Kills::default());
        let dice = Dice::new(seed);
        let said = Vec::new();
        Self {
            dice,
            dir,
            _runtime: runtime,
            office,
            line,
            phone,
            room,
            said,
            tries: 0,
            edits: 0,
            killed: 0,
            taps,
            deliveries,
        }
    }

    fn tried(&mut self, tap: &Tap) {
        match tap {
            Tap::Say(_) => self.tries += 1,
            Tap::Edit(n, text) => self.said[*n].texts.push(text.clone()),
            Tap::TakeBack(n) => self.said[*n].taken_back = Sure::Maybe,
            Tap::Pin(n) => self.said[*n].pinned = Sure::Maybe,
        }
    }

    /// The phone said that it has it.
    fn confirmed(&mut self, tap: &Tap, answer: &Value) {
        match tap {
            Tap::Say(n) => self.said[*n].id = Some(answer["id"].as_str().unwrap().to_owned()),
            Tap::Edit(n, text) => self.said[*n].texts = vec![text.clone()],
            Tap::TakeBack(n) => self.said[*n].taken_back = Sure::Yes,
            Tap::Pin(n) => self.said[*n].pinned = Sure::Yes,
        }
    }

    fn next_said(&mut self, with_photo: bool) -> usize {
        let n = self.said.len();
        let no = Sure::No;
        let texts = vec![text(n)];
        self.said.push(Said { id: None, texts, with_photo, camera: no, taken_back: no, pinned: no });
        n
    }

    /// A message that is known and was not touched by a taking back: the newest are the ones still on their way.
    fn living(&mut self) -> Option<usize> {
        let living = |s: &Said| s.id.is_some() && s.taken_back == Sure::No;
        let all: Vec<usize> = (0..self.said.len()).rev().filter(|n| living(&self.said[*n])).take(6).collect();
        if all.is_empty() { None } else { Some(all[self.dice.below(all.len())]) }
    }

    /// By the command line, which is killed after `ms`.
    fn by_verb(&mut self, ms: u64) {
        let of = if self.dice.below(4) == 0 { self.living() } else { None };
        let mut command = self.phone.command(&["chat"]);
        let tap = match of {
            Some(n) => {
                command.args(["unsend", self.said[n].id.as_deref().unwrap(), "--json"]);
                Tap::TakeBack(n)
            }
            None => {
                let with_photo = self.dice.below(4) == 0;
                let n = self.next_said(with_photo);
                command.args(["send", "--room", self.room.as_str(), "--text", text(n).as_str(), "--json"]);
                if with_photo {
                    command.arg("--photo").arg(shots::small(self.dir.path(), n as u64));
                }
                Tap::Say(n)
            }
        };
        self.tried(&tap);
        if let Some(out) = self.taps.run(&mut command, ms) {
            let answer = serde_json::from_slice(&out).unwrap_or(Value::Null);
            self.confirmed(&tap, &answer);
        }
    }

    /// At the host, one tap after the other, until it is killed after `ms`. Its own worker delivers meanwhile.
    fn by_host(&mut self, ms: u64) {
        let mut taps = Vec::new();
        for _ in 0..TAPS {
            let of = if self.dice.below(2) == 0 { self.living() } else { None };
            let kind = self.dice.below(4);
            // Nothing follows a taking back in the same list.
            let fresh = of.filter(|n| !taps.iter().any(|t| matches!(t, Tap::TakeBack(k) if k == n)));
            taps.push(match (fresh, kind) {
                (Some(n), 0) => Tap::TakeBack(n),
                (Some(n), 1) => Tap::Pin(n),
                (Some(n), _) => {
                    self.edits += 1;
                    Tap::Edit(n, format!("{}改 {}", text(n), self.edits))
                }
                (None, _) => Tap::Say(usize::MAX),
            });
        }
        // Numbered as they are written.
        for tap in &mut taps {
            if let Tap::Say(n) = tap {
                let with_photo = self.dice.below(4) == 0;
                *n = self.next_said(with_photo);
            }
        }
        let host = Host::start(&self.phone, self.dir.path());
        let calls: Vec<(Tap, &'static str, Value)> = taps.into_iter().map(|tap| self.call(tap)).collect();
        let (addr, (tell, told)) = (host.addr.clone(), mpsc::channel());
        let (click, clicked) = mpsc::channel();
        let dir = self.dir.path().to_owned();
        let hand = std::thread::spawn(move || {
            for (tap, call, args) in calls {
                if let (Tap::Say(n), Some(name)) = (&tap, args["photos"][0].as_str()) {
                    click.send((*n, Sure::Maybe)).unwrap();
                    let picture = std::fs::read(shots::small(&dir, *n as u64)).unwrap();
                    let Some(put) = Host::ask(&addr, "PUT", &format!("/inbox/{name}"), &picture) else {
                        return;
                    };
                    assert_eq!(put["ok"]["name"], name);
                    click.send((*n, Sure::Yes)).unwrap();
                }
                tell.send((tap.clone(), None)).unwrap();
                let Some(answer) = Host::call(&addr, call, &args) else { return };
                assert!(answer.get("err").is_none(), "{call} {args}: {answer}");
                tell.send((tap, Some(answer["ok"].clone()))).unwrap();
            }
        });
        let (_never, wait) = mpsc::channel::<()>();
        let _ = wait.recv_timeout(Duration::from_millis(ms));
        host.kill();
        hand.join().unwrap();
        self.killed += 1;
        for (n, sure) in clicked {
            self.said[n].camera = sure;
        }
        for (tap, answer) in told {
            match answer {
                Some(answer) => self.confirmed(&tap, &answer),
                None => self.tried(&tap),
            }
        }
    }

    fn call(&self, tap: Tap) -> (Tap, &'static str, Value) {
        let id = |n: usize| self.said[n].id.clone();
        let (call, args) = match &tap {
            Tap::Say(n) if self.said[*n].with_photo => {
                ("chat_send", json!({"room": self.room, "text": text(*n), "photos": [camera_name(*n)]}))
            }
            Tap::Say(n) => ("chat_send", json!({"room": self.room, "text": text(*n)})),
            Tap::Edit(n, text) => ("chat_edit", json!({"id": id(*n), "text": text})),
            Tap::TakeBack(n) => ("chat_unsend", json!({"id": id(*n)})),
            Tap::Pin(n) => ("chat_pin", json!({"id": id(*n), "on": true})),
        };
        (tap, call, args)
    }

    fn sync(&self, deadline_s: &str) -> Command {
        self.phone.command(&["sync", "--deadline-s", deadline_s, "--json"])
    }

    fn round(&mut self) {
        if self.dice.below(4) == 0 {
            self.line.cut_once(CutOnce::Answer);
        }
        match self.dice.below(10) {
            0..=3 => {
                let ms = self.taps.moment(&mut self.dice);
                self.by_verb(ms);
            }
            4..=6 => {
                let ms = 20 + self.dice.roll() % 400;
                self.by_host(ms);
            }
            7 | 8 => {
                let ms = self.deliveries.moment(&mut self.dice);
                let mut sync = self.sync("5");
                self.deliveries.run(&mut sync, ms);
            }
            _ => {
                // The office dies while the phone delivers.
                let mut sync = self.sync("2");
                let mut child = sync.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
                let (_never, wait) = mpsc::channel::<()>();
                let _ = wait.recv_timeout(Duration::from_millis(self.dice.roll() % 100));
                self.office.restart();
                self.killed += 1;
                child.wait().unwrap();
            }
        }
    }

    /// What a phone shows of the room, against what its writer knows. Returns what must be the same everywhere.
    fn check(&self, who: &str, phone: &Phone, seed: u64) -> Vec<(String, String, bool)> {
        let rows = phone.json(&["chat", "list", "--room", &self.room, "--limit", "2000"]);
        let rows = rows.as_array().unwrap();
        let mut found = vec![0; self.said.len()];
        let mut last = None;
        for row in rows {
            let (id, shown) = (row["id"].as_str().unwrap(), row["text"].as_str().unwrap());
            let is_it = |s: &Said| match &s.id {
                Some(known) => known == id,
                // The phone died over it: known by its words, which nobody has changed.
                None => s.texts.iter().any(|t| t == shown),
            };
            let n = self
                .said
                .iter()
                .position(is_it)
                .unwrap_or_else(|| panic!("{who}: from nowhere: {row}, seed {seed}"));
            let said = &self.said[n];
            found[n] += 1;
            assert!(last.is_none_or(|before| before < n), "{who}: {shown} overtook, seed {seed}");
            last = Some(n);
            assert_eq!(row["state"], "sent", "{who}: {row}, seed {seed}");
            if row["unsent"] == true {
                assert_ne!(said.taken_back, Sure::No, "{who}: nobody took {n} back, seed {seed}");
                continue;
            }
            assert_ne!(said.taken_back, Sure::Yes, "{who}: {shown} was taken back, seed {seed}");
            assert!(
                said.texts.iter().any(|t| t == shown),
                "{who}: {shown}, not {:?}, seed {seed}",
                said.texts
            );
            assert!(row["pinned"] == true || said.pinned != Sure::Yes, "{who}: {row}, seed {seed}");
            let photos = row["photos"].as_array().unwrap().len();
            assert_eq!(
                (photos, &row["missing"]),
                (usize::from(said.with_photo), &json!(0)),
                "{who}: {row}, seed {seed}"
            );
        }
        for (n, said) in self.said.iter().enumerate() {
            assert!(found[n] <= 1, "{who}: {n} is there {} times, seed {seed}", found[n]);
            let must_be_there = said.id.is_some() && said.taken_back == Sure::No;
            assert!(found[n] == 1 || !must_be_there, "{who}: {n} was confirmed and is lost, seed {seed}");
        }
        let same = |row: &Value| (row["id"].to_string(), row["text"].to_string(), row["unsent"] == true);
        rows.iter().map(same).collect()
    }

    /// A picture that the camera wrote is part of its message, or one's own where the message never was: never lost,
    /// never both.
    fn check_own_pictures(&self, rows: &[(String, String, bool)], seed: u64) {
        let host = Host::start(&self.phone, self.dir.path());
        let own = Host::call(&host.addr, "photo_own", &json!({})).unwrap();
        host.kill();
        let taken_at = |row: &Value| row["taken_at"].as_str().unwrap().to_owned();
        let mut own: Vec<String> = own["ok"].as_array().unwrap().iter().map(taken_at).collect();
        for (n, said) in self.said.iter().enumerate().filter(|(_, s)| s.camera != Sure::No) {
            let shown = |text: &String| rows.iter().any(|(_, row, _)| row.trim_matches('"') == text);
            if said.id.is_some() || said.texts.iter().any(shown) {
                continue;
            }
            match own.iter().position(|at| at.starts_with(&shots::taken_at(n as u64))) {
                Some(at) => drop(own.remove(at)),
                None => assert_eq!(said.camera, Sure::Maybe, "picture {n} is lost, seed {seed}"),
            }
        }
        assert!(own.is_empty(), "a message's picture is one's own, too: {own:?}, seed {seed}");
    }
}

#[test]
fn nothing_confirmed_of_a_conversation_is_lost_doubled_or_overtaken() {
    let rounds = number("EKITEI_KILL_ROUNDS", 60).min(MOST_ROUNDS);
    let seed = number("EKITEI_KILL_SEED", 20_261_122);
    let mut story = Story::new(seed);
    for _ in 0..rounds {
        story.round();
    }
    let killed = story.killed + story.taps.met + story.deliveries.met;
    assert!(killed * 3 >= rounds, "too few kills met anything: {killed} of {rounds}");
    story.phone.drain(20);
    story.phone.sync();
    let own = story.check("the phone", &story.phone, seed);
    story.check_own_pictures(&own, seed);
    let home = story.dir.path().join("other");
    let other = Phone::enrolled(&home, &story.office.url(), &story.office.code(OTHER));
    other.drain(20);
    assert_eq!(story.check("the other's phone", &other, seed), own, "seed {seed}");
    // Nothing waits for what never comes, nothing has to be looked at.
    for gauge in ["ekitei_waiting_parent", "ekitei_quarantine_open"] {
        assert_eq!(story.office.metric(gauge), 0, "{gauge}, seed {seed}");
    }
    assert_eq!(story.office.verify(), Ok(()), "seed {seed}");
    let confirmed = story.said.iter().filter(|s| s.id.is_some()).count();
    let back = story.said.iter().filter(|s| s.taken_back != Sure::No).count();
    let (tries, enough) = (story.tries, usize::try_from(rounds).unwrap() / 6);
    assert!(confirmed * 3 >= tries, "too little was ever said: {confirmed} of {tries}, seed {seed}");
    assert!(confirmed >= enough, "too little was ever said: {confirmed} in {rounds} rounds, seed {seed}");
    println!(
        "{rounds} rounds, {killed} kills, {confirmed} messages, {} edits, {back} taken back, seed {seed}",
        story.edits
    );
}
