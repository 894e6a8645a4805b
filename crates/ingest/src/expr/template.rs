//! Reading the text form of expressions: constants, piped pointers and templates.

use super::{Expr, Filter, Made, Part, Pointer, Source};

/// Reads `"constant"`, `"/pointer | filter:argument"` or `"a template with {/pointer | filter}"`.
pub(crate) fn parse_expr(text: &str) -> Result<Expr, String> {
    if is_source(text) {
        let (source, filters) = parse_pipe(text)?;
        return Ok(Expr::Pipe { source, filters });
    }
    if !text.contains(['{', '}']) {
        return Ok(Expr::Const(text.to_owned()));
    }
    parse_template(text)
}

/// Reads the filters of `then = "lower | before:x"`.
pub(crate) fn parse_filters<'t>(texts: impl Iterator<Item = &'t str>) -> Result<Vec<Filter>, String> {
    texts.map(Filter::parse).collect()
}

fn is_source(text: &str) -> bool {
    text.starts_with(['@', '=']) || Pointer::looks_like(text.split(" | ").next().unwrap_or_default())
}

fn parse_pipe(text: &str) -> Result<(Source, Vec<Filter>), String> {
    let mut parts = text.split(" | ");
    let source = parts.next().unwrap_or_default().trim();
    let source = match source {
        "@key" => Source::Key,
        "=actor" => Source::Made(Made::Actor),
        "=resource" => Source::Made(Made::Resource),
        "=type" => Source::Made(Made::Type),
        other => Source::Pointer(Pointer::parse(other)?),
    };
    Ok((source, parse_filters(parts)?))
}

fn parse_template(text: &str) -> Result<Expr, String> {
    let mut parts = Vec::new();
    let mut literal = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, tail) = rest.split_at(at);
        literal.push_str(before);
        if let Some(after) = tail.strip_prefix("{{").or_else(|| tail.strip_prefix("}}")) {
            literal.push_str(tail.get(..1).unwrap_or_default());
            rest = after;
            continue;
        }
        let inner = tail.strip_prefix('{').and_then(|inner| inner.split_once('}'));
        let (inner, after) =
            inner.ok_or_else(|| format!("an unmatched brace in {text:?}; a literal one is written twice"))?;
        let optional = inner.starts_with('?');
        let inner = inner.strip_prefix('?').unwrap_or(inner);
        if !is_source(inner) {
            return Err(format!("{{{inner}}} is no pointer: write {{/member}}; a literal brace is written twice"));
        }
        if !literal.is_empty() {
            parts.push(Part::Literal(std::mem::take(&mut literal)));
        }
        let (source, filters) = parse_pipe(inner)?;
        parts.push(Part::Value { source, filters, optional });
        rest = after;
    }
    literal.push_str(rest);
    if !literal.is_empty() {
        parts.push(Part::Literal(literal));
    }
    Ok(Expr::Template(parts))
}
