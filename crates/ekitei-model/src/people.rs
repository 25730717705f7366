//! Staff, posts and roles.

use crate::ids::StaffId;
use crate::record::Record;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Staff,
    /// 係長・課長: accepts, restricts, exports.
    Head,
    /// 係の世話役: people, phones, forms and duty of the own section.
    Steward,
    /// Reads no content.
    Admin,
    /// Reads the audit log.
    Audit,
}

/// A person may hold several posts, each with from/to days (local, inclusive).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Post {
    /// Full path, `A振興局/商工労働観光課/指導保安係`.
    pub section: String,
    pub role: Role,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Staff {
    pub id: StaffId,
    pub name: String,
    /// Reading in kana, the directory's order.
    pub kana: String,
    /// 内線: within the offices only.
    pub extension: String,
    /// The number of the person's office phone (公用スマホ); empty: none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[ts(as = "Option<String>", optional)]
    pub mobile: String,
    pub posts: Vec<Post>,
}

impl Post {
    /// Whether the post is held on `today` (`YYYY-MM-DD`).
    pub fn held_on(&self, today: &str) -> bool {
        self.from.as_deref().is_none_or(|f| f <= today) && self.to.as_deref().is_none_or(|t| today <= t)
    }
}

impl Staff {
    /// Of a person's entry in the directory; somebody with this id alone where it cannot be read.
    pub fn of_entry(id: &StaffId, entry: Option<&Record>) -> Self {
        let text = |field: &str| entry.map_or_else(String::new, |r| r.text(field).to_owned());
        let posts = entry.and_then(|r| r.fields.get("posts")).cloned().unwrap_or_default();
        Self {
            id: id.clone(),
            name: text("name"),
            kana: text("kana"),
            extension: text("extension"),
            mobile: text("mobile"),
            posts: serde_json::from_value(posts).unwrap_or_default(),
        }
    }

    pub fn sections_on<'a>(&'a self, today: &'a str) -> impl Iterator<Item = &'a str> {
        self.posts
            .iter()
            .filter(|p| p.held_on(today) && p.role != Role::Admin && p.role != Role::Audit)
            .map(|p| p.section.as_str())
    }

    pub fn has_role_in(&self, section: &str, roles: &[Role], today: &str) -> bool {
        self.posts.iter().any(|p| p.section == section && roles.contains(&p.role) && p.held_on(today))
    }

    pub fn is_admin(&self, today: &str) -> bool {
        self.posts.iter().any(|p| p.role == Role::Admin && p.held_on(today))
    }
}
