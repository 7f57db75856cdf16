"""The platform's `env` as our own values. Read in entry.py and in shells, and nowhere else."""

from typing import Any

from actors.client import InboxClient, OrderClient
from actors.performer import Performer
from domain.settings import Settings
from storage.r2_objects import R2Objects


def settings_of(env: Any) -> Settings:
    names = [name.upper() for name in Settings.model_fields]
    return Settings.read({name: getattr(env, name, None) for name in names})


def performer_of(env: Any) -> Performer:
    return Performer(
        env.EDIT_JOBS, OrderClient(env.ORDERS), InboxClient(env.INBOXES), R2Objects(env.PHOTOS)
    )
