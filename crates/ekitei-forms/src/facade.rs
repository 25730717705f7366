//! The one surface for phone core, server and WASM: a call goes in, a reply comes out, typed or as JSON.
//!
//! ```
//! use ekitei_forms::facade::{Call, OpenForm, Reply};
//!
//! let definition = r#"{"id": "f", "version": 1, "title": "点検", "items": [{"id": "a", "type": "integer"}]}"#;
//! let form = ekitei_forms::Form::from_json(definition).expect("no problems");
//! let mut open = OpenForm::open(std::sync::Arc::new(form), ekitei_forms::Opening { new: true, ..Default::default() });
//! let reply = open.call(Call::Set { key: "a".into(), answer: "１２".into(), now: None }).expect("a number");
//! let Reply::Changed(change) = reply else { panic!("set replies with changes") };
//! assert_eq!(change.answers["a"], 12); // store as fields `a.<key>`; null takes away
//!
//! let json = open.call_json(r#"{"call": "set", "key": "a", "answer": "viele"}"#);
//! assert!(json.contains(r#""err":{"code":"answer-not-a-number""#));
//! ```

use crate::compile::Form;
use crate::finish::{FinishCheck, Finished};
use crate::problem::Problem;
use crate::raw_call::RawCall;
use crate::rest::RestItem;
use crate::session::evaluate::Evaluated;
use crate::session::status::{AnswerFault, Progress};
use crate::session::{AnswerKey, Opening, Session, outer_first};
use crate::view::{ChoicesView, FormView, ItemView, PageView};
use ekitei_model::Fault;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What can be asked of an open form. JSON: `{"call": "set", "key": "fence", "answer": "ok"}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "FormCall"))]
#[serde(tag = "call", rename_all = "snake_case", try_from = "RawCall")]
pub enum Call {
    /// Pages and progress. Reply: `form`.
    View,
    /// The questions of a page. Reply: `page`.
    Page { page: u32 },
    /// An answer, null to take it away; photos and signatures as lists of record ids. Reply: `changed`.
    Set {
        key: AnswerKey,
        #[cfg_attr(feature = "ts", ts(type = "unknown"))]
        answer: Json,
        /// The time, when it has gone on since opening.
        #[serde(default)]
        #[cfg_attr(feature = "ts", ts(optional))]
        now: Option<String>,
    },
    /// A new instance behind the others; `id` is minted by the caller (UUID). Reply: `changed`.
    AddInstance {
        repeat: String,
        /// Instance id of the repeat around it; empty at the outermost level.
        #[serde(default)]
        #[cfg_attr(feature = "ts", ts(optional, as = "Option<String>"))]
        parent: String,
        id: String,
    },
    /// Reply: `changed`.
    RemoveInstance { key: AnswerKey },
    /// Answers and instances from another device or the office; never offered as changes again. Reply: `changed`.
    Receive {
        #[serde(default)]
        #[cfg_attr(feature = "ts", ts(optional, type = "Record<string, unknown>"))]
        answers: BTreeMap<AnswerKey, Json>,
        #[serde(default)]
        #[cfg_attr(feature = "ts", ts(optional, type = "Record<string, number | null>"))]
        instances: BTreeMap<AnswerKey, Json>,
    },
    /// A part of a long list. Reply: `choices`.
    Choices {
        key: AnswerKey,
        #[serde(default)]
        #[cfg_attr(feature = "ts", ts(optional, as = "Option<String>"))]
        search: String,
        #[serde(default)]
        #[cfg_attr(feature = "ts", ts(optional, as = "Option<u32>"))]
        from: u32,
        #[serde(default)]
        #[cfg_attr(feature = "ts", ts(optional, as = "Option<u32>"))]
        limit: u32,
    },
    /// Everything that stands in the way of finishing, to jump to. Reply: `missing`.
    Missing,
    /// What 「残りはすべて適」 would fill. Reply: `rest`.
    RestPreview,
    /// Fills exactly what the preview showed. Reply: `changed`.
    RestApply { keys: Vec<AnswerKey> },
    /// The report's draft, or that of one text question. Reply: `draft`.
    Draft {
        #[serde(default)]
        #[cfg_attr(feature = "ts", ts(optional))]
        key: Option<AnswerKey>,
    },
    /// An expression tried out over the present answers, as if it stood at `key`. Reply: `evaluated`.
    Evaluate {
        #[serde(default)]
        #[cfg_attr(feature = "ts", ts(optional))]
        key: Option<AnswerKey>,
        expression: String,
    },
    /// What finishing would leave out and what still stands in the way. Reply: `finish_check`.
    FinishCheck,
    /// The content of the finished record. Fault `form-not-ready` while something stands in the way. Reply: `finished`.
    Finish {
        #[serde(default)]
        #[cfg_attr(feature = "ts", ts(optional))]
        now: Option<String>,
    },
}

/// JSON: `{"reply": "changed", "answers": {…}, …}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "FormReply"))]
#[serde(tag = "reply", rename_all = "snake_case")]
pub enum Reply {
    Form(FormView),
    Page(PageView),
    Changed(Changed),
    Choices(ChoicesView),
    Missing { faults: Vec<AnswerFault>, progress: Progress },
    Rest { items: Vec<RestItem> },
    Draft { text: String },
    Evaluated(Evaluated),
    FinishCheck(FinishCheck),
    Finished(Finished),
}

/// What a call changed: what to store, and what to draw anew.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "FormChange"))]
pub struct Changed {
    /// Fields `a.<key>` to store; null takes away.
    #[cfg_attr(feature = "ts", ts(type = "Record<string, unknown>"))]
    pub answers: BTreeMap<String, Json>,
    /// Fields `r.<key>` to store: the place of an instance; null takes it away.
    #[cfg_attr(feature = "ts", ts(type = "Record<string, number | null>"))]
    pub instances: BTreeMap<String, Json>,
    /// Questions that look different now, without what is within them.
    pub items: Vec<ItemView>,
    /// Questions appeared, vanished, or instances came or went: fetch the page again.
    pub reshaped: bool,
    pub progress: Progress,
}

/// Questions told of one by one; with more of them a page is fetched again anyway.
const MAX_CHANGED_ITEMS: usize = 60;

/// An open form behind the façade.
#[derive(Clone, Debug)]
pub struct OpenForm {
    session: Session,
}

impl OpenForm {
    pub fn open(form: Arc<Form>, opening: Opening) -> Self {
        Self { session: Session::open(form, opening) }
    }

    /// Compiles and opens from JSON texts. Faults: the first problem of the definition; `json-unreadable`.
    pub fn open_json(definition: &str, opening: &str) -> Result<Self, Fault> {
        let form = Form::from_json(definition).map_err(|problems| {
            problems.into_iter().next().map_or_else(|| Fault::ask("form-json"), Fault::from)
        })?;
        let opening = serde_json::from_str(opening).map_err(|e| unreadable(&e))?;
        Ok(Self::open(Arc::new(form), opening))
    }

    pub fn session(&self) -> &Session {
        &self.session
    }

    pub fn session_mut(&mut self) -> &mut Session {
        &mut self.session
    }

    /// What opening put in by itself (defaults, prefilled answers): to store before the first call.
    pub fn begun(&mut self) -> Changed {
        self.changed()
    }

    pub fn call(&mut self, call: Call) -> Result<Reply, Fault> {
        Ok(match call {
            Call::View => Reply::Form(self.session.form_view()),
            Call::Page { page } => {
                let view = self.session.page_view(page);
                Reply::Page(view.ok_or_else(|| Fault::ask("page-unknown").with("page", page))?)
            }
            Call::Set { key, answer, now } => {
                if let Some(now) = now {
                    self.session.set_now(&now);
                }
                self.session.set(&key, &answer)?;
                Reply::Changed(self.changed())
            }
            Call::AddInstance { repeat, parent, id } => {
                self.session.add_instance(&repeat, &parent, &id)?;
                Reply::Changed(self.changed())
            }
            Call::RemoveInstance { key } => {
                self.session.remove_instance(&key)?;
                Reply::Changed(self.changed())
            }
            Call::Receive { answers, instances } => {
                self.receive(&answers, &instances);
                Reply::Changed(self.changed())
            }
            Call::Choices { key, search, from, limit } => {
                let limit = if limit == 0 { 50 } else { limit as usize };
                Reply::Choices(self.session.choices(&key, &search, from as usize, limit)?)
            }
            Call::Missing => {
                Reply::Missing { faults: self.session.faults(), progress: self.session.progress() }
            }
            Call::RestPreview => Reply::Rest { items: self.session.rest_preview() },
            Call::RestApply { keys } => {
                self.session.rest_apply(&keys)?;
                Reply::Changed(self.changed())
            }
            Call::Draft { key: None } => Reply::Draft { text: self.session.draft_report() },
            Call::Draft { key: Some(key) } => {
                let (frame, node) = self.session.place(&key)?;
                Reply::Draft { text: self.session.draft_of(frame, node) }
            }
            Call::Evaluate { key, expression } => {
                Reply::Evaluated(self.session.evaluate(key.as_ref(), &expression)?)
            }
            Call::FinishCheck => Reply::FinishCheck(self.session.finish_check()),
            Call::Finish { now } => {
                if let Some(now) = now {
                    self.session.set_now(&now);
                }
                let faults = self.session.faults();
                if !faults.is_empty() {
                    return Err(Fault::ask("form-not-ready").with("count", faults.len()));
                }
                Reply::Finished(self.session.finish())
            }
        })
    }

    /// The same with JSON texts: `{"ok": reply}` or `{"err": fault}`.
    pub fn call_json(&mut self, call: &str) -> String {
        let reply = serde_json::from_str(call).map_err(|e| unreadable(&e)).and_then(|call| self.call(call));
        match reply {
            Ok(reply) => envelope("ok", &reply),
            Err(fault) => envelope("err", &fault),
        }
    }

    fn receive(&mut self, answers: &BTreeMap<AnswerKey, Json>, instances: &BTreeMap<AnswerKey, Json>) {
        for key in outer_first(instances) {
            self.session.receive_instance(&key, &instances[&key]);
        }
        for (key, answer) in answers {
            self.session.receive(key, answer);
        }
    }

    fn changed(&mut self) -> Changed {
        let patch = self.session.take_patch();
        let touched = self.session.take_touched();
        let form = Arc::clone(self.session.form());
        let reshaped = touched.len() > MAX_CHANGED_ITEMS
            || touched.iter().any(|&(frame, node)| {
                let plan = form.node(node);
                plan.kind().is_container()
                    || plan.relevant.is_some()
                    || !self.session.data.is_relevant(&form, frame, node)
            });
        let items =
            touched.iter().take(MAX_CHANGED_ITEMS).map(|&(f, n)| self.session.item_view(f, n)).collect();
        let plain = |answers: crate::Answers| {
            let mut fields = BTreeMap::new();
            answers.into_iter().for_each(|(key, value)| drop(fields.insert(key.0, value)));
            fields
        };
        Changed {
            answers: plain(patch.answers),
            instances: plain(patch.instances),
            items,
            reshaped,
            progress: self.session.progress(),
        }
    }
}

/// Checks a definition for a builder: `{"ok": {"items": n}}` or `{"problems": […]}`.
pub fn check_json(definition: &str) -> String {
    match Form::from_json(definition) {
        Ok(form) => format!("{{\"ok\":{{\"items\":{}}}}}", form.item_count()),
        Err(problems) => envelope::<Vec<Problem>>("problems", &problems),
    }
}

fn unreadable(e: &serde_json::Error) -> Fault {
    Fault::ask("json-unreadable").with("reason", e)
}

fn envelope<T: Serialize>(name: &str, content: &T) -> String {
    let content =
        serde_json::to_string(content).expect("replies are texts, numbers, lists and maps with text keys");
    format!("{{\"{name}\":{content}}}")
}
