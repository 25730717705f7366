//! A form being filled: answers, instances, and what follows from them, kept up to date answer by answer.

pub mod data;
pub mod env;
pub mod evaluate;
pub mod instances;
pub mod key;
pub mod open;
pub mod recalculate;
pub mod status;

pub use env::Env;
pub use key::AnswerKey;
pub use open::Opening;

use crate::compile::{Form, NodeId};
use crate::def::ItemType;
use crate::value::{self, Value};
use data::{Data, FORM_FRAME};
use ekitei_model::Fault;
use recalculate::Queue;
use serde_json::Value as Json;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// Answers by key, as they are stored.
pub type Answers = BTreeMap<AnswerKey, Json>;

/// An inspection while it is open. The caller stores what [`Session::take_patch`] returns after every call.
#[derive(Clone, Debug)]
pub struct Session {
    pub(crate) form: Arc<Form>,
    pub(crate) data: Data,
    pub(crate) env: Env,
    /// Answers that have no place at the moment: of instances that a count took away, of questions that this version
    /// does not have, and what could not be read. Kept as they came.
    pub(crate) stash: Answers,
    /// Instances that have no place at the moment, because the instance around them is away.
    pub(crate) instances_aside: Answers,
    /// The last visit's answers.
    pub(crate) last: Answers,
    /// Frame of each instance, by its scope and id.
    pub(crate) instance_frames: HashMap<(u16, Box<str>), u32>,
    queue: Queue,
    patch: Patch,
    /// What a screen must draw anew: frame and node.
    touched: HashSet<(u32, NodeId)>,
    /// New instances get their defaults; restored ones have their answers.
    restoring: bool,
}

/// What changed since it was last asked for; null takes away.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Patch {
    /// Fields `a.<key>`.
    pub answers: Answers,
    /// Fields `r.<key>`: the place of an instance among the others.
    pub instances: Answers,
}

impl Patch {
    pub fn is_empty(&self) -> bool {
        self.answers.is_empty() && self.instances.is_empty()
    }
}

impl Session {
    pub fn form(&self) -> &Arc<Form> {
        &self.form
    }

    pub fn env(&self) -> &Env {
        &self.env
    }

    /// The time goes on: `now()` and `today()` are taken from here at the next evaluation.
    pub fn set_now(&mut self, now: &str) {
        now.clone_into(&mut self.env.now);
    }

    /// Changes to store since the last call.
    pub fn take_patch(&mut self) -> Patch {
        std::mem::take(&mut self.patch)
    }

    /// Questions whose look changed since the last call.
    pub(crate) fn take_touched(&mut self) -> Vec<(u32, NodeId)> {
        let mut touched: Vec<_> = self.touched.drain().filter(|(frame, _)| self.data.lives(*frame)).collect();
        touched.sort_unstable();
        touched
    }

    /// The place of a key. Faults: `question-unknown`, `instance-unknown`.
    pub(crate) fn place(&self, key: &AnswerKey) -> Result<(u32, NodeId), Fault> {
        let unknown = || Fault::ask("question-unknown").with("question", shown(&key.0));
        let node = *self.form.names.by_id.get(key.question()).ok_or_else(unknown)?;
        let scope = self.form.node(node).scope;
        let frame = self.frame_of(scope, key.instance());
        let frame = frame.ok_or_else(|| Fault::ask("instance-unknown").with("question", shown(&key.0)))?;
        Ok((frame, node))
    }

    fn frame_of(&self, scope: u16, instance: &str) -> Option<u32> {
        if scope == 0 {
            return instance.is_empty().then_some(FORM_FRAME);
        }
        self.instance_frames.get(&(scope, instance.into())).copied()
    }

    pub(crate) fn key_at(&self, frame: u32, node: NodeId) -> AnswerKey {
        AnswerKey::new(self.form.node(node).id(), &self.data.frame(frame).id)
    }

    /// Stores an answer that a person gave; null takes it away. Faults: those of [`value::read`], `question-unknown`,
    /// `instance-unknown`, `answer-computed`, `answer-read-only`, `answer-not-a-choice`, `answer-many`.
    pub fn set(&mut self, key: &AnswerKey, answer: &Json) -> Result<(), Fault> {
        let (frame, node) = self.place(key)?;
        let plan = self.form.node(node);
        if plan.is_computed() || plan.kind().is_container() || *plan.kind() == ItemType::Note {
            return Err(Fault::ask("answer-computed").with("question", shown(&key.0)));
        }
        if self.data.slot_of(&self.form, frame, node).has(data::READ_ONLY) {
            return Err(Fault::ask("answer-read-only").with("question", shown(&key.0)));
        }
        let value = value::read(plan.kind(), answer)?;
        self.check_choices(node, &value)?;
        self.put(frame, node, value);
        self.recalculate();
        Ok(())
    }

    /// An answer from elsewhere (another device, the office): taken as it is and not offered as a change again. What
    /// this version of the form cannot place is kept aside.
    pub fn receive(&mut self, key: &AnswerKey, answer: &Json) {
        self.restoring = true;
        match self.place(key) {
            Ok((frame, node)) if !self.form.node(node).is_computed() => {
                match value::read(self.form.node(node).kind(), answer) {
                    Ok(value) => {
                        self.stash.remove(key);
                        self.store(frame, node, value);
                    }
                    Err(_) => drop(self.stash.insert(key.clone(), answer.clone())),
                }
            }
            _ if answer.is_null() => drop(self.stash.remove(key)),
            _ => drop(self.stash.insert(key.clone(), answer.clone())),
        }
        self.recalculate();
        self.restoring = false;
    }

    fn check_choices(&self, node: NodeId, value: &Value) -> Result<(), Fault> {
        let plan = self.form.node(node);
        if plan.kind().is_attachment()
            && let Some(most) = plan.item.max_count
            && value.text().split_whitespace().count() > most as usize
        {
            return Err(Fault::ask("answer-many").with("count", most));
        }
        let Some(list) = plan.list else { return Ok(()) };
        let list = &self.form.lists[list as usize];
        if list.waits {
            return Ok(());
        }
        let text = value.text();
        let words: Vec<&str> = match plan.kind() {
            ItemType::SelectOne => vec![&*text],
            _ => text.split(' ').collect(),
        };
        match words.iter().find(|w| !w.is_empty() && list.row_of(w).is_none()) {
            Some(word) => Err(Fault::ask("answer-not-a-choice").with("value", shown(word))),
            None => Ok(()),
        }
    }

    /// Stores and notes the change for the caller.
    pub(crate) fn put(&mut self, frame: u32, node: NodeId, value: Value) {
        if self.store(frame, node, value) {
            let plan = self.form.node(node);
            let stored = value::write(plan.kind(), &self.data.slot_of(&self.form, frame, node).value);
            let key = self.key_at(frame, node);
            // A better answer replaces what could not be read.
            self.stash.remove(&key);
            self.patch.answers.insert(key, stored);
        }
    }

    /// The answer of a key as it is stored; null where there is none. Hidden answers are told, too.
    pub fn answer(&self, key: &AnswerKey) -> Json {
        match self.place(key) {
            Ok((frame, node)) => {
                value::write(self.form.node(node).kind(), &self.data.slot_of(&self.form, frame, node).value)
            }
            Err(_) => self.stash.get(key).cloned().unwrap_or(Json::Null),
        }
    }
}

/// Keys of instances, outer ones before those within them.
pub(crate) fn outer_first(instances: &Answers) -> Vec<AnswerKey> {
    let depth = |key: &AnswerKey| key.instance().split('.').count();
    let at = |wanted: usize| instances.keys().filter(move |key| depth(key) == wanted).cloned();
    (1..=crate::limits::MAX_REPEAT_DEPTH).flat_map(at).collect()
}

/// A text of a person for a fault's parameter, cut to a length that a message bears.
pub(crate) fn shown(text: &str) -> String {
    text.chars().take(80).collect()
}
