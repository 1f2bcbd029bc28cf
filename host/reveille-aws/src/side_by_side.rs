//! Much work side by side, and never too much of it at a time.

use tokio::task::JoinSet;

/// What each of `work` comes to, in their order; at most `at_once` of them run at a time. One that dies leaves none.
/// When this is dropped, so is what still runs.
pub(crate) async fn side_by_side<F>(
    at_once: usize,
    work: impl IntoIterator<Item = F>,
) -> Vec<Option<F::Output>>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let mut waiting = work.into_iter().enumerate();
    let mut running = JoinSet::new();
    let mut done = Vec::new();
    loop {
        while running.len() < at_once.max(1)
            && let Some((index, one)) = waiting.next()
        {
            done.push(None);
            running.spawn(async move { (index, one.await) });
        }
        match running.join_next().await {
            Some(Ok((index, output))) => {
                if let Some(slot) = done.get_mut(index) {
                    *slot = Some(output);
                }
            }
            Some(Err(died)) => tracing::error!(error = %died, "work of the fleet died"),
            None => return done,
        }
    }
}
