//! The one list of environment variables.

/// Path of the configuration file.
pub(crate) const ENV_CONFIG: &str = "REVEILLE_CONFIG";
/// Path of the embedded store's file.
pub(crate) const ENV_STORE: &str = "REVEILLE_STORE_PATH";
/// Where the webhook listens.
pub(crate) const ENV_LISTEN: &str = "REVEILLE_HTTP_LISTEN";
/// Tokens that see every schedule, separated by commas.
pub(crate) const ENV_TOKENS: &str = "REVEILLE_JANDI_TOKENS";
/// Zone of schedules that have none.
pub(crate) const ENV_TIMEZONE: &str = "REVEILLE_DEFAULTS_TIMEZONE";
/// `ko` or `en`.
pub(crate) const ENV_LOCALE: &str = "REVEILLE_DEFAULTS_LOCALE";
/// `off`, `light` or `full`.
pub(crate) const ENV_PERSONA: &str = "REVEILLE_DEFAULTS_PERSONA";

/// What `--help` says of them.
pub(crate) const ENV_HELP: &str = "\
Environment:
  REVEILLE_CONFIG             path of the configuration file (as --config)
  REVEILLE_STORE_PATH         path of the store's file (as --db)
  REVEILLE_HTTP_LISTEN        where the webhook listens, 127.0.0.1:8080
  REVEILLE_JANDI_TOKENS       webhook tokens that see every schedule, separated by commas
  REVEILLE_DEFAULTS_TIMEZONE  zone of schedules that have none, Asia/Seoul
  REVEILLE_DEFAULTS_LOCALE    ko or en
  REVEILLE_DEFAULTS_PERSONA   off, light or full
  RUST_LOG                    what is logged, info";
