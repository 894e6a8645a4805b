//! The names of all members that events and lines have.

macro_rules! members {
    ($($member:ident $name:literal,)*) => {
        /// A member's name. Readers look names up once and go on by number, as comparing texts is what costs.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Member {
            $($member,)*
        }

        impl Member {
            /// The name as it stands in JSON.
            #[inline]
            pub(crate) fn name(self) -> &'static str {
                match self {
                    $(Self::$member => $name,)*
                }
            }

            /// What stands before the value of a member that is not its object's first.
            #[inline]
            pub(crate) fn label(self) -> &'static str {
                match self {
                    $(Self::$member => concat!(",\"", $name, "\":"),)*
                }
            }
        }
    };
}

members! {
    V "v",
    Id "id",
    EventId "event_id",
    Time "time",
    Received "received",
    Organization "organization",
    Workspace "workspace",
    Project "project",
    Actor "actor",
    Action "action",
    Event "event",
    Channel "channel",
    Description "description",
    Resource "resource",
    Targets "targets",
    Outcome "outcome",
    Detail "detail",
    Severity "severity",
    Http "http",
    Client "client",
    RequestId "request_id",
    TraceId "trace_id",
    Reason "reason",
    SessionId "session_id",
    Sequence "sequence",
    Changes "changes",
    Properties "properties",
    Source "source",
    Personal "personal",
    Name "name",
    Type "type",
    Email "email",
    OnBehalfOf "on_behalf_of",
    Method "method",
    Path "path",
    Status "status",
    Ip "ip",
    UserAgent "user_agent",
    Location "location",
    Ci "ci",
    City "city",
    Region "region",
    Country "country",
    Stream "stream",
    N "n",
    Of "of",
    Digest "digest",
    Paths "paths",
}
