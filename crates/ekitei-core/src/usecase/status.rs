//! What the frame around each screen shows. Works locked and before enrolment.

use crate::bridge::views::{InvitationView, Line, MeView, StatusView, WaitingView};
use crate::managed::Managed;
use crate::shared::Shared;
use ekitei_model::Fault;
use ekitei_store::queue::{self, notices};

/// A clock that is off by more than this is worth a word.
const SKEW_WORTH_SAYING_MS: i64 = 5 * 60_000;

pub fn status(shared: &Shared) -> Result<StatusView, Fault> {
    let credential = shared.credential()?;
    let line = shared.line()?;
    let vault = shared.open_if_unlocked()?;
    let conflicts = match &vault {
        Some(open) => open.reader().open_conflicts()?.len() as u64,
        None => 0,
    };
    let day = shared.now().today();
    // A name on a lock screen tells a finder whose phone it is; it is shown after unlocking only.
    let me = credential.as_ref().filter(|_| vault.is_some()).map(|c| MeView {
        id: c.staff.id.to_string(),
        name: c.staff.name.clone(),
        kana: c.staff.kana.clone(),
        sections: c.staff.sections_on(&day).map(str::to_owned).collect(),
    });
    let mut notices: Vec<Fault> = shared.queue_read(notices::list)?.into_iter().map(|n| n.fault).collect();
    notices.extend(shared.trouble());
    if let Some(skew) = line.skew_ms.filter(|s| s.abs() > SKEW_WORTH_SAYING_MS) {
        notices.push(Fault::ask("clock-skew").with("minutes", skew.abs() / 60_000));
    }
    let managed = shared.managed();
    if !managed.problems.is_empty() {
        notices.push(Fault::ask("managed-values").with("names", managed.problems.join(", ")));
    }
    let enrolled = credential.is_some() && shared.has_vault()?;
    Ok(StatusView {
        enrolled,
        locked: enrolled && vault.is_none(),
        me,
        device_id: credential.as_ref().map(|c| c.device_id.to_string()),
        server: credential.map(|c| c.server_url),
        waiting: waiting(shared)?,
        line: match line.online {
            None => Line::Unknown,
            Some(true) => Line::Online,
            Some(false) => Line::Offline,
        },
        last_contact_at: line.last_contact_ms.map(|ms| shared.now().at(ms)),
        next_try_at: line.next_try_ms.map(|ms| shared.now().at(ms)),
        last_fault: line.last_fault,
        conflicts,
        keystore: shared.keystore().describe(),
        notices,
        skew_ms: line.skew_ms,
        biometrics: shared.home().has_biometrics()?,
        lock_minutes: shared.lock_minutes()?,
        wants_newer: managed.wants_newer().map(str::to_owned),
        invitation: invitation(managed, enrolled),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    })
}

/// What the MDM fills in for a phone that is not enrolled yet.
fn invitation(managed: Managed, enrolled: bool) -> Option<InvitationView> {
    let server = managed.server_url.filter(|_| !enrolled)?;
    Some(InvitationView { server, code: managed.enrolment_secret })
}

pub fn waiting(shared: &Shared) -> Result<WaitingView, Fault> {
    let counts = shared.queue_read(queue::view::counts)?;
    Ok(WaitingView {
        notes: counts.notes,
        photos: counts.photos,
        items: counts.items,
        bytes: counts.bytes,
        oldest_at: counts.oldest_ms.map(|ms| shared.now().at(ms)),
        parked: counts.parked,
    })
}
