//! An EC2 instance: its states, what it takes to change them, how AWS describes it.
//!
//! States and transitions: <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html>.
//! Reasons: <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_StateReason.html>.

use std::{collections::BTreeMap, fmt::Write};

use chrono::{DateTime, Duration, Utc};

use super::{
    refusal::Refusal,
    xml::{element, escaped, instant},
};

/// How long a start takes unless a test says otherwise; AWS names no figure, a minute is usual.
pub(super) const STARTING: Duration = Duration::seconds(40);
/// How long a stop takes unless a test says otherwise.
pub(super) const STOPPING: Duration = Duration::seconds(40);

/// How an instance is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Pending,
    Running,
    ShuttingDown,
    Terminated,
    Stopping,
    Stopped,
}

impl State {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::ShuttingDown => "shutting-down",
            Self::Terminated => "terminated",
            Self::Stopping => "stopping",
            Self::Stopped => "stopped",
        }
    }

    fn code(self) -> u8 {
        match self {
            Self::Pending => 0,
            Self::Running => 16,
            Self::ShuttingDown => 32,
            Self::Terminated => 48,
            Self::Stopping => 64,
            Self::Stopped => 80,
        }
    }

    /// The element `name` with this state in it.
    pub(super) fn write(self, out: &mut String, name: &str) {
        let _ = write!(
            out,
            "<{name}><code>{}</code><name>{}</name></{name}>",
            self.code(),
            self.name()
        );
    }
}

/// An instance.
#[derive(Debug, Clone)]
pub(super) struct Instance {
    pub(super) id: String,
    pub(super) reservation: String,
    pub(super) state: State,
    pub(super) instance_type: String,
    pub(super) tags: BTreeMap<String, String>,
    pub(super) can_hibernate: bool,
    /// Code and message.
    pub(super) state_reason: Option<(String, String)>,
    pub(super) launched: DateTime<Utc>,
    pub(super) starting: Duration,
    pub(super) stopping: Duration,
    /// Code and message with which it is stopped again instead of running.
    pub(super) falls_back: Option<(String, String)>,
    /// When it gets into which state by itself.
    pub(super) arrival: Option<(DateTime<Utc>, State)>,
}

impl Instance {
    /// A stopped one.
    pub(super) fn new(id: String, now: DateTime<Utc>) -> Self {
        Self {
            reservation: format!("r-{}", id.trim_start_matches("i-")),
            id,
            state: State::Stopped,
            instance_type: "m5.large".to_owned(),
            tags: BTreeMap::new(),
            can_hibernate: false,
            state_reason: None,
            launched: now,
            starting: STARTING,
            stopping: STOPPING,
            falls_back: None,
            arrival: None,
        }
    }

    /// Whether it may be started: one that is there or on its way already may.
    pub(super) fn may_start(&self) -> Result<(), Refusal> {
        match self.state {
            State::Pending | State::Running | State::Stopped => Ok(()),
            State::Stopping | State::ShuttingDown | State::Terminated => {
                Err(incorrect_state(format!(
                    "The instance '{}' is not in a state from which it can be started.",
                    self.id
                )))
            }
        }
    }

    /// Whether it may be stopped.
    pub(super) fn may_stop(&self) -> Result<(), Refusal> {
        match self.state {
            State::Running | State::Stopped | State::Stopping => Ok(()),
            State::Pending | State::ShuttingDown | State::Terminated => {
                Err(incorrect_state(format!(
                    "This instance '{}' is not in a state from which it can be stopped.",
                    self.id
                )))
            }
        }
    }

    /// Whether it may be hibernated, see <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Hibernate.html>.
    pub(super) fn may_hibernate(&self) -> Result<(), Refusal> {
        if self.can_hibernate {
            return Ok(());
        }
        Err(Refusal::new(
            400,
            "UnsupportedHibernationConfiguration",
            format!(
                "The instance can't be hibernated because it was not configured at launch for hibernation: {}",
                self.id
            ),
        ))
    }

    /// Whether its type may be changed.
    pub(super) fn may_change(&self) -> Result<(), Refusal> {
        if self.state == State::Stopped {
            return Ok(());
        }
        Err(incorrect_state(format!(
            "The instance '{}' is not in the 'stopped' state.",
            self.id
        )))
    }

    /// Starts it; nothing unless it is stopped.
    pub(super) fn start(&mut self, now: DateTime<Utc>) {
        if self.state == State::Stopped {
            self.state = State::Pending;
            self.state_reason = None;
            self.launched = now;
            let to = match self.falls_back {
                Some(_) => State::Stopped,
                None => State::Running,
            };
            self.arrival = Some((now + self.starting, to));
        }
    }

    /// Stops it; nothing unless it runs.
    pub(super) fn stop(&mut self, hibernates: bool, now: DateTime<Utc>) {
        if self.state == State::Running {
            self.state = State::Stopping;
            let (code, message) = if hibernates {
                ("Client.UserInitiatedHibernate", "User initiated hibernate")
            } else {
                ("Client.UserInitiatedShutdown", "User initiated shutdown")
            };
            self.state_reason = Some((code.to_owned(), format!("{code}: {message}")));
            self.arrival = Some((now + self.stopping, State::Stopped));
        }
    }

    /// Terminates it.
    pub(super) fn terminate(&mut self, now: DateTime<Utc>) {
        self.state = State::ShuttingDown;
        self.arrival = Some((now + self.stopping, State::Terminated));
    }

    /// Gets where it was going.
    pub(super) fn arrive(&mut self) {
        let Some((_, to)) = self.arrival.take() else {
            return;
        };
        if self.state == State::Pending && to == State::Stopped {
            self.state_reason.clone_from(&self.falls_back);
        }
        self.state = to;
    }

    /// The element that describes it.
    pub(super) fn xml(&self, account: &str, region: &str) -> String {
        let mut out = String::with_capacity(2_600);
        out.push_str("<item>");
        element(&mut out, "instanceId", &self.id);
        out.push_str("<imageId>ami-0b1f3c5d7e9a2b4c6</imageId>");
        self.state.write(&mut out, "instanceState");
        let number = self.id.bytes().fold(7_u32, |sum, byte| {
            sum.wrapping_mul(31).wrapping_add(u32::from(byte))
        });
        let [_, b, c, d] = number.to_be_bytes();
        let name = format!("ip-10-{b}-{c}-{d}.{region}.compute.internal");
        element(&mut out, "privateDnsName", &name);
        out.push_str("<dnsName/>");
        match (&self.state_reason, self.state) {
            (Some((code, _)), State::Stopping | State::Stopped)
                if code.starts_with("Client.User") =>
            {
                let at = self.launched.format("%Y-%m-%d %H:%M:%S GMT");
                element(&mut out, "reason", &format!("User initiated ({at})"));
            }
            _ => out.push_str("<reason/>"),
        }
        out.push_str(
            "<keyName>operators</keyName><amiLaunchIndex>0</amiLaunchIndex><productCodes/>",
        );
        element(&mut out, "instanceType", &self.instance_type);
        element(&mut out, "launchTime", &instant(self.launched));
        let _ = write!(
            out,
            "<placement><availabilityZone>{region}a</availabilityZone><groupName/><tenancy>default</tenancy></placement>\
             <monitoring><state>disabled</state></monitoring>\
             <subnetId>subnet-0a1b2c3d4e5f60718</subnetId><vpcId>vpc-0f1e2d3c4b5a69788</vpcId>\
             <privateIpAddress>10.{b}.{c}.{d}</privateIpAddress><sourceDestCheck>true</sourceDestCheck>\
             <groupSet><item><groupId>sg-0123456789abcdef0</groupId><groupName>default</groupName></item></groupSet>"
        );
        if let Some((code, message)) = &self.state_reason {
            let _ = write!(
                out,
                "<stateReason><code>{}</code><message>{}</message></stateReason>",
                escaped(code),
                escaped(message)
            );
        }
        let _ = write!(
            out,
            "<architecture>x86_64</architecture><rootDeviceType>ebs</rootDeviceType>\
             <rootDeviceName>/dev/xvda</rootDeviceName><blockDeviceMapping><item><deviceName>/dev/xvda</deviceName>\
             <ebs><volumeId>vol-{number:017x}</volumeId><status>attached</status>\
             <attachTime>2026-01-05T01:02:03.000Z</attachTime><deleteOnTermination>true</deleteOnTermination></ebs>\
             </item></blockDeviceMapping><virtualizationType>hvm</virtualizationType><clientToken>{number:x}</clientToken><tagSet>"
        );
        for (key, value) in &self.tags {
            out.push_str("<item>");
            element(&mut out, "key", key);
            element(&mut out, "value", value);
            out.push_str("</item>");
        }
        let _ = write!(
            out,
            "</tagSet><hypervisor>xen</hypervisor><networkInterfaceSet><item>\
             <networkInterfaceId>eni-{number:017x}</networkInterfaceId><subnetId>subnet-0a1b2c3d4e5f60718</subnetId>\
             <vpcId>vpc-0f1e2d3c4b5a69788</vpcId><description/><ownerId>{account}</ownerId><status>in-use</status>\
             <macAddress>02:00:0a:{b:02x}:{c:02x}:{d:02x}</macAddress><privateIpAddress>10.{b}.{c}.{d}</privateIpAddress>\
             <sourceDestCheck>true</sourceDestCheck><attachment><attachmentId>eni-attach-{number:017x}</attachmentId>\
             <deviceIndex>0</deviceIndex><status>attached</status><attachTime>2026-01-05T01:02:03.000Z</attachTime>\
             <deleteOnTermination>true</deleteOnTermination></attachment><interfaceType>interface</interfaceType></item>\
             </networkInterfaceSet><ebsOptimized>true</ebsOptimized><enaSupport>true</enaSupport>\
             <cpuOptions><coreCount>1</coreCount><threadsPerCore>2</threadsPerCore></cpuOptions>\
             <hibernationOptions><configured>{}</configured></hibernationOptions>\
             <platformDetails>Linux/UNIX</platformDetails><usageOperation>RunInstances</usageOperation></item>",
            self.can_hibernate
        );
        out
    }
}

fn incorrect_state(message: String) -> Refusal {
    Refusal::new(400, "IncorrectInstanceState", message)
}
