//! A form as it is written, stored and sent: JSON whose unknown fields survive reading and writing.

use crate::list::ListDef;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A text by language (`ja`, `en`, …), in the order written. On reading, a plain string is Japanese.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text(Vec<(Box<str>, Box<str>)>);

impl Text {
    pub fn ja(text: &str) -> Self {
        Self(vec![("ja".into(), text.into())])
    }

    #[must_use]
    pub fn and(mut self, language: &str, text: &str) -> Self {
        self.0.push((language.into(), text.into()));
        self
    }

    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|(_, t)| t.is_empty())
    }

    /// The text in exactly this language.
    pub fn only(&self, language: &str) -> Option<&str> {
        self.0.iter().find(|(l, t)| &**l == language && !t.is_empty()).map(|(_, t)| &**t)
    }

    /// The text in `language`, else Japanese, else any.
    pub fn get(&self, language: &str) -> &str {
        let any = || self.0.iter().map(|(_, t)| &**t).find(|t| !t.is_empty());
        self.only(language).or_else(|| self.only("ja")).or_else(any).unwrap_or_default()
    }

    pub fn languages(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(l, _)| &**l)
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_map(self.0.iter().map(|(l, t)| (l, t)))
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> serde::de::Visitor<'de> for Read {
            type Value = Text;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a text, or texts by language")
            }
            fn visit_str<E>(self, text: &str) -> Result<Text, E> {
                Ok(Text::ja(text))
            }
            fn visit_unit<E>(self) -> Result<Text, E> {
                Ok(Text::default())
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Text, A::Error> {
                let mut text = Text::default();
                while let Some((language, words)) = map.next_entry::<String, String>()? {
                    text.0.push((language.into(), words.into()));
                }
                Ok(text)
            }
        }
        d.deserialize_any(Read)
    }
}

#[cfg(feature = "ts")]
impl ts_rs::TS for Text {
    type WithoutGenerics = Self;
    type OptionInnerType = Self;
    fn name(_: &ts_rs::Config) -> String {
        "Record<string, string>".to_owned()
    }
    fn inline(_: &ts_rs::Config) -> String {
        "Record<string, string>".to_owned()
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct FormDef {
    /// Stable over all versions; a name as in [`crate::xpath::names`].
    pub id: String,
    /// Counts up with each publication; a draft keeps the version it was begun with.
    pub version: u32,
    pub title: Text,
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    #[cfg_attr(feature = "ts", ts(as = "Option<Text>"))]
    pub description: Text,
    #[serde(default)]
    pub items: Vec<Item>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(feature = "ts", ts(as = "Option<BTreeMap<String, ListDef>>"))]
    pub lists: BTreeMap<String, ListDef>,
    /// The drafted report, in parts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ts", ts(as = "Option<Vec<DraftPart>>"))]
    pub report: Vec<DraftPart>,
    #[serde(flatten)]
    #[cfg_attr(feature = "ts", ts(skip))]
    pub extra: Map<String, Value>,
}

/// What a question asks for. A type of a newer program is kept by its name and reported when the form is made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ItemType {
    #[default]
    Text,
    Integer,
    Decimal,
    SelectOne,
    SelectMany,
    /// 判定: conform, not conform, not applicable.
    Ruling,
    Rank,
    Date,
    Time,
    DateTime,
    Photo,
    Signature,
    Drawing,
    File,
    Geopoint,
    Qr,
    Note,
    Acknowledge,
    Calculate,
    Hidden,
    /// Filled by the program; see [`Item::meta`].
    Meta,
    Group,
    /// A group of rulings that share scale and ticks.
    Matrix,
    Repeat,
    Unknown(String),
}

const TYPES: [(&str, ItemType); 24] = [
    ("text", ItemType::Text),
    ("integer", ItemType::Integer),
    ("decimal", ItemType::Decimal),
    ("select_one", ItemType::SelectOne),
    ("select_many", ItemType::SelectMany),
    ("ruling", ItemType::Ruling),
    ("rank", ItemType::Rank),
    ("date", ItemType::Date),
    ("time", ItemType::Time),
    ("date_time", ItemType::DateTime),
    ("photo", ItemType::Photo),
    ("signature", ItemType::Signature),
    ("drawing", ItemType::Drawing),
    ("file", ItemType::File),
    ("geopoint", ItemType::Geopoint),
    ("qr", ItemType::Qr),
    ("note", ItemType::Note),
    ("acknowledge", ItemType::Acknowledge),
    ("calculate", ItemType::Calculate),
    ("hidden", ItemType::Hidden),
    ("meta", ItemType::Meta),
    ("group", ItemType::Group),
    ("matrix", ItemType::Matrix),
    ("repeat", ItemType::Repeat),
];

impl ItemType {
    pub fn as_str(&self) -> &str {
        match self {
            Self::Unknown(name) => name,
            known => TYPES.iter().find(|(_, t)| t == known).map_or("unknown", |(name, _)| name),
        }
    }

    /// Has items of its own and no answer.
    pub fn is_container(&self) -> bool {
        matches!(self, Self::Group | Self::Matrix | Self::Repeat)
    }

    /// Answered by child records (photos, signatures), not by a field.
    pub fn is_attachment(&self) -> bool {
        matches!(self, Self::Photo | Self::Signature | Self::Drawing | Self::File)
    }

    pub fn is_choice(&self) -> bool {
        matches!(self, Self::SelectOne | Self::SelectMany | Self::Rank)
    }

    /// Computed or injected: never asked, never a field of the answers.
    pub fn is_derived(&self) -> bool {
        matches!(self, Self::Calculate | Self::Meta)
    }
}

impl Serialize for ItemType {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for ItemType {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let name = String::deserialize(d)?;
        let known = TYPES.iter().find(|(n, _)| *n == name).map(|(_, t)| t.clone());
        Ok(known.unwrap_or(Self::Unknown(name)))
    }
}

#[cfg(feature = "ts")]
impl ts_rs::TS for ItemType {
    type WithoutGenerics = Self;
    type OptionInnerType = Self;
    fn name(_: &ts_rs::Config) -> String {
        "string".to_owned()
    }
    fn inline(_: &ts_rs::Config) -> String {
        "string".to_owned()
    }
}

/// Yes, no, or an expression.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(untagged)]
pub enum Rule {
    Always(bool),
    When(String),
}

/// What a question does with the answer of the last visit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum FromLast {
    /// Shown beside today's.
    #[default]
    Compare,
    /// Shown, and taken as the answer to begin with.
    Prefill,
    /// Neither.
    Ignore,
}

/// The words of a ruling.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// 適・否・該当なし
    #[default]
    Conform,
    /// 良・不良・該当なし
    Good,
}

/// A question, a group or a repeat. Fields that do not fit the type are reported when the form is made.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
#[serde(default)]
pub struct Item {
    /// Stable over all versions and unique in the form: the answer's key.
    pub id: String,
    #[serde(rename = "type")]
    pub kind: ItemType,
    /// The name in paths, unique among its neighbours; absent: the id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Text::is_empty")]
    #[cfg_attr(feature = "ts", ts(as = "Option<Text>"))]
    pub label: Text,
    #[serde(skip_serializing_if = "Text::is_empty")]
    #[cfg_attr(feature = "ts", ts(as = "Option<Text>"))]
    pub hint: Text,
    /// `mm`, `本`, …; shown behind the field.
    #[serde(skip_serializing_if = "Text::is_empty")]
    #[cfg_attr(feature = "ts", ts(as = "Option<Text>"))]
    pub unit: Text,
    /// Words for the screen (`table`, `keypad`, `multiline`, `minimal` …); the engine ignores them.
    #[serde(skip_serializing_if = "is_default")]
    #[cfg_attr(feature = "ts", ts(as = "Option<String>"))]
    pub appearance: String,

    #[serde(skip_serializing_if = "Option::is_none")]
    pub relevant: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub required: Option<Rule>,
    #[serde(skip_serializing_if = "Text::is_empty")]
    #[cfg_attr(feature = "ts", ts(as = "Option<Text>"))]
    pub required_message: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub constraint: Option<String>,
    #[serde(skip_serializing_if = "Text::is_empty")]
    #[cfg_attr(feature = "ts", ts(as = "Option<Text>"))]
    pub constraint_message: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calculate: Option<String>,
    /// The answer to begin with, as an answer is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(type = "unknown", optional))]
    pub default: Option<Value>,
    /// The same as an expression, evaluated once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_expression: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_only: Option<Rule>,

    /// Smallest and largest number; the longest text in characters. Checks without an expression.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_length: Option<u32>,
    /// Photos or files that one question takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_count: Option<u32>,

    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ts", ts(as = "Option<Vec<Choice>>"))]
    pub choices: Vec<Choice>,
    /// The name of a list of the form instead of own choices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub choice_filter: Option<String>,

    /// Of a ruling; in a matrix the matrix's own counts for all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scale: Option<Scale>,
    /// 否 asks for a photo before the form can be finished.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fail_needs_photo: Option<bool>,
    /// 否 asks for a finding text before the form can be finished.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fail_needs_finding: Option<bool>,
    /// Whether 「残りはすべて適」 may fill it; absent: yes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rest_conform: Option<bool>,
    /// Phrase chips: of a text, or of a ruling's finding.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ts", ts(as = "Option<Vec<Text>>"))]
    pub phrases: Vec<Text>,

    #[serde(skip_serializing_if = "is_default")]
    #[cfg_attr(feature = "ts", ts(as = "Option<FromLast>"))]
    pub from_last: FromLast,
    /// Of a `meta` item: `start`, `end`, `today`, `deviceid`, `username`, `phonenumber`, `email`, or a fact that the
    /// program gives by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meta: Option<String>,
    /// Of a text: the parts of which a draft is made.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ts", ts(as = "Option<Vec<DraftPart>>"))]
    pub draft: Vec<DraftPart>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repeat_count: Option<String>,
    /// What one instance of a repeat is called: 「{label} 3」.
    #[serde(skip_serializing_if = "Text::is_empty")]
    #[cfg_attr(feature = "ts", ts(as = "Option<Text>"))]
    pub instance_label: Text,

    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ts", ts(as = "Option<Vec<Item>>"))]
    pub items: Vec<Item>,
    #[serde(flatten)]
    #[cfg_attr(feature = "ts", ts(skip))]
    pub extra: Map<String, Value>,
}

/// One answer to choose. Further columns may be named by a choice filter.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Choice {
    pub value: String,
    pub label: Text,
    #[serde(flatten)]
    #[cfg_attr(feature = "ts", ts(skip))]
    pub columns: BTreeMap<String, Value>,
}

/// A paragraph of a drafted text. `${question}` in the text stands for the answer as a person reads it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
#[serde(default)]
pub struct DraftPart {
    /// Left out unless this holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// `findings`: once for each failed ruling, with `${no}`, `${label}`, `${finding}`, `${photos}`, `${group}`;
    /// the id of a repeat: once for each instance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub each: Option<String>,
    pub text: Text,
    /// Instead, when `each` finds nothing.
    #[serde(skip_serializing_if = "Text::is_empty")]
    #[cfg_attr(feature = "ts", ts(as = "Option<Text>"))]
    pub none: Text,
    #[serde(flatten)]
    #[cfg_attr(feature = "ts", ts(skip))]
    pub extra: Map<String, Value>,
}

impl FormDef {
    /// Reads a definition. Its size and nesting are bounded; what it means is checked by [`crate::Form::compile`].
    pub fn from_json(json: &str) -> Result<Self, crate::Problem> {
        if json.len() > crate::limits::MAX_DEFINITION_BYTES {
            return Err(crate::Problem::new("form-large").with("bytes", crate::limits::MAX_DEFINITION_BYTES));
        }
        // serde_json itself refuses more than 128 levels.
        serde_json::from_str(json).map_err(|e| crate::Problem::new("form-json").with("reason", e))
    }
}
