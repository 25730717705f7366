//! Tokens to a tree. Nesting and height are bounded, so neither reading, evaluating nor dropping an expression can
//! exhaust the stack.

use super::lexer::{Spanned, Token, tokens};
use super::{Axis, Expr, Op, Path, Start, Step, Unreadable};
use crate::limits::{MAX_EXPRESSION_CHARS, MAX_EXPRESSION_HEIGHT, MAX_EXPRESSION_NESTING};

/// Reads one expression.
pub fn parse(text: &str) -> Result<Expr, Unreadable> {
    // Bytes first: counting characters of a hostile text would be work, too.
    if text.len() > MAX_EXPRESSION_CHARS * 4 || text.chars().count() > MAX_EXPRESSION_CHARS {
        return Err(Unreadable {
            code: "form-expression-long",
            what: MAX_EXPRESSION_CHARS.to_string(),
            at: MAX_EXPRESSION_CHARS,
        });
    }
    let mut parser = Parser { tokens: tokens(text)?, next: 0, nesting: 0, end: text.chars().count() + 1 };
    let (expr, _) = parser.any()?;
    match parser.tokens.get(parser.next) {
        None => Ok(expr),
        Some(rest) => {
            Err(Unreadable { code: "form-expression-extra", what: shown(&rest.token), at: rest.at })
        }
    }
}

struct Parser {
    tokens: Vec<Spanned>,
    next: usize,
    nesting: usize,
    end: usize,
}

/// An expression and its height.
type Tall = (Expr, usize);

fn shown(token: &Token) -> String {
    match token {
        Token::Number(n) => super::number::format(*n),
        Token::Text(t) => format!("'{t}'"),
        Token::Name(n) => n.to_string(),
        Token::Question(q) => format!("${{{q}}}"),
        Token::Sign("**") => "*".to_owned(),
        Token::Sign(s) => (*s).to_owned(),
    }
}

impl Parser {
    fn here(&self) -> usize {
        self.tokens.get(self.next).map_or(self.end, |t| t.at)
    }

    fn is(&self, sign: &str) -> bool {
        matches!(self.tokens.get(self.next), Some(Spanned { token: Token::Sign(s), .. }) if *s == sign)
    }

    fn takes(&mut self, sign: &str) -> bool {
        let is = self.is(sign);
        self.next += usize::from(is);
        is
    }

    fn unexpected(&self) -> Unreadable {
        match self.tokens.get(self.next) {
            Some(t) => Unreadable { code: "form-expression-unexpected", what: shown(&t.token), at: t.at },
            None => Unreadable { code: "form-expression-ends", what: String::new(), at: self.end },
        }
    }

    fn expect(&mut self, sign: &'static str) -> Result<(), Unreadable> {
        if self.takes(sign) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn taller(&self, height: usize) -> Result<usize, Unreadable> {
        if height < MAX_EXPRESSION_HEIGHT {
            Ok(height + 1)
        } else {
            Err(Unreadable {
                code: "form-expression-deep",
                what: MAX_EXPRESSION_HEIGHT.to_string(),
                at: self.here(),
            })
        }
    }

    fn any(&mut self) -> Result<Tall, Unreadable> {
        self.nesting += 1;
        if self.nesting > MAX_EXPRESSION_NESTING {
            return Err(Unreadable {
                code: "form-expression-deep",
                what: MAX_EXPRESSION_NESTING.to_string(),
                at: self.here(),
            });
        }
        let done = self.chain("or", Self::all, Expr::Any);
        self.nesting -= 1;
        done
    }

    fn all(&mut self) -> Result<Tall, Unreadable> {
        self.chain("and", Self::equality, Expr::All)
    }

    fn chain(
        &mut self,
        sign: &str,
        part: fn(&mut Self) -> Result<Tall, Unreadable>,
        build: fn(Vec<Expr>) -> Expr,
    ) -> Result<Tall, Unreadable> {
        let (first, mut height) = part(self)?;
        if !self.is(sign) {
            return Ok((first, height));
        }
        let mut parts = vec![first];
        while self.takes(sign) {
            let (next, h) = part(self)?;
            height = height.max(h);
            parts.push(next);
        }
        Ok((build(parts), self.taller(height)?))
    }

    fn equality(&mut self) -> Result<Tall, Unreadable> {
        self.binary(&[("=", Op::Equal), ("!=", Op::NotEqual)], Self::relation)
    }

    fn relation(&mut self) -> Result<Tall, Unreadable> {
        let signs = [("<=", Op::LessEqual), (">=", Op::GreaterEqual), ("<", Op::Less), (">", Op::Greater)];
        self.binary(&signs, Self::sum)
    }

    fn sum(&mut self) -> Result<Tall, Unreadable> {
        self.binary(&[("+", Op::Add), ("-", Op::Subtract)], Self::product)
    }

    fn product(&mut self) -> Result<Tall, Unreadable> {
        self.binary(&[("**", Op::Multiply), ("div", Op::Divide), ("mod", Op::Modulo)], Self::unary)
    }

    fn binary(
        &mut self,
        signs: &[(&str, Op)],
        part: fn(&mut Self) -> Result<Tall, Unreadable>,
    ) -> Result<Tall, Unreadable> {
        let (mut left, mut height) = part(self)?;
        while let Some(&(_, op)) = signs.iter().find(|(sign, _)| self.takes(sign)) {
            let (right, h) = part(self)?;
            height = self.taller(height.max(h))?;
            left = Expr::Binary(op, Box::new(left), Box::new(right));
        }
        Ok((left, height))
    }

    fn unary(&mut self) -> Result<Tall, Unreadable> {
        let mut minus = 0;
        while self.takes("-") {
            minus += 1;
        }
        let (inner, height) = self.union()?;
        Ok(match minus {
            0 => (inner, height),
            // `--x` is the number of x.
            n if n % 2 == 0 => (Expr::Call("number".into(), vec![inner]), self.taller(height)?),
            _ => (Expr::Negate(Box::new(inner)), self.taller(height)?),
        })
    }

    fn union(&mut self) -> Result<Tall, Unreadable> {
        self.chain("|", Self::path, Expr::Union)
    }

    fn path(&mut self) -> Result<Tall, Unreadable> {
        let Some(first) = self.tokens.get(self.next) else { return Err(self.unexpected()) };
        let next_is_call =
            matches!(self.tokens.get(self.next + 1), Some(Spanned { token: Token::Sign("("), .. }));
        let primary = match &first.token {
            Token::Number(n) => Some(Expr::Number(*n)),
            Token::Text(t) => Some(Expr::Text(t.clone())),
            _ => None,
        };
        if let Some(primary) = primary {
            self.next += 1;
            return Ok((primary, 1));
        }
        match first.token.clone() {
            Token::Question(name) => {
                self.next += 1;
                self.steps(Start::Named(name))
            }
            Token::Sign("(") => {
                self.next += 1;
                let inner = self.any()?;
                self.expect(")")?;
                Ok(inner)
            }
            Token::Name(name) if next_is_call && !is_node_test(&name) => self.call(&name),
            Token::Sign("/") => self.steps(Start::Root),
            Token::Name(_) | Token::Sign("." | ".." | "*") => {
                let (step, height) = self.step()?;
                self.more_steps(Start::Context, vec![step], height)
            }
            _ => Err(self.unexpected()),
        }
    }

    fn call(&mut self, name: &str) -> Result<Tall, Unreadable> {
        self.next += 2;
        let mut height = 0;
        let mut arguments = Vec::new();
        if !self.takes(")") {
            loop {
                let (argument, h) = self.any()?;
                height = height.max(h);
                arguments.push(argument);
                if !self.takes(",") {
                    break;
                }
            }
            self.expect(")")?;
        }
        match (name, arguments.as_slice()) {
            ("current", []) => self.steps(Start::Current),
            ("instance", [Expr::Text(list)]) => self.steps(Start::Instance(list.clone())),
            _ => Ok((Expr::Call(name.into(), arguments), self.taller(height)?)),
        }
    }

    fn steps(&mut self, start: Start) -> Result<Tall, Unreadable> {
        self.more_steps(start, Vec::new(), 0)
    }

    fn more_steps(
        &mut self,
        start: Start,
        mut steps: Vec<Step>,
        mut height: usize,
    ) -> Result<Tall, Unreadable> {
        // `${x}[…]` and `current()[…]`: the predicate belongs to a step to itself.
        if steps.is_empty() && self.is("[") {
            let (predicates, h) = self.predicates()?;
            height = height.max(h);
            steps.push(Step { axis: Axis::Itself, predicates });
        }
        while self.takes("/") {
            let (step, h) = self.step()?;
            height = height.max(h);
            steps.push(step);
        }
        Ok((Expr::Path(Path { start, steps }), self.taller(height)?))
    }

    fn step(&mut self) -> Result<(Step, usize), Unreadable> {
        let mut axis_name = None;
        if let (Some(Spanned { token: Token::Name(n), .. }), Some(Spanned { token: Token::Sign("::"), .. })) =
            (self.tokens.get(self.next), self.tokens.get(self.next + 1))
        {
            axis_name = Some(n.clone());
            self.next += 2;
        }
        let Some(token) = self.tokens.get(self.next) else { return Err(self.unexpected()) };
        let mut node_test = false;
        let plain = match &token.token {
            Token::Sign(".") => Axis::Itself,
            Token::Sign("..") => Axis::Parent,
            Token::Sign("*" | "**") => Axis::AnyChild,
            Token::Name(name) if &**name == "node" => {
                node_test =
                    matches!(self.tokens.get(self.next + 1), Some(Spanned { token: Token::Sign("("), .. }));
                if node_test { Axis::AnyChild } else { Axis::Child(name.clone()) }
            }
            Token::Name(name) => Axis::Child(name.clone()),
            _ => return Err(self.unexpected()),
        };
        let axis = match (axis_name.as_deref(), plain) {
            (None | Some("child"), plain) => plain,
            (Some("self"), Axis::AnyChild) => Axis::Itself,
            (Some("parent"), Axis::AnyChild) => Axis::Parent,
            (Some(other), _) => {
                return Err(Unreadable {
                    code: "form-expression-axis",
                    what: other.to_owned(),
                    at: self.here(),
                });
            }
        };
        self.next += 1;
        if node_test {
            self.expect("(")?;
            self.expect(")")?;
        }
        let (predicates, height) = self.predicates()?;
        Ok((Step { axis, predicates }, height))
    }

    fn predicates(&mut self) -> Result<(Vec<Expr>, usize), Unreadable> {
        let mut predicates = Vec::new();
        let mut height = 0;
        while self.takes("[") {
            let (predicate, h) = self.any()?;
            self.expect("]")?;
            height = height.max(h);
            predicates.push(predicate);
        }
        Ok((predicates, height))
    }
}

fn is_node_test(name: &str) -> bool {
    name == "node"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> &'static str {
        parse(text).expect_err("must not parse").code
    }

    #[test]
    fn operators_are_names_where_an_operand_stands() {
        assert!(matches!(parse("div div mod"), Ok(Expr::Binary(Op::Divide, _, _))));
        assert!(matches!(parse("* * *"), Ok(Expr::Binary(Op::Multiply, _, _))));
        assert!(matches!(parse("a-b"), Ok(Expr::Path(_))));
        assert!(matches!(parse("a - b"), Ok(Expr::Binary(Op::Subtract, _, _))));
    }

    #[test]
    fn paths_are_read_whole() {
        let Ok(Expr::Path(path)) = parse("instance('towns')/root/item[name = current()/../town]/label")
        else {
            panic!("a path");
        };
        assert_eq!(path.start, Start::Instance("towns".into()));
        assert_eq!(path.steps.len(), 3);
        assert_eq!(path.steps[1].predicates.len(), 1);
    }

    #[test]
    fn faults_have_codes() {
        assert_eq!(code("'open"), "form-expression-quote");
        assert_eq!(code("1 +"), "form-expression-ends");
        assert_eq!(code("1 2"), "form-expression-extra");
        assert_eq!(code("a ＝ b"), "form-expression-character");
        assert_eq!(code("preceding::x"), "form-expression-axis");
        assert_eq!(code("//x"), "form-expression-unexpected");
        assert_eq!(code(&"(".repeat(100_000)), "form-expression-long");
        assert_eq!(code(&"(".repeat(5_000)), "form-expression-deep");
        assert_eq!(code(&"1+".repeat(5_000)), "form-expression-deep");
        assert!(parse(&vec!["${a} = 1"; 800].join(" or ")).is_ok());
    }
}
