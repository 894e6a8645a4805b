use std::borrow::Cow;

/// The request that was made, if it was one (`http`). All absent = the member is left out of the line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Http<'a> {
    /// Request method as sent.
    pub method: Option<Cow<'a, str>>,
    /// Request path, with its query string if the client sends one.
    pub path: Option<Cow<'a, str>>,
    /// Status code, 100 to 999.
    pub status: Option<u16>,
}

impl Http<'_> {
    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.method.is_none() && self.path.is_none() && self.status.is_none()
    }
}

/// Where the one who acted is (`client.location`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Location<'a> {
    /// City name.
    pub city: Option<Cow<'a, str>>,
    /// Region or state.
    pub region: Option<Cow<'a, str>>,
    /// Country, by convention ISO 3166-1 alpha-2.
    pub country: Option<Cow<'a, str>>,
}

impl Location<'_> {
    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.city.is_none() && self.region.is_none() && self.country.is_none()
    }
}

/// The connection of the one who acted (`client`). All absent = the member is left out of the line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Client<'a> {
    /// IP address exactly as sent; it parses as `std::net::IpAddr`, unless it went into a disclosure (then it is absent).
    pub ip: Option<Cow<'a, str>>,
    /// `User-Agent` as sent.
    pub user_agent: Option<Cow<'a, str>>,
    /// Sent, or looked up from `ip`.
    pub location: Location<'a>,
    /// Name of the CI platform that acted.
    pub ci: Option<Cow<'a, str>>,
}

impl Client<'_> {
    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ip.is_none() && self.user_agent.is_none() && self.location.is_empty() && self.ci.is_none()
    }
}
