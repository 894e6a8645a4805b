"""Whether a value is of a JSON Schema, as far as the description of the interface uses the language.

A keyword that is not known here fails the check, so that nothing in a schema goes unchecked.
"""

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "number": (int, float), "null": type(None)}
# What says nothing about whether a value fits.
REMARKS = {"description", "title", "format", "propertyNames"}


class Misfit(AssertionError):
    """Says where a value is not of its schema."""


def check(value, schema, document, where="$"):
    """Raises `Misfit` unless `value` is of `schema`; `document` is the whole description, into which `$ref` points."""
    if schema is True:
        return

    def need(holds, what):
        if not holds:
            raise Misfit(f"{where}: {what}: {value!r}"[:500])

    for keyword, rule in schema.items():
        match keyword:
            case "$ref":
                target = document
                for name in rule.removeprefix("#/").split("/"):
                    target = target[name]
                check(value, target, document, where)
            case "type":
                kinds = rule if isinstance(rule, list) else [rule]
                fits = any(isinstance(value, TYPES[kind]) and (kind == "boolean") == isinstance(value, bool) for kind in kinds)
                need(fits, f"is not {rule}")
            case "enum":
                need(value in rule, f"is none of {rule}")
            case "minimum":
                need(value is None or value >= rule, f"is below {rule}")
            case "items" if isinstance(value, list):
                for at, item in enumerate(value):
                    check(item, rule, document, f"{where}/{at}")
            case "maxItems":
                need(len(value) <= rule, "is too long")
            case "minItems":
                need(len(value) >= rule, "is too short")
            case "required":
                for name in rule:
                    need(name in value, f"has no {name}")
            case "properties":
                for name in rule.keys() & (value if isinstance(value, dict) else {}).keys():
                    check(value[name], rule[name], document, f"{where}/{name}")
            case "additionalProperties":
                for name in value.keys() - schema.get("properties", {}).keys():
                    need(rule is not False, f"has {name}, which is not described")
                    check(value[name], rule, document, f"{where}/{name}")
            case "oneOf" | "anyOf":
                fitting = 0
                for option in rule:
                    try:
                        check(value, option, document, where)
                        fitting += 1
                    except Misfit:
                        pass
                need(fitting == 1 if keyword == "oneOf" else fitting, f"fits {fitting} of {keyword}")
            case "items":
                pass
            case _:
                need(keyword in REMARKS, f"schema uses {keyword}, which is not checked")
