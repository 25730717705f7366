#![allow(clippy::unwrap_used)]
use super::*;
use proptest::prelude::*;

/// Saturday 2026-11-21 and on.
fn window() -> Window {
    Window::around("2026-11-22")
}

fn file(body: &str) -> String {
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{}\r\nEND:VCALENDAR\r\n", body.trim().replace('\n', "\r\n"))
}

fn event(body: &str) -> String {
    file(&format!("BEGIN:VEVENT\n{}\nEND:VEVENT", body.trim()))
}

fn of(text: &str) -> Vec<Occurrence> {
    parse(text.as_bytes(), window()).map_err(|f| format!("{f:?}")).unwrap()
}

fn starts(text: &str) -> Vec<String> {
    of(text).iter().map(|o| o.starts_at.to_string()[..16].to_owned()).collect()
}

fn codes(text: &[u8]) -> Vec<(u64, String)> {
    parse(text, window()).unwrap_err().into_iter().map(|f| (f.line, f.fault.code)).collect()
}

#[test]
fn one_appointment_with_its_habits() {
    let text = "UID:a@x\nSUMMARY;LANGUAGE=ja:立入検査\\, 砂-04\n 12\nLOCATION:北柏沢\\n字上幌別\n\
                DTSTART;TZID=\"Tokyo Standard Time\":20261124T100000\nDTEND;TZID=Asia/Tokyo:20261124T113000";
    let got = of(&event(text));
    assert_eq!(got.len(), 1);
    assert_eq!((got[0].title.as_str(), got[0].place.as_str()), ("立入検査, 砂-0412", "北柏沢 字上幌別"));
    assert_eq!(got[0].starts_at.to_string(), "2026-11-24T10:00:00.000+09:00");
    assert_eq!(got[0].ends_at.to_string(), "2026-11-24T11:30:00.000+09:00");
    assert!(!got[0].all_day);
}

#[test]
fn every_way_to_say_when() {
    let at = |line: &str| starts(&event(&format!("UID:1\n{line}")));
    assert_eq!(at("DTSTART:20261124T010000Z"), ["2026-11-24T10:00"]);
    assert_eq!(at("DTSTART:20261124T100000"), ["2026-11-24T10:00"], "floating is local");
    assert_eq!(at("DTSTART;TZID=America/New_York:20261124T100000"), ["2026-11-25T00:00"]);
    assert_eq!(at("DTSTART;VALUE=DATE:20261124"), ["2026-11-24T00:00"]);
    assert_eq!(at("DTSTART:20261124"), ["2026-11-24T00:00"]);
    let own = "BEGIN:VTIMEZONE\nTZID:役所の時計\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0800\nTZOFFSETTO:+0800\n\
               END:STANDARD\nEND:VTIMEZONE\nBEGIN:VEVENT\nUID:1\nDTSTART;TZID=役所の時計:20261124T090000\nEND:VEVENT";
    assert_eq!(starts(&file(own)), ["2026-11-24T10:00"]);
}

#[test]
fn whole_days_and_what_reaches_into_the_window() {
    let days = of(&event("UID:1\nSUMMARY:出張\nDTSTART;VALUE=DATE:20261119\nDTEND;VALUE=DATE:20261124"));
    assert_eq!((days[0].all_day, days[0].ends_at.local_date()), (true, "2026-11-24".to_owned()));
    assert!(starts(&event("UID:1\nDTSTART;VALUE=DATE:20261119\nDTEND;VALUE=DATE:20261121")).is_empty());
    let one = of(&event("UID:1\nDTSTART;VALUE=DATE:20261124\nDTEND;VALUE=DATE:20261124"));
    assert_eq!(one[0].ends_at.local_date(), "2026-11-25", "an end that is no end");
    assert_eq!(
        of(&event("UID:1\nDTSTART:20261124T100000\nDURATION:PT1H30M"))[0].ends_at.local_hms(),
        "113000"
    );
    assert!(starts(&event("UID:1\nDTSTART:20270301T100000")).is_empty(), "beyond what phones carry");
}

#[test]
fn rules_repeat_within_the_window() {
    let with = |start: &str, rule: &str| starts(&event(&format!("UID:1\nDTSTART:{start}\nRRULE:{rule}")));
    assert_eq!(
        with("20261124T090000", "FREQ=DAILY;COUNT=3"),
        ["2026-11-24T09:00", "2026-11-25T09:00", "2026-11-26T09:00"]
    );
    assert_eq!(
        with("20200101T090000", "FREQ=DAILY;INTERVAL=20;UNTIL=20261231T000000Z"),
        ["2026-11-25T09:00", "2026-12-15T09:00"]
    );
    // Mondays and Thursdays of every other week, begun long ago.
    assert_eq!(
        with("20260406T133000", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;UNTIL=20261211"),
        ["2026-11-30T13:30", "2026-12-03T13:30"]
    );
    assert_eq!(with("20250115T100000", "FREQ=MONTHLY;BYDAY=2MO;UNTIL=20261231"), ["2026-12-14T10:00"]);
    assert_eq!(
        with("20250131T100000", "FREQ=MONTHLY;BYMONTHDAY=-1;UNTIL=20261231"),
        ["2026-11-30T10:00", "2026-12-31T10:00"]
    );
    assert_eq!(with("20251031T100000", "FREQ=MONTHLY"), ["2026-12-31T10:00"], "November has no 31st");
    assert_eq!(with("20001225T100000", "FREQ=YEARLY"), ["2026-12-25T10:00"]);
    assert_eq!(
        with("20261124T090000", "FREQ=DAILY;BYDAY=FR;COUNT=2"),
        ["2026-11-24T09:00", "2026-11-27T09:00", "2026-12-04T09:00"]
    );
    // A count that ran out before the window.
    assert!(with("20260101T090000", "FREQ=DAILY;COUNT=30").is_empty());
}

#[test]
fn what_was_taken_out_moved_or_cancelled() {
    let text = "BEGIN:VEVENT\nUID:w\nSUMMARY:朝会\nDTSTART;TZID=Asia/Tokyo:20261102T090000\nDTEND;TZID=Asia/Tokyo:20261102T093000\n\
                RRULE:FREQ=WEEKLY;UNTIL=20261215T000000Z\nEXDATE;TZID=Asia/Tokyo:20261130T090000\nEND:VEVENT\n\
                BEGIN:VEVENT\nUID:w\nSUMMARY:朝会(時間変更)\nRECURRENCE-ID;TZID=Asia/Tokyo:20261207T090000\n\
                DTSTART;TZID=Asia/Tokyo:20261207T150000\nEND:VEVENT\n\
                BEGIN:VEVENT\nUID:w\nRECURRENCE-ID:20261214T000000Z\nSTATUS:CANCELLED\nDTSTART:20261214T000000Z\nEND:VEVENT";
    let got = of(&file(text));
    let shown: Vec<(String, &str)> =
        got.iter().map(|o| (o.starts_at.to_string()[..16].to_owned(), o.title.as_str())).collect();
    assert_eq!(
        shown,
        [("2026-11-23T09:00".to_owned(), "朝会"), ("2026-12-07T15:00".to_owned(), "朝会(時間変更)")]
    );
}

#[test]
fn alarms_and_tasks_are_nobody_s_appointments() {
    let text = "BEGIN:VTODO\nUID:t\nDTSTART:20261124T100000\nEND:VTODO\nBEGIN:VEVENT\nUID:1\nDTSTART:20261124T100000\nSUMMARY:検査\n\
                BEGIN:VALARM\nTRIGGER:-PT10M\nDESCRIPTION:x\nSUMMARY:鳴る\nEND:VALARM\nX-ORIGIN;X=\"a;b:c\":y\nEND:VEVENT";
    let got = of(&file(text));
    assert_eq!((got.len(), got[0].title.as_str()), (1, "検査"));
}

#[test]
fn every_encoding_and_any_fold() {
    let plain = event("UID:1\nSUMMARY:高橋との打合せ\nDTSTART:20261124T100000");
    let titles = |bytes: &[u8]| parse(bytes, window()).unwrap()[0].title.clone();
    assert_eq!(titles(&encoding_rs::SHIFT_JIS.encode(&plain).0), "高橋との打合せ");
    assert_eq!(titles(format!("\u{feff}{plain}").as_bytes()), "高橋との打合せ");
    let utf16: Vec<u8> = format!("\u{feff}{plain}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(titles(&utf16), "高橋との打合せ");
    // Folded after every byte, in the middle of letters too.
    let at = plain.find("SUMMARY").unwrap() + 9;
    for cut in at..at + 12 {
        let mut folded = plain.as_bytes()[..cut].to_vec();
        folded.extend_from_slice(b"\r\n\t");
        folded.extend_from_slice(&plain.as_bytes()[cut..]);
        assert_eq!(titles(&folded), "高橋との打合せ");
    }
}

#[test]
fn what_is_wrong_is_told_with_its_line() {
    assert_eq!(codes(b"number,name\n1,2\n"), [(0, "ics-not-calendar".into())]);
    assert_eq!(codes(b""), [(0, "ics-not-calendar".into())]);
    assert_eq!(
        codes(event("UID:1\nthis is no line\nDTSTART:20261124").as_bytes()),
        [(5, "ics-line-broken".into())]
    );
    assert_eq!(codes(event("UID:1\nSUMMARY:x").as_bytes()), [(3, "ics-no-start".into())]);
    assert_eq!(codes(event("DTSTART:20261324T000000").as_bytes()), [(4, "ics-date".into())]);
    assert_eq!(codes(event("DTSTART:00010101T000000").as_bytes()), [(4, "ics-date-far".into())]);
    assert_eq!(codes(event("DTSTART;TZID=Mars/Base:20261124T000000").as_bytes()), [(4, "ics-zone".into())]);
    for rule in [
        "INTERVAL=2",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;COUNT=-1",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=WEEKLY;BYDAY=2MO",
        "FREQ",
        "FREQ=MONTHLY;BYMONTHDAY=32",
    ] {
        assert_eq!(
            codes(event(&format!("DTSTART:20261124\nRRULE:{rule}")).as_bytes()),
            [(5, "ics-rule".into())],
            "{rule}"
        );
    }
    for rule in ["FREQ=SECONDLY", "FREQ=DAILY;BYSETPOS=1"] {
        let got = codes(event(&format!("DTSTART:20261124\nRRULE:{rule}")).as_bytes());
        assert_eq!(got, [(5, "ics-rule-unknown".into())], "{rule}");
    }
    // Cut off: half a calendar would delete the other half.
    let whole = event("UID:1\nDTSTART:20261124");
    assert_eq!(codes(&whole.as_bytes()[..whole.len() - 15]), [(6, "ics-cut".into())]);
    assert_eq!(codes(b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VTODO\n"), [(3, "ics-nested".into())]);
}

#[test]
fn a_hostile_file_costs_little() {
    let nested = format!("BEGIN:VCALENDAR\n{}", "BEGIN:VEVENT\n".repeat(5_000));
    assert_eq!(codes(nested.as_bytes()), [(9, "ics-nested".into())]);
    assert_eq!(
        codes(format!("BEGIN:VCALENDAR\nX:{}", "\n y".repeat(300_000)).as_bytes()),
        [(0, "ics-large".into())]
    );
    assert_eq!(codes("X:1\n".repeat(300_000).as_bytes()), [(0, "ics-large".into())]);
    // Rules that never end, from long ago, in their thousands: bounded by what the file may ask for altogether.
    let forever =
        "BEGIN:VEVENT\nUID:{}\nDTSTART:19700101T000000\nRRULE:FREQ=DAILY;COUNT=100000\nEND:VEVENT\n"
            .repeat(5_000);
    let got = codes(file(&forever).as_bytes());
    assert_eq!(got[0].1, "ics-rule-long");
    let many: String = (0..200)
        .map(|n| {
            format!("BEGIN:VEVENT\nUID:{n}\nDTSTART:20260101T0{}0000\nRRULE:FREQ=DAILY\nEND:VEVENT\n", n % 10)
        })
        .collect();
    assert_eq!(codes(file(&many).as_bytes())[0].1, "ics-many");
    // A rule whose days never come (a 30th of February) walks to the window's end and stops.
    assert!(
        starts(&event("UID:1\nDTSTART:20270301T000000\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"))
            .is_empty()
    );
}

proptest! {
    #[test]
    fn any_bytes_are_a_calendar_or_faults(
        bytes in proptest::collection::vec(any::<u8>(), 0..300),
        body in "([A-Z]{1,8}(;[A-Z]=[^\\r\\n]{0,9})?:[^\\r\\n]{0,30}\n){0,12}",
        when in "(DTSTART|DTEND|RRULE|EXDATE|DURATION|RECURRENCE-ID)(;TZID=[A-Za-z/]{0,12})?:[A-Z0-9=;,+-]{0,40}",
    ) {
        for text in [bytes, file(&body).into_bytes(), event(&format!("DTSTART:20261124T100000\n{when}")).into_bytes()] {
            match parse(&text, window()) {
                Ok(found) => prop_assert!(found.len() <= 3_001),
                Err(faults) => prop_assert!(!faults.is_empty()),
            }
        }
    }

    /// Weekly rules by a second way: every such weekday from the beginning on, counted one by one.
    #[test]
    fn weekly_rules_agree_with_counting_days(offset in 0i64..400, interval in 1i64..5, mask in 1u8..128) {
        let first = jiff::civil::date(2026, 1, 1).checked_add(offset.days()).unwrap();
        let names = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
        let picked: Vec<&str> = (0..7).filter(|n| mask & (1 << n) != 0).map(|n| names[n]).collect();
        let start = first.to_string().replace('-', "");
        let rule = format!("FREQ=WEEKLY;INTERVAL={interval};BYDAY={}", picked.join(","));
        let got: Vec<String> = of(&event(&format!("UID:1\nDTSTART;VALUE=DATE:{start}\nRRULE:{rule}")))
            .iter().map(|o| o.starts_at.local_date()).collect();
        let monday = first.checked_sub(i64::from(first.weekday().to_monday_zero_offset()).days()).unwrap();
        let w = window();
        let mut expected = Vec::new();
        let mut day = first;
        while day < w.until {
            let week = i64::from((day - monday).get_days()) / 7;
            let on = mask & (1 << day.weekday().to_monday_zero_offset()) != 0 && week % interval == 0;
            if day >= w.from && (on || day == first) {
                expected.push(day.to_string());
            }
            day = day.checked_add(1.days()).unwrap();
        }
        prop_assert_eq!(got, expected);
    }
}
