//! 安否・参集 of a whole prefecture: thousands of people answer a call through the real push API of a real server, over
//! some hundred connections that stay open, while one of them follows the room as phones do. The numbers are exact in
//! the end, members hear them at most every five seconds, and nobody's feed carries an answer.
//!
//! `EKITEI_CALL_ANSWERS` (20,000) says how many answer.
#![allow(clippy::unwrap_used)]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer as _, SigningKey};
use ekitei_model::chat::call;
use ekitei_model::record::Fields;
use ekitei_model::wire::{
    Epoch, PROTO, PullRequest, PushHeader, PushReply, PushResult, TokenReply, TokenRequest, Want, paths,
    token_message,
};
use ekitei_model::{
    DeviceId, Fault, Lane, OpBody, OpId, Operation, Outcome, Record, RecordId, Scope, StaffId, Stamp, kinds,
};
use ekitei_seal::Secret32;
use ekitei_server_db::{Caller, Database, Incoming, NewDevice, Storage};
use ekitei_sync::http::{DeviceKey, HttpTransport};
use ekitei_sync::live::{Live, listen};
use ekitei_sync::{SystemClock, Transport as _};
use ekitei_tests::office::Office;
use futures_util::StreamExt as _;
use futures_util::stream;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::mpsc;
use uuid::Uuid;

const SECTIONS: usize = 20;
/// Connections that stay open.
const LINES: usize = 300;
/// One in so many thinks again and answers anew; one in so many sends the same request twice.
const AGAIN: usize = 20;
/// Members hear new numbers at most so often.
const EVERY_MS: i64 = 5_000;
const DAY_MS: i64 = 24 * 3_600_000;
/// What has not come by then never comes.
const NEVER: Duration = Duration::from_secs(20 * 60);

fn section(n: usize) -> String {
    format!("試験振興局/防災課/第{:02}係", n % SECTIONS + 1)
}

fn staff_id(n: usize) -> StaffId {
    StaffId(format!("n{n:05}"))
}

fn now_ms() -> i64 {
    i64::try_from(std::time::UNIX_EPOCH.elapsed().unwrap().as_millis()).unwrap()
}

fn device_id(n: usize) -> DeviceId {
    DeviceId(Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0000 + n as u128))
}

/// The key of a phone: invented, and the same in every run.
fn key(n: usize) -> SigningKey {
    let mut seed = [7; 32];
    seed[..8].copy_from_slice(&(n as u64).to_be_bytes());
    SigningKey::from_bytes(&seed)
}

/// What the person says; a second thought is another one.
fn said(n: usize, thought: usize) -> (&'static str, &'static str) {
    (call::SAFETY[(n + thought) % 3], call::COMING[(n / 3 + thought) % 3])
}

fn thinks_again(n: usize) -> bool {
    n.is_multiple_of(AGAIN)
}

/// Person 0 leads the first section and calls; everybody else answers, but for the last ten.
struct House {
    office: Office,
    room: RecordId,
    call: RecordId,
    epoch: Epoch,
}

async fn build(dir: &Path, people: usize) -> House {
    let mut office = Office::start(&dir.join("office"));
    let mut csv = String::from("id,name,kana,section,role,extension\n");
    for n in 0..people {
        let role = if n == 0 { "head" } else { "staff" };
        csv.push_str(&format!("{},係員{n:05},かかりいん,{},{role},{n:05}\n", staff_id(n), section(n)));
    }
    let list = dir.join("people.csv");
    std::fs::write(&list, csv).unwrap();
    office.cli("import-staff", &[list.to_str().unwrap()]);
    office.kill();
    let path = office.data.join("office.db");
    let storage = ekitei_server_db::open(Database::File(&path)).await.unwrap();
    // Many at once: they share commits.
    stream::iter(0..people)
        .for_each_concurrent(64, |n| {
            let storage = &storage;
            async move { enrol(&**storage, n).await }
        })
        .await;
    let all: Vec<String> = (0..SECTIONS).map(section).collect();
    let (room, call) = (RecordId(Uuid::now_v7()), RecordId(Uuid::now_v7()));
    let head =
        Caller { device: device_id(0), staff: staff_id(0), today: Stamp::japan(now_ms()).local_date() };
    for (id, kind, fields) in [
        (room, kinds::ROOM, json!({"type": "disaster", "name": "大雨", "sections": all})),
        (call, kinds::CALL, json!({"text": "無事ですか", "sections": all, "asks": call::ASKS})),
    ] {
        let fields: Fields = serde_json::from_value(fields).unwrap();
        let body = OpBody::Create { kind: kind.to_owned(), scope: Scope::Room(room), parent: None, fields };
        let op = Operation { op_id: OpId(Uuid::now_v7()), record: id, at: Stamp::japan(now_ms()), body };
        let line = Incoming::parse(&serde_json::to_vec(&op).unwrap()).unwrap();
        let applied = storage.apply_console(&head, line, now_ms()).await.unwrap();
        assert!(matches!(applied.outcome, Outcome::Applied { .. }), "{:?}", applied.outcome);
    }
    let epoch = storage.epoch().await.unwrap();
    drop(storage);
    office.restart();
    House { office, room, call, epoch }
}

/// As the server does it after it has checked the code.
async fn enrol(storage: &dyn Storage, n: usize) {
    let (code, now) = (format!("code-{n}"), now_ms());
    storage.create_code(&staff_id(n), &code, now + DAY_MS).await.unwrap();
    let new = NewDevice {
        device_id: device_id(n),
        public_key: STANDARD.encode(key(n).verifying_key().as_bytes()),
        recipient: String::new(),
        model: "test".into(),
        former: None,
    };
    storage.redeem_code(&code, now, new).await.unwrap();
}

/// A phone reduced to its requests.
struct Phone<'a> {
    n: usize,
    house: &'a House,
    client: &'a reqwest::Client,
}

impl Phone<'_> {
    async fn post(&self, path: &str, token: Option<&str>, body: Vec<u8>) -> (bool, Vec<u8>) {
        let to = format!("{}{path}", self.house.office.url());
        let mut request = self.client.post(to).timeout(NEVER).body(body);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let answer = request.send().await.unwrap();
        (answer.status().is_success(), answer.bytes().await.unwrap().to_vec())
    }

    async fn token(&self) -> String {
        let mut challenge = String::new();
        for _ in 0..2 {
            let message = token_message(device_id(self.n), &challenge);
            let signature = STANDARD.encode(key(self.n).sign(&message).to_bytes());
            let request = TokenRequest { device_id: device_id(self.n), challenge, signature };
            match self.post(paths::TOKEN, None, serde_json::to_vec(&request).unwrap()).await {
                (true, body) => return serde_json::from_slice::<TokenReply>(&body).unwrap().token,
                (false, body) => {
                    let fault: Fault = serde_json::from_slice(&body).unwrap();
                    assert_eq!(fault.code, "challenge");
                    challenge = fault.params["challenge"].clone();
                }
            }
        }
        panic!("no token for {}", self.n)
    }

    /// The answer under number `first` of the emergency lane.
    async fn answer(&self, token: &str, first: u64, op: &Operation) {
        let header = PushHeader {
            proto: PROTO,
            epoch: self.house.epoch.clone(),
            lane: Lane::Emergency,
            generation: 1,
            first,
            count: 1,
            runs: false,
        };
        let mut body = serde_json::to_vec(&header).unwrap();
        body.push(b'\n');
        serde_json::to_writer(&mut body, op).unwrap();
        let (taken, reply) = self.post(paths::PUSH, Some(token), body).await;
        assert!(taken, "{}", String::from_utf8_lossy(&reply));
        let mut lines = reply.split(|b| *b == b'\n');
        let _: PushReply = serde_json::from_slice(lines.next().unwrap()).unwrap();
        let result: PushResult = serde_json::from_slice(lines.next().unwrap()).unwrap();
        assert!(matches!(result.outcome, Outcome::Applied { .. }), "{:?}", result.outcome);
    }

    async fn answers(&self) {
        let token = self.token().await;
        for thought in 0..=usize::from(thinks_again(self.n)) {
            let (safety, coming) = said(self.n, thought);
            let fields = Fields::from([
                (call::answer::SAFETY.to_owned(), safety.into()),
                (call::answer::COMING.to_owned(), coming.into()),
            ]);
            let scope = Scope::Tally(self.house.call);
            let kind = kinds::CALL_ANSWER.to_owned();
            let op = Operation {
                op_id: OpId(Uuid::now_v7()),
                record: call::answer_id(self.house.call, &staff_id(self.n)),
                at: Stamp::japan(now_ms()),
                body: OpBody::Create { kind, scope, parent: None, fields },
            };
            // Some never heard that it was taken, and send it once more.
            for _ in 0..=usize::from(self.n % AGAIN == 1) {
                self.answer(&token, thought as u64 + 1, &op).await;
            }
        }
    }
}

/// A member's phone: follows scopes by their cursors.
struct Member {
    line: Arc<HttpTransport>,
    epoch: Epoch,
}

impl Member {
    fn new(house: &House, n: usize) -> Self {
        let key = DeviceKey { device_id: device_id(n), signing_key: Secret32::from_bytes(key(n).to_bytes()) };
        let line = Arc::new(HttpTransport::new(&house.office.url(), None, key).unwrap());
        Self { line, epoch: house.epoch.clone() }
    }

    /// What the scope has after `after`, and the server's clock; `None`: not for this person.
    async fn after(&self, scope: &Scope, after: &mut u64) -> (Option<Vec<Record>>, i64) {
        let (mut out, mut at_ms) = (Vec::new(), 0);
        loop {
            let want = vec![Want { scope: scope.clone(), after: Some(*after), before: None }];
            let request =
                PullRequest { proto: PROTO, epoch: Some(self.epoch.clone()), want, max_bytes: 4 << 20 };
            let answer = self.line.pull(request).await.unwrap();
            at_ms = answer.reply.now_ms.max(at_ms);
            let Some(page) = answer.pages.first() else { continue };
            if page.header.denied {
                return (None, at_ms);
            }
            let lines = page.records.split(|b| *b == b'\n').filter(|l| !l.is_empty());
            out.extend(lines.map(|l| serde_json::from_slice::<Record>(l).unwrap()));
            *after = page.header.next;
            if !page.header.more {
                return (Some(out), at_ms);
            }
        }
    }
}

fn number(of: &Record, name: &str) -> u64 {
    of.fields.get(call::TALLY).and_then(|t| t.get(name)).and_then(Value::as_u64).unwrap_or(0)
}

#[test]
fn a_prefecture_s_answers_are_counted_exactly_and_told_to_nobody() {
    let people: usize = std::env::var("EKITEI_CALL_ANSWERS").ok().map_or(20_000, |n| n.parse().unwrap());
    let dir = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(asked(dir.path(), people));
}

async fn asked(dir: &Path, people: usize) {
    let house = build(dir, people).await;
    let answering = 1..people - 10;
    let member = Member::new(&house, 0);
    let (room, tally) = (Scope::Room(house.room), Scope::Tally(house.call));
    let (hinted, _) = hints(&house, people - 1);
    let mut cursor = 0;
    let (first, begun_ms) = member.after(&room, &mut cursor).await;
    let mut heads: BTreeSet<u64> =
        first.unwrap().iter().filter(|r| r.id == house.call).map(|r| r.seq).collect();

    let client = ekitei_tests::web::client().unwrap();
    let sent = stream::iter(answering.clone()).for_each_concurrent(LINES, |n| {
        let (house, client) = (&house, &client);
        async move { Phone { n, house, client }.answers().await }
    });
    // Meanwhile, and until the numbers are whole, a member follows the room.
    let (_, mut told) = hints(&house, 0);
    let following = async {
        while let Some(()) = told.recv().await {
            let (news, at_ms) = member.after(&room, &mut cursor).await;
            for r in news.unwrap() {
                assert_ne!(r.kind, kinds::CALL_ANSWER, "an answer is in the room's feed");
                if r.id == house.call {
                    heads.insert(r.seq);
                    if number(&r, "answered") == answering.len() as u64 && settled(&r, &answering) {
                        return (r, at_ms);
                    }
                }
            }
        }
        panic!("the socket ended before the numbers were whole");
    };
    let whole = async { tokio::join!(sent, following) };
    let ((), (counted, ended_ms)) =
        tokio::time::timeout(NEVER, whole).await.expect("the numbers become whole");

    assert_eq!(number(&counted, "asked"), people as u64);
    // The room's feed moved with the numbers alone: each revision took one place.
    let revisions = counted.seq - heads.first().unwrap();
    // The first may have been on its way when the following began.
    let most = (ended_ms - begun_ms) / EVERY_MS + 2;
    println!(
        "{} answers in {} ms: members were told {revisions} times",
        answering.len(),
        ended_ms - begun_ms
    );
    assert!(i64::try_from(revisions).unwrap() <= most, "{revisions} revisions, at most {most} may be");
    // Nobody follows the answers: not who answered, not who called.
    for n in [0, 1, people - 1] {
        let other = Member::new(&house, n);
        assert!(other.after(&tally, &mut 0).await.0.is_none(), "the answers are nobody's feed");
        let own = [Scope::All, Scope::User(staff_id(n)), Scope::Section(section(n)), room.clone()];
        for scope in own {
            let (all, _) = other.after(&scope, &mut 0).await;
            let stray = all.unwrap().into_iter().filter(|r| r.kind == kinds::CALL_ANSWER).count();
            assert_eq!(stray, 0, "answers in {scope}");
        }
    }
    let hinted = hinted.lock().unwrap().clone();
    assert!(!hinted.contains_key(&tally), "a hint of an answer went around");
    let told = hinted.get(&room).copied().unwrap_or(0);
    assert!(told <= revisions, "{told} hints for {revisions} revisions");
    house.office.verify().unwrap();
}

/// Whether everybody's last word is counted.
fn settled(counted: &Record, answering: &std::ops::Range<usize>) -> bool {
    let mut expected: BTreeMap<&str, u64> = BTreeMap::new();
    for n in answering.clone() {
        let (safety, coming) = said(n, usize::from(thinks_again(n)));
        *expected.entry(safety).or_default() += 1;
        *expected.entry(coming).or_default() += 1;
    }
    let fits = |name: &str| number(counted, name) == expected.get(name).copied().unwrap_or(0);
    call::SAFETY.into_iter().chain(call::COMING).all(fits)
}

type Heard = Arc<Mutex<BTreeMap<Scope, u64>>>;

/// An open socket: how many hints of which scope it heard, and a word whenever it is time to look.
fn hints(house: &House, n: usize) -> (Heard, mpsc::UnboundedReceiver<()>) {
    let heard = Heard::default();
    let (tell, told) = mpsc::unbounded_channel();
    let (line, noted) = (Member::new(house, n).line, Arc::clone(&heard));
    tokio::spawn(async move {
        let on_live = |live: Live| {
            match live {
                Live::Hint(hint) => *noted.lock().unwrap().entry(hint.scope).or_default() += 1,
                Live::Connected => {}
                _ => return true,
            }
            // Nobody looks any more: it is only counted.
            let _ = tell.send(());
            true
        };
        listen(line, Arc::new(SystemClock::new()), StdRng::seed_from_u64(1), on_live).await;
    });
    (heard, told)
}
