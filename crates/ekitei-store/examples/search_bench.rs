//! How fast finding is: fills a vault with N texts (default 100,000) and prints, for queries of 1 to 6 characters, the median,
//! p95 and slowest time, after checking recall against a plain `contains`. The last line is the same as JSON.
//!
//! `cargo run --release -p ekitei-store --example search_bench [N]`
#![allow(clippy::unwrap_used)]

use ekitei_model::fold::fold;
use ekitei_model::people::Staff;
use ekitei_model::record::{Fields, Origin};
use ekitei_model::wire::{Direction, OfficeKey, PageHeader};
use ekitei_model::{DeviceId, OpId, Record, RecordId, Scope, Stamp};
use ekitei_seal::{Argon2Params, FileKeystore, Identity, Secret32, key_id, seal_bytes};
use ekitei_store::queue::{Credential, Reason, credential, follow, pages};
use ekitei_store::vault::search::search;
use ekitei_store::{Home, Vault};
use serde_json::json;
use std::sync::Arc;
use std::time::{Duration, Instant};
use uuid::Uuid;

const START_MS: i64 = 1_780_000_000_000;
const PAGE: usize = 500;
const QUERIES: usize = 300;
const WORDS: &[&str] = &[
    "現地",
    "確認",
    "砂利",
    "採取",
    "場",
    "火薬庫",
    "巡視",
    "境界",
    "標識",
    "写真",
    "撮影",
    "済み",
    "異常",
    "なし",
    "申請者",
    "立会い",
    "説明",
    "家庭",
    "訪問",
    "面談",
    "様子",
    "生活",
    "電話",
    "連絡",
    "来週",
    "予定",
    "水路",
    "法面",
    "崩れ",
    "補修",
    "指導",
    "書類",
    "不足",
    "提出",
    "圃場",
    "病害虫",
    "葉",
    "斑点",
    "散布",
    "草丈",
    "センチ",
    "メートル",
    "についての",
    "を",
    "が",
    "に",
    "の",
    "は",
    "と",
    "で",
    "した。",
    "ます。",
    "ありました。",
    "とのこと。",
    "要確認",
    "№",
    "12",
    "37",
    "2026",
    "A棟",
    "B区画",
    "カタログ",
    "フェンス",
    "ガード",
];

struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n as u64) as usize
    }
}

fn main() {
    let count: usize = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(100_000);
    let dir = tempfile::tempdir().unwrap();
    let keystore = FileKeystore::open_or_create(&dir.path().join("keystore")).unwrap();
    let home = Home::open(&dir.path().join("home"), Arc::new(keystore), START_MS)
        .unwrap()
        .with_pin_cost(Argon2Params::TEST_ONLY);
    let identity = Identity::generate();
    let vault = home.create_vault("704193", &identity).unwrap();
    let scope = Scope::Case(RecordId(Uuid::now_v7()));
    home.queue()
        .write(|tx| {
            credential::begin_anew(tx, &enrolment(&identity), &"epoch".to_owned())?;
            follow::follow(tx, &scope, Reason::Asked, START_MS)
        })
        .unwrap();

    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let texts: Vec<String> = (0..count)
        .map(|_| (0..8 + random.below(20)).map(|_| WORDS[random.below(WORDS.len())]).collect())
        .collect();
    let began = Instant::now();
    fill(&home, &vault, &identity, &scope, &texts);
    let fill_s = began.elapsed().as_secs_f64();
    let size = std::fs::metadata(dir.path().join("home/vault.db")).unwrap().len();
    println!(
        "{count} texts, {:.0} characters each: fetched, mirrored and indexed in {:.1} s; vault {:.0} MB",
        texts.iter().map(|t| t.chars().count()).sum::<usize>() as f64 / count as f64,
        fill_s,
        size as f64 / 1e6
    );

    let folded: Vec<String> = texts.iter().map(|t| fold(t)).collect();
    println!("characters   median     p95     slowest   recall");
    let mut lengths = Vec::new();
    for length in 1..=6 {
        let mut times = Vec::new();
        let mut complete = true;
        for n in 0..QUERIES {
            let text = &texts[random.below(count)];
            let from = random.below(text.chars().count() - length);
            let query: String = text.chars().skip(from).take(length).collect();
            let began = Instant::now();
            let found = vault.read(|c| search(c, &query, 50)).unwrap();
            times.push(began.elapsed());
            if n < 5 {
                let all = vault.read(|c| search(c, &query, u32::MAX)).unwrap();
                let needle = fold(&query);
                complete &= all.len() == folded.iter().filter(|t| t.contains(&needle)).count();
                complete &= found[..] == all[..found.len()];
            }
        }
        times.sort();
        let ms = |d: Duration| d.as_secs_f64() * 1e3;
        println!(
            "{length:>10} {:>8.2} ms {:>6.2} ms {:>6.2} ms   {}",
            ms(times[times.len() / 2]),
            ms(times[times.len() * 95 / 100]),
            ms(times[times.len() - 1]),
            if complete { "1.00" } else { "INCOMPLETE" }
        );
        lengths.push(json!({
            "characters": length,
            "median_ms": ms(times[times.len() / 2]),
            "p95_ms": ms(times[times.len() * 95 / 100]),
            "recall": if complete { 1.0 } else { 0.0 },
        }));
    }
    println!("{}", json!({ "queries": QUERIES, "fill_s": fill_s, "lengths": lengths }));
}

fn fill(home: &Home, vault: &Vault, identity: &Identity, scope: &Scope, texts: &[String]) {
    let head = texts.len() as u64;
    for (page, chunk) in texts.chunks(PAGE).enumerate() {
        let mut plain = Vec::new();
        for (at, text) in chunk.iter().enumerate() {
            let seq = (page * PAGE + at) as u64 + 1;
            serde_json::to_writer(&mut plain, &note(scope, seq, text)).unwrap();
            plain.push(b'\n');
        }
        let next = ((page + 1) * PAGE) as u64;
        let header = match page {
            0 => PageHeader {
                scope: scope.clone(),
                direction: Direction::Before,
                next: 0,
                head: 0,
                more: false,
                count: chunk.len() as u32,
                denied: false,
            },
            _ => PageHeader {
                scope: scope.clone(),
                direction: Direction::After,
                next,
                head,
                more: next < head,
                count: chunk.len() as u32,
                denied: false,
            },
        };
        let sealed = seal_bytes(&plain, &[identity.recipient()]).unwrap();
        let taken =
            home.queue().write(|tx| pages::put_page(tx, &"epoch".to_owned(), &header, &sealed)).unwrap();
        assert!(taken);
        vault.replay(home.queue(), START_MS).unwrap();
    }
}

fn note(scope: &Scope, seq: u64, text: &str) -> Record {
    // Half a year, a few minutes apart.
    let at = Stamp::japan(START_MS - (seq as i64 * 157_000) % 15_700_000_000);
    Record {
        id: RecordId(Uuid::now_v7()),
        kind: "note".into(),
        scope: scope.clone(),
        parent: None,
        born_seq: seq,
        seq,
        deleted: false,
        created: Some(Origin {
            op: OpId(Uuid::now_v7()),
            device: DeviceId(Uuid::from_u128(1)),
            staff: "s001".into(),
            at,
        }),
        received_ms: START_MS,
        fields: Fields::from([("text".into(), json!(text)), ("written_at".into(), json!(at.to_string()))]),
        revs: Default::default(),
    }
}

fn enrolment(identity: &Identity) -> Credential {
    let office = Identity::generate().recipient();
    Credential {
        device_id: DeviceId(Uuid::now_v7()),
        staff: Staff {
            id: "s001".into(),
            name: "見本".into(),
            kana: "ミホン".into(),
            extension: "1".into(),
            mobile: String::new(),
            posts: vec![],
        },
        server_url: "http://127.0.0.1:1".into(),
        server_name: "見本".into(),
        ca_pem: None,
        signing_key: Secret32::generate().unwrap(),
        office_key: OfficeKey { recipient: office.to_string(), key_id: key_id(&office) },
        own_recipient: identity.recipient(),
    }
}
