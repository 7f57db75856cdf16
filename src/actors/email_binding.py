"""The platform's binding to send mail as our port (`actors/alerting.py`)."""

from typing import Any

from js import Object
from pyodide.ffi import to_js

from actors.alerting import AlertMail


class EmailBinding:
    def __init__(self, binding: Any) -> None:
        self._binding = binding

    async def send(self, mail: AlertMail) -> None:
        message = {
            "from": mail.sender,
            "to": list(mail.recipients),
            "subject": mail.subject,
            "text": mail.text,
        }
        await self._binding.send(to_js(message, dict_converter=Object.fromEntries))
