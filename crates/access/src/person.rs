//! People: accounts that sign in, and the invitations by which they join.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::grant::Grant;

/// Random bytes of an id.
const ID_BYTES: usize = 10;

/// An account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// Its id: `a` and 16 letters.
    pub id: String,
    /// The e-mail address it signs in by, as it was given; no two accounts have the same, whatever the case.
    pub email: String,
    /// What others call the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// When it was made, microseconds since 1970.
    pub created_us: i64,
    /// Who made it.
    pub created_by: String,
    /// When the person first came; until then it is an invitation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joined_us: Option<i64>,
    /// Since when nobody gets in by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled_us: Option<i64>,
    /// The password; none where the person comes by an issuer alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<PersonPassword>,
    /// What an authenticator shares with the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_factor: Option<Hidden>,
    /// Who the person is to an issuer of OpenID Connect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<IssuerIdentity>,
    /// The grants that its claims gave at the last sign-in by the issuer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claimed: Vec<Grant>,
    /// By which ids entries know the person.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actor_ids: Vec<ActorId>,
}

/// A password, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonPassword {
    /// Its hash, a PHC string.
    pub hash: Hidden,
    /// Since when it is the password.
    pub set_us: i64,
}

/// A text that no list, entry or error shows.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Hidden(pub String);

/// A person in the words of an issuer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssuerIdentity {
    /// The issuer's id in the configuration.
    pub provider: String,
    /// `sub`, which the issuer gives to nobody else.
    pub subject: String,
}

/// An id by which entries know somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActorId {
    /// The organization in whose entries; `None`: in those that name none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
    /// `actor.type`
    #[serde(rename = "type")]
    pub kind: String,
    /// `actor.id`
    pub id: String,
}

/// A link by which somebody joins, or sets a new password. An account has one at most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Invitation {
    /// The account.
    pub person: String,
    /// Of the link's secret, 64 hex digits.
    pub hash: String,
    /// Until when it is good, microseconds since 1970.
    pub expires_us: i64,
}

impl Person {
    /// A new id.
    #[must_use]
    pub fn new_id(random: &dyn env::Random) -> String {
        let mut bytes = [0; ID_BYTES];
        random.fill(&mut bytes);
        format!("a{}", data_encoding::BASE32_NOPAD.encode(&bytes).to_ascii_lowercase())
    }

    /// `invited`, `active` or `disabled`.
    #[must_use]
    pub fn status(&self) -> &'static str {
        match (self.disabled_us, self.joined_us) {
            (Some(_), _) => "disabled",
            (None, Some(_)) => "active",
            (None, None) => "invited",
        }
    }

    /// Whether the person can sign in.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.joined_us.is_some() && self.disabled_us.is_none()
    }

    /// As the log's own entries show it: no hash, no secret.
    pub(crate) fn shown(&self) -> Value {
        json!({
            "email": self.email,
            "name": self.name,
            "status": self.status(),
            "password_set_us": self.password.as_ref().map(|password| password.set_us),
            "second_factor": self.second_factor.is_some(),
            // What an issuer calls somebody, and an id of an actor, may be an address.
            "issuer": self.issuer.as_ref().map(|issuer| &issuer.provider),
            "actor_ids": self.actor_ids.iter().map(ActorId::shown).collect::<Vec<_>>(),
        })
    }
}

impl ActorId {
    fn shown(&self) -> Value {
        let id = Some(&self.id).filter(|id| !id.contains('@'));
        json!({ "organization": self.organization, "type": self.kind, "id": id })
    }
}

impl Invitation {
    /// As the log's own entries show it.
    pub(crate) fn shown(&self) -> Value {
        json!({ "expires_us": self.expires_us })
    }
}

impl std::fmt::Debug for Hidden {
    /// Without the text.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}
