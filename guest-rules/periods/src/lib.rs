//! x
use reveille_sdk::{about, planner, types};
struct Periods;
impl about::Guest for Periods {
    fn describe() -> about::Description { about::Description{name:"periods".into(),version:"0.1.0".into(),summary:String::new(),needs:about::Needs{tags:vec![],data:vec![],clock:false},config_schema:None} }
    fn check_config(_:String)->Result<(),types::RuleError>{Ok(())}
}
impl planner::Guest for Periods {
    fn plan_day(r: planner::PlanRequest)->Result<types::DayPlan,types::RuleError>{Ok(r.so_far)}
    fn check_schedule(_:types::Schedule)->Vec<planner::Fault>{vec![]}
}
#[cfg(target_arch = "wasm32")]
reveille_sdk::export_planner!(Periods);
