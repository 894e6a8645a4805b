//! What an issuer says of somebody, and what that gives them.

use serde::Deserialize;
use serde_json::Value;

/// The claims of a token.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Claims(serde_json::Map<String, Value>);

/// A line of the table that turns claims into grants. Give one of `contains` and `equals`; with neither, having the claim is enough.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Rule<G> {
    /// Name of the claim, or a JSON pointer to it: `groups`, `/realm_access/roles`.
    pub claim: String,
    /// The claim is a list that has this text in it, or is this text.
    #[serde(default)]
    pub contains: Option<String>,
    /// The claim is this: a text, number or truth.
    #[serde(default)]
    pub equals: Option<Value>,
    /// What it gives.
    #[serde(flatten)]
    pub gives: G,
}

impl Claims {
    /// A claim by its name, or by a JSON pointer to it.
    #[must_use]
    pub fn get(&self, claim: &str) -> Option<&Value> {
        let Some(pointer) = claim.strip_prefix('/') else { return self.0.get(claim) };
        let mut steps = pointer.split('/').map(|step| step.replace("~1", "/").replace("~0", "~"));
        let first = self.0.get(&steps.next()?)?;
        steps.try_fold(first, |value, step| value.get(step.as_str()))
    }

    /// A claim that is a text, unless it is empty.
    #[must_use]
    pub fn text(&self, claim: &str) -> Option<&str> {
        self.0.get(claim)?.as_str().filter(|text| !text.is_empty())
    }

    /// A claim that is a time, in seconds since 1970.
    pub(crate) fn seconds(&self, claim: &str) -> Option<i64> {
        let value = self.0.get(claim)?;
        // Some issuers write fractions.
        value.as_i64().or_else(|| value.as_f64().filter(|seconds| seconds.is_finite()).map(|seconds| seconds as i64))
    }

    /// Whether the issuer vouches for the e-mail address.
    #[must_use]
    pub fn is_email_verified(&self) -> bool {
        // Some issuers write the truth as a text.
        matches!(self.0.get("email_verified"), Some(Value::Bool(true))) || self.text("email_verified") == Some("true")
    }
}

/// What `rules` give to whoever has `claims`, in their order, each once.
pub fn granted<'a, G: PartialEq>(rules: &'a [Rule<G>], claims: &Claims) -> Vec<&'a G> {
    let mut given: Vec<&G> = Vec::new();
    for rule in rules.iter().filter(|rule| rule.holds(claims)) {
        if !given.contains(&&rule.gives) {
            given.push(&rule.gives);
        }
    }
    given
}

impl<G> Rule<G> {
    fn holds(&self, claims: &Claims) -> bool {
        let Some(value) = claims.get(&self.claim) else { return false };
        let contains = |text: &String| match value {
            Value::Array(values) => values.iter().any(|value| value.as_str() == Some(text)),
            Value::String(value) => value == text,
            _ => false,
        };
        self.contains.as_ref().is_none_or(contains) && self.equals.as_ref().is_none_or(|wanted| wanted == value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn rules(value: Value) -> Vec<Rule<Given>> {
        serde_json::from_value(value).unwrap()
    }

    #[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
    struct Given {
        role: String,
    }

    fn claims(value: Value) -> Claims {
        serde_json::from_value(value).unwrap()
    }

    fn roles(table: &[Rule<Given>], of: Value) -> Vec<String> {
        granted(table, &claims(of)).into_iter().map(|given| given.role.clone()).collect()
    }

    #[test]
    fn claims_give_what_the_table_says_and_nothing_else() {
        let table = rules(json!([
            { "claim": "groups", "contains": "it-admin", "role": "auditor" },
            { "claim": "groups", "contains": "root", "role": "platform-admin" },
            { "claim": "/realm_access/roles", "contains": "a/b", "role": "viewer" },
            { "claim": "https://acme.example/level", "equals": 3, "role": "member" },
            { "claim": "department", "equals": "audit", "role": "auditor" },
        ]));
        let given = |of: Value| roles(&table, of);
        assert_eq!(given(json!({ "groups": ["staff", "it-admin"] })), ["auditor"]);
        assert_eq!(given(json!({ "groups": "it-admin" })), ["auditor"]);
        assert_eq!(
            given(json!({ "groups": ["it-admin", "root"], "department": "audit" })),
            ["auditor", "platform-admin"]
        );
        assert_eq!(given(json!({ "realm_access": { "roles": ["a/b"] } })), ["viewer"]);
        assert_eq!(given(json!({ "https://acme.example/level": 3 })), ["member"]);
        for nothing in [
            json!({}),
            json!({ "groups": [] }),
            json!({ "groups": null }),
            json!({ "groups": ["it-admins", "IT-ADMIN", "it-admin "] }),
            json!({ "groups": "staff it-admin" }),
            json!({ "groups": { "it-admin": true } }),
            json!({ "groups": [["it-admin"]] }),
            json!({ "https://acme.example/level": "3" }),
            json!({ "/realm_access/roles": ["a/b"] }),
            json!({ "realm_access": ["roles"] }),
        ] {
            assert_eq!(given(nothing.clone()), Vec::<String>::new(), "{nothing}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_rule_holds_just_for_those_whose_list_has_its_text(groups in proptest::collection::vec("[a-c]{1,3}", 0..6), wanted in "[a-c]{1,3}") {
            let table = rules(json!([{ "claim": "groups", "contains": wanted, "role": "r" }]));
            let is_in = groups.contains(&wanted);
            proptest::prop_assert_eq!(roles(&table, json!({ "groups": groups })).len(), usize::from(is_in));
        }
    }
}
