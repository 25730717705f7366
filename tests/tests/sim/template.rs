//! An office with people, cases and three enrolled phones, made once and copied for every seed.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use ekitei_model::people::{Post, Role, Staff};
use ekitei_model::record::Fields;
use ekitei_model::{DeviceId, RecordId, StaffId};
use ekitei_seal::{Identity, Secret32};
use ekitei_server_db::{NewDevice, Redeemed, Storage};
use ekitei_store::queue::{Credential, credential};
use serde_json::{Value, json};
use uuid::Uuid;

use super::clock::NOW;
use super::office::{Office, copy_folder};
use super::phone::{PIN, new_home};

pub const A: &str = "架空振興局/産業課/指導係";
pub const B: &str = "架空振興局/福祉課/相談係";
/// Whose phones these are.
pub const PEOPLE: [&str; 3] = ["s1", "s2", "s3"];
/// Who sits at the console.
pub const HEADS: [(&str, &str); 2] = [("h1", A), ("h2", B)];

/// Somebody else than `head`.
pub fn heads(head: usize) -> usize {
    (head + 1) % HEADS.len()
}

pub struct Template {
    _dir: tempfile::TempDir,
    pub office: PathBuf,
    pub homes: Vec<PathBuf>,
    pub key: String,
    pub cases: Vec<RecordId>,
    pub consoles: Vec<DeviceId>,
}

/// In memory where there is such a folder: every commit is flushed.
pub fn scratch() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    let dir = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
    tempfile::Builder::new().prefix("ekitei-sim-").tempdir_in(dir).unwrap()
}

pub fn staff(id: &str, sections: &[&str], role: Role) -> Staff {
    let post = |s: &&str| Post { section: (*s).to_owned(), role, from: None, to: None };
    Staff {
        id: id.into(),
        name: format!("試験 {id}"),
        kana: format!("シケン {id}"),
        extension: "1001".into(),
        mobile: String::new(),
        posts: sections.iter().map(post).collect(),
    }
}

fn case(number: usize, section: &str, more: &Value) -> Fields {
    let mut fields = json!({"number": format!("R8-{number}"), "name": format!("案件 {number}"), "place": "架空町",
        "state": "open", "section": section});
    fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    serde_json::from_value(fields).unwrap()
}

pub fn template() -> &'static Template {
    static TEMPLATE: OnceLock<Template> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(make())
    })
}

async fn make() -> Template {
    let dir = scratch();
    let office_dir = dir.path().join("office");
    let identity = Identity::generate();
    let key = identity.to_secret_string().to_string();
    let office = Office::open(&office_dir, identity);
    let storage = office.storage();
    let mut people: Vec<Staff> =
        HEADS.iter().map(|(id, section)| staff(id, &[section], Role::Head)).collect();
    people.extend(PEOPLE.iter().zip([A, A, B]).map(|(id, section)| staff(id, &[section], Role::Staff)));
    storage.import_staff(people, NOW).await.unwrap();
    let cases = vec![
        case(1, A, &json!({"assignees": ["s1", "s2"]})),
        case(2, A, &json!({"sections": [B]})),
        case(3, B, &json!({"assignees": ["s3"], "members": ["s1"]})),
        case(4, A, &json!({"assignees": ["s2", "s3"], "restricted": true})),
    ];
    storage.import_cases(cases, NOW).await.unwrap();
    let mut numbered = Vec::new();
    for line in storage.scan_kind("case", None, 100).await.unwrap() {
        let record: ekitei_model::Record = serde_json::from_str(&line).unwrap();
        numbered.push((record.text("number").to_owned(), record.id));
    }
    numbered.sort();
    let mut consoles = Vec::new();
    for (head, _) in HEADS {
        let expires_ms = i64::MAX;
        consoles.push(storage.open_session(&head.into(), head, NOW, expires_ms).await.unwrap());
    }
    let mut homes = Vec::new();
    for (n, person) in PEOPLE.iter().enumerate() {
        let home = dir.path().join(format!("phone-{n}"));
        let device = DeviceId(Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0000 + n as u128));
        enrol(&office, &home, &(*person).into(), device).await;
        homes.push(home);
    }
    drop(storage);
    office.restart();
    let cases = numbered.into_iter().map(|(_, id)| id).collect();
    Template { office: office_dir, homes, key, cases, consoles, _dir: dir }
}

/// Makes a vault in the home and redeems a code for it; the home is closed again.
pub async fn enrol(office: &Office, dir: &Path, staff: &StaffId, device: DeviceId) {
    let now_ms = office.now_ms();
    let home = new_home(dir, now_ms);
    let identity = Identity::generate();
    let vault = home.create_vault(PIN, &identity).unwrap();
    let redeemed = register(office, staff, device, &device.to_string(), None).await;
    let storage = office.storage();
    let card = Credential {
        device_id: redeemed.device_id,
        staff: redeemed.staff,
        server_url: "http://127.0.0.1:9".into(),
        server_name: "試験".into(),
        ca_pem: None,
        signing_key: Secret32::from_bytes([7; 32]),
        office_key: office.key(),
        own_recipient: identity.recipient(),
    };
    let epoch = storage.epoch().await.unwrap();
    home.queue().write(|tx| credential::begin_anew(tx, &card, &epoch)).unwrap();
    vault.replay(home.queue(), now_ms).unwrap();
}

/// A code of `staff`, redeemed by this device; `former`: it says that it was this person's before.
pub async fn register(
    office: &Office,
    staff: &StaffId,
    device: DeviceId,
    code: &str,
    former: Option<StaffId>,
) -> Redeemed {
    let now_ms = office.now_ms();
    let storage = office.storage();
    storage.create_code(staff, code, now_ms + 1).await.unwrap();
    let new = NewDevice {
        device_id: device,
        public_key: format!("key of {device}"),
        recipient: "age1sim".to_owned(),
        model: "sim".into(),
        former,
    };
    storage.redeem_code(code, now_ms, new).await.unwrap()
}

impl Template {
    pub fn copy_to(&self, dir: &Path) {
        copy_folder(&self.office, &dir.join("office"));
        for (n, home) in self.homes.iter().enumerate() {
            copy_folder(home, &dir.join(format!("phone-{n}")));
        }
    }
}
