//! How a call can end badly, sorted by what the engine must do about it. `classify` is pure: status and body in,
//! meaning out.

use ekitei_model::Fault;
use ekitei_model::fault::Cure;
use ekitei_model::wire::{DeviceState, Epoch};

/// A `Retry-After` beyond this is taken as this: a misconfigured proxy must not silence a phone for a day.
pub const MAX_RETRY_AFTER_MS: i64 = 15 * 60_000;

/// Why a call gave no usable answer. Only [`CallError::Refused`] and [`CallError::Disk`] are about the item that
/// travelled; everything else keeps the item untouched.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// No connection, or it broke. Whether the server acted is unknown.
    #[error("network: {0}")]
    Network(String),
    /// Silence for longer than allowed. Whether the server acted is unknown.
    #[error("no answer in time")]
    Timeout,
    /// The other end shows a certificate that our office's root did not sign.
    #[error("server certificate not trusted")]
    Untrusted,
    /// 408, 425, 429, 5xx, and 423 of tus: later.
    #[error("server busy ({status})")]
    Busy { status: u16, retry_after_ms: Option<i64> },
    /// The token was not accepted, nor a fresh one.
    #[error("token not accepted")]
    Token,
    /// The office took reading (drain only) or everything (wiped) away from this phone.
    #[error("device state {0:?}")]
    Device(DeviceState),
    /// The server was restored or replaced; the body names its epoch.
    #[error("server epoch changed")]
    Epoch(Epoch),
    /// The server has the lane only up to here.
    #[error("gap in lane after {high_water}")]
    LaneGap { high_water: u64 },
    /// The upload is not known (any more), or stands at another byte than we said.
    #[error("upload is elsewhere ({status})")]
    UploadMoved { status: u16 },
    /// The bytes that arrived are not those that were sent (tus 460).
    #[error("checksum mismatch")]
    Checksum,
    /// Not an answer of our server: broken compression, no JSON, a proxy's error page.
    #[error("garbage: {0}")]
    Garbage(String),
    /// The server understood and will never accept this item.
    #[error("refused: {0}")]
    Refused(Fault),
    /// The file at this end could not be read or written.
    #[error("local file: {0}")]
    Disk(Fault),
}

impl CallError {
    /// Whether a later try of the same request may succeed by itself.
    pub fn is_recoverable(&self) -> bool {
        !matches!(self, Self::Refused(_) | Self::Disk(_) | Self::Device(_))
    }

    /// Whether the server may have acted although we have no answer.
    pub fn is_ambiguous(&self) -> bool {
        matches!(self, Self::Network(_) | Self::Timeout | Self::Garbage(_) | Self::Busy { .. })
    }

    /// What a person is told. The text is in the message catalogue.
    pub fn to_fault(&self) -> Fault {
        match self {
            Self::Network(_) => Fault::retry("network"),
            Self::Timeout => Fault::retry("network-timeout"),
            Self::Untrusted => Fault::retry("server-untrusted"),
            Self::Busy { status, .. } => Fault::retry("server-busy").with("status", status),
            Self::Token => Fault::ask("device-unknown"),
            Self::Device(DeviceState::Wiped) => Fault::ask("device-wiped"),
            Self::Device(_) => Fault::wait("device-drained"),
            Self::Epoch(_) => Fault::retry("epoch-changed"),
            Self::LaneGap { high_water } => Fault::retry("lane-gap").with("high_water", high_water),
            Self::UploadMoved { .. } => Fault::retry("upload-moved"),
            Self::Checksum => Fault::retry("upload-checksum"),
            Self::Garbage(_) => Fault::retry("server-garbage"),
            Self::Refused(fault) | Self::Disk(fault) => fault.clone(),
        }
    }
}

/// The meaning of an answer that is no success. `fault` is its body, if that is one of ours.
///
/// Only a body that our server wrote can refuse an item for good: a proxy's 404 page says nothing about a note.
pub fn classify(status: u16, retry_after_ms: Option<i64>, fault: Option<Fault>) -> CallError {
    let retry_after_ms = retry_after_ms.map(|ms| ms.clamp(0, MAX_RETRY_AFTER_MS));
    let code = fault.as_ref().map(|f| f.code.as_str());
    let param = |name: &str| fault.as_ref().and_then(|f| f.params.get(name).cloned());
    match (status, code) {
        (401, _) => CallError::Token,
        (403, Some("device-wiped")) => CallError::Device(DeviceState::Wiped),
        (403, Some("device-drained")) => CallError::Device(DeviceState::DrainOnly),
        (409, Some("epoch-changed")) => match param("epoch") {
            Some(epoch) => CallError::Epoch(epoch),
            None => CallError::Garbage("epoch-changed without epoch".into()),
        },
        (409, Some("lane-gap")) => match param("high_water").and_then(|n| n.parse().ok()) {
            Some(high_water) => CallError::LaneGap { high_water },
            None => CallError::Garbage("lane-gap without high_water".into()),
        },
        (408 | 423 | 425 | 429 | 500..=599, _) => CallError::Busy { status, retry_after_ms },
        (460, _) => CallError::Checksum,
        (400..=499, Some(_)) => match fault {
            // Something else must change first; the item is not to blame.
            Some(fault) if fault.cure != Cure::Ask => CallError::Busy { status, retry_after_ms },
            Some(fault) => CallError::Refused(fault),
            None => CallError::Garbage(format!("status {status}")),
        },
        _ => CallError::Garbage(format!("status {status}")),
    }
}

/// The meaning of an answer to a tus request on an upload that exists: 404, 409 and 410 say where it is (not).
pub fn classify_upload(status: u16, retry_after_ms: Option<i64>, fault: Option<Fault>) -> CallError {
    let known = matches!(fault.as_ref().map(|f| f.code.as_str()), Some("epoch-changed"));
    match status {
        404 | 409 | 410 if !known => CallError::UploadMoved { status },
        _ => classify(status, retry_after_ms, fault),
    }
}

/// `Retry-After` in seconds or as an HTTP date (`Sun, 06 Nov 1994 08:49:37 GMT`), as milliseconds from `now_ms`.
pub fn retry_after_ms(header: &str, now_ms: i64) -> Option<i64> {
    let header = header.trim();
    if let Ok(seconds) = header.parse::<u32>() {
        return Some(i64::from(seconds) * 1000);
    }
    let mut parts = header.split_ascii_whitespace().skip(1);
    let day: i64 = parts.next()?.parse().ok()?;
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let name = parts.next()?;
    let month = MONTHS.iter().position(|m| *m == name)? as i64 + 1;
    let year: i64 = parts.next()?.parse().ok()?;
    let mut time = parts.next()?.split(':').map(|n| n.parse::<i64>().ok());
    let (h, m, s) = (time.next()??, time.next()??, time.next()??);
    let sane = (1970..=9999).contains(&year) && (1..=31).contains(&day) && h < 24 && m < 60 && s <= 60;
    if !sane {
        return None;
    }
    // Days from civil (Hinnant): the month counted from March puts the leap day last.
    let (y, mp) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * mp + 2) / 5 + day - 1 - 719_468;
    Some((((days * 24 + h) * 60 + m) * 60 + s) * 1000 - now_ms).map(|ms| ms.max(0))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_code_has_a_text_in_both_languages() {
        use ekitei_model::text::{Language, fault_text};
        let errors = [
            CallError::Network(String::new()),
            CallError::Timeout,
            CallError::Untrusted,
            CallError::Busy { status: 503, retry_after_ms: None },
            CallError::Token,
            CallError::Device(DeviceState::Wiped),
            CallError::Device(DeviceState::DrainOnly),
            CallError::Epoch("e".into()),
            CallError::LaneGap { high_water: 1 },
            CallError::UploadMoved { status: 404 },
            CallError::Checksum,
            CallError::Garbage(String::new()),
        ];
        let own = [
            "server-address",
            "server-needs-tls",
            "server-ca",
            "upload-unverified",
            "file-too-large",
            "sync-elsewhere",
        ];
        for fault in errors.iter().map(CallError::to_fault).chain(own.map(Fault::ask)) {
            for language in [Language::Japanese, Language::English] {
                assert!(!fault_text(language, &fault).starts_with("error."), "{fault}");
            }
        }
    }

    #[test]
    fn only_our_own_server_can_refuse_an_item() {
        assert_eq!(classify(404, None, None), CallError::Garbage("status 404".into()));
        assert_eq!(classify(413, None, None), CallError::Garbage("status 413".into()));
        let fault = Fault::ask("op-unreadable");
        assert_eq!(classify(422, None, Some(fault.clone())), CallError::Refused(fault));
    }

    #[test]
    fn every_status_of_the_protocol_has_its_meaning() {
        for status in [408, 429, 500, 502, 503, 507] {
            assert_eq!(classify(status, None, None), CallError::Busy { status, retry_after_ms: None });
        }
        assert_eq!(classify(401, None, Some(Fault::ask("token-expired"))), CallError::Token);
        let gap = Fault::retry("lane-gap").with("high_water", 17);
        assert_eq!(classify(409, None, Some(gap)), CallError::LaneGap { high_water: 17 });
        let epoch = Fault::retry("epoch-changed").with("epoch", "e2");
        assert_eq!(classify(409, None, Some(epoch)), CallError::Epoch("e2".into()));
        let wiped = Fault::ask("device-wiped");
        assert_eq!(classify(403, None, Some(wiped)), CallError::Device(DeviceState::Wiped));
        assert_eq!(classify_upload(404, None, None), CallError::UploadMoved { status: 404 });
        assert_eq!(classify_upload(460, None, None), CallError::Checksum);
    }

    #[test]
    fn retry_after_speaks_both_forms_and_is_bounded() {
        assert_eq!(retry_after_ms("120", 0), Some(120_000));
        assert_eq!(retry_after_ms("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_767_000), Some(10_000));
        assert_eq!(retry_after_ms("Sun, 06 Nov 1994 08:49:37 GMT", 884_111_767_000), Some(0));
        assert_eq!(retry_after_ms("soon", 0), None);
        let far = classify(503, Some(i64::MAX), None);
        assert_eq!(far, CallError::Busy { status: 503, retry_after_ms: Some(MAX_RETRY_AFTER_MS) });
    }
}
