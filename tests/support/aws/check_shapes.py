"""Checks calls and responses against the service models of botocore.

Standard input: {"service": ..., "exchanges": [...]}, as `shapes.rs` writes it. Standard output: a
JSON list of problems, one sentence each.
"""

import json
import re
import sys

import botocore.model
import botocore.parsers
import botocore.session
import botocore.validate


def operation_of(model, call):
    if call["operation"]:
        return model.operation_model(call["operation"])
    for name in model.operation_names:
        operation = model.operation_model(name)
        template = operation.http["requestUri"].split("?")[0]
        pattern = re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(template))
        if operation.http["method"] == call["method"] and re.fullmatch(pattern, call["path"]):
            return operation
    raise LookupError("no operation matches %s %s" % (call["method"], call["path"]))


def scalar(shape, text):
    if shape.type_name in ("integer", "long"):
        return int(text)
    if shape.type_name == "boolean":
        return {"true": True, "false": False}[text]
    return text


def from_form(shape, pairs):
    """Returns the parameters of a query call, named as in the model."""
    if shape.type_name == "structure":
        result = {}
        for name, member in shape.members.items():
            wire = member.serialization.get("name", name)
            below = [(key[len(wire) :], value) for key, value in pairs if key == wire or key.startswith(wire + ".")]
            if below:
                result[name] = from_form(member, [(key.lstrip("."), value) for key, value in below])
        return result
    if shape.type_name == "list":
        items = {}
        for key, value in pairs:
            parts = key.split(".")
            assert parts[0] == "member", "a list is %s" % key
            items.setdefault(int(parts[1]), []).append((".".join(parts[2:]), value))
        return [from_form(shape.member, items[number]) for number in sorted(items)]
    return scalar(shape, pairs[0][1])


def request_of(operation, call):
    shape = operation.input_shape
    if shape is None:
        return None, None
    if call["form"]:
        pairs = [(key, value) for key, value in call["form"] if key not in ("Action", "Version")]
        known = {member.serialization.get("name", name) for name, member in shape.members.items()}
        for key, _ in pairs:
            assert key.split(".")[0] in known, "%s is not a parameter" % key
        return shape, from_form(shape, pairs)
    parameters = dict(call["json"] or {})
    for name, member in shape.members.items():
        wire = member.serialization.get("name", name)
        location = member.serialization.get("location")
        source = {"querystring": dict(map(tuple, call["query"])), "header": dict(map(tuple, call["headers"]))}.get(location)
        if source is not None and wire.lower() in {key.lower() for key in source}:
            value = {key.lower(): value for key, value in source.items()}[wire.lower()]
            parameters[name] = scalar(member, value)
        elif wire in parameters and wire != name:
            parameters[name] = parameters.pop(wire)
    return shape, parameters


def patterns(shape, value, path):
    """Checks what botocore's validator does not check: patterns and maximum lengths of strings."""
    if shape is None or value is None:
        return
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            if isinstance(value, dict) and name in value:
                yield from patterns(member, value[name], path + "." + name)
    elif shape.type_name == "list":
        for item in value:
            yield from patterns(shape.member, item, path + "[]")
    elif shape.type_name == "string":
        pattern = shape.metadata.get("pattern")
        if pattern and not re.fullmatch(pattern, value):
            yield "%s: %s does not match %s" % (path, value, pattern)
        most = shape.metadata.get("max")
        if most is not None and len(value) > most:
            yield "%s is longer than %s" % (path, most)


def problems(service, model, exchange):
    call, answer = exchange["call"], exchange["response"]
    operation = operation_of(model, call)
    where = "%s.%s" % (service, operation.name)
    shape, parameters = request_of(operation, call)
    if shape is not None:
        report = botocore.validate.ParamValidator().validate(parameters, shape)
        if report.has_errors():
            yield "%s request: %s" % (where, report.generate_report())
        yield from patterns(shape, parameters, where + " request")
    response = {
        "status_code": answer["status"],
        "headers": {name.lower(): value for name, value in answer["headers"]},
        "body": answer["body"].encode(),
    }
    parser = botocore.parsers.create_parser(model.metadata["protocol"])
    parsed = parser.parse(response, operation.output_shape)
    if answer["status"] >= 300:
        if not parsed.get("Error", {}).get("Code"):
            yield "%s response is an error without a code" % where
        return
    parsed.pop("ResponseMetadata", None)
    if operation.output_shape is not None:
        report = botocore.validate.ParamValidator().validate(parsed, operation.output_shape)
        if report.has_errors():
            yield "%s response: %s" % (where, report.generate_report())
        if not parsed and operation.output_shape.members:
            yield "%s response has no field of the model" % where


def main():
    given = json.load(sys.stdin)
    model = botocore.session.get_session().get_service_model(given["service"])
    found = []
    for exchange in given["exchanges"]:
        try:
            found.extend(problems(given["service"], model, exchange))
        except Exception as error:  # Report every problem of the story, not only the first.
            found.append("%s: %r" % (exchange["call"]["operation"] or exchange["call"]["path"], error))
    json.dump(found, sys.stdout)


main()
