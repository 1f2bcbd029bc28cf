//! `serverbyeong`.

use chrono::{DateTime, NaiveDate};
use proptest::{collection::vec, prelude::*, sample::select};
use reveille_core::{
    model::{
        Exception, Holiday, Minute, Moment, ServerKind, ServerState, Span, Turn, Want,
        reply::{
            Announcement, CancelledView, Context, Counts, DataTrouble, ExceptionDeletedView,
            ExceptionSetView, ExceptionsView, ExtendedView, ForceView, ForcedView, GroupServers,
            HoldView, HolidayChange, HolidaysChangedView, HolidaysView, InfoView, LayerView,
            MorningLine, MorningView, NoSuchHoliday, PastAction, Persona, Refusal, Reply,
            RuleChange, RuleDistance, RuleRejection, RuleVersion, ScheduleLine, ServerNote,
            ServerView, StaleData, StatusView, Topic, Turning, UnknownWord, UntilSource, Wave,
            WhyView,
        },
    },
    port::Formatter,
};
use reveille_tests::NativeFormatter;

use super::{assert_agree, config, dates, formatter, minutes, moments, options_of, texts, wants};

fn lists<T: std::fmt::Debug + 'static>(
    of: impl Strategy<Value = T> + 'static,
) -> BoxedStrategy<Vec<T>> {
    vec(of, 0..4).boxed()
}

fn names() -> BoxedStrategy<Vec<String>> {
    lists(texts())
}

fn run_or_stop() -> impl Strategy<Value = Want> {
    select(vec![Want::Run, Want::Stop])
}

fn turnings() -> BoxedStrategy<Option<Turning>> {
    options_of(
        (moments(), run_or_stop(), texts()).prop_map(|(at, want, reason)| Turning {
            at,
            want,
            reason,
        }),
    )
}

fn forces() -> BoxedStrategy<ForceView> {
    (
        run_or_stop(),
        texts(),
        options_of(texts()),
        moments(),
        moments(),
    )
        .prop_map(|(want, by, reason, since, until)| ForceView {
            want,
            by,
            reason,
            since,
            until,
        })
        .boxed()
}

fn holds() -> BoxedStrategy<HoldView> {
    (texts(), texts(), options_of(moments()))
        .prop_map(|(rule, cause, since)| HoldView { rule, cause, since })
        .boxed()
}

fn counts() -> BoxedStrategy<Counts> {
    any::<[u8; 4]>()
        .prop_map(|counts| counts.map(|count| u32::from(count % 12)))
        .prop_map(|[running, moving, stopped, problem]| Counts {
            total: running + moving + stopped + problem,
            running,
            moving,
            stopped,
            problem,
        })
        .boxed()
}

fn notes() -> BoxedStrategy<ServerNote> {
    prop_oneof![
        options_of(texts()).prop_map(ServerNote::Stuck),
        (texts(), texts()).prop_map(|(code, message)| ServerNote::Failed { code, message }),
        names().prop_map(ServerNote::WaitsFor),
        Just(ServerNote::Busy),
        Just(ServerNote::Retained),
        (options_of(texts()), texts()).prop_map(|(rule, reason)| ServerNote::Kept { rule, reason }),
        select(vec![
            "read-replica",
            "replicated",
            "cluster-member",
            "auto-scaling",
            "new-word"
        ])
        .prop_map(|reason| ServerNote::LeftOut(reason.to_owned())),
    ]
    .boxed()
}

fn servers() -> BoxedStrategy<ServerView> {
    let kinds = select(vec![
        ServerKind::Ec2,
        ServerKind::RdsInstance,
        ServerKind::RdsCluster,
    ]);
    let states = select(vec![
        ServerState::Running,
        ServerState::Stopped,
        ServerState::Starting,
        ServerState::Stopping,
        ServerState::Busy,
        ServerState::Problem,
    ]);
    (
        texts(),
        texts(),
        kinds,
        states,
        texts(),
        options_of(notes()),
    )
        .prop_map(|(name, id, kind, state, native_state, note)| ServerView {
            name,
            id,
            kind,
            state,
            native_state,
            note,
        })
        .boxed()
}

fn group_servers() -> BoxedStrategy<GroupServers> {
    (options_of(texts()), names(), lists(servers()))
        .prop_map(|(name, depends_on, servers)| GroupServers {
            name,
            depends_on,
            servers,
        })
        .boxed()
}

/// Spans that cover a day, as the host hands them over.
fn spans() -> BoxedStrategy<Vec<Span>> {
    let paint = (
        1u16..400,
        wants(),
        options_of(texts()),
        options_of(texts()),
        texts(),
    );
    vec(paint, 1..6)
        .prop_map(|paints| {
            let mut begin = 0;
            let last = paints.len() - 1;
            let span = |(index, (length, want, instance_type, period, reason)): (
                usize,
                (u16, _, _, _, _),
            )| {
                let end = if index == last {
                    1440
                } else {
                    (begin + length).min(1439 - u16::try_from(last - index).unwrap())
                };
                let span = Span {
                    begin: Minute(begin),
                    end: Minute(end),
                    want,
                    instance_type,
                    period,
                    reason,
                };
                begin = end;
                span
            };
            paints.into_iter().enumerate().map(span).collect()
        })
        .boxed()
}

fn turns() -> impl Strategy<Value = Turn> {
    select(vec![Turn::Start, Turn::Stop])
}

fn exceptions() -> BoxedStrategy<Exception> {
    (
        texts(),
        dates(),
        turns(),
        options_of((0u16..2880).prop_map(Minute)),
        texts(),
        options_of(texts()),
    )
        .prop_map(|(schedule, date, action, at, by, reason)| Exception {
            schedule,
            date,
            action,
            at,
            by,
            reason,
            created_at: DateTime::UNIX_EPOCH,
        })
        .boxed()
}

fn topics() -> impl Strategy<Value = Topic> {
    select(vec![
        Topic::Help,
        Topic::Schedules,
        Topic::Status,
        Topic::Info,
        Topic::ExceptionInfo,
        Topic::ExceptionList,
        Topic::ExceptionSet,
        Topic::ExceptionDelete,
        Topic::ForceStart,
        Topic::ForceStop,
        Topic::Cancel,
        Topic::Extend,
        Topic::Why,
        Topic::HolidayList,
        Topic::HolidayAdd,
        Topic::HolidayWork,
        Topic::HolidayDelete,
    ])
}

fn unknown_words() -> BoxedStrategy<UnknownWord> {
    (texts(), options_of(texts()), topics(), options_of(texts()))
        .prop_map(|(text, suggestion, topic, schedule)| UnknownWord {
            text,
            suggestion,
            topic,
            schedule,
        })
        .boxed()
}

fn zones() -> BoxedStrategy<String> {
    select(vec!["Asia/Seoul", "America/New_York"])
        .prop_map(str::to_owned)
        .boxed()
}

fn lines() -> BoxedStrategy<ScheduleLine> {
    (
        (texts(), zones()),
        options_of(wants()),
        turnings(),
        counts(),
        options_of(forces()),
        names(),
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
        )
        .boxed()
}

fn statuses() -> BoxedStrategy<Reply> {
    let seen = options_of(moments());
    (
        texts(),
        counts(),
        lists(group_servers()),
        turnings(),
        options_of(forces()),
        options_of(holds()),
        names(),
        seen,
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
        .boxed()
}

fn infos() -> BoxedStrategy<Reply> {
    let options = select(vec![
        "enforced",
        "retain-running",
        "maintenance-window-ec2",
        "maintenance-window-rds",
        "new",
    ]);
    let options = lists(
        (options, select(vec!["on", "off"]))
            .prop_map(|(name, is)| (name.to_owned(), is.to_owned())),
    );
    let day = (dates(), spans(), names(), lists(exceptions()));
    let ahead = (turnings(), turnings());
    let above = (
        options_of(run_or_stop()),
        options_of(forces()),
        options_of(holds()),
    );
    (
        texts(),
        options_of(texts()),
        day,
        ahead,
        above,
        options,
        names(),
    )
        .prop_map(
            |(
                schedule,
                description,
                (date, spans, notes, exceptions),
                (next_start, next_stop),
                (override_status, forced, held),
                options,
                faults,
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
        .boxed()
}

fn exception_replies() -> BoxedStrategy<Reply> {
    let shown = (texts(), options_of(dates()), lists(exceptions())).prop_map(
        |(schedule, date, exceptions)| {
            Reply::Exceptions(ExceptionsView {
                schedule,
                date,
                exceptions,
            })
        },
    );
    let set = (
        texts(),
        exceptions(),
        options_of(exceptions()),
        spans(),
        turnings(),
        turnings(),
        any::<bool>(),
    )
        .prop_map(
            |(schedule, set, replaced, spans, next_start, next_stop, without_effect)| {
                Reply::ExceptionSet(ExceptionSetView {
                    schedule,
                    set,
                    replaced,
                    spans,
                    next_start,
                    next_stop,
                    without_effect,
                })
            },
        );
    let deleted = (texts(), dates(), turns(), options_of(exceptions()), spans()).prop_map(
        |(schedule, date, action, deleted, spans)| {
            Reply::ExceptionDeleted(ExceptionDeletedView {
                schedule,
                date,
                action,
                deleted,
                spans,
            })
        },
    );
    prop_oneof![shown, set, deleted].boxed()
}

fn force_replies() -> BoxedStrategy<Reply> {
    let sources = select(vec![
        UntilSource::Plan,
        UntilSource::Asked,
        UntilSource::Limit,
    ]);
    let forced = (
        texts(),
        forces(),
        sources,
        options_of(forces()),
        names(),
        any::<[u8; 2]>(),
    )
        .prop_map(
            |(schedule, forced, until_source, replaced, groups, [to_change, already])| {
                let (to_change, already) = (u32::from(to_change % 40), u32::from(already % 40));
                Reply::Forced(ForcedView {
                    schedule,
                    forced,
                    until_source,
                    replaced,
                    groups,
                    to_change,
                    already,
                })
            },
        );
    let cancelled = (
        texts(),
        options_of(forces()),
        options_of(wants()),
        turnings(),
    )
        .prop_map(|(schedule, cancelled, want, next)| {
            Reply::Cancelled(CancelledView {
                schedule,
                cancelled,
                want,
                next,
            })
        });
    let extended =
        (texts(), moments(), moments(), any::<bool>()).prop_map(|(schedule, from, to, forced)| {
            Reply::Extended(ExtendedView {
                schedule,
                from,
                to,
                forced,
            })
        });
    prop_oneof![forced, cancelled, extended].boxed()
}

fn whys() -> BoxedStrategy<Reply> {
    let layer = (
        (texts(), options_of(texts())),
        wants(),
        minutes(),
        minutes(),
        texts(),
        any::<bool>(),
    )
        .prop_map(
            |((rule, version), want, begin, end, reason, covered)| LayerView {
                rule,
                version,
                want,
                begin,
                end,
                reason,
                covered,
            },
        );
    let words = select(vec![
        "start",
        "stop",
        "resize",
        "force_start",
        "exception set",
        "cancel",
        "new word",
    ]);
    let action = (
        moments(),
        words,
        names(),
        0u32..20,
        texts(),
        texts(),
        options_of(texts()),
    )
        .prop_map(
            |(at, action, servers, count, by, reason, error)| PastAction {
                at,
                action: action.to_owned(),
                servers,
                count,
                by,
                reason,
                error,
            },
        );
    let above = (
        options_of(run_or_stop()),
        options_of(forces()),
        options_of(holds()),
    );
    let what = (options_of(wants()), lists(layer), lists(exceptions()));
    (
        texts(),
        counts(),
        what,
        above,
        lists(action),
        lists(servers()),
        turnings(),
    )
        .prop_map(
            |(
                schedule,
                counts,
                (want, layers, exceptions),
                (override_status, forced, held),
                actions,
                differing,
                next,
            )| {
                Reply::Why(WhyView {
                    schedule,
                    counts,
                    want,
                    layers,
                    exceptions,
                    override_status,
                    forced,
                    held,
                    actions,
                    differing,
                    next,
                })
            },
        )
        .boxed()
}

fn refusals() -> BoxedStrategy<Refusal> {
    let named = || (texts(), names());
    let of_words = prop_oneof![
        unknown_words().prop_map(Refusal::NotUnderstood),
        unknown_words().prop_map(Refusal::UnclearDate),
        unknown_words().prop_map(Refusal::UnclearTime),
        unknown_words().prop_map(Refusal::UnclearDuration),
        topics().prop_map(Refusal::Incomplete),
        (0u32..9_999).prop_map(|longest_chars| Refusal::TextTooLong { longest_chars }),
        (texts(), 0u32..20_000).prop_map(|(text, longest_minutes)| Refusal::TooLong {
            text,
            longest_minutes
        }),
        (texts(), texts()).prop_map(|(code, incident)| Refusal::Failed { code, incident }),
    ];
    let of_schedules = prop_oneof![
        (texts(), names(), options_of(texts())).prop_map(|(name, known, suggestion)| {
            Refusal::UnknownSchedule {
                name,
                known,
                suggestion,
            }
        }),
        names().prop_map(Refusal::ScheduleNeeded),
        named().prop_map(|(name, candidates)| Refusal::AmbiguousSchedule { name, candidates }),
        named().prop_map(|(schedule, allowed)| Refusal::NotAllowed { schedule, allowed }),
        named().prop_map(|(schedule, faults)| Refusal::SetAside { schedule, faults }),
        (texts(), turnings())
            .prop_map(|(schedule, next)| Refusal::NothingToExtend { schedule, next }),
    ];
    let of_times = prop_oneof![
        (texts(), options_of(dates()))
            .prop_map(|(text, nearest)| Refusal::ImpossibleDate { text, nearest }),
        (texts(), lists(minutes()))
            .prop_map(|(text, candidates)| Refusal::AmbiguousTime { text, candidates }),
        dates().prop_map(Refusal::PastDate),
        moments().prop_map(Refusal::PastTime),
        (texts(), exceptions(), moments(), spans()).prop_map(|(schedule, set, other, spans)| {
            Refusal::Contradiction {
                schedule,
                set: Box::new(set),
                other,
                spans,
            }
        }),
    ];
    let of_calendars = prop_oneof![
        (
            (texts(), texts()),
            (dates(), dates()),
            spans(),
            lists(holidays())
        )
            .prop_map(|((schedule, calendar), (from, to), spans, days)| {
                Refusal::NoSuchHoliday(Box::new(NoSuchHoliday {
                    schedule,
                    calendar,
                    from,
                    to,
                    spans,
                    days,
                }))
            }),
        (texts(), 1u32..40).prop_map(|(text, most)| Refusal::TooManyDays { text, most }),
        (1u32..400).prop_map(|longest_chars| Refusal::NameTooLong { longest_chars }),
        (texts(), 1u32..4_000)
            .prop_map(|(calendar, most)| Refusal::CalendarFull { calendar, most }),
        named().prop_map(|(calendar, faults)| Refusal::CalendarUnreadable { calendar, faults }),
    ];
    prop_oneof![8 => of_words, 6 => of_schedules, 5 => of_times, 5 => of_calendars].boxed()
}

fn holidays() -> BoxedStrategy<Holiday> {
    (dates(), options_of(texts()), any::<bool>())
        .prop_map(|(date, name, working)| Holiday {
            date,
            name,
            working,
        })
        .boxed()
}

fn holiday_replies() -> BoxedStrategy<Reply> {
    let named = || (texts(), texts(), names());
    let listed = (
        named(),
        dates(),
        (lists(holidays()), lists(holidays())),
        names(),
        names(),
    )
        .prop_map(
            |((schedule, calendar, shared_with), from, (days, days_of_all), read_by, faults)| {
                Reply::Holidays(HolidaysView {
                    schedule,
                    calendar,
                    from,
                    days,
                    days_of_all,
                    shared_with,
                    read_by,
                    faults,
                })
            },
        );
    let change = (dates(), lists(holidays()), options_of(holidays()), spans()).prop_map(
        |(date, before, after, spans)| HolidayChange {
            date,
            before,
            after,
            spans,
        },
    );
    let changed = (named(), lists(change), any::<bool>())
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
    prop_oneof![
        listed,
        changed.clone().prop_map(Reply::HolidayAdded),
        changed.prop_map(Reply::HolidayDeleted),
    ]
    .boxed()
}

fn versions() -> BoxedStrategy<RuleVersion> {
    (select(vec!["1.0.0", "1.1.0"]), "[0-9a-f]{64}")
        .prop_map(|(version, sha256)| RuleVersion {
            version: version.to_owned(),
            sha256,
        })
        .boxed()
}

fn news_of_rules() -> BoxedStrategy<Announcement> {
    let kept = || (options_of(versions()), names());
    prop_oneof![
        (texts(), versions(), kept(), options_of(texts())).prop_map(
            |(rule, to, (from, schedules), by)| Announcement::RuleTaken(RuleChange {
                rule,
                from,
                to,
                schedules,
                by,
            })
        ),
        (texts(), options_of(texts()), texts(), kept()).prop_map(
            |(rule, version, cause, (kept, schedules))| Announcement::RuleRejected(RuleRejection {
                rule,
                version,
                cause,
                kept,
                schedules,
            })
        ),
        (texts(), texts(), texts(), moments(), kept()).prop_map(
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
        texts().prop_map(|rule| Announcement::RuleReachable { rule }),
        (
            texts(),
            options_of(moments()),
            options_of(0u32..9_999),
            texts(),
            select(vec![StaleData::LastCopy, StaleData::Nothing]),
            names(),
            names(),
        )
            .prop_map(
                |(data, fetched, max_age_minutes, cause, instead, rules, schedules)| {
                    Announcement::DataStale(DataTrouble {
                        data,
                        fetched,
                        max_age_minutes,
                        cause,
                        instead,
                        rules,
                        schedules,
                    })
                }
            ),
        (texts(), names())
            .prop_map(|(data, schedules)| Announcement::DataFresh { data, schedules }),
    ]
    .boxed()
}

fn mornings() -> BoxedStrategy<Announcement> {
    let line = (
        (texts(), zones(), names(), names()),
        options_of(wants()),
        turnings(),
        lists(exceptions()),
        counts(),
        options_of(forces()),
        options_of(holds()),
    )
        .prop_map(
            |(
                (schedule, timezone, notes, faults),
                want,
                turn,
                exceptions,
                counts,
                forced,
                held,
            )| {
                MorningLine {
                    schedule,
                    timezone,
                    want,
                    turns: turn.into_iter().collect(),
                    notes,
                    exceptions,
                    counts,
                    forced,
                    held,
                    faults,
                }
            },
        );
    (dates(), lists(line))
        .prop_map(|(date, schedules)| Announcement::Morning(MorningView { date, schedules }))
        .boxed()
}

fn announcements() -> BoxedStrategy<Announcement> {
    let seen = || (texts(), lists(servers()));
    let wave = (
        texts(),
        run_or_stop(),
        0u32..40,
        names(),
        names(),
        texts(),
        turnings(),
    )
        .prop_map(|(schedule, want, count, groups, servers, reason, next)| {
            Announcement::Turned(Wave {
                schedule,
                want,
                count,
                groups,
                servers,
                reason,
                next,
            })
        });
    let of_schedules = prop_oneof![
        wave,
        (texts(), moments(), 0u32..120).prop_map(|(schedule, at, minutes)| {
            Announcement::StopNear {
                schedule,
                at,
                minutes,
            }
        }),
        seen().prop_map(|(schedule, servers)| Announcement::Stuck { schedule, servers }),
        seen().prop_map(|(schedule, servers)| Announcement::Failed { schedule, servers }),
        seen().prop_map(|(schedule, servers)| Announcement::RestartedByProvider {
            schedule,
            servers
        }),
        (texts(), holds()).prop_map(|(schedule, hold)| Announcement::Held { schedule, hold }),
        texts().prop_map(|schedule| Announcement::Resumed { schedule }),
        (texts(), names())
            .prop_map(|(schedule, groups)| Announcement::GroupOverdue { schedule, groups }),
    ];
    prop_oneof![8 => of_schedules, 4 => news_of_rules(), 2 => mornings()].boxed()
}

/// Every case of the contract.
fn replies() -> BoxedStrategy<Reply> {
    prop_oneof![
        1 => names().prop_map(|schedules| Reply::Help { schedules }),
        1 => lists(lines()).prop_map(Reply::Schedules),
        2 => statuses(),
        2 => infos(),
        3 => exception_replies(),
        3 => force_replies(),
        2 => whys(),
        3 => holiday_replies(),
        8 => refusals().prop_map(Reply::Refused),
        5 => announcements().prop_map(Reply::Announced),
    ]
    .boxed()
}

fn contexts(now: Moment) -> Vec<Context> {
    let mut contexts = Vec::new();
    for locale in ["ko", "en"] {
        for persona in [Persona::Off, Persona::Light, Persona::Full] {
            contexts.push(Context {
                locale: locale.to_owned(),
                persona,
                keyword: "서버".to_owned(),
                timezone: "Asia/Seoul".to_owned(),
                now,
                schedule: (persona == Persona::Light).then(|| "개발".to_owned()),
            });
        }
    }
    contexts
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_words_are_those_of_the_library(reply in replies(), now in moments()) {
        for context in contexts(now) {
            assert_agree(&formatter().format(&context, &reply), &NativeFormatter.format(&context, &reply));
        }
    }
}

/// More than any message has room for.
const MANY: usize = 600;

#[test]
fn a_list_that_no_message_could_hold_is_put_into_words_all_the_same() {
    let line = |number: usize| ScheduleLine {
        name: format!("schedule-{number}"),
        timezone: "Asia/Seoul".to_owned(),
        want: Some(Want::Run),
        next: None,
        counts: Counts {
            total: 9,
            running: 9,
            ..Counts::default()
        },
        forced: None,
        faults: if number.is_multiple_of(50) {
            vec!["a period cannot be read".to_owned(); 2]
        } else {
            Vec::new()
        },
    };
    let reply = Reply::Schedules((0..MANY).map(line).collect());
    let now = Moment {
        date: NaiveDate::default(),
        minute: Minute(600),
    };
    for context in contexts(now) {
        let message = formatter().format(&context, &reply);
        assert!(message.is_ok(), "{message:?}");
        assert_agree(&message, &NativeFormatter.format(&context, &reply));
    }
}
