//! What the functions do.

use super::functions::Function as F;
use super::val::Val;
use super::{Candidate, Eval};
use crate::compile::ir::Ir;
use crate::xpath::number;
use std::borrow::Cow;

impl<'a> Eval<'a> {
    pub(super) fn call(&self, function: F, arguments: &'a [Ir], here: &Candidate) -> Val<'a> {
        let text = |i: usize| self.text(&arguments[i], here);
        let n = |i: usize| self.number(&arguments[i], here);
        let float = |f: fn(f64) -> f64| Val::Number(f(n(0)));
        match function {
            F::True => Val::Bool(true),
            F::False => Val::Bool(false),
            F::Boolean => Val::Bool(self.truth(&arguments[0], here)),
            F::BooleanFromString => Val::Bool(matches!(&*text(0), "1" | "true")),
            F::Not => Val::Bool(!self.truth(&arguments[0], here)),
            F::Checklist => {
                let met = arguments[2..].iter().filter(|a| self.truth(a, here)).count() as f64;
                Val::Bool(within(met, n(0), n(1)))
            }
            F::WeightedChecklist => {
                let met = arguments[2..].chunks_exact(2).filter(|pair| self.truth(&pair[0], here));
                Val::Bool(within(met.map(|pair| self.number(&pair[1], here)).sum(), n(0), n(1)))
            }

            F::Number => Val::Number(n(0)),
            F::Int => float(f64::trunc),
            F::Round if arguments.len() == 2 => Val::Number(round_to(n(0), n(1))),
            // Half away from zero, as both ODK engines have it; XPath itself would round -1.5 to -1.
            F::Round => float(f64::round),
            F::Floor => float(f64::floor),
            F::Ceiling => float(f64::ceil),
            F::Abs => float(f64::abs),
            F::Sqrt => float(f64::sqrt),
            F::Exp => float(f64::exp),
            F::Exp10 => float(|x| 10f64.powf(x)),
            F::Log => float(f64::ln),
            F::Log10 => float(f64::log10),
            F::Sin => float(f64::sin),
            F::Cos => float(f64::cos),
            F::Tan => float(f64::tan),
            F::Asin => float(f64::asin),
            F::Acos => float(f64::acos),
            F::Atan => float(f64::atan),
            F::Atan2 => Val::Number(n(0).atan2(n(1))),
            F::Pow => Val::Number(n(0).powf(n(1))),
            F::Pi => Val::Number(std::f64::consts::PI),

            F::Count => Val::Number(self.nodes(&arguments[0], here).len() as f64),
            F::CountNonEmpty => {
                let nodes = self.nodes(&arguments[0], here);
                Val::Number(nodes.iter().filter(|item| !self.item_text(item).is_empty()).count() as f64)
            }
            F::Sum => {
                Val::Number(self.nodes(&arguments[0], here).iter().map(|item| self.item_number(item)).sum())
            }
            F::Min => Val::Number(self.extreme(arguments, here, f64::min)),
            F::Max => Val::Number(self.extreme(arguments, here, f64::max)),
            F::Position => Val::Number(here.position as f64),
            F::Last => Val::Number(here.size as f64),

            F::String => Val::Text(text(0)),
            F::Concat => Val::owned(self.each_text(arguments, here).concat()),
            F::Join => Val::owned(self.each_text(&arguments[1..], here).join(&*text(0))),
            F::StringLength => Val::Number(text(0).chars().count() as f64),
            F::Substr => Val::owned(substr(&text(0), n(1), arguments.get(2).map(|a| self.number(a, here)))),
            F::Substring => {
                Val::owned(substring(&text(0), n(1), arguments.get(2).map(|a| self.number(a, here))))
            }
            F::SubstringBefore => {
                Val::owned(text(0).split_once(&*text(1)).map_or_else(String::new, |(b, _)| b.to_owned()))
            }
            F::SubstringAfter => {
                Val::owned(text(0).split_once(&*text(1)).map_or_else(String::new, |(_, a)| a.to_owned()))
            }
            F::Contains => Val::Bool(text(0).contains(&*text(1))),
            F::StartsWith => Val::Bool(text(0).starts_with(&*text(1))),
            F::EndsWith => Val::Bool(text(0).ends_with(&*text(1))),
            F::NormalizeSpace => Val::owned(
                text(0)
                    .split([' ', '\t', '\n', '\r'])
                    .filter(|w| !w.is_empty())
                    .collect::<Vec<_>>()
                    .join(" "),
            ),
            F::Translate => Val::owned(translate(&text(0), &text(1), &text(2))),
            F::UpperCase => Val::owned(text(0).to_uppercase()),
            F::LowerCase => Val::owned(text(0).to_lowercase()),
            // A pattern that is computed; fixed ones are made ready when the form is compiled.
            F::Regex => {
                Val::Bool(crate::pattern::Pattern::new(&text(1)).is_some_and(|p| p.is_match(&text(0))))
            }

            F::Selected => {
                let wanted = text(1);
                Val::Bool(text(0).split([' ', '\t', '\n']).any(|word| word == wanted.trim()))
            }
            F::SelectedAt => {
                let (at, list) = (n(1), text(0));
                let word = (at >= 0.0).then(|| list.split_whitespace().nth(at as usize)).flatten();
                Val::owned(word.unwrap_or_default().to_owned())
            }
            F::CountSelected => Val::Number(text(0).split_whitespace().count() as f64),
            F::Coalesce => {
                let texts = arguments.iter().map(|a| self.text(a, here));
                Val::Text(texts.into_iter().find(|t| !t.is_empty()).unwrap_or(Cow::Borrowed("")))
            }
            F::Once => {
                let owner = self.form.node(self.owner);
                let value = &self.data.frame(self.frame).slots[owner.slot as usize].value;
                if value.is_empty() { self.eval(&arguments[0], here) } else { Val::Node(value) }
            }
            F::Today
            | F::Now
            | F::Date
            | F::DateTime
            | F::FormatDate
            | F::DecimalDateTime
            | F::DecimalTime
            | F::Wareki => self.call_dates(function, arguments, here),
        }
    }

    /// Every member of node-sets, every other argument as it is.
    fn each_text(&self, arguments: &'a [Ir], here: &Candidate) -> Vec<Cow<'a, str>> {
        let mut texts = Vec::with_capacity(arguments.len());
        for argument in arguments {
            match self.eval(argument, here) {
                Val::Nodes(items) => texts.extend(items.iter().map(|item| self.item_text(item))),
                other => texts.push(self.text_of(other)),
            }
        }
        texts
    }

    /// Unanswered questions do not count; nothing at all is NaN.
    fn extreme(&self, arguments: &'a [Ir], here: &Candidate, pick: fn(f64, f64) -> f64) -> f64 {
        let mut found: Option<f64> = None;
        for argument in arguments {
            let numbers: Vec<f64> = match self.eval(argument, here) {
                Val::Nodes(items) => {
                    let answered = items.iter().filter(|item| !self.item_text(item).is_empty());
                    answered.map(|item| self.item_number(item)).collect()
                }
                Val::Node(value) if value.is_empty() => Vec::new(),
                other => vec![self.number_of(&other)],
            };
            for n in numbers {
                if n.is_nan() {
                    return n;
                }
                found = Some(found.map_or(n, |f| pick(f, n)));
            }
        }
        found.unwrap_or(f64::NAN)
    }
}

/// A bound of -1 is no bound.
fn within(n: f64, least: f64, most: f64) -> bool {
    (least < 0.0 || n >= least) && (most < 0.0 || n <= most)
}

/// `round(n, digits)`: half away from zero, on the decimal digits that a person sees.
fn round_to(n: f64, digits: f64) -> f64 {
    if !n.is_finite() || digits.is_nan() {
        return f64::NAN;
    }
    let digits = digits.trunc().clamp(-300.0, 300.0) as i32;
    // Through the shortest decimal form, so that 1.005 rounds to 1.01 as on paper.
    let shifted: f64 = format!("{n}e{digits}").parse().unwrap_or(f64::NAN);
    let rounded = shifted.abs().round().copysign(n);
    format!("{rounded}e{}", -digits).parse().unwrap_or(f64::NAN)
}

/// From 0, the end is not included; negative places count from the end.
fn substr(text: &str, from: f64, to: Option<f64>) -> String {
    let length = text.chars().count();
    let place = |n: f64| -> usize {
        if n.is_nan() {
            0
        } else if n < 0.0 {
            (length as f64 + n.ceil()).max(0.0) as usize
        } else {
            (n as usize).min(length)
        }
    };
    let (from, to) = (place(from), to.map_or(length, place));
    text.chars().skip(from).take(to.saturating_sub(from)).collect()
}

/// XPath's own: from 1, with rounding.
fn substring(text: &str, from: f64, count: Option<f64>) -> String {
    let from = number::round(from);
    let to = count.map_or(f64::INFINITY, |c| from + number::round(c));
    text.chars()
        .enumerate()
        .filter(|(i, _)| (*i as f64 + 1.0) >= from && (*i as f64 + 1.0) < to)
        .map(|(_, c)| c)
        .collect()
}

fn translate(text: &str, from: &str, to: &str) -> String {
    let to: Vec<char> = to.chars().collect();
    text.chars()
        .filter_map(|c| match from.chars().position(|f| f == c) {
            None => Some(c),
            Some(at) => to.get(at).copied(),
        })
        .collect()
}
