//! What a line check found, and the one plain sentence that follows from it.

use crate::kinds::line_check as field;
use crate::record::{Fields, Record};
use crate::{OpBody, StaffId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One check is over after so long, whatever the line does.
pub const CHECK_WITHIN_MS: u64 = 10_000;
/// A code lets a PC join for so long.
pub const CODE_MS: i64 = 10 * 60_000;
/// The sentence counts in photos: what the office sees of one (display copy and thumbnail).
pub const PHOTO_BYTES: u64 = 500_000;
pub const PHOTOS: u64 = 20;

/// Above this share of lost packets nothing large gets through.
const LOSSY: f64 = 0.08;
/// An answer that takes longer makes every screen wait.
const SLOW_ANSWER_MS: u64 = 2_000;
/// Twenty photos that take longer are for another place.
const PATIENCE_S: u64 = 600;
const SECONDS_UP_TO: u64 = 120;
/// Beyond a day, a gigabit and the like it is no measurement.
const MOST_MS: u64 = 600_000;
const MOST_BPS: u64 = 1_000_000_000_000;

/// Where a check ended early.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum Broken {
    /// The office's name leads nowhere.
    Name,
    /// No connection.
    Tcp,
    /// The other end is not the office.
    Certificate,
    /// The connection stood, and then nothing came.
    Answer,
    /// The office answered and refused (an old phone, a revoked one, too many checks).
    Refused,
}

/// Amounts are absent where they were not measured: the step did not take place, or the time was over.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ts_rs::TS)]
#[serde(default)]
pub struct Measured {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(type = "number | null")]
    pub name_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(type = "number | null")]
    pub tcp_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(type = "number | null")]
    pub tls_ms: Option<u64>,
    /// From the question to the first byte of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(type = "number | null")]
    pub first_ms: Option<u64>,
    /// Bits a second.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(type = "number | null")]
    pub down_bps: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(type = "number | null")]
    pub up_bps: Option<u64>,
    /// Share of packets that had to be sent again, 0 to 1, as far as a program sees it: small questions whose answer
    /// stalled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loss: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Broken>,
    /// The whole check, and what it cost.
    #[ts(type = "number")]
    pub took_ms: u64,
    #[ts(type = "number")]
    pub bytes: u64,
}

impl Measured {
    /// Whether the numbers can be what was measured.
    pub fn is_sound(&self) -> bool {
        let ms = [self.name_ms, self.tcp_ms, self.tls_ms, self.first_ms, Some(self.took_ms)];
        let bps = [self.down_bps, self.up_bps, Some(self.bytes)];
        ms.into_iter().flatten().all(|n| n <= MOST_MS)
            && bps.into_iter().flatten().all(|n| n <= MOST_BPS)
            && self.loss.is_none_or(|l| (0.0..=1.0).contains(&l))
    }
}

/// How much the line is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    None,
    /// Text alone.
    Chat,
    /// Photos, with patience.
    Slow,
    Good,
}

/// The sentence, as a key of the catalogue (`verdict.<code>`) with its parameters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Verdict {
    pub level: Level,
    pub code: String,
    #[serde(default)]
    pub params: BTreeMap<String, String>,
}

pub const NAME_FAILED: &str = "line-name-failed";
pub const NONE: &str = "line-none";
pub const CERTIFICATE: &str = "line-certificate";
pub const NO_ANSWER: &str = "line-no-answer";
pub const REFUSED: &str = "line-refused";
pub const LOSSY_LINE: &str = "line-lossy";
pub const SLOW_ANSWER: &str = "line-slow-answer";
pub const CHAT_ONLY: &str = "line-chat-only";
pub const PHOTOS_SECONDS: &str = "line-photos-seconds";
pub const PHOTOS_MINUTES: &str = "line-photos-minutes";

/// Every code that a verdict may have.
pub const CODES: [&str; 10] = [
    NAME_FAILED,
    NONE,
    CERTIFICATE,
    NO_ANSWER,
    REFUSED,
    LOSSY_LINE,
    SLOW_ANSWER,
    CHAT_ONLY,
    PHOTOS_SECONDS,
    PHOTOS_MINUTES,
];

/// The sentence for what was measured. What breaks the line outweighs what slows it.
pub fn verdict(m: &Measured) -> Verdict {
    let say = |level, code: &str, params: &[(&str, u64)]| Verdict {
        level,
        code: code.to_owned(),
        params: params.iter().map(|(k, v)| ((*k).to_owned(), v.to_string())).collect(),
    };
    match m.error {
        Some(Broken::Name) => return say(Level::None, NAME_FAILED, &[]),
        Some(Broken::Tcp) => return say(Level::None, NONE, &[]),
        Some(Broken::Certificate) => return say(Level::None, CERTIFICATE, &[]),
        Some(Broken::Refused) => return say(Level::None, REFUSED, &[]),
        Some(Broken::Answer) if m.first_ms.is_none() => return say(Level::None, NO_ANSWER, &[]),
        _ => {}
    }
    let Some(first_ms) = m.first_ms else { return say(Level::None, NO_ANSWER, &[]) };
    if let Some(loss) = m.loss.filter(|l| *l >= LOSSY) {
        return say(Level::Chat, LOSSY_LINE, &[("percent", rounded((loss * 100.0).round() as u64))]);
    }
    let seconds = m.up_bps.filter(|n| *n > 0).map(|bps| (PHOTOS * PHOTO_BYTES * 8).div_ceil(bps));
    let too_slow = seconds.is_some_and(|s| s > PATIENCE_S);
    if first_ms >= SLOW_ANSWER_MS && !too_slow {
        let level = if seconds.is_some() { Level::Slow } else { Level::Chat };
        return say(level, SLOW_ANSWER, &[("seconds", first_ms.div_ceil(1000))]);
    }
    match seconds {
        Some(s) if s <= SECONDS_UP_TO => {
            let level = if s <= SECONDS_UP_TO / 2 { Level::Good } else { Level::Slow };
            say(level, PHOTOS_SECONDS, &[("count", PHOTOS), ("seconds", rounded(s))])
        }
        Some(s) if !too_slow => {
            say(Level::Slow, PHOTOS_MINUTES, &[("count", PHOTOS), ("minutes", s.div_ceil(60))])
        }
        _ => say(Level::Chat, CHAT_ONLY, &[]),
    }
}

/// A number that nobody takes for exact.
fn rounded(n: u64) -> u64 {
    if n <= 10 { n.max(1) } else { n.div_ceil(5) * 5 }
}

/// The share of packets lost when `stalled` of `asked` small questions stalled: each is two packets, one each way.
pub fn loss_of(stalled: u32, asked: u32) -> f64 {
    if asked == 0 {
        return 0.0;
    }
    let got_through = 1.0 - f64::from(stalled.min(asked)) / f64::from(asked);
    ((1.0 - got_through.sqrt()) * 100.0).round() / 100.0
}

/// Why a change of a line check may not be applied. It is made whole by the phone; afterwards one PC may join and add
/// its half, once.
pub fn refuse(body: &OpBody, target: Option<&Record>, by: &StaffId) -> Option<&'static str> {
    let sound = |fields: &Fields, name: &str| {
        fields.get(name).is_some_and(|v| {
            serde_json::from_value::<Measured>(v.clone()).is_ok_and(|measured| measured.is_sound())
        })
    };
    let text = |fields: &Fields, name: &str| {
        fields.get(name).and_then(|v| v.as_str()).unwrap_or_default().to_owned()
    };
    match (body, target) {
        (OpBody::Create { fields, .. } | OpBody::Publish { fields, .. }, _) => {
            if text(fields, field::BY) != by.as_str() {
                return Some("not-allowed");
            }
            (!sound(fields, field::PHONE)).then_some("line-malformed")
        }
        (OpBody::Patch { fields, .. }, Some(of)) => {
            let only = |names: &[&str]| fields.keys().all(|k| names.contains(&k.as_str()));
            if only(&[field::JOINED_BY, field::JOINED_MS]) {
                if text(fields, field::JOINED_BY) != by.as_str() {
                    return Some("not-allowed");
                }
                return of.fields.contains_key(field::JOINED_BY).then_some("line-joined");
            }
            if !only(&[field::PC, field::PC_VERDICT]) || of.text(field::JOINED_BY) != by.as_str() {
                return Some("not-allowed");
            }
            if of.fields.contains_key(field::PC) {
                return Some("line-joined");
            }
            (!sound(fields, field::PC)).then_some("line-malformed")
        }
        (OpBody::Delete, _) => Some("append-only"),
        _ => None,
    }
}

/// Whether a PC may still join with `code` at `now_ms` (the office's clock). Whoever reads the check may bring the PC.
pub fn may_join(check: &Record, code: &str, now_ms: i64) -> bool {
    let fresh = (0..=CODE_MS).contains(&(now_ms - check.received_ms));
    let same = code.len() == 6 && check.text(field::CODE) == code;
    same && fresh && !check.fields.contains_key(field::JOINED_BY)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::text::{Language, text};
    use proptest::prelude::*;

    fn line(up_bps: u64) -> Measured {
        Measured { first_ms: Some(80), down_bps: Some(up_bps), up_bps: Some(up_bps), ..Measured::default() }
    }

    #[test]
    fn the_sentence_names_what_one_waits_for() {
        let said = |m: &Measured| {
            let v = verdict(m);
            text(
                Language::Japanese,
                &format!("verdict.{}", v.code),
                v.params.iter().map(|(k, v)| (k.as_str(), v.as_str())),
            )
        };
        assert_eq!(said(&line(2_000_000)), "写真20枚なら約40秒で送れます。");
        assert_eq!(said(&line(10_000_000)), "写真20枚なら約8秒で送れます。");
        assert_eq!(said(&line(256_000)), "写真20枚なら約6分かかります。文字の記録はすぐ届きます。");
        assert_eq!(verdict(&line(60_000)).code, CHAT_ONLY);
        assert_eq!(verdict(&Measured { first_ms: Some(4_100), ..line(9_000_000) }).params["seconds"], "5");
        assert_eq!(verdict(&Measured { loss: Some(0.3), ..line(9_000_000) }).params["percent"], "30");
        let broken = |error| verdict(&Measured { error: Some(error), ..Measured::default() }).code;
        assert_eq!(broken(Broken::Name), NAME_FAILED);
        assert_eq!(broken(Broken::Tcp), NONE);
        assert_eq!(broken(Broken::Certificate), CERTIFICATE);
        assert_eq!(broken(Broken::Answer), NO_ANSWER);
        assert_eq!(verdict(&Measured::default()).code, NO_ANSWER);
    }

    #[test]
    fn every_code_has_its_sentence_in_both_languages() {
        for code in CODES {
            for language in [Language::Japanese, Language::English] {
                let key = format!("verdict.{code}");
                assert_ne!(text(language, &key, []), key);
            }
        }
    }

    #[test]
    fn half_of_all_questions_stall_when_three_in_ten_packets_are_lost() {
        assert!((loss_of(51, 100) - 0.3).abs() < 0.01);
        assert_eq!((loss_of(0, 10), loss_of(0, 0), loss_of(10, 10)), (0.0, 0.0, 1.0));
    }

    fn measured() -> impl Strategy<Value = Measured> {
        let ms = || proptest::option::of(0_u64..20_000);
        let bps = || proptest::option::of(0_u64..2_000_000_000);
        (ms(), ms(), bps(), proptest::option::of(0.0_f64..1.0), 0_u64..10_000).prop_map(
            |(tcp_ms, first_ms, up_bps, loss, took_ms)| Measured {
                tcp_ms,
                first_ms,
                up_bps,
                down_bps: up_bps,
                loss,
                took_ms,
                ..Measured::default()
            },
        )
    }

    proptest! {
        #[test]
        fn a_better_line_never_gets_a_worse_sentence(m in measured(), more in 1_u64..1_000_000_000, less in 0.0_f64..1.0) {
            let before = verdict(&m);
            prop_assert!(CODES.contains(&before.code.as_str()));
            prop_assert!(m.is_sound());
            let better = Measured {
                up_bps: m.up_bps.map(|n| n + more),
                loss: m.loss.map(|l| l * less),
                first_ms: m.first_ms.map(|ms| ms / 2),
                ..m
            };
            prop_assert!(verdict(&better).level >= before.level, "{before:?} {better:?}");
        }

        #[test]
        fn what_travels_comes_back_the_same(m in measured()) {
            let again: Measured = serde_json::from_str(&serde_json::to_string(&m).unwrap()).unwrap();
            prop_assert_eq!(again.up_bps, m.up_bps);
            prop_assert_eq!(again.first_ms, m.first_ms);
        }
    }
}
