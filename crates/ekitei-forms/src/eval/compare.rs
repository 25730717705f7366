//! XPath 1.0 comparisons: a node-set compares true when one of its members does.

use super::Eval;
use super::val::{Item, Val};
use crate::value::Value;
use crate::xpath::Op;
use std::borrow::Cow;

fn ordered(op: Op, a: f64, b: f64) -> bool {
    match op {
        Op::Less => a < b,
        Op::LessEqual => a <= b,
        Op::Greater => a > b,
        Op::GreaterEqual => a >= b,
        Op::NotEqual => a != b,
        _ => a == b,
    }
}

fn mirrored(op: Op) -> Op {
    match op {
        Op::Less => Op::Greater,
        Op::LessEqual => Op::GreaterEqual,
        Op::Greater => Op::Less,
        Op::GreaterEqual => Op::LessEqual,
        other => other,
    }
}

impl<'a> Eval<'a> {
    pub(crate) fn compare(&self, op: Op, a: &Val<'a>, b: &Val<'a>) -> bool {
        let equality = matches!(op, Op::Equal | Op::NotEqual);
        match (a, b) {
            (Val::Nodes(left), Val::Nodes(right)) => {
                left.iter().any(|l| right.iter().any(|r| self.goes_on() && self.items(op, l, r)))
            }
            (Val::Nodes(items), other) => self.set_with(op, items, other),
            (other, Val::Nodes(items)) => self.set_with(mirrored(op), items, other),
            (Val::Bool(_), _) | (_, Val::Bool(_)) if equality => {
                (self.truth_of(a) == self.truth_of(b)) == (op == Op::Equal)
            }
            (Val::Number(_), _) | (_, Val::Number(_)) => ordered(op, self.number_of(a), self.number_of(b)),
            _ if equality => self.same_text(a, b) == (op == Op::Equal),
            _ => ordered(op, self.number_of(a), self.number_of(b)),
        }
    }

    fn same_text(&self, a: &Val<'a>, b: &Val<'a>) -> bool {
        // The usual case without a copy: a text answer beside a text.
        fn borrowed<'b>(val: &'b Val<'_>) -> Option<&'b str> {
            match val {
                Val::Text(t) => Some(t),
                Val::Node(Value::Text(t)) => Some(t),
                Val::Node(Value::Empty) => Some(""),
                _ => None,
            }
        }
        match (borrowed(a), borrowed(b)) {
            (Some(a), Some(b)) => a == b,
            _ => self.text_of(a.clone()) == self.text_of(b.clone()),
        }
    }

    fn items(&self, op: Op, a: &Item, b: &Item) -> bool {
        match op {
            Op::Equal => self.item_text(a) == self.item_text(b),
            Op::NotEqual => self.item_text(a) != self.item_text(b),
            _ => ordered(op, self.item_number(a), self.item_number(b)),
        }
    }

    fn set_with(&self, op: Op, items: &[Item], other: &Val<'a>) -> bool {
        let equality = matches!(op, Op::Equal | Op::NotEqual);
        match other {
            Val::Bool(b) if equality => (items.is_empty() != *b) == (op == Op::Equal),
            Val::Text(_) | Val::Node(_) if equality => {
                let text: Cow<'_, str> = self.text_of(other.clone());
                items.iter().any(|item| (self.item_text(item) == text) == (op == Op::Equal))
            }
            _ => {
                let n = self.number_of(other);
                items.iter().any(|item| ordered(op, self.item_number(item), n))
            }
        }
    }
}
