//! People, sessions, phones.

use ekitei_model::people::{Role, Staff};
use ekitei_model::wire::DeviceState;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
pub struct SignIn {
    /// Staff number.
    pub staff: String,
    pub password: String,
}

/// Who is signed in and what they may do here.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionView {
    pub person: PersonView,
    /// Absolute end, ms since 1970.
    pub expires_ms: i64,
    /// Without a request for so long the session ends earlier.
    pub idle_ms: i64,
    pub may: MayView,
    pub limits: LimitsView,
    pub server_name: String,
    pub version: String,
    pub now_ms: i64,
}

/// What a message may carry, as the office judges it.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct LimitsView {
    pub photo_bytes: u64,
    pub file_bytes: u64,
    /// All files of one message.
    pub files_bytes: u64,
    pub text_chars: u64,
}

#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct MayView {
    /// Enrol and revoke phones (of the own section, or of all).
    pub phones: bool,
    /// Belongs to a section, so sees and makes cases.
    pub cases: bool,
    /// Keeps what is for all: directory, help cards, holidays.
    pub admin: bool,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PersonView {
    pub id: String,
    pub name: String,
    pub kana: String,
    pub extension: String,
    /// Empty: none.
    pub mobile: String,
    /// Held today.
    pub posts: Vec<PostView>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PostView {
    /// Full path, `A振興局/商工労働観光課/指導保安係`.
    pub section: String,
    /// `staff` | `head` | `steward` | `admin` | `audit`
    pub role: String,
}

/// A person by number and name.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct NameView {
    pub id: String,
    pub name: String,
}

impl PersonView {
    pub fn new(staff: &Staff, today: &str) -> Self {
        let posts = staff.posts.iter().filter(|p| p.held_on(today));
        Self {
            id: staff.id.to_string(),
            name: staff.name.clone(),
            kana: staff.kana.clone(),
            extension: staff.extension.clone(),
            mobile: staff.mobile.clone(),
            posts: posts
                .map(|p| PostView { section: p.section.clone(), role: role_word(p.role).to_owned() })
                .collect(),
        }
    }
}

/// As the import writes it.
pub fn role_word(role: Role) -> &'static str {
    match role {
        Role::Staff => "staff",
        Role::Head => "head",
        Role::Steward => "steward",
        Role::Admin => "admin",
        Role::Audit => "audit",
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PhoneView {
    pub id: String,
    pub person: NameView,
    pub state: PhoneState,
    pub model: String,
    /// Version of the app; empty before its first report.
    pub app: String,
    pub enrolled_ms: i64,
    /// 0: never.
    pub last_seen_ms: i64,
    /// As the phone last reported.
    pub waiting_items: u64,
    pub waiting_bytes: u64,
    /// 0: nothing waits.
    pub oldest_ms: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PhoneState {
    Active,
    /// May deliver what it has, may not read.
    DrainOnly,
    /// Erases itself at the next contact.
    Wiped,
}

impl From<DeviceState> for PhoneState {
    fn from(state: DeviceState) -> Self {
        match state {
            DeviceState::Active => Self::Active,
            DeviceState::DrainOnly => Self::DrainOnly,
            DeviceState::Wiped => Self::Wiped,
        }
    }
}

impl From<PhoneState> for DeviceState {
    fn from(state: PhoneState) -> Self {
        match state {
            PhoneState::Active => Self::Active,
            PhoneState::DrainOnly => Self::DrainOnly,
            PhoneState::Wiped => Self::Wiped,
        }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct SetPhoneState {
    pub state: PhoneState,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct NewCode {
    /// Whose phone it will be.
    pub staff: String,
}

/// A one-time code, shown once.
#[derive(Debug, Serialize, ToSchema)]
pub struct CodeView {
    pub code: String,
    pub expires_ms: i64,
    /// The address that the phone dials.
    pub server: String,
    /// What the QR code says: address and code.
    pub link: String,
    /// The QR code as an SVG image.
    pub qr_svg: String,
}
