"""Writes batches of traces, given as JSON, as bodies for `POST /v1/traces`: `0.otlp`, `1.otlp`, ... in the folder."""

import json
import sys
from pathlib import Path

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

[_, source, folder] = sys.argv


def fill(span, trace_id, given):
    span.trace_id = bytes.fromhex(trace_id)
    span.span_id = bytes.fromhex(given["id"])
    if given["parentId"] is not None:
        span.parent_span_id = bytes.fromhex(given["parentId"])
    span.name = given["name"]
    span.start_time_unix_nano = given["startMs"] * 1_000_000
    span.end_time_unix_nano = given["endMs"] * 1_000_000
    for key, value in attributes_of(given).items():
        attribute = span.attributes.add(key=key)
        setattr(attribute.value, "int_value" if isinstance(value, int) else "string_value", value)


def attributes_of(given):
    """By the conventions of OpenInference."""
    if given["usage"] is None:
        return {"openinference.span.kind": "AGENT", "input.value": given["input"]}
    usage = given["usage"]
    return {
        "openinference.span.kind": "LLM",
        "input.value": given["input"],
        "output.value": given["output"],
        "llm.model_name": usage["model"],
        "llm.token_count.prompt": usage["promptTokens"],
        "llm.token_count.completion": usage["completionTokens"],
        "llm.token_count.total": usage["promptTokens"] + usage["completionTokens"],
    }


for index, batch in enumerate(json.loads(Path(source).read_text())):
    request = ExportTraceServiceRequest()
    spans = request.resource_spans.add().scope_spans.add().spans
    for trace in batch:
        for given in trace["spans"]:
            fill(spans.add(), trace["id"], given)
    Path(folder, f"{index}.otlp").write_bytes(request.SerializeToString())
