//! Calls (安否・参集) on the phone's Today: whom they ask, how long they stay there. The office and the hours are played by
//! hand.
#![allow(clippy::unwrap_used)]

mod chat_office;
mod common;

use async_trait::async_trait;
use chat_office::{Office, by};
use common::*;
use ekitei_core::bridge::chat::CallAnswerArgs;
use ekitei_core::bridge::{Surface, args::*};
use ekitei_core::{Core, Options};
use ekitei_model::{Record, RecordId, Scope, kinds};
use ekitei_sync::clock::Clock;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

const HOUR_MS: i64 = 3_600_000;
const ELSEWHERE: &str = "A振興局/林務課/普及係";

/// The phone's clock, which a hand turns.
struct Hand(AtomicI64);

#[async_trait]
impl Clock for Hand {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }

    fn steady_ms(&self) -> u64 {
        u64::try_from(self.now_ms()).unwrap()
    }

    async fn sleep_ms(&self, _: u64) {
        std::future::pending::<()>().await;
    }
}

fn opened(phone: &Phone, clock: &Arc<Hand>) -> Core {
    let clock = Arc::<Hand>::clone(clock);
    let options = Options { clock, stay_unlocked: true, auto_lock: false, ..options() };
    let core = Core::open(&phone.dir(), keystore(&phone.dir()), options).unwrap();
    core.unlock(PinArgs { pin: PIN.into() }).unwrap();
    core
}

fn room() -> RecordId {
    RecordId::derived(&["test disaster"])
}

fn call(name: &str, section: &str, asks: &[&str]) -> Record {
    let fields = json!({"text": name, "sections": [section], "asks": asks});
    by("s009", record(RecordId::derived(&[name]), kinds::CALL, &Scope::Room(room()), None, 0, &fields))
}

fn over(mut call: Record) -> Record {
    call.fields.insert("closed_at".into(), "2026-11-21T12:00:00.000+09:00".into());
    call
}

/// What Today asks, from the top.
fn asked(core: &Core) -> Vec<String> {
    core.today(Nothing {}).unwrap().calls.into_iter().map(|c| c.text).collect()
}

fn answers(core: &Core, call: &Record, safety: Option<&str>, coming: Option<&str>) {
    let (safety, coming) = (safety.map(str::to_owned), coming.map(str::to_owned));
    core.call_answer(CallAnswerArgs { call: call.id, safety, coming, text: None }).unwrap();
}

#[test]
fn today_asks_whom_a_call_asks_until_it_is_over_or_was_answered_long_ago() {
    let phone = Phone::enrolled();
    let mut office = Office::default();
    office.makes_room(&phone, room(), "disaster", &["s001"]);
    let both = call("安否と参集", SECTION, &["safety", "coming"]);
    let safety = call("安否", SECTION, &["safety"]);
    let silent = call("返事のないもの", SECTION, &["coming"]);
    let others = [call("よその係", ELSEWHERE, &["safety"]), over(call("終わったもの", SECTION, &["safety"]))];
    office.says_all(
        &phone,
        &[both.clone(), others[0].clone(), safety.clone(), others[1].clone(), silent.clone()],
    );

    let clock = Arc::new(Hand(AtomicI64::new(0)));
    let at_ms = |core: &Core, call: &Record| {
        let calls = core.today(Nothing {}).unwrap().calls;
        calls.iter().find(|c| c.id == call.id).unwrap().at.utc_ms
    };
    let core = opened(&phone, &clock);
    let came = at_ms(&core, &safety);
    clock.0.store(came + HOUR_MS, Ordering::SeqCst);
    assert_eq!(
        asked(&core),
        ["返事のないもの", "安否", "安否と参集"],
        "newest first, one's own section, not over"
    );
    answers(&core, &safety, Some("safe"), None);
    answers(&core, &both, Some("safe"), None);
    assert_eq!(asked(&core).len(), 3, "the answer may change");
    let shown = core.today(Nothing {}).unwrap().calls;
    assert_eq!((shown[1].safety.as_deref(), shown[2].coming.as_deref()), (Some("safe"), None));

    clock.0.store(came + 12 * HOUR_MS, Ordering::SeqCst);
    assert_eq!(asked(&core), ["返事のないもの", "安否", "安否と参集"]);
    clock.0.store(came + 12 * HOUR_MS + 1, Ordering::SeqCst);
    assert_eq!(asked(&core), ["返事のないもの", "安否と参集"], "half an answer is none");
    drop(core);
    let core = opened(&phone, &clock);
    answers(&core, &both, None, Some("in_30"));
    assert_eq!(asked(&core), ["返事のないもの"]);
    clock.0.store(came + 72 * HOUR_MS, Ordering::SeqCst);
    assert_eq!(asked(&core), ["返事のないもの"], "nobody has answered it");
    drop(core);
    office.says(&phone, &over(silent));
    assert_eq!(asked(&opened(&phone, &clock)), Vec::<String>::new());
}
