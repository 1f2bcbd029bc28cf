//! What there is to say, as data: a formatter has the words. The same shapes as `wit/formatter.wit`, where each is
//! explained.

#![expect(
    missing_docs,
    reason = "field by field the records of wit/formatter.wit, documented there"
)]

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Exception, Holiday, Minute, Moment, ServerKind, ServerState, Span, Turn, Want};

/// How much of the character shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Persona {
    Off,
    #[default]
    Light,
    Full,
}

/// Where and for whom a reply is put into words.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Context {
    pub locale: String,
    pub persona: Persona,
    pub keyword: String,
    pub timezone: String,
    pub now: Moment,
    pub schedule: Option<String>,
}

/// What a command is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Topic {
    Help,
    Schedules,
    Status,
    Info,
    ExceptionInfo,
    ExceptionList,
    ExceptionSet,
    ExceptionDelete,
    ForceStart,
    ForceStop,
    Cancel,
    Extend,
    Why,
    HolidayList,
    HolidayAdd,
    HolidayWork,
    HolidayDelete,
}

/// A turn that lies ahead.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Turning {
    pub at: Moment,
    pub want: Want,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct ForceView {
    pub want: Want,
    pub by: String,
    pub reason: Option<String>,
    pub since: Moment,
    pub until: Moment,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct HoldView {
    pub rule: String,
    pub cause: String,
    pub since: Option<Moment>,
}

/// How many servers are how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize)]
pub struct Counts {
    pub total: u32,
    pub running: u32,
    pub moving: u32,
    pub stopped: u32,
    pub problem: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ServerNote {
    Stuck(Option<String>),
    Failed {
        code: String,
        message: String,
    },
    WaitsFor(Vec<String>),
    Busy,
    Retained,
    LeftOut(String),
    Kept {
        rule: Option<String>,
        reason: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct ServerView {
    pub name: String,
    pub id: String,
    pub kind: ServerKind,
    /// Never `Gone`: those are not shown.
    pub state: ServerState,
    pub native_state: String,
    pub note: Option<ServerNote>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct GroupServers {
    pub name: Option<String>,
    pub depends_on: Vec<String>,
    pub servers: Vec<ServerView>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct ScheduleLine {
    pub name: String,
    pub timezone: String,
    pub want: Option<Want>,
    pub next: Option<Turning>,
    pub counts: Counts,
    pub forced: Option<ForceView>,
    pub faults: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct StatusView {
    pub schedule: String,
    pub counts: Counts,
    pub groups: Vec<GroupServers>,
    pub next: Option<Turning>,
    pub forced: Option<ForceView>,
    pub held: Option<HoldView>,
    pub faults: Vec<String>,
    pub seen: Option<Moment>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct InfoView {
    pub schedule: String,
    pub description: Option<String>,
    pub date: NaiveDate,
    pub spans: Vec<Span>,
    pub notes: Vec<String>,
    pub exceptions: Vec<Exception>,
    pub override_status: Option<Want>,
    pub next_start: Option<Turning>,
    pub next_stop: Option<Turning>,
    pub forced: Option<ForceView>,
    pub held: Option<HoldView>,
    pub options: Vec<(String, String)>,
    pub faults: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct ExceptionsView {
    pub schedule: String,
    pub date: Option<NaiveDate>,
    pub exceptions: Vec<Exception>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct ExceptionSetView {
    pub schedule: String,
    pub set: Exception,
    pub replaced: Option<Exception>,
    pub spans: Vec<Span>,
    pub next_start: Option<Turning>,
    pub next_stop: Option<Turning>,
    pub without_effect: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct ExceptionDeletedView {
    pub schedule: String,
    pub date: NaiveDate,
    pub action: Turn,
    pub deleted: Option<Exception>,
    pub spans: Vec<Span>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum UntilSource {
    Plan,
    Asked,
    Limit,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct ForcedView {
    pub schedule: String,
    pub forced: ForceView,
    pub until_source: UntilSource,
    pub replaced: Option<ForceView>,
    pub groups: Vec<String>,
    pub to_change: u32,
    pub already: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct CancelledView {
    pub schedule: String,
    pub cancelled: Option<ForceView>,
    pub want: Option<Want>,
    pub next: Option<Turning>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct ExtendedView {
    pub schedule: String,
    pub from: Moment,
    pub to: Moment,
    pub forced: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct LayerView {
    pub rule: String,
    pub version: Option<String>,
    pub want: Want,
    pub begin: Minute,
    pub end: Minute,
    pub reason: String,
    pub covered: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct PastAction {
    pub at: Moment,
    pub action: String,
    pub servers: Vec<String>,
    pub count: u32,
    pub by: String,
    pub reason: String,
    pub error: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct WhyView {
    pub schedule: String,
    pub counts: Counts,
    pub want: Option<Want>,
    pub layers: Vec<LayerView>,
    pub exceptions: Vec<Exception>,
    pub override_status: Option<Want>,
    pub forced: Option<ForceView>,
    pub held: Option<HoldView>,
    pub actions: Vec<PastAction>,
    pub differing: Vec<ServerView>,
    pub next: Option<Turning>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct HolidaysView {
    pub schedule: String,
    pub calendar: String,
    pub from: NaiveDate,
    pub days: Vec<Holiday>,
    pub days_of_all: Vec<Holiday>,
    pub shared_with: Vec<String>,
    pub read_by: Vec<String>,
    pub faults: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct HolidayChange {
    pub date: NaiveDate,
    pub before: Vec<Holiday>,
    pub after: Option<Holiday>,
    pub spans: Vec<Span>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct HolidaysChangedView {
    pub schedule: String,
    pub calendar: String,
    pub changes: Vec<HolidayChange>,
    pub shared_with: Vec<String>,
    pub without_effect: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct NoSuchHoliday {
    pub schedule: String,
    pub calendar: String,
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub spans: Vec<Span>,
    pub days: Vec<Holiday>,
}

/// A word that was not understood.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct UnknownWord {
    pub text: String,
    pub suggestion: Option<String>,
    pub topic: Topic,
    pub schedule: Option<String>,
}

/// Why a command was not carried out. Nothing has changed when one of these is the answer.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Refusal {
    NotUnderstood(UnknownWord),
    UnknownSchedule {
        name: String,
        known: Vec<String>,
        suggestion: Option<String>,
    },
    ScheduleNeeded(Vec<String>),
    AmbiguousSchedule {
        name: String,
        candidates: Vec<String>,
    },
    ImpossibleDate {
        text: String,
        nearest: Option<NaiveDate>,
    },
    UnclearDate(UnknownWord),
    UnclearTime(UnknownWord),
    AmbiguousTime {
        text: String,
        candidates: Vec<Minute>,
    },
    UnclearDuration(UnknownWord),
    TooLong {
        text: String,
        longest_minutes: u32,
    },
    PastDate(NaiveDate),
    PastTime(Moment),
    Contradiction {
        schedule: String,
        // Boxed so that a `Result` with a refusal stays small.
        set: Box<Exception>,
        other: Moment,
        spans: Vec<Span>,
    },
    Incomplete(Topic),
    NothingToExtend {
        schedule: String,
        next: Option<Turning>,
    },
    NotAllowed {
        schedule: String,
        allowed: Vec<String>,
    },
    SetAside {
        schedule: String,
        faults: Vec<String>,
    },
    TextTooLong {
        longest_chars: u32,
    },
    NoSuchHoliday(Box<NoSuchHoliday>),
    TooManyDays {
        text: String,
        most: u32,
    },
    NameTooLong {
        longest_chars: u32,
    },
    CalendarFull {
        calendar: String,
        most: u32,
    },
    CalendarUnreadable {
        calendar: String,
        faults: Vec<String>,
    },
    Failed {
        code: String,
        incident: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Wave {
    pub schedule: String,
    pub want: Want,
    pub count: u32,
    pub groups: Vec<String>,
    pub servers: Vec<String>,
    pub reason: String,
    pub next: Option<Turning>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct RuleVersion {
    pub version: String,
    /// 64 hexadecimal digits.
    pub sha256: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct RuleChange {
    pub rule: String,
    pub from: Option<RuleVersion>,
    pub to: RuleVersion,
    pub schedules: Vec<String>,
    pub by: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct RuleRejection {
    pub rule: String,
    pub version: Option<String>,
    pub cause: String,
    pub kept: Option<RuleVersion>,
    pub schedules: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct RuleDistance {
    pub rule: String,
    /// Without anything secret.
    pub location: String,
    pub cause: String,
    pub since: Moment,
    pub kept: Option<RuleVersion>,
    pub schedules: Vec<String>,
}

/// What rules get in place of data that is too old.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum StaleData {
    LastCopy,
    Nothing,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct DataTrouble {
    pub data: String,
    pub fetched: Option<Moment>,
    pub max_age_minutes: Option<u32>,
    pub cause: String,
    pub instead: StaleData,
    pub rules: Vec<String>,
    pub schedules: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct MorningLine {
    pub schedule: String,
    pub timezone: String,
    pub want: Option<Want>,
    pub turns: Vec<Turning>,
    pub notes: Vec<String>,
    pub exceptions: Vec<Exception>,
    pub counts: Counts,
    pub forced: Option<ForceView>,
    pub held: Option<HoldView>,
    pub faults: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct MorningView {
    pub date: NaiveDate,
    pub schedules: Vec<MorningLine>,
}

/// What the host says unasked.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Announcement {
    Turned(Wave),
    StopNear {
        schedule: String,
        at: Moment,
        minutes: u32,
    },
    Stuck {
        schedule: String,
        servers: Vec<ServerView>,
    },
    Failed {
        schedule: String,
        servers: Vec<ServerView>,
    },
    RestartedByProvider {
        schedule: String,
        servers: Vec<ServerView>,
    },
    Held {
        schedule: String,
        hold: HoldView,
    },
    Resumed {
        schedule: String,
    },
    GroupOverdue {
        schedule: String,
        groups: Vec<String>,
    },
    RuleTaken(RuleChange),
    RuleRejected(RuleRejection),
    RuleUnreachable(RuleDistance),
    RuleReachable {
        rule: String,
    },
    DataStale(DataTrouble),
    DataFresh {
        data: String,
        schedules: Vec<String>,
    },
    Morning(MorningView),
}

/// Everything that there is to say.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reply {
    Help { schedules: Vec<String> },
    Schedules(Vec<ScheduleLine>),
    Status(StatusView),
    Info(InfoView),
    Exceptions(ExceptionsView),
    ExceptionSet(ExceptionSetView),
    ExceptionDeleted(ExceptionDeletedView),
    Forced(ForcedView),
    Cancelled(CancelledView),
    Extended(ExtendedView),
    Why(WhyView),
    Holidays(HolidaysView),
    HolidayAdded(HolidaysChangedView),
    HolidayDeleted(HolidaysChangedView),
    Refused(Refusal),
    Announced(Announcement),
}

/// A block under the text of a message.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Block {
    pub title: Option<String>,
    pub description: Option<String>,
    pub image_url: Option<String>,
}

/// A message as the messenger shows it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Message {
    pub body: String,
    /// `#RRGGBB`.
    pub connect_color: String,
    pub connect_info: Vec<Block>,
}
