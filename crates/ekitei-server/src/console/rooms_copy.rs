//! What a copy of a room holds: a page to read, every record as JSON, and the files that are here.

use super::names::Names;
use crate::app::App;
use crate::fault::{Answer, Refused};
use crate::hex;
use ekitei_model::chat::call::{self, answer};
use ekitei_model::chat::{message, room};
use ekitei_model::filing::safe_part;
use ekitei_model::kinds::{self, Variant, photo};
use ekitei_model::{Record, RecordId, StaffId, Stamp};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

const STYLE: &str = "body{font-family:sans-serif;max-width:50rem;margin:auto}section{border-top:1px solid #ccc;padding:.5rem 0}\
                     blockquote{margin:.2rem 0;color:#555;border-left:3px solid #ccc;padding-left:.5rem}\
                     table{border-collapse:collapse}td,th{border:1px solid #ccc;padding:.1rem .4rem;text-align:left}\
                     .urgent{color:#b00020;font-weight:bold}.small{color:#555;font-size:.9em}";

pub struct Copy {
    html: String,
    json: String,
    files: Vec<(String, PathBuf)>,
}

/// What hangs on each message.
type Hanging<'a> = HashMap<RecordId, Vec<&'a Record>>;

impl Copy {
    /// Everything of the room that the office has, answers to its calls and read marks included.
    pub async fn of(app: &App, id: RecordId) -> Answer<Self> {
        let mut records = app.storage.whole_room(id).await?;
        let calls: Vec<RecordId> = records.iter().filter(|r| r.kind == kinds::CALL).map(|r| r.id).collect();
        let mut answers: HashMap<RecordId, Vec<Record>> = HashMap::new();
        for call in calls {
            answers.insert(call, app.storage.call_answers(call).await?);
        }
        let title =
            records.iter().find(|r| r.kind == kinds::ROOM).map_or("", |r| r.text(room::NAME)).to_owned();
        let mut copy = Self { html: String::new(), json: String::new(), files: Vec::new() };
        for r in records.iter().chain(answers.values().flatten()) {
            copy.json.push_str(&serde_json::to_string(r).map_err(|e| Refused::unavailable(&e))?);
            copy.json.push('\n');
        }
        for mark in app.storage.office_marks(id).await? {
            let row = serde_json::json!({"kind": kinds::MARK, "staff": mark.staff, "to": mark.to, "at_ms": mark.at_ms});
            let _ = writeln!(copy.json, "{row}");
        }
        let _ = write!(
            copy.html,
            "<!doctype html>\n<html lang=\"ja\"><meta charset=\"utf-8\">\n<title>{0}</title>\n<style>{STYLE}</style>\n<h1>{0}</h1>\n",
            escaped(&title)
        );
        records.sort_by_key(|r| r.born_seq);
        let mut hanging = Hanging::new();
        for r in &records {
            if let Some(parent) = r.parent {
                hanging.entry(parent).or_default().push(r);
            }
        }
        let by_id: HashMap<RecordId, &Record> = records.iter().map(|r| (r.id, r)).collect();
        let names = Names::new(&*app.storage);
        for r in records.iter().filter(|r| r.kind == kinds::MESSAGE || r.kind == kinds::CALL) {
            copy.say(app, &names, r, &by_id, &hanging).await?;
            if let Some(answers) = answers.get(&r.id) {
                copy.answers(&names, answers).await?;
            }
            copy.html.push_str("</section>\n");
        }
        Ok(copy)
    }

    /// One message, with all that belongs to it.
    async fn say(
        &mut self,
        app: &App,
        names: &Names<'_>,
        r: &Record,
        by_id: &HashMap<RecordId, &Record>,
        hanging: &Hanging<'_>,
    ) -> Answer<()> {
        let who = name_of(names, r).await?;
        let at = when(r.received_ms);
        let _ =
            write!(self.html, "<section id=\"{}\"><b>{}</b> <span class=\"small\">{at}", r.id, escaped(&who));
        if !r.text(message::EDITED_AT).is_empty() {
            self.html.push_str(" 編集済み");
        }
        self.html.push_str("</span>\n");
        if r.flag(message::UNSENT) {
            self.html.push_str("<div class=\"small\">送信取消</div>\n");
            return Ok(());
        }
        if message::is_urgent(r) {
            let _ =
                writeln!(self.html, "<div class=\"urgent\">緊急: {}</div>", escaped(r.text(message::URGENT)));
        }
        if let Some(to) = message::reply_to(r) {
            let said = by_id.get(&to).map_or("", |m| m.text(message::TEXT));
            let short: String = said.chars().take(80).collect();
            let _ = writeln!(
                self.html,
                "<blockquote><a href=\"#{to}\">返信先</a> {}</blockquote>",
                escaped(&short)
            );
        }
        let part = |field: &str, name: &str| {
            let text = r.fields.get(field).and_then(|v| v.get(name)).and_then(Value::as_str);
            escaped(text.unwrap_or_default())
        };
        if r.fields.contains_key(message::FORWARD) {
            let _ = writeln!(
                self.html,
                "<div class=\"small\">転送: {} {}</div>",
                part(message::FORWARD, "room_name"),
                part(message::FORWARD, "at")
            );
        }
        for text in [r.text(message::TEXT), message::stamp_word(r.text(message::STAMP))] {
            if !text.is_empty() {
                let _ = writeln!(self.html, "<div>{}</div>", escaped(text));
            }
        }
        if r.fields.contains_key(message::LINK) {
            let _ =
                writeln!(self.html, "<div class=\"small\">リンク: {}</div>", part(message::LINK, "label"));
        }
        let mut marks: Vec<String> = Vec::new();
        for child in hanging.get(&r.id).into_iter().flatten() {
            match child.kind.as_str() {
                kinds::PHOTO | kinds::FILE => self.file(app, child).await?,
                kinds::REACTION if !child.flag(message::reaction::OFF) => {
                    let mark = child.text(message::reaction::MARK);
                    let word = Some(message::stamp_word(mark)).filter(|w| !w.is_empty()).unwrap_or(mark);
                    marks.push(format!("{word} {}", name_of(names, child).await?));
                }
                kinds::PIN if !child.flag(message::pin::OFF) => marks.push("ピン留め".to_owned()),
                _ => {}
            }
        }
        if !marks.is_empty() {
            let _ = writeln!(self.html, "<div class=\"small\">{}</div>", escaped(&marks.join(" · ")));
        }
        Ok(())
    }

    /// The largest of its pictures that has come.
    async fn file(&mut self, app: &App, of: &Record) -> Answer<()> {
        let given = match of.kind.as_str() {
            kinds::PHOTO => of.text(photo::FILE_NAME),
            _ => of.text(message::file::NAME),
        };
        for variant in [Variant::Original, Variant::Display, Variant::Thumb] {
            if let Some(blob) = app.storage.office_blob_of(of.id, variant).await? {
                let name = format!("files/{}-{}", of.id, safe_part(given));
                let shown = Some(given).filter(|g| !g.is_empty()).unwrap_or(&name);
                let _ = write!(self.html, "<div><a href=\"{}\">{}</a>", escaped(&name), escaped(shown));
                if variant != Variant::Original {
                    self.html.push_str(" <span class=\"small\">原本は未着、縮小した写真</span>");
                }
                self.html.push_str("</div>\n");
                self.files.push((name, app.blob_path(&blob.sha256)));
                return Ok(());
            }
        }
        let _ = writeln!(self.html, "<div class=\"small\">{} (未着)</div>", escaped(given));
        Ok(())
    }

    /// 安否・参集: who answered what.
    async fn answers(&mut self, names: &Names<'_>, answers: &[Record]) -> Answer<()> {
        self.html
            .push_str("<table><tr><th>氏名</th><th>安否</th><th>参集</th><th>記事</th><th>回答</th></tr>\n");
        for a in answers {
            let cells = [
                name_of(names, a).await?,
                call::word(a.text(answer::SAFETY)).to_owned(),
                call::word(a.text(answer::COMING)).to_owned(),
                a.text(answer::TEXT).to_owned(),
                when(a.received_ms),
            ];
            let row: String = cells.iter().map(|c| format!("<td>{}</td>", escaped(c))).collect();
            let _ = writeln!(self.html, "<tr>{row}</tr>");
        }
        self.html.push_str("</table>\n");
        Ok(())
    }

    /// The archive, and its SHA-256. It has no name any more: it is gone when its last reader is.
    pub fn pack(self, folder: &Path) -> io::Result<(File, String)> {
        std::fs::create_dir_all(folder)?;
        let mut file = tempfile::tempfile_in(folder)?;
        let mut zip = ZipWriter::new(&mut file);
        let text = SimpleFileOptions::default();
        let stored = text.compression_method(CompressionMethod::Stored);
        zip.start_file("room.html", text)?;
        zip.write_all(self.html.as_bytes())?;
        zip.start_file("room.ndjson", text)?;
        zip.write_all(self.json.as_bytes())?;
        for (name, path) in self.files {
            zip.start_file(name, stored)?;
            io::copy(&mut File::open(path)?, &mut zip)?;
        }
        zip.finish()?;
        io::Seek::rewind(&mut file)?;
        let mut hash = Sha256::new();
        let mut part = vec![0; 64 * 1024];
        loop {
            match io::Read::read(&mut file, &mut part)? {
                0 => break,
                n => hash.update(&part[..n]),
            }
        }
        io::Seek::rewind(&mut file)?;
        Ok((file, hex::encode(&hash.finalize())))
    }
}

async fn name_of(names: &Names<'_>, of: &Record) -> Answer<String> {
    Ok(names.of(message::author(of).map_or("", StaffId::as_str)).await?.name)
}

/// Day and minute of the office's clock.
fn when(received_ms: i64) -> String {
    let at = Stamp::japan(received_ms);
    let text = at.to_string();
    format!("{} {}", at.wareki(), text.get(11..16).unwrap_or_default())
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("<br>"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn no_message_becomes_markup() {
        assert_eq!(super::escaped("<script>&\"\n"), "&lt;script&gt;&amp;&quot;<br>");
    }
}
