//! What the tags of a server say of it.

use std::{collections::BTreeMap, sync::Arc};

use reveille_core::model::Server;

/// The tag in which people name a server.
const NAME: &str = "Name";

/// Keys of the tags that are read, the first one that a server carries counts.
#[derive(Debug, Clone)]
pub(crate) struct TagKeys {
    /// Keys of the tag that names the schedule.
    pub(crate) schedule: Vec<String>,
    /// Keys of the tag that names the group.
    pub(crate) group: Vec<String>,
}

/// A server's tags, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tagged {
    pub(crate) schedule: Arc<str>,
    pub(crate) group: Option<Arc<str>>,
    pub(crate) name: Option<Arc<str>>,
    pub(crate) all: Arc<BTreeMap<String, String>>,
}

impl TagKeys {
    /// Reads `tags`; none when they name no schedule, so that the server is not ours.
    pub(crate) fn read(
        &self,
        tags: impl IntoIterator<Item = (Option<String>, Option<String>)>,
    ) -> Option<Tagged> {
        let all: BTreeMap<String, String> = tags
            .into_iter()
            .filter_map(|(key, value)| Some((key?, value.unwrap_or_default())))
            .collect();
        let first = |keys: &[String]| {
            keys.iter()
                .find_map(|key| all.get(key))
                .map(|it| it.as_str().into())
        };
        Some(Tagged {
            schedule: first(&self.schedule)?,
            group: first(&self.group).filter(|group: &Arc<str>| !group.is_empty()),
            name: all
                .get(NAME)
                .filter(|name| !name.is_empty())
                .map(|name| name.as_str().into()),
            all: Arc::new(all),
        })
    }
}

/// A server, and what the fleet itself goes by.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) server: Server,
    /// Whether it can hibernate.
    pub(crate) hibernates: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(tags: &[(&str, &str)]) -> Option<Tagged> {
        let keys = TagKeys {
            schedule: vec!["Schedule".into(), "ScheduleName".into()],
            group: vec!["ScheduleGroup".into()],
        };
        keys.read(
            tags.iter()
                .map(|(key, value)| (Some((*key).to_owned()), Some((*value).to_owned()))),
        )
    }

    #[test]
    fn our_key_stands_above_the_originals() {
        let tagged = read(&[("ScheduleName", "old"), ("Schedule", "new")]);
        assert_eq!(tagged.map(|it| it.schedule), Some("new".into()));
        let tagged = read(&[("ScheduleName", "old")]);
        assert_eq!(tagged.map(|it| it.schedule), Some("old".into()));
    }

    #[test]
    fn without_a_schedule_it_is_not_ours() {
        assert_eq!(read(&[("Name", "web-1")]), None);
    }

    #[test]
    fn an_empty_name_or_group_is_none() {
        let tagged = read(&[("Schedule", "dev"), ("Name", ""), ("ScheduleGroup", "")]);
        assert_eq!(tagged.map(|it| (it.name, it.group)), Some((None, None)));
    }
}
