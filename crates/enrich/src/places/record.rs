//! The two record shapes in use, read into one.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};

/// The members of a record that say where. Everything else is skipped, nothing is copied.
#[derive(Deserialize)]
pub(super) struct Record<'a> {
    /// Flat: `"US"`.
    #[serde(borrow, default)]
    country_code: Option<&'a str>,
    /// Nested: `{"iso_code": "US"}`. Flat databases put the code or the country's name here.
    #[serde(borrow, default)]
    country: Named<'a>,
    /// Nested: `[{"names": {"en": "Washington"}}, …]`, the largest first.
    #[serde(borrow, default)]
    subdivisions: Vec<Named<'a>>,
    /// Flat: `"Washington"`.
    #[serde(borrow, default)]
    state1: Option<&'a str>,
    /// Flat, other makers: `"Washington"`.
    #[serde(borrow, default)]
    region: Option<&'a str>,
    /// Nested `{"names": {"en": "Milton"}}` or flat `"Milton"`.
    #[serde(borrow, default)]
    city: Named<'a>,
}

impl Record<'_> {
    /// What the record says, `None` if it says nothing about a place.
    pub(super) fn place(&self) -> Option<event::Place> {
        let country =
            [self.country.code, self.country_code, self.country.name].into_iter().flatten().find(|code| is_code(code));
        let region = self.subdivisions.first().and_then(|largest| largest.name).or(self.state1).or(self.region);
        let place = event::Place { city: text(self.city.name), region: text(region), country: text(country) };
        (place != event::Place::default()).then_some(place)
    }
}

/// ISO 3166-1 alpha-2. Databases also write `None`, `-` and names in the same member.
fn is_code(text: &str) -> bool {
    matches!(text.as_bytes(), [first, second] if first.is_ascii_uppercase() && second.is_ascii_uppercase())
}

fn text(value: Option<&str>) -> Option<String> {
    value.filter(|text| !text.is_empty()).map(str::to_owned)
}

/// A country, region or city: `{"iso_code": …, "names": {"en": …}}`, or plain text.
#[derive(Default)]
struct Named<'a> {
    code: Option<&'a str>,
    name: Option<&'a str>,
}

impl<'de: 'a, 'a> Deserialize<'de> for Named<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NamedVisitor)
    }
}

struct NamedVisitor;

impl<'de> Visitor<'de> for NamedVisitor {
    type Value = Named<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a name, or a map with names")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Named<'de>, E> {
        Ok(Named { code: None, name: Some(name) })
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Named<'de>, M::Error> {
        let mut named = Named::default();
        while let Some(key) = map.next_key::<&str>()? {
            match key {
                "iso_code" => named.code = Some(map.next_value()?),
                "names" => named.name = map.next_value::<Names>()?.en,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(named)
    }
}

/// A name in several languages, of which the English one is wanted: entries are read by people of many countries.
#[derive(Deserialize)]
struct Names<'a> {
    #[serde(borrow, default)]
    en: Option<&'a str>,
}

#[cfg(test)]
mod tests {
    use super::Record;

    fn place(json: &str) -> Option<event::Place> {
        serde_json::from_str::<Record>(json).unwrap().place()
    }

    fn of(city: Option<&str>, region: Option<&str>, country: Option<&str>) -> Option<event::Place> {
        Some(event::Place {
            city: city.map(str::to_owned),
            region: region.map(str::to_owned),
            country: country.map(str::to_owned),
        })
    }

    #[test]
    fn nested_records_give_city_first_region_and_country() {
        let json = r#"{"city":{"geoname_id":5,"names":{"de":"Milton (de)","en":"Milton"}},"country":{"iso_code":"US","names":{"en":"United States"}},
            "location":{"latitude":47.2},"subdivisions":[{"iso_code":"WA","names":{"en":"Washington"}},{"iso_code":"X","names":{"en":"Pierce"}}]}"#;
        assert_eq!(place(json), of(Some("Milton"), Some("Washington"), Some("US")));
    }

    #[test]
    fn flat_records_give_what_they_have() {
        assert_eq!(place(r#"{"country_code":"AU"}"#), of(None, None, Some("AU")));
        assert_eq!(
            place(r#"{"city":"Oslo","country_code":"NO","state1":"Oslo County","state2":"","latitude":59.9}"#),
            of(Some("Oslo"), Some("Oslo County"), Some("NO"))
        );
        assert_eq!(
            place(r#"{"city":"Oslo","country":"NO","region":"Oslo"}"#),
            of(Some("Oslo"), Some("Oslo"), Some("NO"))
        );
        assert_eq!(place(r#"{"country":"Norway","country_code":"NO"}"#), of(None, None, Some("NO")));
    }

    #[test]
    fn records_without_a_place_say_nothing() {
        for json in [
            r#"{}"#,
            r#"{"autonomous_system_number":15169}"#,
            r#"{"country_code":"None"}"#,
            r#"{"country_code":"-","city":""}"#,
            r#"{"country":{"names":{"en":"Nowhere"}},"city":{"names":{"de":"Stadt"}},"subdivisions":[]}"#,
        ] {
            assert_eq!(place(json), None, "{json}");
        }
    }
}
