//! The peer's side: an XMPP server from Debian, rooms with an archive, and a client that speaks just enough of it.

use super::disk::Disk;
use super::{A_SECOND, Board, CALLS, Measured, PEOPLE, ROOM, process, turns};
use crate::Bench;
use crate::section::Samples;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::{Mutex, mpsc};

const HOST: &str = "bench.example";
const ROOMS_HOST: &str = "rooms.bench.example";
const EVERYBODY: &str = "everybody";

struct Prosody {
    child: Child,
    addr: SocketAddr,
}

impl Drop for Prosody {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn version() -> String {
    let out = Command::new("dpkg-query").args(["-W", "-f", "${Version}", "prosody"]).output();
    let version = out.map(|o| String::from_utf8_lossy(&o.stdout).into_owned()).unwrap_or_default();
    format!("Prosody {}", version.split('-').next().unwrap_or_default())
}

pub fn measure(bench: &Bench) -> Measured {
    let folder = bench.folder();
    let server = start(folder.path());
    bench.runtime.block_on(talk(&server, folder.path()))
}

fn start(folder: &Path) -> Prosody {
    // Its configuration needs the number beforehand.
    let free = TcpListener::bind(("127.0.0.1", 0)).expect("a loopback port is free");
    let addr = free.local_addr().expect("it is bound");
    drop(free);
    let here = folder.display();
    let config = format!(
        "run_as_root = true
pidfile = \"{here}/prosody.pid\"
data_path = \"{here}\"
log = {{ warn = \"{here}/prosody.log\" }}
interfaces = {{ \"127.0.0.1\" }}
c2s_ports = {{ {} }}
s2s_ports = {{ }}
component_ports = {{ }}
network_backend = \"epoll\"
modules_enabled = {{ \"saslauth\", \"roster\" }}
modules_disabled = {{ \"s2s\", \"tls\", \"offline\" }}
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
VirtualHost \"{HOST}\"
  authentication = \"anonymous\"
Component \"{ROOMS_HOST}\" \"muc\"
  modules_enabled = {{ \"muc_mam\" }}
  muc_log_by_default = true
  muc_log_presences = false
  muc_room_locking = false
  muc_room_default_history_length = 0
  muc_room_default_presence_broadcast = {{ visitor = false; participant = false; moderator = true }}
",
        addr.port()
    );
    let file = folder.join("prosody.cfg.lua");
    std::fs::write(&file, config).expect("the configuration can be written");
    let mut command = Command::new("prosody");
    command.arg("--config").arg(&file).arg("-F").stdout(Stdio::null()).stderr(Stdio::null());
    let child = command.spawn().expect("prosody starts");
    let server = Prosody { child, addr };
    let until = Instant::now() + super::NEVER;
    while std::net::TcpStream::connect(addr).is_err() {
        assert!(Instant::now() < until, "prosody did not come up");
        std::thread::yield_now();
    }
    server
}

type Writer = Arc<Mutex<OwnedWriteHalf>>;

async fn talk(server: &Prosody, folder: &Path) -> Measured {
    let board = Arc::new(Board::new());
    let pid = server.child.id();
    let (before_bytes, _) = process(pid);
    let (ready, mut came) = mpsc::unbounded_channel::<usize>();
    let mut writers: Vec<Writer> = Vec::with_capacity(PEOPLE);
    for me in 0..PEOPLE {
        let (mut reader, mut writer) = sign_in(server.addr).await;
        for room in [format!("r{}", me / ROOM), EVERYBODY.to_owned()] {
            join(&mut reader, &mut writer, &room, me).await;
        }
        writers.push(Arc::new(Mutex::new(writer)));
        tokio::spawn(hear(reader, me, Arc::clone(&board), ready.clone()));
        came.recv().await.expect("it listens");
    }
    let (after_bytes, busy_before_s) = process(pid);
    let disk = Disk::watch(folder);
    let mut every = tokio::time::interval(Duration::from_secs(1) / A_SECOND);
    let speakers = turns();
    for who in &speakers {
        every.tick().await;
        say(&writers[*who], &format!("r{}", *who / ROOM), &board.text(*who)).await;
    }
    let messages = board.take("messages", speakers.len(), ROOM - 1).await;
    let (disk, (_, busy_after_s)) = (disk.seen(), process(pid));
    let mut calls = Samples::default();
    for _ in 0..CALLS {
        say(&writers[0], EVERYBODY, &board.text(0)).await;
        calls.0.extend(board.take("a call", 1, PEOPLE - 1).await.begun.0);
    }
    let idle_bytes = (after_bytes - before_bytes) / PEOPLE as f64;
    Measured { messages, calls, idle_bytes, busy_s: busy_after_s - busy_before_s, disk }
}

async fn send(writer: &mut OwnedWriteHalf, text: &str) {
    writer.write_all(text.as_bytes()).await.expect("the peer listens");
}

/// Reads until `word` has come.
async fn until(reader: &mut OwnedReadHalf, word: &str) {
    let mut all = Vec::new();
    let mut piece = [0_u8; 4096];
    while !all.windows(word.len()).any(|w| w == word.as_bytes()) {
        let read = reader.read(&mut piece).await.expect("the peer speaks");
        assert!(read > 0, "the peer hung up: {}", String::from_utf8_lossy(&all));
        all.extend_from_slice(&piece[..read]);
    }
}

async fn sign_in(addr: SocketAddr) -> (OwnedReadHalf, OwnedWriteHalf) {
    let line = TcpStream::connect(addr).await.expect("the peer listens");
    line.set_nodelay(true).expect("a plain socket");
    let (mut reader, mut writer) = line.into_split();
    let open = format!(
        "<?xml version='1.0'?><stream:stream to='{HOST}' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"
    );
    send(&mut writer, &open).await;
    until(&mut reader, "</stream:features>").await;
    send(&mut writer, "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='ANONYMOUS'/>").await;
    until(&mut reader, "<success").await;
    send(&mut writer, &open).await;
    until(&mut reader, "</stream:features>").await;
    send(&mut writer, "<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>").await;
    until(&mut reader, "</iq>").await;
    (reader, writer)
}

async fn join(reader: &mut OwnedReadHalf, writer: &mut OwnedWriteHalf, room: &str, me: usize) {
    let to = format!("{room}@{ROOMS_HOST}/n{me}");
    send(writer, &format!("<presence to='{to}'><x xmlns='http://jabber.org/protocol/muc'><history maxstanzas='0'/></x></presence>")).await;
    // The subject is the last thing a room says to who joins.
    until(reader, "<subject").await;
}

async fn say(writer: &Writer, room: &str, text: &str) {
    let stanza = format!("<message to='{room}@{ROOMS_HOST}' type='groupchat'><body>{text}</body></message>");
    send(&mut *writer.lock().await, &stanza).await;
}

async fn hear(mut reader: OwnedReadHalf, me: usize, board: Arc<Board>, ready: mpsc::UnboundedSender<usize>) {
    // Nobody waits for it any more when the measurement is over.
    let _ = ready.send(me);
    let mut open = Vec::new();
    let mut piece = [0_u8; 8192];
    loop {
        let Ok(read) = reader.read(&mut piece).await else { return };
        if read == 0 {
            return;
        }
        open.extend_from_slice(&piece[..read]);
        const END: &[u8] = b"</message>";
        while let Some(at) = open.windows(END.len()).position(|w| w == END) {
            let whole: Vec<u8> = open.drain(..at + END.len()).collect();
            board.hear(me, &whole);
            board.stands(me, &whole);
        }
    }
}
