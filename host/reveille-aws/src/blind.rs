//! What cannot be seen, why, and what to do about it.

use std::{error::Error, fmt, sync::Arc};

use reveille_core::port::FleetError;

use crate::{
    site::Site,
    trouble::{ASSUME_ROLE, Trouble, TroubleKind},
};

/// What is looked at by calls of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Ec2,
    RdsInstances,
    RdsClusters,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ec2 => "EC2",
            Self::RdsInstances => "RDS instances",
            Self::RdsClusters => "RDS clusters",
        })
    }
}

/// Why a part of a site cannot be seen, and what to do about it. The trouble is told in its own words, so that the
/// next cause is the trouble's.
#[derive(Debug)]
struct Blind {
    role: Option<String>,
    trouble: Trouble,
}

impl fmt::Display for Blind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = self.trouble.to_string();
        let remedy = remedy(&self.trouble, self.role.as_deref());
        write!(f, "{}. {remedy}", told.trim_end_matches('.'))
    }
}

impl Error for Blind {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.trouble.source()
    }
}

/// The parts of `site` that are not seen: one where all of them fail alike.
pub(crate) fn unseen_of(
    site: &Site,
    parts: usize,
    troubles: Vec<(Part, Trouble)>,
) -> Vec<FleetError> {
    let first = troubles.first().map(|(_, trouble)| trouble.kind);
    // In a region that is not enabled EC2 says so, and RDS that it does not know the credentials.
    let is_region = troubles
        .iter()
        .any(|(_, trouble)| trouble.kind == TroubleKind::Region);
    let is_alike = |(_, trouble): &(Part, Trouble)| {
        Some(trouble.kind) == first || is_region && trouble.kind == TroubleKind::Credentials
    };
    let is_whole = troubles.len() == parts && troubles.iter().all(is_alike);
    let count = if is_whole { 1 } else { troubles.len() };
    let unseen = |(part, trouble): (Part, Trouble)| FleetError {
        target: if is_whole {
            site.name()
        } else {
            format!("{} ({part})", site.name())
        },
        code: code(trouble.kind),
        source: Arc::new(Blind {
            role: site.role.clone(),
            trouble,
        }),
    };
    troubles.into_iter().take(count).map(unseen).collect()
}

/// All of `site`, when the look at it ended without an answer.
pub(crate) fn died(site: &Site) -> FleetError {
    FleetError {
        target: site.name(),
        code: "fleet.failed",
        source: Arc::new(std::io::Error::other(
            "the look at it died; the log says why",
        )),
    }
}

/// All of `site`, when its turn did not come in the time for the look.
pub(crate) fn unasked(site: &Site) -> FleetError {
    FleetError {
        target: site.name(),
        code: "fleet.unreachable",
        source: Arc::new(std::io::Error::other(
            "the look at the others took all the time; it comes first at the next look",
        )),
    }
}

fn code(kind: TroubleKind) -> &'static str {
    match kind {
        TroubleKind::Throttled => "fleet.throttled",
        TroubleKind::Unreachable => "fleet.unreachable",
        TroubleKind::Credentials => "fleet.credentials",
        TroubleKind::Denied => "fleet.denied",
        TroubleKind::Region => "fleet.region",
        TroubleKind::Refused => "fleet.failed",
    }
}

fn remedy(trouble: &Trouble, role: Option<&str>) -> String {
    match (trouble.kind, role) {
        (TroubleKind::Throttled | TroubleKind::Unreachable, _) => {
            "It is tried again at the next look.".to_owned()
        }
        (TroubleKind::Denied, Some(role)) if trouble.call == ASSUME_ROLE => format!(
            "Let the role {role} be assumed: its trust must name who calls, with the external id that is configured."
        ),
        (TroubleKind::Denied, Some(role)) => {
            format!("Give the role {role} the permission {}.", trouble.call)
        }
        (TroubleKind::Denied, None) => {
            format!("Give the credentials the permission {}.", trouble.call)
        }
        (TroubleKind::Credentials, _) => "Give this host credentials that are valid.".to_owned(),
        (TroubleKind::Region, _) => {
            "Enable the region for the account, or take it out of the configuration; where every region says so, the \
             credentials are wrong."
                .to_owned()
        }
        (TroubleKind::Refused, _) => "The code says what AWS has against it.".to_owned(),
    }
}
