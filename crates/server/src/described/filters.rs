//! The filters' parameters, described by the table that reads them.

use search::Key;
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ArrayBuilder, Object, ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Required, Schema};

/// Every filter of a URL, with `q` and `tz`.
pub(crate) struct FilterParams;

impl IntoParams for FilterParams {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let text = || RefOr::T(Schema::Object(word(&[])));
        let q = parameter("q", "query language; its bare words are looked for in the description", text());
        let zone = "time zone in which dates are read and time is cut into intervals, by its IANA name; default UTC";
        let of = |key: Key| match key.is_bound() {
            true => parameter(key.name(), key.about(), text()),
            false => {
                let about = format!("{}; repeated: any of them; as `-{}`: none of them", key.about(), key.name());
                let values = ArrayBuilder::new().items(word(key.words()));
                parameter(key.name(), &about, RefOr::T(Schema::Array(values.build())))
            }
        };
        [q].into_iter().chain(Key::parameters().map(of)).chain([parameter("tz", zone, text())]).collect()
    }
}

fn word(words: &[&str]) -> Object {
    let values = Some(words).filter(|words| !words.is_empty()).map(<[&str]>::to_vec);
    ObjectBuilder::new().schema_type(Type::String).enum_values(values).build()
}

fn parameter(name: &str, about: &str, schema: RefOr<Schema>) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(Some(about))
        .schema(Some(schema))
        .build()
}
