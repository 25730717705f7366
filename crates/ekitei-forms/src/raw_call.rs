//! A call as its JSON has it: all fields of all calls. Which of them a call needs is decided here once, instead of by
//! serde's tagged reading, which buffers and would be a twentieth of the engine in a browser.

use crate::facade::Call;
use crate::session::{AnswerKey, Answers};
use serde::{Deserialize, Deserializer};
use serde_json::Value as Json;

#[derive(Deserialize)]
pub(crate) struct RawCall {
    call: String,
    #[serde(default)]
    key: Option<AnswerKey>,
    /// Absent and null are different: null takes an answer away.
    #[serde(default, deserialize_with = "there")]
    answer: Option<Json>,
    #[serde(default)]
    now: Option<String>,
    #[serde(default)]
    page: Option<u32>,
    #[serde(default)]
    repeat: Option<String>,
    #[serde(default)]
    parent: Option<String>,
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    answers: Option<Answers>,
    #[serde(default)]
    instances: Option<Answers>,
    #[serde(default)]
    search: Option<String>,
    #[serde(default)]
    from: Option<u32>,
    #[serde(default)]
    limit: Option<u32>,
    #[serde(default)]
    keys: Option<Vec<AnswerKey>>,
    #[serde(default)]
    expression: Option<String>,
}

fn there<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Json>, D::Error> {
    Json::deserialize(d).map(Some)
}

impl TryFrom<RawCall> for Call {
    type Error = String;

    fn try_from(raw: RawCall) -> Result<Self, String> {
        let no = |field: &str| format!("'{}' needs '{field}'", crate::session::shown(&raw.call));
        Ok(match raw.call.as_str() {
            "view" => Self::View,
            "page" => Self::Page { page: raw.page.ok_or_else(|| no("page"))? },
            "set" => Self::Set {
                key: raw.key.ok_or_else(|| no("key"))?,
                answer: raw.answer.ok_or_else(|| no("answer"))?,
                now: raw.now,
            },
            "add_instance" => Self::AddInstance {
                repeat: raw.repeat.ok_or_else(|| no("repeat"))?,
                parent: raw.parent.unwrap_or_default(),
                id: raw.id.ok_or_else(|| no("id"))?,
            },
            "remove_instance" => Self::RemoveInstance { key: raw.key.ok_or_else(|| no("key"))? },
            "receive" => Self::Receive {
                answers: raw.answers.unwrap_or_default(),
                instances: raw.instances.unwrap_or_default(),
            },
            "choices" => Self::Choices {
                key: raw.key.ok_or_else(|| no("key"))?,
                search: raw.search.unwrap_or_default(),
                from: raw.from.unwrap_or_default(),
                limit: raw.limit.unwrap_or_default(),
            },
            "missing" => Self::Missing,
            "rest_preview" => Self::RestPreview,
            "rest_apply" => Self::RestApply { keys: raw.keys.ok_or_else(|| no("keys"))? },
            "draft" => Self::Draft { key: raw.key },
            "evaluate" => {
                Self::Evaluate { key: raw.key, expression: raw.expression.ok_or_else(|| no("expression"))? }
            }
            "finish_check" => Self::FinishCheck,
            "finish" => Self::Finish { now: raw.now },
            _ => return Err(format!("no call '{}'", crate::session::shown(&raw.call))),
        })
    }
}
