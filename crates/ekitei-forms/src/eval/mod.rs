//! Runs a resolved expression over the answers. Pure: answers, instances and the surroundings go in, a value comes out.

pub mod call;
pub mod call_dates;
pub mod compare;
pub mod functions;
pub mod nodes;
pub mod val;

use crate::compile::ir::{Base, Ir, SlotRef};
use crate::compile::{Form, ListId, NodeId};
use crate::session::data::Data;
use crate::session::env::Env;
use crate::xpath::Op;
use std::cell::Cell;
use val::{Item, Val};

/// Steps that one evaluation may take before it is given up: far above a real form, a fraction of a second here.
pub const MAX_STEPS: u32 = 5_000_000;

/// Everything an expression may look at.
pub(crate) struct Eval<'a> {
    pub form: &'a Form,
    pub data: &'a Data,
    pub env: &'a Env,
    pub owner: NodeId,
    /// The owner's frame.
    pub frame: u32,
    pub steps: Cell<u32>,
}

/// What a predicate looks at; outside of predicates the owner itself.
#[derive(Clone, Copy)]
pub(crate) struct Candidate {
    pub frame: u32,
    pub row: Option<(ListId, u32)>,
    /// From 1.
    pub position: usize,
    pub size: usize,
}

impl<'a> Eval<'a> {
    pub fn new(form: &'a Form, data: &'a Data, env: &'a Env, owner: NodeId, frame: u32) -> Self {
        Self { form, data, env, owner, frame, steps: Cell::new(0) }
    }

    pub fn run(&self, ir: &'a Ir) -> Val<'a> {
        self.eval(ir, &Candidate { frame: self.frame, row: None, position: 1, size: 1 })
    }

    /// `false` once an expression has used up its steps: loops end early and the result is empty.
    pub fn goes_on(&self) -> bool {
        let steps = self.steps.get() + 1;
        self.steps.set(steps);
        steps <= MAX_STEPS
    }

    pub(super) fn frame_up(&self, base: Base, up: u8, here: &Candidate) -> u32 {
        let mut frame = match base {
            Base::Current => self.frame,
            Base::Candidate => here.frame,
        };
        for _ in 0..up {
            frame = self.data.frame(frame).parent;
        }
        frame
    }

    pub(super) fn slot(&self, slot: &SlotRef, here: &Candidate) -> Val<'a> {
        let frame = self.frame_up(slot.base, slot.up, here);
        Val::Node(self.data.seen(self.form, frame, slot.node))
    }

    pub(crate) fn eval(&self, ir: &'a Ir, here: &Candidate) -> Val<'a> {
        if !self.goes_on() {
            return Val::text("");
        }
        match ir {
            Ir::Number(n) => Val::Number(*n),
            Ir::Text(t) => Val::text(t),
            Ir::Negate(e) => Val::Number(-self.number(e, here)),
            Ir::All(parts) => Val::Bool(parts.iter().all(|p| self.truth(p, here))),
            Ir::Any(parts) => Val::Bool(parts.iter().any(|p| self.truth(p, here))),
            Ir::If(parts) => {
                let [condition, yes, no] = &**parts;
                self.eval(if self.truth(condition, here) { yes } else { no }, here)
            }
            Ir::Binary(op, a, b) => self.binary(*op, a, b, here),
            Ir::Call(function, arguments) => self.call(*function, arguments, here),
            Ir::Regex(value, pattern) => Val::Bool(pattern.is_match(&self.text(value, here))),
            Ir::Slot(slot) => self.slot(slot, here),
            Ir::Walk(_) | Ir::Rows(_) | Ir::Union(_) => Val::Nodes(self.nodes(ir, here)),
            Ir::RowCell(column) => match here.row {
                Some((list, row)) => Val::text(self.form.lists[list as usize].cell(row, *column as usize)),
                None => Val::text(""),
            },
            Ir::ChoiceLabel { list, value } => {
                let list = &self.form.lists[*list as usize];
                let value = self.text(value, here);
                match list.row_of(&value) {
                    Some(row) => Val::text(list.label(row, &self.env.language)),
                    None => Val::Text(value),
                }
            }
            Ir::PositionOf { base, up } => {
                let frame = self.frame_up(*base, *up, here);
                Val::Number(self.data.position(self.form, frame) as f64)
            }
        }
    }

    fn binary(&self, op: Op, a: &'a Ir, b: &'a Ir, here: &Candidate) -> Val<'a> {
        let arithmetic = |f: fn(f64, f64) -> f64| Val::Number(f(self.number(a, here), self.number(b, here)));
        match op {
            Op::Add => arithmetic(|a, b| a + b),
            Op::Subtract => arithmetic(|a, b| a - b),
            Op::Multiply => arithmetic(|a, b| a * b),
            Op::Divide => arithmetic(|a, b| a / b),
            // The sign follows the dividend, as in XPath and in Rust.
            Op::Modulo => arithmetic(|a, b| a % b),
            comparison => Val::Bool(self.compare(comparison, &self.eval(a, here), &self.eval(b, here))),
        }
    }

    pub(super) fn number(&self, ir: &'a Ir, here: &Candidate) -> f64 {
        self.number_of(&self.eval(ir, here))
    }

    pub(super) fn text(&self, ir: &'a Ir, here: &Candidate) -> std::borrow::Cow<'a, str> {
        self.text_of(self.eval(ir, here))
    }

    pub(super) fn truth(&self, ir: &'a Ir, here: &Candidate) -> bool {
        self.truth_of(&self.eval(ir, here))
    }

    /// XPath's string value of a member of a node-set.
    pub(super) fn item_text(&self, item: &Item) -> std::borrow::Cow<'a, str> {
        match item {
            Item::Node(frame, node) => self.data.seen(self.form, *frame, *node).text(),
            Item::Cell(list, row, column) => {
                std::borrow::Cow::Borrowed(self.form.lists[*list as usize].cell(*row, *column as usize))
            }
            Item::Row(..) => std::borrow::Cow::Borrowed(""),
        }
    }
}
