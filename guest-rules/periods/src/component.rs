//! The rule as the host calls it.

use crate::period::Period;
use crate::timetable::Timetable;
use reveille_sdk::about::{self, About, Description};
use reveille_sdk::planner::{self, Fault, PlanRequest};
use reveille_sdk::types::{DayPlan, RuleError, Schedule};

const ABOUT: About = About::new(
    "periods",
    env!("CARGO_PKG_VERSION"),
    "Paints the day as the schedule's periods say, like AWS Instance Scheduler.",
);

/// The first rule of every chain. What has been painted before it is replaced; notes stay.
///
/// It has no configuration and parses no JSON, so that a call takes microseconds.
pub struct Periods;

impl about::Guest for Periods {
    fn describe() -> Description {
        ABOUT.into()
    }

    fn check_config(config: String) -> Result<(), RuleError> {
        if matches!(config.trim(), "" | "{}") {
            Ok(())
        } else {
            Err(RuleError::InvalidConfig(
                "`periods` has nothing to configure; leave its configuration out".into(),
            ))
        }
    }
}

impl planner::Guest for Periods {
    fn plan_day(request: PlanRequest) -> Result<DayPlan, RuleError> {
        let timetable = Timetable::read(&request.schedule)
            .map_err(|faults| RuleError::InvalidConfig(listed(&faults)))?;
        Ok(DayPlan {
            notes: request.so_far.notes,
            ..timetable.plan(request.date)
        })
    }

    fn check_schedule(schedule: Schedule) -> Vec<Fault> {
        schedule
            .periods
            .iter()
            .filter_map(|usage| Period::read(&usage.period).err())
            .flatten()
            .collect()
    }
}

fn listed(faults: &[Fault]) -> String {
    let lines: Vec<_> = faults
        .iter()
        .map(|fault| format!("{}, {}: {}", fault.item, fault.attribute, fault.message))
        .collect();
    lines.join("; ")
}

#[cfg(target_arch = "wasm32")]
reveille_sdk::export_planner!(Periods);

#[cfg(test)]
mod tests {
    use super::*;
    use planner::Guest as _;
    use reveille_sdk::testing::{request, schedule};
    use reveille_sdk::types::{Period, Want};

    #[test]
    fn the_plan_of_the_day_replaces_what_was_painted_and_keeps_the_notes() {
        let mut request = request("2026-11-23");
        request.schedule = schedule("seoul", [Period::named("a").begins("09:00").ends("18:00")]);
        request.so_far.paint_day(Want::Run, "something else");
        request.so_far.note("a note");
        let plan = Periods::plan_day(request).unwrap();
        assert_eq!(
            plan.runs()
                .map(|run| (run.begin, run.end))
                .collect::<Vec<_>>(),
            [(540, 1080)]
        );
        assert_eq!(plan.notes, ["a note"]);
    }

    #[test]
    fn a_broken_period_is_answered_with_all_faults() {
        let mut request = request("2026-11-23");
        let periods = [
            Period::named("a").on_weekdays("funday"),
            Period::named("b").ends("25:00"),
        ];
        request.schedule = schedule("seoul", periods);
        assert_eq!(Periods::check_schedule(request.schedule.clone()).len(), 2);
        let Err(RuleError::InvalidConfig(message)) = Periods::plan_day(request) else {
            panic!("it was read")
        };
        assert_eq!(
            message,
            "period a, weekdays: `funday` is not a weekday; write `mon`, `mon-fri`, `mon/2`, `mon#1`, `friL`, or 0 to 6 \
             from Monday; period b, endtime: `25:00` is not a time; write `9:00` or `09:00`, up to `24:00`"
        );
    }

    #[test]
    fn periods_under_an_override_status_are_checked_all_the_same() {
        let mut schedule = schedule("seoul", [Period::named("a")]);
        schedule.override_status = Some(Want::Run);
        assert_eq!(Periods::check_schedule(schedule).len(), 1);
    }

    #[test]
    fn there_is_nothing_to_configure() {
        use about::Guest as _;
        assert!(Periods::check_config("{}".into()).is_ok());
        assert!(Periods::check_config(r#"{"a":1}"#.into()).is_err());
    }
}
