//! The configuration as text, with what can be added to it, and what comes next.
//!
//! A `#` with a space behind it begins a remark, one without it a setting that may be taken up.

use super::answers::{Answers, Kind, Place, Store, quoted};

/// The file.
pub(super) fn configuration(answers: &Answers) -> String {
    let mut parts = vec![String::from(
        "# Reveille's configuration, as `reveille init` has written it. What is left out has a default, and `reveille serve`\n\
         # takes a change up while it runs. host/reveille/AWS.md, SECRETS.md and NOTIFICATIONS.md have all there is.",
    )];
    let kept = match &answers.store {
        Store::File(_) => {
            "# Schedules, exceptions and what is remembered, in a file; beside it what rules were compiled to."
        }
        Store::Tables { .. } => {
            "# Schedules stand in the first table, which may be that of AWS Instance Scheduler; Reveille's own is the second."
        }
    };
    parts.push(format!("{kept}\n{}", answers.store.section()));
    parts.push(match answers.house.region() {
        None => String::from(
            "# Simulated servers turn ten times as fast as real ones.\n[simulation]\nspeed = 10\n\n\
             # The servers of AWS instead, which no simulated ones stand beside.\n#[aws]\n#region = \"ap-northeast-2\"",
        ),
        Some(region) => format!(
            "# EC2 instances, RDS instances and clusters that carry the tag `Schedule` with the name of a schedule.\n\
             [aws]\nregion = {region}\n\
             #schedule_tag = \"Schedule\"\n#services = [\"ec2\", \"rds\"]\n\n\
             # More regions, and roles in other accounts. With targets, only they count.\n\
             #[[aws.targets]]\n#regions = [{region}]\n\
             #[[aws.targets]]\n#role = \"arn:aws:iam::444455556666:role/reveille\"\n#regions = [{region}]",
            region = quoted(region)
        ),
    });
    let tokens = match &answers.token {
        None => String::from("#tokens = [{ env = \"JANDI_TOKEN\" }]"),
        Some(place) => format!("tokens = [{}]", place.table()),
    };
    parts.push(format!(
        "# JANDI's outgoing webhook: its start keyword, and where its token is.\n[jandi]\nkeyword = \"서버\"\n{tokens}"
    ));
    let (mark, url) = match &answers.target {
        None => ("#", "{ env = \"JANDI_OPS_URL\" }".to_owned()),
        Some(place) => ("", place.table()),
    };
    parts.push(format!(
        "# JANDI's incoming webhook, into which it tells of starts, stops that are near, and failures.\n\
         {mark}[[jandi.targets]]\n{mark}name = \"ops\"\n{mark}url = {url}\n\
         #warn_minutes = 10\n#quiet = \"22:00-08:00\"\n#morning = \"08:50\""
    ));
    parts.push(format!(
        "# For schedules that do not say.\n[defaults]\ntimezone = {}\nlocale = {}",
        quoted(&answers.timezone),
        quoted(&answers.locale)
    ));
    parts.join("\n\n") + "\n"
}

/// What to do with the configuration at `file`.
pub(super) fn next(answers: &Answers, file: &str) -> String {
    let mut text = format!("wrote `{file}`.");
    let secrets = [
        ("JANDI's token", &answers.token),
        ("the incoming webhook's URL", &answers.target),
    ];
    for (what, place) in secrets {
        if let Some(place) = place {
            text.push_str(&format!("\n{}", advice(what, place, answers)));
        }
    }
    let ours = |command: &str| format!("reveille --config {file} {command}");
    let commands = match (&answers.house, &answers.store) {
        (Kind::Simulated, _) => [ours("check"), ours("demo"), ours("say '/서버 목록'")],
        (Kind::Machine { .. }, Store::File(_)) => [ours("iam"), ours("doctor"), ours("serve")],
        (Kind::Machine { .. }, Store::Tables { .. }) => [
            ours("iam --create-tables"),
            ours("tables create"),
            ours("doctor"),
        ],
        (Kind::Lambda { region }, _) => [
            "deploy/lambda/build".to_owned(),
            format!(
                "cd deploy/terraform/example && terraform init && terraform apply -var region={region}"
            ),
            ours("doctor"),
        ],
    };
    text.push_str("\nNext:\n");
    for command in commands {
        text.push_str(&format!("  {command}\n"));
    }
    match (&answers.house, &answers.store) {
        (Kind::Machine { .. }, Store::Tables { .. }) => {
            text.push_str(&format!("and, when all is well, {}\n", ours("serve")));
        }
        (Kind::Lambda { .. }, _) => text.push_str(
            "The function has its own configuration, from Terraform: deploy/README.md. This one is for your machine.\n",
        ),
        (Kind::Simulated | Kind::Machine { .. }, Store::File(_))
        | (Kind::Simulated, Store::Tables { .. }) => {}
    }
    text
}

/// How a secret gets to its place.
fn advice(what: &str, place: &Place, answers: &Answers) -> String {
    match place {
        Place::Env(name) => format!("Put {what} into the variable `{name}`."),
        Place::File(path) => format!("Put {what}, and nothing else, into the file `{path}`."),
        Place::Ssm(name) => format!(
            "Put {what} there: aws ssm put-parameter --region {} --type SecureString --name {name} --value …",
            answers.house.region().unwrap_or_default()
        ),
        Place::Secret { name, field } => {
            let field = field
                .as_ref()
                .map_or_else(String::new, |field| format!(", field `{field}`"));
            format!("Put {what} into the secret `{name}`{field} of Secrets Manager.")
        }
        Place::Value(_) => {
            format!("The file has {what} in clear, and is readable to you alone: keep it so.")
        }
    }
}
