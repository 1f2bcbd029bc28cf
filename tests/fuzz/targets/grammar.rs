//! Any text is read or refused, nothing is changed without its exact name, and what is suggested is understood.
#![no_main]

use chrono::{Days, NaiveDate};
use libfuzzer_sys::fuzz_target;
use reveille_core::{
    chat::{
        Command, GrammarContext, KnownSchedule, MAX_TEXT_CHARS, is_command_word, parse,
        without_keyword,
    },
    model::{
        Minute, Moment,
        reply::{Refusal, UnknownWord},
    },
};
use reveille_fuzz::Shape;

/// A name that no message has.
const ANOTHER: &str = "qzqz-vxvx-jwjw";

const NAMES: &[&str] = &[
    "개발",
    "dev",
    "DEV",
    "staging",
    "스테이징",
    "star team",
    "team",
    "개발을",
    "가이",
    "1팀",
    "test-2",
    "ＤＢ",
    "ß",
    "İ",
    "prod",
    "production",
];

const WORDS: &[&str] = &[
    // what is said
    "도움말",
    "help",
    "상태",
    "status",
    "조회",
    "정보",
    "info",
    "일정",
    "예외",
    "exception",
    "설정",
    "set",
    "추가",
    "삭제",
    "del",
    "취소",
    "cancel",
    "원래대로",
    "목록",
    "list",
    "확인",
    "show",
    "시작",
    "start",
    "켜",
    "켜줘",
    "중지",
    "stop",
    "꺼",
    "꺼줘",
    "강제",
    "force",
    "force_start",
    "강제중지",
    "연장",
    "extend",
    "더",
    "more",
    "이유",
    "why",
    "왜",
    "없음",
    "none",
    "안함",
    "출근",
    "퇴근",
    "기록",
    "휴일",
    "holiday",
    "근무",
    "창립기념일",
    "말고",
    "안",
    // of what
    "개발",
    "개발을",
    "dev",
    "DEV",
    "stag",
    "staging",
    "스테이징",
    "star",
    "team",
    "star team",
    "prod",
    // when
    "오늘",
    "내일",
    "모레",
    "어제",
    "글피",
    "월요일",
    "(월)",
    "월",
    "화요일까지",
    "다음주",
    "이번주",
    "다음",
    "주말",
    "추석",
    "다음날",
    "1/5",
    "12/29~31",
    "12/29부터",
    "1/2까지",
    "2/30",
    "11/23",
    "11/23(화)",
    "2027-02-28",
    "2027.1.5",
    "20270105",
    "2199-12-31",
    "2000-1-1",
    "5일",
    "31일",
    "3일간",
    "0",
    "1",
    "2",
    "5",
    "12",
    "9",
    "900",
    "9시",
    "9시반",
    "12시",
    "18시",
    "24:00",
    "26:00",
    "47:59",
    "9:00",
    "23:59",
    "오전",
    "오후",
    "새벽",
    "밤",
    "아침",
    "낮",
    "정오",
    "자정",
    "아홉시",
    "두시 반",
    "까지",
    "부터",
    "에",
    "동안",
    "간",
    "4시간",
    "30분",
    "2h",
    "+2h",
    "1h30m",
    "한시간",
    "두시간",
    "100시간",
    "99일",
    "일",
    "년",
    "월",
    "시",
    "분",
    "반",
    "시간",
    // and how
    "/",
    "-",
    "~",
    ":",
    ".",
    "(",
    ")",
    ",",
    "!",
    "?",
    "'",
    "+",
    "_",
    "/서버",
    "부탁",
    "요",
    "좀",
    "ㅗ디ㅔ",
    "ㄴㅅㅁ션",
    "wndwl",
    "tkdxo",
    "rkdwp",
    "ro",
    "stauts",
    "예와",
    "중자",
    "🙏",
    "\u{200b}",
    "\u{1100}",
    "\u{1161}",
    "\u{11a8}",
    "ﬀ",
    "İ",
    "ſ",
    "①",
    "㏂",
    "½",
    "\n",
];

fuzz_target!(|bytes: &[u8]| {
    let mut shape = Shape::new(bytes, WORDS);
    let mut known = context(&mut shape);
    let text = message(&mut shape);
    let _ = without_keyword(&text, "서버");
    let _ = is_command_word(&text);
    let answer = parse(&text, &known);
    assert_eq!(answer, parse(&text, &known), "the same message twice");

    let changed = answer.as_ref().ok().filter(|command| changes(command));
    if let Some(name) = changed.and_then(Command::schedule) {
        let index = known.schedules.iter().position(|known| known.name == name);
        let index =
            index.unwrap_or_else(|| panic!("`{text}` changes `{name}`, which is not there"));
        if known.schedules.len() > 1 {
            let name = std::mem::replace(&mut known.schedules[index].name, ANOTHER.into());
            let again = parse(&text, &known);
            let still = again
                .as_ref()
                .is_ok_and(|command| changes(command) && command.schedule() == Some(ANOTHER));
            assert!(
                !still,
                "`{text}` changes `{name}` without its name: {again:?}"
            );
            known.schedules[index].name = name;
        }
    }
    if let Err(refusal) = &answer
        && let Some(suggestion) = suggestion(refusal)
        && suggestion.chars().count() <= MAX_TEXT_CHARS as usize
    {
        understood(&text, suggestion, refusal, &known);
        follow(&text, &known);
    }
});

fn context(shape: &mut Shape<'_>) -> GrammarContext {
    let first = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap_or_default();
    let now = Moment {
        date: first + Days::new(shape.up_to(800) as u64),
        minute: Minute(shape.up_to(1_439) as u16),
    };
    let mut names: Vec<String> = (0..shape.up_to(4))
        .map(|_| NAMES[shape.up_to(NAMES.len() - 1)].to_owned())
        .collect();
    names.sort();
    names.dedup();
    GrammarContext {
        schedules: names
            .into_iter()
            .map(|name| KnownSchedule { name, now })
            .collect(),
    }
}

fn message(shape: &mut Shape<'_>) -> String {
    let mut text = String::new();
    for _ in 0..shape.up_to(8) {
        text.push_str(&shape.value::<String>().unwrap_or_default());
        text.push_str(["", " ", " ", " "][shape.up_to(3)]);
    }
    text
}

fn changes(command: &Command) -> bool {
    command.change().is_some()
}

fn typed(refusal: &Refusal) -> Option<&str> {
    match refusal {
        Refusal::NotUnderstood(unknown)
        | Refusal::UnclearDate(unknown)
        | Refusal::UnclearTime(unknown)
        | Refusal::UnclearDuration(unknown) => Some(&unknown.text),
        Refusal::UnknownSchedule { name, .. } => Some(name),
        _ => None,
    }
}

fn suggestion(refusal: &Refusal) -> Option<&str> {
    match refusal {
        Refusal::NotUnderstood(UnknownWord { suggestion, .. })
        | Refusal::UnclearDate(UnknownWord { suggestion, .. })
        | Refusal::UnclearTime(UnknownWord { suggestion, .. })
        | Refusal::UnclearDuration(UnknownWord { suggestion, .. })
        | Refusal::UnknownSchedule { suggestion, .. } => suggestion.as_deref(),
        _ => None,
    }
}

/// A suggestion may lack what else the command needs, and its day may be over; but each word of it is known.
#[track_caller]
fn understood(text: &str, suggestion: &str, refusal: &Refusal, known: &GrammarContext) {
    let again = parse(suggestion, known);
    let is_understood = match &again {
        Err(Refusal::NotUnderstood(unknown)) => {
            unknown.text.split_whitespace().all(is_command_word) || unknown.text == suggestion
        }
        Err(
            Refusal::UnclearDate(_)
            | Refusal::UnclearTime(_)
            | Refusal::UnclearDuration(_)
            | Refusal::UnknownSchedule { .. }
            | Refusal::ImpossibleDate { .. },
        ) => false,
        Ok(_) | Err(_) => true,
    };
    assert!(
        is_understood,
        "`{text}`: {refusal:?}\nsuggests `{suggestion}`, which is answered with\n{again:?}"
    );
}

/// Whoever takes every suggestion in place of what was not understood gets somewhere.
#[track_caller]
fn follow(text: &str, known: &GrammarContext) {
    let mut said = vec![text.to_owned()];
    while let Err(refusal) = parse(&said[said.len() - 1], known) {
        let (Some(typed), Some(suggestion)) = (typed(&refusal), suggestion(&refusal)) else {
            return;
        };
        let last = format!(" {} ", said[said.len() - 1]);
        let (typed, suggestion) = (format!(" {typed} "), format!(" {suggestion} "));
        if !last.contains(&typed) || last.len() > 1_000 {
            return;
        }
        let next = last.replacen(&typed, &suggestion, 1).trim().to_owned();
        assert!(
            !said.contains(&next),
            "{said:?} come back to `{next}`: {refusal:?}"
        );
        said.push(next);
        assert!(said.len() < 20, "{said:?} get nowhere");
    }
}
