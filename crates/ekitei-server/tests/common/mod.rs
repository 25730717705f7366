//! A real office on a free port, and a phone that speaks the protocol with a plain HTTP client.
#![allow(clippy::unwrap_used, clippy::needless_pass_by_value, dead_code)]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer, SigningKey};
use ekitei_model::kinds::Variant;
use ekitei_model::people::{Post, Role, Staff};
use ekitei_model::record::Fields;
use ekitei_model::wire::*;
use ekitei_model::{DeviceId, Fault, Lane, OpBody, OpId, Operation, Record, RecordId, Scope, Stamp};
use ekitei_seal::{Identity, Recipient, seal_bytes};
use ekitei_server::{Clock, Config, Running, start};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use uuid::Uuid;

pub const SECTION: &str = "甲振興局/商工課/指導係";
pub const OTHER: &str = "乙振興局/総務課/庶務係";
/// 2026-11-21 10:00 in Japan.
pub const NOW_MS: i64 = 1_795_222_800_000;

pub struct Office {
    pub dir: TempDir,
    pub clock: Clock,
    pub running: Option<Running>,
    pub http: Client,
}

pub fn staff(id: &str, name: &str, section: &str, role: Role) -> Staff {
    let post = Post { section: section.into(), role, from: None, to: None };
    Staff {
        id: id.into(),
        name: name.into(),
        kana: String::new(),
        extension: "2101".into(),
        mobile: String::new(),
        posts: vec![post],
    }
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

impl Office {
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    pub async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("share")).unwrap();
        let mut office = Self { dir, clock: Clock::fixed(NOW_MS), running: None, http: client() };
        office.run(change).await;
        let storage = office.storage();
        let people = vec![
            staff("s1", "検査 花子", SECTION, Role::Staff),
            staff("s2", "係長 次郎", SECTION, Role::Head),
            staff("s3", "庶務 三郎", OTHER, Role::Staff),
            staff("adm", "管理 四郎", "本庁/情報課", Role::Admin),
        ];
        storage.import_staff(people, NOW_MS).await.unwrap();
        office
    }

    /// Starts (again) on the same folders.
    pub async fn run(&mut self, change: impl FnOnce(&mut Config)) {
        let mut config = Config::new(self.data(), self.share(), "127.0.0.1:0".parse().unwrap());
        config.clock = self.clock.clone();
        config.limits.job_poll_ms = 20;
        config.limits.job_retry_ms = 0;
        change(&mut config);
        self.running = Some(start(config).await.unwrap());
    }

    pub async fn stop(&mut self) {
        self.running.take().unwrap().shutdown().await;
    }

    pub fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    pub fn share(&self) -> PathBuf {
        self.dir.path().join("share")
    }

    pub fn storage(&self) -> std::sync::Arc<dyn ekitei_server_db::Storage> {
        self.running.as_ref().unwrap().storage.clone()
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.running.as_ref().unwrap().url)
    }

    /// A one-time code, as `enrol --plain` prints it.
    pub async fn code(&self, staff: &str) -> String {
        let mut console = self.console("adm").await;
        let made = console.post("/api/phones/codes", &json!({ "staff": staff })).await;
        assert_eq!(made.status(), StatusCode::OK, "{:?}", made.text().await);
        made.json::<Value>().await.unwrap()["code"].as_str().unwrap().to_owned()
    }

    pub async fn phone(&self, staff: &str) -> Phone {
        let code = self.code(staff).await;
        let mut phone = Phone::new(self, &code).await.unwrap();
        phone.refresh_token().await;
        phone
    }

    /// A signed-in console.
    pub async fn console(&self, staff: &str) -> Console {
        let password = "correct horse";
        if self.storage().password_hash(&staff.into()).await.unwrap().is_none() {
            self.storage().set_password(&staff.into(), &argon2_of(password)).await.unwrap();
        }
        let mut console = Console { http: self.http.clone(), url: self.url(""), cookie: String::new() };
        let answer = console.post("/api/session", &json!({ "staff": staff, "password": password })).await;
        assert_eq!(answer.status(), StatusCode::OK, "{:?}", answer.text().await);
        console.cookie = cookie_of(&answer);
        console
    }

    pub async fn case(&self, number: &str, name: &str, more: Value) -> RecordId {
        let mut fields = Fields::from([
            ("number".into(), number.into()),
            ("name".into(), name.into()),
            ("section".into(), SECTION.into()),
            ("place".into(), "某所".into()),
            ("assignees".into(), json!(["s1"])),
        ]);
        fields.extend(more.as_object().unwrap().clone());
        self.storage().import_cases(vec![fields], NOW_MS).await.unwrap();
        let caller = ekitei_server_db::Caller {
            device: self.any_device().await,
            staff: "s1".into(),
            today: "2026-11-21".into(),
        };
        let filter = ekitei_server_db::CaseFilter { text: Some(number.into()), ..Default::default() };
        let rows = self.storage().cases(&caller, &filter, 10).await.unwrap();
        let record: Record = serde_json::from_str(&rows[0].record).unwrap();
        record.id
    }

    async fn any_device(&self) -> DeviceId {
        let secret = Uuid::new_v4().to_string();
        self.storage()
            .open_session(&"s1".into(), &sha256(secret.as_bytes()), NOW_MS, NOW_MS + 3_600_000)
            .await
            .unwrap()
    }

    /// Waits until the worker has nothing more to do now.
    pub async fn settle(&self) {
        loop {
            let counts = self.storage().job_counts(self.clock.now_ms()).await.unwrap();
            if counts.waiting + counts.leased == 0 {
                return;
            }
            tokio::task::yield_now().await;
        }
    }

    pub async fn office_record(&self, id: RecordId) -> Record {
        self.storage().office_record(id).await.unwrap().unwrap()
    }

    /// All files below the share, relative, sorted.
    pub fn files(&self) -> Vec<String> {
        let mut out = Vec::new();
        walk(&self.share(), &self.share(), &mut out);
        out.sort();
        out
    }
}

fn walk(root: &Path, dir: &Path, out: &mut Vec<String>) {
    for entry in std::fs::read_dir(dir).unwrap().flatten() {
        if entry.path().is_dir() {
            walk(root, &entry.path(), out);
        } else {
            out.push(entry.path().strip_prefix(root).unwrap().to_string_lossy().into_owned());
        }
    }
}

fn client() -> Client {
    // Plain HTTP in these tests; the builder still wants a provider for TLS.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().no_proxy().build().unwrap()
}

pub fn argon2_of(password: &str) -> String {
    use argon2::password_hash::PasswordHasher;
    // Cheap parameters: the check reads them from the hash.
    let params = argon2::Params::new(8, 1, 1, None).unwrap();
    let argon = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
    argon.hash_password(password.as_bytes()).unwrap().to_string()
}

pub fn cookie_of(answer: &Response) -> String {
    let set = answer.headers().get("set-cookie").unwrap().to_str().unwrap();
    set.split(';').next().unwrap().to_owned()
}

pub async fn fault(answer: Response) -> Fault {
    let text = answer.text().await.unwrap();
    serde_json::from_str(&text).unwrap_or_else(|_| panic!("no fault: {text}"))
}

pub struct Console {
    pub http: Client,
    pub url: String,
    pub cookie: String,
}

impl Console {
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.url)).header("origin", &self.url);
        if self.cookie.is_empty() { request } else { request.header("cookie", &self.cookie) }
    }

    pub async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.unwrap()
    }

    pub async fn json(&self, path: &str) -> Value {
        let answer = self.get(path).await;
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert!(status.is_success(), "{path}: {status} {text}");
        serde_json::from_str(&text).unwrap()
    }

    pub async fn post(&mut self, path: &str, body: &Value) -> Response {
        self.request(Method::POST, path).json(body).send().await.unwrap()
    }

    pub async fn patch(&self, path: &str, body: &Value) -> Response {
        self.request(Method::PATCH, path).json(body).send().await.unwrap()
    }
}

pub struct Phone {
    pub http: Client,
    pub url: String,
    pub key: SigningKey,
    pub identity: Identity,
    pub reply: EnrolReply,
    pub token: String,
    pub challenge: String,
    pub epoch: String,
    pub next_seq: u64,
}

impl Phone {
    pub async fn new(office: &Office, code: &str) -> Result<Self, Fault> {
        let mut secret = [0u8; 32];
        secret[..16].copy_from_slice(Uuid::new_v4().as_bytes());
        let key = SigningKey::from_bytes(&secret);
        let identity = Identity::generate();
        let request = json!({
            "code": code,
            "public_key": STANDARD.encode(key.verifying_key().as_bytes()),
            "recipient": identity.recipient().as_str(),
            "model": "試験機",
        });
        let answer = office.http.post(office.url(paths::ENROL)).json(&request).send().await.unwrap();
        if answer.status() != StatusCode::OK {
            return Err(fault(answer).await);
        }
        let reply: EnrolReply = answer.json().await.unwrap();
        let epoch = reply.epoch.clone();
        Ok(Self {
            http: office.http.clone(),
            url: office.url(""),
            key,
            identity,
            reply,
            token: String::new(),
            challenge: String::new(),
            epoch,
            next_seq: 1,
        })
    }

    pub async fn ask_token(&self, challenge: &str) -> Result<TokenReply, Fault> {
        let signature = self.key.sign(&token_message(self.reply.device_id, challenge));
        let request = json!({
            "device_id": self.reply.device_id,
            "challenge": challenge,
            "signature": STANDARD.encode(signature.to_bytes()),
        });
        let answer =
            self.http.post(format!("{}{}", self.url, paths::TOKEN)).json(&request).send().await.unwrap();
        if answer.status() == StatusCode::OK {
            Ok(answer.json().await.unwrap())
        } else {
            Err(fault(answer).await)
        }
    }

    pub async fn refresh_token(&mut self) {
        let asked = self.ask_token("").await.unwrap_err();
        assert_eq!(asked.code, "challenge");
        let reply = self.ask_token(&asked.params["challenge"]).await.unwrap();
        self.token = reply.token;
        self.challenge = reply.challenge;
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url)).bearer_auth(&self.token)
    }

    pub fn batch(&self, ops: &[Operation]) -> Vec<u8> {
        let header = PushHeader {
            proto: PROTO,
            epoch: self.epoch.clone(),
            lane: Lane::Records,
            generation: 1,
            first: self.next_seq,
            count: u32::try_from(ops.len()).unwrap(),
            runs: false,
        };
        let mut out = serde_json::to_vec(&header).unwrap();
        for op in ops {
            out.push(b'\n');
            out.extend(serde_json::to_vec(op).unwrap());
        }
        out
    }

    pub async fn push(&mut self, ops: &[Operation]) -> Vec<PushResult> {
        let body = zstd::bulk::compress(&self.batch(ops), 3).unwrap();
        let request = self.request(Method::POST, paths::PUSH).header("content-encoding", "zstd");
        let answer = request.header("accept-encoding", "zstd").body(body).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{:?}", answer.text().await);
        let lines = lines(answer).await;
        let reply: PushReply = serde_json::from_str(&lines[0]).unwrap();
        self.next_seq = reply.high_water + 1;
        lines[1..].iter().map(|l| serde_json::from_str(l).unwrap()).collect()
    }

    pub async fn pull(&self, want: Vec<Want>) -> Result<(PullReply, Vec<(PageHeader, Vec<Record>)>), Fault> {
        let request = PullRequest { proto: PROTO, epoch: Some(self.epoch.clone()), want, max_bytes: 1 << 20 };
        let answer =
            self.request(Method::POST, paths::PULL).header("accept-encoding", "zstd").json(&request).send();
        let answer = answer.await.unwrap();
        if answer.status() != StatusCode::OK {
            return Err(fault(answer).await);
        }
        let lines = lines(answer).await;
        let reply = serde_json::from_str(&lines[0]).unwrap();
        let (mut pages, mut at) = (Vec::new(), 1);
        while at < lines.len() {
            let header: PageHeader = serde_json::from_str(&lines[at]).unwrap();
            let count = header.count as usize;
            let records =
                lines[at + 1..at + 1 + count].iter().map(|l| serde_json::from_str(l).unwrap()).collect();
            pages.push((header, records));
            at += 1 + count;
        }
        Ok((reply, pages))
    }

    pub async fn changes(&self, scope: &Scope, after: u64) -> Vec<Record> {
        let want = Want { scope: scope.clone(), after: Some(after), before: None };
        self.pull(vec![want]).await.unwrap().1.into_iter().flat_map(|(_, r)| r).collect()
    }

    /// tus metadata and cipher of a photo sealed to the office.
    pub fn sealed(&self, record: RecordId, variant: Variant, plain: &[u8]) -> (String, Vec<u8>) {
        let office: Recipient = self.reply.office.recipient.parse().unwrap();
        let cipher = seal_bytes(plain, &[self.identity.recipient(), office]).unwrap();
        let meta =
            metadata(record, variant, &sha256(plain), &sha256(&cipher), Some(&self.reply.office.key_id));
        (meta, cipher)
    }

    pub async fn create_upload(&self, meta: &str, length: usize) -> Response {
        let request = self.request(Method::POST, paths::UPLOADS).header("tus-resumable", "1.0.0");
        request.header("upload-length", length).header("upload-metadata", meta).send().await.unwrap()
    }

    pub fn patch(&self, location: &str, offset: usize) -> RequestBuilder {
        let request = self.request(Method::PATCH, location).header("tus-resumable", "1.0.0");
        request.header("upload-offset", offset).header("content-type", "application/offset+octet-stream")
    }

    pub async fn head(&self, location: &str) -> Response {
        self.request(Method::HEAD, location).header("tus-resumable", "1.0.0").send().await.unwrap()
    }

    /// Everything at once.
    pub async fn upload(&self, record: RecordId, variant: Variant, plain: &[u8]) {
        let (meta, cipher) = self.sealed(record, variant, plain);
        let created = self.create_upload(&meta, cipher.len()).await;
        assert_eq!(created.status(), StatusCode::CREATED);
        let location = created.headers()["location"].to_str().unwrap().to_owned();
        let answer = self.patch(&location, 0).body(cipher).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::NO_CONTENT, "{:?}", answer.text().await);
        assert_eq!(answer.headers()[VERIFIED_HEADER], "1");
    }
}

pub async fn lines(answer: Response) -> Vec<String> {
    let zstd = answer.headers().get("content-encoding").is_some_and(|e| e == "zstd");
    let raw = answer.bytes().await.unwrap();
    let text = if zstd { zstd::stream::decode_all(&raw[..]).unwrap() } else { raw.to_vec() };
    String::from_utf8(text).unwrap().lines().map(str::to_owned).collect()
}

pub fn metadata(record: RecordId, variant: Variant, plain: &str, cipher: &str, key: Option<&str>) -> String {
    let pair = |k: &str, v: &str| format!("{k} {}", STANDARD.encode(v));
    let mut all = vec![
        pair(upload_meta::RECORD, &record.to_string()),
        pair(upload_meta::VARIANT, variant.as_str()),
        pair(upload_meta::SHA256, plain),
        pair(upload_meta::CIPHER_SHA256, cipher),
    ];
    all.extend(key.map(|k| pair(upload_meta::KEY_ID, k)));
    all.join(",")
}

pub fn create(case: RecordId, kind: &str, fields: Value) -> Operation {
    let id = RecordId(Uuid::now_v7());
    let fields: Fields = fields.as_object().unwrap().clone().into_iter().collect();
    Operation {
        op_id: OpId(Uuid::now_v7()),
        record: id,
        at: Stamp::japan(NOW_MS),
        body: OpBody::Create { kind: kind.into(), scope: Scope::Case(case), parent: Some(case), fields },
    }
}

/// A small but real JPEG; `shade` makes its content differ.
pub fn jpeg(shade: u8) -> Vec<u8> {
    let mut out = Vec::new();
    let pixels = vec![shade; 64 * 48 * 3];
    jpeg_encoder::Encoder::new(&mut out, 80).encode(&pixels, 64, 48, jpeg_encoder::ColorType::Rgb).unwrap();
    out
}

pub fn photo(case: RecordId, plain: &[u8], caption: &str) -> Operation {
    create(
        case,
        "photo",
        json!({
            "caption": caption,
            "taken_at": "2026-11-21T10:05:00.000+09:00",
            "format": "jpeg", "width": 64, "height": 48,
            "sha256.original": sha256(plain), "bytes.original": plain.len(),
        }),
    )
}
