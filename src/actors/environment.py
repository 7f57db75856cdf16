"""The platform's `env` as our own values. Read in entry.py and in shells, and nowhere else."""

from typing import Any

from domain.settings import Settings


def settings_of(env: Any) -> Settings:
    names = [name.upper() for name in Settings.model_fields]
    return Settings.read({name: getattr(env, name, None) for name in names})
