//! Short answers to a push: what was applied just as it was written needs one line for many operations.

use crate::ids::OpId;
use crate::op::Outcome;
use crate::scope::Scope;
use crate::wire::PushResult;
use serde::{Deserialize, Serialize};

/// Stands for the results of `run` operations in the order they were sent: each made its record just as written
/// ([`PushResult::written_ms`]), at `seq`, `seq + 1`, … of `scope`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    pub run: u32,
    pub scope: Scope,
    pub seq: u64,
    pub written_ms: i64,
}

/// One line of the answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ResultLine {
    Run(Run),
    One(PushResult),
}

/// As few lines as say the same.
pub fn fold(results: &[PushResult]) -> Vec<ResultLine> {
    let mut lines: Vec<ResultLine> = Vec::new();
    for result in results {
        let (Some(written_ms), Outcome::Applied { scope, seq }) = (result.written_ms, &result.outcome) else {
            lines.push(ResultLine::One(result.clone()));
            continue;
        };
        match lines.last_mut() {
            Some(ResultLine::Run(r))
                if r.scope == *scope && r.written_ms == written_ms && r.seq + u64::from(r.run) == *seq =>
            {
                r.run += 1;
            }
            _ => lines.push(ResultLine::Run(Run { run: 1, scope: scope.clone(), seq: *seq, written_ms })),
        }
    }
    lines
}

/// One result for each of `ops`, the operations that were sent. `None`: the lines are for more or fewer.
pub fn unfold(lines: impl IntoIterator<Item = ResultLine>, ops: &[OpId]) -> Option<Vec<PushResult>> {
    let mut results = Vec::with_capacity(ops.len());
    for line in lines {
        match line {
            ResultLine::One(result) => results.push(result),
            ResultLine::Run(r) => {
                let at = results.len();
                r.seq.checked_add(u64::from(r.run)).filter(|end| i64::try_from(*end).is_ok())?;
                let those = ops.get(at..at.checked_add(usize::try_from(r.run).ok()?)?)?;
                results.extend((r.seq..).zip(those).map(|(seq, op)| PushResult {
                    op_id: *op,
                    outcome: Outcome::Applied { scope: r.scope.clone(), seq },
                    written_ms: Some(r.written_ms),
                }));
            }
        }
        if results.len() > ops.len() {
            return None;
        }
    }
    (results.len() == ops.len()).then_some(results)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn result(n: u128, seq: u64, written_ms: Option<i64>, scope: &Scope) -> PushResult {
        let outcome = match n % 5 {
            4 => Outcome::Voided,
            _ => Outcome::Applied { scope: scope.clone(), seq },
        };
        PushResult { op_id: OpId(Uuid::from_u128(n)), outcome, written_ms }
    }

    #[test]
    fn a_day_of_notes_is_one_line() {
        let scope = Scope::Section("A".into());
        let results: Vec<_> = (0..4).map(|n| result(n, 7 + n as u64, Some(5), &scope)).collect();
        assert_eq!(fold(&results), [ResultLine::Run(Run { run: 4, scope, seq: 7, written_ms: 5 })]);
        let text = serde_json::to_string(&fold(&results)[0]).unwrap();
        assert_eq!(text, r#"{"run":4,"scope":"section:A","seq":7,"written_ms":5}"#);
        assert_eq!(serde_json::from_str::<ResultLine>(&text).unwrap(), fold(&results)[0]);
    }

    #[test]
    fn lines_for_other_operations_are_refused() {
        let line = |run, seq| ResultLine::Run(Run { run, scope: Scope::All, seq, written_ms: 0 });
        let ops = [OpId(Uuid::from_u128(1)), OpId(Uuid::from_u128(2))];
        assert_eq!(unfold([line(2, 1)], &ops).unwrap().len(), 2);
        for wrong in [
            vec![],
            vec![line(1, 1)],
            vec![line(3, 1)],
            vec![line(2, 1), line(1, 3)],
            vec![line(2, u64::MAX)],
        ] {
            assert_eq!(unfold(wrong, &ops), None);
        }
    }

    proptest! {
        /// Short or long, the answer says the same.
        #[test]
        fn folding_loses_nothing(
            steps in proptest::collection::vec((0u64..3, proptest::option::of(0i64..2), any::<bool>()), 0..40)
        ) {
            let scopes = [Scope::All, Scope::Section("A".into())];
            let mut seq = 1;
            let mut results = Vec::new();
            for (n, (step, written, other)) in steps.into_iter().enumerate() {
                seq += step;
                let made = result(n as u128, seq, written, &scopes[usize::from(other)]);
                let written_ms = made.written_ms.filter(|_| matches!(made.outcome, Outcome::Applied { .. }));
                results.push(PushResult { written_ms, ..made });
            }
            let ops: Vec<_> = results.iter().map(|r| r.op_id).collect();
            let lines = fold(&results);
            prop_assert!(lines.len() <= results.len());
            let texts: Vec<_> = lines.iter().map(|l| serde_json::to_string(l).unwrap()).collect();
            let lines: Vec<ResultLine> = texts.iter().map(|t| serde_json::from_str(t).unwrap()).collect();
            prop_assert_eq!(unfold(lines, &ops), Some(results));
        }
    }
}
