//! Makes the sample sheets in assets/sheets: what a section might use today. All content is invented.
//!
//!     cargo run -p ekitei-report --example sheets [FOLDER]
#![allow(clippy::unwrap_used)]

use std::path::PathBuf;

use rust_xlsxwriter::{
    Color, DataValidation, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook,
    Worksheet, XlsxError,
};

struct Pens {
    title: Format,
    plain: Format,
    right: Format,
    label: Format,
    cell: Format,
    wrapped: Format,
    centre: Format,
    head: Format,
    section: Format,
    seal: Format,
    frame: Format,
    date: Format,
    number: Format,
    small: Format,
}

fn base() -> Format {
    Format::new()
        .set_font_name("ＭＳ Ｐゴシック")
        .set_font_size(11)
        .set_font_charset(128)
        .set_align(FormatAlign::VerticalCenter)
}

impl Pens {
    fn new() -> Self {
        let boxed = || base().set_border(FormatBorder::Thin);
        Self {
            title: base().set_font_size(16).set_bold().set_align(FormatAlign::Center),
            plain: base(),
            right: base().set_align(FormatAlign::Right).set_font_size(9),
            label: boxed().set_background_color(Color::RGB(0x00EE_EEEE)).set_align(FormatAlign::Center),
            cell: boxed().set_align(FormatAlign::Left),
            wrapped: boxed().set_text_wrap().set_align(FormatAlign::Top).set_align(FormatAlign::Left),
            centre: boxed().set_align(FormatAlign::Center),
            head: boxed()
                .set_bold()
                .set_background_color(Color::RGB(0x00DD_E6F0))
                .set_align(FormatAlign::Center),
            section: base().set_bold().set_font_size(12),
            seal: boxed().set_font_size(9).set_align(FormatAlign::Center),
            frame: base().set_border(FormatBorder::Medium).set_align(FormatAlign::Center),
            date: boxed().set_align(FormatAlign::Center).set_num_format("[$-411]ggge\"年\"m\"月\"d\"日\""),
            number: boxed().set_align(FormatAlign::Right).set_num_format("#,##0.0"),
            small: base().set_font_size(9),
        }
    }
}

fn book(title: &str) -> Result<Workbook, XlsxError> {
    let mut book = Workbook::new();
    book.set_default_format(&base(), 18, 72)?;
    let properties = DocProperties::new()
        .set_title(title)
        .set_author("駅逓振興局")
        .set_creation_datetime(&ExcelDateTime::from_ymd(2026, 4, 1)?);
    book.set_properties(&properties);
    Ok(book)
}

fn widths(sheet: &mut Worksheet, pixels: &[u32]) -> Result<(), XlsxError> {
    for (column, width) in pixels.iter().enumerate() {
        sheet.set_column_width_pixels(column as u16, *width)?;
    }
    Ok(())
}

fn page(sheet: &mut Worksheet) {
    sheet.set_paper_size(9).set_portrait().set_print_center_horizontally(true);
    sheet.set_margins(0.6, 0.5, 0.6, 0.6, 0.3, 0.3);
    sheet.set_print_fit_to_pages(1, 0);
    sheet.set_footer("&C&P / &N");
}

const GROUPS: [(&str, [&str; 5]); 6] = [
    (
        "採取計画",
        [
            "認可証の写しを事務所に備えている",
            "採取場の見やすい場所に標識を掲げている",
            "採取区域の境界に杭を設けている",
            "採取数量が認可の範囲内である",
            "採取期間が認可の範囲内である",
        ],
    ),
    (
        "採取の方法",
        [
            "採取の深さが認可の範囲内である",
            "のり面の勾配が計画どおりである",
            "保安距離を保っている",
            "表土を計画どおり置いている",
            "夜間・休日の採取を行っていない",
        ],
    ),
    (
        "災害の防止",
        [
            "立入防止の柵・ロープを設けている",
            "のり面に崩れ・亀裂・湧水がない",
            "土砂の流出を防ぐ施設がある",
            "沈砂池の容量が足りている",
            "濁水を外へ流していない",
        ],
    ),
    (
        "運搬",
        [
            "出入口に泥落としの設備がある",
            "道路に土砂・泥を落としていない",
            "過積載を防ぐ措置をとっている",
            "交通誘導員を置いている",
            "決められた経路を通っている",
        ],
    ),
    (
        "埋戻し",
        [
            "埋戻しを計画どおり進めている",
            "埋戻し土の種類を記録している",
            "廃棄物が混じっていない",
            "転圧を層ごとに行っている",
            "緑化を計画どおり行っている",
        ],
    ),
    (
        "帳簿・管理",
        [
            "採取業務管理者を置いている",
            "帳簿を備え、毎月記載している",
            "苦情を記録し、対応している",
            "事故を直ちに報告している",
            "前回の指摘が改善されている",
        ],
    ),
];

fn gravel_pit() -> Result<Vec<u8>, XlsxError> {
    let pens = Pens::new();
    let mut book = book("砂利採取場立入検査調書")?;
    let sheet = book.add_worksheet();
    sheet.set_name("調書")?;
    widths(sheet, &[36, 86, 286, 48, 48, 62, 130])?;
    page(sheet);
    sheet.set_row_height_pixels(0, 22)?;
    sheet.write_with_format(0, 0, "様式第7号", &pens.small)?;
    sheet.set_row_height_pixels(1, 34)?;
    sheet.merge_range(1, 0, 1, 6, "砂利採取場 立入検査調書", &pens.title)?;
    // Seal boxes of the circulation.
    for (column, post) in [(3_u16, "課長"), (4, "係長"), (5, "担当")] {
        sheet.write_with_format(2, column, post, &pens.seal)?;
        sheet.write_with_format(3, column, "", &pens.seal)?;
    }
    sheet.set_row_height_pixels(3, 54)?;
    sheet.write_with_format(2, 0, "次のとおり立入検査を行ったので報告します。", &pens.plain)?;
    for row in 4..=8 {
        sheet.set_row_height_pixels(row, 26)?;
    }
    let pair = |sheet: &mut Worksheet, row: u32, label: &str| -> Result<(), XlsxError> {
        sheet.merge_range(row, 0, row, 1, label, &pens.label)?;
        Ok(())
    };
    pair(sheet, 4, "採 取 場 名")?;
    sheet.write_with_format(4, 2, "", &pens.cell)?;
    sheet.merge_range(4, 3, 4, 4, "検査年月日", &pens.label)?;
    sheet.merge_range(4, 5, 4, 6, "令和　　年　　月　　日", &pens.centre)?;
    pair(sheet, 5, "採取業者名")?;
    sheet.write_with_format(5, 2, "", &pens.cell)?;
    sheet.merge_range(5, 3, 5, 4, "認可番号", &pens.label)?;
    sheet.merge_range(5, 5, 5, 6, "", &pens.cell)?;
    pair(sheet, 6, "所 在 地")?;
    sheet.merge_range(6, 2, 6, 6, "", &pens.cell)?;
    pair(sheet, 7, "立会者氏名")?;
    sheet.write_with_format(7, 2, "", &pens.cell)?;
    sheet.merge_range(7, 3, 7, 4, "天候", &pens.label)?;
    sheet.merge_range(7, 5, 7, 6, "晴・曇・雨・雪", &pens.centre)?;
    pair(sheet, 8, "採取面積(㎡)")?;
    sheet.write_with_format(8, 2, "", &pens.number)?;
    sheet.merge_range(8, 3, 8, 4, "認可期限", &pens.label)?;
    sheet.merge_range(8, 5, 8, 6, "", &pens.date)?;
    sheet.set_row_height_pixels(9, 28)?;
    sheet.write_with_format(9, 0, "1　検査事項", &pens.section)?;
    for (column, head) in
        ["番号", "区分", "検　査　項　目", "適", "否", "該当なし", "備　考"].iter().enumerate()
    {
        sheet.write_with_format(10, column as u16, *head, &pens.head)?;
    }
    sheet.set_row_height_pixels(10, 24)?;
    let mut row = 11;
    for (group, items) in GROUPS {
        let first = row;
        for item in items {
            sheet.set_row_height_pixels(row, 22)?;
            sheet.write_with_format(row, 0, f64::from(row - 10), &pens.centre)?;
            sheet.write_with_format(row, 2, item, &pens.cell)?;
            for column in 3..=5 {
                sheet.write_with_format(row, column, "☐", &pens.centre)?;
            }
            sheet.write_with_format(row, 6, "", &pens.cell)?;
            row += 1;
        }
        sheet.merge_range(first, 1, row - 1, 1, group, &pens.centre.clone().set_text_wrap())?;
    }
    sheet.set_row_height_pixels(row, 28)?;
    sheet.write_with_format(row, 0, "2　指摘事項", &pens.section)?;
    row += 1;
    sheet.set_row_height_pixels(row, 24)?;
    sheet.write_with_format(row, 0, "番号", &pens.head)?;
    sheet.merge_range(row, 1, row, 2, "指摘の内容", &pens.head)?;
    sheet.merge_range(row, 3, row, 5, "改善の期限", &pens.head)?;
    sheet.write_with_format(row, 6, "改善の方法", &pens.head)?;
    for number in 1..=4 {
        row += 1;
        sheet.set_row_height_pixels(row, 40)?;
        sheet.write_with_format(row, 0, f64::from(number), &pens.centre)?;
        sheet.merge_range(row, 1, row, 2, "", &pens.wrapped)?;
        sheet.merge_range(row, 3, row, 5, "", &pens.date)?;
        sheet.write_with_format(row, 6, "", &pens.wrapped)?;
    }
    row += 1;
    sheet.set_row_height_pixels(row, 28)?;
    sheet.write_with_format(row, 0, "3　検査結果", &pens.section)?;
    row += 1;
    sheet.set_row_height_pixels(row, 110)?;
    sheet.merge_range(row, 0, row, 1, "総合所見", &pens.label)?;
    sheet.merge_range(row, 2, row, 6, "", &pens.wrapped)?;
    row += 1;
    sheet.set_row_height_pixels(row, 30)?;
    sheet.merge_range(row, 0, row, 1, "総合判定", &pens.label)?;
    sheet.write_with_format(row, 2, "適　・　否", &pens.centre)?;
    sheet.merge_range(row, 3, row, 4, "再検査", &pens.label)?;
    sheet.merge_range(row, 5, row, 6, "要　・　不要", &pens.centre)?;
    row += 1;
    sheet.set_row_height_pixels(row, 30)?;
    sheet.merge_range(row, 0, row, 1, "検査員 職氏名", &pens.label)?;
    sheet.merge_range(row, 2, row, 4, "", &pens.cell)?;
    sheet.write_with_format(row, 5, "印", &pens.seal)?;
    sheet.write_with_format(row, 6, "", &pens.seal)?;
    sheet.set_print_area(0, 0, row, 6)?;
    sheet.set_repeat_rows(10, 10)?;
    sheet.set_page_breaks(&[41])?;
    photo_sheet(book.add_worksheet(), &pens)?;
    book.define_name("検査員欄", &format!("=調書!$C${}", row + 1))?;
    book.save_to_buffer()
}

fn photo_sheet(sheet: &mut Worksheet, pens: &Pens) -> Result<(), XlsxError> {
    sheet.set_name("写真")?;
    widths(sheet, &[80, 120, 120, 120, 120, 110])?;
    page(sheet);
    sheet.set_row_height_pixels(0, 34)?;
    sheet.merge_range(0, 0, 0, 5, "現場写真", &pens.title)?;
    for (at, name) in ["写真1（採取場の全景）", "写真2（指摘箇所）"].iter().enumerate() {
        let top = 2 + at as u32 * 17;
        sheet.set_row_height_pixels(top, 24)?;
        sheet.merge_range(top, 0, top, 5, name, &pens.head)?;
        sheet.merge_range(top + 1, 0, top + 14, 5, "", &pens.frame)?;
        for row in top + 1..=top + 14 {
            sheet.set_row_height_pixels(row, 28)?;
        }
        sheet.write_with_format(top + 15, 0, "説明", &pens.label)?;
        sheet.set_row_height_pixels(top + 15, 44)?;
        sheet.merge_range(top + 15, 1, top + 15, 5, "", &pens.wrapped)?;
    }
    sheet.set_print_area(0, 0, 34, 5)?;
    Ok(())
}

const ROOMS: [(&str, &[&str]); 5] = [
    ("外部", &["屋根・雨どい", "外壁", "基礎・土台", "物置・車庫"]),
    ("玄関", &["ドア・錠", "照明"]),
    ("居室", &["床・畳", "壁・天井", "窓・網戸", "建具・ふすま"]),
    ("水まわり", &["台所の給排水", "浴室・換気", "便所", "給湯器"]),
    ("設備", &["暖房・煙突", "火災警報器", "分電盤・コンセント"]),
];

fn staff_housing() -> Result<Vec<u8>, XlsxError> {
    let pens = Pens::new();
    let mut book = book("公宅点検票")?;
    let sheet = book.add_worksheet();
    sheet.set_name("点検票")?;
    widths(sheet, &[80, 150, 170, 200, 80])?;
    page(sheet);
    sheet.set_row_height_pixels(0, 36)?;
    sheet.merge_range(0, 0, 0, 4, "公宅点検票", &pens.title)?;
    sheet.merge_range(1, 0, 1, 4, "(年1回、入居者の立会いのもとで行う)", &pens.right)?;
    for (row, (left, right)) in
        [("公宅番号", "点検日"), ("入居者氏名", "築年数(年)"), ("所在地", "区分")].iter().enumerate()
    {
        let row = row as u32 + 2;
        sheet.set_row_height_pixels(row, 28)?;
        sheet.write_with_format(row, 0, *left, &pens.label)?;
        sheet.merge_range(row, 1, row, 2, "", &pens.cell)?;
        sheet.write_with_format(row, 3, *right, &pens.label)?;
        let format = if row == 2 { &pens.date } else { &pens.centre };
        sheet.write_with_format(row, 4, "", format)?;
    }
    sheet.set_column_width_pixels(4, 140)?;
    let kinds = DataValidation::new().allow_list_strings(&["戸建", "集合", "借上げ"])?;
    sheet.add_data_validation(4, 4, 4, 4, &kinds)?;
    sheet.set_row_height_pixels(5, 28)?;
    sheet.write_with_format(5, 0, "【点検の結果】", &pens.section)?;
    sheet.set_row_height_pixels(6, 24)?;
    for (column, head) in ["場所", "点検項目", "判定", "状態・必要な修繕", "至急"].iter().enumerate()
    {
        sheet.write_with_format(6, column as u16, *head, &pens.head)?;
    }
    let mut row = 7;
    for (place, items) in ROOMS {
        let first = row;
        for item in items {
            sheet.set_row_height_pixels(row, 28)?;
            sheet.write_with_format(row, 1, *item, &pens.cell)?;
            sheet.write_with_format(row, 2, "良 ・ 不良 ・ 該当なし", &pens.centre)?;
            sheet.write_with_format(row, 3, "", &pens.wrapped)?;
            sheet.write_with_format(row, 4, "□", &pens.centre)?;
            row += 1;
        }
        sheet.merge_range(first, 0, row - 1, 0, place, &pens.centre)?;
    }
    sheet.set_row_height_pixels(row, 30)?;
    sheet.write_with_format(row, 0, "鍵の確認", &pens.label)?;
    sheet.merge_range(row, 1, row, 4, "□ 玄関　　□ 勝手口　　□ 物置　　□ 車庫", &pens.cell)?;
    row += 1;
    sheet.set_row_height_pixels(row, 84)?;
    sheet.write_with_format(row, 0, "特記事項", &pens.label)?;
    sheet.merge_range(row, 1, row, 4, "", &pens.wrapped)?;
    row += 1;
    sheet.set_row_height_pixels(row, 26)?;
    sheet.merge_range(row, 0, row, 4, "状況写真", &pens.head)?;
    sheet.merge_range(row + 1, 0, row + 8, 4, "", &pens.frame)?;
    for line in row + 1..=row + 8 {
        sheet.set_row_height_pixels(line, 28)?;
    }
    row += 9;
    sheet.set_row_height_pixels(row, 30)?;
    sheet.write_with_format(row, 0, "点検者", &pens.label)?;
    sheet.merge_range(row, 1, row, 2, "", &pens.cell)?;
    sheet.write_with_format(row, 3, "□ 入居者に結果を説明した", &pens.cell)?;
    sheet.write_with_format(row, 4, "㊞", &pens.seal)?;
    sheet.set_print_area(0, 0, row, 4)?;
    book.save_to_buffer()
}

fn main() {
    let folder = std::env::args_os()
        .nth(1)
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../assets/sheets"), PathBuf::from);
    std::fs::create_dir_all(&folder).unwrap();
    for (name, bytes) in
        [("gravel-pit.xlsx", gravel_pit().unwrap()), ("staff-housing.xlsx", staff_housing().unwrap())]
    {
        std::fs::write(folder.join(name), &bytes).unwrap();
        println!("{name}: {} bytes", bytes.len());
    }
}
