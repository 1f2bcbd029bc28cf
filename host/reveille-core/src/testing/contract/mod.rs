//! What every store owes: the duties that the port states, asked of any of them. [`store_contract!`](crate::store_contract)
//! makes a test of each.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that panics has failed"
)]

pub mod bulk;
pub mod commits;
pub mod leases;
pub mod model;
pub mod notices;
pub mod sample;

use std::sync::Arc;

use crate::port::{Store, StoreError};

type Open = dyn Fn() -> Arc<dyn Store> + Send + Sync;

/// Where a store keeps what it holds: empty at first, and it may be opened several times, as by several hosts. Schedules
/// without a zone are in Seoul's.
pub struct Place(Box<Open>);

impl Place {
    /// The place that `open` opens.
    #[must_use]
    pub fn new(open: impl Fn() -> Arc<dyn Store> + Send + Sync + 'static) -> Self {
        Self(Box::new(open))
    }

    /// The store in it; another one each time, on the same things.
    #[must_use]
    pub fn open(&self) -> Arc<dyn Store> {
        (self.0)()
    }
}

fn is_conflict<T>(result: &Result<T, StoreError>) -> bool {
    matches!(result, Err(StoreError::Conflict))
}

/// One test for each duty of a store, on a [`Place`] that the given future makes anew for it; or none of them where it
/// makes no place and has said why.
#[macro_export]
macro_rules! store_contract {
    ($place:expr) => {
        $crate::store_contract! { @tests $place =>
            commits::items_come_back_as_they_were_put_sorted_by_key
            commits::definitions_are_read_with_the_default_zone
            commits::definitions_are_the_same_until_an_item_changes
            commits::an_item_is_replaced_and_removed
            commits::an_exception_is_one_for_each_schedule_date_and_action
            commits::exceptions_are_asked_for_by_dates_and_sorted
            commits::a_schedule_has_one_order
            commits::a_commit_is_done_all_or_not_at_all
            commits::a_message_is_answered_once
            commits::what_was_read_is_written_back_only_while_it_stands
            commits::the_newest_audit_records_come_first
            commits::a_later_change_of_a_commit_stands_over_an_earlier_one
            commits::an_empty_commit_does_nothing
            commits::what_one_host_commits_the_other_sees
            leases::what_is_remembered_comes_back_until_it_is_forgotten
            leases::a_lease_is_held_by_one_until_it_ends
            leases::who_lost_the_lease_writes_nothing
            leases::without_a_lease_nothing_is_remembered
            leases::an_older_tick_is_not_recorded_over_a_later_one
            leases::a_lease_of_no_length_gives_it_back
            leases::of_two_hosts_one_takes_over_when_the_other_is_silent
            leases::a_snapshot_is_what_the_calls_answer
            bulk::three_hundred_items_are_one_commit
            bulk::a_large_commit_that_fails_leaves_nothing
            bulk::twenty_large_items_are_one_commit
            bulk::definitions_of_more_than_a_megabyte_are_read_whole
            bulk::a_thousand_servers_are_remembered_at_once
            notices::a_notice_comes_back_as_it_was_made
            notices::notices_wait_until_they_are_due_and_the_first_due_goes_first
            notices::a_key_is_taken_once_sent_or_not
            notices::a_key_is_free_when_it_is_no_longer_remembered
            notices::a_notice_is_claimed_by_one
            notices::what_was_not_sent_is_tried_again_when_it_is_due
            notices::what_was_sent_is_gone_and_stays_it
            notices::operators_see_what_waits_what_is_claimed_and_what_is_lost
            notices::what_is_lost_may_be_tried_again_or_turn_out_to_be_sent
            notices::a_commit_that_fails_makes_no_notice
            notices::a_large_commit_makes_notices_that_are_new
            notices::a_tick_writes_what_it_will_do_and_what_it_tells_at_once
            notices::a_tick_that_is_made_again_tells_nothing_twice
            notices::what_people_were_told_stands_in_the_record_of_the_tick
        }
    };
    (@tests $place:expr => $($room:ident :: $duty:ident)*) => {
        $(
            #[tokio::test]
            async fn $duty() {
                let place: Option<$crate::testing::contract::Place> = $place.await.into();
                if let Some(place) = place {
                    $crate::testing::contract::$room::$duty(&place).await;
                }
            }
        )*
    };
}
