//! What this installation is to the office: made at enrolment.

use super::meta;
use crate::error::StoreError;
use ekitei_model::people::Staff;
use ekitei_model::wire::{Epoch, OfficeKey};
use ekitei_model::{DeviceId, Fault};
use ekitei_seal::{Recipient, Secret32};
use rusqlite::{Connection, Transaction};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

#[derive(Clone, Debug)]
pub struct Credential {
    pub device_id: DeviceId,
    pub staff: Staff,
    /// Without a slash at the end.
    pub server_url: String,
    pub server_name: String,
    /// The office's own certificate authority, when it has one.
    pub ca_pem: Option<String>,
    /// Ed25519 seed.
    pub signing_key: Secret32,
    pub office_key: OfficeKey,
    /// This phone's age recipient; its identity is in the vault.
    pub own_recipient: Recipient,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    device_id: DeviceId,
    staff: Staff,
    server_url: String,
    server_name: String,
    ca_pem: Option<String>,
    signing_key: Zeroizing<String>,
    office_key: OfficeKey,
    own_recipient: Recipient,
}

/// `None`: not enrolled.
pub fn load(conn: &Connection) -> Result<Option<Credential>, StoreError> {
    meta::text(conn, meta::CREDENTIAL)?.map(|text| from_text(&Zeroizing::new(text))).transpose()
}

/// # Errors
/// [`StoreError::Missing`] before enrolment.
pub fn required(conn: &Connection) -> Result<Credential, StoreError> {
    load(conn)?.ok_or_else(|| StoreError::Missing("credential".into()))
}

/// Changed by `/v1/me` (posts, office key) under the same device id.
pub fn update(tx: &Transaction, credential: &Credential) -> Result<(), StoreError> {
    meta::set_text(tx, meta::CREDENTIAL, &to_text(credential)?)
}

/// A fresh enrolment: lanes, cursors, followed scopes, pages, files and line state of the former one go.
///
/// # Errors
/// [`StoreError::NotDrained`] while operations or files wait or are parked: nothing unsent is deleted.
pub fn begin_anew(tx: &Transaction, credential: &Credential, epoch: &Epoch) -> Result<(), StoreError> {
    let counts = super::view::counts(tx)?;
    if counts.items > 0 || counts.kept > 0 {
        return Err(StoreError::NotDrained);
    }
    tx.execute_batch(
        "DELETE FROM ops; DELETE FROM dropped; DELETE FROM record_lanes; DELETE FROM uploads; DELETE FROM downloads; DELETE FROM blobs;
         DELETE FROM follow; DELETE FROM cursors; DELETE FROM pages;
         UPDATE lanes SET generation = 1, next_seq = 1, acked = 0;",
    )?;
    meta::remove(tx, meta::LINE)?;
    meta::remove(tx, meta::ACL_VERSION)?;
    meta::remove(tx, meta::VAULT_ID)?;
    meta::set_text(tx, meta::EPOCH, epoch)?;
    update(tx, credential)
}

/// The office had forgotten this device (it went back to a backup) and let it in again: the same id, the same signing
/// key, all that is queued. The first answer will tell of the new epoch. With a new vault (the PIN was lost, too) the
/// recipient is another: files that only the former identity opens go, except those that are still to be sent.
///
/// # Errors
/// [`StoreError::Missing`] before enrolment.
pub fn come_back(tx: &Transaction, credential: &Credential) -> Result<(), StoreError> {
    let former = required(tx)?;
    if former.own_recipient != credential.own_recipient {
        let sent = "FROM blobs WHERE name NOT IN (SELECT name FROM uploads WHERE state <> 2)";
        tx.execute_batch(&format!(
            "INSERT OR IGNORE INTO doomed SELECT name {sent}; DELETE {sent}; DELETE FROM downloads;"
        ))?;
    }
    meta::remove(tx, meta::LINE)?;
    update(tx, credential)
}

/// The office's epoch as last seen; `None` before enrolment.
pub fn epoch(conn: &Connection) -> Result<Option<Epoch>, StoreError> {
    meta::text(conn, meta::EPOCH)
}

pub(crate) fn to_text(c: &Credential) -> Result<Zeroizing<String>, StoreError> {
    let stored = Stored {
        device_id: c.device_id,
        staff: c.staff.clone(),
        server_url: c.server_url.clone(),
        server_name: c.server_name.clone(),
        ca_pem: c.ca_pem.clone(),
        signing_key: c.signing_key.to_hex(),
        office_key: c.office_key.clone(),
        own_recipient: c.own_recipient.clone(),
    };
    Ok(Zeroizing::new(serde_json::to_string(&stored)?))
}

pub(crate) fn from_text(text: &str) -> Result<Credential, StoreError> {
    let s: Stored = serde_json::from_str(text)?;
    Ok(Credential {
        device_id: s.device_id,
        staff: s.staff,
        server_url: s.server_url,
        server_name: s.server_name,
        ca_pem: s.ca_pem,
        signing_key: secret_from_hex(&s.signing_key)
            .ok_or_else(|| StoreError::Missing("signing key".into()))?,
        office_key: s.office_key,
        own_recipient: s.own_recipient,
    })
}

fn secret_from_hex(text: &str) -> Option<Secret32> {
    let mut bytes = Zeroizing::new([0u8; 32]);
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[at * 2..at * 2 + 2], 16).ok()?;
    }
    Some(Secret32::from_bytes(*bytes))
}

/// The fault of everything that needs an office before enrolment.
pub fn not_enrolled() -> Fault {
    Fault::wait("not-enrolled")
}
