//! Where servers are: accounts, the role to assume in each, regions.

/// One account with regions in which servers are looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Its twelve digits; none is the account of the credentials themselves.
    pub account: Option<String>,
    /// ARN of the role to assume; none uses the credentials themselves.
    pub role: Option<String>,
    /// What the role's trust asks for besides.
    pub external_id: Option<String>,
    /// Names of regions, at least one.
    pub regions: Vec<String>,
}
