//! Every refusal has a text in both languages, with the parameters that the refusal gives.
#![allow(clippy::unwrap_used)]

use ekitei_photo::PhotoError;

#[test]
fn every_refusal_has_its_texts() {
    let all = [
        PhotoError::Empty,
        PhotoError::Unknown,
        PhotoError::Heic { format: "HEIC" },
        PhotoError::FileTooLarge { bytes: 1, limit_bytes: 1 },
        PhotoError::SideTooLong { width: 1, height: 1, limit_px: 1 },
        PhotoError::TooManyPixels { width: 1, height: 1, limit_pixels: 1 },
        PhotoError::DecodedTooLarge { bytes: 1, limit_bytes: 1 },
        PhotoError::Truncated,
        PhotoError::Damaged { detail: String::new() },
        PhotoError::Unsupported { detail: "" },
        PhotoError::Unreadable { detail: String::new() },
    ];
    for source in
        [include_str!("../../../assets/messages/ja.json"), include_str!("../../../assets/messages/en.json")]
    {
        let texts: serde_json::Map<String, serde_json::Value> = serde_json::from_str(source).unwrap();
        for error in &all {
            let text =
                texts.get(&format!("error.{}", error.code())).and_then(|t| t.as_str()).unwrap_or_default();
            assert!(!text.is_empty(), "{} has no text", error.code());
            let asked: Vec<&str> =
                text.split('{').skip(1).filter_map(|part| part.split('}').next()).collect();
            let given: Vec<&str> = error.params().iter().map(|(name, _)| *name).collect();
            assert!(
                asked.iter().all(|name| given.contains(name)),
                "{}: {asked:?} of {given:?}",
                error.code()
            );
        }
    }
}
