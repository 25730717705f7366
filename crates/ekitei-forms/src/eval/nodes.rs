//! Node-sets: through the instances of repeats and the rows of lists.

use super::val::{Item, Val};
use super::{Candidate, Eval};
use crate::compile::ir::{Ir, Leg, RowFilter, Walk};
use crate::compile::{ListId, NodeId};

impl<'a> Eval<'a> {
    /// The members of a node-set expression; of anything else none.
    pub(super) fn nodes(&self, ir: &'a Ir, here: &Candidate) -> Vec<Item> {
        match ir {
            Ir::Slot(slot) => {
                let frame = self.frame_up(slot.base, slot.up, here);
                let there = self.data.is_relevant(self.form, frame, slot.node);
                there.then_some(Item::Node(frame, slot.node)).into_iter().collect()
            }
            Ir::Walk(walk) => self.walk(walk, here),
            Ir::Rows(query) => {
                let rows = self.rows(query.list, &query.filter, here).into_iter();
                match query.column {
                    Some(column) => rows.map(|row| Item::Cell(query.list, row, column)).collect(),
                    None => rows.map(|row| Item::Row(query.list, row)).collect(),
                }
            }
            Ir::RowCell(column) => {
                here.row.map(|(list, row)| Item::Cell(list, row, *column)).into_iter().collect()
            }
            Ir::Union(parts) => {
                let mut all: Vec<Item> = Vec::new();
                for part in parts {
                    for item in self.nodes(part, here) {
                        if self.goes_on() && !all.contains(&item) {
                            all.push(item);
                        }
                    }
                }
                all
            }
            _ => Vec::new(),
        }
    }

    /// How many members the node-set of a whole expression has.
    pub(crate) fn members(&self, ir: &'a Ir) -> u32 {
        self.nodes(ir, &Candidate { frame: self.frame, row: None, position: 1, size: 1 }).len() as u32
    }

    fn walk(&self, walk: &'a Walk, here: &Candidate) -> Vec<Item> {
        let mut frames = vec![self.frame_up(walk.base, walk.up, here)];
        for leg in &walk.legs {
            frames = match leg {
                Leg::Into { repeat, predicates } => {
                    let below = self.instances(&frames, *repeat);
                    self.filtered(below, predicates)
                }
                Leg::Nth { repeat, index } => {
                    let below = self.instances(&frames, *repeat);
                    let n = self.number(index, here);
                    let found = (n >= 1.0).then(|| below.get(n as usize - 1)).flatten();
                    found.copied().into_iter().collect()
                }
                Leg::Filter { node, predicates } => {
                    let kept = frames.into_iter().filter(|f| self.data.is_relevant(self.form, *f, *node));
                    self.filtered_at(kept.collect(), predicates)
                }
            };
        }
        let relevant = frames.into_iter().filter(|f| self.data.is_relevant(self.form, *f, walk.target));
        relevant.map(|f| Item::Node(f, walk.target)).collect()
    }

    fn instances(&self, frames: &[u32], repeat: NodeId) -> Vec<u32> {
        let kid = self.form.node(repeat).kid as usize;
        let mut below = Vec::new();
        for frame in frames {
            let parent = self.data.frame(*frame);
            if self.data.is_header_relevant(self.form, *frame, repeat) {
                below.extend(parent.kids[kid].iter().copied().take_while(|_| self.goes_on()));
            }
        }
        below
    }

    fn filtered(&self, frames: Vec<u32>, predicates: &'a [Ir]) -> Vec<u32> {
        self.filtered_at(frames, predicates)
    }

    fn filtered_at(&self, mut frames: Vec<u32>, predicates: &'a [Ir]) -> Vec<u32> {
        for predicate in predicates {
            let size = frames.len();
            let mut position = 0;
            frames.retain(|&frame| {
                position += 1;
                self.holds(predicate, &Candidate { frame, row: None, position, size })
            });
        }
        frames
    }

    /// A number selects by position, everything else by its truth.
    fn holds(&self, predicate: &'a Ir, here: &Candidate) -> bool {
        match self.eval(predicate, here) {
            Val::Number(n) => n == here.position as f64,
            val => self.truth_of(&val),
        }
    }

    /// Rows of a list that a filter leaves, in the list's order.
    pub(crate) fn rows(&self, id: ListId, filter: &'a RowFilter, here: &Candidate) -> Vec<u32> {
        let list = &self.form.lists[id as usize];
        let mut rows: Vec<u32> = match &filter.key {
            None => (0..list.len() as u32).collect(),
            Some((column, wanted)) => match self.eval(wanted, here) {
                Val::Number(_) | Val::Bool(_) => {
                    // A number equals `01` as well as `1`: no index knows that.
                    let wanted = self.eval(wanted, here);
                    let equal = |row: &u32| {
                        let cell = Val::text(list.cell(*row, *column as usize));
                        self.goes_on() && self.compare(crate::xpath::Op::Equal, &cell, &wanted)
                    };
                    (0..list.len() as u32).filter(equal).collect()
                }
                text => list.rows_where(*column as usize, &self.text_of(text)).to_vec(),
            },
        };
        for predicate in &filter.rest {
            let size = rows.len();
            let mut position = 0;
            rows.retain(|&row| {
                position += 1;
                self.holds(predicate, &Candidate { frame: here.frame, row: Some((id, row)), position, size })
            });
        }
        rows
    }
}
