//! Ekitei's side: the real server, and the phone's own transport and live socket for every client.

use super::disk::Disk;
use super::{A_SECOND, Board, CALLS, Measured, PEOPLE, ROOM, ROOMS, process, turns};
use crate::Bench;
use crate::section::Samples;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::SigningKey;
use ekitei_model::chat::{quiet, room};
use ekitei_model::record::Fields;
use ekitei_model::wire::{Epoch, PROTO, PullRequest, PushHeader, Want};
use ekitei_model::{
    DeviceId, Lane, OpBody, OpId, Operation, Outcome, RecordId, Scope, StaffId, Stamp, kinds,
};
use ekitei_seal::Secret32;
use ekitei_server_db::{Caller, Database, Incoming, NewDevice, Storage};
use ekitei_sync::http::{DeviceKey, HttpTransport};
use ekitei_sync::live::{Live, listen};
use ekitei_sync::transport::PushBatch;
use ekitei_sync::{Clock, SystemClock, Transport as _};
use ekitei_tests::office::Office;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::mpsc;
use uuid::Uuid;

const SECTIONS: usize = 20;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
const PAGE_BYTES: u32 = 256 * 1024;

struct Client {
    me: usize,
    line: Arc<HttpTransport>,
    /// Next number of the lanes 0 and 1.
    next: [AtomicU64; 2],
}

struct House {
    office: Office,
    clients: Vec<Arc<Client>>,
    rooms: Vec<RecordId>,
    everybody: RecordId,
    epoch: Epoch,
}

pub fn measure(bench: &Bench) -> Measured {
    let folder = bench.folder();
    let house = bench.runtime.block_on(build(folder.path()));
    let measured = bench.runtime.block_on(talk(&house, folder.path()));
    drop(house.office);
    measured
}

fn staff_id(n: usize) -> StaffId {
    StaffId(format!("m{n:04}"))
}

fn section(n: usize) -> String {
    format!("試験振興局/通信課/第{:02}係", n % SECTIONS + 1)
}

fn now_ms() -> i64 {
    SystemClock::new().now_ms()
}

/// The office with its people, phones and rooms, before anybody is connected.
async fn build(folder: &Path) -> House {
    let mut office = Office::start(&folder.join("office"));
    let list = folder.join("people.csv");
    let mut csv = String::from("id,name,kana,section,role,extension\n");
    for n in 0..PEOPLE {
        let role = if n < SECTIONS { "steward" } else { "staff" };
        csv.push_str(&format!(
            "{},係員{n:04},かかりいん{n:04},{},{role},{n:04}\n",
            staff_id(n).as_str(),
            section(n)
        ));
    }
    std::fs::write(&list, csv).expect("the list can be written");
    office.cli("import-staff", &[list.to_str().expect("the path is text")]);
    office.kill();
    let path = office.data.join("office.db");
    let storage = ekitei_server_db::open(Database::File(&path)).await.expect("the office's database opens");
    let mut keys = Vec::with_capacity(PEOPLE);
    for n in 0..PEOPLE {
        keys.push(device(&*storage, n).await);
    }
    let writer = |n: usize| Caller {
        device: keys[n].device_id,
        staff: staff_id(n),
        today: Stamp::japan(now_ms()).local_date(),
    };
    // Nobody has quiet hours while this runs.
    for n in 0..SECTIONS {
        let path = section(n);
        let now = now_ms();
        let shift = json!([[Stamp::japan(now - DAY_MS).to_string(), Stamp::japan(now + DAY_MS).to_string()]]);
        let fields = Fields::from([
            (quiet::hours::STAFF.to_owned(), "".into()),
            (quiet::hours::SHIFTS.to_owned(), shift),
        ]);
        make(
            &*storage,
            &writer(n),
            quiet::hours_id(&path, ""),
            kinds::HOURS,
            Scope::Section(path),
            None,
            fields,
        )
        .await;
    }
    let mut rooms = Vec::with_capacity(ROOMS);
    for group in 0..ROOMS {
        let id = RecordId(Uuid::now_v7());
        let first = group * ROOM;
        let fields = named("group", &format!("班{group:03}"), Vec::new());
        make(&*storage, &writer(first), id, kinds::ROOM, Scope::Room(id), None, fields).await;
        for n in first + 1..first + ROOM {
            let staff = staff_id(n);
            let fields = Fields::from([
                (room::member::STAFF.to_owned(), staff.as_str().into()),
                (room::member::ROLE.to_owned(), room::member::MEMBER.into()),
                (room::member::STATE.to_owned(), room::member::MEMBER.into()),
            ]);
            let member = room::member_id(id, &staff);
            make(&*storage, &writer(first), member, kinds::ROOM_MEMBER, Scope::Room(id), Some(id), fields)
                .await;
        }
        rooms.push(id);
    }
    let everybody = RecordId(Uuid::now_v7());
    let all: Vec<String> = (0..SECTIONS).map(section).collect();
    make(
        &*storage,
        &writer(0),
        everybody,
        kinds::ROOM,
        Scope::Room(everybody),
        None,
        named("offices", "全係", all),
    )
    .await;
    let epoch = storage.epoch().await.expect("the office has an epoch");
    drop(storage);
    office.restart();
    let clients = keys.into_iter().enumerate().map(|(me, key)| {
        let line = HttpTransport::new(&office.url(), None, key).expect("a loopback address");
        Arc::new(Client { me, line: Arc::new(line), next: [AtomicU64::new(1), AtomicU64::new(1)] })
    });
    House { clients: clients.collect(), office, rooms, everybody, epoch }
}

fn named(of: &str, name: &str, sections: Vec<String>) -> Fields {
    let mut fields = Fields::from([(room::TYPE.to_owned(), of.into()), (room::NAME.to_owned(), name.into())]);
    if !sections.is_empty() {
        fields.insert(room::SECTIONS.to_owned(), sections.into());
    }
    fields
}

/// Enrols a phone as the server does after it has checked the code.
async fn device(storage: &dyn Storage, n: usize) -> DeviceKey {
    let signing_key = Secret32::generate().expect("randomness");
    let public = SigningKey::from_bytes(signing_key.expose()).verifying_key();
    let device_id = DeviceId(Uuid::now_v7());
    let code = format!("code-{n}");
    let now = now_ms();
    storage.create_code(&staff_id(n), &code, now + DAY_MS).await.expect("the person is there");
    let new = NewDevice {
        device_id,
        public_key: STANDARD.encode(public.as_bytes()),
        recipient: String::new(),
        model: "bench".into(),
        former: None,
    };
    let made = storage.redeem_code(&code, now, new).await.expect("a fresh code");
    DeviceKey { device_id: made.device_id, signing_key }
}

async fn make(
    storage: &dyn Storage,
    by: &Caller,
    record: RecordId,
    kind: &str,
    scope: Scope,
    parent: Option<RecordId>,
    fields: Fields,
) {
    let body = OpBody::Create { kind: kind.to_owned(), scope, parent, fields };
    let op = Operation { op_id: OpId(Uuid::now_v7()), record, at: Stamp::japan(now_ms()), body };
    let bytes = serde_json::to_vec(&op).expect("an operation is plain data");
    let incoming = Incoming::parse(&bytes).expect("it was just written");
    let applied = storage.apply_console(by, incoming, now_ms()).await.expect("the database answers");
    assert!(matches!(applied.outcome, Outcome::Applied { .. }), "{kind}: {:?}", applied.outcome);
}

async fn talk(house: &House, folder: &Path) -> Measured {
    let board = Arc::new(Board::new());
    let pid = house.office.pid();
    // Signed in and warm, but not connected.
    for client in &house.clients {
        client.line.me().await.expect("the office answers");
    }
    let (before_bytes, _) = process(pid);
    let (ready, mut came) = mpsc::unbounded_channel::<usize>();
    for client in &house.clients {
        let scopes = [Scope::Room(house.rooms[client.me / ROOM]), Scope::Room(house.everybody)];
        tokio::spawn(follow(
            Arc::clone(client),
            scopes,
            house.epoch.clone(),
            Arc::clone(&board),
            ready.clone(),
        ));
    }
    for _ in 0..PEOPLE {
        came.recv().await.expect("everybody connects");
    }
    let (after_bytes, busy_before_s) = process(pid);
    let disk = Disk::watch(folder);
    let mut every = tokio::time::interval(Duration::from_secs(1) / A_SECOND);
    let speakers = turns();
    for who in &speakers {
        every.tick().await;
        let client = Arc::clone(&house.clients[*who]);
        let (to, epoch) = (house.rooms[*who / ROOM], house.epoch.clone());
        let text = board.text(*who);
        let board = Arc::clone(&board);
        tokio::spawn(async move { client.say(to, Lane::Chat, &text, None, epoch, &board).await });
    }
    let messages = board.take("messages", speakers.len(), ROOM - 1).await;
    let (disk, (_, busy_after_s)) = (disk.seen(), process(pid));
    let mut calls = Samples::default();
    for _ in 0..CALLS {
        let text = board.text(0);
        let (to, epoch) = (house.everybody, house.epoch.clone());
        house.clients[0].say(to, Lane::Emergency, &text, Some("大雨"), epoch, &board).await;
        calls.0.extend(board.take("a call", 1, PEOPLE - 1).await.begun.0);
    }
    board.over.store(true, Ordering::Relaxed);
    let idle_bytes = (after_bytes - before_bytes) / PEOPLE as f64;
    Measured { messages, calls, idle_bytes, busy_s: busy_after_s - busy_before_s, disk }
}

impl Client {
    async fn say(
        &self,
        to: RecordId,
        lane: Lane,
        text: &str,
        urgent: Option<&str>,
        epoch: Epoch,
        board: &Board,
    ) {
        let mut fields = Fields::from([("text".to_owned(), Value::from(text))]);
        if let Some(reason) = urgent {
            fields.insert("urgent".to_owned(), reason.into());
        }
        let record = RecordId(Uuid::now_v7());
        let scope = Scope::Room(to);
        let body = OpBody::Create { kind: kinds::MESSAGE.to_owned(), scope, parent: None, fields };
        let op = Operation { op_id: OpId(record.0), record, at: Stamp::japan(now_ms()), body };
        let bytes = serde_json::to_vec(&op).expect("an operation is plain data");
        let first = self.next[u8::from(lane) as usize].fetch_add(1, Ordering::Relaxed);
        let header = PushHeader { proto: PROTO, epoch, lane, generation: 1, first, count: 1, runs: true };
        let batch = PushBatch { header, ops: vec![bytes.into()], ids: vec![op.op_id] };
        let answer = self.line.push(batch).await.expect("the office takes it");
        let outcome = &answer.results[0].outcome;
        assert!(matches!(outcome, Outcome::Applied { .. }), "{outcome:?}");
        board.stands(self.me, text.as_bytes());
    }

    async fn fetch(&self, scope: &Scope, after: &mut Option<u64>, epoch: &Epoch, board: &Board) {
        loop {
            let want = vec![Want { scope: scope.clone(), after: *after, before: None }];
            let request =
                PullRequest { proto: PROTO, epoch: Some(epoch.clone()), want, max_bytes: PAGE_BYTES };
            let answer = match self.line.pull(request).await {
                Ok(answer) => answer,
                // The office of an earlier round is gone.
                Err(_) if board.over.load(Ordering::Relaxed) => return,
                Err(error) => panic!("the office answers: {error}"),
            };
            let mut more = false;
            for page in &answer.pages {
                assert!(!page.header.denied, "everybody may read their rooms");
                board.hear(self.me, &page.records);
                // The beginning fixes the head; what is older is of no interest here.
                *after = Some(if after.is_some() { page.header.next } else { page.header.head });
                more |= page.header.more && after.is_some() && page.header.next < page.header.head;
            }
            if !more || answer.pages.is_empty() {
                return;
            }
        }
    }
}

/// Connects and fetches at each hint; hints that come meanwhile are one.
async fn follow(
    client: Arc<Client>,
    scopes: [Scope; 2],
    epoch: Epoch,
    board: Arc<Board>,
    ready: mpsc::UnboundedSender<usize>,
) {
    let mut cursors = [None, None];
    for (scope, cursor) in scopes.iter().zip(&mut cursors) {
        client.fetch(scope, cursor, &epoch, &board).await;
    }
    let (tell, mut told) = mpsc::unbounded_channel::<usize>();
    let hinted = scopes.clone();
    let (line, me, hearing) = (Arc::clone(&client.line), client.me, Arc::clone(&board));
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    tokio::spawn(async move {
        let on_live = |live: Live| match live {
            Live::Connected => ready.send(me).is_ok(),
            Live::Hint(hint) => match hinted.iter().position(|s| *s == hint.scope) {
                Some(at) => tell.send(at).is_ok(),
                None => true,
            },
            Live::Lost(error) => {
                assert!(hearing.over.load(Ordering::Relaxed), "the socket broke: {error}");
                false
            }
            _ => true,
        };
        listen(line, clock, StdRng::seed_from_u64(me as u64), on_live).await;
    });
    while let Some(at) = told.recv().await {
        let mut due = [false, false];
        due[at] = true;
        while let Ok(at) = told.try_recv() {
            due[at] = true;
        }
        for (at, scope) in scopes.iter().enumerate().filter(|(at, _)| due[*at]) {
            client.fetch(scope, &mut cursors[at], &epoch, &board).await;
        }
    }
}
