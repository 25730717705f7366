//! References become places: which frame, which slot, which instances; and each expression learns what it depends on.

use super::ir::{Base, Ir, RowFilter};
use super::names::Names;
use super::{Compiled, Effect, ExprId, Form, ListId, NodeId, Problems, ROOT, Switch, Use};
use crate::def::Rule;
use crate::eval::functions::Function;
use crate::problem::Problem;
use crate::xpath::{self, Expr, Op};

/// Where relative paths start.
#[derive(Clone, Copy)]
pub(super) enum Place {
    /// A node in its own frame; `inner`: an instance of the repeat itself.
    Node {
        node: NodeId,
        inner: bool,
    },
    Row(ListId),
}

/// Resolves one expression.
pub(super) struct Resolver<'a> {
    pub parts: &'a Form,
    pub names: &'a Names,
    pub owner: NodeId,
    pub uses: Vec<Use>,
    /// Of the field, for problems.
    pub field: &'static str,
}

/// A predicate's surroundings; `None` outside of predicates.
#[derive(Clone, Copy)]
pub(super) struct Here {
    pub place: Place,
    /// Depth of the frame that all candidates share.
    pub candidates_share: Option<u8>,
}

type Resolved = Result<Ir, Problem>;

impl Resolver<'_> {
    pub(super) fn problem(&self, code: &str) -> Problem {
        Problem::new(code).at(&self.parts.nodes[self.owner as usize].item.id, self.field)
    }

    pub(super) fn expr(&mut self, expr: &Expr, here: Here) -> Resolved {
        Ok(match expr {
            Expr::Number(n) => Ir::Number(*n),
            Expr::Text(t) => Ir::Text(t.clone()),
            Expr::Negate(e) => Ir::Negate(Box::new(self.expr(e, here)?)),
            Expr::All(parts) => Ir::All(self.list(parts, here)?),
            Expr::Any(parts) => Ir::Any(self.list(parts, here)?),
            Expr::Union(parts) => Ir::Union(self.list(parts, here)?),
            Expr::Binary(op, a, b) => {
                Ir::Binary(*op, Box::new(self.expr(a, here)?), Box::new(self.expr(b, here)?))
            }
            Expr::Call(name, arguments) => self.call(name, arguments, here)?,
            Expr::Path(path) => self.path(path, here)?,
        })
    }

    pub(super) fn list(&mut self, parts: &[Expr], here: Here) -> Result<Vec<Ir>, Problem> {
        parts.iter().map(|part| self.expr(part, here)).collect()
    }

    fn call(&mut self, name: &str, arguments: &[Expr], here: Here) -> Resolved {
        let count = arguments.len();
        match (name, arguments) {
            ("if", [condition, yes, no]) => {
                let parts = [self.expr(condition, here)?, self.expr(yes, here)?, self.expr(no, here)?];
                return Ok(Ir::If(Box::new(parts)));
            }
            ("indexed-repeat", [target, ..]) if count >= 3 && count % 2 == 1 => {
                return self.indexed_repeat(target, &arguments[1..], here);
            }
            ("jr:choice-name", [value, Expr::Text(question)]) => {
                return self.choice_name(value, question, here);
            }
            ("regex", [value, Expr::Text(pattern)]) => {
                let value = Box::new(self.expr(value, here)?);
                let ready = crate::pattern::Pattern::new(pattern);
                let ready = ready.ok_or_else(|| self.problem("form-pattern").with("pattern", pattern))?;
                return Ok(Ir::Regex(value, Box::new(ready)));
            }
            ("pulldata", [Expr::Text(list), Expr::Text(wanted), Expr::Text(key), value]) => {
                return self.pulldata(list, wanted, key, value, here);
            }
            ("position", [Expr::Path(path)]) => return self.position_of(path, here),
            _ => {}
        }
        // These were taken above when their arguments fit.
        let special = [
            ("if", 3),
            ("indexed-repeat", 3),
            ("jr:choice-name", 2),
            ("pulldata", 4),
            ("current", 0),
            ("instance", 1),
        ];
        let special = special.iter().find(|(n, _)| *n == name).map(|(_, least)| (None, *least, 0));
        let known = Function::named(name).map(|(f, least, most)| (Some(f), least, most));
        let Some((function, fewest, most)) = known.or(special) else {
            return Err(self.problem("form-function-unknown").with("function", name));
        };
        let Some(function) = function.filter(|_| (fewest..=most).contains(&count)) else {
            return Err(self
                .problem("form-function-arguments")
                .with("function", name)
                .with("count", count)
                .with("least", fewest));
        };
        let itself = [Expr::Path(xpath::Path { start: xpath::Start::Context, steps: Vec::new() })];
        let means_itself = function.means_itself() && count == 0;
        let arguments = self.list(if means_itself { &itself } else { arguments }, here)?;
        if function.wants_nodes() && !arguments.iter().all(is_node_set) {
            return Err(self.problem("form-function-nodes").with("function", name));
        }
        Ok(Ir::Call(function, arguments))
    }

    fn choice_name(&mut self, value: &Expr, question: &str, here: Here) -> Resolved {
        let unknown = || self.problem("form-question-unknown").with("id", question);
        // The second argument is a path in quotes, by whatever tool wrote the form.
        let Ok(Expr::Path(path)) = xpath::parse(question) else { return Err(unknown()) };
        let name = match (&path.start, path.steps.last().map(|s| &s.axis)) {
            (xpath::Start::Named(name), None) => name,
            (_, Some(xpath::Axis::Child(name))) => name,
            _ => return Err(unknown()),
        };
        let node = self.names.question(name).ok_or_else(unknown)?;
        let list = self.parts.nodes[node as usize].list.ok_or_else(unknown)?;
        Ok(Ir::ChoiceLabel { list, value: Box::new(self.expr(value, here)?) })
    }

    /// A predicate or filter over the rows of a list.
    pub(super) fn row_filter(&mut self, list: ListId, predicates: &[Expr]) -> Result<RowFilter, Problem> {
        let here = Here { place: Place::Row(list), candidates_share: None };
        let mut rest = self.list(predicates, here)?;
        let mut key = None;
        if let Some(first) = rest.first_mut() {
            key = take_key(first);
            if matches!(first, Ir::All(parts) if parts.is_empty()) {
                rest.remove(0);
            }
        }
        Ok(RowFilter { key, rest })
    }
}

/// Takes `column = something that no row changes` out of a predicate; an emptied predicate is `All([])`.
fn take_key(predicate: &mut Ir) -> Option<(u32, Ir)> {
    fn key_of(ir: Ir) -> Result<(u32, Ir), Ir> {
        match ir {
            Ir::Binary(Op::Equal, a, b) => match (*a, *b) {
                (Ir::RowCell(column), other) | (other, Ir::RowCell(column)) if is_row_free(&other) => {
                    Ok((column, other))
                }
                (a, b) => Err(Ir::Binary(Op::Equal, Box::new(a), Box::new(b))),
            },
            other => Err(other),
        }
    }
    let nothing = || Ir::All(Vec::new());
    match std::mem::replace(predicate, nothing()) {
        Ir::All(parts) => {
            let mut key = None;
            let mut rest = Vec::with_capacity(parts.len());
            for part in parts {
                if key.is_some() {
                    rest.push(part);
                    continue;
                }
                match key_of(part) {
                    Ok(found) => key = Some(found),
                    Err(part) => rest.push(part),
                }
            }
            *predicate = Ir::All(rest);
            key
        }
        single => match key_of(single) {
            Ok(found) => Some(found),
            Err(single) => {
                *predicate = single;
                None
            }
        },
    }
}

fn is_row_free(ir: &Ir) -> bool {
    match ir {
        Ir::Number(_) | Ir::Text(_) => true,
        Ir::Slot(slot) => slot.base == Base::Current,
        Ir::Negate(a) | Ir::ChoiceLabel { value: a, .. } => is_row_free(a),
        Ir::All(parts) | Ir::Any(parts) => parts.iter().all(is_row_free),
        Ir::Call(function, parts) => !function.reads_position() && parts.iter().all(is_row_free),
        Ir::If(parts) => parts.iter().all(is_row_free),
        Ir::Binary(_, a, b) => is_row_free(a) && is_row_free(b),
        _ => false,
    }
}

fn is_node_set(ir: &Ir) -> bool {
    match ir {
        Ir::Slot(_) | Ir::Walk(_) | Ir::Rows(_) | Ir::RowCell(_) => true,
        Ir::Union(parts) => parts.iter().all(is_node_set),
        _ => false,
    }
}

/// Resolves every expression of the form and hangs it on its question.
pub(crate) fn expressions(parts: &mut Form, problems: &mut Problems) {
    for owner in 1..parts.nodes.len() as NodeId {
        let item = &parts.nodes[owner as usize].item;
        let text = |rule: &Option<Rule>| match rule {
            Some(Rule::When(text)) => Some(text.clone()),
            _ => None,
        };
        let written = [
            (Effect::Relevant, "relevant", item.relevant.clone()),
            (Effect::RepeatCount, "repeat_count", item.repeat_count.clone()),
            (Effect::Calculate, "calculate", item.calculate.clone()),
            (Effect::Required, "required", text(&item.required)),
            (Effect::ReadOnly, "read_only", text(&item.read_only)),
            (Effect::Constraint, "constraint", item.constraint.clone()),
            (Effect::OnDemand, "default_expression", item.default_expression.clone()),
        ];
        let fixed = |rule: &Option<Rule>| match rule {
            Some(Rule::Always(true)) => Switch::Always,
            _ => Switch::Never,
        };
        let (required, read_only) = (fixed(&item.required), fixed(&item.read_only));
        let filter = item.choice_filter.clone();
        let node = &mut parts.nodes[owner as usize];
        (node.required, node.read_only) = (required, read_only);
        for (effect, field, text) in written {
            let Some(text) = text.filter(|t| !t.trim().is_empty()) else { continue };
            let Some(id) = compile(parts, owner, effect, field, &text, problems) else { continue };
            hang(parts, owner, effect, id);
        }
        if let Some(text) = filter.filter(|t| !t.trim().is_empty()) {
            choice_filter(parts, owner, &text, problems);
        }
    }
    super::resolve_drafts::drafts(parts, problems);
}

fn hang(parts: &mut Form, owner: NodeId, effect: Effect, id: ExprId) {
    let node = &mut parts.nodes[owner as usize];
    match effect {
        Effect::Relevant => node.relevant = Some(id),
        Effect::RepeatCount => node.repeat_count = Some(id),
        Effect::Calculate => node.calculate = Some(id),
        Effect::Required => node.required = Switch::When(id),
        Effect::ReadOnly => node.read_only = Switch::When(id),
        Effect::Constraint => node.constraint = Some(id),
        Effect::OnDemand => node.default_expression = Some(id),
    }
}

/// Reads and resolves one text; problems are added, and the expression's number is returned.
pub(super) fn compile(
    parts: &mut Form,
    owner: NodeId,
    effect: Effect,
    field: &'static str,
    text: &str,
    problems: &mut Problems,
) -> Option<ExprId> {
    let resolved = read(parts, owner, field, text).and_then(|expr| {
        let mut resolver = Resolver { parts, names: &parts.names, owner, uses: Vec::new(), field };
        let here = Here { place: Place::Node { node: owner, inner: false }, candidates_share: None };
        let ir = resolver.expr(&expr, here)?;
        Ok((ir, resolver.uses))
    });
    match resolved {
        Ok((ir, mut uses)) => {
            uses.sort_unstable();
            uses.dedup();
            parts.exprs.push(Compiled { owner, effect, ir, uses });
            Some((parts.exprs.len() - 1) as ExprId)
        }
        Err(problem) => {
            problems.add(problem);
            None
        }
    }
}

fn read(parts: &Form, owner: NodeId, field: &str, text: &str) -> Result<Expr, Problem> {
    xpath::parse(text).map_err(|e| {
        let at = if owner == ROOT { "" } else { parts.nodes[owner as usize].item.id.as_str() };
        Problem::new(e.code).at(at, field).with("what", e.what).with("position", e.at)
    })
}

fn choice_filter(parts: &mut Form, owner: NodeId, text: &str, problems: &mut Problems) {
    let Some(list) = parts.nodes[owner as usize].list else { return };
    let filter = read(parts, owner, "choice_filter", text).and_then(|expr| {
        let mut resolver =
            Resolver { parts, names: &parts.names, owner, uses: Vec::new(), field: "choice_filter" };
        resolver.row_filter(list, std::slice::from_ref(&expr))
    });
    match filter {
        Ok(filter) => parts.nodes[owner as usize].choice_filter = Some(Box::new(filter)),
        Err(problem) => problems.add(problem),
    }
}

/// An expression that is not part of the form (a builder's trial), as if it stood at `owner`.
pub(crate) fn later(form: &Form, owner: NodeId, text: &str) -> Result<Ir, Problem> {
    let names = Names::of(form);
    let expr = read(form, owner, "", text)?;
    let mut resolver = Resolver { parts: form, names: &names, owner, uses: Vec::new(), field: "" };
    resolver.expr(&expr, Here { place: Place::Node { node: owner, inner: false }, candidates_share: None })
}
