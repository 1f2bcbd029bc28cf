//! What holds for every text.

use proptest::prelude::*;

use super::*;

/// The schedule that `command` would change.
fn changed(command: &Command) -> Option<&str> {
    match command {
        Command::SetException { schedule, .. }
        | Command::DeleteException { schedule, .. }
        | Command::Force { schedule, .. }
        | Command::Cancel { schedule }
        | Command::Extend { schedule, .. }
        | Command::SetHoliday { schedule, .. }
        | Command::DeleteHoliday { schedule, .. } => Some(schedule),
        Command::Help
        | Command::Schedules
        | Command::Status { .. }
        | Command::Info { .. }
        | Command::ExceptionInfo { .. }
        | Command::ExceptionList { .. }
        | Command::Why { .. }
        | Command::HolidayList { .. } => None,
    }
}

/// Sentences of words that the grammar knows, and of some that it does not.
fn sentence() -> impl Strategy<Value = String> {
    let known = words::WORDS.iter().map(|(word, _)| (*word).to_owned());
    let others = [
        "개발",
        "개발을",
        "개",
        "STAGING",
        "stag",
        "스테이징",
        "star",
        "team",
        "내일",
        "1/5",
        "2/30",
        "11/23(화)",
        "9시",
        "새벽",
        "2시까지",
        "26:00",
        "4시간",
        "+2h",
        "900",
        "안",
        "말고",
        "ㄴ새ㅔ",
        "wndwl",
        "부탁",
        "(",
        "~",
        "5",
        "일",
        "년",
        "다음주",
        "월",
        "/",
        "🙏",
        "0",
    ];
    let pool: Vec<String> = known.chain(others.map(str::to_owned)).collect();
    let glue = prop_oneof![4 => Just(" "), 1 => Just("")];
    prop::collection::vec((prop::sample::select(pool), glue), 0..8).prop_map(|words| {
        words
            .into_iter()
            .flat_map(|(word, glue)| [word, glue.to_owned()])
            .collect()
    })
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in any::<String>(), keyword in any::<String>()) {
        let _ = among(&text);
        let _ = parse(&text, &context(&[]));
        let _ = without_keyword(&text, &keyword);
        let _ = is_command_word(&text);
    }

    #[test]
    fn no_text_of_hangul_and_digits_makes_it_panic(text in "[0-9ㄱ-ㅣ가-힣년월일시분오전후까지부터~/:. +-]{0,24}") {
        let _ = among(&text);
        let _ = alone(&text);
    }

    #[test]
    fn nothing_is_changed_without_its_full_name(text in sentence()) {
        if let Ok(command) = among(&text)
            && let Some(schedule) = changed(&command)
        {
            let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
            prop_assert!(words.join(" ").contains(schedule), "{command:?}");
        }
        let _ = alone(&text);
    }

    #[test]
    fn an_exception_is_read_back_as_it_was_written(days in 0_u64..400, minute in 0_u16..2880, start in any::<bool>()) {
        let date = day("2026-11-22") + chrono::Days::new(days);
        let (action, word) = if start { (Turn::Start, "시작") } else { (Turn::Stop, "중지") };
        let minute = Minute(minute);
        let expected = Command::SetException { schedule: DEV.into(), date, action, at: Some(minute) };
        prop_assert_eq!(among(&format!("개발 예외 설정 {date} {word} {minute}")), Ok(expected));
    }
}
