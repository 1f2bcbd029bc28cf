//! Instance types that an EC2 instance is started with, by its tag `IS-PreferredInstanceTypes`: the first of them, and
//! the others while there is no capacity for it. What runs is never stopped for it.

use crate::model::{Server, ServerKind};

/// The tag: types, the preferred one first, with commas between them.
const TAG: &str = "IS-PreferredInstanceTypes";
/// In the provider's reason for a state.
const NO_CAPACITY: &str = "InsufficientInstanceCapacity";

/// The types of the tag, in their order.
fn types(server: &Server) -> impl Iterator<Item = &str> {
    let list = match server.kind {
        ServerKind::Ec2 => server.tags.get(TAG),
        ServerKind::RdsInstance | ServerKind::RdsCluster => None,
    };
    list.into_iter()
        .flat_map(|list| list.split(','))
        .map(str::trim)
        .filter(|it| !it.is_empty())
}

/// The type to start with: `turn` as long as the tag names it, else the first; none when the tag names none.
pub(super) fn turn<'a>(server: &'a Server, turn: Option<&str>) -> Option<&'a str> {
    types(server)
        .find(|it| Some(*it) == turn)
        .or_else(|| types(server).next())
}

/// The type to start with when there is no capacity for `tried`; none when it is the last.
pub(super) fn after<'a>(server: &'a Server, tried: &str) -> Option<&'a str> {
    types(server).skip_while(|it| *it != tried).nth(1)
}

/// Whether its start was accepted and then there was no capacity after all.
pub(super) fn fell_back(server: &Server) -> bool {
    let reason = server.state_reason.as_deref();
    reason.is_some_and(|reason| reason.contains(NO_CAPACITY))
}

/// How many times all types had their turn in `attempts`, the last time included.
pub(super) fn rounds(server: &Server, attempts: u32) -> u32 {
    let types = u32::try_from(types(server).count()).unwrap_or(u32::MAX);
    attempts.div_ceil(types.max(1))
}
