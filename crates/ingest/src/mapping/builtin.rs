//! The ready mappings, compiled in.

macro_rules! ready {
    ($($name:literal),* $(,)?) => {
        /// Name and TOML text, in alphabetical order.
        pub(super) const ALL: &[(&str, &str)] = &[$(($name, include_str!(concat!("../../mappings/", $name, ".toml")))),*];
    };
}

ready!(
    "azure",
    "cloudtrail",
    "gcp",
    "github",
    "indelible",
    "kubernetes",
    "microsoft365",
    "okta",
    "servicenow",
    "teleport",
    "vault"
);

pub(super) fn text(name: &str) -> Option<&'static str> {
    ALL.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}
