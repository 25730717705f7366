//! The end of an inspection: what is left out is told before, what is kept is exactly what was seen.

use crate::compile::{NodeId, Role};
use crate::def::ItemType;
use crate::session::data::RELEVANT;
use crate::session::status::AnswerFault;
use crate::session::{AnswerKey, Answers, Session};
use crate::{value, words};
use serde::{Deserialize, Serialize};

/// An answer that the finished record will not have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct LeftOut {
    pub key: AnswerKey,
    pub label: String,
    pub shown: String,
    /// `hidden`: its question does not apply at present; `no-place`: its question or instance is not in this form.
    pub reason: String,
}

/// What finishing would do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct FinishCheck {
    /// Nothing stands in the way.
    pub ready: bool,
    pub faults: Vec<AnswerFault>,
    pub left_out: Vec<LeftOut>,
}

/// A finished inspection's content.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Finished {
    pub form: String,
    pub version: u32,
    /// Answers of questions that apply.
    #[cfg_attr(feature = "ts", ts(type = "Record<string, unknown>"))]
    pub answers: Answers,
    /// Calculated values and facts as they are now (fields `c.`).
    #[cfg_attr(feature = "ts", ts(type = "Record<string, unknown>"))]
    pub calculated: Answers,
    /// Keys of answers that were left out.
    pub left_out: Vec<AnswerKey>,
    /// The report's draft; the text that a person wrote counts more.
    pub report: String,
}

/// An answered question for reports, tables and exports.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct AnswerRow {
    pub key: AnswerKey,
    /// As in the definition: `text`, `ruling`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// Labels of what is around it, outermost first, with ` › ` between.
    pub group: String,
    pub label: String,
    /// As a person reads it.
    pub shown: String,
    #[cfg_attr(feature = "ts", ts(type = "unknown"))]
    pub answer: serde_json::Value,
    pub computed: bool,
    /// Of a ruling's finding and photos: the ruling.
    pub part_of: Option<AnswerKey>,
}

impl Session {
    /// Every question that applies and is for people, in the order of the form, answered or not.
    pub fn rows(&self) -> Vec<AnswerRow> {
        let language = self.env().language.as_str();
        let mut rows = Vec::new();
        for (frame, node) in self.in_order() {
            let plan = self.form.node(node);
            let slot = self.data.slot_of(&self.form, frame, node);
            let silent = plan.kind().is_container()
                || matches!(plan.kind(), ItemType::Note | ItemType::Hidden)
                || (plan.is_computed() && plan.item.label.is_empty());
            if silent || !slot.has(RELEVANT) {
                continue;
            }
            rows.push(AnswerRow {
                key: self.key_at(frame, node),
                kind: plan.kind().as_str().to_owned(),
                group: self.group_of(frame, node),
                label: self.label_of(frame, node),
                shown: words::shown(&self.form, plan, &slot.value, language),
                answer: value::write(plan.kind(), &slot.value),
                computed: plan.is_computed(),
                part_of: match plan.role {
                    Role::Asked => None,
                    Role::Finding(ruling) | Role::Photos(ruling) => Some(self.key_at(frame, ruling)),
                },
            });
        }
        rows
    }

    pub fn finish_check(&self) -> FinishCheck {
        let faults = self.faults();
        FinishCheck { ready: faults.is_empty(), faults, left_out: self.left_out() }
    }

    /// Answers that nobody sees at present. They stay while the form is open and come back with their question.
    pub fn left_out(&self) -> Vec<LeftOut> {
        let language = self.env().language.as_str();
        let mut out: Vec<LeftOut> = Vec::new();
        for (frame, node) in self.in_order() {
            let slot = self.data.slot_of(&self.form, frame, node);
            let plan = self.form.node(node);
            if slot.value.is_empty() || slot.has(RELEVANT) || plan.is_computed() {
                continue;
            }
            out.push(LeftOut {
                key: self.key_at(frame, node),
                label: self.label_of(frame, node),
                shown: words::shown(&self.form, plan, &slot.value, language),
                reason: "hidden".to_owned(),
            });
        }
        for (key, answer) in &self.stash {
            let node = self.form.names.by_id.get(key.question()).map(|n| self.form.node(*n));
            out.push(LeftOut {
                key: key.clone(),
                label: node
                    .map_or_else(|| key.question().to_owned(), |n| n.item.label.get(language).to_owned()),
                shown: value::json_text(answer),
                reason: "no-place".to_owned(),
            });
        }
        out
    }

    /// The content of the finished record, whether or not [`Session::finish_check`] is content with it.
    pub fn finish(&self) -> Finished {
        let mut finished = Finished {
            form: self.form.id.clone(),
            version: self.form.version,
            left_out: self.left_out().into_iter().map(|l| l.key).collect(),
            report: self.draft_report(),
            ..Finished::default()
        };
        for (frame, node) in self.in_order() {
            let plan = self.form.node(node);
            let seen = self.data.seen(&self.form, frame, node);
            if seen.is_empty() || plan.kind().is_container() {
                continue;
            }
            let answers = if plan.is_computed() { &mut finished.calculated } else { &mut finished.answers };
            answers.insert(self.key_at(frame, node), value::write(plan.kind(), seen));
        }
        finished
    }

    /// The label with its answers filled in; a ruling's parts have the ruling's.
    pub(crate) fn label_of(&self, frame: u32, node: NodeId) -> String {
        let plan = self.form.node(node);
        let asked = match plan.role {
            Role::Asked => plan,
            Role::Finding(ruling) | Role::Photos(ruling) => self.form.node(ruling),
        };
        self.fill_in(asked.item.label.get(&self.env().language), frame)
    }
}
