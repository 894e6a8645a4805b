//! A URL's query, as names and values in their order.

use crate::problem::Problem;

/// Longest query string read: two thousand filters' worth is beyond any question.
pub(crate) const QUERY_BYTES_MAX: usize = 64 * 1024;

/// Decoded pairs.
pub(crate) struct Params {
    pairs: Vec<(String, String)>,
}

impl Params {
    pub(crate) fn parse(query: Option<&str>) -> Result<Self, Problem> {
        let query = query.unwrap_or_default();
        if query.len() > QUERY_BYTES_MAX {
            return Err(Problem::bad_parameter(format!("the query string is longer than {QUERY_BYTES_MAX} bytes")));
        }
        let pairs = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Ok(Self { pairs })
    }

    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The value of a parameter that may stand once.
    pub(crate) fn one(&self, name: &str) -> Result<Option<&str>, Problem> {
        let mut values = self.all(name);
        let value = values.next();
        if values.next().is_some() {
            return Err(Problem::bad_parameter(format!("{name} is given twice; give it once")));
        }
        Ok(value)
    }

    /// Every value of a parameter.
    pub(crate) fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.pairs().filter(move |(known, _)| *known == name).map(|(_, value)| value).collect::<Vec<_>>().into_iter()
    }

    /// `true` or `false`; absent is `false`, and a name without a value is `true`.
    pub(crate) fn flag(&self, name: &str) -> Result<bool, Problem> {
        match self.one(name)? {
            None | Some("false" | "0") => Ok(false),
            Some("" | "true" | "1") => Ok(true),
            Some(other) => Err(Problem::bad_parameter(format!("{name} is {other:?}; it must be true or false"))),
        }
    }

    pub(crate) fn number<T: std::str::FromStr>(&self, name: &str) -> Result<Option<T>, Problem> {
        let parse = |text: &str| {
            text.parse().map_err(|_| Problem::bad_parameter(format!("{name} is {text:?}; it must be a whole number")))
        };
        self.one(name)?.map(parse).transpose()
    }
}
