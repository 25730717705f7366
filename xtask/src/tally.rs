//! The closing lines of test runners: recognised, passed on, added up.

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub passed: u64,
    pub failed: u64,
}

impl Tally {
    pub fn add(&mut self, other: Tally) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// What a line reports, if it is the closing line of cargo test, vitest, node's runner, Playwright or pytest.
pub fn of_line(line: &str) -> Option<Tally> {
    let text = line.trim();
    let words: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || "|;,.=".contains(c)).filter(|w| !w.is_empty()).collect();
    let count = |word: &str| -> u64 {
        let at = words.iter().position(|w| *w == word);
        at.and_then(|i| words.get(i.checked_sub(1)?)).and_then(|n| n.parse().ok()).unwrap_or(0)
    };
    let closing = text.starts_with("test result:")
        || (words.first() == Some(&"Tests") && (words.contains(&"passed") || words.contains(&"failed")))
        || is_playwright(&words)
        || (text.starts_with('=')
            && text.ends_with('=')
            && (text.contains(" passed") || text.contains(" failed")));
    if closing {
        return Some(Tally { passed: count("passed"), failed: count("failed") });
    }
    // Node's runner: "# pass 12" (TAP) or "ℹ pass 12" (spec).
    match words.as_slice() {
        ["#" | "ℹ", "pass", n] => n.parse().ok().map(|passed| Tally { passed, failed: 0 }),
        ["#" | "ℹ", "fail", n] => n.parse().ok().map(|failed| Tally { passed: 0, failed }),
        _ => None,
    }
}

/// Whether a failed test begins to say what is wrong: cargo test, node's runner (TAP), vitest.
pub fn is_fault(line: &str) -> bool {
    let text = line.trim();
    (text.starts_with("thread '") && text.contains(" panicked at "))
        || text.starts_with("not ok ")
        || text.starts_with("FAIL ")
        || text.starts_with("error[")
        || text.starts_with("error: ")
}

/// `12 passed (1.3m)`, `2 failed`.
fn is_playwright(words: &[&str]) -> bool {
    match words {
        [n, "passed", rest @ ..] => {
            n.parse::<u64>().is_ok() && rest.first().is_some_and(|w| w.starts_with('('))
        }
        [n, "failed"] => n.parse::<u64>().is_ok(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_runners_closing_lines() {
        let cases = [
            (
                "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.30s",
                (12, 0),
            ),
            ("test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out", (3, 2)),
            ("      Tests  1 failed | 41 passed (42)", (41, 1)),
            ("      Tests  42 passed (42)", (42, 0)),
            ("# pass 7", (7, 0)),
            ("ℹ fail 1", (0, 1)),
            ("  18 passed (1.3m)", (18, 0)),
            ("  2 failed", (0, 2)),
            ("===== 9 passed, 1 failed in 2.10s =====", (9, 1)),
        ];
        for (line, (passed, failed)) in cases {
            assert_eq!(of_line(line), Some(Tally { passed, failed }), "{line}");
        }
    }

    #[test]
    fn hears_where_a_fault_begins() {
        for line in [
            "thread 'a_test' (31651) panicked at tests/tests/demo.rs:36:50:",
            "    not ok 3 - the third",
            " FAIL  shared/src/words.test.ts > words",
            "error[E0425]: cannot find value `x` in this scope",
        ] {
            assert!(is_fault(line), "{line}");
        }
        assert!(!is_fault("test a_test ... ok") && !is_fault("ok 4 - panicked at nothing"));
    }

    #[test]
    fn leaves_other_lines_alone() {
        for line in [
            "",
            "test a_test ... ok",
            "   Compiling age v0.12.1",
            "Test Files  3 passed (3)",
            "Tests are run",
            "3 passed by",
        ] {
            assert_eq!(of_line(line), None, "{line}");
        }
    }
}
