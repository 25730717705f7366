//! Making one-time codes: for the console and for the command line.

use crate::secret::{NoRandom, Signer, new_code};
use ekitei_model::StaffId;
use ekitei_server_db::{Storage, StorageError};
use qrcode::render::{svg, unicode::Dense1x2};
use qrcode::{EcLevel, QrCode};

#[derive(Debug, thiserror::Error)]
pub enum EnrolmentError {
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error(transparent)]
    Random(#[from] NoRandom),
}

/// How phones come to this office.
#[derive(Clone, Debug)]
pub struct Door {
    /// The address that they dial.
    pub server: String,
    /// `sha256/…` of the office's certificate authority; `None`: it is told in another way, or there is none.
    pub ca_pin: Option<String>,
}

/// A code that was just made; the office keeps only its keyed hash.
#[derive(Debug)]
pub struct OneTimeCode {
    pub code: String,
    pub expires_ms: i64,
    /// `ekitei://enrol?server=…&code=…`, with `&ca=…` where the authority is known
    pub link: String,
}

/// Makes a code for `staff`, good until `expires_ms`.
///
/// # Errors
/// `staff-unknown`, or the database did not answer.
pub async fn make_code(
    storage: &dyn Storage,
    signer: &Signer,
    staff: &StaffId,
    door: &Door,
    expires_ms: i64,
) -> Result<OneTimeCode, EnrolmentError> {
    let code = new_code()?;
    storage.create_code(staff, &signer.code_hash(&code), expires_ms).await?;
    let link = link(door, &code);
    Ok(OneTimeCode { code, expires_ms, link })
}

fn link(door: &Door, code: &str) -> String {
    let mut link = format!("ekitei://enrol?server={}&code={code}", percent(&door.server));
    if let Some(pin) = &door.ca_pin {
        link.push_str("&ca=");
        link.push_str(&percent(pin));
    }
    link
}

/// As an image that the console shows.
pub fn qr_svg(text: &str) -> String {
    match code_of(text) {
        Some(code) => code.render::<svg::Color<'_>>().min_dimensions(240, 240).build(),
        None => String::new(),
    }
}

/// For a terminal: half blocks, dark on light.
pub fn qr_terminal(text: &str) -> String {
    match code_of(text) {
        Some(code) => {
            code.render::<Dense1x2>().dark_color(Dense1x2::Light).light_color(Dense1x2::Dark).build()
        }
        None => String::new(),
    }
}

/// A text too long for a QR code gives none; the code can still be typed.
fn code_of(text: &str) -> Option<QrCode> {
    QrCode::with_error_correction_level(text, EcLevel::M).ok()
}

/// Percent-encodes everything but the unreserved letters of an address.
pub fn percent(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_becomes_an_image() {
        let mut door = Door { server: "https://office.example:8443".into(), ca_pin: None };
        let plain = "ekitei://enrol?server=https%3A%2F%2Foffice.example%3A8443&code=ABCDE-FGHJK";
        assert_eq!(link(&door, "ABCDE-FGHJK"), plain);
        door.ca_pin = Some("sha256/a+/=".into());
        let link = link(&door, "ABCDE-FGHJK");
        assert_eq!(link, format!("{plain}&ca=sha256%2Fa%2B%2F%3D"));
        assert!(qr_svg(&link).contains("<svg"));
        assert!(qr_terminal(&link).lines().count() > 10);
        assert_eq!(qr_svg(&"x".repeat(10_000)), "");
    }
}
