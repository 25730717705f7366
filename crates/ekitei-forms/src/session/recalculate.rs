//! After an answer only what depends on it is computed again, in the order that the form was compiled to.

use super::Session;
use super::data::{READ_ONLY, REFUSED, RELEVANT, RELEVANT_ITSELF, REQUIRED};
use crate::compile::{Effect, ExprId, NodeId, ROOT};
use crate::eval::Eval;
use crate::value::Value;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Expressions to evaluate, by their place in the order; several entries of one are one.
#[derive(Clone, Debug, Default)]
pub(super) struct Queue {
    waiting: BinaryHeap<Reverse<(u32, u32)>>,
    pub phase: Phase,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Phase {
    /// Stored answers are put in; nothing is computed yet.
    #[default]
    Filling,
    /// Everything is computed in order; only what a new instance brings has to wait.
    ComputingAll,
    Open,
}

impl Session {
    /// Stores a value; `true` when it is another one. What depends on it waits in the queue.
    pub(super) fn store(&mut self, frame: u32, node: NodeId, value: Value) -> bool {
        let slot = self.data.slot_mut(&self.form, frame, node);
        if slot.value == value {
            return false;
        }
        slot.value = value;
        let visible = slot.has(RELEVANT);
        self.touched.insert((frame, node));
        if visible {
            self.changed(frame, node);
        } else if let Some(constraint) = self.form.node(node).constraint {
            self.enqueue(constraint, frame);
        }
        true
    }

    /// What others see of the node is different now; for a repeat: its instances.
    pub(super) fn changed(&mut self, frame: u32, node: NodeId) {
        if self.queue.phase != Phase::Open {
            return;
        }
        let form = std::sync::Arc::clone(&self.form);
        for edge in form.graph.uses_of(node) {
            let owner = form.exprs[edge.expr as usize].owner;
            let scope = form.node(owner).scope;
            let ancestor = self.data.ancestor(&form, frame, edge.shared_depth);
            if scope == self.data.frame(ancestor).scope {
                self.enqueue(edge.expr, ancestor);
                continue;
            }
            for target in self.data.frames_below(&form, ancestor, scope) {
                self.enqueue(edge.expr, target);
            }
        }
        if let Some(constraint) = form.node(node).constraint {
            self.enqueue(constraint, frame);
        }
    }

    pub(super) fn enqueue(&mut self, expr: ExprId, frame: u32) {
        if self.queue.phase == Phase::Filling {
            return;
        }
        let rank = self.form.graph.rank[expr as usize];
        self.queue.waiting.push(Reverse((rank, frame)));
    }

    /// Works the queue off.
    pub(super) fn recalculate(&mut self) {
        let mut done = None;
        while let Some(Reverse(next)) = self.queue.waiting.pop() {
            // Equal entries come one behind the other.
            if done == Some(next) {
                continue;
            }
            let (rank, frame) = next;
            if self.data.lives(frame) {
                self.compute(self.form.graph.order[rank as usize], frame);
            }
            done = Some(next);
        }
        self.data.settle();
    }

    /// Everything, in order: when a form is opened.
    pub(super) fn compute_all(&mut self) {
        self.queue.phase = Phase::ComputingAll;
        for rank in 0..self.form.graph.order.len() {
            let expr = self.form.graph.order[rank];
            let scope = self.form.node(self.form.exprs[expr as usize].owner).scope;
            if scope == 0 {
                self.compute(expr, super::FORM_FRAME);
                continue;
            }
            for frame in self.data.frames_below(&self.form, super::FORM_FRAME, scope) {
                if self.data.lives(frame) {
                    self.compute(expr, frame);
                }
            }
        }
        self.queue.phase = Phase::Open;
        // Instances that a count has made on the way.
        self.recalculate();
    }

    fn compute(&mut self, id: ExprId, frame: u32) {
        let form = std::sync::Arc::clone(&self.form);
        let expr = &form.exprs[id as usize];
        let node = expr.owner;
        if self.data.frame(frame).scope != form.node(node).scope {
            return;
        }
        let eval = Eval::new(&form, &self.data, &self.env, node, frame);
        match expr.effect {
            Effect::Calculate => {
                let value = eval.into_value(eval.run(&expr.ir));
                self.store(frame, node, value);
            }
            Effect::Relevant => {
                let holds = eval.truth_of(&eval.run(&expr.ir));
                if self.data.slot_mut(&form, frame, node).put(RELEVANT_ITSELF, holds) {
                    self.spread_relevance(frame, node);
                }
            }
            Effect::RepeatCount => {
                let count = eval.number_of(&eval.run(&expr.ir));
                self.fit_count(frame, node, count);
            }
            Effect::Required => {
                let holds = eval.truth_of(&eval.run(&expr.ir));
                self.mark(frame, node, REQUIRED, holds);
            }
            Effect::ReadOnly => {
                let holds = eval.truth_of(&eval.run(&expr.ir));
                self.mark(frame, node, READ_ONLY, holds);
            }
            Effect::Constraint => {
                let empty = self.data.slot_of(&form, frame, node).value.is_empty();
                let refused = !empty && !eval.truth_of(&eval.run(&expr.ir));
                self.mark(frame, node, REFUSED, refused);
            }
            Effect::OnDemand => {}
        }
    }

    fn mark(&mut self, frame: u32, node: NodeId, bit: u8, on: bool) {
        if self.data.slot_mut(&self.form, frame, node).put(bit, on) {
            self.touched.insert((frame, node));
        }
    }

    /// A question is relevant when it and all around it are. Answers stay where they are.
    fn spread_relevance(&mut self, frame: u32, node: NodeId) {
        let form = std::sync::Arc::clone(&self.form);
        let mut waiting = vec![(frame, node)];
        while let Some((frame, node)) = waiting.pop() {
            let plan = form.node(node);
            let around = plan.parent == ROOT || self.is_around_relevant(frame, plan.parent);
            let slot = self.data.slot_mut(&form, frame, node);
            let relevant = around && slot.has(RELEVANT_ITSELF);
            if !slot.put(RELEVANT, relevant) {
                continue;
            }
            self.touched.insert((frame, node));
            if plan.inner.is_some() {
                self.changed(frame, node);
                for instance in self.data.frame(frame).kids[plan.kid as usize].clone() {
                    waiting.extend(plan.children.iter().map(|child| (instance, *child)));
                }
            } else if plan.kind().is_container() {
                waiting.extend(plan.children.iter().map(|child| (frame, *child)));
            } else {
                // Unanswered ones, too: `count()` sees which nodes are there.
                self.changed(frame, node);
            }
        }
    }

    fn is_around_relevant(&self, frame: u32, parent: NodeId) -> bool {
        self.data.is_relevant(&self.form, frame, parent)
    }
}
