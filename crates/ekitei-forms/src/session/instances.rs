//! Instances of repeats: added and removed by people, or as many as a count says.

use super::data::{FORM_FRAME, Frame};
use super::key::is_instance_id;
use super::{AnswerKey, Session, shown};
use crate::compile::{Effect, NodeId};
use crate::limits::MAX_INSTANCES;
use crate::value::{self, Value};
use ekitei_model::Fault;
use serde_json::Value as Json;

impl Session {
    /// Adds an instance behind the others. `parent` is the id of the instance around it, empty at the top; `id` is
    /// minted by the caller and new among its neighbours. Returns the key of the instance. Faults: `question-unknown`,
    /// `instance-unknown`, `instance-id`, `instance-counted`, `instance-many`.
    pub fn add_instance(&mut self, repeat: &str, parent: &str, id: &str) -> Result<AnswerKey, Fault> {
        let (frame, node) = self.repeat_place(repeat, parent)?;
        if self.form.node(node).repeat_count.is_some() {
            return Err(Fault::ask("instance-counted").with("question", shown(repeat)));
        }
        if !is_instance_id(id) {
            return Err(Fault::ask("instance-id").with("instance", shown(id)));
        }
        let siblings = &self.data.frame(frame).kids[self.form.node(node).kid as usize];
        let at = siblings.last().map_or(1.0, |last| self.data.frame(*last).at + 1.0);
        let full = if parent.is_empty() { id.to_owned() } else { format!("{parent}.{id}") };
        self.grow(frame, node, &full, at)?;
        let key = AnswerKey::new(repeat, &full);
        self.patch
            .instances
            .insert(key.clone(), value::write(&crate::def::ItemType::Decimal, &Value::Number(at)));
        self.recalculate();
        Ok(key)
    }

    /// Removes an instance with its answers and all instances within. Faults: `question-unknown`, `instance-unknown`,
    /// `instance-counted`.
    pub fn remove_instance(&mut self, key: &AnswerKey) -> Result<(), Fault> {
        let unknown = || Fault::ask("instance-unknown").with("question", shown(&key.0));
        let node = *self.form.names.by_id.get(key.question()).ok_or_else(unknown)?;
        let plan = self.form.node(node);
        let scope = plan.inner.ok_or_else(unknown)?;
        if plan.repeat_count.is_some() {
            return Err(Fault::ask("instance-counted").with("question", shown(key.question())));
        }
        let frame = *self.instance_frames.get(&(scope, key.instance().into())).ok_or_else(unknown)?;
        for frame in self.shrink(frame) {
            let below = self.form.scope(frame.scope).node;
            if self.form.node(below).repeat_count.is_none() {
                self.patch
                    .instances
                    .insert(AnswerKey::new(self.form.node(below).id(), &frame.id), Json::Null);
            }
            for (node, slot) in self.form.scope(frame.scope).slots.iter().zip(&frame.slots) {
                if !slot.value.is_empty() && !self.form.node(*node).is_computed() {
                    let key = AnswerKey::new(self.form.node(*node).id(), &frame.id);
                    self.patch.answers.insert(key, Json::Null);
                }
            }
        }
        self.drop_aside(scope, key.instance());
        self.recalculate();
        Ok(())
    }

    /// An instance from elsewhere: its place among the others, null takes it away (its answers are kept aside).
    pub fn receive_instance(&mut self, key: &AnswerKey, place: &Json) {
        let Some(&node) = self.form.names.by_id.get(key.question()) else { return };
        let plan = self.form.node(node);
        let Some(scope) = plan.inner.filter(|_| plan.repeat_count.is_none()) else { return };
        let there = self.instance_frames.get(&(scope, key.instance().into())).copied();
        self.restoring = true;
        match (place.as_f64(), there) {
            (None, Some(frame)) => {
                let gone = self.shrink(frame);
                self.keep_aside(gone);
            }
            (Some(at), None) => {
                let parent = key.instance().rsplit_once('.').map_or("", |(parent, _)| parent);
                let around = self.repeat_place(key.question(), parent);
                // One too many is refused for people; here it stays aside with its answers.
                let grown = around.and_then(|(frame, node)| self.grow(frame, node, key.instance(), at));
                if grown.is_err() {
                    self.instances_aside.insert(key.clone(), at.into());
                }
            }
            (None, None) => drop(self.instances_aside.remove(key)),
            (Some(_), Some(_)) => {}
        }
        self.recalculate();
        self.restoring = false;
    }

    fn repeat_place(&self, repeat: &str, parent: &str) -> Result<(u32, NodeId), Fault> {
        let unknown = || Fault::ask("question-unknown").with("question", shown(repeat));
        let node = *self.form.names.by_id.get(repeat).ok_or_else(unknown)?;
        let plan = self.form.node(node);
        if plan.inner.is_none() {
            return Err(unknown());
        }
        let frame = if plan.scope == 0 {
            parent.is_empty().then_some(FORM_FRAME)
        } else {
            self.instance_frames.get(&(plan.scope, parent.into())).copied()
        };
        let frame = frame.ok_or_else(|| Fault::ask("instance-unknown").with("question", shown(parent)))?;
        Ok((frame, node))
    }

    /// The instances of a counted repeat: `n1`, `n2`, … What a smaller count takes away comes back with a larger one.
    pub(super) fn fit_count(&mut self, frame: u32, repeat: NodeId, count: f64) {
        let form = std::sync::Arc::clone(&self.form);
        let plan = form.node(repeat);
        let wanted = if count.is_nan() { 0 } else { count.clamp(0.0, MAX_INSTANCES as f64) as usize };
        let around = self.data.frame(frame).id.to_string();
        loop {
            let there = &self.data.frame(frame).kids[plan.kid as usize];
            if there.len() > wanted {
                let Some(&last) = there.last() else { return };
                let gone = self.shrink(last);
                self.keep_aside(gone);
            } else if there.len() < wanted {
                let number = there.len() + 1;
                let id = if around.is_empty() { format!("n{number}") } else { format!("{around}.n{number}") };
                if self.grow(frame, repeat, &id, number as f64).is_err() {
                    return;
                }
            } else {
                return;
            }
        }
    }

    /// Makes the frame, fills it from the stash or with defaults, and queues all its expressions.
    pub(super) fn grow(&mut self, parent: u32, repeat: NodeId, id: &str, at: f64) -> Result<u32, Fault> {
        let form = std::sync::Arc::clone(&self.form);
        let scope = form.node(repeat).inner.ok_or_else(|| Fault::ask("question-unknown"))?;
        if self.data.count() > MAX_INSTANCES {
            return Err(Fault::ask("instance-many").with("count", MAX_INSTANCES));
        }
        if self.instance_frames.contains_key(&(scope, id.into())) {
            return Err(Fault::ask("instance-id").with("instance", shown(id)));
        }
        let frame =
            self.data.add(&form, parent, repeat, id, at).ok_or_else(|| Fault::ask("question-unknown"))?;
        self.instance_frames.insert((scope, id.into()), frame);
        for &node in &form.scope(scope).slots {
            self.fill_new(frame, node);
        }
        for &expr in &form.graph.order {
            let compiled = &form.exprs[expr as usize];
            if form.node(compiled.owner).scope == scope && compiled.effect != Effect::OnDemand {
                self.enqueue(expr, frame);
            }
        }
        self.touched.insert((parent, repeat));
        self.changed(parent, repeat);
        self.restore_aside(frame);
        if !self.restoring {
            self.dynamic_defaults(frame);
        }
        Ok(frame)
    }

    /// Instances that were aside while this one was away.
    fn restore_aside(&mut self, frame: u32) {
        if self.instances_aside.is_empty() {
            return;
        }
        let form = std::sync::Arc::clone(&self.form);
        let id = self.data.frame(frame).id.to_string();
        for &repeat in &form.scope(self.data.frame(frame).scope).repeats {
            let ours = |key: &AnswerKey| {
                key.question() == form.node(repeat).id()
                    && key.instance().rsplit_once('.').is_some_and(|(around, _)| around == id)
            };
            let back: Vec<AnswerKey> = self.instances_aside.keys().filter(|k| ours(k)).cloned().collect();
            for key in back {
                let place = self.instances_aside.remove(&key).and_then(|place| place.as_f64());
                if let Some(at) = place
                    && self.grow(frame, repeat, key.instance(), at).is_err()
                {
                    self.instances_aside.insert(key, at.into());
                }
            }
        }
    }

    /// What is aside goes with an instance that a person removes.
    fn drop_aside(&mut self, scope: u16, id: &str) {
        let form = std::sync::Arc::clone(&self.form);
        let below = |key: &AnswerKey| {
            let within = key.instance() == id
                || key.instance().strip_prefix(id).is_some_and(|rest| rest.starts_with('.'));
            let Some(&node) = form.names.by_id.get(key.question()).filter(|_| within) else { return false };
            let mut at = form.node(node).scope;
            while at != 0 && at != scope {
                at = form.scope(at).parent;
            }
            at == scope
        };
        let gone: Vec<AnswerKey> = self.stash.keys().filter(|k| below(k)).cloned().collect();
        for key in gone {
            self.stash.remove(&key);
            self.patch.answers.insert(key, Json::Null);
        }
        let gone: Vec<AnswerKey> = self.instances_aside.keys().filter(|k| below(k)).cloned().collect();
        for key in gone {
            self.instances_aside.remove(&key);
            self.patch.instances.insert(key, Json::Null);
        }
    }

    fn fill_new(&mut self, frame: u32, node: NodeId) {
        let form = std::sync::Arc::clone(&self.form);
        let plan = form.node(node);
        if plan.kind().is_container() {
            return;
        }
        let key = self.key_at(frame, node);
        if let Some(kept) = self.stash.get(&key)
            && let Ok(value) = value::read(plan.kind(), kept)
            && !plan.is_computed()
        {
            self.stash.remove(&key);
            self.store(frame, node, value);
        } else if *plan.kind() == crate::def::ItemType::Meta {
            self.fill_meta(frame, node);
        } else if !self.restoring {
            self.static_default(frame, node);
            self.prefill(frame, node);
        }
    }

    /// Takes an instance and all within it out; the caller decides about the answers.
    fn shrink(&mut self, frame: u32) -> Vec<Frame> {
        let here = self.data.frame(frame);
        let (parent, repeat) = (here.parent, self.form.scope(here.scope).node);
        let gone = self.data.remove(&self.form, frame);
        for frame in &gone {
            self.instance_frames.remove(&(frame.scope, frame.id.clone()));
        }
        self.touched.insert((parent, repeat));
        self.changed(parent, repeat);
        gone
    }

    fn keep_aside(&mut self, gone: Vec<Frame>) {
        let form = std::sync::Arc::clone(&self.form);
        for (i, frame) in gone.into_iter().enumerate() {
            let repeat = form.node(form.scope(frame.scope).node);
            // The first is the one that was taken away; those within it come back with it.
            if i > 0 && repeat.repeat_count.is_none() {
                self.instances_aside.insert(AnswerKey::new(repeat.id(), &frame.id), frame.at.into());
            }
            for (node, slot) in form.scope(frame.scope).slots.iter().zip(&frame.slots) {
                let plan = form.node(*node);
                if !slot.value.is_empty() && !plan.is_computed() {
                    let key = AnswerKey::new(plan.id(), &frame.id);
                    self.stash.insert(key, value::write(plan.kind(), &slot.value));
                }
            }
        }
    }
}
