//! What has become of notices, counted for `/metrics`.

use prometheus_client::{
    metrics::{counter::Counter, family::Family},
    registry::Registry,
};

/// Target and outcome.
type Labels = [(&'static str, String); 2];

/// What became of a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Ended {
    /// It was sent.
    Sent,
    /// It was not sent, and is tried again.
    Again,
    /// The messenger refuses it.
    Refused,
    /// Nobody knows whether it was sent.
    Unknown,
    /// It was pointless before it could be sent.
    Expired,
    /// It would have been pointless when the quiet hours end.
    Quiet,
}

impl Ended {
    fn word(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Again => "again",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
            Self::Expired => "expired",
            Self::Quiet => "quiet",
        }
    }
}

/// Counts notices.
#[derive(Debug, Clone, Default)]
pub(crate) struct NoticeFigures {
    ended: Family<Labels, Counter>,
}

impl NoticeFigures {
    /// Names everything in `registry`.
    pub(crate) fn register(&self, registry: &mut Registry) {
        registry.register(
            "notices",
            "Notices by target and by what became of them",
            self.ended.clone(),
        );
    }

    /// One has come to this.
    pub(crate) fn ended(&self, target: &str, ended: Ended) {
        let labels = [
            ("target", target.to_owned()),
            ("outcome", ended.word().to_owned()),
        ];
        self.ended.get_or_create(&labels).inc();
    }
}
