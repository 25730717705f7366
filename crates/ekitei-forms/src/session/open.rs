//! Opening a form: new with its defaults and what the last visit left, or as it was stored.

use super::data::{Data, FORM_FRAME};
use super::recalculate::{Phase, Queue};
use super::{AnswerKey, Answers, Env, Patch, Session, outer_first};
use crate::compile::{Form, NodeId};
use crate::def::{FromLast, ItemType};
use crate::eval::Eval;
use crate::value::{self, Value};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// What a form is opened with.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
#[serde(default)]
pub struct Opening {
    pub env: Env,
    /// `true` for a form that was never opened before: defaults and prefilled answers are put in.
    #[cfg_attr(feature = "ts", ts(as = "Option<bool>"))]
    pub new: bool,
    /// Stored answers (fields `a.`), hidden ones included; photos and signatures as lists of record ids.
    #[cfg_attr(feature = "ts", ts(optional, type = "Record<string, unknown>"))]
    pub answers: Answers,
    /// Stored instances (fields `r.`).
    #[cfg_attr(feature = "ts", ts(optional, type = "Record<string, number | null>"))]
    pub instances: Answers,
    /// The finished answers of the last visit.
    #[cfg_attr(feature = "ts", ts(optional, type = "Record<string, unknown>"))]
    pub last: Answers,
    #[cfg_attr(feature = "ts", ts(optional, type = "Record<string, number | null>"))]
    pub last_instances: Answers,
}

impl Session {
    /// Opens; nothing stored can make this fail: what has no place is kept aside.
    pub fn open(form: Arc<Form>, opening: Opening) -> Self {
        let mut session = Self {
            data: Data::new(&form),
            form,
            env: opening.env,
            stash: opening.answers,
            instances_aside: Answers::new(),
            last: opening.last,
            instance_frames: HashMap::new(),
            queue: Queue::default(),
            patch: Patch::default(),
            touched: HashSet::new(),
            restoring: true,
        };
        session.stash.retain(|_, answer| !answer.is_null());
        session.restore_form_frame();
        session.restore_instances(&opening.instances);
        if opening.new {
            session.restoring = false;
            session.begin(&opening.last_instances);
        }
        session.compute_all();
        if opening.new {
            session.dynamic_defaults(FORM_FRAME);
            session.recalculate();
        }
        session.restoring = false;
        session.touched.clear();
        session
    }

    fn restore_form_frame(&mut self) {
        for node in self.form.scope(0).slots.clone() {
            if *self.form.node(node).kind() == ItemType::Meta {
                self.fill_meta(FORM_FRAME, node);
            }
        }
        let keys: Vec<AnswerKey> = self.stash.keys().filter(|k| k.instance().is_empty()).cloned().collect();
        for key in keys {
            let Ok((frame, node)) = self.place(&key) else { continue };
            let plan = self.form.node(node);
            if plan.is_computed() || plan.kind().is_container() {
                continue;
            }
            if let Ok(value) = value::read(plan.kind(), &self.stash[&key]) {
                self.stash.remove(&key);
                self.store(frame, node, value);
            }
        }
    }

    /// Outer instances before those within them.
    fn restore_instances(&mut self, instances: &Answers) {
        for key in outer_first(instances) {
            if let Some(at) = instances[&key].as_f64() {
                self.restore_instance(&key, at);
            }
        }
    }

    fn restore_instance(&mut self, key: &AnswerKey, at: f64) {
        let Some(&node) = self.form.names.by_id.get(key.question()) else { return };
        let plan = self.form.node(node);
        if plan.inner.is_none() || plan.repeat_count.is_some() {
            return;
        }
        let parent = key.instance().rsplit_once('.').map_or("", |(parent, _)| parent);
        let frame = if plan.scope == 0 {
            parent.is_empty().then_some(FORM_FRAME)
        } else {
            self.instance_frames.get(&(plan.scope, parent.into())).copied()
        };
        // One too many stays aside with its answers.
        if frame.is_none_or(|frame| self.grow(frame, node, key.instance(), at).is_err()) {
            self.instances_aside.insert(key.clone(), at.into());
        }
    }

    /// A new form: defaults, then the answers of the last visit where the form says so.
    fn begin(&mut self, last_instances: &Answers) {
        for node in self.form.scope(0).slots.clone() {
            self.static_default(FORM_FRAME, node);
        }
        let prefilled = |this: &Self, key: &AnswerKey| {
            let node = this.form.names.by_id.get(key.question()).map(|n| this.form.node(*n));
            node.filter(|n| n.item.from_last == FromLast::Prefill).is_some()
        };
        let keys = outer_first(last_instances);
        for key in keys.into_iter().filter(|k| prefilled(self, k)).collect::<Vec<_>>() {
            let before = self.instance_frames.len();
            let Some(at) = last_instances[&key].as_f64() else { continue };
            self.restore_instance(&key, at);
            if self.instance_frames.len() > before {
                self.patch.instances.insert(key.clone(), last_instances[&key].clone());
            }
        }
        let answers: Vec<AnswerKey> = self.last.keys().filter(|k| prefilled(self, k)).cloned().collect();
        for key in answers {
            if let Ok((frame, node)) = self.place(&key) {
                self.prefill(frame, node);
            }
        }
    }

    /// The last visit's answer, where the form takes it over and it still fits.
    pub(super) fn prefill(&mut self, frame: u32, node: NodeId) {
        let plan = self.form.node(node);
        let wanted = plan.item.from_last == FromLast::Prefill
            && !plan.is_computed()
            && !plan.kind().is_container()
            && !plan.kind().is_attachment();
        if wanted
            && let Some(last) = self.last.get(&self.key_at(frame, node))
            && let Ok(value) = value::read(plan.kind(), last)
            && self.check_choices(node, &value).is_ok()
        {
            self.put(frame, node, value);
        }
    }

    pub(super) fn static_default(&mut self, frame: u32, node: NodeId) {
        let plan = self.form.node(node);
        if let Some(default) = &plan.item.default
            && !plan.is_computed()
            && let Ok(value) = value::read(plan.kind(), default)
        {
            self.put(frame, node, value);
        }
    }

    /// Defaults that are expressions, in the order of the form; an answer that is there already stays.
    pub(super) fn dynamic_defaults(&mut self, frame: u32) {
        let form = Arc::clone(&self.form);
        let scope = self.data.frame(frame).scope;
        for &node in &form.scope(scope).slots {
            let Some(expr) = form.node(node).default_expression else { continue };
            if !self.data.slot_of(&form, frame, node).value.is_empty() {
                continue;
            }
            if self.queue.phase == Phase::Open {
                self.recalculate();
            }
            let eval = Eval::new(&form, &self.data, &self.env, node, frame);
            let value = eval.into_value(eval.run(&form.exprs[expr as usize].ir));
            // Through the question's own reading: `1` for a text is a text, a wrong one is no default.
            let kind = form.node(node).kind();
            let written = value::write(&ItemType::Text, &value);
            if let Ok(value) = value::read(kind, &written) {
                self.put(frame, node, value);
            }
        }
    }

    pub(super) fn fill_meta(&mut self, frame: u32, node: NodeId) {
        let meta = self.form.node(node).item.meta.clone().unwrap_or_default();
        let fact = Value::from_text(self.env.fact(&meta));
        self.store(frame, node, fact);
    }
}
