//! XPath 1.0 numbers: text to number and back.

/// The number as XPath writes it: whole numbers without a point, never an exponent, `-0` as `0`.
pub fn format(n: f64) -> String {
    if n.is_nan() {
        "NaN".to_owned()
    } else if n.is_infinite() {
        if n > 0.0 { "Infinity" } else { "-Infinity" }.to_owned()
    } else if n == 0.0 {
        "0".to_owned()
    } else {
        // Rust's shortest round-trip form never uses an exponent with `{}`.
        format!("{n}")
    }
}

/// `number('…')`: white space, an optional minus, digits with at most one point. Everything else is NaN.
pub fn parse(text: &str) -> f64 {
    let t = text.trim_matches(|c| matches!(c, ' ' | '\t' | '\n' | '\r'));
    let digits = t.strip_prefix('-').unwrap_or(t);
    let mut seen_digit = false;
    let mut seen_point = false;
    for c in digits.bytes() {
        match c {
            b'0'..=b'9' => seen_digit = true,
            b'.' if !seen_point => seen_point = true,
            _ => return f64::NAN,
        }
    }
    if seen_digit { t.parse().unwrap_or(f64::NAN) } else { f64::NAN }
}

/// XPath's `round`: half goes up, towards positive infinity.
pub fn round(n: f64) -> f64 {
    if n.is_finite() && n.fract() != 0.0 { (n + 0.5).floor() } else { n }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_xpath_does() {
        for (n, text) in [
            (1.0, "1"),
            (-0.0, "0"),
            (0.1 + 0.2, "0.30000000000000004"),
            (1e21, "1000000000000000000000"),
            (1e-7, "0.0000001"),
            (-2.5, "-2.5"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "Infinity"),
            (f64::NEG_INFINITY, "-Infinity"),
        ] {
            assert_eq!(format(n), text);
        }
    }

    #[test]
    fn only_plain_decimals_are_numbers() {
        for (text, n) in [(" 12.50 ", 12.5), ("-.5", -0.5), ("5.", 5.0), ("\n7\t", 7.0)] {
            assert_eq!(parse(text), n, "{text}");
        }
        for text in ["", "-", ".", "1e3", "+1", "1,000", "１２", "0x10", "--1", "1.2.3", "inf", "NaN"] {
            assert!(parse(text).is_nan(), "{text}");
        }
    }

    #[test]
    fn halves_go_up() {
        assert_eq!([2.5, -2.5, -0.4, 1.4].map(round), [3.0, -2.0, 0.0, 1.0]);
        assert_eq!(round(9_007_199_254_740_991.0), 9_007_199_254_740_991.0);
    }
}
