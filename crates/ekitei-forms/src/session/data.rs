//! Answers and instances in memory: a frame for the form, one for each instance of a repeat, a slot for each question.

use crate::compile::{Form, NodeId, ROOT, ScopeId};
use crate::value::Value;

pub(crate) const RELEVANT_ITSELF: u8 = 1;
/// Relevant with everything around it.
pub(crate) const RELEVANT: u8 = 2;
pub(crate) const REQUIRED: u8 = 4;
pub(crate) const READ_ONLY: u8 = 8;
/// The constraint does not hold.
pub(crate) const REFUSED: u8 = 16;

static EMPTY: Value = Value::Empty;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Slot {
    pub value: Value,
    pub bits: u8,
}

impl Slot {
    pub fn has(&self, bit: u8) -> bool {
        self.bits & bit != 0
    }

    /// Whether the bit changed.
    pub fn put(&mut self, bit: u8, on: bool) -> bool {
        let before = self.bits;
        self.bits = if on { before | bit } else { before & !bit };
        self.bits != before
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub scope: ScopeId,
    /// The root frame's is itself.
    pub parent: u32,
    /// Instance id; empty for the form itself.
    pub id: Box<str>,
    /// Sort key among the instances.
    pub at: f64,
    pub slots: Vec<Slot>,
    /// Instances below, by the repeat's place in the scope.
    pub kids: Vec<Vec<u32>>,
}

/// All frames; the form's own is number 0.
#[derive(Clone, Debug)]
pub(crate) struct Data {
    frames: Vec<Option<Frame>>,
    free: Vec<u32>,
    /// Freed, but perhaps still named by the queue.
    dying: Vec<u32>,
}

pub(crate) const FORM_FRAME: u32 = 0;

impl Data {
    pub fn new(form: &Form) -> Self {
        let mut data = Self { frames: Vec::new(), free: Vec::new(), dying: Vec::new() };
        data.frames.push(Some(empty_frame(form, 0, FORM_FRAME, "", 0.0, true)));
        data
    }

    pub fn frame(&self, frame: u32) -> &Frame {
        self.frames[frame as usize].as_ref().expect("frames are named only while they live")
    }

    pub fn frame_mut(&mut self, frame: u32) -> &mut Frame {
        self.frames[frame as usize].as_mut().expect("frames are named only while they live")
    }

    pub fn lives(&self, frame: u32) -> bool {
        self.frames.get(frame as usize).is_some_and(Option::is_some)
    }

    pub fn count(&self) -> usize {
        self.frames.len() - self.free.len() - self.dying.len()
    }

    pub fn slot_of(&self, form: &Form, frame: u32, node: NodeId) -> &Slot {
        &self.frame(frame).slots[form.node(node).slot as usize]
    }

    pub fn slot_mut(&mut self, form: &Form, frame: u32, node: NodeId) -> &mut Slot {
        let slot = form.node(node).slot as usize;
        &mut self.frame_mut(frame).slots[slot]
    }

    /// The answer as others see it: hidden questions are empty.
    pub fn seen(&self, form: &Form, frame: u32, node: NodeId) -> &Value {
        let plan = form.node(node);
        if plan.inner.is_some() || node == ROOT {
            return &EMPTY;
        }
        let slot = &self.frame(frame).slots[plan.slot as usize];
        if slot.has(RELEVANT) { &slot.value } else { &EMPTY }
    }

    /// Of a node in its frame, or of an instance (a repeat with its own frame).
    pub fn is_relevant(&self, form: &Form, frame: u32, node: NodeId) -> bool {
        if node == ROOT {
            return true;
        }
        let here = self.frame(frame);
        if form.node(node).inner == Some(here.scope) {
            return self.is_header_relevant(form, here.parent, node);
        }
        self.slot_of(form, frame, node).has(RELEVANT)
    }

    /// Of a repeat as such, in the frame around its instances.
    pub fn is_header_relevant(&self, form: &Form, frame: u32, repeat: NodeId) -> bool {
        self.slot_of(form, frame, repeat).has(RELEVANT)
    }

    /// The number of an instance among its neighbours, from 1.
    pub fn position(&self, form: &Form, frame: u32) -> usize {
        let here = self.frame(frame);
        if frame == FORM_FRAME {
            return 1;
        }
        let kid = form.node(form.scope(here.scope).node).kid as usize;
        self.frame(here.parent).kids[kid].iter().position(|f| *f == frame).map_or(0, |at| at + 1)
    }

    /// The ancestor at a depth of repeats; 0 is the form.
    pub fn ancestor(&self, form: &Form, mut frame: u32, depth: u8) -> u32 {
        while form.scope(self.frame(frame).scope).depth > depth {
            frame = self.frame(frame).parent;
        }
        frame
    }

    /// All frames of `scope` below (or at) `ancestor`.
    pub fn frames_below(&self, form: &Form, ancestor: u32, scope: ScopeId) -> Vec<u32> {
        let top = self.frame(ancestor).scope;
        let mut way = Vec::new();
        let mut at = scope;
        while at != top {
            if at == 0 {
                return Vec::new();
            }
            way.push(form.node(form.scope(at).node).kid as usize);
            at = form.scope(at).parent;
        }
        let mut frames = vec![ancestor];
        for kid in way.into_iter().rev() {
            frames = frames.iter().flat_map(|f| self.frame(*f).kids[kid].iter().copied()).collect();
        }
        frames
    }

    /// Adds an instance behind those with a smaller or equal `at`.
    pub fn add(&mut self, form: &Form, parent: u32, repeat: NodeId, id: &str, at: f64) -> Option<u32> {
        let scope = form.node(repeat).inner?;
        let relevant = self.is_header_relevant(form, parent, repeat);
        let frame = Some(empty_frame(form, scope, parent, id, at, relevant));
        let number = match self.free.pop() {
            Some(number) => {
                self.frames[number as usize] = frame;
                number
            }
            None => {
                self.frames.push(frame);
                (self.frames.len() - 1) as u32
            }
        };
        let kid = form.node(repeat).kid as usize;
        let siblings = &self.frame(parent).kids[kid];
        let place = siblings.partition_point(|s| {
            let sibling = self.frame(*s);
            sibling.at.total_cmp(&at).then_with(|| (*sibling.id).cmp(id)).is_lt()
        });
        self.frame_mut(parent).kids[kid].insert(place, number);
        Some(number)
    }

    /// Takes an instance and everything below it out; the frames come back for their answers.
    pub fn remove(&mut self, form: &Form, frame: u32) -> Vec<Frame> {
        let here = self.frame(frame);
        let (parent, kid) = (here.parent, form.node(form.scope(here.scope).node).kid as usize);
        self.frame_mut(parent).kids[kid].retain(|f| *f != frame);
        let mut waiting = vec![frame];
        let mut gone = Vec::new();
        while let Some(number) = waiting.pop() {
            if let Some(frame) = self.frames[number as usize].take() {
                waiting.extend(frame.kids.iter().flatten());
                self.dying.push(number);
                gone.push(frame);
            }
        }
        gone
    }

    /// Numbers of removed frames may be used again: nothing names them any more.
    pub fn settle(&mut self) {
        self.free.append(&mut self.dying);
    }
}

fn empty_frame(form: &Form, scope: ScopeId, parent: u32, id: &str, at: f64, relevant: bool) -> Frame {
    let plan = form.scope(scope);
    let bits = RELEVANT_ITSELF | if relevant { RELEVANT } else { 0 };
    let slots = plan.slots.iter().map(|n| Slot {
        value: Value::Empty,
        bits: bits
            | if form.node(*n).required == crate::compile::Switch::Always { REQUIRED } else { 0 }
            | if form.node(*n).read_only == crate::compile::Switch::Always { READ_ONLY } else { 0 },
    });
    Frame {
        scope,
        parent,
        id: id.into(),
        at,
        slots: slots.collect(),
        kids: vec![Vec::new(); plan.repeats.len()],
    }
}
