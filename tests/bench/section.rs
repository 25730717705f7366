//! One part's result as a section of docs/PERFORMANCE.md.

use crate::machine;
use std::fmt::Write as _;

/// What was measured several times, in one unit.
#[derive(Clone, Debug, Default)]
pub struct Samples(pub Vec<f64>);

impl Samples {
    pub fn push(&mut self, value: f64) {
        self.0.push(value);
    }

    fn sorted(&self) -> Vec<f64> {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        sorted
    }

    pub fn median(&self) -> f64 {
        self.quantile(0.5)
    }

    /// The smallest value that at least this share of all is not above.
    pub fn quantile(&self, share: f64) -> f64 {
        let sorted = self.sorted();
        let rank = (share * sorted.len() as f64).ceil() as usize;
        sorted[rank.clamp(1, sorted.len()) - 1]
    }

    pub fn sum(&self) -> f64 {
        self.0.iter().sum()
    }

    pub fn mean(&self) -> f64 {
        self.sum() / self.0.len() as f64
    }

    /// `median unit (min–max)`.
    pub fn show(&self, unit: &str) -> String {
        let sorted = self.sorted();
        let (min, max) = (sorted[0], sorted[sorted.len() - 1]);
        match min == max {
            true => amount(min, unit),
            false => format!("{} ({}–{})", amount(self.median(), unit), number(min), number(max)),
        }
    }
}

/// Three significant digits are more than such a measurement is worth.
fn number(value: f64) -> String {
    match value {
        v if v >= 1e4 => grouped(v),
        v if v >= 100.0 => format!("{v:.0}"),
        v if v >= 10.0 => format!("{v:.1}"),
        v => format!("{v:.2}"),
    }
}

fn grouped(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

pub fn amount(value: f64, unit: &str) -> String {
    format!("{} {unit}", number(value))
}

/// One line of the table.
pub struct Row {
    what: String,
    ours: String,
    peer: String,
    ratio: String,
    aim: String,
    met: &'static str,
}

const MET: &str = "met";
const MISSED: &str = "**missed**";

fn verdict(met: bool) -> &'static str {
    if met { MET } else { MISSED }
}

impl Row {
    fn new(what: &str, ours: String) -> Row {
        let none = String::new;
        Row { what: what.into(), ours, peer: none(), ratio: none(), aim: none(), met: "" }
    }

    /// Beside the peer; `aim` is the largest ratio.
    pub fn beside(what: &str, unit: &str, ours: &Samples, peer: &Samples, aim: Option<f64>) -> Row {
        let ratio = ours.median() / peer.median();
        Row::new(what, ours.show(unit)).peer(peer.show(unit)).ratio(ratio, aim)
    }

    pub fn shown(what: &str, ours: String) -> Row {
        Row::new(what, ours)
    }

    pub fn peer(mut self, peer: String) -> Row {
        self.peer = peer;
        self
    }

    pub fn ratio(mut self, ratio: f64, aim: Option<f64>) -> Row {
        self.ratio = format!("{ratio:.3}×");
        if let Some(aim) = aim {
            return self.must(&format!("≤ {aim}×"), ratio <= aim);
        }
        self
    }

    pub fn must(mut self, aim: &str, met: bool) -> Row {
        self.aim = aim.to_owned();
        self.met = verdict(met);
        self
    }

    /// An upper limit of the value itself.
    pub fn at_most(self, value: f64, aim: f64, unit: &str) -> Row {
        self.must(&format!("≤ {aim} {unit}"), value <= aim)
    }
}

/// A table with what one must know to read it.
pub struct Section {
    pub title: &'static str,
    /// The peer's name and version; empty: it has none.
    pub peer: String,
    pub rows: Vec<Row>,
    /// How it was measured; one sentence each.
    pub notes: Vec<String>,
}

impl Section {
    pub fn text(&self, part: &str) -> String {
        let mut out = format!("### {}\n\n", self.title);
        let beside = !self.peer.is_empty();
        match beside {
            true => {
                let _ =
                    writeln!(out, "| | Ekitei | {} | ratio | aim | |\n|---|---|---|---|---|---|", self.peer);
            }
            false => out.push_str("| | Ekitei | aim | |\n|---|---|---|---|\n"),
        }
        for Row { what, ours, peer, ratio, aim, met } in &self.rows {
            let _ = match beside {
                true => writeln!(out, "| {what} | {ours} | {peer} | {ratio} | {aim} | {met} |"),
                false => writeln!(out, "| {what} | {ours} | {aim} | {met} |"),
            };
        }
        let build = if cfg!(debug_assertions) { "development build" } else { "release build" };
        let _ = write!(
            out,
            "\n`cargo xtask bench --only {part}` on {}; Ekitei {} ({build}).",
            machine::description(),
            env!("CARGO_PKG_VERSION")
        );
        for note in &self.notes {
            let _ = write!(out, "\n{note}");
        }
        out.push('\n');
        out
    }
}
