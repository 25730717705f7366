//! Paths: names to nodes, repeats on the way to legs.

use super::ir::{Base, Ir, Leg, RowQuery, SlotRef, Walk};
use super::resolve::{Here, Place, Resolver};
use super::{ListId, NodeId, ROOT, Use};
use crate::problem::Problem;
use crate::xpath::{Axis, Expr, Path, Start, Step};

/// A walk in the making.
struct Way {
    base: Base,
    up: u8,
    legs: Vec<Leg>,
    node: NodeId,
    /// `node` is a repeat, and this is one of its instances.
    inner: bool,
    /// An absolute path stays in the owner's own instances until it leaves them.
    own: bool,
    /// Depth of the frame from which legs go down.
    depth: u8,
    /// Depth of the frame that all candidates of the surrounding predicate share.
    limit: u8,
}

impl Way {
    fn share(&self) -> u8 {
        self.depth.min(self.limit)
    }
}

impl Resolver<'_> {
    fn depth_of(&self, node: NodeId, inner: bool) -> u8 {
        let node = &self.parts.nodes[node as usize];
        let scope = if inner { node.inner.unwrap_or(node.scope) } else { node.scope };
        self.parts.scopes[scope as usize].depth
    }

    fn is_repeat(&self, node: NodeId) -> bool {
        self.parts.nodes[node as usize].inner.is_some()
    }

    /// Whether the owner stands in an instance of the repeat.
    fn is_around_owner(&self, repeat: NodeId) -> bool {
        let mut scope = self.parts.nodes[self.owner as usize].scope;
        while scope != 0 {
            let plan = &self.parts.scopes[scope as usize];
            if plan.node == repeat {
                return true;
            }
            scope = plan.parent;
        }
        false
    }

    fn unknown(&self, name: &str) -> Problem {
        let shown: String = name.chars().take(80).collect();
        self.problem("form-question-unknown").with("id", shown)
    }

    pub(super) fn path(&mut self, path: &Path, here: Here) -> Result<Ir, Problem> {
        if let Start::Instance(list) = &path.start {
            return self.rows(list, &path.steps);
        }
        if let (Start::Context, Place::Row(list)) = (&path.start, here.place) {
            return self.row_cell(list, &path.steps);
        }
        let way = self.way(path, here)?;
        Ok(self.arrive(way))
    }

    fn way_from_root(&self) -> Way {
        Way {
            base: Base::Current,
            up: self.depth_of(self.owner, false),
            legs: Vec::new(),
            node: ROOT,
            inner: false,
            own: true,
            depth: 0,
            limit: u8::MAX,
        }
    }

    fn way_from_node(&self, base: Base, node: NodeId, inner: bool, limit: u8) -> Way {
        let depth = self.depth_of(node, inner);
        Way { base, up: 0, legs: Vec::new(), node, inner, own: false, depth, limit }
    }

    fn way(&mut self, path: &Path, here: Here) -> Result<Way, Problem> {
        let mut steps = path.steps.as_slice();
        let mut way = match (&path.start, here.place) {
            (Start::Root, _) => {
                if let Some((first, rest)) = steps.split_first() {
                    match &first.axis {
                        Axis::Child(name) if **name == *"data" || **name == *self.parts.id => steps = rest,
                        Axis::Child(name) => return Err(self.unknown(name)),
                        _ => return Err(self.problem("form-path")),
                    }
                }
                self.way_from_root()
            }
            (Start::Named(name), _) => {
                let target = self.names.question(name).ok_or_else(|| self.unknown(name))?;
                // `${repeat}[…]` speaks of the instances, `${repeat}/x` goes on through them.
                let ends = steps.iter().all(|s| s.axis == Axis::Itself);
                let mut way = self.way_from_root();
                let chain = self.chain(target);
                for (i, node) in chain.iter().enumerate() {
                    let last = ends && i + 1 == chain.len();
                    self.down(&mut way, *node, Vec::new(), last);
                }
                way
            }
            (Start::Context, Place::Node { node, inner }) => match here.candidates_share {
                Some(limit) => self.way_from_node(Base::Candidate, node, inner, limit),
                None => self.way_from_node(Base::Current, node, inner, u8::MAX),
            },
            _ => self.way_from_node(Base::Current, self.owner, false, u8::MAX),
        };
        for (i, step) in steps.iter().enumerate() {
            self.step(&mut way, step, i + 1 == steps.len())?;
        }
        Ok(way)
    }

    /// The nodes from below the root to `target`.
    fn chain(&self, target: NodeId) -> Vec<NodeId> {
        let mut chain = Vec::new();
        let mut at = target;
        while at != ROOT {
            chain.push(at);
            at = self.parts.nodes[at as usize].parent;
        }
        chain.reverse();
        chain
    }

    fn predicates(
        &mut self,
        written: &[Expr],
        node: NodeId,
        inner: bool,
        share: u8,
    ) -> Result<Vec<Ir>, Problem> {
        self.list(written, Here { place: Place::Node { node, inner }, candidates_share: Some(share) })
    }

    fn step(&mut self, way: &mut Way, step: &Step, last: bool) -> Result<(), Problem> {
        match &step.axis {
            Axis::Itself => self.itself(way, &step.predicates),
            Axis::Parent if !way.legs.is_empty() => Err(self.problem("form-path-up")),
            Axis::Parent if way.node == ROOT => Err(self.problem("form-path-above")),
            Axis::Parent => {
                way.up += u8::from(way.inner);
                way.node = self.parts.nodes[way.node as usize].parent;
                way.inner = self.is_repeat(way.node);
                way.depth = self.depth_of(way.node, way.inner);
                self.itself(way, &step.predicates)
            }
            Axis::Child(name) => {
                let Some(child) = self.names.child(way.node, name) else {
                    return Err(self.unknown(name));
                };
                if self.is_repeat(way.node) && !way.inner {
                    // From a repeat as such into its instances.
                    let repeat = way.node;
                    way.legs.push(Leg::Into { repeat, predicates: Vec::new() });
                    way.inner = true;
                }
                if self.is_repeat(child) {
                    let predicates = self.predicates(&step.predicates, child, true, way.share())?;
                    self.down(way, child, predicates, last);
                    Ok(())
                } else {
                    self.down(way, child, Vec::new(), last);
                    self.itself(way, &step.predicates)
                }
            }
            Axis::AnyChild => Err(self.problem("form-path")),
        }
    }

    fn itself(&mut self, way: &mut Way, predicates: &[Expr]) -> Result<(), Problem> {
        if predicates.is_empty() {
            return Ok(());
        }
        let (node, inner) = (way.node, way.inner);
        let made = self.predicates(predicates, node, inner, way.share())?;
        match way.legs.last_mut() {
            Some(Leg::Into { repeat, predicates }) if inner && *repeat == node => predicates.extend(made),
            _ => way.legs.push(Leg::Filter { node, predicates: made }),
        }
        Ok(())
    }

    fn down(&self, way: &mut Way, child: NodeId, predicates: Vec<Ir>, last: bool) {
        way.node = child;
        way.inner = self.is_repeat(child);
        if !way.inner {
            return;
        }
        if way.own && !last && predicates.is_empty() && way.legs.is_empty() && self.is_around_owner(child) {
            way.up -= 1;
            way.depth += 1;
        } else {
            way.own = false;
            way.legs.push(Leg::Into { repeat: child, predicates });
        }
    }

    fn arrive(&mut self, way: Way) -> Ir {
        let shared_depth = way.share();
        let node = &self.parts.nodes[way.node as usize];
        if !node.kind().is_container() && way.node != ROOT {
            self.uses.push(Use { node: way.node, shared_depth });
        }
        if way.legs.is_empty() {
            return Ir::Slot(SlotRef { base: way.base, up: way.up, node: way.node });
        }
        for leg in &way.legs {
            if let Leg::Into { repeat, .. } | Leg::Nth { repeat, .. } = leg {
                self.uses.push(Use { node: *repeat, shared_depth });
            }
        }
        Ir::Walk(Box::new(Walk { base: way.base, up: way.up, legs: way.legs, target: way.node }))
    }

    /// `position(..)`, `position(${repeat})`: the number of the own instance.
    pub(super) fn position_of(&mut self, path: &Path, here: Here) -> Result<Ir, Problem> {
        let way = self.way(path, here)?;
        let node = way.node;
        let own = matches!(way.legs.as_slice(), [Leg::Into { repeat, predicates }]
            if *repeat == node && predicates.is_empty() && self.is_around_owner(node));
        let (base, up) = if own {
            (Base::Current, self.depth_of(self.owner, false) - self.depth_of(node, true))
        } else if way.legs.is_empty() {
            (way.base, way.up)
        } else {
            return Err(self.problem("form-function-nodes").with("function", "position"));
        };
        if !way.inner {
            return Ok(Ir::Number(1.0));
        }
        let shared_depth = self.depth_of(node, false).min(way.limit);
        self.uses.push(Use { node, shared_depth });
        Ok(Ir::PositionOf { base, up })
    }

    /// `indexed-repeat(${question}, ${repeat}, n, …)`: also leaves the own instance.
    pub(super) fn indexed_repeat(
        &mut self,
        target: &Expr,
        pairs: &[Expr],
        here: Here,
    ) -> Result<Ir, Problem> {
        let no = |this: &Self| this.problem("form-function-nodes").with("function", "indexed-repeat");
        let Expr::Path(path) = target else { return Err(no(self)) };
        let target = self.way(path, here)?.node;
        let mut indexes = Vec::new();
        for pair in pairs.chunks_exact(2) {
            let Expr::Path(path) = &pair[0] else { return Err(no(self)) };
            let repeat = self.way(path, here)?.node;
            if !self.is_repeat(repeat) {
                return Err(no(self));
            }
            indexes.push((repeat, self.expr(&pair[1], here)?));
        }
        let mut way = self.way_from_root();
        for node in self.chain(target) {
            match indexes.iter().position(|(repeat, _)| *repeat == node) {
                Some(at) => {
                    let (repeat, index) = indexes.swap_remove(at);
                    way.own = false;
                    way.legs.push(Leg::Nth { repeat, index });
                    (way.node, way.inner) = (node, true);
                }
                None => self.down(&mut way, node, Vec::new(), false),
            }
        }
        if !indexes.is_empty() {
            return Err(no(self));
        }
        Ok(self.arrive(way))
    }

    fn column(&self, list: ListId, name: &str) -> Result<u32, Problem> {
        let found = self.parts.lists[list as usize].column(name).map(|c| c as u32);
        found.ok_or_else(|| self.problem("form-column-unknown").with("column", name))
    }

    fn list_named(&self, name: &str) -> Result<ListId, Problem> {
        let found = self.parts.list_names.get(name).copied();
        found.ok_or_else(|| self.problem("form-list-unknown").with("list", name))
    }

    fn row_cell(&self, list: ListId, steps: &[Step]) -> Result<Ir, Problem> {
        match steps.iter().filter(|s| s.axis != Axis::Itself).collect::<Vec<_>>().as_slice() {
            [Step { axis: Axis::Child(name), predicates }] if predicates.is_empty() => {
                Ok(Ir::RowCell(self.column(list, name)?))
            }
            _ => Err(self.problem("form-path")),
        }
    }

    /// `instance('list')/root/item[…]/column`
    fn rows(&mut self, list: &str, steps: &[Step]) -> Result<Ir, Problem> {
        let list = self.list_named(list)?;
        let (item, column) = match steps {
            [_, item] => (item, None),
            [_, item, Step { axis: Axis::Child(name), predicates }] if predicates.is_empty() => {
                (item, Some(self.column(list, name)?))
            }
            _ => return Err(self.problem("form-path")),
        };
        let filter = self.row_filter(list, &item.predicates)?;
        Ok(Ir::Rows(Box::new(RowQuery { list, filter, column })))
    }

    /// `pulldata('list', 'wanted column', 'key column', value)`
    pub(super) fn pulldata(
        &mut self,
        list: &str,
        wanted: &str,
        key: &str,
        value: &Expr,
        here: Here,
    ) -> Result<Ir, Problem> {
        let list = self.list_named(list)?;
        let (column, key) = (Some(self.column(list, wanted)?), self.column(list, key)?);
        let value = self.expr(value, here)?;
        let filter = super::ir::RowFilter { key: Some((key, value)), rest: Vec::new() };
        Ok(Ir::Rows(Box::new(RowQuery { list, filter, column })))
    }
}
