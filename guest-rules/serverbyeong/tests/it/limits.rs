//! The messenger's limits hold, and data stays data, whatever goes in.

use proptest::{collection::vec, option, prelude::*, sample};
use reveille_sdk::{
    formatter::{
        Message,
        replies::{
            Announcement, Context, Counts, DataTrouble, ForceView, GroupView, HoldView, Holiday,
            HolidayChange, HolidaysChangedView, HolidaysView, InfoView, Layer, MorningLine,
            MorningView, NoSuchHoliday, PastAction, Persona, Refusal, Reply, RuleChange,
            RuleDistance, RuleRejection, RuleVersion, ScheduleLine, ServerNote, ServerView,
            StaleData, StatusView, Topic, Turning, UnknownWord, Wave, WhyView,
        },
    },
    types::{Date, Exception, Moment, ServerKind, ServerState, Span, Turn, Want},
};
use serverbyeong::format;
use unicode_normalization::is_nfc;

use crate::cases::context;

fn check(context: &Context, reply: &Reply) {
    let Message {
        body,
        connect_color,
        connect_info,
    } = format(context, reply).unwrap();
    assert!(!body.is_empty());
    assert!(
        body.chars().count() <= 4_500,
        "body of {}",
        body.chars().count()
    );
    assert!(connect_color.len() == 7 && connect_color.starts_with('#'));
    assert!(connect_info.len() <= 50, "{} blocks", connect_info.len());
    check_text(&body);
    for block in connect_info {
        let (title, description) = (block.title.unwrap(), block.description.unwrap_or_default());
        assert!(
            title.chars().count() <= 120,
            "title of {}",
            title.chars().count()
        );
        assert!(
            description.chars().count() <= 1_000,
            "{}",
            description.chars().count()
        );
        assert!(!title.contains('\n'), "{title}");
        check_text(&title);
        check_text(&description);
    }
}

#[track_caller]
fn check_text(text: &str) {
    assert!(is_nfc(text), "not composed: {text:?}");
    assert!(!text.contains("]("), "a link: {text:?}");
    assert!(
        !text.chars().any(|char| char.is_control() && char != '\n'),
        "a control character: {text:?}"
    );
}

/// Anything that a person or a rule could send: any Unicode, decomposed Korean, long, with line breaks.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => vec(any::<char>(), 0..40).prop_map(String::from_iter),
        2 => (0..200_u32).prop_map(|number| format!("web-{number}")),
        1 => vec(jamo(), 0..40).prop_map(String::from_iter),
        1 => vec(sample::select(MARKS), 0..40).prop_map(String::from_iter),
        1 => (100..1_000_usize).prop_map(|times| "길고 긴 ".repeat(times)),
    ]
}

/// Characters that join others, and those that mean something to the messenger or the terminal.
const MARKS: &[char] = &[
    'e', '\u{300}', '\u{301}', '\u{323}', '\u{345}', '[', ']', '(', ')', '*', '\n', '\r', '\t',
    '\u{7f}', '\u{202e}',
];

fn jamo() -> impl Strategy<Value = char> {
    prop_oneof![
        prop::char::range('\u{1100}', '\u{1112}'),
        prop::char::range('\u{1161}', '\u{1175}'),
        prop::char::range('\u{11a8}', '\u{11c2}'),
    ]
}

fn texts() -> impl Strategy<Value = Vec<String>> {
    vec(text(), 0..12)
}

fn want() -> impl Strategy<Value = Want> {
    prop_oneof![Just(Want::Run), Just(Want::Stop), Just(Want::Hold)]
}

fn date() -> impl Strategy<Value = Date> {
    (1970..=9999_u16, 1..=12_u8, 1..=31_u8).prop_map(|(year, month, day)| Date { year, month, day })
}

fn moment() -> impl Strategy<Value = Moment> {
    (date(), 0..=2880_u16).prop_map(|(date, minute)| Moment { date, minute })
}

fn any_context() -> impl Strategy<Value = Context> {
    let persona = prop_oneof![
        Just(Persona::Off),
        Just(Persona::Light),
        Just(Persona::Full)
    ];
    let schedule = option::of(text());
    (any::<bool>(), persona, text(), moment(), schedule).prop_map(
        |(korean, persona, keyword, now, schedule)| Context {
            keyword,
            now,
            schedule,
            ..context(if korean { "ko" } else { "en" }, persona)
        },
    )
}

fn turning() -> impl Strategy<Value = Turning> {
    (moment(), want(), text()).prop_map(|(at, want, reason)| Turning { at, want, reason })
}

fn force() -> impl Strategy<Value = ForceView> {
    (want(), text(), option::of(text()), moment(), moment()).prop_map(
        |(want, by, reason, since, until)| ForceView {
            want,
            by,
            reason,
            since,
            until,
        },
    )
}

fn hold() -> impl Strategy<Value = HoldView> {
    (text(), text(), option::of(moment())).prop_map(|(rule, cause, since)| HoldView {
        rule,
        cause,
        since,
    })
}

fn counts() -> impl Strategy<Value = Counts> {
    any::<[u32; 5]>().prop_map(|[total, running, moving, stopped, problem]| Counts {
        total,
        running,
        moving,
        stopped,
        problem,
    })
}

fn server() -> impl Strategy<Value = ServerView> {
    let note = prop_oneof![
        option::of(text()).prop_map(ServerNote::Stuck),
        (text(), text()).prop_map(ServerNote::Failed),
        texts().prop_map(ServerNote::WaitsFor),
        Just(ServerNote::Busy),
        Just(ServerNote::Retained),
        (option::of(text()), text()).prop_map(ServerNote::Kept),
        text().prop_map(ServerNote::LeftOut),
    ];
    let state = prop_oneof![
        Just(ServerState::Running),
        Just(ServerState::Stopped),
        Just(ServerState::Starting),
        Just(ServerState::Stopping),
        Just(ServerState::Busy),
        Just(ServerState::Problem),
    ];
    (text(), state, text(), option::of(note)).prop_map(|(name, state, native_state, note)| {
        ServerView {
            name,
            id: String::new(),
            kind: ServerKind::RdsInstance,
            state,
            native_state,
            note,
        }
    })
}

/// Few servers as drawn, repeated until there are a thousand.
fn groups() -> impl Strategy<Value = Vec<GroupView>> {
    (
        vec(server(), 1..20),
        1..=70_usize,
        0..=1_000_usize,
        option::of(text()),
    )
        .prop_map(|(servers, groups, count, name)| {
            let servers: Vec<_> = servers.iter().cycle().take(count).cloned().collect();
            let size = (count / groups).max(1);
            servers
                .chunks(size)
                .map(|servers| GroupView {
                    name: name.clone(),
                    depends_on: Vec::new(),
                    servers: servers.to_vec(),
                })
                .collect()
        })
}

fn exceptions() -> impl Strategy<Value = Vec<Exception>> {
    let turn = prop_oneof![Just(Turn::Start), Just(Turn::Stop)];
    let exception = (
        date(),
        turn,
        option::of(0..=2880_u16),
        text(),
        option::of(text()),
    )
        .prop_map(|(date, action, at, by, reason)| Exception {
            date,
            action,
            at,
            by,
            reason,
        });
    vec(exception, 0..30)
}

fn spans() -> impl Strategy<Value = Vec<Span>> {
    let span = (
        0..=1439_u16,
        1..=1440_u16,
        want(),
        option::of(text()),
        text(),
    )
        .prop_map(|(begin, end, want, instance_type, reason)| Span {
            begin,
            end,
            want,
            instance_type,
            period: None,
            reason,
        });
    vec(span, 0..60)
}

fn status() -> impl Strategy<Value = Reply> {
    (
        text(),
        counts(),
        groups(),
        option::of(turning()),
        option::of(force()),
        option::of(hold()),
        texts(),
        option::of(moment()),
    )
        .prop_map(
            |(schedule, counts, groups, next, forced, held, faults, seen)| {
                Reply::Status(StatusView {
                    schedule,
                    counts,
                    groups,
                    next,
                    forced,
                    held,
                    faults,
                    seen,
                })
            },
        )
}

fn info() -> impl Strategy<Value = Reply> {
    (
        (text(), option::of(text()), date(), spans(), texts()),
        (
            exceptions(),
            option::of(want()),
            vec((text(), text()), 0..20),
        ),
        (
            option::of(turning()),
            option::of(turning()),
            option::of(force()),
            option::of(hold()),
            texts(),
        ),
    )
        .prop_map(
            |(
                (schedule, description, date, spans, notes),
                (exceptions, override_status, options),
                (next_start, next_stop, forced, held, faults),
            )| {
                Reply::Info(InfoView {
                    schedule,
                    description,
                    date,
                    spans,
                    notes,
                    exceptions,
                    override_status,
                    next_start,
                    next_stop,
                    forced,
                    held,
                    options,
                    faults,
                })
            },
        )
}

fn why() -> impl Strategy<Value = Reply> {
    let layer =
        (text(), want(), text(), any::<bool>()).prop_map(|(rule, want, reason, covered)| Layer {
            version: covered.then(|| reason.clone()),
            rule,
            want,
            begin: 0,
            end: 1440,
            reason,
            covered,
        });
    let action = (
        moment(),
        text(),
        texts(),
        any::<u32>(),
        text(),
        text(),
        option::of(text()),
    )
        .prop_map(
            |(at, action, servers, count, by, reason, error)| PastAction {
                at,
                action,
                servers,
                count,
                by,
                reason,
                error,
            },
        );
    (
        (
            text(),
            counts(),
            option::of(want()),
            vec(layer, 0..40),
            exceptions(),
        ),
        (
            option::of(force()),
            option::of(hold()),
            vec(action, 0..40),
            vec(server(), 0..40),
        ),
    )
        .prop_map(
            |((schedule, counts, want, layers, exceptions), (forced, held, actions, differing))| {
                Reply::Why(WhyView {
                    schedule,
                    counts,
                    want,
                    layers,
                    exceptions,
                    override_status: want,
                    forced,
                    held,
                    actions,
                    differing,
                    next: None,
                })
            },
        )
}

fn schedules() -> impl Strategy<Value = Reply> {
    let line = (
        (text(), text()),
        option::of(want()),
        option::of(turning()),
        counts(),
        option::of(force()),
        texts(),
    )
        .prop_map(
            |((name, timezone), want, next, counts, forced, faults)| ScheduleLine {
                name,
                timezone,
                want,
                next,
                counts,
                forced,
                faults,
            },
        );
    vec(line, 0..60).prop_map(Reply::Schedules)
}

fn holiday() -> impl Strategy<Value = Holiday> {
    (date(), option::of(text()), any::<bool>()).prop_map(|(date, name, working)| Holiday {
        date,
        name,
        working,
    })
}

fn holidays() -> impl Strategy<Value = Reply> {
    let named = || (text(), text(), texts());
    let listed = (named(), date(), vec(holiday(), 0..400), texts(), texts()).prop_map(
        |((schedule, calendar, shared_with), from, days, read_by, faults)| {
            Reply::Holidays(HolidaysView {
                schedule,
                calendar,
                from,
                days_of_all: days.iter().rev().cloned().collect(),
                days,
                shared_with,
                read_by,
                faults,
            })
        },
    );
    let change = (date(), vec(holiday(), 0..3), option::of(holiday()), spans()).prop_map(
        |(date, before, after, spans)| HolidayChange {
            date,
            before,
            after,
            spans,
        },
    );
    let changed = (named(), vec(change, 0..70), any::<bool>())
        .prop_map(
            |((schedule, calendar, shared_with), changes, without_effect)| HolidaysChangedView {
                schedule,
                calendar,
                changes,
                shared_with,
                without_effect,
            },
        )
        .boxed();
    let none = (named(), (date(), date()), spans(), vec(holiday(), 0..400)).prop_map(
        |((schedule, calendar, _), (from, to), spans, days)| {
            Reply::Refused(Refusal::NoSuchHoliday(NoSuchHoliday {
                schedule,
                calendar,
                from,
                to,
                spans,
                days,
            }))
        },
    );
    prop_oneof![
        listed,
        changed.clone().prop_map(Reply::HolidayAdded),
        changed.prop_map(Reply::HolidayDeleted),
        none,
    ]
}

fn version() -> impl Strategy<Value = RuleVersion> {
    (text(), text()).prop_map(|(version, sha256)| RuleVersion { version, sha256 })
}

fn of_rules() -> impl Strategy<Value = Announcement> {
    let kept = || (option::of(version()), texts());
    prop_oneof![
        (text(), version(), kept(), option::of(text())).prop_map(
            |(rule, to, (from, schedules), by)| Announcement::RuleTaken(RuleChange {
                rule,
                from,
                to,
                schedules,
                by,
            })
        ),
        (text(), option::of(text()), text(), kept()).prop_map(
            |(rule, version, cause, (kept, schedules))| Announcement::RuleRejected(RuleRejection {
                rule,
                version,
                cause,
                kept,
                schedules,
            })
        ),
        (text(), text(), text(), moment(), kept()).prop_map(
            |(rule, location, cause, since, (kept, schedules))| {
                Announcement::RuleUnreachable(RuleDistance {
                    rule,
                    location,
                    cause,
                    since,
                    kept,
                    schedules,
                })
            }
        ),
        (
            text(),
            option::of(moment()),
            option::of(any::<u32>()),
            text(),
            texts()
        )
            .prop_map(|(data, fetched, max_age_minutes, cause, rules)| {
                Announcement::DataStale(DataTrouble {
                    data,
                    fetched,
                    max_age_minutes,
                    cause,
                    instead: StaleData::Nothing,
                    schedules: rules.clone(),
                    rules,
                })
            }),
        (text(), texts()).prop_map(Announcement::DataFresh),
        text().prop_map(Announcement::RuleReachable),
    ]
}

fn morning() -> impl Strategy<Value = Announcement> {
    let line = (
        (text(), text(), texts(), texts()),
        option::of(want()),
        vec(turning(), 0..300),
        exceptions(),
        counts(),
        option::of(force()),
        option::of(hold()),
    )
        .prop_map(
            |(
                (schedule, timezone, notes, faults),
                want,
                turns,
                exceptions,
                counts,
                forced,
                held,
            )| {
                MorningLine {
                    schedule,
                    timezone,
                    want,
                    turns,
                    notes,
                    exceptions,
                    counts,
                    forced,
                    held,
                    faults,
                }
            },
        );
    (date(), vec(line, 0..60))
        .prop_map(|(date, schedules)| Announcement::Morning(MorningView { date, schedules }))
}

fn short() -> impl Strategy<Value = Reply> {
    let word = (text(), option::of(text()), option::of(text())).prop_map(
        |(text, suggestion, schedule)| UnknownWord {
            text,
            suggestion,
            topic: Topic::ExceptionSet,
            schedule,
        },
    );
    let wave = (text(), want(), any::<u32>(), texts(), texts(), text()).prop_map(
        |(schedule, want, count, groups, servers, reason)| Wave {
            schedule,
            want,
            count,
            groups,
            servers,
            reason,
            next: None,
        },
    );
    prop_oneof![
        texts().prop_map(Reply::Help),
        word.prop_map(|word| Reply::Refused(Refusal::NotUnderstood(word))),
        (text(), texts()).prop_map(|faults| Reply::Refused(Refusal::SetAside(faults))),
        (text(), texts()).prop_map(|who| Reply::Refused(Refusal::NotAllowed(who))),
        (text(), vec(0..=1440_u16, 0..9))
            .prop_map(|times| Reply::Refused(Refusal::AmbiguousTime(times))),
        wave.prop_map(|wave| Reply::Announced(Announcement::Turned(wave))),
        (text(), vec(server(), 0..30))
            .prop_map(|stuck| Reply::Announced(Announcement::Stuck(stuck))),
        (text(), hold()).prop_map(|held| Reply::Announced(Announcement::Held(held))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_status_keeps_to_the_limits(context in any_context(), reply in status()) {
        check(&context, &reply);
    }

    #[test]
    fn an_info_keeps_to_the_limits(context in any_context(), reply in info()) {
        check(&context, &reply);
    }

    #[test]
    fn an_explanation_keeps_to_the_limits(context in any_context(), reply in why()) {
        check(&context, &reply);
    }

    #[test]
    fn a_list_of_schedules_keeps_to_the_limits(context in any_context(), reply in schedules()) {
        check(&context, &reply);
    }

    #[test]
    fn a_calendar_keeps_to_the_limits(context in any_context(), reply in holidays()) {
        check(&context, &reply);
    }

    #[test]
    fn news_of_rules_keep_to_the_limits(context in any_context(), news in of_rules()) {
        check(&context, &Reply::Announced(news));
    }

    #[test]
    fn a_morning_keeps_to_the_limits(context in any_context(), news in morning()) {
        check(&context, &Reply::Announced(news));
    }

    #[test]
    fn everything_shorter_keeps_to_the_limits(context in any_context(), reply in short()) {
        check(&context, &reply);
    }
}

#[test]
fn a_thousand_servers_in_sixty_groups_are_counted_where_they_are_not_shown() {
    let servers: Vec<_> = (0..500)
        .map(|index| ServerView {
            name: format!("server-with-a-long-name-{index}"),
            id: String::new(),
            kind: ServerKind::Ec2,
            state: ServerState::Running,
            native_state: "running".to_owned(),
            note: None,
        })
        .collect();
    let mut groups: Vec<_> = (0..60)
        .map(|index| GroupView {
            name: Some(format!("group-{index}")),
            depends_on: Vec::new(),
            servers: Vec::new(),
        })
        .collect();
    groups[0].servers = servers;
    let reply = Reply::Status(StatusView {
        schedule: "개발".to_owned(),
        counts: Counts {
            total: 500,
            running: 500,
            moving: 0,
            stopped: 0,
            problem: 0,
        },
        groups,
        next: None,
        forced: None,
        held: None,
        faults: Vec::new(),
        seen: None,
    });
    let message = format(&context("ko", Persona::Off), &reply).unwrap();
    let shown = message.connect_info[0].description.as_deref().unwrap();
    let last = shown.lines().last().unwrap();
    assert_eq!(last, format!("외 {}대", 500 - (shown.lines().count() - 1)));
    assert_eq!(
        message.connect_info[49].title.as_deref(),
        Some("외 11개 항목")
    );
}
