//! The story's inspection: the section's own sheet, ticked on phone A without a line, comes back filled, and the head
//! accepts it.

use super::cast::Cast;
use super::handset::Handset;
use super::share;
use super::story::{Played, check, files, taken_now, until};
use super::view::Say;
use super::{Done, blocking};
use serde_json::{Value, json};
use std::io::Read as _;

/// What the sheet of this story is and became.
#[derive(Default)]
pub struct Sheet {
    pub id: String,
    pub title: String,
    pub photos: Vec<String>,
    /// Names below the shared folder, with the number of bytes of all of them.
    pub papers: Vec<String>,
    pub bytes: u64,
    pub papers_s: f64,
    pub accepted_s: f64,
}

/// Whether a file of the shared folder is a paper of an inspection.
pub fn is_paper(path: &str) -> bool {
    path.contains("検査調書") || path.contains("写真台帳")
}

/// Today's visit, its form, all answers, the findings with their photographs; finished and handed over.
pub async fn tick(cast: &Cast, p: &mut Played) -> Done<Say> {
    let (a, script) = (&*cast.a, &cast.sample.story.sheet);
    let (visit, form) = planned(a, &p.case).await?;
    let begun =
        a.call("inspection_begin", json!({ "case": p.case, "visit": visit, "form_version": form })).await?;
    let id = begun["row"]["id"].as_str().ok_or("an inspection without an id")?.to_owned();
    let engine = |call: Value| a.call("inspection_call", json!({ "id": id, "call": call }));
    let questions = questions(a, &id).await?;
    let key = |words: &str| {
        let found = questions.iter().find(|q| squeezed(&q["label"]).contains(words));
        found.and_then(|q| q["key"].as_str()).map(str::to_owned).ok_or_else(|| format!("no question {words}"))
    };
    let mut answers = 0_usize;
    for (words, answer) in &script.answers {
        engine(json!({ "call": "set", "key": key(words)?, "answer": answer })).await?;
        answers += 1;
    }
    for (words, finding) in &script.findings {
        let ruling = key(words)?;
        engine(json!({ "call": "set", "key": ruling, "answer": "fail" })).await?;
        engine(json!({ "call": "set", "key": format!("{ruling}_finding"), "answer": finding })).await?;
        answers += 1;
    }
    let rest = engine(json!({ "call": "rest_preview" })).await?["items"].clone();
    let keys: Vec<Value> = rest.as_array().into_iter().flatten().map(|item| item["key"].clone()).collect();
    answers += keys.len();
    engine(json!({ "call": "rest_apply", "keys": keys })).await?;
    let mut sheet = Sheet { id: id.clone(), ..Sheet::default() };
    for ((words, photo), picture) in script.photos.iter().zip(cast.sample.sheet_pictures(cast.small)) {
        let question = key(words)?;
        let item = if script.findings.contains_key(words) { format!("{question}_photos") } else { question };
        let place = json!({ "inspection": id, "item": item, "role": "photo" });
        let capture = json!({ "case": p.case, "visit": visit, "place": place });
        let name = a.call("capture_begin", capture).await?["name"].as_str().unwrap_or_default().to_owned();
        let name = a.put_in(&name, taken_now(cast, picture).await?).await?;
        let args = json!({ "names": [name], "case": p.case, "visit": visit, "caption": photo.caption, "place": place });
        let taken = a.call("photo_add", args).await?;
        sheet.photos.push(taken[0]["id"].as_str().ok_or("a photograph without an id")?.to_owned());
    }
    let finished = a.call("inspection_finish", json!({ "id": id })).await?;
    sheet.title = finished["row"]["title"].as_str().unwrap_or_default().to_owned();
    let state = a.call("inspection_circulate", json!({ "id": id })).await?["row"]["state"].clone();
    check(state == "circulated", "the sheet is on its way to the head", state)?;
    let say = Say::new("seen.sheet").with("answers", answers).with("findings", script.findings.len());
    let say = say.with("photos", sheet.photos.len());
    p.sheet = sheet;
    Ok(say)
}

/// Today's visit of the case, and the newest version of the form that it was planned with.
async fn planned(a: &Handset, case: &str) -> Done<(String, String)> {
    let today = a.call("today", json!({})).await?;
    for visit in today["visits"].as_array().into_iter().flatten().filter(|v| v["case"] == case) {
        let forms = a.call("visit_forms", json!({ "id": visit["id"] })).await?;
        let form = forms[0]["form_version"].as_str();
        if let (Some(visit), Some(form)) = (visit["id"].as_str(), form) {
            return Ok((visit.to_owned(), form.to_owned()));
        }
    }
    Err(format!("no visit of today with a form: {}", today["visits"]))
}

/// All questions of the sheet, without what is around them.
async fn questions(a: &Handset, id: &str) -> Done<Vec<Value>> {
    fn within(items: &Value, out: &mut Vec<Value>) {
        for item in items.as_array().into_iter().flatten() {
            out.push(item.clone());
            within(&item["items"], out);
        }
    }
    let call = |call: Value| a.call("inspection_call", json!({ "id": id, "call": call }));
    let view = call(json!({ "call": "view" })).await?;
    let mut out = Vec::new();
    for page in view["pages"].as_array().into_iter().flatten() {
        within(&call(json!({ "call": "page", "page": page["page"] })).await?["items"], &mut out);
    }
    Ok(out)
}

/// A label as the sheet prints it, without the spaces that set it out.
fn squeezed(label: &Value) -> String {
    label.as_str().unwrap_or_default().chars().filter(|c| !c.is_whitespace()).collect()
}

/// The section's own sheet with the answers in it, and the ledger, each as PDF and as workbook.
pub async fn papers(cast: &Cast, p: &mut Played) -> Done<Say> {
    let before = &p.before;
    let new = until("sheet and ledger are in the case's folder", || async {
        let all = files(cast).await?;
        let new: Vec<String> = all.into_iter().filter(|f| !before.contains(f) && is_paper(f)).collect();
        Ok(if new.len() == 4 { Ok(new) } else { Err(format!("{new:?}")) })
    })
    .await?;
    let folder = cast.share.clone();
    let sizes = blocking(move || share::files(&folder)).await?;
    p.sheet.bytes = sizes.iter().filter(|(path, _)| new.contains(path)).map(|(_, bytes)| bytes).sum();
    let own = new.iter().find(|f| f.contains("_検査調書_") && f.ends_with(".xlsx")).ok_or("no workbook")?;
    let path = cast.share.join(own);
    let text = blocking(move || words(&path)).await??;
    // Numbers and dates stand there in the sheet's own way.
    let answers = cast.sample.story.sheet.answers.values().filter_map(Value::as_str);
    for answer in answers.filter(|a| !a.starts_with(|c: char| c.is_ascii_digit())) {
        check(text.contains(answer), &format!("the filled sheet says {answer}"), "it does not")?;
    }
    // What was found stands in the remarks of its row.
    for finding in cast.sample.story.sheet.findings.values() {
        check(text.contains(finding.as_str()), &format!("the filled sheet says {finding}"), "it does not")?;
    }
    p.sheet.papers = new;
    Ok(Say::new("seen.papers").with("count", p.sheet.papers.len()))
}

/// Everything that is written in a workbook.
fn words(path: &std::path::Path) -> Done<String> {
    let told = |e: &dyn std::fmt::Display| format!("{}: {e}", path.display());
    let file = std::fs::File::open(path).map_err(|e| told(&e))?;
    let mut zip = zip::ZipArchive::new(file).map_err(|e| told(&e))?;
    let mut text = String::new();
    for n in 0..zip.len() {
        let mut part = zip.by_index(n).map_err(|e| told(&e))?;
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).map_err(|e| told(&e))?;
        text.push_str(&String::from_utf8_lossy(&bytes));
    }
    Ok(text)
}

/// It waits at the head's desk, shows what was found, and is accepted.
pub async fn accept(cast: &Cast, p: &mut Played) -> Done<Say> {
    let (desk, id) = (cast.desk().await?, p.sheet.id.as_str());
    until("the sheet waits for the head", || async {
        let rows = desk.get("/api/inspections?state=waiting").await?;
        let waits = rows.as_array().into_iter().flatten().any(|row| row["id"] == id);
        Ok(if waits { Ok(()) } else { Err(format!("{rows}")) })
    })
    .await?;
    let path = format!("/api/inspections/{id}");
    let seen = desk.get(&path).await?;
    check(seen["may_decide"] == true, "the head may decide", &seen["may_decide"])?;
    desk.post(&format!("{path}/decision"), &json!({ "decision": "accept" })).await?;
    let state = desk.get(&path).await?["state"].clone();
    check(state == "accepted", "the sheet is accepted", state)?;
    // The acceptance stands on the report; the section's own sheet keeps its box for the seal.
    let before = &p.before;
    p.sheet.papers = until("the report with the acceptance is in the case's folder", || async {
        let all = files(cast).await?;
        let new: Vec<String> = all.into_iter().filter(|f| !before.contains(f) && is_paper(f)).collect();
        let accepted = new.len() == 5 && new.iter().any(|f| f.ends_with("_r2.pdf"));
        Ok(if accepted { Ok(new) } else { Err(format!("{new:?}")) })
    })
    .await?;
    Ok(Say::new("seen.accept").with("title", &p.sheet.title))
}

/// Phone A hears of it.
pub async fn heard(a: &Handset, id: &str) -> Done<()> {
    until("phone A knows that the head has accepted", || async {
        let state = a.call("inspection_get", json!({ "id": id })).await?["row"]["state"].clone();
        Ok(if state == "accepted" { Ok(()) } else { Err(state.to_string()) })
    })
    .await
}
