"""What the rules of the house are about: which module may do what. `test_tidy.py` holds to it."""

# What a package may import of ours besides itself. Arrows point one way.
MAY_IMPORT = {
    "log": set[str](),
    "clock": set[str](),
    "domain": set[str](),
    "storage": {"domain"},
    "actors": {"storage", "domain", "log", "clock"},
    "consumer": {"actors", "storage", "domain", "log"},
    "edge": {"actors", "storage", "domain", "log"},
    "rim": {"edge", "storage", "domain", "log", "clock"},
    "fallback": {"rim", "edge", "domain", "log"},
    "entry": {"rim", "edge", "consumer", "actors", "storage", "domain", "log", "clock"},
}
PLATFORM = {"js", "pyodide", "workers"}
RIM = {
    "clock.py",
    "entry.py",
    "fallback.py",
    "rim/http.py",
    "rim/limiter.py",
    "rim/origin.py",
    "rim/points.py",
    "rim/served.py",
    "rim/verifier.py",
    "actors/backlog_actor.py",
    "actors/email_binding.py",
    "actors/environment.py",
    "actors/fetch_web.py",
    "actors/file_actor.py",
    "actors/inbox_actor.py",
    "actors/operations_actor.py",
    "actors/order_actor.py",
    "actors/rollout_actor.py",
    "actors/room_actor.py",
    "actors/sockets.py",
    "actors/watcher_responses.py",
    "actors/webhook_actor.py",
}
HOLDS_FOREIGN_OBJECTS = RIM | {
    "storage/durable_sql.py",
    "storage/images_previews.py",
    "storage/kv_config.py",
    "storage/streams.py",
    "storage/r2_objects.py",
}
CORES = {
    "file",
    "file_outbox",
    "inbox",
    "operations",
    "order",
    "effects",
    "events",
    "hub",
    "opening",
    "order_log",
    "remote",
    "rollout",
    "rollout_figures",
    "rollout_outbox",
    "room",
    "room_log",
    "room_presence",
    "room_rates",
    "room_talk",
    "publishing",
    "webhook",
    "webhook_sending",
}
SHELL_METHODS = {"wait", "__init__", "receive", "alarm", "fetch"}
SOCKET_EVENTS = {"webSocketMessage", "webSocketClose", "webSocketError"}
CATCHES_ALL = {
    "actors/host.py",
    "consumer/edit.py",
    "consumer/events.py",
    "edge/app.py",
    "edge/fallback.py",
    "rim/served.py",
    "storage/foreign.py",
}
STATES = {"queued", "in_progress", "done", "failed"}
DRAWERS = {"base", "common", "helper", "helpers", "manager", "misc", "shared", "util", "utils"}
LEFT_OVER = ("TODO", "FIXME", "XXX", "keep in sync", "stays in sync")
MODULE_LINES_MAX = 300
FUNCTION_LINES_MAX = 40
