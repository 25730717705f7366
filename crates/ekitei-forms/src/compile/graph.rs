//! What depends on what, and in which order it is computed. A circle is found here, by its questions.

use super::{Effect, ExprId, Form, NodeId, Problems};
use crate::problem::Problem;

/// The order of evaluation and the way from a changed node to the expressions that use it.
#[derive(Debug, Default)]
pub struct Graph {
    /// Expressions that are kept up to date, in the order of evaluation.
    pub(crate) order: Vec<ExprId>,
    /// Place of each expression in `order`.
    pub(crate) rank: Vec<u32>,
    /// For node n: `edges[starts[n]..starts[n + 1]]`.
    starts: Vec<u32>,
    edges: Vec<Edge>,
}

/// Re-evaluate `expr` in all frames below the ancestor at `shared_depth`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Edge {
    pub expr: ExprId,
    pub shared_depth: u8,
}

impl Graph {
    pub(crate) fn uses_of(&self, node: NodeId) -> &[Edge] {
        let (from, to) = (self.starts[node as usize], self.starts[node as usize + 1]);
        &self.edges[from as usize..to as usize]
    }
}

/// Orders the expressions, or reports every circle.
///
/// The vertices: for node n, `2n` is what others see of it and `2n + 1` whether it is relevant; behind them the expressions.
pub(crate) fn order(parts: &Form, problems: &mut Problems) -> Graph {
    let nodes = parts.nodes.len();
    let vertices = 2 * nodes + parts.exprs.len();
    let mut edges: Vec<(u32, u32)> = Vec::new();
    let seen = |n: NodeId| 2 * n;
    let relevance = |n: NodeId| 2 * n + 1;
    let vertex = |e: usize| (2 * nodes + e) as u32;
    for (n, node) in parts.nodes.iter().enumerate().skip(1) {
        let n = n as NodeId;
        edges.push((relevance(node.parent), relevance(n)));
        edges.push((relevance(n), seen(n)));
        if parts.nodes[node.parent as usize].inner.is_some() {
            edges.push((seen(node.parent), relevance(n)));
        }
    }
    for (e, expr) in parts.exprs.iter().enumerate() {
        match expr.effect {
            Effect::Relevant => edges.push((vertex(e), relevance(expr.owner))),
            Effect::RepeatCount | Effect::Calculate => edges.push((vertex(e), seen(expr.owner))),
            Effect::Required | Effect::ReadOnly | Effect::Constraint => {}
            Effect::OnDemand => continue,
        }
        for used in &expr.uses {
            // `.` in a constraint is no circle.
            let itself = used.node == expr.owner;
            if itself && matches!(expr.effect, Effect::Constraint | Effect::Required | Effect::ReadOnly) {
                continue;
            }
            edges.push((seen(used.node), vertex(e)));
        }
    }
    let (topological, left) = sort(vertices, &edges);
    if !left.is_empty() {
        report_circles(parts, &left, &edges, problems);
    }
    let first_expr = 2 * nodes as u32;
    let mut order: Vec<ExprId> = Vec::new();
    let mut rank = vec![u32::MAX; parts.exprs.len()];
    for v in topological {
        if v >= first_expr && parts.exprs[(v - first_expr) as usize].effect != Effect::OnDemand {
            rank[(v - first_expr) as usize] = order.len() as u32;
            order.push(v - first_expr);
        }
    }
    let (starts, edges) = by_source(parts);
    Graph { order, rank, starts, edges }
}

fn by_source(parts: &Form) -> (Vec<u32>, Vec<Edge>) {
    let kept = || parts.exprs.iter().enumerate().filter(|(_, e)| e.effect != Effect::OnDemand);
    let mut starts = vec![0u32; parts.nodes.len() + 1];
    for (_, expr) in kept() {
        for used in &expr.uses {
            starts[used.node as usize + 1] += 1;
        }
    }
    for n in 1..starts.len() {
        starts[n] += starts[n - 1];
    }
    let mut edges = vec![Edge { expr: 0, shared_depth: 0 }; starts[parts.nodes.len()] as usize];
    let mut next = starts.clone();
    for (e, expr) in kept() {
        for used in &expr.uses {
            let at = &mut next[used.node as usize];
            edges[*at as usize] = Edge { expr: e as ExprId, shared_depth: used.shared_depth };
            *at += 1;
        }
    }
    (starts, edges)
}

/// Kahn's order; what stands in or behind a circle is left.
fn sort(vertices: usize, edges: &[(u32, u32)]) -> (Vec<u32>, Vec<u32>) {
    let mut waiting = vec![0u32; vertices];
    let (starts, targets) = adjacency(vertices, edges);
    for (_, to) in edges {
        waiting[*to as usize] += 1;
    }
    let mut ready: std::collections::VecDeque<u32> =
        (0..vertices as u32).filter(|v| waiting[*v as usize] == 0).collect();
    let mut order = Vec::with_capacity(vertices);
    while let Some(v) = ready.pop_front() {
        order.push(v);
        for &to in &targets[starts[v as usize] as usize..starts[v as usize + 1] as usize] {
            waiting[to as usize] -= 1;
            if waiting[to as usize] == 0 {
                ready.push_back(to);
            }
        }
    }
    let left = (0..vertices as u32).filter(|v| waiting[*v as usize] > 0).collect();
    (order, left)
}

fn adjacency(vertices: usize, edges: &[(u32, u32)]) -> (Vec<u32>, Vec<u32>) {
    let mut starts = vec![0u32; vertices + 1];
    for (from, _) in edges {
        starts[*from as usize + 1] += 1;
    }
    for v in 0..vertices {
        starts[v + 1] += starts[v];
    }
    let mut next = starts.clone();
    let mut targets = vec![0u32; edges.len()];
    for (from, to) in edges {
        targets[next[*from as usize] as usize] = *to;
        next[*from as usize] += 1;
    }
    (starts, targets)
}

/// Strongly connected parts of what is left, each reported once with its questions in order (Tarjan, without recursion).
fn report_circles(parts: &Form, left: &[u32], edges: &[(u32, u32)], problems: &mut Problems) {
    let vertices = 2 * parts.nodes.len() + parts.exprs.len();
    let mut is_left = vec![false; vertices];
    left.iter().for_each(|v| is_left[*v as usize] = true);
    let inside: Vec<(u32, u32)> =
        edges.iter().copied().filter(|(a, b)| is_left[*a as usize] && is_left[*b as usize]).collect();
    let (starts, targets) = adjacency(vertices, &inside);
    let mut index = vec![u32::MAX; vertices];
    let mut low = vec![0u32; vertices];
    let mut on_stack = vec![false; vertices];
    let mut stack: Vec<u32> = Vec::new();
    let mut counter = 0;
    for &root in left {
        if index[root as usize] != u32::MAX {
            continue;
        }
        // (vertex, next edge)
        let mut work: Vec<(u32, u32)> = vec![(root, starts[root as usize])];
        while let Some(&(v, edge)) = work.last() {
            let vi = v as usize;
            if index[vi] == u32::MAX {
                index[vi] = counter;
                low[vi] = counter;
                counter += 1;
                stack.push(v);
                on_stack[vi] = true;
            }
            if edge < starts[vi + 1] {
                if let Some(top) = work.last_mut() {
                    top.1 += 1;
                }
                let to = targets[edge as usize];
                if index[to as usize] == u32::MAX {
                    work.push((to, starts[to as usize]));
                } else if on_stack[to as usize] {
                    low[vi] = low[vi].min(index[to as usize]);
                }
                continue;
            }
            work.pop();
            if let Some(&(above, _)) = work.last() {
                low[above as usize] = low[above as usize].min(low[vi]);
            }
            if low[vi] != index[vi] {
                continue;
            }
            let at = stack.iter().rposition(|s| *s == v).unwrap_or(0);
            let circle = stack.split_off(at);
            circle.iter().for_each(|c| on_stack[*c as usize] = false);
            report(parts, &circle, problems);
        }
    }
}

fn report(parts: &Form, circle: &[u32], problems: &mut Problems) {
    let first_expr = 2 * parts.nodes.len() as u32;
    // An expression never feeds itself directly: a circle has at least two vertices.
    if circle.len() < 2 {
        return;
    }
    // Node and, so that one field stands for all, the effect's place among them.
    const FIELDS: [&str; 3] = ["relevant", "repeat_count", "calculate"];
    let mut owners: Vec<(NodeId, u32)> = circle
        .iter()
        .filter(|v| **v >= first_expr)
        .map(|v| {
            let expr = &parts.exprs[(*v - first_expr) as usize];
            let field = match expr.effect {
                Effect::Relevant => 0,
                Effect::RepeatCount => 1,
                _ => 2,
            };
            (expr.owner, field)
        })
        .collect();
    owners.sort_unstable();
    owners.dedup();
    let ids: Vec<&str> = owners.iter().take(20).map(|(n, _)| parts.nodes[*n as usize].id()).collect();
    let (at, field) = owners.first().copied().unwrap_or((super::ROOT, 0));
    let field = FIELDS[field as usize];
    problems.add(
        Problem::new("form-circle")
            .at(parts.nodes[at as usize].id(), field)
            .with("questions", ids.join(", "))
            .with("count", owners.len()),
    );
}
