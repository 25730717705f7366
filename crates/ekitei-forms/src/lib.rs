//! Inspection forms: definition, expressions, calculation, what is missing, what is said in the report.
//!
//! What may not live here: I/O, clocks, randomness, async, SQL, texts for people (they are in the catalogue, by key).
//! The phone's core, the office server and, as WASM, the console's preview call it, all through [`facade`]; it knows
//! only ekitei-model.
//!
//! ```
//! use ekitei_forms::{AnswerKey, Form, Opening, Session};
//! use std::sync::Arc;
//!
//! let form = Form::from_json(
//!     r#"{"id": "pit", "version": 1, "title": "砂利採取場", "items": [
//!         {"id": "fence", "type": "ruling", "label": "立入防止柵", "required": true, "fail_needs_finding": true},
//!         {"id": "score", "type": "calculate", "calculate": "if(${fence} = 'ok', 1, 0)"}]}"#,
//! )
//! .expect("no problems");
//! let mut session = Session::open(Arc::new(form), Opening { new: true, ..Opening::default() });
//! session.set(&AnswerKey::from("fence"), &"fail".into()).expect("a ruling");
//! assert_eq!(session.take_patch().answers[&AnswerKey::from("fence")], "fail"); // store this as field `a.fence`
//! assert_eq!(session.faults()[0].key.0, "fence_finding"); // still missing: the finding's text
//! ```
//!
//! - **Definition** ([`FormDef`], JSON) → [`Form::compile`] reports every [`Problem`] or gives a [`Form`] that never changes.
//! - **Session** ([`Session`]): one inspection while it is open. [`Session::set`] computes again only what depends on the
//!   answer; [`Session::take_patch`] is what to store.
//! - **Façade** ([`facade::OpenForm`]): the same for everybody, one call in, one reply out, as types or as JSON.

pub mod compile;
pub mod date;
pub mod def;
pub mod draft;
pub mod eval;
pub mod facade;
pub mod finish;
pub mod limits;
pub mod list;
pub mod list_pieces;
mod list_search;
pub mod narrow;
pub mod pattern;
pub mod problem;
mod raw_call;
mod reading;
pub mod rest;
pub mod session;
#[cfg(feature = "ts")]
pub mod typescript;
pub mod value;
pub mod view;
pub mod words;
pub mod xpath;

pub use compile::Form;
pub use def::{FormDef, Item, Text};
pub use problem::Problem;
pub use session::{AnswerKey, Answers, Env, Opening, Patch, Session};
