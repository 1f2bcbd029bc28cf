//! A panic's last words. Without WASI there is no standard error, so the host would see a bare trap.

/// Sends the text of a panic to the rule's log. The exporting macros call it; on other targets it does nothing.
pub fn to_log() {
    #[cfg(target_arch = "wasm32")]
    std::panic::set_hook(Box::new(|info| {
        // A log line is one line, and the host marks what would break it.
        let text = info.to_string().replace('\n', " ");
        crate::log::write(crate::log::Level::Error, &text);
    }));
}
