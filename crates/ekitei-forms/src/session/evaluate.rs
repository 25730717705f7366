//! One expression over the present answers: what a builder tries out.

use super::{AnswerKey, FORM_FRAME, Session};
use crate::compile::{ROOT, resolve};
use crate::eval::Eval;
use crate::eval::val::Val;
use crate::problem::Problem;
use serde::{Deserialize, Serialize};

/// A value with XPath's conversions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Evaluated {
    pub text: String,
    /// Null: not a number.
    pub number: Option<f64>,
    pub truth: bool,
    /// Of a node-set: its members.
    pub count: Option<u32>,
}

impl Session {
    /// Evaluates as if the expression stood at the question `at`, or at the form itself. Problems: as those of a
    /// definition; `form-question-unknown` for `at`.
    pub fn evaluate(&self, at: Option<&AnswerKey>, expression: &str) -> Result<Evaluated, Problem> {
        let (frame, node) = match at {
            None => (FORM_FRAME, ROOT),
            Some(key) => self
                .place(key)
                .map_err(|_| Problem::new("form-question-unknown").with("id", super::shown(&key.0)))?,
        };
        let ir = resolve::later(&self.form, node, expression)?;
        let eval = Eval::new(&self.form, &self.data, &self.env, node, frame);
        let val = eval.run(&ir);
        let number = eval.number_of(&val);
        Ok(Evaluated {
            number: (!number.is_nan()).then_some(number),
            truth: eval.truth_of(&val),
            count: matches!(val, Val::Nodes(_) | Val::Node(_)).then(|| eval.members(&ir)),
            text: eval.text_of(val).into_owned(),
        })
    }
}
