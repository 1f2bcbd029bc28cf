//! What all servers of a request are brought towards.

use reveille_sdk::decider::{Forced, Options, Wanted};
use reveille_sdk::types::Want;

/// The plan, or the order that stands above it, with the options that go with it.
pub(crate) struct Aim {
    pub(crate) want: Want,
    /// The type that instances have while they run; none leaves it as it is.
    pub(crate) instance_type: Option<String>,
    /// Why, for people; may be empty.
    pub(crate) why: String,
    /// Whether it is an order.
    pub(crate) ordered: bool,
    pub(crate) options: Options,
}

impl Aim {
    pub(crate) fn of(wanted: Wanted, forced: Option<Forced>, options: Options) -> Self {
        let instance_type = wanted.instance_type.filter(|_| wanted.want == Want::Run);
        let Some(order) = forced else {
            return Self {
                want: wanted.want,
                instance_type,
                why: wanted.reason,
                ordered: false,
                options,
            };
        };
        let mut why = format!("ordered by {}", order.by);
        if let Some(reason) = order.reason {
            why.push_str(", ");
            why.push_str(&reason);
        }
        let options = match order.want {
            // Who orders a stop means every server: those that were retained and those just seen too.
            Want::Stop => Options {
                retain_running: false,
                stop_new_instances: true,
                ..options
            },
            Want::Run | Want::Hold => options,
        };
        Self {
            want: order.want,
            instance_type,
            why,
            ordered: true,
            options,
        }
    }
}
