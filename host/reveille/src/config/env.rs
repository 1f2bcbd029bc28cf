//! The one list of environment variables.

/// Path of the configuration file.
pub(crate) const ENV_CONFIG: &str = "REVEILLE_CONFIG";
/// The text of the configuration, where there is no file.
pub(crate) const ENV_CONFIG_TOML: &str = "REVEILLE_CONFIG_TOML";
/// Path of the embedded store's file.
pub(crate) const ENV_STORE: &str = "REVEILLE_STORE_PATH";
/// The config table of the store on DynamoDB.
pub(crate) const ENV_CONFIG_TABLE: &str = "REVEILLE_STORE_DYNAMODB_CONFIG_TABLE";
/// The state table of the store on DynamoDB.
pub(crate) const ENV_STATE_TABLE: &str = "REVEILLE_STORE_DYNAMODB_STATE_TABLE";
/// Region of the tables and of targets that name none.
pub(crate) const ENV_AWS_REGION: &str = "REVEILLE_AWS_REGION";
/// Where the webhook listens.
pub(crate) const ENV_LISTEN: &str = "REVEILLE_HTTP_LISTEN";
/// Where operators look.
pub(crate) const ENV_ADMIN: &str = "REVEILLE_HTTP_ADMIN";
/// Tokens that see every schedule, separated by commas.
pub(crate) const ENV_TOKENS: &str = "REVEILLE_JANDI_TOKENS";
/// Zone of schedules that have none.
pub(crate) const ENV_TIMEZONE: &str = "REVEILLE_DEFAULTS_TIMEZONE";
/// `ko` or `en`.
pub(crate) const ENV_LOCALE: &str = "REVEILLE_DEFAULTS_LOCALE";
/// `off`, `light` or `full`.
pub(crate) const ENV_PERSONA: &str = "REVEILLE_DEFAULTS_PERSONA";

/// Where every AWS tool looks for a region, in this order; containers and functions of AWS have them set.
#[cfg(feature = "aws")]
pub(crate) const AWS_REGIONS: [&str; 2] = ["AWS_REGION", "AWS_DEFAULT_REGION"];

/// What `--help` says of them.
pub(crate) const ENV_HELP: &str = "\
Environment:
  REVEILLE_CONFIG             path of the configuration file (as --config)
  REVEILLE_CONFIG_TOML        the text of the configuration, where there is no file: in AWS Lambda
  REVEILLE_STORE_PATH         path of the store's file (as --db)
  REVEILLE_STORE_DYNAMODB_CONFIG_TABLE
                              the config table, when the store is DynamoDB
  REVEILLE_STORE_DYNAMODB_STATE_TABLE
                              Reveille's own table there, reveille
  REVEILLE_AWS_REGION         region of the tables and of the servers; makes the fleet that of AWS
  REVEILLE_HTTP_LISTEN        where the webhook listens, 127.0.0.1:8080
  REVEILLE_HTTP_ADMIN         where operators look (/metrics, /rules, /healthz, /readyz); nowhere
  REVEILLE_JANDI_TOKENS       webhook tokens that see every schedule, separated by commas; one may say
                              where it is: ssm:/name, secret:name#field, file:/path
  REVEILLE_DEFAULTS_TIMEZONE  zone of schedules that have none, Asia/Seoul
  REVEILLE_DEFAULTS_LOCALE    ko or en
  REVEILLE_DEFAULTS_PERSONA   off, light or full
  RUST_LOG                    what is logged, info";
