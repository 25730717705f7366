//! Letters to tokens, with XPath's rule that `*`, `and`, `or`, `mod`, `div` are operators only after an operand.

use super::Unreadable;
use super::names::{is_name_char, is_name_start};

#[derive(Clone, Debug, PartialEq)]
pub enum Token {
    Number(f64),
    Text(Box<str>),
    /// A name or `prefix:name`.
    Name(Box<str>),
    /// `${name}`.
    Question(Box<str>),
    /// One of the signs, or `and`, `or`, `mod`, `div` where they are operators; `**` is multiplication.
    Sign(&'static str),
}

/// Longest first, so that `//` is not read as two slashes.
const SIGNS: [&str; 19] =
    ["..", "::", "//", "!=", "<=", ">=", "(", ")", "[", "]", ".", "@", ",", "/", "|", "+", "-", "=", "<"];

pub struct Spanned {
    pub token: Token,
    /// Position in characters, from 1.
    pub at: usize,
}

pub fn tokens(text: &str) -> Result<Vec<Spanned>, Unreadable> {
    let chars: Vec<char> = text.chars().collect();
    let mut out: Vec<Spanned> = Vec::new();
    let mut i = 0;
    while i < chars.len() {
        let at = i + 1;
        let c = chars[i];
        if matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{3000}' | '\u{a0}') {
            i += 1;
            continue;
        }
        let token = match c {
            '"' | '\'' => {
                let end = chars[i + 1..].iter().position(|&e| e == c).ok_or_else(|| Unreadable {
                    code: "form-expression-quote",
                    what: c.to_string(),
                    at,
                })?;
                let inside: String = chars[i + 1..i + 1 + end].iter().collect();
                i += end + 2;
                Token::Text(inside.into())
            }
            '0'..='9' => number(&chars, &mut i),
            '.' if chars.get(i + 1).is_some_and(char::is_ascii_digit) => number(&chars, &mut i),
            '$' if chars.get(i + 1) == Some(&'{') => {
                let end = chars[i..].iter().position(|&e| e == '}').ok_or_else(|| Unreadable {
                    code: "form-expression-ends",
                    what: "}".to_owned(),
                    at,
                })?;
                let name: String = chars[i + 2..i + end].iter().collect();
                i += end + 1;
                Token::Question(name.trim().into())
            }
            _ if is_name_start(c) => name(&chars, &mut i, &out),
            '*' => {
                i += 1;
                Token::Sign(if after_operand(&out) { "**" } else { "*" })
            }
            '>' if chars.get(i + 1) != Some(&'=') => {
                i += 1;
                Token::Sign(">")
            }
            _ => sign(&chars, &mut i)?,
        };
        out.push(Spanned { token, at });
    }
    Ok(out)
}

fn number(chars: &[char], i: &mut usize) -> Token {
    let start = *i;
    let mut point = false;
    while let Some(&c) = chars.get(*i) {
        match c {
            '0'..='9' => {}
            '.' if !point => point = true,
            _ => break,
        }
        *i += 1;
    }
    let text: String = chars[start..*i].iter().collect();
    Token::Number(super::number::parse(&text))
}

fn name(chars: &[char], i: &mut usize, before: &[Spanned]) -> Token {
    let start = *i;
    let run = |i: &mut usize| {
        while chars.get(*i).is_some_and(|&c| is_name_char(c)) {
            *i += 1;
        }
    };
    run(i);
    // `prefix:name`, but not `axis::name`.
    if chars.get(*i) == Some(&':') && chars.get(*i + 1).is_some_and(|&c| is_name_start(c)) {
        *i += 1;
        run(i);
    }
    let text: String = chars[start..*i].iter().collect();
    if after_operand(before)
        && let Some(&word) = ["and", "or", "mod", "div"].iter().find(|&&word| word == text)
    {
        return Token::Sign(word);
    }
    Token::Name(text.into())
}

fn sign(chars: &[char], i: &mut usize) -> Result<Token, Unreadable> {
    let found =
        SIGNS.iter().find(|sign| sign.chars().enumerate().all(|(k, c)| chars.get(*i + k) == Some(&c)));
    match found {
        Some(sign) => {
            *i += sign.len();
            Ok(Token::Sign(sign))
        }
        None => {
            Err(Unreadable { code: "form-expression-character", what: chars[*i].to_string(), at: *i + 1 })
        }
    }
}

fn after_operand(before: &[Spanned]) -> bool {
    match before.last().map(|s| &s.token) {
        None => false,
        Some(Token::Sign(sign)) => matches!(*sign, ")" | "]" | "." | ".." | "*"),
        Some(_) => true,
    }
}
