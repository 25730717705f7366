//! Texts with `${question}` in them: labels, messages, and the draft of a report from what was found.

use crate::compile::{Draft, NodeId, ROOT, Role};
use crate::eval::Eval;
use crate::session::Session;
use crate::session::data::FORM_FRAME;
use crate::words;

/// What a paragraph told of each finding or instance may name besides questions.
pub const SPECIAL: [&str; 5] = ["no", "label", "finding", "photos", "group"];

/// The names between `${` and `}`.
pub fn names_in(text: &str) -> impl Iterator<Item = &str> {
    text.split("${").skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name.trim()))
}

/// Puts `value(name)` for each `${name}`; what it does not know stays as written.
pub fn replace(text: &str, mut value: impl FnMut(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let Some(end) = rest[at..].find('}').map(|e| at + e) else { break };
        out.push_str(&rest[..at]);
        match value(rest[at + 2..end].trim()) {
            Some(text) => out.push_str(&text),
            None => out.push_str(&rest[at..=end]),
        }
        rest = &rest[end + 1..];
    }
    out.push_str(rest);
    out
}

impl Session {
    /// A text of the form with the answers that it names, as seen from `frame`.
    pub(crate) fn fill_in(&self, text: &str, frame: u32) -> String {
        if !text.contains("${") {
            return text.to_owned();
        }
        replace(text, |name| self.shown_from(frame, name))
    }

    /// The answer to `name` for a reader: in this instance, in one around it, or the first there is.
    fn shown_from(&self, frame: u32, name: &str) -> Option<String> {
        let node = *self.form.names.by_id.get(name)?;
        let plan = self.form.node(node);
        let depth = self.form.scope(plan.scope).depth;
        let ancestor = self.data.ancestor(&self.form, frame, depth);
        let at = if self.data.frame(ancestor).scope == plan.scope {
            Some(ancestor)
        } else {
            self.data.frames_below(&self.form, FORM_FRAME, plan.scope).first().copied()
        };
        let value = at.map(|at| self.data.seen(&self.form, at, node));
        Some(value.map_or_else(String::new, |v| words::shown(&self.form, plan, v, &self.env.language)))
    }

    /// The report's draft from today's answers. A proposal: what a person writes is an answer like any other.
    pub fn draft_report(&self) -> String {
        self.draft(ROOT, FORM_FRAME, &self.form.report)
    }

    /// The draft of a text question; empty when it has none.
    pub(crate) fn draft_of(&self, frame: u32, node: NodeId) -> String {
        self.form.drafts.get(&node).map_or_else(String::new, |parts| self.draft(node, frame, parts))
    }

    fn draft(&self, owner: NodeId, frame: u32, parts: &[Draft]) -> String {
        let language = self.env.language.as_str();
        let mut paragraphs = Vec::new();
        for draft in parts {
            if let Some(when) = draft.when {
                let eval = Eval::new(&self.form, &self.data, &self.env, owner, frame);
                if !eval.truth_of(&eval.run(&self.form.exprs[when as usize].ir)) {
                    continue;
                }
            }
            let text = draft.part.text.get(language);
            let told = match (&draft.part.each, draft.each) {
                (None, _) => {
                    paragraphs.push(self.fill_in(text, frame));
                    continue;
                }
                (Some(_), Some(repeat)) => self.told_instances(repeat, text),
                (Some(_), None) => self.told_findings(text),
            };
            if told.is_empty() && !draft.part.none.is_empty() {
                paragraphs.push(self.fill_in(draft.part.none.get(language), frame));
            }
            paragraphs.extend(told);
        }
        paragraphs.join("\n")
    }

    fn told_instances(&self, repeat: NodeId, text: &str) -> Vec<String> {
        let Some(scope) = self.form.node(repeat).inner else { return Vec::new() };
        let frames = self.data.frames_below(&self.form, FORM_FRAME, scope).into_iter();
        let there = frames.filter(|f| self.data.is_relevant(&self.form, *f, repeat));
        let told = there.enumerate().map(|(i, frame)| {
            replace(text, |name| match name {
                "no" => Some((i + 1).to_string()),
                "label" => Some(self.instance_label(frame)),
                "group" => Some(self.group_of(frame, repeat)),
                "finding" | "photos" => Some(String::new()),
                name => self.shown_from(frame, name),
            })
        });
        told.collect()
    }

    fn told_findings(&self, text: &str) -> Vec<String> {
        let language = self.env.language.as_str();
        let failed = self.in_order().into_iter().filter(|&(frame, node)| {
            let plan = self.form.node(node);
            *plan.kind() == crate::def::ItemType::Ruling
                && *self.data.seen(&self.form, frame, node).text() == *"fail"
        });
        let told = failed.enumerate().map(|(i, (frame, ruling))| {
            replace(text, |name| match name {
                "no" => Some((i + 1).to_string()),
                "label" => Some(self.fill_in(self.form.node(ruling).item.label.get(language), frame)),
                "group" => Some(self.group_of(frame, ruling)),
                "finding" => Some(self.part_of(frame, ruling, Role::Finding(ruling))),
                "photos" => {
                    let photos = self.part_of(frame, ruling, Role::Photos(ruling));
                    Some(if photos.is_empty() { "0".to_owned() } else { photos })
                }
                name => self.shown_from(frame, name),
            })
        });
        told.collect()
    }

    fn part_of(&self, frame: u32, ruling: NodeId, role: Role) -> String {
        // The parts follow their ruling.
        let found = [ruling + 1, ruling + 2]
            .into_iter()
            .find(|n| self.form.nodes.get(*n as usize).is_some_and(|plan| plan.role == role));
        found.map_or_else(String::new, |node| {
            let value = self.data.seen(&self.form, frame, node);
            words::shown(&self.form, self.form.node(node), value, &self.env.language)
        })
    }
}
