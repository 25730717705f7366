//! An answer inside the engine, and its way from and to JSON.

use crate::date;
use crate::def::ItemType;
use crate::limits::MAX_ANSWER_BYTES;
use crate::narrow::narrow;
use crate::xpath::number;
use ekitei_model::Fault;
use serde_json::Value as Json;
use std::borrow::Cow;

/// Several chosen answers and several record ids are one text with spaces, as XForms has it.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    #[default]
    Empty,
    Text(Box<str>),
    Number(f64),
}

impl Value {
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }

    /// XPath's string value.
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Empty => Cow::Borrowed(""),
            Self::Text(t) => Cow::Borrowed(t),
            Self::Number(n) => Cow::Owned(number::format(*n)),
        }
    }

    /// XPath's number; `place_offset` as in [`date::days_of`].
    pub fn number(&self, place_offset: impl FnOnce() -> Option<i64>) -> f64 {
        match self {
            Self::Empty => f64::NAN,
            Self::Text(t) => date::number_of(t, place_offset),
            Self::Number(n) => *n,
        }
    }

    pub fn from_text(text: &str) -> Self {
        if text.is_empty() { Self::Empty } else { Self::Text(text.into()) }
    }

    /// NaN is no answer.
    pub fn from_number(n: f64) -> Self {
        if n.is_nan() { Self::Empty } else { Self::Number(n) }
    }
}

/// A JSON value as text: strings as they are, everything else as JSON writes it.
pub fn json_text(json: &Json) -> String {
    match json {
        Json::Null => String::new(),
        Json::String(s) => s.clone(),
        Json::Number(n) => n.as_f64().map_or_else(|| n.to_string(), number::format),
        other => other.to_string(),
    }
}

/// Reads an answer for a question of type `kind`. Numbers may be full-width and have commas; dates may be 西暦 or 和暦.
/// Errors: `answer-not-a-number`, `answer-not-whole`, `answer-not-a-date`, `answer-not-a-time`, `answer-not-a-place`,
/// `answer-wrong-shape`, `answer-long`.
pub fn read(kind: &ItemType, json: &Json) -> Result<Value, Fault> {
    let value = match (kind, json) {
        (_, Json::Null) => Value::Empty,
        (ItemType::Integer, json) => {
            let n = read_number(json)?;
            if n.fract() != 0.0 {
                return Err(Fault::ask("answer-not-whole"));
            }
            Value::from_number(n)
        }
        (ItemType::Decimal, json) => Value::from_number(read_number(json)?),
        (ItemType::SelectMany | ItemType::Rank, Json::Array(parts)) => words(parts)?,
        (kind, Json::Array(parts)) if kind.is_attachment() => words(parts)?,
        // As XForms writes several values.
        (kind, Json::String(text))
            if matches!(kind, ItemType::SelectMany | ItemType::Rank) || kind.is_attachment() =>
        {
            Value::from_text(&text.split_whitespace().collect::<Vec<_>>().join(" "))
        }
        (ItemType::Ruling, Json::String(word)) if !matches!(word.as_str(), "" | "ok" | "fail" | "na") => {
            return Err(Fault::ask("answer-not-a-choice").with("value", crate::session::shown(word)));
        }
        (ItemType::Acknowledge, Json::Bool(yes)) => Value::from_text(if *yes { "OK" } else { "" }),
        (ItemType::Date, Json::String(text)) => {
            read_trimmed(text, |t| date::parse(t).map(|d| d.to_string()), "answer-not-a-date")?
        }
        (ItemType::Time, Json::String(text)) => read_trimmed(text, date::parse_time, "answer-not-a-time")?,
        (ItemType::DateTime, Json::String(text)) => {
            read_trimmed(text, date::parse_date_time, "answer-not-a-date")?
        }
        (ItemType::Geopoint, Json::String(text)) => read_trimmed(text, place, "answer-not-a-place")?,
        (_, Json::String(text)) => Value::from_text(text),
        (
            ItemType::Text | ItemType::Hidden | ItemType::Qr | ItemType::Calculate | ItemType::Meta,
            Json::Number(_),
        ) => Value::from_text(&json_text(json)),
        _ => return Err(Fault::ask("answer-wrong-shape")),
    };
    match &value {
        Value::Text(t) if t.len() > MAX_ANSWER_BYTES => {
            Err(Fault::ask("answer-long").with("bytes", MAX_ANSWER_BYTES))
        }
        _ => Ok(value),
    }
}

/// The answer as it is stored: the shape that [`read`] takes back unchanged.
pub fn write(kind: &ItemType, value: &Value) -> Json {
    match (kind, value) {
        (_, Value::Empty) => Json::Null,
        (_, Value::Number(n)) if n.fract() == 0.0 && n.abs() < 9e15 => Json::from(*n as i64),
        (_, Value::Number(n)) => serde_json::Number::from_f64(*n).map_or(Json::Null, Json::Number),
        (ItemType::SelectMany | ItemType::Rank, Value::Text(t)) => {
            t.split(' ').filter(|w| !w.is_empty()).map(Json::from).collect()
        }
        (kind, Value::Text(t)) if kind.is_attachment() => {
            t.split(' ').filter(|w| !w.is_empty()).map(Json::from).collect()
        }
        (_, Value::Text(t)) => Json::from(&**t),
    }
}

fn read_number(json: &Json) -> Result<f64, Fault> {
    let no = || Fault::ask("answer-not-a-number");
    let n = match json {
        Json::Number(n) => n.as_f64().ok_or_else(no)?,
        Json::String(text) => {
            let plain: String = narrow(text).chars().filter(|c| !matches!(c, ',' | ' ' | '、')).collect();
            let plain = plain.replace(['−', '―', 'ー', '‐'], "-");
            if plain.is_empty() {
                return Ok(f64::NAN);
            }
            let n = number::parse(&plain);
            if n.is_nan() {
                return Err(no());
            }
            n
        }
        _ => return Err(Fault::ask("answer-wrong-shape")),
    };
    if n.is_finite() { Ok(n) } else { Err(no()) }
}

fn words(parts: &[Json]) -> Result<Value, Fault> {
    let mut text = String::new();
    for part in parts {
        let Json::String(word) = part else { return Err(Fault::ask("answer-wrong-shape")) };
        if word.is_empty() || word.contains(char::is_whitespace) {
            return Err(Fault::ask("answer-wrong-shape"));
        }
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(word);
        if text.len() > MAX_ANSWER_BYTES {
            return Err(Fault::ask("answer-long").with("bytes", MAX_ANSWER_BYTES));
        }
    }
    Ok(Value::from_text(&text))
}

fn read_trimmed(text: &str, read: impl Fn(&str) -> Option<String>, code: &str) -> Result<Value, Fault> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(Value::Empty);
    }
    if text.len() > 200 {
        return Err(Fault::ask(code));
    }
    read(text).map(|t| Value::from_text(&t)).ok_or_else(|| Fault::ask(code))
}

/// `lat lon [altitude [accuracy]]` in degrees and metres.
fn place(text: &str) -> Option<String> {
    let plain: String = narrow(text).chars().map(|c| if c == ',' { ' ' } else { c }).collect();
    let parts: Vec<f64> = plain.split_whitespace().map(number::parse).collect();
    let fits = (2..=4).contains(&parts.len())
        && parts.iter().all(|n| n.is_finite())
        && parts[0].abs() <= 90.0
        && parts[1].abs() <= 180.0;
    fits.then(|| parts.iter().map(|n| number::format(*n)).collect::<Vec<_>>().join(" "))
}
