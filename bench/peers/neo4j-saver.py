"""The LangGraph checkpointer for Neo4j, told what to do line by line (see saver.ts)."""

import json
import logging
import os
import sys
from datetime import datetime, timezone
from time import perf_counter

from langgraph.checkpoint.base.id import uuid6
from langgraph.checkpoint.neo4j import Neo4jSaver

logging.disable(logging.WARNING)


def config_of(thread):
    return {"configurable": {"thread_id": thread, "checkpoint_ns": ""}}


def put(saver, thread, messages):
    config, version, took = config_of(thread), None, []
    for step in range(1, len(messages) + 1):
        begun = perf_counter()
        version = saver.get_next_version(version, None)
        checkpoint = {
            "v": 4,
            "id": str(uuid6(clock_seq=step)),
            "ts": datetime.now(timezone.utc).isoformat(),
            "channel_values": {"messages": messages[:step]},
            "channel_versions": {"messages": version},
            "versions_seen": {},
        }
        metadata = {"source": "loop", "step": step, "parents": {}}
        config = saver.put(config, checkpoint, metadata, {"messages": version})
        took.append((perf_counter() - begun) * 1000)
    return took


def check(found, messages, step):
    if found.metadata["step"] != step or found.checkpoint["channel_values"]["messages"] != messages[:step]:
        raise ValueError(f"expected the checkpoint of step {step} as it was put")


def latest(saver, thread, messages, times):
    took = []
    for _ in range(times):
        begun = perf_counter()
        found = saver.get_tuple(config_of(thread))
        took.append((perf_counter() - begun) * 1000)
        check(found, messages, len(messages))
    return took


def newest(saver, thread, messages, times, limit):
    took = []
    for _ in range(times):
        begun = perf_counter()
        found = list(saver.list(config_of(thread), limit=limit))
        took.append((perf_counter() - begun) * 1000)
        if len(found) != limit:
            raise ValueError(f"expected {limit} checkpoints, got {len(found)}")
        for place, each in enumerate(found):
            check(each, messages, len(messages) - place)
    return took


auth = (os.environ["PEER_USERNAME"], os.environ["PEER_PASSWORD"])
with Neo4jSaver.from_conn_string(os.environ["PEER_URI"], auth=auth) as saver:
    saver.setup()
    print("{}", flush=True)
    for line in sys.stdin:
        task = json.loads(line)
        with open(task["file"]) as file:
            messages = json.load(file)
        took = {
            "put": lambda: put(saver, task["thread"], messages),
            "latest": lambda: latest(saver, task["thread"], messages, task["times"]),
            "list": lambda: newest(saver, task["thread"], messages, task["times"], task["limit"]),
        }[task["work"]]()
        print(json.dumps({"took": took}), flush=True)
