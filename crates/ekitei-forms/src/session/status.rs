//! What is missing, what is wrong, how far one is.

use super::data::{READ_ONLY, REFUSED, RELEVANT, REQUIRED};
use super::{AnswerKey, FORM_FRAME, Session};
use crate::compile::{NodeId, Role};
use crate::def::ItemType;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A question that is not right yet, with its key as the place to jump to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct AnswerFault {
    pub key: AnswerKey,
    /// `answer-missing`, `answer-finding-missing`, `answer-photo-missing`, `answer-refused`, `answer-small`,
    /// `answer-large`, `answer-letters`, `answer-choice-gone`; the text is `error.<code>` of the catalogue.
    pub code: String,
    pub params: BTreeMap<String, String>,
    /// The form's own words, if it has any for this.
    pub message: String,
    pub label: String,
    /// Where it stands: the labels around it.
    pub group: String,
}

/// How far a form, or a part of it, is filled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "FormProgress"))]
pub struct Progress {
    /// Questions that are asked now.
    pub asked: u32,
    pub answered: u32,
    /// Required and not answered.
    pub missing: u32,
    /// Answered, but not as the form wants it.
    pub wrong: u32,
}

impl Session {
    /// Every question in the order of the form, instance by instance: frame and node.
    pub(crate) fn in_order(&self) -> Vec<(u32, NodeId)> {
        let mut order = Vec::with_capacity(self.form.nodes.len());
        self.visit(FORM_FRAME, &mut order);
        order
    }

    fn visit(&self, frame: u32, order: &mut Vec<(u32, NodeId)>) {
        // As deep as repeats within repeats may be.
        let here = self.data.frame(frame);
        for &node in &self.form.scope(here.scope).slots {
            order.push((frame, node));
            let plan = self.form.node(node);
            if plan.inner.is_some() {
                here.kids[plan.kid as usize].iter().for_each(|kid| self.visit(*kid, order));
            }
        }
    }

    /// Whether a person can answer it: shown, and not computed.
    pub(crate) fn is_asked(&self, frame: u32, node: NodeId) -> bool {
        let plan = self.form.node(node);
        let kind = plan.kind();
        let askable =
            !plan.is_computed() && !kind.is_container() && !matches!(kind, ItemType::Note | ItemType::Hidden);
        askable && self.data.slot_of(&self.form, frame, node).has(RELEVANT)
    }

    /// All that stands in the way of finishing, in the order of the form.
    pub fn faults(&self) -> Vec<AnswerFault> {
        self.in_order().into_iter().filter_map(|(frame, node)| self.fault_at(frame, node)).collect()
    }

    pub(crate) fn fault_at(&self, frame: u32, node: NodeId) -> Option<AnswerFault> {
        let (code, param) = self.fault_code(frame, node)?;
        let plan = self.form.node(node);
        let language = self.env.language.as_str();
        let message = match code {
            "answer-missing" | "answer-finding-missing" | "answer-photo-missing" => {
                &plan.item.required_message
            }
            _ => &plan.item.constraint_message,
        };
        let asked = match plan.role {
            Role::Asked => plan,
            Role::Finding(ruling) | Role::Photos(ruling) => self.form.node(ruling),
        };
        let mut params = BTreeMap::new();
        if let Some((name, value)) = param {
            params.insert(name.to_owned(), value);
        }
        Some(AnswerFault {
            key: self.key_at(frame, node),
            code: code.to_owned(),
            params,
            message: self.fill_in(message.get(language), frame),
            label: self.fill_in(asked.item.label.get(language), frame),
            group: self.group_of(frame, node),
        })
    }

    fn fault_code(&self, frame: u32, node: NodeId) -> Option<(&'static str, Option<(&'static str, String)>)> {
        let plan = self.form.node(node);
        let slot = self.data.slot_of(&self.form, frame, node);
        if !slot.has(RELEVANT) || plan.kind().is_container() || plan.is_computed() {
            return None;
        }
        if slot.value.is_empty() {
            let code = match plan.role {
                Role::Asked => "answer-missing",
                Role::Finding(_) => "answer-finding-missing",
                Role::Photos(_) => "answer-photo-missing",
            };
            // What nobody can fill in is nobody's fault.
            let fillable = !slot.has(READ_ONLY) && *plan.kind() != ItemType::Note;
            return (slot.has(REQUIRED) && fillable).then_some((code, None));
        }
        if slot.has(REFUSED) {
            return Some(("answer-refused", None));
        }
        let format = crate::xpath::number::format;
        if let Some(min) = plan.item.min.filter(|min| slot.value.number(|| None) < *min) {
            return Some(("answer-small", Some(("min", format(min)))));
        }
        if let Some(max) = plan.item.max.filter(|max| slot.value.number(|| None) > *max) {
            return Some(("answer-large", Some(("max", format(max)))));
        }
        if let Some(most) = plan.item.max_length
            && slot.value.text().chars().count() > most as usize
        {
            return Some(("answer-letters", Some(("count", most.to_string()))));
        }
        if plan.kind().is_choice() && self.is_choice_gone(frame, node) {
            return Some(("answer-choice-gone", None));
        }
        None
    }

    fn is_choice_gone(&self, frame: u32, node: NodeId) -> bool {
        let plan = self.form.node(node);
        let Some(list) = plan.list else { return false };
        if self.form.lists[list as usize].waits {
            return false;
        }
        let value = &self.data.slot_of(&self.form, frame, node).value;
        let text = value.text();
        let words: Vec<&str> = match plan.kind() {
            ItemType::SelectOne => vec![&*text],
            _ => text.split(' ').collect(),
        };
        let rows = plan.choice_filter.is_some().then(|| self.choice_rows(frame, node));
        let list = &self.form.lists[list as usize];
        words.iter().any(|word| match &rows {
            None => list.row_of(word).is_none(),
            Some(rows) => !rows.iter().any(|r| list.value(*r) == *word),
        })
    }

    /// Labels of the groups and the instance around a question.
    pub(crate) fn group_of(&self, frame: u32, node: NodeId) -> String {
        let language = self.env.language.as_str();
        let (mut frame, mut at) = (frame, self.form.node(node).parent);
        let mut labels = Vec::new();
        while at != crate::compile::ROOT {
            let plan = self.form.node(at);
            let mut label = self.fill_in(plan.item.label.get(language), frame);
            if plan.inner.is_some() {
                label = self.instance_label(frame);
                frame = self.data.frame(frame).parent;
            }
            if !label.is_empty() {
                labels.push(label);
            }
            at = plan.parent;
        }
        labels.reverse();
        labels.join(" › ")
    }

    pub fn progress(&self) -> Progress {
        self.progress_of(&self.in_order())
    }

    pub(crate) fn progress_of(&self, questions: &[(u32, NodeId)]) -> Progress {
        let mut progress = Progress::default();
        for &(frame, node) in questions {
            if !self.is_asked(frame, node) {
                continue;
            }
            let plan = self.form.node(node);
            let slot = self.data.slot_of(&self.form, frame, node);
            let answered = !slot.value.is_empty();
            // Photos and findings count when they are wanted or there.
            if plan.role != Role::Asked && !answered && !slot.has(REQUIRED) {
                continue;
            }
            progress.asked += 1;
            progress.answered += u32::from(answered);
            match self.fault_code(frame, node) {
                Some(_) if !answered => progress.missing += 1,
                Some(_) => progress.wrong += 1,
                None => {}
            }
        }
        progress
    }
}
