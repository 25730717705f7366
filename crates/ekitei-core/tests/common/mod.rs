//! A real home on disk that is enrolled without a network: the office is only a key pair, and pages that a pull
//! would have fetched are put into the queue by hand.
#![allow(clippy::unwrap_used, dead_code)]

use ekitei_core::bridge::{Surface, args::*};
use ekitei_core::{Core, Options};
use ekitei_model::people::{Post, Role, Staff};
use ekitei_model::wire::{Direction, OfficeKey, PageHeader};
use ekitei_model::{DeviceId, Record, RecordId, Scope, kinds};
use ekitei_seal::{Argon2Params, FileKeystore, Identity, Secret32, key_id, seal_bytes};
use ekitei_store::Home;
use ekitei_store::queue::{Credential, Reason, credential, cursors, follow, pages};
use serde_json::{Value, json};
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub const PIN: &str = "482915";
pub const SECTION: &str = "A振興局/商工労働観光課/指導保安係";

pub struct Phone {
    pub folder: tempfile::TempDir,
    pub office: Identity,
    own: Identity,
}

pub fn keystore(home: &Path) -> Arc<FileKeystore> {
    std::fs::create_dir_all(home).unwrap();
    Arc::new(FileKeystore::open_or_create(&home.join("device.key")).unwrap())
}

pub fn options() -> Options {
    Options { worker: false, pin_cost: Argon2Params::TEST_ONLY, ..Options::default() }
}

impl Phone {
    /// Enrolled, with two cases known by their headers.
    pub fn enrolled() -> Self {
        Self::enrolled_in(SECTION)
    }

    /// The same of a person of that section.
    pub fn enrolled_in(section: &str) -> Self {
        Self::enrolled_with(|post| section.clone_into(&mut post.section))
    }

    /// The same of the head of its section.
    pub fn of_a_head() -> Self {
        Self::enrolled_with(|post| post.role = Role::Head)
    }

    fn enrolled_with(change: impl FnOnce(&mut Post)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let phone = Self { folder, office: Identity::generate(), own: Identity::generate() };
        let home = phone.home();
        home.create_vault(PIN, &phone.own).unwrap();
        let mut credential = phone.credential();
        change(&mut credential.staff.posts[0]);
        home.queue().write(|tx| credential::begin_anew(tx, &credential, &"epoch-1".to_owned())).unwrap();
        drop(home);
        // The first unlocking makes the queue's cursors this vault's.
        drop(phone.open());
        phone.receive(
            &Scope::Section(SECTION.into()),
            &[header("R8-1", "採石場 甲"), header("R8-2", "採石場 乙")],
        );
        phone
    }

    pub fn dir(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    pub fn home(&self) -> Home {
        Home::open(&self.dir(), keystore(&self.dir()), 0).unwrap().with_pin_cost(Argon2Params::TEST_ONLY)
    }

    /// Open in this process, still locked.
    pub fn locked(&self) -> Core {
        Core::open(&self.dir(), keystore(&self.dir()), options()).unwrap()
    }

    pub fn open(&self) -> Core {
        let core = self.locked();
        core.unlock(PinArgs { pin: PIN.into() }).unwrap();
        core
    }

    fn credential(&self) -> Credential {
        let recipient = self.office.recipient();
        Credential {
            device_id: DeviceId(ekitei_model::RecordId::derived(&["device"]).0),
            staff: Staff {
                id: "s001".into(),
                name: "試験 太郎".into(),
                kana: "しけん たろう".into(),
                extension: "1234".into(),
                mobile: String::new(),
                posts: vec![Post { section: SECTION.into(), role: Role::Staff, from: None, to: None }],
            },
            server_url: "http://127.0.0.1:9".into(),
            server_name: "試験".into(),
            ca_pem: None,
            signing_key: Secret32::generate().unwrap(),
            office_key: OfficeKey { key_id: key_id(&recipient), recipient: recipient.to_string() },
            own_recipient: self.own.recipient(),
        }
    }

    /// What a pull of `scope` would have brought; applied at the next replay.
    pub fn receive(&self, scope: &Scope, records: &[Record]) {
        let mut plain = Vec::new();
        for record in records {
            plain.extend(serde_json::to_vec(record).unwrap());
            plain.push(b'\n');
        }
        let head = records.iter().map(|r| r.seq).max().unwrap_or(0);
        let home = self.home();
        let begun = home.queue().read(|c| cursors::get(c, scope)).unwrap().is_some();
        let page = PageHeader {
            scope: scope.clone(),
            direction: if begun { Direction::After } else { Direction::Before },
            next: head,
            head,
            more: false,
            count: u32::try_from(records.len()).unwrap(),
            denied: false,
        };
        let sealed = seal_bytes(&plain, &[self.own.recipient()]).unwrap();
        let taken = home.queue().write(|tx| {
            follow::follow(tx, scope, Reason::Standing, 0)?;
            pages::put_page(tx, &"epoch-1".to_owned(), &page, &sealed)
        });
        assert!(taken.unwrap());
    }

    /// The next opening tidies up as if a day had gone by.
    pub fn next_day(&self) {
        let never = |tx: &ekitei_store::Transaction| ekitei_store::queue::meta::remove(tx, "core.tidied_ms");
        self.home().queue().write(never).unwrap();
    }

    pub fn case(&self, core: &Core, number: &str) -> RecordId {
        core.case_by_number(number).unwrap()
    }
}

pub fn case_id(number: &str) -> RecordId {
    RecordId::derived(&["test case", number])
}

pub fn header(number: &str, name: &str) -> Record {
    let scope = Scope::Section(SECTION.into());
    let fields =
        json!({"number": number, "name": name, "place": "架空町", "state": "open", "section": SECTION});
    record(
        kinds::header_id(case_id(number), &scope),
        kinds::CASE_HEADER,
        &scope,
        Some(case_id(number)),
        1,
        &fields,
    )
}

/// As the office would send it.
pub fn record(
    id: RecordId,
    kind: &str,
    scope: &Scope,
    parent: Option<RecordId>,
    seq: u64,
    fields: &Value,
) -> Record {
    serde_json::from_value(json!({
        "id": id, "kind": kind, "scope": scope, "parent": parent, "born_seq": seq, "seq": seq,
        "created": {"op": RecordId::derived(&["op", &id.to_string()]), "device": DeviceId(uuid::Uuid::nil()),
                    "staff": "office", "at": "2026-11-01T09:00:00.000+09:00"},
        "received_ms": 1, "fields": fields
    }))
    .unwrap()
}

/// A small picture whose bytes depend on `seed`.
pub fn jpeg(seed: u8) -> Vec<u8> {
    let picture = image::RgbImage::from_fn(64, 48, |x, y| {
        image::Rgb([seed, u8::try_from(x * 3).unwrap_or(255), u8::try_from(y * 5).unwrap_or(255)])
    });
    let mut out = Cursor::new(Vec::new());
    picture.write_to(&mut out, image::ImageFormat::Jpeg).unwrap();
    out.into_inner()
}

/// Puts bytes into the inbox as the camera or a browser would; returns the name.
pub fn inbox(core: &Core, name: &str, bytes: &[u8]) -> String {
    let incoming = core.incoming(name).unwrap();
    std::fs::write(incoming.path(), bytes).unwrap();
    core.accept(incoming).unwrap()
}

pub fn in_inbox(phone: &Phone) -> Vec<String> {
    let entries = std::fs::read_dir(phone.dir().join("inbox")).unwrap();
    let mut names: Vec<String> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[expect(clippy::disallowed_methods, reason = "the core under test runs on the real clock")]
pub fn now_ms() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(since.as_millis()).unwrap()
}

pub fn note(case: Option<RecordId>, text: &str) -> NoteSaveArgs {
    NoteSaveArgs {
        id: None,
        case,
        visit: None,
        title: None,
        text: Some(text.into()),
        strokes: None,
        template: None,
    }
}

pub fn photos(name: &str, case: Option<RecordId>) -> PhotoAddArgs {
    PhotoAddArgs {
        names: vec![name.into()],
        case,
        visit: None,
        note: None,
        caption: "亀裂".into(),
        place: None,
    }
}
