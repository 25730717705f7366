//! Line breaking: a table of cases with full-width letters of width 2, and properties over random texts.
#![allow(clippy::unwrap_used)]

use ekitei_report::{Breaking, break_lines, tidy};
use proptest::prelude::*;

fn width(c: char) -> f32 {
    if c.is_ascii() || ('\u{ff61}'..='\u{ff9f}').contains(&c) { 1.0 } else { 2.0 }
}

fn lines(text: &str, columns: f32) -> Vec<&str> {
    break_lines(text, columns, Breaking::default(), width).into_iter().map(|range| &text[range]).collect()
}

#[test]
fn the_table_of_rules() {
    let table: &[(&str, f32, &[&str], &str)] = &[
        ("", 10.0, &[""], "an empty text is one empty line"),
        ("あいうえお", 10.0, &["あいうえお"], "what fits stays"),
        ("あいうえおか", 10.0, &["あいうえお", "か"], "kana break anywhere"),
        ("あいうえ。か", 8.0, &["あいう", "え。か"], "a full stop takes its neighbour along"),
        ("あいうえ」。か", 8.0, &["あいう", "え」。か"], "so does a row of closing signs"),
        ("あいう「えお」", 8.0, &["あいう", "「えお」"], "an opening bracket does not end a line"),
        ("あいう『「えお", 10.0, &["あいう", "『「えお"], "nor do two of them"),
        ("あきゃら", 4.0, &["あ", "きゃ", "ら"], "small kana do not begin a line"),
        ("データベース", 8.0, &["データ", "ベース"], "the long-vowel mark stays with its vowel"),
        ("人々の時々", 4.0, &["人々", "の", "時々"], "the iteration mark stays"),
        ("あいう……か", 8.0, &["あいう", "……か"], "a pair of dots is not separated"),
        ("高さ12.5mです", 8.0, &["高さ", "12.5mで", "す"], "numbers and their units stay whole"),
        ("高さ１２．５ｍ", 10.0, &["高さ", "１２．５ｍ"], "full-width numbers too"),
        ("見るhello world", 9.0, &["見るhello", "world"], "the space at a break vanishes"),
        ("abcdefghij", 4.0, &["abcd", "efgh", "ij"], "a word wider than the line is cut"),
        ("一abcdefghij", 4.0, &["一", "abcd", "efgh", "ij"], "and begins on its own line"),
        ("north-west side", 8.0, &["north-", "west", "side"], "a hyphen is a welcome place"),
        ("a/b/cdef/gh", 6.0, &["a/b/", "cdef/", "gh"], "so is a slash"),
        ("R8-11-21", 5.0, &["R8-11", "-21"], "but not inside a date unless it must be"),
        ("約￥1,000円", 8.0, &["約", "￥1,000", "円"], "a currency sign belongs to its number"),
        ("一行\n二行\n", 10.0, &["一行", "二行", ""], "newlines are kept"),
        ("　字下げの段落", 8.0, &["　字下げ", "の段落"], "an indent stays at the beginning"),
        ("あいう　　かきく", 6.0, &["あいう", "かきく"], "full-width spaces vanish at a break"),
        ("、、、、、", 4.0, &["、、", "、、", "、"], "nothing but forbidden signs is cut anyway"),
        ("字", 1.0, &["字"], "a character wider than the line stands alone"),
        ("50％の面", 4.0, &["50％", "の面"], "per cent stays with its number"),
        ("℃と㎡", 2.0, &["℃", "と", "㎡"], "a forbidden beginning is better than an endless line"),
        ("(その1)(その2)", 7.0, &["(その1)", "(その2)"], "ASCII brackets follow the same rules"),
    ];
    for (text, columns, expected, why) in table {
        assert_eq!(&lines(text, *columns), expected, "{why}: {text}");
    }
}

#[test]
fn full_stops_may_hang() {
    let text = "あいうえ。かき";
    let hung: Vec<&str> = break_lines(text, 8.0, Breaking { hang: true }, width)
        .into_iter()
        .map(|range| &text[range])
        .collect();
    assert_eq!(hung, ["あいうえ。", "かき"]);
}

#[test]
fn texts_are_tidied_but_names_stay_as_written() {
    assert_eq!(tidy("髙橋﨑子①辻󠄀"), "髙橋﨑子①辻", "only the invisible selector goes");
    assert_eq!(tidy("か\u{3099}き\u{309a}は\u{309a}"), "がき゜ぱ", "kana of another system are composed");
    assert_eq!(tidy("a\r\nb\rc\td\u{0}\u{7}"), "a\nb\nc d");
    assert_eq!(tidy("神\u{fa19}"), "神\u{fa19}", "compatibility kanji are names too");
    assert_eq!(tidy("\u{202e}逆\u{200b}字"), "逆字");
}

const FIRST: &str = "、。，．）」』】ーっゃ々％";
const LAST: &str = "「『（【￥";

fn texts() -> impl Strategy<Value = String> {
    let signs = prop::sample::select(
        "あいうかき漢字検査、。，．（）「」『』【】ーっゃ々％￥ 　ab1.-/…\n".chars().collect::<Vec<_>>(),
    );
    prop::collection::vec(signs, 0..120).prop_map(|signs| signs.into_iter().collect())
}

proptest! {
    #[test]
    fn nothing_is_lost_and_nothing_is_too_wide(text in texts(), columns in 2.0_f32..30.0, hang: bool) {
        let ranges = break_lines(&text, columns, Breaking { hang }, width);
        let mut last = 0;
        for range in &ranges {
            // Between lines only blanks and newlines may vanish.
            prop_assert!(text[last..range.start].chars().all(|c| matches!(c, ' ' | '　' | '\n')), "{:?}", &text[last..range.start]);
            last = range.end;
            let line = &text[range.clone()];
            let wide: f32 = line.trim_end_matches([' ', '　']).chars().map(width).sum();
            let spare = if hang && line.trim_end_matches([' ', '　']).ends_with(['、', '。', '，', '．']) { 2.0 } else { 0.0 };
            prop_assert!(wide <= columns + spare + 0.01 || line.chars().count() == 1, "{line:?} is {wide} of {columns}");
        }
        prop_assert!(text[last..].chars().all(|c| matches!(c, ' ' | '　' | '\n')));
        prop_assert!(ranges.len() > text.matches('\n').count());
    }

    #[test]
    fn forbidden_signs_stand_where_they_may(text in texts(), columns in 12.0_f32..30.0) {
        let ranges = break_lines(&text, columns, Breaking::default(), width);
        for pair in ranges.windows(2) {
            let (before, after) = (&text[pair[0].clone()], &text[pair[1].clone()]);
            let gap = &text[pair[0].end..pair[1].start];
            if gap.contains('\n') {
                continue;
            }
            // A break is forced only when the whole line offers no other place.
            let forced = !before.chars().zip(before.chars().skip(1)).any(|(a, b)| {
                !FIRST.contains(b) && !LAST.contains(a) && !matches!(b, ' ' | '　' | '-' | '/' | '…') && !a.is_ascii() && !b.is_ascii()
            });
            if let Some(c) = after.chars().next() {
                prop_assert!(!FIRST.contains(c) || forced, "{before:?} | {after:?}");
            }
            if let Some(c) = before.chars().next_back() {
                prop_assert!(!LAST.contains(c) || forced || !gap.is_empty(), "{before:?} | {after:?}");
            }
        }
    }
}
