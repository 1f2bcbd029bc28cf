//! `reveille init`.

use std::collections::BTreeMap;

use clap::Args;

/// What a secret's place is written as.
const PLACES: &str = "`env:NAME`, `file:PATH`, `ssm:/NAME`, `secret:NAME#FIELD`, or `value:…` for in the file, in clear";

/// Answers; what is not given is asked.
#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// Take the default where no answer is given, and ask nothing
    #[arg(short, long)]
    yes: bool,
    /// Write over a file that is there
    #[arg(long)]
    force: bool,
    /// `simulated`, to try it, or `aws`
    #[arg(long, value_name = "WHOSE")]
    servers: Option<String>,
    /// Where Reveille runs: `machine` (also a container) or `lambda`
    #[arg(long, value_name = "WHERE")]
    home: Option<String>,
    /// Region of the servers and tables
    #[arg(long, value_name = "REGION")]
    region: Option<String>,
    /// `file:PATH`, or `dynamodb:CONFIG-TABLE,STATE-TABLE`; a path is relative to the configuration's
    #[arg(long, value_name = "STORE")]
    store: Option<String>,
    #[arg(long, value_name = "PLACE", help = format!("Where JANDI's token is: {PLACES}; or `none`"))]
    token: Option<String>,
    /// Where the URL of JANDI's incoming webhook is, in the same words
    #[arg(long, value_name = "PLACE")]
    target: Option<String>,
    /// Zone of schedules that have none
    #[arg(long, value_name = "ZONE")]
    timezone: Option<String>,
    /// `ko` or `en`
    #[arg(long, value_name = "LANGUAGE")]
    locale: Option<String>,
}

impl InitArgs {
    /// Whether nothing is to be asked.
    pub(crate) fn takes_defaults(&self) -> bool {
        self.yes
    }

    /// Whether a file that is there may be lost.
    pub(crate) fn writes_over(&self) -> bool {
        self.force
    }

    /// The answers that are given, by the names of their options.
    pub(crate) fn given(&self) -> BTreeMap<&'static str, String> {
        let all = [
            ("servers", &self.servers),
            ("home", &self.home),
            ("region", &self.region),
            ("store", &self.store),
            ("token", &self.token),
            ("target", &self.target),
            ("timezone", &self.timezone),
            ("locale", &self.locale),
        ];
        all.into_iter()
            .filter_map(|(name, answer)| Some((name, answer.clone()?)))
            .collect()
    }
}
