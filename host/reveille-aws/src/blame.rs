//! One call for many servers, and who is to blame when it fails.
//!
//! EC2 takes a batch as a whole or refuses it as a whole. One that is refused for some of its servers is made again
//! without those that AWS names, else in halves, so that the others are not kept back.

use std::collections::{HashSet, VecDeque};

use reveille_core::port::{ActError, ActErrorKind};

use crate::{
    refusal::{is_of_the_call, refusal},
    trouble::Trouble,
};

/// Most calls after which a batch is still split: enough to find two servers in 250 by halves, and few enough that a
/// zone without capacity does not cost a call for every server in it. Those not told apart by then share a refusal.
const MOST_CALLS: usize = 32;
/// How often a batch may be denied for servers that AWS names: a policy that leaves out some servers is one matter,
/// one that leaves out all of them need not be asked for each. Those that it has not named may be permitted, so they
/// come again before those that it has: every time that many fewer stand in their way.
const MOST_DENIALS: usize = 3;

/// What came of a batch.
#[derive(Debug, Default)]
pub(crate) struct Blamed {
    /// Those that were refused, each for itself; all others were accepted.
    pub(crate) refused: Vec<(String, ActError)>,
    /// What is wrong with the call itself, so that more of them need not be tried.
    pub(crate) failure: Option<ActError>,
}

/// Makes `call` for `ids`, as often as it takes to find those that it is refused for.
pub(crate) async fn blamed<F, Made>(ids: Vec<String>, mut call: F) -> Blamed
where
    F: FnMut(Vec<String>) -> Made,
    Made: Future<Output = Result<(), Trouble>>,
{
    let mut blamed = Blamed::default();
    let (mut calls, mut denials) = (0, 0);
    // The largest first: when most of a batch is well, most of it is through after a few calls.
    let mut parts = VecDeque::from([ids]);
    while let Some(part) = parts.pop_front() {
        if part.is_empty() {
            continue;
        }
        calls += 1;
        let Err(trouble) = call(part.clone()).await else {
            continue;
        };
        let refused = refusal(&trouble);
        let (named, others) = split_named(part, &refused.message);
        denials += usize::from(refused.kind == ActErrorKind::Denied);
        if is_of_the_call(refused.kind) && (named.is_empty() || denials > MOST_DENIALS) {
            let rest = if named.is_empty() {
                refused.clone()
            } else {
                put_off(&refused)
            };
            let others = parts.drain(..).flatten().chain(others);
            let others = others.map(|id| (id, rest.clone()));
            blamed.refused.extend(others);
            let named = named.into_iter().map(|id| (id, refused.clone()));
            blamed.refused.extend(named);
            blamed.failure = Some(rest);
            break;
        }
        let is_known = !named.is_empty();
        blamed
            .refused
            .extend(named.into_iter().map(|id| (id, refused.clone())));
        if calls >= MOST_CALLS || !is_known && others.len() == 1 {
            blamed
                .refused
                .extend(others.into_iter().map(|id| (id, refused.clone())));
        } else if is_known {
            parts.push_back(others);
        } else {
            let mut first = others;
            let second = first.split_off(first.len() / 2);
            parts.extend([first, second]);
        }
    }
    blamed
}

/// What those are told that were not tried because others were `denied`.
fn put_off(denied: &ActError) -> ActError {
    ActError {
        kind: ActErrorKind::Throttled,
        code: denied.code.clone(),
        message: format!("put off, as others are refused: {}", denied.message),
    }
}

/// `ids` that `message` names, and the others.
fn split_named(ids: Vec<String>, message: &str) -> (Vec<String>, Vec<String>) {
    let words: HashSet<&str> = message
        .split(|it: char| !it.is_ascii_alphanumeric() && it != '-')
        .collect();
    ids.into_iter().partition(|id| words.contains(id.as_str()))
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::trouble::TroubleKind;

    fn trouble(kind: TroubleKind, code: &str, message: &str) -> Trouble {
        Trouble {
            kind,
            call: "ec2:StartInstances",
            code: code.to_owned(),
            message: message.to_owned(),
            source: "the test".into(),
        }
    }

    fn ids(count: usize) -> Vec<String> {
        (0..count).map(|index| format!("i-{index}")).collect()
    }

    /// Runs to its end what never waits.
    fn now<T>(work: impl Future<Output = T>) -> T {
        let mut work = std::pin::pin!(work);
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        loop {
            if let std::task::Poll::Ready(done) = work.as_mut().poll(&mut context) {
                return done;
            }
        }
    }

    /// Who is blamed, the failure of the call, and how many calls it took.
    fn check(
        count: usize,
        answer: impl Fn(&[String]) -> Result<(), Trouble>,
    ) -> (Vec<String>, Option<String>, usize) {
        let calls = RefCell::new(0);
        let blamed = now(blamed(ids(count), |part| {
            *calls.borrow_mut() += 1;
            std::future::ready(answer(&part))
        }));
        (
            blamed.refused.into_iter().map(|(id, _)| id).collect(),
            blamed.failure.map(|failure| failure.code),
            calls.into_inner(),
        )
    }

    fn has(part: &[String], id: &str) -> bool {
        part.iter().any(|it| it == id)
    }

    #[test]
    fn a_batch_that_is_taken_is_one_call() {
        assert_eq!(check(250, |_| Ok(())), (vec![], None, 1));
    }

    #[test]
    fn who_is_named_is_left_out_and_the_others_are_called_again_once() {
        let answer = |part: &[String]| {
            if has(part, "i-1") {
                Err(trouble(
                    TroubleKind::Refused,
                    "IncorrectInstanceState",
                    "The instance 'i-1' is not in a state from which it can be started.",
                ))
            } else {
                Ok(())
            }
        };
        assert_eq!(check(250, answer), (vec!["i-1".to_owned()], None, 2));
    }

    #[test]
    fn who_is_not_named_is_found_by_halves() {
        let answer = |part: &[String]| {
            if has(part, "i-77") {
                Err(trouble(
                    TroubleKind::Refused,
                    "InsufficientInstanceCapacity",
                    "",
                ))
            } else {
                Ok(())
            }
        };
        let (refused, failure, calls) = check(250, answer);
        assert_eq!((refused, failure), (vec!["i-77".to_owned()], None));
        assert!(calls <= 17, "{calls}");
    }

    #[test]
    fn half_a_batch_that_is_well_is_through_after_three_calls() {
        let through = RefCell::new(None);
        let made = RefCell::new(0);
        check(250, |part| {
            *made.borrow_mut() += 1;
            if part
                .iter()
                .any(|id| id.len() < "i-125".len() || id.as_str() < "i-125")
            {
                return Err(trouble(
                    TroubleKind::Refused,
                    "InsufficientInstanceCapacity",
                    "",
                ));
            }
            through
                .borrow_mut()
                .get_or_insert((part.len(), *made.borrow()));
            Ok(())
        });
        assert_eq!(through.into_inner(), Some((125, 3)));
    }

    #[test]
    fn a_zone_without_capacity_costs_a_bounded_number_of_calls() {
        let answer = |_: &[String]| {
            Err(trouble(
                TroubleKind::Refused,
                "InsufficientInstanceCapacity",
                "",
            ))
        };
        let (refused, failure, calls) = check(250, answer);
        assert_eq!((refused.len(), failure), (250, None));
        assert!(calls <= 2 * MOST_CALLS, "{calls}");
    }

    #[test]
    fn what_is_wrong_with_the_call_is_not_asked_twice() {
        let answer =
            |_: &[String]| Err(trouble(TroubleKind::Throttled, "RequestLimitExceeded", ""));
        let (refused, failure, calls) = check(250, answer);
        assert_eq!((refused.len(), calls), (250, 1));
        assert_eq!(failure.as_deref(), Some("RequestLimitExceeded"));
    }

    #[test]
    fn a_policy_that_leaves_one_server_out_keeps_no_other_back() {
        let answer = |part: &[String]| {
            if has(part, "i-3") {
                Err(trouble(
                    TroubleKind::Denied,
                    "UnauthorizedOperation",
                    "not authorized to perform: ec2:StartInstances on resource: arn:aws:ec2:eu-west-1:1:instance/i-3",
                ))
            } else {
                Ok(())
            }
        };
        assert_eq!(check(250, answer), (vec!["i-3".to_owned()], None, 2));
    }

    #[test]
    fn a_policy_that_leaves_every_server_out_is_not_asked_for_each() {
        let answer = |part: &[String]| {
            let message = format!("not authorized on instance/{}", part[0]);
            Err(trouble(
                TroubleKind::Denied,
                "UnauthorizedOperation",
                &message,
            ))
        };
        let (refused, failure, calls) = check(250, answer);
        assert_eq!((refused.len(), calls), (250, MOST_DENIALS + 1));
        assert_eq!(failure.as_deref(), Some("UnauthorizedOperation"));
    }

    #[test]
    fn those_that_a_policy_permits_get_past_those_that_it_leaves_out() {
        let denied = ["i-1", "i-40", "i-41", "i-77", "i-100", "i-180"];
        let answer = |part: Vec<String>| {
            let named = denied.iter().find(|id| has(&part, id));
            std::future::ready(named.map_or(Ok(()), |id| {
                let message = format!("not authorized on instance/{id}");
                let kind = TroubleKind::Denied;
                Err(trouble(kind, "UnauthorizedOperation", &message))
            }))
        };
        let mut due = ids(250);
        let mut waits = Vec::new();
        for _ in 0..2 {
            let refused = now(blamed(due, answer)).refused;
            let (long, soon): (Vec<_>, Vec<_>) = refused
                .into_iter()
                .partition(|(_, error)| error.kind == ActErrorKind::Denied);
            waits.extend(long.into_iter().map(|(id, _)| id));
            due = soon.into_iter().map(|(id, _)| id).collect();
        }
        assert_eq!(due, [""; 0]);
        assert_eq!(waits, denied);
    }

    #[test]
    fn an_id_is_not_named_by_a_longer_one() {
        let (named, others) = split_named(ids(13), "the instance i-12 does not exist");
        assert_eq!((named.len(), others.len()), (1, 12));
    }
}
