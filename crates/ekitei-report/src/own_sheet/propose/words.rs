//! The words of Japanese forms.

/// Boxes to tick, empty or ticked.
pub(crate) fn is_box(c: char) -> bool {
    matches!(c, '☐' | '□' | '◻' | '⬜' | '▢' | '☑' | '☒' | '✅' | '■')
}

/// The same box ticked or empty.
pub(crate) fn tick(c: char, on: bool) -> char {
    match (c, on) {
        (_, true) => '☑',
        ('☑' | '☒' | '✅', false) => '☐',
        ('■', false) => '□',
        (c, false) => c,
    }
}

/// Words that rule over something.
const RULINGS: &[&str] = &[
    "適",
    "否",
    "不適",
    "適合",
    "不適合",
    "該当なし",
    "該当無し",
    "非該当",
    "対象外",
    "良",
    "不良",
    "要注意",
    "可",
    "不可",
    "有",
    "無",
    "あり",
    "なし",
    "有り",
    "無し",
    "済",
    "未",
    "未済",
    "済み",
    "要",
    "不要",
    "はい",
    "いいえ",
    "正常",
    "異常",
    "合",
    "合格",
    "不合格",
    "実施",
    "未実施",
    "完了",
    "未了",
    "良好",
    "不良好",
    "○",
    "×",
    "△",
    "－",
    "要修繕",
    "要改善",
];
/// Other words that a circle chooses between.
const CHOICES: &[&str] = &[
    "男", "女", "午前", "午後", "晴", "曇", "雨", "雪", "晴れ", "曇り", "A", "B", "C", "D", "Ａ", "Ｂ", "Ｃ",
    "Ｄ", "大", "中", "小", "高", "低", "平日", "休日", "新規", "継続",
];

pub(crate) fn is_ruling(word: &str) -> bool {
    RULINGS.contains(&word.trim())
}

pub(crate) fn is_choice(word: &str) -> bool {
    is_ruling(word) || CHOICES.contains(&word.trim())
}

/// A cell that offers an answer: boxes, or nothing but words to choose between.
pub(crate) fn offers(text: &str) -> bool {
    text.chars().any(is_box) || text.split(['・', '/', '／', '･']).all(is_choice)
}

/// Whether the options of one choice rule over something (適・否…), as opposed to naming things.
pub(crate) fn rules(labels: &[String]) -> bool {
    labels.len() >= 2 && labels.iter().all(|label| is_ruling(label))
}

/// A label without decoration: no numbering dots at the end, no colon, inner spaces of spread characters removed.
pub(crate) fn clean_label(text: &str) -> String {
    // Excel writes a carriage return inside a cell as `_x000D_`.
    let one_line = crate::breaking::tidy(&text.replace("_x000D_", "")).replace('\n', "");
    let trimmed = one_line.trim_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '：' | '・' | '※'));
    // 氏　　名 is 氏名: single characters spread with spaces.
    let parts: Vec<&str> = trimmed.split([' ', '\u{3000}']).filter(|part| !part.is_empty()).collect();
    if parts.len() > 1 && parts.iter().all(|part| part.chars().count() == 1) {
        return parts.concat();
    }
    let mut out = String::new();
    for part in parts {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(part);
    }
    out.chars().take(200).collect()
}

/// A number, bracketed number or bullet alone: it counts items and is no label.
pub(crate) fn is_counter(text: &str) -> bool {
    let inner: String = text
        .chars()
        .filter(|c| {
            !c.is_whitespace() && !matches!(c, '(' | ')' | '（' | '）' | '.' | '．' | '-' | '－' | '①'..='⑳')
        })
        .collect();
    inner.chars().count() <= 3
        && inner
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '０'..='９' | 'ア'..='ン' | 'a'..='z' | 'A'..='Z'))
}

/// A heading of a section: 1 …, (2) …, 【…】, ■ ….
pub(crate) fn is_heading(text: &str) -> bool {
    let text = text.trim();
    let Some(first) = text.chars().next() else { return false };
    if text.chars().count() > 60 {
        return false;
    }
    if matches!(first, '【' | '■' | '◆' | '●' | '〔' | '第' | 'Ⅰ'..='Ⅻ') {
        return true;
    }
    let numbered = text.trim_start_matches(|c: char| {
        c.is_ascii_digit() || matches!(c, '０'..='９' | '(' | ')' | '（' | '）')
    });
    numbered.len() < text.len() && numbered.starts_with([' ', '\u{3000}', '.', '．', '、'])
}

pub(crate) fn is_date_label(label: &str) -> bool {
    [
        "年月日",
        "日付",
        "期日",
        "月日",
        "期限",
        "検査日",
        "実施日",
        "点検日",
        "調査日",
        "訪問日",
        "作成日",
        "報告日",
        "立入日",
        "受付日",
        "生年",
    ]
    .iter()
    .any(|word| label.contains(word))
        || label.ends_with('日') && label.chars().count() <= 8 && !label.ends_with("曜日")
}

pub(crate) fn is_long_label(label: &str) -> bool {
    [
        "所見",
        "意見",
        "備考",
        "内容",
        "状況",
        "概要",
        "指摘",
        "理由",
        "特記",
        "措置",
        "経過",
        "摘要",
        "コメント",
        "講評",
        "結果",
    ]
    .iter()
    .any(|word| label.contains(word))
}

pub(crate) fn is_photo_label(label: &str) -> bool {
    ["写真", "画像", "位置図", "見取図", "見取り図", "略図", "現況図"].iter().any(|word| label.contains(word))
}

pub(crate) fn is_seal_label(label: &str) -> bool {
    let bare: String = label.chars().filter(|c| !c.is_whitespace()).collect();
    ["印", "㊞", "検印", "認印", "押印", "決裁", "決裁印", "公印", "受付印", "収受印", "検査員印", "確認印"]
        .contains(&bare.as_str())
}

/// Posts that stand over the boxes of a circulation stamp.
pub(crate) fn is_post(label: &str) -> bool {
    let bare: String = label.chars().filter(|c| !c.is_whitespace()).collect();
    [
        "局長",
        "部長",
        "次長",
        "課長",
        "主幹",
        "係長",
        "主査",
        "専門主任",
        "主任",
        "主事",
        "係員",
        "係",
        "担当",
        "担当者",
        "起案者",
        "起案",
        "所長",
        "室長",
        "合議",
    ]
    .contains(&bare.as_str())
}

pub(crate) fn is_number_label(label: &str) -> bool {
    [
        "数量",
        "面積",
        "延長",
        "高さ",
        "幅",
        "深さ",
        "勾配",
        "個数",
        "人数",
        "台数",
        "戸数",
        "温度",
        "湿度",
        "金額",
        "件数",
        "距離",
        "重量",
        "枚数",
        "本数",
        "年齢",
        "築年数",
    ]
    .iter()
    .any(|word| {
        label.ends_with(word) || label.contains(&format!("{word}(")) || label.contains(&format!("{word}（"))
    }) || unit_in(label).is_some()
}

const UNITS: &[&str] = &[
    "m", "ｍ", "cm", "ｃｍ", "mm", "km", "㎝", "㎜", "㎞", "㎡", "m2", "m²", "㎥", "m3", "m³", "t", "ｔ",
    "kg", "㎏", "g", "名", "人", "件", "円", "千円", "%", "％", "度", "℃", "台", "本", "枚", "個", "箇所",
    "ヶ所", "か所", "棟", "戸", "室", "ha", "年", "分", "時間", "日", "株", "頭", "羽", "点", "回", "t/日",
    "m3/日",
];

pub(crate) fn is_unit(text: &str) -> bool {
    UNITS.contains(&text.trim())
}

/// The unit in brackets at a label's end: 延長(m), 面積（㎡）.
pub(crate) fn unit_in(label: &str) -> Option<String> {
    let end = label.trim_end();
    let inner = end.strip_suffix([')', '）'])?;
    let at = inner.rfind(['(', '（'])?;
    let unit = inner[at..].trim_start_matches(['(', '（']).trim();
    is_unit(unit).then(|| unit.to_owned())
}
