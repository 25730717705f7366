//! Messages: a photo of the case is asked about and answered on the spot, and the case keeps the answer; a message to
//! somebody who is off waits for the morning and is taken back, and a call for 安否・参集 is counted.

use super::Done;
use super::cast::Cast;
use super::story::{check, until};
use super::view::Say;
use crate::desk::Desk;
use ekitei_model::Stamp;
use serde_json::{Value, json};

/// Of phone A and phone B; B leads and is reached at any hour.
const A: &str = "s001";
const B: &str = "s003";
const SECTION: &str = "東雲振興局/商工労働観光課/指導保安係";
/// Somebody who is off today, and who says so.
const OFF: &str = "s004";
const OFF_SECTION: &str = "東雲振興局/農務課/普及係";
const OFF_HEAD: &str = "s005";
const HOUR_MS: i64 = 3_600_000;

/// `photo`: of the case, on phone A. `case`: where both screens go back to.
pub(super) async fn run(cast: &Cast, photo: &str, case: &str) -> Done<Say> {
    let desk = cast.desk().await?;
    let now_ms = jiff::Timestamp::now().as_millisecond();
    let at = |hours: i64| Stamp::japan(now_ms + hours * HOUR_MS).to_string();
    // On duty A hears of answers at this hour, too.
    let duty = json!({ "section": SECTION, "staff": A, "from": at(-1), "to": at(12), "what": "当番" });
    desk.post("/api/sections/times/duty", &duty).await?;
    let seconds = asked(cast, photo).await?;
    let until = waits(cast, &at(40), &at(48)).await?;
    let answered = called(cast, &desk).await?;
    let screen = format!("#/case/{case}");
    cast.board.change(|v| v.phones.iter_mut().for_each(|phone| phone.screen.clone_from(&screen)));
    Ok(Say::new("seen.messages")
        .with("seconds", format!("{seconds:.1}"))
        .with("until", until)
        .with("answered", answered))
}

/// A asks B about the photo, and puts the answer into the case; the seconds until A has it.
async fn asked(cast: &Cast, photo: &str) -> Done<f64> {
    let (a, b) = (&cast.a, &cast.b);
    let room = opened(cast, B).await?;
    let screen = format!("#/chat/{room}");
    cast.board.change(|v| v.phones.iter_mut().for_each(|phone| phone.screen.clone_from(&screen)));
    let begun = std::time::Instant::now();
    let text = "のり面のこの亀裂、どう見ますか";
    let asked = a.call("chat_ask", json!({ "room": room, "photos": [photo], "text": text })).await?;
    let question = id(&asked)?;
    until("B sees the question with its photo", || async {
        let seen = message(b, &room, &question).await?;
        let there = seen["question"].is_object() && seen["photos"].as_array().is_some_and(|p| !p.is_empty());
        Ok(if there { Ok(()) } else { Err(seen.to_string()) })
    })
    .await?;
    let reply =
        json!({ "room": room, "text": "縦割れです。上に人を入れないでください", "reply_to": question });
    let answer = id(&b.call("chat_send", reply).await?)?;
    until("A sees the answer", || async {
        let seen = message(a, &room, &answer).await?;
        Ok(if seen["reply"]["id"] == question.as_str() { Ok(()) } else { Err(seen.to_string()) })
    })
    .await?;
    let seconds = begun.elapsed().as_secs_f64();
    a.call("chat_answer", json!({ "question": question, "answer": answer })).await?;
    until("the answer stands in the case", || async {
        let hits = a.call("search", json!({ "query": "縦割れです", "limit": 20 })).await?;
        let noted = hits
            .as_array()
            .is_some_and(|h| h.iter().any(|hit| hit["kind"] == "note" && !hit["case"].is_null()));
        Ok(if noted { Ok(()) } else { Err(hits.to_string()) })
    })
    .await?;
    Ok(seconds)
}

/// A writes to somebody who is off: held until their next hour, and taken back.
async fn waits(cast: &Cast, from: &str, to: &str) -> Done<String> {
    let a = &cast.a;
    let head = Desk::sign_in(&cast.http, &cast.office_url, OFF_HEAD).await?;
    let hours = json!({ "section": OFF_SECTION, "staff": OFF, "shifts": [[from, to]] });
    head.put("/api/sections/times/hours", &hours).await?;
    let room = opened(cast, OFF).await?;
    let sent = a.call("chat_send", json!({ "room": room, "text": "苗の写真をあとで見てください" })).await?;
    let sent = id(&sent)?;
    let held = until("the message waits for working hours", || async {
        let seen = message(a, &room, &sent).await?;
        Ok(if seen["held_until"].is_null() { Err(seen.to_string()) } else { Ok(seen["held_until"].clone()) })
    })
    .await?;
    a.call("chat_unsend", json!({ "id": sent })).await?;
    until("it is taken back", || async {
        let seen = message(a, &room, &sent).await?;
        Ok(if seen.is_null() || seen["unsent"] == true { Ok(()) } else { Err(seen.to_string()) })
    })
    .await?;
    let held: Stamp = held.as_str().and_then(|s| s.parse().ok()).ok_or("the time is not one")?;
    Ok(Stamp::japan(held.utc_ms).to_string().chars().skip(5).take(11).collect::<String>().replace('T', " "))
}

/// The head asks the section; both phones answer with one call each; how many the office counts.
async fn called(cast: &Cast, desk: &Desk) -> Done<u64> {
    let room = json!({ "type": "disaster", "name": "大雨 警戒", "sections": [SECTION], "members": [] });
    let room = desk.post("/api/rooms", &room).await?["room"].clone();
    let asks = json!({ "room": room, "text": "安否と参集の可否を答えてください", "sections": [SECTION], "asks": ["safety", "coming"] });
    let call = desk.post("/api/calls", &asks).await?["record"].clone();
    for (phone, coming) in [(&cast.a, "can_go"), (&cast.b, "in_30")] {
        until("the phone is asked", || async {
            let seen = phone.call("chat_room", json!({ "room": room })).await;
            let asked =
                seen.is_ok_and(|r| r["calls"].as_array().is_some_and(|c| c.iter().any(|c| c["id"] == call)));
            Ok(if asked { Ok(()) } else { Err("no call".to_owned()) })
        })
        .await?;
        phone.call("call_answer", json!({ "call": call, "safety": "safe", "coming": coming })).await?;
    }
    until("the office has counted both", || async {
        let calls = desk.get("/api/calls").await?;
        let row = calls.as_array().into_iter().flatten().find(|c| c["id"] == call);
        let answered = row.and_then(|c| c["tally"]["answered"].as_u64()).unwrap_or(0);
        Ok(if answered == 2 { Ok(answered) } else { Err(calls.to_string()) })
    })
    .await
}

/// A's room with one person.
async fn opened(cast: &Cast, staff: &str) -> Done<String> {
    let room = cast.a.call("chat_open", json!({ "staff": staff })).await?;
    let found = room["id"].as_str().or(room["room"]["id"].as_str());
    found.map(str::to_owned).ok_or_else(|| format!("no room with {staff}: {room}"))
}

/// Null while the phone does not have it.
async fn message(phone: &super::handset::Handset, room: &str, id: &str) -> Done<Value> {
    let Ok(seen) = phone.call("chat_room", json!({ "room": room })).await else { return Ok(Value::Null) };
    let found = seen["messages"].as_array().into_iter().flatten().find(|m| m["id"] == id);
    Ok(found.cloned().unwrap_or(Value::Null))
}

fn id(made: &Value) -> Done<String> {
    check(made["id"].is_string(), "a message", made)?;
    Ok(made["id"].as_str().unwrap_or_default().to_owned())
}
