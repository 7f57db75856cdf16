"""The module for clients does on each close code what the table says that they do."""

import re

from domain.close_codes import CLOSINGS, Then
from tools.runtime.paths import ROOT

WORDS = {Then.RETRY: "retry", Then.REFRESH: "refresh", Then.WAIT: "wait", Then.STOP: "stop"}
TABLE = re.compile(r"export const CLOSINGS = \{(.*?)\};", re.DOTALL)


def test_the_clients_table_of_close_codes_is_ours() -> None:
    (table,) = TABLE.findall((ROOT / "public" / "darkroom-live.js").read_text())

    told = {int(code): word for code, word in re.findall(r'(\d+): "(\w+)"', table)}

    assert told == {int(code): WORDS[then] for code, (_, then) in CLOSINGS.items()}
