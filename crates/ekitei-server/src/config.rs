//! What an office server is started with. The command line and the tests both end here.

use crate::clock::Clock;
use ekitei_model::filing::{NameParts, NameRule, UnknownPlaceholder, file_name};
use ekitei_model::wire;
use std::net::SocketAddr;
use std::path::PathBuf;

#[derive(Clone, Debug)]
pub struct Config {
    /// Own folder: database, keys, blobs, staging. Readable by the server's account alone.
    pub data: PathBuf,
    /// The shared folder that people open from their PCs.
    pub share: PathBuf,
    /// Port 0 takes a free one.
    pub listen: SocketAddr,
    /// `postgres://…`; absent: SQLite in `data`.
    pub database: Option<String>,
    pub tls: Option<TlsFiles>,
    /// Certificate of the authority that signed the one phones meet, PEM. QR codes carry its pin; with `tls` it is shown
    /// at the end of the chain. Absent: the last of the chain, if that is an authority.
    pub tls_ca: Option<PathBuf>,
    /// Built console pages; absent: the ones built into the program, if any.
    pub console: Option<PathBuf>,
    /// The one origin whose pages may show the console in a frame (the demo's stage); absent: none. Loopback only.
    pub frame_origin: Option<String>,
    /// What phones are told to dial (in QR codes); absent: the listening address.
    pub public_url: Option<String>,
    /// What a phone shows as the office's name.
    pub server_name: String,
    pub name_rule: NameRule,
    pub limits: Limits,
    pub clock: Clock,
}

#[derive(Clone, Debug)]
pub struct TlsFiles {
    pub cert: PathBuf,
    pub key: PathBuf,
}

/// Every number that keeps one caller from taking all.
#[derive(Clone, Debug)]
pub struct Limits {
    /// A request's head must be complete after this; a connection on which nothing more is asked ends after it.
    pub header_read_ms: u64,
    /// A request's body must be complete after this (an upload keeps what came until then).
    pub body_read_ms: u64,
    /// A body that will not be used is read for so long, so that its sender hears the answer.
    pub drain_ms: u64,
    /// A connection on which nothing moved for so long is closed.
    pub idle_ms: u64,
    /// Requests under way may take this long after the signal to stop.
    pub shutdown_ms: u64,
    pub connections: usize,
    /// Body of a push, as it travels and after decompression.
    pub push_bytes: usize,
    /// Any other JSON body.
    pub json_bytes: usize,
    /// One upload; a 30 MB photo sealed needs a little more.
    pub upload_bytes: u64,
    /// Requests a second that one device may make on average, and at once.
    pub device_rate: f64,
    pub device_burst: f64,
    /// Wrong codes or passwords before the door closes for the window.
    pub attempts: u32,
    /// Window for `attempts` (wrong codes, wrong passwords) of one address or account.
    pub attempts_window_ms: i64,
    /// A console session ends after so long without a request, and in any case after `session_ms`.
    pub session_idle_ms: i64,
    pub session_ms: i64,
    pub token_ms: i64,
    pub code_ms: i64,
    /// A job that failed is tried again after this, doubled each time, at most `job_retry_max_ms`.
    pub job_retry_ms: i64,
    pub job_retry_max_ms: i64,
    /// Papers of an inspection wait for its pictures so long at most, and look again so often.
    pub photos_wait_ms: i64,
    pub photos_poll_ms: i64,
    /// How often the worker looks for work that nobody announced.
    pub job_poll_ms: u64,
    /// A live socket's permission is checked again after this.
    pub live_check_ms: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            header_read_ms: wire::HEAD_MS,
            body_read_ms: 120_000,
            drain_ms: 3_000,
            idle_ms: 180_000,
            shutdown_ms: 15_000,
            connections: 4_096,
            push_bytes: 1024 * 1024,
            json_bytes: 1024 * 1024,
            upload_bytes: 32 * 1024 * 1024,
            device_rate: 50.0,
            device_burst: 500.0,
            attempts: 10,
            attempts_window_ms: 10 * 60_000,
            session_idle_ms: 30 * 60_000,
            session_ms: 12 * 3_600_000,
            token_ms: 15 * 60_000,
            code_ms: 10 * 60_000,
            job_retry_ms: 5_000,
            job_retry_max_ms: 5 * 60_000,
            photos_wait_ms: 24 * 3_600_000,
            photos_poll_ms: 15_000,
            job_poll_ms: 2_000,
            live_check_ms: 60_000,
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("beyond loopback ({0}) the server speaks TLS only: give --tls-cert and --tls-key")]
    PlainBeyondLoopback(SocketAddr),
    #[error(
        "only a page of this machine may frame the console, and only on loopback: http://127.0.0.1:PORT, not {0:?}"
    )]
    FrameOrigin(String),
    #[error("a name rule is photo=TEMPLATE or note=TEMPLATE, not {0:?}")]
    NotARule(String),
    #[error(transparent)]
    Placeholder(#[from] UnknownPlaceholder),
}

impl Config {
    pub fn new(data: PathBuf, share: PathBuf, listen: SocketAddr) -> Self {
        Self {
            data,
            share,
            listen,
            database: None,
            tls: None,
            tls_ca: None,
            console: None,
            frame_origin: None,
            public_url: None,
            server_name: "駅逓".to_owned(),
            name_rule: NameRule::default(),
            limits: Limits::default(),
            clock: Clock::default(),
        }
    }

    /// # Errors
    /// A listener beyond loopback without TLS, a frame origin that is not of this machine, or a name rule with an
    /// unknown placeholder.
    pub fn check(&self) -> Result<(), ConfigError> {
        if self.tls.is_none() && !self.listen.ip().is_loopback() {
            return Err(ConfigError::PlainBeyondLoopback(self.listen));
        }
        if let Some(origin) = &self.frame_origin {
            let this_machine = origin.strip_prefix("http://").and_then(|a| a.parse::<SocketAddr>().ok());
            if !this_machine.is_some_and(|a| a.ip().is_loopback()) || !self.listen.ip().is_loopback() {
                return Err(ConfigError::FrameOrigin(origin.clone()));
            }
        }
        for rule in [&self.name_rule.photo, &self.name_rule.note] {
            file_name(rule, &NameParts::default(), "", "x")?;
        }
        Ok(())
    }
}

/// Sets one part of the rule from `photo=…` or `note=…`.
///
/// # Errors
/// Another form, or an unknown placeholder.
pub fn set_name_rule(rule: &mut NameRule, text: &str) -> Result<(), ConfigError> {
    let (which, template) = text.split_once('=').ok_or_else(|| ConfigError::NotARule(text.to_owned()))?;
    file_name(template, &NameParts::default(), "", "x")?;
    match which {
        "photo" => rule.photo = template.to_owned(),
        "note" => rule.note = template.to_owned(),
        _ => return Err(ConfigError::NotARule(text.to_owned())),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(listen: &str) -> Config {
        Config::new("d".into(), "s".into(), listen.parse().expect("an address"))
    }

    #[test]
    fn plain_http_stays_on_loopback() {
        assert!(config("127.0.0.1:0").check().is_ok());
        assert!(config("[::1]:0").check().is_ok());
        assert!(matches!(config("0.0.0.0:0").check(), Err(ConfigError::PlainBeyondLoopback(_))));
        let mut tls = config("0.0.0.0:0");
        tls.tls = Some(TlsFiles { cert: "c".into(), key: "k".into() });
        assert!(tls.check().is_ok());
    }

    #[test]
    fn only_a_page_of_this_machine_may_frame_the_console() {
        let framed = |listen, origin: &str| {
            let mut config = config(listen);
            config.tls = Some(TlsFiles { cert: "c".into(), key: "k".into() });
            config.frame_origin = Some(origin.to_owned());
            config.check().is_ok()
        };
        assert!(framed("127.0.0.1:0", "http://127.0.0.1:8787"));
        assert!(!framed("0.0.0.0:0", "http://127.0.0.1:8787"));
        for bad in ["https://evil.example", "http://10.0.0.1:80", "http://127.0.0.1:1; script-src *", "*", ""]
        {
            assert!(!framed("127.0.0.1:0", bad), "{bad}");
        }
    }

    #[test]
    fn a_name_rule_is_checked_when_it_is_given() {
        let mut rule = NameRule::default();
        set_name_rule(&mut rule, "photo={date}_{hash}").expect("known placeholders");
        assert_eq!(rule.photo, "{date}_{hash}");
        assert!(set_name_rule(&mut rule, "photo={who}").is_err());
        assert!(set_name_rule(&mut rule, "video={date}").is_err());
        assert!(set_name_rule(&mut rule, "photo").is_err());
    }
}
