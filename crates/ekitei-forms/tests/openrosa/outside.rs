//! Why a recorded case is not run, or gives another value, and the document that lists them all.

use super::Case;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/xpath-tests.md");

#[derive(Default)]
pub struct List {
    by_reason: BTreeMap<&'static str, Vec<String>>,
    unexplained: Vec<String>,
}

const XML: &str = "Outside: functions and axes over XML itself (ids, names, namespaces, attributes, `//`, `*`, siblings); a form names its questions";
const IMPURE: &str = "Outside: not pure – the result would change with every recalculation; ids and random order are made by the program";
const CONTEXT: &str = "Outside: the context is an element of another vocabulary, a group of leaves and groups mixed, a text or an attribute; a form has no such question";
const NOTHING: &str = "Stricter: a reference to nothing, or out of the form, is a fault when the form is made, also in a branch that is never taken";
const NO_FUNCTION: &str = "Stricter: an unknown function or a wrong number of arguments is a fault when the form is made, also in a branch that is never taken";
const GEO: &str = "Outside for now: `area` and `distance` (geotraces and geoshapes are no question types yet); `digest` (no real form of our sample uses it)";
const PLACE: &str = "Different: a day is a whole number of days by the clock of the place (as JavaRosa counts); openrosa-xpath-evaluator counts from midnight UTC, so its days have a fraction. `date()` gives a day, `date-time()` a day and a time";
const WRONG_DATE: &str = "Different: what is no date becomes empty, not the text `Invalid Date`; JavaScript's own date texts are no dates";
const OTHER: &[(&str, &str)] = &[
    ("regex(", "Different: `regex` matches the whole text, as JavaRosa and the ODK documentation have it"),
    ("e-12", "Different: XPath 1.0 numbers have no exponent"),
    (
        "/thedata/node",
        "Different: one question is true when it is answered (as JavaRosa has it), not when it exists",
    ),
    ("self::node()", "Different: a group has no value of its own, so it is not true"),
];

impl List {
    fn add(&mut self, case: &Case, reason: &'static str, detail: &str) {
        let context = case.node.as_ref().map(|n| format!(" at `{n}`")).unwrap_or_default();
        let expression = case.expr.split_whitespace().collect::<Vec<_>>().join(" ").replace('`', "'");
        let line = format!("{}: `{expression}`{context} → {}{detail}", case.file, case.expected);
        let lines = self.by_reason.entry(reason).or_default();
        if !lines.contains(&line) {
            lines.push(line);
        }
    }

    pub fn outside(&mut self, case: &Case, why: &str) {
        let function = why.split("function=").nth(1).unwrap_or_default();
        let reason = match why.split(' ').next().unwrap_or_default() {
            "context" => CONTEXT,
            "form-function-unknown" => match function {
                "id" | "name" | "local-name" | "namespace-uri" | "lang" => XML,
                "uuid" | "random" | "randomize" => IMPURE,
                "area" | "distance" | "digest" => GEO,
                _ => NO_FUNCTION,
            },
            "form-function-arguments" => NO_FUNCTION,
            "form-question-unknown" | "form-path-above" | "form-path-up" => NOTHING,
            "form-path" | "form-expression-axis" | "form-expression-ends" | "form-function-nodes" => XML,
            "form-expression-unexpected" if why.contains("e-12") => OTHER[1].1,
            "form-expression-unexpected" => XML,
            "form-expression-extra" if why.contains("what=/") => XML,
            "form-expression-extra" => {
                "Stricter: the name of an operator ends at a space or a sign (`1 div 2`, not `1div2`)"
            }
            _ => return self.unexplained.push(format!("{} {} {why}", case.file, case.expr)),
        };
        self.add(case, reason, "");
    }

    pub fn different(&mut self, case: &Case, got: &str) {
        let dates = ["date", "decimal", "19", "20"].iter().any(|w| case.expr.contains(w)) || case.expr == ".";
        let invalid =
            case.expected == "Invalid Date" || case.expr.contains("GMT") || case.expr.contains("true()");
        let reason = match OTHER.iter().find(|(part, _)| case.expr.contains(part)) {
            Some((_, reason)) => reason,
            None if dates && invalid => WRONG_DATE,
            None if dates => PLACE,
            None => {
                return self.unexplained.push(format!("{} {} {} {got}", case.file, case.expr, case.expected));
            }
        };
        let got = got.split(" / ").next().unwrap_or_default();
        self.add(case, reason, &format!(", here `{got}`"));
    }

    /// Fails on what nobody has explained, and when the document is not what really happens.
    pub fn compare(self, ran: usize, all: usize) {
        assert!(self.unexplained.is_empty(), "{}", self.unexplained.join("\n"));
        let mut text = format!(
            "# Expression tests of openrosa-xpath-evaluator\n\n\
             `tests/openrosa/cases.json` holds the {all} different assertions of the npm package openrosa-xpath-evaluator 3.1.0\n\
             (Apache-2.0, © the Enketo project and contributors), recorded by running its own suite with recording stand-ins:\n\
             document, context, expression, expected value, at UTC-7 on 21 November 2026. {ran} give the same value here. The\n\
             others are listed below with the reason; the test `openrosa` fails when this list is not what really happens\n\
             (`EKITEI_WRITE=1` writes it anew).\n"
        );
        for (reason, lines) in &self.by_reason {
            let _ = write!(text, "\n## {reason}\n\n{} expressions.\n\n", lines.len());
            lines.iter().for_each(|line| {
                let _ = writeln!(text, "- {line}");
            });
        }
        if std::env::var_os("EKITEI_WRITE").is_some() {
            std::fs::write(DOCUMENT, &text).unwrap();
        }
        let written = std::fs::read_to_string(Path::new(DOCUMENT)).unwrap_or_default();
        assert!(
            written == text,
            "{DOCUMENT} is not what happens: {ran} of {all}; EKITEI_WRITE=1 writes it anew"
        );
    }
}
