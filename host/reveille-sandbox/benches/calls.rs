//! What a call costs: a planner in a fresh instance beside the same library called natively, and a plan at hand.
#![allow(missing_docs, clippy::expect_used, reason = "a benchmark")]

use std::{hint::black_box, sync::Arc};

use chrono::NaiveDate;
use criterion::{Criterion, criterion_group, criterion_main};
use reveille_core::{
    model::{
        Minute, Moment, Period, PeriodUse, Schedule, Server, ServerId, ServerKind, ServerState,
        Stored, Want, Wanted,
        reply::{Context, Counts, Persona, Reply, StatusView},
    },
    port::{DecideRequest, DecidedServer, Formatter, PlanRequest, Rules},
};
use reveille_sandbox::{SERVERBYEONG, Sandbox, SandboxFormatter};
use reveille_sdk::planner::Guest;

fn period(name: &str, begin: &str, end: &str) -> PeriodUse {
    PeriodUse {
        period: Arc::new(Period {
            name: name.to_owned(),
            begin_time: Some(begin.to_owned()),
            end_time: Some(end.to_owned()),
            weekdays: Some(vec!["mon-fri".to_owned()]),
            ..Period::default()
        }),
        instance_type: None,
    }
}

fn schedule() -> Schedule {
    Schedule {
        name: "seoul-office".to_owned(),
        description: None,
        timezone: chrono_tz::Asia::Seoul,
        periods: vec![
            period("nightly-batch", "22:00", "23:30"),
            period("office-hours", "09:00", "18:00"),
        ],
        override_status: None,
        enforced: false,
        retain_running: false,
        stop_new_instances: true,
        hibernate: false,
        use_maintenance_window: None,
        ssm_maintenance_windows: Vec::new(),
        configured_in_stack: None,
        rules: Vec::new(),
        groups: Vec::new(),
        holiday_calendar: None,
        notify: None,
        quiet_hours: None,
        warn_before_stop: None,
        allow: Vec::new(),
        locale: None,
        protect: Vec::new(),
        digest: [0; 32],
    }
}

fn date() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 23).expect("a Monday")
}

/// The request as the library takes it.
fn native_request(schedule: &Schedule) -> reveille_sdk::planner::PlanRequest {
    use reveille_sdk::types;
    reveille_sdk::planner::PlanRequest {
        schedule: types::Schedule {
            name: schedule.name.clone(),
            timezone: schedule.timezone.name().to_owned(),
            periods: schedule
                .periods
                .iter()
                .map(|used| types::PeriodUse {
                    period: types::Period {
                        name: used.period.name.clone(),
                        begin_time: used.period.begin_time.clone(),
                        end_time: used.period.end_time.clone(),
                        weekdays: used.period.weekdays.clone(),
                        monthdays: used.period.monthdays.clone(),
                        months: used.period.months.clone(),
                    },
                    instance_type: None,
                })
                .collect(),
            override_status: None,
            holiday_calendar: None,
            extra: Vec::new(),
        },
        date: types::Date {
            year: 2026,
            month: 11,
            day: 23,
        },
        so_far: types::DayPlan {
            spans: Vec::new(),
            notes: Vec::new(),
        },
        day_before: None,
        exceptions: Vec::new(),
        config: "{}".to_owned(),
    }
}

fn plans(criterion: &mut Criterion) {
    let sandbox = Sandbox::embedded().expect("the sandbox runs here");
    let mut schedule = schedule();
    criterion.bench_function("plan/native library", |bencher| {
        bencher.iter(|| periods::Periods::plan_day(black_box(native_request(&schedule))));
    });
    let mut round = 0_u64;
    criterion.bench_function("plan/fresh instance", |bencher| {
        bencher.iter(|| {
            round += 1;
            schedule.digest[..8].copy_from_slice(&round.to_le_bytes());
            sandbox.plan(&PlanRequest {
                schedule: &schedule,
                date: date(),
                exceptions: &[],
            })
        });
    });
    criterion.bench_function("plan/at hand", |bencher| {
        bencher.iter(|| {
            sandbox.plan(&PlanRequest {
                schedule: black_box(&schedule),
                date: date(),
                exceptions: &[],
            })
        });
    });
}

fn server(place: usize) -> Server {
    Server {
        id: ServerId::from(format!("ec2/111122223333/ap-northeast-2/i-{place:017}")),
        name: format!("web-{place}").into(),
        kind: ServerKind::Ec2,
        state: ServerState::Running,
        native_state: "running".into(),
        state_reason: None,
        instance_type: Some("t3.medium".into()),
        schedule: "seoul-office".into(),
        group: None,
        tags: Arc::default(),
        left_out: None,
        open_windows: Vec::new(),
    }
}

fn decisions(criterion: &mut Criterion) {
    let sandbox = Sandbox::embedded().expect("the sandbox runs here");
    let mut schedule = schedule();
    let wanted = Wanted {
        want: Want::Run,
        instance_type: None,
        period: Some("office-hours".to_owned()),
        reason: "period office-hours".to_owned(),
    };
    for count in [10, 1_000] {
        let servers: Vec<Server> = (0..count).map(server).collect();
        let decided: Vec<DecidedServer<'_>> = servers
            .iter()
            .map(|server| DecidedServer {
                server,
                stored: &Stored::RUNNING,
                maintenance_now: false,
                restarted_by_provider: false,
                force_pending: false,
                just_started: false,
            })
            .collect();
        let decide = |schedule: &Schedule| {
            sandbox.decide(&DecideRequest {
                schedule,
                now: Moment {
                    date: date(),
                    minute: Minute(600),
                },
                wanted: &wanted,
                force: None,
                groups: &[],
                servers: &decided,
            })
        };
        let mut round = 0_u64;
        criterion.bench_function(
            &format!("decide/{count} servers, fresh instance"),
            |bencher| {
                bencher.iter(|| {
                    round += 1;
                    schedule.digest[..8].copy_from_slice(&round.to_le_bytes());
                    decide(&schedule)
                });
            },
        );
        criterion.bench_function(&format!("decide/{count} servers, at hand"), |bencher| {
            bencher.iter(|| decide(&schedule));
        });
    }
}

fn replies(criterion: &mut Criterion) {
    let sandbox = Arc::new(Sandbox::embedded().expect("the sandbox runs here"));
    let formatter = SandboxFormatter::new(sandbox, SERVERBYEONG);
    let context = Context {
        locale: "ko".to_owned(),
        persona: Persona::Light,
        keyword: "서버".to_owned(),
        timezone: "Asia/Seoul".to_owned(),
        now: Moment {
            date: date(),
            minute: Minute(600),
        },
        schedule: None,
    };
    let reply = Reply::Status(StatusView {
        schedule: "seoul-office".to_owned(),
        counts: Counts {
            total: 10,
            running: 10,
            ..Counts::default()
        },
        groups: Vec::new(),
        next: None,
        forced: None,
        held: None,
        faults: Vec::new(),
        seen: None,
    });
    criterion.bench_function("format/status, fresh instance", |bencher| {
        // Another minute each time, and more minutes than messages are kept: none is at hand.
        let mut context = context.clone();
        bencher.iter(|| {
            context.now.minute.0 = (context.now.minute.0 + 1) % 1440;
            formatter.format(&context, &reply)
        });
    });
    criterion.bench_function("format/status, at hand", |bencher| {
        bencher.iter(|| formatter.format(&context, &reply));
    });
}

criterion_group!(benches, plans, decisions, replies);
criterion_main!(benches);
