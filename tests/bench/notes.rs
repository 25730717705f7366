//! Invented field notes: Japanese sentences of the length and wording that such notes have, the same for the same
//! number. Word by word by lot, so that they compress about as real texts do and not like one text repeated.

use ekitei_tests::scenes::Dice;
use serde_json::json;
use std::io::Write as _;
use std::path::Path;

const WHO: &[&str] = &[
    "申請者",
    "事業主",
    "現場責任者",
    "管理者",
    "隣地所有者",
    "町内会長",
    "組合の担当者",
    "世帯主",
    "長女",
    "同居の母",
    "民生委員",
    "ケアマネジャー",
    "区長",
    "営農指導員",
    "水利組合",
    "保安監督者",
    "夜間の当直者",
    "工事の監督員",
    "近所の方",
    "施設長",
    "訪問看護師",
    "収穫作業の方",
    "警備の担当",
    "前任者",
    "役場の係長",
];
const WHERE: &[&str] = &[
    "採取場の北側",
    "搬出路の入口",
    "沈砂池",
    "旧坑口付近",
    "のり尻",
    "境界杭の三番",
    "火薬庫の前室",
    "堤体の法面",
    "樋門の操作室",
    "ハウス南側の妻面",
    "育苗棟",
    "選果場の裏手",
    "排水路の合流点",
    "玄関先",
    "居間",
    "階段の踊り場",
    "給湯器の周り",
    "屋根裏",
    "避難所の体育館",
    "受付の横",
    "備蓄倉庫",
    "非常口",
    "河川敷の駐車場",
    "左岸二・四キロ付近",
    "橋台の背面",
    "取付道路",
    "消火栓の脇",
    "畝の東端",
    "点滴灌水の末端",
    "変電盤の下",
    "集会所の台所",
    "裏庭の物置",
];
const WHAT: &[&str] = &[
    "標示板",
    "落石防護柵",
    "立入禁止のロープ",
    "沈下",
    "亀裂",
    "湧水",
    "帳簿",
    "鍵の管理簿",
    "消火器",
    "避雷設備",
    "うどんこ病",
    "葉先の枯れ",
    "ハダニ",
    "炭疽病の疑い",
    "土壌水分",
    "肥料の残り",
    "暖房機",
    "天窓の開閉",
    "雨漏り",
    "手すり",
    "換気扇",
    "郵便物",
    "服薬の状況",
    "通帳",
    "年金の通知",
    "食事の様子",
    "灯油の残量",
    "血圧の記録",
    "段差",
    "土のう",
    "毛布の数",
    "発電機",
    "受水槽",
    "掲示の地図",
    "誘導灯",
    "看板",
    "側溝の泥",
    "倒木",
    "護岸の目地",
    "水位標",
    "火薬類の在庫",
    "出庫票",
    "巻き上げ機",
    "計量器",
    "運搬車の覆い",
    "粉じん",
    "騒音",
    "写真台帳",
];
const STATE: &[&str] = &[
    "前回と変わりない",
    "やや進んでいる",
    "新しく三か所ある",
    "補修の跡がある",
    "一部が欠けている",
    "泥で埋まっている",
    "表示が薄れて読めない",
    "規定の位置にない",
    "固定が緩い",
    "十分に足りている",
    "半分ほどに減っている",
    "昨日届いたばかり",
    "葉裏に広がっている",
    "乾き気味である",
    "冷えている",
    "よく整理されている",
    "日付が抜けている",
    "数が合わない",
    "雪の重みで曲がっている",
    "手前だけ濡れている",
    "音が大きい",
    "先月から止まっている",
    "鍵が固い",
    "危険はない",
    "通行の妨げになる",
    "本人も気にしている",
    "落ち着いている",
    "返事が短い",
    "少し痩せた様子",
    "予定より早い",
];
const DID: &[&str] = &[
    "写真を撮った",
    "寸法を測った",
    "図面と照らした",
    "口頭で指導した",
    "文書での報告を求めた",
    "次回までの補修を頼んだ",
    "係長に電話した",
    "関係課へ引き継いだ",
    "応急の処置をした",
    "立会いを断られた",
    "説明し理解を得た",
    "台帳を直した",
    "試料を三つ取った",
    "帯を張り直した",
    "立入りを止めてもらった",
    "薬の名を控えた",
    "記録簿に署名をもらった",
    "様子を見ることにした",
    "雪解け後に見直す",
    "写しを受け取った",
    "見取図に書き込んだ",
    "再訪の日を決めた",
    "窓口の場所を伝えた",
    "家族に連絡を取った",
];
const WHEN: &[&str] = &[
    "午前の早い時間に",
    "昼過ぎ",
    "到着してすぐ",
    "帰り際に",
    "小雨の中",
    "風が強く",
    "前回の指摘を受けて",
    "念のため",
    "申出により",
    "電話のあと",
    "巡回の途中で",
    "予定を変えて",
    "日没前に",
    "晴れて見通しがよく",
    "積雪十センチの中",
];
const UNIT: &[&str] =
    &["センチ", "メートル", "本", "枚", "箇所", "キロ", "時間", "名", "袋", "リットル", "度", "回"];

/// One note of two to five sentences.
fn text(dice: &mut Dice) -> String {
    let mut out = String::new();
    for _ in 0..2 + dice.below(4) {
        sentence(dice, &mut out);
    }
    out
}

fn sentence(dice: &mut Dice, out: &mut String) {
    let mut word = |list: &[&'static str]| list[dice.below(list.len())];
    let (who, place, what, other) = (word(WHO), word(WHERE), word(WHAT), word(WHAT));
    let (state, did, when, unit) = (word(STATE), word(DID), word(WHEN), word(UNIT));
    let (number, hour, minute) = (1 + dice.below(98), 9 + dice.below(8), dice.below(60));
    let made = match dice.below(10) {
        0 => format!("{when}{place}の{what}を確認。{state}。"),
        1 => format!("{who}によると{what}は{state}とのこと。"),
        2 => format!("{place}で{what}を{number}{unit}、{did}。"),
        3 => format!("{what}と{other}について{who}に{did}。"),
        4 => format!("{hour}時{minute:02}分、{place}。{what}は{state}ため{did}。"),
        5 => format!("{when}{who}が{place}を案内、{other}は{number}{unit}で{state}。"),
        6 => format!("{what}({number}{unit})は{state}、{other}は{did}。"),
        7 => format!("{place}の{what}は{state}が、{other}に変化がないか{when}見た。"),
        8 => format!("{who}と面談。{what}の件は{did}。"),
        _ => format!("要確認:{place}の{other}、{number}{unit}。"),
    };
    out.push_str(&made);
}

/// `count` notes of the case as the JSON lines that `note import` reads; returns the bytes of their texts.
pub fn write(file: &Path, case: &str, count: u32) -> u64 {
    let mut dice = Dice::new(20_261_120);
    let mut out = std::io::BufWriter::new(std::fs::File::create(file).expect("the file can be made"));
    let mut bytes = 0;
    for n in 0..count {
        let text = text(&mut dice);
        bytes += text.len() as u64;
        let (day, minute) = (1 + n / 400 % 28, n % 480);
        let at =
            format!("2026-05-{day:02}T{:02}:{:02}:{:02}.000+09:00", 9 + minute / 60, minute % 60, n % 60);
        let line = json!({ "case": case, "text": text, "created_at": at });
        writeln!(out, "{line}").expect("the file can be written");
    }
    out.flush().expect("the file can be written");
    bytes
}
