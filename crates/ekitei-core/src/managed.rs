//! What the phone manager (MDM) set for this app. It may only narrow what a person may do: fewer minutes, fewer authorities, a newer
//! version. Kept in the queue, so that delivery in the background and a start without the native half know it, too.

use crate::core::Core;
use crate::shared::Shared;
use ekitei_model::Fault;
use ekitei_store::queue::{Credential, meta};
use ekitei_store::{Connection, StoreError};
use serde::{Deserialize, Serialize};

const NAME: &str = "core.managed";
/// Whoever looks after people in need keeps the most sensitive files; nobody lengthens this.
const WELFARE_MINUTES: u16 = 1;
/// In the path of a section that looks after people in need.
const WELFARE: [&str; 3] = ["福祉", "児童", "保護"];

/// As the native half read it: values of a wrong form are absent, and named in `problems`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Managed {
    pub server_url: Option<String>,
    /// `sha256/…` of the public key of the office's authority, and of the one that will follow it.
    pub ca_pin: Option<String>,
    pub ca_pin_spare: Option<String>,
    /// A one-time code; not kept.
    #[serde(skip_serializing)]
    pub enrolment_secret: Option<String>,
    pub lock_minutes: Option<u16>,
    /// `1.4.0`
    pub minimum_version: Option<String>,
    /// Keys whose values cannot be used.
    pub problems: Vec<String>,
}

impl Managed {
    pub(crate) fn stored(queue: &Connection) -> Result<Self, StoreError> {
        Ok(meta::json(queue, NAME)?.unwrap_or_default())
    }

    /// The one authority to trust, as lines of pins; `None`: the MDM names none.
    pub(crate) fn trust(&self) -> Option<String> {
        let pins: Vec<&str> =
            [&self.ca_pin, &self.ca_pin_spare].into_iter().flatten().map(String::as_str).collect();
        (!pins.is_empty()).then(|| pins.join("\n"))
    }

    /// What this program would have to be, if it is older.
    pub(crate) fn wants_newer(&self) -> Option<&str> {
        self.minimum_version.as_deref().filter(|least| !is_recent(env!("CARGO_PKG_VERSION"), least))
    }
}

impl Core {
    /// Acts at once: the minutes until the screens lock, whom the line trusts, and which version may be opened.
    ///
    /// # Errors
    /// Store faults; what was set before stays.
    pub fn set_managed(&self, managed: Managed) -> Result<(), Fault> {
        self.shared.set_managed(managed)
    }
}

pub(crate) fn keep(shared: &Shared, managed: &Managed) -> Result<(), Fault> {
    shared.queue_write(|tx| meta::set_json(tx, NAME, managed))
}

/// The certificate authority of the office: what the MDM says alone, else what came with the enrolment. Read anew each time: the
/// background hears of the MDM through the queue only.
pub(crate) fn trust_of(shared: &Shared, credential: &Credential) -> Result<Option<String>, Fault> {
    let managed = shared.queue_read(Managed::stored)?;
    Ok(managed.trust().or_else(|| credential.ca_pem.clone()))
}

/// Minutes without a touch until the screens lock: the fewest of what the person, the MDM and the section say.
pub(crate) fn lock_minutes<'a>(
    own: u16,
    managed: Option<u16>,
    mut sections: impl Iterator<Item = &'a str>,
) -> u16 {
    let welfare = sections.any(|s| WELFARE.iter().any(|w| s.contains(w))).then_some(WELFARE_MINUTES);
    [managed, welfare].into_iter().flatten().fold(own, u16::min).max(1)
}

/// Versions that cannot be read never lock anybody out.
fn is_recent(version: &str, least: &str) -> bool {
    match (parts(version), parts(least)) {
        (Some(version), Some(least)) => version >= least,
        _ => true,
    }
}

/// Up to four numbers; what follows a hyphen does not count.
fn parts(version: &str) -> Option<[u32; 4]> {
    let mut out = [0; 4];
    for (at, number) in version.split('-').next()?.split('.').enumerate() {
        *out.get_mut(at)? = number.parse().ok()?;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_numbers_and_not_texts() {
        for (version, least, recent) in [
            ("1.10.0", "1.9.9", true),
            ("1.9", "1.9.0", true),
            ("1.9.0", "1.9.1", false),
            ("0.4.2-beta", "0.4.2", true),
            ("2", "1.99.99.99", true),
            ("1.2.3", "soon", true),
            ("1.2.3", "1.2.3.4.5", true),
        ] {
            assert_eq!(is_recent(version, least), recent, "{version} {least}");
        }
    }

    #[test]
    fn the_fewest_minutes_count() {
        let none = || std::iter::empty();
        assert_eq!(lock_minutes(15, None, none()), 15);
        assert_eq!(lock_minutes(15, Some(5), none()), 5);
        assert_eq!(lock_minutes(1, Some(5), none()), 1, "the MDM lengthens nothing");
        assert_eq!(lock_minutes(5, Some(0), none()), 1);
        let sections = ["A振興局/商工労働観光課/指導保安係", "若葉振興局/社会福祉課/生活支援係"];
        assert_eq!(lock_minutes(15, Some(5), sections.into_iter()), 1);
        assert_eq!(lock_minutes(15, None, sections[..1].iter().copied()), 15);
    }

    #[test]
    fn the_code_is_not_kept() {
        let managed = Managed { enrolment_secret: Some("AAAAA-AAAAA".into()), ..Managed::default() };
        assert!(!serde_json::to_string(&managed).expect("plain data").contains("AAAAA"));
    }
}
