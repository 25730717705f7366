//! Values of expressions and XPath's conversions between them.

use super::Eval;
use crate::compile::{ListId, NodeId};
use crate::date;
use crate::value::Value;
use crate::xpath::number;
use std::borrow::Cow;

#[derive(Clone, Debug)]
pub(crate) enum Val<'a> {
    Number(f64),
    Text(Cow<'a, str>),
    Bool(bool),
    /// Exactly one node: the usual reference, without a list around it.
    Node(&'a Value),
    Nodes(Vec<Item>),
}

/// A member of a node-set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Item {
    /// Frame and node; a repeat with its own frame is one of its instances.
    Node(u32, NodeId),
    /// List, row, column.
    Cell(ListId, u32, u32),
    Row(ListId, u32),
}

impl<'a> Val<'a> {
    pub fn text(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }

    pub fn owned(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl<'a> Eval<'a> {
    pub fn text_of(&self, val: Val<'a>) -> Cow<'a, str> {
        match val {
            Val::Number(n) => Cow::Owned(number::format(n)),
            Val::Text(t) => t,
            Val::Bool(b) => Cow::Borrowed(if b { "true" } else { "false" }),
            Val::Node(value) => value.text(),
            Val::Nodes(items) => items.first().map_or(Cow::Borrowed(""), |item| self.item_text(item)),
        }
    }

    fn text_number(&self, text: &str) -> f64 {
        date::number_of(text, || self.env.offset_minutes())
    }

    pub fn number_of(&self, val: &Val<'_>) -> f64 {
        match val {
            Val::Number(n) => *n,
            Val::Text(t) => self.text_number(t),
            Val::Bool(b) => f64::from(u8::from(*b)),
            Val::Node(value) => value.number(|| self.env.offset_minutes()),
            Val::Nodes(items) => items.first().map_or(f64::NAN, |item| self.item_number(item)),
        }
    }

    /// One node counts by its answer (as ODK has it: an unanswered question is false), a set by having members.
    pub fn truth_of(&self, val: &Val<'_>) -> bool {
        match val {
            Val::Number(n) => *n != 0.0 && !n.is_nan(),
            Val::Text(t) => !t.is_empty(),
            Val::Bool(b) => *b,
            Val::Node(Value::Number(n)) => *n != 0.0,
            Val::Node(value) => !value.is_empty(),
            Val::Nodes(items) => !items.is_empty(),
        }
    }

    pub(super) fn item_number(&self, item: &Item) -> f64 {
        match item {
            Item::Node(frame, node) => {
                self.data.seen(self.form, *frame, *node).number(|| self.env.offset_minutes())
            }
            other => self.text_number(&self.item_text(other)),
        }
    }

    /// What a calculation leaves as an answer.
    #[expect(clippy::wrong_self_convention, reason = "it is the value that is converted")]
    pub fn into_value(&self, val: Val<'a>) -> Value {
        match val {
            Val::Number(n) => Value::from_number(n),
            Val::Node(value) => value.clone(),
            other => Value::from_text(&self.text_of(other)),
        }
    }
}
