//! What holds for every file: it is read, or told what is wrong, with a line that the file has.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use proptest::{prelude::*, sample::Index};

use reveille_core::testing::PaintedRules;

use super::*;

const YAML: &str = r#"# A file with everything in it.
periods:
  office-hours: { begintime: "09:30", endtime: "22:00", weekdays: mon-fri }
  month-end:
    description: the last days
    monthdays: [28-L, 1, "2"]
    months: [jan, jul/3]
schedules:
  Development:
    timezone: Asia/Seoul
    periods: [office-hours, month-end@t3.large]
    enforced: true
    groups:
      - { name: RDB, ready_timeout: 30m }
      - name: SOCKET
        depends_on: [RDB]
    rules:
      - name: company-days
        config: { days: 3, off: [~, null, 1.5] }
  "개발 2":
    override_status: |
      running
calendars:
  seoul:
    days:
      - 2026-12-24 창립기념일
      - "- 2026-12-25 release"
rules:
  company-days: { location: company_days.wasm }
"#;

const TOML: &str = r#"# A file with everything in it.
[periods.office-hours]
begintime = 09:30:00
endtime = "22:00"
weekdays = "mon-fri"

[periods.month-end]
description = """
the last days"""
monthdays = ["28-L", 1, '2']
months = ["jan", "jul/3"]

[schedules.Development]
timezone = "Asia/Seoul"
periods = ["office-hours", "month-end@t3.large"]
enforced = true

[[schedules.Development.groups]]
name = "RDB"
ready_timeout = "30m"

[[schedules.Development.groups]]
name = "SOCKET"
depends_on = ["RDB"]

[[schedules.Development.rules]]
name = "company-days"
config = { days = 3, off = [1.5, 0x1F, true] }

[schedules]
"개발 2".override_status = "running"

[calendars.seoul]
days = ["2026-12-24 창립기념일", "- 2026-12-25 release"]

[rules.company-days]
location = "company_days.wasm"
"#;

/// What is put into a file, which both languages give some meaning.
const PIECES: &[&str] = &[
    "\n",
    "\r\n",
    "\r",
    "\t",
    " ",
    "  ",
    ":",
    ": ",
    "- ",
    "? ",
    "{",
    "}",
    "[",
    "]",
    "[[",
    "]]",
    ",",
    "\"",
    "'",
    "#",
    "=",
    "|",
    ">",
    "|2-",
    "&a ",
    "*a",
    "!tag ",
    "!!str ",
    "<<: ",
    "---\n",
    "...\n",
    "%YAML 1.2\n",
    "~",
    "null",
    ".inf",
    "nan",
    "-inf",
    "1e999",
    "0x",
    "007",
    "-0",
    "99999999999999999999",
    "1979-05-27",
    "\"\"\"",
    "'''",
    "\\",
    "\\u0000",
    "\\ud800",
    "\u{feff}",
    "\u{85}",
    "\u{2028}",
    "\u{0}",
    "\u{7f}",
    "가",
    "🙏",
    "a.b.c = 1\n",
    "periods:\n",
    "begintime",
    "[a]\n",
    "[periods.office-hours]\n",
    "__proto__",
    "",
];

/// A change of a text. Places are counted in characters or lines, as the change needs it.
#[derive(Debug, Clone)]
enum Mutation {
    DeleteLine(Index),
    RepeatLine(Index, Index),
    Delete(Index, usize),
    Insert(Index, String),
    Repeat(Index, usize, usize),
    CutOff(Index),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let piece = prop_oneof![
        6 => prop::sample::select(PIECES).prop_map(str::to_owned),
        1 => any::<String>(),
    ];
    prop_oneof![
        2 => any::<Index>().prop_map(Mutation::DeleteLine),
        2 => any::<(Index, Index)>().prop_map(|(from, to)| Mutation::RepeatLine(from, to)),
        2 => (any::<Index>(), 1..8_usize).prop_map(|(at, count)| Mutation::Delete(at, count)),
        4 => (any::<Index>(), piece).prop_map(|(at, piece)| Mutation::Insert(at, piece)),
        1 => (any::<Index>(), 1..6_usize, 1..200_usize).prop_map(|(at, count, times)| Mutation::Repeat(at, count, times)),
        1 => any::<Index>().prop_map(Mutation::CutOff),
    ]
}

impl Mutation {
    fn apply(&self, text: &str) -> String {
        let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
        let mut chars: Vec<char> = text.chars().collect();
        match self {
            _ if chars.is_empty() => String::new(),
            Self::DeleteLine(at) => {
                lines.remove(at.index(lines.len()));
                lines.concat()
            }
            Self::RepeatLine(from, to) => {
                lines.insert(to.index(lines.len()), lines[from.index(lines.len())]);
                lines.concat()
            }
            Self::Delete(at, count) => {
                let at = at.index(chars.len());
                chars.drain(at..(at + count).min(chars.len()));
                chars.into_iter().collect()
            }
            Self::Insert(at, piece) => {
                let at = at.index(chars.len());
                chars.splice(at..at, piece.chars());
                chars.into_iter().collect()
            }
            Self::Repeat(at, count, times) => {
                let at = at.index(chars.len());
                let part = chars[at..(at + count).min(chars.len())].repeat(*times);
                chars.splice(at..at, part);
                chars.into_iter().collect()
            }
            Self::CutOff(at) => chars[..at.index(chars.len())].iter().collect(),
        }
    }
}

fn read_as(text: &str, language: Language) -> Result<Vec<Item>, Vec<FileFault>> {
    read(
        text,
        language,
        Tz::Asia__Seoul,
        &PaintedRules::every_day("09:00", "18:00"),
    )
}

/// Reads `text`; what is read must read the same once it is written, what is not must have its faults in the file.
#[track_caller]
fn check(text: &str, language: Language) {
    match read_as(text, language) {
        Ok(items) => {
            // TOML has no null, so that what YAML says cannot always be said there.
            let others = match language {
                Language::Yaml => vec![Language::Yaml],
                Language::Toml => vec![Language::Toml, Language::Yaml],
                #[cfg(feature = "aws")]
                Language::Scan => vec![Language::Scan],
            };
            let sorted = |mut items: Vec<Item>| {
                items.sort_by(|a, b| a.key.cmp(&b.key));
                items
            };
            for other in others {
                let written = write(&items, other);
                let again = read_as(&written, other).map(sorted);
                assert_eq!(again, Ok(sorted(items.clone())), "{written}");
            }
        }
        Err(faults) => {
            assert!(!faults.is_empty(), "it is refused without a fault");
            let breaks = text.replace("\r\n", "\n").replace('\r', "\n");
            let lines = breaks.lines().count().max(1);
            for fault in faults {
                assert!(
                    (1..=lines).contains(&fault.line),
                    "{fault} is not in {lines} lines of\n{text}"
                );
                assert!(!fault.message.is_empty());
            }
        }
    }
}

#[test]
fn calendars_that_a_file_does_not_name_are_left_as_they_are() {
    let item = |name: &str, days: &[&str]| Item {
        key: ItemKey {
            kind: "calendar".to_owned(),
            name: name.to_owned(),
        },
        attributes: Map::from_iter([("days".to_owned(), days.iter().copied().collect())]),
    };
    let before = [item("a", &["2026-12-24 x"]), item("b", &["2026-12-25 y"])];
    assert_eq!(difference(&before, &[]), []);
    let after = [item("b", &["2026-12-31 z"])];
    assert!(matches!(
        difference(&before, &after).as_slice(),
        [Difference::Changed(changed, _)] if changed.key.name == "b"
    ));
}

#[test]
fn the_files_are_read_as_they_are() {
    for (text, language) in [(YAML, Language::Yaml), (TOML, Language::Toml)] {
        assert_eq!(read_as(text, language).map(|items| items.len()), Ok(6));
        check(text, language);
    }
}

#[test]
fn a_fraction_is_a_number_in_both_languages() {
    let config = |text: &str, language| {
        let items = read_as(text, language).unwrap();
        let rules = items.iter().find_map(|item| item.attributes.get("rules"));
        rules.unwrap()[0]["config"].clone()
    };
    let yaml =
        "{ half: 0.5, low: -2.5, version: 1.10, whole: 3, id: 007, large: 18446744073709551615 }";
    assert_eq!(
        config(
            &format!(
                "schedules: {{ s: {{ override_status: running, rules: [{{ name: r, config: {yaml} }}] }} }}"
            ),
            Language::Yaml
        ),
        serde_json::json!({
            "half": 0.5, "low": -2.5, "version": "1.10", "whole": 3, "id": "007", "large": 18_446_744_073_709_551_615_u64,
        })
    );
    assert_eq!(
        config(
            "[schedules.s]\noverride_status = 'running'\nrules = [{ name = 'r', config = { half = 0.5 } }]",
            Language::Toml
        ),
        serde_json::json!({ "half": 0.5 })
    );
}

#[test]
fn what_is_missing_at_the_end_is_told_in_the_last_line() {
    for (text, language) in [
        ("periods: [", Language::Yaml),
        ("periods: [\n", Language::Yaml),
        ("periods: \"", Language::Yaml),
        ("x: 1\nperiods", Language::Yaml),
        ("periods = [", Language::Toml),
        ("periods = [\n", Language::Toml),
    ] {
        check(text, language);
    }
}

#[test]
fn who_is_told_and_when_is_read_from_both_languages() {
    let yaml = "schedules:\n  dev:\n    override_status: running\n    notify: [ops, 42]\n    quiet_hours: 22:00-08:00\n    \
                warn_before_stop: 15\n";
    let toml = "[schedules.dev]\noverride_status = \"running\"\nnotify = [\"ops\", 42]\nquiet_hours = \"22:00-08:00\"\n\
                warn_before_stop = 15\n";
    for (text, language) in [(yaml, Language::Yaml), (toml, Language::Toml)] {
        let items = items(text, language).unwrap();
        let read = Definitions::read(&items, chrono_tz::Tz::UTC);
        assert_eq!(read.faults, []);
        let dev = &read.schedules["dev"];
        assert_eq!(dev.notify, Some(vec!["ops".to_owned(), "42".to_owned()]));
        assert_eq!(dev.quiet_hours, "22:00-08:00".parse().ok());
        assert_eq!(dev.warn_before_stop, Some(chrono::Duration::minutes(15)));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_yaml_file_with_mistakes_is_read_or_told_where(mutations in prop::collection::vec(mutation(), 1..6)) {
        let text = mutations.iter().fold(YAML.to_owned(), |text, mutation| mutation.apply(&text));
        check(&text, Language::Yaml);
    }

    #[test]
    fn a_toml_file_with_mistakes_is_read_or_told_where(mutations in prop::collection::vec(mutation(), 1..6)) {
        let text = mutations.iter().fold(TOML.to_owned(), |text, mutation| mutation.apply(&text));
        check(&text, Language::Toml);
    }

    #[test]
    fn no_text_makes_it_panic(text in any::<String>(), pieces in prop::collection::vec(prop::sample::select(PIECES), 0..30)) {
        for text in [text, pieces.concat()] {
            check(&text, Language::Yaml);
            check(&text, Language::Toml);
        }
    }
}

#[test]
fn values_that_are_nested_without_end_are_refused() {
    for count in [17, 100, 1_000, 100_000] {
        for (text, language) in [
            (format!("rules: {}", "[".repeat(count)), Language::Yaml),
            (
                format!("rules: {}{}", "[".repeat(count), "]".repeat(count)),
                Language::Yaml,
            ),
            (format!("rules: {}", "{a: ".repeat(count)), Language::Yaml),
            (format!("rules:\n{}", "- ".repeat(count)), Language::Yaml),
            (format!("rules = {}", "[".repeat(count)), Language::Toml),
            (
                format!("rules = {}{}", "[".repeat(count), "]".repeat(count)),
                Language::Toml,
            ),
            (format!("rules = {}", "{a=".repeat(count)), Language::Toml),
            (format!("{}a = 1", "a.".repeat(count)), Language::Toml),
            (format!("[{}a]", "a.".repeat(count)), Language::Toml),
            (
                format!("x = {{ {}a = 1 }}", "a.".repeat(count)),
                Language::Toml,
            ),
        ] {
            assert!(read_as(&text, language).is_err(), "{count} levels");
        }
    }
}
