//! A tethering run over a slow line: the phone's facts stand beside what a person ticks, the line check says in one sentence
//! what the line is good for, and the office has the run.

use super::Done;
use super::cast::Cast;
use super::story::{check, until};
use super::view::Say;
use crate::line::Mode;
use serde_json::{Value, json};

const PURPOSE: &str = "tethering";
/// Done by what the phone itself says.
const FACTS: [&str; 4] = ["battery", "airplane", "mobile_data", "hotspot"];

/// `case`: where the phone's screen goes back to.
pub(super) async fn run(cast: &Cast, case: &str) -> Done<Say> {
    let a = &cast.a;
    cast.set_line("a", Mode::WEAK).await?;
    let list = a.call("checklist_list", json!({})).await?;
    let rows = || list.as_array().into_iter().flatten();
    let wireless = |row: &&Value| row["title"].as_str().is_some_and(|title| title.contains("Wi-Fi"));
    let checklist = rows().filter(|row| row["purpose"] == PURPOSE).find(wireless);
    let checklist = checklist.ok_or("phone A has no checklist for tethering")?["id"].clone();
    a.set_facts(&json!({ "battery_percent": 62, "hotspot": false, "airplane": false, "mobile_data": true }))
        .await?;
    let run = a.call("checklist_begin", json!({ "checklist": checklist, "place": "丸太沢" })).await?;
    let id = run["id"].clone();
    cast.board.phone("a", |phone| phone.screen = format!("#/checklist/{}", id.as_str().unwrap_or_default()));
    check(judged(&run, "hotspot") == Some(false), "the phone sees that its hotspot is off", &run["steps"])?;
    a.set_facts(&json!({ "hotspot": true })).await?;
    let run = a.call("checklist_run", json!({ "id": id })).await?;
    let known = FACTS.iter().filter(|fact| judged(&run, fact) == Some(true)).count();
    check(known == FACTS.len(), "battery, data and hotspot are ticked by the phone", known)?;

    let tested = a.call("line_check", json!({ "run": id, "place": "丸太沢" })).await?;
    let verdict = &tested["verdict"];
    check(verdict["level"].is_string(), "a sentence about the line", &tested)?;
    let keys = run["steps"].as_array().into_iter().flatten().filter_map(|step| step["key"].as_str());
    let steps: Vec<Value> = keys.map(|key| json!({ "key": key, "result": "done", "ms": 4_000 })).collect();
    a.call("checklist_steps", json!({ "id": id, "steps": steps })).await?;
    let run = a.call("checklist_finish", json!({ "id": id })).await?;
    cast.set_line("a", Mode::Good).await?;
    until("the office has the run", || async {
        let run = a.call("checklist_run", json!({ "id": id })).await?;
        let there = run["progress"] != "waiting" && run["progress"] != "parked";
        Ok(if there { Ok(()) } else { Err(run["progress"].to_string()) })
    })
    .await?;
    cast.board.phone("a", |phone| phone.screen = format!("#/case/{case}"));
    let count = run["steps"].as_array().map_or(0, Vec::len);
    let rate = tested["phone"]["up_bps"].as_f64().unwrap_or(0.0) / 1_000.0;
    Ok(Say::new("seen.tethering")
        .with("steps", count)
        .with("facts", known)
        .with("kbit", format!("{rate:.0}")))
}

/// What the phone knows of this step.
fn judged(run: &Value, key: &str) -> Option<bool> {
    let step = run["steps"].as_array()?.iter().find(|step| step["key"] == key)?;
    step["judged"]["holds"].as_bool()
}
