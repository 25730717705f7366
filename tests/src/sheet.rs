//! The gravel-pit sheet (assets/forms/gravel-pit.json) as an inspector fills it in, for tests and demonstration:
//! invented answers to every required question, four findings, ten photographs and a signature.

use serde_json::{Value, json};

/// The form's file and title.
pub const FILE: &str = "gravel-pit.json";
pub const TITLE: &str = "砂利採取場 立入検査調書";

/// The rulings that fail, with what is written about them.
pub const FINDINGS: [(&str, &str); 4] = [
    ("fence", "立入防止柵が北側で一部倒れている。"),
    ("wheel_wash", "洗車設備の水が凍結し、使われていない。"),
    ("pond_cleaned", "沈殿池の底泥が計画の高さを超えている。"),
    ("fire_equipment", "消火器の点検票が貼られていない。"),
];

/// Rulings that the inspector taps one by one; the rest is 「残りはすべて適」.
pub const RULED: [&str; 12] = [
    "sign_board",
    "boundary_stakes",
    "danger_signs",
    "site_road",
    "inside_area",
    "depth_kept",
    "slope_kept",
    "settling_pond",
    "no_muddy_water",
    "no_collapse",
    "books_kept",
    "manager_present",
];

/// Question and caption of each photograph, ten in all.
pub const PHOTOS: [(&str, &str); 10] = [
    ("overview_photos", "全景 南側"),
    ("overview_photos", "全景 北側"),
    ("overview_photos", "全景 搬出路"),
    ("fence_photos", "倒れた柵"),
    ("fence_photos", "倒れた柵 近景"),
    ("wheel_wash_photos", "凍結した洗車設備"),
    ("pond_cleaned_photos", "沈殿池 底泥"),
    ("pond_cleaned_photos", "沈殿池 越流口"),
    ("fire_equipment_photos", "消火器"),
    ("settling_pond_photos", "沈殿池 全景"),
];

/// The question that the operator's witness signs.
pub const SIGNATURE: &str = "witness_signature";

/// Thirty answers, tap by tap, in the order of the sheet.
pub fn answers() -> Vec<(&'static str, Value)> {
    let mut all = vec![
        ("operator", json!("架空砂利工業 株式会社")),
        ("permit_number", json!("東雲振産第214号")),
        ("pit_place", json!("見晴町字丸太沢 12 番地")),
        ("permitted_until", json!("R10.3.31")),
        ("weather", json!("snow")),
        ("witness_name", json!("見本 立会")),
        ("witness_post", json!("採取業務管理者")),
    ];
    all.extend(RULED.map(|ruling| (ruling, json!("ok"))));
    for (ruling, _) in FINDINGS {
        all.push((ruling, json!("fail")));
    }
    all.extend([
        ("fence_finding", json!(FINDINGS[0].1)),
        ("wheel_wash_finding", json!(FINDINGS[1].1)),
        ("pond_cleaned_finding", json!(FINDINGS[2].1)),
        ("fire_equipment_finding", json!(FINDINGS[3].1)),
        ("permitted_depth", json!(12.5)),
        ("overall", json!("guidance")),
        ("guidance", json!("12 月 5 日までに改善し、写真を添えて報告すること。")),
    ]);
    all
}

/// As the sheet keeps an answer that was given in the words above.
pub fn kept(key: &str, answer: &Value) -> Value {
    if key == "permitted_until" { json!("2028-03-31") } else { answer.clone() }
}

/// `KEY=VALUE`, as the verbs take it.
pub fn pair(key: &str, answer: &Value) -> String {
    format!("{key}={answer}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_sheet_has_every_question_that_is_answered() {
        let text = std::fs::read_to_string(crate::programs::root().join("assets/forms").join(FILE)).unwrap();
        assert_eq!(answers().len(), 30);
        assert!(text.contains(TITLE));
        for (key, _) in answers() {
            let question = key.trim_end_matches("_finding");
            assert!(text.contains(&format!("\"{question}\"")), "{key}");
        }
    }
}
